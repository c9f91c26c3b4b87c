//! The `credentials` of an Airbyte source. Airbyte hands a new refresh token to its platform, never back to the file.

use serde_json::json;

use crate::export::formats::google_authorized_user::parts;
use crate::export::formats::json::pretty;
use crate::export::subject::rfc3339;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "airbyte",
    name: "Airbyte source settings",
    reader: "Airbyte connectors (--config)",
    file_name: "{profile}.airbyte.json",
    refresh_token: RefreshTokenUse::Needed,
    snapshot: Some(snapshot),
    next: "source-declarative-manifest check --config {file} --manifest-path manifest.yaml",
    ..ExportFormat::BLANK
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    let mut settings = parts(subject, FORMAT.id)?;
    settings.insert("auth_type".into(), json!("oauth2.0"));
    settings.insert("access_token".into(), json!(subject.tokens.access_token.expose()));
    if let Some(expires_at) = subject.tokens.expires_at {
        settings.insert("token_expiry_date".into(), json!(rfc3339(expires_at)));
    }
    Text::whole(pretty(&json!({ "credentials": settings })))
}
