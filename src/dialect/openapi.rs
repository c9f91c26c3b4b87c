//! The security schemes of an `OpenAPI` 3 document (`components.securitySchemes`) or a Swagger 2 one
//! (`securityDefinitions`), in JSON or YAML. Each OAuth 2.0 flow of each scheme is a use of the service of its own.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::dialect::document::{Document, DocumentError, MOST_SCOPES};
use crate::dialect::standard::{Gathering, Outline, split_url};
use crate::dialect::{Described, Import, Note};
use crate::oauth::GrantType;
use crate::service::{KnownScope, Service};

const FORMAT: &str = "OpenAPI document";

/// The document as far as it is read. All scalars are strings, whatever YAML would make of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct OpenApi {
    openapi: Option<String>,
    swagger: Option<String>,
    info: Info,
    servers: Vec<Server>,
    components: Components,
    #[serde(rename = "securityDefinitions")]
    security_definitions: BTreeMap<String, Scheme>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Info {
    title: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Server {
    url: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Components {
    #[serde(rename = "securitySchemes")]
    security_schemes: BTreeMap<String, Scheme>,
}

/// A scheme of either version; in version 2, it has the members of the flow itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Scheme {
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "openIdConnectUrl")]
    open_id_connect_url: String,
    flows: BTreeMap<String, Flow>,
    flow: String,
    #[serde(rename = "authorizationUrl")]
    authorization_url: String,
    #[serde(rename = "tokenUrl")]
    token_url: String,
    scopes: Option<BTreeMap<String, Option<String>>>,
    #[serde(rename = "$ref")]
    reference: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Flow {
    #[serde(rename = "authorizationUrl")]
    authorization_url: String,
    #[serde(rename = "tokenUrl")]
    token_url: String,
    #[serde(rename = "refreshUrl")]
    refresh_url: String,
    #[serde(rename = "deviceAuthorizationUrl")]
    device_authorization_url: String,
    scopes: Option<BTreeMap<String, Option<String>>>,
}

/// Whether a text looks like such a document: it has the version at the start of a line, or as a member.
pub fn recognise(document: &Document<'_>) -> bool {
    if let Some(json) = document.json() {
        return ["openapi", "swagger"].iter().any(|key| json.get(*key).is_some());
    }
    let keys = ["openapi:", "swagger:", "\"openapi\":", "\"swagger\":", "'openapi':", "'swagger':"];
    // A version, and not the settings of a tool that shows such documents.
    let is_version = |rest: &str| rest.trim_start().trim_start_matches(['"', '\'']).starts_with(['2', '3']);
    document.text().lines().any(|line| keys.iter().any(|key| line.strip_prefix(key).is_some_and(is_version)))
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let document: OpenApi = document.typed(FORMAT)?;
    if document.openapi.is_none() && document.swagger.is_none() {
        return Err(DocumentError::OtherFormat { format: FORMAT, expected: "`openapi` or `swagger`" });
    }
    let about =
        About { title: document.info.title, server: document.servers.into_iter().next().unwrap_or_default().url };
    let mut described = Vec::new();
    let mut other = Vec::new();
    for (name, scheme) in document.components.security_schemes.into_iter().chain(document.security_definitions) {
        match scheme.kind.as_str() {
            "oauth2" => {
                for (flow_name, flow) in flows(scheme) {
                    DocumentError::unless_few(FORMAT, "flows", described.len() + 1)?;
                    described.push(by_flow(&about, &name, &flow_name, &flow));
                }
            }
            "openIdConnect" => described.push(by_issuer(&about.title, &name, &scheme.open_id_connect_url)),
            _ if !scheme.reference.is_empty() => other.push(Note::new(name, "defined in another document")),
            kind => other.push(Note::new(&name, format!("`{kind}` is not OAuth 2.0"))),
        }
    }
    if described.is_empty() {
        return Err(DocumentError::OtherFormat {
            format: FORMAT,
            expected: "security scheme of type `oauth2` or `openIdConnect`",
        });
    }
    described[0].ignored.extend(other);
    Ok(Import { format: FORMAT, described })
}

/// What all flows of a document share.
struct About {
    title: String,
    server: String,
}

impl About {
    /// A relative URL is relative to the first server (version 3.1, relative references).
    fn whole(&self, written: &str) -> String {
        let written = written.trim();
        if !written.starts_with(['/', '.']) {
            return written.to_owned();
        }
        let joined = url::Url::parse(&self.server).and_then(|server| server.join(written));
        joined.map_or_else(|_| written.to_owned(), |url| url.to_string())
    }
}

/// The flows of a scheme by name.
fn flows(scheme: Scheme) -> Vec<(String, Flow)> {
    if scheme.flow.is_empty() {
        return scheme.flows.into_iter().filter(|(name, _)| !name.starts_with("x-")).collect();
    }
    let flow = Flow {
        authorization_url: scheme.authorization_url,
        token_url: scheme.token_url,
        scopes: scheme.scopes,
        ..Flow::default()
    };
    vec![(scheme.flow, flow)]
}

fn by_flow(about: &About, scheme: &str, flow_name: &str, flow: &Flow) -> Described {
    let mut gathering = Gathering::default();
    let place = format!("{scheme} › {flow_name}");
    let mut url = |name: &str, written: &str| {
        let place = format!("{place} › {name}");
        if !written.is_empty() {
            gathering.understood(&place, "its URL");
        }
        gathering.text(&place, &about.whole(written))
    };
    let split = split_url(&flow.authorization_url);
    let authorization_url = url("authorizationUrl", &split.url);
    let token_url = url("tokenUrl", &flow.token_url);
    let refresh_url = url("refreshUrl", &flow.refresh_url);
    let device_url = url("deviceAuthorizationUrl", &flow.device_authorization_url);
    let authorization_query =
        split.query.iter().map(|(name, value)| gathering.parameter(&place, name, value)).collect();
    let known_scopes = flow.scopes.as_ref().map(scopes).unwrap_or_default();
    if !known_scopes.is_empty() {
        gathering.understood(format!("{place} › scopes"), format!("{} scopes to choose from", known_scopes.len()));
    }
    gathering.understood(
        format!("{place} › client authentication"),
        "the document does not say how the client authenticates; client ID and secret are sent in the body",
    );
    let grant = match flow_name {
        "implicit" => gathering.replaced_implicit(),
        "password" => GrantType::Password,
        "clientCredentials" | "application" => GrantType::ClientCredentials,
        _ => GrantType::AuthorizationCode,
    };
    let outline = Outline {
        format: FORMAT,
        title: if about.title.is_empty() { scheme.to_owned() } else { about.title.clone() },
        grant,
        authorization_url,
        token_url,
        refresh_url,
        device_url,
        known_scopes,
        authorization_query,
        ..Outline::default()
    };
    outline.described(gathering)
}

/// A scope with brackets in its name would be taken for a placeholder; the person types it if needed.
fn scopes(scopes: &BTreeMap<String, Option<String>>) -> Vec<KnownScope> {
    let is_plain = |name: &str| crate::call::Template::new(name).placeholders().next().is_none();
    let plain = scopes.iter().filter(|(name, _)| !name.is_empty() && is_plain(name));
    plain
        .take(MOST_SCOPES)
        .map(|(name, meaning)| KnownScope { name: name.clone(), meaning: meaning.clone().unwrap_or_default() })
        .collect()
}

/// The endpoints are in the issuer's metadata.
fn by_issuer(title: &str, scheme: &str, url: &str) -> Described {
    let mut gathering = Gathering::default();
    gathering.understood(format!("{scheme} › openIdConnectUrl"), format!("metadata: {url}"));
    gathering.missing("endpoints", format!("import the document at {url}"));
    let title = if title.is_empty() { scheme.to_owned() } else { title.to_owned() };
    let described = Outline { format: FORMAT, title, ..Outline::default() }.described(gathering);
    let links = crate::service::Links { documentation: Some(url.to_owned()), ..described.service.links.clone() };
    Described { service: Service { links, ..described.service }, ..described }
}
