//! A Postman collection (schema 2.0 and 2.1): the OAuth 2.0 blocks of the collection, its folders and requests, and the
//! requests that ask for tokens themselves. And a Postman environment: its variables, as far as their names say what they
//! are.

mod request;
mod script;

use serde_json::Value as Json;

use crate::dialect::document::{Document, DocumentError};
use crate::dialect::postman::request::{has_path, plain_request};
use crate::dialect::postman::script::{Scripts, scripts};
use crate::dialect::standard::{
    Block, Collected, Further, Placement, Request, RequestPart, Variables, plain_text, squeezed, text_at,
};
use crate::dialect::{Described, Import, Note};
use crate::oauth::plain_line;

const COLLECTION: &str = "Postman collection";
const ENVIRONMENT: &str = "Postman environment";

/// How many scripts that are not read are told.
const MOST_UNREAD: usize = 10;

pub fn recognise(document: &Document<'_>) -> bool {
    document.is_json(is_one)
}

fn is_one(json: &Json) -> bool {
    is_environment(json) || is_collection(json)
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let json = document.as_json(COLLECTION)?;
    // The tool's API wraps the collection.
    let json = json.get("collection").or_else(|| json.get("environment")).unwrap_or(json);
    if is_environment(json) {
        let described = environment(json, document.variables())?;
        return Ok(Import { format: ENVIRONMENT, described: vec![described] });
    }
    let expected = "`info` and `item`";
    if !is_collection(json) {
        return Err(DocumentError::OtherFormat { format: COLLECTION, expected });
    }
    let title = json.get("info").map(|info| text_at(info, "name")).unwrap_or_default();
    let mut gathered = Gathered { collected: Collected::new(COLLECTION, document.variables()), unread: Vec::new() };
    gathered.collected.title.clone_from(&title);
    add_variables(json.get("variable"), &mut gathered.collected.variables);
    gathered.add(json, &title, 0, None)?;
    let mut import = gathered.collected.import()?;
    for described in &mut import.described {
        described.ignored.extend(gathered.unread.iter().cloned());
    }
    Ok(import)
}

fn is_collection(json: &Json) -> bool {
    let json = json.get("collection").unwrap_or(json);
    json.get("info").is_some_and(Json::is_object) && (json.get("item").is_some() || json.get("auth").is_some())
}

fn is_environment(json: &Json) -> bool {
    let json = json.get("environment").unwrap_or(json);
    let values = json.get("values").and_then(Json::as_array);
    values.is_some_and(|values| !values.is_empty() && values.iter().all(|value| value.get("key").is_some()))
        && (json.get("name").is_some() || json.get("_postman_variable_scope").is_some())
}

/// What a collection has of services.
struct Gathered {
    collected: Collected,
    /// The scripts that send requests which are not read.
    unread: Vec<Note>,
}

impl Gathered {
    /// Adds what an item and all in it have. `inherited` is the `auth` of the folders around it.
    fn add(&mut self, item: &Json, title: &str, depth: usize, inherited: Option<&Json>) -> Result<(), DocumentError> {
        self.collected.check_depth(depth)?;
        let auth = item.get("auth").or_else(|| item.get("request").and_then(|request| request.get("auth")));
        if let Some(block) = auth.and_then(|auth| block(auth, title)) {
            self.collected.add_block(block)?;
        }
        if let Some(request) = plain_request(item, &self.collected.title, inherited) {
            self.collected.add(request, &auth.map(|auth| text_at(auth, "type")).unwrap_or_default())?;
        }
        let Scripts { requests, unread } = scripts(item, &self.collected.title);
        self.unread.extend(unread.into_iter().take(MOST_UNREAD.saturating_sub(self.unread.len())));
        for request in requests {
            self.collected.add_unseen(request)?;
        }
        let inherited = item.get("auth").filter(|auth| auth.is_object()).or(inherited);
        for inner in item.get("item").and_then(Json::as_array).into_iter().flatten() {
            let name = text_at(inner, "name");
            self.add(inner, if depth == 0 && !name.is_empty() { &name } else { title }, depth + 1, inherited)?;
        }
        Ok(())
    }
}

/// The block of an `auth` of type `oauth2`: a list of keys and values (2.1) or an object (2.0).
fn block(auth: &Json, title: &str) -> Option<Block> {
    if text_at(auth, "type") != "oauth2" {
        return None;
    }
    let mut block = Block { title: title.to_owned(), place: "auth.oauth2".to_owned(), ..Block::default() };
    block.placement = Placement::Basic;
    match auth.get("oauth2")? {
        Json::Array(members) => members.iter().for_each(|member| {
            add_member(&mut block, &text_at(member, "key"), member.get("value").unwrap_or(&Json::Null));
        }),
        Json::Object(members) => members.iter().for_each(|(name, value)| add_member(&mut block, name, value)),
        _ => return None,
    }
    Some(block)
}

fn add_member(block: &mut Block, name: &str, value: &Json) {
    let request = match squeezed(name).as_str() {
        "authrequestparams" => Request::Authorization,
        "tokenrequestparams" => Request::Token,
        "refreshrequestparams" => Request::Refresh,
        // Told as unknown.
        _ if value.is_object() || value.is_array() => {
            return block.members.push((format!("{name} (no text)"), value.to_string()));
        }
        _ => return block.members.push((name.to_owned(), plain_text(value))),
    };
    for parameter in value.as_array().into_iter().flatten().filter(|parameter| is_enabled(parameter)) {
        let part = match text_at(parameter, "send_as").as_str() {
            "request_header" => RequestPart::Header,
            "request_url" => RequestPart::Query,
            _ => RequestPart::Body,
        };
        let (name, value) = (text_at(parameter, "key"), text_at(parameter, "value"));
        block.further.push(Further { request, part, name, value });
    }
}

fn add_variables(list: Option<&Json>, variables: &mut Variables) {
    for variable in list.and_then(Json::as_array).into_iter().flatten().filter(|variable| is_enabled(variable)) {
        variables.add(&text_at(variable, "key"), &text_at(variable, "value"), text_at(variable, "type") == "secret");
    }
}

fn is_enabled(entry: &Json) -> bool {
    entry.get("enabled").and_then(Json::as_bool) != Some(false)
        && entry.get("disabled").and_then(Json::as_bool) != Some(true)
}

/// The most variables that are named as not used.
const MOST_NOTES: usize = 30;

/// An environment has no block, but variables with known names.
fn environment(json: &Json, mut variables: Variables) -> Result<Described, DocumentError> {
    let json = json.get("environment").unwrap_or(json);
    add_variables(json.get("values"), &mut variables);
    let title = text_at(json, "name");
    let mut block = Block { title, place: "values".to_owned(), ..Block::default() };
    let mut others = Vec::new();
    let mut hosts = Vec::new();
    let values = json.get("values").and_then(Json::as_array).into_iter().flatten();
    for variable in values.filter(|variable| is_enabled(variable)) {
        match meant(&text_at(variable, "key")) {
            Some(member) if member.ends_with("Url") && is_only_host(&variables, &text_at(variable, "value")) => {
                hosts.push(text_at(variable, "key"));
            }
            Some(member) if !block.members.iter().any(|(known, _)| known == member) => {
                let (name, value) = (text_at(variable, "key"), text_at(variable, "value"));
                // A variable without a value stands for what the person has.
                let is_open = value.is_empty() && !member.ends_with("Url");
                let value = if is_open { format!("{{{{{name}}}}}") } else { value };
                block.members.push((member.to_owned(), value));
            }
            _ => others.push(plain_line(&text_at(variable, "key"))),
        }
    }
    if !block.members.iter().any(|(name, _)| name == "accessTokenUrl" || name == "clientId") {
        let expected = "variable for a token URL or a client id";
        return Err(DocumentError::OtherFormat { format: ENVIRONMENT, expected });
    }
    let mut described = block.described(ENVIRONMENT, &variables);
    for name in hosts {
        described.ignored.push(Note::new(format!("values.{name}"), "a host, not an endpoint: its URL has no path"));
    }
    let more = others.len().saturating_sub(MOST_NOTES);
    for name in others.into_iter().take(MOST_NOTES) {
        described.ignored.push(Note::new(format!("values.{name}"), "unknown name"));
    }
    if more > 0 {
        described.ignored.push(Note::new("values", format!("{more} more variables with unknown names")));
    }
    Ok(described)
}

/// Whether a value is a URL without a path, which is no endpoint.
fn is_only_host(variables: &Variables, value: &str) -> bool {
    let filled = variables.fill(value);
    !filled.is_empty() && !has_path(filled.expose())
}

/// The member for a variable of this name.
fn meant(name: &str) -> Option<&'static str> {
    let name = squeezed(name);
    let name = name.strip_prefix("oauth2").or_else(|| name.strip_prefix("oauth")).unwrap_or(&name);
    Some(match name {
        "authurl" | "authorizationurl" | "authorizeurl" | "authorizationendpoint" | "authendpoint" => "authUrl",
        "tokenurl" | "accesstokenurl" | "tokenendpoint" | "tokenuri" => "accessTokenUrl",
        "refreshurl" | "refreshtokenurl" => "refreshTokenUrl",
        "clientid" => "clientId",
        "clientsecret" => "clientSecret",
        "scope" | "scopes" => "scope",
        "redirecturi" | "redirecturl" | "callbackurl" => "redirect_uri",
        "granttype" => "grant_type",
        "refreshtoken" => "refreshToken",
        _ => return None,
    })
}
