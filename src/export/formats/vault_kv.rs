//! The body of a write to the second version of `HashiCorp` Vault's key and value store.

use serde_json::{Map, Value as Json, json};

use crate::export::formats::json::pretty;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "vault-kv",
    name: "HashiCorp Vault KV",
    reader: "vault write, the KV version 2 API, OpenBao",
    file_name: "{profile}.vault.json",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(snapshot),
    next: "curl --header \"X-Vault-Token: $VAULT_TOKEN\" --data @{file} $VAULT_ADDR/v1/secret/data/{profile}",
    ..ExportFormat::BLANK
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    let fields = subject.fields().into_iter().map(|field| (field.name, json!(field.value.expose())));
    let fields: Map<String, Json> = fields.collect();
    Text::whole(pretty(&json!({ "data": fields })))
}
