//! A registered client inside the seal.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::oauth::ClientRegistration;
use crate::secret::Secret;

/// A [`ClientRegistration`]: `S` is `&str` for writing.
#[derive(Serialize, Deserialize)]
pub(in crate::vault) struct WireRegistration<S> {
    issuer: String,
    endpoint: String,
    client_id: String,
    client_secret: S,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    issued_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret_expires_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    management_url: String,
    access_token: S,
    asked: Map<String, Json>,
    given: Map<String, Json>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_changing: bool,
}

impl<'a> WireRegistration<&'a str> {
    pub(in crate::vault) fn of(registration: &'a ClientRegistration) -> Self {
        Self {
            issuer: registration.issuer.clone(),
            endpoint: registration.endpoint.clone(),
            client_id: registration.client_id.clone(),
            client_secret: registration.client_secret.expose(),
            issued_at: registration.issued_at,
            secret_expires_at: registration.secret_expires_at,
            management_url: registration.management_url.clone(),
            access_token: registration.access_token.expose(),
            asked: registration.asked.clone(),
            given: registration.given.clone(),
            is_changing: registration.is_changing,
        }
    }
}

impl<S: Into<Secret>> WireRegistration<S> {
    pub(in crate::vault) fn registration(self) -> ClientRegistration {
        ClientRegistration {
            issuer: self.issuer,
            endpoint: self.endpoint,
            client_id: self.client_id,
            client_secret: self.client_secret.into(),
            issued_at: self.issued_at,
            secret_expires_at: self.secret_expires_at,
            management_url: self.management_url,
            access_token: self.access_token.into(),
            asked: self.asked,
            given: self.given,
            is_changing: self.is_changing,
        }
    }
}
