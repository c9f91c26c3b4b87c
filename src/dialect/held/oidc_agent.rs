//! An account configuration of oidc-agent, as printed by `oidc-gen -p NAME`. It names an issuer, and the endpoints are in
//! the issuer's metadata.

use serde_json::Value as Json;

use crate::dialect::document::{Document, DocumentError};
use crate::dialect::held::{Held, Part};
use crate::dialect::standard::{plain_text, text_at};
use crate::dialect::{Described, Import};
use crate::oauth::RedirectUri;

const FORMAT: &str = "oidc-agent account configuration";

const PARTS: [(&str, Part); 11] = [
    ("issuer_url", Part::Issuer),
    ("issuer", Part::Issuer),
    ("client_id", Part::ClientId),
    ("client_secret", Part::ClientSecret),
    ("refresh_token", Part::RefreshToken),
    ("username", Part::UserName),
    ("token_endpoint", Part::TokenUrl),
    ("authorization_endpoint", Part::AuthorizationUrl),
    ("revocation_endpoint", Part::RevocationUrl),
    ("device_authorization_endpoint", Part::DeviceUrl),
    ("scope", Part::Scope),
];

pub fn recognise(document: &Document<'_>) -> bool {
    document.is_json(is_one)
}

fn is_one(json: &Json) -> bool {
    let has = |name: &str| json.get(name).is_some();
    let is_of_agent = ["daeSetByUser", "cert_path", "client_name", "config_endpoint"].into_iter().any(has);
    (has("issuer_url") || has("issuer")) && (has("name") || has("shortname")) && has("client_id") && is_of_agent
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let json = document.json_of(FORMAT, is_one, "`name`, `issuer_url` and `client_id`")?;
    Ok(Import { format: FORMAT, described: vec![described(json)] })
}

fn described(json: &Json) -> Described {
    let named = ["name", "shortname"].into_iter().map(|name| text_at(json, name)).find(|name| !name.is_empty());
    let title = named.unwrap_or_default();
    let mut held = Held::new(FORMAT, "oidc-agent");
    held.basic = true;
    held.title = title;
    held.take_json(json, &PARTS);
    redirect(json, &mut held);
    let unused = [
        ("password", "the refresh token replaces it"),
        ("audience", "the calls are sent without one"),
        ("cert_path", "the system's trusted certificates are used"),
        ("registration_access_token", "this program does not change client registrations"),
    ];
    for (name, words) in unused {
        if !text_at(json, name).is_empty() {
            held.ignore(name, words);
        }
    }
    held.ignore_others(json, &["name", "shortname", "client_name", "daeSetByUser", "issuer"]);
    held.described()
}

/// The first one that a listener on this machine can serve; oidc-agent also registers a private-use scheme.
fn redirect(json: &Json, held: &mut Held) {
    let uris = json.get("redirect_uris").and_then(Json::as_array);
    let uris: Vec<String> = uris.into_iter().flatten().map(plain_text).collect();
    let is_usable = |uri: &&String| uri.starts_with("http") && RedirectUri::parse(uri).is_ok();
    match uris.iter().find(is_usable) {
        Some(uri) => held.take("redirect_uris", Part::RedirectUri, uri),
        None if uris.is_empty() => {}
        None => held.ignore("redirect_uris", "cannot listen on any of them"),
    }
}
