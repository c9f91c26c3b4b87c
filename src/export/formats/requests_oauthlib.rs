//! The token of requests-oauthlib. A date in place of seconds it ignores without a word.

use serde_json::{Map, Value as Json, json};

use crate::export::formats::json::pretty;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "requests-oauthlib",
    name: "requests-oauthlib token",
    reader: "requests-oauthlib: OAuth2Session(token=json.load(…))",
    file_name: "{profile}.oauthlib.json",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(snapshot),
    next: "python -c 'import json; token = json.load(open(\"{file}\"))'",
    ..ExportFormat::BLANK
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
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
