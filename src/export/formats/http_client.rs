//! The private environment file of the HTTP clients of `JetBrains` and VS Code (httpYac), which belongs in no repository.

use serde_json::{Map, Value as Json, json};

use crate::export::formats::json::pretty;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "http-client",
    name: "HTTP client private environment",
    reader: "JetBrains HTTP client, httpYac in VS Code",
    file_name: "http-client.private.env.json",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(snapshot),
    next: "ijhttp --private-env-file {file} --env {profile} requests.http",
    ..ExportFormat::BLANK
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    let fields = subject.fields().into_iter().map(|field| (field.name, json!(field.value.expose())));
    let fields: Map<String, Json> = fields.collect();
    Text::whole(pretty(&json!({ subject.profile.as_str(): fields })))
}
