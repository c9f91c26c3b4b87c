//! What a service and a client agreed on before a rehearsal: the preset, and what was registered.

use std::collections::BTreeMap;

use serde_json::json;

use crate::oauth::{AssertionAlgorithm, Certificate, KeyManagement, KeyPair, Pkce, SecretEncoding, make_proof_key};
use crate::practice::rehearsal::facts::Facts;
use crate::service::{Asks, Assertion, Service, Start};

/// The client's id in every rehearsal.
pub const REHEARSAL_CLIENT_ID: &str = "example-client-id";
/// Its secret. The last characters show whether it is encoded as the preset says.
pub const REHEARSAL_CLIENT_SECRET: &str = "example-client-secret%2B+/=";
/// The same where the service writes it in hex.
const SECRET_IN_HEX: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
/// The user ID, if the service needs one.
pub const REHEARSAL_USER_NAME: &str = "example-user";

/// The client's secret as this service writes it; empty if it has none.
pub fn rehearsal_secret(service: &Service) -> &'static str {
    let is_hex = |assertion: &Assertion| assertion.secret_encoding == SecretEncoding::Hex;
    match service.asks {
        Asks::Nothing => "",
        _ if service.assertion.as_ref().is_some_and(is_hex) => SECRET_IN_HEX,
        _ => REHEARSAL_CLIENT_SECRET,
    }
}

/// What is registered with the service for a rehearsal, in addition to the client.
#[derive(Clone, Debug, Default)]
pub struct Registration {
    /// The service's inputs, transformed, secret ones included.
    pub inputs: BTreeMap<String, String>,
    pub redirect_uri: String,
    /// The requested scopes, as in the preset.
    pub scopes: Vec<String>,
    /// The uploaded certificate in PEM, if assertions are signed with a key.
    pub certificate: Option<String>,
}

/// The agreement of service and client.
pub struct RehearsalContract {
    pub(crate) service: Service,
    pub(crate) redirect_uri: String,
    pub(crate) facts: Facts,
    pub(crate) certificate: Option<String>,
    /// What the service decrypts authorization requests with, if they are encrypted.
    pub(crate) decryption: Option<KeyPair>,
}

impl RehearsalContract {
    /// The preset with the registered values filled in.
    pub fn new(service: &Service, registration: &Registration) -> Self {
        let mut facts = Facts::default();
        for input in &service.inputs {
            let value = registration.inputs.get(&input.name).map_or("", String::as_str);
            facts.set(&input.name, value);
            let chosen = input.choices.iter().filter(|choice| choice.value == value);
            chosen.flat_map(|choice| &choice.sets).for_each(|(name, value)| facts.set(name, value));
        }
        facts.set("client_id", REHEARSAL_CLIENT_ID);
        facts.set("client_secret", rehearsal_secret(service));
        let certificate = registration.certificate.as_deref().and_then(|pem| Certificate::parse(pem).ok());
        if let Some(hash) = certificate.and_then(|certificate| certificate.public_key_sha256()) {
            facts.set("public_key_sha256", hash);
        }
        if service.wants_user_name() || service.wants_password() {
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
        let decryption = service.request_encryption().and_then(|wanted| decryption_key(wanted.algorithm));
        let certificate = registration.certificate.clone();
        Self { service: service.clone(), redirect_uri, facts, certificate, decryption }
    }

    /// The key set that the service publishes to encrypt authorization requests to; `None` if they are not encrypted.
    pub(crate) fn published_keys(&self) -> Option<String> {
        let mut key = self.decryption.as_ref()?.signing_key()?.public_jwk()?;
        key["use"] = "enc".into();
        Some(json!({ "keys": [key] }).to_string())
    }

    /// Whether the token request has a code; the browser may be for consent only.
    pub(crate) fn takes_code(&self) -> bool {
        self.service.authorization.is_some() && self.service.start != Start::Consent
    }

    /// The preset's PKCE method.
    pub(crate) fn pkce(&self) -> Pkce {
        self.service.authorization.as_ref().map_or(Pkce::Off, |authorization| authorization.pkce)
    }

    /// The separator of scopes in replies.
    pub(crate) fn scope_in_answers(&self) -> String {
        let scopes = &self.service.scopes;
        self.facts.value("scope").split(scopes.separator.as_str()).collect::<Vec<_>>().join(scopes.in_answers())
    }
}

/// A key that fits this algorithm, or any.
fn decryption_key(algorithm: Option<KeyManagement>) -> Option<KeyPair> {
    let kind = match algorithm {
        Some(KeyManagement::RsaOaep256 | KeyManagement::RsaOaep) => AssertionAlgorithm::RS256,
        Some(KeyManagement::EcdhEs | KeyManagement::EcdhEsA256Kw | KeyManagement::EcdhEsA128Kw) | None => {
            AssertionAlgorithm::ES256
        }
    };
    make_proof_key(kind).ok()
}
