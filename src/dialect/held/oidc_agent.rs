//! An account configuration of oidc-agent, as `oidc-gen -p NAME` prints it. It names an issuer and leaves the endpoints
//! to that one's own description.

use serde_json::Value as Json;

use crate::dialect::held::{Held, Part, scopes_of};
use crate::dialect::standard::{DocumentError, SMALL, parse_json, plain_text, text_at};
use crate::dialect::{Described, Import};
use crate::oauth::RedirectUri;

const FORM: &str = "oidc-agent account configuration";

/// What stands in it, and what it is.
const PARTS: [(&str, Part); 10] = [
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
];

/// Whether a text looks like one.
pub fn recognise(text: &str) -> bool {
    serde_json::from_str::<Json>(text).is_ok_and(|json| recognise_json(&json))
}

/// The same of JSON that was parsed already.
pub fn recognise_json(json: &Json) -> bool {
    let has = |name: &str| json.get(name).is_some();
    let is_of_agent = ["daeSetByUser", "cert_path", "client_name", "config_endpoint"].into_iter().any(has);
    (has("issuer_url") || has("issuer")) && (has("name") || has("shortname")) && has("client_id") && is_of_agent
}

/// Reads it.
pub fn read(text: &str) -> Result<Import, DocumentError> {
    let json = parse_json(FORM, text, SMALL)?;
    if !recognise_json(&json) {
        return Err(DocumentError::OtherForm { form: FORM, expected: "`name`, `issuer_url` and `client_id`" });
    }
    Ok(Import { form: FORM.to_owned(), described: vec![described(&json)] })
}

fn described(json: &Json) -> Described {
    let named = ["name", "shortname"].into_iter().map(|name| text_at(json, name)).find(|name| !name.is_empty());
    let title = named.unwrap_or_default();
    let mut held = Held::new(FORM, "oidc-agent");
    held.basic = true;
    held.title = title;
    for (name, part) in PARTS {
        held.take(name, part, &text_at(json, name));
    }
    held.take_scopes("scope", json.get("scope").map(scopes_of).unwrap_or_default());
    redirect(json, &mut held);
    let unused = [
        ("password", "a refresh token takes its place"),
        ("audience", "the calls are sent without one"),
        ("cert_path", "certificates are trusted as this machine trusts them"),
        ("registration_access_token", "the registration of the client is not changed here"),
    ];
    for (name, words) in unused {
        if !text_at(json, name).is_empty() {
            held.ignore(name, words);
        }
    }
    held.described()
}

/// The first that a listener on this machine can serve. oidc-agent also registers one of its own scheme.
fn redirect(json: &Json, held: &mut Held) {
    let uris = json.get("redirect_uris").and_then(Json::as_array);
    let uris: Vec<String> = uris.into_iter().flatten().map(plain_text).collect();
    let is_usable = |uri: &&String| uri.starts_with("http") && RedirectUri::parse(uri).is_ok();
    match uris.iter().find(is_usable) {
        Some(uri) => held.take("redirect_uris", Part::RedirectUri, uri),
        None if uris.is_empty() => {}
        None => held.ignore("redirect_uris", "none of them can be listened to"),
    }
}
