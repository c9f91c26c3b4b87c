//! The body of a refusal: fields, however wrapped, a web page, or text.

use serde_json::Value as Json;

use crate::call::{Answers, Reply, xml_fields};

/// A body.
pub(super) enum Document {
    /// JSON, a form, or XML.
    Fields(Json),
    /// HTML.
    Page { title: Option<String>, text: String },
    /// Other text.
    Text(String),
    /// Nothing.
    Empty,
    /// Compressed, although no header says so.
    Compressed,
    /// Not text.
    Bytes,
}

/// Reads the body, or takes the `answers` that were read already. Masks a text before taking it apart: half a secret would not
/// be found.
pub(super) fn of(reply: &Reply, answers: Option<&Answers>, mask: &dyn Fn(&str) -> String) -> Document {
    let text = reply.body.expose().trim_start_matches('\u{feff}').trim();
    if let Some(answers) = answers.filter(|answers| !is_no_form(answers.json(), text)) {
        return Document::Fields(unwrapped(answers.json()).unwrap_or_else(|| answers.json().clone()));
    }
    if text.is_empty() {
        return Document::Empty;
    }
    // RFC 1952 section 2.3.1, after the bytes were read as text.
    if text.starts_with("\u{1f}\u{fffd}") || text.starts_with("\u{1f}\u{8b}") || text.starts_with("\u{1f}‹") {
        return Document::Compressed;
    }
    if is_html(text) {
        let text = &mask(text);
        return Document::Page { title: title(text), text: visible(text) };
    }
    if let Some(json) = json_in(text) {
        return Document::Fields(json);
    }
    let text = &mask(text);
    if text.starts_with('<') {
        return match xml_fields(text) {
            Some(fields) => Document::Fields(fields),
            None => Document::Page { title: title(text), text: visible(text) },
        };
    }
    if let Some(pairs) = pairs(text) {
        return Document::Fields(pairs);
    }
    let odd = text.chars().take(200).filter(|c| *c == '\u{fffd}' || (c.is_control() && !c.is_whitespace())).count();
    if odd > 10 { Document::Bytes } else { Document::Text(text.to_owned()) }
}

/// Whether a text with an equals sign was read as a form although it is not one.
fn is_no_form(json: &Json, text: &str) -> bool {
    let is_name = |name: &String| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-.[]:".contains(c));
    let is_read_from_form = !text.starts_with(['{', '[', '"']);
    is_read_from_form && json.as_object().is_some_and(|fields| !fields.keys().all(is_name))
}

/// JSON in a string, in JSONP, or after other text, such as a PHP warning.
fn json_in(text: &str) -> Option<Json> {
    /// How many opening brackets are tried.
    const TRIES: usize = 8;
    if let Ok(json) = serde_json::from_str::<Json>(text) {
        return unwrapped(&json);
    }
    let begins = text.match_indices(['{', '[']).map(|(at, _)| at).take(TRIES);
    begins.into_iter().find_map(|at| {
        let mut values = serde_json::Deserializer::from_str(&text[at..]).into_iter::<Json>();
        let json = values.next()?.ok()?;
        let is_said = json.as_object().is_some_and(|fields| !fields.is_empty())
            || json.as_array().is_some_and(|items| items.first().is_some_and(Json::is_object));
        is_said.then_some(json)
    })
}

/// The object or list in a string of JSON, or in the one item of a list.
fn unwrapped(json: &Json) -> Option<Json> {
    match json {
        Json::Object(_) | Json::Array(_) => Some(json.clone()),
        Json::String(inner) => {
            let inner: Json = serde_json::from_str(inner.trim()).ok()?;
            (inner.is_object() || inner.is_array()).then_some(inner)
        }
        _ => None,
    }
}

/// A form that is not encoded, or one pair a line.
fn pairs(text: &str) -> Option<Json> {
    let parts: Vec<&str> = text.split(['&', '\n']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let is_pair = |part: &&str| {
        let name = part.split_once('=').map_or("", |(name, _)| name.trim());
        !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c))
    };
    if !parts.iter().all(is_pair) {
        return None;
    }
    let pairs = form_urlencoded::parse(text.as_bytes()).next().is_some().then(|| parts.join("&"))?;
    let pairs = form_urlencoded::parse(pairs.as_bytes());
    Some(Json::Object(pairs.map(|(name, value)| (name.trim().to_owned(), Json::from(value.trim()))).collect()))
}

/// The part of a page that is examined.
const MOST_OF_PAGE: usize = 64 * 1024;

/// Whether it is HTML, perhaps after other text.
fn is_html(text: &str) -> bool {
    let begin: String = text.chars().take(2000).collect::<String>().to_ascii_lowercase();
    begin.starts_with("<!doctype html") || ["<html", "<head", "<body", "<title"].iter().any(|tag| begin.contains(tag))
}

/// The text of `<title>`.
fn title(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let from = lower.find("<title")?;
    let from = from + lower[from..].find('>')? + 1;
    let to = from + lower[from..].find("</title")?;
    let title = blanks(&decoded(text.get(from..to)?));
    (!title.is_empty()).then_some(title)
}

/// The visible text of a page.
fn visible(text: &str) -> String {
    let mut seen = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        seen.push_str(&rest[..at]);
        seen.push(' ');
        rest = &rest[at..];
        let tag: String =
            rest[1..].chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let end = match tag.as_str() {
            "script" | "style" => rest.to_ascii_lowercase().find(&format!("</{tag}")),
            _ if rest.starts_with("<!--") => rest.find("-->"),
            _ => Some(0),
        };
        let end = end.and_then(|end| Some(end + rest[end..].find('>')? + 1));
        rest = end.map_or("", |end| &rest[end..]);
        if seen.len() > MOST_OF_PAGE {
            break;
        }
    }
    seen.push_str(rest);
    blanks(&decoded(&seen))
}

fn blanks(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Decodes character references.
fn decoded(text: &str) -> String {
    let named = [("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\''), ("nbsp", ' '), ("amp", '&')];
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.bytes().take(10).position(|byte| byte == b';');
        let name = end.map_or("", |end| &rest[..end]);
        let number = name.strip_prefix('#').and_then(|digits| match digits.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => digits.parse().ok(),
        });
        let found = named.iter().find(|(known, _)| *known == name).map(|(_, c)| *c);
        match found.or_else(|| number.and_then(char::from_u32)) {
            Some(c) => {
                plain.push(c);
                rest = &rest[name.len() + 1..];
            }
            None => plain.push('&'),
        }
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_what_a_person_would_see() {
        let page = "<!DOCTYPE html><html><head><TITLE lang=en> 401&nbsp;Not &amp; here </TITLE><script>var a = '<b>invalid_grant';</script>\
                    <style>p{}</style></head><body><!-- <p>hidden --><p>Come&#33; <b>back</b> &x later</p>";
        assert!(is_html(page));
        assert_eq!(title(page).as_deref(), Some("401 Not & here"));
        assert_eq!(visible(page), "401 Not & here Come! back &x later");
        for odd in ["<", "<a", "&", "&#xffffffff;", "<script>", "a &#x110000; b", "<!--"] {
            let _ = (visible(odd), title(odd));
        }
    }
}
