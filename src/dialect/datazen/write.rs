//! The pages of a service, as text under labels or as JSON, with the nine variables where the calls have our names.

use thiserror::Error;

use crate::call::{
    Authentication, BodyTemplate, CallTemplate, Parameter, Place, Span, Template, Values, write_parameters,
};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::dialect::{Described, Secrecy};
use crate::secret::Secret;
use crate::service::{Asks, Authorization};

/// The authorization parameters that the wizard adds itself.
const ADDED: [&str; 7] =
    ["response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method"];

/// The variables that the wizard knows. It has none for a code verifier, which is left out.
const VARIABLES: [&str; 10] = [
    "scope",
    "redirect_uri",
    "code",
    "client_id",
    "grant_type",
    "user_name",
    "client_secret",
    "token",
    "refresh_token",
    "code_verifier",
];

#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum WriteError {
    /// The wizard does not support the client authentication.
    #[error("{service} authenticates with a signature or a certificate, which DataZen cannot do")]
    Authentication { service: String },
    /// A call uses a placeholder that is not one of the variables.
    #[error("a call of {service} uses `<{name}>`, which is not a DataZen variable")]
    Variable { service: String, name: String },
}

impl Diagnose for WriteError {
    fn diagnose(&self) -> Diagnosis {
        Diagnosis::new(self.to_string()).hint(match self {
            Self::Authentication { .. } => "choose an authentication with a client secret, if the service takes one",
            Self::Variable { .. } => "fill in the inputs of the service, so that their values can be written",
        })
    }
}

/// The pages as `Label: value` lines; the refresh settings follow their heading.
pub fn write(described: &Described, secrecy: Secrecy) -> Result<Secret, WriteError> {
    check(described)?;
    let mut text = Secret::default();
    for (label, value) in page(described, secrecy) {
        text.typing().push_str(&format!("{label}: {}\n", value.expose()));
    }
    if let Some(refresh) = &described.service.refresh_request {
        text.typing().push_str("Refresh Token Settings\n");
        for (label, value) in tab(described, refresh, "refresh_token") {
            text.typing().push_str(&format!("{label}: {value}\n"));
        }
    }
    Ok(text)
}

/// Whether the wizard can make the calls.
fn check(described: &Described) -> Result<(), WriteError> {
    let service = &described.service;
    let name = || service.name.clone();
    for call in [Some(&service.token_request), service.refresh_request.as_ref()].into_iter().flatten() {
        let is_unknown = call.authentication.signs() || call.authentication.shows_certificate();
        if is_unknown || service.client_certificate {
            return Err(WriteError::Authentication { service: name() });
        }
        let has_value = |input: &str| described.inputs.get(input).is_some_and(|value| !value.is_empty());
        let mut named = call.placeholders();
        if let Some(unknown) = named.find(|named| !VARIABLES.contains(named) && !has_value(named)) {
            return Err(WriteError::Variable { service: name(), name: unknown.to_owned() });
        }
    }
    Ok(())
}

/// All fields except the refresh settings.
fn page(described: &Described, secrecy: Secrecy) -> Vec<(&'static str, Secret)> {
    let service = &described.service;
    let scopes = if described.scopes.is_empty() { &service.scopes.default } else { &described.scopes };
    let redirect = if described.redirect_uri.is_empty() { &service.redirect.default } else { &described.redirect_uri };
    let client_id = if described.client_id.is_empty() { &service.defaults.client_id } else { &described.client_id };
    let authorization_url =
        service.authorization.as_ref().map(|authorization| authorization_url(described, authorization));
    let secret = if secrecy == Secrecy::With { described.secrets.client_secret.clone() } else { Secret::default() };
    let mut fields = vec![
        ("Pre-Configured OAuth Setting", service.name.clone()),
        (
            "This service requires client-flow authorization",
            if service.authorization.is_some() { "Yes" } else { "No" }.to_owned(),
        ),
        ("Authorization URL", authorization_url.unwrap_or_default()),
        ("Client ID", client_id.clone()),
        ("Redirect URI", if service.authorization.is_some() { redirect.clone() } else { String::new() }),
        ("Scope", text(described, &Template::new(scopes.join(&service.scopes.separator)))),
        (
            "User Id and/or Secret",
            match service.asks {
                Asks::Nothing => "None",
                Asks::UserAndSecret => "User Id and Secret",
                Asks::Secret | Asks::OptionalSecret => "Secret",
            }
            .to_owned(),
        ),
        ("User Id", described.user_name.clone()),
    ];
    fields.extend(tab(described, &service.token_request, &service.grant_type));
    let mut page: Vec<(&'static str, Secret)> =
        fields.into_iter().map(|(label, value)| (label, Secret::new(value))).collect();
    page.push(("Secret", secret));
    page
}

fn tab(described: &Described, call: &CallTemplate, grant_type: &str) -> Vec<(&'static str, String)> {
    let basic = !matches!(call.authentication, Authentication::None);
    let body = match &call.body {
        BodyTemplate::None => String::new(),
        BodyTemplate::Form(list) => pairs(described, list),
        BodyTemplate::Json(body) | BodyTemplate::Text { text: body, .. } => text(described, body),
    };
    vec![
        ("Authorization", if basic { "Basic Auth" } else { "None" }.to_owned()),
        ("OAuth Bearer Token URL", text(described, &call.url)),
        ("Method", call.method.as_str().to_owned()),
        ("Grant Type", grant_type.to_owned()),
        ("Query", pairs(described, &call.query)),
        ("Body", body),
    ]
}

/// The URL with its parameters, except those that the wizard adds.
fn authorization_url(described: &Described, authorization: &Authorization) -> String {
    let url = text(described, &authorization.call.url);
    let own = authorization.call.query.iter().filter(|parameter| !ADDED.contains(&parameter.name.as_str()));
    let query = pairs(described, &own.cloned().collect::<Vec<_>>());
    let separator = if url.contains('?') { "&" } else { "?" };
    if query.is_empty() { url } else { format!("{url}{separator}{query}") }
}

/// Parameters joined by `&`, with variables for values.
fn pairs(described: &Described, list: &[Parameter]) -> String {
    let sent = list.iter().filter(|parameter| parameter.value.source() != "<code_verifier>");
    let pairs: Vec<String> = sent
        .map(|parameter| {
            let spelt = Template::new(text(described, &parameter.value));
            write_parameters(&[Parameter { name: parameter.name.clone(), value: spelt }])
        })
        .collect();
    pairs.join("&")
}

/// A text with inputs filled in and placeholders written as DataZen variables.
fn text(described: &Described, template: &Template) -> String {
    let mut values = Values::new();
    for name in template.placeholders() {
        match described.inputs.get(name).filter(|value| !value.is_empty()) {
            Some(value) => values.set(name, value),
            None => values.set(name, format!("{{{name}}}")),
        }
    }
    // Each name has a value, so nothing is left to fail; the text is not escaped, since it is a template again.
    let rendered = template.render(&values, Place::Text).unwrap_or_default();
    let written = rendered.spans().iter().map(|span| match span {
        Span::Literal(text) => text.as_str(),
        Span::Value { raw, .. } => raw.expose(),
    });
    written.collect()
}
