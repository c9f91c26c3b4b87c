//! Why a team's secrets are not for this machine, or its members were not changed.

use std::path::PathBuf;

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};

/// Why something about a team did not work.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are called what they are")]
pub enum TeamError {
    /// This machine belongs to no team.
    #[error("this machine belongs to no team")]
    None,
    /// The database has no team.
    #[error("`{place}` has no team")]
    NoTeam { place: PathBuf },
    /// It has one.
    #[error("`{place}` has a team")]
    TeamExists { place: PathBuf },
    /// The store was made with a passphrase or keyring, and has secrets.
    #[error("`{place}` holds a vault without members, and secrets in it")]
    OtherVault { place: PathBuf },
    /// It asked, and waits. The fingerprint is that of this member.
    #[error("this machine is not yet a member of the team in `{place}`")]
    NotAdmitted { place: PathBuf, fingerprint: String },
    /// It never asked, or was removed. The fingerprint is that of the team, if it was a member.
    #[error("this machine is {} the team in `{place}`", if team.is_some() { "no longer a member of" } else { "not a member of" })]
    NotMember { place: PathBuf, team: Option<String> },
    /// Not the team that this machine was let into.
    #[error("`{place}` has another team: its fingerprint is {found}, not {expected}")]
    OtherTeam { place: PathBuf, found: String, expected: String },
    /// An older list of members stands where a newer one was.
    #[error("the list of members in `{place}` is older than the one seen last ({found}, not {known})")]
    OlderMembers { place: PathBuf, found: u64, known: u64 },
    /// Not a name for a member.
    #[error("`{name}` is not a name for a member")]
    MemberName { name: String },
    /// Another member is called so.
    #[error("another member is called `{member}`")]
    NameTaken { member: String },
    /// Nobody of that name and fingerprint asks. `found` has the fingerprints of those who ask under the name.
    #[error("nobody asks to join as `{member}`{}", if found.is_empty() { "" } else { " with that fingerprint" })]
    NoRequest { place: PathBuf, member: String, found: Vec<String> },
    /// There is no such member.
    #[error("the team has no member `{member}`")]
    NoMember { member: String },
    /// A member cannot make the key that it must not know.
    #[error("`{member}` is this machine itself")]
    RemovesItself { member: String },
    /// The removal of a member is not finished.
    #[error("{count} of the team's profiles are sealed with a key that a removed member knows, `{profile}` among them")]
    SealedBefore { profile: String, count: usize },
    /// The file has no identity.
    #[error("`{path}` holds no age identity")]
    KeyFile { path: PathBuf },
    /// The team has a profile of that name.
    #[error("the team has a profile `{profile}`")]
    ProfileExists { profile: String },
    /// This machine has a profile of that name.
    #[error("this machine has a profile `{profile}` of its own, beside that of the team")]
    OwnProfileExists { profile: String },
}

impl TeamError {
    /// Whether something else should have been asked for.
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::None
                | Self::TeamExists { .. }
                | Self::MemberName { .. }
                | Self::NameTaken { .. }
                | Self::NoRequest { .. }
                | Self::NoMember { .. }
                | Self::RemovesItself { .. }
                | Self::ProfileExists { .. }
                | Self::OwnProfileExists { .. }
        )
    }
}

impl Diagnose for TeamError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::None => diagnosis.hint("`tokenwright team init URL` makes one, `tokenwright team join URL` asks to be let in"),
            Self::NoTeam { .. } => diagnosis.hint("check the URL; `tokenwright team init URL` makes a team"),
            Self::OtherVault { .. } => diagnosis.hint("use another database for the team"),
            Self::NotAdmitted { fingerprint, .. } => diagnosis.hint(format!(
                "ask a member to run `tokenwright team admit`, and compare the fingerprint: {fingerprint}"
            )),
            Self::TeamExists { .. } | Self::NotMember { .. } => diagnosis.hint("`tokenwright team join URL` asks to be let in"),
            Self::OtherTeam { .. } => diagnosis.hint(
                "compare it with what `tokenwright team status` shows another member; if the team was made anew, run `tokenwright \
                 team leave` and join it again",
            ),
            Self::OlderMembers { .. } => diagnosis.hint(
                "the database may have been put back from a backup: a removed member would be one again; ask who runs it",
            ),
            Self::MemberName { .. } => {
                diagnosis.hint("use letters, digits and `.`, `_`, `-`, `@`, as in `anna@laptop`; at most 100")
            }
            Self::NameTaken { .. } => diagnosis.hint("ask them to join under another name: `tokenwright team join URL --as NAME`"),
            Self::NoRequest { found, .. } if found.is_empty() => diagnosis.hint("`tokenwright team status` shows who asks"),
            Self::NoRequest { found, .. } => diagnosis.hint(format!(
                "the request came with {}: if that is not what their own machine shows, it is not theirs",
                found.join(", ")
            )),
            Self::NoMember { .. } => diagnosis.hint("`tokenwright team status` shows the members"),
            Self::RemovesItself { .. } => diagnosis.hint("ask another member to remove it; `tokenwright team leave` forgets the team here"),
            Self::SealedBefore { .. } => diagnosis.hint("repeat `tokenwright team remove` with the same name"),
            Self::KeyFile { .. } => diagnosis.hint("name a file that `tokenwright team join --key-file` or `age-keygen` wrote"),
            Self::ProfileExists { .. } => diagnosis.hint("save yours under another name, or forget one of the two"),
            Self::OwnProfileExists { profile } => diagnosis.hint(format!(
                "save your own under another name, or remove it: `tokenwright forget {profile}`; then repeat this"
            )),
        }
    }
}
