//! Variables for a POSIX shell.

use crate::export::formats::lines;
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
    ..ExportFormat::BLANK
};

pub(super) fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    lines(subject, FORMAT.id, |name, value| format!("export {name}={}", shell_word(value)))
}

/// Only the token: it is what changes. `tokenwright exec` hands over the kept values as well. `export X="$(…)"` would
/// succeed where the command in it fails, and a script would go on with an empty token. No `exit`: the file is read into
/// shells that people sit at.
pub(super) fn live(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(format!(
        "if OAUTH_ACCESS_TOKEN=\"$(tokenwright token {})\"; then\n  export OAUTH_ACCESS_TOKEN\nelse\n  \
         unset OAUTH_ACCESS_TOKEN\n  false\nfi\n",
        subject.profile
    ))
}
