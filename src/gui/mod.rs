//! The window: a thin face over the core. Screens say what the person wants; [`Window`] has it done.

pub mod actions;
pub mod clock;
pub mod desktop;
pub mod display_text;
pub mod drafts;
pub mod intent;
mod intent_keys;
pub mod model;
mod pages;
pub mod screens;
mod texts;
pub mod theme;
pub mod widgets;
mod window;

pub use crate::gui::desktop::start_error::NoWindow;
pub use crate::gui::drafts::call::CallDraft;
pub use crate::gui::drafts::export::{ExportDraft, Locking, ShareDraft, Way};
pub use crate::gui::drafts::import::ImportDraft;
pub use crate::gui::drafts::inspect::{Chosen, InspectDraft};
pub use crate::gui::drafts::profile_page::{CalendarDraft, Naming, Remarks};
pub use crate::gui::drafts::settings::SettingsDraft;
pub use crate::gui::drafts::team::TeamDraft;
pub use crate::gui::drafts::{CallsDraft, Copied, Draft, TokenTab, VaultPrompt};
pub use crate::gui::intent::{CertificateWish, ClientWish, Intent, KeyWish, SettingsWish, Step, TeamAction};
pub use crate::gui::window::{Window, run};
