//! The input of `aws secretsmanager create-secret`: the fields as JSON, as a string in JSON.

use serde_json::{Map, Value as Json, json};

use crate::export::formats::json::pretty;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "aws-secret",
    name: "AWS Secrets Manager",
    reader: "aws secretsmanager create-secret --cli-input-json",
    file_name: "{profile}.aws-secret.json",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(snapshot),
    next: "aws secretsmanager create-secret --cli-input-json file://{file}",
    ..ExportFormat::BLANK
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    let fields = subject.fields().into_iter().map(|field| (field.name, json!(field.value.expose())));
    let fields = Json::Object(fields.collect::<Map<String, Json>>());
    Text::whole(pretty(&json!({"Name": subject.profile, "SecretString": fields.to_string()})))
}
