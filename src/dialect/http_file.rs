//! A raw HTTP request, as an RFC or a vendor's documentation prints it (RFC 9112 section 2.1), and the `.http` or `.rest`
//! files of editors: requests between lines of `###`, variables, comments.

use crate::call::Method;
use crate::dialect::document::{Document, DocumentError, SMALL};
use crate::dialect::standard::{Collected, PlainRequest, RawBody, RawCall, form_fields};
use crate::dialect::{Import, Note};

const FORMAT: &str = "HTTP request";

/// The most lines of a request that stands in another text.
const MOST_LINES: usize = 200;

/// Whether a text has a request line, with nothing but comments, variables and separators before it.
pub fn recognise(document: &Document<'_>) -> bool {
    // A URL by itself is one only where a line separates it from others.
    let is_separated = || document.lines().any(|line| line.starts_with("###"));
    let is_request = |line: &str| request_line(line).is_some_and(|(_, target)| target != line || is_separated());
    document.text().len() <= SMALL && document.lines().find(|line| !is_outside(line)).is_some_and(is_request)
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let mut collected = Collected::new(FORMAT, document.variables());
    for line in document.lines() {
        if let Some((name, value)) = line.strip_prefix('@').and_then(|line| line.split_once('=')) {
            collected.variables.add(name.trim(), value.trim(), false);
        }
    }
    for part in parts(document.text()) {
        if let Some(request) = part.request() {
            collected.add(request, "")?;
        }
    }
    collected.import()
}

/// Whether a line of another text is a request line.
pub(in crate::dialect) fn begins(line: &str) -> bool {
    request_line(line).is_some_and(|(_, target)| target != line.trim())
}

/// The request that a text begins with. It ends with its body, whatever stands after it.
pub(in crate::dialect) fn request_of(text: &str) -> Option<PlainRequest> {
    let mut lines: Vec<&str> = Vec::new();
    let mut blocks = 0;
    for line in text.lines().take(MOST_LINES) {
        if line.trim().is_empty() {
            blocks += 1;
        }
        let is_next = !lines.is_empty() && begins(line);
        if blocks > 1 || is_next || line.trim_start().starts_with("```") {
            break;
        }
        lines.push(line);
    }
    Part { name: "", lines }.request()
}

/// A comment, a separator or a variable.
fn is_outside(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#') || line.starts_with("//") || line.starts_with('@')
}

/// Method and target of a request line. A URL by itself is a GET.
fn request_line(line: &str) -> Option<(Method, &str)> {
    let line = line.trim();
    let is_target = |text: &str| text.contains("://") || text.starts_with(['/', '{', '<', '$']);
    match line.split_once(char::is_whitespace) {
        Some((method, target)) => {
            let method = Method::ALL.into_iter().find(|known| known.as_str() == method)?;
            let target = without_version(target.trim());
            is_target(target).then_some((method, target))
        }
        None => (line.starts_with("https://") || line.starts_with("http://")).then_some((Method::Get, line)),
    }
}

/// A request line, or the end of one, without the version of HTTP.
fn without_version(text: &str) -> &str {
    match text.rsplit_once(char::is_whitespace) {
        Some((before, version)) if version.to_ascii_uppercase().starts_with("HTTP/") => before.trim_end(),
        _ => text,
    }
}

/// A request and what stands around it.
#[derive(Default)]
struct Part<'a> {
    /// What stands after `###` or in `# @name`.
    name: &'a str,
    lines: Vec<&'a str>,
}

/// The parts between lines of `###`, and those that begin with a request line of their own.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = vec![Part::default()];
    for line in text.lines() {
        if let Some(title) = line.trim_start().strip_prefix("###") {
            parts.push(Part { name: title.trim().trim_matches('#').trim(), lines: Vec::new() });
            continue;
        }
        let is_next = request_line(line).is_some_and(|(_, target)| target != line.trim());
        let Some(last) = parts.last_mut() else { continue };
        if is_next && last.lines.iter().any(|line| request_line(line).is_some()) {
            parts.push(Part { name: "", lines: vec![line] });
        } else {
            last.lines.push(line);
        }
    }
    parts
}

impl Part<'_> {
    fn request(&self) -> Option<PlainRequest> {
        let at = self.lines.iter().position(|line| !is_outside(line) && request_line(line).is_some())?;
        let (before, rest) = self.lines.split_at(at);
        let named = before.iter().find_map(|line| line.trim_start_matches(['#', '/', ' ']).strip_prefix("@name"));
        let named = named.map(|name| name.trim().trim_start_matches('=').trim()).filter(|name| !name.is_empty());
        let name = named.or(Some(self.name)).filter(|name| !name.is_empty()).unwrap_or("request");
        let (method, target) = request_line(rest.first()?)?;
        let mut reader = Reader { url: target.to_owned(), ..Reader::default() };
        let mut rest = rest.iter().skip(1).peekable();
        // The URL goes on in indented lines that begin with `?`, `&` or `/`.
        while let Some(line) = rest.next_if(|line| is_continued(line)) {
            reader.url.push_str(without_version(line.trim()));
        }
        for line in rest {
            if !reader.take(line) {
                break;
            }
        }
        Some(reader.finish(method, name))
    }
}

fn is_continued(line: &str) -> bool {
    line.starts_with([' ', '\t']) && line.trim_start().starts_with(['?', '&', '/'])
        || line.starts_with(['?', '&']) && line.contains('=')
}

/// Reads the lines after a request line.
#[derive(Default)]
struct Reader<'a> {
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<&'a str>,
    is_body: bool,
    has_file: bool,
}

impl<'a> Reader<'a> {
    /// Takes a line; `false` if the request is over.
    fn take(&mut self, line: &'a str) -> bool {
        let trimmed = line.trim();
        // A reply, a script, or what is kept of a reply.
        let ends = ["HTTP/", "> {%", ">> ", "<> ", "```"];
        if ends.iter().any(|end| trimmed.starts_with(end)) || trimmed.starts_with("> ") && self.is_body {
            return false;
        }
        if trimmed.is_empty() && !self.is_body {
            self.is_body = true;
        } else if self.is_body && trimmed.strip_prefix('<').is_some_and(|file| file.starts_with([' ', '@'])) {
            self.has_file = true;
        } else if self.is_body {
            self.body.push(line);
        } else if !is_outside(line) {
            match trimmed.split_once(':') {
                Some((name, value)) if is_header(name) => {
                    self.headers.push((name.trim().to_owned(), value.trim().trim_matches(['\'', '"']).to_owned()));
                }
                // A body without an empty line before it, as documentation prints it.
                _ => {
                    self.is_body = true;
                    self.body.push(line);
                }
            }
        }
        true
    }

    fn finish(mut self, method: Method, name: &str) -> PlainRequest {
        let mut ignored = Vec::new();
        if self.has_file {
            ignored.push(Note::new(format!("{name} › body"), "the file that it names is not read"));
        }
        let host = self.headers.iter().position(|(name, _)| name.eq_ignore_ascii_case("host"));
        if let Some((_, host)) = host.map(|at| self.headers.remove(at)).filter(|_| self.url.starts_with('/')) {
            let is_whole = host.contains("://") || host.starts_with(['{', '<', '$']) && host.contains("Url");
            let is_here = host.starts_with("localhost") || host.starts_with("127.");
            let scheme = if is_whole {
                ""
            } else if is_here {
                "http://"
            } else {
                "https://"
            };
            self.url = format!("{scheme}{host}{}", self.url);
        }
        let text = self.body.join("\n");
        let is_json = text.trim_start().starts_with('{');
        let body = match text.trim() {
            "" => RawBody::None,
            _ if is_json => RawBody::Text(text),
            text => RawBody::Fields(form_fields(text)),
        };
        if is_json {
            self.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
            self.headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        }
        let basic = basic(&mut self.headers);
        let call = RawCall { method, url: self.url, headers: self.headers, query: Vec::new(), body, basic };
        PlainRequest { title: String::new(), name: name.to_owned(), call, ignored }
    }
}

/// Editors encode user and password: `Basic user:password` or `Basic user password`.
fn basic(headers: &mut Vec<(String, String)>) -> Option<(String, String)> {
    let at = headers.iter().position(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    let (scheme, pair) = headers[at].1.split_once(char::is_whitespace)?;
    if !scheme.eq_ignore_ascii_case("basic") || pair.contains('(') {
        return None;
    }
    let pair = pair.trim();
    let (user, password) = pair.split_once(char::is_whitespace).or_else(|| pair.split_once(':'))?;
    let is_words = pair.starts_with(['<', '[']) || user.eq_ignore_ascii_case("base64");
    if is_words {
        return None;
    }
    let found = (user.trim().to_owned(), password.trim().to_owned());
    headers.remove(at);
    Some(found)
}

fn is_header(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
}
