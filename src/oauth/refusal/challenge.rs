//! `WWW-Authenticate`: the schemes that a 401 offers (RFC 9110 section 11.6.1), and the error of a Bearer challenge (RFC 6750
//! section 3).

use serde_json::{Map, Value as Json};

use crate::call::Reply;

/// The challenges of a reply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Challenge {
    /// The schemes in lower case, each with its `error`.
    schemes: Vec<(String, Option<String>)>,
    /// `error`, `error_description` and `error_uri`.
    pub said: Map<String, Json>,
}

impl Challenge {
    pub fn of(reply: &Reply) -> Self {
        let mut challenge = Self::default();
        let headers = reply.headers.iter().filter(|(name, _)| name == "www-authenticate");
        for (_, value) in headers {
            for part in parts(value) {
                challenge.take(part);
            }
        }
        challenge
    }

    /// `scheme` in lower case.
    pub fn asks_for(&self, scheme: &str) -> bool {
        self.schemes.iter().any(|(known, _)| known == scheme)
    }

    /// The `error` of the first challenge of this scheme; `scheme` in lower case.
    pub fn error_of(&self, scheme: &str) -> Option<&str> {
        self.schemes.iter().find(|(known, _)| known == scheme)?.1.as_deref()
    }

    /// A part is `Scheme`, `Scheme name=value`, or `name=value`.
    fn take(&mut self, part: &str) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let mut words = name.split_whitespace();
        let (first, second) = (words.next().unwrap_or_default(), words.next());
        let name = if second.is_some() || !part.contains('=') { second.unwrap_or_default() } else { first };
        let is_token =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if (second.is_some() || !part.contains('=')) && is_token(first) {
            self.schemes.push((first.to_ascii_lowercase(), None));
        }
        let name = name.to_ascii_lowercase();
        if name.starts_with("error") {
            let value = value.trim().trim_matches('"').replace("\\\"", "\"");
            if let Some((_, error)) = self.schemes.last_mut().filter(|_| name == "error") {
                error.get_or_insert_with(|| value.clone());
            }
            self.said.entry(name).or_insert(Json::from(value));
        }
    }
}

/// Splits at commas outside quotes.
fn parts(value: &str) -> Vec<&str> {
    let (mut parts, mut from, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, c) in value.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                parts.push(value[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(value[from..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}
