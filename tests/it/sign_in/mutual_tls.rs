//! Mutual TLS (RFC 8705) against a certified server: a certificate in place of a secret, and tokens that are bound to it.

use std::process::Command;

use crate::support::authority::Authority;
use crate::support::oidc_provider::OidcProvider;
use crate::support::process::Finished;
use crate::support::tokenwright::Tokenwright;

/// The authority, its server, and a client of each kind.
fn authority() -> Authority {
    let authority = Authority::new("made-up authority");
    authority.sign_server();
    authority.sign_client("by-ca", "by-ca");
    authority.self_signed("self-signed", "/CN=self-signed");
    authority
}

fn provider(authority: &Authority, more: &[&str]) -> OidcProvider {
    OidcProvider::start_with(&[&["--auto", "--tls", &authority.file("")][..], more].concat())
}

fn program(authority: &Authority) -> Tokenwright {
    let program = Tokenwright::with_vault();
    program.set("settings.toml", &authority.trusted());
    program
}

/// Signs in as this client with the certificate of this name; the browser shows none.
fn sign_in(
    program: &Tokenwright,
    (authority, provider): (&Authority, &OidcProvider),
    (client, method, certificate): (&str, &str, &str),
    more: &[&str],
) -> Finished {
    let browser = format!("curl -sL -o /dev/null --cacert {}", authority.file("ca.pem"));
    let (file, key) = (authority.file(&format!("{certificate}.pem")), authority.file(&format!("{certificate}.key")));
    let whole = ["sign-in", "p", "--issuer", provider.issuer(), "--client-id", client, "--client-auth", method];
    let shown = ["--client-certificate", &file, "--client-key", &key];
    let rest = ["--redirect-uri", "http://127.0.0.1/callback", "--browser", &browser, "--overwrite"];
    program.run(&[&whole[..], &shown, &rest, more].concat())
}

const OFFLINE: [&str; 4] = ["--scope", "openid offline_access", "--param", "authorization.prompt=consent"];
const ROBOT: [&str; 2] = ["--grant", "client-credentials"];
const FOR_API: [&str; 4] = ["--param", "token.resource=https://api.example.com", "--scope", "read"];

/// The status that the server answers to a use of the token with another certificate, or with none.
fn used_with(authority: &Authority, provider: &OidcProvider, token: &str, certificate: Option<&str>) -> String {
    let mut curl = Command::new("curl");
    curl.args(["-s", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", &authority.file("ca.pem")]);
    if let Some(name) = certificate {
        curl.args([
            "--cert",
            &authority.file(&format!("{name}.pem")),
            "--key",
            &authority.file(&format!("{name}.key")),
        ]);
    }
    curl.arg(format!("{}/me", provider.mtls_origin())).arg("-H").arg(format!("Authorization: Bearer {token}"));
    String::from_utf8(curl.output().expect("curl").stdout).expect("a number")
}

#[test]
#[ignore = "needs node, openssl and curl"]
fn a_client_with_a_certificate_signs_in_refreshes_and_uses_its_bound_token() {
    let authority = authority();
    for (client, method, version) in [
        ("by-ca", "tls-client-auth", "TLSv1.2"),
        ("by-ca", "tls_client_auth", "TLSv1.3"),
        ("self-signed", "self-signed-tls-client-auth", "TLSv1.2"),
        ("self-signed", "self_signed_tls_client_auth", "TLSv1.3"),
    ] {
        let provider = provider(&authority, &["--tls-version", version]);
        let program = program(&authority);
        let said = sign_in(&program, (&authority, &provider), (client, method, client), &OFFLINE);
        assert!(
            said.stderr.contains("mtls_endpoint_aliases: the endpoints for clients with a certificate"),
            "{said:?}"
        );
        said.done();
        assert!(program.run(&["whoami", "p"]).done().contains("alex"));
        let first = program.run(&["token", "p"]).done();
        program.run(&["refresh", "p"]).done();
        let second = program.run(&["token", "p"]).done();
        assert_ne!(first, second, "{client} {version}");

        let token = second.trim();
        assert_eq!(used_with(&authority, &provider, token, Some(client)), "200");
        assert_eq!(used_with(&authority, &provider, token, None), "401", "a bound token is no bearer token");
        let other = if client == "by-ca" { "self-signed" } else { "by-ca" };
        assert_eq!(used_with(&authority, &provider, token, Some(other)), "401");

        assert!(program.run(&["introspect", "p"]).done().contains("active"));
        program.run(&["forget", "p", "--revoke"]).done();
        assert_eq!(used_with(&authority, &provider, token, Some(client)), "401", "it was revoked");
    }
}

#[test]
#[ignore = "needs node, openssl and curl"]
fn a_client_with_a_certificate_acts_for_itself_and_its_token_names_the_certificate() {
    let authority = authority();
    let provider = provider(&authority, &[]);
    for (client, method) in [("by-ca", "tls-client-auth"), ("self-signed", "self-signed-tls-client-auth")] {
        let program = program(&authority);
        sign_in(&program, (&authority, &provider), (client, method, client), &[&ROBOT[..], &FOR_API].concat()).done();
        let inspected = program.run(&["inspect", "p"]).done();
        assert!(inspected.contains("bound to the profile's client certificate"), "{inspected}");
        let thumbprint = thumbprint(&authority, client);
        assert!(inspected.contains(&thumbprint), "{inspected}");
    }
}

/// The `x5t#S256` of a certificate by openssl.
fn thumbprint(authority: &Authority, name: &str) -> String {
    let script = format!(
        "openssl x509 -in {}.pem -outform DER | openssl dgst -sha256 -binary | base64 | tr '+/' '-_' | tr -d '=\\n'",
        authority.file(name)
    );
    let output = Command::new("sh").args(["-c", &script]).output().expect("openssl");
    String::from_utf8(output.stdout).expect("base64")
}

#[test]
#[ignore = "needs node, openssl and curl"]
fn a_client_with_a_secret_may_have_its_tokens_bound_to_a_certificate() {
    let authority = authority();
    let provider = provider(&authority, &[]);
    let program = program(&authority).with_env("TOKENWRIGHT_CLIENT_SECRET", "secret");
    let client = ("bound", "client_secret_basic", "by-ca");
    sign_in(&program, (&authority, &provider), client, &OFFLINE).done();
    assert!(program.run(&["whoami", "p"]).done().contains("alex"));
    let token = program.run(&["token", "p"]).done();
    assert_eq!(used_with(&authority, &provider, token.trim(), None), "401");
}

#[test]
#[ignore = "needs node, openssl and curl"]
fn a_certificate_that_is_not_the_clients_is_refused_by_the_server() {
    let authority = authority();
    let elsewhere = Authority::new("another authority");
    elsewhere.sign_client("by-ca", "by-ca");
    authority.sign_client("other", "other");
    for end in ["pem", "key"] {
        let name = format!("elsewhere.{end}");
        std::fs::copy(elsewhere.path().join(format!("by-ca.{end}")), authority.path().join(name)).expect("copied");
    }
    let mut provider = provider(&authority, &[]);
    for (client, method, certificate, why) in [
        ("by-ca", "tls-client-auth", "elsewhere", "client certificate was not verified"),
        ("by-ca", "tls-client-auth", "other", "certificate subject value does not match the registered one"),
        ("by-ca", "tls-client-auth", "self-signed", "client certificate was not verified"),
        ("self-signed", "self-signed-tls-client-auth", "by-ca", "unregistered client certificate provided"),
    ] {
        let program = program(&authority);
        let said = sign_in(&program, (&authority, &provider), (client, method, certificate), &ROBOT).failed(4);
        assert!(said.contains("invalid_client"), "{said}");
        assert!(said.contains("client certificate"), "{said}");
        assert!(provider.refusal("grant.error").contains(why));
        assert!(program.run(&["token", "p"]).code != 0, "nothing was saved");
    }
}

#[test]
#[ignore = "needs node, openssl and curl"]
fn without_the_certificate_or_with_another_key_nothing_is_sent() {
    let authority = authority();
    let provider = provider(&authority, &[]);
    let program = program(&authority);
    let whole = ["sign-in", "p", "--issuer", provider.issuer(), "--client-id", "by-ca"];
    let said = program.run(&[&whole[..], &["--client-auth", "tls-client-auth"], &ROBOT].concat()).failed(2);
    assert!(said.contains("requires a client certificate") && said.contains("--client-certificate FILE"), "{said}");

    let (file, key) = (authority.file("by-ca.pem"), authority.file("self-signed.key"));
    let shown = ["--client-certificate", &file, "--client-key", &key];
    let said = program.run(&[&whole[..], &["--client-auth", "tls-client-auth"], &ROBOT, &shown].concat()).failed(2);
    assert!(said.contains("the certificate belongs to another private key"), "{said}");
    let said = program.run(&[&whole[..], &["--client-certificate", &file], &ROBOT].concat()).failed(2);
    assert!(said.contains("there is no private key in it"), "{said}");
}

#[test]
#[ignore = "needs node, openssl and curl"]
fn a_chain_of_intermediates_is_sent_and_without_it_the_server_does_not_know_the_certificate() {
    let authority = authority();
    authority.sign("middle", "/CN=middle", "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n");
    authority.sign_with("middle", "leaf", "/CN=by-ca", "basicConstraints=CA:FALSE\n", &["-days", "30"]);
    // Not in the order in which they are sent.
    authority.join("whole.pem", &["middle.pem", "leaf.pem"]);
    std::fs::copy(authority.path().join("leaf.key"), authority.path().join("whole.key")).expect("copied");
    let provider = provider(&authority, &[]);
    let program = program(&authority);
    sign_in(&program, (&authority, &provider), ("by-ca", "tls-client-auth", "whole"), &ROBOT).done();
    let said = sign_in(&program, (&authority, &provider), ("by-ca", "tls-client-auth", "leaf"), &ROBOT).failed(4);
    assert!(said.contains("invalid_client"), "{said}");
}
