//! The desktop around the window: clipboard, tray icon and notifications.

mod clipboard;
mod notice;
mod tray;

pub use crate::desktop::clipboard::{Clipboard, ClipboardError, HOLD, Sensitivity, Trace};
pub use crate::desktop::notice::{Notice, show as show_notice};
pub use crate::desktop::tray::{Tray, TrayError, TrayIcon, TrayPress};
