//! Grants and clients that sign: through the program, against servers and keys that we did not make.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::oidc_provider::OidcProvider;
use support::practice::BROWSER;
use support::tokenwright::Tokenwright;
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

[bearer]
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
        program.run(&["key", "make", name, "--service", service, "--bits", "2048", "--public-key-file", path]).done(),
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
fn a_client_with_a_key_acts_for_itself_at_a_certified_server() {
    for algorithm in ["PS256", "RS256", "ES256"] {
        let program = Tokenwright::with_vault();
        program.add_preset("robot.toml", &robot("private-key-jwt", &assertion(algorithm)));
        let key = make_key(&program, "job", "robot");
        let (_provider, port) = provider(&[SHORT[0], SHORT[1], "--client-key", key.to_str().expect("UTF-8")]);
        program.run(&["sign-in", "job", "--service", "robot", "--set", &port, "--client-id", "with-key"]).done();
        let first = program.run(&["token", "job", "--min-valid", "0s"]).done();
        let second = program.run(&["token", "job"]).done();
        assert_ne!(first, second, "a token that ends soon is asked for again, signed anew ({algorithm})");
    }
}

#[test]
fn a_client_with_a_long_secret_signs_with_it() {
    let program = Tokenwright::with_vault()
        .with_env("TOKENWRIGHT_CLIENT_SECRET", "a secret of more than 32 characters, as HS256 wants it");
    program.add_preset("robot.toml", &robot("client-secret-jwt", &assertion("HS256")));
    let (_provider, port) = provider(&SHORT);
    program.run(&["sign-in", "job", "--service", "robot", "--set", &port, "--client-id", "with-secret-jwt"]).done();
    let first = program.run(&["token", "job", "--min-valid", "0s"]).done();
    assert_ne!(first, program.run(&["token", "job"]).done());
}

#[test]
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
fn a_code_is_redeemed_and_refreshed_by_a_client_with_a_key() {
    let preset = robot("private-key-jwt", "").replace("[bearer]", "[refresh]\nurl = \"http://127.0.0.1:<port>/token\"\nauthentication = \"private-key-jwt\"\n\n[authorization]\nurl = \"http://127.0.0.1:<port>/auth\"\nquery = { prompt = \"consent\" }\n\n[scopes]\ndefault = [\"openid\", \"offline_access\"]\n\n[bearer]")
        + &assertion("ES256");
    let program = Tokenwright::with_vault();
    program.add_preset("robot.toml", &preset);
    let key = make_key(&program, "job", "robot");
    let (_provider, port) = provider(&["--auto", SHORT[0], SHORT[1], "--client-key", key.to_str().expect("UTF-8")]);
    let arguments =
        ["sign-in", "job", "--service", "robot", "--set", &port, "--client-id", "with-key", "--browser", BROWSER];
    program.run(&arguments).done();
    let first = program.run(&["token", "job", "--min-valid", "0s"]).done();
    assert_ne!(first, program.run(&["token", "job"]).done(), "refreshed with another assertion");
}

#[test]
fn without_a_key_the_way_to_one_is_named() {
    let program = Tokenwright::with_vault();
    let set = ["--set", "account_id=1234567", "--set", "certificate_id=abc", "--client-id", "id"];
    let mut arguments = vec!["sign-in", "erp", "--service", "netsuite-m2m"];
    arguments.extend(set);
    let refused = program.run(&arguments);
    assert_eq!(refused.code, 2);
    let words = "error: NetSuite (machine to machine) wants a private key, and none is kept under `erp`\n\
        hint: name its file with `--key-file`, or make one: `tokenwright key make erp --service netsuite-m2m`\n";
    assert_eq!(refused.stderr, words);
}

#[test]
fn a_key_is_made_once_and_its_certificate_is_shown_again() {
    let program = Tokenwright::with_vault();
    let made = program.run(&["key", "make", "erp", "--service", "netsuite-m2m"]);
    assert!(made.stderr.contains("Made and kept under `erp`: an RSA key of 3072 bits."), "{}", made.stderr);
    assert!(made.stderr.contains("OAuth 2.0 Client Credentials (M2M) Setup, Create New"), "{}", made.stderr);
    assert!(made.stdout.starts_with("-----BEGIN CERTIFICATE-----\n"), "{}", made.stdout);
    assert_eq!(program.run(&["key", "show", "erp"]).done(), made.done());
    let again = program.run(&["key", "make", "erp", "--service", "netsuite-m2m"]);
    assert_eq!(again.code, 2);
    let words = "error: there is a private key under `erp` already\n\
        hint: choose another name, or replace it: `--replace`\n";
    assert_eq!(again.stderr, words);
    let none = program.run(&["key", "make", "erp", "--service", "xero"]);
    assert!(none.stderr.contains("takes no assertion that is signed with a private key"), "{}", none.stderr);
}

/// Runs `openssl`, whose keys and certificates are those that people have.
fn openssl(folder: &Path, arguments: &str) {
    let done = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output().expect("openssl runs");
    assert!(done.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&done.stderr));
}

#[test]
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
    assert_eq!(parse("ed.pem"), Err(KeyError::Unusable));
    assert_eq!(parse("small.pem"), Err(KeyError::Unusable));
    assert_eq!(parse("certificate.pem"), Err(KeyError::PublicOnly));
    let read = parse_key(&Secret::new(text("rsa1.pem"))).expect("a key");
    assert!(read.clone().with_certificate(&text("certificate.pem")).is_ok());
    let other = parse_key(&Secret::new(text("rsa8.pem"))).expect("a key");
    assert_eq!(other.with_certificate(&text("certificate.pem")).err(), Some(KeyError::WrongCertificate));
}
