//! A stage of a preset file ↔ a [`CallTemplate`]. A stage says how a request differs from that of its RFC: it adds parameters,
//! replaces one by naming it, and leaves one out by listing it under `omit`.

use serde::de::IntoDeserializer;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::call::{
    Authentication, BodyTemplate, CallTemplate, Expression, Method, Parameter, Reading, Template, pairs,
};
use crate::oauth::{GrantType, Pkce, Request, client_parameters};
use crate::service::preset::difference::difference;
use crate::service::rules::{Offer, is_default};

/// A call of the service.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stage {
    pub url: String,
    /// For clients that show a certificate, where it is another.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mtls_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// Whether the parameters of the RFC are sent too.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub standard: bool,
    /// Of the authorization only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pkce: Option<Pkce>,
    /// Of the authorization only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<Offer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentication: Option<StageAuthentication>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub omit: Vec<String>,
    /// Standard name = the service's name for it.
    #[serde(default, with = "pairs", skip_serializing_if = "Vec::is_empty")]
    pub rename: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
    /// Of a body that is plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The body as text, for JSON and plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, with = "pairs", skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Parameter>,
    #[serde(default, with = "pairs", skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<Parameter>,
    #[serde(default, with = "pairs", skip_serializing_if = "Vec::is_empty")]
    pub body: Vec<Parameter>,
    /// Only what differs from the RFC is written.
    #[serde(default, serialize_with = "unlike_the_rfc", skip_serializing_if = "is_default")]
    pub reading: Reading,
    /// A reply of this call as the service documents it; the rehearsal answers with it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub example: String,
    /// Of the identity only: label = path.
    #[serde(default, with = "pairs", skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<(String, Expression)>,
}

/// As in a call, or `body`: ID and secret in the body, which a call lists as parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StageAuthentication {
    Body,
    Other(Authentication),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Encoding {
    None,
    Form,
    Json,
    Text,
}

/// Decides the standard parameters of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Request(Request),
    /// Exchanges a token for another one.
    Chain,
    /// Reads something with the access token.
    Resource,
}

impl Kind {
    fn token(grant: GrantType) -> Self {
        Self::Request(Request::Token(grant))
    }

    fn sends_query(self) -> bool {
        matches!(self, Self::Request(Request::Authorization) | Self::Resource)
    }

    fn standard(self, authentication: StageAuthentication) -> Vec<Parameter> {
        let mut parameters = match self {
            Self::Request(request) => request.parameters(),
            Self::Chain | Self::Resource => Vec::new(),
        };
        if !self.sends_query() {
            let of_client = match authentication {
                StageAuthentication::Body => client_parameters(),
                StageAuthentication::Other(authentication) => authentication.parameters(),
            };
            // A device authorization request names its client in any case (RFC 8628 section 3.1).
            let is_new = |own: &Parameter| !parameters.iter().any(|known| known.name == own.name);
            let of_client: Vec<Parameter> = of_client.into_iter().filter(is_new).collect();
            parameters.extend(of_client);
        }
        parameters
    }
}

impl Stage {
    pub(crate) fn call(self, kind: Kind) -> CallTemplate {
        let authentication = self.authentication.unwrap_or(StageAuthentication::Other(Authentication::None));
        let mut standard = if self.standard { kind.standard(authentication) } else { Vec::new() };
        standard.retain(|parameter| !self.omit.contains(&parameter.name));
        for parameter in &mut standard {
            if let Some((_, name)) = self.rename.iter().find(|(standard, _)| *standard == parameter.name) {
                parameter.name.clone_from(name);
            }
        }
        let mut headers = self.headers;
        let has_token = headers.iter().any(|header| header.name.eq_ignore_ascii_case("authorization"));
        if kind == Kind::Resource && self.standard && !has_token {
            headers.insert(0, Parameter::new("Authorization", "Bearer <token>"));
        }
        let (query, body) = if kind.sends_query() || self.encoding == Some(Encoding::None) {
            (overlay(standard, self.query), Vec::new())
        } else {
            standard.retain(|parameter| !self.query.iter().any(|own| own.name == parameter.name));
            (self.query, overlay(standard, self.body))
        };
        CallTemplate {
            method: self.method.unwrap_or(if kind.sends_query() { Method::Get } else { Method::Post }),
            url: Template::new(self.url),
            mtls_url: Template::new(self.mtls_url),
            authentication: match authentication {
                StageAuthentication::Body => Authentication::None,
                StageAuthentication::Other(authentication) => authentication,
            },
            headers,
            query,
            body: body_template(self.encoding, self.content_type, self.text, body),
            reading: self.reading,
            example: self.example,
        }
    }
}

/// The standard parameters, with the preset's own in their place or after them.
fn overlay(mut standard: Vec<Parameter>, own: Vec<Parameter>) -> Vec<Parameter> {
    for parameter in own {
        match standard.iter_mut().find(|known| known.name == parameter.name) {
            Some(known) => *known = parameter,
            None => standard.push(parameter),
        }
    }
    standard
}

fn body_template(
    encoding: Option<Encoding>,
    content_type: Option<String>,
    text: Option<String>,
    parameters: Vec<Parameter>,
) -> BodyTemplate {
    match (encoding, text) {
        (Some(Encoding::Json), Some(text)) => BodyTemplate::Json(Template::new(text)),
        (Some(Encoding::Json), None) => BodyTemplate::Json(json_object(&parameters)),
        (Some(Encoding::Text), text) => BodyTemplate::Text {
            content_type: content_type.unwrap_or_else(|| "text/plain".into()),
            text: Template::new(text.unwrap_or_default()),
        },
        // A form that was asked for stays one while it is empty.
        (Some(Encoding::Form), _) => BodyTemplate::Form(parameters),
        _ if parameters.is_empty() => BodyTemplate::None,
        _ => BodyTemplate::Form(parameters),
    }
}

/// Parameters as the text of a JSON object, one a line.
pub fn json_object(parameters: &[Parameter]) -> Template {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let lines: Vec<String> =
        parameters.iter().map(|p| format!("  {}: {}", quoted(&p.name), quoted(p.value.source()))).collect();
    Template::new(format!("{{\n{}\n}}", lines.join(",\n")))
}

/// A stage that names every parameter.
impl From<&CallTemplate> for Stage {
    fn from(call: &CallTemplate) -> Self {
        let (encoding, content_type, text, body) = match &call.body {
            BodyTemplate::None => (Encoding::None, None, None, Vec::new()),
            BodyTemplate::Form(list) => (Encoding::Form, None, None, list.clone()),
            BodyTemplate::Json(text) => (Encoding::Json, None, Some(text.source().to_owned()), Vec::new()),
            BodyTemplate::Text { content_type, text } => {
                (Encoding::Text, Some(content_type.clone()), Some(text.source().to_owned()), Vec::new())
            }
        };
        let authenticates = call.authentication != Authentication::None;
        Self {
            url: call.url.source().to_owned(),
            mtls_url: call.mtls_url.source().to_owned(),
            method: Some(call.method),
            standard: false,
            authentication: authenticates.then_some(StageAuthentication::Other(call.authentication)),
            encoding: Some(encoding),
            content_type,
            text,
            headers: call.headers.clone(),
            query: call.query.clone(),
            body,
            reading: call.reading.clone(),
            example: call.example.clone(),
            ..Self::default()
        }
    }
}

impl Serialize for CallTemplate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Stage::from(self).serialize(serializer)
    }
}

/// Reads the calls of a service, for `#[serde(deserialize_with)]`: the key decides which request a stage differs from.
pub(crate) mod read {
    use serde::{Deserialize, Deserializer};

    use super::{Kind, Stage};
    use crate::call::CallTemplate;
    use crate::oauth::{GrantType, Request};

    /// For a service with an authorization request; see [`super::without_code`].
    pub(crate) fn token_request<'de, D: Deserializer<'de>>(stage: D) -> Result<CallTemplate, D::Error> {
        Ok(Stage::deserialize(stage)?.call(Kind::token(GrantType::AuthorizationCode)))
    }

    pub(crate) fn resource<'de, D: Deserializer<'de>>(stage: D) -> Result<CallTemplate, D::Error> {
        Ok(Stage::deserialize(stage)?.call(Kind::Resource))
    }

    pub(crate) fn chain<'de, D: Deserializer<'de>>(stages: D) -> Result<Vec<CallTemplate>, D::Error> {
        Ok(Vec::<Stage>::deserialize(stages)?.into_iter().map(|stage| stage.call(Kind::Chain)).collect())
    }

    pub(crate) fn pushed_authorization<'de, D: Deserializer<'de>>(stage: D) -> Result<Option<CallTemplate>, D::Error> {
        optional(stage, Kind::Request(Request::PushedAuthorization))
    }

    pub(crate) fn refresh_request<'de, D: Deserializer<'de>>(stage: D) -> Result<Option<CallTemplate>, D::Error> {
        optional(stage, Kind::token(GrantType::RefreshToken))
    }

    pub(crate) fn revocation<'de, D: Deserializer<'de>>(stage: D) -> Result<Option<CallTemplate>, D::Error> {
        optional(stage, Kind::Request(Request::Revocation))
    }

    pub(crate) fn introspection<'de, D: Deserializer<'de>>(stage: D) -> Result<Option<CallTemplate>, D::Error> {
        optional(stage, Kind::Request(Request::Introspection))
    }

    pub(crate) fn device_authorization<'de, D: Deserializer<'de>>(stage: D) -> Result<Option<CallTemplate>, D::Error> {
        optional(stage, Kind::Request(Request::DeviceAuthorization))
    }

    pub(crate) fn device_token_request<'de, D: Deserializer<'de>>(stage: D) -> Result<Option<CallTemplate>, D::Error> {
        optional(stage, Kind::token(GrantType::DeviceCode))
    }

    fn optional<'de, D: Deserializer<'de>>(stage: D, kind: Kind) -> Result<Option<CallTemplate>, D::Error> {
        Ok(Option::<Stage>::deserialize(stage)?.map(|stage| stage.call(kind)))
    }
}

/// The token request of a service without an authorization request: client credentials (RFC 6749 section 4.4).
pub(crate) fn without_code(stage: Stage) -> CallTemplate {
    stage.call(Kind::token(GrantType::ClientCredentials))
}

impl Serialize for StageAuthentication {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Body => serializer.serialize_str("body"),
            Self::Other(authentication) => authentication.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for StageAuthentication {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "body" => Ok(Self::Body),
            other => Authentication::deserialize(other.into_deserializer()).map(Self::Other),
        }
    }
}

fn unlike_the_rfc<S: Serializer>(reading: &Reading, serializer: S) -> Result<S::Ok, S::Error> {
    let table = |reading: &Reading| toml::Table::try_from(reading).map_err(serde::ser::Error::custom);
    difference(&table(&Reading::default())?, &table(reading)?).serialize(serializer)
}

fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_yes(flag: &bool) -> bool {
    *flag
}
