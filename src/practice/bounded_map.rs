//! A small map that forgets its oldest entry instead of growing. It is searched entry by entry: with a few hundred
//! short entries that costs less than one read from a socket.

use std::collections::VecDeque;

/// Far more entries than a person can make, few enough for any machine.
const MOST_ENTRIES: usize = 500;

/// Entries by key, oldest first.
#[derive(Debug)]
pub(crate) struct BoundedMap<K, V>(VecDeque<(K, V)>);

impl<K, V> Default for BoundedMap<K, V> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<K: PartialEq, V> BoundedMap<K, V> {
    /// Adds an entry as the newest, in place of the one with this key.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        self.remove(&key);
        if self.0.len() == MOST_ENTRIES {
            self.0.pop_front();
        }
        self.0.push_back((key, value));
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.0.iter_mut().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let at = self.0.iter().position(|(known, _)| known == key)?;
        self.0.remove(at).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_map_forgets_its_oldest_entry() {
        let mut map = BoundedMap::default();
        for number in 0..=MOST_ENTRIES {
            map.insert(number, ());
        }
        assert!(map.get(&0).is_none() && map.get(&1).is_some());
        assert!(map.remove(&1).is_some() && map.get(&1).is_none());
    }

    #[test]
    fn an_entry_that_is_inserted_again_takes_no_further_place() {
        let mut map = BoundedMap::default();
        map.insert(0, "first");
        for _ in 0..MOST_ENTRIES {
            map.insert(1, "again");
        }
        assert_eq!((map.get(&0), map.get(&1)), (Some(&"first"), Some(&"again")));
    }
}
