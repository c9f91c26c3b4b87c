//! `kill -9` at every step of a refresh, against a service that takes each refresh token once and ends the whole sign-in
//! when one comes twice. `strace` does the killing: at the N-th call of one kind, in any thread, N going up until the
//! refresh is no longer killed. After each kill the next command either continues, with a token that the service accepts, or
//! says exactly what happened; no record is ever lost or damaged, and no other profile is touched.
//! A draft that is killed on its way to the name it is saved under is found under that name, and there alone.
//!
//! The default run takes strides; `TOKENWRIGHT_KILL_EVERY_STEP=1` takes every step.

#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::support::http;
use crate::support::practice::Practice;
use crate::support::tokenwright::{PASSPHRASE, Tokenwright};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use sha2::{Digest, Sha256};
use tokenwright::store::{Store, VaultLock};

/// What a refresh asks of the system for files, by name of the call.
const FILE_CALLS: [&str; 15] = [
    "openat",
    "read",
    "write",
    "close",
    "statx",
    "fcntl",
    "flock",
    "fsync",
    "pread64",
    "pwrite64",
    "mmap",
    "munmap",
    "unlink",
    "getdents64",
    "mkdir",
];
/// The same for the network.
const NETWORK_CALLS: [&str; 12] = [
    "socket",
    "connect",
    "setsockopt",
    "getsockopt",
    "getpeername",
    "getsockname",
    "writev",
    "recvfrom",
    "shutdown",
    "epoll_ctl",
    "epoll_wait",
    "eventfd2",
];
/// The calls that are counted once more over the store's own files alone: another thread may have made the same call
/// before, and then it is that one which is killed.
const STORE_CALLS: [&str; 8] = ["openat", "write", "pwrite64", "pread64", "close", "fcntl", "flock", "fsync"];

/// How many steps the default run goes on at once, where a call is made often.
const STRIDE: usize = 7;

/// The results of the kills, by system call.
#[derive(Debug, Default)]
struct Tally {
    /// The next command continued, with a token that the service accepts.
    continued: usize,
    /// The token was spent and its answer gone with the killed process, and the next command said so.
    told: usize,
}

/// A machine with a profile whose refresh is killed, and another profile.
struct Ground {
    program: Tokenwright,
    practice: Practice,
    beside: Vec<(i64, Vec<u8>)>,
    /// What opens the vault now.
    passphrase: &'static str,
}

/// The passphrases that a vault is moved between.
const OTHERS: [&str; 2] = [PASSPHRASE, "another one"];

#[test]
#[ignore = "needs strace"]
fn a_refresh_that_is_killed_at_any_step_can_be_continued_or_tells_what_happened() {
    let ground = Ground::new();
    ground.check_tracing();
    let every_step = std::env::var_os("TOKENWRIGHT_KILL_EVERY_STEP").is_some();
    let mut tallies = BTreeMap::new();
    for call in FILE_CALLS.iter().chain(&NETWORK_CALLS) {
        tallies.insert((*call).to_owned(), ground.walk(call, &[], every_step));
    }
    let files = ground.store_files();
    for call in STORE_CALLS {
        tallies.insert(format!("{call} in the store"), ground.walk(call, &files, every_step));
    }
    let (mut continued, mut told) = (0, 0);
    for (call, tally) in &tallies {
        println!(
            "{call:24} {:3} killed: {:3} continued, {:3} told",
            tally.continued + tally.told,
            tally.continued,
            tally.told
        );
        continued += tally.continued;
        told += tally.told;
    }
    println!("{:24} {:3} killed: {continued:3} continued, {told:3} told", "all", continued + told);
    assert!(continued > 30, "too few kills to mean anything: {tallies:?}");
    let steps = ["pwrite64 in the store", "fsync in the store", "writev", "recvfrom"];
    for step in steps {
        assert!(tallies[step].continued + tallies[step].told > 0, "`{step}` was never killed: {tallies:?}");
    }
}

#[test]
#[ignore = "needs strace"]
fn a_move_of_the_vault_that_is_killed_at_any_step_leaves_a_vault_that_opens() {
    let mut ground = Ground::new();
    let every_step = std::env::var_os("TOKENWRIGHT_KILL_EVERY_STEP").is_some();
    let mut killed = Vec::new();
    // What is flushed makes the move count; what lies between is looked at less often.
    for (call, stride) in [("fsync", 1), ("pwrite64", 1), ("fcntl", 3), ("openat", 20)] {
        let mut step = 1;
        while ground.is_move_killed_at(call, step) {
            ground.open_with_either(&format!("{call}, step {step}"));
            killed.push(format!("{call} {step}"));
            step += if every_step { 1 } else { stride };
        }
        ground.open_with_either(&format!("{call}, not killed"));
    }
    println!("{} killed: {}", killed.len(), killed.join(", "));
    assert!(killed.len() > 6, "too few kills to mean anything: {killed:?}");
}

#[test]
#[ignore = "needs strace"]
fn a_draft_that_is_killed_on_its_way_to_its_name_is_usable_under_that_name_alone() {
    let ground = Ground::new();
    ground.check_tracing();
    let every_step = std::env::var_os("TOKENWRIGHT_KILL_EVERY_STEP").is_some();
    let mut names = Names { now: "demo".to_owned(), count: 0 };
    let mut killed = Vec::new();
    // What is written or flushed makes a step of it; what lies between is looked at less often.
    for (call, stride) in [("fsync", 1), ("pwrite64", 3), ("write", 9), ("openat", 20)] {
        let mut step = 1;
        loop {
            let next = names.next();
            ground.begin_move(&names.now, &next);
            // Whoever opens the vault goes on with it.
            let at = format!("{call}, step {step}");
            let is_killed = is_killed(&mut ground.strace(&["list"], call, &[], step), &at);
            ground.check_moved(&names.now, &next, &at);
            names.now = next;
            if !is_killed {
                break;
            }
            killed.push(at);
            step += if every_step { 1 } else { stride };
        }
    }
    println!("{} killed: {}", killed.len(), killed.join("; "));
    assert!(killed.len() > 10, "too few kills to mean anything: {killed:?}");
}

/// The names that one profile goes through.
struct Names {
    now: String,
    count: u32,
}

impl Names {
    fn next(&mut self) -> String {
        self.count += 1;
        // Before and after the other in the order of names.
        if self.count.is_multiple_of(2) { format!("a-{}", self.count) } else { format!("z-{}", self.count) }
    }
}

impl Ground {
    /// Leaves a profile as a process does that was killed once it was said what the draft becomes.
    fn begin_move(&self, draft: &str, name: &str) {
        let mark = format!("UPDATE profile SET draft = 'becomes = \"{name}\"' WHERE name = '{draft}'");
        assert_eq!(self.program.database().execute(&mark), 1);
    }

    /// It is there under its new name, whose refresh token was used by nobody else, and is gone under the old one.
    fn check_moved(&self, draft: &str, name: &str, after: &str) {
        // The practice service ends the whole sign-in when a spent refresh token comes again, so each of these tells.
        let old = self.program.run(&["refresh", draft]);
        assert_ne!(old.code, 0, "`{draft}` can still be refreshed after {after}: {}", old.stdout);
        for _ in 0..2 {
            let new = self.program.run(&["token", name, "--min-valid", "10m"]);
            assert_eq!(new.code, 0, "after {after}: {}", new.stderr);
            assert!(self.is_accepted(new.stdout.trim()), "the service refuses the token after {after}: {}", new.stderr);
        }
        let listed = self.program.run(&["list", "--json"]).json();
        let listed: Vec<_> = listed.as_array().expect("a list").iter().map(|profile| &profile["name"]).collect();
        let mut expected = ["beside", name];
        expected.sort_unstable();
        assert_eq!(listed, expected, "after {after}");
        assert!(!self.program.database().has(draft), "after {after}");
        let beside = self.program.database().sealed("beside");
        assert!(beside == self.beside, "another profile was touched after {after}");
    }
}

impl Ground {
    /// Kills a move of the vault to the other one of two passphrases.
    fn is_move_killed_at(&self, call: &str, step: usize) -> bool {
        let to = self.program.home().join("to");
        fs::write(&to, OTHERS[usize::from(self.passphrase == OTHERS[0])]).expect("written");
        let task = ["vault", "rekey", "--to", "passphrase", "--passphrase-stdin"];
        let mut strace = self.strace(&task, call, &[], step);
        strace.env("TOKENWRIGHT_PASSPHRASE", self.passphrase).stdin(fs::File::open(to).expect("read"));
        is_killed(&mut strace, &format!("{call}, step {step}"))
    }

    /// One of the two passphrases opens the vault, and everything is there. Half-way both do, and whichever comes first
    /// finishes the move.
    fn open_with_either(&mut self, after: &str) {
        let mut said = String::new();
        for passphrase in OTHERS {
            let mut status = self.program.command(&["vault", "status", "--json"]);
            let status = status.env("TOKENWRIGHT_PASSPHRASE", passphrase).output().expect("runs");
            said += &String::from_utf8_lossy(&status.stderr);
            if status.status.success() {
                let found: serde_json::Value = serde_json::from_slice(&status.stdout).expect("JSON");
                assert_eq!((&found["whole"], &found["faults"]), (&2.into(), &serde_json::json!([])), "after {after}");
                // Finished, the vault has the new passphrase, which may be the other one.
                self.passphrase = self.opens_with(passphrase);
                return;
            }
        }
        panic!("nothing opens the vault after {after}: {said}");
    }

    /// The passphrase of a vault that this one has just opened, as it is now.
    fn opens_with(&self, passphrase: &'static str) -> &'static str {
        let status = self.program.command(&["vault", "status"]).env("TOKENWRIGHT_PASSPHRASE", passphrase).output();
        let is_still = status.expect("runs").status.success();
        if is_still { passphrase } else { OTHERS[usize::from(passphrase == OTHERS[0])] }
    }

    fn new() -> Self {
        let program = Tokenwright::with_vault();
        make_cheap_vault(&program);
        let practice = Practice::start(&program);
        practice.sign_in(&program, "demo");
        practice.sign_in(&program, "beside");
        let beside = program.database().sealed("beside");
        Self { program, practice, beside, passphrase: PASSPHRASE }
    }

    /// Nothing here means anything where the system forbids tracing.
    fn check_tracing(&self) {
        let tried =
            Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).current_dir(self.program.home()).output();
        let tried = tried.expect("`strace` is missing; on Debian: apt-get install strace");
        assert!(tried.status.success(), "tracing is not permitted here: {}", String::from_utf8_lossy(&tried.stderr));
    }

    fn store_files(&self) -> Vec<PathBuf> {
        let folder = self.program.database().folder();
        let names = ["profiles.db", "profiles.db-wal", "profiles.db-shm", "leases/demo", "reserve"];
        names.iter().map(|name| folder.join(name)).chain([folder.clone()]).collect()
    }

    /// Kills a refresh at the first of these calls, at the second, and so on, until it is not killed any more.
    fn walk(&self, call: &str, files: &[PathBuf], every_step: bool) -> Tally {
        let mut tally = Tally::default();
        let mut step = 1;
        while self.is_killed_at(call, files, step) {
            if self.continues(&format!("{call}, step {step}")) {
                tally.continued += 1;
            } else {
                tally.told += 1;
            }
            // The first few steps of each kind are few enough to be taken always.
            step += if every_step || step < 4 { 1 } else { STRIDE };
        }
        tally
    }

    fn is_killed_at(&self, call: &str, files: &[PathBuf], step: usize) -> bool {
        is_killed(&mut self.strace(&["refresh", "demo"], call, files, step), &format!("{call}, step {step}"))
    }

    /// A command of the program under a tracer that kills it.
    fn strace(&self, task: &[&str], call: &str, files: &[PathBuf], step: usize) -> Command {
        let program = self.program.command(task);
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-o", "/dev/null"]);
        strace.args(files.iter().flat_map(|file| ["-P".as_ref(), file.as_os_str()]));
        strace.args(["-e", &format!("trace={call}"), "-e", &format!("inject={call}:signal=SIGKILL:when={step}")]);
        strace.arg(program.get_program()).args(program.get_args()).current_dir(self.program.home()).env_clear();
        strace.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        strace
    }

    /// Whether the next command continues, or that which a person then insists on; it tells what happened if not, and the
    /// profile is signed in again.
    fn continues(&self, after: &str) -> bool {
        // The practice service's tokens live two minutes, so this is a refresh.
        let next = self.program.run(&["token", "demo", "--min-valid", "10m"]);
        let beside = self.program.database().sealed("beside");
        assert!(beside == self.beside, "another profile was touched after {after}");
        if next.code == 0 {
            assert!(
                self.is_accepted(next.stdout.trim()),
                "the service refuses the token after {after}: {}",
                next.stderr
            );
            return true;
        }
        // It was sent, or may have been: the access token that is there must not end by a blind second try.
        let stderr = next.failed(5);
        let words = "error: the refresh token of `demo` may be spent: refresh (process ";
        assert!(stderr.starts_with(words) && stderr.contains(", outcome unknown\nhint: "), "after {after}: {stderr}");
        let token = || self.program.run(&["token", "demo"]).done();
        assert!(self.is_accepted(token().trim()), "the access token has ended after {after}");
        let resent = self.program.run(&["refresh", "demo", "--resend"]);
        if resent.code == 0 {
            assert!(self.is_accepted(token().trim()), "the service refuses the token after {after}");
            return true;
        }
        let stderr = resent.failed(3);
        let [error, hint] = stderr.lines().collect::<Vec<_>>()[..] else { panic!("after {after}: {stderr}") };
        let begins =
            "error: the refresh token of `demo` was spent by a refresh whose response was lost: refresh (process ";
        assert!(error.starts_with(begins), "after {after}: {stderr}");
        assert!(
            error.contains("ended before the new tokens were saved; now the service says: "),
            "after {after}: {stderr}"
        );
        assert_eq!(hint, "hint: sign in again: `tokenwright sign-in demo`, or open the profile in the window");
        let history = self.program.run(&["history", "demo", "--json"]).json();
        assert_eq!(history["generations"][0]["outcome"], "refused: invalid_grant", "after {after}: {history}");
        assert!(!history["begun"].is_null(), "after {after}: {history}");
        self.practice.sign_in(&self.program, "demo");
        false
    }

    fn is_accepted(&self, token: &str) -> bool {
        let url = format!("http://127.0.0.1:{}/userinfo", self.practice.port());
        let header = format!("Bearer {token}");
        http::get(&url, &[("Authorization", &header)]).status == 200
    }
}

fn is_killed(strace: &mut Command, at: &str) -> bool {
    let ended = strace.stdout(Stdio::null()).output().expect("strace runs");
    match ended.status.code() {
        // It ends as what it traced has ended.
        None => true,
        Some(0) => false,
        code => panic!("what was traced ended with {code:?} at {at}: {}", String::from_utf8_lossy(&ended.stderr)),
    }
}

/// A vault whose passphrase costs nothing, for a test of many hundred processes.
fn make_cheap_vault(program: &Tokenwright) {
    let (salt, mut key, vault_key) = ([7; 16], [0; 32], [9; 32]);
    let cost = argon2::Params::new(8, 1, 1, Some(32)).expect("a cost");
    argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, cost)
        .hash_password_into(PASSPHRASE.as_bytes(), &salt, &mut key)
        .expect("a key");
    let digest = Sha256::new().chain_update(b"tokenwright vault key mark 1").chain_update(vault_key).finalize();
    let nonce = [5; 24];
    let payload = Payload { msg: &vault_key, aad: b"tokenwright key 1" };
    let sealed = XChaCha20Poly1305::new(&key.into()).encrypt(&nonce.into(), payload).expect("sealed");
    let lock = serde_json::json!({
        "format": 1,
        "kind": "passphrase",
        "argon2id": { "memory_kib": 8, "passes": 1, "lanes": 1, "salt": BASE64.encode(salt) },
        "key": BASE64.encode([&nonce[..], &sealed].concat()),
    });
    let mut mark = [0; 16];
    mark.copy_from_slice(&digest[..16]);
    let engine = Store::new(program.database().folder()).engine().expect("a store");
    assert!(engine.set_vault_lock(None, &VaultLock { text: lock.to_string(), mark }).expect("written"));
}
