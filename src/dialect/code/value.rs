//! The values of code that stand there: texts, numbers, tables and lists. What is computed is a slot, `{{name}}`.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value as Json};

use crate::call::scalar_text;
use crate::dialect::standard::whole_slot;

/// The longest name of a slot.
const LONGEST_NAME: usize = 60;

/// The longest text, in bytes, that is put together of several values: a few lines of a document could make it any size.
pub(super) const LONGEST_TEXT: usize = 1024 * 1024;

/// How many places of a text are filled by number or name: each takes going through the text once.
pub(super) const MOST_PLACES: usize = 32;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// With slots for what is computed.
    Text(String),
    /// A number, a truth value or nothing.
    Literal(Json),
    List(Vec<Self>),
    /// The members of an object, a dictionary or a hash table.
    Table(Vec<(String, Self)>),
    /// Fields that are sent URL-encoded.
    Form(Vec<(String, String)>),
    /// What is sent as JSON.
    Json(Box<Self>),
}

impl Value {
    /// The slot for a value that is computed.
    pub(super) fn open(name: &str) -> Self {
        Self::Text(slot(name))
    }

    /// Whether it is a slot and nothing else.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Text(text) if whole_slot(text).is_some())
    }

    /// As text; empty for a table or list.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Literal(json) => scalar_text(json).unwrap_or_default(),
            Self::Json(value) => value.to_json().to_string(),
            Self::Form(fields) => {
                let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
                pairs.join("&")
            }
            Self::List(_) | Self::Table(_) => String::new(),
        }
    }

    pub(super) fn to_json(&self) -> Json {
        match self {
            Self::Literal(json) => json.clone(),
            Self::List(list) => Json::Array(list.iter().map(Self::to_json).collect()),
            Self::Table(members) => {
                Json::Object(members.iter().map(|(name, value)| (name.clone(), value.to_json())).collect())
            }
            Self::Form(fields) => {
                let members = fields.iter().map(|(name, value)| (name.clone(), Json::String(value.clone())));
                Json::Object(members.collect::<Map<_, _>>())
            }
            Self::Text(_) | Self::Json(_) => Json::String(self.text()),
        }
    }

    /// As names and values: a table, or a list of pairs or of `{key, value}`.
    pub(super) fn fields(&self) -> Vec<(String, String)> {
        match self {
            Self::Table(members) => {
                let sent = members.iter().filter(|(_, value)| *value != Self::Literal(Json::Null));
                sent.map(|(name, value)| (name.clone(), value.text())).collect()
            }
            Self::Form(fields) => fields.clone(),
            Self::Json(value) => value.fields(),
            Self::List(list) => list.iter().filter_map(Self::pair).collect(),
            Self::Text(_) | Self::Literal(_) => Vec::new(),
        }
    }

    /// Two values, or a table of `key` and `value` that is not switched off.
    fn pair(&self) -> Option<(String, String)> {
        match self {
            Self::List(pair) => match &pair[..] {
                [name, value] => Some((name.text(), value.text())),
                _ => None,
            },
            Self::Table(_) if self.member("disabled") == Some(&Self::Literal(Json::Bool(true))) => None,
            Self::Table(_) => {
                let name = self.member("key").or_else(|| self.member("name"))?;
                Some((name.text(), self.member("value").map(Self::text).unwrap_or_default()))
            }
            _ => None,
        }
    }

    pub(super) fn member(&self, wanted: &str) -> Option<&Self> {
        let Self::Table(members) = self else { return None };
        members.iter().rev().find(|(name, _)| name == wanted).map(|(_, value)| value)
    }

    /// Adds a field to a table or form, in place of one of its name.
    pub(super) fn put(&mut self, name: String, value: Self) {
        match self {
            Self::Table(members) => {
                members.retain(|(known, _)| *known != name);
                members.push((name, value));
            }
            Self::Form(fields) => fields.push((name, value.text())),
            _ => {}
        }
    }

    /// Both as one text; a table takes the members of another.
    pub(super) fn joined(self, other: Self) -> Self {
        match (self, other) {
            (Self::Table(mut members), Self::Table(others)) => {
                members.extend(others);
                Self::Table(members)
            }
            (one, other) => Self::Text(one.text() + &other.text()),
        }
    }

    /// Encoded in Base64, or described where a part of it is open.
    pub(super) fn in_base64(&self) -> Self {
        let text = self.text();
        let is_open = text.contains("{{");
        Self::Text(if is_open { format!("base64({text})") } else { BASE64_STANDARD.encode(text) })
    }

    /// About how many bytes it takes.
    pub(super) fn size(&self) -> usize {
        const EACH: usize = 32;
        EACH + match self {
            Self::Text(text) => text.len(),
            Self::Literal(_) => 0,
            Self::List(list) => list.iter().map(Self::size).sum(),
            Self::Table(members) => members.iter().map(|(name, value)| name.len() + value.size()).sum(),
            Self::Form(fields) => fields.iter().map(|(name, value)| EACH + name.len() + value.len()).sum(),
            Self::Json(value) => value.size(),
        }
    }
}

/// The text with a value in each of these places; `None` if that is too long.
pub(super) fn replaced(text: &str, place: &str, value: &str) -> Option<String> {
    let length = text.matches(place).count().saturating_mul(value.len()).saturating_add(text.len());
    (length <= LONGEST_TEXT).then(|| text.replace(place, value))
}

/// A slot that the readers of all formats know: `{{name}}`.
pub(super) fn slot(name: &str) -> String {
    // A function without arguments.
    let name = name.trim().trim_end_matches("()");
    let plain = |c: char| if c.is_alphanumeric() || "._- ".contains(c) { c } else { '_' };
    let name: String = name.trim().chars().map(plain).take(LONGEST_NAME).collect();
    format!("{{{{{}}}}}", if name.is_empty() { "value" } else { &name })
}
