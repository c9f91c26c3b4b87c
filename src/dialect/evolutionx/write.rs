//! A service as settings of Evolutionx, which have one endpoint and a JSON body; what does not fit is noted.

use serde_json::{Map, Value as Json};
use thiserror::Error;

use crate::call::{BodyTemplate, CallTemplate, Expression, Reading, RenderError, Values};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::dialect::evolutionx::calls::RESOURCE;
use crate::dialect::evolutionx::settings::{GrantSetting, Key};
use crate::dialect::{Described, Note};
use crate::secret::Secret;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub text: Secret,
    /// What the settings cannot express.
    pub ignored: Vec<Note>,
}

#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum WriteError {
    /// The first token needs a browser, and there is no refresh request.
    #[error("{service} needs a browser and has no refresh token endpoint, so Evolutionx cannot get tokens for it")]
    NeedsBrowser { service: String },
    /// A value in the endpoint is unknown.
    #[error("the endpoint cannot be written: {0}")]
    Endpoint(#[source] RenderError),
}

impl Diagnose for WriteError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::NeedsBrowser { .. } => diagnosis.hint("enter a refresh token endpoint, if the service has one"),
            Self::Endpoint(error) => Diagnosis { summary: diagnosis.summary, ..error.diagnose() },
        }
    }
}

pub fn write(described: &Described, with_secrets: bool) -> Result<Written, WriteError> {
    let service = &described.service;
    let grant = grant(described)?;
    let call = match (grant, &service.refresh_request) {
        (GrantSetting::RefreshToken, Some(refresh)) => refresh,
        _ => &service.token_request,
    };
    let mut ignored = ignored(described, grant, call);
    let mut settings = vec![(Key::Endpoint, endpoint(described, call)?)];
    let policy = &service.policy;
    if let Some(life) = policy.longest_life.or(policy.access_token_life) {
        settings.push((Key::TokenLife, life.to_string()));
    }
    settings.push((Key::GrantType, grant.name().to_owned()));
    settings.push((Key::ClientId, described.client_id.clone()));
    if with_secrets {
        settings.push((Key::ClientSecret, described.secrets.client_secret.expose().to_owned()));
    }
    if let Some((name, value)) = resource(described, call, grant, &mut ignored) {
        settings.extend([(Key::ResourceName, name), (Key::Resource, value)]);
    }
    let scopes = if described.scopes.is_empty() { &service.scopes.default } else { &described.scopes };
    if matches!(grant, GrantSetting::ClientCredentials | GrantSetting::JwtBearer) {
        settings.push((Key::Scope, scopes.join(&service.scopes.separator)));
    }
    if with_secrets {
        settings.push((Key::RefreshToken, described.secrets.refresh_token.expose().to_owned()));
    }
    let standard = Reading::default();
    settings.push((Key::TokenResponse, expression(&call.reading.access_token, &standard.access_token)));
    settings.push((Key::RefreshTokenResponse, expression(&call.reading.refresh_token, &standard.refresh_token)));
    settings.retain(|(_, value)| !value.is_empty());
    Ok(Written { text: Secret::new(text(&settings)), ignored })
}

fn grant(described: &Described) -> Result<GrantSetting, WriteError> {
    let service = &described.service;
    if service.authorization.is_some() {
        let needs_browser = || WriteError::NeedsBrowser { service: service.name.clone() };
        return service.refresh_request.as_ref().map(|_| GrantSetting::RefreshToken).ok_or_else(needs_browser);
    }
    Ok(match service.grant_type.as_str() {
        _ if service.assertion.is_some() => GrantSetting::JwtBearer,
        "refresh_token" => GrantSetting::RefreshToken,
        "user_password" | "password" => GrantSetting::UserPassword,
        _ => GrantSetting::ClientCredentials,
    })
}

/// The URL with inputs filled in, which the settings do not have.
fn endpoint(described: &Described, call: &CallTemplate) -> Result<String, WriteError> {
    if call.url.is_empty() {
        return Ok(String::new());
    }
    let mut values = Values::new();
    described.service.declare(&mut values);
    for input in &described.service.inputs {
        let value = described.inputs.get(&input.name).unwrap_or(&input.default);
        if !value.is_empty() {
            values.set(&input.name, value);
        }
        for (name, value) in
            input.choices.iter().filter(|choice| choice.value == *value).flat_map(|choice| &choice.sets)
        {
            values.set(name, value);
        }
    }
    let address = CallTemplate { url: call.url.clone(), ..CallTemplate::default() };
    let rendered = address.render(&values).map_err(WriteError::Endpoint)?;
    Ok(rendered.url.to_secret().expose().to_owned())
}

/// The parameters of the body.
fn body(call: &CallTemplate) -> Vec<(String, String)> {
    match &call.body {
        BodyTemplate::Form(list) => list.iter().map(|p| (p.name.clone(), p.value.source().to_owned())).collect(),
        BodyTemplate::Json(text) => {
            let object: Option<Map<String, Json>> = serde_json::from_str(text.source()).ok();
            let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            object.into_iter().flatten().map(|(name, value)| (name, text(&value))).collect()
        }
        BodyTemplate::None | BodyTemplate::Text { .. } => Vec::new(),
    }
}

/// The first parameter that is not from OAuth, with its value; others are noted.
fn resource(
    described: &Described,
    call: &CallTemplate,
    grant: GrantSetting,
    ignored: &mut Vec<Note>,
) -> Option<(String, String)> {
    const OAUTH: [&str; 12] = [
        "grant_type",
        "client_id",
        "client_secret",
        "scope",
        "refresh_token",
        "username",
        "password",
        "client_assertion",
        "client_assertion_type",
        "code",
        "code_verifier",
        "redirect_uri",
    ];
    let value_of = |template: &str| match template.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) {
        Some(name) => {
            let input = described.service.inputs.iter().find(|input| input.name == name);
            let known = described.inputs.get(name).or(input.map(|input| &input.default));
            known.cloned().unwrap_or_default()
        }
        None => template.to_owned(),
    };
    let mut others = body(call).into_iter().filter(|(name, _)| !OAUTH.contains(&name.as_str()));
    let first = match grant {
        GrantSetting::ClientCredentials | GrantSetting::JwtBearer => {
            others.next().map(|(name, value)| (name, value_of(&value)))
        }
        GrantSetting::UserPassword | GrantSetting::RefreshToken => None,
    };
    ignored.extend(others.map(|(name, _)| Note::new(name, "Evolutionx sends one resource and no other parameter")));
    first
}

fn ignored(described: &Described, grant: GrantSetting, call: &CallTemplate) -> Vec<Note> {
    let service = &described.service;
    let mut ignored = Vec::new();
    let mut tell = |is_so: bool, place: &str, words: &str| {
        if is_so {
            ignored.push(Note::new(place, words));
        }
    };
    tell(
        service.authorization.is_some(),
        "authorization",
        "Evolutionx does not sign in: it begins with a refresh token",
    );
    tell(
        grant != GrantSetting::JwtBearer && call.authentication != crate::call::Authentication::None,
        "authentication",
        "Evolutionx sends client id and secret in the body",
    );
    tell(!matches!(call.body, BodyTemplate::Json(_)), "body", "Evolutionx sends JSON");
    tell(call.method != crate::call::Method::Post, "method", "Evolutionx sends POST");
    tell(!call.query.is_empty(), "query", "Evolutionx sends none");
    let other_endpoint = service.refresh_request.as_ref().is_some_and(|refresh| refresh.url != call.url);
    tell(other_endpoint, "refresh token endpoint", "Evolutionx has one endpoint");
    tell(service.identity.is_some(), "identity", "Evolutionx does not check a token");
    let more = service.inputs.iter().filter(|input| input.name != RESOURCE && input.secret);
    ignored.extend(more.map(|input| Note::new(&input.label, "Evolutionx has no field for another secret")));
    ignored
}

/// One expression; for several, the first with a value.
fn expression(own: &[Expression], standard: &[Expression]) -> String {
    match own {
        own if own == standard => String::new(),
        [] => String::new(),
        [one] if one.is_path() && !one.as_str().contains('-') => one.as_str().to_owned(),
        [one] => one.to_jsonata(),
        several => {
            let each: Vec<String> = several.iter().map(Expression::to_jsonata).collect();
            format!("[{}][0]", each.join(", "))
        }
    }
}

fn text(settings: &[(Key, String)]) -> String {
    let fields = settings.iter().map(|(key, value)| (key.label().to_owned(), Json::from(value.as_str())));
    format!("{:#}", Json::Object(fields.collect()))
}
