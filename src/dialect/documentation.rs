//! A page of a service's documentation, or a script: the commands, HTTP requests and calls of HTTP clients that stand in
//! other text, as long as they ask for tokens.

use crate::dialect::document::{Document, DocumentError, LONGEST_TEXT, SMALL};
use crate::dialect::held::{in_code, named};
use crate::dialect::standard::{Collected, PlainRequest, squeezed, whole_slot};
use crate::dialect::{Import, address, code, command, curl, http_file};

const FORMAT: &str = "documentation or code";

/// Whether a text has such a command or request among its lines.
pub fn recognise(document: &Document<'_>) -> bool {
    let names = ["grant_type", "grantType", "response_type=code", "refresh_token", "client_secret", "clientSecret"];
    document.text().len() <= SMALL
        && document.json().is_none()
        // What stands in HTML or XML is written in another way.
        && !document.trimmed().starts_with('<')
        && (names.iter().any(|name| document.text().contains(name)) && document.lines().any(begins)
            || !named::recognise(document) && in_code::recognise(document))
}

/// Whether a text has more than one command or HTTP request, and is read as a page of them.
pub(in crate::dialect) fn has_several(document: &Document<'_>) -> bool {
    let begins = |line: &&str| curl::begins(line) || command::begins(line) || http_file::begins(line);
    recognise(document) && document.lines().filter(begins).count() > 1
}

/// Whether a line begins a command or an HTTP request, calls an HTTP client, or is the address of a request.
pub(in crate::dialect) fn begins(line: &str) -> bool {
    curl::begins(line) || command::begins(line) || http_file::begins(line) || code::calls(line) || address::begins(line)
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let mut collected = Collected::new(FORMAT, document.variables());
    for (name, value) in document.lines().filter_map(assignment) {
        collected.variables.add(name, value, false);
    }
    for request in found(document.text())? {
        match request {
            Some(request) => collected.add(request, "")?,
            None => collected.seen(""),
        }
    }
    // Code may have settings for a library that asks for the tokens.
    match collected.import() {
        Ok(import) => Ok(in_code::add_to(import, document)),
        Err(error) => in_code::read(document).map_err(|_| error),
    }
}

/// The requests of a text in their order; `None` for a command that asks for no tokens.
fn found(text: &str) -> Result<Vec<Option<PlainRequest>>, DocumentError> {
    /// A page has dozens.
    const MOST: usize = 500;
    let mut found: Vec<(usize, Option<PlainRequest>)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let rest = &text[at..];
        if curl::begins(line) {
            found.push((at, curl::request_of(head(rest))));
        } else if command::begins(line) {
            found.push((at, command::request_of(head(rest))));
        } else if http_file::begins(line) {
            found.push((at, http_file::request_of(head(rest))));
        } else if address::begins(line) {
            found.push((at, Some(address::request_of(head(rest)))));
        }
        at += line.len();
        if found.len() > MOST {
            return Err(DocumentError::TooMany { format: FORMAT, what: "requests", limit: MOST });
        }
    }
    if text.lines().any(code::calls) {
        found.extend(code::requests(text).into_iter().map(|(at, request)| (at, Some(request))));
        found.sort_by_key(|(at, _)| *at);
    }
    Ok(found.into_iter().map(|(_, request)| request).collect())
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
    // `${NAME:-value}`: what it is unless somebody sets it.
    let default = value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')?.split_once(":-"));
    let value = default.map_or(value, |(_, default)| default);
    let is_open = value.contains(['$', '`']) || whole_slot(value).is_some();
    // An argument in code: `client_id=self.client_id,`.
    let last = value.trim_end_matches(',').rsplit('.').next().unwrap_or_default();
    let is_argument = value.ends_with([',', '(', '[', '{']) || squeezed(last) == squeezed(name);
    let is_literal = !is_open && !is_argument && !value.contains(char::is_whitespace);
    (crate::call::is_name(name) && is_literal).then_some((name, value))
}
