//! For tools and libraries that move data, and mostly refresh by themselves.

use serde_json::{Map, Value as Json, json};

use crate::export::formats::documents::pretty;
use crate::export::formats::google::parts;
use crate::export::subject::rfc3339;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

/// The token of requests-oauthlib, which silently ignores a date where it expects seconds.
pub(super) const REQUESTS_OAUTHLIB: ExportFormat = ExportFormat {
    id: "requests-oauthlib",
    name: "requests-oauthlib token",
    reader: "requests-oauthlib: OAuth2Session(token=json.load(…))",
    file_name: "{profile}.oauthlib.json",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(requests_oauthlib),
    next: "python -c 'import json; token = json.load(open(\"{file}\"))'",
    ..ExportFormat::BLANK
};

fn requests_oauthlib(subject: &Subject) -> Result<Text, ExportError> {
    let mut token = Map::new();
    token.insert("access_token".into(), json!(subject.tokens.access_token.expose()));
    token.insert("token_type".into(), json!(subject.header().token_type()));
    if let Some(refresh_token) = &subject.tokens.refresh_token {
        token.insert("refresh_token".into(), json!(refresh_token.expose()));
    }
    if let Some(expires_at) = subject.expires_at_seconds() {
        token.insert("expires_at".into(), json!(expires_at));
    }
    if !subject.scopes.is_empty() {
        token.insert("scope".into(), json!(subject.scopes));
    }
    Text::whole(pretty(&Json::Object(token)))
}

/// A remote in rclone's configuration; rclone refreshes the token and writes it back there.
pub(super) const RCLONE: ExportFormat = ExportFormat {
    id: "rclone",
    name: "rclone remote",
    reader: "rclone",
    file_name: "{profile}.rclone.conf",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(rclone),
    next: "rclone --config {file} lsd {profile}:",
    ..ExportFormat::BLANK
};

/// rclone's expiry of a token that does not expire.
const NEVER: &str = "0001-01-01T00:00:00Z";

fn rclone(subject: &Subject) -> Result<Text, ExportError> {
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

/// The rclone backend for the service, by the host of its token endpoint.
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
        format: RCLONE.id,
        field: "service".into(),
        why,
    })
}

/// rclone's file trims values and has no quotes.
fn one_line<'a>(value: &'a str, field: &str) -> Result<&'a str, ExportError> {
    if value.contains(['\n', '\r']) || value.trim() != value {
        let why = "its file has no way of writing a line break, or white space at an end";
        return Err(ExportError::CannotCarry { format: RCLONE.id, field: field.to_owned(), why });
    }
    Ok(value)
}

/// The settings of a Singer tap, which Meltano accepts too. The tap refreshes by itself.
pub(super) const SINGER: ExportFormat = ExportFormat {
    id: "singer",
    name: "Singer tap settings",
    reader: "Singer taps (--config), Meltano",
    file_name: "{profile}.singer.json",
    refresh_token: RefreshTokenUse::Needed,
    snapshot: Some(singer),
    next: "tap-{profile} --config {file} --discover",
    ..ExportFormat::BLANK
};

fn singer(subject: &Subject) -> Result<Text, ExportError> {
    let mut settings = parts(subject, SINGER.id)?;
    settings.insert("access_token".into(), json!(subject.tokens.access_token.expose()));
    for (name, value) in subject.inputs.iter().chain(&subject.tokens.retained) {
        settings.entry(name.clone()).or_insert_with(|| json!(value));
    }
    let mut text = Text::whole(pretty(&Json::Object(settings)))?;
    text.left_out.push("what the tap needs besides: its start date and the like, by its own documentation".to_owned());
    Ok(text)
}

/// The `credentials` of an Airbyte source. Airbyte gives a new refresh token to its platform and never writes it back here.
pub(super) const AIRBYTE: ExportFormat = ExportFormat {
    id: "airbyte",
    name: "Airbyte source settings",
    reader: "Airbyte connectors (--config)",
    file_name: "{profile}.airbyte.json",
    refresh_token: RefreshTokenUse::Needed,
    snapshot: Some(airbyte),
    next: "source-declarative-manifest check --config {file} --manifest-path manifest.yaml",
    ..ExportFormat::BLANK
};

fn airbyte(subject: &Subject) -> Result<Text, ExportError> {
    let mut settings = parts(subject, AIRBYTE.id)?;
    settings.insert("auth_type".into(), json!("oauth2.0"));
    settings.insert("access_token".into(), json!(subject.tokens.access_token.expose()));
    if let Some(expires_at) = subject.tokens.expires_at {
        settings.insert("token_expiry_date".into(), json!(rfc3339(expires_at)));
    }
    Text::whole(pretty(&json!({ "credentials": settings })))
}
