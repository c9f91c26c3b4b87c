//! The types of authorization details that a server describes (draft-ietf-oauth-rar-metadata-remediation-00 section 5): what each
//! is for, an example, and a JSON Schema that its details must match. All of it is foreign, the schema too: it reads no other
//! document, and one that would take long is not used.

use std::collections::HashMap;

use boon::{Compiler, ErrorKind, SchemaIndex, Schemas, UrlLoader, ValidationError};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value as Json};
use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::authorization::details::{detail_types, literal};
use crate::oauth::tokens::fit::{plain_line, web_reference};

/// The most types of one server that are read.
const MOST_TYPES: usize = 200;

/// The most steps that a schema may take for one value, its references followed.
const MOST_STEPS: u64 = 100_000;

/// The most faults that are told of one text.
const MOST_FAULTS: usize = 8;

/// The deepest member of an outline.
const DEEPEST_OUTLINE: usize = 8;

/// The longest description of a fault, in characters.
const LONGEST_WORDS: usize = 300;

/// The name of a schema for its own references.
const SCHEMA: &str = "https://schema.invalid/details.json";

/// A type of authorization details, as the server describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct DetailType {
    /// The value of `type`.
    pub name: String,
    /// What it is for, by the server; empty if it does not say.
    pub description: String,
    /// The page about it.
    pub documentation: Option<String>,
    /// What details of this type must match.
    schema: Schema,
    /// Details of this type, by the server.
    example: Option<Json>,
}

#[derive(Clone, Debug, PartialEq)]
enum Schema {
    Known(Json),
    /// It is at this address and was not fetched yet.
    At(String),
    /// There is none to check with, and why.
    Unknown(&'static str),
}

/// The types of authorization details that a server describes, in its order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DetailTypes(Vec<DetailType>);

/// Why a document is no list of types.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum DetailTypesError {
    /// Not a JSON object of objects.
    #[error("the description of the types of authorization details is not a JSON object with an object for each type")]
    NoObject,
    /// More than are read.
    #[error("the server describes more than {MOST_TYPES} types of authorization details")]
    TooMany,
}

impl Diagnose for DetailTypesError {
    fn diagnose(&self) -> Diagnosis {
        let reference = "https://datatracker.ietf.org/doc/draft-ietf-oauth-rar-metadata-remediation/";
        Diagnosis::new(self.to_string()).hint("the server's documentation describes them as well").reference(reference)
    }
}

/// Where details do not match the schema of their type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DetailFault {
    /// Which of the details, from 1.
    pub number: usize,
    /// Where in it, as a JSON Pointer (RFC 6901); empty for the whole.
    pub place: String,
    /// What is wrong.
    pub words: String,
}

impl DetailFault {
    /// The fault with its place, in one line.
    pub fn line(&self) -> String {
        let Self { number, place, words } = self;
        if place.is_empty() {
            format!("object {number}: {words}")
        } else {
            format!("object {number}, {place}: {words}")
        }
    }
}

impl DetailTypes {
    /// Reads the reply of the endpoint.
    pub fn read(text: &str) -> Result<Self, DetailTypesError> {
        let json: Map<String, Json> = serde_json::from_str(text).map_err(|_| DetailTypesError::NoObject)?;
        if json.len() > MOST_TYPES {
            return Err(DetailTypesError::TooMany);
        }
        let types = json.iter().map(|(name, about)| DetailType::read(name, about));
        types.collect::<Option<_>>().map(Self).ok_or(DetailTypesError::NoObject)
    }

    /// The types.
    pub fn all(&self) -> &[DetailType] {
        &self.0
    }

    /// The addresses of the schemas that are not known yet, each with the name of its type.
    pub fn missing_schemas(&self) -> Vec<(String, String)> {
        let address = |kind: &DetailType| match &kind.schema {
            Schema::At(address) => Some((kind.name.clone(), address.clone())),
            Schema::Known(_) | Schema::Unknown(_) => None,
        };
        self.0.iter().filter_map(address).collect()
    }

    /// Takes over the schema of a type that was fetched; `None` if it could not be.
    pub fn set_schema(&mut self, name: &str, text: Option<&str>) {
        let schema = match text.map(serde_json::from_str) {
            Some(Ok(json)) => Schema::of(json),
            Some(Err(_)) => Schema::Unknown("its schema is not JSON"),
            None => Schema::Unknown("its schema could not be fetched"),
        };
        self.0.iter_mut().filter(|kind| kind.name == name).for_each(|kind| kind.schema = schema.clone());
    }

    /// Where these details do not match what the server describes; nothing for what is no list of details, see [`detail_types`].
    pub fn check(&self, details: &str) -> Vec<DetailFault> {
        if self.0.is_empty() || detail_types(details).is_err() {
            return Vec::new();
        }
        let items: Vec<Json> = serde_json::from_str(details).unwrap_or_default();
        let mut faults = Vec::new();
        for (number, item) in (1..).zip(&items) {
            let name = item["type"].as_str().unwrap_or_default();
            if let Some(kind) = self.0.iter().find(|kind| kind.name == name) {
                kind.check(item, number, &mut faults);
            } else {
                let words = format!("the server describes no type `{}`", plain_line(name));
                faults.push(DetailFault { number, place: "/type".to_owned(), words });
            }
        }
        faults.truncate(MOST_FAULTS);
        faults
    }
}

impl DetailType {
    fn read(name: &str, about: &Json) -> Option<Self> {
        let about = about.as_object()?;
        let text = |member: &str| about.get(member).and_then(Json::as_str).map(plain_line);
        let schema = match (about.get("schema"), text("schema_uri")) {
            (Some(schema), _) => Schema::of(schema.clone()),
            (None, Some(address)) => match web_reference(&address) {
                Some(address) => Schema::At(address),
                None => Schema::Unknown("the address of its schema is no web address"),
            },
            (None, None) => Schema::Unknown("the server gives no schema"),
        };
        let examples = about.get("examples").and_then(Json::as_array);
        Some(Self {
            name: plain_line(name),
            description: text("description").unwrap_or_default(),
            documentation: text("documentation_uri").and_then(|address| web_reference(&address)),
            schema,
            example: examples.and_then(|examples| examples.iter().find(|example| example.is_object())).cloned(),
        })
    }

    /// Why details of this type are not checked; `None` if they are.
    pub fn unchecked(&self) -> Option<&'static str> {
        match &self.schema {
            Schema::Known(_) => None,
            Schema::At(_) => Some("its schema was not fetched"),
            Schema::Unknown(why) => Some(why),
        }
    }

    /// The members that the schema requires besides `type`, as far as it says so in one place.
    pub fn required(&self) -> Vec<String> {
        let Schema::Known(schema) = &self.schema else { return Vec::new() };
        let required = schema["required"].as_array().into_iter().flatten();
        required.filter_map(Json::as_str).filter(|name| *name != "type").map(plain_line).collect()
    }

    /// Details of this type to begin with, as JSON: the server's example, else the members that its schema requires, with values
    /// to replace.
    pub fn outline(&self) -> String {
        literal(&self.outline_json())
    }

    fn outline_json(&self) -> Json {
        if let Some(example) = &self.example {
            return example.clone();
        }
        let required = match &self.schema {
            Schema::Known(schema) => outline(schema, schema, 0),
            Schema::At(_) | Schema::Unknown(_) => Json::Null,
        };
        let mut outline = Map::from_iter([("type".to_owned(), Json::from(self.name.clone()))]);
        if let Json::Object(required) = required {
            outline.extend(required.into_iter().filter(|(name, _)| name != "type"));
        }
        Json::Object(outline)
    }

    fn check(&self, item: &Json, number: usize, faults: &mut Vec<DetailFault>) {
        let Schema::Known(schema) = &self.schema else { return };
        let mut schemas = Schemas::new();
        // It compiled when it was read.
        let Some(index) = compile(schema, &mut schemas) else { return };
        if let Err(error) = schemas.validate(item, index) {
            add_faults(&error, number, faults);
        }
    }
}

impl Schema {
    /// A schema that can be used here.
    fn of(json: Json) -> Self {
        if steps(&json, &json, &mut HashMap::new()) > MOST_STEPS {
            return Self::Unknown("its schema takes too long to check");
        }
        match compile(&json, &mut Schemas::new()) {
            Some(_) => Self::Known(json),
            None => Self::Unknown("its schema is wrong, or refers to another document"),
        }
    }
}

/// `None` for what is no schema, or needs another document.
fn compile(schema: &Json, schemas: &mut Schemas) -> Option<SchemaIndex> {
    let mut compiler = Compiler::new();
    compiler.use_loader(Box::new(NothingElse));
    compiler.add_resource(SCHEMA, schema.clone()).ok()?;
    compiler.compile(SCHEMA, schemas).ok()
}

/// A schema is foreign: it can make nothing else be read, neither a file nor a page.
struct NothingElse;

impl UrlLoader for NothingElse {
    fn load(&self, url: &str) -> Result<Json, Box<dyn std::error::Error>> {
        Err(format!("{url} is not read").into())
    }
}

/// How many steps a schema may take for one value: its parts, with each part that is referred to counted once more for each
/// reference. A reference to what it stands in adds nothing, since the value ends.
fn steps<'a>(root: &'a Json, part: &'a Json, known: &mut HashMap<&'a str, u64>) -> u64 {
    let inner: Vec<&Json> = match part {
        Json::Object(members) => members.values().collect(),
        Json::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    let own = inner.into_iter().fold(1_u64, |sum, inner| sum.saturating_add(steps(root, inner, known)));
    let Some(reference) = part.get("$ref").and_then(Json::as_str) else { return own };
    let Some(target) = local(root, reference) else { return u64::MAX };
    if let Some(referred) = known.get(reference) {
        return own.saturating_add(*referred);
    }
    known.insert(reference, 0);
    let referred = steps(root, target, known);
    known.insert(reference, referred);
    own.saturating_add(referred)
}

/// What a reference within the schema refers to; `None` for any other reference.
fn local<'a>(root: &'a Json, reference: &str) -> Option<&'a Json> {
    root.pointer(&percent_decode_str(reference.strip_prefix('#')?).decode_utf8().ok()?)
}

/// The members that a schema requires, with values to replace: the only ones allowed, the usual ones, or empty ones.
fn outline(root: &Json, part: &Json, depth: usize) -> Json {
    if depth == DEEPEST_OUTLINE {
        return Json::Null;
    }
    if let Some(target) = part.get("$ref").and_then(Json::as_str).and_then(|reference| local(root, reference)) {
        return outline(root, target, depth + 1);
    }
    let first = |name: &str| part.get(name).and_then(Json::as_array).and_then(|values| values.first());
    let usual =
        part.get("const").or_else(|| part.get("default")).or_else(|| first("enum")).or_else(|| first("examples"));
    if let Some(usual) = usual {
        return usual.clone();
    }
    let required = part.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
    let members = required.map(|name| (name.to_owned(), outline(root, &part["properties"][name], depth + 1)));
    let members: Map<String, Json> = members.collect();
    match part["type"].as_str() {
        Some("object") => Json::Object(members),
        Some("array") => Json::Array(Vec::new()),
        Some("integer" | "number") => Json::from(0),
        Some("boolean") => Json::from(false),
        _ if members.is_empty() => Json::from(""),
        _ => Json::Object(members),
    }
}

/// The faults at the ends of an error: what has causes only says that they are below it.
fn add_faults(error: &ValidationError<'_, '_>, number: usize, faults: &mut Vec<DetailFault>) {
    let is_choice = matches!(error.kind, ErrorKind::AnyOf | ErrorKind::OneOf(_) | ErrorKind::Not | ErrorKind::Contains);
    if error.causes.is_empty() || is_choice {
        let place = plain_line(&error.instance_location.to_string());
        faults.push(DetailFault { number, place, words: words(&error.kind) });
        return;
    }
    error.causes.iter().for_each(|cause| add_faults(cause, number, faults));
}

/// What a fault is, and what is expected.
fn words(kind: &ErrorKind<'_, '_>) -> String {
    let list = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let words = match kind {
        ErrorKind::Type { got, want } => {
            let want: Vec<String> = want.iter().map(|kind| kind.to_string()).collect();
            format!("expected {}, found {got}", want.join(" or "))
        }
        ErrorKind::Required { want } => format!("{} is missing", list(want)),
        ErrorKind::DependentRequired { prop, missing } | ErrorKind::Dependency { prop, missing } => {
            format!("{} is missing, which `{prop}` needs", list(missing))
        }
        ErrorKind::AdditionalProperties { got } => {
            let names: Vec<&str> = got.iter().map(AsRef::as_ref).collect();
            format!("{} is not known", list(&names))
        }
        ErrorKind::Enum { want } => {
            let want: Vec<String> = want.iter().map(Json::to_string).collect();
            format!("expected one of {}", want.join(", "))
        }
        ErrorKind::Const { want } => format!("expected {want}"),
        ErrorKind::Pattern { want, .. } => format!("expected a text that matches `{want}`"),
        ErrorKind::MinLength { want, .. } => format!("expected a text of at least {}", counted(*want, "character")),
        ErrorKind::MaxLength { want, .. } => format!("expected a text of at most {}", counted(*want, "character")),
        ErrorKind::MinItems { want, .. } => format!("expected at least {}", counted(*want, "item")),
        ErrorKind::MaxItems { want, .. } => format!("expected at most {}", counted(*want, "item")),
        ErrorKind::Minimum { want, .. } => format!("expected {want} or more"),
        ErrorKind::Maximum { want, .. } => format!("expected {want} or less"),
        ErrorKind::ExclusiveMinimum { want, .. } => format!("expected more than {want}"),
        ErrorKind::ExclusiveMaximum { want, .. } => format!("expected less than {want}"),
        ErrorKind::FalseSchema => "not allowed here".to_owned(),
        ErrorKind::AnyOf | ErrorKind::OneOf(None) => "matches none of the forms that the schema has".to_owned(),
        ErrorKind::OneOf(Some(_)) => "matches more than one of the forms that the schema has".to_owned(),
        other => other.to_string(),
    };
    plain_line(&words).chars().take(LONGEST_WORDS).collect()
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn types(schema: &Json) -> DetailTypes {
        DetailTypes::read(&json!({"payment": {"description": "One payment", "schema": schema}}).to_string())
            .expect("types")
    }

    fn payment() -> Json {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "required": ["type", "amount", "purpose"],
            "additionalProperties": false,
            "properties": {
                "type": {"const": "payment"},
                "purpose": {"enum": ["rent", "salary"]},
                "creditor": {"anyOf": [{"type": "string"}, {"type": "object"}]},
                "amount": {"$ref": "#/$defs/amount"}
            },
            "$defs": {"amount": {
                "type": "object",
                "required": ["currency", "value"],
                "properties": {"currency": {"type": "string", "pattern": "^[A-Z]{3}$"}, "value": {"type": "number"}}
            }}
        })
    }

    fn lines(types: &DetailTypes, details: &Json) -> Vec<String> {
        types.check(&details.to_string()).iter().map(DetailFault::line).collect()
    }

    #[test]
    fn details_are_held_to_the_schema_of_their_type_and_each_fault_names_its_place() {
        let types = types(&payment());
        let right = json!({"type": "payment", "purpose": "rent", "amount": {"currency": "EUR", "value": 7}});
        assert_eq!(lines(&types, &json!([right])), [""; 0]);
        let wrong = json!([
            right,
            {"type": "payment", "purpose": "fun", "creditor": 7, "amount": {"currency": "euro", "value": "7"}, "note": 1},
            {"type": "payment", "purpose": "rent"},
            {"type": "other"}
        ]);
        assert_eq!(
            lines(&types, &wrong),
            [
                "object 2, /purpose: expected one of \"rent\", \"salary\"",
                "object 2, /creditor: matches none of the forms that the schema has",
                "object 2, /amount/currency: expected a text that matches `^[A-Z]{3}$`",
                "object 2, /amount/value: expected number, found string",
                "object 2: `note` is not known",
                "object 3: `amount` is missing",
                "object 4, /type: the server describes no type `other`",
            ]
        );
        // What is no list of details is told elsewhere.
        assert_eq!(types.check("[{}]"), []);
        assert_eq!(DetailTypes::default().check("[{\"type\": \"a\"}]"), []);
    }

    #[test]
    fn limits_are_told_as_what_is_expected() {
        let limits = types(&json!({"properties": {
            "name": {"minLength": 1}, "code": {"maxLength": 2}, "lines": {"minItems": 2}, "tags": {"maxItems": 1},
            "count": {"minimum": 1, "maximum": 9}, "price": {"exclusiveMinimum": 0}, "rate": {"exclusiveMaximum": 1}
        }}));
        let wrong = json!([{"type": "payment", "name": "", "code": "abc", "lines": [1], "tags": [1, 2], "count": 0, "price": 0, "rate": 1}]);
        assert_eq!(
            lines(&limits, &wrong),
            [
                "object 1, /name: expected a text of at least 1 character",
                "object 1, /code: expected a text of at most 2 characters",
                "object 1, /lines: expected at least 2 items",
                "object 1, /tags: expected at most 1 item",
                "object 1, /count: expected 1 or more",
                "object 1, /price: expected more than 0",
                "object 1, /rate: expected less than 1",
            ]
        );
        assert_eq!(
            lines(&limits, &json!([{"type": "payment", "count": 10}])),
            ["object 1, /count: expected 9 or less"]
        );
    }

    #[test]
    fn an_outline_has_what_is_required_and_the_servers_example_comes_before_it() {
        let own = types(&payment());
        let kind = &own.all()[0];
        assert_eq!((kind.description.as_str(), kind.unchecked()), ("One payment", None));
        assert_eq!(kind.required(), ["amount", "purpose"]);
        assert_eq!(kind.outline(), r#"{"type":"payment","amount":{"currency":"","value":0},"purpose":"rent"}"#);
        let about = json!({"a": {"schema": {}, "examples": [7, {"type": "a", "of": "the server"}]}, "b": {}});
        let described = DetailTypes::read(&about.to_string()).expect("types");
        let outlines: Vec<String> = described.all().iter().map(DetailType::outline).collect();
        assert_eq!(outlines, [r#"{"type":"a","of":"the server"}"#, r#"{"type":"b"}"#]);
    }

    #[test]
    fn a_schema_at_another_address_is_named_and_taken_over_once_it_is_fetched() {
        let about = json!({"a": {"schema_uri": "https://bank.test/a.json"}, "b": {"schema_uri": "file:///etc/passwd"}});
        let mut described = DetailTypes::read(&about.to_string()).expect("types");
        assert_eq!(described.missing_schemas(), [("a".to_owned(), "https://bank.test/a.json".to_owned())]);
        assert_eq!(described.all()[1].unchecked(), Some("the address of its schema is no web address"));
        assert_eq!(lines(&described, &json!([{"type": "a", "n": "x"}])), [""; 0]);
        described.set_schema("a", Some("{\"properties\": {\"n\": {\"type\": \"integer\"}}}"));
        assert_eq!(
            lines(&described, &json!([{"type": "a", "n": "x"}])),
            ["object 1, /n: expected integer, found string"]
        );
        for (text, why) in [(None, "its schema could not be fetched"), (Some("<html>"), "its schema is not JSON")] {
            described.set_schema("a", text);
            assert_eq!(described.all()[0].unchecked(), Some(why));
        }
    }

    #[test]
    fn a_schema_reads_nothing_else_and_cannot_take_long() {
        let unchecked = |schema: Json| types(&schema).all()[0].unchecked();
        let elsewhere = Some("its schema is wrong, or refers to another document");
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), "{}").expect("written");
        let address = url::Url::from_file_path(file.path()).expect("an address");
        let long = Some("its schema takes too long to check");
        for reference in [address.as_str(), "https://bank.test/other.json", "#anchor"] {
            assert_eq!(unchecked(json!({"$ref": reference})), long, "{reference}");
        }
        assert_eq!(unchecked(json!({"$schema": address.as_str()})), elsewhere);
        assert_eq!(unchecked(json!({"type": "nonsense"})), elsewhere);
        // Each of forty parts refers to the next twice.
        let part =
            |next: usize| json!({"allOf": [{"$ref": format!("#/$defs/{next}")}, {"$ref": format!("#/$defs/{next}")}]});
        let mut parts: Map<String, Json> = (0..40).map(|number| (number.to_string(), part(number + 1))).collect();
        parts.insert("40".to_owned(), json!({}));
        assert_eq!(unchecked(json!({"$ref": "#/$defs/0", "$defs": parts})), long);
        // A reference to itself is usual, for what nests.
        let nested = types(&json!({"properties": {"next": {"$ref": "#"}, "n": {"type": "number"}}}));
        let deep = json!([{"type": "payment", "next": {"next": {"n": "x"}}}]);
        assert_eq!(lines(&nested, &deep), ["object 1, /next/next/n: expected number, found string"]);
        assert_eq!(unchecked(json!({"$ref": "#"})), None);
        assert_eq!(types(&json!({"$ref": "#"})).check("[{\"type\": \"payment\"}]").len(), 1);
    }

    #[test]
    fn what_is_no_description_is_told() {
        for text in ["", "[]", "{\"a\": 7}", "<html>"] {
            assert_eq!(DetailTypes::read(text), Err(DetailTypesError::NoObject), "{text}");
        }
        let many: Map<String, Json> = (0..=MOST_TYPES).map(|number| (number.to_string(), json!({}))).collect();
        assert_eq!(DetailTypes::read(&Json::Object(many).to_string()), Err(DetailTypesError::TooMany));
        let hostile = json!({"a\u{1b}[2Jb": {"description": "one\r\ntwo", "documentation_uri": "javascript:alert(1)"}});
        let described = DetailTypes::read(&hostile.to_string()).expect("types");
        let DetailType { name, description, documentation, .. } = &described.all()[0];
        assert_eq!((name.as_str(), description.as_str(), documentation), ("a [2Jb", "one  two", &None));
    }

    proptest! {
        #[test]
        fn any_schema_is_used_or_not_and_never_panics(schema in ".{0,200}", details in ".{0,100}") {
            let about = format!("{{\"a\": {{\"schema\": {schema}}}}}");
            if let Ok(described) = DetailTypes::read(&about) {
                described.check(&details);
                described.all()[0].outline();
            }
        }
    }
}
