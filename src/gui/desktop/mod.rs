//! The window's side of the desktop: clipboard, links, notices, tray, typefaces.

pub mod clipboard;
pub mod copied_token;
pub mod fonts;
pub mod icon;
pub(super) mod in_use;
pub mod links;
pub(super) mod notifications;
pub(super) mod start_error;
pub(super) mod tray;
