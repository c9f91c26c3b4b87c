//! A team: several members whose machines use the same profiles, in a store that they share.
//!
//! The secrets of a team have a random key of their own, which the store has only sealed for each member's public key. Who
//! leaves knows it, so a removal makes another key; what is written from then on is sealed with that one. A member knows the
//! team by an id that only members can read, and refuses a list of members of another team, or an older one.

mod document;
mod error;
mod identity;
mod membership;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::durable::{self, FileError};
use crate::secret::Secret;
use crate::store::{Engine, Store, StoreError, TeamStore, VaultLock};
use crate::vault::realm::{Keys, Realm};
use crate::vault::team::document::Opened;
use crate::vault::team::identity::{Identity, fingerprint};
use crate::vault::{Contents, How, Vault, VaultError};

pub(in crate::vault) use crate::vault::team::document::Document;
pub use crate::vault::team::document::{Member, Request};
pub use crate::vault::team::error::TeamError;
#[cfg(any(test, fuzzing))]
pub(in crate::vault) use crate::vault::team::identity::{Identity as MemberKey, wrap_for};
pub(in crate::vault) use crate::vault::team::membership::proposed_member_name;
pub use crate::vault::team::membership::{Standing, TeamStatus};

/// The record in this machine's own vault that has the key of this member, and what is known of the team.
const MEMBER: &str = "_member";
/// A key file has a few lines.
const KEY_FILE_LIMIT: u64 = 64 * 1024;

/// The way to the secrets of a team. Clones share it.
#[derive(Clone, Debug, Default)]
pub(in crate::vault) struct Team(Option<Arc<Access>>);

#[derive(Debug)]
struct Access {
    store: Store,
    /// The keys, for the store that they were read from.
    realm: Mutex<Option<(Arc<TeamStore>, Realm)>>,
}

/// What this machine knows of its membership. In its own vault, so that nobody else can change it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Known {
    /// The text of the identity; `None` if it is in a file.
    identity: Option<Secret>,
    /// The id of the team, once it was seen.
    team: Option<String>,
    /// The fingerprint that the team must have, as a member told this one.
    expected: Option<String>,
    /// The number of the newest list of members that was seen.
    number: u64,
}

impl Team {
    pub(in crate::vault) fn of(store: &Store) -> Self {
        Self(Some(Arc::new(Access { store: store.clone(), realm: Mutex::default() })))
    }

    /// Whether a profile is the team's.
    pub(in crate::vault) fn is_shared(&self, name: &str) -> Result<bool, StoreError> {
        self.0.as_ref().map_or(Ok(false), |access| access.store.is_shared(name))
    }

    /// The secrets of the team.
    pub(in crate::vault) fn realm(&self, vault: &Vault) -> Result<Realm, VaultError> {
        let (access, team) = self.joined()?;
        let known = access.realm.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match known {
            Some((of, realm)) if Arc::ptr_eq(&of, &team) => Ok(realm),
            _ => self.realm_anew(vault),
        }
    }

    /// The same, with the keys that the team has by now.
    pub(in crate::vault) fn realm_anew(&self, vault: &Vault) -> Result<Realm, VaultError> {
        let (access, team) = self.joined()?;
        let store = team.engine()?;
        let (_, _, opened) = opened(vault, &team, &store)?;
        let keys = Keys { mark: Some(opened.key.mark()), newest: opened.key, earlier: opened.earlier };
        let realm = Realm { store, keys, is_team: true };
        *access.realm.lock().unwrap_or_else(PoisonError::into_inner) = Some((team, realm.clone()));
        Ok(realm)
    }

    /// Whether this machine uses a team's store.
    pub(in crate::vault) fn is_joined(&self) -> bool {
        self.joined().is_ok()
    }

    fn joined(&self) -> Result<(&Access, Arc<TeamStore>), VaultError> {
        let access = self.0.as_deref().ok_or(TeamError::None)?;
        Ok((access, access.store.team().ok_or(TeamError::None)?))
    }

    /// The keys are read again when they are needed next.
    fn forget_keys(&self) {
        if let Some(access) = &self.0 {
            *access.realm.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}

/// The document of the team as this member sees it.
fn opened(
    vault: &Vault,
    team: &TeamStore,
    store: &Arc<dyn Engine>,
) -> Result<(Document, VaultLock, Opened), VaultError> {
    let place = || store.place().to_owned();
    let known = known(vault)?;
    let identity = identity(team, &known)?.ok_or_else(|| TeamError::NotMember { place: place(), team: None })?;
    let (document, lock) = read(store)?.ok_or_else(|| TeamError::NoTeam { place: place() })?;
    let Some(opened) = document.open(&identity, &lock)? else {
        let recipient = identity.recipient();
        let asks = document.requests.iter().any(|request| request.recipient == recipient);
        let error = if asks {
            TeamError::NotAdmitted { place: place(), fingerprint: fingerprint("member", recipient.as_bytes()) }
        } else {
            TeamError::NotMember { place: place(), team: known.team.map(|id| fingerprint("team", id.as_bytes())) }
        };
        return Err(error.into());
    };
    check(vault, store.place(), &known, &opened)?;
    Ok((document, lock, opened))
}

/// Refuses another team than the one known, and an older list of its members. Remembers what is newer.
fn check(vault: &Vault, place: &Path, known: &Known, opened: &Opened) -> Result<(), VaultError> {
    let found = fingerprint("team", opened.roster.id.as_bytes());
    let expected = known.team.as_ref().map(|id| fingerprint("team", id.as_bytes())).or(known.expected.clone());
    if let Some(expected) = expected.filter(|expected| *expected != found) {
        return Err(TeamError::OtherTeam { place: place.to_owned(), found, expected }.into());
    }
    if opened.roster.number < known.number {
        return Err(TeamError::OlderMembers {
            place: place.to_owned(),
            found: opened.roster.number,
            known: known.number,
        }
        .into());
    }
    let next = Known { team: Some(opened.roster.id.clone()), number: opened.roster.number, ..known.clone() };
    if next == *known { Ok(()) } else { remember(vault, &next) }
}

/// The team's document; `None` if its store has none.
fn read(store: &Arc<dyn Engine>) -> Result<Option<(Document, VaultLock)>, VaultError> {
    let Some(lock) = store.vault_lock()? else { return Ok(None) };
    match Document::read(&lock)? {
        Some(document) => Ok(Some((document, lock))),
        None if store.secrets()?.is_empty() => Ok(None),
        None => Err(TeamError::OtherVault { place: store.place().to_owned() }.into()),
    }
}

fn known(vault: &Vault) -> Result<Known, VaultError> {
    let Some(record) = vault.own().record(MEMBER)? else { return Ok(Known::default()) };
    let inputs = record.contents.secrets.inputs;
    let text = |name: &str| inputs.get(name).map(|text| text.expose().to_owned());
    Ok(Known {
        identity: inputs.get("identity").cloned(),
        team: text("team"),
        expected: text("expected"),
        number: text("number").and_then(|text| text.parse().ok()).unwrap_or_default(),
    })
}

fn remember(vault: &Vault, known: &Known) -> Result<(), VaultError> {
    let entry = vault.lease_own(MEMBER)?;
    let last = entry.get()?;
    let mut contents = Contents::default();
    let number = (known.number > 0).then(|| known.number.to_string());
    let texts = [("team", &known.team), ("expected", &known.expected), ("number", &number)];
    let texts = texts.into_iter().filter_map(|(name, text)| Some((name, Secret::new(text.as_deref()?))));
    let identity = known.identity.clone().map(|identity| ("identity", identity));
    contents.secrets.inputs.extend(texts.chain(identity).map(|(name, text)| (name.to_owned(), text)));
    entry.put(last.map(|last| last.number), &contents, How::Saved).map(drop)
}

/// The key of this member: in a file if the place says so, else in the vault. `None` if there is none yet.
fn identity(team: &TeamStore, known: &Known) -> Result<Option<Identity>, VaultError> {
    let (text, path) = match &team.place().key_file {
        Some(path) => (read_key_file(path)?, path.clone()),
        None => (known.identity.clone(), PathBuf::from("vault")),
    };
    let Some(text) = text else { return Ok(None) };
    Ok(Some(Identity::from_text(&text).ok_or(TeamError::KeyFile { path })?))
}

/// `None` if there is no such file.
fn read_key_file(path: &Path) -> Result<Option<Secret>, VaultError> {
    let bytes = durable::read(path, KEY_FILE_LIMIT).map_err(FileError::at("read", path)).map_err(StoreError::from)?;
    Ok(bytes.map(|bytes| Secret::new(String::from_utf8_lossy(&zeroize::Zeroizing::new(bytes)))))
}

/// Writes a key file, for this user only.
fn write_key_file(path: &Path, identity: &Identity) -> Result<(), VaultError> {
    let text = identity.to_text();
    let text = zeroize::Zeroizing::new(format!("# public key: {}\n{}\n", identity.recipient(), text.expose()));
    let written = durable::write_private(path, text.as_bytes());
    Ok(written.map_err(FileError::at("write", path)).map_err(StoreError::from)?)
}
