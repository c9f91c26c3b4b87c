//! The two files of google-auth that hold a person's refresh token: `authorized_user`, which is always of Google, and
//! `external_account_authorized_user`, which names where it is refreshed.

use serde_json::Value as Json;

use crate::dialect::held::{Held, Part, scopes_of};
use crate::dialect::standard::{DocumentError, SMALL, parse_json, text_at};
use crate::dialect::{Described, Import};

const AUTHORIZED_USER: &str = "Google authorized user file";
const EXTERNAL: &str = "google-auth external account file";

/// The values of `type`.
const TYPES: [&str; 2] = ["authorized_user", "external_account_authorized_user"];

/// Whether a text looks like one of the two.
pub fn recognise(text: &str) -> bool {
    serde_json::from_str::<Json>(text).is_ok_and(|json| recognise_json(&json))
}

/// The same of JSON that was parsed already.
pub fn recognise_json(json: &Json) -> bool {
    TYPES.contains(&text_at(json, "type").as_str())
}

/// Reads either.
pub fn read(text: &str) -> Result<Import, DocumentError> {
    let json = parse_json(AUTHORIZED_USER, text, SMALL)?;
    if !recognise_json(&json) {
        let expected = "`type` of `authorized_user`";
        return Err(DocumentError::OtherForm { form: AUTHORIZED_USER, expected });
    }
    let is_external = text_at(&json, "type") != TYPES[0];
    let form = if is_external { EXTERNAL } else { AUTHORIZED_USER };
    if text_at(&json, "refresh_token").is_empty() {
        let place = "refresh_token".to_owned();
        return Err(DocumentError::Unexpected { form, place, expected: "a refresh token" });
    }
    Ok(Import { form: form.to_owned(), described: vec![described(&json, form, is_external)] })
}

fn described(json: &Json, form: &'static str, is_external: bool) -> Described {
    let mut held = Held::new(form, "google-auth");
    held.basic = is_external;
    let parts = [
        ("client_id", Part::ClientId),
        ("client_secret", Part::ClientSecret),
        ("refresh_token", Part::RefreshToken),
        ("token", Part::AccessToken),
    ];
    for (name, part) in parts {
        held.take(name, part, &text_at(json, name));
    }
    if is_external {
        held.take("token_url", Part::TokenUrl, &text_at(json, "token_url"));
        held.take("revoke_url", Part::RevocationUrl, &text_at(json, "revoke_url"));
        held.take("token_info_url", Part::IntrospectionUrl, &text_at(json, "token_info_url"));
    } else {
        held.preset = Some("google");
        if !["", GOOGLE].contains(&text_at(json, "token_uri").as_str()) {
            held.ignore("token_uri", "its readers refresh at Google whatever stands there");
        }
    }
    held.take_scopes("scopes", json.get("scopes").map(scopes_of).unwrap_or_default());
    for name in ["audience", "account", "quota_project_id", "universe_domain", "expiry", "rapt_token"] {
        if json.get(name).is_some_and(|value| value != "") {
            held.ignore(name, "the calls have no use for it");
        }
    }
    held.described()
}

/// Where its readers refresh.
const GOOGLE: &str = "https://oauth2.googleapis.com/token";
