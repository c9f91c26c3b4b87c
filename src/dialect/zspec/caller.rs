//! Who calls, as `<authentication>` says it or a header: HTTP Basic in a token call, the token after it.

use crate::call::{Authentication as Caller, CallTemplate, Parameter};
use crate::dialect::zspec::draft::{ReadDraft, WriteDraft};
use crate::dialect::zspec::element::{Argument, Authentication, Location, read_values, write_values};
use crate::dialect::zspec::known::{only_placeholder, placeholder};
use crate::dialect::zspec::write::{argument, attributes, remembered};
use crate::service::Remark;

/// How the caller of a call says who it is, as `<authentication>` names it. `oauth2` is the bearer token.
const CALLERS: [(Caller, &str); 9] = [
    (Caller::Basic, "basic"),
    (Caller::BasicRaw, "basic-raw"),
    (Caller::BasicOrNone, "basic-or-none"),
    (Caller::BasicRawOrNone, "basic-raw-or-none"),
    (Caller::BasicUser, "basic-user"),
    (Caller::BasicSecret, "basic-secret"),
    (Caller::Certificate, "certificate"),
    (Caller::PrivateKeyJwt, "private-key-jwt"),
    (Caller::ClientSecretJwt, "client-secret-jwt"),
];

impl ReadDraft {
    pub(super) fn authentication(
        &mut self,
        stage: &str,
        element: &str,
        asked: &Authentication,
        call: &mut CallTemplate,
    ) {
        let place = format!("{element} › authentication");
        self.add_scopes(&asked.scopes, &asked.scopes);
        let mut facts = asked.facts.clone();
        if !asked.scopes.is_empty() {
            facts.insert("scopes".into(), write_values(&asked.scopes));
            self.understood(&place, format!("asks for the scopes {}", asked.scopes.join(" ")));
        }
        let caller = CALLERS.iter().find(|(_, kind)| *kind == asked.kind);
        if let Some((caller, kind)) = caller {
            call.authentication = *caller;
            self.understood(&place, format!("who calls: `{kind}`"));
        } else if asked.kind != "none" {
            if asked.kind != "oauth2" {
                facts.insert("type".into(), asked.kind.clone());
            }
            if stage != "identity" {
                self.ignored(&place, "there is no token yet that this call could be made with");
            }
            if stage == "identity" && !names(call, &asked.name) {
                self.bearer(&place, asked, call);
            }
            if stage != "identity" || !asked.name.eq_ignore_ascii_case("authorization") {
                facts.insert("location".into(), asked.location.as_str().into());
                facts.insert("name".into(), asked.name.clone());
            }
        }
        self.remark(&[stage, "authentication"], "", facts);
    }

    /// Where the token goes. `Authorization` is the name of a header (RFC 6750 section 2.1); as a parameter no service
    /// reads it, and a token has no place in a URL.
    fn bearer(&mut self, place: &str, asked: &Authentication, call: &mut CallTemplate) {
        let is_header = asked.name.eq_ignore_ascii_case("authorization");
        if is_header || asked.location == Location::Header {
            if is_header && asked.location != Location::Header {
                let words = format!("`location=\"{}\"` of `Authorization` is", asked.location.as_str());
                self.ignored(place, format!("{words} not followed: the token is sent in the header of that name"));
            }
            let value = if is_header { "Bearer <token>" } else { "<token>" };
            call.headers.insert(0, Parameter::new(&asked.name, value));
        } else {
            call.query.push(Parameter::new(&asked.name, "<token>"));
        }
        self.understood(place, "the token is sent with the call");
    }
}

impl<'a> WriteDraft<'a> {
    /// The `<authentication>` of a call, and the parameter that it stands for.
    pub(super) fn authentication<'c>(
        &self,
        stage: &'static str,
        call: &'c CallTemplate,
    ) -> (Option<Authentication>, Option<(Location, &'c Parameter)>) {
        let remark = self.service.remark(&[stage, "authentication"]);
        let mut facts = remark.map(|remark| remark.facts.clone()).unwrap_or_default();
        let scopes = facts.remove("scopes").map(|scopes| read_values(&scopes)).unwrap_or_default();
        let kind = facts.remove("type");
        let name = facts.remove("name").unwrap_or_else(|| "Authorization".into());
        let location = facts.remove("location");
        let location = Location::ALL.into_iter().find(|(_, word)| Some(*word) == location.as_deref());
        let location = location.map_or(Location::Header, |(location, _)| location);
        let facts = attributes(&facts);
        let made = |location, kind: String, name| Some(Authentication { location, kind, name, scopes, facts });
        if call.authentication != Caller::None && !self.has_basic_argument(stage) {
            let caller = CALLERS.iter().find(|(caller, _)| *caller == call.authentication);
            let kind = caller.map_or("basic", |(_, kind)| *kind).to_owned();
            return (made(Location::Header, kind, "Authorization".into()), None);
        }
        if stage != "identity" {
            return (remark.and_then(|_| made(location, kind.unwrap_or_else(|| "oauth2".into()), name)), None);
        }
        let taken = match remark.and_then(|remark| remark.facts.get("name")) {
            Some(name) => said_parameter(call, location, name),
            None => bearer_parameter(call),
        };
        let names_token = call.placeholders().any(|name| name == "token");
        let has_header = call.headers.iter().any(|header| header.name.eq_ignore_ascii_case("authorization"));
        let kind = kind.unwrap_or_else(|| "oauth2".into());
        match taken {
            Some((location, parameter)) => (made(location, kind, parameter.name.clone()), taken),
            None if remark.is_some() => (made(location, kind, name), None),
            // Without a token and without a word of it one would be sent.
            None if !names_token && !has_header => (made(Location::Header, "none".into(), name), None),
            None => (None, None),
        }
    }

    /// Whether the document describes HTTP Basic as a header of its own.
    fn has_basic_argument(&self, stage: &str) -> bool {
        self.basic_remark(stage).is_some()
    }

    fn basic_remark(&self, stage: &str) -> Option<&'a Remark> {
        let service = self.service;
        service.remarks.iter().find(|remark| match &remark.place[..] {
            [of, kind, name] => of == stage && kind == "header" && name.eq_ignore_ascii_case("authorization"),
            _ => false,
        })
    }

    pub(super) fn basic_argument(&self, stage: &str, call: &CallTemplate, is_said: bool) -> Option<Argument> {
        let remark = self.basic_remark(stage).filter(|_| call.authentication == Caller::Basic && !is_said)?;
        let (facts, property) = remembered(Some(remark));
        Some(argument(&remark.place[2], Location::Header, Some(remark), facts, property))
    }
}

/// Whether an argument of this name is sent already.
fn names(call: &CallTemplate, name: &str) -> bool {
    call.headers.iter().chain(&call.query).any(|parameter| parameter.name.eq_ignore_ascii_case(name))
}

/// The parameter that is the token and nothing else, where `<authentication>` says the same.
fn bearer_parameter(call: &CallTemplate) -> Option<(Location, &Parameter)> {
    let header = call.headers.first().filter(|header| {
        let is_authorization = header.name.eq_ignore_ascii_case("authorization");
        let is_bearer = header.value.source() == "Bearer <token>" || header.value.source() == "Bearer {token}";
        (is_authorization && is_bearer) || (!is_authorization && only_placeholder(&header.value) == Some("token"))
    });
    let in_query = call.query.last().filter(|parameter| {
        only_placeholder(&parameter.value) == Some("token") && placeholder(&parameter.name) != Some("token")
    });
    let header = header.map(|header| (Location::Header, header));
    header.or(in_query.map(|parameter| (Location::Param, parameter)))
}

/// The parameter that the document's own `<authentication>` put there.
fn said_parameter<'c>(call: &'c CallTemplate, location: Location, name: &str) -> Option<(Location, &'c Parameter)> {
    let list = if location == Location::Header { &call.headers } else { &call.query };
    let is_it = |parameter: &&Parameter| parameter.name == name && parameter.value.source() == "<token>";
    list.iter().find(is_it).map(|parameter| (location, parameter))
}
