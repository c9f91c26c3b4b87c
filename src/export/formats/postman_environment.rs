//! A Postman environment. Its reader takes a wrong shape for an empty one without a word, so the shape is tested.

use serde_json::{Value as Json, json};

use crate::export::formats::json::pretty;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "postman-environment",
    name: "Postman environment",
    reader: "Postman, newman --environment",
    file_name: "{profile}.postman_environment.json",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(snapshot),
    next: "newman run collection.json --environment {file}",
    ..ExportFormat::BLANK
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    let values = subject.fields().into_iter().map(|field| {
        let kind = if field.secret { "secret" } else { "default" };
        json!({"key": field.name, "value": field.value.expose(), "type": kind, "enabled": true})
    });
    Text::whole(pretty(&json!({
        "name": subject.profile,
        "values": values.collect::<Vec<Json>>(),
        "_postman_variable_scope": "environment",
    })))
}
