//! A reply as it may be shown: indented, with secrets masked. Secrets are those of the request (some servers echo them),
//! members with the name of a secret, and anything that looks like a token.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::Value as Json;

use crate::secret::{MASK, Secret};

/// Words in a key whose value is a secret.
const SECRET_WORDS: [&str; 8] = ["token", "secret", "password", "assertion", "api_key", "apikey", "private", "jwt"];

/// Exceptions: keys with such a word but without a secret.
const PLAIN_KEYS: [&str; 12] = [
    "actor_token_type",
    "client_assertion_type",
    "expires_token",
    "issued_token_type",
    "requested_token_type",
    "requested_token_use",
    "subject_token_type",
    "token_endpoint",
    "token_type",
    "token_type_hint",
    "token_uri",
    "tokentype",
];

/// Shorter secrets are not searched for in a text: they would mask half of it.
const SHORTEST: usize = 4;

/// The body, indented, with secrets masked. `known` are the secrets of the request.
pub fn mask_body<'a>(body: &Secret, media_type: &str, known: impl Iterator<Item = &'a Secret>) -> String {
    let known: Vec<&Secret> = known.filter(|secret| secret.expose().len() >= SHORTEST).collect();
    let text = body.expose();
    if let Ok(mut json) = serde_json::from_str::<Json>(text)
        && (json.is_object() || json.is_array())
    {
        mask_json(&mut json, &known);
        return serde_json::to_string_pretty(&json).unwrap_or_default();
    }
    if media_type == "application/x-www-form-urlencoded" || looks_like_form(text) {
        return mask_form(text, &known);
    }
    mask_text(text, &known)
}

/// The body, indented, with secrets unmasked.
pub fn pretty_body(body: &Secret) -> Secret {
    match serde_json::from_str::<Json>(body.expose()) {
        Ok(json) if json.is_object() || json.is_array() => {
            Secret::new(serde_json::to_string_pretty(&json).unwrap_or_default())
        }
        _ => body.clone(),
    }
}

/// Masks the known secrets in any encoding, and anything that looks like a JWT.
pub fn mask_text(text: &str, known: &[&Secret]) -> String {
    // One that is longer than the text is in it in no encoding.
    let known = known.iter().filter(|secret| !secret.is_empty() && fits(secret.expose(), text.len()));
    let forms: Vec<Secret> = known.flat_map(|secret| forms(secret.expose())).map(Secret::new).collect();
    let masked = forms.iter().fold(text.to_owned(), |text, form| text.replace(form.expose(), MASK));
    mask_jwts(&mask_base64(&masked, &forms))
}

/// The encodings in which a server may echo a secret.
fn forms(raw: &str) -> Vec<String> {
    // Most tokens are the same in each of them.
    if raw.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)) {
        return vec![raw.to_owned()];
    }
    let (percent, form) = (super::escape::percent_encode(raw), super::escape::form_encode(raw));
    let json = Json::from(raw).to_string();
    let json = json.trim_start_matches('"').strip_suffix('"').unwrap_or(raw).to_owned();
    let markup = raw.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    // As shown on a page or in a log.
    let line: String = raw.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words = raw.split_whitespace().collect::<Vec<_>>().join(" ");
    // A blank secret would match everywhere.
    let words = if words.is_empty() { raw.to_owned() } else { words };
    vec![raw.to_owned(), lower_escapes(&percent), lower_escapes(&form), percent, form, json, markup, line, words]
}

/// Whether a secret has at most so many bytes in one of these encodings. It looks no further than that: most secrets are long, and
/// most texts short.
fn fits(raw: &str, most: usize) -> bool {
    let mut left = most;
    raw.chars().filter(|c| !c.is_whitespace() && !c.is_control()).all(|c| match left.checked_sub(c.len_utf8()) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    })
}

/// `%2F` as `%2f`, which means the same (RFC 3986 section 2.1).
fn lower_escapes(encoded: &str) -> String {
    let mut parts = encoded.split('%');
    let mut lower = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (escape, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        lower.push('%');
        lower.push_str(&escape.to_ascii_lowercase());
        lower.push_str(rest);
    }
    lower
}

/// Masks words that are base64 of a text with a secret in it, such as `Authorization: Basic` credentials (RFC 7617
/// section 2).
fn mask_base64(text: &str, forms: &[Secret]) -> String {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '=');
    let Some(least) = forms.iter().map(|form| form.expose().len()).min() else { return text.to_owned() };
    let hides = |word: &str| {
        // Four characters are three bytes.
        if word.len() / 4 * 3 + 2 < least {
            return false;
        }
        let word = word.trim_end_matches('=').replace('-', "+").replace('_', "/");
        let Ok(bytes) = STANDARD_NO_PAD.decode(word) else { return false };
        let inside = String::from_utf8_lossy(&bytes);
        forms.iter().any(|form| inside.contains(form.expose()))
    };
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(part) {
        let end = rest[at..].find(|c| !part(c)).map_or(rest.len(), |length| at + length);
        masked.push_str(&rest[..at]);
        masked.push_str(if hides(&rest[at..end]) { MASK } else { &rest[at..end] });
        rest = &rest[end..];
    }
    masked.push_str(rest);
    masked
}

/// The same of a document.
pub(in crate::call) fn masked_json(mut json: Json, known: &[&Secret]) -> Json {
    mask_json(&mut json, known);
    json
}

fn mask_json(json: &mut Json, known: &[&Secret]) {
    match json {
        Json::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                if is_secret_key(key) { mask_values(value, known) } else { mask_json(value, known) }
            }
            mask_keys(fields, known);
        }
        Json::Array(items) => items.iter_mut().for_each(|item| mask_json(item, known)),
        Json::String(text) => *text = mask_text(text, known),
        // A secret of digits only may come back as a number.
        Json::Number(number) => {
            let (text, masked) = (number.to_string(), mask_text(&number.to_string(), known));
            if masked != text {
                *json = Json::String(masked);
            }
        }
        Json::Null | Json::Bool(_) => {}
    }
}

/// Masks the value of a member with the name of a secret, or each item if it is a list.
fn mask_values(value: &mut Json, known: &[&Secret]) {
    match value {
        Json::String(text) if !text.is_empty() => *text = MASK.to_owned(),
        Json::Array(items) => items.iter_mut().for_each(|item| mask_values(item, known)),
        value => mask_json(value, known),
    }
}

/// A server that parses a form as JSON may echo all of it as one member name. Names that are equal once masked get a
/// number, so that no member is lost.
fn mask_keys(fields: &mut serde_json::Map<String, Json>, known: &[&Secret]) {
    if fields.keys().all(|key| mask_text(key, known) == *key) {
        return;
    }
    for (key, value) in std::mem::take(fields) {
        let mut name = mask_text(&key, known);
        while fields.contains_key(&name) {
            name.push('\'');
        }
        fields.insert(name, value);
    }
}

fn mask_form(text: &str, known: &[&Secret]) -> String {
    let pairs = form_urlencoded::parse(text.trim().as_bytes());
    let lines: Vec<String> = pairs
        .map(|(key, value)| {
            let value = if is_secret_key(&key) { MASK.to_owned() } else { mask_text(&value, known) };
            format!("{}={value}", mask_text(&key, known))
        })
        .collect();
    lines.join("\n&")
}

/// Whether the value of a parameter or member of this name is a secret.
pub(crate) fn is_secret_key(key: &str) -> bool {
    let key = key.to_ascii_lowercase().replace('-', "_");
    if PLAIN_KEYS.contains(&key.as_str()) || key.contains("expire") || key.ends_with("_in") || key.ends_with("_at") {
        return false;
    }
    matches!(key.as_str(), "code" | "device_code" | "user_code") || SECRET_WORDS.iter().any(|word| key.contains(word))
}

/// The same of a header, too.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.ends_with("authorization") || lower.ends_with("key") || lower == "cookie" || is_secret_key(name)
}

fn looks_like_form(text: &str) -> bool {
    let text = text.trim();
    text.contains('=') && !text.contains([' ', '<', '\n', '{']) && !text.is_empty()
}

/// Masks `eyJ….….…`: base64url of `{"` and two dots is always a token.
fn mask_jwts(text: &str) -> String {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '.';
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("eyJ") {
        let end = rest[at..].find(|c| !part(c)).map_or(rest.len(), |length| at + length);
        masked.push_str(&rest[..at]);
        let candidate = &rest[at..end];
        masked.push_str(if candidate.matches('.').count() >= 2 { MASK } else { candidate });
        rest = &rest[end..];
    }
    masked.push_str(rest);
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, media_type: &str, expected: &str) {
        let known = [Secret::new("s%cret")];
        assert_eq!(mask_body(&Secret::new(body), media_type, known.iter()), expected);
    }

    #[test]
    fn tokens_in_json_are_masked_and_the_rest_is_laid_out() {
        check(
            r#"{"access_token":"at","token_type":"bearer","expires_in":3600,"x":{"refresh_token":"rt","realm":"1"}}"#,
            "application/json",
            "{\n  \"access_token\": \"••••••••\",\n  \"token_type\": \"bearer\",\n  \"expires_in\": 3600,\n  \"x\": {\n    \
             \"refresh_token\": \"••••••••\",\n    \"realm\": \"1\"\n  }\n}",
        );
    }

    #[test]
    fn an_echoed_secret_is_masked_in_whatever_form() {
        check(r#"{"error_description":"bad s%cret"}"#, "", "{\n  \"error_description\": \"bad ••••••••\"\n}");
        check("<p>s%25cret and s%cret</p>", "text/html", "<p>•••••••• and ••••••••</p>");
    }

    #[test]
    fn an_echoed_header_or_an_escaped_secret_is_masked_too() {
        let check = |secret: &str, text: &str, expected: &str| {
            let secret = Secret::new(secret);
            assert_eq!(mask_text(text, &[&secret]), expected);
        };
        check("s%cret", "you sent Basic aXQ6cyVjcmV0.", "you sent Basic ••••••••.");
        check("s%cret", "aXQ6cyUyNWNyZXQ= it:s%25cret", "•••••••• it:••••••••");
        check("a\"/b", r#"said "a\"/b" and a%22%2fb"#, r#"said "••••••••" and ••••••••"#);
        check("a<\n b&", "a< b& and a&lt;\n b&amp; and a<  b&", "•••••••• and •••••••• and ••••••••");
        check("s%cret", "Basic aXQ6c2VsZg== stays", "Basic aXQ6c2VsZg== stays");
    }

    #[test]
    fn a_form_reply_is_masked_by_name() {
        check("access_token=at&scope=a+b", "text/plain", "access_token=••••••••\n&scope=a b");
    }

    #[test]
    fn a_secret_that_comes_back_as_a_name_or_in_a_list_is_masked_too() {
        check(
            r#"{"s%cret":1,"a":[{"b=s%25cret&c":2}],"tokens":["x",{"y":"z"}]}"#,
            "",
            "{\n  \"••••••••\": 1,\n  \"a\": [\n    {\n      \"b=••••••••&c\": 2\n    }\n  ],\n  \"tokens\": [\n    \
             \"••••••••\",\n    {\n      \"y\": \"z\"\n    }\n  ]\n}",
        );
        check("s%25cret=1&a=2", "application/x-www-form-urlencoded", "••••••••=1\n&a=2");
        let digits = [Secret::new("123456"), Secret::new("other-one")];
        let body = Secret::new(r#"{"a":123456,"123456":0,"other-one":1}"#);
        let masked = mask_body(&body, "", digits.iter());
        assert_eq!(masked, "{\n  \"a\": \"••••••••\",\n  \"••••••••\": 0,\n  \"••••••••'\": 1\n}");
    }

    #[test]
    fn a_jwt_is_masked_wherever_it_stands() {
        check("see eyJhbGciOi.eyJzdWIi.c2ln, ok", "text/plain", "see ••••••••, ok");
        check("eyJ alone", "text/plain", "eyJ alone");
    }
}
