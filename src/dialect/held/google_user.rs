//! The two files of google-auth that hold a person's refresh token: `authorized_user`, which is always of Google, and
//! `external_account_authorized_user`, which names where it is refreshed.

use serde_json::Value as Json;

use crate::dialect::document::{Document, DocumentError};
use crate::dialect::held::{Held, Part};
use crate::dialect::standard::text_at;
use crate::dialect::{Described, Import};

const AUTHORIZED_USER: &str = "Google authorized user file";
const EXTERNAL: &str = "google-auth external account file";

const TYPES: [&str; 2] = ["authorized_user", "external_account_authorized_user"];

pub fn recognise(document: &Document<'_>) -> bool {
    document.is_json(is_one)
}

fn is_one(json: &Json) -> bool {
    TYPES.contains(&text_at(json, "type").as_str())
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let json = document.json_of(AUTHORIZED_USER, is_one, "`type` of `authorized_user`")?;
    let is_external = text_at(json, "type") != TYPES[0];
    let format = if is_external { EXTERNAL } else { AUTHORIZED_USER };
    if text_at(json, "refresh_token").is_empty() {
        let place = "refresh_token".to_owned();
        return Err(DocumentError::Unexpected { format, place, expected: "a refresh token" });
    }
    Ok(Import { format, described: vec![described(json, format, is_external)] })
}

fn described(json: &Json, format: &'static str, is_external: bool) -> Described {
    let mut held = Held::new(format, "google-auth");
    held.basic = is_external;
    held.take_json(
        json,
        &[
            ("client_id", Part::ClientId),
            ("client_secret", Part::ClientSecret),
            ("refresh_token", Part::RefreshToken),
            ("token", Part::AccessToken),
        ],
    );
    if is_external {
        held.take_json(
            json,
            &[
                ("token_url", Part::TokenUrl),
                ("revoke_url", Part::RevocationUrl),
                ("token_info_url", Part::IntrospectionUrl),
            ],
        );
    } else {
        held.preset = Some("google");
        if !["", GOOGLE].contains(&text_at(json, "token_uri").as_str()) {
            held.ignore("token_uri", "clients that read this file always refresh at Google");
        }
    }
    held.take_json(json, &[("scopes", Part::Scope)]);
    for name in ["audience", "account", "quota_project_id", "universe_domain", "expiry", "rapt_token"] {
        if json.get(name).is_some_and(|value| value != "") {
            held.ignore(name, "no call uses it");
        }
    }
    held.ignore_others(json, &["type"]);
    held.described()
}

/// Where the readers of the file refresh.
const GOOGLE: &str = "https://oauth2.googleapis.com/token";
