//! The window: a thin face over the wizard. Screens return what the person wants; [`App`] turns it into commands.

mod app;
mod attention;
pub mod clipboard;
mod clock;
pub mod draft;
mod events;
pub mod export_draft;
mod exporting;
pub mod fonts;
pub mod icon;
mod importing;
pub mod intent;
mod keeping;
mod keys;
pub mod leaving;
pub mod links;
mod naming;
mod opening;
pub mod screens;
mod steps;
pub mod theme;
mod tray;
pub mod widgets;
pub mod words;

pub use crate::gui::app::{App, StartWorker, run};
pub use crate::gui::draft::{Copied, Door, Draft, ImportDraft, Question, Step, TokenTab};
pub use crate::gui::export_draft::{ExportDraft, Locking, ShareDraft, Way};
pub use crate::gui::intent::{Answer, Intent, Words};
pub use crate::gui::opening::NoWindow;
