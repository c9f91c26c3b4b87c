//! The window: its title, its page and its three steps.

use std::fmt::Display;

use crate::gui::texts::common::PRODUCT;

pub const PAGE: &str = "Page";
pub const AUTHORIZATION: &str = "Authorization";

// The title.

pub fn title(profile: impl Display) -> String {
    format!("{profile} - {PRODUCT}")
}

pub fn draft_title(profile: impl Display) -> String {
    format!("{profile} (draft) - {PRODUCT}")
}
