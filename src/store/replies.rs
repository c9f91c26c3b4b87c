//! The reply journal: new tokens of a team's profiles, sealed, on this machine from before they are sent to the database until it
//! has said what became of them. A process that ends in between leaves them to whoever takes the lease next on this machine.
//!
//! One file a profile, which only the holder of the profile's lease writes, removes or sets aside. Its head is not believed: the
//! body opens only under the name, id and version that it was sealed for.

use std::fs;
use std::path::{Path, PathBuf};

use crate::durable::{self, FileError};
use crate::store::{Sealed, Seen, StoreError};

const HEAD: &str = "tokenwright reply 1";
/// More than a vault seals.
const SIZE_LIMIT: u64 = 17 * 1024 * 1024;
/// Ends the name of a file that was set aside. No name of a reply has a dot.
const DAMAGED: &str = ".damaged";

/// The replies that wait on this machine.
#[derive(Clone, Debug)]
pub struct Replies {
    folder: PathBuf,
}

impl Replies {
    /// Below the folder that this machine has for one team's store.
    pub(in crate::store) fn below(folder: &Path) -> Self {
        Self { folder: folder.join("replies") }
    }

    /// The names of the profiles whose replies wait, in order.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.files().filter_map(|file| durable::name_of_stem(&file)).collect();
        names.sort_unstable();
        names
    }

    /// What was set aside and is still there.
    pub fn damaged(&self) -> Vec<PathBuf> {
        let mut files: Vec<String> = self.files().filter(|file| file.ends_with(DAMAGED)).collect();
        files.sort_unstable();
        files.into_iter().map(|file| self.folder.join(file)).collect()
    }

    fn files(&self) -> impl Iterator<Item = String> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().into_string().ok())
    }

    /// The reply of a profile. Whether its body opens is for the vault to see.
    pub fn read(&self, name: &str) -> Result<Option<Sealed>, StoreError> {
        let path = self.path(name);
        let Some(bytes) = durable::read(&path, SIZE_LIMIT).map_err(FileError::at("read", &path))? else {
            return Ok(None);
        };
        parse(&bytes).map(Some).ok_or(StoreError::DamagedReply { path })
    }

    /// Survives a power cut once it returns. Replaces what is there.
    pub fn write(&self, name: &str, next: &Sealed) -> Result<(), StoreError> {
        let path = self.path(name);
        durable::create_private_folder(&self.folder).map_err(FileError::at("create", &self.folder))?;
        let seen = Seen { id: next.id, version: next.version };
        let bytes = [format!("{HEAD}\n{}", seen.to_text()).as_bytes(), &next.body].concat();
        Ok(durable::write_private(&path, &bytes).map_err(FileError::at("write", &path))?)
    }

    /// Whether the reply that waits is of the same version, and need not be written again.
    pub(in crate::store) fn has(&self, name: &str, next: &Sealed) -> bool {
        let there = self.read(name).ok().flatten();
        there.is_some_and(|there| (there.id, there.version) == (next.id, next.version))
    }

    /// One that comes back after a power cut is found to be known already.
    pub fn remove(&self, name: &str) {
        let _ = fs::remove_file(self.path(name));
    }

    /// Puts a file away that holds no reply of this profile, and returns where it is now.
    pub fn set_aside(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        let mut aside = path.clone().into_os_string();
        aside.push(DAMAGED);
        let aside = PathBuf::from(aside);
        if fs::rename(&path, &aside).is_ok() { aside } else { path }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(durable::file_stem(name))
    }
}

fn parse(bytes: &[u8]) -> Option<Sealed> {
    let rest = bytes.strip_prefix(HEAD.as_bytes())?.strip_prefix(b"\n")?;
    let (line, body) = rest.split_at_checked(rest.iter().position(|byte| *byte == b'\n')? + 1)?;
    let line = str::from_utf8(line).ok()?;
    // Written in one way only.
    let Seen { id, version } = Seen::parse(line).filter(|seen| seen.to_text() == line)?;
    Some(Sealed { id, version, body: body.to_vec() })
}

/// What holds of any bytes, whoever wrote them: what is read as a reply is what would have been written for it.
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub fn read_any_reply(bytes: &[u8]) {
    let Some(read) = parse(bytes) else { return };
    let seen = Seen { id: read.id, version: read.version };
    assert_eq!([format!("{HEAD}\n{}", seen.to_text()).as_bytes(), &read.body].concat(), bytes);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::Version;

    fn sealed() -> Sealed {
        Sealed { id: [7; 16], version: Version { generation: 9, fence: u64::MAX }, body: b"body\n\n\0".to_vec() }
    }

    #[test]
    fn a_reply_is_read_as_it_was_written_until_it_is_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let replies = Replies::below(folder.path());
        assert_eq!((replies.names(), replies.read("Demo").expect("read")), (Vec::new(), None));
        replies.write("Demo", &Sealed { body: b"older".to_vec(), ..sealed() }).expect("written");
        replies.write("Demo", &sealed()).expect("written");
        replies.write("a", &sealed()).expect("written");
        assert_eq!(
            (replies.names(), replies.read("Demo").expect("read")),
            (vec!["Demo".into(), "a".into()], Some(sealed()))
        );
        replies.remove("Demo");
        replies.remove("Demo");
        assert_eq!((replies.names(), replies.read("Demo").expect("read")), (vec!["a".into()], None));
    }

    #[test]
    fn what_is_no_reply_is_named_and_can_be_set_aside() {
        let folder = tempfile::tempdir().expect("a folder");
        let replies = Replies::below(folder.path());
        replies.write("demo", &sealed()).expect("written");
        let path = replies.path("demo");
        let whole = fs::read(&path).expect("read");
        let head = whole.len() - sealed().body.len();
        for at in 0..head {
            for changed in [whole[at] ^ 0x20, b'\n', b'+', 0xff] {
                let mut bytes = whole.clone();
                bytes[at] = changed;
                // Another id or version may be read, under which the body does not open.
                assert!(bytes == whole || parse(&bytes) != Some(sealed()), "byte {at}");
            }
            assert_eq!(parse(&whole[..at]), None, "{at} bytes");
        }
        fs::write(&path, "tokenwright reply 2\n").expect("written");
        let error = replies.read("demo").expect_err("damaged").to_string();
        assert_eq!(error, format!("`{}` is no reply that can be read", path.display()));
        let aside = replies.set_aside("demo");
        assert_eq!((replies.names(), replies.damaged()), (Vec::new(), vec![aside]));
        fs::create_dir(&path).expect("made");
        assert!(replies.read("demo").is_err());
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_was_written_and_nothing_else_is(
            id in any::<[u8; 16]>(),
            (generation, fence) in any::<(u64, u64)>(),
            body in any::<Vec<u8>>(),
            (at, byte) in any::<(prop::sample::Index, u8)>(),
            noise in any::<Vec<u8>>(),
        ) {
            let text = |sealed: &Sealed| {
                let seen = Seen { id: sealed.id, version: sealed.version };
                [format!("{HEAD}\n{}", seen.to_text()).as_bytes(), &sealed.body].concat()
            };
            let sealed = Sealed { id, version: Version { generation, fence }, body };
            let mut bytes = text(&sealed);
            prop_assert_eq!(parse(&bytes), Some(sealed));
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let head = [HEAD.as_bytes(), b"\n", &noise].concat();
            for bytes in [bytes, noise, head] {
                read_any_reply(&bytes);
            }
        }
    }
}
