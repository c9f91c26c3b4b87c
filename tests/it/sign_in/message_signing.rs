//! Signed authorization requests (JAR) and responses (JARM) through the public door: one fault of the practice service for each
//! way in which a response can be wrong, and a certified server for what is right.

use std::path::Path;

use crate::sign_in::fapi::{P256, make_key};
use crate::support::http::{browser, get, post};
use crate::support::oidc_provider::OidcProvider;
use crate::support::practice::Practice;
use crate::support::process::Process;
use crate::support::tokenwright::Tokenwright;

/// A fault, and what is said of the response. Those with a name of the certification suite's client modules
/// (`ensure-jarm-…`, and the two about `state`) come first.
const REFUSED: &[(&str, &str)] = &[
    ("jarm-alg-none", "the response has no signature (its `alg` is `none`), so anybody can have written it"),
    ("wrong-issuer", "the response comes from `https://issuer.invalid`, not from `http://127.0.0.1:{port}`"),
    ("jarm-wrong-iss", "the response comes from `https://issuer.invalid`, not from `http://127.0.0.1:{port}`"),
    ("jarm-no-iss", "the response does not name its issuer (`iss`), which should be `http://127.0.0.1:{port}`"),
    ("jarm-wrong-aud", "the response is for `another-client` (`aud`), not for the client `practice-client`"),
    ("jarm-no-aud", "the response names no audience (`aud`), and should name the client `practice-client`"),
    ("jarm-expired", "the response expired 60 min ago (`exp`), by the clock of this machine"),
    ("jarm-no-exp", "the response does not say when it expires (`exp`)"),
    ("jarm-wrong-signature", "the signature of the response is wrong: no key of its issuer made it"),
    ("dropped-state", "the response has no `state`, so it cannot be told from a forged one"),
    ("wrong-state", "the response has another `state` than the one that was sent"),
    ("jarm-hs256", "the response is signed with a shared secret (`HS256`)"),
    ("jarm-unknown-key", "the response is signed with a key that its issuer does not publish (`"),
    ("jarm-plain", "the response is not signed, and a signed one was asked for"),
];

fn start(program: &Tokenwright, practice: &Practice, more: &[&str]) -> Process {
    let set = practice.set();
    program.start(&[&["sign-in", "demo", "--service", "practice", "--set", &set], more].concat())
}

#[test]
fn no_response_that_fails_a_check_is_believed_and_no_code_of_one_is_sent() {
    for (fault, words) in REFUSED {
        let program = Tokenwright::with_vault();
        let practice = Practice::start_with(&program, &[fault]);
        let mut process = start(&program, &practice, &["--response-mode", "jwt", "--browser", browser()]);
        let said = process.line_with("warning: ");
        let words = words.replace("{port}", practice.port());
        assert!(said.contains(&words), "{fault}: {said}");
        let hint = process.line_with("hint: ");
        assert!(!hint.contains("eyJ") && !said.contains("eyJ"), "{fault}: {said} {hint}");
        drop(process);
        let nothing = program.run(&["token", "demo"]).failed(3);
        assert!(nothing.contains("has no tokens"), "{fault}: {nothing}");
    }
}

#[test]
fn a_signed_response_is_believed_in_each_place_and_its_keys_are_fetched_anew() {
    for (mode, faults) in [("jwt", &[][..]), ("query.jwt", &[]), ("jwt", &["jarm-new-key"])] {
        let program = Tokenwright::with_vault();
        let practice = Practice::start_with(&program, faults);
        start(&program, &practice, &["--response-mode", mode, "--browser", browser()]).finish().done();
        program.run(&["token", "demo"]).done();
    }
    for mode in ["fragment.jwt", "form_post.jwt"] {
        let program = Tokenwright::with_vault();
        let practice = Practice::start(&program);
        let mut process = start(&program, &practice, &["--response-mode", mode, "--no-browser"]);
        let reply = get(&process.line_with("/authorize?"), &[]);
        // What a browser does with the page, or with the fragment that the landing page sends.
        let value = |after: &str| reply.body.split_once(after).expect(after).1.split('"').next().expect("quoted");
        let (target, response) = reply.location.as_deref().map_or_else(
            || (value("action=\""), value("value=\"")),
            |location| location.split_once("#response=").expect("a fragment"),
        );
        assert!(response.starts_with("eyJ") && !response.contains('='), "{response}");
        let page = post(target, &[("response", response)]);
        assert!(page.body.contains("The authorization code arrived"), "{}", page.body);
        process.finish().done();
    }
}

#[test]
fn a_signed_refusal_ends_the_sign_in_and_its_code_is_told() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start_with(&program, &["access-denied"]);
    let said = start(&program, &practice, &["--response-mode", "jwt", "--browser", browser()]).finish().failed(4);
    assert!(said.contains("the service refused: `access_denied` (the practice service is told to deny"), "{said}");
}

#[test]
fn what_is_pasted_is_checked_in_the_same_way_and_a_code_alone_is_not_taken() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let arguments = ["--response-mode", "jwt", "--no-browser", "--paste"];
    let redirect = ["--redirect-uri", "https://practice.invalid/callback"];
    let mut process = start(&program, &practice, &[&arguments[..], &redirect].concat());
    let landed = get(&process.line_with("/authorize?"), &[]).location.expect("a redirect");
    process.type_text("a-code\n");
    process.line_with("warning: the response is not signed, and a signed one was asked for");
    process.line_with("Paste the code");
    let (start, end) = landed.rsplit_once('.').expect("a signature");
    process.type_text(&format!("{start}.AAAA{}\n", &end[4..]));
    process.line_with("warning: the signature of the response is wrong");
    process.line_with("Paste the code");
    process.type_text(&format!("{landed}\n"));
    process.finish().done();
}

#[test]
fn whose_keys_are_meant_must_be_known_before_the_browser_opens() {
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", "made-up");
    let urls = ["--authorization-url", "https://as.invalid/authorize", "--token-url", "https://as.invalid/token"];
    let more = ["--client-id", "x", "--redirect-uri", "http://127.0.0.1/cb", "--response-mode", "jwt", "--no-browser"];
    let said = program.run(&[&["sign-in", "plain"][..], &urls, &more].concat()).failed(2);
    assert!(said.contains("whose keys it should be signed with is not known"), "{said}");
}

/// A sign-in to the certified server as this client, with what is added.
pub(super) fn certified(program: &Tokenwright, server: &OidcProvider, client: &str, more: &[&str]) -> Process {
    let start = ["sign-in", "bank", "--issuer", server.issuer(), "--client-id", client, "--scope", "openid"];
    let browser = ["--redirect-uri", "http://127.0.0.1/callback", "--browser", browser()];
    program.start(&[&start[..], &browser, more].concat())
}

pub(super) fn with_secret() -> Tokenwright {
    Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", "secret")
}

pub(super) fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[test]
#[ignore = "needs node"]
fn a_certified_server_signs_its_responses_and_its_refusals() {
    let server = OidcProvider::start_auto();
    let program = with_secret();
    let said = certified(&program, &server, "confidential-basic", &["--response-mode", "jwt"]).finish();
    assert!(!said.stderr.contains("does not announce"), "{}", said.stderr);
    said.done();
    program.run(&["token", "bank"]).done();
    let wrong = ["--response-mode", "query.jwt", "--param", "authorization.prompt=nonsense", "--overwrite"];
    let said = certified(&program, &server, "confidential-basic", &wrong).finish().failed(4);
    assert!(said.contains("the service refused: `invalid_request`"), "{said}");
}

#[test]
#[ignore = "needs node and openssl"]
fn a_response_that_is_encrypted_to_the_key_of_the_profile_is_read() {
    for algorithm in [&["EC", "-pkeyopt", "ec_paramgen_curve:P-256"][..], &["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]]
    {
        let folder = tempfile::tempdir().expect("a folder");
        let (key, public) = make_key(folder.path(), algorithm);
        let server = OidcProvider::start_with(&["--auto", "--client-key", text(&public)]);
        let program = with_secret();
        let signed = ["--response-mode", "jwt"];
        let with_key = [&signed[..], &["--key-file", text(&key)]].concat();
        let said = certified(&program, &server, "encrypted", &[&with_key[..], &["--verbose"]].concat()).finish();
        // The ID token was encrypted, too: what is inside is checked, and kept.
        for passed in ["alg", "signature", "nonce"] {
            assert!(said.stderr.contains(&format!("ID token: {passed} passed")), "{}", said.stderr);
        }
        said.done();
        program.run(&["token", "bank"]).done();
        let found = program.run(&["inspect", "bank", "--token", "id", "--json"]).json();
        assert_eq!((&found["form"], &found["claims"]["sub"]), (&"jwt".into(), &"alex".into()), "{found}");

        let program = with_secret();
        let mut process = certified(&program, &server, "encrypted", &signed);
        let said = process.line_with("warning: the response cannot be read: ");
        assert!(said.contains("it is encrypted, and the profile has no private key to decrypt it with"), "{said}");
        drop(process);
        assert!(program.run(&["token", "bank"]).failed(3).contains("has no tokens"));
    }
}

#[test]
#[ignore = "needs node and openssl"]
fn a_certified_server_takes_a_signed_request_by_value_and_pushed_and_no_other() {
    for (algorithm, name) in [(&P256, "ES256"), (&RSA, "PS256")] {
        let folder = tempfile::tempdir().expect("a folder");
        let (key, public) = make_key(folder.path(), algorithm);
        let server = OidcProvider::start_with(&["--auto", "--client-key", text(&public)]);
        for pushed in [&[][..], &["--par"]] {
            let program = with_secret();
            let signed = ["--signed-request", "--key-file", text(&key), "--verbose"];
            let said = certified(&program, &server, "jar", &[&signed[..], pushed].concat()).finish();
            let opened = said.stderr.lines().find(|line| line.contains("/auth?")).expect("a URL").to_owned();
            let names: Vec<&str> = opened.split(['?', '&']).skip(1).filter_map(|pair| pair.split('=').next()).collect();
            let by = if pushed.is_empty() { "request" } else { "request_uri" };
            assert_eq!(names, ["client_id", by], "{opened}");
            let signed_by = format!("\"alg\": \"{name}\",");
            assert!(said.stderr.lines().any(|line| line.trim() == signed_by), "{}", said.stderr);
            assert!(said.stderr.contains("\"aud\": ") && said.stderr.contains("\"code_challenge_method\": \"S256\""));
            said.done();
            program.run(&["token", "bank"]).done();
            let shown = program.run(&["show", "bank", "--json"]).json();
            assert!(!shown.to_string().contains("PRIVATE"), "{shown}");
        }
        let program = with_secret();
        let said = certified(&program, &server, "jar", &[]).finish().failed(4);
        assert!(said.contains("the service refused: `invalid_request`"), "{said}");
        // The server knows another key of this client.
        let other = tempfile::tempdir().expect("a folder");
        let (foreign, _) = make_key(other.path(), algorithm);
        let wrong = ["--signed-request", "--par", "--key-file", text(&foreign)];
        let said = certified(&program, &server, "jar", &wrong).finish().failed(4);
        assert!(said.contains("`invalid_request_object`"), "{said}");
        assert!(said.contains("hint: "), "{said}");
    }
}

#[test]
#[ignore = "needs node and openssl"]
fn a_certified_server_decrypts_requests_by_value_and_pushed_and_checks_the_signature_inside() {
    for (algorithm, encryptions) in [
        (&P256, &[("=auto/A256GCM", "ECDH-ES and A256GCM"), ("=ECDH-ES", "ECDH-ES and A128CBC-HS256")][..]),
        (&P256, &[("=ECDH-ES+A128KW/A128GCM", "ECDH-ES+A128KW and A128GCM")]),
        (&RSA, &[("=ECDH-ES+A256KW/A256CBC-HS512", "ECDH-ES+A256KW and A256CBC-HS512")]),
        (&RSA, &[("=RSA-OAEP", "RSA-OAEP and A128CBC-HS256"), ("=RSA-OAEP-256", "RSA-OAEP-256 and A128CBC-HS256")]),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let (key, public) = make_key(folder.path(), algorithm);
        let server = OidcProvider::start_with(&["--auto", "--client-key", text(&public)]);
        let all = encryptions.iter().flat_map(|encryption| [(encryption, &[][..]), (encryption, &["--par"])]);
        for ((wanted, words), pushed) in all {
            let program = with_secret();
            let wanted = format!("--encrypted-request{wanted}");
            let options = ["--key-file", text(&key), &wanted, "--verbose"];
            let said = certified(&program, &server, "jar", &[&options[..], pushed].concat()).finish();
            assert!(said.stderr.contains(&format!("Encrypted to a key of the issuer, by {words}")), "{}", said.stderr);
            assert!(said.stderr.contains("\"code_challenge_method\": \"S256\""), "{}", said.stderr);
            said.done();
            program.run(&["token", "bank"]).done();
        }
        // The server knows another key of this client.
        let other = tempfile::tempdir().expect("a folder");
        let (foreign, _) = make_key(other.path(), algorithm);
        let wrong = ["--encrypted-request", "--par", "--key-file", text(&foreign)];
        let said = certified(&with_secret(), &server, "jar", &wrong).finish().failed(4);
        assert!(said.contains("`invalid_request_object`"), "{said}");
    }
}

#[test]
#[ignore = "needs node"]
fn an_access_token_is_asked_for_with_less_than_was_authorized_at_once_and_by_each_refresh() {
    let server = OidcProvider::start_with(&["--auto", "--rar"]);
    let program = with_secret();
    let both = r#"[{"type":"account"},{"type":"payment","amount":"1"}]"#;
    let account = r#"[{"type":"account"}]"#;
    let offline = ["--scope", "offline_access", "--param", "authorization.prompt=consent", "--overwrite"];
    let asked = ["--authorization-details", both, "--token-details"];
    let said = certified(&program, &server, "confidential-basic", &[&asked[..], &[account], &offline].concat());
    let said = said.finish();
    assert!(!said.stderr.contains("Not granted"), "what was left out is not missed: {}", said.stderr);
    said.done();
    for _ in 0..2 {
        let shown = program.run(&["show", "bank", "--json"]).json();
        assert_eq!((&shown["authorization_details"], &shown["token_details"]), (&both.into(), &account.into()));
        assert_eq!(shown["values"]["authorization_details"], account);
        program.run(&["refresh", "bank"]).done();
    }
    let all = certified(&program, &server, "confidential-basic", &[&asked[..], &["", "--overwrite"]].concat());
    all.finish().done();
    let granted = program.run(&["show", "bank", "--json"]).json()["values"]["authorization_details"].to_string();
    assert!(granted.contains("account") && granted.contains("payment"), "{granted}");
    let more = r#"[{"type":"transfer"}]"#;
    let said = certified(&program, &server, "confidential-basic", &[&asked[..], &[more, "--overwrite"]].concat());
    let said = said.finish().failed(4);
    assert!(said.contains("`invalid_authorization_details` (the token request asks for more than was"), "{said}");
}

#[test]
#[ignore = "needs node"]
fn a_request_is_not_encrypted_for_a_server_without_a_key_for_that() {
    let server = OidcProvider::start_auto();
    let key = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(key.path(), tokenwright_key()).expect("written");
    let options = ["--encrypted-request=ECDH-ES", "--key-file", text(key.path())];
    let said = certified(&with_secret(), &server, "confidential-basic", &options).finish().failed(2);
    let words = "the issuer publishes no key to encrypt the authorization request to by `ECDH-ES`";
    assert!(said.contains(words) && said.contains("--encrypted-request=off"), "{said}");
    assert!(!said.contains("/auth?"), "no browser is opened: {said}");
}

#[test]
fn the_practice_service_decrypts_requests_and_what_it_does_not_offer_is_told_before_the_browser_opens() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let key = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(key.path(), tokenwright_key()).expect("written");
    let issuer = practice.url("");
    let registered = ["--register", "--client-auth", "private_key_jwt", "--key-file", text(key.path())];
    let start = ["sign-in", "own", "--issuer", &issuer, "--redirect-uri", "http://127.0.0.1/callback"];
    let with = |more: &[&str]| {
        let arguments = [&start[..], &registered, &["--scope", "openid", "--browser", browser(), "--verbose"], more];
        program.run(&arguments.concat())
    };
    let said = with(&["--encrypted-request=ECDH-ES+A256KW/A256GCM", "--par"]);
    assert!(said.stderr.contains("Encrypted to a key of the issuer, by ECDH-ES+A256KW and A256GCM"), "{}", said.stderr);
    said.done();
    let shown = program.run(&["show", "own", "--json"]).json();
    assert!(!shown.to_string().contains("PRIVATE"), "{shown}");
    for (wanted, words) in [
        ("--encrypted-request=RSA-OAEP", "does not offer to decrypt requests by `RSA-OAEP`; it offers `ECDH-ES`,"),
        (
            "--encrypted-request=RSA1_5",
            "`RSA1_5` is no encryption that is known here: write `auto` or one of `ECDH-ES`,",
        ),
    ] {
        let said = with(&[wanted, "--overwrite"]).failed(2);
        assert!(said.contains(words) && !said.contains("/authorize?"), "{said}");
    }
    let said = with(&["--encrypted-request", "--signed-request=off", "--overwrite"]).failed(2);
    assert!(said.contains("the authorization request is to be encrypted, and not to be signed"), "{said}");
}

pub(super) const RSA: [&str; 3] = ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"];

#[test]
fn a_request_is_not_signed_without_a_key_and_not_for_an_unknown_issuer() {
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", "made-up");
    let urls = ["--authorization-url", "https://as.invalid/authorize", "--token-url", "https://as.invalid/token"];
    let more = ["--client-id", "x", "--redirect-uri", "http://127.0.0.1/cb", "--signed-request", "--no-browser"];
    let arguments = [&["sign-in", "plain"][..], &urls, &more].concat();
    let said = program.run(&arguments).failed(2);
    assert!(said.contains("requires a private key, and there is none named `plain`"), "{said}");
    let key = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(key.path(), tokenwright_key()).expect("written");
    let said = program.run(&[&arguments[..], &["--key-file", text(key.path())]].concat()).failed(2);
    assert!(said.contains("the authorization request is to be signed, and for which issuer is not known"), "{said}");
}

/// A key on P-256.
fn tokenwright_key() -> String {
    use tokenwright::oauth::{AssertionAlgorithm, make_proof_key};
    make_proof_key(AssertionAlgorithm::ES256).expect("a key").private_key.expose().to_owned()
}

#[test]
fn a_preset_whose_requests_are_signed_is_rehearsed_and_one_that_cannot_be_is_refused() {
    let preset = |more: &str| {
        format!(
            "id = \"signed\"\nname = \"Signed\"\nchecked = \"2026-11-30\"\nsource = [\"a test\"]\nasks = \"secret\"\n\
             signed_request = \"ES256\"\nencrypted_request = \"auto/A256GCM\"\nencrypts_to_client = true\n\
             [scopes]\ndefault = [\"openid\", \"read\"]\n\
             [redirect]\ndefault = \"http://127.0.0.1/callback\"\n{more}\n\
             [authorization]\nurl = \"https://as.test/authorize\"\nquery = {{ response_mode = \"jwt\" }}\n\
             [pushed_authorization]\nurl = \"https://as.test/par\"\nauthentication = \"body\"\n\
             [token_request]\nurl = \"https://as.test/token\"\nauthentication = \"body\"\n"
        )
    };
    let program = Tokenwright::new();
    let good = preset("issuer = \"https://as.test\"");
    program.add_preset("signed.toml", &good);
    for (wanted, by) in [
        ("RSA-OAEP/A128GCM", "by RSA-OAEP and A128GCM"),
        ("ECDH-ES+A256KW", "by ECDH-ES+A256KW and"),
        ("auto/A256GCM", "by ECDH-ES and A256GCM"),
    ] {
        program.add_preset("signed.toml", &good.replace("auto/A256GCM", wanted));
        let said = program.run(&["rehearse", "signed", "-v"]);
        assert!(said.stderr.contains(&format!("Encrypted to a key of the issuer, {by}")), "{}", said.stderr);
        said.done();
    }
    let said = program.run(&["rehearse", "signed"]).done();
    assert!(said.contains("pushed_authorization") || said.contains("authorization"), "{said}");
    let shown = program.run(&["service", "show", "signed"]).done();
    for words in [
        "authorization requests are signed by ES256 (JAR, RFC 9101)",
        "signed requests are encrypted to a key of the issuer: auto/A256GCM (RFC 9101 section 6.1)",
        "authorization response: jwt, signed by",
        "responses, ID tokens or userinfo are encrypted to the key of the client",
    ] {
        assert!(shown.contains(words), "{shown}");
    }
    // Without the address to push to, the browser carries it.
    let by_value =
        good.replace("[pushed_authorization]\nurl = \"https://as.test/par\"\nauthentication = \"body\"\n", "");
    program.add_preset("signed.toml", &by_value);
    program.run(&["rehearse", "signed"]).done();
    let file = program.home().join("wrong.toml");
    std::fs::write(&file, preset("")).expect("written");
    let said = program.run(&["service", "check", text(&file)]).failed(2);
    assert!(said.contains("`signed_request` needs to know for which issuer the request is"), "{said}");
    let unsigned = good.replace("signed_request = \"ES256\"\n", "");
    std::fs::write(&file, unsigned).expect("written");
    let said = program.run(&["service", "check", text(&file)]).failed(2);
    assert!(said.contains("`encrypted_request` is `auto/A256GCM`, and the request is not signed"), "{said}");
    std::fs::write(&file, good.replace("auto/A256GCM", "RSA1_5")).expect("written");
    let said = program.run(&["service", "check", text(&file)]).failed(2);
    assert!(said.contains("`RSA1_5` is no encryption that is known here"), "{said}");
}

#[test]
#[ignore = "needs node"]
fn details_are_asked_for_and_what_is_granted_of_them_is_kept_and_compared() {
    let server = OidcProvider::start_with(&["--auto", "--rar"]);
    let program = with_secret();
    let asked = r#"[{"type":"account","actions":["read"]},{"type":"payment","amount":"1"},{"type":"transfer"}]"#;
    let offline = ["--scope", "offline_access", "--param", "authorization.prompt=consent", "--overwrite"];
    for pushed in [&[][..], &["--par"]] {
        let more = [&["--authorization-details", asked][..], &offline, pushed].concat();
        let said = certified(&program, &server, "confidential-basic", &more).finish();
        assert!(said.stderr.contains("Not granted: {\"type\":\"transfer\"}"), "{}", said.stderr);
        assert!(!said.stderr.contains("does not announce the type"), "{}", said.stderr);
        said.done();
        for _ in 0..2 {
            let shown = program.run(&["show", "bank", "--json"]).json();
            assert_eq!(shown["authorization_details"], asked);
            let granted = shown["values"]["authorization_details"].as_str().expect("kept");
            assert!(granted.contains("\"reference\":\"r-1\"") && !granted.contains("transfer"), "{granted}");
            program.run(&["refresh", "bank"]).done();
        }
    }
    let refused = |details: &str| {
        let more = ["--authorization-details", details, "--overwrite"];
        certified(&program, &server, "confidential-basic", &more).finish().failed(4)
    };
    for (details, words) in [
        (r#"[{"type":"payment"}]"#, "`invalid_authorization_details` (a payment needs an amount)"),
        (r#"[{"type":"other"}]"#, "`invalid_authorization_details` (unsupported authorization details type"),
    ] {
        let said = refused(details);
        assert!(said.contains(words) && said.contains("hint: compare the types and members"), "{said}");
    }
    assert!(refused(r#"[{"type":"other"}]"#).contains("does not announce the type of authorization details `other`"));
}

#[test]
fn details_that_are_no_list_of_objects_with_types_are_refused_at_once() {
    let program = Tokenwright::new();
    for (details, words) in [
        ("{", "the authorization details are not JSON, at line 1, column 1"),
        (r#"{"type":"a"}"#, "the authorization details are not a list of objects"),
        (r#"[{"type":"a"},{}]"#, "the authorization details at 2 have no `type`"),
    ] {
        let said =
            program.run(&["sign-in", "x", "--service", "practice", "--authorization-details", details]).failed(2);
        assert!(said.contains(words), "{said}");
    }
}
