//! A request of a collection, as far as a call for tokens needs it.

use serde_json::Value as Json;

use crate::call::Method;
use crate::dialect::Note;
use crate::dialect::postman::is_enabled;
use crate::dialect::standard::{PlainRequest, RawBody, RawCall, method_or_get, plain_text, split_url, text_at};

/// The request of an item. `inherited` is the `auth` of its folders, which counts where the request has none.
pub(super) fn plain_request(item: &Json, title: &str, inherited: Option<&Json>) -> Option<PlainRequest> {
    let request = item.get("request")?;
    let name = text_at(item, "name");
    let name = if name.is_empty() { "request".to_owned() } else { name };
    if let Json::String(url) = request {
        let call = RawCall { method: Method::Get, url: url.clone(), ..RawCall::default() };
        return Some(PlainRequest { title: title.to_owned(), name, call, ignored: Vec::new() });
    }
    let mut ignored = Vec::new();
    let body = body(request.get("body").unwrap_or(&Json::Null), &name, &mut ignored);
    let (url, query) = url(request.get("url").unwrap_or(&Json::Null));
    let method = method_or_get(&text_at(request, "method"));
    let headers = headers(request.get("header").unwrap_or(&Json::Null));
    let mut call = RawCall { method, url, headers, query, body, basic: None };
    if let Some(auth) = request.get("auth").filter(|auth| auth.is_object()).or(inherited) {
        authenticate(auth, &mut call);
    }
    Some(PlainRequest { title: title.to_owned(), name, call, ignored })
}

/// Adds what an `auth` sends: Basic authentication, or an API key.
fn authenticate(auth: &Json, call: &mut RawCall) {
    let kind = text_at(auth, "type");
    let member = |name: &str| match auth.get(&kind) {
        Some(Json::Array(members)) => {
            let found = members.iter().find(|member| text_at(member, "key") == name);
            found.map(|member| text_at(member, "value")).unwrap_or_default()
        }
        Some(members) => text_at(members, name),
        None => String::new(),
    };
    match kind.as_str() {
        "basic" => call.basic = Some((member("username"), member("password"))).filter(|pair| !pair.0.is_empty()),
        "apikey" if member("in") == "query" => call.query.push((member("key"), member("value"))),
        "apikey" => call.headers.push((member("key"), member("value"))),
        _ => {}
    }
}

/// The URL and its parameters: a text, or an object with `raw` or the pieces.
fn url(url: &Json) -> (String, Vec<(String, String)>) {
    if url.is_string() {
        return (with_variables(&plain_text(url), &Json::Null), Vec::new());
    }
    let joined = |name: &str, separator: &str| match url.get(name) {
        Some(Json::Array(pieces)) => pieces.iter().map(piece).collect::<Vec<_>>().join(separator),
        Some(text) => plain_text(text),
        None => String::new(),
    };
    let raw = text_at(url, "raw");
    let whole = if raw.is_empty() {
        let protocol = text_at(url, "protocol");
        let protocol = if protocol.is_empty() { String::new() } else { format!("{protocol}://") };
        let port = text_at(url, "port");
        let port = if port.is_empty() { String::new() } else { format!(":{port}") };
        let path = joined("path", "/");
        format!("{protocol}{}{port}/{}", joined("host", "."), path.trim_start_matches('/'))
    } else {
        raw
    };
    let variables = url.get("variable").unwrap_or(&Json::Null);
    match url.get("query").and_then(Json::as_array) {
        Some(query) => (with_variables(before_query(&whole), variables), pairs(query)),
        None => (with_variables(&whole, variables), Vec::new()),
    }
}

fn before_query(url: &str) -> &str {
    url.split_once('?').map_or(url, |(before, _)| before)
}

/// A piece of a path is a text, or an object with a value.
fn piece(json: &Json) -> String {
    if json.is_object() { text_at(json, "value") } else { plain_text(json) }
}

/// The URL with the values of its path variables (`/:tenant/token`); one without a value is left open.
fn with_variables(url: &str, variables: &Json) -> String {
    let (path, query) = url.split_at(before_query(url).len());
    let filled = path.split('/').map(|segment| match segment.strip_prefix(':').filter(|name| !name.is_empty()) {
        Some(name) => {
            let known = variables.as_array().into_iter().flatten().find(|known| text_at(known, "key") == name);
            let value = known.map(|known| text_at(known, "value")).filter(|value| !value.is_empty());
            value.unwrap_or_else(|| format!("{{{{{name}}}}}"))
        }
        None => segment.to_owned(),
    });
    filled.collect::<Vec<_>>().join("/") + query
}

/// A list of entries, or lines.
fn headers(headers: &Json) -> Vec<(String, String)> {
    match headers {
        Json::Array(list) => pairs(list),
        Json::String(lines) => lines
            .lines()
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .collect(),
        _ => Vec::new(),
    }
}

fn body(body: &Json, name: &str, ignored: &mut Vec<Note>) -> RawBody {
    if body.get("disabled").and_then(Json::as_bool) == Some(true) {
        return RawBody::None;
    }
    let mode = text_at(body, "mode");
    let place = format!("{name} › body");
    match (mode.as_str(), body.get(&mode)) {
        ("urlencoded", Some(Json::Array(list))) => RawBody::Fields(pairs(list)),
        ("urlencoded", Some(Json::String(text))) => RawBody::Text(text.clone()),
        ("formdata", Some(Json::Array(list))) => {
            ignored.push(Note::new(place, "the body is sent URL-encoded (RFC 6749 section 4.1.3)"));
            RawBody::Fields(pairs(list))
        }
        ("raw", Some(Json::String(text))) if !text.trim().is_empty() => RawBody::Text(text.clone()),
        ("file" | "graphql", _) => {
            ignored.push(Note::new(place, "a body of this kind asks for no tokens"));
            RawBody::None
        }
        _ => RawBody::None,
    }
}

/// The entries of a list that are switched on, other than files.
fn pairs(list: &[Json]) -> Vec<(String, String)> {
    let used = list.iter().filter(|entry| is_enabled(entry) && text_at(entry, "type") != "file");
    used.map(|entry| (text_at(entry, "key"), text_at(entry, "value"))).filter(|(name, _)| !name.is_empty()).collect()
}

/// Whether a URL has a path: an endpoint has one.
pub(super) fn has_path(url: &str) -> bool {
    let url = split_url(url).url;
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    rest.split_once('/').is_some_and(|(_, path)| !path.is_empty())
}
