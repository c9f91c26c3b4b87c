//! What this process has read of the store, for as long as it hears of every commit: then nobody has to be asked for what has
//! not changed.
//!
//! What this process writes is forgotten before the write returns. What another process of this machine wrote is not returned
//! either, since it notes the version beside its lease; see [`Engine::recalled`] for what other machines write. Only who
//! writes needs more than that, and asks.
//!
//! [`Engine::recalled`]: crate::store::Engine::recalled

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::store::{Plain, Stored};

/// How many profiles are remembered: a few megabytes.
const MOST: usize = 1024;

#[derive(Default)]
pub(in crate::store) struct Memory(Mutex<State>);

#[derive(Default)]
struct State {
    /// `None` while commits may be missed.
    known: Option<HashMap<String, Known>>,
    /// What was read ahead, for who reads many.
    ahead: HashMap<String, Known>,
    /// Counts what was forgotten: a reading that began before may be older.
    forgotten: u64,
}

impl State {
    fn get(&self, name: &str) -> Option<&Known> {
        self.known.as_ref().and_then(|known| known.get(name)).or_else(|| self.ahead.get(name))
    }
}

#[derive(Default)]
struct Known {
    plain: Option<Plain>,
    stored: Option<Stored>,
}

/// When a reading began.
#[derive(Clone, Copy)]
pub(in crate::store) struct Reading(u64);

impl Memory {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on every commit is heard of.
    pub(in crate::store) fn begin(&self) {
        let mut state = self.state();
        state.known = Some(HashMap::new());
        state.forgotten += 1;
    }

    /// Commits may be missed from now on.
    pub(in crate::store) fn end(&self) {
        let mut state = self.state();
        state.known = None;
        state.forgotten += 1;
    }

    /// A profile has changed; an empty name stands for all.
    pub(in crate::store) fn forget(&self, name: &str) {
        let mut state = self.state();
        state.forgotten += 1;
        let State { known, ahead, .. } = &mut *state;
        for known in known.as_mut().into_iter().chain([ahead]) {
            if name.is_empty() {
                known.clear();
            } else {
                known.remove(name);
            }
        }
    }

    pub(in crate::store) fn reading(&self) -> Reading {
        Reading(self.state().forgotten)
    }

    pub(in crate::store) fn plain(&self, name: &str) -> Option<Plain> {
        self.state().get(name)?.plain.clone()
    }

    pub(in crate::store) fn stored(&self, name: &str) -> Option<Stored> {
        self.state().get(name)?.stored.clone()
    }

    /// Whether there is a profile of this name, or a secret, as far as that is known.
    pub(in crate::store) fn has(&self, name: &str) -> bool {
        let is_there = |plain: &Plain| plain.definition.is_some() || plain.draft.is_some();
        self.state().get(name).is_some_and(|known| known.stored.is_some() || known.plain.as_ref().is_some_and(is_there))
    }

    pub(in crate::store) fn read_plain(&self, Reading(began): Reading, name: &str, plain: &Plain) {
        self.learn(began, name, |known| known.plain = Some(plain.clone()));
    }

    pub(in crate::store) fn read_stored(&self, Reading(began): Reading, name: &str, stored: Option<&Stored>) {
        self.learn(began, name, |known| known.stored = stored.cloned());
    }

    /// This process has written a secret, and nobody another one since the reading began.
    pub(in crate::store) fn wrote(&self, Reading(began): Reading, name: &str, stored: Stored) {
        let mut state = self.state();
        let is_newest = state.forgotten == began;
        state.forgotten += 1;
        state.ahead.remove(name);
        if let Some(known) = state.known.as_mut().and_then(|known| known.get_mut(name)) {
            known.stored = Some(stored).filter(|_| is_newest);
        }
    }

    /// Replaces what was read ahead before.
    pub(in crate::store) fn read_ahead(&self, Reading(began): Reading, read: &[(String, Plain, Option<Stored>)]) {
        let known = |(name, plain, stored): &(String, Plain, Option<Stored>)| {
            (name.clone(), Known { plain: Some(plain.clone()), stored: stored.clone() })
        };
        let mut state = self.state();
        let is_newest = state.forgotten == began;
        state.ahead = if is_newest { read.iter().map(known).collect() } else { HashMap::new() };
    }

    fn learn(&self, began: u64, name: &str, learn: impl FnOnce(&mut Known)) {
        let mut state = self.state();
        if state.forgotten != began {
            return;
        }
        let Some(known) = &mut state.known else { return };
        if known.len() >= MOST && !known.contains_key(name) {
            known.clear();
        }
        learn(known.entry(name.to_owned()).or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Version;

    fn plain(text: &str) -> Plain {
        Plain { definition: Some(text.to_owned()), ..Plain::default() }
    }

    #[test]
    fn nothing_is_remembered_that_may_have_changed_since_it_was_read() {
        let memory = Memory::default();
        memory.read_plain(memory.reading(), "demo", &plain("1"));
        assert_eq!(memory.plain("demo"), None, "nobody listens yet");
        let early = memory.reading();
        memory.begin();
        memory.read_plain(early, "demo", &plain("1"));
        assert_eq!(memory.plain("demo"), None, "it was read before");
        memory.read_plain(memory.reading(), "demo", &plain("1"));
        assert_eq!((memory.plain("demo"), memory.has("demo"), memory.has("other")), (Some(plain("1")), true, false));
        let early = memory.reading();
        memory.forget("other");
        memory.read_plain(early, "demo", &plain("0"));
        assert_eq!(memory.plain("demo"), Some(plain("1")));
        for name in ["demo", ""] {
            memory.read_plain(memory.reading(), "demo", &plain("2"));
            memory.forget(name);
            assert_eq!((memory.plain("demo"), memory.has("demo")), (None, false));
        }
        memory.read_plain(memory.reading(), "demo", &plain("3"));
        memory.end();
        memory.begin();
        assert_eq!(memory.plain("demo"), None, "commits were missed");
    }

    #[test]
    fn what_was_written_is_known_unless_another_change_was_heard_of() {
        let stored = |generation| {
            let version = Version { generation, fence: 0 };
            Stored { id: [7; 16], version, in_flight: None, in_flight_age: None, newest: None }
        };
        let memory = Memory::default();
        memory.begin();
        memory.read_plain(memory.reading(), "demo", &plain("1"));
        let (reading, early) = (memory.reading(), memory.reading());
        memory.wrote(reading, "demo", stored(2));
        assert_eq!((memory.stored("demo"), memory.plain("demo")), (Some(stored(2)), Some(plain("1"))));
        memory.read_stored(early, "demo", Some(&stored(1)));
        assert_eq!(memory.stored("demo"), Some(stored(2)), "what was read before the write is older");
        let reading = memory.reading();
        memory.forget("other");
        memory.wrote(reading, "demo", stored(3));
        assert_eq!(memory.stored("demo"), None, "it may be older than what was heard of");
    }

    #[test]
    fn what_was_read_ahead_is_known_until_it_changes_or_more_is_read() {
        let memory = Memory::default();
        let read =
            |names: &[&str]| -> Vec<_> { names.iter().map(|name| ((*name).to_owned(), plain("1"), None)).collect() };
        memory.read_ahead(memory.reading(), &read(&["a", "b", "c"]));
        memory.forget("b");
        let known = |memory: &Memory| ["a", "b", "c"].map(|name| memory.has(name));
        assert_eq!(known(&memory), [true, false, true]);
        memory.read_ahead(memory.reading(), &read(&["b"]));
        assert_eq!(known(&memory), [false, true, false]);
        memory.read_ahead(memory.reading(), &[]);
        assert_eq!(known(&memory), [false; 3]);
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let memory = Memory::default();
        memory.begin();
        for number in 0..5 * MOST {
            memory.read_plain(memory.reading(), &number.to_string(), &plain("1"));
        }
        assert!(memory.state().known.as_ref().is_some_and(|known| known.len() <= MOST));
    }
}
