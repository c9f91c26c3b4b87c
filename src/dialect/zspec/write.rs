//! A [`Service`] → the elements of ZSPEC. What was read from a document is written as it was there: the calls decide
//! what is sent, the remarks what is said beside it.

use std::collections::BTreeSet;

use crate::call::{CallTemplate, Parameter, Reading, Template};
use crate::dialect::zspec::complete::{bare_input, begins};
use crate::dialect::zspec::draft::WriteDraft;
use crate::dialect::zspec::element::{
    Argument, Content, Facts, Location, Oauth2, Property, Response, Stage, Structure, read_values,
};
use crate::dialect::zspec::explain::inline;
use crate::dialect::zspec::known::{PLAIN, STAGES, WRAPPER, is_idle, slug, usual_facts};
use crate::dialect::zspec::reply::{self, ENCODE, STRUCTURE};
use crate::dialect::zspec::xml::is_name;
use crate::dialect::zspec::{ZspecWriteError, body};
use crate::service::{Input, Remark, Service};

/// The elements of a service.
pub(super) fn elements(service: &Service) -> Result<Oauth2, ZspecWriteError> {
    let no_stage = |stage, element| ZspecWriteError::NoStage { service: service.name.clone(), stage, element };
    let authorization = service.authorization.as_ref().ok_or_else(|| no_stage("authorization", "authorization-url"))?;
    let refresh = service.refresh_request.as_ref().ok_or_else(|| no_stage("refresh_request", "refresh-url"))?;
    if service.token_request.url.is_empty() {
        return Err(no_stage("token_request", "token-url"));
    }
    let mut draft = WriteDraft::new(service);
    let remark = service.remark(&[]);
    Ok(Oauth2 {
        name: service.name.clone(),
        description: remark.map(|remark| remark.help.clone()).unwrap_or_default(),
        facts: remark.map(|remark| attributes(&remark.facts)).unwrap_or_default(),
        authorization: draft.stage("authorization", &authorization.call)?,
        token: draft.stage("token_request", &service.token_request)?,
        refresh: draft.stage("refresh_request", refresh)?,
        authentication: service
            .identity
            .as_ref()
            .map(|identity| draft.stage("identity", &identity.call))
            .transpose()?,
    })
}

impl<'a> WriteDraft<'a> {
    fn new(service: &'a Service) -> Self {
        let mut draft = Self { service, explained: BTreeSet::new(), has_scopes: false, inline: BTreeSet::new() };
        let stages = service.calls().into_iter().filter(|(stage, _)| STAGES.contains(stage));
        draft.inline = stages.flat_map(|(stage, call)| inline(service, stage, call)).collect();
        draft
    }

    fn stage(&mut self, stage: &'static str, call: &CallTemplate) -> Result<Stage, ZspecWriteError> {
        let remark = self.service.remark(&[stage]);
        let mut facts = remark.map(|remark| attributes(&remark.facts)).unwrap_or_default();
        for (name, value) in usual_facts(stage) {
            facts.entry(name.into()).or_insert_with(|| value.into());
        }
        let (authentication, taken) = self.authentication(stage, call);
        let mut arguments = self.variables(stage, call);
        let used = |parameter: &&Parameter| !parameter.value.is_empty() && !is_idle(self.service, parameter);
        let query: Vec<&Parameter> = call.query.iter().filter(used).collect();
        let query = query.into_iter().map(|parameter| (Location::Param, parameter));
        let headers = call.headers.iter().filter(|header| !header.value.is_empty());
        let sent = query.chain(headers.map(|header| (Location::Header, header))).collect::<Vec<_>>();
        for (location, parameter) in sent.into_iter().filter(|sent| Some(*sent) != taken) {
            arguments.push(self.argument(stage, location, parameter));
        }
        arguments.extend(self.basic_argument(stage, call, authentication.is_some()));
        let body = body::write(self, stage, &call.body);
        self.once(stage, &arguments, body.as_ref())?;
        Ok(Stage {
            path: path(&call.url),
            method: call.method,
            description: remark.map(|remark| remark.help.clone()).unwrap_or_default(),
            facts,
            arguments,
            body,
            responses: self.responses(stage, &call.reading),
            authentication,
        })
    }

    /// ZSPEC takes each argument once in a place.
    fn once(&self, stage: &'static str, arguments: &[Argument], body: Option<&Content>) -> Result<(), ZspecWriteError> {
        let mut seen = BTreeSet::new();
        let properties = body.into_iter().flat_map(|body| &body.structure.properties);
        let body = properties.map(|property| (3, property.name.clone()));
        let places = arguments.iter().map(|argument| (argument.location as usize, argument.name.clone())).chain(body);
        match places.into_iter().find(|place| !seen.insert(place.clone())) {
            None => Ok(()),
            Some((_, name)) => Err(ZspecWriteError::Repeated { service: self.service.name.clone(), stage, name }),
        }
    }

    /// The variables of a path, and the inputs that stand within other texts: explained where they are named first.
    fn variables(&mut self, stage: &'static str, call: &CallTemplate) -> Vec<Argument> {
        let named: BTreeSet<&str> = call.placeholders().chain(self.in_scopes(stage)).collect();
        let begins = begins(self.service);
        let service = self.service;
        let mut arguments = Vec::new();
        for input in &service.inputs {
            let remark = service.remark(&[stage, Location::Variable.as_str(), &input.name]);
            let is_new = !self.explained.contains(&input.name) && !self.inline.contains(&input.name);
            let is_bare = is_same(input, &bare_input(&input.name, &begins));
            if remark.is_some() || (is_new && !is_bare && named.contains(input.name.as_str())) {
                arguments.push(self.variable(stage, &input.name, remark));
            }
        }
        let known = service.remarks.iter().filter_map(|remark| match &remark.place[..] {
            [of, kind, name] if of == stage && kind == Location::Variable.as_str() => Some((remark, name)),
            _ => None,
        });
        for (remark, name) in known {
            if !arguments.iter().any(|argument| argument.name == *name) {
                arguments.push(self.variable(stage, name, Some(remark)));
            }
        }
        arguments
    }

    /// What the scopes name is explained with the first stage.
    fn in_scopes(&self, stage: &str) -> impl Iterator<Item = &'a str> {
        let service = self.service;
        let is_first = stage == STAGES[0];
        let inputs = service.inputs.iter().map(|input| input.name.as_str()).filter(move |_| is_first);
        inputs.filter(|name| {
            let named = |text: &String| Template::new(text).placeholders().any(|other| other == *name);
            service.scopes.default.iter().any(named) || !is_named(service, name)
        })
    }

    fn variable(&mut self, stage: &'static str, name: &str, remark: Option<&Remark>) -> Argument {
        let (mut facts, mut property) = remembered(remark);
        let own = self
            .service
            .inputs
            .iter()
            .find(|input| slug(name) == input.name || input.name == format!("{stage}_{}", slug(name)));
        if let Some(input) = own.filter(|input| !self.explained.contains(&input.name)) {
            self.explain(input, remark, &mut facts, &mut property);
            facts.insert("required".into(), "true".into());
        }
        argument(name, Location::Variable, remark, facts, property)
    }

    fn argument(&mut self, stage: &'static str, location: Location, parameter: &Parameter) -> Argument {
        let remark = self.service.remark(&[stage, location.as_str(), &parameter.name]);
        let (mut facts, mut property) = remembered(remark);
        self.fill(stage, &parameter.name, &parameter.value, remark, &mut facts, &mut property);
        argument(&parameter.name, location, remark, facts, property)
    }

    /// A value of a body.
    pub(super) fn body_property(&mut self, of: &[String], name: &str, value: &Template) -> Property {
        let stage = STAGES.into_iter().find(|stage| *stage == of[0]).unwrap_or(STAGES[1]);
        let place: Vec<&str> = of.iter().map(String::as_str).chain([name]).collect();
        let remark = self.service.remark(&place);
        let (mut facts, mut property) = remembered(remark);
        self.fill(stage, name, value, remark, &mut facts, &mut property);
        // A property has no attributes of an argument; that it is required is one of its own.
        if facts.contains_key("required") {
            property.facts.insert("required".into(), "true".into());
        }
        let description = remark.map(|remark| remark.help.clone()).filter(|help| !help.is_empty());
        let description = description.unwrap_or(std::mem::take(&mut property.description));
        Property { name: name.to_owned(), description, ..property }
    }

    /// An object within a body.
    pub(super) fn nested_property(&self, place: &[String], name: &str, structure: Structure) -> Property {
        let place: Vec<&str> = place.iter().map(String::as_str).collect();
        let remark = self.service.remark(&place);
        let (_, property) = remembered(remark);
        let own = remark.and_then(|remark| remark.facts.get(STRUCTURE)).cloned();
        let kind = if remark.is_some() { property.kind.clone() } else { "object".into() };
        let structure = Structure { name: own.unwrap_or(structure.name), ..structure };
        let description = remark.map(|remark| remark.help.clone()).unwrap_or_default();
        Property { name: name.to_owned(), kind, description, structure: Some(structure), ..property }
    }

    fn responses(&self, stage: &str, reading: &Reading) -> Vec<Response> {
        let mut remembered = reply::remembered(stage, &self.service.remarks);
        for response in &mut remembered {
            response.facts = attributes(&response.facts);
        }
        match (stage, &self.service.identity) {
            _ if !remembered.is_empty() => remembered,
            ("identity", Some(identity)) => reply::shown(&identity.fields),
            ("authorization" | "identity", _) => Vec::new(),
            ("token_request", _) => reply::expected(reading, self.service.policy.access_token_life),
            _ => reply::expected(reading, None),
        }
    }
}

fn is_named(service: &Service, name: &str) -> bool {
    let mut calls = service.calls().into_iter().filter(|(stage, _)| STAGES.contains(stage));
    calls.any(|(_, call)| call.placeholders().any(|other| other == name))
}

/// The same but for what bounds a host, which is the same for each.
fn is_same(input: &Input, bare: &Input) -> bool {
    Input { pattern: String::new(), ..input.clone() } == *bare
}

pub(super) fn argument(
    name: &str,
    location: Location,
    remark: Option<&Remark>,
    facts: Facts,
    property: Property,
) -> Argument {
    let fact = |name: &str| remark.and_then(|remark| remark.facts.get(name)).cloned();
    Argument {
        name: name.to_owned(),
        location,
        description: remark.map(|remark| remark.help.clone()).unwrap_or_default(),
        facts,
        content: Content {
            encode: fact(ENCODE).unwrap_or_else(|| PLAIN.to_owned()),
            structure: Structure {
                name: fact(STRUCTURE).unwrap_or_else(|| WRAPPER.to_owned()),
                properties: vec![property],
            },
        },
    }
}

/// The path of a URL: a server that was asked for is left out again.
fn path(url: &Template) -> String {
    url.in_braces()
}

/// The attributes of an argument and its property as they were.
pub(super) fn remembered(remark: Option<&Remark>) -> (Facts, Property) {
    let all = remark.map(|remark| remark.facts.clone()).unwrap_or_default();
    let mut property = Property { kind: "string".into(), ..Property::default() };
    for (name, value) in all.iter().filter_map(|(name, value)| Some((name.strip_prefix("property ")?, value))) {
        match name {
            "type" => property.kind.clone_from(value),
            "name" => property.name.clone_from(value),
            "description" => property.description.clone_from(value),
            "values" => property.values = read_values(value),
            name if is_attribute(name) => drop(property.facts.insert(name.to_owned(), value.clone())),
            _ => {}
        }
    }
    (attributes(&all), property)
}

/// The facts that are attributes: those with a blank are ours, and what is no name in XML cannot stand there.
pub(super) fn attributes(facts: &Facts) -> Facts {
    let own = facts.iter().filter(|(name, _)| is_attribute(name));
    own.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn is_attribute(name: &str) -> bool {
    is_name(name) && name != "xmlns"
}
