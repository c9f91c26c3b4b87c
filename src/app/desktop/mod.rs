//! What the desktop is asked for: clipboard, links, notices, the tray, and the end of the session.

pub(in crate::app) mod clipboard;
pub(in crate::app) mod links;
pub(in crate::app) mod notices;
pub(in crate::app) mod shutdown;
pub(in crate::app) mod tray;
