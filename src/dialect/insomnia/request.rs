//! A request of an export, as far as a call for tokens needs it.

use serde::Deserialize;

use crate::dialect::Note;
use crate::dialect::standard::{PlainRequest, RawBody, RawCall, method_or_get};

/// What a request sends. All scalars are strings, whatever YAML would make of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    pub(super) url: Option<String>,
    pub(super) method: Option<String>,
    pub(super) headers: Option<Vec<Pair>>,
    pub(super) parameters: Option<Vec<Pair>>,
    pub(super) body: Option<Body>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pair {
    name: Option<String>,
    value: Option<String>,
    disabled: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Body {
    #[serde(rename = "mimeType")]
    media_type: Option<String>,
    text: Option<String>,
    params: Option<Vec<Pair>>,
}

impl Sent {
    /// The request; `None` for a folder.
    pub(super) fn request(self, title: String, name: String, basic: Option<(String, String)>) -> Option<PlainRequest> {
        let url = self.url?;
        let mut ignored = Vec::new();
        let method = method_or_get(&self.method.unwrap_or_default());
        let body = self.body.unwrap_or_default();
        if body.media_type.as_deref().is_some_and(|kind| kind.starts_with("multipart/")) {
            let words = "the body is sent URL-encoded (RFC 6749 section 4.1.3)";
            ignored.push(Note::new(format!("{name} › body"), words));
        }
        let body = match (body.params, body.text) {
            (Some(params), _) if !params.is_empty() => RawBody::Fields(pairs(Some(params))),
            (_, Some(text)) if !text.trim().is_empty() => RawBody::Text(text),
            _ => RawBody::None,
        };
        let (headers, query) = (pairs(self.headers), pairs(self.parameters));
        let call = RawCall { method, url, headers, query, body, basic };
        Some(PlainRequest { title, name, call, ignored })
    }
}

/// Those that are switched on.
fn pairs(list: Option<Vec<Pair>>) -> Vec<(String, String)> {
    let used = list.into_iter().flatten().filter(|pair| pair.disabled != Some(true));
    used.map(|pair| (pair.name.unwrap_or_default(), pair.value.unwrap_or_default()))
        .filter(|(name, _)| !name.is_empty())
        .collect()
}
