//! Any file of names and values that has a client, known by the usual names: a configuration of an application, settings of a
//! Singer tap, a token file of a script, a Secret of Kubernetes. Considered only where no other format fits.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json};

use crate::dialect::document::{Document, DocumentError, MOST_DESCRIBED};
use crate::dialect::held::Part::{
    AccessToken, AuthorizationParameters, AuthorizationUrl, ClientId, ClientSecret, DeviceUrl, Grant, IdToken,
    IdentityUrl, IntrospectionUrl, Issuer, Method, Pkce, RedirectUri, RefreshToken, RefreshUrl, RevocationUrl, Scope,
    TokenUrl,
};
use crate::dialect::held::form::is_empty;
use crate::dialect::held::{Held, Part, oauthlib};
use crate::dialect::standard::{plain_text, squeezed, text_at};
use crate::dialect::{Described, Import};
use crate::oauth::plain_line;

const FORMAT: &str = "settings with an OAuth client";

/// How deep uses are looked for.
const DEEPEST: usize = 32;

/// The most members that are named as not used.
const MOST_NOTES: usize = 30;

/// The most members that are counted as not used.
const MOST_OTHERS: usize = 1_000;

/// The names of members, squeezed, without `oauth` or `oauth2` before them.
const NAMES: [(&str, Part); 77] = [
    ("clientid", ClientId),
    ("clientsecret", ClientSecret),
    ("refreshtoken", RefreshToken),
    ("accesstoken", AccessToken),
    ("token", AccessToken),
    ("idtoken", IdToken),
    ("tokenurl", TokenUrl),
    ("tokenuri", TokenUrl),
    ("tokenendpoint", TokenUrl),
    ("tokenendpointurl", TokenUrl),
    ("tokenendpointuri", TokenUrl),
    ("tokenserverurl", TokenUrl),
    ("accesstokenurl", TokenUrl),
    ("accesstokenuri", TokenUrl),
    ("accesstokenendpoint", TokenUrl),
    ("tokenrefreshendpoint", TokenUrl),
    ("autorefreshurl", TokenUrl),
    ("refreshurl", RefreshUrl),
    ("refreshtokenurl", RefreshUrl),
    ("refreshtokenuri", RefreshUrl),
    ("authurl", AuthorizationUrl),
    ("authuri", AuthorizationUrl),
    ("authendpoint", AuthorizationUrl),
    ("authorizeurl", AuthorizationUrl),
    ("authorizeuri", AuthorizationUrl),
    ("authorizeendpoint", AuthorizationUrl),
    ("authorizationurl", AuthorizationUrl),
    ("authorizationuri", AuthorizationUrl),
    ("authorizationendpoint", AuthorizationUrl),
    ("authorizationendpointurl", AuthorizationUrl),
    ("authorizationbaseurl", AuthorizationUrl),
    ("userauthorizationuri", AuthorizationUrl),
    ("userauthorizationurl", AuthorizationUrl),
    ("authorizationparams", AuthorizationParameters),
    ("authorizeparams", AuthorizationParameters),
    ("deviceauthorizationendpoint", DeviceUrl),
    ("deviceauthorizationurl", DeviceUrl),
    ("revokeurl", RevocationUrl),
    ("revokeuri", RevocationUrl),
    ("revocationurl", RevocationUrl),
    ("revocationendpoint", RevocationUrl),
    ("introspectionurl", IntrospectionUrl),
    ("introspectionendpoint", IntrospectionUrl),
    ("userinfourl", IdentityUrl),
    ("userinfouri", IdentityUrl),
    ("userinfoendpoint", IdentityUrl),
    ("issuer", Issuer),
    ("issuerurl", Issuer),
    ("issueruri", Issuer),
    ("oidcissuerurl", Issuer),
    ("discoveryurl", Issuer),
    ("discoveryendpoint", Issuer),
    ("discoveryuri", Issuer),
    ("wellknown", Issuer),
    ("wellknownurl", Issuer),
    ("servermetadataurl", Issuer),
    ("authority", Issuer),
    ("metadataurl", Issuer),
    ("redirecturi", RedirectUri),
    ("redirecturl", RedirectUri),
    ("redirecturis", RedirectUri),
    ("callback", RedirectUri),
    ("callbackurl", RedirectUri),
    ("callbackuri", RedirectUri),
    ("scope", Scope),
    ("scopes", Scope),
    ("granttype", Grant),
    ("flow", Grant),
    ("pkce", Pkce),
    ("ispkce", Pkce),
    ("usepkce", Pkce),
    ("pkcemethod", Pkce),
    ("codechallengemethod", Pkce),
    ("tokenendpointauthmethod", Method),
    ("clientauthenticationmethod", Method),
    ("clientauthentication", Method),
    ("authentication", Method),
];

/// One use of a service.
#[derive(Clone, Default)]
struct Use<'a> {
    /// The name of the object that it is in.
    title: String,
    found: Vec<(String, Part, &'a Json)>,
    /// Members beside those found.
    others: Vec<String>,
}

impl Use<'_> {
    fn has(&self, wanted: Part) -> bool {
        self.found.iter().any(|(_, part, _)| *part == wanted)
    }

    /// Enough for a client that a token can be got with, or for a service that a client is still to be registered at.
    fn is_whole(&self) -> bool {
        let any = |wanted: &[Part]| wanted.iter().any(|part| self.has(*part));
        self.has(ClientId) && any(&[ClientSecret, RefreshToken, TokenUrl, AuthorizationUrl, Issuer])
            || self.has(AuthorizationUrl) && self.has(TokenUrl)
            || self.has(RefreshToken) && any(&[TokenUrl, ClientSecret])
    }

    /// Whether nothing is in both.
    fn is_beside(&self, other: &Self) -> bool {
        !self.found.iter().any(|(_, part, _)| other.has(*part))
    }
}

pub fn recognise(document: &Document<'_>) -> bool {
    let text = document.text();
    let marks = ["lient", "LIENT", "efresh", "EFRESH"];
    marks.iter().any(|mark| text.contains(mark))
        && !document.is_json(oauthlib::is_one)
        && document.tree().is_some_and(|tree| !uses(&expanded(tree, 0)).is_empty())
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let expected = "client ID with a secret, a refresh token or an endpoint";
    let missing = DocumentError::OtherFormat { format: FORMAT, expected };
    let described = read_tree(document.tree().ok_or_else(|| missing.clone())?);
    if described.is_empty() {
        return Err(missing);
    }
    DocumentError::unless_few(FORMAT, "clients", described.len())?;
    Ok(Import { format: FORMAT, described })
}

/// The clients and services of a tree.
pub(in crate::dialect::held) fn read_tree(tree: &Json) -> Vec<Described> {
    uses(&expanded(tree, 0)).into_iter().map(described).collect()
}

fn uses(tree: &Json) -> Vec<Use<'_>> {
    let (mut whole, parts): (Vec<Use<'_>>, Vec<Use<'_>>) = gather(tree, "", "", 0).into_iter().partition(Use::is_whole);
    if whole.len() > MOST_DESCRIBED {
        return whole;
    }
    // An endpoint that stands beside the only use is its own. Of anything else it is told that it is not used.
    let is_one = whole.len() == 1;
    if let [only] = &mut whole[..] {
        only.others.extend(parts.iter().flat_map(|part| part.others.iter().cloned()).take(MOST_OTHERS));
    }
    for (place, part, value) in parts.into_iter().flat_map(|part| part.found) {
        for one in &mut whole {
            if is_one && part.is_url() && !one.has(part) {
                one.found.push((place.clone(), part, value));
            } else if one.others.len() <= MOST_OTHERS {
                one.others.push(place.clone());
            }
        }
    }
    whole
}

/// The uses in a tree. An object that only completes those inside it is a part of them.
fn gather<'a>(json: &'a Json, place: &str, name: &str, depth: usize) -> Vec<Use<'a>> {
    if depth > DEEPEST {
        return Vec::new();
    }
    if let Json::Array(items) = json {
        return items.iter().flat_map(|item| gather(item, place, name, depth + 1)).collect();
    }
    let mut own = Use { title: title(place, name).to_owned(), ..Use::default() };
    let mut inside: Vec<Use<'a>> = Vec::new();
    for (name, value) in json.as_object().into_iter().flatten() {
        let place = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
        match part(name) {
            Some(part) if is_value(part, value) => own.found.push((place, part, value)),
            _ if value.is_object() || is_list_of_objects(value) => {
                inside.extend(gather(value, &place, name, depth + 1));
            }
            _ if is_empty(value) => {}
            _ => own.others.push(place),
        }
    }
    let is_apart = |uses: &[Use<'_>]| {
        (1..uses.len()).all(|at| uses[..at].iter().all(|other| !uses[at].is_whole() && uses[at].is_beside(other)))
    };
    // A client and its tokens in two objects, neither of them enough.
    if inside.len() > 1 && !inside[0].is_whole() && is_apart(&inside) {
        let whole = inside.into_iter().reduce(joined);
        inside = whole.into_iter().collect();
    }
    if own.found.is_empty() {
        return inside;
    }
    let can_complete = |inner: &Use<'a>| own.is_beside(inner);
    if inside.is_empty() || !inside.iter().any(can_complete) {
        inside.insert(0, own);
        return inside;
    }
    let complete = |inner: Use<'a>| if own.is_beside(&inner) { joined(inner, own.clone()) } else { inner };
    inside.into_iter().map(complete).collect()
}

/// The name of an object, or of one around it if its own only says OAuth.
fn title<'a>(place: &'a str, name: &'a str) -> &'a str {
    /// Those that name nothing by themselves.
    const OF_NO_NAME: [&str; 4] = ["clientkwargs", "options", "params", "remoteapp"];
    const OF_ANY: [&str; 14] = [
        "auth",
        "authentication",
        "client",
        "clientkwargs",
        "config",
        "credentials",
        "oauth",
        "oauth2",
        "oidc",
        "options",
        "params",
        "provider",
        "remoteapp",
        "settings",
    ];
    let mut names = place.strip_suffix(name).unwrap_or_default().rsplit('.').filter(|name| !name.is_empty());
    let is_of_any = |name: &str| OF_ANY.contains(&squeezed(name).as_str());
    let around = if is_of_any(name) { names.find(|name| !is_of_any(name)) } else { None };
    around.unwrap_or(if OF_NO_NAME.contains(&squeezed(name).as_str()) { "" } else { name })
}

fn joined<'a>(mut one: Use<'a>, other: Use<'a>) -> Use<'a> {
    one.found.extend(other.found);
    one.others.extend(other.others);
    if one.title.is_empty() {
        one.title = other.title;
    }
    one
}

pub(in crate::dialect::held) fn part(name: &str) -> Option<Part> {
    let name = squeezed(name);
    let bare = ["oauth2", "oauth"].iter().find_map(|before| name.strip_prefix(before)).unwrap_or(&name);
    NAMES.iter().find(|(known, _)| *known == bare).map(|(_, part)| *part)
}

/// Whether a member holds such a value; an object of the same name is looked into.
fn is_value(part: Part, value: &Json) -> bool {
    let is_text = !plain_text(value).is_empty() && (part == Pkce || !value.is_boolean());
    let is_list = |items: &Vec<Json>| !items.is_empty() && items.iter().all(Json::is_string);
    if part == AuthorizationParameters {
        return value.is_object();
    }
    is_text || matches!(part, Scope | RedirectUri) && value.as_array().is_some_and(is_list)
}

fn is_list_of_objects(value: &Json) -> bool {
    value.as_array().is_some_and(|items| items.iter().any(Json::is_object))
}

fn described(found: Use<'_>) -> Described {
    let mut held = Held::new(FORMAT, "whoever reads this file");
    held.has_slots = true;
    held.title = found.title;
    for (place, part, value) in found.found {
        held.take_any(&plain_line(&place), part, value);
    }
    let more = found.others.len().saturating_sub(MOST_NOTES);
    for place in found.others.into_iter().take(MOST_NOTES) {
        held.ignore(plain_line(&place), "unknown name");
    }
    if more > 0 {
        held.ignore("…", format!("{more} more unknown names"));
    }
    held.described()
}

/// The tree with what is wrapped unwrapped: JSON in a text, lists of names with values, the base64 of a Kubernetes Secret.
fn expanded(json: &Json, depth: usize) -> Json {
    if depth > DEEPEST {
        return Json::Null;
    }
    match json {
        Json::Array(items) => {
            let pairs: Option<Map<String, Json>> = items.iter().map(pair).collect();
            let is_pairs = pairs.as_ref().is_some_and(|pairs| !pairs.is_empty());
            pairs
                .filter(|_| is_pairs)
                .map_or_else(|| Json::Array(items.iter().map(|item| expanded(item, depth + 1)).collect()), Json::Object)
        }
        Json::Object(members) => {
            let is_secret = text_at(json, "kind") == "Secret" && json.get("apiVersion").is_some();
            let unwrapped = members.iter().map(|(name, value)| {
                let value = match (name.as_str(), value) {
                    ("SecretString", Json::String(text)) => {
                        serde_json::from_str(text).unwrap_or_else(|_| value.clone())
                    }
                    ("data", Json::Object(data)) if is_secret => data.iter().map(decoded).collect(),
                    _ => expanded(value, depth + 1),
                };
                (name.clone(), value)
            });
            with_endpoints(unwrapped.collect())
        }
        other => other.clone(),
    }
}

/// A provider as Auth.js has it: an endpoint is an address or an object with one, and with parameters.
fn with_endpoints(mut members: Map<String, Json>) -> Json {
    for name in ["authorization", "token", "userinfo"] {
        let Some(value) = members.get(name) else { continue };
        let url = if value.is_object() { text_at(value, "url") } else { plain_text(value) };
        let parameters = value.get("params").filter(|params| params.is_object()).cloned();
        let is_url = url.contains("://") || url.starts_with("{{") && url.contains("}}/");
        if is_url || parameters.is_some() {
            members.remove(name);
        }
        if is_url {
            members.insert(format!("{name}_url"), Json::from(url));
        }
        if let Some(parameters) = parameters {
            members.insert(format!("{name}_params"), parameters);
        }
    }
    Json::Object(members)
}

/// A name and a value in an object of their own.
fn pair(item: &Json) -> Option<(String, Json)> {
    let name = ["name", "key"].iter().map(|key| text_at(item, key)).find(|name| !name.is_empty())?;
    let value = item.get("value").filter(|value| value.is_string())?;
    Some((name, value.clone()))
}

fn decoded((name, value): (&String, &Json)) -> (String, Json) {
    let bytes = STANDARD.decode(plain_text(value)).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    (name.clone(), text.map_or_else(|| value.clone(), |text| Json::from(text.trim_end())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn titles(tree: &Json) -> Vec<(String, usize)> {
        uses(tree).into_iter().map(|found| (found.title, found.found.len())).collect()
    }

    #[test]
    fn what_is_in_several_objects_is_one_use_unless_two_say_the_same() {
        let check = |tree: Json, expected: &[(&str, usize)]| {
            let expected: Vec<(String, usize)> = expected.iter().map(|(title, n)| ((*title).to_owned(), *n)).collect();
            assert_eq!(titles(&tree), expected, "{tree}");
        };
        let client = json!({"client_id": "a", "client_secret": "b"});
        check(client.clone(), &[("", 2)]);
        check(json!({"x": client, "y": client}), &[("x", 2), ("y", 2)]);
        check(json!({"client_id": "a", "client_secret": "b", "token": {"refresh_token": "r"}}), &[("token", 3)]);
        check(json!({"token_url": "https://a.test", "one": client, "two": client}), &[("one", 3), ("two", 3)]);
        check(json!({"app": {"client_id": "a"}, "tokens": {"refresh_token": "r"}}), &[("app", 2)]);
        let beside = json!({"token_url": "https://a.test", "client_id": "b", "redirect_uri": "https://c.test"});
        check(json!({"x": client, "y": {"token_url": "https://a.test", "scope": "s"}}), &[("x", 3)]);
        check(json!({"x": beside, "y": {"redirect_uri": "https://d.test"}}), &[("x", 3)]);
        check(json!({"client_id": "a"}), &[]);
        check(json!({"client_id": "", "client_secret": ""}), &[]);
        check(json!({"auth_url": "https://a.test", "password": "p"}), &[]);
    }

    #[test]
    fn what_is_wrapped_is_unwrapped() {
        let expected = json!({"client_id": "a"});
        assert_eq!(expanded(&json!([{"name": "client_id", "value": "a", "enabled": true}]), 0), expected);
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "data": {"client_id": "YQ=="}});
        assert_eq!(expanded(&secret, 0)["data"], expected);
        assert_eq!(expanded(&json!({"SecretString": "{\"client_id\":\"a\"}"}), 0)["SecretString"], expected);
    }
}
