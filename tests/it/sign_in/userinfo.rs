//! Signed and encrypted replies of the userinfo endpoint: one fault of the practice service for each way in which one can be wrong,
//! and a certified server for what is right.

use crate::sign_in::fapi::{P256, make_key};
use crate::sign_in::message_signing::{RSA, certified, text, with_secret};
use crate::support::oidc_provider::OidcProvider;
use crate::support::practice::Practice;
use crate::support::tokenwright::Tokenwright;

/// Faults, and what is said of the reply.
const REFUSED: &[(&[&str], &str)] = &[
    (&["userinfo-alg-none"], "has no signature (its `alg` is `none`), so anybody can have written it"),
    (
        &["userinfo-wrong-signature"],
        "the signature of the userinfo reply is wrong: a key of its issuer did not make it",
    ),
    (&["userinfo-wrong-iss"], "comes from `https://issuer.invalid` (`iss`), not from `http://127.0.0.1:{port}`"),
    (&["userinfo-wrong-aud"], "is for `another-client` (`aud`), not for the client `practice-client`"),
    (&["userinfo-no-sub"], "does not say whom it is about (`sub`)"),
    (&["userinfo-expired"], "the userinfo reply expired 60 min ago (`exp`), by the clock of this machine"),
    (&["userinfo-signed", "userinfo-other-sub"], "told of `practice-somebody-else` (`sub`), and the ID token is about"),
];

#[test]
fn no_signed_userinfo_that_fails_a_check_is_believed() {
    for (faults, words) in REFUSED {
        let program = Tokenwright::with_vault();
        let practice = Practice::start_with(&program, faults);
        practice.sign_in(&program, "demo");
        let words = words.replace("{port}", practice.port());
        for command in ["whoami", "userinfo"] {
            let said = program.run(&[command, "demo"]).failed(4);
            assert!(said.contains(&words) && said.contains("hint: "), "{faults:?}: {said}");
            assert!(!said.contains("ada@"), "{faults:?}: {said}");
        }
    }
}

#[test]
fn signed_userinfo_is_verified_and_shown() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start_with(&program, &["userinfo-signed"]);
    practice.sign_in(&program, "demo");
    assert!(program.run(&["whoami", "demo"]).done().contains("ada@"));
    let claims = program.run(&["userinfo", "demo", "--json"]).json();
    assert_eq!((&claims["sub"], &claims["aud"]), (&"practice-ada".into(), &"practice-client".into()), "{claims}");
}

#[test]
#[ignore = "needs node and openssl"]
fn the_userinfo_of_a_certified_server_is_verified_signed_and_encrypted_as_well() {
    for algorithm in [&P256, &RSA] {
        let folder = tempfile::tempdir().expect("a folder");
        let (key, public) = make_key(folder.path(), algorithm);
        let server = OidcProvider::start_with(&["--auto", "--client-key", text(&public)]);
        let with_key = ["--key-file", text(&key)];
        for (client, more) in [("signed-userinfo", &[][..]), ("encrypted", &with_key)] {
            let program = with_secret();
            certified(&program, &server, client, &[&["--scope", "email"], more].concat()).finish().done();
            assert!(program.run(&["whoami", "bank"]).done().contains("alex@example.com"));
            let claims = program.run(&["userinfo", "bank", "--json"]).json();
            let said = (&claims["sub"], &claims["aud"], &claims["iss"]);
            assert_eq!(said, (&"alex".into(), &client.into(), &server.issuer().into()), "{claims}");
        }
        // Without the key nothing of it can be read.
        let program = with_secret();
        certified(&program, &server, "encrypted", &[]).finish().done();
        let said = program.run(&["whoami", "bank"]).failed(4);
        let words = "the userinfo reply cannot be read: it is encrypted, and the profile has no private key";
        assert!(said.contains(words), "{said}");
    }
}
