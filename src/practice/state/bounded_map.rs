//! A small map that forgets its oldest entry instead of growing. Of its keys, which may be codes and tokens, it keeps the
//! hash: enough to recognise one, not enough to use it. It is searched entry by entry: with a few hundred short entries
//! that costs less than one read from a socket.

use std::collections::VecDeque;

use sha2::{Digest as _, Sha256};

/// More entries than a person can make.
const MOST_ENTRIES: usize = 500;

/// Entries by key, oldest first.
#[derive(Debug)]
pub(crate) struct BoundedMap<V>(VecDeque<([u8; 32], V)>);

impl<V> Default for BoundedMap<V> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<V> BoundedMap<V> {
    /// Adds an entry as the newest, replacing one with this key.
    pub(crate) fn insert(&mut self, key: &str, value: V) {
        self.remove(key);
        if self.0.len() == MOST_ENTRIES {
            self.0.pop_front();
        }
        self.0.push_back((hash(key), value));
    }

    pub(crate) fn get(&self, key: &str) -> Option<&V> {
        self.position(key).map(|at| &self.0[at].1)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut V> {
        self.position(key).map(|at| &mut self.0[at].1)
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<V> {
        let at = self.position(key)?;
        self.0.remove(at).map(|(_, value)| value)
    }

    fn position(&self, key: &str) -> Option<usize> {
        let hash = hash(key);
        self.0.iter().position(|(known, _)| *known == hash)
    }
}

fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_map_forgets_its_oldest_entry() {
        let mut map = BoundedMap::default();
        for number in 0..=MOST_ENTRIES {
            map.insert(&number.to_string(), ());
        }
        assert!(map.get("0").is_none() && map.get("1").is_some());
        assert!(map.remove("1").is_some() && map.get("1").is_none());
    }

    #[test]
    fn an_entry_that_is_inserted_again_takes_no_further_place() {
        let mut map = BoundedMap::default();
        map.insert("0", "first");
        for _ in 0..MOST_ENTRIES {
            map.insert("1", "again");
        }
        assert_eq!((map.get("0"), map.get("1")), (Some(&"first"), Some(&"again")));
    }
}
