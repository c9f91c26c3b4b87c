//! Files in which other tools store a sign-in: a client, its endpoints, and a refresh token.
//!
//! Invariant: refresh tokens are imported, access tokens never: they expire within the hour, and a refresh gets new ones.

pub mod dotenv;
mod gather;
pub mod google_user;
pub mod oauthlib;
pub mod oidc_agent;
pub mod own_export;
mod preset;
pub mod rclone;

pub(in crate::dialect::held) use crate::dialect::held::gather::{Held, Part};
