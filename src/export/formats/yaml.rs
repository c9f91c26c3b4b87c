//! The same document as [`super::json`], in YAML. Every value is in double quotes: a token of digits is no number.

use crate::export::formats::json;
use crate::export::quote::json_string;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "yaml",
    name: "YAML",
    reader: "yq, and any program",
    file_name: "{profile}.yaml",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(snapshot),
    next: "yq .access_token {file}",
    ..ExportFormat::BLANK
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    let mut text = String::new();
    if let serde_json::Value::Object(fields) = json::document(subject) {
        fields.iter().for_each(|(name, value)| write(&mut text, 0, name, value));
    }
    Text::whole(text)
}

/// A field, and what is in it.
pub(super) fn write(text: &mut String, depth: usize, name: &str, value: &serde_json::Value) {
    let indent = "  ".repeat(depth);
    match value {
        serde_json::Value::Object(fields) if fields.is_empty() => text.push_str(&format!("{indent}{name}: {{}}\n")),
        serde_json::Value::Object(fields) => {
            text.push_str(&format!("{indent}{name}:\n"));
            fields.iter().for_each(|(name, value)| write(text, depth + 1, &key(name), value));
        }
        serde_json::Value::String(value) => text.push_str(&format!("{indent}{name}: {}\n", json_string(value))),
        other => text.push_str(&format!("{indent}{name}: {other}\n")),
    }
}

/// A name that is not a plain word is quoted as well.
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
    fn every_text_is_quoted() {
        let mut subject = subject();
        subject.tokens.refresh_token = None;
        let text = snapshot(&subject).expect("written").text;
        let expected = "version: 1\nprofile: \"acme\"\nservice: \"QuickBooks Online\"\naccess_token: \"at-1\"\n\
            token_type: \"Bearer\"\nexpires_at: \"2026-11-21T03:00:00Z\"\nscope: \"a b\"\nkept:\n  realmId: \"9130\"\n";
        assert_eq!(text.expose(), expected);
    }
}
