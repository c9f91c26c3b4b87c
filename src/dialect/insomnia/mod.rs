//! Insomnia: the OAuth 2.0 block of requests and folders, and the requests that ask for tokens themselves, in an export of
//! version 4 or 5 (YAML or JSON), with the variables of its environments.

mod request;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::dialect::Import;
use crate::dialect::document::{Document, DocumentError};
use crate::dialect::insomnia::request::{Body, Pair, Sent};
use crate::dialect::standard::{Block, Collected, DEEPEST_FOLDER, Placement, Variables, plain_text, text_at};

const FORMAT: &str = "Insomnia export";

/// How version 5 names its types: `collection.insomnia.rest/5.0`.
const VERSION_5: &str = ".insomnia.rest/5";

/// Version 5, as far as it is read. All scalars are strings, whatever YAML would make of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Export {
    #[serde(rename = "type")]
    kind: String,
    name: Option<String>,
    collection: Vec<Item>,
    environments: Environment,
}

/// A request or a folder.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Item {
    name: Option<String>,
    authentication: Option<Authentication>,
    url: Option<String>,
    method: Option<String>,
    headers: Option<Vec<Pair>>,
    parameters: Option<Vec<Pair>>,
    body: Option<Body>,
    children: Vec<Item>,
    environment: Option<BTreeMap<String, Value>>,
}

/// The members of a block, as strings.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Authentication {
    #[serde(rename = "type")]
    kind: Option<String>,
    grant_type: Option<String>,
    authorization_url: Option<String>,
    access_token_url: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    redirect_url: Option<String>,
    scope: Option<String>,
    username: Option<String>,
    password: Option<String>,
    refresh_token: Option<String>,
    audience: Option<String>,
    resource: Option<String>,
    credentials_in_body: Option<bool>,
    use_pkce: Option<bool>,
    pkce_method: Option<String>,
    disabled: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Environment {
    data: BTreeMap<String, Value>,
    #[serde(rename = "subEnvironments")]
    sub_environments: Vec<Environment>,
}

/// The value of a variable; a list is not used.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Value {
    Text(String),
    Number(serde_json::Number),
    Group(BTreeMap<String, Value>),
    Other(serde::de::IgnoredAny),
}

pub fn recognise(document: &Document<'_>) -> bool {
    if let Some(json) = document.json() {
        return is_version_4(json) || text_at(json, "type").contains(VERSION_5);
    }
    let text = document.text();
    is_yaml_4(text) || text.lines().any(|line| line.starts_with("type:") && line.contains(VERSION_5))
}

/// Version 4 as YAML names its version in the first lines.
fn is_yaml_4(text: &str) -> bool {
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    has("_type: export") && has("resources:")
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let mut gathered = Gathered(Collected::new(FORMAT, document.variables()));
    match document.json() {
        Some(json) if is_version_4(json) => gathered.version_4(json)?,
        None if is_yaml_4(document.text()) => gathered.version_4(&document.yaml(FORMAT)?)?,
        _ => gathered.version_5(document.typed(FORMAT)?)?,
    }
    let has_none = gathered.0.is_empty();
    gathered.0.import().map_err(|error| match error {
        DocumentError::NoOauth { format, .. } if has_none => DocumentError::OtherFormat { format, expected: "request" },
        other => other,
    })
}

fn is_version_4(json: &Json) -> bool {
    text_at(json, "_type") == "export" && json.get("resources").is_some_and(Json::is_array)
}

/// What an export has of services.
struct Gathered(Collected);

impl Gathered {
    /// A flat list of resources: requests, folders, workspaces and environments.
    fn version_4(&mut self, json: &Json) -> Result<(), DocumentError> {
        let resources = json.get("resources").and_then(Json::as_array);
        let workspace = resources.into_iter().flatten().find(|resource| text_at(resource, "_type") == "workspace");
        self.0.title = workspace.map(|workspace| text_at(workspace, "name")).unwrap_or_default();
        let by_id: BTreeMap<String, &Json> =
            resources.into_iter().flatten().map(|resource| (text_at(resource, "_id"), resource)).collect();
        for resource in resources.into_iter().flatten() {
            let environment = if text_at(resource, "_type") == "environment" { "data" } else { "environment" };
            if let Ok(data) = BTreeMap::deserialize(resource.get(environment).unwrap_or(&Json::Null)) {
                add_data(data, "", &mut self.0.variables);
            }
            let name = text_at(resource, "name");
            let own = own_authentication(resource);
            if let Some(members) = own.and_then(Json::as_object).filter(|_| kind_of(own) == "oauth2") {
                let pair = |(name, value): (&String, &Json)| (name.clone(), plain_text(value));
                self.add_block(name.clone(), members.iter().map(pair).collect())?;
            }
            if text_at(resource, "_type") == "request"
                && let Ok(sent) = Sent::deserialize(resource)
            {
                let authentication = inherited(resource, &by_id);
                let kind = kind_of(authentication);
                let basic = authentication.filter(|_| kind == "basic");
                let basic = basic.map(|basic| (text_at(basic, "username"), text_at(basic, "password")));
                self.add_request(name, sent, &kind, basic)?;
            }
        }
        Ok(())
    }

    /// A tree of folders, and an environment with nested ones.
    fn version_5(&mut self, export: Export) -> Result<(), DocumentError> {
        if !export.kind.contains(VERSION_5) {
            return Err(DocumentError::OtherFormat { format: FORMAT, expected: "`type` of version 5" });
        }
        self.0.title = export.name.unwrap_or_default();
        for item in export.collection {
            self.add_item(item, 0, &Authentication::default())?;
        }
        add_environment(export.environments, &mut self.0.variables);
        Ok(())
    }

    /// `around` is the authentication of the folders around it.
    fn add_item(&mut self, item: Item, depth: usize, around: &Authentication) -> Result<(), DocumentError> {
        self.0.check_depth(depth)?;
        let name = item.name.unwrap_or_else(|| self.0.title.clone());
        add_data(item.environment.unwrap_or_default(), "", &mut self.0.variables);
        let own = item.authentication.filter(|own| own.disabled != Some(true) && own.kind.is_some());
        if let Some(own) = own.as_ref().filter(|own| own.is_of("oauth2")) {
            self.add_block(name.clone(), own.members())?;
        }
        let authentication = own.as_ref().unwrap_or(around);
        let kind = authentication.kind.clone().unwrap_or_default();
        let basic = authentication.username.clone().zip(authentication.password.clone()).filter(|_| kind == "basic");
        let Item { url, method, headers, parameters, body, .. } = item;
        let sent = Sent { url, method, headers, parameters, body };
        self.add_request(name, sent, &kind, basic)?;
        item.children.into_iter().try_for_each(|child| self.add_item(child, depth + 1, authentication))
    }

    fn add_request(
        &mut self,
        name: String,
        sent: Sent,
        kind: &str,
        basic: Option<(String, String)>,
    ) -> Result<(), DocumentError> {
        let request = sent.request(self.0.title.clone(), name, basic);
        request.map_or(Ok(()), |request| self.0.add(request, kind))
    }

    fn add_block(&mut self, title: String, members: Vec<(String, String)>) -> Result<(), DocumentError> {
        let place = "authentication".to_owned();
        self.0.add_block(Block { title, place, members, placement: Placement::Basic, ..Block::default() })
    }
}

fn add_environment(environment: Environment, variables: &mut Variables) {
    add_data(environment.data, "", variables);
    // Depth is bounded by the parser.
    environment.sub_environments.into_iter().for_each(|inner| add_environment(inner, variables));
}

/// Adds variables by their names, those of a group as `group.name`.
fn add_data(data: BTreeMap<String, Value>, before: &str, variables: &mut Variables) {
    for (name, value) in data {
        let name = format!("{before}{name}");
        match value {
            Value::Text(value) => variables.add(&name, &value, false),
            Value::Number(value) => variables.add(&name, &value.to_string(), false),
            Value::Group(inner) => add_data(inner, &format!("{name}."), variables),
            Value::Other(_) => {}
        }
    }
}

/// The authentication of a resource, if it has one of its own that is switched on.
fn own_authentication(resource: &Json) -> Option<&Json> {
    let own = resource.get("authentication")?;
    let is_enabled = own.get("disabled").and_then(Json::as_bool) != Some(true);
    Some(own).filter(|_| is_enabled && !text_at(own, "type").is_empty())
}

/// That of a resource, or of the nearest folder around it that has one.
fn inherited<'a>(resource: &'a Json, by_id: &BTreeMap<String, &'a Json>) -> Option<&'a Json> {
    let mut folder = Some(resource);
    for _ in 0..DEEPEST_FOLDER {
        let own = folder.and_then(own_authentication);
        if own.is_some() {
            return own;
        }
        folder = by_id.get(&text_at(folder?, "parentId")).copied();
    }
    None
}

fn kind_of(authentication: Option<&Json>) -> String {
    authentication.map(|authentication| text_at(authentication, "type")).unwrap_or_default()
}

impl Authentication {
    fn is_of(&self, kind: &str) -> bool {
        self.kind.as_deref() == Some(kind)
    }

    fn members(&self) -> Vec<(String, String)> {
        let flag = |flag: Option<bool>| flag.map(|flag| flag.to_string());
        let members = [
            ("grantType", self.grant_type.clone()),
            ("authorizationUrl", self.authorization_url.clone()),
            ("accessTokenUrl", self.access_token_url.clone()),
            ("clientId", self.client_id.clone()),
            ("clientSecret", self.client_secret.clone()),
            ("redirectUrl", self.redirect_url.clone()),
            ("scope", self.scope.clone()),
            ("username", self.username.clone()),
            ("password", self.password.clone()),
            ("refreshToken", self.refresh_token.clone()),
            ("audience", self.audience.clone()),
            ("resource", self.resource.clone()),
            ("credentialsInBody", flag(self.credentials_in_body)),
            ("usePkce", flag(self.use_pkce)),
            ("pkceMethod", self.pkce_method.clone()),
        ];
        members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}
