//! Whether refresh tokens rotate: each refresh returns a new one and spends the old one. Such a token can have one holder
//! only: with two, the first refresh of either ends the other's, and with many services the whole grant.

use crate::service::TokenPolicy;
use crate::vault::Record;

/// Whether each refresh brings a new refresh token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rotation {
    /// It does: its preset says so, or a refresh was seen to.
    Rotates,
    /// A refresh was seen to leave it as it was.
    Stays,
    /// No refresh was seen yet.
    #[default]
    Unknown,
}

/// What is known of it: by the preset, and by what refreshes have brought so far.
pub(crate) fn rotation(policy: &TokenPolicy, record: Option<&Record>) -> Rotation {
    match (policy.rotates, record.and_then(Record::rotation)) {
        (true, _) | (_, Some(true)) => Rotation::Rotates,
        (false, Some(false)) => Rotation::Stays,
        (false, None) => Rotation::Unknown,
    }
}

impl Rotation {
    /// Whether the refresh token must not leave unasked.
    pub fn rotates(self) -> bool {
        self == Self::Rotates
    }

    /// What a person is told whose refresh token leaves although nothing is known of it.
    pub fn warning(self, profile: &str) -> Option<String> {
        (self == Self::Unknown).then(|| {
            format!(
                "the refresh token of {profile} leaves, and no refresh was seen yet: if each brings a new one, the first \
                 refresh by either holder ends the other's; `tokenwright refresh {profile}` before it leaves shows that"
            )
        })
    }
}
