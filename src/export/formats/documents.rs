//! The fields as JSON and YAML for any program; the JSON has a documented, versioned shape and carries any value.

use serde_json::{Map, Value as Json, json};

use crate::export::quote::json_string;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

/// Raised when a name or meaning in it changes; names are only ever added within a version.
const VERSION: u32 = 1;

pub(super) const JSON: ExportFormat = ExportFormat {
    id: "json",
    name: "JSON",
    reader: "jq, and any program",
    file_name: "{profile}.json",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(json),
    live: Some(json_live),
    next: "jq --raw-output .access_token {file}",
    live_next: Some("sh {file}"),
    ..ExportFormat::BLANK
};

fn json(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(pretty(&document(subject)))
}

fn json_live(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(format!("tokenwright token {} --json\n", subject.profile))
}

/// `version`, `profile`, `service`, then the fields by name. `expires_at` is in RFC 3339; values retained from replies
/// are under `retained`.
pub(super) fn document(subject: &Subject) -> Json {
    let mut document = Map::new();
    document.insert("version".into(), json!(VERSION));
    document.insert("profile".into(), json!(subject.profile));
    document.insert("service".into(), json!(subject.service));
    let (retained, fields): (Vec<_>, Vec<_>) =
        subject.fields().into_iter().partition(|field| subject.tokens.retained.contains_key(&field.name));
    for field in fields {
        document.insert(field.name, json!(field.value.expose()));
    }
    document.insert(
        "retained".into(),
        retained.into_iter().map(|field| (field.name, field.value.expose().to_owned())).collect(),
    );
    Json::Object(document)
}

pub(super) fn fields(subject: &Subject) -> Map<String, Json> {
    subject.fields().into_iter().map(|field| (field.name, json!(field.value.expose()))).collect()
}

/// Indented, with a line break at the end.
pub(super) fn pretty(json: &Json) -> String {
    format!("{json:#}\n")
}

/// The JSON document in YAML. Every text is in double quotes, so that a token of digits stays a text.
pub(super) const YAML: ExportFormat = ExportFormat {
    id: "yaml",
    name: "YAML",
    reader: "yq, and any program",
    file_name: "{profile}.yaml",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(yaml),
    next: "yq .access_token {file}",
    ..ExportFormat::BLANK
};

fn yaml(subject: &Subject) -> Result<Text, ExportError> {
    let mut text = String::new();
    if let Json::Object(fields) = document(subject) {
        fields.iter().for_each(|(name, value)| write(&mut text, 0, name, value));
    }
    Text::whole(text)
}

/// Appends a field, indented by its depth.
pub(super) fn write(text: &mut String, depth: usize, name: &str, value: &Json) {
    let indent = "  ".repeat(depth);
    match value {
        Json::Object(fields) if fields.is_empty() => text.push_str(&format!("{indent}{name}: {{}}\n")),
        Json::Object(fields) => {
            text.push_str(&format!("{indent}{name}:\n"));
            fields.iter().for_each(|(name, value)| write(text, depth + 1, &key(name), value));
        }
        Json::String(value) => text.push_str(&format!("{indent}{name}: {}\n", json_string(value))),
        other => text.push_str(&format!("{indent}{name}: {other}\n")),
    }
}

/// A key, in quotes unless it is a plain word.
fn key(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if starts_well && name.chars().all(plain) { name.to_owned() } else { json_string(name) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::subject::tests::subject;

    #[test]
    fn the_fields_are_named_as_the_rfc_names_them() {
        let expected = json!({"version": 1, "profile": "acme", "service": "QuickBooks Online", "access_token": "at-1",
            "token_type": "Bearer", "expires_at": "2026-11-21T03:00:00Z", "refresh_token": "rt-1", "client_id": "id-1",
            "client_secret": "cs-1", "token_endpoint": "https://as.test/token", "scope": "a b", "retained": {"realmId": "9130"}});
        assert_eq!(document(&subject()), expected);
    }

    #[test]
    fn every_text_is_quoted() {
        let mut subject = subject();
        subject.tokens.refresh_token = None;
        let text = yaml(&subject).expect("written").text;
        let expected = "version: 1\nprofile: \"acme\"\nservice: \"QuickBooks Online\"\naccess_token: \"at-1\"\n\
            token_type: \"Bearer\"\nexpires_at: \"2026-11-21T03:00:00Z\"\nscope: \"a b\"\nretained:\n  realmId: \"9130\"\n";
        assert_eq!(text.expose(), expected);
    }
}
