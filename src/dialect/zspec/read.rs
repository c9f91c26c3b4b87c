//! The elements of ZSPEC → a service. Nothing that the document says is dropped unsaid: it becomes a part of the
//! service, a remark that is written again, or a note.

use crate::call::{Authentication as Caller, CallTemplate, Method, Parameter, Reading, Template, is_name};
use crate::dialect::zspec::body;
use crate::dialect::zspec::draft::ReadDraft;
use crate::dialect::zspec::element::{Argument, Facts, Location, Oauth2, Property, Stage};
use crate::dialect::zspec::known::{PLAIN, SERVER, WRAPPER, is_secret, is_standard, slug, usual_facts};
use crate::dialect::zspec::reply::{self, ENCODE, STRUCTURE};
use crate::dialect::zspec::value::Asked;
use crate::dialect::{Import, Note};
use crate::oauth::Pkce;
use crate::service::{Authorization, Catalog, Identity, Remark};

/// Reads the elements; `ignored` is what the parser left out.
pub(super) fn read(oauth2: &Oauth2, ignored: Vec<Note>) -> Import {
    let mut draft = ReadDraft { pkce: Pkce::S256, ..ReadDraft::default() };
    draft.described.ignored = ignored;
    draft.service.name.clone_from(&oauth2.name);
    draft.service.id = id(&oauth2.name);
    draft.service.source = vec!["a ZSPEC document".to_owned()];
    draft.service.grant_type = "authorization_code".to_owned();
    draft.remark(&[], &oauth2.description, oauth2.facts.clone());
    draft.stages(oauth2);
    draft.finish(oauth2);
    draft.described.service = draft.service;
    Import { format: "ZSPEC <oauth2>", described: vec![draft.described] }
}

impl ReadDraft {
    fn stages(&mut self, oauth2: &Oauth2) {
        let mut call = self.call("authorization", "authorization-url", &oauth2.authorization);
        call.reading = Reading::default();
        call.example = String::new();
        if !call.query.iter().any(|parameter| parameter.name == "state") {
            call.query.push(Parameter::new("state", "<state>"));
            self.understood("authorization-url", "`state` is sent too: without it a response cannot be believed");
        }
        let has_challenge = call.placeholders().any(|name| name == "code_challenge");
        let pkce = if has_challenge { self.pkce } else { Pkce::Off };
        self.service.authorization = Some(Authorization { call, pkce, offers: Vec::new() });
        self.service.token_request = self.call("token_request", "token-url", &oauth2.token);
        self.service.refresh_request = Some(self.call("refresh_request", "refresh-url", &oauth2.refresh));
        self.service.identity = oauth2.authentication.as_ref().map(|stage| self.identity("authentication-url", stage));
        self.service.policy.access_token_life = reply::life(&oauth2.token.responses);
    }

    /// The call of a stage.
    fn call(&mut self, name: &'static str, element: &str, stage: &Stage) -> CallTemplate {
        let mut call = CallTemplate { method: stage.method, url: url(&stage.path), ..CallTemplate::default() };
        self.understood(element, format!("the {name} call: {} {}", stage.method.as_str(), call.url.source()));
        let mut facts = stage.facts.clone();
        facts.retain(|fact, value| !usual_facts(name).contains(&(fact.as_str(), value.as_str())));
        self.remark(&[name], &stage.description, facts);
        let mut arguments: Vec<&Argument> = stage.arguments.iter().collect();
        // As they are written again: each first mention of an input is the same then.
        arguments.sort_by_key(|argument| self.rank(argument));
        for argument in arguments {
            self.argument(name, element, argument, &mut call);
        }
        if let Some(content) = &stage.body {
            call.body = body::read(self, name, element, content);
        }
        if let Some(authentication) = &stage.authentication {
            self.authentication(name, element, authentication, &mut call);
        }
        if name != "identity" && stage.method != Method::Get && has_secret_in_query(&call) {
            let words = "the client secret goes into the URL, as the document has it, and URLs are written to logs: \
                change the call if the service takes a form";
            self.understood(element, words);
        }
        call.reading = reply::reading(&stage.responses);
        if !is_said_anyway(name, &call, stage) {
            call.example = reply::example(&stage.responses);
            self.service.remarks.extend(reply::remarks(name, &stage.responses));
        }
        call
    }

    /// Variables first, those that are known by the order in which they became so; a header that may say who calls last.
    fn rank(&self, argument: &Argument) -> (usize, usize) {
        match argument.location {
            Location::Variable if is_standard(&argument.name) => (1, 0),
            Location::Variable => (0, self.input_place.get(&argument.name).copied().unwrap_or(usize::MAX)),
            Location::Param => (2, 0),
            Location::Header if argument.name.eq_ignore_ascii_case("authorization") => (4, 0),
            Location::Header => (3, 0),
        }
    }

    fn argument(&mut self, stage: &'static str, element: &str, argument: &Argument, call: &mut CallTemplate) {
        let plain = Property { kind: "string".to_owned(), ..Property::default() };
        let property = argument.content.property().unwrap_or(&plain);
        let place = format!("{element} › {}", argument.name);
        if property.structure.is_some() || argument.content.structure.properties.len() > 1 {
            self.ignored(&place, "an argument is one value here: its inner structure is left out");
        }
        let mut facts = argument_facts(argument, property);
        let asked = Asked {
            stage,
            place,
            name: &argument.name,
            help: joined(&argument.description, &property.description),
            required: argument.location == Location::Variable || is_required(&argument.facts),
            delimiter: argument.facts.get("delimiter").map(String::as_str),
            property,
        };
        match argument.location {
            Location::Variable if !is_name(&argument.name) => {
                self.ignored(&asked.place, "no path can have a variable of this name");
                return;
            }
            Location::Variable => self.variable(&asked, &mut facts),
            Location::Param => {
                let value = self.value(&asked, &mut facts);
                call.query.push(Parameter::new(&argument.name, value));
            }
            Location::Header if argument.name.eq_ignore_ascii_case("authorization") => {
                self.authorization_header(&asked, call);
            }
            Location::Header => {
                let value = self.value(&asked, &mut facts);
                call.headers.push(Parameter::new(&argument.name, value));
            }
        }
        // That it may be left out is said only where it says more than its absence.
        if facts.get("required").is_some_and(|required| required != "true") && !is_client_secret(&argument.name) {
            facts.remove("required");
        }
        self.remark(&[stage, argument.location.as_str(), &argument.name], &argument.description, facts);
    }

    fn variable(&mut self, asked: &Asked<'_>, facts: &mut Facts) {
        if is_standard(asked.name) {
            self.understood(&asked.place, format!("filled with `<{}>`", asked.name));
            return;
        }
        if self.input_place.contains_key(asked.name) {
            // A name is one placeholder, whatever else is said of it here.
            self.again(asked, asked.name, facts);
        } else {
            self.input(asked, facts);
        }
    }

    /// RFC 6749 section 2.3.1 in a token call, RFC 6750 section 2.1 after it.
    fn authorization_header(&mut self, asked: &Asked<'_>, call: &mut CallTemplate) {
        let value = asked.property.values.first().map(String::as_str).unwrap_or_default();
        let is_template = Template::new(value).placeholders().next().is_some();
        if is_template {
            call.headers.push(Parameter::new(asked.name, Template::new(value).in_braces()));
        } else if asked.stage == "identity" {
            let kind = value.split_whitespace().next().filter(|kind| *kind != "Bearer");
            let value = kind.map_or_else(|| "Bearer <token>".to_owned(), |kind| format!("{kind} {{token}}"));
            call.headers.push(Parameter::new(asked.name, value));
        } else {
            call.authentication = Caller::Basic;
            self.understood(&asked.place, "HTTP Basic from client id and client secret");
        }
    }

    fn identity(&mut self, element: &str, stage: &Stage) -> Identity {
        let mut call = self.call("identity", element, stage);
        call.reading = Reading::default();
        let says_who = stage.authentication.is_some() || call.authentication != Caller::None;
        let has_header = call.headers.iter().any(|header| header.name.eq_ignore_ascii_case("authorization"));
        if !says_who && !has_header && !call.placeholders().any(|name| name == "token") {
            call.headers.insert(0, Parameter::new("Authorization", "Bearer <token>"));
            self.understood(element, "the token is sent as `Authorization: Bearer`");
        }
        Identity { call, fields: reply::shown_fields(&stage.responses) }
    }

    /// Remembers what is said of a place, where something is.
    pub(super) fn remark(&mut self, place: &[&str], help: &str, facts: Facts) {
        if !help.is_empty() || !facts.is_empty() {
            let place = place.iter().map(|part| (*part).to_owned()).collect();
            self.service.remarks.push(Remark { place, help: help.to_owned(), facts });
        }
    }
}

/// Whether the responses are those that are written for a service of which nothing is remembered.
fn is_said_anyway(name: &str, call: &CallTemplate, stage: &Stage) -> bool {
    let life = reply::life(&stage.responses).filter(|_| name == "token_request");
    match name {
        "authorization" => stage.responses.is_empty(),
        "identity" => stage.responses == reply::shown(&reply::shown_fields(&stage.responses)),
        _ => stage.responses.is_empty() || stage.responses == reply::expected(&call.reading, life),
    }
}

/// What is said of an argument beside its description and what is sent.
fn argument_facts(argument: &Argument, property: &Property) -> Facts {
    let mut facts = argument.facts.clone();
    let content = &argument.content;
    let named = [
        (ENCODE, content.encode.as_str(), PLAIN),
        (STRUCTURE, content.structure.name.as_str(), WRAPPER),
        ("property type", property.kind.as_str(), "string"),
        ("property name", property.name.as_str(), ""),
        ("property description", property.description.as_str(), ""),
    ];
    let unusual = named.into_iter().filter(|(_, value, usual)| value != usual);
    facts.extend(unusual.map(|(name, value, _)| (name.to_owned(), value.to_owned())));
    facts.extend(property.facts.iter().map(|(name, value)| (format!("property {name}"), value.clone())));
    if is_secret(&argument.name) {
        facts.retain(|name, _| !matches!(name.as_str(), "property default-value" | "property example-value"));
    }
    facts
}

fn has_secret_in_query(call: &CallTemplate) -> bool {
    call.query.iter().any(|parameter| parameter.value.placeholders().any(|name| name == "client_secret"))
}

fn is_required(facts: &Facts) -> bool {
    facts.get("required").is_some_and(|required| required.trim().eq_ignore_ascii_case("true"))
}

fn is_client_secret(name: &str) -> bool {
    crate::dialect::zspec::known::placeholder(name) == Some("client_secret")
}

/// Two descriptions as one.
fn joined(first: &str, second: &str) -> String {
    let parts: Vec<&str> = [first, second].into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// A path without a host begins at the server, which is asked for.
fn url(path: &str) -> Template {
    let is_whole = path.contains("://") || path.starts_with(['{', '<']);
    if is_whole {
        return Template::new(Template::new(path).in_braces());
    }
    let path = Template::new(path.trim_start_matches('/')).in_braces();
    Template::new(format!("{{{SERVER}}}/{path}"))
}

/// A name that can stand in a file and on the command line.
fn id(name: &str) -> String {
    let words: Vec<String> = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    match slug(&words.join("-")).as_str() {
        "" | "_" => "zspec".to_owned(),
        Catalog::CUSTOM => format!("{}-service", Catalog::CUSTOM),
        id => id.to_owned(),
    }
}
