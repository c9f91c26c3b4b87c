//! What a service and a client agreed on before a rehearsal: the preset, and what was registered.

use std::collections::BTreeMap;

use crate::oauth::Pkce;
use crate::practice::rehearsal::facts::Facts;
use crate::service::{Asks, Service, Start};

/// The client's id in every rehearsal.
pub const REHEARSAL_CLIENT_ID: &str = "example-client-id";
/// Its secret. The characters at the end tell whether it is encoded for its place as the preset says.
pub const REHEARSAL_CLIENT_SECRET: &str = "example-client-secret%2B+/=";
/// The user's id, where the service asks for one.
pub const REHEARSAL_USER_NAME: &str = "example-user";

/// What was registered with the service for a rehearsal, beside the client.
#[derive(Clone, Debug, Default)]
pub struct Registration {
    /// The service's inputs, transformed; the secret ones among them.
    pub inputs: BTreeMap<String, String>,
    /// The redirect URI as registered.
    pub redirect_uri: String,
    /// The scopes asked for, as the preset writes them.
    pub scopes: Vec<String>,
    /// The certificate that was uploaded, in PEM, where assertions are signed with a key.
    pub certificate: Option<String>,
}

/// What a service and a client agreed on.
pub struct RehearsalContract {
    pub(crate) service: Service,
    pub(crate) redirect_uri: String,
    pub(crate) facts: Facts,
    pub(crate) certificate: Option<String>,
}

impl RehearsalContract {
    /// What the preset says, with what was registered in place.
    pub fn new(service: &Service, registration: &Registration) -> Self {
        let mut facts = Facts::default();
        for input in &service.inputs {
            let value = registration.inputs.get(&input.name).map_or("", String::as_str);
            facts.set(&input.name, value);
            let chosen = input.choices.iter().filter(|choice| choice.value == value);
            chosen.flat_map(|choice| &choice.sets).for_each(|(name, value)| facts.set(name, value));
        }
        facts.set("client_id", REHEARSAL_CLIENT_ID);
        facts.set("client_secret", if service.asks == Asks::Nothing { "" } else { REHEARSAL_CLIENT_SECRET });
        if service.asks == Asks::UserAndSecret || service.wants_password() {
            facts.set("user_name", REHEARSAL_USER_NAME);
            facts.set("password", REHEARSAL_CLIENT_SECRET);
        }
        let redirect_uri = registration.redirect_uri.clone();
        facts.set("redirect_uri", &redirect_uri);
        let sent = service.redirect.sent.as_ref().map_or(redirect_uri.clone(), |sent| facts.fill(sent));
        facts.set("redirect_uri", sent);
        let scopes: Vec<String> = registration.scopes.iter().map(|scope| facts.fill(scope)).collect();
        facts.set("scope", scopes.join(&service.scopes.separator));
        facts.set("grant_type", &service.grant_type);
        facts.set("code_verifier", "");
        Self { service: service.clone(), redirect_uri, facts, certificate: registration.certificate.clone() }
    }

    /// Whether the token is asked for with a code; a visit may be for the consent alone.
    pub(crate) fn takes_code(&self) -> bool {
        self.service.authorization.is_some() && self.service.start != Start::Consent
    }

    /// Whether and how the preset says that a challenge is sent.
    pub(crate) fn pkce(&self) -> Pkce {
        self.service.authorization.as_ref().map_or(Pkce::Off, |authorization| authorization.pkce)
    }

    /// What separates scopes where they are asked for.
    pub(crate) fn scope_in_answers(&self) -> String {
        let separator = &self.service.scopes.separator;
        let answers = self.service.scopes.answer_separator.as_ref().unwrap_or(separator);
        self.facts.value("scope").split(separator.as_str()).collect::<Vec<_>>().join(answers)
    }
}
