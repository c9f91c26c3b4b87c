//! The desktop that the window is on: the icon in its tray.

mod tray;

pub use crate::desktop::tray::{Tray, TrayError, TrayIcon, TrayPress};
