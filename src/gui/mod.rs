//! The window: a thin face over the core. Screens say what the person wants; [`Window`] has it done.

pub mod clipboard;
pub mod clock;
pub mod copied_token;
pub mod display_text;
pub mod draft;
mod export;
pub mod export_draft;
pub mod fonts;
mod home;
pub mod icon;
mod import;
pub mod intent;
mod keys;
pub mod links;
pub mod model;
mod notifications;
mod outcomes;
pub mod queries;
mod saved_profiles;
pub mod screens;
mod start_error;
mod steps;
mod team;
pub mod team_draft;
pub mod theme;
mod tray;
mod unsaved;
pub mod widgets;
mod window;

pub use crate::gui::draft::{Copied, Draft, ImportDraft, Naming, TokenTab, VaultPrompt};
pub use crate::gui::export_draft::{ExportDraft, Locking, ShareDraft, Way};
pub use crate::gui::intent::{Intent, Step, TeamAction};
pub use crate::gui::start_error::NoWindow;
pub use crate::gui::team_draft::TeamDraft;
pub use crate::gui::window::{Window, run};
