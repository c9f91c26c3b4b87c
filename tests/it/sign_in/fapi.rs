//! The FAPI 2.0 Security Profile by one command, at a certified server that requires it, and what is refused here.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::oidc_provider::OidcProvider;
use crate::support::process::Finished;
use crate::support::tokenwright::Tokenwright;

/// A private key and its public half, by `openssl`.
pub(super) fn make_key(folder: &Path, algorithm: &[&str]) -> (PathBuf, PathBuf) {
    let (key, public) = (folder.join("key.pem"), folder.join("public.pem"));
    let openssl = |arguments: &[&str], path: &Path| {
        assert!(Command::new("openssl").args(arguments).arg(path).status().expect("openssl").success());
    };
    openssl(&[&["genpkey", "-quiet", "-algorithm"], algorithm, &["-out"]].concat(), &key);
    openssl(&["pkey", "-in", key.to_str().expect("UTF-8"), "-pubout", "-out"], &public);
    (key, public)
}

pub(super) const P256: [&str; 3] = ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"];

fn sign_in(program: &Tokenwright, issuer: &str, key: &Path, more: &[&str]) -> Finished {
    let key = key.to_str().expect("UTF-8");
    let given = ["sign-in", "bank", "--issuer", issuer, "--profile", "fapi2", "--client-id", "fapi", "--key-file", key];
    let asked = ["--scope", "openid", "--scope", "offline_access", "--param", "authorization.prompt=consent"];
    let browser = ["--redirect-uri", "http://127.0.0.1/callback", "--browser", "curl -sL -o /dev/null"];
    program.run(&[&given[..], &asked[..], &browser[..], more].concat())
}

#[test]
#[ignore = "needs node and openssl"]
fn a_certified_server_that_requires_fapi_is_signed_in_to_by_one_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let (key, public) = make_key(folder.path(), &P256);
    for nonce in [&[][..], &["--dpop-nonce"][..]] {
        let arguments = [&["--auto", "--client-key", public.to_str().expect("UTF-8")], nonce].concat();
        let provider = OidcProvider::start_with(&arguments);
        let program = Tokenwright::with_vault();
        sign_in(&program, provider.issuer(), &key, &[]).done();
        let shown = program.run(&["show", "bank", "--json"]).json();
        assert_eq!(shown["token_type"], "DPoP");
        for _ in 0..2 {
            program.run(&["refresh", "bank"]).done();
        }
        assert!(program.run(&["whoami", "bank"]).done().contains("alex"));
        let report = program.run(&["show", "bank", "--strict"]).done();
        assert!(report.contains("held to FAPI 2.0") && report.matches("departs in nothing").count() == 2, "{report}");
    }
}

#[test]
#[ignore = "needs node and openssl"]
fn a_certified_server_that_requires_signed_messages_as_well_is_signed_in_to_by_one_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let (key, public) = make_key(folder.path(), &P256);
    let provider = OidcProvider::start_with(&["--auto", "--client-key", public.to_str().expect("UTF-8")]);
    let program = Tokenwright::with_vault();
    let key = key.to_str().expect("UTF-8");
    let given = ["sign-in", "bank", "--issuer", provider.issuer(), "--client-id", "fapi-signed", "--key-file", key];
    let asked = ["--scope", "openid", "--scope", "offline_access", "--param", "authorization.prompt=consent"];
    let browser = ["--redirect-uri", "http://127.0.0.1/callback", "--browser", "curl -sL -o /dev/null"];
    let held_to =
        |profile, more: &[&str]| program.run(&[&given[..], &asked, &browser, &["--profile", profile], more].concat());
    // The server refuses the same client where its request is not signed.
    let words = held_to("fapi2", &[]).failed(4);
    assert!(words.contains("`invalid_request`"), "{words}");
    for (more, expected) in [
        (&["--signed-request=off"][..], "the authorization request is not signed"),
        (&["--response-mode", "query"], "the authorization response is not signed"),
        (&["--signed-request=RS256"], "the authorization request is signed by another algorithm"),
    ] {
        let words = held_to("fapi2-message-signing", more).failed(2);
        assert!(words.contains("departs from it") && words.contains(expected), "{more:?}: {words}");
    }
    held_to("fapi2-message-signing", &[]).done();
    assert_eq!(program.run(&["show", "bank", "--json"]).json()["token_type"], "DPoP");
    program.run(&["refresh", "bank"]).done();
    assert!(program.run(&["whoami", "bank"]).done().contains("alex"));
    let report = program.run(&["show", "bank", "--strict"]).done();
    assert!(report.contains("held to FAPI 2.0 Message Signing"), "{report}");
    assert_eq!(report.matches("departs in nothing").count(), 3, "{report}");
}

#[test]
#[ignore = "needs node and openssl"]
fn a_request_that_departs_from_fapi_is_not_sent() {
    let folder = tempfile::tempdir().expect("a folder");
    let (key, public) = make_key(folder.path(), &P256);
    let provider = OidcProvider::start_with(&["--auto", "--client-key", public.to_str().expect("UTF-8")]);
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", "secret");
    for (more, expected) in [
        (&["--pkce", "off"][..], "no code challenge by S256"),
        (&["--client-auth", "client_secret_basic"][..], "by neither a signed assertion nor a certificate"),
        (&["--dpop=off"][..], "bound to no key"),
        (&["--dpop=RS256"][..], "proofs are signed by another algorithm"),
    ] {
        let words = sign_in(&program, provider.issuer(), &key, more).failed(2);
        assert!(words.contains("departs from it") && words.contains(expected), "{more:?}: {words}");
    }
    // The server refuses a key of another client, and nothing is kept of it.
    let other = tempfile::tempdir().expect("a folder");
    let (foreign, _) = make_key(other.path(), &P256);
    let words = sign_in(&program, provider.issuer(), &foreign, &[]).failed(4);
    assert!(words.contains("pushed authorization request endpoint refused: `invalid_client`"), "{words}");
    sign_in(&program, provider.issuer(), &key, &[]).done();
    // Without what FAPI asks for, the server refuses the same client.
    let plain =
        ["sign-in", "plain", "--issuer", provider.issuer(), "--client-id", "fapi", "--client-auth", "private_key_jwt"];
    let key = key.to_str().expect("UTF-8");
    let more = ["--key-file", key, "--redirect-uri", "http://127.0.0.1/callback", "--browser", "curl -sL -o /dev/null"];
    let words = program.run(&[&plain[..], &more[..]].concat()).failed(4);
    assert!(words.contains("`invalid_request`"), "{words}");
}
