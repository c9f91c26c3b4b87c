//! A [`Service`] issues tokens, a preset file describes it, and the [`Catalog`] lists the presets. A [`Profile`] is one
//! person's use of a service, parsed from a [`ProfileDraft`]. No secrets, no file access.

#![warn(missing_docs)]

mod assertion;
mod bundle;
mod by_hand;
mod catalog;
mod client_method;
mod definition;
mod derived;
mod extensions;
mod input;
mod lifetimes;
mod preset;
mod profile;
mod renewal;

pub use crate::service::assertion::fields::{AssertionFields, SamlFields};
pub use crate::service::assertion::saml::Saml;
pub use crate::service::assertion::{Assertion, AssertionAlgorithm, CertificateThumbprint};
pub use crate::service::bundle::{
    Bundle, BundleError, KeyChange, LARGEST_BUNDLE, PresetChange, SignedBundle, preset_changes,
};
pub use crate::service::by_hand::assertion_changes::{AssertionChange, AssertionChangeError};
pub use crate::service::by_hand::changes::{ChangeError, ServiceChanges, StageName};
pub use crate::service::by_hand::client_authentication::ClientAuthentication;
pub use crate::service::by_hand::grant::OFFERED_GRANTS;
pub(crate) use crate::service::by_hand::grant_inputs::actor_token_type;
pub use crate::service::by_hand::own_preset::{NewPreset, NewPresetError};
pub use crate::service::by_hand::typed_url::wrong_url;
#[cfg(test)]
pub(crate) use crate::service::catalog::bundled_text;
pub use crate::service::catalog::{Catalog, CatalogError, PresetOrigin};
pub use crate::service::client_method::ClientMethod;
pub use crate::service::definition::{Authorization, Fetch, Identity, Service};
pub use crate::service::extensions::further_token::FurtherToken;
pub use crate::service::extensions::resource::ResourceRules;
pub use crate::service::extensions::step_up::{ACR_VALUES, MAX_AGE};
pub(crate) use crate::service::input::matches_whole;
pub use crate::service::input::{Choice, Input};
pub(crate) use crate::service::lifetimes::life_after;
pub use crate::service::preset::{PresetError, lint_preset, parse_preset, write_preset};
pub use crate::service::profile::api_call::{ApiCall, ApiCallError, is_own_origin};
pub use crate::service::profile::check_every::{CheckEvery, CheckEveryError};
pub use crate::service::profile::display_name::{DisplayName, shown_text};
pub use crate::service::profile::draft::{BodyKind, CallFields, Field, FieldError, ProfileDraft};
pub use crate::service::profile::expiry_date::{ExpiryDate, ExpiryDateError};
pub use crate::service::profile::name::{ProfileName, ProfileNameError};
pub use crate::service::profile::remarks::{Notes, TagError, Tags};
pub use crate::service::profile::{Profile, ProfileError};
pub use crate::service::rules::{
    Asks, Confidence, Defaults, KnownScope, Labels, Links, LoopbackRule, Offer, RedirectRules, Start, TokenPolicy,
};
pub use crate::service::search::found;
pub use crate::service::security::departures::Departure;
pub use crate::service::security::profile::SecurityProfile;
pub use crate::service::value_source::{HeldToken, SOURCE_FORMS, SourceError, ValueSource};
pub use crate::service::verified::{VerifiedFact, older_than_a_year};

mod rules;
mod search;
mod security;
#[cfg(test)]
mod tests;
mod value_source;
mod verified;
