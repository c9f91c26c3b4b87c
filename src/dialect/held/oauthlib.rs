//! A token response saved as JSON, by requests-oauthlib or another tool. It names no service: members beside the token
//! are used, and the rest is noted as missing.

use serde_json::Value as Json;

use crate::dialect::document::{Document, DocumentError};
use crate::dialect::held::{Held, Part, own_export};
use crate::dialect::standard::text_at;
use crate::dialect::{Described, Import};

const FORMAT: &str = "requests-oauthlib token";

const PARTS: [(&str, Part); 15] = [
    ("client_id", Part::ClientId),
    ("client_secret", Part::ClientSecret),
    ("refresh_token", Part::RefreshToken),
    ("access_token", Part::AccessToken),
    ("id_token", Part::IdToken),
    ("token_url", Part::TokenUrl),
    ("token_uri", Part::TokenUrl),
    ("token_endpoint", Part::TokenUrl),
    ("auto_refresh_url", Part::TokenUrl),
    ("authorization_url", Part::AuthorizationUrl),
    ("auth_url", Part::AuthorizationUrl),
    ("auth_uri", Part::AuthorizationUrl),
    ("redirect_uri", Part::RedirectUri),
    ("issuer", Part::Issuer),
    ("scope", Part::Scope),
];

pub fn recognise(document: &Document<'_>) -> bool {
    document.is_json(is_one)
}

/// A lone access token is just the reply of a token endpoint, and soon expired.
pub(in crate::dialect::held) fn is_one(json: &Json) -> bool {
    let has = |name: &str| !text_at(json, name).is_empty();
    let is_token = (has("access_token") || has("token_type")) && (has("refresh_token") || has("expires_at"));
    is_token && !own_export::is_one(json)
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let json = document.json_of(FORMAT, is_one, "`access_token` and `refresh_token`")?;
    Ok(Import { format: FORMAT, described: vec![described(json)] })
}

fn described(json: &Json) -> Described {
    let mut held = Held::new(FORMAT, "requests-oauthlib");
    held.take_json(json, &PARTS);
    held.ignore_others(json, &["token_type", "expires_at", "expires_in"]);
    held.described_with("the file has none: sign in once, asking for offline access")
}
