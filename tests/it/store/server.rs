//! What a person is told when the shared database cannot be used as it is.

use std::fs;
use std::path::Path;

use crate::support::postgres::Cluster;
use crate::support::practice::Practice;
use crate::support::tokenwright::Tokenwright;
use serde_json::json;

fn home(url: &str) -> Tokenwright {
    Tokenwright::with_vault().with_env("TOKENWRIGHT_STORE", url)
}

#[track_caller]
fn refused(home: &Tokenwright, fact: &str, hint: &str) {
    for task in [&["list"][..], &["token", "demo"], &["token", "demo", "--no-agent"], &["refresh", "demo"]] {
        let said = home.run(task).failed(6);
        assert!(said.contains(fact) && said.contains(hint), "{task:?}: {said}");
        assert!(!said.contains("canary"), "{said}");
    }
}

#[test]
#[ignore = "needs postgresql"]
fn what_is_wrong_with_the_server_is_named_with_what_to_do() {
    let cluster = Cluster::start();
    let url = cluster.url(&cluster.database("team"));
    let with_password = url.replace("tester@", "tester:canary@");
    let shown = url.as_str();

    refused(&home(&cluster.url("nowhere")), "database \"nowhere\" does not exist", "hint: make it on the server with");
    refused(&home(&format!("{with_password}?sslmode=require")), "does not support TLS", "turn on `ssl` in the server");
    let status = home(&with_password).run(&["vault", "status", "--json"]).json();
    assert_eq!(status["database"], json!(shown));

    cluster.execute("team", "UPDATE tokenwright.store SET format = 99");
    refused(&home(&with_password), "has format 99", "hint: use the newer version of the program");
    cluster.execute("team", "UPDATE tokenwright.store SET format = 1");

    let other = url.replace("tester@", "reader@");
    cluster.execute("team", "CREATE ROLE reader LOGIN; ALTER ROLE tester PASSWORD 'canary'");
    refused(&home(&other), "permission denied for schema tokenwright", "hint: give the user the right");

    cluster.require_passwords();
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), "canary\n").expect("written");
    refused(&home(&url), "password missing", "`TOKENWRIGHT_STORE_PASSWORD_FILE`");
    refused(
        &home(&url.replace("tester@", "tester:canary2@")),
        "password authentication failed",
        "hint: check the user",
    );
    home(&with_password).run(&["vault", "status"]).done();
    home(&url).with_env("TOKENWRIGHT_STORE_PASSWORD_FILE", file.path()).run(&["vault", "status"]).done();
    let gone = home(&url).with_env("TOKENWRIGHT_STORE_PASSWORD_FILE", "/nowhere");
    let said = gone.run(&["list"]).failed(6);
    assert!(said.starts_with("error: `TOKENWRIGHT_STORE_PASSWORD_FILE`: cannot read `/nowhere`: "), "{said}");

    cluster.stop();
    let hint = "hint: check that the server runs under this address; until then nothing is refreshed";
    refused(&home(&with_password), &format!("cannot open `{shown}`: Connection refused"), hint);
    let said = home("mysql://a:canary@b/c").run(&["list"]).failed(6);
    assert!(said.starts_with("error: the address of the shared store is not valid: "), "{said}");
    assert!(!said.contains("canary"), "{said}");
}

#[test]
#[ignore = "needs postgresql"]
fn a_server_is_believed_only_with_the_certificate_of_its_name() {
    let cluster = Cluster::start();
    cluster.database("team");
    let folder = tempfile::tempdir().expect("a folder");
    let (ours, others) = (folder.path().join("ca.pem"), folder.path().join("other.pem"));
    let (certificate, key) = certified(&ours);
    certified(&others);
    cluster.serve_tls(&certificate, &key);
    let url = |host: &str, roots: &Path| {
        let address = cluster.url("team").replace("127.0.0.1", host);
        format!("{address}?sslmode=verify-full&hostaddr=127.0.0.1&sslrootcert={}", roots.display())
    };
    home(&url("localhost", &ours)).run(&["vault", "status"]).done();
    refused(&home(&url("localhost", &others)), "invalid peer certificate", "name its authority");
    refused(&home(&url("db.example", &ours)), "not valid for name \"db.example\"", "use the name that is in");
    let system = cluster.url("team").replace("127.0.0.1", "localhost") + "?sslmode=require";
    refused(&home(&system), "invalid peer certificate", "name its authority");
    let missing = url("localhost", &folder.path().join("nowhere.pem"));
    let said = home(&missing).run(&["list"]).failed(1);
    assert!(said.contains("nowhere.pem"), "{said}");
}

/// A certificate for `localhost` and its key, and the authority's own certificate in this file.
fn certified(authority: &Path) -> (String, String) {
    let key = rcgen::KeyPair::generate().expect("a key");
    let mut parameters = rcgen::CertificateParams::new(Vec::new()).expect("parameters");
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let certificate = parameters.self_signed(&key).expect("signed");
    fs::write(authority, certificate.pem()).expect("written");
    let issuer = rcgen::Issuer::new(parameters, key);
    let key = rcgen::KeyPair::generate().expect("a key");
    let parameters = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
    (parameters.signed_by(&key, &issuer).expect("signed").pem(), key.serialize_pem())
}

#[test]
#[ignore = "needs postgresql"]
fn a_vault_that_changes_its_passphrase_and_profiles_are_seen_by_all() {
    let cluster = Cluster::start();
    let url = cluster.url(&cluster.database("team"));
    let (one, two) = (home(&url), home(&url).with_env("TOKENWRIGHT_PASSPHRASE", "another"));
    let practice = Practice::start(&one);
    practice.sign_in(&one, "demo");
    two.run(&["token", "demo"]).failed(6);
    one.run_with_input(&["vault", "rekey", "--to", "passphrase", "--passphrase-stdin"], "another\n").done();
    let names = two.run(&["list", "--json"]).json();
    assert_eq!(names[0]["name"], json!("demo"));
    two.run(&["vault", "status"]).done();
}
