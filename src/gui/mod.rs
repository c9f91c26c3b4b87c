//! The window: a thin face over the core. Screens return what the person wants; [`Window`] has it done.

mod attention;
pub mod clipboard;
mod clock;
pub mod draft;
pub mod export_draft;
mod exporting;
pub mod fonts;
pub mod icon;
mod importing;
pub mod intent;
mod keys;
pub mod leaving;
pub mod links;
pub mod model;
mod naming;
mod opening;
mod outcomes;
mod saved;
pub mod screens;
mod steps;
pub mod theme;
mod tray;
pub mod widgets;
mod window;
pub mod words;

pub use crate::gui::draft::{Copied, Door, Draft, ImportDraft, Question, Step, TokenTab};
pub use crate::gui::export_draft::{ExportDraft, Locking, ShareDraft, Way};
pub use crate::gui::intent::{Answer, Intent, Words};
pub use crate::gui::opening::NoWindow;
pub use crate::gui::window::{StartRuntime, Window, run};
