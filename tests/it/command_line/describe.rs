//! A service that is described by options: from an issuer to a token in one command.

use serde_json::{Value, json};

use crate::support::http::browser;
use crate::support::oidc_provider::OidcProvider;
use crate::support::practice::Practice;
use crate::support::scripted::{Answer, Asked, Scripted};
use crate::support::tokenwright::Tokenwright;

#[test]
#[ignore = "needs node"]
fn an_issuer_is_enough_for_a_browser_a_robot_and_a_public_client() {
    let provider = OidcProvider::start_auto();
    let program = Tokenwright::with_vault();
    let issuer = ["--issuer", provider.issuer()];
    let by_code = ["--client-id", "confidential-basic", "--client-secret-stdin", "--browser", browser()];
    let more = ["--scope", "openid", "--scope", "offline_access", "--param", "authorization.prompt=consent"];
    let redirect = ["--redirect-uri", "http://127.0.0.1/callback", "--save-as-preset", "op"];
    let arguments = [&["sign-in", "code"][..], &issuer, &by_code, &more, &redirect].concat();
    let said = program.run_with_input(&arguments, "secret\n");
    assert!(said.stderr.contains("Not used: "), "{}", said.stderr);
    assert!(said.stderr.contains("pushed_authorization_request_endpoint"), "{}", said.stderr);
    said.done();
    program.run(&["refresh", "code"]).done();
    assert!(program.run(&["service", "list"]).done().contains("op "), "the preset is there");

    let secret = "a secret of more than 32 characters, as HS256 wants it\n";
    let robot =
        ["--grant", "client-credentials", "--client-auth", "client_secret_jwt", "--client-id", "with-secret-jwt"];
    let arguments = [&["sign-in", "robot"][..], &issuer, &robot, &["--client-secret-stdin"]].concat();
    program.run_with_input(&arguments, secret).done();

    let (authorize, token) = (provider.authorization_endpoint(), provider.token_endpoint());
    let endpoints =
        ["--authorization-url", &authorize, "--token-url", &token, "--userinfo-url", &provider.userinfo_endpoint()];
    let public = ["--client-auth", "none", "--client-id", "public-native", "--scope", "openid", "--browser", browser()];
    let redirect = ["--redirect-uri", "http://127.0.0.1/callback"];
    let arguments = [&["sign-in", "public"][..], &endpoints, &public, &redirect].concat();
    program.run(&arguments).done();
    assert!(program.run(&["whoami", "public"]).done().contains("alex"));
}

#[test]
#[ignore = "needs node"]
fn a_key_of_ones_own_authenticates_the_client_of_an_issuer() {
    let program = Tokenwright::with_vault();
    let public = program.home().join("public.pem");
    let path = public.to_str().expect("UTF-8");
    let key = program.home().join("key.pem");
    let openssl = |arguments: &[&str]| {
        let done = std::process::Command::new("openssl").args(arguments).output().expect("openssl");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    let private = key.to_str().expect("UTF-8");
    openssl(&["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", private]);
    openssl(&["pkey", "-in", private, "-pubout", "-out", path]);
    let provider = OidcProvider::start_with(&["--auto", "--client-key", path]);
    let robot = ["--grant", "client-credentials", "--client-auth", "private_key_jwt", "--client-id", "with-key"];
    let arguments =
        [&["sign-in", "keyed", "--issuer", provider.issuer()][..], &robot, &["--key-file", private]].concat();
    program.run(&arguments).done();
    program.run(&["token", "keyed"]).done();
}

#[test]
fn an_issuer_is_enough_for_a_sign_in_on_another_device() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let issuer = format!("http://127.0.0.1:{}", practice.port());
    let device = ["--grant", "device", "--client-id", "practice-public", "--client-auth", "none"];
    let said = program.run(&[&["sign-in", "tv", "--issuer", &issuer][..], &device].concat());
    assert!(said.stderr.contains("On another device, open "), "{}", said.stderr);
    said.done();
    program.run(&["refresh", "tv"]).done();
    let none = ["--token-url", "https://as.test/token", "--grant", "device", "--client-id", "a"];
    let words = program.run(&[&["sign-in", "other"][..], &none].concat()).failed(2);
    assert!(words.contains("the service has no device request"), "{words}");
}

#[test]
#[ignore = "needs node"]
fn a_confidential_client_authenticates_when_it_asks_for_a_device_code_too() {
    let provider = OidcProvider::start();
    let program = Tokenwright::with_vault();
    let endpoints =
        ["--token-url", &provider.token_endpoint(), "--device-url", &format!("{}/device/auth", provider.issuer())];
    for (named, client, method) in [
        (&["--issuer", provider.issuer()][..], "confidential-basic", "client_secret_basic"),
        (&endpoints[..], "confidential-post", "client_secret_post"),
    ] {
        let client = ["--client-id", client, "--client-auth", method, "--client-secret-stdin", "--try"];
        let arguments = [&["sign-in", "tv", "--grant", "device"][..], named, &client].concat();
        let said = program.run_with_input(&arguments, "secret\n");
        assert!(said.stderr.contains("The client is accepted: a code came"), "{}", said.stderr);
        said.done();
        let words = program.run_with_input(&arguments, "wrong\n").failed(4);
        assert!(words.contains("the device authorization endpoint refused: `invalid_client`"), "{words}");
    }
}

#[test]
fn what_a_grant_needs_is_asked_for_by_its_option() {
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", "s");
    let sign_in = |grant: &str| {
        let url = ["--token-url", "http://127.0.0.1:1/token", "--client-id", "c", "--grant", grant];
        program.run(&[&["sign-in", "p"][..], &url].concat()).failed(2)
    };
    let words = sign_in("password");
    assert!(words.contains("hint: add `--username NAME`"), "{words}");
    let program = Tokenwright::with_vault();
    let url = ["--token-url", "http://127.0.0.1:1/token", "--client-id", "c", "--username", "u"];
    let client = ["--grant", "client-credentials", "--client-auth", "private_key_jwt"];
    let words = program.run(&[&["sign-in", "p"][..], &url, &client].concat()).failed(2);
    assert!(words.contains("add `--key-file FILE`"), "{words}");
}

#[test]
fn a_refresh_token_at_hand_that_is_refused_is_told_as_one() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let url = format!("http://127.0.0.1:{}/token", practice.port());
    let client = ["--client-id", "practice-public", "--client-auth", "none", "--refresh-token-stdin"];
    let arguments = [&["sign-in", "p", "--token-url", &url, "--grant", "refresh-token"][..], &client].concat();
    let words = program.run_with_input(&arguments, "nobody-issued-it\n").stderr;
    assert!(words.contains("`invalid_grant`") && !words.contains("redirect URI"), "{words}");
}

#[test]
fn what_a_preset_cannot_do_is_no_warning_at_its_sign_in() {
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", "s");
    let sign_in = ["sign-in", "p", "--service", "github", "--client-id", "c", "--redirect-uri", "not a URI"];
    let words = program.run(&sign_in).failed(2);
    assert!(!words.contains("not supported"), "{words}");
}

/// A server with these two documents, whose requests all succeed.
fn issuing(documents: impl Fn(&str, bool) -> Option<Value> + Send + Sync + 'static) -> Scripted {
    Scripted::start(move |asked, _| {
        let base = asked.raw.lines().find_map(|line| line.strip_prefix("Host: ").or(line.strip_prefix("host: ")));
        let base = format!("http://{}", base.unwrap_or_default().trim());
        let document = |is_openid| match documents(&base, is_openid) {
            Some(document) => Answer::json(200, &document),
            None => Answer::json(404, &json!({})),
        };
        match asked.path.as_str() {
            "/.well-known/openid-configuration" => document(true),
            "/.well-known/oauth-authorization-server" => document(false),
            "/authorize" => asked.grant("c"),
            _ => Answer::json(200, &json!({ "access_token": "at", "expires_in": 3600 })),
        }
    })
}

fn sign_in(program: &Tokenwright, issuer: &str, more: &[&str]) -> crate::support::process::Finished {
    let whole =
        ["sign-in", "p", "--issuer", issuer, "--client-id", "mine", "--redirect-uri", "http://127.0.0.1/callback"];
    program.run(&[&whole[..], &["--browser", browser(), "--overwrite"], more].concat())
}

#[test]
fn both_documents_are_read_and_what_they_contradict_each_other_in_is_named() {
    let server = issuing(|base, is_openid| {
        let mut document = json!({ "issuer": base, "token_endpoint": format!("{base}/token"), "x_own": is_openid });
        if is_openid {
            document["authorization_endpoint"] = format!("{base}/authorize").into();
        } else {
            document["revocation_endpoint"] = format!("{base}/revoke").into();
            document["token_endpoint"] = "https://elsewhere.test/token".into();
        }
        Some(document)
    });
    let program = Tokenwright::with_vault();
    let said = sign_in(&program, &server.url(), &[]);
    let words = said.stderr.clone();
    said.done();
    assert!(
        words.contains("token_endpoint: http://") && words.contains("says `https://elsewhere.test/token`"),
        "{words}"
    );
    assert!(words.contains("revocation_endpoint: its URL") && words.contains("x_own"), "{words}");
    assert_eq!(server.asked("/token").len(), 1, "the first document's");
}

#[test]
fn a_document_of_another_issuer_is_not_used_beside_the_first() {
    let server = issuing(|base, is_openid| {
        let issuer = if is_openid { base } else { "https://evil.test" };
        let token = if is_openid { format!("{base}/token") } else { "https://evil.test/token".to_owned() };
        let own = if is_openid { "authorization_endpoint" } else { "revocation_endpoint" };
        Some(json!({ "issuer": issuer, "token_endpoint": token, own: format!("{base}/authorize") }))
    });
    let program = Tokenwright::with_vault();
    let said = sign_in(&program, &server.url(), &[]);
    let words = said.stderr.clone();
    said.done();
    assert!(words.contains("not used: ") && words.contains("describes another issuer, `https://evil.test`"), "{words}");
    assert!(!words.contains("revocation_endpoint: its URL"), "{words}");
}

#[test]
fn what_the_server_demands_and_we_cannot_do_is_said_before_the_browser_opens() {
    let server = issuing(|base, is_openid| {
        let document = json!({
            "issuer": base,
            "authorization_endpoint": format!("{base}/authorize"),
            "token_endpoint": format!("{base}/token"),
            "require_signed_request_object": true,
            "request_object_signing_alg_values_supported": ["ES256K"],
            "grant_types_supported": ["authorization_code"],
        });
        is_openid.then_some(document)
    });
    let program = Tokenwright::with_vault();
    let words = sign_in(&program, &server.url(), &[]).stderr;
    let (demand, opened) = (words.find("JAR, RFC 9101").expect("said"), words.find("Sign in at:").expect("opened"));
    assert!(demand < opened, "{words}");
    let words = sign_in(&program, &server.url(), &["--grant", "client-credentials", "--client-auth", "none"]).stderr;
    assert!(words.contains("does not announce the grant type `client_credentials`"), "{words}");
}

#[test]
fn parameters_of_each_request_are_sent_and_a_standard_one_can_be_left_out() {
    let server = issuing(|base, is_openid| {
        let urls = ["authorization", "token"].map(|name| (format!("{name}_endpoint"), format!("{base}/{name}")));
        let mut document = json!({ "issuer": base });
        for (name, url) in urls {
            document[name] = url.replace("/authorization", "/authorize").into();
        }
        is_openid.then_some(document)
    });
    let program = Tokenwright::with_vault();
    let parameters = [
        "authorization.prompt=login",
        "authorization.scope=",
        "token.audience=https://a.test/x?y=z",
        "token.resource=https://a.test",
        "token.resource=https://b.test",
    ];
    let arguments: Vec<&str> = parameters.iter().flat_map(|parameter| ["--param", parameter]).collect();
    sign_in(&program, &server.url(), &[&arguments[..], &["--scope", "a", "--pkce", "off"]].concat()).done();
    let names = |asked: &Asked| asked.parameters.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let authorized = &server.asked("/authorize")[0];
    assert_eq!(authorized.parameter("prompt"), "login");
    assert!(!names(authorized).iter().any(|name| name == "scope" || name == "code_challenge"), "{authorized:?}");
    let token = &server.asked("/token")[0];
    assert_eq!(token.parameter("audience"), "https://a.test/x?y=z");
    assert_eq!(names(token).iter().filter(|name| *name == "resource").count(), 2, "{token:?}");
    let refused = program.run(&["sign-in", "p", "--param", "token.client_secret=hunter2"]).failed(2);
    assert!(refused.contains("every process can see arguments"), "{refused}");
}
