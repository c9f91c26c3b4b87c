//! Founding a team, asking to be let in, letting in, removing: each replaces the team's document in one step, and is done again
//! on the newer one if somebody else was faster.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::store::{Engine, TeamStore, VaultLock};
use crate::vault::generation::By;
use crate::vault::key::{Key, fill};
use crate::vault::seal::unseal;
use crate::vault::team::document::{Document, Opened, Roster, is_member_name};
use crate::vault::team::identity::{Identity, fingerprint};
use crate::vault::team::{
    Known, Member, Request, TeamError, check, identity, known, opened, read, remember, write_key_file,
};
use crate::vault::{Vault, VaultError};

/// How often a document is replaced that others replace as well, before this gives up.
const MOST_TRIES: usize = 16;

/// A team as this machine sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamStatus {
    /// The database.
    pub place: PathBuf,
    /// Of this member's public key: what the member who lets this one in compares.
    pub fingerprint: String,
    /// What this machine is to the team.
    pub standing: Standing,
}

/// What a machine is to a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not a member, and not asking.
    Stranger,
    /// Waits to be let in under this name.
    Asking {
        /// The name asked for.
        name: String,
    },
    /// A member.
    Member {
        /// What the team is called.
        team: String,
        /// Of the team: what somebody compares who is let in.
        fingerprint: String,
        /// What this member is called.
        name: String,
        /// All members, in the order in which they came.
        members: Vec<Member>,
        /// Who asks to be let in.
        requests: Vec<Request>,
        /// Whether a removal was begun and not finished: some secrets may still be sealed with the key before.
        is_removal_unfinished: bool,
    },
}

impl Vault {
    /// Makes the store's team, with this machine as its first member.
    pub fn found_team(&self, team: &str, member: &str) -> Result<TeamStatus, VaultError> {
        check_name(member)?;
        let place = self.team_place()?;
        let store = place.engine()?;
        let (identity, _) = self.own_identity(&place)?;
        let mut id = [0; 16];
        fill(&mut id)?;
        let id = format!("{:032x}", u128::from_be_bytes(id));
        let recipient = identity.recipient();
        let first = Member { name: member.to_owned(), recipient, admitted_by: member.to_owned(), at: Timestamp::now() };
        let roster = Roster { id, name: team.to_owned(), number: 1, members: vec![first] };
        let opened = Opened { key: Key::fresh()?, earlier: Vec::new(), roster };
        let there = match store.vault_lock()? {
            None => None,
            Some(lock) if Document::read(&lock)?.is_some() => {
                return Err(TeamError::TeamExists { place: store.place().to_owned() }.into());
            }
            // One that nothing is sealed with.
            Some(lock) if store.secrets()?.is_empty() => Some(lock),
            Some(_) => return Err(TeamError::OtherVault { place: store.place().to_owned() }.into()),
        };
        if !store.set_vault_lock(there.as_ref(), &Document::write(&opened, Vec::new())?)? {
            return Err(TeamError::TeamExists { place: store.place().to_owned() }.into());
        }
        check(self, store.place(), &Known { team: None, number: 0, ..known(self)? }, &opened)?;
        self.team().forget_keys();
        self.team_status()
    }

    /// Asks to be let in. `expected` is the fingerprint of the team, if a member has told it. Asking again changes nothing.
    pub fn ask_to_join(&self, member: &str, expected: Option<&str>) -> Result<TeamStatus, VaultError> {
        check_name(member)?;
        let place = self.team_place()?;
        let store = place.reader()?.ok_or_else(|| TeamError::NoTeam { place: place.shown() })?;
        let (identity, known) = self.own_identity(&place)?;
        if expected.is_some() && known.expected.as_deref() != expected {
            remember(self, &Known { expected: expected.map(str::to_owned), ..known })?;
        }
        let request =
            Request { name: member.to_owned(), recipient: identity.recipient(), host: host(), at: Timestamp::now() };
        replace(&*store, |document, lock| {
            if document.open(&identity, lock)?.is_some() {
                return Ok(None);
            }
            let mut requests = document.requests.clone();
            requests.retain(|known| known.recipient != request.recipient);
            requests.push(request.clone());
            Ok(Some(document.with_requests(requests, lock)))
        })?;
        self.team_status()
    }

    /// Reads the list of members again before a secret of the team is opened: it may have changed, and this machine's name be
    /// gone from it.
    pub fn reread_team(&self) {
        self.team().forget_keys();
    }

    /// Lets somebody in who asks. `fingerprint` must be that of the public key that came with the request.
    pub fn admit(&self, member: &str, fingerprint_said: &str) -> Result<TeamStatus, VaultError> {
        self.change_members(|opened, requests| {
            let place = || self.team_place().map(|team| team.shown()).unwrap_or_default();
            let fits = |request: &&Request| request.name == member && request_fingerprint(request) == fingerprint_said;
            let Some(request) = requests.iter().find(fits).cloned() else {
                let found = requests.iter().filter(|request| request.name == member).map(request_fingerprint).collect();
                return Err(TeamError::NoRequest { place: place(), member: member.to_owned(), found }.into());
            };
            if opened.roster.members.iter().any(|known| known.name == member && known.recipient != request.recipient) {
                return Err(TeamError::NameTaken { member: member.to_owned() }.into());
            }
            let by = self.own_name(opened)?;
            let admitted =
                Member { name: request.name, recipient: request.recipient, admitted_by: by, at: Timestamp::now() };
            requests.retain(|other| other.recipient != admitted.recipient);
            opened.roster.members.retain(|other| other.recipient != admitted.recipient);
            opened.roster.members.push(admitted);
            Ok(())
        })
    }

    /// Takes a request back, of whoever asks under this name.
    pub fn refuse(&self, member: &str) -> Result<TeamStatus, VaultError> {
        self.change_members(|_, requests| {
            requests.retain(|request| request.name != member);
            Ok(())
        })
    }

    /// Removes a member and makes another key: all that is written from now on is sealed with that one. What was written
    /// before stays open to who was removed, until each secret has a new generation and [`Vault::finish_removal`] is called.
    pub fn remove_member(&self, member: &str) -> Result<TeamStatus, VaultError> {
        let next = Key::fresh()?;
        self.change_members(|opened, _| {
            let own = self.own_name(opened)?;
            let Some(at) = opened.roster.members.iter().position(|known| known.name == member) else {
                return Err(TeamError::NoMember { member: member.to_owned() }.into());
            };
            if own == member {
                return Err(TeamError::RemovesItself { member: member.to_owned() }.into());
            }
            opened.roster.members.remove(at);
            opened.earlier.insert(0, opened.key.clone());
            opened.key = next.clone();
            Ok(())
        })
    }

    /// The names of the team's secrets that are sealed with a key that somebody knows who was removed.
    pub fn sealed_before(&self) -> Result<Vec<String>, VaultError> {
        let realm = self.team().realm_anew(self)?;
        let mut before = Vec::new();
        for name in realm.store.secrets()? {
            let stored = realm.store.stored(&name)?;
            let newest = stored.as_ref().and_then(|stored| stored.newest.as_ref());
            if newest.is_some_and(|sealed| unseal(&realm.keys.newest, &name, sealed).is_none()) {
                before.push(name);
            }
        }
        Ok(before)
    }

    /// Drops the keys before the newest, which what was forgotten is sealed with anew first. Fails if a secret needs one.
    pub fn finish_removal(&self) -> Result<TeamStatus, VaultError> {
        let left = self.sealed_before()?;
        if let Some(profile) = left.first() {
            return Err(TeamError::SealedBefore { profile: profile.clone(), count: left.len() }.into());
        }
        self.team().realm_anew(self)?.reseal_forgotten()?;
        self.change_members(|opened, _| {
            opened.earlier.clear();
            Ok(())
        })
    }

    /// What this machine is to the team; fails with [`TeamError::None`] if there is none.
    pub fn team_status(&self) -> Result<TeamStatus, VaultError> {
        let place = self.team_place()?;
        let known = known(self)?;
        let Some(identity) = identity(&place, &known)? else {
            return Ok(TeamStatus { place: place.shown(), fingerprint: String::new(), standing: Standing::Stranger });
        };
        let recipient = identity.recipient();
        let store = place.reader()?.ok_or_else(|| TeamError::NoTeam { place: place.shown() })?;
        let status = |standing| TeamStatus {
            place: store.place().to_owned(),
            fingerprint: fingerprint("member", recipient.as_bytes()),
            standing,
        };
        let standing = match opened(self, &place, &store) {
            Ok((document, _, opened)) => Standing::Member {
                team: opened.roster.name.clone(),
                fingerprint: fingerprint("team", opened.roster.id.as_bytes()),
                name: self.own_name(&opened)?,
                requests: document.requests,
                is_removal_unfinished: !opened.earlier.is_empty(),
                members: opened.roster.members,
            },
            Err(VaultError::Team(TeamError::NotMember { .. })) => Standing::Stranger,
            Err(VaultError::Team(TeamError::NotAdmitted { .. })) => {
                let asked = read(&store)?.and_then(|(document, _)| {
                    document.requests.into_iter().find(|request| request.recipient == recipient)
                });
                asked.map_or(Standing::Stranger, |request| Standing::Asking { name: request.name })
            }
            Err(error) => return Err(error),
        };
        Ok(status(standing))
    }

    /// Forgets the key of this member and the team. The team goes on to have it as a member until another removes it.
    pub fn leave_team(&self) -> Result<(), VaultError> {
        self.lease_own(super::MEMBER)?.erase()?;
        self.team().forget_keys();
        Ok(())
    }

    fn change_members(
        &self,
        change: impl Fn(&mut Opened, &mut Vec<Request>) -> Result<(), VaultError>,
    ) -> Result<TeamStatus, VaultError> {
        let place = self.team_place()?;
        let store = place.engine()?;
        for _ in 0..MOST_TRIES {
            let (document, lock, mut opened) = opened(self, &place, &store)?;
            let mut requests = document.requests.clone();
            change(&mut opened, &mut requests)?;
            opened.roster.number = opened.roster.number.saturating_add(1);
            if store.set_vault_lock(Some(&lock), &Document::write(&opened, requests)?)? {
                check(self, store.place(), &known(self)?, &opened)?;
                self.team().forget_keys();
                return self.team_status();
            }
        }
        Err(VaultError::Replaced { place: store.place().to_owned() })
    }

    fn team_place(&self) -> Result<std::sync::Arc<TeamStore>, VaultError> {
        Ok(self.team().joined()?.1)
    }

    fn own_name(&self, opened: &Opened) -> Result<String, VaultError> {
        let place = self.team_place()?;
        let recipient = identity(&place, &known(self)?)?.map(|identity| identity.recipient());
        let own = opened.roster.members.iter().find(|member| Some(&member.recipient) == recipient.as_ref());
        Ok(own.map(|member| member.name.clone()).unwrap_or_default())
    }

    /// The key of this member, which is made if there is none.
    fn own_identity(&self, team: &TeamStore) -> Result<(Identity, Known), VaultError> {
        let mut known = known(self)?;
        if let Some(identity) = identity(team, &known)? {
            return Ok((identity, known));
        }
        let fresh = Identity::fresh();
        match &team.place().key_file {
            None => {
                known.identity = Some(fresh.to_text());
                remember(self, &known)?;
            }
            Some(path) => write_key_file(path, &fresh)?,
        }
        // Another process may have made one at the same moment.
        let made = identity(team, &super::known(self)?)?.unwrap_or(fresh);
        Ok((made, known))
    }
}

fn request_fingerprint(request: &Request) -> String {
    fingerprint("member", request.recipient.as_bytes())
}

impl Request {
    /// Of the public key that came with the request.
    pub fn fingerprint(&self) -> String {
        request_fingerprint(self)
    }
}

impl Member {
    /// Of the member's public key.
    pub fn fingerprint(&self) -> String {
        fingerprint("member", self.recipient.as_bytes())
    }
}

pub(in crate::vault) fn proposed_member_name() -> String {
    let user = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    fit(&user.map_or_else(host, |user| format!("{user}@{}", By::this().host)))
}

/// The name of this machine, as far as it can be shown.
fn host() -> String {
    fit(&By::this().host)
}

/// The nearest that a member can be called.
fn fit(text: &str) -> String {
    let is_fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
    let text: String = text.chars().map(|c| if is_fit(c) { c } else { '-' }).take(100).collect();
    if is_member_name(&text) { text } else { "unknown".to_owned() }
}

fn check_name(name: &str) -> Result<(), VaultError> {
    if is_member_name(name) { Ok(()) } else { Err(TeamError::MemberName { name: name.to_owned() }.into()) }
}

/// Replaces the document of a team with what `next` makes of it; `None` leaves it.
fn replace(
    store: &dyn Engine,
    next: impl Fn(Document, &VaultLock) -> Result<Option<VaultLock>, VaultError>,
) -> Result<(), VaultError> {
    for _ in 0..MOST_TRIES {
        let no_team = || TeamError::NoTeam { place: store.place().to_owned() };
        let lock = store.vault_lock()?.ok_or_else(no_team)?;
        let document = Document::read(&lock)?.ok_or_else(no_team)?;
        let Some(next) = next(document, &lock)? else { return Ok(()) };
        if store.set_vault_lock(Some(&lock), &next)? {
            return Ok(());
        }
    }
    Err(VaultError::Replaced { place: store.place().to_owned() })
}
