//! The checks of an ID token through the public door: one fault of the practice service for each way in which one can be
//! wrong, and a server that somebody else wrote for what is right.

use crate::support::http::browser;
use crate::support::oidc_provider::OidcProvider;
use crate::support::practice::Practice;
use crate::support::process::Finished;
use crate::support::tokenwright::Tokenwright;

/// A fault, and what is said of it.
const REFUSED: &[(&str, &str)] = &[
    ("id-token-wrong-iss", "its issuer (`iss`) is `https://issuer.invalid`, not `http://127.0.0.1:{port}`"),
    ("id-token-no-iss", "it names no issuer (`iss`)"),
    ("id-token-wrong-aud", "it is for `another-client` (`aud`), not for the client `practice-client`"),
    ("id-token-no-aud", "it names no audience (`aud`), and should name the client `practice-client`"),
    ("id-token-more-aud", "it is for `another-client` as well (`aud`), and does not say whom it was issued to (`azp`)"),
    ("id-token-wrong-azp", "it was issued to `another-client` (`azp`), not to the client `practice-client`"),
    ("id-token-expired", "it expired 60 min ago (`exp`), by the clock of this machine"),
    ("id-token-no-exp", "it has no `exp`"),
    (
        "id-token-old-iat",
        "by its `iat` it was issued 7 days ago, and should have been now, by the clock of this machine",
    ),
    ("id-token-no-iat", "it has no `iat`"),
    ("id-token-no-sub", "it names no subject (`sub`)"),
    ("id-token-wrong-nonce", "its `nonce` is not the one that was sent: it answers another sign-in"),
    ("id-token-no-nonce", "it does not repeat the `nonce` that was sent"),
    ("id-token-wrong-at-hash", "its `at_hash` is not that of the access token"),
    ("id-token-wrong-c-hash", "its `c_hash` is not that of the code"),
    ("id-token-wrong-s-hash", "its `s_hash` is not that of the `state`"),
    ("id-token-alg-none", "its `alg` is `none`: it is not signed, so anybody can have written it; it has no signature"),
    ("id-token-wrong-signature", "its signature is wrong: it was not made with a key of `http://127.0.0.1:{port}`"),
    ("id-token-confused-alg", "its signature is wrong: it was not made with the client secret"),
    ("id-token-no-kid-of-several", "its signature is wrong: it does not name its key (`kid`), and its issuer has 2"),
];

fn sign_in(program: &Tokenwright, practice: &Practice, more: &[&str]) -> Finished {
    let set = practice.set();
    let arguments = ["sign-in", "demo", "--service", "practice", "--set", &set, "--browser", browser()];
    program.run(&[&arguments, more].concat())
}

#[test]
fn each_fault_of_an_id_token_ends_the_sign_in_and_nothing_is_saved() {
    for (fault, words) in REFUSED {
        let program = Tokenwright::with_vault();
        let practice = Practice::start_with(&program, &[fault]);
        let said = sign_in(&program, &practice, &[]).failed(4);
        let words = words.replace("{port}", practice.port());
        let expected = format!("error: the ID token of Practice service was refused, and nothing was saved: {words}");
        assert!(said.contains(&expected), "{fault}: {said}");
        assert!(said.contains("the new tokens were revoked"), "{fault}: {said}");
        assert!(!said.contains("practice-at-") && !said.contains("eyJ"), "{fault}: {said}");
        let nothing = program.run(&["token", "demo"]).failed(3);
        assert!(nothing.contains("has no tokens"), "{fault}: {nothing}");
    }
}

#[test]
fn what_is_unusual_and_right_is_taken() {
    for fault in ["id-token-no-kid", "id-token-hs256", "id-token-new-key"] {
        let program = Tokenwright::with_vault();
        let practice = Practice::start_with(&program, &[fault]);
        let said = sign_in(&program, &practice, &["--verbose"]).stderr;
        for passed in ["signature", "nonce", "at_hash"] {
            assert!(said.contains(&format!("ID token: {passed} passed")), "{fault}: {said}");
        }
        program.run(&["token", "demo"]).done();
    }
}

#[test]
fn the_checks_are_told_and_a_kept_token_is_inspected_by_them() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    let found = program.run(&["inspect", "demo", "--token", "id", "--json"]).json();
    let results: Vec<(&str, &str)> = found["checks"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|check| Some((check["of"].as_str()?, check["result"].as_str()?)))
        .collect();
    let passed = ["alg", "signature", "iss", "aud", "exp", "iat", "sub", "at_hash"];
    let expected: Vec<&str> = results.iter().filter(|(_, result)| *result == "passed").map(|(name, _)| *name).collect();
    assert_eq!((expected, results.len()), (passed.to_vec(), 14), "{found}");
    let shown = program.run(&["inspect", "demo", "--token", "id"]).done();
    assert!(shown.contains("Checks\n") && shown.contains("only the sign-in itself knows what was sent"), "{shown}");
}

#[test]
fn a_nonce_of_the_persons_own_is_sent_and_expected() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let said = sign_in(&program, &practice, &["--param", "authorization.nonce=n-mine", "--verbose"]).stderr;
    assert!(said.contains("ID token: nonce passed"), "{said}");
    let found = program.run(&["inspect", "demo", "--token", "id", "--json"]).json();
    assert_eq!(found["claims"]["nonce"], "n-mine");
}

#[test]
fn a_refresh_about_another_person_keeps_the_new_refresh_token_and_not_the_access_token() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    let token = program.run(&["token", "demo"]).done();
    let port = practice.port().to_owned();
    drop(practice);
    let wrong = Practice::start_at(&program, &port, &["refresh-other-sub"]);
    let said = program.run(&["refresh", "demo"]).failed(3);
    let words = "its `sub` is `practice-somebody-else`, and was `practice-ada` at the sign-in";
    assert!(said.contains("error: the ID token of the refresh was refused") && said.contains(words), "{said}");
    // The token that it had is the right person's, and good as long as it was.
    let still = program.run(&["token", "demo"]);
    assert!(still.stderr.contains("needs a new sign-in"), "{}", still.stderr);
    assert_eq!(still.done(), token);
    drop(wrong);
    // The old refresh token is spent, so this works only with the new one.
    let _mended = Practice::start_at(&program, &port, &[]);
    program.run(&["refresh", "demo"]).done();
    assert_ne!(program.run(&["token", "demo"]).done(), token);
}

#[test]
fn a_userinfo_reply_about_another_person_is_refused() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start_with(&program, &["userinfo-other-sub"]);
    practice.sign_in(&program, "demo");
    let said = program.run(&["whoami", "demo"]).failed(4);
    let words = "told of `practice-somebody-else` (`sub`), and the ID token is about `practice-ada`: refused";
    assert!(said.contains(words), "{said}");
}

/// A preset for the certified server; what is known of its issuer is in `redirect`.
fn certified(server: &OidcProvider, redirect: &str) -> Tokenwright {
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", "secret");
    let (authorization, token) = (server.authorization_endpoint(), server.token_endpoint());
    program.add_preset(
        "certified.toml",
        &format!(
            "id = \"certified\"\nname = \"Certified\"\nchecked = \"2026-11-21\"\nsource = [\"a test\"]\n\
             [scopes]\ndefault = [\"openid\", \"email\", \"offline_access\"]\n\
             [redirect]\ndefault = \"http://127.0.0.1/callback\"\n{redirect}\n\
             [authorization]\nurl = \"{authorization}\"\nquery = {{ prompt = \"consent\" }}\n\
             [token_request]\nurl = \"{token}\"\nauthentication = \"basic\"\n\
             [refresh_request]\nurl = \"{token}\"\nauthentication = \"basic\"\n\
             [identity]\nurl = \"{}\"\n",
            server.userinfo_endpoint(),
        ),
    );
    program
}

#[test]
#[ignore = "needs node"]
fn the_id_token_of_a_certified_server_passes() {
    let server = OidcProvider::start_auto();
    let client = "confidential-basic";
    let sign_in = ["sign-in", "demo", "--service", "certified", "--client-id", client, "--browser", browser(), "-v"];
    let program = certified(&server, &format!("issuer = \"{}\"", server.issuer()));
    let said = program.run(&sign_in).stderr;
    for passed in ["alg", "signature", "iss", "aud", "exp", "iat", "sub", "nonce"] {
        assert!(said.contains(&format!("ID token: {passed} passed")), "{passed}: {said}");
    }
    program.run(&["refresh", "demo"]).done();
    program.run(&["whoami", "demo"]).done();
    // Without an issuer in the preset, the one at the host of its calls is the service's own.
    let program = certified(&server, "");
    assert!(program.run(&sign_in).stderr.contains("ID token: signature passed"));
}
