//! Clients that register themselves, from outside.

use super::*;

fn send(practice: &Practice, (method, target): (&str, &str), token: &str, body: &Value) -> Heard {
    let authorization = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
    let headers = format!("{authorization}Content-Type: application/json\r\n");
    let body = if body.is_null() { String::new() } else { body.to_string() };
    call(practice, method, target, &headers, &body)
}

fn register(practice: &Practice, metadata: &Value) -> Heard {
    send(practice, ("POST", "/register"), "", metadata)
}

fn public() -> Value {
    json!({
        "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none", "client_name": "Own",
        "grant_types": ["authorization_code", "refresh_token"], "scope": "openid", "x": 1,
    })
}

/// Signs in as a public client; what the token endpoint says.
fn signed_in(practice: &Practice, id: &str) -> Heard {
    let target = authorize_target(&[("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]);
    let code = redirected(&get(practice, &target.replace(CLIENT_ID, id)))["code"].clone();
    let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
    post(practice, "/token", &[&form[..], &[("client_id", id), ("code_verifier", VERIFIER)]].concat())
}

fn path(heard: &Heard, practice: &Practice) -> String {
    heard.text("registration_client_uri").strip_prefix(&practice.base_url()).expect("here").to_owned()
}

#[test]
fn a_client_registers_signs_in_is_changed_with_another_token_each_time_and_goes() {
    let practice = service(&[]);
    let heard = register(&practice, &public());
    assert_eq!(heard.status, 201, "{}", heard.body);
    let (id, first, at) = (heard.text("client_id"), heard.text("registration_access_token"), path(&heard, &practice));
    assert!(heard.json().get("client_secret").is_none() && heard.json().get("x").is_none(), "{}", heard.body);
    assert_eq!(signed_in(&practice, &id).status, 200);

    let mut change = public();
    change["client_id"] = id.as_str().into();
    change["token_endpoint_auth_method"] = "client_secret_post".into();
    let changed = send(&practice, ("PUT", &at), &first, &change);
    assert_eq!(changed.status, 200, "{}", changed.body);
    let (secret, second) = (changed.text("client_secret"), changed.text("registration_access_token"));
    assert_eq!(changed.json()["client_secret_expires_at"], 0);
    let old = send(&practice, ("GET", &at), &first, &Value::Null);
    assert_eq!(old.status, 401);
    assert!(old.header("www-authenticate").is_some_and(|challenge| challenge.contains("invalid_token")));
    assert_eq!(
        send(&practice, ("GET", &at), &second, &Value::Null).text("client_secret"),
        secret,
        "reading changes nothing"
    );
    let form = [("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", &secret)];
    assert_eq!(post(&practice, "/token", &form).status, 200);

    assert_eq!(send(&practice, ("DELETE", &at), &second, &Value::Null).status, 204);
    assert_eq!(send(&practice, ("GET", &at), &second, &Value::Null).status, 401);
    assert_eq!(post(&practice, "/token", &form).text("error_description"), "the client id is unknown");
}

#[test]
fn what_cannot_be_registered_is_refused_with_the_code_of_the_rfc() {
    let practice = service(&[]);
    for (name, value, code) in [
        ("redirect_uris", json!(null), "invalid_redirect_uri"),
        ("redirect_uris", json!(["https://evil.test/"]), "invalid_redirect_uri"),
        ("redirect_uris", json!("http://127.0.0.1/"), "invalid_client_metadata"),
        ("grant_types", json!(["implicit"]), "invalid_client_metadata"),
        ("response_types", json!(["token"]), "invalid_client_metadata"),
        ("token_endpoint_auth_method", json!("tls_client_auth"), "invalid_client_metadata"),
        ("token_endpoint_auth_method", json!("private_key_jwt"), "invalid_client_metadata"),
        ("jwks", json!("x"), "invalid_client_metadata"),
        ("scope", json!("admin"), "invalid_client_metadata"),
        ("client_name", json!("x".repeat(9000)), "invalid_client_metadata"),
    ] {
        let mut asked = public();
        asked[name] = value;
        let heard = register(&practice, &asked);
        assert_eq!((heard.status, heard.text("error").as_str()), (400, code), "{name}");
    }
    let form = post(&practice, "/register", &[("client_name", "x")]);
    assert_eq!((form.status, form.text("error").as_str()), (400, "invalid_client_metadata"));
    assert_eq!(get(&practice, "/register").header("allow"), Some("POST"));
    assert_eq!(call(&practice, "POST", "/register/x", "", "").header("allow"), Some("GET, PUT, DELETE"));

    let heard = register(&practice, &public());
    let (token, at) = (heard.text("registration_access_token"), path(&heard, &practice));
    for (name, value) in [("client_id", "other"), ("client_secret", "guessed"), ("registration_access_token", &token)] {
        let mut change = public();
        change["client_id"] = heard.json()["client_id"].clone();
        change[name] = value.into();
        assert_eq!(send(&practice, ("PUT", &at), &token, &change).text("error"), "invalid_client_metadata", "{name}");
    }
    assert_eq!(send(&practice, ("GET", &at), &token, &Value::Null).status, 200, "a refusal leaves the token as it was");
}

#[test]
fn a_client_that_registered_is_held_to_its_redirect_uri_and_to_the_end_of_its_secret() {
    let practice = service(&[]);
    let id = register(&practice, &public()).text("client_id");
    let target = authorize_target(&[]).replace(CLIENT_ID, &id).replace("callback", "other");
    let heard = get(&practice, &target);
    assert!(heard.status == 400 && heard.body.contains("is not one that"), "{}", heard.body);

    let practice = service(&[Fault::RegistrationShortSecret]);
    let mut asked = public();
    asked["token_endpoint_auth_method"] = "client_secret_basic".into();
    let heard = register(&practice, &asked).json();
    let life = heard["client_secret_expires_at"].as_i64().zip(heard["client_id_issued_at"].as_i64());
    assert_eq!(life.map(|(end, issued)| end - issued), Some(3600));
}

#[test]
fn each_fault_does_what_it_says() {
    for (fault, code) in [
        (Fault::RegistrationRedirectUri, "invalid_redirect_uri"),
        (Fault::RegistrationMetadata, "invalid_client_metadata"),
        (Fault::RegistrationStatement, "invalid_software_statement"),
        (Fault::RegistrationUnapproved, "unapproved_software_statement"),
        (Fault::RegistrationClosed, "invalid_token"),
    ] {
        assert_eq!(register(&service(&[fault]), &public()).text("error"), code);
    }
    let closed = service(&[Fault::RegistrationClosed]);
    assert_eq!(send(&closed, ("POST", "/register"), "practice-initial", &public()).status, 201);
    let changed = register(&service(&[Fault::RegistrationChanged]), &public()).json();
    assert_eq!(changed["token_endpoint_auth_method"], "client_secret_basic");
    assert!(changed["client_name"] != "Own" && changed["client_secret"].is_string(), "{changed}");
    let unmanaged = register(&service(&[Fault::RegistrationUnmanaged]), &public()).json();
    assert_eq!(
        (&unmanaged["registration_access_token"], &unmanaged["registration_client_uri"]),
        (&Value::Null, &Value::Null)
    );
    let refusing = service(&[Fault::RegistrationRefusedToken]);
    let heard = register(&refusing, &public());
    let (token, at) = (heard.text("registration_access_token"), path(&heard, &refusing));
    assert_eq!(send(&refusing, ("GET", &at), &token, &Value::Null).status, 401);
}

#[test]
fn a_program_that_registers_forever_takes_no_more_room() {
    let practice = service(&[]);
    let first = register(&practice, &public());
    let (token, at) = (first.text("registration_access_token"), path(&first, &practice));
    for _ in 0..500 {
        assert_eq!(register(&practice, &public()).status, 201);
    }
    assert_eq!(send(&practice, ("GET", &at), &token, &Value::Null).status, 401, "the oldest is forgotten");
}
