//! What the command of [`google_executable`](super::google_executable) prints: the token that is exchanged (AIP-4117). It
//! must be one that says who signed it, so an ID token goes before the access token.

use serde_json::json;

use crate::export::formats::json::pretty;
use crate::export::{ExportError, ExportFormat, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "google-response",
    name: "Google executable's response",
    reader: "google-auth, from the command in the format google-executable",
    file_name: "{profile}.response.json",
    snapshot: Some(snapshot),
    next: "name the command in the format google-executable",
    ..ExportFormat::BLANK
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    let token = subject.tokens.id_token.as_ref().unwrap_or(&subject.tokens.access_token);
    if token.expose().split('.').count() != 3 {
        let why = "Google's token service takes a signed JWT; ask this service for the scope `openid`";
        return Err(ExportError::CannotCarry { format: FORMAT.id, field: "access_token".into(), why });
    }
    let mut response = json!({
        "version": 1,
        "success": true,
        "token_type": "urn:ietf:params:oauth:token-type:jwt",
        "id_token": token.expose(),
    });
    if let Some(expires_at) = subject.expires_at_seconds() {
        response["expiration_time"] = json!(expires_at);
    }
    Text::whole(pretty(&response))
}
