//! Signing in to an API of which only the address is known (RFC 9728): what it says of itself, and who issues its tokens.

use serde_json::{Value, json};

use crate::support::http::browser;
use crate::support::practice::Practice;
use crate::support::process::Finished;
use crate::support::scripted::{Answer, Asked, Scripted};
use crate::support::tokenwright::Tokenwright;

const METADATA: &str = "/.well-known/oauth-protected-resource/mcp";
const ISSUER_METADATA: &str = "/.well-known/oauth-authorization-server";

/// What an API and its issuer, at one address, say of themselves; `URL` stands for the address.
#[derive(Clone)]
struct Told {
    /// `WWW-Authenticate` of a request without a token.
    challenge: Vec<&'static str>,
    /// By the path where it is.
    resource: Option<(&'static str, Value)>,
    /// Members of the issuer's metadata besides those that are always there; `null` takes one away.
    issuer: Value,
    /// The redirect's parameters besides code and state.
    redirect: &'static str,
}

impl Default for Told {
    fn default() -> Self {
        let resource = json!({ "resource": "URL/mcp", "authorization_servers": ["URL"], "scopes_supported": ["b"] });
        Self { challenge: vec!["Bearer"], resource: Some((METADATA, resource)), issuer: json!({}), redirect: "" }
    }
}

impl Told {
    fn start(self) -> Scripted {
        Scripted::start(move |asked, _| self.answer(asked))
    }

    fn answer(&self, asked: &Asked) -> Answer {
        let url = url_of(asked);
        let filled = |json: &Value| serde_json::from_str(&json.to_string().replace("URL", &url)).expect("JSON");
        match asked.path.as_str() {
            "/mcp" if asked.raw.to_lowercase().contains("\r\nauthorization: ") => {
                Answer::json(200, &json!({ "ok": true }))
            }
            "/mcp" if asked.raw.starts_with("GET") => Answer::text(405, "text/plain", ""),
            "/mcp" => self.challenge.iter().fold(Answer::text(401, "text/plain", ""), |answer, challenge| {
                answer.header("WWW-Authenticate", &challenge.replace("URL", &url))
            }),
            ISSUER_METADATA => self.issuer_metadata(&url),
            "/register" => {
                let body = asked.raw.split("\r\n\r\n").nth(1).unwrap_or_default();
                let mut client: Value = serde_json::from_str(body).expect("client metadata");
                client["client_id"] = "registered".into();
                if client["token_endpoint_auth_method"] == "client_secret_basic" {
                    client["client_secret"] = "made-up".into();
                }
                Answer::json(201, &client)
            }
            "/authorize" => {
                let (redirect, state) = (asked.parameter("redirect_uri"), asked.parameter("state"));
                let target = format!("{redirect}?code=a-code&state={state}{}", self.redirect);
                Answer::text(302, "text/plain", "").header("Location", &target)
            }
            "/token" => {
                let kind = if asked.raw.to_lowercase().contains("\r\ndpop: ") { "DPoP" } else { "Bearer" };
                let more =
                    json!({ "access_token": "at-1", "token_type": kind, "expires_in": 3600, "refresh_token": "rt-1" });
                Answer::json(200, &more)
            }
            path => match &self.resource {
                Some((place, document)) if *place == path => Answer::json(200, &filled(document)),
                _ => Answer::text(404, "text/plain", ""),
            },
        }
    }

    fn issuer_metadata(&self, url: &str) -> Answer {
        if self.issuer.is_null() {
            return Answer::text(404, "text/plain", "");
        }
        let mut document = json!({
            "issuer": url,
            "authorization_endpoint": format!("{url}/authorize"),
            "token_endpoint": format!("{url}/token"),
            "registration_endpoint": format!("{url}/register"),
            "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
            "code_challenge_methods_supported": ["S256"],
        });
        for (name, value) in self.issuer.as_object().expect("members") {
            document[name] = value.clone();
        }
        document.as_object_mut().expect("members").retain(|_, value| !value.is_null());
        Answer::json(200, &document)
    }
}

/// The address by which the server was asked.
fn url_of(asked: &Asked) -> String {
    let mut lines = asked.raw.lines();
    let host = lines.find_map(|line| line.to_lowercase().strip_prefix("host: ").map(str::to_owned));
    format!("http://{}", host.expect("a host"))
}

fn sign_in(server: &Scripted, more: &[&str]) -> (Tokenwright, Finished) {
    let program = Tokenwright::with_vault();
    let api = format!("{}/mcp", server.url());
    let start = ["sign-in", "mcp", "--protected-resource", &api, "--redirect-uri", "http://127.0.0.1/callback"];
    let finished = program.run(&[&start[..], &["--browser", browser()], more].concat());
    (program, finished)
}

/// How often each was asked.
fn counts<const N: usize>(server: &Scripted, paths: [&str; N]) -> [usize; N] {
    paths.map(|path| server.asked(path).len())
}

#[test]
fn an_api_is_signed_in_to_by_its_address_alone() {
    let server = Told { challenge: vec!["Basic realm=\"x, y\", Bearer scope=\"a c\""], ..Told::default() }.start();
    let (program, finished) = sign_in(&server, &[]);
    finished.done();
    let api = format!("{}/mcp", server.url());
    let registered = &server.asked("/register")[0].raw;
    assert!(
        registered.contains("\"scope\":\"a c\"") && registered.contains("\"application_type\":\"native\""),
        "{registered}"
    );
    let authorization = &server.asked("/authorize")[0];
    let sent = ["client_id", "resource", "scope", "code_challenge_method"].map(|name| authorization.parameter(name));
    assert_eq!(
        sent,
        ["registered", &api, "a c", "S256"],
        "the scopes of the challenge come before those of the metadata"
    );
    program.run(&["refresh", "mcp"]).done();
    let resources: Vec<_> = server.asked("/token").iter().map(|asked| asked.parameter("resource").to_owned()).collect();
    assert_eq!(resources, [api.as_str(), &api], "of the code, and of the refresh");
    program.run(&["call", "mcp", &api]).done();
    // The token went to the API and nowhere else.
    for path in [METADATA, ISSUER_METADATA, "/register", "/authorize"] {
        let asked = server.asked(path);
        assert!(asked.iter().all(|asked| !asked.raw.to_lowercase().contains("authorization:")), "{path}");
    }
    assert_eq!(program.run(&["call", "mcp", "http://127.0.0.1:9/mcp"]).code, 2, "it is no host of the service");
    // Once more, the client is taken up.
    let start = ["sign-in", "mcp", "--protected-resource", &api, "--redirect-uri", "http://127.0.0.1/callback"];
    program.run(&[&start[..], &["--browser", browser()]].concat()).done();
    assert_eq!(counts(&server, ["/register"]), [1]);
}

#[test]
fn without_scopes_in_the_challenge_those_of_the_metadata_are_asked_for_and_without_any_none() {
    for (resource, issuer, expected) in [
        (json!({ "scopes_supported": ["b"] }), json!({}), "b"),
        (
            json!({ "scopes_supported": ["b"] }),
            json!({ "scopes_supported": ["b", "offline_access"] }),
            "b offline_access",
        ),
        (json!({ "scopes_supported": ["b", "offline_access"] }), json!({ "scopes_supported": ["b"] }), "b"),
        (json!({}), json!({ "scopes_supported": ["b", "openid"] }), ""),
    ] {
        let mut document = json!({ "resource": "URL/mcp", "authorization_servers": ["URL"] });
        document.as_object_mut().expect("members").extend(resource.as_object().expect("members").clone());
        let server = Told { resource: Some((METADATA, document)), issuer, ..Told::default() }.start();
        sign_in(&server, &[]).1.done();
        assert_eq!(server.asked("/authorize")[0].parameter("scope"), expected);
    }
}

#[test]
fn the_challenge_says_where_the_metadata_is_and_the_root_of_the_host_comes_last() {
    let document = || json!({ "resource": "URL/mcp", "authorization_servers": ["URL"] });
    let named = Told {
        challenge: vec!["DPoP algs=\"ES256\"", "Bearer resource_metadata=\"URL/elsewhere\""],
        ..Told::default()
    };
    let server = Told { resource: Some(("/elsewhere", document())), ..named }.start();
    sign_in(&server, &[]).1.done();
    assert_eq!(counts(&server, [METADATA, "/.well-known/oauth-protected-resource"]), [0, 0]);

    let whole = json!({ "resource": "URL", "authorization_servers": ["URL"] });
    let server = Told { resource: Some(("/.well-known/oauth-protected-resource", whole)), ..Told::default() }.start();
    let (_, finished) = sign_in(&server, &[]);
    assert!(finished.stderr.contains("resource: more than the address that you gave"), "{}", finished.stderr);
    finished.done();
    assert_eq!(counts(&server, [METADATA]), [1]);
    assert_eq!(server.asked("/authorize")[0].parameter("resource"), server.url(), "as it is written there");
}

#[test]
fn what_an_api_says_that_cannot_be_believed_ends_the_sign_in_before_anything_is_sent() {
    let resource = |resource: &str| Some((METADATA, json!({ "resource": resource, "authorization_servers": ["URL"] })));
    let servers = |servers: Value| Some((METADATA, json!({ "resource": "URL/mcp", "authorization_servers": servers })));
    let at = |challenge: &'static str| Told { challenge: vec![challenge], ..Told::default() };
    for (told, code, words) in [
        (
            Told { resource: resource("https://evil.example.com/mcp"), ..Told::default() },
            4,
            "the metadata is that of another API",
        ),
        (Told { resource: resource("URL/mcp/other"), ..Told::default() }, 4, "the metadata is that of another API"),
        (Told { resource: resource("\u{1b}[2J"), ..Told::default() }, 4, "the metadata is that of another API"),
        (Told { resource: servers(json!([])), ..Told::default() }, 4, "the API names no issuer of its tokens"),
        (
            Told { resource: servers(json!(["ftp://as.test"])), ..Told::default() },
            4,
            "names `ftp://as.test` as the issuer",
        ),
        (
            Told { resource: servers(json!(["URL", "https://as2.test"])), ..Told::default() },
            2,
            "the API takes tokens of several issuers",
        ),
        (at("Bearer resource_metadata=\"http://as.example.com/x\""), 4, "an https URL of another machine is expected"),
        (at("Bearer resource_metadata=\"URL/gone\""), 4, "/gone, which answered 404"),
        (
            Told { issuer: json!({ "code_challenge_methods_supported": null }), ..Told::default() },
            4,
            "does not announce that it checks code challenges",
        ),
        (
            Told { issuer: json!({ "code_challenge_methods_supported": ["plain"] }), ..Told::default() },
            4,
            "does not announce that it checks code challenges",
        ),
        (
            Told { issuer: json!({ "issuer": "https://evil.example.com" }), ..Told::default() },
            4,
            "describes another issuer",
        ),
    ] {
        let server = told.start();
        let (_, finished) = sign_in(&server, &[]);
        let said = finished.failed(code);
        assert!(said.contains(words) && !said.contains('\u{1b}'), "{words}: {said}");
        assert_eq!(counts(&server, ["/register", "/authorize", "/token"]), [0, 0, 0], "{words}");
    }
}

#[test]
fn a_person_chooses_among_the_issuers_and_may_insist_on_a_challenge_that_is_not_announced() {
    let several = json!({ "resource": "URL/mcp", "authorization_servers": ["https://as2.test", "URL"] });
    let issuer = json!({ "code_challenge_methods_supported": null });
    let server = Told { resource: Some((METADATA, several)), issuer, ..Told::default() }.start();
    let (_, finished) = sign_in(&server, &["--issuer", "https://other.test"]);
    let said = finished.failed(4);
    assert!(
        said.contains("the API takes no tokens of `https://other.test/`\nhint: it names `https://as2.test`"),
        "{said}"
    );
    sign_in(&server, &["--issuer", &server.url(), "--pkce", "S256"]).1.done();
    assert_eq!(counts(&server, ["/authorize", "/token"]), [1, 1]);
}

#[test]
fn a_response_that_names_another_issuer_is_not_believed_even_where_none_was_announced() {
    for wrong in ["&iss=https%3A%2F%2Fevil.example.com", "&iss=URL%2F"] {
        let server = Scripted::start(move |asked, _| {
            let mut told = Told::default();
            let redirect = wrong.replace("URL", &url_of(asked));
            told.redirect = Box::leak(redirect.into_boxed_str());
            told.answer(asked)
        });
        let program = Tokenwright::with_vault();
        let api = format!("{}/mcp", server.url());
        let start = ["sign-in", "mcp", "--protected-resource", &api, "--redirect-uri", "http://127.0.0.1/callback"];
        let mut process = program.start(&[&start[..], &["--browser", browser()]].concat());
        process.line_with("warning: the response comes from `");
        drop(process);
        assert_eq!(counts(&server, ["/token"]), [0], "{wrong}");
    }
}

#[test]
fn one_that_describes_nothing_is_its_own_issuer_at_the_usual_paths() {
    let server = Told { resource: None, issuer: Value::Null, ..Told::default() }.start();
    let (program, finished) = sign_in(&server, &[]);
    assert!(
        finished.stderr.contains("publishes no metadata: its endpoints have the usual paths."),
        "{}",
        finished.stderr
    );
    finished.done();
    assert_eq!(counts(&server, ["/register", "/authorize", "/token"]), [1, 1, 1]);
    program.run(&["call", "mcp", &format!("{}/mcp", server.url())]).done();
    // With metadata of the issuer, its endpoints are those.
    let server = Told { resource: None, ..Told::default() }.start();
    sign_in(&server, &[]).1.done();
    assert_eq!(server.asked("/authorize")[0].parameter("resource"), format!("{}/mcp", server.url()));
}

#[test]
fn tokens_are_bound_to_a_key_where_the_api_takes_no_other() {
    let mut document = json!({ "resource": "URL/mcp", "authorization_servers": ["URL"] });
    document["dpop_bound_access_tokens_required"] = true.into();
    let server = Told { resource: Some((METADATA, document.clone())), ..Told::default() }.start();
    let (program, finished) = sign_in(&server, &[]);
    finished.done();
    program.run(&["call", "mcp", &format!("{}/mcp", server.url())]).done();
    let called = server.asked("/mcp").last().expect("a call").raw.to_lowercase();
    assert!(called.contains("\r\nauthorization: dpop at-1\r\n") && called.contains("\r\ndpop: "), "{called}");
}

#[test]
fn a_client_is_a_document_where_the_issuer_reads_it_and_is_registered_elsewhere() {
    const DOCUMENT: &str = "https://client.example.com/tokenwright.json";
    let reads = json!({ "client_id_metadata_document_supported": true });
    let server = Told { issuer: reads, ..Told::default() }.start();
    sign_in(&server, &["--client-document", DOCUMENT]).1.done();
    assert_eq!(server.asked("/authorize")[0].parameter("client_id"), DOCUMENT);
    assert_eq!(server.asked("/token")[0].parameter("client_id"), DOCUMENT);
    assert_eq!(counts(&server, ["/register"]), [0]);
    let server = Told::default().start();
    sign_in(&server, &["--client-document", DOCUMENT]).1.done();
    assert_eq!(server.asked("/authorize")[0].parameter("client_id"), "registered");
    for wrong in
        ["http://client.example.com/x", "https://client.example.com", "https://a.test/x/../y", "https://a.test/x#y"]
    {
        let said = sign_in(&server, &["--client-document", wrong]).1.failed(2);
        assert!(said.contains("write an https URL with a path"), "{wrong}: {said}");
    }
    // Without a place to register at, and without a client, it is said what is missing.
    let server = Told { issuer: json!({ "registration_endpoint": null }), ..Told::default() }.start();
    assert!(sign_in(&server, &[]).1.failed(2).contains("`--client-id`"));
}

#[test]
fn a_person_rehearses_it_at_the_practice_service() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let api = practice.url("/resource");
    let start = ["sign-in", "demo", "--redirect-uri", "http://127.0.0.1/callback", "--browser", browser()];
    program.run(&[&start[..], &["--protected-resource", &api]].concat()).done();
    let reply = program.run(&["call", "demo", &api, "--json"]).json();
    assert_eq!((&reply["status"], &reply["body"]["ok"]), (&json!(200), &json!(true)));
    let shown = program.run(&["show", "demo", "--json"]).json();
    assert_eq!(shown["scopes"], json!(["practice.read", "practice.write", "offline_access"]), "{shown}");
    program.run(&["refresh", "demo"]).done();
    // Another API may be named, or none.
    let other = ["--protected-resource", &api, "--resource", "urn:practice:archive"];
    program.run(&[&start[..], &other].concat()).done();
    assert_eq!(program.run(&["call", "demo", &practice.url("/archive"), "--json"]).json()["status"], json!(200));
    for (fault, words) in [
        ("other-resource", "of another API: `https://issuer.invalid/resource`"),
        ("several-issuers", "several issuers"),
    ] {
        let practice = Practice::start_with(&program, &[fault]);
        let finished = program.run(&[&start[..], &["--protected-resource", &practice.url("/resource")]].concat());
        assert!(finished.code != 0 && finished.stderr.contains(words), "{fault}: {}", finished.stderr);
    }
}

#[test]
fn a_parameter_that_the_issuer_does_not_take_is_left_out() {
    let server = Told::default().start();
    let none = ["authorization", "token", "refresh"].map(|stage| format!("{stage}.resource="));
    let more: Vec<&str> = none.iter().flat_map(|parameter| ["--param", parameter]).collect();
    let (program, finished) = sign_in(&server, &more);
    finished.done();
    program.run(&["refresh", "mcp"]).done();
    let sent = ["/authorize", "/token"].map(|path| server.asked(path)).concat();
    assert!(sent.len() == 3 && sent.iter().all(|asked| asked.parameter("resource").is_empty()), "{sent:?}");
}

#[test]
fn a_sign_in_on_another_device_asks_for_the_same() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let api = practice.url("/resource");
    program.run(&["sign-in", "demo", "--protected-resource", &api, "--grant", "device"]).done();
    assert_eq!(program.run(&["call", "demo", &api, "--json"]).json()["status"], json!(200));
}
