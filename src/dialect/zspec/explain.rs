//! What fills a parameter, as a document says it: nothing for a name that OAuth knows, the value that is always sent, or
//! what is known of an input, where it is named first.

use crate::call::{BodyTemplate, CallTemplate, Template};
use crate::dialect::zspec::draft::WriteDraft;
use crate::dialect::zspec::element::{Facts, Property, read_values, write_values};
use crate::dialect::zspec::known::{STAGES, only_placeholder, slug};
use crate::dialect::zspec::value::is_filled;
use crate::oauth::Pkce;
use crate::service::{Input, Remark, Service};

impl WriteDraft<'_> {
    /// Says what fills a parameter.
    pub(super) fn fill(
        &mut self,
        stage: &'static str,
        name: &str,
        value: &Template,
        remark: Option<&Remark>,
        facts: &mut Facts,
        property: &mut Property,
    ) {
        let only = only_placeholder(value);
        let input = only.and_then(|only| inline_input(self.service, stage, name, only));
        match only {
            Some("grant_type") if stage == "token_request" => property.values = vec![self.service.grant_type.clone()],
            Some("scope") if is_filled(name, value) => self.scopes(facts, property),
            Some("code_challenge_method") if is_filled(name, value) => {
                let pkce = self.service.authorization.as_ref().map(|authorization| authorization.pkce);
                property.values = vec![if pkce == Some(Pkce::Plain) { "plain" } else { "S256" }.to_owned()];
            }
            Some(_) if is_filled(name, value) => {}
            Some(_) if input.is_some() => {
                if let Some(input) = input.filter(|input| !self.explained.contains(&input.name)) {
                    self.explain(input, remark, facts, property);
                }
            }
            _ => property.values = vec![value.in_braces()],
        }
    }

    /// The scopes, with the first call that names them.
    fn scopes(&mut self, facts: &mut Facts, property: &mut Property) {
        if std::mem::replace(&mut self.has_scopes, true) {
            return;
        }
        let scopes = &self.service.scopes;
        if scopes.separator != " " {
            facts.insert("delimiter".into(), scopes.separator.clone());
        }
        let known: Vec<String> = scopes.known.iter().map(|scope| scope.name.clone()).collect();
        let default: Vec<String> = scopes.default.iter().map(|scope| Template::new(scope).in_braces()).collect();
        let said = self.said_scopes();
        if known == said && default == said {
            return;
        }
        property.facts.insert("default-value".into(), write_values(&default));
        property.values = known;
    }

    /// The scopes that the `<authentication>` elements name, in their order.
    fn said_scopes(&self) -> Vec<String> {
        let mut said = Vec::new();
        for stage in STAGES {
            let scopes = self.service.remark(&[stage, "authentication"]).and_then(|remark| remark.facts.get("scopes"));
            for scope in scopes.map(|scopes| read_values(scopes)).unwrap_or_default() {
                if !said.contains(&scope) {
                    said.push(scope);
                }
            }
        }
        said
    }

    /// Writes what is known of an input where it is named first.
    pub(super) fn explain(
        &mut self,
        input: &Input,
        remark: Option<&Remark>,
        facts: &mut Facts,
        property: &mut Property,
    ) {
        self.explained.insert(input.name.clone());
        if remark.is_none_or(|remark| remark.help.is_empty() && property.description.is_empty()) {
            property.description.clone_from(&input.help);
        }
        if !input.optional {
            facts.insert("required".into(), "true".into());
        }
        if !input.choices.is_empty() {
            property.values = input.choices.iter().map(|choice| choice.value.clone()).collect();
        }
        let is_first = input.choices.first().is_some_and(|choice| choice.value == input.default);
        for (name, value) in [("default-value", &input.default), ("example-value", &input.example)] {
            let is_said = name == "default-value" && is_first;
            if !value.is_empty() && !is_said {
                property.facts.insert(name.into(), value.clone());
            }
        }
    }
}

/// The inputs that are parameters of a call.
pub(super) fn inline(service: &Service, stage: &'static str, call: &CallTemplate) -> Vec<String> {
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
    let found = parameters.iter().filter_map(|(name, value)| {
        let input = inline_input(service, stage, name, only_placeholder(value)?)?;
        Some(input.name.clone())
    });
    found.collect()
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
