//! A manifest of a Kubernetes Secret. Every value is quoted: one that reads as a number is refused by the cluster.

use serde_json::{Map, Value as Json, json};

use crate::export::formats::yaml::write;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "kubernetes-secret",
    name: "Kubernetes Secret",
    reader: "kubectl apply",
    file_name: "{profile}.secret.yaml",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(snapshot),
    next: "kubectl apply --filename {file}",
    ..ExportFormat::BLANK
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    let mut text = String::from("apiVersion: v1\nkind: Secret\n");
    write(&mut text, 0, "metadata", &json!({"name": object_name(&subject.profile)}));
    text.push_str("type: Opaque\n");
    let fields = subject.fields().into_iter().map(|field| (field.name, json!(field.value.expose())));
    write(&mut text, 0, "stringData", &Json::Object(fields.collect::<Map<String, Json>>()));
    Text::whole(text)
}

/// The name of an object there is that of a DNS subdomain (RFC 1123): lower case, letters, digits, `-` and `.`, with a
/// letter or digit at both ends.
fn object_name(profile: &str) -> String {
    let name: String = profile.to_lowercase().chars().map(|c| if c == '_' { '-' } else { c }).collect();
    name.trim_matches(['-', '.']).to_owned()
}
