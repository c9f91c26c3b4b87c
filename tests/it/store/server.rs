//! What a person is told when the team's database cannot be used as it is.

use std::fs;
use std::path::Path;

use crate::support::postgres::Cluster;
use crate::support::practice::Practice;
use crate::support::process::{Finished, Process};
use crate::support::tokenwright::Tokenwright;
use serde_json::json;

/// A member of a team, whose machine gets to the database by an address of the environment.
struct Member {
    home: Tokenwright,
    /// Of the team's database, without a password.
    url: String,
    cluster: Cluster,
}

impl Member {
    fn new() -> Self {
        let cluster = Cluster::start();
        let url = cluster.url(&cluster.database("team"));
        let home = Tokenwright::with_vault();
        let practice = Practice::start(&home);
        practice.sign_in(&home, "demo");
        home.run(&["team", "init", &url]).done();
        home.run(&["share", "demo", "--team"]).done();
        Self { home, url, cluster }
    }

    fn run(&self, url: &str, task: &[&str]) -> Finished {
        Process::start(self.home.command(task).env("TOKENWRIGHT_TEAM", url)).finish()
    }

    #[track_caller]
    fn refused(&self, url: &str, fact: &str, hint: &str) {
        for task in
            [&["team", "status"][..], &["token", "demo"], &["token", "demo", "--no-agent"], &["refresh", "demo"]]
        {
            let said = self.run(url, task).failed(6);
            assert!(said.contains(fact) && said.contains(hint), "{task:?}: {said}");
            assert!(!said.contains("canary"), "{said}");
        }
        // What is this machine's own goes on.
        let listed = self.run(url, &["list"]);
        assert!(listed.code == 0 && listed.stderr.contains(fact), "{listed:?}");
    }
}

#[test]
#[ignore = "needs postgresql"]
fn what_is_wrong_with_the_server_is_named_with_what_to_do() {
    let member = Member::new();
    let Member { url, cluster, .. } = &member;
    let with_password = url.replace("tester@", "tester:canary@");

    member.refused(&cluster.url("nowhere"), "database \"nowhere\" does not exist", "hint: make it on the server with");
    member.refused(&format!("{with_password}?sslmode=require"), "does not support TLS", "turn on `ssl` in the server");
    let status = member.run(&with_password, &["team", "status", "--json"]).json();
    assert_eq!(status["database"], json!(url));

    let format = cluster.execute("team", "SELECT format FROM tokenwright.store").trim().to_owned();
    cluster.execute("team", "UPDATE tokenwright.store SET format = 99");
    member.refused(&with_password, "has format 99", "hint: use the newer version of the program");
    cluster.execute("team", &format!("UPDATE tokenwright.store SET format = {format}"));

    cluster.execute("team", "CREATE ROLE reader LOGIN; ALTER ROLE tester PASSWORD 'canary'");
    let other = url.replace("tester@", "reader@");
    member.refused(&other, "permission denied for schema tokenwright", "hint: give the user the right");

    cluster.require_passwords();
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), "canary\n").expect("written");
    member.refused(url, "password missing", "`TOKENWRIGHT_TEAM_PASSWORD_FILE`");
    let wrong = url.replace("tester@", "tester:canary2@");
    member.refused(&wrong, "password authentication failed", "hint: check the user");
    member.run(&with_password, &["token", "demo"]).done();
    let with_file = |file: &Path| {
        let mut command = member.home.command(&["token", "demo"]);
        command.env("TOKENWRIGHT_TEAM", url).env("TOKENWRIGHT_TEAM_PASSWORD_FILE", file);
        Process::start(&mut command).finish()
    };
    with_file(file.path()).done();
    let said = with_file(Path::new("/nowhere")).failed(1);
    assert!(said.starts_with("error: cannot read `/nowhere`: "), "{said}");

    cluster.stop();
    // By an address under which this machine has seen nothing yet.
    let other = url.replace("tester@", "another:canary@");
    let shown = other.replace(":canary", "");
    let hint = "hint: check that the server runs under this address; until then nothing is refreshed";
    member.refused(&other, &format!("cannot open `{shown}`: Connection refused"), hint);
    let said = member.run("mysql://a:canary@b/c", &["team", "status"]).failed(6);
    assert!(said.starts_with("error: the address of the team's database is not valid: "), "{said}");
    assert!(!said.contains("canary"), "{said}");
}

#[test]
#[ignore = "needs postgresql"]
fn a_server_is_believed_only_with_the_certificate_of_its_name() {
    let member = Member::new();
    let cluster = &member.cluster;
    let folder = tempfile::tempdir().expect("a folder");
    let (ours, others) = (folder.path().join("ca.pem"), folder.path().join("other.pem"));
    let (certificate, key) = certified(&ours);
    certified(&others);
    cluster.serve_tls(&certificate, &key);
    let url = |host: &str, roots: &Path| {
        let address = member.url.replace("127.0.0.1", host);
        format!("{address}?sslmode=verify-full&hostaddr=127.0.0.1&sslrootcert={}", roots.display())
    };
    member.run(&url("localhost", &ours), &["token", "demo"]).done();
    member.refused(&url("localhost", &others), "invalid peer certificate", "name its authority");
    member.refused(&url("db.example", &ours), "not valid for name \"db.example\"", "use the name that is in");
    let system = member.url.replace("127.0.0.1", "localhost") + "?sslmode=require";
    member.refused(&system, "invalid peer certificate", "name its authority");
    let missing = url("localhost", &folder.path().join("nowhere.pem"));
    let said = member.run(&missing, &["team", "status"]).failed(6);
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
