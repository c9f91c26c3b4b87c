//! The five settings of a service's refresh request, with the person's values or with `{{name}}` in their place.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value as Json, json};
use thiserror::Error;

use crate::call::{Authentication, BodyTemplate, CallTemplate, Parameter, Place, Template, Values};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::dialect::{Described, Secrecy};
use crate::secret::Secret;

#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum WriteError {
    /// There is no refresh request.
    #[error("{service} has no refresh token endpoint, the only one that eZintegrations calls")]
    NoRefresh { service: String },
    /// The client authentication does not fit into a header.
    #[error("{service} authenticates with a signature or a certificate, which eZintegrations cannot do")]
    Authentication { service: String },
    /// The body is no list of names and values.
    #[error("the refresh request of {service} has a body that is neither a form nor a JSON object")]
    Body { service: String },
}

impl Diagnose for WriteError {
    fn diagnose(&self) -> Diagnosis {
        Diagnosis::new(self.to_string()).hint(match self {
            Self::NoRefresh { .. } => "enter the URL of the token endpoint first, if the service has one",
            Self::Authentication { .. } => "choose an authentication with a client secret, if the service takes one",
            Self::Body { .. } => "export another format, such as the preset file",
        })
    }
}

/// Writes the settings as JSON, with secrets only if asked for.
pub fn write(described: &Described, secrecy: Secrecy) -> Result<Secret, WriteError> {
    let service = &described.service;
    let call =
        service.refresh_request.as_ref().ok_or_else(|| WriteError::NoRefresh { service: service.name.clone() })?;
    let writer = Writer { values: values(described, secrecy) };
    let (body, content_type) = writer.body(call).ok_or_else(|| WriteError::Body { service: service.name.clone() })?;
    let mut headers: Map<String, Json> = writer.object(&call.headers);
    if let Some(basic) =
        writer.basic(call).map_err(|()| WriteError::Authentication { service: service.name.clone() })?
    {
        headers.insert("Authorization".into(), basic.expose().into());
    }
    if let Some(content_type) = content_type {
        headers.insert("Content-Type".into(), content_type.into());
    }
    let settings = json!({
        "Refresh Token URL": writer.url(&call.url),
        "Refresh Token Method": call.method.as_str(),
        "Refresh Token Endpoint Header": headers,
        "Refresh Token Endpoint Params": writer.object(&call.query),
        "Refresh Token Endpoint Body": body,
    });
    Ok(Secret::new(format!("{settings:#}\n")))
}

/// The profile's values; `{{name}}` for one that is missing, or secret and not asked for.
fn values(described: &Described, secrecy: Secrecy) -> Values {
    let service = &described.service;
    let mut values = Values::new();
    let mut open: Vec<String> =
        service.refresh_request.iter().flat_map(|call| call.placeholders().map(str::to_owned)).collect();
    open.extend(["client_id", "client_secret", "user_name"].map(str::to_owned));
    for name in open {
        values.set(&name, format!("{{{{{name}}}}}"));
    }
    let plain = [
        ("client_id", &described.client_id),
        ("redirect_uri", &described.redirect_uri),
        ("user_name", &described.user_name),
        ("scope", &described.scopes.join(&service.scopes.separator)),
        ("grant_type", &service.grant_type),
    ];
    let inputs = described.inputs.iter().map(|(name, value)| (name.as_str(), value));
    for (name, value) in plain.into_iter().chain(inputs).filter(|(_, value)| !value.is_empty()) {
        values.set(name, value);
    }
    if secrecy == Secrecy::With {
        let secrets = &described.secrets;
        let known = [
            ("client_secret", &secrets.client_secret),
            ("password", &secrets.password),
            ("refresh_token", &secrets.refresh_token),
        ];
        let inputs = secrets.inputs.iter().map(|(name, secret)| (name.as_str(), secret));
        for (name, secret) in known.into_iter().chain(inputs).filter(|(_, secret)| !secret.is_empty()) {
            values.set_secret(name, secret.clone());
        }
    }
    values
}

struct Writer {
    values: Values,
}

impl Writer {
    fn text(&self, template: &Template) -> Secret {
        template.render(&self.values, Place::Text).map(|text| text.to_secret()).unwrap_or_default()
    }

    /// The URL with escaped values; missing ones stay placeholders.
    fn url(&self, url: &Template) -> String {
        match url.render_url(&self.values) {
            Ok(rendered) => rendered.to_secret().expose().replace("%7B%7B", "{{").replace("%7D%7D", "}}"),
            // A host or an origin cannot hold the brackets of an open place.
            Err(_) => self.text(url).expose().to_owned(),
        }
    }

    fn object(&self, list: &[Parameter]) -> Map<String, Json> {
        let text = |parameter: &Parameter| self.text(&parameter.value).expose().to_owned();
        list.iter().map(|parameter| (parameter.name.clone(), Json::String(text(parameter)))).collect()
    }

    fn body(&self, call: &CallTemplate) -> Option<(Json, Option<&'static str>)> {
        const FORMAT: &str = "application/x-www-form-urlencoded";
        match &call.body {
            BodyTemplate::None => Some((json!({}), None)),
            BodyTemplate::Form(list) => Some((Json::Object(self.object(list)), Some(FORMAT))),
            BodyTemplate::Json(text) => {
                let rendered = text.render_json(&self.values).ok()?.to_secret();
                let json: Json = serde_json::from_str(rendered.expose()).ok()?;
                json.is_object().then_some((json, Some("application/json")))
            }
            BodyTemplate::Text { .. } => None,
        }
    }

    /// The header of Basic authentication; a description of it unless user and password are known.
    fn basic(&self, call: &CallTemplate) -> Result<Option<Secret>, ()> {
        let encoded = matches!(call.authentication, Authentication::Basic | Authentication::BasicOrNone);
        let (user, password) = match call.authentication {
            Authentication::None => return Ok(None),
            Authentication::Basic
            | Authentication::BasicRaw
            | Authentication::BasicOrNone
            | Authentication::BasicRawOrNone => ("client_id", "client_secret"),
            Authentication::BasicUser => ("user_name", "client_secret"),
            Authentication::BasicSecret => ("client_secret", ""),
            _ => return Err(()),
        };
        let half = |name: &str| match name {
            "" => Some(Secret::default()),
            name => {
                let text = self.text(&Template::new(format!("<{name}>")));
                (text.expose() != format!("{{{{{name}}}}}")).then_some(text)
            }
        };
        Ok(Some(match (half(user), half(password)) {
            (Some(user), Some(password)) => {
                let half = |text: &Secret| if encoded { encode(text.expose()) } else { text.expose().to_owned() };
                let pair = Secret::new(format!("{}:{}", half(&user), half(&password)));
                Secret::new(format!("Basic {}", BASE64_STANDARD.encode(pair.expose())))
            }
            _ => Secret::new(format!("Basic base64-encoded({user}:{password})")),
        }))
    }
}

fn encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
