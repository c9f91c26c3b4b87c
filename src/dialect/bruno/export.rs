//! Bruno's export of a whole collection in JSON: folders and requests in `items`, and the settings of the collection and of each
//! folder in `root`.

use serde_json::Value as Json;

use crate::dialect::bruno::FORMAT;
use crate::dialect::bruno::json::{self, is_enabled, list, pairs};
use crate::dialect::document::{Document, DocumentError};
use crate::dialect::standard::{
    Block, Collected, Placement, PlainRequest, RawBody, RawCall, Variables, method_or_get, plain_text, text_at,
};
use crate::dialect::{Import, Note};

/// Whether a document is such an export: its items have a type, and its version is `1`.
pub(super) fn recognise(document: &Document<'_>) -> bool {
    document.is_json(|json| {
        let is_item = |item: &Json| item.get("type").is_some() && (item.get("request").or(item.get("items"))).is_some();
        let items = json.get("items").and_then(Json::as_array);
        let is_ours = ["brunoConfig", "root", "environments"].iter().any(|name| json.get(name).is_some());
        text_at(json, "version") == "1" && items.is_some_and(|items| is_ours || items.iter().any(is_item))
    })
}

pub(super) fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let json = document.as_json(FORMAT)?;
    let mut collected = Collected::new(FORMAT, document.variables());
    collected.title = text_at(json, "name");
    for environment in list(json, "environments") {
        add_variables(environment, "variables", &mut collected.variables);
    }
    add(json, 0, None, &mut collected)?;
    collected.import()
}

/// Adds what a collection, folder or request and all in it have. `inherited` is the `auth` around it.
fn add(item: &Json, depth: usize, inherited: Option<&Json>, collected: &mut Collected) -> Result<(), DocumentError> {
    collected.check_depth(depth)?;
    let own = item.get("request").or_else(|| item.get("root").and_then(|root| root.get("request")));
    let own = own.unwrap_or(&Json::Null);
    if let Some(variables) = own.get("vars") {
        add_variables(variables, "req", &mut collected.variables);
    }
    let auth = own.get("auth").filter(|auth| !matches!(text_at(auth, "mode").as_str(), "" | "inherit"));
    if let Some(settings) = auth.filter(|auth| text_at(auth, "mode") == "oauth2").and_then(|auth| auth.get("oauth2")) {
        let name = text_at(item, "name");
        let block = block(settings, if name.is_empty() { &collected.title } else { &name });
        collected.add_block(block)?;
    }
    let auth = auth.or(inherited);
    if item.get("request").is_some() {
        let request = request(own, &collected.title, text_at(item, "name"), auth);
        collected.add(request, &auth.map(|auth| text_at(auth, "mode")).unwrap_or_default())?;
    }
    list(item, "items").try_for_each(|inner| add(inner, depth + 1, auth, collected))
}

fn add_variables(json: &Json, name: &str, variables: &mut Variables) {
    for variable in list(json, name).filter(|variable| is_enabled(variable)) {
        let is_secret = variable.get("secret").and_then(Json::as_bool) == Some(true);
        variables.add(&text_at(variable, "name"), &text_at(variable, "value"), is_secret);
    }
}

fn block(settings: &Json, title: &str) -> Block {
    let mut block = Block {
        title: title.to_owned(),
        place: "auth.oauth2".to_owned(),
        placement: Placement::Body,
        ..Block::default()
    };
    for (name, value) in settings.as_object().into_iter().flatten().filter(|(name, _)| *name != "additionalParameters")
    {
        block.members.push((name.clone(), plain_text(value)));
    }
    let further = settings.get("additionalParameters").unwrap_or(&Json::Null);
    block.further = json::further(further, ["authorization", "token", "refresh"], "sendIn");
    block
}

fn request(request: &Json, title: &str, name: String, auth: Option<&Json>) -> PlainRequest {
    let mut ignored = Vec::new();
    let mut call = RawCall {
        method: method_or_get(&text_at(request, "method")),
        url: text_at(request, "url"),
        headers: pairs(list(request, "headers")),
        body: body(request.get("body").unwrap_or(&Json::Null), &name, &mut ignored),
        ..RawCall::default()
    };
    let is_path = |parameter: &&Json| text_at(parameter, "type") == "path";
    call.fill_path(pairs(list(request, "params").filter(is_path)));
    call.set_query(pairs(list(request, "params").filter(|parameter| !is_path(parameter))));
    if let Some(auth) = auth {
        let mode = text_at(auth, "mode");
        let settings = auth.get(&mode).unwrap_or(&Json::Null);
        let parameter = || (text_at(settings, "key"), text_at(settings, "value"));
        match mode.as_str() {
            "basic" => call.basic = Some((text_at(settings, "username"), text_at(settings, "password"))),
            "apikey" if text_at(settings, "placement") == "queryparams" => call.query.push(parameter()),
            "apikey" => call.headers.push(parameter()),
            _ => {}
        }
    }
    let name = if name.is_empty() { "request".to_owned() } else { name };
    PlainRequest { title: title.to_owned(), name, call, ignored }
}

fn body(body: &Json, name: &str, ignored: &mut Vec<Note>) -> RawBody {
    match text_at(body, "mode").as_str() {
        "formUrlEncoded" => RawBody::Fields(pairs(list(body, "formUrlEncoded"))),
        "multipartForm" => {
            ignored.push(Note::new(format!("{name} › body"), "the body is sent URL-encoded (RFC 6749 section 4.1.3)"));
            RawBody::Fields(pairs(list(body, "multipartForm")))
        }
        mode => match text_at(body, mode) {
            text if text.is_empty() => RawBody::None,
            text => RawBody::Text(text),
        },
    }
}
