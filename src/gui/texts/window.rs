//! The window: its title, its page and its three steps.

use std::fmt::Display;

pub const PAGE: &str = "Page";
pub const AUTHORIZATION: &str = "Authorization";
pub const TOKENS: &str = "Tokens";

// The title.

pub fn draft_title(name: impl Display, product: &str) -> String {
    format!("{name} (draft) - {product}")
}
