//! What the store of a team has of its members, in place of the lock of a vault: the key of the team's secrets sealed for each
//! member, the list of members sealed with that key, and who asks to be let in.
//!
//! Whoever can write to the database can change all of it, so only what the key authenticates is believed: the list of
//! members. Requests are anybody's, and compared by a person.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::store::VaultLock;
use crate::vault::VaultError;
use crate::vault::key::Key;
use crate::vault::seal::{open_roster, seal_roster, unwrap, wrap};
use crate::vault::team::identity::{Identity, is_recipient, wrap_for};

const FORMAT: u32 = 1;
const KIND: &str = "team";

/// The most members of a team, and the most requests: more would be a mistake or an attack.
const MOST: usize = 1000;

/// The members of a team, and what it is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::vault) struct Roster {
    /// Drawn once. Its hash is the fingerprint of the team.
    pub id: String,
    pub name: String,
    /// Rises with each change, so that an older list is noticed.
    pub number: u64,
    pub members: Vec<Member>,
}

/// Somebody who can open a team's secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// What the member is called.
    pub name: String,
    /// The public key (`age1…`).
    pub recipient: String,
    /// Who let the member in.
    pub admitted_by: String,
    /// When.
    pub at: Timestamp,
}

/// Somebody who asks to become a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// What they want to be called.
    pub name: String,
    /// Their public key (`age1…`).
    pub recipient: String,
    /// The machine that they asked from, by its own account.
    pub host: String,
    /// When, by that machine's clock.
    pub at: Timestamp,
}

/// The text that the store has, read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::vault) struct Document {
    format: u32,
    kind: String,
    /// The [`Roster`], sealed with the newest key.
    roster: String,
    /// The newest key, sealed for each member.
    keys: BTreeMap<String, String>,
    /// The keys before it, sealed with the newest; the latest first. They go once nothing is sealed with them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<Request>,
}

/// A document as a member sees it.
#[derive(Clone, Debug)]
pub(in crate::vault) struct Opened {
    pub key: Key,
    pub earlier: Vec<Key>,
    pub roster: Roster,
}

impl Document {
    /// `None` if the store has the lock of a vault without members.
    pub(in crate::vault) fn read(lock: &VaultLock) -> Result<Option<Self>, VaultError> {
        let damaged = |reason: &str| VaultError::LockDamaged { reason: reason.to_owned() };
        let Kind { format, kind } = serde_json::from_str(&lock.text).map_err(|error| damaged(&error.to_string()))?;
        if kind != KIND {
            return Ok(None);
        }
        if format != FORMAT {
            return Err(VaultError::NewerLock { version: format });
        }
        let mut read: Self = serde_json::from_str(&lock.text).map_err(|error| damaged(&error.to_string()))?;
        if read.keys.len() > MOST || read.earlier.len() > MOST {
            return Err(damaged("it has too many keys"));
        }
        // Whoever can write to the database can write these.
        read.requests.retain(|request| {
            is_member_name(&request.name) && is_recipient(&request.recipient) && is_member_name(&request.host)
        });
        read.requests.truncate(MOST);
        Ok(Some(read))
    }

    /// The document that says so, and its lock.
    pub(in crate::vault) fn write(opened: &Opened, requests: Vec<Request>) -> Result<VaultLock, VaultError> {
        let Opened { key, earlier, roster } = opened;
        let text = serde_json::to_vec(roster).expect("numbers and text are JSON");
        let keys = roster
            .members
            .iter()
            .map(|Member { recipient, .. }| Ok((recipient.clone(), BASE64.encode(wrap_for(recipient, key)?))));
        let earlier = earlier.iter().map(|earlier| Ok(BASE64.encode(wrap(key, earlier)?)));
        let document = Self {
            format: FORMAT,
            kind: KIND.to_owned(),
            roster: BASE64.encode(seal_roster(key, text)?),
            keys: keys.collect::<Result<_, VaultError>>()?,
            earlier: earlier.collect::<Result<_, VaultError>>()?,
            requests,
        };
        Ok(document.to_lock(key.mark()))
    }

    /// The text of a document whose list of members and key for `recipient` are what somebody put there.
    #[cfg(any(test, fuzzing))]
    pub(in crate::vault) fn forged(roster: &[u8], recipient: String, wrapped: &[u8], key: &Key) -> VaultLock {
        let keys = BTreeMap::from([(recipient, BASE64.encode(wrapped))]);
        let (roster, kind) = (BASE64.encode(roster), KIND.to_owned());
        let forged = Self { format: FORMAT, kind, roster, keys, earlier: Vec::new(), requests: Vec::new() };
        forged.to_lock(key.mark())
    }

    /// The same keys and members, with other requests.
    pub(in crate::vault) fn with_requests(self, requests: Vec<Request>, lock: &VaultLock) -> VaultLock {
        Self { requests, ..self }.to_lock(lock.mark)
    }

    fn to_lock(&self, mark: crate::store::Mark) -> VaultLock {
        VaultLock { text: serde_json::to_string(self).expect("numbers and text are JSON"), mark }
    }

    /// Opens it; `None` if nothing in it is sealed for this member.
    pub(in crate::vault) fn open(&self, identity: &Identity, lock: &VaultLock) -> Result<Option<Opened>, VaultError> {
        let damaged = |reason: &str| VaultError::LockDamaged { reason: reason.to_owned() };
        let recipient = identity.recipient();
        let Some(wrapped) = self.keys.get(&recipient) else { return Ok(None) };
        let bytes = |text: &str| BASE64.decode(text).map_err(|_| damaged("a key of the team is not Base64"));
        let key = identity.unwrap(&bytes(wrapped)?).ok_or_else(|| damaged("the key of the team does not open"))?;
        if key.mark() != lock.mark {
            return Err(damaged("its mark is another key's"));
        }
        let roster = open_roster(&key, &bytes(&self.roster)?).and_then(|text| serde_json::from_slice(&text).ok());
        let roster: Roster = roster.ok_or_else(|| damaged("the list of members does not open"))?;
        if !roster.members.iter().any(|member| member.recipient == recipient) {
            return Err(damaged("the list of members is another one's"));
        }
        let earlier = self
            .earlier
            .iter()
            .map(|text| unwrap(&key, &bytes(text)?).ok_or_else(|| damaged("an earlier key of the team does not open")));
        Ok(Some(Opened { earlier: earlier.collect::<Result<_, _>>()?, key, roster }))
    }
}

/// Read first, since the rest may differ in another format.
#[derive(Deserialize)]
struct Kind {
    format: u32,
    kind: String,
}

/// Whether somebody may be called so: it is shown, typed and compared by persons.
pub(in crate::vault) fn is_member_name(name: &str) -> bool {
    let is_fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
    (1..=100).contains(&name.len()) && name.chars().all(is_fit) && name.starts_with(|c: char| c.is_ascii_alphanumeric())
}
