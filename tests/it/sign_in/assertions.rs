//! Signed assertions as grant and as client authentication, against servers and keys that we did not make.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::http::{browser, post};
use crate::support::oidc_provider::OidcProvider;
use crate::support::practice::Practice;
use crate::support::tokenwright::Tokenwright;
use tokenwright::oauth::{KeyError, KeyKind, parse_key};
use tokenwright::secret::Secret;

/// A client of the certified server that acts for itself.
fn robot(authentication: &str, assertion: &str) -> String {
    format!(
        r#"
id = "robot"
name = "Robot"
checked = "2026-11-21"
source = ["a test"]
asks = "{asks}"

[[inputs]]
name = "port"
label = "Port"
example = "8080"
pattern = "[0-9]+"

[token_request]
url = "http://127.0.0.1:<port>/token"
authentication = "{authentication}"
{assertion}
"#,
        asks = if authentication == "client-secret-jwt" { "secret" } else { "nothing" },
    )
}

fn assertion(algorithm: &str) -> String {
    format!(
        "[assertion]\nalgorithm = \"{algorithm}\"\naudience = \"http://127.0.0.1:<port>\"\n\
         claims = {{ iss = \"<client_id>\", sub = \"<client_id>\" }}\nunique = true\nlife = 60\nparameter = \"client_assertion\"\n"
    )
}

/// Makes a key for the service, kept under the name, and returns the file of its public key.
fn make_key(program: &Tokenwright, name: &str, service: &str) -> PathBuf {
    let file = program.home().join(format!("{name}.public.pem"));
    let path = file.to_str().expect("a path in UTF-8");
    assert_eq!(
        program
            .run(&["key", "generate", name, "--service", service, "--bits", "2048", "--public-key-file", path])
            .done(),
        ""
    );
    file
}

fn provider(arguments: &[&str]) -> (OidcProvider, String) {
    let provider = OidcProvider::start_with(arguments);
    let port = provider.issuer().rsplit(':').next().expect("a port").to_owned();
    (provider, format!("port={port}"))
}

/// Access tokens live half a minute, and a token is to be valid for a whole one: each is asked for anew.
const SHORT: [&str; 2] = ["--access-token-seconds", "30"];

#[test]
#[ignore = "needs node and openssl"]
fn a_client_with_a_key_acts_for_itself_at_a_certified_server() {
    for algorithm in ["PS256", "RS256", "ES256"] {
        let program = Tokenwright::with_vault();
        program.add_preset("robot.toml", &robot("private-key-jwt", &assertion(algorithm)));
        let key = make_key(&program, "job", "robot");
        let (_provider, port) = provider(&[SHORT[0], SHORT[1], "--client-key", key.to_str().expect("UTF-8")]);
        program.run(&["sign-in", "job", "--service", "robot", "--set", &port, "--client-id", "with-key"]).done();
        let first = program.run(&["token", "job", "--min-valid", "0s"]).done();
        let second = program.run(&["token", "job", "--min-valid", "1m"]).done();
        assert_ne!(first, second, "a token that ends soon is asked for again, signed anew ({algorithm})");
    }
}

#[test]
#[ignore = "needs node"]
fn a_client_with_a_long_secret_signs_with_it() {
    let program = Tokenwright::with_vault()
        .with_env("TOKENWRIGHT_CLIENT_SECRET", "a secret of more than 32 characters, as HS256 wants it");
    program.add_preset("robot.toml", &robot("client-secret-jwt", &assertion("HS256")));
    let (_provider, port) = provider(&SHORT);
    program.run(&["sign-in", "job", "--service", "robot", "--set", &port, "--client-id", "with-secret-jwt"]).done();
    let first = program.run(&["token", "job", "--min-valid", "0s"]).done();
    assert_ne!(first, program.run(&["token", "job", "--min-valid", "1m"]).done());
}

#[test]
#[ignore = "needs node and openssl"]
fn a_key_that_the_server_does_not_know_is_refused_in_the_servers_words() {
    let program = Tokenwright::with_vault();
    program.add_preset("robot.toml", &robot("private-key-jwt", &assertion("RS256")));
    let key = make_key(&program, "known", "robot");
    make_key(&program, "job", "robot");
    let (_provider, port) = provider(&["--client-key", key.to_str().expect("UTF-8")]);
    let refused = program.run(&["sign-in", "job", "--service", "robot", "--set", &port, "--client-id", "with-key"]);
    assert_eq!(refused.code, 4);
    assert!(refused.stderr.contains("`invalid_client`"), "{}", refused.stderr);
}

#[test]
#[ignore = "needs node and openssl"]
fn a_code_is_redeemed_and_refreshed_by_a_client_with_a_key() {
    let preset = robot("private-key-jwt", "").replace("[token_request]", "[refresh_request]\nurl = \"http://127.0.0.1:<port>/token\"\nauthentication = \"private-key-jwt\"\n\n[authorization]\nurl = \"http://127.0.0.1:<port>/auth\"\nquery = { prompt = \"consent\" }\n\n[scopes]\ndefault = [\"openid\", \"offline_access\"]\n\n[token_request]")
        + &assertion("ES256");
    let program = Tokenwright::with_vault();
    program.add_preset("robot.toml", &preset);
    let key = make_key(&program, "job", "robot");
    let (_provider, port) = provider(&["--auto", SHORT[0], SHORT[1], "--client-key", key.to_str().expect("UTF-8")]);
    let arguments =
        ["sign-in", "job", "--service", "robot", "--set", &port, "--client-id", "with-key", "--browser", browser()];
    // A free port: another test may listen on that of the preset.
    program.run(&[&arguments[..], &["--redirect-uri", "http://127.0.0.1/callback"]].concat()).done();
    let first = program.run(&["token", "job", "--min-valid", "0s"]).done();
    assert_ne!(first, program.run(&["token", "job", "--min-valid", "1m"]).done(), "refreshed with another assertion");
}

#[test]
fn without_a_key_the_way_to_one_is_named() {
    let program = Tokenwright::with_vault();
    let set = ["--set", "account_id=1234567", "--set", "certificate_id=abc", "--client-id", "id"];
    let mut arguments = vec!["sign-in", "erp", "--service", "netsuite-m2m"];
    arguments.extend(set);
    let refused = program.run(&arguments);
    assert_eq!(refused.code, 2);
    let words = "error: NetSuite (machine to machine) requires a private key, and there is none named `erp`\n\
        hint: add `--key-file FILE`, or generate one: `tokenwright key generate erp --service netsuite-m2m`\n";
    assert_eq!(refused.stderr, words);
}

#[test]
fn a_key_is_made_once_and_its_certificate_is_shown_again() {
    let program = Tokenwright::with_vault();
    let made = program.run(&["key", "generate", "erp", "--service", "netsuite-m2m"]);
    assert!(made.stderr.contains("Generated and saved as `erp`: an RSA key of 3072 bits."), "{}", made.stderr);
    assert!(made.stderr.contains("OAuth 2.0 Client Credentials (M2M) Setup, Create New"), "{}", made.stderr);
    assert!(made.stdout.starts_with("-----BEGIN CERTIFICATE-----\n"), "{}", made.stdout);
    assert_eq!(program.run(&["key", "show", "erp"]).done(), made.done());
    let again = program.run(&["key", "generate", "erp", "--service", "netsuite-m2m"]);
    assert_eq!(again.code, 2);
    let words = "error: a private key is saved under `erp` already\n\
        hint: choose another name; `tokenwright key generate … --overwrite` makes a new one in its place\n";
    assert_eq!(again.stderr, words);
    let none = program.run(&["key", "generate", "erp", "--service", "xero"]);
    assert_eq!(program.run(&["forget", "erp"]).done(), "erp: forgotten\n");
    let gone = program.run(&["key", "show", "erp"]);
    assert!(gone.stderr.starts_with("error: there is no private key named `erp`\n"), "{}", gone.stderr);
    assert!(none.stderr.contains("does not use a private key"), "{}", none.stderr);
}

/// Runs `openssl`, which makes keys and certificates as people have them.
fn openssl(folder: &Path, arguments: &str) {
    let done = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output().expect("openssl runs");
    assert!(done.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&done.stderr));
}

#[test]
#[ignore = "needs openssl"]
fn keys_as_openssl_writes_them_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    for arguments in [
        "genrsa -traditional -out rsa1.pem 2048",
        "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out rsa8.pem",
        "ecparam -name prime256v1 -genkey -out ec1.pem",
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out ec8.pem",
        "ecparam -name secp521r1 -genkey -noout -out ec521.pem",
        "pkcs8 -topk8 -in rsa1.pem -passout pass:x -out encrypted8.pem",
        "rsa -in rsa1.pem -aes128 -passout pass:x -traditional -out encrypted1.pem",
        "genpkey -algorithm ED25519 -out ed.pem",
        "genpkey -algorithm X25519 -out x.pem",
        "genrsa -out small.pem 1024",
        "req -x509 -key rsa1.pem -subj /CN=test -days 30 -out certificate.pem",
    ] {
        openssl(folder.path(), arguments);
    }
    let text = |file: &str| fs::read_to_string(folder.path().join(file)).expect("a file");
    let parse = |file: &str| parse_key(&Secret::new(text(file))).map(|read| read.kind);
    assert_eq!(parse("rsa1.pem"), Ok(KeyKind::Rsa(2048)));
    assert_eq!(parse("rsa8.pem"), Ok(KeyKind::Rsa(3072)));
    assert_eq!(parse("ec1.pem"), Ok(KeyKind::P256));
    assert_eq!(parse("ec8.pem"), Ok(KeyKind::P384));
    assert_eq!(parse("ec521.pem"), Ok(KeyKind::P521));
    assert_eq!(parse("encrypted8.pem"), Err(KeyError::Encrypted));
    assert_eq!(parse("encrypted1.pem"), Err(KeyError::Encrypted));
    assert_eq!(parse("ed.pem"), Ok(KeyKind::Ed25519));
    assert_eq!(parse("x.pem"), Err(KeyError::Unusable), "a key to agree with, not to sign with");
    assert_eq!(parse("small.pem"), Err(KeyError::Unusable));
    assert_eq!(parse("certificate.pem"), Err(KeyError::PublicOnly));
    let read = parse_key(&Secret::new(text("rsa1.pem"))).expect("a key");
    assert!(read.clone().with_certificate(&text("certificate.pem")).is_ok());
    let other = parse_key(&Secret::new(text("rsa8.pem"))).expect("a key");
    assert_eq!(other.with_certificate(&text("certificate.pem")).err(), Some(KeyError::WrongCertificate));
}

/// Uploads a certificate to the practice service, as its page does.
fn upload(practice: &Practice, file: &Path) {
    let url = format!("http://127.0.0.1:{}/keys", practice.port());
    let certificate = fs::read_to_string(file).expect("a certificate");
    assert_eq!(post(&url, &[("certificate", &certificate)]).status, 200);
}

/// Longer than a token of the practice service lives, so that each is asked for anew.
const LONG: [&str; 2] = ["--min-valid", "5m"];

#[test]
fn a_profile_with_a_key_is_renewed_from_the_vault_by_another_assertion() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let file = program.home().join("certificate.pem");
    let path = file.to_str().expect("UTF-8");
    program
        .run(&["key", "generate", "robot", "--service", "practice-key", "--bits", "2048", "--certificate-file", path])
        .done();
    let port = practice.set();
    let sign_in = ["sign-in", "robot", "--service", "practice-key", "--set", &port, "--set", "person=Ada"];
    let early = program.run(&sign_in);
    assert_eq!(early.code, 4);
    assert!(early.stderr.contains("no certificate was uploaded"), "{}", early.stderr);
    upload(&practice, &file);
    let done = program.run(&sign_in);
    assert!(
        done.stderr.contains("There is no refresh token: the next access token is requested in the same way."),
        "{}",
        done.stderr
    );
    done.done();
    let listed = program.run(&["list", "--json"]).done();
    assert!(listed.contains("\"refreshable\":true"), "{listed}");
    let first = program.run(&["token", "robot", "--min-valid", "0s"]).done();
    let renewed = program.run(&["token", "robot", LONG[0], LONG[1]]).done();
    assert_ne!(first, renewed);
    assert_ne!(renewed, program.run(&["refresh", "robot"]).stdout);
}

#[test]
#[ignore = "needs openssl"]
fn a_key_file_is_taken_with_what_it_says_besides() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    openssl(program.home(), "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem");
    openssl(program.home(), "req -x509 -key key.pem -subj /CN=test -days 30 -out certificate.pem");
    upload(&practice, &program.home().join("certificate.pem"));
    let pem = fs::read_to_string(program.home().join("key.pem")).expect("a key");
    let json = serde_json::json!({ "private_key": pem, "client_email": "practice-robot", "private_key_id": "7" });
    fs::write(program.home().join("account.json"), json.to_string()).expect("a file of our own");
    let port = practice.set();
    let sign_in = ["sign-in", "robot", "--service", "practice-key", "--set", &port, "--key-file", "account.json"];
    program.run(&sign_in).done();
    assert!(!program.run(&["token", "robot", LONG[0], LONG[1]]).done().is_empty());
    let shown = program.run(&["show", "robot"]).done();
    assert!(shown.contains("practice-robot") && !shown.contains("PRIVATE"), "{shown}");
    let wrong = program.run(&["sign-in", "robot", "--service", "practice-key", "--key-file", "certificate.pem"]);
    let words = "error: there is no private key in it, only a public key or a certificate\n\
        hint: choose the file that begins with `BEGIN PRIVATE KEY`\n";
    assert_eq!((wrong.code, wrong.stderr.as_str()), (2, words));
}

/// A preset for the practice service with this token request.
fn of_practice(top: &str, bearer: &str) -> String {
    format!(
        r#"
id = "direct"
name = "Direct"
checked = "2026-11-21"
source = ["a test"]
practice = true
{top}

[[inputs]]
name = "port"
label = "Port"
pattern = "[0-9]{{1,5}}"
optional = true

[token_request]
url = "http://127.0.0.1:<port>/token"
{bearer}
"#
    )
}

#[test]
fn client_credentials_bring_a_token_and_then_another() {
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", "practice-secret");
    program.add_preset("direct.toml", &of_practice("asks = \"secret\"", "authentication = \"basic\""));
    let practice = Practice::start(&program);
    let port = practice.set();
    program.run(&["sign-in", "job", "--service", "direct", "--set", &port, "--client-id", "practice-client"]).done();
    let first = program.run(&["token", "job", "--min-valid", "0s"]).done();
    assert_ne!(first, program.run(&["token", "job", LONG[0], LONG[1]]).done());
}

#[test]
fn a_password_is_typed_once_kept_and_used_again() {
    let program = Tokenwright::with_vault();
    let body = "body = { username = \"<user_name>\", password = \"<password>\" }";
    program.add_preset("direct.toml", &of_practice("asks = \"nothing\"\ngrant_type = \"password\"", body));
    let practice = Practice::start_with(&program, &["no-refresh-token"]);
    let port = practice.set();
    let mut sign_in = vec!["sign-in", "ada", "--service", "direct", "--set", &port, "--client-id", "practice-public"];
    let unnamed = program.run(&sign_in);
    assert_eq!(unnamed.stderr, "error: User ID is missing\nhint: add `--username NAME`\n");
    sign_in.extend(["--username", "ada"]);
    let missing = program.run(&sign_in);
    let words = "error: the password is missing\n\
        hint: set `TOKENWRIGHT_PASSWORD`, or pipe it to `--password-stdin`\n";
    assert_eq!((missing.code, missing.stderr.as_str()), (2, words));
    sign_in.push("--password-stdin");
    program.run_with_input(&sign_in, "practice\n").done();
    let first = program.run(&["token", "ada", "--min-valid", "0s"]).done();
    assert_ne!(first, program.run(&["token", "ada", LONG[0], LONG[1]]).done(), "with the password from the vault");
}

#[test]
fn a_refresh_token_at_hand_makes_a_profile_without_a_browser() {
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", "practice-secret");
    let practice = Practice::start(&program);
    let form = [
        ("grant_type", "password"),
        ("username", "ada"),
        ("password", "practice"),
        ("client_id", "practice-client"),
        ("client_secret", "practice-secret"),
    ];
    let url = format!("http://127.0.0.1:{}/token", practice.port());
    let reply = post(&url, &form).json();
    let at_hand = reply["refresh_token"].as_str().expect("a refresh token");
    let port = practice.set();
    let sign_in = ["sign-in", "moved", "--service", "practice", "--set", &port, "--refresh-token-stdin"];
    program.run_with_input(&sign_in, &format!("{at_hand}\n")).done();
    let first = program.run(&["token", "moved", "--min-valid", "0s"]).done();
    assert_ne!(first, program.run(&["token", "moved", LONG[0], LONG[1]]).done(), "by the token that came of it");
}
