//! The registration endpoint (RFC 7591), and below it each client that it registered (RFC 7592). A change of a client gives it
//! another token, as servers may do (RFC 7592 section 3).

use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;
use serde_json::{Map, Value, json};

use crate::practice::checks::authorization_request::redirect_uri;
use crate::practice::checks::caller;
use crate::practice::contract::{self, CLIENT_METHODS, GRANT_TYPES, INITIAL_ACCESS_TOKEN, REGISTER, Registration};
use crate::practice::fault::Fault;
use crate::practice::http::message::{Body, Request, Response};
use crate::practice::state::State;
use crate::practice::state::clients::RegisteredClient;
use crate::practice::state::now::Now;
use crate::secret::Secret;

/// The most bytes of metadata: five hundred clients must fit into a little memory.
const LARGEST: usize = 8 * 1024;
/// What is kept of the metadata; the rest is ignored, as RFC 7591 section 2 has it.
const KEPT: [&str; 10] = [
    "client_name",
    "application_type",
    "redirect_uris",
    "response_types",
    "grant_types",
    "token_endpoint_auth_method",
    "scope",
    "jwks",
    "software_id",
    "software_version",
];
/// What a change must not name (RFC 7592 section 2.2).
const OF_THE_SERVER: [&str; 4] =
    ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"];
/// The name in place of the one that was asked for.
const OTHER_NAME: &str = "A client of the practice service";
/// How long a secret lasts that expires soon.
const SHORT: Duration = Duration::from_hours(1);

/// An error of RFC 7591 section 3.2.2.
struct Refused(&'static str, String);

/// The answer to a request of this endpoint; `None` to any other.
pub(crate) fn answer(state: &mut State, request: &Request, now: &mut Now) -> Option<Response> {
    let below = request.path.strip_prefix(REGISTER)?;
    let id = below.strip_prefix('/').filter(|id| !id.is_empty());
    Some(match (request.method.as_str(), id) {
        ("POST", None) if below.is_empty() => register(state, request, now),
        (_, None) if below.is_empty() => not_allowed("POST"),
        ("GET" | "PUT" | "DELETE", Some(id)) => manage(state, request, id, now),
        (_, Some(_)) => not_allowed("GET, PUT, DELETE"),
        _ => return None,
    })
}

fn not_allowed(allowed: &'static str) -> Response {
    let words = format!("this endpoint is called by {allowed}");
    let document = json!({ "error": "invalid_request", "error_description": words });
    Response::json(405, &document).header("allow", allowed)
}

fn register(state: &mut State, request: &Request, now: &mut Now) -> Response {
    if state.has(Fault::RegistrationClosed) && !is_token(request, &Secret::new(INITIAL_ACCESS_TOKEN)) {
        return unauthorized("a client is registered only with the initial access token");
    }
    if let Some(refused) = told_to(state) {
        return refused.answer();
    }
    let metadata = match read(request).and_then(checked) {
        Ok(metadata) => metadata,
        Err(refused) => return refused.answer(),
    };
    let id = now.mint("practice-own-").expose().to_owned();
    let client = RegisteredClient {
        registration: Registration { id: id.clone().into(), secret: None, signs: false },
        access_token: now.mint("practice-registration-"),
        metadata: Map::new(),
        issued_at: now.time,
        secret_end: None,
    };
    let client = given(state, client, metadata, now);
    let answer = Response::json(201, &document(state, &client));
    state.clients.0.insert(&id, client);
    answer
}

/// The refusal that is switched on.
fn told_to(state: &State) -> Option<Refused> {
    let refused = |code| Some(Refused(code, "the practice service is told to refuse each registration".to_owned()));
    state.options.faults.iter().find_map(|fault| match fault {
        Fault::RegistrationRedirectUri => refused("invalid_redirect_uri"),
        Fault::RegistrationMetadata => refused("invalid_client_metadata"),
        Fault::RegistrationStatement => refused("invalid_software_statement"),
        Fault::RegistrationUnapproved => refused("unapproved_software_statement"),
        _ => None,
    })
}

/// The client with this metadata, and with a secret of its own if it authenticates with one.
fn given(state: &State, mut client: RegisteredClient, metadata: Map<String, Value>, now: &mut Now) -> RegisteredClient {
    client.metadata = metadata;
    if state.has(Fault::RegistrationChanged) {
        client.metadata.insert("client_name".into(), OTHER_NAME.into());
        if text(&client.metadata, "token_endpoint_auth_method") == Some("none") {
            client.metadata.insert("token_endpoint_auth_method".into(), "client_secret_basic".into());
        }
    }
    let method = text(&client.metadata, "token_endpoint_auth_method").unwrap_or_default();
    client.registration.signs = method == "private_key_jwt";
    let has_secret = method.starts_with("client_secret_");
    let before = client.registration.secret.take().filter(|_| has_secret);
    let mint = |now: &mut Now| now.mint("practice-own-secret-").expose().to_owned().into();
    client.registration.secret = before.or_else(|| has_secret.then(|| mint(now)));
    client.secret_end = (has_secret && state.has(Fault::RegistrationShortSecret)).then(|| now.after(SHORT));
    client
}

/// RFC 7591 section 3.2.1, RFC 7592 section 3.
fn document(state: &State, client: &RegisteredClient) -> Value {
    let mut document = client.metadata.clone();
    let id = &*client.registration.id;
    document.insert("client_id".into(), id.into());
    document.insert("client_id_issued_at".into(), client.issued_at.as_second().into());
    if let Some(secret) = &client.registration.secret {
        document.insert("client_secret".into(), secret.as_ref().into());
        let end = client.secret_end.map_or(0, jiff::Timestamp::as_second);
        document.insert("client_secret_expires_at".into(), end.into());
    }
    if !state.has(Fault::RegistrationUnmanaged) {
        let uri = format!("{}{REGISTER}/{id}", state.issuer);
        document.insert("registration_client_uri".into(), uri.into());
        document.insert("registration_access_token".into(), client.access_token.expose().into());
    }
    Value::Object(document)
}

fn manage(state: &mut State, request: &Request, id: &str, now: &mut Now) -> Response {
    let is_refused = state.has(Fault::RegistrationRefusedToken);
    // RFC 7592 section 2.1: a client that is not there is answered as a wrong token.
    let known = state.clients.0.get(id).filter(|known| !is_refused && is_token(request, &known.access_token));
    let Some(known) = known else {
        return unauthorized("the token is not the one that manages this client, or there is no such client");
    };
    if request.method == "GET" {
        return Response::json(200, &document(state, known));
    }
    let changed = (request.method == "PUT").then(|| change(known, request));
    let Some(client) = state.clients.0.remove(id) else { return unauthorized("there is no such client") };
    let Some(changed) = changed else { return Response::text(204, "text/plain; charset=utf-8", String::new()) };
    let (client, answer) = match changed {
        Err(refused) => (client, refused.answer()),
        Ok(metadata) => {
            let mut client = given(state, client, metadata, now);
            client.access_token = now.mint("practice-registration-");
            let mut answer = Response::json(200, &document(state, &client));
            if state.has(Fault::RegistrationLostReply) {
                answer.body = Body::Broken("{\"client_id\":\"practice-own-");
            }
            (client, answer)
        }
    };
    state.clients.0.insert(id, client);
    answer
}

/// What a change asks for (RFC 7592 section 2.2).
fn change(known: &RegisteredClient, request: &Request) -> Result<Map<String, Value>, Refused> {
    let asked = read(request)?;
    if let Some(name) = OF_THE_SERVER.iter().find(|name| asked.contains_key(**name)) {
        return Err(metadata(format!("`{name}` is not for the client to say")));
    }
    if text(&asked, "client_id") != Some(&known.registration.id) {
        return Err(metadata("`client_id` is not that of the client"));
    }
    if asked.contains_key("client_secret") && text(&asked, "client_secret") != known.registration.secret.as_deref() {
        return Err(metadata("`client_secret` is not that of the client"));
    }
    checked(asked)
}

fn read(request: &Request) -> Result<Map<String, Value>, Refused> {
    let body = request.body.expose();
    if request.content_type != "application/json" || body.len() > LARGEST {
        return Err(metadata("the body must be JSON, of 8 KiB at most"));
    }
    serde_json::from_str(body).map_err(|_| metadata("the body is no JSON object"))
}

/// The metadata that is kept, with what is left out as RFC 7591 section 2 has it.
fn checked(asked: Map<String, Value>) -> Result<Map<String, Value>, Refused> {
    let mut kept: Map<String, Value> =
        asked.into_iter().filter(|(name, value)| KEPT.contains(&name.as_str()) && !value.is_null()).collect();
    kept.entry("grant_types").or_insert_with(|| json!(["authorization_code"]));
    kept.entry("token_endpoint_auth_method").or_insert_with(|| json!("client_secret_basic"));
    let grants = texts(&kept, "grant_types")?;
    if let Some(grant) = grants.iter().find(|grant| !GRANT_TYPES.contains(&grant.as_str())) {
        return Err(metadata(format!("the grant type `{grant}` is unknown")));
    }
    if texts(&kept, "response_types")?.iter().any(|kind| kind != "code") {
        return Err(metadata("the only response type here is `code`"));
    }
    let uris = texts(&kept, "redirect_uris")?;
    if uris.is_empty() && grants.iter().any(|grant| grant == "authorization_code") {
        return Err(Refused("invalid_redirect_uri", "`redirect_uris` is missing".to_owned()));
    }
    for uri in &uris {
        redirect_uri(uri).map_err(|refusal| Refused("invalid_redirect_uri", refusal.description))?;
    }
    let method = text(&kept, "token_endpoint_auth_method").unwrap_or_default();
    if !CLIENT_METHODS.contains(&method) {
        return Err(metadata(format!("a client cannot authenticate by `{method}` here")));
    }
    let keys = kept.get("jwks").map(|keys| serde_json::from_value::<JwkSet>(keys.clone()));
    match keys {
        Some(Err(_)) => return Err(metadata("`jwks` is no set of keys")),
        None if method == "private_key_jwt" => return Err(metadata("a client that signs must send its `jwks`")),
        _ => {}
    }
    contract::scopes(text(&kept, "scope")).map_err(|refusal| metadata(refusal.description))?;
    Ok(kept)
}

fn text<'a>(metadata: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    metadata.get(name).and_then(Value::as_str)
}

/// A list of texts; empty if it is not there.
fn texts(kept: &Map<String, Value>, name: &str) -> Result<Vec<String>, Refused> {
    let Some(value) = kept.get(name) else { return Ok(Vec::new()) };
    serde_json::from_value(value.clone()).map_err(|_| metadata(format!("`{name}` is no list of texts")))
}

fn metadata(words: impl Into<String>) -> Refused {
    Refused("invalid_client_metadata", words.into())
}

fn is_token(request: &Request, right: &Secret) -> bool {
    caller::bearer(request).is_some_and(|given| Secret::new(given) == *right)
}

fn unauthorized(words: &str) -> Response {
    let challenge = format!("Bearer error=\"invalid_token\", error_description=\"{words}\"");
    let document = json!({ "error": "invalid_token", "error_description": words });
    Response::json(401, &document).header("www-authenticate", challenge)
}

impl Refused {
    fn answer(&self) -> Response {
        Response::json(400, &json!({ "error": self.0, "error_description": self.1 }))
    }
}
