//! A vault in a folder: one sealed file a profile, the one before it beside it, and `vault.json`.
//!
//! Two locks, never confused: `.vault.lock` is held for the moment of a change, by the vault itself, and makes compare
//! and set one step; `<profile>.lock` is the lease, held by a caller for as long as it likes.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::durable;
use crate::secret::Secret;
use crate::vault::generation::Stamp;
use crate::vault::header::Header;
use crate::vault::high_water::{self, Remembered};
use crate::vault::key::{Key, Mark};
use crate::vault::keyring::KeySource;
use crate::vault::lock::lock;
use crate::vault::port::{Lease, Storage};
use crate::vault::sealed::{SIZE_LIMIT, seal, unseal};
use crate::vault::unlock::Opening;
use crate::vault::{
    Change, InFlightRefresh, Inspection, Note, ProfileSecrets, Record, Repaired, VaultError, VaultKind, access, copies,
    rekey, reserve,
};

pub(in crate::vault) const SEALED: &str = "sealed";
pub(in crate::vault) const PREVIOUS: &str = "previous";
/// How the extension of a file begins that lost against a newer generation; its number follows.
pub(in crate::vault) const CONFLICT: &str = "conflict-";
/// How the extension of a file begins that was set aside since it does not open.
pub(in crate::vault) const ASIDE: &str = "damaged-";
/// The extension of a record that is complete, and not yet in its place.
pub(in crate::vault) const NEXT: &str = "next";
pub(in crate::vault) const IN_FLIGHT: &str = "in-flight";
/// Room on the disk that is taken for the next record, before the call that brings its tokens.
pub(in crate::vault) const RESERVED: &str = "reserved";
const LEASE: &str = "lock";

/// No name of a profile gives this file name.
const FOLDER_LOCK: &str = ".vault.lock";

/// How long a change waits for another one. A change takes milliseconds; making a vault may wait for the keyring three
/// times, which is what this leaves room for.
const CHANGE_WAIT: Duration = Duration::from_secs(40);

/// Sealed files in a folder, with the key to them.
#[derive(Debug)]
pub(in crate::vault) struct FileVault {
    pub kind: VaultKind,
    pub folder: PathBuf,
    pub key: Key,
    pub mark: Mark,
    pub key_source: KeySource,
    /// What was mended without being asked, until somebody is told.
    pub notes: Mutex<Vec<Note>>,
    remembered: Remembered,
}

impl FileVault {
    /// Opens the vault in the folder, or makes one.
    pub(in crate::vault) fn open(
        kind: VaultKind,
        folder: &Path,
        passphrase: Option<&Secret>,
        key_source: &KeySource,
    ) -> Result<Self, VaultError> {
        let mut notes = access::check(folder)?;
        durable::create_private_folder(folder).map_err(VaultError::file("create", folder))?;
        let unlocked = Opening { kind, folder, passphrase, key_source }.unlocked()?;
        let (kind, key) = match unlocked.unfinished {
            None => (kind, unlocked.key),
            Some(unfinished) => {
                let (header, key) = rekey::finish(folder, &unfinished, unlocked.key, key_source)?;
                notes.push(Note::RekeyFinished { to: header.kind() });
                (header.kind(), key)
            }
        };
        let vault = Self {
            kind,
            folder: folder.to_owned(),
            mark: key.mark(),
            key,
            key_source: key_source.clone(),
            notes: Mutex::new(notes),
            remembered: Remembered::default(),
        };
        vault.sweep()?;
        Ok(vault)
    }

    pub(in crate::vault) fn path(&self, profile: &str, extension: &str) -> PathBuf {
        self.folder.join(format!("{}.{extension}", durable::file_stem(profile)))
    }

    pub(in crate::vault) fn note(&self, note: Note) {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).push(note);
    }

    /// The bytes and the record of a profile's file, whatever is known of its generation.
    pub(in crate::vault) fn read(
        &self,
        profile: &str,
        extension: &str,
    ) -> Result<Option<(Vec<u8>, Record)>, VaultError> {
        let path = self.path(profile, extension);
        let Some(sealed) = durable::read(&path, SIZE_LIMIT).map_err(VaultError::file("read", &path))? else {
            return Ok(None);
        };
        if access::mend_file(&path)? {
            self.note(Note::PermissionsFixed { path: path.clone() });
        }
        match unseal(&self.key, profile, &path, &sealed) {
            Ok(record) => Ok(Some((sealed, record))),
            // Another process may have moved the vault meanwhile, or be at it.
            Err(error @ VaultError::SealedElsewhere { .. }) => self.check_header().and(Err(error)),
            Err(error) => Err(error),
        }
    }

    /// The newest record of a profile, which is refused where a newer one is known to have been.
    pub(in crate::vault) fn newest(&self, profile: &str) -> Result<Option<(Vec<u8>, Record)>, VaultError> {
        // First what is known: it is written after the record, so a record read later is never older.
        let known = high_water::load(&self.folder, &self.key, &self.remembered).get(profile).copied();
        let read = self.read(profile, SEALED)?;
        let Some(known) = known else { return Ok(read) };
        match &read {
            Some((_, record)) if record.number >= known => Ok(read),
            Some((_, record)) => {
                Err(VaultError::RolledBack { path: self.path(profile, SEALED), found: record.number, known })
            }
            None => Err(VaultError::Missing { path: self.path(profile, SEALED), known }),
        }
    }

    /// As [`FileVault::newest`], after what a process that died has left, and looks twice: between the two readings a
    /// profile may be removed and made anew.
    pub(in crate::vault) fn newest_settled(&self, profile: &str) -> Result<Option<(Vec<u8>, Record)>, VaultError> {
        if self.path(profile, NEXT).exists()
            && let Ok(_change) = lock_folder(&self.folder)
        {
            let _ = self.go_on(profile);
        }
        match self.newest(profile) {
            Err(VaultError::RolledBack { .. } | VaultError::Missing { .. }) => self.newest(profile),
            newest => newest,
        }
    }

    /// Writes the next record, keeping the bytes of the one before. The caller holds the folder's lock.
    pub(in crate::vault) fn write_next(
        &self,
        profile: &str,
        last: Option<&(Vec<u8>, Record)>,
        record: &Record,
    ) -> Result<(), VaultError> {
        let (sealed, next) = (seal(&self.key, profile, record)?, self.path(profile, NEXT));
        // First of all: should this process die in the next moment, whoever comes next finds it and goes on from here.
        let written = match fs::rename(self.path(profile, RESERVED), &next) {
            Ok(()) => durable::fill_draft(&next, &sealed),
            Err(_) => durable::write_draft(&next, &sealed),
        };
        written.map_err(VaultError::file("write", &next))?;
        self.put_in_place(profile, last, record)
    }

    /// Gives the next record, which is complete, the place of the one before.
    fn put_in_place(&self, profile: &str, last: Option<&(Vec<u8>, Record)>, record: &Record) -> Result<(), VaultError> {
        let (next, place) = (self.path(profile, NEXT), self.path(profile, SEALED));
        if let Some((last, _)) = last {
            let previous = self.path(profile, PREVIOUS);
            durable::link_over(&place, &previous, last).map_err(VaultError::file("write", &previous))?;
        }
        durable::rename(&next, &place).map_err(VaultError::file("write", &place))?;
        let mut known = self.high_water();
        known.insert(profile.to_owned(), record.number);
        high_water::save(&self.folder, &self.key, &known)?;
        if last.is_none_or(|(_, last)| last.secrets.tokens != record.secrets.tokens) {
            // The answer to the call that was begun is kept now. Should this be lost, the mark is of an older generation.
            let _ = fs::remove_file(self.path(profile, IN_FLIGHT));
        }
        Ok(())
    }

    /// The highest generation of each profile, as the file has it now.
    pub(in crate::vault) fn high_water(&self) -> high_water::HighWater {
        high_water::read(&self.folder, &self.key).unwrap_or_default()
    }

    /// Refuses to go on with a key that the folder no longer goes by, or is about to.
    pub(in crate::vault) fn check_header(&self) -> Result<(), VaultError> {
        match Header::load(&self.folder)? {
            Some(header) if header.mark == self.mark && header.moving.is_none() => Ok(()),
            _ => Err(VaultError::Replaced { folder: self.folder.clone() }),
        }
    }

    /// Removes what a crash has left half written, and sorts out what another machine has left. All writing is done under
    /// the lock, so with it in hand nothing unfinished is anyone's; where another process has it, the next opening sweeps.
    fn sweep(&self) -> Result<(), VaultError> {
        let Ok(Some(_change)) = lock(&self.folder.join(FOLDER_LOCK), Duration::ZERO) else { return Ok(()) };
        for path in files(&self.folder)? {
            if path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(durable::UNFINISHED)) {
                durable::remove(&path).map_err(VaultError::file("remove", &path))?;
            } else if path.extension().is_some_and(|extension| extension == NEXT) {
                let profile = path.file_stem().and_then(|stem| durable::name_of_stem(stem.to_str()?));
                // What stops it is said when the profile is asked for; the others can be used.
                let _ = profile.map(|profile| self.go_on(&profile));
            } else if path.extension().is_some_and(|extension| extension == RESERVED) {
                // Whoever holds the lease has taken it for the answer to a call.
                let lease = lock(&path.with_extension(LEASE), Duration::ZERO);
                if matches!(lease, Ok(Some(_))) {
                    durable::remove(&path).map_err(VaultError::file("remove", &path))?;
                }
            } else if copies::is_stray(&path) {
                copies::settle(self, &path)?;
            }
        }
        Ok(())
    }

    /// Finishes a `put` whose process died on the way: the record is complete, and follows the one in its place. The caller
    /// holds the folder's lock.
    pub(in crate::vault) fn go_on(&self, profile: &str) -> Result<(), VaultError> {
        let next = self.path(profile, NEXT);
        let follows = match (self.read(profile, NEXT), self.newest(profile)) {
            (Ok(Some((_, next))), Ok(last)) => {
                let last_number = last.as_ref().map_or(0, |(_, last)| last.number);
                let follows = (last_number..=last_number.saturating_add(1)).contains(&next.number);
                follows.then_some((last, next))
            }
            (Ok(None), _) => return Ok(()),
            _ => None,
        };
        match follows {
            Some((last, record)) => self.put_in_place(profile, last.as_ref(), &record),
            // Half written, or overtaken: nothing was promised to anybody.
            None => durable::remove(&next).map(drop).map_err(VaultError::file("remove", &next)),
        }
    }
}

impl Storage for FileVault {
    fn kind(&self) -> VaultKind {
        self.kind
    }

    fn get(&self, profile: &str) -> Result<Option<Record>, VaultError> {
        Ok(self.newest_settled(profile)?.map(|(_, record)| record))
    }

    fn put(
        &self,
        profile: &str,
        expected: Option<u64>,
        secrets: &ProfileSecrets,
        change: Change,
    ) -> Result<u64, VaultError> {
        let _change = lock_folder(&self.folder)?;
        self.check_header()?;
        self.go_on(profile)?;
        // Opened rather than believed: a damaged file is neither counted on nor written over.
        let last = self.newest(profile)?;
        let found = last.as_ref().map(|(_, record)| record.number);
        if found != expected {
            return Err(VaultError::Conflict { profile: profile.to_owned(), expected, found });
        }
        let number = change.number_after(found);
        let next = Record::next(last.as_ref().map(|(_, record)| record), number, secrets, change, Stamp::now());
        self.write_next(profile, last.as_ref(), &next)?;
        Ok(number)
    }

    fn remove(&self, profile: &str) -> Result<(), VaultError> {
        let _change = lock_folder(&self.folder)?;
        let mut known = self.high_water();
        if known.remove(profile).is_some() {
            high_water::save(&self.folder, &self.key, &known)?;
        }
        // A record that is complete and not in its place goes first: it would take the place of the one that is removed.
        let next = self.path(profile, NEXT);
        durable::remove(&next).map_err(VaultError::file("remove", &next))?;
        for path in files(&self.folder)?.into_iter().filter(|path| copies::belongs_to(path, profile)) {
            durable::remove(&path).map_err(VaultError::file("remove", &path))?;
        }
        Ok(())
    }

    fn in_flight(&self, profile: &str) -> Result<Option<InFlightRefresh>, VaultError> {
        InFlightRefresh::load(&self.path(profile, IN_FLIGHT))
    }

    fn begin_refresh(&self, profile: &str, refresh: &InFlightRefresh) -> Result<(), VaultError> {
        reserve::begin(self, profile, refresh)
    }

    fn end_refresh(&self, profile: &str) -> Result<(), VaultError> {
        reserve::end(self, profile)
    }

    fn check_writable(&self) -> Result<(), VaultError> {
        reserve::check(self)
    }

    fn lease(&self, profile: &str, wait: Duration) -> Result<Lease, VaultError> {
        let path = self.path(profile, LEASE);
        match lock(&path, wait).map_err(VaultError::file("lock", &path))? {
            Some(file) => Ok(Box::new(file)),
            None => Err(VaultError::LeaseTaken { profile: profile.to_owned(), waited: wait }),
        }
    }

    fn take_notes(&self) -> Vec<Note> {
        std::mem::take(&mut *self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn inspect(&self) -> Result<Option<Inspection>, VaultError> {
        self.inspect_all().map(Some)
    }

    fn repair(&self, profile: &str) -> Result<Option<Repaired>, VaultError> {
        self.repair_record(profile)
    }

    fn check_repairable(&self, profile: &str) -> Result<(), VaultError> {
        self.check_record(profile)
    }

    fn rekey(&self, kind: VaultKind, passphrase: Option<&Secret>) -> Result<Arc<dyn Storage>, VaultError> {
        Ok(Arc::new(rekey::rekey(self, kind, passphrase)?))
    }
}

pub(in crate::vault) fn write(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    durable::write_private(path, bytes).map_err(VaultError::file("write", path))
}

/// Takes the right to change what is in the folder.
pub(in crate::vault) fn lock_folder(folder: &Path) -> Result<File, VaultError> {
    let path = folder.join(FOLDER_LOCK);
    lock(&path, CHANGE_WAIT)
        .map_err(VaultError::file("lock", &path))?
        .ok_or_else(|| VaultError::Busy { folder: folder.to_owned(), waited: CHANGE_WAIT })
}

/// All that is in the folder.
pub(in crate::vault) fn files(folder: &Path) -> Result<Vec<PathBuf>, VaultError> {
    fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(VaultError::file("list", folder))
}

#[cfg(test)]
pub(in crate::vault) mod tests {
    use std::thread;

    use super::*;
    use crate::diagnosis::Diagnose;
    use crate::vault::How;
    use crate::vault::header::Lock;
    use crate::vault::key::Cost;
    use crate::vault::keyring::Keyring;
    use crate::vault::keyring::entry_name;
    use crate::vault::keyring::tests::{absent, mock};
    use crate::vault::memory::MemoryVault;

    /// A folder, and a keyring that outlives the opened vault.
    pub(in crate::vault) struct Home {
        pub folder: tempfile::TempDir,
        pub key_source: KeySource,
    }

    impl Home {
        pub(in crate::vault) fn with(keyring: Keyring) -> Self {
            let cost = Cost { memory: 8, passes: 1, lanes: 1 };
            Self { folder: tempfile::tempdir().expect("a folder"), key_source: KeySource { keyring, cost } }
        }

        pub(in crate::vault) fn path(&self) -> PathBuf {
            self.folder.path().join("vault")
        }

        pub(in crate::vault) fn open(&self, kind: VaultKind, passphrase: &str) -> Result<FileVault, VaultError> {
            let passphrase = Secret::new(passphrase);
            FileVault::open(kind, &self.path(), Some(&passphrase).filter(|text| !text.is_empty()), &self.key_source)
        }

        pub(in crate::vault) fn keyring(&self) -> Result<FileVault, VaultError> {
            self.open(VaultKind::Keyring, "")
        }
    }

    pub(in crate::vault) fn home() -> Home {
        Home::with(mock())
    }

    pub(in crate::vault) fn secrets(text: &str) -> ProfileSecrets {
        ProfileSecrets { client_secret: Some(Secret::new(text)), ..Default::default() }
    }

    pub(in crate::vault) fn names(folder: &Path) -> Vec<String> {
        let paths = files(folder).expect("listed");
        let mut names: Vec<String> =
            paths.iter().filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned())).collect();
        names.sort();
        names
    }

    fn each_kind(check: impl Fn(&dyn Storage)) {
        check(&home().keyring().expect("opened"));
        check(&home().open(VaultKind::Passphrase, "open sesame").expect("opened"));
        check(&MemoryVault::default());
    }

    #[test]
    fn what_is_put_is_found_by_the_next_process() {
        for kind in [VaultKind::Keyring, VaultKind::Passphrase] {
            let home = home();
            let number = home
                .open(kind, "p")
                .expect("made")
                .put("demo", None, &secrets("hunter2"), How::SignedIn.into())
                .expect("put");
            let found = home.open(kind, "p").expect("opened").get("demo").expect("read");
            assert_eq!(found.map(|record| (record.number, record.secrets)), Some((number, secrets("hunter2"))));
            assert_eq!(Header::load(&home.path()).expect("read").map(|header| header.kind()), Some(kind));
        }
    }

    #[test]
    fn a_record_is_put_only_by_who_has_read_the_last_one() {
        each_kind(|vault| {
            assert_eq!(vault.get("demo").expect("read"), None);
            assert_eq!(vault.put("demo", None, &secrets("a"), How::SignedIn.into()).expect("put"), 1);
            assert_eq!(vault.put("demo", Some(1), &secrets("b"), How::SignedIn.into()).expect("put"), 2);
            let late = vault.put("demo", Some(1), &secrets("c"), How::SignedIn.into()).expect_err("late");
            assert_eq!(
                late.to_string(),
                "the secrets of profile `demo` were changed meanwhile (generation 2, not generation 1)"
            );
            let first = vault.put("demo", None, &secrets("c"), How::SignedIn.into()).expect_err("not the first");
            assert!(matches!(first, VaultError::Conflict { expected: None, found: Some(2), .. }));
            assert_eq!(vault.get("demo").expect("read").expect("kept").secrets, secrets("b"));
            vault.remove("demo").expect("removed");
            assert_eq!(vault.get("demo").expect("read"), None);
            vault.remove("demo").expect("nothing to remove is no error");
            let gone = vault.put("demo", Some(2), &secrets("c"), How::SignedIn.into()).expect_err("gone");
            assert!(matches!(gone, VaultError::Conflict { expected: Some(2), found: None, .. }));
        });
    }

    #[test]
    fn no_step_of_eight_threads_is_lost() {
        each_kind(|vault| {
            let step = || loop {
                let last = vault.get("demo").expect("read");
                let (number, count) = last.map_or((None, 0), |Record { number, secrets, .. }| {
                    let text = secrets.client_secret.expect("was put");
                    (Some(number), text.expose().parse::<u32>().expect("a number"))
                });
                match vault.put("demo", number, &secrets(&(count + 1).to_string()), How::SignedIn.into()) {
                    Ok(_) => return,
                    Err(VaultError::Conflict { .. }) => {}
                    Err(error) => panic!("{error}"),
                }
            };
            thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| (0..4).for_each(|_| step()));
                }
            });
            let last = vault.get("demo").expect("read").expect("put");
            assert_eq!((last.number, last.secrets), (32, secrets("32")));
        });
    }

    #[test]
    fn a_lease_has_one_holder_and_ends_when_dropped() {
        each_kind(|vault| {
            let lease = vault.lease("demo", Duration::ZERO).expect("free");
            let taken = vault.lease("demo", Duration::from_millis(20)).expect_err("taken");
            assert_eq!(taken.to_string(), "profile `demo` is in use elsewhere; waited 0.02 s");
            let other = vault.lease("other", Duration::ZERO).expect("another profile is free");
            let number =
                vault.put("demo", None, &secrets("a"), How::SignedIn.into()).expect("a lease does not stop a change");
            assert_eq!(number, 1);
            thread::scope(|scope| {
                let waiting = scope.spawn(|| vault.lease("demo", Duration::from_mins(1)).map(drop));
                drop(lease);
                waiting.join().expect("no panic").expect("free again");
            });
            drop(other);
        });
    }

    #[test]
    fn two_openings_of_one_folder_share_leases_and_generations() {
        let home = home();
        let (one, two) = (home.keyring().expect("made"), home.keyring().expect("opened"));
        let lease = one.lease("demo", Duration::ZERO).expect("free");
        assert!(matches!(two.lease("demo", Duration::ZERO), Err(VaultError::LeaseTaken { .. })));
        drop(lease);
        drop(two.lease("demo", Duration::ZERO).expect("free"));
        one.put("demo", None, &secrets("a"), How::SignedIn.into()).expect("put");
        assert!(matches!(two.put("demo", None, &secrets("b"), How::SignedIn.into()), Err(VaultError::Conflict { .. })));
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
    fn a_missing_key_is_never_made_anew_over_sealed_files() {
        let home = home();
        home.keyring().expect("made").put("demo", None, &secrets("a"), How::SignedIn.into()).expect("put");
        let before = fs::read(home.path().join("vault.json")).expect("read");
        let elsewhere = Home { folder: home.folder, key_source: Home::with(mock()).key_source };
        assert!(matches!(elsewhere.keyring(), Err(VaultError::KeyMissing { .. })));
        assert_eq!(fs::read(elsewhere.path().join("vault.json")).expect("read"), before);
        fs::remove_file(elsewhere.path().join("demo.sealed")).expect("removed");
        elsewhere.keyring().expect("nothing to lose, so a new key is made");
    }

    #[test]
    fn a_foreign_value_in_the_keyring_is_named_and_left_alone() {
        let home = home();
        home.keyring().expect("made");
        let Some(Header { lock: Lock::Keyring { id }, .. }) = Header::load(&home.path()).expect("read") else {
            panic!("not a keyring vault");
        };
        let keyring = &home.key_source.keyring;
        keyring.put(&entry_name(&id), b"nonsense").expect("written");
        let malformed = home.keyring().expect_err("nonsense").to_string();
        assert_eq!(malformed, format!("the keyring entry `vault-key:{id}` does not hold a key: 8 bytes instead of 32"));
        assert_eq!(keyring.get(&entry_name(&id)).expect("read").as_deref(), Some(&b"nonsense".to_vec()));
        keyring.put(&entry_name(&id), &[1; 32]).expect("written");
        assert!(matches!(home.keyring(), Err(VaultError::WrongKey { .. })));
    }

    #[test]
    fn without_a_keyring_nothing_is_written() {
        let home = Home::with(absent());
        assert!(matches!(home.keyring(), Err(VaultError::KeyringUnavailable { .. })));
        assert_eq!(names(&home.path()), [".vault.lock"]);
    }

    #[test]
    fn a_vault_of_another_kind_is_kept_while_it_holds_something() {
        let home = home();
        let keyring = home.keyring().expect("made");
        keyring.put("demo", None, &secrets("a"), How::SignedIn.into()).expect("put");
        let other = home.open(VaultKind::Passphrase, "p").expect_err("another kind");
        assert!(matches!(other, VaultError::OtherKind { found: VaultKind::Keyring, asked: VaultKind::Passphrase, .. }));
        keyring.remove("demo").expect("removed");
        home.open(VaultKind::Passphrase, "p").expect("an empty vault may change its kind");
        let replaced = keyring
            .put("demo", None, &secrets("a"), How::SignedIn.into())
            .expect_err("its key is no longer the folder's");
        assert!(matches!(replaced, VaultError::Replaced { .. }));
    }

    #[test]
    fn sealed_files_without_their_header_are_not_given_a_new_one() {
        let home = home();
        home.keyring().expect("made").put("demo", None, &secrets("a"), How::SignedIn.into()).expect("put");
        fs::remove_file(home.path().join("vault.json")).expect("removed");
        assert!(matches!(home.keyring(), Err(VaultError::HeaderMissing { .. })));
        fs::write(home.path().join("vault.json"), "{").expect("written");
        assert!(matches!(home.keyring(), Err(VaultError::HeaderDamaged { .. })));
        assert_eq!(fs::read(home.path().join("vault.json")).expect("read"), b"{");
    }

    #[test]
    fn one_damaged_or_swapped_file_is_named_and_the_others_still_open() {
        let home = home();
        let vault = home.keyring().expect("made");
        for profile in ["one", "two", "three"] {
            vault.put(profile, None, &secrets(profile), How::SignedIn.into()).expect("put");
        }
        vault.put("one", Some(1), &secrets("one again"), How::SignedIn.into()).expect("put");
        let path = |file: &str| home.path().join(file);
        fs::copy(path("two.sealed"), path("four.sealed")).expect("copied");
        let mut bytes = fs::read(path("one.sealed")).expect("read");
        *bytes.last_mut().expect("not empty") ^= 1;
        fs::write(path("one.sealed"), &bytes).expect("written");

        let damaged = vault.get("one").expect_err("damaged").to_string();
        assert_eq!(
            damaged,
            format!("the sealed file `{}` is damaged: its bytes were changed", path("one.sealed").display())
        );
        assert!(matches!(
            vault.put("one", Some(2), &secrets("x"), How::SignedIn.into()),
            Err(VaultError::Damaged { .. })
        ));
        assert_eq!(fs::read(path("one.sealed")).expect("read"), bytes);
        assert!(matches!(vault.get("four"), Err(VaultError::Misplaced { .. })));
        assert_eq!(vault.get("two").expect("read").expect("kept").secrets, secrets("two"));

        let mended = vault.repair("one").expect("mended").expect("something was wrong");
        assert_eq!((mended.from, mended.number), (1, 3));
        assert_eq!(fs::read(mended.aside.expect("set aside")).expect("kept"), bytes);
        assert_eq!(vault.get("one").expect("read").expect("kept").secrets, secrets("one"));
        assert_eq!(vault.repair("one").expect("nothing to do"), None);
        let other = home_with_file(&fs::read(path("three.sealed")).expect("read"));
        assert!(matches!(other.keyring().expect("opened").get("three"), Err(VaultError::SealedElsewhere { .. })));
    }

    fn home_with_file(sealed: &[u8]) -> Home {
        let home = home();
        home.keyring().expect("made");
        fs::write(home.path().join("three.sealed"), sealed).expect("written");
        home
    }

    #[test]
    fn no_secret_and_no_passphrase_is_in_any_file() {
        let home = home();
        let vault = home.open(VaultKind::Passphrase, "open sesame").expect("made");
        vault.put("demo", None, &secrets("hunter2"), How::SignedIn.into()).expect("put");
        vault.put("demo", Some(1), &secrets("hunter2"), How::SignedIn.into()).expect("put");
        for path in files(&home.path()).expect("listed") {
            let bytes = fs::read(&path).expect("read");
            for secret in ["hunter2", "open sesame"] {
                let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!found, "`{secret}` is in {}", path.display());
            }
        }
        assert!(!format!("{vault:?} {:?}", vault.get("demo")).contains("hunter2"));
    }

    #[cfg(unix)]
    #[test]
    fn the_folder_and_all_in_it_are_for_this_user_only() {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        let home = home();
        fs::create_dir(home.path()).expect("created");
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).expect("opened up");
        let vault = home.keyring().expect("made");
        drop(vault.lease("demo", Duration::ZERO).expect("free"));
        vault.put("demo", None, &secrets("a"), How::SignedIn.into()).expect("put");
        vault.put("demo", Some(1), &secrets("b"), How::SignedIn.into()).expect("put");
        assert_eq!(mode(&home.path()), 0o700);
        let expected = [".generations", ".vault.lock", "demo.lock", "demo.previous", "demo.sealed", "vault.json"];
        assert_eq!(names(&home.path()), expected);
        for name in expected {
            assert_eq!(mode(&home.path().join(name)), 0o600, "{name}");
        }
    }

    #[test]
    fn what_a_crash_left_is_swept_and_names_stay_in_the_folder() {
        let home = home();
        let vault = home.keyring().expect("made");
        vault.put("../Über", None, &secrets("a"), How::SignedIn.into()).expect("put");
        fs::write(home.path().join(".x1y2.unfinished"), "half").expect("written");
        drop(home.keyring().expect("opened"));
        assert_eq!(names(&home.path()), ["%2e%2e%2f%c3%9cber.sealed", ".generations", ".vault.lock", "vault.json"]);
    }

    #[test]
    fn eight_openings_at_once_make_one_vault() {
        let home = home();
        thread::scope(|scope| {
            let open = || scope.spawn(|| home.keyring().expect("opened").mark);
            let opened: Vec<_> = (0..8).map(|_| open()).collect();
            let marks: Vec<Mark> = opened.into_iter().map(|thread| thread.join().expect("no panic")).collect();
            assert!(marks.iter().all(|mark| *mark == marks[0]));
        });
    }
}
