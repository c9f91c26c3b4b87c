//! A stage of a preset file ↔ a [`CallTemplate`]. The standard parameters are those of RFC 6749; a preset adds to
//! them, replaces one by naming it, and leaves one out by listing it under `omit`.

use std::time::Duration;

use crate::call::{
    Authentication, BodyTemplate, CallTemplate, Expression, Lifetime, Method, Parameter, Reading, Retain, Template,
};
use crate::service::preset::stage_file::{
    AuthenticationKey, EncodingKey, LifetimeKey, MethodKey, OneOrMany, Pairs, ReadingTable, Stage,
};

/// Which stage of a service a call is; decides the standard parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Authorization,
    /// Exchanges a code.
    BearerByCode,
    /// Asks for a token without a code.
    BearerWithoutCode,
    /// Exchanges a token for a longer-lived one.
    Chain,
    Refresh,
    Identity,
    Revocation,
    Introspection,
    Device,
    /// Asks whether the sign-in on another device is done.
    DevicePoll,
}

impl Kind {
    fn method(self) -> Method {
        match self {
            Self::Authorization | Self::Identity => Method::Get,
            _ => Method::Post,
        }
    }

    /// RFC 6749 sections 4.1.1, 4.1.3, 4.4.2 and 6, RFC 7636 section 4.3, RFC 7009 section 2.1, RFC 7662
    /// section 2.1, RFC 8628 sections 3.1 and 3.4; of the authentications RFC 7523 section 2.2 and RFC 8705 section 2.
    fn standard(self, authentication: AuthenticationKey) -> Vec<Parameter> {
        let mut names: Vec<(&str, &str)> = match self {
            Self::Authorization => vec![
                ("response_type", "code"),
                ("client_id", "<client_id>"),
                ("redirect_uri", "<redirect_uri>"),
                ("scope", "<scope>"),
                ("state", "<state>"),
                ("code_challenge", "<code_challenge>"),
                ("code_challenge_method", "<code_challenge_method>"),
            ],
            Self::BearerByCode => vec![
                ("grant_type", "<grant_type>"),
                ("code", "<code>"),
                ("redirect_uri", "<redirect_uri>"),
                ("code_verifier", "<code_verifier>"),
            ],
            Self::BearerWithoutCode => vec![("grant_type", "<grant_type>"), ("scope", "<scope>")],
            Self::Refresh => vec![("grant_type", "refresh_token"), ("refresh_token", "<refresh_token>")],
            Self::Identity | Self::Chain => vec![],
            Self::Revocation => vec![("token", "<refresh_token>"), ("token_type_hint", "refresh_token")],
            Self::Introspection => vec![("token", "<token>")],
            Self::Device => vec![("client_id", "<client_id>"), ("scope", "<scope>")],
            Self::DevicePoll => {
                vec![("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", "<device_code>")]
            }
        };
        if !matches!(self, Self::Authorization | Self::Identity | Self::Device) {
            match authentication {
                AuthenticationKey::Body => {
                    names.extend([("client_id", "<client_id>"), ("client_secret", "<client_secret>")]);
                }
                AuthenticationKey::None | AuthenticationKey::Certificate => names.push(("client_id", "<client_id>")),
                AuthenticationKey::PrivateKeyJwt | AuthenticationKey::ClientSecretJwt => names.extend([
                    ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                    ("client_assertion", "<assertion>"),
                ]),
                _ => {}
            }
        }
        names.into_iter().map(|(name, value)| Parameter::new(name, value)).collect()
    }
}

/// The call that a stage describes.
pub(crate) fn call_template(stage: Stage, kind: Kind) -> CallTemplate {
    let authentication = stage.authentication.unwrap_or(AuthenticationKey::None);
    let mut standard = if stage.standard { kind.standard(authentication) } else { Vec::new() };
    standard.retain(|parameter| !stage.omit.contains(&parameter.name));
    for parameter in &mut standard {
        if let Some((_, name)) = stage.rename.0.iter().find(|(standard, _)| *standard == parameter.name) {
            parameter.name.clone_from(name);
        }
    }
    let mut headers: Vec<Parameter> = stage.headers.parameters().collect();
    if kind == Kind::Identity && stage.standard && !headers.iter().any(|h| h.name.eq_ignore_ascii_case("authorization"))
    {
        headers.insert(0, Parameter::new("Authorization", "Bearer <token>"));
    }
    let in_query = matches!(kind, Kind::Authorization | Kind::Identity) || stage.encoding == Some(EncodingKey::None);
    let (query, body) = if in_query {
        (overlay(standard, &stage.query), Vec::new())
    } else {
        standard.retain(|parameter| !stage.query.0.iter().any(|(name, _)| *name == parameter.name));
        (stage.query.parameters().collect(), overlay(standard, &stage.body))
    };
    let method = stage.method.map_or(kind.method(), Method::from);
    CallTemplate {
        method,
        url: Template::new(stage.url),
        authentication: authentication.into(),
        headers,
        query,
        body: body_template(stage.encoding, stage.content_type, stage.text, body),
        reading: stage.reading.map(reading).unwrap_or_default(),
        example: stage.example,
    }
}

/// The standard parameters with a preset's own over and after them.
fn overlay(mut standard: Vec<Parameter>, own: &Pairs) -> Vec<Parameter> {
    for parameter in own.parameters() {
        match standard.iter_mut().find(|known| known.name == parameter.name) {
            Some(known) => *known = parameter,
            None => standard.push(parameter),
        }
    }
    standard
}

fn body_template(
    encoding: Option<EncodingKey>,
    content_type: Option<String>,
    text: Option<String>,
    parameters: Vec<Parameter>,
) -> BodyTemplate {
    match (encoding, text) {
        (Some(EncodingKey::Json), Some(text)) => BodyTemplate::Json(Template::new(text)),
        (Some(EncodingKey::Json), None) => BodyTemplate::Json(json_object(&parameters)),
        (Some(EncodingKey::Text), text) => BodyTemplate::Text {
            content_type: content_type.unwrap_or_else(|| "text/plain".into()),
            text: Template::new(text.unwrap_or_default()),
        },
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

fn reading(table: ReadingTable) -> Reading {
    let standard = Reading::default();
    let paths = |own: Option<OneOrMany>, standard: Vec<Expression>| {
        own.map_or(standard, |own| own.into_vec().into_iter().map(Expression::new).collect())
    };
    Reading {
        access_token: paths(table.access_token, standard.access_token),
        token_type: paths(table.token_type, standard.token_type),
        expires_in: paths(table.expires_in, standard.expires_in),
        refresh_token: paths(table.refresh_token, standard.refresh_token),
        refresh_token_expires_in: paths(table.refresh_token_expires_in, standard.refresh_token_expires_in),
        id_token: paths(table.id_token, standard.id_token),
        scope: paths(table.scope, standard.scope),
        error: paths(table.error, standard.error),
        error_description: paths(table.error_description, standard.error_description),
        error_uri: paths(table.error_uri, standard.error_uri),
        device_code: paths(table.device_code, standard.device_code),
        user_code: paths(table.user_code, standard.user_code),
        verification_uri: paths(table.verification_uri, standard.verification_uri),
        interval: paths(table.interval, standard.interval),
        lifetime: table.lifetime.map_or(Lifetime::Seconds, Lifetime::from),
        refresh_lifetime: table.refresh_lifetime.map_or(Lifetime::Seconds, Lifetime::from),
        success: table.success.0.into_iter().map(|(path, value)| (Expression::new(path), value)).collect(),
        default_lifetime: table.default_lifetime.map(Duration::from_secs),
        retain: table.retain.0.into_iter().map(|(name, path)| Retain { name, path: Expression::new(path) }).collect(),
    }
}

/// The stage that describes a call, with every parameter named.
pub(crate) fn stage(call: &CallTemplate) -> Stage {
    let pairs =
        |list: &[Parameter]| list.iter().map(|p| (p.name.clone(), p.value.source().to_owned())).collect::<Pairs>();
    let (encoding, content_type, text, body) = match &call.body {
        BodyTemplate::None => (EncodingKey::None, None, None, Pairs::default()),
        BodyTemplate::Form(list) => (EncodingKey::Form, None, None, pairs(list)),
        BodyTemplate::Json(text) => (EncodingKey::Json, None, Some(text.source().to_owned()), Pairs::default()),
        BodyTemplate::Text { content_type, text } => {
            (EncodingKey::Text, Some(content_type.clone()), Some(text.source().to_owned()), Pairs::default())
        }
    };
    Stage {
        url: call.url.source().to_owned(),
        method: Some(MethodKey::from(call.method)),
        standard: false,
        pkce: None,
        authentication: authentication_key(call.authentication),
        offers: Vec::new(),
        omit: Vec::new(),
        rename: Pairs::default(),
        encoding: Some(encoding),
        content_type,
        text,
        headers: pairs(&call.headers),
        query: pairs(&call.query),
        body,
        reading: reading_table(&call.reading),
        example: call.example.clone(),
        fields: Pairs::default(),
    }
}

/// Only what differs from the RFC.
fn reading_table(reading: &Reading) -> Option<ReadingTable> {
    let standard = Reading::default();
    if *reading == standard {
        return None;
    }
    let paths = |own: &[Expression], standard: &[Expression]| {
        (own != standard).then(|| OneOrMany::Many(own.iter().map(|path| path.as_str().to_owned()).collect()))
    };
    Some(ReadingTable {
        access_token: paths(&reading.access_token, &standard.access_token),
        token_type: paths(&reading.token_type, &standard.token_type),
        expires_in: paths(&reading.expires_in, &standard.expires_in),
        refresh_token: paths(&reading.refresh_token, &standard.refresh_token),
        refresh_token_expires_in: paths(&reading.refresh_token_expires_in, &standard.refresh_token_expires_in),
        id_token: paths(&reading.id_token, &standard.id_token),
        scope: paths(&reading.scope, &standard.scope),
        error: paths(&reading.error, &standard.error),
        error_description: paths(&reading.error_description, &standard.error_description),
        error_uri: paths(&reading.error_uri, &standard.error_uri),
        device_code: paths(&reading.device_code, &standard.device_code),
        user_code: paths(&reading.user_code, &standard.user_code),
        verification_uri: paths(&reading.verification_uri, &standard.verification_uri),
        interval: paths(&reading.interval, &standard.interval),
        lifetime: (reading.lifetime != Lifetime::Seconds).then(|| reading.lifetime.into()),
        refresh_lifetime: (reading.refresh_lifetime != Lifetime::Seconds).then(|| reading.refresh_lifetime.into()),
        success: reading.success.iter().map(|(path, value)| (path.as_str().to_owned(), value.clone())).collect(),
        default_lifetime: reading.default_lifetime.map(|life| life.as_secs()),
        retain: reading.retain.iter().map(|keep| (keep.name.clone(), keep.path.as_str().to_owned())).collect(),
    })
}

impl From<AuthenticationKey> for Authentication {
    fn from(key: AuthenticationKey) -> Self {
        match key {
            AuthenticationKey::None | AuthenticationKey::Body => Self::None,
            AuthenticationKey::Basic => Self::Basic,
            AuthenticationKey::BasicRaw => Self::BasicRaw,
            AuthenticationKey::BasicOrNone => Self::BasicOrNone,
            AuthenticationKey::BasicRawOrNone => Self::BasicRawOrNone,
            AuthenticationKey::BasicUser => Self::BasicUser,
            AuthenticationKey::BasicSecret => Self::BasicSecret,
            AuthenticationKey::Certificate => Self::Certificate,
            AuthenticationKey::PrivateKeyJwt => Self::PrivateKeyJwt,
            AuthenticationKey::ClientSecretJwt => Self::ClientSecretJwt,
        }
    }
}

fn authentication_key(authentication: Authentication) -> Option<AuthenticationKey> {
    Some(match authentication {
        Authentication::None => return None,
        Authentication::Basic => AuthenticationKey::Basic,
        Authentication::BasicRaw => AuthenticationKey::BasicRaw,
        Authentication::BasicOrNone => AuthenticationKey::BasicOrNone,
        Authentication::BasicRawOrNone => AuthenticationKey::BasicRawOrNone,
        Authentication::BasicUser => AuthenticationKey::BasicUser,
        Authentication::BasicSecret => AuthenticationKey::BasicSecret,
        Authentication::Certificate => AuthenticationKey::Certificate,
        Authentication::PrivateKeyJwt => AuthenticationKey::PrivateKeyJwt,
        Authentication::ClientSecretJwt => AuthenticationKey::ClientSecretJwt,
    })
}

impl From<MethodKey> for Method {
    fn from(key: MethodKey) -> Self {
        match key {
            MethodKey::Get => Self::Get,
            MethodKey::Post => Self::Post,
            MethodKey::Put => Self::Put,
            MethodKey::Patch => Self::Patch,
            MethodKey::Delete => Self::Delete,
        }
    }
}

impl From<Method> for MethodKey {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::Get,
            Method::Post => Self::Post,
            Method::Put => Self::Put,
            Method::Patch => Self::Patch,
            Method::Delete => Self::Delete,
        }
    }
}

impl From<LifetimeKey> for Lifetime {
    fn from(key: LifetimeKey) -> Self {
        match key {
            LifetimeKey::Seconds => Self::Seconds,
            LifetimeKey::Milliseconds => Self::Milliseconds,
            LifetimeKey::EpochSeconds => Self::EpochSeconds,
            LifetimeKey::Date => Self::Date,
        }
    }
}

impl From<Lifetime> for LifetimeKey {
    fn from(lifetime: Lifetime) -> Self {
        match lifetime {
            Lifetime::Seconds => Self::Seconds,
            Lifetime::Milliseconds => Self::Milliseconds,
            Lifetime::EpochSeconds => Self::EpochSeconds,
            Lifetime::Date => Self::Date,
        }
    }
}
