//! A value that can be told from what it was before, without comparing it.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};

/// A value with a number that is another one as soon as it may have been changed. What is computed from a long list is kept
/// by it. A copy has the same number until one of both is changed.
#[derive(Clone, Debug)]
pub struct Versioned<T> {
    value: T,
    version: u64,
}

impl<T> Versioned<T> {
    /// Never that of a value that differs, whichever it belonged to.
    pub fn version(&self) -> u64 {
        self.version
    }
}

impl<T> From<T> for Versioned<T> {
    fn from(value: T) -> Self {
        Self { value, version: next() }
    }
}

impl<T: Default> Default for Versioned<T> {
    fn default() -> Self {
        Self::from(T::default())
    }
}

impl<T> Deref for Versioned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Versioned<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.version = next();
        &mut self.value
    }
}

fn next() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_stays_while_it_is_read_and_is_another_one_once_it_was_changed() {
        let mut list = Versioned::from(vec![1]);
        let before = list.version();
        assert_eq!(list.len(), 1);
        let copy = list.clone();
        assert_eq!((list.version(), copy.version()), (before, before));
        list.push(2);
        assert_ne!(list.version(), before);
        assert_eq!(copy.version(), before);
        assert_ne!(Versioned::from(vec![1]).version(), before);
    }
}
