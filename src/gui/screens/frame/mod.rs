//! What stands around any page: the window itself, its keys, questions and notices.

pub(super) mod commands;
pub(super) mod keys;
pub(super) mod news;
pub(super) mod palette;
pub(super) mod questions;
pub(super) mod toasts;
pub(super) mod vault;
pub(super) mod window;
