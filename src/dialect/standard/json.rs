//! Access to JSON of unknown shape.

use serde_json::Value as Json;

use crate::call::scalar_text;

/// The text of a scalar member; empty where there is none.
pub(crate) fn text_at(json: &Json, name: &str) -> String {
    json.get(name).map(plain_text).unwrap_or_default()
}

/// A scalar as text, without space around it; empty for anything else.
pub(crate) fn plain_text(json: &Json) -> String {
    scalar_text(json).map(|text| text.trim().to_owned()).unwrap_or_default()
}
