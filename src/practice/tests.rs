//! The running service, from outside: real sockets, a few lines of HTTP, no other machine.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::*;
use crate::diagnosis::Diagnose as _;

/// The library closes a connection only at the wish of the caller.
const HEAD: &str = "Host: localhost\r\nConnection: close\r\n";
const CALLBACK: &str = "http://127.0.0.1:9/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

struct Heard {
    status: u16,
    head: String,
    body: String,
}

impl Heard {
    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    fn text(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_else(|| panic!("no `{name}`: {}", self.body)).to_owned()
    }

    /// The value of a hidden field of the page.
    fn field(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let after = self.body.split_once(&start).unwrap_or_else(|| panic!("no `{name}`: {}", self.body)).1;
        after.split('"').next().expect("a closing quote").to_owned()
    }
}

fn service(faults: &[Fault]) -> Practice {
    let options = PracticeOptions { faults: faults.to_vec(), auto_consent: true, ..PracticeOptions::default() };
    Practice::start(options).expect("a free port")
}

fn with_pages() -> Practice {
    Practice::start(PracticeOptions::default()).expect("a free port")
}

fn open(practice: &Practice, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, practice.port())).expect("a connection");
    stream.write_all(request.as_bytes()).expect("a peer that reads");
    stream
}

fn call(practice: &Practice, method: &str, target: &str, headers: &str, body: &str) -> Heard {
    let length = body.len();
    let request = format!("{method} {target} HTTP/1.1\r\n{HEAD}{headers}Content-Length: {length}\r\n\r\n{body}");
    rest(open(practice, &request))
}

/// All that still comes.
fn rest(mut stream: TcpStream) -> Heard {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("a whole reply");
    Heard::parse(&bytes)
}

/// What comes up to the end of the head.
fn head(mut stream: TcpStream) -> Heard {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("a whole head");
        bytes.extend(byte);
    }
    Heard::parse(&bytes)
}

fn get(practice: &Practice, target: &str) -> Heard {
    call(practice, "GET", target, "", "")
}

fn post(practice: &Practice, target: &str, form: &[(&str, &str)]) -> Heard {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    call(practice, "POST", target, "Content-Type: application/x-www-form-urlencoded\r\n", &body)
}

/// A token call of the confidential client, with its secret in the body.
fn token(practice: &Practice, form: &[(&str, &str)]) -> Heard {
    let mut whole = vec![("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)];
    whole.extend(form);
    post(practice, "/token", &whole)
}

fn authorize_target(more: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("client_id", CLIENT_ID).append_pair("redirect_uri", CALLBACK);
    form.append_pair("response_type", "code").append_pair("state", "s&1").extend_pairs(more);
    format!("/authorize?{}", form.finish())
}

/// The parameters of a redirect to the callback.
fn redirected(heard: &Heard) -> HashMap<String, String> {
    assert_eq!(heard.status, 302, "{}", heard.body);
    let location = heard.header("location").expect("a location");
    let query = location.strip_prefix(CALLBACK).and_then(|rest| rest.strip_prefix('?')).expect("the callback");
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn sign_in(practice: &Practice) -> Heard {
    let code = redirected(&get(practice, &authorize_target(&[])))["code"].clone();
    token(practice, &[("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)])
}

fn refresh(practice: &Practice, refresh_token: &str) -> Heard {
    token(practice, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)])
}

fn bearer(practice: &Practice, path: &str, token: &str) -> Heard {
    call(practice, "GET", path, &format!("Authorization: Bearer {token}\r\n"), "")
}

fn last(practice: &Practice) -> Seen {
    practice.requests().pop().expect("a request in the log")
}

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
    assert_eq!(reply.json().get("id_token"), None);
    assert_eq!(last(&practice).authentication, ClientAuthentication::Public);
}

#[test]
fn a_client_authenticates_by_basic_or_in_a_form_or_json_body() {
    let practice = service(&[]);
    let basic = format!("Authorization: Basic {}\r\n", STANDARD.encode("practice-client:practice-secret"));
    let form = "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n";
    let heard = call(&practice, "POST", "/token", &(basic.clone() + form), "grant_type=client_credentials");
    assert_eq!(heard.status, 200, "{}", heard.body);
    assert_eq!(heard.json().get("refresh_token"), None);
    assert_eq!(last(&practice).authentication, ClientAuthentication::Basic);

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
fn each_wrong_token_call_has_its_error() {
    let practice = service(&[]);
    let check = |form: &[(&str, &str)], error: &str, description: &str| {
        let heard = token(&practice, form);
        assert_eq!((heard.status, heard.text("error")), (400, error.to_owned()), "{}", heard.body);
        assert_eq!(heard.text("error_description"), description);
        assert_eq!((last(&practice).status, last(&practice).outcome.as_str()), (400, error));
    };
    check(&[], "invalid_request", "`grant_type` is missing");
    let known = "the grant types here are authorization_code, refresh_token, client_credentials, password, and the one of RFC 7523";
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
fn whoever_follows_the_redirect_of_a_token_call_is_seen() {
    let practice = service(&[Fault::RedirectToken]);
    let heard = sign_in(&practice);
    assert_eq!(heard.status, 307);
    let elsewhere = format!("http://localhost:{}/elsewhere", practice.port());
    assert_eq!(heard.header("location"), Some(elsewhere.as_str()));
    post(&practice, "/elsewhere", &[("client_secret", CLIENT_SECRET)]);
    assert_eq!(last(&practice).outcome, "followed the redirect");
}

#[test]
fn faults_of_the_redirect_change_what_it_carries() {
    let redirect = |fault: Fault| redirected(&get(&service(&[fault]), &authorize_target(&[])));
    assert!(!redirect(Fault::DroppedState).contains_key("state"));
    assert_eq!(redirect(Fault::WrongIssuer)["iss"], "https://issuer.invalid");
    let denied = redirect(Fault::AccessDenied);
    assert_eq!((denied["error"].as_str(), denied["state"].as_str()), ("access_denied", "s&1"));
}

#[test]
fn a_huge_reply_keeps_nobody_else_waiting_and_ends_with_the_service() {
    let practice = service(&[Fault::HugeReply]);
    let request = format!("POST /token HTTP/1.1\r\n{HEAD}Content-Length: 0\r\n\r\n");
    let mut stream = open(&practice, &request);
    let mut first = vec![0; 1024 * 1024];
    stream.read_exact(&mut first).expect("more than a megabyte");
    assert!(String::from_utf8_lossy(&first[..400]).contains("practice-at-huge"));
    assert_eq!(get(&practice, "/").status, 200);
    drop(practice);
    let mut rest = Vec::new();
    // Cut off in the middle of a chunk, by an end or by a reset.
    let _ = stream.read_to_end(&mut rest);
    assert!(!rest.ends_with(b"0\r\n\r\n"));
}

#[test]
fn a_slow_reply_keeps_nobody_else_waiting_and_ends_with_the_service() {
    let practice = service(&[Fault::SlowReply]);
    let request = format!("POST /token HTTP/1.1\r\n{HEAD}Content-Length: 0\r\n\r\n");
    let slow: Vec<TcpStream> = (0..40).map(|_| open(&practice, &request)).collect();
    practice.0.wait_for_requests(slow.len());
    assert_eq!(get(&practice, "/").status, 200);
    drop(practice);
    for stream in slow {
        let heard = rest(stream);
        assert_eq!((heard.status, heard.text("error").as_str()), (503, "temporarily_unavailable"));
    }
}

/// A call that tries again on a new connection. In the very instant in which a crowd of idle peers comes, the library
/// may queue a caller behind one of them; whoever comes later gets a thread at once.
fn get_through_a_crowd(practice: &Practice) -> Option<Heard> {
    (0..10).find_map(|_| {
        let mut stream = open(practice, &format!("GET / HTTP/1.1\r\n{HEAD}\r\n"));
        stream.set_read_timeout(Some(Duration::from_secs(2))).expect("a timeout");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).is_ok().then(|| Heard::parse(&bytes))
    })
}

#[test]
fn idle_half_sent_and_lying_peers_keep_nobody_else_waiting_nor_the_end() {
    let practice = service(&[]);
    let lie = "POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\nshort";
    let _lies: Vec<TcpStream> = (1..=60)
        .map(|number| {
            let stream = open(&practice, lie);
            practice.0.wait_for_requests(number);
            stream
        })
        .collect();
    let _idle: Vec<TcpStream> = (0..60).map(|_| open(&practice, "")).collect();
    let _half: Vec<TcpStream> = (0..60).map(|_| open(&practice, "POST /token HTTP/1.1\r\nHost: loc")).collect();
    assert_eq!(get_through_a_crowd(&practice).map(|heard| heard.status), Some(200));
    drop(practice);
}

#[test]
fn a_body_or_head_beyond_the_bounds_is_refused() {
    let practice = service(&[]);
    let size = |bytes: usize| call(&practice, "POST", "/token", "", &"x".repeat(bytes));
    assert_eq!(size(64 * 1024).status, 400);
    for bytes in [64 * 1024 + 1, 1024 * 1024] {
        assert_eq!(size(bytes).text("error_description"), "the body is larger than 64 KiB");
    }
    let long = get(&practice, &format!("/?{}", "x".repeat(64 * 1024)));
    assert_eq!((long.status, last(&practice).outcome.as_str()), (431, "head too large"));
    for declared in ["1048577", "9000000000000000000", "18446744073709551615"] {
        let request = format!("POST /token HTTP/1.1\r\n{HEAD}Content-Length: {declared}\r\n\r\nstart");
        assert_eq!(head(open(&practice, &request)).status, 413, "{declared}");
        assert_eq!((last(&practice).status, last(&practice).outcome.as_str()), (413, "body too large"));
    }
    assert_eq!(get(&practice, "/").status, 200);
}

#[test]
fn a_body_may_come_in_chunks_within_the_same_bounds() {
    let practice = service(&[]);
    let send = |body: &str| {
        let request = format!("POST /token HTTP/1.1\r\n{HEAD}Transfer-Encoding: chunked\r\n\r\n");
        rest(open(&practice, &format!("{request}{:x}\r\n{body}\r\n0\r\n\r\n", body.len())))
    };
    assert_eq!(send("grant_type=implicit&client_id=practice-public").text("error"), "unsupported_grant_type");
    assert_eq!(send(&"x".repeat(64 * 1024 + 1)).status, 413);
}

#[test]
fn a_caller_that_offers_an_upgrade_is_answered_without_it() {
    let practice = service(&[]);
    let body = "grant_type=implicit&client_id=practice-public";
    let more = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n";
    let request = format!("POST /token HTTP/1.1\r\nHost: localhost\r\n{more}Content-Length: {}\r\n\r\n", body.len());
    assert_eq!(rest(open(&practice, &(request + body))).text("error"), "unsupported_grant_type");
}

#[test]
fn every_reply_tells_the_caller_to_close_so_that_no_connection_outlives_the_service() {
    let practice = service(&[]);
    let heard = head(open(&practice, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    assert_eq!((heard.status, heard.header("Connection")), (200, Some("close")));
    let heard = call(&practice, "HEAD", "/", "", "");
    assert_eq!((heard.status, heard.body.as_str()), (200, ""));
}

#[test]
fn another_host_name_is_refused() {
    let practice = service(&[]);
    let request = "GET / HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n";
    let heard = rest(open(&practice, request));
    assert_eq!(heard.status, 421);
    assert!(!heard.body.contains(CLIENT_SECRET));
}

#[test]
fn the_log_holds_names_and_outcomes_but_no_values() {
    let practice = service(&[]);
    let reply = sign_in(&practice);
    let seen = last(&practice);
    assert_eq!(seen.parameters, ["client_id", "client_secret", "grant_type", "code", "redirect_uri"]);
    assert_eq!((seen.method.as_str(), seen.path.as_str(), seen.status), ("POST", "/token", 200));
    assert_eq!((seen.authentication, seen.outcome.as_str()), (ClientAuthentication::Body, "tokens issued"));
    let everything = format!("{practice:?} {:?} {:?}", practice.requests(), *practice.0.handler());
    for secret in [reply.text("access_token"), reply.text("refresh_token"), "practice-code-".to_owned()] {
        assert!(!everything.contains(&secret));
    }
}

#[test]
fn a_taken_port_is_named_with_the_ways_out() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = taken.local_addr().expect("an address").port();
    let options = PracticeOptions { port: Some(port), ..PracticeOptions::default() };
    let error = Practice::start(options).expect_err("the port is taken");
    assert_eq!(error.to_string(), format!("port {port} on 127.0.0.1 is taken"));
    assert!(error.diagnose().hint.is_some_and(|hint| hint.starts_with("choose another port")));
}

#[test]
fn a_stopped_service_gives_its_port_back() {
    let port = service(&[]).port();
    for _ in 0..20 {
        let again = Practice::start(PracticeOptions { port: Some(port), ..PracticeOptions::default() });
        assert_eq!(get(&again.expect("the port is free"), "/").status, 200);
    }
}

#[test]
fn many_callers_at_once_are_all_answered() {
    let practice = service(&[]);
    thread::scope(|scope| {
        let callers: Vec<_> = (0..16).map(|_| scope.spawn(|| sign_in(&practice).status)).collect();
        for caller in callers {
            assert_eq!(caller.join().ok(), Some(200));
        }
    });
}
