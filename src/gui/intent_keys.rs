//! The key of the button for each thing that a person may want.

use egui::{Context, Key, KeyboardShortcut, Modifiers};

use crate::app::Insisted;
use crate::gui::intent::{Intent, Step};

/// Goes on, from wherever the keyboard is.
pub(in crate::gui) const NEXT: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::Enter);
const NEW: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::N);
const SAVE: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::S);
const IMPORT: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::I);
const FIND: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::F);
const LIST: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::B);
const PALETTE: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::K);
const SETTINGS: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::Comma);
const KEYS: KeyboardShortcut = KeyboardShortcut::new(Modifiers::NONE, Key::F1);
const STOP: KeyboardShortcut = KeyboardShortcut::new(Modifiers::NONE, Key::Escape);

/// The key as people write it.
pub(in crate::gui) fn words(ctx: &Context, key: KeyboardShortcut) -> String {
    let words = ctx.format_shortcut(&key);
    match words.strip_suffix(key.logical_key.name()) {
        Some(modifiers) if key.logical_key == Key::Comma => format!("{modifiers}{}", key.logical_key.symbol_or_name()),
        _ => words,
    }
}

impl Intent {
    pub fn key(&self) -> Option<KeyboardShortcut> {
        match self {
            Self::NewProfile => Some(NEW),
            Self::GoTo(Step::Authorization | Step::Tokens)
            | Self::Authorize { again: false }
            | Self::RequestTokens
            | Self::SignToken
            | Self::RequestRefresh
            | Self::Inspect { asks_issuer: false }
            | Self::SendCall { allows_host: false }
            | Self::AcceptShared
            | Self::UseImport { as_preset: false } => Some(NEXT),
            Self::Cancel(_) | Self::CloseImport | Self::ClosePage => Some(STOP),
            Self::Save { replace: false } => Some(SAVE),
            Self::SaveExport(insisted) | Self::Share(insisted) if *insisted == Insisted::default() => Some(SAVE),
            Self::OpenImport => Some(IMPORT),
            Self::FindProfile => Some(FIND),
            Self::ToggleList => Some(LIST),
            Self::OpenPalette => Some(PALETTE),
            Self::OpenSettings => Some(SETTINGS),
            Self::ShowKeys => Some(KEYS),
            _ => None,
        }
    }
}
