//! Clients of Keycloak: the configuration of an adapter, and what the console exports of a realm or of one client.

use serde_json::{Map, Value as Json, json};

use crate::dialect::Import;
use crate::dialect::document::{Document, DocumentError};
use crate::dialect::held::Part;
use crate::dialect::held::Part::{
    AuthorizationUrl, ClientId, ClientSecret, DeviceUrl, Grant, IdentityUrl, IntrospectionUrl, Method, Pkce,
    RedirectUri, RevocationUrl, Scope, TokenUrl, Unused,
};
use crate::dialect::held::form::Form;
use crate::dialect::held::joins::{each_object, members};
use crate::dialect::standard::text_at;
use crate::dialect::tree::merge;

const FORMAT: &str = "Keycloak client";

const A_PART: Part = Unused("a part of each endpoint");

pub fn recognise(document: &Document<'_>) -> bool {
    ADAPTER.recognise(document) || REALM.recognise(document)
}

/// The form of the configuration of an adapter, wherever it stands.
pub(in crate::dialect::held) fn adapter() -> &'static Form {
    &ADAPTER
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    if ADAPTER.recognise(document) { ADAPTER.read(document) } else { REALM.read(document) }
}

/// The client of a Keycloak realm, as its console exports it for adapters. The endpoints follow from server and realm.
static ADAPTER: Form = Form {
    name: FORMAT,
    marks: &["realm"],
    at: "**",
    has: &["realm"],
    any: &["auth-server-url", "url"],
    and_any: &["resource", "clientId"],
    parts: &[
        ("resource", ClientId),
        ("clientId", ClientId),
        ("credentials.secret", ClientSecret),
        ("authorization_url", AuthorizationUrl),
        ("token_url", TokenUrl),
        ("device_url", DeviceUrl),
        ("userinfo_url", IdentityUrl),
        ("revocation_url", RevocationUrl),
        ("introspection_url", IntrospectionUrl),
        ("scope", Scope),
        ("enable-pkce", Pkce),
        ("public-client", Method),
        ("realm", A_PART),
        ("auth-server-url", A_PART),
        ("url", A_PART),
    ],
    derived: &[
        ("authorization_url", "{auth-server-url|url}/realms/{realm}/protocol/openid-connect/auth"),
        ("token_url", "{auth-server-url|url}/realms/{realm}/protocol/openid-connect/token"),
        ("device_url", "{auth-server-url|url}/realms/{realm}/protocol/openid-connect/auth/device"),
        ("userinfo_url", "{auth-server-url|url}/realms/{realm}/protocol/openid-connect/userinfo"),
        ("revocation_url", "{auth-server-url|url}/realms/{realm}/protocol/openid-connect/revoke"),
        ("introspection_url", "{auth-server-url|url}/realms/{realm}/protocol/openid-connect/token/introspect"),
    ],
    join: with_method,
    ..Form::BLANK
};

/// The clients of an exported realm, or one of them. The export of a realm names no server, unless it has a frontend URL.
static REALM: Form = Form {
    name: FORMAT,
    marks: &["clientId", "redirectUris"],
    at: "clients",
    has: &["clientId", "redirectUris"],
    parts: &[
        ("clientId", ClientId),
        ("secret", ClientSecret),
        ("redirectUris", RedirectUri),
        ("grant", Grant),
        ("method", Method),
        ("pkce", Pkce),
        ("authorization_url", AuthorizationUrl),
        ("token_url", TokenUrl),
        ("device_url", DeviceUrl),
        ("userinfo_url", IdentityUrl),
        ("revocation_url", RevocationUrl),
        ("introspection_url", IntrospectionUrl),
        ("realm", A_PART),
        ("server", A_PART),
        ("further_grants", Unused("grants of the client beside the one that is used")),
        ("defaultClientScopes", Unused("granted without being asked for")),
        ("optionalClientScopes", Unused("granted if asked for: choose among them")),
        ("redirect_patterns", Unused("patterns of redirect URIs: any that fits can be used")),
        ("clientAuthenticatorType", Unused("how the client authenticates")),
        ("others", Unused("the rest of the realm: no request uses it")),
    ],
    derived: &[
        ("authorization_url", "{server}/realms/{realm}/protocol/openid-connect/auth"),
        ("token_url", "{server}/realms/{realm}/protocol/openid-connect/token"),
        ("userinfo_url", "{server}/realms/{realm}/protocol/openid-connect/userinfo"),
        ("revocation_url", "{server}/realms/{realm}/protocol/openid-connect/revoke"),
        ("introspection_url", "{server}/realms/{realm}/protocol/openid-connect/token/introspect"),
    ],
    join: realm,
    ..Form::BLANK
};

/// Keycloak's adapters: a public client authenticates by its ID alone.
fn with_method(tree: &Json) -> Json {
    let mut tree = tree.clone();
    each_object(&mut tree, &mut |object| {
        if object.get("public-client") == Some(&Json::Bool(true)) && object.contains_key("realm") {
            object.insert("public-client".to_owned(), Json::from("none"));
        }
    });
    tree
}

/// The clients of a Keycloak realm, each with its realm, and with its grant and client authentication by the names of the
/// standard. Those that every realm has are left out.
fn realm(tree: &Json) -> Json {
    let realms = tree.as_array().map_or(std::slice::from_ref(tree), Vec::as_slice);
    let clients = realms.iter().flat_map(|realm| match realm.get("clients").and_then(Json::as_array) {
        Some(clients) => clients.iter().map(|client| (realm, client)).collect(),
        None => vec![(&Json::Null, realm)],
    });
    json!({"clients": clients.filter(|(_, client)| is_own(client)).map(|(realm, client)| of_realm(realm, client)).collect::<Vec<_>>()})
}

/// Whether this is a client as Keycloak writes it, and neither one of its own, nor without a sign-in of OAuth 2.0.
fn is_own(client: &Json) -> bool {
    const OF_EACH_REALM: [&str; 6] =
        ["account", "account-console", "admin-cli", "broker", "realm-management", "security-admin-console"];
    const OF_KEYCLOAK: [&str; 5] =
        ["publicClient", "standardFlowEnabled", "serviceAccountsEnabled", "clientAuthenticatorType", "protocol"];
    let id = text_at(client, "clientId");
    let is_on = |name: &str| client.get(name).and_then(Json::as_bool) == Some(true);
    OF_KEYCLOAK.iter().any(|name| client.get(*name).is_some())
        && !OF_EACH_REALM.contains(&id.as_str())
        && text_at(client, "protocol") != "saml"
        && !is_on("bearerOnly")
}

fn of_realm(realm: &Json, client: &Json) -> Json {
    const OF_THE_CLIENT: [(&str, &str); 4] = [
        ("standardFlowEnabled", "authorization_code"),
        ("serviceAccountsEnabled", "client_credentials"),
        ("directAccessGrantsEnabled", "password"),
        ("implicitFlowEnabled", "implicit"),
    ];
    let mut client = client.clone();
    let attributes = client.as_object_mut().and_then(|own| own.remove("attributes")).unwrap_or_default();
    let is_on = |name: &str| client.get(name).and_then(Json::as_bool) == Some(true);
    let device = text_at(&attributes, "oauth2.device.authorization.grant.enabled") == "true";
    let grants = OF_THE_CLIENT.iter().filter(|(flag, _)| is_on(flag)).map(|(_, grant)| *grant);
    let grants: Vec<&str> = grants.chain(device.then_some("device_code")).collect();
    let method = match text_at(&client, "clientAuthenticatorType").as_str() {
        _ if is_on("publicClient") => "none",
        "client-jwt" => "private_key_jwt",
        "client-secret-jwt" => "client_secret_jwt",
        "client-x509" => "tls_client_auth",
        _ => "",
    };
    let front = realm.get("attributes").map(|own| text_at(own, "frontendUrl")).unwrap_or_default();
    let has_others = |own: &Map<String, Json>| own.keys().any(|name| !["realm", "clients"].contains(&name.as_str()));
    let found = [
        ("realm", if realm.is_null() { "{{realm}}".to_owned() } else { text_at(realm, "realm") }),
        ("server", if front.is_empty() { "{{base_url}}".to_owned() } else { front }),
        ("grant", grants.first().copied().unwrap_or_default().to_owned()),
        ("further_grants", grants.get(1..).unwrap_or_default().join(" ")),
        ("method", method.to_owned()),
        ("pkce", text_at(&attributes, "pkce.code.challenge.method")),
        ("others", if realm.as_object().is_some_and(has_others) { "set".to_owned() } else { String::new() }),
    ];
    let is_pattern = |uri: &Json| uri.as_str().is_some_and(|uri| uri.contains('*'));
    let uris = client.get("redirectUris").and_then(Json::as_array).cloned().unwrap_or_default();
    let (patterns, exact): (Vec<Json>, Vec<Json>) = uris.into_iter().partition(is_pattern);
    let flags = OF_THE_CLIENT.map(|(flag, _)| flag);
    if let Some(own) = client.as_object_mut() {
        own.retain(|name, _| !flags.contains(&name.as_str()));
        own.insert("redirectUris".to_owned(), Json::from(exact));
        if !patterns.is_empty() {
            own.insert("redirect_patterns".to_owned(), Json::from(patterns));
        }
        let attributes = members(&attributes).filter(|(name, _)| *name != "pkce.code.challenge.method");
        own.extend(attributes.map(|(name, value)| (name.replace('.', "_"), value.clone())));
    }
    for (name, text) in found.into_iter().filter(|(_, text)| !text.is_empty()) {
        merge(&mut client, json!({name: text}));
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_of_a_realm_is_read_but_those_of_every_realm() {
        let text = r#"{"realm": "acme", "users": [], "clients": [
            {"clientId": "account", "redirectUris": [], "publicClient": true, "standardFlowEnabled": true},
            {"clientId": "saml", "redirectUris": [], "protocol": "saml"},
            {"clientId": "web", "redirectUris": ["https://app.test/*", "https://app.test/back"],
             "publicClient": true, "standardFlowEnabled": true, "directAccessGrantsEnabled": true,
             "attributes": {"pkce.code.challenge.method": "S256"}},
            {"clientId": "job", "redirectUris": [], "secret": "s3cret-of-job", "serviceAccountsEnabled": true}]}"#;
        let import = read(&Document::from(text)).expect("clients");
        let [web, job] = &import.described[..] else { panic!("two clients") };
        let url = "<base_url>/realms/acme/protocol/openid-connect/token";
        assert_eq!((web.client_id.as_str(), web.service.token_request.url.source()), ("web", url));
        assert_eq!(
            (web.redirect_uri.as_str(), web.service.grant_type.as_str()),
            ("https://app.test/back", "authorization_code")
        );
        let told: Vec<&str> = web.ignored.iter().map(|note| note.place.as_str()).collect();
        assert!(["further_grants", "redirect_patterns", "others"].iter().all(|place| told.contains(place)), "{told:?}");
        assert_eq!(
            (job.service.grant_type.as_str(), job.secrets.client_secret.expose()),
            ("client_credentials", "s3cret-of-job")
        );
    }

    #[test]
    fn one_client_and_a_realm_that_names_its_server_are_read_too() {
        let alone = r#"{"clientId": "web", "redirectUris": [], "clientAuthenticatorType": "client-secret",
            "standardFlowEnabled": true}"#;
        let import = read(&Document::from(alone)).expect("a client");
        let url = import.described[0].service.token_request.url.source().to_owned();
        assert_eq!(url, "<base_url>/realms/<realm>/protocol/openid-connect/token");
        let realm =
            format!(r#"{{"realm": "a", "attributes": {{"frontendUrl": "https://id.test"}}, "clients": [{alone}]}}"#);
        let import = read(&Document::from(realm.as_str())).expect("a client");
        let url = import.described[0].service.token_request.url.source().to_owned();
        assert_eq!(url, "https://id.test/realms/a/protocol/openid-connect/token");
    }
}
