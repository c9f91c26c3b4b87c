//! A small map that forgets its oldest entry instead of growing. Found by looking along it: with a few hundred
//! short entries that costs less than one read from a socket.

use std::collections::VecDeque;

/// How many entries of a kind are kept: far more than a person can make, little enough for any machine.
const MOST_KEPT: usize = 500;

/// Entries by key, oldest first.
#[derive(Debug)]
pub(crate) struct Shelf<K, V>(VecDeque<(K, V)>);

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<K: PartialEq, V> Shelf<K, V> {
    /// Adds an entry.
    pub(crate) fn put(&mut self, key: K, value: V) {
        if self.0.len() == MOST_KEPT {
            self.0.pop_front();
        }
        self.0.push_back((key, value));
    }

    /// Adds an entry in place of the one with this key; it counts as new.
    pub(crate) fn set(&mut self, key: K, value: V) {
        self.take(&key);
        self.put(key, value);
    }

    /// Looks one up.
    pub(crate) fn find(&self, key: &K) -> Option<&V> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// Looks one up, to change it.
    pub(crate) fn find_mut(&mut self, key: &K) -> Option<&mut V> {
        self.0.iter_mut().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// Takes one off.
    pub(crate) fn take(&mut self, key: &K) -> Option<V> {
        let at = self.0.iter().position(|(known, _)| known == key)?;
        self.0.remove(at).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_shelf_forgets_its_oldest_entry() {
        let mut shelf = Shelf::default();
        for number in 0..=MOST_KEPT {
            shelf.put(number, ());
        }
        assert!(shelf.find(&0).is_none() && shelf.find(&1).is_some());
        assert!(shelf.take(&1).is_some() && shelf.find(&1).is_none());
    }

    #[test]
    fn an_entry_that_is_set_again_takes_no_further_place() {
        let mut shelf = Shelf::default();
        shelf.put(0, "first");
        for _ in 0..MOST_KEPT {
            shelf.set(1, "again");
        }
        assert_eq!((shelf.find(&0), shelf.find(&1)), (Some(&"first"), Some(&"again")));
    }
}
