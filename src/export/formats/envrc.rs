//! An `.envrc` for direnv: a bash file that is read again at each change of folder.

use crate::export::formats::shell;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "envrc",
    name: "direnv .envrc",
    reader: "direnv",
    file_name: ".envrc",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(shell::snapshot),
    live: Some(live),
    next: "direnv allow {file}",
    ..ExportFormat::BLANK
};

fn live(subject: &Subject) -> Result<Text, ExportError> {
    shell::live(subject)
}
