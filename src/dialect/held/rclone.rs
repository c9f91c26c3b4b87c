//! Remotes in rclone's file: a section each, with the token as JSON in a line of it.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::dialect::document::{Document, DocumentError};
use crate::dialect::held::{Held, Part};
use crate::dialect::standard::text_at;
use crate::dialect::{Described, Import, Note};
use crate::service::Field;

const FORMAT: &str = "rclone configuration";

/// The start of an encrypted rclone file, after its comments.
const LOCKED: &str = "RCLONE_ENCRYPT_V";

/// The rclone backends that have a preset.
const PRESETS: [(&str, &str); 6] = [
    ("drive", "google-drive"),
    ("google cloud storage", "google"),
    ("google photos", "google"),
    ("onedrive", "onedrive"),
    ("dropbox", "dropbox"),
    ("box", "box"),
];

/// Endpoints of backends without a preset, from rclone (backend/…/*.go, release 1.60).
const ENDPOINTS: [(&str, &str, &str, &str); 3] = [
    ("pcloud", "pCloud", "https://my.pcloud.com/oauth2/authorize", "https://<hostname>/oauth2_token"),
    ("yandex", "Yandex Disk", "https://oauth.yandex.com/authorize", "https://oauth.yandex.com/token"),
    (
        "zoho",
        "Zoho WorkDrive",
        "https://accounts.zoho.<region>/oauth/v2/auth",
        "https://accounts.zoho.<region>/oauth/v2/token",
    ),
];

/// The name and the lines of a section.
type Section<'a> = (&'a str, BTreeMap<&'a str, &'a str>);

/// Whether a text looks like rclone's file: a section with a type and a token, or an encrypted file.
pub fn recognise(document: &Document<'_>) -> bool {
    let text = document.text();
    let mut lines = lines(text);
    let Some(first) = lines.next() else { return false };
    let has = |key: &str| sections(text).any(|(_, lines)| lines.contains_key(key));
    first.starts_with(LOCKED) || (first.starts_with('[') && has("type") && (has("token") || has("client_id")))
}

/// Reads every remote that has a token or a client.
pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let text = document.text();
    if lines(text).next().is_some_and(|first| first.starts_with(LOCKED)) {
        let expected = "readable remote: the file is encrypted; `rclone config show` prints it decrypted";
        return Err(DocumentError::OtherFormat { format: FORMAT, expected });
    }
    let with_token = |(_, lines): &Section<'_>| lines.contains_key("token") || lines.contains_key("client_id");
    let remotes: Vec<Section<'_>> = sections(text).filter(with_token).collect();
    DocumentError::unless_few(FORMAT, "remotes", remotes.len())?;
    let described = remotes.iter().map(described).collect::<Result<Vec<_>, _>>()?;
    if described.is_empty() {
        return Err(DocumentError::OtherFormat { format: FORMAT, expected: "remote with a token" });
    }
    Ok(Import { format: FORMAT, described })
}

/// The lines that are not blank or comments.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';']))
}

fn sections(text: &str) -> impl Iterator<Item = Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    for line in lines(text) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            sections.push((name, BTreeMap::new()));
        } else if let (Some((key, value)), Some((_, lines))) = (line.split_once('='), sections.last_mut()) {
            lines.insert(key.trim(), value.trim());
        }
    }
    sections.into_iter()
}

fn described((name, lines): &Section<'_>) -> Result<Described, DocumentError> {
    let line = |key: &str| lines.get(key).copied().unwrap_or_default();
    let backend = line("type");
    let token = token(name, line("token"))?;
    let mut held = Held::new(FORMAT, "rclone");
    let place = |key: &str| format!("[{name}] {key}");
    held.take(&place("client_id"), Part::ClientId, line("client_id"));
    held.take(&place("client_secret"), Part::ClientSecret, line("client_secret"));
    held.take(&place("token › refresh_token"), Part::RefreshToken, &text_at(&token, "refresh_token"));
    held.take(&place("token › access_token"), Part::AccessToken, &text_at(&token, "access_token"));
    held.take(&place("auth_url"), Part::AuthorizationUrl, line("auth_url"));
    held.take(&place("token_url"), Part::TokenUrl, line("token_url"));
    held.take_scopes(&place("scope"), scopes(backend, line("scope")));
    held.preset = PRESETS.iter().find(|(known, _)| *known == backend).map(|(_, preset)| *preset);
    if let Some((_, title, authorization, token)) = ENDPOINTS.iter().find(|(known, ..)| *known == backend)
        && !held.has_token_url()
    {
        held.title = (*title).to_owned();
        let fill = |url: &str| url.replace("<hostname>", or(line("hostname"), "api.pcloud.com"));
        let fill = |url: &str| fill(url).replace("<region>", or(line("region"), "com"));
        held.take(&place("type"), Part::AuthorizationUrl, &fill(authorization));
        held.take(&place("type"), Part::TokenUrl, &fill(token));
    }
    let known = ["type", "client_id", "client_secret", "token", "auth_url", "token_url", "scope", "hostname", "region"];
    let others: Vec<&str> = lines.keys().copied().filter(|key| !known.contains(key)).collect();
    if !others.is_empty() {
        held.ignore(place("…"), format!("settings of rclone itself: {}", others.join(", ")));
    }
    let has_client = held.has_client();
    let mut described = held.described();
    if !has_client {
        let words = "the refresh token belongs to rclone's own client: register a client and sign in";
        described.missing.retain(|note| note.field != Some(Field::ClientId));
        described.missing.push(Note::new("client id", words).about(Field::ClientId));
    }
    Ok(described)
}

fn or<'a>(value: &'a str, otherwise: &'a str) -> &'a str {
    if value.is_empty() { otherwise } else { value }
}

fn token(name: &str, text: &str) -> Result<Json, DocumentError> {
    if text.is_empty() {
        return Ok(Json::Null);
    }
    let place = format!("[{name}] token");
    serde_json::from_str(text).map_err(|_| DocumentError::Unexpected {
        format: FORMAT,
        place,
        expected: "a JSON object",
    })
}

/// For Google, rclone writes only the last part of a scope.
fn scopes(backend: &str, text: &str) -> Vec<String> {
    let words = text.split([' ', ',']).filter(|word| !word.is_empty());
    words
        .map(|word| match backend {
            "drive" if !word.contains(':') => format!("https://www.googleapis.com/auth/{word}"),
            _ => word.to_owned(),
        })
        .collect()
}
