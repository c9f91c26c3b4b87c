//! Evolutionx: the settings of its OAuth page, as a JSON object or as `Label: value` lines, and the request bodies of its
//! examples. Its calls are POST with a JSON body, exactly as the examples have them.

mod calls;
mod settings;
mod write;

use thiserror::Error;

use crate::call::{Expression, ExpressionError, Reading};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::dialect::document::{Document, SMALL};
use crate::dialect::evolutionx::settings::{Key, Settings};
use crate::dialect::{Described, Import, Note};
use crate::service::{Field, Service, TokenPolicy};

pub use crate::dialect::evolutionx::settings::GrantSetting;
pub use crate::dialect::evolutionx::write::{WriteError, write};

#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are what the words name")]
pub enum SettingsError {
    /// It starts like JSON and is not valid; the text is not quoted.
    #[error("the settings are not JSON: there is something unexpected at line {line}, column {column}")]
    NotJson { line: usize, column: usize },
    #[error("no Evolutionx setting in the document")]
    NoSettings,
    /// A duplicate setting.
    #[error("duplicate setting `{name}`")]
    Twice { name: &'static str },
    /// A setting is not a text or number.
    #[error("the setting `{name}` is not a text")]
    NoText { name: &'static str },
    #[error("the setting `OAuth Endpoint` is not a URL that starts with `https://`")]
    Endpoint,
    #[error("the setting `OAuth Token life` is not a number of seconds")]
    Life,
    #[error(
        "the setting `OAuth Grant Type` is not one of `client_credentials`, `user_password`, `refresh_token`, `jwt-bearer`"
    )]
    Grant,
    /// Not a valid body key.
    #[error("the setting `OAuth Resource Body Key` has characters other than letters, digits, `_`, `-`, `.` and `:`")]
    BodyKey,
    #[error("the setting `{name}`: {error}")]
    Expression {
        name: &'static str,
        #[source]
        error: ExpressionError,
    },
}

impl Diagnose for SettingsError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::NotJson { .. } => diagnosis.hint("look for a missing quote or bracket there"),
            Self::NoSettings => diagnosis.hint("copy the page's settings, each as `OAuth Endpoint: https://…`"),
            Self::Twice { .. } => diagnosis.hint("keep one of the two"),
            Self::NoText { .. } => diagnosis.hint("put it in quotes"),
            Self::Endpoint => diagnosis.hint("enter the whole URL of the token endpoint"),
            Self::Life => diagnosis.hint("write seconds, such as `3600`"),
            Self::Grant => diagnosis.hint("choose one of them"),
            Self::BodyKey => diagnosis.hint("it is `resource`, `audience` or another name in the body"),
            Self::Expression { error, .. } => Diagnosis { summary: diagnosis.summary, ..error.diagnose() },
        }
    }
}

/// Whether a text looks like the settings, or like the body of one of the examples.
pub fn recognise(document: &Document<'_>) -> bool {
    document.text().len() <= SMALL && Settings::parse(document.text()).is_ok_and(|settings| settings.is_telling())
}

/// Reads settings, or the body of an example.
pub fn read(document: &Document<'_>) -> Result<Import, SettingsError> {
    let settings = Settings::parse(document.text())?;
    Ok(Import { format: "Evolutionx settings", described: vec![described(&settings)?] })
}

fn described(settings: &Settings) -> Result<Described, SettingsError> {
    let grant = settings.grant()?;
    let endpoint = endpoint(settings)?;
    let host = url::Url::parse(&endpoint).ok().and_then(|url| url.host_str().map(str::to_owned));
    let body_key = settings.body_key()?;
    let mut service = Service {
        id: id(host.as_deref().unwrap_or_default()),
        name: host.unwrap_or_else(|| "Evolutionx service".to_owned()),
        summary: "Described by Evolutionx settings".to_owned(),
        source: vec!["Evolutionx settings".to_owned()],
        policy: TokenPolicy { longest_life: life(settings)?, ..TokenPolicy::default() },
        ..Service::default()
    };
    calls::set(&mut service, grant, &endpoint, &calls::Sent { body_key, settings });
    let reading = reading(settings)?;
    service.token_request.reading = reading.clone();
    if let Some(refresh) = &mut service.refresh_request {
        refresh.reading = reading;
    }
    let mut described = Described { service, ..Described::default() };
    calls::fill(&mut described, grant, settings);
    described.understood = settings.understood();
    described.ignored = ignored(settings, grant);
    described.missing = missing(settings, grant);
    Ok(described)
}

fn endpoint(settings: &Settings) -> Result<String, SettingsError> {
    let Some(endpoint) = settings.text(Key::Endpoint) else { return Ok(String::new()) };
    match url::Url::parse(endpoint) {
        Ok(url) if matches!(url.scheme(), "https" | "http") && url.has_host() => Ok(endpoint.to_owned()),
        _ => Err(SettingsError::Endpoint),
    }
}

/// In seconds.
fn life(settings: &Settings) -> Result<Option<u64>, SettingsError> {
    let read = |text: &str| text.parse::<u64>().ok().filter(|life| *life > 0).ok_or(SettingsError::Life);
    settings.text(Key::TokenLife).map(read).transpose()
}

/// The response as in RFC 6749, except where the two expressions differ.
fn reading(settings: &Settings) -> Result<Reading, SettingsError> {
    let mut reading = Reading::default();
    for (key, field) in
        [(Key::TokenResponse, &mut reading.access_token), (Key::RefreshTokenResponse, &mut reading.refresh_token)]
    {
        if let Some(text) = settings.text(key) {
            let expression = Expression::new(text);
            expression.check().map_err(|error| SettingsError::Expression { name: key.label(), error })?;
            *field = vec![expression];
        }
    }
    Ok(reading)
}

/// A name made of a host: `login.example.com` is `login-example-com`.
fn id(host: &str) -> String {
    let letters: String =
        host.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let id = letters.trim_matches('-');
    match id.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => id.to_owned(),
        Some(_) => format!("evolutionx-{id}"),
        None => "evolutionx".to_owned(),
    }
}

fn ignored(settings: &Settings, grant: GrantSetting) -> Vec<Note> {
    let mut ignored = settings.unknown();
    let words = match grant {
        GrantSetting::UserPassword => "the call with user name and password does not send it",
        GrantSetting::RefreshToken => "the call with a refresh token does not send it",
        GrantSetting::ClientCredentials | GrantSetting::JwtBearer => return ignored,
    };
    let unused = [Key::Resource, Key::ResourceName, Key::Scope].into_iter().filter(|key| settings.has(*key));
    ignored.extend(unused.map(|key| Note::new(key.label(), words)));
    ignored
}

fn missing(settings: &Settings, grant: GrantSetting) -> Vec<Note> {
    let mut wanted =
        vec![(Key::Endpoint, "enter the URL of the token endpoint"), (Key::ClientId, "copy it from the service")];
    match grant {
        GrantSetting::JwtBearer => {}
        GrantSetting::RefreshToken => wanted.extend([
            (Key::ClientSecret, "copy it from the service"),
            (Key::RefreshToken, "paste it in step 3, or create one at the service"),
        ]),
        _ => wanted.push((Key::ClientSecret, "copy it from the service")),
    }
    let mut missing: Vec<Note> = wanted
        .into_iter()
        .filter(|(key, _)| !settings.has(*key))
        .map(|(key, words)| Note {
            field: (key == Key::ClientId).then_some(Field::ClientId),
            ..Note::new(key.label(), words)
        })
        .collect();
    if grant == GrantSetting::JwtBearer {
        missing.push(Note::new("private key", "the settings have none: load the key registered with the service"));
    }
    missing
}
