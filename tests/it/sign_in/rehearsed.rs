//! What the practice service offers to rehearse: a client certificate, two accounts, a clock that is ahead; and what the client
//! modules of the OpenID certification suite ask of a client, as faults of it.

use crate::support::authority::Authority;
use crate::support::http::{self, browser};
use crate::support::practice::Practice;
use crate::support::process::Finished;
use crate::support::tokenwright::Tokenwright;

/// A practice service over TLS that knows the certificate `robot`, and a program that trusts it.
fn over_tls() -> (Authority, Practice, Tokenwright) {
    let authority = Authority::new("nobody");
    authority.self_signed("robot", "/CN=robot");
    authority.self_signed("other", "/CN=other");
    let program = Tokenwright::with_vault();
    let trusted = authority.file("practice.pem");
    let practice = Practice::start_as(&program, &["--tls", &trusted]);
    program.set("settings.toml", &format!("[network]\nca_file = \"{trusted}\"\n"));
    let certificate = std::fs::read_to_string(authority.file("robot.pem")).expect("a certificate");
    let page = http::post(&practice.url("/keys"), &[("certificate", &certificate)]);
    assert!(page.body.contains("Uploaded."), "{}", page.body);
    (authority, practice, program)
}

/// The arguments that show a certificate of the authority's folder.
fn shown(authority: &Authority, name: &str) -> [String; 4] {
    let (certificate, key) = (authority.file(&format!("{name}.pem")), authority.file(&format!("{name}.key")));
    ["--client-certificate".to_owned(), certificate, "--client-key".to_owned(), key]
}

fn sign_in(program: &Tokenwright, given: &[&str], shown: &[String]) -> Finished {
    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
    program.run(
        &[
            &["sign-in", "demo"],
            given,
            &shown,
            &["--redirect-uri", "http://127.0.0.1/callback", "--browser", browser(), "--overwrite"],
        ]
        .concat(),
    )
}

/// The status of the userinfo endpoint, asked over TLS by `curl`, with a certificate or without.
fn used_with(authority: &Authority, practice: &Practice, token: &str, certificate: Option<&str>) -> String {
    let mut curl = std::process::Command::new("curl");
    curl.args(["-s", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", &authority.file("practice.pem")]);
    if let Some(name) = certificate {
        let [_, certificate, _, key] = shown(authority, name);
        curl.args(["--cert", &certificate, "--key", &key]);
    }
    curl.arg(practice.url("/userinfo").replace("http:", "https:"));
    let output = curl.args(["-H", &format!("Authorization: Bearer {token}")]).output().expect("curl");
    String::from_utf8(output.stdout).expect("a number")
}

#[test]
#[ignore = "needs openssl and curl"]
fn a_certificate_takes_the_place_of_a_secret_and_the_token_is_good_with_it_alone() {
    let (authority, practice, program) = over_tls();
    let set = practice.set();
    let given = ["--service", "practice-certificate", "--set", &set];
    sign_in(&program, &given, &shown(&authority, "robot")).done();
    program.run(&["refresh", "demo"]).done();
    assert!(program.run(&["whoami", "demo"]).done().contains("Ada"));
    assert!(program.run(&["introspect", "demo"]).done().contains("cnf.x5t#S256"));
    let token = program.run(&["token", "demo"]).done();
    let statuses = [Some("robot"), Some("other"), None].map(|by| used_with(&authority, &practice, token.trim(), by));
    assert_eq!(statuses, ["200", "401", "401"]);

    let said = sign_in(&program, &given, &shown(&authority, "other")).failed(4);
    assert!(said.contains("the certificate that was shown is not the one that was uploaded"), "{said}");
    program.run(&["forget", "demo", "--revoke"]).done();
    assert_eq!(used_with(&authority, &practice, token.trim(), Some("robot")), "401", "it was revoked");
}

#[test]
fn the_certificate_of_the_practice_service_takes_the_place_of_no_other_file() {
    let program = Tokenwright::with_vault();
    std::fs::write(program.home().join("notes.txt"), "mine").expect("our own file");
    let said = program.run(&["practice", "--tls", "notes.txt"]).failed(2);
    assert!(said.contains("`notes.txt` is there, and is no certificate"), "{said}");
    assert_eq!(std::fs::read_to_string(program.home().join("notes.txt")).expect("a file"), "mine");
    let folder = program.run(&["practice", "--tls", "."]).failed(2);
    assert!(folder.contains("the certificate cannot be written to `.`"), "{folder}");
}

#[test]
#[ignore = "needs openssl"]
fn the_certificate_of_the_practice_service_must_be_trusted_first() {
    let (authority, practice, program) = over_tls();
    program.set("settings.toml", "");
    let set = practice.set();
    let given = ["--service", "practice-certificate", "--set", &set];
    let said = sign_in(&program, &given, &shown(&authority, "robot")).failed(5);
    assert!(said.contains("`ca_file`") && said.contains("SSL_CERT_FILE"), "{said}");
}

#[test]
#[ignore = "needs openssl"]
fn fapi_is_rehearsed_with_a_certificate_by_one_command() {
    let (authority, practice, program) = over_tls();
    let issuer = practice.url("");
    let given = ["--issuer", &issuer, "--profile", "fapi2", "--client-id", "practice-robot"];
    let method = ["--client-auth", "self-signed-tls-client-auth"];
    sign_in(&program, &[&given[..], &method].concat(), &shown(&authority, "robot")).done();
    assert!(program.run(&["whoami", "demo"]).done().contains("practice-ada"));
    let report = program.run(&["show", "demo", "--strict"]).done();
    assert!(report.contains("FAPI 2.0: departs in nothing"), "{report}");

    // The same with signed messages: the key of the certificate signs the request, the service the response.
    let key = authority.file("robot.key");
    let signed = ["--issuer", &issuer, "--profile", "fapi2-message-signing", "--client-id", "practice-robot"];
    let by_key = ["--client-auth", "private-key-jwt", "--key-file", &key, "--dpop"];
    sign_in(&program, &[&signed[..], &by_key].concat(), &[]).done();
    assert!(program.run(&["whoami", "demo"]).done().contains("practice-ada"));
    let report = program.run(&["show", "demo", "--strict"]).done();
    assert!(report.contains("FAPI 2.0 Message Signing: departs in nothing"), "{report}");
    let other = authority.file("other.key");
    let by_other = ["--client-auth", "none", "--key-file", &other, "--signed-request"];
    let plain = ["--issuer", &issuer, "--client-id", "practice-robot", "--scope", "openid"];
    let asked = [&["sign-in", "demo", "--overwrite"], &plain[..], &by_other].concat();
    let mut process = program
        .start(&[&asked[..], &["--redirect-uri", "http://127.0.0.1/callback", "--no-browser", "--paste"]].concat());
    process.line_with("Sign in at:");
    let page = http::follow(&process.line_with("http"));
    assert!(page.body.contains("the signature is not of the key that is known here"), "{}", page.body);
    drop(process);

    // What FAPI 2.0 forbids is refused in an ID token too; without FAPI it is taken.
    let weak = Practice::start_as(&program, &["--tls", &authority.file("weak.pem"), "--fault", "id-token-other-alg"]);
    program.set("settings.toml", &format!("[network]\nca_file = \"{}\"\n", authority.file("weak.pem")));
    let certificate = std::fs::read_to_string(authority.file("robot.pem")).expect("a certificate");
    http::post(&weak.url("/keys"), &[("certificate", &certificate)]);
    let issuer = weak.url("");
    let plain = ["--issuer", &issuer, "--client-id", "practice-robot", "--scope", "openid"];
    let whole = [&plain[..], &method].concat();
    sign_in(&program, &whole, &shown(&authority, "robot")).done();
    let said =
        sign_in(&program, &[&whole[..], &["--profile", "fapi2"]].concat(), &shown(&authority, "robot")).failed(4);
    assert!(said.contains("it is signed by `RS256`, and FAPI 2.0 allows PS256, ES256, EdDSA, Ed25519"), "{said}");
}

#[test]
fn the_account_that_is_asked_for_signs_in_and_another_one_is_refused() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let set = practice.set();
    let asked = ["--service", "practice", "--set", &set, "--account", "grace@practice.example"];
    sign_in(&program, &asked, &[]).done();
    assert!(program.run(&["whoami", "demo"]).done().contains("Grace"));

    let practice = Practice::start_with(&program, &["other-account"]);
    let set = practice.set();
    let asked = ["--service", "practice", "--set", &set, "--account", "grace@practice.example"];
    let said = sign_in(&program, &asked, &[]).failed(3);
    assert!(said.contains("ada@practice.example") && said.contains("revoked"), "{said}");
    assert!(program.run(&["whoami", "demo"]).done().contains("Grace"), "what was there is kept");
}

#[test]
fn a_clock_that_is_ahead_ends_access_first_and_the_refresh_token_after_its_life() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start_as(&program, &["--access-token-life", "1h", "--refresh-token-life", "30d"]);
    practice.sign_in(&program, "demo");
    let shown = program.run(&["show", "demo", "--json"]).json();
    let token = program.run(&["token", "demo"]).done();
    assert!(shown["refresh_token_expires_at"].is_string(), "{shown}");

    let page = http::post(&practice.url("/clock"), &[("ahead", "day")]);
    assert!(page.body.contains("ahead of this computer"), "{}", page.body);
    let userinfo = practice.url("/userinfo");
    let header = format!("Bearer {}", token.trim());
    assert_eq!(http::get(&userinfo, &[("Authorization", &header)]).status, 401);
    assert!(program.run(&["whoami", "demo"]).failed(4).contains("refresh it"));
    program.run(&["refresh", "demo"]).done();
    assert!(program.run(&["whoami", "demo"]).done().contains("Ada"));
    http::post(&practice.url("/clock"), &[("ahead", "month")]);
    http::post(&practice.url("/clock"), &[("ahead", "day")]);
    let said = program.run(&["refresh", "demo"]).failed(3);
    assert!(said.contains("`invalid_grant`") && said.contains("expired"), "{said}");
    let back = http::post(&practice.url("/clock"), &[]);
    assert!(!back.body.contains("ahead of this computer"), "{}", back.body);
}

#[test]
fn what_the_certification_suite_has_refused_is_refused() {
    let program = Tokenwright::with_vault();
    for (fault, words) in [
        ("dropped-issuer", "the response does not name its issuer, and `http://127.0.0.1:"),
        ("other-issuer", "https://issuer.invalid"),
    ] {
        let practice = Practice::start_with(&program, &[fault]);
        let issuer = practice.url("");
        let given = ["--issuer", &issuer, "--client-id", "practice-public", "--scope", "openid"];
        let mut process = program.start(
            &[
                &["sign-in", "demo"],
                &given[..],
                &["--redirect-uri", "http://127.0.0.1/callback", "--browser", browser()],
            ]
            .concat(),
        );
        assert!(process.line_with(words).contains(words));
        drop(process);
        assert!(program.run(&["token", "demo"]).failed(3).contains("has no tokens"), "{fault}");
    }
}

#[test]
#[ignore = "needs openssl"]
fn an_id_token_that_is_encrypted_by_a_broken_algorithm_is_refused() {
    let authority = Authority::new("nobody");
    authority.self_signed("own", "/CN=own");
    let key = authority.file("own.key");
    let program = Tokenwright::with_vault();
    let practice = Practice::start_with(&program, &["id-token-rsa1-5"]);
    let set = practice.set();
    let given = ["--service", "practice", "--set", &set];
    let with_key = ["--response-mode", "jwt", "--key-file", &key];
    let said = sign_in(&program, &[&given[..], &with_key].concat(), &[]).failed(4);
    assert!(said.contains("it is encrypted by `RSA1_5`, which is not known here"), "{said}");
    assert!(said.contains("have the service encrypt to the key of this profile"), "{said}");
    // Without a key nothing of it can be read, and nothing is relied on.
    sign_in(&program, &given, &[]).done();
}

#[test]
fn what_the_certification_suite_has_taken_is_taken() {
    let program = Tokenwright::with_vault();
    for fault in ["type-in-lower-case", "no-scope", "id-token-aud-list", "id-token-other-alg"] {
        let practice = Practice::start_with(&program, &[fault]);
        let set = practice.set();
        sign_in(&program, &["--service", "practice", "--set", &set], &[]).done();
        let header = program.run(&["token", "demo", "--header"]).done();
        assert!(header.starts_with("Authorization: Bearer practice-at-"), "{fault}");
        assert!(program.run(&["whoami", "demo"]).done().contains("Ada"), "{fault}");
        let scopes = program.run(&["show", "demo", "--json"]).json();
        assert!(scopes["scopes"].to_string().contains("offline_access"), "{fault}: {scopes}");
    }
}

#[test]
fn a_reply_in_other_shapes_than_the_rfcs_is_read_all_the_same() {
    let program = Tokenwright::with_vault();
    let shapes = ["expires-at", "expires-on", "expiry-with-unit", "other-token-type", "scope-list", "scope-commas"];
    let practice = Practice::start(&program);
    practice.sign_in(&program, "plain");
    let plain = program.run(&["show", "plain", "--json"]).json();
    let port = practice.port().to_owned();
    drop(practice);
    for fault in shapes {
        let practice = Practice::start_at(&program, &port, &[fault]);
        practice.sign_in(&program, fault);
        let shown = program.run(&["show", fault, "--json"]).json();
        assert_eq!(shown["scopes_granted"], plain["scopes_granted"], "{fault}");
        let left = |shown: &serde_json::Value, member: &str| -> jiff::Timestamp {
            shown[member].as_str().expect(member).parse().expect("a time")
        };
        let life = left(&shown, "expires_at").duration_since(left(&shown, "obtained_at")).as_secs();
        assert!((118..=120).contains(&life), "{fault}: {life} s");
        let header = program.run(&["token", fault, "--header"]).done();
        assert!(header.starts_with("Authorization: Bearer practice-at-"), "{fault}");
    }
}
