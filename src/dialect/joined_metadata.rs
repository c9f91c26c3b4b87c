//! The metadata of one issuer from several documents: `OpenID` Connect Discovery and RFC 8414 name places of their own, and a
//! server may publish both.

use serde_json::{Map, Value as Json};

use crate::dialect::Note;
use crate::oauth::plain_line;

/// The members of several documents, and where they contradict each other.
#[derive(Debug, Default)]
pub struct JoinedMetadata {
    members: Map<String, Json>,
    contradictions: Vec<Note>,
}

impl JoinedMetadata {
    /// Adds the members of a document from this address. What an earlier document says stays; lists are joined.
    pub fn add(&mut self, address: &str, document: Map<String, Json>) {
        let is_first = self.members.is_empty();
        for (name, value) in document {
            let Some(known) = self.members.get_mut(&name) else {
                self.members.insert(name, value);
                continue;
            };
            if is_first || *known == value {
                continue;
            }
            match (known, value) {
                // A different order or a longer list is no contradiction.
                (Json::Array(known), Json::Array(more)) => {
                    let new: Vec<Json> = more.into_iter().filter(|item| !known.contains(item)).collect();
                    known.extend(new);
                }
                (known, value) => {
                    let words = format!("{address} says {}; {} is used", text(&value), text(known));
                    self.contradictions.push(Note::new(name, words));
                }
            }
        }
    }

    /// The whole document, and the contradictions.
    pub fn finish(self) -> (String, Vec<Note>) {
        (Json::Object(self.members).to_string(), self.contradictions)
    }
}

/// A value in a message: not longer than a person reads.
fn text(value: &Json) -> String {
    const LONGEST: usize = 120;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let shown: String = plain_line(&text).chars().take(LONGEST).collect();
    format!("`{shown}`")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn joined(documents: &[Json]) -> (Json, Vec<String>) {
        let mut joined = JoinedMetadata::default();
        for (at, document) in documents.iter().enumerate() {
            joined.add(&format!("https://as.test/{at}"), document.as_object().expect("an object").clone());
        }
        let (text, contradictions) = joined.finish();
        let notes = contradictions.into_iter().map(|note| format!("{}: {}", note.place, note.words)).collect();
        (serde_json::from_str(&text).expect("JSON"), notes)
    }

    #[test]
    fn each_document_adds_what_the_others_lack_and_lists_are_joined() {
        let (all, contradictions) = joined(&[
            json!({ "issuer": "i", "scopes_supported": ["openid", "a"] }),
            json!({ "issuer": "i", "scopes_supported": ["b", "a"], "revocation_endpoint": "r" }),
        ]);
        assert_eq!(all, json!({ "issuer": "i", "scopes_supported": ["openid", "a", "b"], "revocation_endpoint": "r" }));
        assert_eq!(contradictions, [""; 0]);
    }

    #[test]
    fn a_contradiction_is_named_and_the_first_document_stands() {
        let (all, contradictions) = joined(&[
            json!({ "token_endpoint": "https://as.test/token" }),
            json!({ "token_endpoint": "https://elsewhere.test/token\u{1b}" }),
        ]);
        assert_eq!(all, json!({ "token_endpoint": "https://as.test/token" }));
        let words =
            "token_endpoint: https://as.test/1 says `https://elsewhere.test/token`; `https://as.test/token` is used";
        assert_eq!(contradictions, [words]);
    }
}
