//! What is typed on the page of the team.

use std::path::PathBuf;

use crate::app::{TeamOrder, proposed_member_name};
use crate::gui::texts::team as texts;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamDraft {
    pub url: String,
    pub password_file: String,
    pub member: String,
    /// Of the team that is to be joined.
    pub fingerprint: String,
    /// Of the team that is to be made.
    pub name: String,
    /// The member whose removal waits for a second press.
    pub removes: Option<String>,
    /// Whether leaving waits for a second press.
    pub leaves: bool,
}

impl Default for TeamDraft {
    fn default() -> Self {
        let empty = String::new;
        let (member, name) = (proposed_member_name(), "team".to_owned());
        Self { url: empty(), password_file: empty(), member, fingerprint: empty(), name, removes: None, leaves: false }
    }
}

impl TeamDraft {
    /// What is missing, in words.
    pub fn lack(&self) -> Option<&'static str> {
        match self {
            _ if self.url.trim().is_empty() => Some(texts::ENTER_ADDRESS),
            _ if self.member.trim().is_empty() => Some(texts::ENTER_MEMBER_NAME),
            _ => None,
        }
    }

    pub fn order(&self) -> TeamOrder {
        let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        TeamOrder {
            url: self.url.trim().to_owned(),
            member: text(&self.member),
            password_file: text(&self.password_file).map(PathBuf::from),
            key_file: None,
        }
    }
}
