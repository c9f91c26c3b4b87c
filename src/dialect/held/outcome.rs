//! What was collected of a stored sign-in as a description: by the preset with its token endpoint, or else by the standard.

use crate::call::Authentication;
use crate::dialect::held::Held;
use crate::dialect::held::part::host;
use crate::dialect::preset::{matched, preset};
use crate::dialect::standard::Outline;
use crate::dialect::{Described, GRANT, Note};
use crate::oauth::GrantType;
use crate::service::{Asks, Service};

impl Held {
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
            _ if self.has_slots => None,
            Some(id) => preset(id, &token_url),
            None => matched(&token_url, &self.issuer, &self.service_name),
        };
        match found {
            Some((service, inputs)) => {
                self.gathering.described.inputs.extend(inputs);
                self.of_preset(service)
            }
            None => self.of_standard(),
        }
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
        let mut described = self.gathering.described;
        let needs_secret = matches!(service.asks, Asks::Secret | Asks::UserAndSecret);
        if needs_secret && described.secrets.client_secret.is_empty() {
            let words = "the service issues one when you register a client";
            described.missing.push(Note::new(service.labels.client_secret.clone(), words));
        }
        described.service = service;
        described.is_preset = true;
        described
    }

    /// The grant that the document names and that can be begun with what it has, else the one that this looks like.
    fn grant_to_use(&self, has_refresh_token: bool, has_secret: bool) -> GrantType {
        let can_start = !self.outline.authorization_url.is_empty() || !has_refresh_token;
        // A code needs the browser; what is at hand already needs none.
        let named = self.grant.filter(|grant| match grant {
            GrantType::AuthorizationCode => can_start,
            GrantType::RefreshToken => self.outline.authorization_url.is_empty(),
            _ => true,
        });
        let guessed = match (self.outline.authorization_url.is_empty(), has_refresh_token) {
            (true, true) => GrantType::RefreshToken,
            (true, false) if (has_secret || self.gathering.names_secret) && self.has_token_url() => {
                GrantType::ClientCredentials
            }
            _ => GrantType::AuthorizationCode,
        };
        named.unwrap_or(guessed)
    }

    fn of_standard(mut self) -> Described {
        let has_refresh_token = self.has_refresh_token();
        let has_secret = !self.gathering.described.secrets.client_secret.is_empty();
        if has_refresh_token {
            let words = format!(
                "{} goes on holding it: if the service gives a new one at each refresh, let only one of the two refresh",
                self.holder
            );
            self.understand("refresh token", words);
        }
        let issuer = std::mem::take(&mut self.issuer);
        if self.outline.token_url.is_empty() {
            self.outline.token_url = std::mem::take(&mut self.outline.refresh_url);
        }
        let is_named = self.grant.is_some();
        let grant = self.grant_to_use(has_refresh_token, has_secret);
        if grant == GrantType::ClientCredentials && !is_named {
            self.understand(
                "grant",
                "client credentials: the document has neither a refresh token nor an authorization endpoint",
            );
        }
        let basic = self.basic && has_secret;
        let whose = if self.basic { "default of the format" } else { "default of this program" };
        let assumes_authentication = self.method.is_none().then_some(whose);
        let outline = Outline {
            format: self.format,
            title: if self.title.is_empty() { host(&self.outline.token_url) } else { self.title },
            grant,
            assumes_authentication,
            authentication: self.method.unwrap_or(if basic {
                Authentication::BasicOrNone
            } else {
                Authentication::None
            }),
            ..self.outline
        };
        if !is_named {
            self.gathering.described.assumed.push((GRANT, "guessed by what the document has"));
        }
        let mut described = outline.described(self.gathering);
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
