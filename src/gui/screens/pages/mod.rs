//! The pages that lie over the steps, one file or two each.

pub(super) mod about;
pub(super) mod bundle;
pub(super) mod calendar;
pub(super) mod call;
pub(super) mod calls;
pub(super) mod export;
pub(super) mod export_options;
pub(super) mod forgotten;
pub(super) mod import;
pub(super) mod import_shared;
pub(super) mod inspect;
pub(super) mod settings;
pub(super) mod share;
pub(super) mod team;
pub(super) mod token_table;
