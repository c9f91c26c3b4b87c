//! The mark that makes a profile a draft. The profile itself stays as it is.

use serde::{Deserialize, Serialize};

use crate::service::ProfileName;
use crate::store::{Plain, Store, StoreError};

/// What a draft knows beyond its profile. Holds no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// The saved profile whose changes it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) of: Option<String>,
    /// The name it was saved under. Once this is written, the draft's tokens belong to that profile and are not used
    /// under this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) becomes: Option<String>,
    /// Whether it is on its way to the team: no draft, but not to be used here either.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) moves_to_team: bool,
    /// The id of the team's secret, while that is on its way to this machine: no draft either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) moves_from_team: Option<String>,
}

impl Mark {
    pub(super) fn load(store: &Store, name: &ProfileName) -> Result<Option<Self>, StoreError> {
        let text = store.profile(name.as_str())?.draft;
        Ok(text.map(|text| Self::parse(&text)))
    }

    /// One that cannot be read, such as one of a later version, still marks a draft.
    pub(super) fn parse(text: &str) -> Self {
        toml::from_str(text).unwrap_or_default()
    }

    pub(super) fn to_text(&self) -> String {
        let words = "# This profile is a draft: it has not been saved under a name yet.\n";
        format!("{words}{}", toml::to_string(self).unwrap_or_default())
    }
}

/// A profile that is on its way between this machine and the team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    ToTeam,
    /// The id of the team's secret, empty if there is none.
    FromTeam(String),
}

impl Move {
    /// That of a plain part.
    pub(crate) fn of(plain: &Plain) -> Option<Self> {
        let mark = Mark::parse(plain.draft.as_deref()?);
        mark.moves_from_team.map(Self::FromTeam).or(mark.moves_to_team.then_some(Self::ToTeam))
    }

    /// The text of its mark.
    pub(crate) fn to_text(&self) -> String {
        let mark = match self {
            Self::ToTeam => Mark { moves_to_team: true, ..Mark::default() },
            Self::FromTeam(id) => Mark { moves_from_team: Some(id.clone()), ..Mark::default() },
        };
        mark.to_text()
    }
}

/// Whether the profile of this name is a draft.
pub(crate) fn is_draft(store: &Store, name: &ProfileName) -> bool {
    matches!(Mark::load(store, name), Ok(Some(_)))
}
