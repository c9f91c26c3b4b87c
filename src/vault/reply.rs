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
                Diagnosis::new(format!("{origin} were dropped, since the profile was forgotten in the meantime"))
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
    Predecessor(Option<(Seen, Option<Record>)>),
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
        Found::Predecessor(Some((seen, Some(newest))))
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
fn next(last: Option<(Seen, Option<Record>)>, late: &Record, line: &Generation) -> Next {
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
