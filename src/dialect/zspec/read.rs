//! An `<oauth2>` element → a service. Everything in the document becomes a part of the service, a note, or is kept with
//! the service by [`super::write::keep`].

use crate::call::{Authentication as Caller, CallTemplate, Method, Parameter, Reading, Template, is_name};
use crate::dialect::Described;
use crate::dialect::zspec::known::{SERVER, is_standard, placeholder, slug};
use crate::dialect::zspec::schema::{STAGES, location, operation, property};
use crate::dialect::zspec::value::{Asked, Reader};
use crate::dialect::zspec::xml::Element;
use crate::dialect::zspec::{body, reply};
use crate::oauth::Pkce;
use crate::service::{Authorization, Catalog, Identity};

pub(super) fn read(oauth2: &Element) -> Described {
    let mut reader = Reader { pkce: Pkce::S256, ..Reader::default() };
    reader.service.name = oauth2.attribute("name").to_owned();
    reader.service.id = id(&reader.service.name);
    reader.service.source = vec!["a ZSPEC document".to_owned()];
    reader.service.grant_type = "authorization_code".to_owned();
    for (stage, element, _) in STAGES {
        if let Some(element) = oauth2.child(element) {
            reader.stage(stage, element);
        }
    }
    reader.finish(oauth2.attribute("visibility"));
    Described { service: reader.service, ..reader.described }
}

impl Reader {
    fn stage(&mut self, stage: &'static str, element: &Element) {
        let mut call = self.call(stage, element);
        match stage {
            "authorization" => {
                call.reading = Reading::default();
                call.example = String::new();
                if !call.query.iter().any(|parameter| parameter.name == "state") {
                    call.query.push(Parameter::new("state", "<state>"));
                    self.understood(&element.name, "`state` is added: a response without it cannot be trusted");
                }
                let has_challenge = call.placeholders().any(|name| name == "code_challenge");
                let pkce = if has_challenge { self.pkce } else { Pkce::Off };
                self.service.authorization = Some(Authorization { call, pkce, ..Authorization::default() });
            }
            "token_request" => {
                self.service.policy.access_token_life = reply::life(operation(element));
                self.service.token_request = call;
            }
            "refresh_request" => self.service.refresh_request = Some(call),
            _ => self.service.identity = Some(self.identity(element, call)),
        }
    }

    fn call(&mut self, stage: &'static str, element: &Element) -> CallTemplate {
        let operation = operation(element);
        let is_method = |method: &Method| method.as_str().eq_ignore_ascii_case(operation.attribute("method"));
        let mut call = CallTemplate {
            method: Method::ALL.into_iter().find(is_method).unwrap_or_default(),
            url: url(element.attribute("path")),
            ..CallTemplate::default()
        };
        self.understood(&element.name, format!("the {stage} call: {} {}", call.method.as_str(), call.url.source()));
        let mut arguments: Vec<&Element> = operation.all("argument").collect();
        // As they are written again: each first mention of an input is the same then.
        arguments.sort_by_key(|argument| self.rank(argument));
        for argument in arguments {
            self.argument(stage, &element.name, argument, &mut call);
        }
        if let Some(content) = operation.child("request-body").and_then(|body| body.child("content")) {
            call.body = body::read(self, stage, &element.name, content);
        }
        if let Some(authentication) = operation.child("authentication") {
            self.authentication(stage, &element.name, authentication, &mut call);
        }
        if stage != "identity" && call.method != Method::Get && has_secret_in_query(&call) {
            let words = "the document puts the client secret into the URL, and URLs end up in logs: \
                change the call if the service accepts a form";
            self.understood(&element.name, words);
        }
        call.reading = reply::reading(operation);
        if !reply::is_expected(stage, &call.reading, operation) {
            call.example = reply::example(operation);
        }
        call
    }

    /// Variables first, known inputs in their order; the `Authorization` header last.
    fn rank(&self, argument: &Element) -> (usize, usize) {
        let name = argument.attribute("name");
        match location(argument) {
            "variable" if is_standard(name) => (1, 0),
            "variable" => (0, self.service.inputs.iter().position(|input| input.name == name).unwrap_or(usize::MAX)),
            "param" => (2, 0),
            _ if name.eq_ignore_ascii_case("authorization") => (4, 0),
            _ => (3, 0),
        }
    }

    fn argument(&mut self, stage: &'static str, element: &str, argument: &Element, call: &mut CallTemplate) {
        let (plain, name, location) = (Element::default(), argument.attribute("name"), location(argument));
        let property = property(argument).unwrap_or(&plain);
        let place = format!("{element} › {name}");
        let structure = argument.child("content").and_then(|content| content.child("structure"));
        if property.child("structure").is_some() || structure.is_some_and(|it| it.all("property").count() > 1) {
            self.ignored(&place, "an argument has one value: its inner structure is ignored");
        }
        let required = argument.attribute("required");
        if placeholder(name) == Some("client_secret") && !required.is_empty() && required != "true" {
            self.has_optional_secret = true;
        }
        let descriptions = [argument.description(), property.description()];
        let asked = Asked {
            stage,
            place,
            name,
            help: descriptions.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" "),
            is_required: location == "variable" || required.eq_ignore_ascii_case("true"),
            delimiter: argument.raw("delimiter"),
            property,
        };
        match location {
            "variable" if !is_name(name) => self.ignored(&asked.place, "not a valid name for a path variable"),
            "variable" => self.variable(&asked),
            "param" => call.query.push(Parameter::new(name, self.value(&asked))),
            _ if name.eq_ignore_ascii_case("authorization") => self.authorization_header(&asked, call),
            _ => call.headers.push(Parameter::new(name, self.value(&asked))),
        }
    }

    fn variable(&mut self, asked: &Asked<'_>) {
        if is_standard(asked.name) {
            self.understood(&asked.place, format!("filled with `<{}>`", asked.name));
        } else if self.has_input(asked.name) {
            // One name is one placeholder, whatever this argument says.
            self.again(asked, asked.name);
        } else {
            self.input(asked);
        }
    }

    /// RFC 6749 section 2.3.1 in a token request, RFC 6750 section 2.1 after it.
    fn authorization_header(&mut self, asked: &Asked<'_>, call: &mut CallTemplate) {
        let values = asked.values();
        let value = values.first().map(String::as_str).unwrap_or_default();
        if Template::new(value).placeholders().next().is_some() {
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

    fn identity(&mut self, element: &Element, mut call: CallTemplate) -> Identity {
        call.reading = Reading::default();
        let says_who = operation(element).child("authentication").is_some() || call.authentication != Caller::None;
        let has_header = call.headers.iter().any(|header| header.name.eq_ignore_ascii_case("authorization"));
        if !says_who && !has_header && !call.placeholders().any(|name| name == "token") {
            call.headers.insert(0, Parameter::new("Authorization", "Bearer <token>"));
            self.understood(&element.name, "the token is sent as `Authorization: Bearer`");
        }
        Identity { call, fields: reply::shown_fields(operation(element)) }
    }
}

fn has_secret_in_query(call: &CallTemplate) -> bool {
    call.query.iter().any(|parameter| parameter.value.placeholders().any(|name| name == "client_secret"))
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
