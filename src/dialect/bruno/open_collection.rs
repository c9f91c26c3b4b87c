//! Bruno's files in YAML (OpenCollection): a collection (`opencollection.yml`), a folder or a request.

use serde_json::Value as Json;

use crate::dialect::bruno::FORMAT;
use crate::dialect::bruno::json::{self, is_enabled, list, pairs};
use crate::dialect::document::{Document, DocumentError};
use crate::dialect::standard::{
    Block, Collected, Placement, PlainRequest, RawBody, RawCall, Variables, method_or_get, plain_text, text_at,
};
use crate::dialect::{Import, Note};

/// Whether a text is such a file, by the names at the start of its lines.
pub(super) fn recognise(document: &Document<'_>) -> bool {
    let is_one = |has: &dyn Fn(&str) -> bool| has("opencollection") || has("info") && (has("http") || has("request"));
    match document.json() {
        Some(json) => json.get("opencollection").is_some() && is_one(&|name| json.get(name).is_some()),
        None => is_one(&|name| {
            let starts = |line: &str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(':'));
            document.text().lines().any(starts)
        }),
    }
}

pub(super) fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let json: Json = document.typed(FORMAT)?;
    let mut collected = Collected::new(FORMAT, document.variables());
    if json.get("opencollection").is_some() {
        collected.title = name(&json);
    }
    add(&json, 0, None, &mut collected)?;
    collected.import()
}

fn name(item: &Json) -> String {
    item.get("info").map(|info| text_at(info, "name")).unwrap_or_default()
}

/// Adds what a collection, folder or request and all in it have. `inherited` is the `auth` around it.
fn add(item: &Json, depth: usize, inherited: Option<&Json>, collected: &mut Collected) -> Result<(), DocumentError> {
    collected.check_depth(depth)?;
    for part in ["request", "runtime"].into_iter().filter_map(|part| item.get(part)) {
        add_variables(part.get("variables"), &mut collected.variables);
    }
    let config = item.get("config").unwrap_or(&Json::Null);
    for environment in list(config, "environments").chain(list(item, "environments")) {
        add_variables(environment.get("variables"), &mut collected.variables);
    }
    let places = [Some(item), item.get("request"), item.get("http"), item.get("runtime")];
    let auth = places.into_iter().flatten().find_map(|place| place.get("auth"));
    let own = auth.filter(|auth| auth.is_object());
    let title = name(item);
    if let Some(auth) = own.filter(|auth| text_at(auth, "type") == "oauth2") {
        collected.add_block(block(auth, &title))?;
    }
    let is_inherited = auth.is_some_and(|auth| plain_text(auth) == "inherit");
    if let Some(http) = item.get("http") {
        let auth = own.or(inherited.filter(|_| is_inherited));
        let request = request(http, &collected.title, title, auth);
        collected.add(request, &auth.map(|auth| text_at(auth, "type")).unwrap_or_default())?;
    }
    let inherited = own.or(inherited);
    list(item, "items").try_for_each(|inner| add(inner, depth + 1, inherited, collected))
}

/// Adds the variables of a file; a secret one has no value.
pub(super) fn add_variables(listed: Option<&Json>, variables: &mut Variables) {
    for variable in listed.and_then(Json::as_array).into_iter().flatten().filter(|variable| is_enabled(variable)) {
        let value = variable.get("value").unwrap_or(&Json::Null);
        let value = if value.is_object() { text_at(value, "data") } else { plain_text(value) };
        let is_secret = variable.get("secret").and_then(Json::as_bool) == Some(true);
        variables.add(&text_at(variable, "name"), &value, is_secret);
    }
}

fn block(auth: &Json, title: &str) -> Block {
    let mut block =
        Block { title: title.to_owned(), place: "auth".to_owned(), placement: Placement::Body, ..Block::default() };
    let mut add = |name: &str, value: String| block.members.push((name.to_owned(), value));
    let flow = text_at(auth, "flow");
    add("grantType", if flow.starts_with("resource_owner_password") { "password".to_owned() } else { flow });
    for name in ["authorizationUrl", "accessTokenUrl", "refreshTokenUrl", "callbackUrl", "scope"] {
        add(name, text_at(auth, name));
    }
    let credentials = auth.get("credentials").unwrap_or(&Json::Null);
    add("clientId", text_at(credentials, "clientId"));
    add("clientSecret", text_at(credentials, "clientSecret"));
    match text_at(credentials, "placement") {
        placement if placement.is_empty() => {}
        placement => add("credentialsPlacement", placement),
    }
    let owner = auth.get("resourceOwner").unwrap_or(&Json::Null);
    add("username", text_at(owner, "username"));
    add("password", text_at(owner, "password"));
    if let Some(pkce) = auth.get("pkce") {
        let is_off = pkce.get("enabled").and_then(Json::as_bool) == Some(false) || !is_enabled(pkce);
        add("usePkce", (!is_off).to_string());
        add("pkceMethod", text_at(pkce, "method"));
    }
    let further = auth.get("additionalParameters").unwrap_or(&Json::Null);
    let lists = ["authorizationRequest", "accessTokenRequest", "refreshTokenRequest"];
    block.further = json::further(further, lists, "placement");
    block
}

fn request(http: &Json, title: &str, name: String, auth: Option<&Json>) -> PlainRequest {
    let mut ignored = Vec::new();
    let mut call = RawCall {
        method: method_or_get(&text_at(http, "method")),
        url: text_at(http, "url"),
        headers: pairs(list(http, "headers")),
        body: body(http.get("body").unwrap_or(&Json::Null), &name, &mut ignored),
        ..RawCall::default()
    };
    let is_path = |parameter: &&Json| text_at(parameter, "type") == "path";
    call.fill_path(pairs(list(http, "params").filter(is_path)));
    call.set_query(pairs(list(http, "params").filter(|parameter| !is_path(parameter))));
    if let Some(auth) = auth {
        match text_at(auth, "type").as_str() {
            "basic" => call.basic = Some((text_at(auth, "username"), text_at(auth, "password"))),
            "apikey" if text_at(auth, "placement") == "query" => {
                call.query.push((text_at(auth, "key"), text_at(auth, "value")));
            }
            "apikey" => call.headers.push((text_at(auth, "key"), text_at(auth, "value"))),
            _ => {}
        }
    }
    let name = if name.is_empty() { "request".to_owned() } else { name };
    PlainRequest { title: title.to_owned(), name, call, ignored }
}

fn body(body: &Json, name: &str, ignored: &mut Vec<Note>) -> RawBody {
    let data = body.get("data").unwrap_or(&Json::Null);
    match text_at(body, "type").as_str() {
        "form-urlencoded" => RawBody::Fields(pairs(data.as_array().into_iter().flatten())),
        "multipart-form" => {
            ignored.push(Note::new(format!("{name} › body"), "the body is sent URL-encoded (RFC 6749 section 4.1.3)"));
            RawBody::Fields(pairs(data.as_array().into_iter().flatten()))
        }
        _ => match plain_text(data) {
            text if text.is_empty() => RawBody::None,
            text => RawBody::Text(text),
        },
    }
}
