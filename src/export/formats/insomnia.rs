//! An Insomnia environment, as its export format 4 has it.

use serde_json::{Map, Value as Json, json};

use crate::export::formats::json::pretty;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "insomnia",
    name: "Insomnia environment",
    reader: "Insomnia, inso",
    file_name: "{profile}.insomnia.json",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(snapshot),
    next: "import {file} in Insomnia: Preferences, Data",
    ..ExportFormat::BLANK
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    let fields = subject.fields().into_iter().map(|field| (field.name, json!(field.value.expose())));
    let data: Map<String, Json> = fields.collect();
    let workspace = format!("wrk_{}", subject.profile);
    Text::whole(pretty(&json!({
        "_type": "export",
        "__export_format": 4,
        "__export_source": "tokenwright",
        "resources": [
            {"_id": workspace, "_type": "workspace", "parentId": null, "name": subject.profile, "scope": "collection"},
            {"_id": format!("env_{}", subject.profile), "_type": "environment", "parentId": workspace,
                "name": "Base Environment", "data": data, "isPrivate": true},
        ],
    })))
}
