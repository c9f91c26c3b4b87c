//! What in a reply means what: where each field is, in which unit times are, and what to keep.

use std::fmt;
use std::time::Duration;

use serde_json::Value as Json;

use crate::call::Reply;

/// Where a value is in a reply: names separated by dots, `[n]` for the n-th item from 0
/// (`data.items[0].token`). The empty path is the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    text: String,
}

/// A value to keep under a name of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keep {
    /// The placeholder it becomes.
    pub name: String,
    /// Where it is.
    pub path: Path,
}

/// How a service writes a time of expiry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lifetime {
    /// Seconds from now, as a number or a string of digits (RFC 6749 section 5.1).
    #[default]
    Seconds,
    /// Milliseconds from now.
    Milliseconds,
    /// Seconds since 1970.
    EpochSeconds,
    /// A date as RFC 3339 has it.
    Date,
}

/// How to read a reply. Each field is looked for at its paths in turn; the first that holds something wins.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are the response parameters of RFC 6749 section 5 and RFC 8628 section 3.2")]
pub struct Reading {
    pub access_token: Vec<Path>,
    pub token_type: Vec<Path>,
    pub expires_in: Vec<Path>,
    pub refresh_token: Vec<Path>,
    pub refresh_token_expires_in: Vec<Path>,
    pub id_token: Vec<Path>,
    pub scope: Vec<Path>,
    pub error: Vec<Path>,
    pub error_description: Vec<Path>,
    pub error_uri: Vec<Path>,
    pub device_code: Vec<Path>,
    pub user_code: Vec<Path>,
    pub verification_uri: Vec<Path>,
    pub interval: Vec<Path>,
    /// How `expires_in` is written; `interval` is in milliseconds where that is.
    pub lifetime: Lifetime,
    /// How `refresh_token_expires_in` is.
    pub refresh_lifetime: Lifetime,
    /// Paths and the values that they have only in a success; a reply without them is a refusal, whatever its status.
    pub success: Vec<(Path, String)>,
    /// The life of an access token where the reply does not say.
    pub default_lifetime: Option<Duration>,
    /// Values to keep.
    pub keep: Vec<Keep>,
}

impl Default for Reading {
    /// RFC 6749 sections 5.1 and 5.2, with the names that several services give a refresh token's life, and RFC 8628
    /// section 3.2.
    fn default() -> Self {
        let paths = |names: &[&str]| names.iter().map(|name| Path::new(*name)).collect();
        Self {
            access_token: paths(&["access_token"]),
            token_type: paths(&["token_type"]),
            expires_in: paths(&["expires_in"]),
            refresh_token: paths(&["refresh_token"]),
            refresh_token_expires_in: paths(&[
                "refresh_token_expires_in",
                "refresh_expires_in",
                "x_refresh_token_expires_in",
            ]),
            id_token: paths(&["id_token"]),
            scope: paths(&["scope"]),
            error: paths(&["error"]),
            error_description: paths(&["error_description", "error_message", "message"]),
            error_uri: paths(&["error_uri"]),
            device_code: paths(&["device_code"]),
            user_code: paths(&["user_code"]),
            verification_uri: paths(&["verification_uri"]),
            interval: paths(&["interval"]),
            lifetime: Lifetime::Seconds,
            refresh_lifetime: Lifetime::Seconds,
            success: Vec::new(),
            default_lifetime: None,
            keep: Vec::new(),
        }
    }
}

impl Path {
    /// A path of this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The value there, unless it is missing or `null`.
    pub fn find<'a>(&self, json: &'a Json) -> Option<&'a Json> {
        let mut at = json;
        for step in self.text.split('.').filter(|step| !step.is_empty()) {
            let (name, indexes) = step.split_once('[').map_or((step, ""), |(name, rest)| (name, rest));
            if !name.is_empty() {
                at = at.as_object()?.get(name)?;
            }
            for index in indexes.split('[').filter(|index| !index.is_empty()) {
                at = at.as_array()?.get(index.trim_end_matches(']').parse::<usize>().ok()?)?;
            }
        }
        (!at.is_null()).then_some(at)
    }
}

impl Reading {
    /// Whether the reply says itself that it is one of success.
    pub fn is_success(&self, json: &Json) -> bool {
        self.success.iter().all(|(path, value)| path.find(json).and_then(scalar_text).as_ref() == Some(value))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The first value that one of the paths leads to.
pub fn first<'a>(paths: &[Path], json: &'a Json) -> Option<&'a Json> {
    paths.iter().find_map(|path| path.find(json))
}

/// The first value that one of the paths leads to, as text; numbers and booleans are written out.
pub fn first_text(paths: &[Path], json: &Json) -> Option<String> {
    first(paths, json).and_then(scalar_text).filter(|text| !text.is_empty())
}

/// A scalar as text.
pub fn scalar_text(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// The body as JSON: parsed, or, where it is form-encoded, as an object of strings; `None` where it is neither.
pub fn body_as_json(reply: &Reply) -> Option<Json> {
    let text = reply.body.expose().trim_start_matches('\u{feff}').trim();
    if let Ok(json) = serde_json::from_str::<Json>(text) {
        return (json.is_object() || json.is_array()).then_some(json);
    }
    let form = reply.media_type() == "application/x-www-form-urlencoded"
        || (text.contains('=') && !text.contains(['<', '{', '\n', ' ']));
    form.then(|| {
        let pairs = form_urlencoded::parse(text.as_bytes());
        Json::Object(pairs.map(|(name, value)| (name.into_owned(), Json::String(value.into_owned()))).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_walks_names_and_indexes() {
        let json: Json = serde_json::json!({"data": {"items": [{"token": "a"}, {"token": 7}]}, "none": null});
        let find = |path: &str| Path::new(path).find(&json).and_then(scalar_text);
        assert_eq!(find("data.items[0].token").as_deref(), Some("a"));
        assert_eq!(find("data.items[1].token").as_deref(), Some("7"));
        assert_eq!(find("data.items[2].token"), None);
        assert_eq!(find("data.items[x]"), None);
        assert_eq!(find("none"), None);
        assert_eq!(find("data"), None);
    }
}
