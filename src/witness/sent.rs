//! What a preset's call sends, in the words of a record.

use serde_json::Value as Json;

use crate::call::{
    Authentication, BodyTemplate, CallTemplate, Method, Parameter, Template, parse_parameters, scalar_text,
};
use crate::service::Service;

/// A call, with placeholders written `{name}`.
pub(super) struct Sent {
    pub method: Method,
    /// As written, and with the defaults and examples of the inputs.
    pub urls: [String; 2],
    /// The ways in which the client authenticates: two where it depends on whether there is a secret.
    pub authentication: Vec<&'static str>,
    pub encoding: &'static str,
    /// Those of the query and of the body.
    pub parameters: Vec<(String, String)>,
    pub headers: Vec<(String, String)>,
}

impl Sent {
    pub(super) fn new(service: &Service, call: &CallTemplate) -> Self {
        let url = call.url.in_braces();
        let mut parameters = query(&url);
        let text = |value: &Template| value.in_braces().replace("{grant_type}", &service.grant_type);
        let pairs = |list: &[Parameter]| -> Vec<(String, String)> {
            list.iter().map(|one| (one.name.clone(), text(&one.value))).collect()
        };
        parameters.extend(pairs(&call.query));
        let (encoding, body) = match &call.body {
            BodyTemplate::None => ("query", Vec::new()),
            BodyTemplate::Form(form) => ("form", pairs(form)),
            BodyTemplate::Json(json) => ("json", members(&text(json), &service.grant_type)),
            BodyTemplate::Text { .. } => ("text", Vec::new()),
        };
        let authentication = authentication(call, &parameters, &body);
        parameters.extend(body);
        let filled = filled(service, &url);
        let headers = pairs(&call.headers);
        Self { method: call.method, urls: [url, filled], authentication, encoding, parameters, headers }
    }

    /// The value of a parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// The parameters of a URL's own query.
pub(super) fn query(url: &str) -> Vec<(String, String)> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    parse_parameters(query).into_iter().map(|one| (one.name, one.value.source().to_owned())).collect()
}

/// The members of a JSON object; a text of another form has none.
fn members(json: &str, grant_type: &str) -> Vec<(String, String)> {
    let Ok(Json::Object(members)) = serde_json::from_str(json) else { return Vec::new() };
    let text = |value: &Json| {
        let text = scalar_text(value).unwrap_or_else(|| value.to_string());
        Template::new(text).in_braces().replace("{grant_type}", grant_type)
    };
    members.iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

fn authentication(call: &CallTemplate, query: &[(String, String)], body: &[(String, String)]) -> Vec<&'static str> {
    match call.authentication {
        Authentication::Basic | Authentication::BasicRaw => vec!["basic"],
        Authentication::BasicOrNone | Authentication::BasicRawOrNone => vec!["basic", "none"],
        Authentication::BasicUser => vec!["basic-user"],
        Authentication::BasicSecret => vec!["basic-secret"],
        Authentication::TlsClientAuth | Authentication::SelfSignedTlsClientAuth => vec!["certificate"],
        Authentication::PrivateKeyJwt => vec!["private-key-jwt"],
        Authentication::ClientSecretJwt => vec!["client-secret-jwt"],
        Authentication::None => {
            let has = |list: &[(String, String)]| list.iter().any(|(_, value)| value.contains("{client_secret}"));
            let in_header = call.headers.iter().any(|one| one.value.placeholders().any(|name| name == "client_secret"));
            let places = [("body", has(body)), ("query", has(query)), ("header", in_header)];
            let place = places.into_iter().find(|(_, is_there)| *is_there);
            vec![place.map_or("none", |(place, _)| place)]
        }
    }
}

/// A text with the values that the inputs start with; what is known only later stays open.
pub(super) fn filled(service: &Service, text: &str) -> String {
    let mut text = text.to_owned();
    for input in &service.inputs {
        let first = input.choices.first().map(|choice| &choice.value);
        let values = [Some(&input.default), Some(&input.example), first];
        let Some(value) = values.into_iter().flatten().find(|value| !value.is_empty()) else { continue };
        text = text.replace(&format!("{{{}}}", input.name), value);
        let chosen = input.choices.iter().find(|choice| choice.value == *value);
        for (name, value) in chosen.iter().flat_map(|choice| &choice.sets) {
            text = text.replace(&format!("{{{name}}}"), value);
        }
    }
    text
}
