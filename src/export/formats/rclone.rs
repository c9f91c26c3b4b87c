//! A remote in rclone's file. rclone refreshes by itself and writes the new token into its own file.

use serde_json::{Map, Value as Json, json};

use crate::export::subject::rfc3339;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "rclone",
    name: "rclone remote",
    reader: "rclone",
    file_name: "{profile}.rclone.conf",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(snapshot),
    next: "rclone --config {file} lsd {profile}:",
    ..ExportFormat::BLANK
};

/// What rclone takes for a token that does not expire.
const NEVER: &str = "0001-01-01T00:00:00Z";

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    let mut token = Map::new();
    token.insert("access_token".into(), json!(subject.tokens.access_token.expose()));
    token.insert("token_type".into(), json!(subject.header().token_type()));
    let refresh_token = subject.tokens.refresh_token.as_ref();
    if let Some(refresh_token) = refresh_token {
        token.insert("refresh_token".into(), json!(refresh_token.expose()));
    }
    token.insert("expiry".into(), json!(subject.tokens.expires_at.map_or(NEVER.to_owned(), rfc3339)));
    let mut lines = vec![format!("[{}]", subject.profile), format!("type = {}", backend(subject)?)];
    if refresh_token.is_some() {
        lines.push(format!("client_id = {}", one_line(&subject.client_id, "client_id")?));
        if !subject.client_secret.is_empty() {
            lines.push(format!("client_secret = {}", one_line(subject.client_secret.expose(), "client_secret")?));
        }
        lines.push(format!("token_url = {}", subject.token_endpoint));
    }
    lines.push(format!("token = {}", Json::Object(token)));
    Text::whole(lines.join("\n") + "\n")
}

/// Which of rclone's backends speaks to the service, by the host of its token endpoint.
fn backend(subject: &Subject) -> Result<&'static str, ExportError> {
    const BACKENDS: [(&str, &str); 7] = [
        ("googleapis.com", "drive"),
        ("dropbox", "dropbox"),
        ("microsoftonline.com", "onedrive"),
        ("box.com", "box"),
        ("pcloud.com", "pcloud"),
        ("yandex", "yandex"),
        ("zoho", "zoho"),
    ];
    let named = subject.inputs.get("rclone_type").map(String::as_str);
    if let Some((_, backend)) = BACKENDS.iter().find(|(_, backend)| Some(*backend) == named) {
        return Ok(backend);
    }
    let found = BACKENDS.iter().find(|(host, _)| subject.token_endpoint.contains(host));
    let why =
        "rclone has no backend for this service; set the input `rclone_type` to one that speaks to it, such as `drive`";
    found.map(|(_, backend)| *backend).ok_or(ExportError::CannotCarry {
        format: FORMAT.id,
        field: "service".into(),
        why,
    })
}

/// rclone's file cuts white space at both ends and has no quotes.
fn one_line<'a>(value: &'a str, field: &str) -> Result<&'a str, ExportError> {
    if value.contains(['\n', '\r']) || value.trim() != value {
        let why = "its file has no way of writing a line break, or white space at an end";
        return Err(ExportError::CannotCarry { format: FORMAT.id, field: field.to_owned(), why });
    }
    Ok(value)
}
