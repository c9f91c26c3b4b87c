//! Who issues tokens, and one person's use of it: [`Service`], the preset files that describe it, the [`Catalog`] of
//! them, and the [`Profile`] with the [`ProfileDraft`] it is parsed from. No secret is in here, and no file is opened.

mod catalog;
mod definition;
mod draft;
mod preset;
mod preset_file;
mod profile;
mod stage;

pub use crate::service::catalog::{Catalog, CatalogError};
pub use crate::service::definition::{
    Asks, Authorization, Choice, Defaults, Identity, Input, InputError, KnownScope, Labels, RedirectRules, ScopeRules,
    Service, TokenPolicy, Transform,
};
pub use crate::service::draft::{BodyKind, CallDraft, Field, FieldError, ProfileDraft};
pub use crate::service::preset::{PresetError, parse_preset, write_preset};
pub use crate::service::profile::{Profile, ProfileError, ProfileName, ProfileNameError};
