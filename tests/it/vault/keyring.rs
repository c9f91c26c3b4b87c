//! The vault on a real keyring: a `gnome-keyring` on its own bus and home. Each test starts itself again inside that
//! session.

#![cfg(target_os = "linux")]

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::process::one_test;
use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};
use tokenwright::diagnosis::Diagnose;
use tokenwright::oauth::ProfileSecrets;
use tokenwright::secret::Secret;
use tokenwright::service::ProfileName;
use tokenwright::store::Store;
use tokenwright::vault::{self, Contents, How, Vault, VaultError, VaultKind};

const INSIDE: &str = "TOKENWRIGHT_TEST_INSIDE";

/// A newline as the password of the keyring: with empty input it creates no collection.
const WITH_KEYRING: &str =
    r#"printf "\n" | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$0" "$@""#;

/// A test in a session of its own; `script` starts what the session needs and then the test, `$0 "$@"`.
fn inside(test: &str, script: &str) {
    for program in ["dbus-run-session", "gnome-keyring-daemon"] {
        let found =
            env::split_paths(&env::var_os("PATH").unwrap_or_default()).any(|folder| folder.join(program).is_file());
        assert!(found, "`{program}` is missing; on Debian: apt-get install dbus-daemon dbus gnome-keyring");
    }
    let home = tempfile::tempdir().expect("a folder");
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).expect("private");
    let own = one_test(module_path!(), test);
    let ended = Command::new("dbus-run-session")
        .args(["--", "sh", "-c", script])
        .arg(own.get_program())
        .args(own.get_args())
        .env_clear()
        .env("PATH", env::var_os("PATH").unwrap_or_default())
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path())
        .env(INSIDE, "yes")
        .output()
        .expect("started");
    let said = [ended.stdout, ended.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(ended.status.success(), "{said}");
    assert!(said.contains("1 passed"), "the test did not run inside:\n{said}");
}

fn is_inside() -> bool {
    env::var_os(INSIDE).is_some()
}

/// The daemon takes its name on the bus some time after it has gone to the background, so the bus is polled.
fn wait_for_keyring() {
    let began = Instant::now();
    let folder = tempfile::tempdir().expect("a folder");
    while let Err(error) = vault::open(VaultKind::Keyring, &Store::new(folder.path().to_owned()), None) {
        assert!(began.elapsed() < Duration::from_secs(30), "no keyring: {error:?}");
        // waits: see above.
        thread::sleep(Duration::from_millis(20));
    }
}

fn contents(text: &str) -> Contents {
    let secrets = ProfileSecrets { client_secret: Secret::new(text), ..Default::default() };
    Contents { secrets, ..Default::default() }
}

/// The vault's entry, by another way than the vault's own.
fn entry(folder: &Path) -> (String, Entry) {
    let lock = Store::new(folder.to_owned()).engine().expect("opened").vault_lock().expect("read").expect("a vault");
    let lock: serde_json::Value = serde_json::from_str(&lock.text).expect("JSON");
    let user = format!("vault-key:{}", lock["id"].as_str().expect("an id"));
    let store = zbus_secret_service_keyring_store::Store::new().expect("a keyring");
    let entry = store.build("tokenwright", &user, None).expect("an entry");
    (user, entry)
}

fn demo() -> ProfileName {
    ProfileName::parse("demo").expect("a name")
}

fn put(vault: &Vault, contents: &Contents) -> u64 {
    vault.lease(&demo()).expect("free").put(None, contents, How::SignedIn).expect("put")
}

#[test]
#[ignore = "needs gnome-keyring"]
fn the_keyring_holds_the_key_and_nothing_else() {
    if !is_inside() {
        return inside("the_keyring_holds_the_key_and_nothing_else", WITH_KEYRING);
    }
    wait_for_keyring();
    let home = tempfile::tempdir().expect("a folder");
    let (one, two) = (home.path().join("one"), home.path().join("two"));
    let open = |folder: &Path| vault::open(VaultKind::Keyring, &Store::new(folder.to_owned()), None);

    let large = contents(&"hunter2 ".repeat(128 * 1024));
    assert_eq!(put(&open(&one).expect("made"), &large), 1);
    assert_eq!(open(&one).expect("opened").snapshot(&demo()).expect("read").expect("kept").contents, large);
    let (user, key) = entry(&one);
    assert_eq!(key.get_secret().expect("a key").len(), 32);

    put(&open(&two).expect("a second home"), &contents("other"));
    assert_ne!(entry(&two).0, user);
    assert_eq!(open(&one).expect("opened").snapshot(&demo()).expect("read").expect("kept").contents, large);

    let value = key.get_secret().expect("a key");
    key.set_secret(b"nonsense").expect("written");
    let malformed = open(&one).expect_err("nonsense").to_string();
    assert_eq!(malformed, format!("the keyring entry `{user}` does not hold a key: 8 bytes instead of 32"));
    assert_eq!(key.get_secret().expect("left alone"), b"nonsense");

    key.delete_credential().expect("removed");
    let missing = open(&one).expect_err("no key");
    assert!(matches!(missing, VaultError::KeyMissing { .. }), "{missing:?}");
    assert!(matches!(key.get_secret(), Err(Error::NoEntry)));

    key.set_secret(&value).expect("restored");
    assert_eq!(open(&one).expect("opened").snapshot(&demo()).expect("read").expect("kept").contents, large);
}

#[test]
#[ignore = "needs gnome-keyring"]
fn without_a_bus_the_ways_on_are_named() {
    if !is_inside() {
        let script = r#"DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent exec "$0" "$@""#;
        return inside("without_a_bus_the_ways_on_are_named", script);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let error = vault::open(VaultKind::Keyring, &Store::new(folder.path().to_owned()), None).expect_err("no bus");
    assert!(matches!(error, VaultError::KeyringUnavailable { .. }), "{error:?}");
    let said = error.diagnose().to_string();
    assert!(said.contains("`TOKENWRIGHT_VAULT=passphrase`") && said.contains("`TOKENWRIGHT_VAULT=memory`"), "{said}");
    assert_eq!(vault::kind_in(&Store::new(folder.path().to_owned())).expect("read"), None);
}

#[test]
#[ignore = "needs gnome-keyring"]
fn a_keyring_that_is_locked_is_told_from_one_that_is_missing() {
    if !is_inside() {
        // Started without `--unlock` it has no collection to write to, and no one to ask for a password.
        let script = r#"gnome-keyring-daemon --start --components=secrets >/dev/null && exec "$0" "$@""#;
        return inside("a_keyring_that_is_locked_is_told_from_one_that_is_missing", script);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let error = vault::open(VaultKind::Keyring, &Store::new(folder.path().to_owned()), None).expect_err("locked");
    assert!(matches!(error, VaultError::KeyringLocked { .. }), "{error:?}");
    let said = error.diagnose().to_string();
    assert!(said.starts_with("the system keyring is locked\nhint: unlock the keyring and try again; or set"), "{said}");
}

#[test]
#[ignore = "needs gnome-keyring"]
fn a_vault_is_moved_out_of_the_keyring_and_back_and_leaves_no_key_behind() {
    if !is_inside() {
        return inside("a_vault_is_moved_out_of_the_keyring_and_back_and_leaves_no_key_behind", WITH_KEYRING);
    }
    wait_for_keyring();
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("one");
    let vault = vault::open(VaultKind::Keyring, &Store::new(folder.clone()), None).expect("made");
    put(&vault, &contents("hunter2"));
    let (_, key) = entry(&folder);
    let passphrase = Secret::new("open sesame");
    let moved = vault.rekey(VaultKind::Passphrase, Some(&passphrase)).expect("moved");
    assert_eq!(moved.snapshot(&demo()).expect("read").expect("kept").contents, contents("hunter2"));
    assert!(matches!(key.get_secret(), Err(Error::NoEntry)), "the old key is gone");
    let back = moved.rekey(VaultKind::Keyring, None).expect("moved back");
    assert_eq!(back.snapshot(&demo()).expect("read").expect("kept").contents, contents("hunter2"));
    assert_eq!(entry(&folder).1.get_secret().expect("a new key").len(), 32);
    let other = vault::open(VaultKind::Keyring, &Store::new(folder.clone()), None).expect("opened");
    assert_eq!(other.snapshot(&demo()).expect("read").expect("kept").contents, contents("hunter2"));
}
