//! What is typed on the page of a saved profile.

use crate::app::VaultState;
use crate::service::{Notes, ProfileDraft, ProfileName, TagError, Tags};

/// A name for a saved profile, as it is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    pub profile: ProfileName,
    /// Whether the name is for a copy.
    pub copy: bool,
    pub typed: String,
}

impl Naming {
    /// Begins with the name that it has.
    pub(in crate::gui) fn begin(profile: &ProfileName, copy: bool) -> Self {
        let typed = if copy { format!("{profile}-copy") } else { profile.to_string() };
        Self { profile: profile.clone(), copy, typed }
    }
}

/// What is chosen on the page of the calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CalendarDraft {
    /// Whether those are shown, too, that need nobody.
    pub all: bool,
    /// Whether a file is to be written.
    pub saves: bool,
    pub path: String,
    /// What the ends were read of: which profiles, with which vault.
    pub read_of: Option<(u64, VaultState)>,
}

/// Notes and tags of the open profile, as they are typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    pub tags: String,
    pub notes: String,
}

impl Remarks {
    pub(in crate::gui) fn of(profile: &ProfileDraft) -> Self {
        Self { tags: profile.tags.as_str().to_owned(), notes: profile.notes.as_str().to_owned() }
    }

    pub(in crate::gui) fn notes(&self) -> Notes {
        Notes::of(&self.notes)
    }

    /// The tags, which are separated by blanks or commas.
    pub(in crate::gui) fn tags(&self) -> Result<Tags, TagError> {
        let is_between = |c: char| c == ',' || c.is_whitespace();
        Tags::parse(self.tags.split(is_between).filter(|tag| !tag.is_empty()))
    }
}
