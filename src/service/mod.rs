//! A [`Service`] issues tokens, a preset file describes it, and the [`Catalog`] lists the presets. A [`Profile`] is one
//! person's use of a service, parsed from a [`ProfileDraft`]. No secrets, no file access.

#![warn(missing_docs)]

mod api_call;
mod assertion;
mod assertion_fields;
mod catalog;
mod client_authentication;
mod definition;
mod display_name;
mod draft;
mod grant;
mod input;
mod own_preset;
mod preset;
mod profile;
mod profile_name;
mod remarks;
mod rules;
mod signing;

pub use crate::service::api_call::{ApiCall, ApiCallError, is_own_origin};
pub use crate::service::assertion::{Assertion, AssertionAlgorithm, AssertionFormat, CertificateThumbprint};
pub use crate::service::assertion_fields::AssertionFields;
pub use crate::service::catalog::{Catalog, CatalogError};
pub use crate::service::client_authentication::ClientAuthentication;
pub use crate::service::definition::{Authorization, Fetch, Identity, Service};
pub use crate::service::display_name::{DisplayName, shown_text};
pub use crate::service::draft::{BodyKind, CallFields, Field, FieldError, ProfileDraft, wrong_url};
pub use crate::service::grant::OFFERED_GRANTS;
pub(crate) use crate::service::input::matches_whole;
pub use crate::service::input::{Choice, Input};
pub use crate::service::own_preset::{NewPreset, NewPresetError};
pub use crate::service::preset::{PresetError, parse_preset, write_preset};
pub use crate::service::profile::{Profile, ProfileError};
pub use crate::service::profile_name::{ProfileName, ProfileNameError};
pub use crate::service::remarks::{Notes, TagError, Tags};
pub use crate::service::rules::{
    Asks, Confidence, Defaults, KnownScope, Labels, Links, LoopbackRule, Offer, RedirectRules, Start, TokenPolicy,
};

#[cfg(test)]
mod tests;
