//! A vault in a folder: one sealed file a profile, the one before it beside it, and `vault.json`.
//!
//! Two locks, never confused: `.vault.lock` is held by the vault itself for the moment of a change, and makes compare
//! and set one step; `<profile>.lock` is the lease, held by a caller for as long as it likes.

mod access;
mod copies;
mod folder;
mod header;
mod high_water;
mod key;
mod keyring;
mod records;
mod rekey;
mod repair;
mod reserve;
mod sealed;
mod unlock;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::durable::{self, FileError};
use crate::secret::Secret;
use crate::vault::files::folder::{FOLDER_LOCK, IN_FLIGHT, LEASE, NEXT, RESERVED, SEALED, lock, lock_folder, paths_in};
use crate::vault::files::high_water::Remembered;
use crate::vault::files::unlock::Opening;
use crate::vault::generation::Stamp;
use crate::vault::port::{LEASE_WAIT, Lease, Storage};
use crate::vault::{Change, Contents, InFlightRefresh, Inspection, Note, Record, Repaired, VaultError, VaultKind};

pub(in crate::vault) use crate::vault::files::header::Header;
pub(in crate::vault) use crate::vault::files::key::Cost;
pub(in crate::vault) use crate::vault::files::keyring::{KeySource, Keyring};
pub(in crate::vault) use crate::vault::files::records::FileVault;

impl FileVault {
    /// Opens the vault in the folder, or makes one.
    pub(in crate::vault) fn open(
        kind: VaultKind,
        folder: &Path,
        passphrase: Option<&Secret>,
        key_source: &KeySource,
    ) -> Result<Self, VaultError> {
        let mut notes = access::check(folder)?;
        durable::create_private_folder(folder).map_err(FileError::at("create", folder))?;
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

    /// Removes what a crash has left half written, and sorts out what another machine has left. All writing is done under
    /// the lock, so with it in hand nothing unfinished is anyone's; where another process has it, the next opening sweeps.
    fn sweep(&self) -> Result<(), VaultError> {
        let Ok(Some(_change)) = lock(&self.folder.join(FOLDER_LOCK), Duration::ZERO) else { return Ok(()) };
        for path in paths_in(&self.folder)? {
            if path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(durable::UNFINISHED)) {
                durable::remove(&path).map_err(FileError::at("remove", &path))?;
            } else if path.extension().is_some_and(|extension| extension == NEXT) {
                let profile = path.file_stem().and_then(|stem| durable::name_of_stem(stem.to_str()?));
                // What stops it is said when the profile is asked for; the others can be used.
                let _ = profile.map(|profile| self.go_on(&profile));
            } else if path.extension().is_some_and(|extension| extension == RESERVED) {
                // Whoever holds the lease has taken it for the answer to a call.
                let lease = lock(&path.with_extension(LEASE), Duration::ZERO);
                if matches!(lease, Ok(Some(_))) {
                    durable::remove(&path).map_err(FileError::at("remove", &path))?;
                }
            } else if copies::is_stray(&path) {
                copies::settle(self, &path)?;
            }
        }
        Ok(())
    }

    /// Seals an opened vault with another key and opens it with that.
    pub(in crate::vault) fn rekey_to(&self, to: VaultKind, passphrase: Option<&Secret>) -> Result<Self, VaultError> {
        if to == VaultKind::Memory {
            return Err(VaultError::MemoryRefused);
        }
        // Another passphrase is another key; another entry in the same keyring is of no use to anyone.
        if to == VaultKind::Keyring && self.kind == VaultKind::Keyring {
            return Err(VaultError::ThereAlready { kind: to });
        }
        let opening = Opening { kind: to, folder: &self.folder, passphrase, key_source: &self.key_source };
        if to == VaultKind::Passphrase && passphrase.is_none() {
            return Err(VaultError::PassphraseNeeded { new: true });
        }
        {
            let _leases = self.leases()?;
            let _change = lock_folder(&self.folder)?;
            self.check_header()?;
            for path in paths_in(&self.folder)?.iter().filter(|path| path.extension().is_some_and(|ext| ext == NEXT)) {
                let profile = path.file_stem().and_then(|stem| durable::name_of_stem(stem.to_str()?));
                profile.map_or(Ok(()), |profile| self.go_on(&profile))?;
            }
            let (lock, new_key) = opening.fresh()?;
            let header = rekey::begin(self, lock, &new_key)?;
            let old_key = self.key.clone();
            rekey::finish_locked(&self.folder, &rekey::Unfinished { header, old_key }, &new_key, &self.key_source)?;
        }
        Self::open(to, &self.folder, passphrase, &self.key_source)
    }

    /// The right to be the only one at work on each profile, in one order for everybody. A refresh that is under way is waited
    /// for: what it brings must be kept under the old key.
    fn leases(&self) -> Result<Vec<Lease>, VaultError> {
        let mut names: Vec<String> = paths_in(&self.folder)?
            .iter()
            .filter(|path| path.extension().is_some_and(|extension| extension == SEALED))
            .filter_map(|path| durable::name_of_stem(path.file_stem()?.to_str()?))
            .collect();
        names.sort();
        names.iter().map(|name| self.lease(name, LEASE_WAIT)).collect()
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
        contents: &Contents,
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
        let next = Record::next(last.as_ref().map(|(_, record)| record), number, contents, change, Stamp::now());
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
        durable::remove(&next).map_err(FileError::at("remove", &next))?;
        for path in paths_in(&self.folder)?.into_iter().filter(|path| copies::belongs_to(path, profile)) {
            durable::remove(&path).map_err(FileError::at("remove", &path))?;
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
        match lock(&path, wait).map_err(FileError::at("lock", &path))? {
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
        Ok(Arc::new(self.rekey_to(kind, passphrase)?))
    }
}

#[cfg(test)]
pub(in crate::vault) mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::thread;

    use super::*;
    use crate::diagnosis::Diagnose;
    use crate::oauth::ProfileSecrets;
    use crate::vault::How;
    use crate::vault::files::header::Lock;
    use crate::vault::files::key::Cost;
    use crate::vault::files::key::Mark;
    use crate::vault::files::keyring::Keyring;
    use crate::vault::files::keyring::entry_name;
    use crate::vault::files::keyring::tests::{absent, mock};
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

    pub(in crate::vault) fn contents(text: &str) -> Contents {
        let secrets = ProfileSecrets { client_secret: Secret::new(text), ..Default::default() };
        Contents { secrets, ..Default::default() }
    }

    pub(in crate::vault) fn names(folder: &Path) -> Vec<String> {
        let paths = paths_in(folder).expect("listed");
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
                .put("demo", None, &contents("hunter2"), How::SignedIn.into())
                .expect("put");
            let found = home.open(kind, "p").expect("opened").get("demo").expect("read");
            assert_eq!(found.map(|record| (record.number, record.contents)), Some((number, contents("hunter2"))));
            assert_eq!(Header::load(&home.path()).expect("read").map(|header| header.kind()), Some(kind));
        }
    }

    #[test]
    fn a_record_is_put_only_by_who_has_read_the_last_one() {
        each_kind(|vault| {
            assert_eq!(vault.get("demo").expect("read"), None);
            assert_eq!(vault.put("demo", None, &contents("a"), How::SignedIn.into()).expect("put"), 1);
            assert_eq!(vault.put("demo", Some(1), &contents("b"), How::SignedIn.into()).expect("put"), 2);
            let late = vault.put("demo", Some(1), &contents("c"), How::SignedIn.into()).expect_err("late");
            assert_eq!(late.to_string(), "the secrets of profile `demo` have changed (generation 2, not generation 1)");
            let first = vault.put("demo", None, &contents("c"), How::SignedIn.into()).expect_err("not the first");
            assert!(matches!(first, VaultError::Conflict { expected: None, found: Some(2), .. }));
            assert_eq!(vault.get("demo").expect("read").expect("kept").contents, contents("b"));
            vault.remove("demo").expect("removed");
            assert_eq!(vault.get("demo").expect("read"), None);
            vault.remove("demo").expect("nothing to remove is no error");
            let gone = vault.put("demo", Some(2), &contents("c"), How::SignedIn.into()).expect_err("gone");
            assert!(matches!(gone, VaultError::Conflict { expected: Some(2), found: None, .. }));
        });
    }

    #[test]
    fn no_step_of_eight_threads_is_lost() {
        each_kind(|vault| {
            let step = || loop {
                let last = vault.get("demo").expect("read");
                let (number, count) = last.map_or((None, 0), |Record { number, contents, .. }| {
                    let text = contents.secrets.client_secret;
                    (Some(number), text.expose().parse::<u32>().expect("a number"))
                });
                match vault.put("demo", number, &contents(&(count + 1).to_string()), How::SignedIn.into()) {
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
            assert_eq!((last.number, last.contents), (32, contents("32")));
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
                vault.put("demo", None, &contents("a"), How::SignedIn.into()).expect("a lease does not stop a change");
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
        one.put("demo", None, &contents("a"), How::SignedIn.into()).expect("put");
        assert!(matches!(
            two.put("demo", None, &contents("b"), How::SignedIn.into()),
            Err(VaultError::Conflict { .. })
        ));
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
        home.keyring().expect("made").put("demo", None, &contents("a"), How::SignedIn.into()).expect("put");
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
        keyring.put("demo", None, &contents("a"), How::SignedIn.into()).expect("put");
        let other = home.open(VaultKind::Passphrase, "p").expect_err("another kind");
        assert!(matches!(other, VaultError::OtherKind { found: VaultKind::Keyring, asked: VaultKind::Passphrase, .. }));
        keyring.remove("demo").expect("removed");
        home.open(VaultKind::Passphrase, "p").expect("an empty vault may change its kind");
        let replaced = keyring
            .put("demo", None, &contents("a"), How::SignedIn.into())
            .expect_err("its key is no longer the folder's");
        assert!(matches!(replaced, VaultError::Replaced { .. }));
    }

    #[test]
    fn sealed_files_without_their_header_are_not_given_a_new_one() {
        let home = home();
        home.keyring().expect("made").put("demo", None, &contents("a"), How::SignedIn.into()).expect("put");
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
            vault.put(profile, None, &contents(profile), How::SignedIn.into()).expect("put");
        }
        vault.put("one", Some(1), &contents("one again"), How::SignedIn.into()).expect("put");
        let path = |file: &str| home.path().join(file);
        fs::copy(path("two.sealed"), path("four.sealed")).expect("copied");
        let mut bytes = fs::read(path("one.sealed")).expect("read");
        *bytes.last_mut().expect("not empty") ^= 1;
        fs::write(path("one.sealed"), &bytes).expect("written");

        let damaged = vault.get("one").expect_err("damaged").to_string();
        assert_eq!(
            damaged,
            format!("the vault file `{}` is damaged: its bytes were changed", path("one.sealed").display())
        );
        assert!(matches!(
            vault.put("one", Some(2), &contents("x"), How::SignedIn.into()),
            Err(VaultError::Damaged { .. })
        ));
        assert_eq!(fs::read(path("one.sealed")).expect("read"), bytes);
        assert!(matches!(vault.get("four"), Err(VaultError::Misplaced { .. })));
        assert_eq!(vault.get("two").expect("read").expect("kept").contents, contents("two"));

        let mended = vault.repair("one").expect("mended").expect("something was wrong");
        assert_eq!((mended.from, mended.number), (1, 3));
        assert_eq!(fs::read(mended.aside.expect("set aside")).expect("kept"), bytes);
        assert_eq!(vault.get("one").expect("read").expect("kept").contents, contents("one"));
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
        vault.put("demo", None, &contents("hunter2"), How::SignedIn.into()).expect("put");
        vault.put("demo", Some(1), &contents("hunter2"), How::SignedIn.into()).expect("put");
        for path in paths_in(&home.path()).expect("listed") {
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
        vault.put("demo", None, &contents("a"), How::SignedIn.into()).expect("put");
        vault.put("demo", Some(1), &contents("b"), How::SignedIn.into()).expect("put");
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
        vault.put("../Über", None, &contents("a"), How::SignedIn.into()).expect("put");
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
