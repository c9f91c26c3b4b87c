//! The replies: the preset's documented one with fresh tokens in it, a refusal in the service's shape, and what RFC
//! 6749 has where nothing is documented. Paths are walked by our own reading of them.

use serde_json::{Map, Value as Json, json};

use crate::call::{Expression, Reading, ReplyFormat, xml_fields};
use crate::practice::http::message::Response;

/// The access token in a documented reply.
pub const ACCESS_TOKEN: &str = "example-access-token";
/// The refresh token in a documented reply.
pub const REFRESH_TOKEN: &str = "example-refresh-token";
/// The ID token in a documented reply.
pub const ID_TOKEN: &str = "example-id-token";

#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) json: Json,
    form: bool,
    /// The documented text, if it is XML or no more than a text.
    plain: Option<(&'static str, String)>,
}

impl Document {
    /// The documented reply; a form becomes an object. `None` if it is neither.
    pub(crate) fn parse(example: &str) -> Option<Self> {
        if let Ok(json) = serde_json::from_str(example) {
            return Some(Self { json, form: false, plain: None });
        }
        let example = example.trim();
        if !example.contains('=') || example.contains(['{', '<', '\n', ' ']) {
            return None;
        }
        let pairs = form_urlencoded::parse(example.as_bytes());
        let object = pairs.map(|(name, value)| (name.into_owned(), Json::String(value.into_owned()))).collect();
        Some(Self { json: Json::Object(object), form: true, plain: None })
    }

    /// A generated reply.
    pub(crate) fn of(json: Json) -> Self {
        Self { json, form: false, plain: None }
    }

    /// The documented reply of a service that writes in this format.
    pub(crate) fn in_format(example: &str, format: ReplyFormat) -> Option<Self> {
        let text = example.trim().to_owned();
        match format {
            ReplyFormat::Fields => Self::parse(example),
            ReplyFormat::Text => {
                Some(Self { json: text.clone().into(), form: false, plain: Some(("text/plain", text)) })
            }
            ReplyFormat::Xml => {
                let json = xml_fields(&text)?;
                Some(Self { json, form: false, plain: Some(("application/xml", text)) })
            }
        }
    }

    /// Puts a value wherever the marker stands. What the whole text became, and at which path, is returned: that of a
    /// text which is the marker and nothing else before others.
    pub(crate) fn put(&mut self, marker: &str, value: &str) -> Option<(String, String)> {
        let mut places = Vec::new();
        if let Some((kind, text)) = &mut self.plain {
            let written = if *kind == "text/plain" { value.to_owned() } else { value.replace('&', "&amp;") };
            *text = text.replace(marker, &written);
        }
        replace(&mut self.json, String::new(), marker, value, &mut places);
        let whole = places.iter().position(|(_, text)| text == value).unwrap_or(0);
        (!places.is_empty()).then(|| places.swap_remove(whole))
    }

    /// The scalar at a path, as text.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        text_at(&self.json, path)
    }

    /// The values to retain, and what stands at the first of their paths that holds any.
    pub(crate) fn retained(&self, reading: &Reading) -> Vec<(String, Option<String>)> {
        let mut retained: Vec<(String, Option<String>)> = Vec::new();
        for (name, place) in &reading.retain {
            let value = self.text(place.as_str());
            match retained.iter_mut().find(|(known, _)| known == name) {
                Some((_, found)) => *found = found.take().or(value),
                None => retained.push((name.clone(), value)),
            }
        }
        retained
    }

    pub(crate) fn answer(&self) -> Response {
        if let Some((kind, text)) = &self.plain {
            return Response::text(200, kind, text.clone());
        }
        match (&self.json, self.form) {
            (Json::Object(object), true) => {
                let pairs = object.iter().filter_map(|(name, value)| Some((name, value.as_str()?)));
                let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
                Response::text(200, "application/x-www-form-urlencoded", text)
            }
            (json, _) => Response::json(200, json),
        }
    }
}

/// The scalar at a path of this document, as text.
pub(crate) fn text_at(json: &Json, path: &str) -> Option<String> {
    match json.pointer(&pointer(path))? {
        Json::String(text) => Some(text.clone()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
        plain => Some(plain.to_string()),
    }
}

/// A path of a preset as a JSON pointer (RFC 6901): `data.items[0]` is `/data/items/0`.
pub(crate) fn pointer(path: &str) -> String {
    let steps = path.split(['.', '[', ']']).filter(|step| !step.is_empty());
    steps.flat_map(|step| ["/".to_owned(), step.replace('~', "~0").replace('/', "~1")]).collect()
}

/// A refusal in the service's shape: code and words where the preset reads them, and what tells success set to
/// something else. With such a test services answer 200 (Slack, Zoho).
pub(crate) fn refusal(reading: &Reading, code: &str, words: &str) -> Response {
    let mut document = json!({});
    let place_of = |expressions: &'_ [Expression]| expressions.iter().find(|expression| expression.is_path()).cloned();
    let places = [(place_of(&reading.error_description), words), (place_of(&reading.error), code)];
    for (path, text) in places.into_iter().filter_map(|(path, text)| Some((path?, text))) {
        place(&mut document, &steps(path.as_str()), text.into());
    }
    for (path, value) in reading.success.iter().filter(|(path, _)| path.is_path()) {
        if document.pointer(&pointer(path.as_str())).is_none() {
            place(&mut document, &steps(path.as_str()), other_than(value));
        }
    }
    let status = if reading.success.is_empty() { 400 } else { 200 };
    Response::json(status, &document)
}

/// A document that has these texts at these paths.
pub(crate) fn with_texts<'a>(paths: impl Iterator<Item = (&'a str, String)>) -> Json {
    let mut document = json!({});
    for (path, text) in paths.filter(|(path, _)| Expression::new(*path).is_path()) {
        place(&mut document, &steps(path), text.into());
    }
    document
}

fn steps(path: &str) -> Vec<&str> {
    path.split(['.', '[', ']']).filter(|step| !step.is_empty()).collect()
}

/// Puts a value at a path. Where an object stands already, as in Facebook's errors, the value becomes its `type`.
fn place(at: &mut Json, steps: &[&str], value: Json) {
    let Some((step, rest)) = steps.split_first() else {
        match at {
            Json::Object(object) if !object.is_empty() => drop(object.insert("type".to_owned(), value)),
            plain => *plain = value,
        }
        return;
    };
    if let Ok(index) = step.parse::<usize>() {
        if !at.is_array() {
            *at = json!([]);
        }
        if let Json::Array(items) = at {
            items.resize(items.len().max(index + 1), json!({}));
            place(&mut items[index], rest, value);
        }
        return;
    }
    if !at.is_object() {
        *at = Json::Object(Map::new());
    }
    if let Json::Object(object) = at {
        place(object.entry((*step).to_owned()).or_insert_with(|| json!({})), rest, value);
    }
}

/// A value of the same kind that means the opposite.
fn other_than(value: &str) -> Json {
    match value {
        "true" => false.into(),
        "false" => true.into(),
        number if number.parse::<i64>().is_ok_and(|number| number == 0) => 40_001.into(),
        number if number.parse::<i64>().is_ok() => 0.into(),
        _ => "refused".into(),
    }
}

fn replace(json: &mut Json, path: String, marker: &str, value: &str, places: &mut Vec<(String, String)>) {
    match json {
        Json::String(text) if text.contains(marker) => {
            *text = text.replace(marker, value);
            places.push((path, text.clone()));
        }
        Json::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                replace(item, format!("{path}[{index}]"), marker, value, places);
            }
        }
        Json::Object(fields) => {
            for (name, field) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                replace(field, path, marker, value, places);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::http::message::Body;

    fn body(answer: &Response) -> &str {
        let Body::Text(text) = &answer.body else { panic!("an endless body") };
        text
    }

    #[test]
    fn markers_are_replaced_and_the_place_is_told() {
        let mut document = Document::parse(r#"{"bot":"x-example-access-token","data":[{"t":"example-access-token"}]}"#)
            .expect("a document");
        let place = document.put(ACCESS_TOKEN, "at");
        assert_eq!(place, Some(("data[0].t".to_owned(), "at".to_owned())));
        assert_eq!(document.text("bot").as_deref(), Some("x-at"));
        assert_eq!(document.text("data[0].t").as_deref(), Some("at"));
        assert_eq!(document.put(REFRESH_TOKEN, "rt"), None);
    }

    #[test]
    fn a_form_stays_a_form_and_its_values_are_encoded() {
        let mut document = Document::parse("access_token=example-access-token&scope=a%2Cb").expect("a form");
        document.put(ACCESS_TOKEN, "a+&b");
        assert_eq!(body(&document.answer()), "access_token=a%2B%26b&scope=a%2Cb");
        assert!(Document::parse("<html>").is_none());
    }

    #[test]
    fn a_refusal_has_the_services_shape() {
        let check = |error: &str, description: &str, success: &[(&str, &str)], status: u16, expected: &str| {
            let reading = Reading {
                error: vec![Expression::new(error)],
                error_description: vec![Expression::new(description)],
                success: success.iter().map(|(path, value)| (Expression::new(*path), (*value).to_owned())).collect(),
                ..Reading::default()
            };
            let answer = refusal(&reading, "invalid_grant", "no");
            assert_eq!((answer.status, body(&answer)), (status, expected));
        };
        check("error", "error_description", &[], 400, r#"{"error_description":"no","error":"invalid_grant"}"#);
        check("error", "error.message", &[], 400, r#"{"error":{"message":"no","type":"invalid_grant"}}"#);
        check("errors[0].code", "errors[0].text", &[], 400, r#"{"errors":[{"text":"no","code":"invalid_grant"}]}"#);
        check("error", "text", &[("ok", "true")], 200, r#"{"text":"no","error":"invalid_grant","ok":false}"#);
    }
}
