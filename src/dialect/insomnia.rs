//! Insomnia: the OAuth 2.0 block of requests and folders, in an export of version 4 (JSON) or 5 (YAML or JSON), with
//! the variables of its environments.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::dialect::Import;
use crate::dialect::document::{Document, DocumentError};
use crate::dialect::standard::{Block, Blocks, DEEPEST_FOLDER, Variables, plain_text, text_at};

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
    children: Vec<Item>,
    environment: Option<BTreeMap<String, Scalar>>,
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
    data: BTreeMap<String, Scalar>,
    #[serde(rename = "subEnvironments")]
    sub_environments: Vec<Environment>,
}

/// The text of a variable; a list or object is not used.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Number(serde_json::Number),
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
    let mut blocks = Blocks::default();
    let mut variables = Variables::default();
    match document.json() {
        Some(json) if is_version_4(json) => version_4(json, &mut blocks, &mut variables)?,
        None if is_yaml_4(document.text()) => version_4(&document.yaml(FORMAT)?, &mut blocks, &mut variables)?,
        _ => version_5(document.typed(FORMAT)?, &mut blocks, &mut variables)?,
    }
    let described = blocks.described(FORMAT, &variables);
    if described.is_empty() {
        return Err(DocumentError::OtherFormat { format: FORMAT, expected: "block of type `oauth2`" });
    }
    Ok(Import { format: FORMAT, described })
}

fn is_version_4(json: &Json) -> bool {
    text_at(json, "_type") == "export" && json.get("resources").is_some_and(Json::is_array)
}

/// A flat list of resources: requests, folders, workspaces and environments.
fn version_4(json: &Json, blocks: &mut Blocks, variables: &mut Variables) -> Result<(), DocumentError> {
    for resource in json.get("resources").and_then(Json::as_array).into_iter().flatten() {
        let environment = if text_at(resource, "_type") == "environment" { "data" } else { "environment" };
        for (name, value) in resource.get(environment).and_then(Json::as_object).into_iter().flatten() {
            variables.add(name, &plain_text(value), false);
        }
        let Some(members) = resource.get("authentication").and_then(Json::as_object) else { continue };
        if members.get("type").map(plain_text).as_deref() == Some("oauth2") && !is_disabled(members.get("disabled")) {
            let pair = |(name, value): (&String, &Json)| (name.clone(), plain_text(value));
            add(text_at(resource, "name"), members.iter().map(pair).collect(), blocks)?;
        }
    }
    Ok(())
}

fn is_disabled(flag: Option<&Json>) -> bool {
    flag.and_then(Json::as_bool) == Some(true)
}

/// A tree of folders, and an environment with nested ones.
fn version_5(export: Export, blocks: &mut Blocks, variables: &mut Variables) -> Result<(), DocumentError> {
    if !export.kind.contains(VERSION_5) {
        return Err(DocumentError::OtherFormat { format: FORMAT, expected: "`type` of version 5" });
    }
    let title = export.name.unwrap_or_default();
    for item in export.collection {
        add_item(item, &title, 0, blocks, variables)?;
    }
    add_environment(export.environments, variables);
    Ok(())
}

fn add_item(
    item: Item,
    title: &str,
    depth: usize,
    blocks: &mut Blocks,
    variables: &mut Variables,
) -> Result<(), DocumentError> {
    if depth > DEEPEST_FOLDER {
        return Err(DocumentError::TooMany { format: FORMAT, what: "nested folders", limit: DEEPEST_FOLDER });
    }
    let name = item.name.unwrap_or_else(|| title.to_owned());
    add_data(item.environment.unwrap_or_default(), variables);
    if let Some(authentication) = item.authentication.filter(|block| block.kind.as_deref() == Some("oauth2"))
        && authentication.disabled != Some(true)
    {
        add(name.clone(), authentication.members(), blocks)?;
    }
    for child in item.children {
        add_item(child, &name, depth + 1, blocks, variables)?;
    }
    Ok(())
}

fn add(title: String, members: Vec<(String, String)>, blocks: &mut Blocks) -> Result<(), DocumentError> {
    let block = Block { title, place: "authentication".to_owned(), members, ..Block::default() };
    blocks.add(FORMAT, block)
}

fn add_environment(environment: Environment, variables: &mut Variables) {
    add_data(environment.data, variables);
    // Depth is bounded by the parser.
    environment.sub_environments.into_iter().for_each(|inner| add_environment(inner, variables));
}

fn add_data(data: BTreeMap<String, Scalar>, variables: &mut Variables) {
    for (name, value) in data {
        match value {
            Scalar::Text(value) => variables.add(&name, &value, false),
            Scalar::Number(value) => variables.add(&name, &value.to_string(), false),
            Scalar::Other(_) => {}
        }
    }
}

impl Authentication {
    fn members(self) -> Vec<(String, String)> {
        let flag = |flag: Option<bool>| flag.map(|flag| flag.to_string());
        let members = [
            ("grantType", self.grant_type),
            ("authorizationUrl", self.authorization_url),
            ("accessTokenUrl", self.access_token_url),
            ("clientId", self.client_id),
            ("clientSecret", self.client_secret),
            ("redirectUrl", self.redirect_url),
            ("scope", self.scope),
            ("username", self.username),
            ("password", self.password),
            ("refreshToken", self.refresh_token),
            ("audience", self.audience),
            ("resource", self.resource),
            ("credentialsInBody", flag(self.credentials_in_body)),
            ("usePkce", flag(self.use_pkce)),
            ("pkceMethod", self.pkce_method),
        ];
        members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}
