//! Access to JSON of unknown shape.

use serde_json::Value as Json;

use crate::call::scalar_text;

pub(crate) fn text_at(json: &Json, name: &str) -> String {
    json.get(name).map(plain_text).unwrap_or_default()
}

/// A scalar as trimmed text; empty for anything else.
pub(crate) fn plain_text(json: &Json) -> String {
    scalar_text(json).map(|text| text.trim().to_owned()).unwrap_or_default()
}
