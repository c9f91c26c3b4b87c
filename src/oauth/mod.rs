//! The RFCs as values: requests built, responses read, nothing sent. Clock and randomness are arguments.

mod redirect_uri;
mod token_set;

pub use crate::oauth::redirect_uri::{Landing, Loopback, RedirectUri, RedirectUriError};
pub use crate::oauth::token_set::{Freshness, TokenSet};
