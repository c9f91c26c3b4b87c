//! A HAR log (HTTP Archive 1.2), as a browser's tools save it: the authorization request and the token requests in it.

use serde_json::Value as Json;

use crate::dialect::document::{Document, DocumentError};
use crate::dialect::standard::{
    Collected, PlainRequest, RawBody, RawCall, Variables, form_fields, method_or_get, split_url, text_at,
};
use crate::dialect::{Import, Note};

const FORMAT: &str = "HAR log";

pub fn recognise(document: &Document<'_>) -> bool {
    document.is_json(|json| entries(json).is_some())
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let json = document.as_json(FORMAT)?;
    let Some(entries) = entries(json) else {
        return Err(DocumentError::OtherFormat { format: FORMAT, expected: "`log` with `entries`" });
    };
    let mut collected = Collected::new(FORMAT, Variables::default());
    for entry in entries.iter().filter_map(|entry| entry.get("request")) {
        collected.add(request(entry), "")?;
    }
    collected.import()
}

fn entries(json: &Json) -> Option<&Vec<Json>> {
    json.get("log")?.get("entries")?.as_array()
}

fn request(request: &Json) -> PlainRequest {
    let named = text_at(request, "method");
    let url = text_at(request, "url");
    let path = split_url(&url).url;
    let name = format!("{named} {path}");
    let mut ignored = Vec::new();
    let mut headers = Vec::new();
    let mut dropped = Vec::new();
    for (header, value) in pairs(request.get("headers")) {
        if is_of_the_browser(&header) {
            dropped.push(header);
        } else {
            headers.push((header, value));
        }
    }
    if !dropped.is_empty() {
        let words = format!("{} headers of the browser, such as `{}`", dropped.len(), dropped[0]);
        ignored.push(Note::new(format!("{name} › headers"), words));
    }
    let body = body(request.get("postData").unwrap_or(&Json::Null));
    let call = RawCall { method: method_or_get(&named), url, headers, query: Vec::new(), body, basic: None };
    PlainRequest { title: String::new(), name, call, ignored }
}

/// The fields as the log has them, decoded or not, or the text.
fn body(data: &Json) -> RawBody {
    let media_type = text_at(data, "mimeType").to_ascii_lowercase();
    let text = text_at(data, "text");
    if media_type.contains("json") {
        return RawBody::Text(text);
    }
    let fields = pairs(data.get("params"));
    match (text.is_empty(), fields.is_empty()) {
        (true, true) => RawBody::None,
        // The text says it as it was sent; the fields of some browsers are still encoded.
        (false, _) if !media_type.starts_with("multipart/") => RawBody::Fields(form_fields(&text)),
        _ => RawBody::Fields(fields),
    }
}

fn pairs(list: Option<&Json>) -> Vec<(String, String)> {
    let entries = list.and_then(Json::as_array).into_iter().flatten();
    entries
        .map(|entry| (text_at(entry, "name"), text_at(entry, "value")))
        .filter(|(name, _)| !name.is_empty())
        .collect()
}

/// Headers that a browser adds by itself to every request.
fn is_of_the_browser(name: &str) -> bool {
    const NAMES: [&str; 17] = [
        "accept-encoding",
        "accept-language",
        "cache-control",
        "connection",
        "content-length",
        "cookie",
        "dnt",
        "host",
        "if-none-match",
        "origin",
        "pragma",
        "priority",
        "referer",
        "te",
        "transfer-encoding",
        "upgrade-insecure-requests",
        "user-agent",
    ];
    let name = name.to_ascii_lowercase();
    name.starts_with(':') || name.starts_with("sec-") || NAMES.contains(&name.as_str())
}
