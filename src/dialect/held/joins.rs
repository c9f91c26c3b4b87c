//! What forms of file have in several places, brought together: each function returns the tree with all of a use in one
//! object.

use serde_json::{Map, Value as Json, json};

use crate::dialect::held::form::member;
use crate::dialect::standard::{form_fields, plain_text, text_at};
use crate::dialect::tree::{merge, undotted};

/// How many bytes the properties of a document may be filled in with.
const MOST_FILLED: usize = 1024 * 1024;

/// The members of an object; none of anything else.
pub(super) fn members(json: &Json) -> impl Iterator<Item = (&String, &Json)> {
    json.as_object().into_iter().flatten()
}

/// MSAL: scopes are with the access tokens, the name with the account, the tenant in the ID of the account.
pub(super) fn msal(tree: &Json) -> Json {
    let mut tree = tree.clone();
    let section = |name: &str| tree.get(name).cloned().unwrap_or_default();
    let (accesses, accounts) = (section("AccessToken"), section("Account"));
    let tokens = tree.get_mut("RefreshToken").and_then(Json::as_object_mut);
    for token in tokens.into_iter().flat_map(|tokens| tokens.values_mut()) {
        let (account, client) = (text_at(token, "home_account_id"), text_at(token, "client_id"));
        let is_same = |json: &Json| text_at(json, "home_account_id") == account;
        let tenant = account.split_once('.').map_or("common", |(_, tenant)| tenant).to_owned();
        let access = members(&accesses).map(|(_, json)| json);
        let access = access.filter(|json| is_same(json)).find(|json| text_at(json, "client_id") == client);
        let mut target = text_at(token, "target");
        if target.is_empty() {
            target = access.map(|json| text_at(json, "target")).unwrap_or_default();
        }
        let account = members(&accounts).map(|(_, json)| json).find(|json| is_same(json));
        let username = account.map(|json| text_at(json, "username")).unwrap_or_default();
        merge(token, json!({"tenant": tenant, "target": target, "username": username, "title": username}));
    }
    tree
}

/// Spring: a registration takes what its provider has, by its own name unless it names another.
pub(super) fn spring(tree: &Json) -> Json {
    let mut tree = undotted(tree);
    let documents = match &mut tree {
        Json::Array(items) => items.iter_mut().collect(),
        one => vec![one],
    };
    for document in documents {
        let (properties, mut room) = (document.clone(), MOST_FILLED);
        let Some(client) = document.pointer_mut("/spring/security/oauth2/client") else { continue };
        each_text(client, &mut |text| *text = with_properties(text, &properties, 0, &mut room));
        let providers = client.get("provider").cloned().unwrap_or_default();
        let registrations = client.get_mut("registration").and_then(Json::as_object_mut);
        for (name, registration) in registrations.into_iter().flatten() {
            let named = text_at(registration, "provider");
            let provider = providers.get(if named.is_empty() { name } else { &named });
            for (name, value) in provider.into_iter().flat_map(members) {
                if let Some(registration) = registration.as_object_mut() {
                    registration.entry(name).or_insert_with(|| value.clone());
                }
            }
        }
    }
    tree
}

/// A text with the properties of its file filled in: `${name}`, `${name:default}`. What the file does not have is open. `room` is
/// how many more bytes may be filled in: properties can double each other.
fn with_properties(text: &str, properties: &Json, depth: usize, room: &mut usize) -> String {
    const DEEPEST: usize = 8;
    /// A look through all properties takes its time, too.
    const EACH: usize = 1024;
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, (slot, after))) =
        rest.split_once("${").and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        filled.push_str(before);
        rest = after;
        let (name, default) = slot.split_once(':').unwrap_or((slot, ""));
        let may_look = depth < DEEPEST && *room > EACH;
        let own =
            may_look.then(|| member(properties, name)).flatten().and_then(Json::as_str).filter(|own| !own.is_empty());
        let left = room.checked_sub(own.unwrap_or(default).len() + EACH).filter(|_| may_look);
        *room = left.unwrap_or(*room);
        match own.filter(|_| left.is_some()) {
            Some(own) => filled.push_str(&with_properties(own, properties, depth + 1, room)),
            None if default.is_empty() || default == "none" || left.is_none() => {
                filled.push_str(&format!("${{{name}}}"));
            }
            None => filled.push_str(default),
        }
    }
    filled + rest
}

fn each_text(json: &mut Json, change: &mut impl FnMut(&mut String)) {
    match json {
        Json::String(text) => change(text),
        Json::Object(members) => members.values_mut().for_each(|value| each_text(value, change)),
        Json::Array(items) => items.iter_mut().for_each(|item| each_text(item, change)),
        _ => {}
    }
}

/// Airbyte: the address for the browser is in the specification, not in the authenticator.
pub(super) fn airbyte(tree: &Json) -> Json {
    let mut tree = tree.clone();
    let consent = find(&tree, "consent_url").map(plain_text).unwrap_or_default();
    let title = text_at(tree.get("metadata").unwrap_or(&Json::Null), "name");
    each_object(&mut tree, &mut |object| {
        if object.get("type").and_then(Json::as_str) != Some("OAuthAuthenticator") {
            // Only an authenticator has an endpoint of this name.
            object.remove("token_refresh_endpoint");
            return;
        }
        if !consent.is_empty() {
            let url = consent.split('?').next().unwrap_or_default();
            object.insert("authorization_url".to_owned(), Json::from(url));
        }
        // The grant of a manifest that names none.
        object.entry("grant_type").or_insert_with(|| Json::from("refresh_token"));
        if !title.is_empty() {
            object.insert("title".to_owned(), Json::from(title.clone()));
        }
    });
    tree
}

fn find<'a>(json: &'a Json, name: &str) -> Option<&'a Json> {
    match json {
        Json::Object(members) => members.get(name).or_else(|| members.values().find_map(|value| find(value, name))),
        Json::Array(items) => items.iter().find_map(|item| find(item, name)),
        _ => None,
    }
}

pub(super) fn each_object(json: &mut Json, change: &mut impl FnMut(&mut Map<String, Json>)) {
    match json {
        Json::Object(members) => {
            change(members);
            members.values_mut().for_each(|value| each_object(value, change));
        }
        Json::Array(items) => items.iter_mut().for_each(|item| each_object(item, change)),
        _ => {}
    }
}

/// Nango: an alias has what it names, but for its own members. Providers that are not of OAuth 2.0 are left out.
pub(super) fn nango(tree: &Json) -> Json {
    let resolved = |entry: &Json| {
        let mut whole = tree.get(text_at(entry, "alias")).cloned().unwrap_or_else(|| json!({}));
        merge(&mut whole, entry.clone());
        if let Some(url) = whole.get("token_url").and_then(|urls| urls.get("OAUTH2")).cloned() {
            whole["token_url"] = url;
        }
        whole
    };
    if tree.get("auth_mode").is_some() {
        return resolved(tree);
    }
    let is_oauth2 = |entry: &Json| matches!(text_at(entry, "auth_mode").as_str(), "OAUTH2" | "OAUTH2_CC");
    members(tree)
        .map(|(name, entry)| (name.clone(), if entry.is_object() { resolved(entry) } else { Json::Null }))
        .filter(|(_, entry)| is_oauth2(entry))
        .collect()
}

/// grant: each provider has the defaults. Those of OAuth 1.0 are left out.
pub(super) fn grant(tree: &Json) -> Json {
    let providers = members(tree).filter(|(name, entry)| *name != "defaults" && text_at(entry, "oauth") == "2");
    providers.map(|(name, entry)| (name.clone(), entry.clone())).collect()
}

/// The templates of a Power Platform connector that have further parameters, and what they are called here.
const PARAMETERS: [(&str, &str); 3] = [
    ("AuthorizationUrlQueryStringTemplate", "authorizationParams"),
    ("TokenBodyTemplate", "tokenParams"),
    ("RefreshBodyTemplate", "refreshParams"),
];

/// Power Platform: each custom parameter is an object with a value.
pub(super) fn power_platform(tree: &Json) -> Json {
    let mut tree = tree.clone();
    each_object(&mut tree, &mut |object| {
        let Some(Json::Object(custom)) = object.remove("customParameters") else { return };
        for (name, parameter) in custom {
            let value = member(&parameter, "value").cloned().unwrap_or(parameter);
            // A template repeats the address with the parameters of the standard.
            let is_template = name.ends_with("UrlTemplate");
            let value = match value.as_str() {
                Some(text) if is_template => Json::from(text.split('?').next().unwrap_or_default()),
                _ => value,
            };
            match PARAMETERS.iter().find(|(template, _)| *template == name) {
                Some((_, own)) => object.insert((*own).to_owned(), parameters_of(&plain_text(&value))),
                None => object.insert(name, value),
            };
        }
        if text_at(&Json::Object(object.clone()), "identityProvider") == "aad" {
            add_directory(object);
        }
        if object.get("identityProvider").and_then(Json::as_str).is_some_and(|name| name.contains("pkce")) {
            object.insert("pkce".to_owned(), Json::from("S256"));
        }
    });
    tree
}

/// The parameters of a template, by name. What the platform fills in, `{Code}`, has its value from each sign-in.
fn parameters_of(template: &str) -> Json {
    let is_filled_in = |value: &str| value.starts_with('{') && value.ends_with('}');
    let own = form_fields(template).into_iter().filter(|(_, value)| !is_filled_in(value));
    own.map(|(name, value)| (name, Json::from(value))).collect()
}

/// The endpoints of a tenant of Entra ID, and the API that its tokens are for, which the first version of them names in a
/// parameter.
fn add_directory(object: &mut Map<String, Json>) {
    let settings = Json::Object(object.clone());
    let text = |name: &str, default: &str| {
        let text = text_at(&settings, name);
        if text.is_empty() { default.to_owned() } else { text }
    };
    let login = text("loginUri", "https://login.microsoftonline.com");
    let base = format!("{}/{}/oauth2", login.trim_end_matches('/'), text("tenantId", "common"));
    object.insert("authorizationUrl".to_owned(), Json::from(format!("{base}/authorize")));
    object.insert("tokenUrl".to_owned(), Json::from(format!("{base}/token")));
    if let Some(resource) = object.remove("resourceUri") {
        object.insert("authorizationParams".to_owned(), json!({"resource": resource}));
    }
}

/// The proxy: an account is named for its address. What it asks for permission is the device endpoint in that flow.
pub(super) fn email_proxy(tree: &Json) -> Json {
    let mut tree = tree.clone();
    let accounts = tree.as_object_mut().into_iter().flatten().filter(|(name, _)| name.contains('@'));
    for (name, account) in accounts {
        merge(account, json!({"user_name": name}));
        let is_device = text_at(account, "oauth2_flow") == "device";
        if let Some(url) = account.as_object_mut().filter(|_| is_device).and_then(|own| own.remove("permission_url")) {
            merge(account, json!({"device_url": url}));
        }
    }
    tree
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_of_a_connector_have_its_further_parameters() {
        let custom = json!({
            "AuthorizationUrlTemplate": {"value": "https://as.test/authorize?client_id={ClientId}"},
            "AuthorizationUrlQueryStringTemplate": {"value": "?client_id={ClientId}&scope={Scopes}&audience=api"},
            "TokenBodyTemplate": {"value": "code={Code}&grant_type=authorization_code&x=1"},
        });
        let joined = power_platform(&json!({"identityProvider": "oauth2generic", "customParameters": custom}));
        assert_eq!(joined["AuthorizationUrlTemplate"], json!("https://as.test/authorize"));
        assert_eq!(joined["authorizationParams"], json!({"audience": "api"}));
        assert_eq!(joined["tokenParams"], json!({"grant_type": "authorization_code", "x": "1"}));
        let custom =
            json!({"loginUri": {"value": "https://login.test/"}, "resourceUri": {"value": "https://api.test"}});
        let joined = power_platform(&json!({"identityProvider": "aad", "customParameters": custom}));
        assert_eq!(joined["tokenUrl"], json!("https://login.test/common/oauth2/token"));
        assert_eq!(joined["authorizationParams"], json!({"resource": "https://api.test"}));
    }

    #[test]
    fn the_permission_url_of_a_device_flow_is_its_own_endpoint() {
        let account = |flow: &str| json!({"a@b.test": {"permission_url": "https://as.test/x", "oauth2_flow": flow}});
        assert_eq!(email_proxy(&account("device"))["a@b.test"]["device_url"], json!("https://as.test/x"));
        assert_eq!(email_proxy(&account("code"))["a@b.test"]["permission_url"], json!("https://as.test/x"));
    }

    #[test]
    fn properties_that_double_each_other_come_to_an_end() {
        let many = "${a}".repeat(1000);
        let mut room = MOST_FILLED;
        let filled = with_properties(&many, &json!({"a": many}), 0, &mut room);
        assert!(filled.len() < 2 * MOST_FILLED && filled.contains("${a}"), "{}", filled.len());
        let own = json!({"a": {"b": "c${d:e}"}, "g": ""});
        assert_eq!(with_properties("x${a.b}${g}${h", &own, 0, &mut MOST_FILLED.clone()), "xce${g}${h");
    }
}
