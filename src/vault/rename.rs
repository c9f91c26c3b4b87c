//! Gives a profile another name. The name is part of what its secrets are sealed with, so they are sealed anew.

use crate::store::{Resealed, Seen, Written};
use crate::vault::key::fill;
use crate::vault::seal::seal;
use crate::vault::{Entry, VaultError};

impl Entry {
    /// Gives the profile the name of another entry, which must be of the same place and have nothing: its plain part and its
    /// secrets, with history and the note of a refresh, in one step. [`VaultError::NameTaken`] if there is something.
    pub fn rename(&self, to: &Self) -> Result<(), VaultError> {
        self.in_realm(|realm| {
            let (from, to) = (&self.0, &to.0);
            let secret = match self.newest(realm)? {
                None => None,
                Some((stored, newest)) => {
                    let mut id = [0; 16];
                    fill(&mut id)?;
                    let sealed = stored.newest.into_iter().map(|sealed| (sealed.version, newest.clone()));
                    // One that does not open any more is of no use under another name either.
                    let earlier = realm.store.earlier(&from.name)?.into_iter().filter_map(|sealed| {
                        let record = realm.open_body(&from.name, &sealed).ok()?;
                        Some((sealed.version, record))
                    });
                    let bodies = sealed
                        .chain(earlier)
                        .map(|(version, record)| seal(&realm.keys.newest, &to.name, (id, version), record.to_text()));
                    let read = Seen { id: stored.id, version: stored.version };
                    Some(Resealed { read, bodies: bodies.collect::<Result<_, _>>()? })
                }
            };
            // Nothing may be known of the other name that is not there: that would be lost tokens.
            realm.stored(&to.name)?;
            let written = from.row.rename(&*to.row, secret.as_ref(), realm.keys.mark.as_ref())?;
            let read = secret.map(|secret| secret.read.version);
            let name = if written == Written::NameTaken { &to.name } else { &from.name };
            realm.written(name, written, read)
        })
    }
}
