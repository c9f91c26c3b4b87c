//! Takes up a reply that an earlier holder of a lease on this machine received and did not see saved, see [`Leased::put`].
//!
//! One generation wins: the reply counts while the tokens are there that it answered, whatever else has changed. Its file is
//! input like any other: only a body that opens under the profile's name and id, and a key of its vault, is looked at.
//!
//! [`Leased::put`]: crate::store::Leased::put

use std::fmt;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::store::{Seen, Stored, Version};
use crate::vault::generation::{By, Change, Generation, How, Stamp};
use crate::vault::realm::Realm;
use crate::vault::seal::seal;
use crate::vault::{Contents, Record, VaultError};

/// What became of a reply that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It is saved now.
    Saved(Origin),
    /// Others were saved meanwhile, so it was dropped.
    Superseded(Origin),
    /// The profile was forgotten meanwhile, so it was dropped.
    Forgotten(Origin),
    /// It cannot be read, and is here now.
    Damaged {
        /// Whose it would be.
        profile: String,
        /// Where it is now.
        path: PathBuf,
    },
}

/// Who received it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    profile: String,
    at: Timestamp,
    by: By,
}

impl Diagnose for Reply {
    fn diagnose(&self) -> Diagnosis {
        match self {
            Self::Saved(origin) => Diagnosis::new(format!("{origin} waited on this machine and are saved now")),
            Self::Superseded(origin) => {
                let summary = format!("{origin} were dropped, since another machine has saved newer ones");
                Diagnosis::new(summary).hint("the newer ones are used; nothing needs to be done")
            }
            Self::Forgotten(origin) => {
                let summary = format!(
                    "{origin} were dropped, since the profile was forgotten or taken out of the team in the meantime"
                );
                Diagnosis::new(summary)
            }
            Self::Damaged { profile, path } => {
                let path = path.display();
                let summary =
                    format!("the reply for `{profile}` that waited on this machine does not open; it is now `{path}`");
                Diagnosis::new(summary)
                    .hint(format!("if `tokenwright refresh {profile}` fails, sign in again; then remove the file"))
            }
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { profile, at, by } = self;
        write!(f, "the tokens that {by} received for `{profile}` at {}", at.strftime("%Y-%m-%d %H:%M:%S UTC"))
    }
}

/// A refresh that was begun, whose reply may come when the store is away.
pub(in crate::vault) struct Begun {
    /// With the fence that it raised. If another one is found, another machine took this one for dead.
    pub seen: Seen,
    /// Whose refresh token it spends.
    pub record: Record,
    /// When its reply came, once that waits on this machine: what is stored is the same line of the history.
    pub came: Option<Stamp>,
}

impl Begun {
    /// Lets the reply wait on this machine, if the store is on another.
    pub fn journal(&mut self, realm: &Realm, name: &str, contents: &Contents, how: How) -> Result<(), VaultError> {
        let Some(replies) = realm.store.replies() else { return Ok(()) };
        let (change, stamp) = (Change::from(how), Stamp::now());
        let version = Version { generation: change.number_after(Some(self.record.number)), ..self.seen.version };
        let next = Record::next(Some(&self.record), version.generation, contents, change, stamp.clone());
        let sealed = seal(&realm.keys.newest, name, (self.seen.id, version), next.to_text())?;
        replies.write(name, &sealed)?;
        self.came = Some(stamp);
        Ok(())
    }
}

/// What is written of a reply: over what, as which version.
pub(in crate::vault) type Next = (Option<Seen>, Version, Record);

/// Takes up the reply of a profile whose lease is held. A store that cannot be asked is a fault: whoever goes on without the
/// reply sends a refresh token that is spent.
pub(in crate::vault) fn take_up(
    realm: &Realm,
    name: &str,
    write: impl FnOnce(Next) -> Result<(), VaultError>,
) -> Result<Option<Reply>, VaultError> {
    let Some(replies) = realm.store.replies() else { return Ok(None) };
    let damaged = || Ok(Some(Reply::Damaged { profile: name.to_owned(), path: replies.set_aside(name) }));
    let (id, late) = match replies.read(name) {
        Ok(None) => return Ok(None),
        Err(_) => return damaged(),
        Ok(Some(sealed)) => match open(realm, name, sealed) {
            Err(VaultError::Damaged { .. }) => return damaged(),
            opened => opened?,
        },
    };
    let Some(line) = late.history.last() else { return damaged() };
    let by = line.by.clone().unwrap_or_else(By::this);
    let origin = Origin { profile: name.to_owned(), at: line.at, by };
    let found = match realm.stored(name).and_then(|stored| found(realm, name, id, &late, stored)) {
        // A person decides first what is to become of these.
        Err(VaultError::RolledBack { .. } | VaultError::Missing { .. } | VaultError::NewerRecord { .. }) => {
            return Ok(None);
        }
        found => found?,
    };
    Ok(match found {
        Found::Predecessor(last) => {
            write(next(last, &late, line))?;
            Some(Reply::Saved(origin))
        }
        Found::Itself => {
            replies.remove(name);
            None
        }
        Found::Others => {
            replies.remove(name);
            Some(Reply::Superseded(origin))
        }
        Found::Nothing => {
            replies.remove(name);
            Some(Reply::Forgotten(origin))
        }
    })
}

fn open(realm: &Realm, name: &str, sealed: crate::store::Sealed) -> Result<([u8; 16], Record), VaultError> {
    let (id, version) = (sealed.id, sealed.version);
    let stored = Stored { id, version, in_flight: None, in_flight_age: None, newest: Some(sealed) };
    Ok((id, realm.open_newest(name, &stored)?))
}

/// What is stored where the reply belongs.
enum Found {
    /// What it follows: the tokens that it answered, or a profile that has no secret yet.
    Predecessor(Option<(Seen, Option<Box<Record>>)>),
    /// The reply, or tokens that followed it.
    Itself,
    Others,
    Nothing,
}

fn found(realm: &Realm, name: &str, id: [u8; 16], late: &Record, stored: Option<Stored>) -> Result<Found, VaultError> {
    let Some(stored) = stored else {
        let plain = realm.store.profile(name)?;
        let is_there = late.number == 1 && (plain.definition.is_some() || plain.draft.is_some());
        return Ok(if is_there { Found::Predecessor(None) } else { Found::Nothing });
    };
    if stored.id != id {
        return Ok(Found::Others);
    }
    let seen = Seen { id, version: stored.version };
    let newest = match realm.open_newest(name, &stored) {
        // The reply has all that the damaged one had.
        Err(VaultError::Damaged { .. }) if stored.version.generation < late.number => {
            return Ok(Found::Predecessor(Some((seen, None))));
        }
        Err(VaultError::Damaged { .. }) => return Ok(Found::Others),
        newest => newest?,
    };
    let lines = &newest.history.lines;
    Ok(if late.history.last().is_some_and(|last| lines.iter().any(|line| line.is_same(last))) {
        Found::Itself
    } else if is_answer_to(late, &newest) {
        Found::Predecessor(Some((seen, Some(Box::new(newest)))))
    } else {
        Found::Others
    })
}

fn is_answer_to(late: &Record, newest: &Record) -> bool {
    let tokens = |line: Option<&Generation>| {
        line.map(|line| (line.access_token.clone(), line.refresh_token.clone())).unwrap_or_default()
    };
    tokens(late.history.lines.iter().rev().nth(1)) == tokens(newest.history.last())
}

/// The reply once more, over what is there now. Its line in the history says who received it, and when.
fn next(last: Option<(Seen, Option<Box<Record>>)>, late: &Record, line: &Generation) -> Next {
    let seen = last.as_ref().map(|(seen, _)| *seen);
    let fence = seen.map_or(0, |seen| seen.version.fence);
    let Some((seen, Some(newest))) = last else {
        return (seen, Version { generation: late.number, fence }, late.clone());
    };
    let generation = seen.version.generation.saturating_add(1);
    // What was changed besides, by somebody who did not know of the reply, stays changed.
    let secrets = if generation == late.number { &late.contents.secrets } else { &newest.contents.secrets };
    let contents = Contents { secrets: secrets.clone(), ..late.contents.clone() };
    let stamp = Stamp { at: line.at, by: line.by.clone().unwrap_or_else(By::this) };
    let how = match line.how {
        How::Restored(_) => How::Saved,
        how => how,
    };
    let record = Record::next(Some(&newest), generation, &contents, Change::New(how), stamp);
    (Some(seen), Version { generation, fence }, record)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;

    use super::*;
    use crate::oauth::TokenSet;
    use crate::secret::Secret;
    use crate::store::tests::postgres::Cluster;
    use crate::store::tests::team_engine;
    use crate::vault::key::Cost;
    use crate::vault::keyring::KeySource;
    use crate::vault::keyring::tests::absent;
    use crate::vault::seal::seal;
    use crate::vault::team::Team;
    use crate::vault::{InFlightRefresh, Vault, VaultKind};

    /// A profile with the tokens `1` on a store that two machines share, and a reply with the tokens `2` on the first one.
    struct Ground {
        one: Vault,
        two: Vault,
        folder: tempfile::TempDir,
        name: String,
    }

    fn contents(token: &str, secret: &str) -> Contents {
        let mut contents = Contents {
            tokens: Some(TokenSet::bearer(Secret::new(token), Timestamp::UNIX_EPOCH)),
            ..Contents::default()
        };
        contents.secrets.client_secret = Secret::new(secret);
        contents
    }

    impl Ground {
        fn new(cluster: &Cluster, name: &str) -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let open = |home: &str| {
                let store = team_engine(folder.path().join(home), &cluster.url("team"));
                let key_source = KeySource { keyring: absent(), cost: Cost { memory: 8, passes: 1, lanes: 1 } };
                let passphrase = Secret::new("open sesame");
                Vault::open(VaultKind::Passphrase, store, Some(&passphrase), key_source, Team::default())
                    .expect("a vault")
            };
            let (one, two) = (open("one"), open("two"));
            let ground = Self { one, two, folder, name: name.to_owned() };
            ground.put(&ground.one, None, "1", "s", How::SignedIn);
            let entry = ground.one.entry(name, std::time::Duration::from_secs(5)).expect("free");
            entry.begin_refresh(&InFlightRefresh::now(1)).expect("noted");
            drop(entry);
            ground.journal("2", name);
            ground
        }

        fn put(&self, vault: &Vault, expected: Option<u64>, token: &str, secret: &str, how: How) {
            let entry = vault.entry(&self.name, std::time::Duration::from_secs(5)).expect("free");
            entry.put(expected, &contents(token, secret), how).expect("put");
        }

        /// As the first machine does before it sends this to the database.
        fn journal(&self, token: &str, name: &str) {
            let realm = self.one.own();
            let stored = realm.stored(&self.name).expect("read").expect("there");
            let last = realm.open_newest(&self.name, &stored).expect("opens");
            let next =
                Record::next(Some(&last), last.number + 1, &contents(token, "s"), How::Refreshed.into(), Stamp::now());
            let version = Version { generation: next.number, ..stored.version };
            let sealed = seal(&realm.keys.newest, name, (stored.id, version), next.to_text()).expect("sealed");
            let line =
                format!("{:032x} {:016x} {:016x}", u128::from_be_bytes(stored.id), version.generation, version.fence);
            let folder = self.path().parent().expect("a folder").to_owned();
            fs::create_dir_all(folder).expect("ours");
            fs::write(self.path(), [format!("tokenwright reply 1\n{line}\n").as_bytes(), &sealed.body].concat())
                .expect("ours");
        }

        fn path(&self) -> PathBuf {
            let entries = fs::read_dir(self.folder.path().join("one")).expect("a store");
            let mut folders = entries.map(|entry| entry.expect("read").path());
            let shared = folders.find(|path| path.to_string_lossy().contains("/shared-")).expect("one");
            shared.join("replies").join(&self.name)
        }

        /// What the next holder on the first machine finds: what became of the reply, and the token, secret and number stored.
        fn found(&self) -> Outcome {
            let entry = self.one.entry(&self.name, std::time::Duration::from_secs(5)).expect("free");
            let mut replies = self.one.take_replies();
            assert!(replies.len() < 2);
            let what = replies.pop().map(|reply| match reply {
                Reply::Saved(_) => "saved",
                Reply::Superseded(_) => "superseded",
                Reply::Forgotten(_) => "forgotten",
                Reply::Damaged { .. } => "damaged",
            });
            assert!(!self.path().exists());
            let record = entry.get().expect("read");
            let stored = record.map(|record| {
                let tokens = record.contents.tokens.expect("tokens");
                let secret = record.contents.secrets.client_secret;
                (tokens.access_token.expose().to_owned(), secret.expose().to_owned(), record.number)
            });
            (what, stored)
        }
    }

    type Outcome = (Option<&'static str>, Option<(String, String, u64)>);

    fn outcome(what: impl Into<Option<&'static str>>, token: &str, secret: &str, number: u64) -> Outcome {
        (what.into(), Some((token.to_owned(), secret.to_owned(), number)))
    }

    #[test]
    #[ignore = "needs postgresql"]
    fn a_reply_counts_as_long_as_the_tokens_are_there_that_it_answered() {
        let cluster = Cluster::start();
        cluster.database("team");
        let ground = Ground::new(&cluster, "a");
        assert_eq!(ground.found(), outcome("saved", "2", "s", 2), "nothing else happened");
        assert_eq!(ground.found(), outcome(None, "2", "s", 2), "once");
        let line = ground.two.own().record("a").expect("read").expect("there").history.last().cloned().expect("a line");
        assert_eq!((line.how, line.by), (How::Refreshed, Some(By::this())));

        let ground = Ground::new(&cluster, "b");
        let entry = ground.two.entry("b", std::time::Duration::from_secs(5)).expect("free");
        // Within a service's grace period, the same refresh is sent once more.
        let noted = entry.in_flight().expect("read").expect("a note");
        entry.begin_refresh(&noted).expect("noted");
        drop(entry);
        assert_eq!(ground.found(), outcome("saved", "2", "s", 2), "another machine raised the fence");
        assert!(ground.two.own().in_flight("b").expect("read").is_none(), "it answers the note");

        let ground = Ground::new(&cluster, "c");
        ground.put(&ground.two, Some(1), "1", "changed", How::Saved);
        assert_eq!(ground.found(), outcome("saved", "2", "changed", 3), "another machine changed something else");

        let ground = Ground::new(&cluster, "d");
        ground.put(&ground.two, Some(1), "9", "s", How::Refreshed);
        assert_eq!(ground.found(), outcome("superseded", "9", "s", 2), "another machine has newer ones");

        let ground = Ground::new(&cluster, "e");
        ground.two.entry("e", std::time::Duration::from_secs(5)).expect("free").erase().expect("removed");
        assert_eq!(ground.found(), (Some("forgotten"), None));

        let ground = Ground::new(&cluster, "f");
        ground.two.entry("f", std::time::Duration::from_secs(5)).expect("free").erase().expect("removed");
        ground.put(&ground.two, None, "1", "s", How::SignedIn);
        assert_eq!(ground.found(), outcome("superseded", "1", "s", 1), "the same tokens, but another secret");

        let ground = Ground::new(&cluster, "g");
        let old = fs::read(ground.path()).expect("read");
        assert_eq!(ground.found().0, Some("saved"));
        fs::write(ground.path(), &old).expect("ours");
        assert_eq!(ground.found(), outcome(None, "2", "s", 2), "saved before: it says nothing");
        ground.put(&ground.two, Some(2), "3", "s", How::Refreshed);
        fs::write(ground.path(), &old).expect("ours");
        assert_eq!(ground.found(), outcome(None, "3", "s", 3), "an old one that comes back changes nothing");
    }

    #[test]
    #[ignore = "needs postgresql"]
    fn what_is_no_reply_of_the_profile_is_set_aside() {
        let cluster = Cluster::start();
        cluster.database("team");
        let ground = Ground::new(&cluster, "a");
        let whole = fs::read(ground.path()).expect("read");
        let mut changed: Vec<Vec<u8>> =
            (0..whole.len()).step_by(7).map(|at| [&whole[..at], &[whole[at] ^ 1], &whole[at + 1..]].concat()).collect();
        changed.extend([Vec::new(), whole[..whole.len() - 1].to_vec(), [&whole[..], b"\0"].concat()]);
        for bytes in changed {
            fs::write(ground.path(), bytes).expect("ours");
            assert_eq!(ground.found(), outcome("damaged", "1", "s", 1));
        }
        ground.journal("2", "another");
        assert_eq!(ground.found(), outcome("damaged", "1", "s", 1), "sealed for another profile");
        fs::remove_file(ground.path().with_extension("damaged")).expect("ours");
        fs::create_dir(ground.path()).expect("ours");
        assert_eq!(ground.found(), outcome("damaged", "1", "s", 1), "no file");
        fs::write(ground.path(), whole).expect("ours");
        assert_eq!(ground.found(), outcome("saved", "2", "s", 2));
    }
}
