//! eZintegrations: five settings that describe a refresh request. The service starts with a refresh token, and its token
//! request is the refresh request.

mod settings;
mod write;

use serde_json::{Map, Value as Json};

use crate::call::{CallTemplate, Method, scalar_text};
use crate::dialect::document::{Document, DocumentError};
use crate::dialect::ezintegrations::settings::{Settings, is_labelled, is_settings, read_settings};
use crate::dialect::standard::{Gathering, RawBody, RawCall, finish, form_fields, host, with_grant_type};
use crate::dialect::{Described, Import};
use crate::service::{Asks, Service, Start};

pub use crate::dialect::ezintegrations::write::{WriteError, write};

const FORMAT: &str = "eZintegrations OAuth 2.0 settings";

/// The grant of a refresh (RFC 6749 section 6).
const REFRESH_TOKEN: &str = "refresh_token";

/// Whether a text looks like the settings: JSON with their names, or a label per line.
pub fn recognise(document: &Document<'_>) -> bool {
    document.json().map_or_else(|| is_labelled(document.text()), is_settings)
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let settings = read_settings(document)?;
    Ok(Import { format: FORMAT, described: vec![described(settings)] })
}

fn described(settings: Settings) -> Described {
    let mut gathering = Gathering::default();
    for label in &settings.others {
        gathering.ignored(label, "not one of the five settings");
    }
    let name = host(&settings.url);
    let method = method(&settings.method, &mut gathering);
    let raw = RawCall {
        method,
        url: settings.url,
        headers: fields(settings.header),
        query: fields(settings.params),
        body: match settings.body {
            None => RawBody::None,
            // A quoted body is URL-encoded, whatever the header says.
            Some(Json::String(text)) if !text.trim_start().starts_with('{') => RawBody::Fields(form_fields(&text)),
            Some(Json::String(text)) => RawBody::Text(text),
            Some(json) => RawBody::Json(json),
        },
        basic: None,
    };
    let call = raw.call_template("refresh request", &mut gathering);
    let grant_type = std::mem::take(&mut gathering.grant_type);
    let grant_type = if grant_type.is_empty() { REFRESH_TOKEN.to_owned() } else { grant_type };
    let refresh = with_grant_type(call, &grant_type);
    let service = Service {
        name,
        start: Start::RefreshToken,
        asks: asks(&refresh),
        grant_type,
        token_request: refresh.clone(),
        refresh_request: Some(refresh),
        ..Service::default()
    };
    finish(FORMAT, service, Vec::new(), gathering)
}

fn method(written: &str, gathering: &mut Gathering) -> Method {
    let found = Method::ALL.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(written));
    match found {
        None if !written.is_empty() => gathering.ignored("Refresh Token Method", "unknown method; POST is used"),
        _ => {}
    }
    found.unwrap_or_default()
}

fn fields(object: Map<String, Json>) -> Vec<(String, String)> {
    let text = |value: Json| scalar_text(&value).unwrap_or_else(|| value.to_string());
    object.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name, text(value))).collect()
}

/// A secret is needed if the call sends one.
fn asks(call: &CallTemplate) -> Asks {
    use crate::call::Authentication;
    let names_secret = call.placeholders().any(|name| name == "client_secret");
    match call.authentication {
        Authentication::BasicUser => Asks::UserAndSecret,
        Authentication::None if !names_secret => Asks::Nothing,
        _ => Asks::Secret,
    }
}
