//! `<request-body>` ↔ the body of a call: a form, a JSON object, or any text.

use serde_json::{Map, Number, Value as Json};

use crate::call::{BodyTemplate, Parameter, Template};
use crate::dialect::zspec::fill::Writer;
use crate::dialect::zspec::known::is_idle;
use crate::dialect::zspec::schema::property_of;
use crate::dialect::zspec::value::{Asked, Reader};
use crate::dialect::zspec::values::{read_values, write_values};
use crate::dialect::zspec::xml::Element;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// The body that a content describes.
pub(super) fn read(reader: &mut Reader, stage: &'static str, element: &str, content: &Element) -> BodyTemplate {
    let plain = Element::default();
    let structure = content.child("structure").unwrap_or(&plain);
    let encode = media_type(content);
    let media_type = encode.to_ascii_lowercase();
    let is_json = media_type.contains("json");
    if let [only] = &structure.all("property").collect::<Vec<_>>()[..]
        && only.attribute("name").is_empty()
        && only.child("structure").is_none()
        && let [text] = &read_values(only.attribute("values"))[..]
    {
        let text = Template::new(text);
        let content_type = encode.to_owned();
        return if is_json { BodyTemplate::Json(text) } else { BodyTemplate::Text { content_type, text } };
    }
    if is_json {
        let object = object(reader, stage, element, structure);
        return BodyTemplate::Json(Template::new(pretty(&Json::Object(object))));
    }
    if !media_type.is_empty() && !media_type.starts_with(FORM) {
        let words = format!("a body of the type `{media_type}` is sent as a form");
        reader.ignored(&format!("{element} › request-body"), words);
    }
    let form = named(structure).map(|(name, property)| Parameter::new(name, leaf(reader, stage, element, property)));
    BodyTemplate::Form(form.collect())
}

fn media_type(content: &Element) -> &str {
    content.child("encode").map_or("", |encode| encode.attribute("type"))
}

fn named(structure: &Element) -> impl Iterator<Item = (&str, &Element)> {
    structure
        .all("property")
        .map(|property| (property.attribute("name"), property))
        .filter(|(name, _)| !name.is_empty())
}

fn object(reader: &mut Reader, stage: &'static str, element: &str, structure: &Element) -> Map<String, Json> {
    let value = |(name, property): (&str, &Element)| {
        let json = if let Some(inner) = property.child("structure") {
            Json::Object(object(reader, stage, element, inner))
        } else {
            let text = leaf(reader, stage, element, property);
            bare(property.attribute("type"), &text).unwrap_or(Json::String(text))
        };
        (name.to_owned(), json)
    };
    named(structure).map(value).collect()
}

fn leaf(reader: &mut Reader, stage: &'static str, element: &str, property: &Element) -> String {
    let name = property.attribute("name");
    let asked = Asked {
        stage,
        place: format!("{element} › {name}"),
        name,
        help: property.description().to_owned(),
        is_required: property.attribute("required") == "true",
        delimiter: "",
        property,
    };
    if property.child("structure").is_some() {
        reader.ignored(&asked.place, "a form field has one value: its inner structure is ignored");
    }
    reader.value(&asked)
}

/// A number or boolean, which JSON writes without quotes.
fn bare(kind: &str, text: &str) -> Option<Json> {
    match kind.to_ascii_lowercase().as_str() {
        "boolean" => text.parse().ok().map(Json::Bool),
        "integer" | "int" | "long" | "short" => text.parse().ok().map(|number: i64| Json::Number(number.into())),
        "double" | "float" | "number" => text.parse().ok().and_then(Number::from_f64).map(Json::Number),
        _ => None,
    }
}

/// Indented as in presets.
fn pretty(json: &Json) -> String {
    serde_json::to_string_pretty(json).unwrap_or_default()
}

/// The content that describes a body, if there is one. `old` is the content in the document.
pub(super) fn write(
    writer: &mut Writer<'_>,
    stage: &'static str,
    old: Option<&Element>,
    body: &BodyTemplate,
) -> Option<Element> {
    let old_structure = old.and_then(|content| content.child("structure"));
    let (encode, properties) = match body {
        BodyTemplate::None => return None,
        BodyTemplate::Form(list) => {
            let used = list.iter().filter(|p| !p.value.is_empty() && !is_idle(writer.service, p));
            let used: Vec<&Parameter> = used.collect();
            if used.is_empty() {
                return None;
            }
            (FORM, used.iter().map(|p| writer.body_property(stage, &p.name, &p.value, old_structure)).collect())
        }
        BodyTemplate::Json(text) => {
            let own = old.map(media_type).filter(|own| own.to_ascii_lowercase().contains("json"));
            let properties = match serde_json::from_str::<Json>(text.source()) {
                Ok(json) if json.is_object() && is_plain(&json) && pretty(&json) == text.source() => {
                    json_properties(writer, stage, old_structure, &json)
                }
                _ => vec![as_it_is(text)],
            };
            (own.unwrap_or(JSON), properties)
        }
        BodyTemplate::Text { content_type, text } => (content_type.as_str(), vec![as_it_is(text)]),
    };
    let encode = Element::new("encode", &[("type", encode)], Vec::new());
    Some(Element::new("content", &[], vec![encode, structure(properties)]))
}

fn structure(properties: Vec<Element>) -> Element {
    Element::new("structure", &[("name", "body")], properties)
}

/// A text that is not a list of names and values.
fn as_it_is(text: &Template) -> Element {
    let values = write_values(&[text.source().to_owned()]);
    Element::new("property", &[("type", "string"), ("values", &values)], Vec::new())
}

/// Whether it has only strings, numbers and booleans under names.
fn is_plain(json: &Json) -> bool {
    match json {
        Json::Object(fields) => {
            !fields.is_empty() && fields.iter().all(|(name, inner)| !name.trim().is_empty() && is_plain(inner))
        }
        Json::String(text) => !text.is_empty(),
        Json::Bool(_) => true,
        Json::Number(number) => number.is_i64(),
        Json::Array(_) | Json::Null => false,
    }
}

fn json_properties(writer: &mut Writer<'_>, stage: &'static str, old: Option<&Element>, json: &Json) -> Vec<Element> {
    let mut properties = Vec::new();
    for (name, value) in json.as_object().into_iter().flatten() {
        properties.push(match value {
            Json::Object(_) => {
                let inner = old.and_then(|old| property_of(old, name)).and_then(|property| property.child("structure"));
                let inner = structure(json_properties(writer, stage, inner, value));
                Element::new("property", &[("name", name), ("type", "object")], vec![inner])
            }
            Json::String(text) => writer.body_property(stage, name, &Template::new(text), old),
            _ => {
                let mut property = writer.body_property(stage, name, &Template::new(value.to_string()), old);
                property.set("type", if value.is_boolean() { "boolean" } else { "integer" });
                property
            }
        });
    }
    properties
}
