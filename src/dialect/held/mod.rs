//! Files in which other tools store a sign-in: a client, its endpoints, and a refresh token.
//!
//! Invariant: refresh tokens are imported, access tokens never: they expire within the hour, and a refresh gets new ones.

pub mod dotenv;
pub mod form;
pub mod forms;
mod gather;
pub mod google_user;
pub mod in_code;
pub mod joins;
pub mod keycloak;
mod left_open;
pub mod named;
pub mod oauthlib;
pub mod oidc_agent;
mod outcome;
pub mod own_export;
mod part;
pub mod pizauth;
pub mod rclone;
pub(in crate::dialect) mod rows;
pub mod salesforce;

pub(in crate::dialect::held) use crate::dialect::held::gather::Held;
pub(in crate::dialect::held) use crate::dialect::held::part::Part;
