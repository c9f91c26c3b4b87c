//! `<request-body>` ↔ the body of a call: a form, a JSON object, or any text.

use serde_json::{Map, Number, Value as Json};

use crate::call::{BodyTemplate, Parameter, Template};
use crate::dialect::zspec::draft::{ReadDraft, WriteDraft};
use crate::dialect::zspec::element::{Content, Facts, Property, Structure};
use crate::dialect::zspec::known::is_idle;
use crate::dialect::zspec::reply::{ENCODE, STRUCTURE};
use crate::dialect::zspec::value::Asked;

/// The media type of a form.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";
/// The media type of JSON.
pub(super) const JSON: &str = "application/json";
/// What the structure of a body is called where nothing else is remembered.
const BODY: &str = "body";

/// The body that a content describes.
pub(super) fn read(draft: &mut ReadDraft, stage: &'static str, element: &str, content: &Content) -> BodyTemplate {
    let media_type = content.encode.trim().to_ascii_lowercase();
    let mut facts = Facts::new();
    if content.structure.name != BODY {
        facts.insert(STRUCTURE.into(), content.structure.name.clone());
    }
    if media_type.contains("json") || media_type.is_empty() || media_type.starts_with(FORM) {
        let usual = if media_type.contains("json") { JSON } else { FORM };
        if content.encode != usual {
            facts.insert(ENCODE.into(), content.encode.clone());
        }
    }
    draft.remark(&[stage, "body"], "", facts);
    if let [Property { name, values, structure: None, .. }] = &content.structure.properties[..]
        && let ([text], true) = (&values[..], name.is_empty())
    {
        return text_body(media_type.contains("json"), &content.encode, text);
    }
    let place = vec![stage.to_owned(), "body".to_owned()];
    let spot = Spot { stage, element };
    if media_type.contains("json") {
        let object = object(draft, &spot, &content.structure, &place);
        return BodyTemplate::Json(Template::new(pretty(&Json::Object(object))));
    }
    if !media_type.is_empty() && !media_type.starts_with(FORM) {
        let words = format!("a body of the type `{media_type}` is sent as a form");
        draft.ignored(&format!("{element} › request-body"), words);
    }
    let named = content.structure.properties.iter().filter(|property| !property.name.is_empty());
    let form = named.map(|property| Parameter::new(&property.name, leaf(draft, &spot, property, &place)));
    BodyTemplate::Form(form.collect())
}

struct Spot<'a> {
    stage: &'static str,
    element: &'a str,
}

fn text_body(is_json: bool, media_type: &str, text: &str) -> BodyTemplate {
    let text = Template::new(text);
    if is_json { BodyTemplate::Json(text) } else { BodyTemplate::Text { content_type: media_type.to_owned(), text } }
}

fn object(draft: &mut ReadDraft, spot: &Spot<'_>, structure: &Structure, of: &[String]) -> Map<String, Json> {
    let mut object = Map::new();
    for property in structure.properties.iter().filter(|property| !property.name.is_empty()) {
        let json = if let Some(inner) = &property.structure {
            let place = [of, std::slice::from_ref(&property.name)].concat();
            let mut facts = property_facts(property);
            facts.insert(STRUCTURE.into(), inner.name.clone());
            remark(draft, property, &place, facts);
            Json::Object(self::object(draft, spot, inner, &place))
        } else {
            let text = leaf(draft, spot, property, of);
            bare(&property.kind, &text).unwrap_or(Json::String(text))
        };
        object.insert(property.name.clone(), json);
    }
    object
}

/// The template of one value.
fn leaf(draft: &mut ReadDraft, spot: &Spot<'_>, property: &Property, of: &[String]) -> String {
    let mut facts = property_facts(property);
    let is_required = property.facts.get("required").is_some_and(|required| required == "true");
    let asked = Asked {
        stage: spot.stage,
        place: format!("{} › {}", spot.element, property.name),
        name: &property.name,
        help: property.description.clone(),
        required: is_required,
        delimiter: None,
        property,
    };
    if property.structure.is_some() {
        draft.ignored(&asked.place, "a form holds one value here: its inner structure is left out");
    }
    let text = draft.value(&asked, &mut facts);
    let place = [of, std::slice::from_ref(&property.name)].concat();
    if bare(&property.kind, &text).is_none() {
        remark(draft, property, &place, facts);
    } else {
        facts.insert("property type".into(), property.kind.clone());
        let place: Vec<&str> = place.iter().map(String::as_str).collect();
        draft.remark(&place, &property.description, facts);
    }
    text
}

fn property_facts(property: &Property) -> Facts {
    property.facts.iter().map(|(name, value)| (format!("property {name}"), value.clone())).collect()
}

fn remark(draft: &mut ReadDraft, property: &Property, place: &[String], mut facts: Facts) {
    if property.kind != "string" {
        facts.insert("property type".into(), property.kind.clone());
    }
    let place: Vec<&str> = place.iter().map(String::as_str).collect();
    draft.remark(&place, &property.description, facts);
}

/// A number or a truth value, which JSON writes without quotes.
fn bare(kind: &str, text: &str) -> Option<Json> {
    match kind.to_ascii_lowercase().as_str() {
        "boolean" => text.parse().ok().map(Json::Bool),
        "integer" | "int" | "long" | "short" => text.parse().ok().map(|number: i64| Json::Number(number.into())),
        "double" | "float" | "number" => text.parse().ok().and_then(Number::from_f64).map(Json::Number),
        _ => None,
    }
}

/// As JSON text is written in presets too.
fn pretty(json: &Json) -> String {
    serde_json::to_string_pretty(json).unwrap_or_default()
}

/// The content that describes a body; nothing where there is none.
pub(super) fn write(written: &mut WriteDraft<'_>, stage: &'static str, body: &BodyTemplate) -> Option<Content> {
    let (usual, structure) = match body {
        BodyTemplate::None => return None,
        BodyTemplate::Form(list) => {
            let used = list.iter().filter(|p| !p.value.is_empty() && !is_idle(written.service, p));
            let used: Vec<&Parameter> = used.collect();
            if used.is_empty() {
                return None;
            }
            let place = [stage.to_owned(), "body".to_owned()];
            let properties = used.into_iter().map(|p| written.body_property(&place, &p.name, &p.value)).collect();
            (FORM, Structure { name: BODY.into(), properties })
        }
        BodyTemplate::Json(text) => (JSON, json_structure(written, stage, text)),
        BodyTemplate::Text { content_type, text } => (content_type.as_str(), as_it_is(text)),
    };
    let remark = written.service.remark(&[stage, "body"]);
    let fact = |name: &str| remark.and_then(|remark| remark.facts.get(name)).cloned();
    let name = fact(STRUCTURE).unwrap_or(structure.name);
    Some(Content {
        encode: fact(ENCODE).unwrap_or_else(|| usual.to_owned()),
        structure: Structure { name, ..structure },
    })
}

/// A text that is no list of names and values.
fn as_it_is(text: &Template) -> Structure {
    let property = Property { kind: "string".into(), values: vec![text.source().to_owned()], ..Property::default() };
    Structure { name: BODY.into(), properties: vec![property] }
}

/// The properties of a JSON object, where writing them again gives the same text; else the text as it is.
fn json_structure(written: &mut WriteDraft<'_>, stage: &'static str, text: &Template) -> Structure {
    let place = [stage.to_owned(), "body".to_owned()];
    match serde_json::from_str::<Json>(text.source()) {
        Ok(json @ Json::Object(_)) if is_plain(&json) && pretty(&json) == text.source() => {
            json_properties(written, &place, &json)
        }
        _ => as_it_is(text),
    }
}

/// Whether there is nothing in it but texts, numbers and truth values under names.
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

fn json_properties(written: &mut WriteDraft<'_>, of: &[String], json: &Json) -> Structure {
    let mut properties = Vec::new();
    for (name, value) in json.as_object().into_iter().flatten() {
        let property = match value {
            Json::Object(_) => {
                let place = [of, std::slice::from_ref(name)].concat();
                let structure = json_properties(written, &place, value);
                written.nested_property(&place, name, structure)
            }
            Json::String(text) => written.body_property(of, name, &Template::new(text)),
            _ => {
                let kind = if value.is_boolean() { "boolean" } else { "integer" };
                let constant = Template::new(value.to_string());
                let property = written.body_property(of, name, &constant);
                if property.kind == "string" { Property { kind: kind.into(), ..property } } else { property }
            }
        };
        properties.push(property);
    }
    Structure { name: BODY.into(), properties }
}
