//! What the `<response>` elements of an operation declare ↔ how its reply is read.

use serde_json::{Map, Value as Json};

use crate::call::{Expression, Lifetime, Reading};
use crate::dialect::zspec::known::{is_secret, is_standard, slug};
use crate::dialect::zspec::values::read_values;
use crate::dialect::zspec::xml::Element;

/// Data types whose structure stands for each item of a list.
const LISTS: [&str; 5] = ["collections", "collection", "array", "list", "jsonarray"];
/// Data types that JSON writes without quotes.
const NUMBERS: [&str; 7] = ["integer", "int", "long", "short", "double", "float", "number"];
/// A property that holds a value and no structure.
struct Leaf<'a> {
    path: String,
    property: &'a Element,
}

impl Leaf<'_> {
    fn name(&self) -> &str {
        self.property.attribute("name")
    }
}

/// The content of the response that is read where all went well.
fn success(operation: &Element) -> Option<&Element> {
    operation.all("response").find(|response| response.attribute("status").starts_with('2'))?.child("content")
}

/// The values that a content declares, with their paths; names that cannot be in a path are left out.
fn leaves(content: Option<&Element>) -> Vec<Leaf<'_>> {
    let mut found = Vec::new();
    if let Some(structure) = content.and_then(|content| content.child("structure")) {
        collect(structure, "", &mut found);
    }
    found
}

fn collect<'a>(structure: &'a Element, before: &str, found: &mut Vec<Leaf<'a>>) {
    for property in structure.all("property") {
        let name = property.attribute("name");
        if name.is_empty() || name.contains(['.', '[']) {
            continue;
        }
        let path = if before.is_empty() { name.to_owned() } else { format!("{before}.{name}") };
        match property.child("structure") {
            None => found.push(Leaf { path, property }),
            Some(inner) if is_list(property) => collect(inner, &format!("{path}[0]"), found),
            Some(inner) => collect(inner, &path, found),
        }
    }
}

fn is_list(property: &Element) -> bool {
    is_of(property, &LISTS)
}

/// Whether the data type of a property is one of these.
fn is_of(property: &Element, types: &[&str]) -> bool {
    types.iter().any(|known| known.eq_ignore_ascii_case(property.attribute("type")))
}

/// The fields that an identity call shows: those that its reply declares.
pub(super) fn shown_fields(operation: &Element) -> Vec<(String, Expression)> {
    let leaves = leaves(success(operation));
    leaves.iter().map(|leaf| (leaf.name().to_owned(), Expression::new(&leaf.path))).collect()
}

/// The lifetime of an access token, if the reply documents it.
pub(super) fn life(operation: &Element) -> Option<u64> {
    let leaves = leaves(success(operation));
    let documented = leaves.iter().find(|leaf| leaf.name() == "expires_in")?;
    let values = read_values(documented.property.attribute("values"));
    values.first()?.parse().ok().filter(|life| *life > 0)
}

/// How to read the replies: fields of RFC 6749 where they are declared, others retained by name.
pub(super) fn reading(operation: &Element) -> Reading {
    let mut reading = Reading::default();
    let mut found = leaves(success(operation));
    if found.iter().any(|leaf| leaf.name() == "expires_in" && is_of(leaf.property, &["datetime"])) {
        reading.lifetime = Lifetime::Date;
    }
    for (name, paths) in fields(&mut reading) {
        place(name, paths, &mut found);
    }
    for leaf in found {
        let name = slug(leaf.name());
        if !is_standard(&name) && reading.retain.iter().all(|(retained, _)| *retained != name) {
            reading.retain.push((name, Expression::new(leaf.path)));
        }
    }
    for content in operation.all("response").filter_map(|response| response.child("content")) {
        let mut leaves = leaves(Some(content));
        place("error", &mut reading.error, &mut leaves);
        place("error_description", &mut reading.error_description, &mut leaves);
    }
    reading.retain.retain(|(name, _)| !["error", "error_description", "error_uri"].contains(&name.as_str()));
    reading
}

/// The fields of a token reply that a document can declare.
fn fields(reading: &mut Reading) -> [(&'static str, &mut Vec<Expression>); 7] {
    [
        ("access_token", &mut reading.access_token),
        ("token_type", &mut reading.token_type),
        ("expires_in", &mut reading.expires_in),
        ("refresh_token", &mut reading.refresh_token),
        ("refresh_token_expires_in", &mut reading.refresh_token_expires_in),
        ("id_token", &mut reading.id_token),
        ("scope", &mut reading.scope),
    ]
}

/// Removes the leaf of a name and sets the path to it.
fn place(name: &str, paths: &mut Vec<Expression>, leaves: &mut Vec<Leaf<'_>>) {
    let at_top = leaves.iter().position(|leaf| leaf.path == name);
    let Some(found) = at_top.or_else(|| leaves.iter().position(|leaf| leaf.name() == name)) else { return };
    let leaf = leaves.remove(found);
    if at_top.is_none() {
        *paths = vec![Expression::new(leaf.path)];
    }
}

pub(super) fn example(operation: &Element) -> String {
    let Some(content) = success(operation) else { return String::new() };
    let encode = content.child("encode").map_or("", |encode| encode.attribute("type"));
    let example = content.child("structure").map(object).unwrap_or_default();
    if !(encode.is_empty() || encode.contains("json")) || example.is_empty() {
        return String::new();
    }
    serde_json::to_string_pretty(&Json::Object(example)).unwrap_or_default()
}

fn object(structure: &Element) -> Map<String, Json> {
    let named = structure.all("property").filter(|property| !property.attribute("name").is_empty());
    named.map(|property| (property.attribute("name").to_owned(), made_up(property))).collect()
}

fn made_up(property: &Element) -> Json {
    if let Some(inner) = property.child("structure") {
        let object = Json::Object(object(inner));
        return if is_list(property) { Json::Array(vec![object]) } else { object };
    }
    let name = property.attribute("name");
    let (is_number, is_boolean) = (is_of(property, &NUMBERS), is_of(property, &["boolean"]));
    let text = match read_values(property.attribute("values")).first().filter(|_| !is_token(name)) {
        Some(value) => value.clone(),
        None if is_of(property, &["datetime"]) => "2030-01-01T00:00:00Z".to_owned(),
        None => match name {
            "access_token" | "refresh_token" | "id_token" => format!("example-{}", name.replace('_', "-")),
            "token_type" => "Bearer".to_owned(),
            "scope" => String::new(),
            _ if name.contains("expire") => "3600".to_owned(),
            _ if is_number => "1".to_owned(),
            _ if is_boolean => "true".to_owned(),
            _ => format!("example-{name}"),
        },
    };
    let bare = serde_json::from_str(&text).ok().filter(|json: &Json| json.is_number() || json.is_boolean());
    bare.filter(|_| is_number || is_boolean).unwrap_or(Json::String(text))
}

/// Whether a property of a response has the name of a secret; its value in the document may be a real one.
fn is_token(name: &str) -> bool {
    is_secret(name) && name != "code"
}

/// Removes the values of secrets from the responses of a document.
pub(super) fn forget_tokens(element: &mut Element, in_response: bool) {
    let in_response = in_response || element.name == "response";
    if in_response && is_token(element.attribute("name")) {
        element.attributes.retain(|(name, _)| !["values", "default-value", "example-value"].contains(&name.as_str()));
    }
    element.children.iter_mut().for_each(|child| forget_tokens(child, in_response));
}

pub(super) fn is_expected(stage: &str, reading: &Reading, operation: &Element) -> bool {
    let own: Vec<String> = operation.all("response").map(Element::write).collect();
    let expected = match stage {
        "authorization" => None,
        "identity" => shown(&shown_fields(operation)),
        _ => Some(expected(reading, life(operation).filter(|_| stage == "token_request"))),
    };
    own.is_empty() || own == expected.iter().map(Element::write).collect::<Vec<_>>()
}

/// The response that a reading expects, each path once.
pub(super) fn expected(reading: &Reading, life: Option<u64>) -> Element {
    let standard = Reading::default();
    let (mut own, mut default) = (reading.clone(), standard.clone());
    let mut structure = Element::new("structure", &[("name", "reply")], Vec::new());
    for ((name, paths), (_, usual)) in fields(&mut own).into_iter().zip(fields(&mut default)) {
        let always = ["access_token", "token_type", "expires_in", "refresh_token"].contains(&name);
        let Some(path) = paths.first().filter(|_| always || paths != usual) else { continue };
        let path = if paths == usual { name } else { path.as_str() };
        if let (Some(property), "expires_in") = (insert(&mut structure, path), name) {
            let is_date = reading.lifetime == Lifetime::Date;
            property.set("type", if is_date { "datetime" } else { "integer" });
            if let Some(life) = life.filter(|_| !is_date) {
                property.set("values", life.to_string());
            }
        }
    }
    for (paths, usual) in [(&own.error, &standard.error), (&own.error_description, &standard.error_description)] {
        if let Some(path) = paths.first().filter(|_| paths != usual) {
            insert(&mut structure, path.as_str());
        }
    }
    for (_, place) in &reading.retain {
        insert(&mut structure, place.as_str());
    }
    response(structure)
}

/// The response of an identity call that shows these fields; `None` if it shows all.
pub(super) fn shown(fields: &[(String, Expression)]) -> Option<Element> {
    let mut structure = Element::new("structure", &[("name", "reply")], Vec::new());
    for (_, path) in fields {
        insert(&mut structure, path.as_str());
    }
    (!fields.is_empty()).then(|| response(structure))
}

fn response(structure: Element) -> Element {
    let encode = Element::new("encode", &[("type", "application/json")], Vec::new());
    let content = Element::new("content", &[], vec![encode, structure]);
    Element::new("response", &[("status", "200")], vec![content])
}

/// The property at a path, created if missing; `None` for the empty path.
fn insert<'a>(structure: &'a mut Element, path: &str) -> Option<&'a mut Element> {
    let (step, rest) = path.split_once('.').map_or((path, None), |(step, rest)| (step, Some(rest)));
    let (name, is_item) = step.split_once('[').map_or((step, false), |(name, _)| (name, true));
    if name.is_empty() {
        return None;
    }
    let found = structure.children.iter().position(|property| property.attribute("name") == name);
    let at = found.unwrap_or(structure.children.len());
    if found.is_none() {
        let kind = if is_item { "collections" } else { "string" };
        structure.children.push(Element::new("property", &[("name", name), ("type", kind)], Vec::new()));
    }
    let property = &mut structure.children[at];
    let Some(rest) = rest else { return Some(property) };
    if property.attribute("type") == "string" {
        property.set("type", "object");
    }
    if property.children.is_empty() {
        property.children.push(Element::new("structure", &[], Vec::new()));
    }
    insert(&mut property.children[0], rest)
}
