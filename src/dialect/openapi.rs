//! The security schemes of an `OpenAPI` 3 document (`components.securitySchemes`) or a Swagger 2 one
//! (`securityDefinitions`), in JSON or YAML. Each OAuth 2.0 flow of each scheme is a use of the service of its own.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::dialect::document::{Document, DocumentError, MOST_PARAMETERS, MOST_SCOPES};
use crate::dialect::standard::{Gathering, Outline, split_url};
use crate::dialect::{Described, Import, Note};
use crate::oauth::{GrantType, plain_line};
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
    /// The server, as version 2.0 names it.
    host: String,
    schemes: Vec<String>,
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
#[derive(Debug, Default)]
struct Scheme {
    kind: String,
    open_id_connect_url: String,
    flows: BTreeMap<String, Flow>,
    flow: String,
    of_flow: Flow,
    reference: String,
    /// The names of members that nothing is made of.
    others: Vec<String>,
}

#[derive(Clone, Debug, Default)]
struct Flow {
    authorization_url: String,
    token_url: String,
    refresh_url: String,
    device_authorization_url: String,
    scopes: Option<BTreeMap<String, Option<String>>>,
    others: Vec<String>,
}

/// Members that are for people.
const FOR_PEOPLE: [&str; 1] = ["description"];

/// Reads the member of this name, if it is one of a flow.
fn read_of_flow<'de, A: MapAccess<'de>>(flow: &mut Flow, name: &str, map: &mut A) -> Result<bool, A::Error> {
    match name {
        "authorizationUrl" => flow.authorization_url = map.next_value()?,
        "tokenUrl" => flow.token_url = map.next_value()?,
        "refreshUrl" => flow.refresh_url = map.next_value()?,
        "deviceAuthorizationUrl" => flow.device_authorization_url = map.next_value()?,
        "scopes" => flow.scopes = map.next_value()?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Passes over the member of this name, and keeps the name.
fn pass<'de, A: MapAccess<'de>>(others: &mut Vec<String>, name: String, map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>()?;
    if !FOR_PEOPLE.contains(&name.as_str()) && others.len() < MOST_PARAMETERS {
        others.push(name);
    }
    Ok(())
}

impl<'de> Deserialize<'de> for Flow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Flow;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an OAuth flow")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Flow, A::Error> {
                let mut flow = Flow::default();
                while let Some(name) = map.next_key::<String>()? {
                    if !read_of_flow(&mut flow, &name, &mut map)? {
                        pass(&mut flow.others, name, &mut map)?;
                    }
                }
                Ok(flow)
            }
        }
        deserializer.deserialize_map(Members)
    }
}

impl<'de> Deserialize<'de> for Scheme {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Scheme;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a security scheme")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scheme, A::Error> {
                let mut scheme = Scheme::default();
                while let Some(name) = map.next_key::<String>()? {
                    match name.as_str() {
                        "type" => scheme.kind = map.next_value()?,
                        "openIdConnectUrl" => scheme.open_id_connect_url = map.next_value()?,
                        "flows" => scheme.flows = map.next_value()?,
                        "flow" => scheme.flow = map.next_value()?,
                        "$ref" => scheme.reference = map.next_value()?,
                        _ if read_of_flow(&mut scheme.of_flow, &name, &mut map)? => {}
                        _ => pass(&mut scheme.others, name, &mut map)?,
                    }
                }
                Ok(scheme)
            }
        }
        deserializer.deserialize_map(Members)
    }
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
    let about = About { server: document.server(), title: document.info.title };
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
        let lacks = "security scheme of type `oauth2` or `openIdConnect`";
        return Err(DocumentError::NoService { format: FORMAT, lacks });
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

impl OpenApi {
    /// What relative addresses are of.
    fn server(&self) -> String {
        let is_https = self.schemes.is_empty() || self.schemes.iter().any(|scheme| scheme == "https");
        let scheme = if is_https { "https" } else { "http" };
        let of_host = || format!("{scheme}://{}", self.host);
        self.servers.first().map_or_else(of_host, |server| server.url.clone())
    }
}

/// The flows of a scheme by name.
fn flows(scheme: Scheme) -> Vec<(String, Flow)> {
    if scheme.flow.is_empty() {
        let others = scheme.others;
        let flows = scheme.flows.into_iter().filter(|(name, _)| !name.starts_with("x-"));
        return flows
            .map(|(name, flow)| (name, Flow { others: [flow.others, others.clone()].concat(), ..flow }))
            .collect();
    }
    let flow = Flow { others: scheme.others, ..scheme.of_flow };
    vec![(scheme.flow, flow)]
}

fn by_flow(about: &About, scheme: &str, flow_name: &str, flow: &Flow) -> Described {
    let mut gathering = Gathering::default();
    let place = format!("{scheme} › {flow_name}");
    for name in &flow.others {
        gathering.ignored(format!("{place} › {}", plain_line(name)), "no request uses it");
    }
    gathering.fragment(format!("{place} › authorizationUrl"), &flow.authorization_url);
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
        // OpenAPI has no word for it.
        assumes_authentication: Some("default of this program"),
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
