//! Variables for PowerShell.

use crate::export::formats::lines;
use crate::export::quote::powershell_word;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "powershell",
    name: "PowerShell variables",
    reader: "PowerShell 5 and 7",
    file_name: "{profile}.ps1",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(snapshot),
    live: Some(live),
    next: ". {file}",
    ..ExportFormat::BLANK
};

pub(super) fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    lines(subject, FORMAT.id, |name, value| format!("$env:{name} = {}", powershell_word(value)))
}

/// Only the token: it is what changes. `tokenwright exec` hands over the kept values as well. PowerShell goes on after a
/// program that fails, unless it is told not to.
pub(super) fn live(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(format!(
        "$env:OAUTH_ACCESS_TOKEN = tokenwright token {0}\nif ($LASTEXITCODE -ne 0) {{ throw 'no token of {0}' }}\n",
        subject.profile
    ))
}
