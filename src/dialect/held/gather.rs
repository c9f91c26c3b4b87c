//! The service of a stored sign-in: the preset with the same token endpoint, else the standard calls at the endpoints
//! that the document names.

use serde_json::Value as Json;

use crate::call::Authentication;
use crate::dialect::held::preset::{matched, preset};
use crate::dialect::standard::{Gathering, Outline, Variables, plain_text, text_at};
use crate::dialect::{Described, Note};
use crate::oauth::{GrantType, RedirectUri};
use crate::secret::Secret;
use crate::service::{Asks, Service};

/// The longest value, in bytes: tokens with the groups of a person have kilobytes.
const LONGEST_VALUE: usize = 64 * 1024;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dialect::held) enum Part {
    ClientId,
    ClientSecret,
    RefreshToken,
    AccessToken,
    IdToken,
    TokenUrl,
    AuthorizationUrl,
    RevocationUrl,
    IntrospectionUrl,
    DeviceUrl,
    Issuer,
    RedirectUri,
    Scope,
    UserName,
}

/// The contents of a document, collected while it is read.
#[derive(Debug, Default)]
pub(in crate::dialect::held) struct Held {
    format: &'static str,
    /// The tool that still has the refresh token.
    holder: &'static str,
    /// The name in the document; the host of its token endpoint if empty.
    pub(in crate::dialect::held) title: String,
    /// The preset, if the format is for a single service.
    pub(in crate::dialect::held) preset: Option<&'static str>,
    pub(in crate::dialect::held) basic: bool,
    /// The service's name, if this program wrote the document.
    pub(in crate::dialect::held) service_name: String,
    outline: Outline,
    issuer: String,
    described: Described,
}

impl Held {
    /// Starts empty; `holder` is the tool that still has the refresh token.
    pub(in crate::dialect::held) fn new(format: &'static str, holder: &'static str) -> Self {
        Self { format, holder, ..Self::default() }
    }

    /// Adds a value, unless it is empty.
    pub(in crate::dialect::held) fn take(&mut self, place: &str, part: Part, value: &str) {
        let is_secret = matches!(part, Part::ClientSecret | Part::RefreshToken);
        let value = if is_secret { value } else { value.trim() };
        if value.is_empty() {
            return;
        }
        if value.len() > LONGEST_VALUE {
            self.ignore(place, "too long for a request");
            return;
        }
        match part {
            Part::AccessToken => self.ignore(place, "access tokens are not imported: a refresh gets a new one"),
            Part::IdToken => self.ignore(place, "ID tokens are not imported: no call needs one"),
            Part::ClientId => self.described.client_id = self.told(place, "client id", value),
            Part::UserName => self.described.user_name = self.told(place, "user id", value),
            Part::ClientSecret => {
                self.described.secrets.client_secret = Secret::new(value);
                self.understand(place, "client secret");
            }
            Part::RefreshToken => {
                self.described.secrets.refresh_token = Secret::new(value);
                self.understand(place, "a refresh token");
            }
            Part::Scope => self.take_scopes(place, scopes_of(&Json::from(value))),
            Part::RedirectUri => match RedirectUri::parse(value) {
                Ok(_) => self.described.redirect_uri = self.told(place, "redirect URI", value),
                Err(error) => self.ignore(place, format!("it cannot be used: {error}")),
            },
            _ => self.take_url(place, part, value),
        }
    }

    /// Adds the members of an object that are in these rows.
    pub(in crate::dialect::held) fn take_json(&mut self, json: &Json, parts: &[(&str, Part)]) {
        for (name, part) in parts {
            match (part, json.get(name)) {
                (Part::Scope, Some(scopes)) => self.take_scopes(name, scopes_of(scopes)),
                _ => self.take(name, *part, &text_at(json, name)),
            }
        }
    }

    /// Adds the scopes, each once.
    pub(in crate::dialect::held) fn take_scopes(&mut self, place: &str, scopes: Vec<String>) {
        if !scopes.is_empty() {
            self.understand(place, "scopes");
        }
        for scope in scopes {
            if !self.described.scopes.contains(&scope) {
                self.described.scopes.push(scope);
            }
        }
    }

    pub(in crate::dialect::held) fn understand(&mut self, place: impl Into<String>, words: impl Into<String>) {
        self.described.understood.push(Note::new(place, words));
    }

    pub(in crate::dialect::held) fn ignore(&mut self, place: impl Into<String>, words: impl Into<String>) {
        self.described.ignored.push(Note::new(place, words));
    }

    /// Whether the document names a client.
    pub(in crate::dialect::held) fn has_client(&self) -> bool {
        !self.described.client_id.is_empty()
    }

    /// Whether it names a token endpoint.
    pub(in crate::dialect::held) fn has_token_url(&self) -> bool {
        !self.outline.token_url.is_empty()
    }

    /// Whether it holds a refresh token.
    pub(in crate::dialect::held) fn has_refresh_token(&self) -> bool {
        !self.described.secrets.refresh_token.is_empty()
    }

    /// The result; `no_refresh_token` is the note for a document without one.
    pub(in crate::dialect::held) fn described_with(self, no_refresh_token: &str) -> Described {
        let has_refresh_token = self.has_refresh_token();
        let mut described = self.described();
        if !has_refresh_token {
            described.missing.push(Note::new("refresh token", no_refresh_token));
        }
        described
    }

    pub(in crate::dialect::held) fn described(mut self) -> Described {
        let token_url = self.outline.token_url.clone();
        let found = match self.preset {
            Some(id) => preset(id, &token_url),
            None => matched(&token_url, &self.issuer, &self.service_name),
        };
        match found {
            Some((service, inputs)) => {
                self.described.inputs.extend(inputs);
                self.of_preset(service)
            }
            None => self.of_standard(),
        }
    }

    fn told(&mut self, place: &str, words: &str, value: &str) -> String {
        self.understand(place, words);
        value.to_owned()
    }

    fn take_url(&mut self, place: &str, part: Part, value: &str) {
        // Brackets in the URL would be read as one of our placeholders.
        let is_url = !value.contains(['<', '>', '{', '}'])
            && url::Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
        if !is_url {
            self.ignore(place, "not a URL that a request can be sent to");
            return;
        }
        let outline = &mut self.outline;
        let (field, words) = match part {
            Part::TokenUrl => (&mut outline.token_url, "token endpoint"),
            Part::AuthorizationUrl => (&mut outline.authorization_url, "authorization endpoint"),
            Part::RevocationUrl => (&mut outline.revocation_url, "revocation endpoint"),
            Part::IntrospectionUrl => (&mut outline.introspection_url, "introspection endpoint"),
            Part::DeviceUrl => (&mut outline.device_url, "device authorization endpoint"),
            _ => (&mut self.issuer, "issuer"),
        };
        value.clone_into(field);
        self.understand(place, words);
    }

    fn of_preset(mut self, service: Service) -> Described {
        self.understand("service", format!("the preset `{}`", service.id));
        if self.has_refresh_token() && service.policy.rotates {
            let words = format!(
                "{} goes on holding it, and {} gives a new one at each refresh: remove it there, or whichever of the \
                 two refreshes first ends the other's",
                self.holder, service.name
            );
            self.understand("refresh token", words);
        }
        let mut described = self.described;
        let needs_secret = matches!(service.asks, Asks::Secret | Asks::UserAndSecret);
        if needs_secret && described.secrets.client_secret.is_empty() {
            let words = "the service issues one when you register a client";
            described.missing.push(Note::new(service.labels.client_secret.clone(), words));
        }
        described.service = service;
        described
    }

    fn of_standard(mut self) -> Described {
        let has_refresh_token = self.has_refresh_token();
        let has_secret = !self.described.secrets.client_secret.is_empty();
        if has_refresh_token {
            let words = format!(
                "{} goes on holding it: if the service gives a new one at each refresh, let only one of the two refresh",
                self.holder
            );
            self.understand("refresh token", words);
        }
        let issuer = std::mem::take(&mut self.issuer);
        let has_token_url = self.has_token_url();
        let grant = match (self.outline.authorization_url.is_empty(), has_refresh_token) {
            (true, true) => GrantType::RefreshToken,
            (true, false) if has_secret && has_token_url => GrantType::ClientCredentials,
            _ => GrantType::AuthorizationCode,
        };
        if grant == GrantType::ClientCredentials {
            self.understand(
                "grant",
                "client credentials: the document has neither a refresh token nor an authorization endpoint",
            );
        }
        let basic = self.basic && has_secret;
        let outline = Outline {
            format: self.format,
            title: if self.title.is_empty() { host(&self.outline.token_url) } else { self.title },
            grant,
            authentication: if basic { Authentication::BasicOrNone } else { Authentication::None },
            ..self.outline
        };
        let mut gathering = Gathering::new(Variables::default());
        gathering.described = self.described;
        let mut described = outline.described(gathering);
        if !issuer.is_empty() {
            tell_where(&mut described, &issuer);
            described.service.redirect.issuer = Some(issuer);
        }
        described
    }
}

/// Missing endpoints are in the issuer's metadata.
fn tell_where(described: &mut Described, issuer: &str) {
    for note in described.missing.iter_mut().filter(|note| note.place.ends_with("endpoint")) {
        note.words = format!("its URL: run `tokenwright import {issuer}` to get it");
    }
}

/// A name for the service.
fn host(token_url: &str) -> String {
    url::Url::parse(token_url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// Scopes as a list, or separated by spaces or commas.
fn scopes_of(json: &Json) -> Vec<String> {
    let texts = match json {
        Json::Array(items) => items.iter().map(plain_text).collect(),
        other => vec![plain_text(other)],
    };
    let words = texts.iter().flat_map(|text| text.split(|c: char| c.is_whitespace() || c == ','));
    words.filter(|word| !word.is_empty() && !word.contains(['<', '>', '{', '}'])).map(str::to_owned).collect()
}
