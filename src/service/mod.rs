//! A [`Service`] issues tokens, a preset file describes it, and the [`Catalog`] lists the presets. A [`Profile`] is one
//! person's use of a service, parsed from a [`ProfileDraft`]. No secrets, no file access.

#![warn(missing_docs)]

mod api_call;
mod assertion;
mod assertion_changes;
mod assertion_error;
mod assertion_fields;
mod authorization_details;
mod bundle;
mod catalog;
mod changes;
mod check_every;
mod client_authentication;
mod client_method;
mod definition;
mod departures;
mod derived;
mod display_name;
mod draft;
mod expiry_date;
mod extra_parameters;
mod for_resource;
mod further_token;
mod grant;
mod grant_inputs;
mod input;
mod lifetimes;
mod message_signing;
mod own_preset;
mod preset;
mod profile;
mod profile_name;
mod pushed;
mod registration;
mod remarks;
mod renewal;
mod resource;
mod rules;
mod saml;
mod search;
mod security_profile;
mod signing;
mod step_up;
mod typed_url;
mod value_source;
mod verified;

pub use crate::service::api_call::{ApiCall, ApiCallError, is_own_origin};
pub use crate::service::assertion::{Assertion, AssertionAlgorithm, CertificateThumbprint};
pub use crate::service::assertion_changes::{AssertionChange, AssertionChangeError};
pub use crate::service::assertion_fields::{AssertionFields, SamlFields};
pub use crate::service::bundle::{
    Bundle, BundleError, KeyChange, LARGEST_BUNDLE, PresetChange, SignedBundle, preset_changes,
};
#[cfg(test)]
pub(crate) use crate::service::catalog::bundled_text;
pub use crate::service::catalog::{Catalog, CatalogError, PresetOrigin};
pub use crate::service::changes::{ChangeError, ServiceChanges, StageName};
pub use crate::service::check_every::{CheckEvery, CheckEveryError};
pub use crate::service::client_authentication::ClientAuthentication;
pub use crate::service::client_method::ClientMethod;
pub use crate::service::definition::{Authorization, Fetch, Identity, Service};
pub use crate::service::departures::Departure;
pub use crate::service::display_name::{DisplayName, shown_text};
pub use crate::service::draft::{BodyKind, CallFields, Field, FieldError, ProfileDraft};
pub use crate::service::expiry_date::{ExpiryDate, ExpiryDateError};
pub use crate::service::further_token::FurtherToken;
pub use crate::service::grant::OFFERED_GRANTS;
pub(crate) use crate::service::grant_inputs::actor_token_type;
pub(crate) use crate::service::input::matches_whole;
pub use crate::service::input::{Choice, Input};
pub(crate) use crate::service::lifetimes::life_after;
pub use crate::service::own_preset::{NewPreset, NewPresetError};
pub use crate::service::preset::{PresetError, lint_preset, parse_preset, write_preset};
pub use crate::service::profile::{Profile, ProfileError};
pub use crate::service::profile_name::{ProfileName, ProfileNameError};
pub use crate::service::remarks::{Notes, TagError, Tags};
pub use crate::service::resource::ResourceRules;
pub use crate::service::rules::{
    Asks, Confidence, Defaults, KnownScope, Labels, Links, LoopbackRule, Offer, RedirectRules, Start, TokenPolicy,
};
pub use crate::service::saml::Saml;
pub use crate::service::search::found;
pub use crate::service::security_profile::SecurityProfile;
pub use crate::service::step_up::{ACR_VALUES, MAX_AGE};
pub use crate::service::typed_url::wrong_url;
pub use crate::service::value_source::{HeldToken, SOURCE_FORMS, SourceError, ValueSource};
pub use crate::service::verified::{VerifiedFact, older_than_a_year};

#[cfg(test)]
mod tests;
