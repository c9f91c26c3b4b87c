//! A lease is unique over all processes, and ends with its holder. The first test starts itself again as the other
//! process. The others check that a profile forgotten at any moment of a refresh stays forgotten.

use std::env;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use crate::support::PATIENCE;
use crate::support::process::{Process, one_test};
use crate::support::renewed::{self, describe};
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::{PASSPHRASE, Tokenwright};
use serde_json::json;
use tokenwright::oauth::ProfileSecrets;
use tokenwright::secret::Secret;
use tokenwright::service::ProfileName;
use tokenwright::store::Store;
use tokenwright::vault::{self, Contents, Entry, How, Vault, VaultError, VaultKind};

const FOLDER: &str = "TOKENWRIGHT_TEST_FOLDER";
const REPORT_TO: &str = "TOKENWRIGHT_TEST_REPORT_TO";

fn open(folder: &Path) -> Vault {
    let store = Store::new(folder.to_owned());
    vault::open(VaultKind::Passphrase, &store, Some(Secret::new("open sesame"))).expect("opened")
}

fn demo() -> ProfileName {
    ProfileName::parse("demo").expect("a name")
}

#[test]
fn a_lease_keeps_another_process_out_until_its_holder_dies() {
    let folder = tempfile::tempdir().expect("a folder");
    let vault = open(folder.path());
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let mut holder = one_test(module_path!(), "the_other_process_holds_a_lease")
        .env(FOLDER, folder.path())
        .env(REPORT_TO, listener.local_addr().expect("an address").to_string())
        .stdout(Stdio::null())
        .spawn()
        .expect("started");
    let (mut report, _) = listener.accept().expect("a report");
    let mut said = [0; 4];
    report.read_exact(&mut said).expect("a report");
    assert_eq!(&said, b"held");

    let taken = vault.lease_within(&demo(), Duration::ZERO).expect_err("the other process holds it");
    assert!(matches!(taken, VaultError::LeaseTaken { .. }), "{taken}");
    // What the other process put can be read, and cannot be put over unseen by the next holder.
    assert_eq!(vault.snapshot(&demo()).expect("read").map(|record| record.number), Some(1));

    holder.kill().expect("killed");
    let entry = vault.lease(&demo()).expect("the dead hold nothing");
    holder.wait().expect("ended");
    let conflict = entry.put(None, &Contents::default(), How::SignedIn).expect_err("it was put there");
    assert!(matches!(conflict, VaultError::Conflict { expected: None, found: Some(1), .. }), "{conflict}");
}

#[test]
#[ignore = "the other process of the test above"]
fn the_other_process_holds_a_lease() {
    let Some(folder) = env::var_os(FOLDER) else { return };
    let vault = open(Path::new(&folder));
    let entry = vault.lease_within(&demo(), Duration::ZERO).expect("free");
    entry.put(None, &Contents::default(), How::SignedIn).expect("put");
    let mut report = TcpStream::connect(env::var(REPORT_TO).expect("an address")).expect("connected");
    report.write_all(b"held").expect("reported");
    // Until the first process kills this one, or is gone.
    let _ = report.read(&mut [0]);
}

/// A service whose refresh and whose revocation are answered when the test says so.
struct Slow {
    service: Scripted,
    release: Sender<()>,
}

impl Slow {
    /// `arrived` is called when a refresh is asked for, before it is answered.
    fn start(arrived: impl Fn() + Send + Sync + 'static) -> Self {
        Self::with_first_life(3600, arrived)
    }

    /// The tokens of the sign-in live for so many seconds, those of a refresh for an hour.
    fn with_first_life(first: u64, arrived: impl Fn() + Send + Sync + 'static) -> Self {
        let (release, released) = channel::<()>();
        let released: Mutex<Receiver<()>> = Mutex::new(released);
        let service = Scripted::start(move |asked, earlier| {
            let is_refresh = asked.parameter("grant_type") == "refresh_token";
            if asked.path == "/authorize" {
                return asked.grant("a-code");
            }
            if is_refresh || asked.path == "/revoke" {
                arrived();
                released.lock().expect("one at a time").recv_timeout(PATIENCE).expect("released");
            }
            let body = json!({
                "access_token": format!("at-{earlier}"), "refresh_token": format!("rt-{earlier}"),
                "token_type": "Bearer", "expires_in": if is_refresh { 3600 } else { first },
            });
            Answer::json(200, &body)
        });
        Self { service, release }
    }

    /// Waits until so many requests to a path came.
    fn wait_for(&self, path: &str, count: usize) {
        while self.service.asked(path).len() < count {
            // waits: the scripted server tells nobody that it was asked.
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn release(&self) {
        self.release.send(()).expect("the server waits");
    }
}

fn sign_in(program: &Tokenwright, slow: &Slow) {
    describe(program, &slow.service, "/token", &format!("[revocation]\nurl = \"{}/revoke\"", slow.service.url()));
    renewed::sign_in(program, "demo");
}

/// Signed in, with a file that is written again at each refresh.
fn signed_in(slow: &Slow) -> Tokenwright {
    let program = Tokenwright::with_vault();
    sign_in(&program, slow);
    program.run(&["export", "demo", "--format", "dotenv", "--output", "demo.env", "--sink"]).done();
    program
}

fn vault_of(program: &Tokenwright) -> Vault {
    vault_in(program.database().folder())
}

fn vault_in(folder: PathBuf) -> Vault {
    vault::open(VaultKind::Passphrase, &Store::new(folder), Some(Secret::new(PASSPHRASE))).expect("opened")
}

/// Nothing of the profile is left, and a new profile of its name gets nothing of it.
#[track_caller]
fn assert_forgotten(program: &Tokenwright, slow: &Slow) {
    assert!(!program.database().has("demo"));
    let mark = fs::read(program.database().folder().join("leases/demo")).expect("the file of the lease stays");
    assert!(mark.is_empty(), "{mark:?}");
    assert_eq!(program.run(&["list", "--json"]).json(), json!([]));
    program.run(&["token", "demo"]).failed(3);
    program.run(&["history", "demo"]).failed(3);
    assert!(vault_of(program).snapshot(&demo()).expect("read").is_none());
    sign_in(program, slow);
    let history = program.run(&["history", "demo", "--json"]).json();
    let lines = history["generations"].as_array().map(Vec::len);
    assert_eq!(lines, Some(1), "{history}");
}

#[test]
fn a_profile_that_is_forgotten_during_its_refresh_stays_forgotten() {
    let slow = Slow::start(|| {});
    let program = signed_in(&slow);
    let refresh = program.start(&["refresh", "demo"]);
    slow.wait_for("/token", 2);
    let mut forget = program.start(&["forget", "demo"]);
    forget.line_with("waiting for refresh (process ");
    slow.release();
    assert_eq!(refresh.finish().code, 0);
    assert!(forget.finish().done().contains("demo: forgotten"));
    assert_forgotten(&program, &slow);
}

#[test]
fn a_profile_that_is_forgotten_while_its_new_tokens_are_written_stays_forgotten() {
    let program = Tokenwright::with_vault();
    let database = program.database();
    let held = std::sync::Arc::new(Mutex::new(None));
    let holds = std::sync::Arc::clone(&held);
    // From the moment of the call on nothing can be written.
    let slow = Slow::start(move || {
        let connection = database.connection();
        connection.execute_batch("BEGIN IMMEDIATE").expect("free");
        *holds.lock().expect("one at a time") = Some(connection);
    });
    sign_in(&program, &slow);
    let refresh = program.start(&["refresh", "demo"]);
    slow.wait_for("/token", 2);
    slow.release();
    let mut forget = program.start(&["forget", "demo"]);
    forget.line_with("to finish its refresh of `demo`");
    drop(held.lock().expect("one at a time").take());
    assert_eq!(refresh.finish().code, 0);
    forget.finish().done();
    drop(slow);
    assert_forgotten(&program, &Slow::start(|| {}));
}

#[test]
fn a_refresh_and_a_removal_that_wait_together_leave_nothing_behind() {
    let slow = Slow::start(|| {});
    let program = signed_in(&slow);
    let lease = vault_of(&program).lease(&demo()).expect("free");
    let mut forget = program.start(&["forget", "demo"]);
    forget.line_with("waiting for another window or command to finish with `demo`");
    let refreshing: Vec<Process> = (0..3).map(|_| program.start(&["refresh", "demo"])).collect();
    let keep = program.start(&["keep-alive", "demo"]);
    keep.finish().done();
    drop(lease);
    // Each that comes before the removal is answered.
    for _ in 0..3 {
        slow.release();
    }
    forget.finish().done();
    for refresh in refreshing {
        let finished = refresh.finish();
        assert!(matches!(finished.code, 0 | 3), "{finished:?}");
    }
    // The plain part does not come back either.
    program.run(&["keep-alive", "demo", "--off"]).failed(3);
    drop(slow);
    assert_forgotten(&program, &Slow::start(|| {}));
}

#[test]
fn tokens_that_are_being_revoked_are_not_refreshed_and_those_that_came_last_are_revoked() {
    let slow = Slow::start(|| {});
    let program = signed_in(&slow);
    let refresh = program.start(&["refresh", "demo"]);
    slow.wait_for("/token", 2);
    let forget = program.start(&["forget", "demo", "--revoke"]);
    slow.release();
    assert_eq!(refresh.finish().code, 0);
    slow.wait_for("/revoke", 1);
    let late = program.start(&["refresh", "demo"]);
    slow.release();
    let revoked = slow.service.asked("/revoke");
    assert_eq!(revoked[0].parameter("token"), "rt-1", "{revoked:?}");
    // The access token is revoked as well, where the service knows of such a call.
    let _ = slow.release.send(());
    forget.finish().done();
    assert!(late.finish().failed(3).contains("the profile `demo` was forgotten"));
    assert_eq!(slow.service.asked("/token").len(), 2);
    drop(slow);
    assert_forgotten(&program, &Slow::start(|| {}));
}

#[cfg(unix)]
#[test]
fn the_agent_does_not_bring_back_what_is_forgotten_during_its_renewal() {
    let slow = Slow::start(|| {});
    let program = signed_in(&slow);
    let mut agent = program.start(&["agent"]);
    agent.line_with("The agent listens on ");
    let token = program.start(&["token", "demo", "--min-valid", "2h"]);
    slow.wait_for("/token", 2);
    let mut forget = program.start(&["forget", "demo"]);
    forget.line_with("waiting for agent (process ");
    slow.release();
    forget.finish().done();
    token.finish().done();
    assert!(program.run(&["token", "demo"]).failed(3).contains("the profile `demo` was forgotten"));
    assert_forgotten(&program, &slow);
    program.run(&["agent", "stop"]).done();
    agent.finish();
}

#[cfg(unix)]
#[test]
fn a_renewal_that_nobody_asked_for_does_not_bring_back_what_is_forgotten_meanwhile() {
    let slow = Slow::with_first_life(1, || {});
    let program = Tokenwright::with_vault();
    sign_in(&program, &slow);
    program.run(&["keep-alive", "demo"]).done();
    let mut agent = program.start(&["agent"]);
    agent.line_with("The agent listens on ");
    slow.wait_for("/token", 2);
    let mut forget = program.start(&["forget", "demo"]);
    forget.line_with("waiting for agent (process ");
    slow.release();
    forget.finish().done();
    let began = std::time::Instant::now();
    while program.run(&["agent", "status", "--json"]).json()["profiles"] != json!([]) {
        assert!(began.elapsed() < PATIENCE, "the agent still knows the profile");
        // waits: the agent is told at once and reads the profiles anew a moment later.
        thread::sleep(Duration::from_millis(20));
    }
    assert_forgotten(&program, &slow);
    program.run(&["agent", "stop"]).done();
    agent.finish();
}

#[cfg(unix)]
#[test]
fn a_renewal_that_is_due_while_a_profile_is_revoked_sends_no_token_of_it() {
    let slow = Slow::with_first_life(1, || {});
    let program = Tokenwright::with_vault();
    sign_in(&program, &slow);
    program.run(&["keep-alive", "demo"]).done();
    let forget = program.start(&["forget", "demo", "--revoke"]);
    slow.wait_for("/revoke", 1);
    let mut agent = program.start(&["agent"]);
    agent.line_with("The agent listens on ");
    // The refresh token, and the access token.
    slow.release();
    slow.release();
    forget.finish().done();
    program.run(&["agent", "stop"]).done();
    agent.finish();
    assert_eq!(slow.service.asked("/token").len(), 1, "only the sign-in asked for tokens");
    assert_forgotten(&program, &slow);
}

/// Changes a copy of the database, whose leases are its own, and then makes the secrets the same here: what somebody does who
/// does not know the lease.
fn without_the_lease(program: &Tokenwright, change: impl FnOnce(&Entry)) {
    let there = tempfile::tempdir().expect("a folder");
    let copy = there.path().join("profiles.db");
    let connection = program.database().connection();
    connection.execute("VACUUM INTO ?1", [copy.to_str()]).expect("copied");
    change(&vault_in(there.path().to_owned()).lease(&demo()).expect("the copy's lease"));
    connection.execute("ATTACH ?1 AS there", [copy.to_str()]).expect("attached");
    let same = "BEGIN IMMEDIATE; DELETE FROM sealed; DELETE FROM secret; INSERT INTO secret SELECT * FROM there.secret; \
                INSERT INTO sealed SELECT * FROM there.sealed; COMMIT";
    connection.execute_batch(same).expect("made the same");
    // This program's mark would call that a database that went back.
    fs::write(program.database().folder().join("leases/demo"), "").expect("our own file");
}

#[test]
fn new_tokens_go_to_nobody_where_the_profile_was_removed_or_made_anew_without_the_lease() {
    for is_made_anew in [false, true] {
        let slow = Slow::start(|| {});
        let program = signed_in(&slow);
        let refresh = program.start(&["refresh", "demo"]);
        slow.wait_for("/token", 2);
        let secrets = ProfileSecrets { client_secret: Secret::new("another"), ..ProfileSecrets::default() };
        let other = Contents { secrets, ..Contents::default() };
        without_the_lease(&program, |entry| {
            entry.forget().expect("removed");
            if is_made_anew {
                entry.put(None, &other, How::SignedIn).expect("put");
            }
        });
        slow.release();
        let words = refresh.finish().failed(3);
        let what = if is_made_anew {
            "`demo` was signed in again in the meantime"
        } else {
            "`demo` was forgotten in the meantime"
        };
        assert!(words.contains(what), "{words}");
        let found = vault_of(&program).snapshot(&demo()).expect("read");
        assert_eq!(found.as_ref().map(|record| record.contents.clone()), is_made_anew.then_some(other));
        assert_eq!(found.map(|record| (record.number, record.history.lines.len())), is_made_anew.then_some((1, 1)));
        assert!(!fs::read_to_string(program.home().join("demo.env")).expect("a sink").contains("at-1"));
    }
}

#[test]
fn what_cannot_be_locked_is_not_forgotten_by_half_and_what_is_damaged_is_forgotten() {
    let slow = Slow::start(|| {});
    let program = signed_in(&slow);
    let lock = program.database().folder().join("leases/demo");
    let mark = fs::read(&lock).expect("made by the sign-in");
    fs::remove_file(&lock).expect("removed");
    fs::create_dir(&lock).expect("a folder in its place");
    let words = program.run(&["forget", "demo"]).failed(6);
    assert!(words.starts_with("error: nothing was forgotten: "), "{words}");
    assert_eq!(program.run(&["token", "demo"]).done(), "at-0\n");
    fs::remove_dir(&lock).expect("removed");
    fs::write(&lock, mark).expect("put back");
    program.database().damage("demo", true);
    program.database().set_profile("demo", "damaged");
    program.run(&["forget", "demo"]).done();
    assert_forgotten(&program, &slow);
}
