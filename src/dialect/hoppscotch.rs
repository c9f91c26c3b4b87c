//! A Hoppscotch collection, or a list of them: the OAuth 2.0 settings of collections, folders and requests, and the
//! requests that ask for tokens themselves.

use serde_json::Value as Json;

use crate::dialect::document::{Document, DocumentError};
use crate::dialect::standard::{
    Block, Collected, Further, Placement, PlainRequest, RawBody, RawCall, Request, RequestPart, form_fields,
    method_or_get, plain_text, text_at,
};
use crate::dialect::{Import, Note};

const FORMAT: &str = "Hoppscotch collection";

/// The members of the settings that are read here; all others go on by their own names.
const OWN: [&str; 22] = [
    "accessTokenURL",
    "addTo",
    "authActive",
    "authEndpoint",
    "authRequestParams",
    "authType",
    "authURL",
    "clientAuthentication",
    "clientID",
    "clientSecret",
    "codeVerifierMethod",
    "grantType",
    "grantTypeInfo",
    "isPKCE",
    "password",
    "refreshRequestParams",
    "refreshToken",
    "scope",
    "scopes",
    "tokenEndpoint",
    "tokenRequestParams",
    "username",
];

pub fn recognise(document: &Document<'_>) -> bool {
    document.is_json(|json| match json {
        Json::Array(list) => !list.is_empty() && list.iter().all(is_collection),
        json => is_collection(json),
    })
}

fn is_collection(json: &Json) -> bool {
    let has_list = |name: &str| json.get(name).is_some_and(Json::is_array);
    has_list("folders") && has_list("requests") && json.get("name").is_some()
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let json = document.as_json(FORMAT)?;
    let mut collected = Collected::new(FORMAT, document.variables());
    for collection in json.as_array().map_or(std::slice::from_ref(json), Vec::as_slice) {
        if !is_collection(collection) {
            return Err(DocumentError::OtherFormat { format: FORMAT, expected: "`folders` and `requests`" });
        }
        let title = text_at(collection, "name");
        add(collection, &title, 0, None, &mut collected)?;
    }
    collected.import()
}

/// Adds what a folder and all in it have. `around` is the `auth` of the folders around it.
fn add(
    folder: &Json,
    title: &str,
    depth: usize,
    around: Option<&Json>,
    collected: &mut Collected,
) -> Result<(), DocumentError> {
    collected.check_depth(depth)?;
    for variable in list(folder, "variables") {
        let is_secret = variable.get("secret").and_then(Json::as_bool) == Some(true);
        let value = text_at(variable, "currentValue");
        let value = if value.is_empty() { text_at(variable, "initialValue") } else { value };
        collected.variables.add(&slots(&text_at(variable, "key")), &slots(&value), is_secret);
    }
    let auth = own_auth(folder, title, collected)?.or(around);
    for request in list(folder, "requests") {
        let auth = own_auth(request, title, collected)?.or(auth);
        let kind = auth.map(|auth| text_at(auth, "authType")).unwrap_or_default();
        collected.add(plain_request(request, title, auth), &kind)?;
    }
    list(folder, "folders").try_for_each(|inner| add(inner, title, depth + 1, auth, collected))
}

/// The `auth` of a folder or request unless it is inherited; its OAuth 2.0 settings are added.
fn own_auth<'a>(json: &'a Json, title: &str, collected: &mut Collected) -> Result<Option<&'a Json>, DocumentError> {
    let auth = json.get("auth").filter(|auth| !matches!(text_at(auth, "authType").as_str(), "" | "inherit"));
    let is_active = |auth: &&Json| auth.get("authActive").and_then(Json::as_bool) != Some(false);
    let is_oauth = |auth: &&Json| text_at(auth, "authType") == "oauth-2";
    if let Some(auth) = auth.filter(is_active).filter(is_oauth) {
        collected.add_block(block(auth, title))?;
    }
    Ok(auth.filter(is_active))
}

fn list<'a>(json: &'a Json, name: &str) -> impl Iterator<Item = &'a Json> {
    json.get(name).and_then(Json::as_array).into_iter().flatten()
}

/// The tool writes `<<name>>` for a variable.
fn slots(text: &str) -> String {
    text.replace("<<", "{{").replace(">>", "}}")
}

fn value_at(json: &Json, name: &str) -> String {
    slots(&text_at(json, name))
}

fn block(auth: &Json, title: &str) -> Block {
    // Before version 3 the settings stood in `auth` itself.
    let info = auth.get("grantTypeInfo").unwrap_or(auth);
    let mut block =
        Block { title: title.to_owned(), place: "auth".to_owned(), placement: Placement::Body, ..Block::default() };
    let grant = text_at(info, "grantType").to_ascii_lowercase();
    // Without a browser, its only URL is that of the token endpoint.
    let token_only = matches!(grant.as_str(), "client_credentials" | "password");
    let mut add = |name: &str, value: String| block.members.push((name.to_owned(), value));
    add("grantType", grant.clone());
    for (name, own) in [("authURL", "authUrl"), ("accessTokenURL", "accessTokenUrl"), ("scope", "scope")] {
        add(own, value_at(info, name));
    }
    let authorization = value_at(info, "authEndpoint");
    let token = value_at(info, "tokenEndpoint");
    match (token_only, token.is_empty()) {
        (true, true) => add("accessTokenUrl", authorization),
        (true, false) => add("accessTokenUrl", token),
        (false, _) => {
            add("authUrl", authorization);
            add("accessTokenUrl", token);
        }
    }
    add("clientId", value_at(info, "clientID"));
    for name in ["clientSecret", "scopes", "username", "password", "refreshToken"] {
        let own = if name == "scopes" { "scope" } else { name };
        add(own, value_at(info, name));
    }
    if !token_only {
        add("usePkce", (info.get("isPKCE").and_then(Json::as_bool) == Some(true)).to_string());
        add("pkceMethod", text_at(info, "codeVerifierMethod"));
    }
    match text_at(info, "clientAuthentication").as_str() {
        "AS_BASIC_AUTH_HEADERS" => add("clientAuthentication", "header".to_owned()),
        "IN_BODY" => add("clientAuthentication", "body".to_owned()),
        _ => {}
    }
    let others = [auth, info].into_iter().take(if std::ptr::eq(auth, info) { 1 } else { 2 });
    for (name, value) in others.filter_map(Json::as_object).flatten().filter(|(name, _)| !OWN.contains(&name.as_str()))
    {
        add(name, slots(&told(value)));
    }
    for (name, request) in [
        ("authRequestParams", Request::Authorization),
        ("tokenRequestParams", Request::Token),
        ("refreshRequestParams", Request::Refresh),
    ] {
        for parameter in list(info, name).filter(|parameter| is_active(parameter)) {
            let part = match text_at(parameter, "sendIn").as_str() {
                "headers" => RequestPart::Header,
                "url" => RequestPart::Query,
                _ => RequestPart::Body,
            };
            let (name, value) = (value_at(parameter, "key"), value_at(parameter, "value"));
            block.further.push(Further { request, part, name, value });
        }
    }
    block.members.retain(|(_, value)| !value.is_empty());
    block
}

/// The value of a member, or its JSON where it is no text, so that it is named.
fn told(value: &Json) -> String {
    match value {
        Json::Object(members) if members.is_empty() => String::new(),
        Json::Array(items) if items.is_empty() => String::new(),
        Json::Object(_) | Json::Array(_) => value.to_string(),
        scalar => plain_text(scalar),
    }
}

fn is_active(entry: &Json) -> bool {
    entry.get("active").and_then(Json::as_bool) != Some(false)
}

fn plain_request(request: &Json, title: &str, auth: Option<&Json>) -> PlainRequest {
    let name = text_at(request, "name");
    let mut ignored = Vec::new();
    let mut call = RawCall {
        method: method_or_get(&text_at(request, "method")),
        url: value_at(request, "endpoint"),
        headers: pairs(list(request, "headers")),
        query: pairs(list(request, "params")),
        body: body(request.get("body").unwrap_or(&Json::Null), &name, &mut ignored),
        basic: None,
    };
    if let Some(auth) = auth {
        let parameter = || (value_at(auth, "key"), value_at(auth, "value"));
        match text_at(auth, "authType").as_str() {
            "basic" => call.basic = Some((value_at(auth, "username"), value_at(auth, "password"))),
            "api-key" if text_at(auth, "addTo") == "QUERY_PARAMS" => call.query.push(parameter()),
            "api-key" => call.headers.push(parameter()),
            _ => {}
        }
    }
    let name = if name.is_empty() { "request".to_owned() } else { name };
    PlainRequest { title: title.to_owned(), name, call, ignored }
}

fn pairs<'a>(entries: impl Iterator<Item = &'a Json>) -> Vec<(String, String)> {
    let used = entries.filter(|entry| is_active(entry));
    used.map(|entry| (value_at(entry, "key"), value_at(entry, "value"))).filter(|(name, _)| !name.is_empty()).collect()
}

/// A form is a list, or lines of `name: value`.
fn body(body: &Json, name: &str, ignored: &mut Vec<Note>) -> RawBody {
    let content = body.get("body").unwrap_or(&Json::Null);
    if let Json::Array(fields) = content {
        ignored.push(Note::new(format!("{name} › body"), "the body is sent URL-encoded (RFC 6749 section 4.1.3)"));
        return RawBody::Fields(pairs(fields.iter()));
    }
    let text = slots(&plain_text(content));
    let is_form = text_at(body, "contentType").starts_with("application/x-www-form-urlencoded");
    match text.trim() {
        "" => RawBody::None,
        _ if !is_form => RawBody::Text(text),
        encoded if !encoded.contains(':') || encoded.contains("grant_type=") => RawBody::Fields(form_fields(encoded)),
        lines => RawBody::Fields(
            lines
                .lines()
                .filter(|line| !line.trim_start().starts_with('#'))
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
                .collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_is_not_known_is_told() {
        let text = r#"{"name": "Acme", "folders": [], "requests": [], "auth": {"authType": "oauth-2", "authActive": true,
            "addTo": "HEADERS", "other": {"a": 1}, "grantTypeInfo": {"grantType": "AUTHORIZATION_CODE",
            "authUrl": "https://as.test/authorize", "tokenUrl": "https://as.test/token", "clientID": "demo",
            "redirectURI": "https://app.test/back", "extra": "x", "empty": "", "state": "s"}}}"#;
        let import = read(&Document::from(text)).expect("a service");
        let one = &import.described[0];
        assert_eq!(one.service.token_request.url.source(), "https://as.test/token");
        assert_eq!((one.client_id.as_str(), one.redirect_uri.as_str()), ("demo", "https://app.test/back"));
        let told: Vec<&str> = one.ignored.iter().map(|note| note.place.as_str()).collect();
        assert_eq!(told, ["auth.other", "auth.extra", "auth.state"]);
    }
}
