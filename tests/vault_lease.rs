//! A lease is one over all processes, and the death of its holder ends it. This test starts itself a second time as
//! the other process.

use std::env;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use tokenwright::secret::Secret;
use tokenwright::vault::{self, How, ProfileSecrets, VaultError, VaultKind};

const FOLDER: &str = "TOKENWRIGHT_TEST_FOLDER";
const REPORT_TO: &str = "TOKENWRIGHT_TEST_REPORT_TO";

/// Only bounds a failure; a passing test never waits for it.
const LONG: Duration = Duration::from_mins(1);

fn open(folder: &Path) -> std::sync::Arc<dyn vault::Vault> {
    vault::open(VaultKind::Passphrase, folder, Some(Secret::new("open sesame"))).expect("opened")
}

#[test]
fn a_lease_keeps_another_process_out_until_its_holder_dies() {
    let folder = tempfile::tempdir().expect("a folder");
    let vault = open(folder.path());
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let mut holder = Command::new(env::current_exe().expect("a path"))
        .args(["--exact", "the_other_process_holds_a_lease", "--ignored"])
        .env(FOLDER, folder.path())
        .env(REPORT_TO, listener.local_addr().expect("an address").to_string())
        .stdout(Stdio::null())
        .spawn()
        .expect("started");
    let (mut report, _) = listener.accept().expect("a report");
    let mut said = [0; 4];
    report.read_exact(&mut said).expect("a report");
    assert_eq!(&said, b"held");

    let taken = vault.lease("demo", Duration::ZERO).expect_err("the other process holds it");
    assert!(matches!(taken, VaultError::LeaseTaken { .. }), "{taken}");
    // What the other process put is there, and cannot be put over unseen.
    let conflict =
        vault.put("demo", None, &ProfileSecrets::default(), How::SignedIn.into()).expect_err("it was put there");
    assert!(matches!(conflict, VaultError::Conflict { expected: None, found: Some(1), .. }), "{conflict}");

    holder.kill().expect("killed");
    let lease = vault.lease("demo", LONG).expect("the dead hold nothing");
    holder.wait().expect("ended");
    drop(lease);
}

#[test]
#[ignore = "the other process of the test above"]
fn the_other_process_holds_a_lease() {
    let Some(folder) = env::var_os(FOLDER) else { return };
    let vault = open(Path::new(&folder));
    let _lease = vault.lease("demo", Duration::ZERO).expect("free");
    vault.put("demo", None, &ProfileSecrets::default(), How::SignedIn.into()).expect("put");
    let mut report = TcpStream::connect(env::var(REPORT_TO).expect("an address")).expect("connected");
    report.write_all(b"held").expect("reported");
    // Until the first process kills this one, or is gone.
    let _ = report.read(&mut [0]);
}
