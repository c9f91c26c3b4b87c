//! A page of a service's documentation, or a script: the curl commands and HTTP requests that stand in other text, as long
//! as they ask for tokens.

use crate::dialect::document::{Document, DocumentError, LONGEST_TEXT, SMALL};
use crate::dialect::standard::{Blocks, PlainRequests, SeenRequests, whole_slot};
use crate::dialect::{Import, curl, http_file};

const FORMAT: &str = "documentation";

/// Whether a text has such a command or request among its lines.
pub fn recognise(document: &Document<'_>) -> bool {
    let names = ["grant_type", "response_type=code", "refresh_token"];
    document.text().len() <= SMALL
        && document.json().is_none()
        // What stands in HTML or XML is written in another way.
        && !document.trimmed().starts_with('<')
        && names.iter().any(|name| document.text().contains(name))
        && document.lines().any(|line| curl::begins(line) || http_file::begins(line))
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    /// A page has dozens.
    const MOST: usize = 500;
    let mut requests = PlainRequests::default();
    let mut seen = SeenRequests::default();
    let mut variables = document.variables();
    for (name, value) in document.lines().filter_map(assignment) {
        variables.add(name, value, false);
    }
    let text = document.text();
    let mut at = 0;
    let mut count = 0;
    for line in text.split_inclusive('\n') {
        let rest = head(&text[at..]);
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
    let described = requests.described(FORMAT, Blocks::default(), &variables)?;
    if described.is_empty() {
        return Err(DocumentError::NoOauth { format: FORMAT, seen: seen.words() });
    }
    Ok(Import { format: FORMAT, described })
}

/// The start of a text, longer than any command.
fn head(text: &str) -> &str {
    let end = LONGEST_TEXT.min(text.len());
    let end = (0..=end).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    &text[..end]
}

/// A variable of a script with a value that stands there.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=')?;
    let value = value.trim().trim_matches(['"', '\'']);
    let is_open = value.contains(['$', '`']) || whole_slot(value).is_some();
    (crate::call::is_name(name) && !is_open && !value.contains(char::is_whitespace)).then_some((name, value))
}
