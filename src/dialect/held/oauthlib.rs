//! The token of requests-oauthlib as JSON, and whatever else keeps a token response as it came. It names no service: what
//! stands beside the token is taken, and the rest is told as missing.

use serde_json::Value as Json;

use crate::dialect::held::{Held, Part, own_export, scopes_of};
use crate::dialect::standard::{DocumentError, SMALL, parse_json, text_at};
use crate::dialect::{Described, Import};

const FORM: &str = "requests-oauthlib token";

/// What may stand in such a file, and what it is. Only the token's own members are its form; people add the rest to it.
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

/// Whether a text looks like one.
pub fn recognise(text: &str) -> bool {
    serde_json::from_str::<Json>(text).is_ok_and(|json| recognise_json(&json))
}

/// The same of JSON that was parsed already. An access token by itself is the bare reply of a token endpoint, and
/// nothing of it outlives the hour.
pub fn recognise_json(json: &Json) -> bool {
    let has = |name: &str| !text_at(json, name).is_empty();
    let is_token = (has("access_token") || has("token_type")) && (has("refresh_token") || has("expires_at"));
    is_token && !own_export::recognise_json(json)
}

/// Reads it.
pub fn read(text: &str) -> Result<Import, DocumentError> {
    let json = parse_json(FORM, text, SMALL)?;
    if !recognise_json(&json) {
        return Err(DocumentError::OtherForm { form: FORM, expected: "`access_token` and `refresh_token`" });
    }
    Ok(Import { form: FORM.to_owned(), described: vec![described(&json)] })
}

fn described(json: &Json) -> Described {
    let mut held = Held::new(FORM, "requests-oauthlib");
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
