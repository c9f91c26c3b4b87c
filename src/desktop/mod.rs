//! The desktop that the window is on: its clipboard, and the icon in its tray.

mod clipboard;
mod tray;

pub use crate::desktop::clipboard::{Clipboard, ClipboardError, HOLD, Sensitivity, Trace};
pub use crate::desktop::tray::{Tray, TrayError, TrayIcon, TrayPress};
