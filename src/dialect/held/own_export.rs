//! The JSON that `tokenwright export --format json` writes: version, profile, service, and the fields by their names.

use serde_json::Value as Json;

use crate::dialect::document::{Document, DocumentError};
use crate::dialect::held::{Held, Part};
use crate::dialect::standard::text_at;
use crate::dialect::{Described, Import};

const FORMAT: &str = "Tokenwright JSON export";

/// The version that is read; a later one may give the names another meaning.
const VERSION: u64 = 1;

const PARTS: [(&str, Part); 7] = [
    ("client_id", Part::ClientId),
    ("client_secret", Part::ClientSecret),
    ("refresh_token", Part::RefreshToken),
    ("access_token", Part::AccessToken),
    ("id_token", Part::IdToken),
    ("token_endpoint", Part::TokenUrl),
    ("scope", Part::Scope),
];

pub fn recognise(document: &Document<'_>) -> bool {
    document.is_json(is_one)
}

pub(in crate::dialect::held) fn is_one(json: &Json) -> bool {
    let has = |name: &str| !text_at(json, name).is_empty();
    json.get("version").is_some_and(Json::is_u64) && has("profile") && has("service") && has("access_token")
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let json = document.json_of(FORMAT, is_one, "`version`, `profile` and `service`")?;
    if json.get("version").and_then(Json::as_u64) != Some(VERSION) {
        let place = "version".to_owned();
        return Err(DocumentError::Unexpected {
            format: FORMAT,
            place,
            expected: "version 1, which this program reads,",
        });
    }
    Ok(Import { format: FORMAT, described: vec![described(json)] })
}

fn described(json: &Json) -> Described {
    let mut held = Held::new(FORMAT, "whoever exported this file");
    held.title = text_at(json, "service");
    held.service_name.clone_from(&held.title);
    held.take_json(json, &PARTS);
    held.ignore_others(json, &["version", "profile", "service", "token_type", "expires_at"]);
    let retained = json.get("retained").and_then(Json::as_object);
    for name in retained.into_iter().flat_map(|retained| retained.keys()) {
        held.ignore(format!("retained.{name}"), "each sign-in gets it again");
    }
    held.described_with("the file has none: export it with the refresh token, or sign in")
}
