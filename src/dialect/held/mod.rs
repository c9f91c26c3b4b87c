//! What other tools hold of a person's use of a service: a client, where it gets its tokens, and a refresh token.
//!
//! Invariant: a refresh token is taken over, an access token never: it is spent within the hour, and what replaces it
//! is had with the refresh token.

pub mod dotenv;
mod gather;
pub mod google_user;
pub mod oauthlib;
pub mod oidc_agent;
pub mod own_export;
mod preset;
pub mod rclone;

pub(in crate::dialect::held) use crate::dialect::held::gather::{Held, Part};
