//! A page of a service's documentation, or a script: the curl commands and HTTP requests that stand in other text, as long
//! as they ask for tokens.

use crate::dialect::document::{Document, DocumentError, SMALL};
use crate::dialect::standard::{Blocks, PlainRequests, SeenRequests};
use crate::dialect::{Import, curl, http_file};

const FORMAT: &str = "documentation";

/// Whether a text has such a command or request among its lines.
pub fn recognise(document: &Document<'_>) -> bool {
    let names = ["grant_type", "response_type=code", "refresh_token"];
    document.text().len() <= SMALL
        && document.json().is_none()
        && names.iter().any(|name| document.text().contains(name))
        && document.lines().any(|line| curl::begins(line) || http_file::begins(line))
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    /// A page has dozens.
    const MOST: usize = 500;
    let mut requests = PlainRequests::default();
    let mut seen = SeenRequests::default();
    let text = document.text();
    let mut at = 0;
    let mut count = 0;
    for line in text.split_inclusive('\n') {
        let rest = &text[at..];
        at += line.len();
        let request = if curl::begins(line) {
            curl::request_of(rest)
        } else if http_file::begins(line) {
            http_file::request_of(rest)
        } else {
            continue;
        };
        count += 1;
        if count > MOST {
            return Err(DocumentError::TooMany { format: FORMAT, what: "requests", limit: MOST });
        }
        seen.add("");
        if let Some(request) = request {
            requests.add(FORMAT, request)?;
        }
    }
    let described = requests.described(FORMAT, Blocks::default(), &document.variables())?;
    if described.is_empty() {
        return Err(DocumentError::NoOauth { format: FORMAT, seen: seen.words() });
    }
    Ok(Import { format: FORMAT, described })
}
