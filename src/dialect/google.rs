//! The two JSON files of Google's console: an OAuth client (`client_secret_….json`) and the key of a
//! service account. Both are values for a service that there is a preset of.

use serde_json::Value as Json;

use crate::call::Template;
use crate::diagnosis::Diagnose as _;
use crate::dialect::document::{Document, DocumentError};
use crate::dialect::import::in_a_line;
use crate::dialect::standard::{plain_text, text_at};
use crate::dialect::{Described, Import, Note};
use crate::oauth::parse_key;
use crate::secret::Secret;
use crate::service::{Asks, Catalog, Field, Service};

const CLIENT: &str = "Google OAuth client file";
const SERVICE_ACCOUNT: &str = "Google service account key file";

pub fn recognise(document: &Document<'_>) -> bool {
    document.is_json(is_one)
}

fn is_one(json: &Json) -> bool {
    is_service_account(json) || client(json).is_some()
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let json = document.as_json(CLIENT)?;
    if is_service_account(json) {
        let described = service_account(json)?;
        return Ok(Import { format: SERVICE_ACCOUNT, described: vec![described] });
    }
    let expected = "`installed` or `web` with a `client_id`";
    let (kind, client) = client(json).ok_or(DocumentError::OtherFormat { format: CLIENT, expected })?;
    Ok(Import { format: CLIENT, described: vec![oauth_client(kind, client)?] })
}

fn is_service_account(json: &Json) -> bool {
    text_at(json, "type") == "service_account" && json.get("private_key").is_some()
}

fn client(json: &Json) -> Option<(&'static str, &Json)> {
    ["installed", "web"].into_iter().find_map(|kind| {
        let client = json.get(kind)?;
        (!text_at(client, "client_id").is_empty()).then_some((kind, client))
    })
}

fn oauth_client(kind: &'static str, client: &Json) -> Result<Described, DocumentError> {
    let mut described = Described { client_id: text_at(client, "client_id"), ..Described::default() };
    let mut service = preset("google", CLIENT)?;
    described.understood.push(Note::new(format!("{kind}.client_id"), "client id"));
    let secret = text_at(client, "client_secret");
    if secret.is_empty() {
        described.missing.push(Note::new("client secret", "the console shows it once, when the client is created"));
    } else {
        described.secrets.client_secret = Secret::new(secret);
        described.understood.push(Note::new(format!("{kind}.client_secret"), "client secret"));
    }
    endpoints(kind, client, &mut service, &mut described)?;
    redirect(kind, client, &mut described);
    for name in ["project_id", "auth_provider_x509_cert_url", "javascript_origins"] {
        if client.get(name).is_some() {
            described.ignored.push(Note::new(format!("{kind}.{name}"), "no call uses it"));
        }
    }
    described.service = service;
    Ok(described)
}

/// Endpoints on other hosts, as in tests, are accepted.
fn endpoints(
    kind: &'static str,
    client: &Json,
    service: &mut Service,
    described: &mut Described,
) -> Result<(), DocumentError> {
    for name in ["auth_uri", "token_uri"] {
        let written = text_at(client, name);
        if written.is_empty() {
            continue;
        }
        let place = format!("{kind}.{name}");
        let template = Template::new(written.clone());
        let is_url = url::Url::parse(&written).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
        if !is_url || template.placeholders().next().is_some() {
            return Err(DocumentError::Unexpected { format: CLIENT, place, expected: "a URL" });
        }
        // The file names an older address of the same page; the preset's is the one documented now.
        let is_google = written.starts_with("https://accounts.google.com/o/oauth2/");
        if name == "auth_uri" && !is_google {
            service.redirect.issuer = None;
            service.authorization.iter_mut().for_each(|authorization| authorization.call.url = template.clone());
        } else if name == "token_uri" {
            service.token_request.url = template.clone();
            service.refresh_request.iter_mut().for_each(|refresh| refresh.url = template.clone());
        }
        described.understood.push(Note::new(place, "the endpoint's URL"));
    }
    Ok(())
}

/// A Web application accepts exactly the URIs in its list, a Desktop app any loopback address.
fn redirect(kind: &'static str, client: &Json, described: &mut Described) {
    let place = format!("{kind}.redirect_uris");
    let uris: Vec<String> =
        client.get("redirect_uris").and_then(Json::as_array).into_iter().flatten().map(plain_text).collect();
    if kind == "installed" {
        if !uris.is_empty() {
            described.understood.push(Note::new(place, "clients of type Desktop app accept any loopback address"));
        }
        return;
    }
    let usable = |uri: &&String| crate::oauth::RedirectUri::parse(uri).is_ok();
    let is_loopback =
        |uri: &&String| ["://localhost", "://127.0.0.1", "://[::1]"].iter().any(|host| uri.contains(host));
    let chosen = uris.iter().filter(usable).find(is_loopback).or_else(|| uris.iter().find(usable));
    if let Some(uri) = chosen {
        described.redirect_uri.clone_from(uri);
        described.understood.push(Note::new(place, format!("redirect URI: {uri}")));
    } else {
        let words = "add one in the console: clients of type Web application need it";
        described.missing.push(Note::new("redirect URI", words).about(Field::RedirectUri));
    }
}

fn service_account(json: &Json) -> Result<Described, DocumentError> {
    let key = text_at(json, "private_key");
    if !key.contains("-----BEGIN") {
        let place = "private_key".to_owned();
        return Err(DocumentError::Unexpected { format: SERVICE_ACCOUNT, place, expected: "a key in PEM" });
    }
    let mut described = Described { client_id: text_at(json, "client_email"), ..Described::default() };
    let mut service = preset("google-service-account", SERVICE_ACCOUNT)?;
    match parse_key(&Secret::new(key)) {
        Ok(read) => {
            described.secrets.signing_key = Some(read.pair);
            described.understood.push(Note::new("private_key", "the key that signs the assertion"));
        }
        Err(error) => described.missing.push(Note::new("private key", in_a_line(error.diagnose(), false))),
    }
    if described.client_id.is_empty() {
        let note = Note::new("client_email", "the service account's address: its page in the console");
        described.missing.push(note.about(Field::ClientId));
    } else {
        described.understood.push(Note::new("client_email", "client id"));
    }
    key_id(json, &mut service, &mut described);
    let token_uri = text_at(json, "token_uri");
    let template = Template::new(token_uri.clone());
    if url::Url::parse(&token_uri).is_ok() && template.placeholders().next().is_none() {
        if let Some(assertion) = &mut service.assertion {
            assertion.audience = token_uri;
        }
        service.token_request.url = template;
        described.understood.push(Note::new("token_uri", "token endpoint, and audience of the assertion"));
    }
    for name in ["project_id", "client_id", "auth_uri", "auth_provider_x509_cert_url", "client_x509_cert_url"] {
        if json.get(name).is_some() {
            described.ignored.push(Note::new(name, "no call uses it"));
        }
    }
    service.asks = Asks::Nothing;
    described.service = service;
    Ok(described)
}

/// `kid` in the header of the assertion tells the service which key signed it.
fn key_id(json: &Json, service: &mut Service, described: &mut Described) {
    let id = text_at(json, "private_key_id");
    let is_plain = !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if let (true, Some(assertion)) = (is_plain, &mut service.assertion) {
        assertion.key_id = id;
        described.understood.push(Note::new("private_key_id", "the key's id in the assertion"));
    }
}

/// A bundled preset.
fn preset(id: &str, format: &'static str) -> Result<Service, DocumentError> {
    let missing = DocumentError::OtherFormat { format, expected: "preset in this program" };
    Catalog::bundled().service(id).map_err(|_| missing)
}
