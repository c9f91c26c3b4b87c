//! `DataZen`'s OAuth wizard: its pages as filled in, with `{variables}` in query and body. The variables are our
//! placeholders in another spelling, so a page works unchanged.

mod page;
mod write;

use serde_json::Value as Json;

use crate::call::{Authentication, CallTemplate, Method};
use crate::dialect::datazen::page::{Page, Tab, is_labelled, is_page, is_yes, read_page};
use crate::dialect::document::{Document, DocumentError};
use crate::dialect::standard::{
    Gathering, Outline, RawBody, RawCall, form_fields, host, split_url, squeezed, with_grant_type,
};
use crate::dialect::{Described, Import, Note};
use crate::oauth::GrantType;
use crate::service::{Asks, Catalog, Field, Service};

pub use crate::dialect::datazen::write::write;

const FORMAT: &str = "DataZen OAuth settings";

/// Whether a text looks like the pages: JSON with their labels, or a label per line.
pub fn recognise(document: &Document<'_>) -> bool {
    document.json().map_or_else(|| is_labelled(document.text()), is_page)
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let page = read_page(document)?;
    Ok(Import { format: FORMAT, described: vec![described(page)] })
}

fn described(page: Page) -> Described {
    let mut gathering = Gathering::default();
    for label in &page.others {
        gathering.ignored(label, "not a field of the wizard");
    }
    let own = [
        ("Client ID", "client_id", &page.client_id),
        ("Redirect URI", "redirect_uri", &page.redirect_uri),
        ("Scope", "scope", &page.scope),
        ("User Id", "user_name", &page.user_id),
        ("Secret", "client_secret", &page.secret),
    ];
    for (label, known, value) in own {
        gathering.value(label, known, value);
    }
    match preset(&page.setting) {
        Some(preset) if page.token.url.is_empty() => by_preset(preset, gathering),
        _ => by_page(page, gathering),
    }
}

/// A page that names a listed service and no calls: the preset of that service.
fn by_preset(preset: Service, mut gathering: Gathering) -> Described {
    gathering.understood("Pre-Configured OAuth Setting", format!("the preset {}", preset.name));
    let mut described = gathering.described;
    for input in &preset.inputs {
        let note = Note::new(&input.label, input.help.clone());
        described.missing.push(note.about(Field::Input(input.name.clone())));
    }
    described.service = preset;
    described
}

fn preset(setting: &str) -> Option<Service> {
    let squeezed_setting = squeezed(setting);
    // Names in the wizard's list that differ from ours.
    let wanted = match squeezed_setting.trim_end_matches("oauth") {
        "" => return None,
        "instragram" => "instagram",
        "googlecloud" => "google",
        wanted => wanted,
    };
    let mut services = Catalog::bundled().services();
    let is_name = |name: &String| squeezed(name) == wanted;
    // Its own name before one that it shares with others.
    let by_name = services.iter().position(|service| is_name(&service.id) || is_name(&service.name));
    let found = by_name.or_else(|| services.iter().position(|service| service.aliases.iter().any(is_name)));
    found.map(|at| services.swap_remove(at))
}

fn by_page(page: Page, mut gathering: Gathering) -> Described {
    let client_flow = page.requires_client_flow.unwrap_or(!page.authorization_url.is_empty());
    let split = split_url(&page.authorization_url);
    gathering.fragment("Authorization URL", &page.authorization_url);
    let authorization_url = gathering.text("Authorization URL", &split.url);
    let authorization_query = split
        .query
        .iter()
        .map(|(name, value)| gathering.parameter(&format!("Authorization URL › {name}"), name, value))
        .collect();
    let grant = match (client_flow, squeezed(&page.token.grant_type).as_str()) {
        (true, _) => GrantType::AuthorizationCode,
        (false, "password") => GrantType::Password,
        (false, "refreshtoken") => GrantType::RefreshToken,
        (false, _) => GrantType::ClientCredentials,
    };
    let asks = asks(&page);
    let grant_type = page.token.grant_type.clone();
    let token_request = tab_call(&page.token, "Bearer Token", asks, &mut gathering);
    let refresh_tab = Tab {
        authorization: or(&page.refresh.authorization, &page.token.authorization),
        url: or(&page.refresh.url, &page.token.url),
        ..page.refresh.clone()
    };
    let refresh_request = (page.refresh != Tab::default())
        .then(|| tab_call(&refresh_tab, "Refresh Token Settings", asks, &mut gathering))
        .flatten()
        .map(|call| with_grant_type(call, &or(&page.refresh.grant_type, "refresh_token")));
    gathering.grant_type = grant_type;
    let outline = Outline {
        format: FORMAT,
        title: if page.setting.is_empty() { host(&page.token.url) } else { page.setting },
        grant,
        authentication: authentication(&page.token, asks),
        authorization_url,
        authorization_query,
        token_url: gathering.text("OAuth Bearer Token URL", page.token.url.trim()),
        refresh_url: gathering.text("Refresh Token Settings › OAuth Bearer Token URL", page.refresh.url.trim()),
        token_request,
        refresh_request,
        asks: Some(asks),
        ..Outline::default()
    };
    outline.described(gathering)
}

/// The call of a tab; `None` if it has neither query nor body, so that the standard call is used.
fn tab_call(tab: &Tab, place: &str, asks: Asks, gathering: &mut Gathering) -> Option<CallTemplate> {
    if tab.query.is_empty() && tab.body.is_empty() {
        return None;
    }
    let basic = is_basic(tab).then(|| {
        let user = if asks == Asks::UserAndSecret { "{user_name}" } else { "{client_id}" };
        (user.to_owned(), "{client_secret}".to_owned())
    });
    let named = Method::ALL.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(&tab.method));
    let (body, content_type) = body(&tab.body);
    let raw = RawCall {
        method: named.unwrap_or_default(),
        url: tab.url.clone(),
        headers: content_type.map(|kind| ("Content-Type".to_owned(), kind.to_owned())).into_iter().collect(),
        query: form_fields(&tab.query),
        body,
        basic,
    };
    Some(raw.call_template(place, gathering))
}

/// A body is JSON, XML, or URL-encoded.
fn body(text: &str) -> (RawBody, Option<&'static str>) {
    let text = text.trim();
    match text.chars().next() {
        None => (RawBody::None, None),
        Some('<') => (RawBody::Text(text.to_owned()), Some("application/xml")),
        Some('{' | '[') if serde_json::from_str::<Json>(text).is_ok() => {
            (RawBody::Text(text.to_owned()), Some("application/json"))
        }
        Some(_) => (RawBody::Fields(form_fields(text)), None),
    }
}

fn is_basic(tab: &Tab) -> bool {
    is_yes(&tab.authorization) || squeezed(&tab.authorization).contains("basic")
}

fn authentication(tab: &Tab, asks: Asks) -> Authentication {
    if asks != Asks::Nothing && is_basic(tab) { Authentication::BasicOrNone } else { Authentication::None }
}

fn asks(page: &Page) -> Asks {
    let chosen = squeezed(&page.identification);
    if chosen.contains("user") || !page.user_id.is_empty() {
        Asks::UserAndSecret
    } else if chosen == "none" {
        Asks::Nothing
    } else {
        Asks::Secret
    }
}

fn or(first: &str, second: &str) -> String {
    if first.trim().is_empty() { second.to_owned() } else { first.to_owned() }
}
