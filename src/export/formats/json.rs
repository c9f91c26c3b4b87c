//! JSON with a documented, versioned shape: the format that carries any value.

use serde_json::{Map, Value as Json, json};

use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

/// Raised when a name or meaning in it changes; names are only ever added within a version.
const VERSION: u32 = 1;

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "json",
    name: "JSON",
    reader: "jq, and any program",
    file_name: "{profile}.json",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(snapshot),
    live: Some(live),
    next: "jq --raw-output .access_token {file}",
    live_next: Some("sh {file}"),
    ..ExportFormat::BLANK
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(pretty(&document(subject)))
}

fn live(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(format!("tokenwright token {} --json\n", subject.profile))
}

/// `version`, `profile`, `service`, then the fields by name; `expires_at` in RFC 3339, values that were kept under
/// `kept`.
pub(super) fn document(subject: &Subject) -> Json {
    let mut document = Map::new();
    document.insert("version".into(), json!(VERSION));
    document.insert("profile".into(), json!(subject.profile));
    document.insert("service".into(), json!(subject.service));
    let (kept, fields): (Vec<_>, Vec<_>) =
        subject.fields().into_iter().partition(|field| subject.tokens.retained.contains_key(&field.name));
    for field in fields {
        document.insert(field.name, json!(field.value.expose()));
    }
    let kept: Map<String, Json> = kept.into_iter().map(|field| (field.name, json!(field.value.expose()))).collect();
    document.insert("kept".into(), Json::Object(kept));
    Json::Object(document)
}

/// Laid out, with a line break at the end.
pub(super) fn pretty(json: &Json) -> String {
    format!("{json:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::subject::tests::subject;

    #[test]
    fn the_fields_are_named_as_the_rfc_names_them() {
        let expected = json!({"version": 1, "profile": "acme", "service": "QuickBooks Online", "access_token": "at-1",
            "token_type": "Bearer", "expires_at": "2026-11-21T03:00:00Z", "refresh_token": "rt-1", "client_id": "id-1",
            "client_secret": "cs-1", "token_endpoint": "https://as.test/token", "scope": "a b", "kept": {"realmId": "9130"}});
        assert_eq!(document(&subject()), expected);
    }
}
