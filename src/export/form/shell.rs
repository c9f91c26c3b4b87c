//! Variables for a POSIX shell.

use crate::export::form::variables::lines;
use crate::export::shell_word;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "shell",
    name: "Shell variables",
    reader: "bash, zsh, dash and other POSIX shells",
    file_name: "{profile}.sh",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(snapshot),
    live: Some(live),
    next: ". {file}",
};

pub(super) fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    lines(subject, FORMAT.id, |name, value| format!("export {name}={}", shell_word(value)))
}

/// Only the token: it is what changes. `tokenwright exec` hands over the kept values as well.
pub(super) fn live(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(format!("export OAUTH_ACCESS_TOKEN=\"$(tokenwright token {})\"\n", subject.profile))
}
