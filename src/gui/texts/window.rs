//! The window: its title, its page and its three steps.

use std::fmt::Display;

pub const PAGE: &str = "Page";
pub const AUTHORIZATION: &str = "Authorization";

// The title.

pub fn draft_title(name: impl Display, product: &str) -> String {
    format!("{name} (draft) - {product}")
}
