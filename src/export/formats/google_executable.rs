//! The file of google-auth that asks a command each time (executable-sourced, AIP-4117). The token it is given is exchanged at Google's token service, so it serves workload identity federation.

use serde_json::json;

use crate::export::formats::json::pretty;
use crate::export::{ExportError, ExportFormat, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "google-executable",
    name: "Google executable-sourced",
    reader: "google-auth with GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1",
    file_name: "{profile}.executable.json",
    live: Some(live),
    next: "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1 GOOGLE_APPLICATION_CREDENTIALS={file} python app.py",
    holds_url: true,
    ..ExportFormat::BLANK
};

/// The audience is the pool that trusts the service that issues the token; the person names it as the address.
fn live(subject: &Subject) -> Result<Text, ExportError> {
    let hint = "name the workload identity pool, such as `//iam.googleapis.com/projects/…`";
    let audience = subject.url.as_ref().ok_or(ExportError::NoAddress { format: FORMAT.id, field: "audience", hint })?;
    Text::whole(pretty(&json!({
        "type": "external_account",
        "audience": audience,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "credential_source": {"executable": {
            "command": format!("tokenwright export {} --format google-response", subject.profile),
            "timeout_millis": 30000,
        }},
    })))
}
