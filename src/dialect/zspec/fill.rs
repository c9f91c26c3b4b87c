//! The attributes of an argument or of a property of a body: none for a name of OAuth, a constant, or the description of
//! an input at its first mention.

use std::collections::BTreeSet;

use crate::call::{BodyTemplate, CallTemplate, Template};
use crate::dialect::zspec::known::{is_secret, only_placeholder, placeholder, slug};
use crate::dialect::zspec::schema::{STAGES, operation, property, property_of};
use crate::dialect::zspec::values::{read_values, write_values};
use crate::dialect::zspec::xml::{ABSENT, Element};
use crate::oauth::Pkce;
use crate::service::{Input, Service};

pub(super) struct Writer<'a> {
    pub service: &'a Service,
    pub old: Option<&'a Element>,
    /// The inputs explained so far.
    pub explained: BTreeSet<&'a str>,
    /// Whether the scopes are listed.
    has_scopes: bool,
    /// The inputs that are parameters of a call, which explains them.
    pub inline: BTreeSet<&'a str>,
}

/// The attributes of an argument and its property. [`ABSENT`] removes an attribute of the kept document.
pub(super) struct Filled {
    pub argument: Vec<(&'static str, String)>,
    pub property: Element,
}

impl Filled {
    /// For an argument of this name. A secret never has a default or an example.
    pub(super) fn new(name: &str) -> Self {
        let mut property = Element::new("property", &[("type", "string"), ("values", ABSENT)], Vec::new());
        if is_secret(name) || name.eq_ignore_ascii_case("authorization") {
            property.set("default-value", ABSENT);
            property.set("example-value", ABSENT);
        }
        Self { argument: Vec::new(), property }
    }

    fn values(&mut self, values: &[String]) {
        self.property.set("values", if values.is_empty() { ABSENT.to_owned() } else { write_values(values) });
    }
}

impl<'a> Writer<'a> {
    pub(super) fn new(service: &'a Service, old: Option<&'a Element>) -> Self {
        let stages = STAGES.into_iter().filter_map(|(stage, ..)| Some((stage, call(service, stage)?)));
        let inline = stages.flat_map(|(stage, call)| inline(service, stage, call)).collect();
        Self { service, old, explained: BTreeSet::new(), has_scopes: false, inline }
    }

    /// A value in a body; `old` is its structure.
    pub(super) fn body_property(
        &mut self,
        stage: &'static str,
        name: &str,
        value: &Template,
        old: Option<&Element>,
    ) -> Element {
        let Filled { argument, mut property } =
            self.fill(stage, name, value, old.and_then(|old| property_of(old, name)));
        property.set("name", name);
        // A property has no attributes of an argument; that it is required is one of its own.
        for (name, value) in argument.into_iter().filter(|(name, _)| *name == "required") {
            property.set(name, value);
        }
        property
    }

    /// Describes the value of a parameter. `old` is its argument or property in the kept document.
    pub(super) fn fill(&mut self, stage: &'static str, name: &str, value: &Template, old: Option<&Element>) -> Filled {
        let mut filled = Filled::new(name);
        let only = only_placeholder(value);
        let is_known = only.is_some() && placeholder(name) == only;
        match only {
            Some("grant_type") if stage == "token_request" => {
                filled.values(std::slice::from_ref(&self.service.grant_type));
            }
            Some("scope") if is_known => self.scopes(&mut filled),
            Some("code_challenge_method") if is_known => {
                let pkce = self.service.authorization.as_ref().map(|authorization| authorization.pkce);
                filled.property.set("values", if pkce == Some(Pkce::Plain) { "plain" } else { "S256" });
            }
            Some(_) if is_known => {}
            _ => match only.and_then(|only| inline_input(self.service, stage, name, only)) {
                Some(input) => self.input(input, name, old, &mut filled),
                None => filled.values(&[value.in_braces()]),
            },
        }
        if only == Some("token") {
            filled.property.set("default-value", ABSENT);
            filled.property.set("example-value", ABSENT);
        }
        filled
    }

    /// Lists the scopes with the first call that names them.
    fn scopes(&mut self, filled: &mut Filled) {
        let scopes = &self.service.scopes;
        filled.argument.push(("delimiter", ABSENT.to_owned()));
        filled.property.set("default-value", ABSENT);
        if std::mem::replace(&mut self.has_scopes, true) {
            return;
        }
        if scopes.separator != " " {
            filled.argument = vec![("delimiter", scopes.separator.clone())];
        }
        let known: Vec<String> = scopes.known.iter().map(|scope| scope.name.clone()).collect();
        let default: Vec<String> = scopes.default.iter().map(|scope| Template::new(scope).in_braces()).collect();
        let said = self.said_scopes();
        if known != said || default != said {
            filled.property.set("default-value", write_values(&default));
            filled.values(&known);
        }
    }

    /// The scopes in the `<authentication>` elements, in order.
    fn said_scopes(&self) -> Vec<String> {
        let mut said = Vec::new();
        for (_, element, _) in STAGES {
            let stage = self.old.and_then(|old| old.child(element)).map(operation);
            let scopes = stage.and_then(|stage| stage.child("authentication")).map(|it| it.attribute("scopes"));
            for scope in read_values(scopes.unwrap_or_default()) {
                if !said.contains(&scope) {
                    said.push(scope);
                }
            }
        }
        said
    }

    /// Describes an input at its first mention.
    pub(super) fn input(&mut self, input: &'a Input, name: &str, old: Option<&Element>, filled: &mut Filled) {
        let old_property = old.and_then(|old| property(old).or(Some(old).filter(|old| old.name == "property")));
        let listed = old_property.map(|old| read_values(old.attribute("values"))).unwrap_or_default();
        let listed = if listed.len() > 1 && !is_secret(name) { listed } else { Vec::new() };
        if !self.explained.insert(&input.name) {
            filled.values(&listed);
            return;
        }
        let has_words = [old, old_property].into_iter().flatten().any(|old| !old.description().is_empty());
        if !has_words && !input.help.is_empty() {
            let text = input.help.split_whitespace().collect::<Vec<_>>().join(" ");
            filled.property.children.push(Element { text, ..Element::new("description", &[], Vec::new()) });
        }
        filled.argument.push(("required", if input.optional { ABSENT } else { "true" }.to_owned()));
        if !input.choices.is_empty() {
            filled.values(&input.choices.iter().map(|choice| choice.value.clone()).collect::<Vec<_>>());
        } else if old.is_some_and(|old| old.has("delimiter")) {
            // Several of them may be sent together.
            filled.values(&listed);
        }
        let is_first = input.choices.first().is_some_and(|choice| choice.value == input.default);
        for (name, value) in [("default-value", &input.default), ("example-value", &input.example)] {
            let is_said = value.is_empty() || name == "default-value" && is_first;
            filled.property.set(name, if is_said { ABSENT } else { value });
        }
    }
}

pub(super) fn call<'a>(service: &'a Service, stage: &str) -> Option<&'a CallTemplate> {
    let found = service.calls().into_iter().find(|(name, _)| *name == stage);
    found.map(|(_, call)| call).filter(|call| stage != "token_request" || !call.url.is_empty())
}

/// The inputs that are parameters of a call.
fn inline<'a>(service: &'a Service, stage: &'static str, call: &CallTemplate) -> Vec<&'a str> {
    let mut parameters: Vec<(String, Template)> =
        call.query.iter().chain(&call.headers).map(|p| (p.name.clone(), p.value.clone())).collect();
    match &call.body {
        BodyTemplate::Form(list) => {
            parameters.extend(list.iter().map(|p| (p.name.clone(), p.value.clone())));
        }
        BodyTemplate::Json(text) => {
            let json = serde_json::from_str(text.source()).unwrap_or_default();
            texts(&json, &mut parameters);
        }
        _ => {}
    }
    let found =
        parameters.iter().filter_map(|(name, value)| inline_input(service, stage, name, only_placeholder(value)?));
    found.map(|input| input.name.as_str()).collect()
}

fn texts(json: &serde_json::Value, found: &mut Vec<(String, Template)>) {
    for (name, value) in json.as_object().into_iter().flatten() {
        match value {
            serde_json::Value::String(text) => found.push((name.clone(), Template::new(text))),
            inner => texts(inner, found),
        }
    }
}

/// The input that a parameter of this name asks for when the document is read.
fn inline_input<'a>(service: &'a Service, stage: &str, name: &str, only: &str) -> Option<&'a Input> {
    let slug = slug(name);
    let is_own = only == slug || only == format!("{stage}_{slug}");
    service.inputs.iter().find(|input| is_own && input.name == only)
}
