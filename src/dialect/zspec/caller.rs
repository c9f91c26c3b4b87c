//! The client authentication of a token request and the token of later calls, as `<authentication>` or a header.

use crate::call::{Authentication as Caller, CallTemplate, Parameter};
use crate::dialect::zspec::known::{only_placeholder, placeholder};
use crate::dialect::zspec::schema::location;
use crate::dialect::zspec::value::Reader;
use crate::dialect::zspec::values::read_values;
use crate::dialect::zspec::xml::Element;

/// Client authentication, by the `type` of `<authentication>`. `oauth2` is the bearer token.
const CALLERS: [(Caller, &str); 10] = [
    (Caller::Basic, "basic"),
    (Caller::BasicRaw, "basic-raw"),
    (Caller::BasicOrNone, "basic-or-none"),
    (Caller::BasicRawOrNone, "basic-raw-or-none"),
    (Caller::BasicUser, "basic-user"),
    (Caller::BasicSecret, "basic-secret"),
    (Caller::TlsClientAuth, "tls-client-auth"),
    (Caller::SelfSignedTlsClientAuth, "self-signed-tls-client-auth"),
    (Caller::PrivateKeyJwt, "private-key-jwt"),
    (Caller::ClientSecretJwt, "client-secret-jwt"),
];

/// The parsed `<authentication>`.
struct Said<'a> {
    kind: &'a str,
    name: &'a str,
    location: &'static str,
}

impl<'a> Said<'a> {
    fn new(element: &'a Element) -> Self {
        let or = |name, usual| Some(element.attribute(name)).filter(|own| !own.is_empty()).unwrap_or(usual);
        // A path cannot hold a token; it is sent in the query.
        let in_query = element.has("location") && location(element) != "header";
        let location = if in_query { "param" } else { "header" };
        Self { kind: or("type", "oauth2"), name: or("name", "Authorization"), location }
    }

    fn caller(&self) -> Option<Caller> {
        CALLERS.iter().find(|(_, kind)| *kind == self.kind).map(|(caller, _)| *caller)
    }

    /// Whether it is the bearer token.
    fn is_token(&self) -> bool {
        self.kind != "none" && self.caller().is_none()
    }

    fn is_authorization(&self) -> bool {
        self.name.eq_ignore_ascii_case("authorization")
    }
}

impl Reader {
    pub(super) fn authentication(&mut self, stage: &str, element: &str, asked: &Element, call: &mut CallTemplate) {
        let place = format!("{element} › authentication");
        let scopes = read_values(asked.attribute("scopes"));
        self.add_scopes(&scopes, &scopes);
        if !scopes.is_empty() {
            self.understood(&place, format!("asks for the scopes {}", scopes.join(" ")));
        }
        let said = Said::new(asked);
        if let Some(caller) = said.caller() {
            call.authentication = caller;
            self.understood(&place, format!("client authentication: `{}`", said.kind));
        } else if said.is_token() && stage != "identity" {
            self.ignored(&place, "this call is made before there is a token");
        } else if said.is_token() && !names(call, said.name) {
            self.bearer(&place, &said, call);
        }
    }

    /// Where the token goes. `Authorization` is the name of a header (RFC 6750 section 2.1); as a parameter no service
    /// reads it, and a token has no place in a URL.
    fn bearer(&mut self, place: &str, said: &Said<'_>, call: &mut CallTemplate) {
        if said.is_authorization() && said.location != "header" {
            let words = format!("`location=\"{}\"` of `Authorization` is", said.location);
            self.ignored(place, format!("{words} not followed: the token is sent in the header of that name"));
        }
        if said.is_authorization() {
            call.headers.insert(0, Parameter::new(said.name, "Bearer <token>"));
        } else if said.location == "header" {
            call.headers.insert(0, Parameter::new(said.name, "<token>"));
        } else {
            call.query.push(Parameter::new(said.name, "<token>"));
        }
        self.understood(place, "the token is sent with the call");
    }
}

/// The `<authentication>` of a call, and the parameter that it covers; `old` is the one in the document.
pub(super) fn authentication<'c>(
    stage: &str,
    call: &'c CallTemplate,
    old: Option<&Element>,
    has_basic_argument: bool,
) -> (Option<Element>, Option<(&'static str, &'c Parameter)>) {
    let plain = Element::new("authentication", &[], Vec::new());
    let written = |location: &str, kind: &str, name: &str| {
        let mut element = old.unwrap_or(&plain).clone();
        for (name, value) in [("location", location), ("type", kind), ("name", name)] {
            element.set(name, value);
        }
        Some(element)
    };
    if call.authentication != Caller::None && !has_basic_argument {
        let kind = CALLERS.iter().find(|(caller, _)| *caller == call.authentication).map_or("basic", |(_, kind)| kind);
        return (written("header", kind, "Authorization"), None);
    }
    let said = old.map(Said::new).filter(|said| said.caller().is_none());
    if stage != "identity" {
        return (said.and_then(|said| written(said.location, said.kind, said.name)), None);
    }
    let said = said.filter(Said::is_token);
    let taken = match &said {
        Some(said) if !said.is_authorization() => said_parameter(call, said),
        _ => bearer_parameter(call),
    };
    let kind = said.as_ref().map_or("oauth2", |said| said.kind);
    let names_token = call.placeholders().any(|name| name == "token");
    let has_header = call.headers.iter().any(|header| header.name.eq_ignore_ascii_case("authorization"));
    match (taken, said) {
        (Some((location, parameter)), _) => (written(location, kind, &parameter.name), taken),
        (None, Some(said)) if names_token || has_header => (written(said.location, kind, said.name), None),
        // Without a token and without a word of it one would be sent.
        (None, _) if !names_token && !has_header => (written("header", "none", "Authorization"), None),
        (None, _) => (None, None),
    }
}

/// Whether an argument of this name is sent already.
fn names(call: &CallTemplate, name: &str) -> bool {
    call.headers.iter().chain(&call.query).any(|parameter| parameter.name.eq_ignore_ascii_case(name))
}

/// The parameter that is only the token, which `<authentication>` describes as well.
fn bearer_parameter(call: &CallTemplate) -> Option<(&'static str, &Parameter)> {
    let header = call.headers.first().filter(|header| {
        let is_authorization = header.name.eq_ignore_ascii_case("authorization");
        let is_bearer = ["Bearer <token>", "Bearer {token}"].contains(&header.value.source());
        (is_authorization && is_bearer) || (!is_authorization && only_placeholder(&header.value) == Some("token"))
    });
    let in_query = call.query.last().filter(|parameter| {
        only_placeholder(&parameter.value) == Some("token") && placeholder(&parameter.name) != Some("token")
    });
    header.map(|header| ("header", header)).or(in_query.map(|parameter| ("param", parameter)))
}

/// The parameter that the document's own `<authentication>` put there.
fn said_parameter<'c>(call: &'c CallTemplate, said: &Said<'_>) -> Option<(&'static str, &'c Parameter)> {
    let list = if said.location == "header" { &call.headers } else { &call.query };
    let found = list.iter().find(|parameter| parameter.name == said.name && parameter.value.source() == "<token>");
    found.map(|parameter| (said.location, parameter))
}
