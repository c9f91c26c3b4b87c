//! Variables for fish.

use crate::export::formats::lines;
use crate::export::quote::fish_word;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "fish",
    name: "fish variables",
    reader: "fish",
    file_name: "{profile}.fish",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(snapshot),
    live: Some(live),
    next: "source {file}",
    ..ExportFormat::BLANK
};

pub(super) fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    lines(subject, FORMAT.id, |name, value| format!("set --global --export {name} {}", fish_word(value)))
}

/// Only the token: it is what changes. `tokenwright exec` hands over the kept values as well. Without a token there is no
/// variable, rather than an empty one.
pub(super) fn live(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(format!(
        "set --global --export OAUTH_ACCESS_TOKEN (tokenwright token {})\nor begin\n    \
         set --erase --global OAUTH_ACCESS_TOKEN\n    false\nend\n",
        subject.profile
    ))
}
