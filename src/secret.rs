//! A piece of text that must not be seen: wiped from memory on drop, absent from `Debug`, and without serde, so
//! that no error, log line or plain file can carry it by accident. It leaves through one door, [`Secret::expose`].

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// What stands wherever a secret would have stood.
pub const MASK: &str = "••••••••";

/// A password, client secret, code or token.
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over; the caller's own copies are the caller's to wipe.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself. Every call of this is a place where the secret is meant to go: a request, the vault, the
    /// person's own clipboard or standard output.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The buffer a person types into. Text that outgrows its buffer is moved by the allocator, so a field that
    /// is typed into should be given room first: see [`Secret::with_room`].
    pub fn typing(&mut self) -> &mut String {
        &mut self.0
    }

    /// An empty secret with room for `bytes`, so that typing does not leave copies behind.
    pub fn with_room(bytes: usize) -> Self {
        Self(Zeroizing::new(String::with_capacity(bytes)))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "Secret(empty)" } else { "Secret(••••••••)" })
    }
}

/// Compared without telling by the time taken where two secrets differ.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

/// Keeps what is in this process's memory out of core dumps, and of other processes of the same user where `private`.
/// Called before any secret is read. What the system refuses is left as it is: nothing here depends on it.
///
/// The limit is 1 and not 0 on Linux: a dump that is piped to a program ignores every other limit (`core(5)`).
#[cfg(unix)]
pub fn keep_out_of_dumps(private: bool) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let least = u64::from(cfg!(target_os = "linux"));
    let maximum = getrlimit(Resource::Core).maximum;
    let current = Some(maximum.map_or(least, |maximum| maximum.min(least)));
    let _ = setrlimit(Resource::Core, Rlimit { current, maximum });
    #[cfg(target_os = "linux")]
    if private {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = private;
}

/// Dumps are a matter of the whole machine there.
#[cfg(not(unix))]
pub fn keep_out_of_dumps(_private: bool) {}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_never_shows_the_text() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret:?}"), "Secret(••••••••)");
        assert_eq!(format!("{:?}", Secret::default()), "Secret(empty)");
    }

    #[test]
    fn equality_is_that_of_the_text() {
        assert_eq!(Secret::new("a"), Secret::new("a"));
        assert_ne!(Secret::new("a"), Secret::new("b"));
        assert_ne!(Secret::new("a"), Secret::new("aa"));
    }
}
