//! A [`Service`] → an `<oauth2>` element. The service decides what is sent; everything else comes from the document that
//! [`keep`] stored with it.

use std::collections::BTreeSet;

use crate::call::{Authentication, CallTemplate, Parameter, Template, is_name};
use crate::dialect::zspec::caller::authentication;
use crate::dialect::zspec::complete::{bare_input, begins};
use crate::dialect::zspec::fill::{Filled, Writer, call};
use crate::dialect::zspec::known::{is_idle, slug};
use crate::dialect::zspec::schema::{STAGES, arrange, check, location, operation, property_of};
use crate::dialect::zspec::xml::{self, Element};
use crate::dialect::zspec::{ZspecWriteError, body, reply};
use crate::service::{Input, Service};

/// The dialect ID under which a service stores its document.
const ID: &str = "zspec";

/// Stores the document with its service, unless the service alone would be written the same.
pub(super) fn keep(service: &mut Service, mut document: Element) {
    document.attributes.retain(|(name, value)| name != "visibility" || !value.trim().eq_ignore_ascii_case("public"));
    reply::forget_tokens(&mut document, false);
    let text = |old: Option<&Element>| element(service, old).map(|element| element.write()).ok();
    let own = text(Some(&document)).filter(|own| text(None).as_ref() != Some(own));
    if let Some(own) = own {
        service.documents.insert(ID.to_owned(), own);
    }
}

/// The document stored with a service.
pub(super) fn kept(service: &Service) -> Option<Element> {
    let mut document = xml::oauth2(service.documents.get(ID)?).ok()?;
    check(&mut document).ok()?;
    Some(document)
}

/// The element of a service; `old` is the stored document.
pub(super) fn element(service: &Service, old: Option<&Element>) -> Result<Element, ZspecWriteError> {
    let mut writer = Writer::new(service, old);
    let mut oauth2 = Element::new("oauth2", &[("name", &service.name)], Vec::new());
    for (stage, element, is_required) in STAGES {
        match call(service, stage) {
            Some(call) => oauth2.children.push(writer.stage(stage, element, call)?),
            None if is_required => {
                return Err(ZspecWriteError::NoStage { service: service.name.clone(), stage, element });
            }
            None => {}
        }
    }
    let mut oauth2 = merged(oauth2, old, false);
    arrange(&mut oauth2);
    Ok(oauth2)
}

impl<'a> Writer<'a> {
    fn stage(&mut self, stage: &'static str, element: &str, call: &CallTemplate) -> Result<Element, ZspecWriteError> {
        let old = self.old.and_then(|old| old.child(element)).map(operation);
        let basic = old.and_then(|old| old_argument(old, "header", "authorization"));
        let basic = basic.filter(|_| call.authentication == Authentication::Basic);
        let old_authentication = old.and_then(|old| old.child("authentication"));
        let (authentication, taken) = authentication(stage, call, old_authentication, basic.is_some());
        let mut inside = self.variables(stage, call, old);
        let query = call.query.iter().filter(|p| !p.value.is_empty() && !is_idle(self.service, p));
        let headers = call.headers.iter().filter(|header| !header.value.is_empty());
        let sent = query.map(|parameter| ("param", parameter)).chain(headers.map(|header| ("header", header)));
        for (location, Parameter { name, value }) in sent.filter(|sent| Some(*sent) != taken).collect::<Vec<_>>() {
            let filled = self.fill(stage, name, value, old.and_then(|old| old_argument(old, location, name)));
            inside.push(argument(name, location, filled));
        }
        if let (Some(basic), None) = (basic, &authentication) {
            inside.push(argument(basic.attribute("name"), "header", Filled::new("authorization")));
        }
        let old_body = old.and_then(|old| old.child("request-body")).and_then(|body| body.child("content"));
        let body = body::write(self, stage, old_body, &call.body);
        inside.extend(body.map(|content| Element::new("request-body", &[], vec![content])));
        self.once(stage, &inside)?;
        if old.is_none_or(|old| old.child("response").is_none()) {
            inside.extend(self.response(stage, call));
        }
        inside.extend(authentication);
        let name = match stage {
            "authorization" => "Authorization Request",
            "token_request" => "Generate Access Token",
            "refresh_request" => "Refresh Access Token",
            _ => "Check Access Token",
        };
        let method = call.method.as_str().to_ascii_lowercase();
        let operation = [("method", method.as_str()), ("name", name), ("category", "action")];
        let operation = Element::new("operation", &operation, inside);
        Ok(Element::new(element, &[("path", &call.url.in_braces())], vec![operation]))
    }

    /// ZSPEC allows an argument once in each place.
    fn once(&self, stage: &'static str, inside: &[Element]) -> Result<(), ZspecWriteError> {
        let mut seen = BTreeSet::new();
        let content = inside.iter().filter(|element| element.name == "request-body").flat_map(|body| &body.children);
        let body = content.filter_map(|content| content.child("structure")).flat_map(|structure| &structure.children);
        let arguments = inside.iter().filter(|element| element.name == "argument");
        for element in arguments.chain(body) {
            let name = element.attribute("name");
            if !seen.insert((element.attribute("location"), name)) {
                let (service, name) = (self.service.name.clone(), name.to_owned());
                return Err(ZspecWriteError::Repeated { service, stage, name });
            }
        }
        Ok(())
    }

    /// The path variables, and the inputs within other texts, explained at their first mention.
    fn variables(&mut self, stage: &'static str, call: &CallTemplate, old: Option<&Element>) -> Vec<Element> {
        let named: BTreeSet<&str> = call.placeholders().chain(self.in_scopes(stage)).collect();
        let begins = begins(self.service);
        let said: Vec<&str> = old
            .into_iter()
            .flat_map(|old| old.all("argument"))
            .filter(|argument| location(argument) == "variable" && is_name(argument.attribute("name")))
            .map(|argument| argument.attribute("name"))
            .collect();
        let inputs = self.service.inputs.iter().filter(|input| {
            let is_new = !self.explained.contains(input.name.as_str()) && !self.inline.contains(input.name.as_str());
            // The same but for what bounds a host, which is the same for each.
            let is_bare = Input { pattern: String::new(), ..(*input).clone() } == bare_input(&input.name, &begins);
            said.contains(&input.name.as_str()) || (is_new && !is_bare && named.contains(input.name.as_str()))
        });
        let mut wanted: Vec<&str> = inputs.map(|input| input.name.as_str()).collect();
        wanted.extend(said.iter().filter(|name| !self.service.inputs.iter().any(|input| input.name == **name)));
        let mut variables = Vec::new();
        for name in wanted {
            let mut filled = Filled::new(name);
            let own = [slug(name), format!("{stage}_{}", slug(name))];
            if let Some(input) = self.service.inputs.iter().find(|input| own.contains(&input.name)) {
                self.input(input, name, old.and_then(|old| old_argument(old, "variable", name)), &mut filled);
                filled.argument.push(("required", "true".to_owned()));
            }
            variables.push(argument(name, "variable", filled));
        }
        variables
    }

    /// Inputs in scopes are explained with the first stage.
    fn in_scopes(&self, stage: &str) -> impl Iterator<Item = &'a str> {
        let service = self.service;
        let is_first = stage == STAGES[0].0;
        let inputs = service.inputs.iter().map(|input| input.name.as_str()).filter(move |_| is_first);
        inputs.filter(|name| {
            let named = |text: &String| Template::new(text).placeholders().any(|other| other == *name);
            let mut calls = STAGES.into_iter().filter_map(|(stage, ..)| call(service, stage));
            service.scopes.default.iter().any(named)
                || !calls.any(|call| call.placeholders().any(|other| other == *name))
        })
    }

    fn response(&self, stage: &str, call: &CallTemplate) -> Option<Element> {
        match (stage, &self.service.identity) {
            ("identity", Some(identity)) => reply::shown(&identity.fields),
            ("authorization" | "identity", _) => None,
            ("token_request", _) => Some(reply::expected(&call.reading, self.service.policy.access_token_life)),
            _ => Some(reply::expected(&call.reading, None)),
        }
    }
}

fn argument(name: &str, location: &str, filled: Filled) -> Element {
    let structure = Element::new("structure", &[("name", "wrapper")], vec![filled.property]);
    let encode = Element::new("encode", &[("type", "text/plain")], Vec::new());
    let content = Element::new("content", &[], vec![encode, structure]);
    let mut argument = Element::new("argument", &[("name", name), ("location", location)], vec![content]);
    filled.argument.into_iter().for_each(|(name, value)| argument.set(name, value));
    argument
}

/// The argument of a document in this place. `Authorization` is not case-sensitive.
fn old_argument<'a>(operation: &'a Element, place: &str, name: &str) -> Option<&'a Element> {
    let in_place = || operation.all("argument").filter(|argument| location(argument) == place);
    in_place().find(|argument| argument.attribute("name") == name).or_else(|| {
        let is_caller = |name: &str| place == "header" && name.eq_ignore_ascii_case("authorization");
        in_place().find(|argument| is_caller(name) && is_caller(argument.attribute("name")))
    })
}

/// A new element, with everything that the service does not determine from the old one.
fn merged(new: Element, old: Option<&Element>, in_body: bool) -> Element {
    let Some(old) = old else { return new };
    let in_body = in_body || new.name == "request-body";
    let mut element = Element { attributes: old.attributes.clone(), children: Vec::new(), ..new };
    for (name, value) in new.attributes {
        if !element.has(&name) || is_decided(&element, &name, in_body) {
            element.set(&name, value);
        }
    }
    for child in new.children {
        let name = child.attribute("name");
        let found = match child.name.as_str() {
            "argument" => old_argument(old, location(&child), name),
            "property" if !name.is_empty() => property_of(old, name),
            kind => old.child(kind),
        };
        let child = merged(child, found, in_body);
        element.children.push(child);
    }
    let beside = ["description", "response"].into_iter().filter(|kind| element.child(kind).is_none());
    let beside: Vec<Element> = beside.flat_map(|kind| old.all(kind)).cloned().collect();
    element.children.extend(beside);
    element
}

/// Whether the service determines an attribute.
fn is_decided(old: &Element, attribute: &str, in_body: bool) -> bool {
    match (old.name.as_str(), attribute) {
        ("oauth2" | "argument", "name") | ("authentication", "name" | "type") => true,
        ("encode", "type") => in_body,
        ("property", "type") => ["", "string"].contains(&old.attribute("type")),
        (_, name) => {
            let decided =
                ["path", "method", "location", "required", "delimiter", "values", "default-value", "example-value"];
            decided.contains(&name)
        }
    }
}
