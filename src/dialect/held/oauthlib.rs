//! The token of requests-oauthlib as JSON, and whatever else keeps a token response as it came. It names no service: what
//! stands beside the token is taken, and the rest is told as missing.

use serde_json::Value as Json;

use crate::dialect::document::{Document, DocumentError};
use crate::dialect::held::{Held, Part, own_export, scopes_of};
use crate::dialect::standard::text_at;
use crate::dialect::{Described, Import};

const FORMAT: &str = "requests-oauthlib token";

/// What may stand in such a file, and what it is. The format has the token's own members only; people add the rest.
const PARTS: [(&str, Part); 14] = [
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
];

pub fn recognise(document: &Document<'_>) -> bool {
    document.is_json(is_one)
}

/// An access token by itself is the bare reply of a token endpoint, and nothing of it outlives the hour.
fn is_one(json: &Json) -> bool {
    let has = |name: &str| !text_at(json, name).is_empty();
    let is_token = (has("access_token") || has("token_type")) && (has("refresh_token") || has("expires_at"));
    is_token && !own_export::is_one(json)
}

/// Reads it.
pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let json = document.as_json(FORMAT)?;
    if !is_one(json) {
        return Err(DocumentError::OtherFormat { format: FORMAT, expected: "`access_token` and `refresh_token`" });
    }
    Ok(Import { format: FORMAT, described: vec![described(json)] })
}

fn described(json: &Json) -> Described {
    let mut held = Held::new(FORMAT, "requests-oauthlib");
    for (name, part) in PARTS {
        held.take(name, part, &text_at(json, name));
    }
    held.take_scopes("scope", json.get("scope").map(scopes_of).unwrap_or_default());
    let has_refresh_token = held.has_refresh_token();
    let mut described = held.described();
    if !has_refresh_token {
        let words = "the file holds none: sign in once, asking for offline access";
        described.missing.push(crate::dialect::Note::new("refresh token", words));
    }
    described
}
