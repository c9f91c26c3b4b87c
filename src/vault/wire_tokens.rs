//! Token sets as they are written inside the seal.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use crate::oauth::{RenewedBy, ResourceToken, TokenSet};
use crate::secret::Secret;

/// A [`TokenSet`].
#[derive(Serialize, Deserialize)]
pub(in crate::vault) struct WireTokens<S> {
    access_token: S,
    token_type: String,
    #[serde(default)]
    expires_at: Option<Timestamp>,
    #[serde(default = "Option::default")]
    refresh_token: Option<S>,
    #[serde(default)]
    refresh_token_expires_at: Option<Timestamp>,
    #[serde(default = "Option::default")]
    id_token: Option<S>,
    #[serde(default)]
    scopes: Option<Vec<String>>,
    obtained_at: Timestamp,
    #[serde(default)]
    kept: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    issued_for: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unread_life: Vec<String>,
    #[serde(default = "BTreeMap::new", skip_serializing_if = "BTreeMap::is_empty")]
    for_resources: BTreeMap<String, WireResourceToken<S>>,
}

/// A [`ResourceToken`].
#[derive(Serialize, Deserialize)]
pub(in crate::vault) struct WireResourceToken<S> {
    access_token: S,
    token_type: String,
    #[serde(default)]
    expires_at: Option<Timestamp>,
    #[serde(default)]
    scopes: Option<Vec<String>>,
    obtained_at: Timestamp,
    /// Whether its refresh token is its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    separate: bool,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    refresh_token: Option<S>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token_expires_at: Option<Timestamp>,
}

/// A string that becomes a [`Secret`] without another copy.
#[derive(Default)]
pub(in crate::vault) struct Text(pub(in crate::vault) Secret);

impl From<Text> for Secret {
    fn from(Text(secret): Text) -> Self {
        secret
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Secret::new(text)))
    }
}

pub(in crate::vault) fn wire_tokens(tokens: &TokenSet) -> WireTokens<&str> {
    WireTokens {
        access_token: tokens.access_token.expose(),
        token_type: tokens.token_type.clone(),
        expires_at: tokens.expires_at,
        refresh_token: tokens.refresh_token.as_ref().map(Secret::expose),
        refresh_token_expires_at: tokens.refresh_token_expires_at,
        id_token: tokens.id_token.as_ref().map(Secret::expose),
        scopes: tokens.scopes.clone(),
        obtained_at: tokens.obtained_at,
        kept: tokens.retained.clone(),
        issued_for: tokens.issued_for.clone(),
        unread_life: tokens.unread_life.clone(),
        for_resources: tokens.for_resources.iter().map(|(name, token)| (name.clone(), wire_resource(token))).collect(),
    }
}

pub(in crate::vault) fn wire_resource(token: &ResourceToken) -> WireResourceToken<&str> {
    let (separate, refresh_token, refresh_token_expires_at) = match &token.renewed_by {
        RenewedBy::Shared => (false, None, None),
        RenewedBy::Own { refresh_token, expires_at } => (true, refresh_token.as_ref(), *expires_at),
    };
    WireResourceToken {
        access_token: token.access_token.expose(),
        token_type: token.token_type.clone(),
        expires_at: token.expires_at,
        scopes: token.scopes.clone(),
        obtained_at: token.obtained_at,
        separate,
        refresh_token: refresh_token.map(Secret::expose),
        refresh_token_expires_at,
    }
}

pub(in crate::vault) fn resource_token(wire: WireResourceToken<Text>) -> ResourceToken {
    let own = RenewedBy::Own {
        refresh_token: wire.refresh_token.map(|text| text.0),
        expires_at: wire.refresh_token_expires_at,
    };
    ResourceToken {
        renewed_by: if wire.separate { own } else { RenewedBy::Shared },
        access_token: wire.access_token.0,
        token_type: wire.token_type,
        expires_at: wire.expires_at,
        scopes: wire.scopes,
        obtained_at: wire.obtained_at,
    }
}

pub(in crate::vault) fn token_set(wire: WireTokens<Text>) -> TokenSet {
    TokenSet {
        access_token: wire.access_token.0,
        token_type: wire.token_type,
        expires_at: wire.expires_at,
        refresh_token: wire.refresh_token.map(|text| text.0),
        refresh_token_expires_at: wire.refresh_token_expires_at,
        id_token: wire.id_token.map(|text| text.0),
        scopes: wire.scopes,
        obtained_at: wire.obtained_at,
        retained: wire.kept,
        issued_for: wire.issued_for,
        unread_life: wire.unread_life,
        for_resources: wire.for_resources.into_iter().map(|(name, token)| (name, resource_token(token))).collect(),
    }
}
