//! A part of a JWT: base64url of a JSON object, whose names should be unique, and its members in rows.

use std::fmt;

use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine as _, alphabet};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value as Json};

use crate::call::scalar_text;
use crate::oauth::inspected::TokenRow;
use crate::oauth::inspected::meanings::{claim_meaning, header_meaning};
use crate::oauth::inspected::times::{is_time, read_time};

/// Padding is not part of a JWT (RFC 7515 section 2), but some programs add it.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The most rows that are made of header or claims: tokens list hundreds of groups.
const MOST_ROWS: usize = 400;
/// The most characters of a name and of a value in a row.
const LONGEST_NAME: usize = 120;
const LONGEST_VALUE: usize = 2_000;

/// The bytes of a part; `None` if it is not base64url.
pub(in crate::oauth) fn decode(part: &str) -> Option<Vec<u8>> {
    BASE64URL.decode(part).ok()
}

/// The members of a part, and the names that occur twice; `None` if it is not a JSON object.
pub(in crate::oauth) fn decode_part(part: &str) -> Option<(Map<String, Json>, Vec<String>)> {
    let Members { last, twice } = serde_json::from_slice(&decode(part)?).ok()?;
    Some((last, twice))
}

struct Members {
    last: Map<String, Json>,
    twice: Vec<String>,
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Members { last: Map::new(), twice: Vec::new() };
                while let Some((name, value)) = map.next_entry::<String, Json>()? {
                    if members.last.insert(name.clone(), value).is_some() && !members.twice.contains(&name) {
                        members.twice.push(name);
                    }
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// The members in rows; those of an object each in a row of its own.
pub(super) fn flatten(members: &Map<String, Json>, is_header: bool) -> Vec<TokenRow> {
    let mut rows = Vec::new();
    for (name, value) in members {
        add(&mut rows, cut(name, LONGEST_NAME), value, is_header);
    }
    if rows.len() > MOST_ROWS {
        rows.truncate(MOST_ROWS);
        let value = "there is more than is shown here".to_owned();
        rows.push(TokenRow { name: "…".to_owned(), value, meaning: None, at: None });
    }
    rows
}

fn add(rows: &mut Vec<TokenRow>, name: String, value: &Json, is_header: bool) {
    if rows.len() > MOST_ROWS {
        return;
    }
    if let Json::Object(members) = value
        && !members.is_empty()
    {
        for (inner, value) in members {
            add(rows, cut(&format!("{name}.{}", cut(inner, LONGEST_NAME)), LONGEST_NAME), value, is_header);
        }
        return;
    }
    let at = (!is_header && is_time(&name)).then(|| read_time(value).map(|time| time.at)).flatten();
    let meaning = if is_header { header_meaning(&name, value) } else { claim_meaning(&name) };
    rows.push(TokenRow { name, value: cut(&text(value), LONGEST_VALUE), meaning, at });
}

fn text(value: &Json) -> String {
    match value {
        Json::Array(items) if items.iter().all(|item| scalar_text(item).is_some()) => {
            items.iter().filter_map(scalar_text).collect::<Vec<_>>().join(", ")
        }
        value => scalar_text(value).unwrap_or_else(|| value.to_string()),
    }
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
