//! What the program asks of the desktop: clipboard, links, notifications, tray, end of the session.

pub(in crate::app) mod clipboard;
pub(in crate::app) mod links;
pub(in crate::app) mod notices;
pub(in crate::app) mod settings;
pub(in crate::app) mod shutdown;
pub(in crate::app) mod tray;
