//! The token endpoint, and what the tokens are good for.

use super::*;

#[test]
fn the_public_client_proves_itself_with_pkce_alone() {
    let practice = service(&[]);
    let asked = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256"), ("scope", "openid")];
    let target = authorize_target(&asked).replace(CLIENT_ID, PUBLIC_CLIENT_ID);
    let code = redirected(&get(&practice, &target))["code"].clone();
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("client_id", PUBLIC_CLIENT_ID),
        ("redirect_uri", CALLBACK),
        ("code", &code),
    ];
    let without = post(&practice, "/token", &form);
    assert_eq!((without.status, without.text("error").as_str()), (400, "invalid_grant"));
    form.push(("code_verifier", VERIFIER));
    let reply = post(&practice, "/token", &form);
    assert_eq!(reply.status, 200, "{}", reply.body);
    // Without a secret it has one all the same, since a published key signs it.
    assert!(reply.json().get("id_token").is_some_and(Value::is_string));
}

#[test]
fn a_client_authenticates_by_basic_or_in_a_form_or_json_body() {
    let practice = service(&[]);
    let basic = format!("Authorization: Basic {}\r\n", STANDARD.encode("practice-client:practice-secret"));
    let form = "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n";
    let heard = call(&practice, "POST", "/token", &(basic.clone() + form), "grant_type=client_credentials");
    assert_eq!(heard.status, 200, "{}", heard.body);
    assert_eq!(heard.json().get("refresh_token"), None);

    let body = json!({ "grant_type": "password", "username": "ada", "password": PASSWORD,
        "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET });
    let heard = call(&practice, "POST", "/token", "Content-Type: application/json\r\n", &body.to_string());
    assert_eq!(heard.status, 200, "{}", heard.body);
    assert!(heard.text("refresh_token").starts_with("practice-rt-"));

    let both = "grant_type=client_credentials&client_id=practice-client&client_secret=practice-secret";
    let heard = call(&practice, "POST", "/token", &(basic + form), both);
    assert_eq!((heard.status, heard.text("error").as_str()), (400, "invalid_request"));

    let wrong = format!("Authorization: Basic {}\r\n", STANDARD.encode("practice-client:wrong"));
    let heard = call(&practice, "POST", "/token", &(wrong + form), "grant_type=client_credentials");
    assert_eq!((heard.status, heard.text("error").as_str()), (401, "invalid_client"));
    assert_eq!(heard.header("www-authenticate"), Some("Basic realm=\"practice\""));
    let heard = post(&practice, "/token", &[("grant_type", "client_credentials"), ("client_id", CLIENT_ID)]);
    assert_eq!((heard.status, heard.header("www-authenticate")), (401, None));
}

#[test]
fn a_token_is_exchanged_for_one_of_fewer_scopes_and_every_wrong_exchange_has_its_error() {
    let practice = service(&[]);
    let access = "urn:ietf:params:oauth:token-type:access_token";
    let got = token(&practice, &[("grant_type", "client_credentials"), ("scope", "practice.read practice.write")]);
    let subject = got.text("access_token");
    let exchange = |more: &[(&str, &str)]| {
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", subject.as_str()),
            ("subject_token_type", access),
        ];
        // What comes later replaces what has the same name.
        let mut form = form.to_vec();
        for (name, value) in more {
            form.retain(|(known, _)| known != name);
            form.push((name, value));
        }
        token(&practice, &form)
    };
    let done = exchange(&[("scope", "practice.read"), ("audience", "practice-archive")]);
    assert_eq!((done.text("issued_token_type"), done.text("scope")), (access.to_owned(), "practice.read".to_owned()));
    assert_eq!(done.json().get("refresh_token"), None);
    for (more, error) in [
        ([("subject_token", "practice-at-x")], "invalid_request"),
        ([("subject_token_type", "urn:ietf:params:oauth:token-type:id_token")], "invalid_request"),
        ([("actor_token_type", access)], "invalid_request"),
        ([("actor_token", "practice-at-x")], "invalid_request"),
        ([("requested_token_type", "urn:ietf:params:oauth:token-type:jwt")], "invalid_request"),
        ([("audience", "elsewhere")], "invalid_target"),
        ([("resource", "https://elsewhere.test")], "invalid_target"),
        ([("scope", "openid")], "invalid_scope"),
    ] {
        assert_eq!(exchange(&more).text("error"), error, "{more:?}");
    }
}

#[test]
fn each_wrong_token_call_has_its_error() {
    let practice = service(&[]);
    let check = |form: &[(&str, &str)], error: &str, description: &str| {
        let heard = token(&practice, form);
        assert_eq!((heard.status, heard.text("error")), (400, error.to_owned()), "{}", heard.body);
        assert_eq!(heard.text("error_description"), description);
    };
    check(&[], "invalid_request", "`grant_type` is missing");
    let known = "the grant types here are authorization_code, refresh_token, client_credentials, password, and those of RFC 7523, RFC 8628 and RFC 8693";
    check(&[("grant_type", "implicit")], "unsupported_grant_type", known);
    check(&[("grant_type", "authorization_code"), ("code", "x")], "invalid_request", "`redirect_uri` is missing");
    check(&[("grant_type", "refresh_token")], "invalid_request", "`refresh_token` is missing");
    let unknown = [("grant_type", "refresh_token"), ("refresh_token", "practice-rt-x")];
    check(&unknown, "invalid_grant", "the refresh token is unknown");
    let wrong = [("grant_type", "password"), ("username", "ada"), ("password", "hunter2")];
    check(&wrong, "invalid_grant", "user name or password is wrong");
    let scope = [("grant_type", "client_credentials"), ("scope", "admin")];
    check(&scope, "invalid_scope", "the scope `admin` is unknown");
    let public = [("grant_type", "client_credentials"), ("client_id", PUBLIC_CLIENT_ID)];
    assert_eq!(post(&practice, "/token", &public).text("error"), "unauthorized_client");
    let heard = get(&practice, "/token");
    assert_eq!((heard.status, heard.header("allow")), (405, Some("POST")));
}

#[test]
fn refresh_tokens_rotate_and_reuse_ends_the_sign_in() {
    let practice = service(&[]);
    let first = sign_in(&practice);
    let second = refresh(&practice, &first.text("refresh_token"));
    assert_ne!(first.text("refresh_token"), second.text("refresh_token"));
    let reuse = refresh(&practice, &first.text("refresh_token"));
    assert_eq!((reuse.status, reuse.text("error").as_str()), (400, "invalid_grant"));
    let words = "the refresh token was already used; every token of this sign-in is revoked, sign in again";
    assert_eq!(reuse.text("error_description"), words);
    assert_eq!(bearer(&practice, "/resource", &second.text("access_token")).status, 401);
}

#[test]
fn tokens_outlive_the_service_that_issued_them() {
    let earlier = service(&[]);
    let first = sign_in(&earlier);
    drop(earlier);
    let later = service(&[]);
    let access_token = first.text("access_token");
    assert_eq!(bearer(&later, "/userinfo", &access_token).json()["sub"], json!("practice-ada"));
    let ask = |path: &str, token: &str| {
        post(&later, path, &[("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET), ("token", token)])
    };
    let known = ask("/introspect", &access_token).json();
    assert_eq!((&known["active"], &known["iss"]), (&json!(true), &json!(later.base_url())));
    assert_eq!(ask("/revoke", &access_token).status, 200);
    assert_eq!(ask("/introspect", &access_token).json(), json!({ "active": false }));
    let second = refresh(&later, &first.text("refresh_token"));
    assert_eq!((second.status, second.text("scope")), (200, first.text("scope")));
    let reuse = refresh(&later, &first.text("refresh_token"));
    assert_eq!((reuse.status, reuse.text("error").as_str()), (400, "invalid_grant"));
    assert_eq!(bearer(&later, "/userinfo", &second.text("access_token")).status, 401);
    let victim = refresh(&later, &second.text("refresh_token"));
    assert_eq!(victim.text("error_description"), "the refresh token is revoked");
}

#[test]
fn a_bad_access_token_is_challenged_and_a_missing_one_without_an_error() {
    let options = PracticeOptions {
        auto_consent: true,
        access_token_life: Duration::ZERO,
        refresh_token_life: Some(Duration::from_mins(1)),
        ..PracticeOptions::default()
    };
    let practice = Practice::start(options).expect("a free port");
    let reply = sign_in(&practice);
    assert_eq!(reply.json()["refresh_token_expires_in"], json!(60));
    let expired = bearer(&practice, "/resource", &reply.text("access_token"));
    assert_eq!(expired.status, 401);
    assert!(expired.header("www-authenticate").is_some_and(|c| c.starts_with("Bearer error=\"invalid_token\"")));
    let missing = get(&practice, "/userinfo");
    assert_eq!((missing.status, missing.header("www-authenticate")), (401, Some("Bearer realm=\"practice\"")));
    let refresh_token = bearer(&practice, "/userinfo", &reply.text("refresh_token"));
    assert_eq!(refresh_token.status, 401);
}

#[test]
fn a_token_can_be_introspected_until_it_is_revoked() {
    let practice = service(&[]);
    let reply = sign_in(&practice);
    let (access_token, refresh_token) = (reply.text("access_token"), reply.text("refresh_token"));
    let caller = [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)];
    let ask = |path: &str, token: &str| post(&practice, path, &[caller[0], caller[1], ("token", token)]);
    let known = ask("/introspect", &access_token).json();
    assert_eq!((&known["active"], &known["username"]), (&json!(true), &json!("Ada")));
    assert_eq!(bearer(&practice, "/resource", &access_token).json(), json!({ "ok": true, "sub": "practice-ada" }));
    assert_eq!(ask("/revoke", &refresh_token).status, 200);
    assert_eq!(ask("/introspect", &access_token).json(), json!({ "active": false }));
    assert_eq!(ask("/revoke", "practice-at-made-up").status, 200);
    assert_eq!(post(&practice, "/introspect", &[("token", &access_token)]).status, 401);
    let public = [("client_id", PUBLIC_CLIENT_ID), ("token", access_token.as_str())];
    assert_eq!(post(&practice, "/introspect", &public).text("error"), "invalid_client");
}

#[test]
fn faults_of_the_token_reply_change_its_shape() {
    let reply = sign_in(&service(&[Fault::NoRefreshToken])).json();
    assert!(reply.get("refresh_token").is_none() && reply.get("access_token").is_some());
    assert_eq!(sign_in(&service(&[Fault::StringExpiry])).json()["expires_in"], json!("120"));
    assert_eq!(sign_in(&service(&[Fault::NoExpiry])).json().get("expires_in"), None);
    let nested = sign_in(&service(&[Fault::NestedReply])).json();
    assert!(nested["data"]["access_token"].is_string() && nested.get("access_token").is_none());
    let form = sign_in(&service(&[Fault::FormReply]));
    assert_eq!(form.header("content-type"), Some("application/x-www-form-urlencoded"));
    let values: HashMap<_, _> = form_urlencoded::parse(form.body.as_bytes()).into_owned().collect();
    assert_eq!((values["expires_in"].as_str(), values["scope"].as_str()), ("120", "openid profile practice.read"));
}

#[test]
fn an_omitted_refresh_token_leaves_the_old_one_good() {
    let practice = service(&[Fault::OmitRefreshToken]);
    let refresh_token = sign_in(&practice).text("refresh_token");
    for _ in 0..2 {
        let reply = refresh(&practice, &refresh_token);
        assert_eq!((reply.status, reply.json().get("refresh_token")), (200, None));
    }
}

#[test]
fn a_failing_token_endpoint_spends_nothing() {
    let practice = service(&[]);
    let refresh_token = sign_in(&practice).text("refresh_token");
    let check = |fault: Fault, status: u16, content_type: &str, words: &str| {
        practice.set_faults(vec![fault]);
        let heard = refresh(&practice, &refresh_token);
        assert_eq!((heard.status, heard.header("content-type")), (status, Some(content_type)), "{fault}");
        assert!(heard.body.contains(words), "{fault}: {}", heard.body);
    };
    check(Fault::ServerError, 500, "application/json", "server_error");
    check(Fault::HtmlError, 502, "text/html; charset=utf-8", "<h1>502 Bad Gateway</h1>");
    check(Fault::ErrorWithSuccess, 200, "application/json", "\"error\":\"invalid_grant\"");
    practice.set_faults(vec![]);
    assert_eq!(refresh(&practice, &refresh_token).status, 200);
}

#[test]
fn whoever_follows_the_redirect_of_a_token_call_is_told() {
    let practice = service(&[Fault::RedirectToken]);
    let heard = sign_in(&practice);
    assert_eq!(heard.status, 307);
    let elsewhere = format!("http://localhost:{}/elsewhere", practice.port());
    assert_eq!(heard.header("location"), Some(elsewhere.as_str()));
    let followed = post(&practice, "/elsewhere", &[("client_secret", CLIENT_SECRET)]);
    let words = "the call followed a redirect to another host and took its secrets along";
    assert_eq!((followed.status, followed.text("error_description").as_str()), (400, words));
}
