//! Inspecting the files of a vault, and repairing a record when a person agrees to it.

use std::path::{Path, PathBuf};

use crate::durable::{self, FileError};
use crate::vault::files::folder::{ASIDE, CONFLICT, PREVIOUS, SEALED, lock_folder, paths_in};
use crate::vault::files::records::FileVault;
use crate::vault::files::sealed::{SIZE_LIMIT, claims};
use crate::vault::files::{access, copies};
use crate::vault::generation::Stamp;
use crate::vault::{Change, How, Inspection, Record, Repaired, VaultError};

impl FileVault {
    pub(in crate::vault) fn inspect_all(&self) -> Result<Inspection, VaultError> {
        let mut found = Inspection { folder: self.folder.clone(), ..Inspection::default() };
        for note in access::check(&self.folder)? {
            self.note(note);
        }
        let mut known = self.high_water();
        let mut paths = paths_in(&self.folder)?;
        paths.sort();
        for path in paths {
            let extension = path.extension().map(|text| text.to_string_lossy().into_owned()).unwrap_or_default();
            let profile = path.file_stem().and_then(|stem| durable::name_of_stem(stem.to_str()?));
            match (extension.as_str(), profile) {
                (SEALED, Some(profile)) => {
                    known.remove(&profile);
                    match self.newest_settled(&profile) {
                        Ok(_) => found.whole += 1,
                        Err(error) => found.faults.push(error),
                    }
                }
                (SEALED, None) => found.faults.push(stray(&path)),
                (extension, _) if extension.starts_with(CONFLICT) => found.older.push(path),
                (extension, _) if extension.starts_with(ASIDE) => found.aside.push(path),
                _ => {}
            }
        }
        // Of these there should be a file.
        found.faults.extend(known.keys().filter_map(|profile| self.newest_settled(profile).err()));
        Ok(found)
    }

    pub(in crate::vault) fn repair_record(&self, profile: &str) -> Result<Option<Repaired>, VaultError> {
        let _change = lock_folder(&self.folder)?;
        self.check_header()?;
        let Err(fault) = self.newest(profile) else { return Ok(None) };
        let known = self.high_water().get(profile).copied().unwrap_or_default();
        let Sound { mut record, previous, is_in_the_way } = self.sound(profile, fault)?;
        let aside = if is_in_the_way { Some(self.set_aside(profile)?) } else { None };
        // The one before may hold tokens that this one does not know of.
        if let Some(Record { number, contents, .. }) = previous
            && let Some(tokens) = contents.tokens
            && Some(&tokens) != record.contents.tokens.as_ref()
        {
            record.history.retain(number, tokens);
        }
        let (from, number) = (record.number, known.max(record.number).saturating_add(1));
        let change = Change::New(How::Restored(from));
        let next = Record::next(Some(&record), number, &record.contents, change, Stamp::now());
        self.write_next(profile, None, &next)?;
        Ok(Some(Repaired { from, number, aside }))
    }

    pub(in crate::vault) fn check_record(&self, profile: &str) -> Result<(), VaultError> {
        self.check_header()?;
        match self.newest(profile) {
            Ok(_) => Ok(()),
            Err(fault) => self.sound(profile, fault).map(drop),
        }
    }
}

/// What is left of a profile that does not open.
struct Sound {
    /// The record that is taken.
    record: Record,
    /// The one that was before the newest, if it opens.
    previous: Option<Record>,
    /// Whether a file stands in the place of the newest that is none.
    is_in_the_way: bool,
}

impl FileVault {
    /// What can be taken in spite of this fault; the fault itself where nothing can.
    fn sound(&self, profile: &str, fault: VaultError) -> Result<Sound, VaultError> {
        let previous = self.read(profile, PREVIOUS).ok().flatten().map(|(_, record)| record);
        let (taken, is_in_the_way) = match fault {
            VaultError::RolledBack { .. } => (self.read(profile, SEALED)?.map(|(_, record)| record), false),
            VaultError::Missing { .. } => (previous.clone(), false),
            VaultError::Damaged { .. } | VaultError::Misplaced { .. } | VaultError::SealedElsewhere { .. }
                if previous.is_some() =>
            {
                (previous.clone(), true)
            }
            fault => return Err(fault),
        };
        let record = taken.ok_or_else(|| fault_without_copy(profile, self))?;
        Ok(Sound { record, previous, is_in_the_way })
    }

    /// Gives a file that does not open another name, under which nothing looks for it.
    fn set_aside(&self, profile: &str) -> Result<PathBuf, VaultError> {
        let (path, aside) = (self.path(profile, SEALED), copies::free_path(self, profile, ASIDE, 1));
        durable::rename(&path, &aside).map_err(FileError::at("rename", path))?;
        Ok(aside)
    }
}

fn fault_without_copy(profile: &str, vault: &FileVault) -> VaultError {
    VaultError::NothingToRestore { profile: profile.to_owned(), path: vault.path(profile, PREVIOUS) }
}

/// A sealed file under a name that no profile has, which did not open when the vault did.
fn stray(path: &Path) -> VaultError {
    let sealed = durable::read(path, SIZE_LIMIT).ok().flatten().unwrap_or_default();
    match claims(&sealed) {
        Some((name, _)) => VaultError::Stray { path: path.to_owned(), profile: name.to_owned() },
        None => VaultError::Damaged { path: path.to_owned(), reason: "it does not begin as a sealed file does" },
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::diagnosis::Diagnose as _;
    use crate::vault::files::tests::{Home, contents, home};
    use crate::vault::port::Storage as _;

    /// Three generations of one profile, and the bytes of each; one of another.
    fn three() -> (Home, FileVault, Vec<Vec<u8>>) {
        let home = home();
        let vault = home.keyring().expect("made");
        let mut bytes = Vec::new();
        for number in 0..3 {
            let last = Some(number).filter(|number| *number > 0);
            let text = format!("secret {}", number + 1);
            vault.put("demo", last, &contents(&text), How::SignedIn.into()).expect("put");
            bytes.push(fs::read(home.path().join("demo.sealed")).expect("read"));
        }
        vault.put("other", None, &contents("other"), How::SignedIn.into()).expect("put");
        (home, vault, bytes)
    }

    fn text(vault: &FileVault, profile: &str) -> String {
        let secret = vault.get(profile).expect("read").expect("kept").contents.secrets.client_secret;
        secret.expose().to_owned()
    }

    #[test]
    fn an_older_file_put_back_is_named_and_taken_only_by_consent() {
        let (home, vault, bytes) = three();
        let path = home.path().join("demo.sealed");
        fs::write(&path, &bytes[0]).expect("put back");
        for vault in [&vault, &home.keyring().expect("opened")] {
            let error = vault.get("demo").expect_err("rolled back");
            let words = format!(
                "the vault file `{0}` is older than expected (generation 1, last seen 3): it may have been restored from a \
                 backup\n\
                 hint: if the folder is synced, wait for that to finish; `tokenwright restore demo` uses the older \
                 one, whose refresh token may be spent",
                path.display()
            );
            assert_eq!(error.diagnose().to_string(), words);
            let put = vault.put("demo", Some(1), &contents("x"), How::SignedIn.into());
            assert!(matches!(put, Err(VaultError::RolledBack { found: 1, known: 3, .. })));
            assert_eq!(text(vault, "other"), "other");
        }
        assert_eq!(vault.inspect_all().expect("inspected").faults.len(), 1);
        let mended = vault.repair("demo").expect("mended").expect("something was wrong");
        assert_eq!(mended, Repaired { from: 1, number: 4, aside: None });
        assert_eq!(text(&vault, "demo"), "secret 1");
        let how: Vec<How> =
            vault.get("demo").expect("read").expect("kept").history.lines.iter().map(|l| l.how).collect();
        assert_eq!(how, [How::SignedIn, How::Restored(1)]);
    }

    #[test]
    fn a_file_that_is_gone_is_missed_and_the_one_before_takes_its_place() {
        let (home, vault, _) = three();
        let path = home.path().join("demo.sealed");
        fs::remove_file(&path).expect("removed");
        let error = vault.get("demo").expect_err("gone").to_string();
        assert_eq!(error, format!("the vault file `{}` is missing (last seen: generation 3)", path.display()));
        let mended = vault.repair("demo").expect("mended");
        assert_eq!(mended, Some(Repaired { from: 2, number: 4, aside: None }));
        assert_eq!(text(&vault, "demo"), "secret 2");
        vault.remove("demo").expect("removed");
        assert_eq!(vault.get("demo").expect("nobody misses what was removed"), None);
    }

    #[test]
    fn a_file_of_another_profile_under_this_name_is_set_aside() {
        let (home, vault, _) = three();
        let at = |file: &str| home.path().join(file);
        fs::copy(at("other.sealed"), at("demo.sealed")).expect("swapped");
        assert!(matches!(vault.get("demo"), Err(VaultError::Misplaced { .. })));
        let aside = vault.repair("demo").expect("mended").and_then(|mended| mended.aside);
        assert_eq!(aside, Some(at("demo.damaged-1")));
        assert_eq!(text(&vault, "demo"), "secret 2");
        assert_eq!(vault.inspect_all().expect("inspected").aside, [at("demo.damaged-1")]);
    }

    #[test]
    fn where_no_copy_opens_nothing_is_touched() {
        let (home, vault, _) = three();
        let at = |file: &str| home.path().join(file);
        fs::write(at("demo.sealed"), "cut").expect("damaged");
        fs::write(at("demo.previous"), "cut").expect("damaged");
        assert!(matches!(vault.repair("demo"), Err(VaultError::Damaged { .. })));
        fs::remove_file(at("demo.sealed")).expect("removed");
        let error = vault.repair("demo").expect_err("nothing to go back to").diagnose().to_string();
        let words = format!(
            "no older generation of profile `demo` opens: `{}` is missing or damaged\n\
             hint: restore the file from a backup, or `tokenwright forget demo` and sign in again",
            at("demo.previous").display()
        );
        assert_eq!(error, words);
        assert_eq!(fs::read(at("demo.previous")).expect("read"), b"cut");
    }

    #[test]
    fn a_record_that_a_dead_process_left_complete_takes_its_place() {
        let (home, vault, bytes) = three();
        let at = |file: &str| home.path().join(file);
        let next = Record::next(
            vault.get("demo").expect("read").as_ref(),
            4,
            &contents("secret 4"),
            Change::New(How::Refreshed),
            Stamp::now(),
        );
        let sealed = crate::vault::files::sealed::seal(&vault.key, "demo", &next).expect("sealed");
        fs::write(at("demo.next"), &sealed).expect("left behind");
        assert_eq!(text(&vault, "demo"), "secret 4");
        assert!(!at("demo.next").exists());
        fs::write(at("demo.next"), &sealed[..99]).expect("half written");
        assert_eq!(text(&vault, "demo"), "secret 4");
        assert!(!at("demo.next").exists(), "what is half written was promised to nobody");
        fs::write(at("demo.next"), &bytes[1]).expect("overtaken");
        drop(home.keyring().expect("opened"));
        assert!(!at("demo.next").exists());
        assert_eq!(text(&vault, "demo"), "secret 4");
    }
}
