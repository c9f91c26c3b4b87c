//! A Bruno environment, in the JSON that its window imports and its command line reads.

use serde_json::{Value as Json, json};

use crate::export::formats::json::pretty;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "bruno",
    name: "Bruno environment",
    reader: "Bruno, bru run --env-file",
    file_name: "{profile}.bruno.json",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(snapshot),
    next: "bru run --env-file {file}",
    ..ExportFormat::BLANK
};

/// A variable that is marked secret has no value in a file of Bruno's; these have one.
fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    let variables = subject.fields().into_iter().map(|field| {
        json!({"name": field.name, "value": field.value.expose(), "enabled": true, "secret": false, "type": "text"})
    });
    Text::whole(pretty(&json!({"name": subject.profile, "variables": variables.collect::<Vec<Json>>()})))
}
