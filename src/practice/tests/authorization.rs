//! The pages and what comes back by the redirect.

use super::*;

#[test]
fn a_person_signs_in_consents_and_the_code_becomes_tokens() {
    let practice = with_pages();
    let page = get(&practice, &authorize_target(&[("scope", "openid practice.read"), ("nonce", "n1")]));
    assert!(page.body.contains("to continue to <strong>practice-client</strong>"), "{}", page.body);
    let ticket = page.field("ticket");
    let wrong = [("ticket", ticket.as_str()), ("name", "Grace"), ("password", "hunter2")];
    let again = post(&practice, "/authorize/sign-in", &wrong);
    assert!(again.body.contains("That is not the practice password."), "{}", again.body);
    assert!(!again.body.contains("hunter2"));
    let right = [("ticket", ticket.as_str()), ("name", "Grace"), ("password", PASSWORD)];
    let consent = post(&practice, "/authorize/sign-in", &right);
    assert!(consent.body.contains("Read your practice data") && consent.body.contains("<strong>Grace</strong>"));
    assert!(!consent.body.contains("Change your practice data"));
    let allow = [("ticket", consent.field("ticket")), ("decision", "allow".to_owned())];
    let allow = allow.each_ref().map(|(name, value)| (*name, value.as_str()));
    let response = redirected(&post(&practice, "/authorize/consent", &allow));
    assert_eq!(response["state"], "s&1");
    assert_eq!(response["iss"], practice.base_url());
    assert_eq!(response["realmId"], "4620816365000000000");
    assert_eq!(response["scope"], "openid practice.read");
    let twice = post(&practice, "/authorize/consent", &allow);
    assert!(twice.status == 400 && twice.body.contains("This sign-in is over"), "{}", twice.body);

    let exchange =
        [("grant_type", "authorization_code"), ("code", response["code"].as_str()), ("redirect_uri", CALLBACK)];
    let reply = token(&practice, &exchange);
    assert_eq!((reply.status, reply.header("cache-control")), (200, Some("no-store")));
    assert_eq!((&reply.json()["expires_in"], &reply.json()["token_type"]), (&json!(120), &json!("Bearer")));
    assert_eq!(reply.text("id_token").split('.').count(), 3);
    let who = bearer(&practice, "/userinfo", &reply.text("access_token")).json();
    let realm = "4620816365000000000";
    assert_eq!(
        who,
        json!({ "sub": "practice-grace", "name": "Grace", "email": "grace@practice.example", "realm": realm })
    );
}

#[test]
fn denying_sends_access_denied_to_the_client() {
    let practice = with_pages();
    let ticket = get(&practice, &authorize_target(&[])).field("ticket");
    let early = post(&practice, "/authorize/consent", &[("ticket", &ticket), ("decision", "allow")]);
    assert!(early.status == 400, "consent before sign-in: {}", early.body);
    let ticket = get(&practice, &authorize_target(&[])).field("ticket");
    post(&practice, "/authorize/sign-in", &[("ticket", &ticket), ("password", PASSWORD)]);
    let response = redirected(&post(&practice, "/authorize/consent", &[("ticket", &ticket), ("decision", "deny")]));
    assert_eq!(response["error"], "access_denied");
    assert_eq!(response["error_description"], "the person said no");
    assert_eq!((&response["state"], &response["iss"]), (&"s&1".to_owned(), &practice.base_url()));
    assert!(!response.contains_key("code"));
}

#[test]
fn a_request_without_a_safe_way_back_gets_a_page_and_no_redirect() {
    let practice = service(&[]);
    let check = |target: &str, expected: &str| {
        let heard = get(&practice, target);
        assert_eq!((heard.status, heard.header("location")), (400, None), "{target}");
        assert!(heard.body.contains(expected), "{target}: {}", heard.body);
    };
    check("/authorize", "<code>client_id</code> is missing");
    check("/authorize?client_id=nobody", "the client id is unknown");
    check("/authorize?client_id=practice-client", "<code>redirect_uri</code> is missing");
    let evil = "/authorize?client_id=practice-client&redirect_uri=https://evil.test/&response_type=code";
    check(evil, "the redirect URI must lie on this computer");
}

#[test]
fn every_other_error_is_told_to_the_client_with_its_state() {
    let practice = service(&[]);
    let check = |target: &str, expected: &str| {
        let response = redirected(&get(&practice, target));
        assert_eq!((response["error"].as_str(), response["state"].as_str()), (expected, "s&1"), "{target}");
        assert_eq!(response["iss"], practice.base_url());
        assert!(!response["error_description"].is_empty());
    };
    check(&authorize_target(&[("scope", "admin")]), "invalid_scope");
    check(&authorize_target(&[]).replace("=code", "=token"), "unsupported_response_type");
    check(&authorize_target(&[]).replace("practice-client", PUBLIC_CLIENT_ID), "invalid_request");
    check(&authorize_target(&[("code_challenge", "short")]), "invalid_request");
    check(&authorize_target(&[("scope", "openid"), ("scope", "email")]), "invalid_request");
}

#[test]
fn the_response_can_travel_in_the_fragment_in_a_form_or_be_pasted() {
    let practice = with_pages();
    let finish = |target: &str| {
        let ticket = get(&practice, target).field("ticket");
        post(&practice, "/authorize/sign-in", &[("ticket", &ticket), ("password", PASSWORD)]);
        post(&practice, "/authorize/consent", &[("ticket", &ticket), ("decision", "allow")])
    };
    let fragment = finish(&authorize_target(&[("response_mode", "fragment")]));
    let location = fragment.header("location").expect("a location");
    assert!(location.starts_with("http://127.0.0.1:9/callback#code=practice-code-"), "{location}");
    let form = finish(&authorize_target(&[("response_mode", "form_post")]));
    assert!(form.body.contains("action=\"http://127.0.0.1:9/callback\"") && form.status == 200, "{}", form.body);
    assert_eq!(form.field("state"), "s&amp;1");
    let page = format!("/authorize?client_id={CLIENT_ID}&redirect_uri={PASTE_PAGE}&response_type=code");
    let pasted = finish(&page);
    assert!(pasted.body.contains("https://practice.invalid/callback?code=practice-code-"), "{}", pasted.body);
    let unattended = get(&service(&[]), &page);
    assert!(unattended.header("location").is_some_and(|location| location.starts_with(PASTE_PAGE)));
}

#[test]
fn metadata_names_endpoints_that_answer() {
    let practice = service(&[]);
    let openid = get(&practice, "/.well-known/openid-configuration").json();
    assert_eq!(openid, get(&practice, "/.well-known/oauth-authorization-server").json());
    assert_eq!(openid["issuer"], json!(practice.base_url()));
    let object = openid.as_object().expect("an object");
    let endpoints = object.iter().filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri");
    for (name, address) in endpoints {
        let path = address.as_str().and_then(|address| address.strip_prefix(&practice.base_url())).expect("ours");
        assert_ne!(get(&practice, path).status, 404, "{name}");
    }
}

#[test]
fn the_front_page_says_what_this_is_how_to_call_and_what_is_broken() {
    let practice = service(&[Fault::StringExpiry]);
    let page = get(&practice, "/").body;
    for words in [CLIENT_ID, CLIENT_SECRET, PUBLIC_CLIENT_ID, PASTE_PAGE, "never type a real password"] {
        assert!(page.contains(words), "{words}");
    }
    assert!(page.contains(&format!("{}/token", practice.base_url())));
    assert!(page.contains("<code>string-expiry</code>") && !page.contains("nested-reply"));
    practice.set_faults(vec![]);
    assert!(get(&practice, "/").body.contains("None: everything works as it should."));
}

#[test]
fn faults_of_the_redirect_change_what_it_carries() {
    let redirect = |fault: Fault| redirected(&get(&service(&[fault]), &authorize_target(&[])));
    assert!(!redirect(Fault::DroppedState).contains_key("state"));
    assert_eq!(redirect(Fault::WrongIssuer)["iss"], "https://issuer.invalid");
    let denied = redirect(Fault::AccessDenied);
    assert_eq!((denied["error"].as_str(), denied["state"].as_str()), ("access_denied", "s&1"));
}
