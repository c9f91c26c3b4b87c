//! Which of the bundled presets a token endpoint belongs to.

use std::collections::BTreeMap;

use crate::service::{Catalog, Service};

/// A service, and its inputs found in a URL.
type Found = (Service, BTreeMap<String, String>);

/// The preset of this ID, unless the document has another token endpoint.
pub(in crate::dialect::held) fn preset(id: &str, token_url: &str) -> Option<Found> {
    let service = Catalog::bundled().service(id).ok()?;
    if token_url.is_empty() {
        return Some((service, BTreeMap::new()));
    }
    let inputs = inputs_at(&service, token_url)?;
    Some((service, inputs))
}

/// The first preset with this token endpoint, this issuer, or this name and token endpoint.
pub(in crate::dialect::held) fn matched(token_url: &str, issuer: &str, name: &str) -> Option<Found> {
    let issuer = issuer.trim_end_matches('/');
    if token_url.is_empty() && issuer.is_empty() {
        return None;
    }
    let mut found = None;
    for service in Catalog::bundled().services().into_iter().filter(|service| service.refresh_request.is_some()) {
        let inputs = if token_url.is_empty() {
            let is_same = service.redirect.issuer.as_ref().is_some_and(|own| own.trim_end_matches('/') == issuer);
            is_same.then(BTreeMap::new)
        } else {
            inputs_at(&service, token_url)
        };
        if let Some(inputs) = inputs {
            // Of several services at one address the one that the document names, or else the first.
            if service.name == name {
                return Some((service, inputs));
            }
            found = found.or(Some((service, inputs)));
        }
    }
    found
}

/// The inputs in the URL, if it is that of the refresh or token request.
fn inputs_at(service: &Service, token_url: &str) -> Option<BTreeMap<String, String>> {
    let calls = service.refresh_request.iter().chain([&service.token_request]);
    calls.into_iter().find_map(|call| inputs_in(call.url.source(), token_url))
}

/// The path segments that a template leaves open. Its host must be literal, since an open one fits any.
fn inputs_in(template: &str, address: &str) -> Option<BTreeMap<String, String>> {
    let (template, address): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), address.split('/').collect());
    if template.len() != address.len() || template.len() < 4 {
        return None;
    }
    let mut inputs = BTreeMap::new();
    for (at, (open, written)) in template.into_iter().zip(address).enumerate() {
        match open.strip_prefix('<').and_then(|name| name.strip_suffix('>')) {
            Some(name) if at > 2 && !written.is_empty() => {
                inputs.insert(name.to_owned(), written.to_owned());
            }
            _ if open == written => {}
            _ => return None,
        }
    }
    Some(inputs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_the_preset_and_what_it_leaves_open() {
        let id = |found: Option<Found>| found.map(|(service, inputs)| (service.id, inputs.into_values().next()));
        let named = |id: &str, input: Option<&str>| Some((id.to_owned(), input.map(str::to_owned)));
        let tenant = "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token";
        assert_eq!(id(matched("https://oauth2.googleapis.com/token", "", "")), named("google", None));
        assert_eq!(id(matched("https://oauth2.googleapis.com/token", "", "Gmail")), named("gmail", None));
        assert_eq!(id(matched("https://api.dropboxapi.com/oauth2/token", "", "")), named("dropbox", None));
        assert_eq!(id(matched(tenant, "", "")), named("microsoft", Some("contoso.example")));
        assert_eq!(id(matched("", "https://accounts.google.com/", "")), named("google", None));
        for unknown in ["https://as.example/oauth/token", "http://127.0.0.1:8123/token", "https://as.example", ""] {
            assert_eq!(id(matched(unknown, "", "Google")), None, "{unknown}");
        }
        assert_eq!(id(preset("google-drive", "https://as.example/token")), None);
    }
}
