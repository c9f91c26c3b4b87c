//! The file of Application Default Credentials of a person. Its reader refreshes at Google whatever else is in it.

use serde_json::{Map, Value as Json, json};

use crate::export::formats::json::pretty;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "google-authorized-user",
    name: "Google authorized user",
    reader: "google-auth, GOOGLE_APPLICATION_CREDENTIALS",
    file_name: "{profile}.authorized_user.json",
    refresh_token: RefreshTokenUse::Needed,
    snapshot: Some(snapshot),
    next: "GOOGLE_APPLICATION_CREDENTIALS={file} python app.py",
    ..ExportFormat::BLANK
};

/// Where its readers refresh: the address in the file is ignored.
const GOOGLE: &str = "https://oauth2.googleapis.com/token";

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    let mut file = parts(subject, FORMAT.id)?;
    if subject.token_endpoint != GOOGLE {
        let why =
            "google-auth refreshes at Google whatever the file says; the format `google-external` takes any address";
        return Err(ExportError::CannotCarry { format: FORMAT.id, field: "token_endpoint".into(), why });
    }
    file.insert("type".into(), json!("authorized_user"));
    file.insert("token_uri".into(), json!(GOOGLE));
    file.insert("token".into(), json!(subject.tokens.access_token.expose()));
    // Without an offset: its reader refuses one.
    if let Some(expires_at) = subject.tokens.expires_at {
        file.insert("expiry".into(), json!(expires_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()));
    }
    file.insert("scopes".into(), json!(subject.scopes));
    Text::whole(pretty(&Json::Object(file)))
}

/// Client and refresh token: all three must be there.
pub(super) fn parts(subject: &Subject, format: &'static str) -> Result<Map<String, Json>, ExportError> {
    let missing = |field, hint| ExportError::Missing { format, field, hint };
    let refresh_token = subject.tokens.refresh_token.as_ref();
    let refresh_token = refresh_token.ok_or(missing("refresh token", "ask the service for offline access"))?;
    if subject.client_secret.is_empty() {
        return Err(missing("client secret", "a public client cannot use it"));
    }
    let mut parts = Map::new();
    parts.insert("client_id".into(), json!(subject.client_id));
    parts.insert("client_secret".into(), json!(subject.client_secret.expose()));
    parts.insert("refresh_token".into(), json!(refresh_token.expose()));
    Ok(parts)
}
