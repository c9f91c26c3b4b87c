//! A Postman collection whose requests all carry the token: the `auth` block that others are copied from.

use serde_json::json;

use crate::export::formats::header::line;
use crate::export::formats::json::pretty;
use crate::export::{ExportError, ExportFormat, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "postman-collection",
    name: "Postman collection with OAuth 2.0",
    reader: "Postman, newman run",
    file_name: "{profile}.postman_collection.json",
    snapshot: Some(snapshot),
    next: "newman run {file}",
    holds_url: true,
    ..ExportFormat::BLANK
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    let entry = |key: &str, value: &str| json!({"key": key, "value": value, "type": "string"});
    let header = subject.header();
    let auth = if header.is_authorization() && header.scheme().is_some() {
        json!({"type": "oauth2", "oauth2": [
            entry("accessToken", subject.tokens.access_token.expose()),
            entry("tokenType", header.token_type()),
            entry("headerPrefix", header.token_type()),
            entry("addTokenTo", "header"),
        ]})
    } else {
        json!({"type": "apikey", "apikey": [
            entry("key", header.name()),
            entry("value", &header.value(subject.tokens.access_token.expose())),
            entry("in", "header"),
        ]})
    };
    // Refuses what no header can hold.
    line(subject)?;
    let requests = subject.url.iter().map(|url| json!({"name": url, "request": {"method": "GET", "url": url}}));
    Text::whole(pretty(&json!({
        "info": {
            "name": subject.profile,
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "auth": auth,
        "item": requests.collect::<Vec<_>>(),
    })))
}
