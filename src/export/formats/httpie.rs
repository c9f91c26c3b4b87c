//! A session file of `HTTPie`.

use serde_json::json;

use crate::export::formats::header::line;
use crate::export::formats::json::pretty;
use crate::export::{ExportError, ExportFormat, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "httpie",
    name: "HTTPie session",
    reader: "http --session-read-only",
    file_name: "{profile}.httpie.json",
    snapshot: Some(snapshot),
    live: Some(live),
    next: "http --session-read-only=./{file} {url}",
    live_next: Some("sh {file} {url}"),
    ..ExportFormat::BLANK
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    // Read first, since it refuses what no header can hold.
    let header = line(subject)?;
    let (name, value) = header.split_once(": ").unwrap_or_default();
    let is_bearer = subject.header().is_bearer();
    let auth = if is_bearer {
        json!({"type": "bearer", "raw_auth": subject.tokens.access_token.expose()})
    } else {
        json!({"type": null, "username": null, "password": null})
    };
    let headers = if is_bearer { json!([]) } else { json!([{"name": name, "value": value}]) };
    Text::whole(pretty(&json!({
        "__meta__": {"about": "HTTPie session file", "httpie": "3.2.4"},
        "auth": auth,
        "cookies": [],
        "headers": headers,
    })))
}

/// The header as `HTTPie` takes it: `Name:value` in a word.
fn live(subject: &Subject) -> Result<Text, ExportError> {
    // No request without a token.
    Text::whole(format!("header=\"$(tokenwright token {} --header)\" && http \"$@\" \"$header\"\n", subject.profile))
}
