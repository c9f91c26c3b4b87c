//! What a document is that no format fits: a guess for the person, by what it looks like.

use serde_json::Value as Json;

use crate::dialect::document::Document;
use crate::dialect::format::Dialect;

const SIGN_IN: &str = "import the description of the service; sign in to get tokens";
const GIVE_KEY: &str = "import the description of the service, and give the key at sign-in";
const OF_SERVICE: &str = "import the file that has the client or the endpoints of the service";
const AS_REQUEST: &str = "import the request: as a curl line, as an HTTP message or as a HAR log";
const AS_TEXT: &str = "copy the part with the client and the endpoints into a file of its own";

/// Texts by their start, in lower case.
const STARTS: [(&str, &str, &str); 34] = [
    ("<!doctype html", "a web page", "copy the settings on it, or save the document it links to"),
    ("<html", "a web page", "copy the settings on it, or save the document it links to"),
    ("<svg", "a picture", OF_SERVICE),
    ("-----begin certificate", "a certificate", GIVE_KEY),
    ("-----begin", "a key", GIVE_KEY),
    ("putty-user-key-file", "a key", GIVE_KEY),
    ("ssh-rsa ", "a key", GIVE_KEY),
    ("ssh-ed25519 ", "a key", GIVE_KEY),
    ("http/1", "an HTTP response", AS_REQUEST),
    ("http/2", "an HTTP response", AS_REQUEST),
    ("wget ", "a wget line", "write the call as a curl line"),
    ("eyj", "a token", SIGN_IN),
    ("diff --git", "a patch", OF_SERVICE),
    ("--- a/", "a patch", OF_SERVICE),
    ("-- mysql dump", "an SQL dump", OF_SERVICE),
    ("-- postgresql", "an SQL dump", OF_SERVICE),
    ("create table", "an SQL dump", OF_SERVICE),
    ("insert into", "an SQL dump", OF_SERVICE),
    ("#!", "a script", AS_TEXT),
    ("<?php", "source code", AS_TEXT),
    ("#include", "source code", AS_TEXT),
    ("package ", "source code", AS_TEXT),
    ("import ", "source code", AS_TEXT),
    ("from ", "source code", AS_TEXT),
    ("using ", "source code", AS_TEXT),
    ("const ", "source code", AS_TEXT),
    ("function ", "source code", AS_TEXT),
    ("module ", "source code", AS_TEXT),
    ("# ", "a Markdown text", AS_TEXT),
    ("<img", "a Markdown text", AS_TEXT),
    ("<p align", "a Markdown text", AS_TEXT),
    ("<h1", "a Markdown text", AS_TEXT),
    ("[![", "a Markdown text", AS_TEXT),
    ("<?xml", "XML without `<oauth2>`", OF_SERVICE),
];

/// Objects by members that they all have.
const MEMBERS: [(&[&str], &str, &str); 12] = [
    (&["access_token"], "the response of a token endpoint", SIGN_IN),
    (&["error", "error_description"], "the error of an OAuth server", OF_SERVICE),
    (&["active"], "the response of an introspection endpoint", SIGN_IN),
    (&["sub", "exp"], "the claims of a token", SIGN_IN),
    (&["keys"], "a set of keys (JWKS)", "import the metadata of the server, which names its keys"),
    (&["kty"], "a key (JWK)", GIVE_KEY),
    (&["lockfileVersion"], "a package-lock.json", OF_SERVICE),
    (&["name", "dependencies"], "a package.json", OF_SERVICE),
    (&["name", "scripts"], "a package.json", OF_SERVICE),
    (&["name", "devDependencies"], "a package.json", OF_SERVICE),
    (&["compilerOptions"], "a tsconfig.json", OF_SERVICE),
    (&["$schema", "type"], "a JSON Schema", OF_SERVICE),
];

/// What it looks like, and what to do instead; `None` if it looks like nothing known.
pub(in crate::dialect) fn known_kind(document: &Document<'_>) -> Option<(&'static str, &'static str)> {
    let text = document.trimmed();
    let start: String = text.chars().take(32).collect::<String>().to_lowercase();
    // A comment begins like a heading: only a text with headings or links in it is Markdown.
    let is_it = |what: &str| what != "a Markdown text" || is_markdown(text);
    if let Some((_, what, hint)) = STARTS.iter().find(|(begins, what, _)| start.starts_with(begins) && is_it(what)) {
        return Some((what, hint));
    }
    if let Some(json) = document.json() {
        let has = |name: &&str| json.get(*name).is_some();
        let found = MEMBERS.iter().find(|(names, ..)| names.iter().all(&has));
        let is_empty = json.as_object().is_some_and(serde_json::Map::is_empty) || *json == Json::Array(Vec::new());
        let empty = is_empty.then_some(("empty JSON", OF_SERVICE));
        return found.map(|(_, what, hint)| (*what, *hint)).or(empty);
    }
    let lines: Vec<&str> = document.lines().take(5).collect();
    if lines.len() > 1 && lines.iter().all(|line| is_of_log(line)) {
        return Some(("a log", AS_TEXT));
    }
    let columns = |line: &&str| line.matches(',').count();
    let is_table = |lines: &[&str]| {
        lines.len() > 2 && columns(&lines[0]) > 1 && lines.iter().all(|line| columns(line) == columns(&lines[0]))
    };
    if is_table(&lines) && !text.contains('{') {
        return Some(("a table (CSV)", OF_SERVICE));
    }
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    [
        (has("apiVersion:") && has("kind:"), "a Kubernetes manifest without a client"),
        (has("services:"), "a Compose file"),
        (has("jobs:") && (has("on:") || has("\"on\":")), "a workflow"),
    ]
    .into_iter()
    .find_map(|(is_it, what)| is_it.then_some((what, OF_SERVICE)))
}

fn is_markdown(text: &str) -> bool {
    let is_mark = |line: &&str| {
        let heading = line.trim_start_matches('#');
        heading.len() < line.len() && heading.starts_with(' ') && !line.contains('=')
            || line.starts_with("```")
            || line.contains("](")
    };
    text.lines().filter(is_mark).count() > 1 || text.starts_with('<')
}

/// Whether a line begins with a time, or with an address and its time.
fn is_of_log(line: &str) -> bool {
    let line = line.trim_start_matches('[');
    let is_date = |text: &str| {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        digits >= 8 && text.bytes().all(|byte| byte.is_ascii_digit() || b"-/:.T".contains(&byte))
    };
    line.get(..10).is_some_and(is_date) || line.contains(" - - [")
}

/// The format with the most marks in the document, if half of its marks are there, and more than one.
pub(in crate::dialect) fn nearest(document: &Document<'_>) -> Option<&'static Dialect> {
    let marks = |dialect: &Dialect| dialect.marks.iter().filter(|mark| document.text().contains(**mark)).count();
    let is_near = |dialect: &Dialect, marks: usize| marks > 1 && marks * 2 >= dialect.marks.len();
    // On a tie the first wins: the table starts with the most certain format.
    let found = Dialect::all().iter().map(|dialect| (dialect, marks(dialect))).rev();
    found
        .filter(|(dialect, marks)| is_near(dialect, *marks))
        .max_by_key(|(_, marks)| *marks)
        .map(|(dialect, _)| dialect)
}
