//! The configuration of pizauth: blocks of `name = value;`, one an account.

use serde_json::{Map, Value as Json};

use crate::dialect::Import;
use crate::dialect::document::{Document, DocumentError};
use crate::dialect::held::forms::PIZAUTH;

pub fn recognise(document: &Document<'_>) -> bool {
    let has_account = document.lines().any(|line| line.starts_with("account \""));
    has_account && document.text().contains("token_uri")
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let signs = signs(document.text());
    let wrong = |at: usize| {
        let line = signs.get(at).or(signs.last()).map_or(1, |(line, _)| *line);
        DocumentError::Syntax { format: PIZAUTH.name, reason: "expected `name = value;`", line, column: 1 }
    };
    let sign = |at: usize| signs.get(at).map_or("", |(_, sign)| sign.as_str());
    let mut accounts = Map::new();
    let mut at = 0;
    while at < signs.len() {
        if sign(at) != "account" {
            // A setting of pizauth itself.
            at = 1 + (at..signs.len()).find(|at| sign(*at) == ";").ok_or_else(|| wrong(at))?;
            continue;
        }
        let name = sign(at + 1).trim_matches('"').to_owned();
        if sign(at + 2) != "{" {
            return Err(wrong(at));
        }
        at += 3;
        let mut account = Map::new();
        while sign(at) != "}" {
            let end = (at..signs.len()).find(|at| sign(*at) == ";").ok_or_else(|| wrong(at))?;
            if sign(at + 1) != "=" || end < at + 3 {
                return Err(wrong(at));
            }
            let values: String = (at + 2..end).map(sign).collect();
            // Its values are written as in JSON, but for a comma after the last.
            let values = values.replace(",]", "]").replace(",}", "}");
            let value = serde_json::from_str(&values).unwrap_or(Json::String(values));
            account.insert(sign(at).to_owned(), value);
            at = end + 1;
        }
        at += 1;
        accounts.insert(name, Json::Object(account));
    }
    PIZAUTH.read_tree(&Json::Object(accounts))
}

/// The signs of a text with their lines: names, quoted texts with their quotes, and signs.
fn signs(text: &str) -> Vec<(usize, String)> {
    let mut signs = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let mut letters = line.chars().peekable();
        while let Some(letter) = letters.next() {
            let mut sign = String::from(letter);
            match letter {
                _ if letter.is_whitespace() => continue,
                '/' if letters.peek() == Some(&'/') => break,
                '"' => {
                    let mut is_escaped = false;
                    for inside in letters.by_ref() {
                        sign.push(inside);
                        if inside == '"' && !is_escaped {
                            break;
                        }
                        is_escaped = inside == '\\' && !is_escaped;
                    }
                }
                _ if letter.is_alphanumeric() || letter == '_' => {
                    while let Some(next) = letters.next_if(|next| next.is_alphanumeric() || *next == '_') {
                        sign.push(next);
                    }
                }
                _ => {}
            }
            signs.push((at + 1, sign));
        }
    }
    signs
}
