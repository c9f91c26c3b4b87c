//! The vault on real stores: each kind, damage, another key, two processes.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rusqlite::Connection;

use crate::diagnosis::Diagnose as _;
use crate::oauth::ProfileSecrets;
use crate::secret::Secret;
use crate::store::{Engine, Store};
use crate::vault::key::Cost;
use crate::vault::keyring::tests::{absent, mock};
use crate::vault::keyring::{KeySource, Keyring, entry_name};
use crate::vault::lock::Lock;
use crate::vault::{Contents, Entry, How, InFlightRefresh, Record, Repaired, Vault, VaultError, VaultKind};

/// A folder, and a keyring that outlives the opened vault.
struct Home {
    folder: tempfile::TempDir,
    key_source: KeySource,
}

impl Home {
    fn with(keyring: Keyring) -> Self {
        let cost = Cost { memory: 8, passes: 1, lanes: 1 };
        Self { folder: tempfile::tempdir().expect("a folder"), key_source: KeySource { keyring, cost } }
    }

    /// As another process would open it: with connections of its own.
    fn store(&self) -> Store {
        Store::new(self.folder.path().join("store"))
    }

    fn engine(&self) -> Arc<dyn Engine> {
        self.store().engine().expect("opened")
    }

    fn open(&self, kind: VaultKind, passphrase: &str) -> Result<Vault, VaultError> {
        let passphrase = Some(Secret::new(passphrase)).filter(|text| !text.is_empty());
        Vault::open(
            kind,
            self.engine(),
            passphrase.as_ref(),
            self.key_source.clone(),
            crate::vault::team::Team::default(),
        )
    }

    fn keyring(&self) -> Result<Vault, VaultError> {
        self.open(VaultKind::Keyring, "")
    }

    /// Changes the database behind the program's back; how many rows that met.
    fn tamper(&self, statement: &str) -> usize {
        let connection = Connection::open(self.folder.path().join("store/profiles.db")).expect("opened");
        connection.execute(statement, ()).expect("a statement")
    }
}

fn home() -> Home {
    Home::with(mock())
}

fn contents(text: &str) -> Contents {
    let secrets = ProfileSecrets { client_secret: Secret::new(text), ..Default::default() };
    Contents { secrets, ..Default::default() }
}

fn lease(vault: &Vault, name: &str) -> Entry {
    vault.entry(name, Duration::from_secs(10)).expect("free")
}

fn get(vault: &Vault, name: &str) -> Result<Option<Record>, VaultError> {
    lease(vault, name).get()
}

fn put(vault: &Vault, name: &str, expected: Option<u64>, text: &str) -> Result<u64, VaultError> {
    lease(vault, name).put(expected, &contents(text), How::SignedIn)
}

fn text(vault: &Vault, name: &str) -> String {
    let record = get(vault, name).expect("read").expect("stored");
    record.contents.secrets.client_secret.expose().to_owned()
}

fn each_kind(check: impl Fn(&Vault)) {
    check(&home().keyring().expect("opened"));
    check(&home().open(VaultKind::Passphrase, "open sesame").expect("opened"));
    let memory = Store::in_memory().expect("opened");
    check(
        &Vault::open(VaultKind::Memory, memory, None, home().key_source, crate::vault::team::Team::default())
            .expect("opened"),
    );
}

#[test]
fn what_is_put_is_found_by_the_next_process() {
    for kind in [VaultKind::Keyring, VaultKind::Passphrase] {
        let home = home();
        put(&home.open(kind, "p").expect("made"), "demo", None, "hunter2").expect("put");
        assert_eq!(text(&home.open(kind, "p").expect("opened"), "demo"), "hunter2");
        assert_eq!(crate::vault::kind_in(&home.store()).expect("read"), Some(kind));
    }
}

#[test]
fn a_record_is_put_only_by_who_has_read_the_last_one() {
    each_kind(|vault| {
        assert_eq!(get(vault, "demo").expect("read"), None);
        assert_eq!(put(vault, "demo", None, "a").expect("put"), 1);
        assert_eq!(put(vault, "demo", Some(1), "b").expect("put"), 2);
        let late = put(vault, "demo", Some(1), "c").expect_err("late");
        assert_eq!(late.to_string(), "the secrets of profile `demo` have changed (generation 2, not generation 1)");
        let first = put(vault, "demo", None, "c").expect_err("not the first");
        assert!(matches!(first, VaultError::Conflict { expected: None, found: Some(2), .. }));
        assert_eq!(text(vault, "demo"), "b");
        lease(vault, "demo").erase().expect("removed");
        assert_eq!(get(vault, "demo").expect("read"), None);
        lease(vault, "demo").erase().expect("nothing to remove is no error");
        let gone = put(vault, "demo", Some(2), "c").expect_err("gone");
        assert!(matches!(gone, VaultError::Conflict { expected: Some(2), found: None, .. }));
    });
}

#[test]
fn no_step_of_eight_threads_is_lost() {
    each_kind(|vault| {
        let step = || {
            let entry = lease(vault, "demo");
            let last = entry.get().expect("read");
            let count = last
                .as_ref()
                .map_or(0, |record| record.contents.secrets.client_secret.expose().parse::<u32>().expect("a number"));
            let next = contents(&(count + 1).to_string());
            entry.put(last.map(|record| record.number), &next, How::SignedIn).expect("put");
        };
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..4).for_each(|_| step()));
            }
        });
        let last = get(vault, "demo").expect("read").expect("put");
        assert_eq!((last.number, last.contents), (32, contents("32")));
    });
}

#[test]
fn a_lease_has_one_holder_and_ends_when_dropped() {
    each_kind(|vault| {
        let held = lease(vault, "demo");
        let taken = vault.entry("demo", Duration::from_millis(20)).expect_err("taken");
        assert_eq!(taken.to_string(), "profile `demo` is in use elsewhere; waited 0.02 s");
        drop(lease(vault, "other"));
        thread::scope(|scope| {
            let waiting = scope.spawn(|| vault.entry("demo", Duration::from_mins(1)).map(drop));
            drop(held);
            waiting.join().expect("no panic").expect("free again");
        });
    });
}

#[test]
fn a_refresh_that_was_begun_is_known_until_its_tokens_are_put_and_raises_the_fence() {
    each_kind(|vault| {
        use crate::oauth::TokenSet;
        let tokens = |text: &str| Contents {
            tokens: Some(TokenSet::bearer(Secret::new(text), jiff::Timestamp::UNIX_EPOCH)),
            ..contents("a")
        };
        let entry = lease(vault, "demo");
        entry.put(None, &tokens("one"), How::SignedIn).expect("put");
        let refresh = InFlightRefresh::now(1);
        entry.begin_refresh(&refresh).expect("noted");
        entry.begin_refresh(&refresh).expect("noted again");
        let other = InFlightRefresh { at: jiff::Timestamp::UNIX_EPOCH, ..refresh.clone() };
        let late = entry.begin_refresh(&other).expect_err("another one is under way");
        assert!(matches!(late, VaultError::Overtaken { .. }), "{late}");
        assert_eq!(entry.in_flight().expect("read"), Some(refresh.clone()));
        // A change of something else is no answer.
        let other = Contents { tokens: tokens("one").tokens, ..contents("b") };
        entry.put(Some(1), &other, How::Saved).expect("put");
        assert_eq!(entry.in_flight().expect("read"), Some(refresh));
        entry.put(Some(2), &tokens("two"), How::Refreshed).expect("put");
        assert_eq!(entry.in_flight().expect("read"), None);
        let late = entry.begin_refresh(&InFlightRefresh::now(1)).expect_err("newer tokens are there");
        assert!(matches!(late, VaultError::Conflict { expected: Some(1), found: Some(3), .. }), "{late}");
    });
}

#[test]
fn a_wrong_passphrase_is_named_and_none_is_asked_for() {
    let home = home();
    let open = |passphrase| home.open(VaultKind::Passphrase, passphrase);
    let new = open("").expect_err("none was given");
    assert_eq!(new.to_string(), "a new passphrase is needed for the vault");
    open("right").expect("made");
    let asked = open("").expect_err("none was given");
    assert_eq!(
        asked.diagnose().to_string(),
        "the passphrase of the vault is needed\n\
         hint: type it, or set `TOKENWRIGHT_PASSPHRASE` or `TOKENWRIGHT_PASSPHRASE_FILE`"
    );
    assert!(matches!(open("wrong"), Err(VaultError::WrongPassphrase { .. })));
    open("right").expect("opened");
}

#[test]
fn a_missing_key_is_never_made_anew_over_sealed_records() {
    let home = home();
    put(&home.keyring().expect("made"), "demo", None, "a").expect("put");
    let before = home.engine().vault_lock().expect("read");
    let elsewhere = Home { folder: home.folder, key_source: Home::with(mock()).key_source };
    assert!(matches!(elsewhere.keyring(), Err(VaultError::KeyMissing { .. })));
    assert_eq!(elsewhere.engine().vault_lock().expect("read"), before);
    let lease = elsewhere.engine().lease("demo", Duration::ZERO).expect("tried").expect("free");
    lease.remove().expect("removed");
    elsewhere.keyring().expect("nothing to lose, so a new key is made");
}

fn entry_of(home: &Home) -> String {
    let lock = home.engine().vault_lock().expect("read").expect("locked");
    match Lock::from_text(&lock.text).expect("a lock") {
        (Lock::Keyring { id }, _) => entry_name(&id),
        (lock, _) => panic!("not a keyring vault: {lock:?}"),
    }
}

#[test]
fn a_foreign_value_in_the_keyring_is_named_and_left_alone() {
    let home = home();
    home.keyring().expect("made");
    let (entry, keyring) = (entry_of(&home), &home.key_source.keyring);
    keyring.put(&entry, b"nonsense").expect("written");
    let malformed = home.keyring().expect_err("nonsense").to_string();
    assert_eq!(malformed, format!("the keyring entry `{entry}` does not hold a key: 8 bytes instead of 32"));
    assert_eq!(keyring.get(&entry).expect("read").as_deref(), Some(&b"nonsense".to_vec()));
    keyring.put(&entry, &[1; 32]).expect("written");
    assert!(matches!(home.keyring(), Err(VaultError::WrongKey { .. })));
}

#[test]
fn without_a_keyring_no_vault_is_made() {
    let home = Home::with(absent());
    assert!(matches!(home.keyring(), Err(VaultError::KeyringUnavailable { .. })));
    assert_eq!(home.engine().vault_lock().expect("read"), None);
}

#[test]
fn a_vault_of_another_kind_stays_while_it_holds_something() {
    let home = home();
    let keyring = home.keyring().expect("made");
    put(&keyring, "demo", None, "a").expect("put");
    let other = home.open(VaultKind::Passphrase, "p").expect_err("another kind");
    assert!(matches!(other, VaultError::OtherKind { found: VaultKind::Keyring, asked: VaultKind::Passphrase, .. }));
    lease(&keyring, "demo").erase().expect("removed");
    home.open(VaultKind::Passphrase, "p").expect("an empty vault may change its kind");
    let replaced = put(&keyring, "demo", None, "a").expect_err("its key is not the store's any more");
    assert!(matches!(replaced, VaultError::Replaced { .. }), "{replaced}");
}

#[test]
fn sealed_records_without_their_lock_are_not_given_a_new_one() {
    let home = home();
    put(&home.keyring().expect("made"), "demo", None, "a").expect("put");
    home.tamper("UPDATE vault SET lock = '{'");
    assert!(matches!(home.keyring(), Err(VaultError::LockDamaged { .. })));
    home.tamper("DELETE FROM vault");
    assert!(matches!(home.keyring(), Err(VaultError::LockMissing { .. })));
}

#[test]
fn one_damaged_or_swapped_record_is_named_and_the_others_still_open() {
    let home = home();
    let vault = home.keyring().expect("made");
    for profile in ["one", "two", "three"] {
        put(&vault, profile, None, profile).expect("put");
    }
    put(&vault, "one", Some(1), "one again").expect("put");
    put(&vault, "four", None, "four").expect("put");
    let swap = "UPDATE sealed SET body = (SELECT body FROM sealed WHERE name = 'two') WHERE name = 'four'";
    assert_eq!(home.tamper(swap), 1);
    assert_eq!(
        home.tamper("UPDATE sealed SET body = CAST(body || x'00' AS BLOB) WHERE name = 'one' AND generation = 2"),
        1
    );

    let damaged = get(&vault, "one").expect_err("damaged");
    let words = "the secrets of profile `one` are damaged: generation 2 does not open\n\
         hint: `tokenwright restore one` goes back one generation; or forget the profile and sign in again";
    assert_eq!(damaged.diagnose().to_string(), words);
    assert!(matches!(put(&vault, "one", Some(2), "x"), Err(VaultError::Damaged { .. })));
    assert!(matches!(get(&vault, "four"), Err(VaultError::Damaged { generation: 1, .. })));
    assert_eq!(text(&vault, "two"), "two");
    let found = vault.inspect().expect("inspected").expect("not in memory");
    assert_eq!((found.whole, found.faults.len()), (2, 2));

    let repaired = lease(&vault, "one").repair().expect("repaired");
    assert_eq!(repaired, Some(Repaired { from: 1, number: 3 }));
    assert_eq!(text(&vault, "one"), "one");
    assert_eq!(lease(&vault, "one").repair().expect("nothing to do"), None);
    assert!(matches!(lease(&vault, "four").repair(), Err(VaultError::Damaged { .. })), "no copy opens");
}

#[test]
fn a_row_of_another_generation_profile_or_vault_does_not_open_in_this_ones_place() {
    let home = home();
    let vault = home.keyring().expect("made");
    put(&vault, "demo", None, "old").expect("put");
    put(&vault, "demo", Some(1), "new").expect("put");
    let old = "(SELECT body FROM sealed WHERE name = 'demo' AND generation = 1)";
    home.tamper(&format!("UPDATE sealed SET body = {old} WHERE name = 'demo' AND generation = 2"));
    assert!(matches!(get(&vault, "demo"), Err(VaultError::Damaged { generation: 2, .. })));

    // The profile is forgotten and made anew; then a row of its predecessor is put back.
    let connection = Connection::open(home.folder.path().join("store/profiles.db")).expect("opened");
    let body: Vec<u8> = connection
        .query_row("SELECT body FROM sealed WHERE name = 'demo' AND generation = 1", (), |row| row.get(0))
        .expect("a row");
    lease(&vault, "demo").erase().expect("forgotten");
    put(&vault, "demo", None, "another").expect("put");
    assert_eq!(text(&vault, "demo"), "another");
    connection.execute("UPDATE sealed SET body = ?1 WHERE name = 'demo'", [body]).expect("put back");
    assert!(matches!(get(&vault, "demo"), Err(VaultError::Damaged { generation: 1, .. })));
}

#[test]
fn a_database_that_went_back_is_named_and_used_only_by_consent() {
    let home = home();
    let path = home.folder.path().join("store/profiles.db");
    let vault = home.keyring().expect("made");
    for number in 0..3u64 {
        let last = Some(number).filter(|number| *number > 0);
        put(&vault, "demo", last, &format!("secret {}", number + 1)).expect("put");
        if number == 0 {
            put(&vault, "other", None, "other").expect("put");
            Connection::open(&path).and_then(|c| c.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")).expect("copied");
            fs::copy(&path, home.folder.path().join("old.db")).expect("backed up");
        }
    }
    drop(vault);
    fs::copy(home.folder.path().join("old.db"), &path).expect("restored");
    for beside in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{beside}", path.display()));
    }
    let vault = home.keyring().expect("opened");
    let error = get(&vault, "demo").expect_err("rolled back");
    let words = "the secrets of profile `demo` are older than expected (generation 1, last seen 3): the store may have \
         been restored from a backup\n\
         hint: `tokenwright restore demo` uses the older ones, whose refresh token may be spent; or sign in again";
    assert_eq!(error.diagnose().to_string(), words);
    assert!(matches!(put(&vault, "demo", Some(1), "x"), Err(VaultError::RolledBack { .. })));
    assert_eq!(text(&vault, "other"), "other");
    assert_eq!(lease(&vault, "demo").repair().expect("repaired"), Some(Repaired { from: 1, number: 4 }));
    assert_eq!(text(&vault, "demo"), "secret 1");
    let how: Vec<How> =
        get(&vault, "demo").expect("read").expect("stored").history.lines.iter().map(|l| l.how).collect();
    assert_eq!(how, [How::SignedIn, How::Restored(1)]);
}

#[test]
fn a_lost_record_is_missed_until_the_profile_is_forgotten() {
    let home = home();
    let vault = home.keyring().expect("made");
    put(&vault, "demo", None, "a").expect("put");
    home.tamper("DELETE FROM sealed");
    assert!(matches!(get(&vault, "demo"), Err(VaultError::Damaged { generation: 1, .. })));
    home.tamper("DELETE FROM secret");
    let error = get(&vault, "demo").expect_err("gone").to_string();
    assert_eq!(error, "the secrets of profile `demo` are missing (last seen: generation 1)");
    assert_eq!(vault.inspect().expect("inspected").expect("not in memory").faults.len(), 1);
    assert!(matches!(lease(&vault, "demo").repair(), Err(VaultError::Missing { .. })));
    lease(&vault, "demo").erase().expect("forgotten");
    assert_eq!(get(&vault, "demo").expect("nobody misses what was forgotten"), None);
}

#[test]
fn rekeying_seals_one_key_anew_and_an_open_vault_goes_on() {
    let home = home();
    let old = home.keyring().expect("made");
    put(&old, "demo", None, "a").expect("put");
    let (entry, passphrase) = (entry_of(&home), Secret::new("p"));
    let moved = old.rekey(VaultKind::Passphrase, Some(&passphrase)).expect("moved");
    assert_eq!((moved.kind(), text(&moved, "demo")), (VaultKind::Passphrase, "a".to_owned()));
    assert_eq!(home.key_source.keyring.get(&entry).expect("read"), None, "the old key is gone");
    assert_eq!(put(&old, "demo", Some(1), "b").expect("the same key"), 2);
    assert_eq!(text(&home.open(VaultKind::Passphrase, "p").expect("opened"), "demo"), "b");
    assert!(matches!(home.keyring(), Err(VaultError::OtherKind { found: VaultKind::Passphrase, .. })));

    let another = Secret::new("q");
    let moved = moved.rekey(VaultKind::Passphrase, Some(&another)).expect("another passphrase");
    assert!(matches!(home.open(VaultKind::Passphrase, "p"), Err(VaultError::WrongPassphrase { .. })));
    assert!(matches!(moved.rekey(VaultKind::Passphrase, None), Err(VaultError::PassphraseNeeded { new: true })));
    let back = moved.rekey(VaultKind::Keyring, None).expect("moved back");
    assert_eq!(text(&back, "demo"), "b");
    assert!(matches!(back.rekey(VaultKind::Keyring, None), Err(VaultError::ThereAlready { .. })));
    assert!(matches!(back.rekey(VaultKind::Memory, None), Err(VaultError::MemoryRefused)));
}

#[test]
fn no_secret_and_no_passphrase_is_in_any_file() {
    let home = home();
    let vault = home.open(VaultKind::Passphrase, "open sesame").expect("made");
    put(&vault, "demo", None, "hunter2").expect("put");
    put(&vault, "demo", Some(1), "hunter2").expect("put");
    assert!(!format!("{vault:?} {:?}", get(&vault, "demo")).contains("hunter2"));
    // The files are read only when no connection of this process is open, see `store/sqlite/connection.rs`.
    drop(vault);
    let mut files = 0;
    for path in files_in(&home.folder.path().join("store")) {
        files += 1;
        let bytes = fs::read(&path).expect("read");
        for secret in ["hunter2", "open sesame"] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "`{secret}` is in {}", path.display());
        }
    }
    assert!(files >= 3, "the database, its log and a lease");
}

fn files_in(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("listed").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect()
}

#[test]
fn eight_openings_at_once_make_one_vault() {
    let home = home();
    thread::scope(|scope| {
        let open = |at: usize| {
            let home = &home;
            scope.spawn(move || put(&home.keyring().expect("opened"), &format!("p{at}"), None, "a").expect("put"))
        };
        let opened: Vec<_> = (0..8).map(open).collect();
        assert!(opened.into_iter().all(|thread| thread.join().is_ok()));
    });
    let vault = home.keyring().expect("opened");
    let found = vault.inspect().expect("inspected").expect("not in memory");
    assert_eq!((found.whole, found.faults.len()), (8, 0));
}
