//! What is stored elsewhere, copied as it is.

use crate::store::StoreError;
use crate::store::engine::{Plain, Sealed, Stored};
use crate::store::sqlite::{Sqlite, rows};

impl Sqlite {
    /// Has this secret, whatever was there before, or none.
    pub(in crate::store) fn copy_secret(&self, name: &str, sealed: Option<&Sealed>) -> Result<(), StoreError> {
        let (name, sealed) = (name.to_owned(), sealed.cloned());
        self.write(move |connection| {
            rows::remove_secret(connection, &name)?;
            sealed.map_or(Ok(()), |sealed| rows::put(connection, &name, None, &sealed, true, None).map(drop))
        })
    }

    /// Has nothing of this profile any more. A copy that could not be written is older, and does no harm.
    pub(in crate::store) fn forget(&self, name: &str) {
        let name = name.to_owned();
        let _ = self.write(move |connection| rows::remove(connection, &name));
    }

    /// Has these profiles as they are elsewhere, in one step.
    pub(in crate::store) fn copy_many(&self, read: Vec<(String, Plain, Option<Stored>)>) -> Result<(), StoreError> {
        if read.is_empty() {
            return Ok(());
        }
        self.write(move |connection| {
            for (name, plain, stored) in &read {
                if rows::profile(connection, name)? != *plain {
                    rows::save_profile(connection, name, plain)?;
                }
                let known = rows::stored(connection, name)?.and_then(|known| known.newest);
                let newest = stored.as_ref().and_then(|stored| stored.newest.as_ref());
                if known.as_ref() != newest {
                    rows::remove_secret(connection, name)?;
                    newest.map_or(Ok(()), |sealed| rows::put(connection, name, None, sealed, true, None).map(drop))?;
                }
            }
            Ok(())
        })
    }
}
