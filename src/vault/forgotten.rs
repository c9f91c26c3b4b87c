//! Forgets profiles so that they can be brought back. What is sealed stays as it is; only when a team gets another key is it sealed
//! anew, as everything else.

use crate::secret::Secret;
use crate::service::ProfileName;
use crate::store::{Forgetting, Seen, Version};
use crate::vault::generation::{Change, How, Stamp};
use crate::vault::realm::Realm;
use crate::vault::seal::{seal, unseal};
use crate::vault::{Contents, Entry, Record, Vault, VaultError};

impl Entry {
    /// Removes the profile as [`Entry::erase`] does, but so that it can be brought back.
    pub fn forget(&self) -> Result<(), VaultError> {
        // What cannot be read can be brought back, and has no client that could be deleted.
        let newest = self.in_realm(|realm| self.newest(realm)).ok().flatten();
        let has_client = newest.is_some_and(|(_, record)| has_client(&record.contents));
        Ok(self.0.row.forget(Forgetting { newest_only: false, has_client })?)
    }

    /// The same without any tokens: neither the newest nor those to go back to are left. What token requests are made from, such
    /// as the client's secret, stays.
    pub fn forget_signed_out(&self) -> Result<(), VaultError> {
        let has_client = self.in_realm(|realm| self.sign_out(realm))?;
        Ok(self.0.row.forget(Forgetting { newest_only: true, has_client })?)
    }

    /// Whether it has a registered client.
    fn sign_out(&self, realm: &Realm) -> Result<bool, VaultError> {
        let Some((stored, last)) = self.newest(realm)? else { return Ok(false) };
        let has_client = has_client(&last.contents);
        let mut secrets = last.contents.secrets.clone();
        secrets.refresh_token = Secret::default();
        let contents = Contents { secrets, ..Contents::default() };
        let number = last.number.saturating_add(1);
        let mut next = Record::next(Some(&last), number, &contents, Change::New(How::Saved), Stamp::now());
        next.history.earlier.clear();
        let seen = Seen { id: stored.id, version: stored.version };
        let version = Version { generation: number, ..stored.version };
        realm.put(&*self.0.row, &self.0.name, (Some(seen), version), (&next, true))?;
        Ok(has_client)
    }

    /// Brings back what was forgotten under this number and the name of this entry. [`VaultError::NameTaken`] if there is
    /// something of that name, and [`VaultError::Conflict`] if it was erased.
    pub fn bring_back(&self, number: i64) -> Result<(), VaultError> {
        self.in_realm(|realm| {
            // Nothing may be known of the name that is not there: that would be lost tokens.
            realm.stored(&self.0.name)?;
            realm.written(&self.0.name, self.0.row.bring_back(number)?, None)
        })
    }
}

impl Vault {
    /// The newest of what was forgotten under this name and number, here or with the team; `None` if it was erased.
    pub fn forgotten(&self, name: &ProfileName, number: i64, shared: bool) -> Result<Option<Contents>, VaultError> {
        let realm = if shared { self.team().realm_anew(self)? } else { self.own() };
        let bodies = realm.store.forgotten_bodies(number)?;
        let newest = bodies.into_iter().max_by_key(|sealed| sealed.version.generation);
        newest.map(|sealed| Ok(realm.open_body(name.as_str(), &sealed)?.contents)).transpose()
    }
}

impl Realm {
    /// Seals with the newest key what was forgotten and is sealed with an earlier one. What opens with none of them stays as it is.
    pub(in crate::vault) fn reseal_forgotten(&self) -> Result<(), VaultError> {
        let forgotten = [self.store.forgotten()?, self.store.overdue()?].concat();
        for forgotten in forgotten.into_iter().filter(|forgotten| forgotten.has_secret) {
            let name = &forgotten.name;
            let mut anew = Vec::new();
            for sealed in self.store.forgotten_bodies(forgotten.number)? {
                if unseal(&self.keys.newest, name, &sealed).is_some() {
                    continue;
                }
                let mut earlier = self.keys.earlier.iter();
                if let Some(text) = earlier.find_map(|key| unseal(key, name, &sealed)) {
                    anew.push(seal(&self.keys.newest, name, (sealed.id, sealed.version), text)?);
                }
            }
            if !anew.is_empty() {
                self.store.reseal_forgotten(forgotten.number, anew)?;
            }
        }
        Ok(())
    }
}

/// Whether it has a registered client that can be deleted at its server.
fn has_client(contents: &Contents) -> bool {
    contents.secrets.registration.as_ref().is_some_and(|registration| registration.is_managed())
}
