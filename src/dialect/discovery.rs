//! The metadata document of an authorization server: `OpenID` Connect Discovery 1.0 section 3 and RFC 8414 section 2.

use serde_json::Value as Json;
use url::Url;

use crate::call::{Authentication, CallTemplate, Template};
use crate::dialect::document::{Document, DocumentError};
use crate::dialect::metadata_encryption::{LONGEST_LIST, list, tell_encryption, tell_encryption_to_client};
use crate::dialect::standard::{Gathering, Outline, plain_text, text_at};
use crate::dialect::{Described, Import, Note, Offered};
use crate::oauth::{AssertionAlgorithm, GrantType, Pkce, ResponseMode, plain_line};
use crate::service::{Asks, ClientMethod, KnownScope, Offer};

const FORMAT: &str = "OAuth 2.0 server metadata";

/// Members of which only a part is used, or which are read elsewhere.
const READ_ELSEWHERE: [&str; 4] = ["issuer", "jwks_uri", "grant_types_supported", "response_types_supported"];

/// The types of authorization details (RFC 9396 section 10).
const DETAIL_TYPES: &str = "authorization_details_types_supported";

/// Where each of them is described (draft-ietf-oauth-rar-metadata-remediation-00 section 5).
const DETAIL_TYPES_URL: &str = "authorization_details_types_metadata_endpoint";

/// How clients may authenticate at the token endpoint.
const CLIENT_METHODS: &str = "token_endpoint_auth_methods_supported";

/// The code challenges that the server takes (RFC 7636).
const CHALLENGE_METHODS: &str = "code_challenge_methods_supported";

/// Whether authorization requests must be signed (RFC 9101 section 10.5), and by which algorithms they may be.
const MUST_SIGN: &str = "require_signed_request_object";
const REQUEST_ALGORITHMS: &str = "request_object_signing_alg_values_supported";

/// Where authorization requests are pushed to, and whether they must be (RFC 9126 section 5).
const PUSHED_TO: &str = "pushed_authorization_request_endpoint";
const MUST_PUSH: &str = "require_pushed_authorization_requests";

/// The algorithms of proofs of possession that the server takes (RFC 9449 section 5.1).
const PROOF_ALGORITHMS: &str = "dpop_signing_alg_values_supported";
/// Where a client registers itself (RFC 7591).
const REGISTERED_AT: &str = "registration_endpoint";
/// Whether a client may be the URL of its own metadata (draft-ietf-oauth-client-id-metadata-document section 5).
const CLIENT_DOCUMENTS: &str = "client_id_metadata_document_supported";
/// The kinds of authentication that may be asked for.
const ACR_VALUES: &str = "acr_values_supported";
/// How the authorization response may come back, and by which algorithms it is signed (JARM section 4).
const RESPONSE_MODES: &str = "response_modes_supported";
const RESPONSE_ALGORITHMS: &str = "authorization_signing_alg_values_supported";

/// The endpoints for clients with a certificate (RFC 8705 section 5), and whether tokens are bound to it (section 3.3).
const MTLS_ALIASES: &str = "mtls_endpoint_aliases";
const BINDS_TOKENS: &str = "tls_client_certificate_bound_access_tokens";

/// Where the metadata of an issuer may be, most likely first: RFC 8414 section 3.1 puts its name between host and
/// path, `OpenID` Connect Discovery section 4 after the path. Empty where the issuer is no `http` or `https` URL.
pub fn well_known_urls(issuer: &str) -> Vec<String> {
    let Ok(url) = Url::parse(issuer.trim()) else { return Vec::new() };
    if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
        return Vec::new();
    }
    let origin = url.origin().ascii_serialization();
    let path = url.path().trim_end_matches('/');
    let mut urls = vec![
        format!("{origin}{path}/.well-known/openid-configuration"),
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
        format!("{origin}/.well-known/openid-configuration{path}"),
    ];
    if path.is_empty() {
        urls.truncate(2);
    }
    urls
}

/// Authorization server metadata always names the issuer.
pub fn recognise(document: &Document<'_>) -> bool {
    document.is_json(is_one)
}

fn is_one(json: &Json) -> bool {
    json.get("issuer").is_some_and(Json::is_string)
        && ["token_endpoint", "authorization_endpoint"].iter().any(|name| json.get(*name).is_some_and(Json::is_string))
}

/// Reads the metadata.
pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let json = document.json_of(FORMAT, is_one, "`issuer` and `token_endpoint`")?;
    let mut gathering = Gathering::default();
    let outline = outline(json, &mut gathering)?;
    let mut lacks = lacks(json, &outline);
    let mut described = outline.described(gathering);
    lacks.extend(check_request(json, &mut described));
    tell_encryption(json, &mut described);
    tell_encryption_to_client(json, &mut described);
    let pushed_mtls_url = set_mtls_urls(json, &mut described)?;
    described.service.lacks = lacks;
    described.offered = Offered {
        grants: list(json, "grant_types_supported"),
        client_methods: list(json, CLIENT_METHODS),
        pushed_url: endpoint_of(json, PUSHED_TO, &mut Gathering::default())?,
        proof_algorithms: list(json, PROOF_ALGORITHMS),
        request_algorithms: list(json, REQUEST_ALGORITHMS),
        detail_types: list(json, DETAIL_TYPES),
        detail_types_url: endpoint_of(json, DETAIL_TYPES_URL, &mut Gathering::default())?,
        response_modes: list(json, RESPONSE_MODES),
        pushed_mtls_url,
        acr_values: list(json, ACR_VALUES),
        issuer: text_at(json, "issuer"),
        registration_url: endpoint_of(json, REGISTERED_AT, &mut Gathering::default())?,
        challenge_methods: list(json, CHALLENGE_METHODS),
        reads_client_documents: is_true(json, CLIENT_DOCUMENTS),
    };
    offer_consent(&mut described);
    check_response(json, &mut described);
    tell_unused(json, &mut described);
    Ok(Import { format: FORMAT, described: vec![described] })
}

/// If the server wants signed requests, they are signed, by the first algorithm of the server's that this program has. What it
/// has not is returned.
fn check_request(json: &Json, described: &mut Described) -> Option<String> {
    let offered = list(json, REQUEST_ALGORITHMS);
    // RS256 and weaker ones are not wanted where another will do (RFC 9101 section 10.1).
    let strong = [AssertionAlgorithm::ES256, AssertionAlgorithm::PS256];
    let all = strong.into_iter().chain(AssertionAlgorithm::ALL).filter(|algorithm| algorithm.is_asymmetric());
    let mut known = all.filter(|algorithm| offered.is_empty() || offered.iter().any(|name| name == algorithm.as_str()));
    let first = known.next();
    let must_sign = is_true(json, MUST_SIGN);
    if !must_sign && (offered.is_empty() || first.is_none()) {
        return None;
    }
    let Some(algorithm) = first else {
        let words = format!("signed authorization requests (JAR, RFC 9101) by {}", offered.join(", "));
        for place in [MUST_SIGN, REQUEST_ALGORITHMS] {
            described.understood.push(Note::new(place, "what it requires cannot be done here"));
        }
        return Some(format!("{words}, which the server requires"));
    };
    let issuer = text_at(json, "issuer");
    if !is_pattern(&issuer) {
        described.service.redirect.issuer = Some(issuer);
    }
    if must_sign {
        described.service.signed_request = Some(algorithm);
        let words = format!("authorization requests are signed (JAR), by {}", algorithm.as_str());
        described.understood.push(Note::new(MUST_SIGN, words));
    } else {
        let words = "authorization requests need not be signed; with `--signed-request` they are";
        described.ignored.push(Note::offer(REQUEST_ALGORITHMS, words));
    }
    None
}

/// If the server announces `iss`, a response without the right one is refused (RFC 9207 section 2.4). A signed one always names
/// its issuer.
fn check_response(json: &Json, described: &mut Described) {
    const PLACE: &str = "authorization_response_iss_parameter_supported";
    let issuer = text_at(json, "issuer");
    if is_pattern(&issuer) {
        let words = "one issuer per tenant: neither this document nor a response can be checked against it";
        described.ignored.push(Note::new("issuer", words));
        return;
    }
    let signs =
        list(json, RESPONSE_MODES).iter().filter_map(|mode| ResponseMode::parse(mode)).any(ResponseMode::is_signed);
    if signs {
        described.service.redirect.issuer = Some(issuer.clone());
        let words = "responses are signed (JARM) only with `--response-mode jwt`";
        described.ignored.push(Note::offer(RESPONSE_MODES, words));
        let algorithms = list(json, RESPONSE_ALGORITHMS);
        if !algorithms.is_empty() {
            described
                .understood
                .push(Note::new(RESPONSE_ALGORITHMS, format!("of signed responses: {}", algorithms.join(", "))));
        }
    }
    if is_true(json, PLACE) {
        described.service.redirect.issuer = Some(issuer);
        described.service.redirect.sends_issuer = true;
        described.understood.push(Note::new(PLACE, "responses must name the issuer, which is checked"));
    }
}

/// Whether an issuer is a template (`https://login.example.com/{tenantid}/v2.0`).
pub fn is_pattern(issuer: &str) -> bool {
    Template::new(issuer).placeholders().next().is_some()
}

/// `OpenID` Connect Core section 11: a request for `offline_access` also asks for consent.
fn offer_consent(described: &mut Described) {
    let service = &mut described.service;
    if service.scopes.known.iter().any(|scope| scope.name == "offline_access") {
        let meaning = "asks for consent again; some servers issue a refresh token only then".to_owned();
        let offer = Offer { name: "prompt".to_owned(), value: "consent".to_owned(), meaning };
        service.authorization.iter_mut().for_each(|authorization| authorization.offers.push(offer.clone()));
    }
}

fn outline(json: &Json, gathering: &mut Gathering) -> Result<Outline, DocumentError> {
    let mut endpoint = |name: &'static str| endpoint_of(json, name, gathering);
    let authorization_url = endpoint("authorization_endpoint")?;
    let mut outline = Outline {
        format: FORMAT,
        title: host(&text_at(json, "issuer")),
        token_url: endpoint("token_endpoint")?,
        identity_url: endpoint("userinfo_endpoint")?,
        revocation_url: endpoint("revocation_endpoint")?,
        introspection_url: endpoint("introspection_endpoint")?,
        device_url: endpoint("device_authorization_endpoint")?,
        grant: if authorization_url.is_empty() { GrantType::ClientCredentials } else { GrantType::AuthorizationCode },
        authorization_url,
        ..Outline::default()
    };
    if is_true(json, MUST_PUSH) {
        outline.pushed_url = endpoint_of(json, PUSHED_TO, gathering)?;
        gathering.understood(MUST_PUSH, "authorization requests are pushed");
    } else if json.get(PUSHED_TO).is_some() {
        gathering.offered(PUSHED_TO, "authorization requests need not be pushed; with `--par` they are");
    }
    if !list(json, PROOF_ALGORITHMS).is_empty() {
        gathering.offered(
            PROOF_ALGORITHMS,
            "tokens are bound to a key (DPoP) only with `--dpop`, as the client is registered",
        );
    }
    if json.get(REGISTERED_AT).is_some() {
        gathering.offered(REGISTERED_AT, "a client is registered there only with `--register`");
    }
    if is_true(json, CLIENT_DOCUMENTS) {
        gathering
            .offered(CLIENT_DOCUMENTS, "the client may be a document of yours on the web, with `--client-document`");
    }
    if !list(json, ACR_VALUES).is_empty() {
        gathering.offered(ACR_VALUES, "a kind of authentication is asked for only with `--acr-values`");
    }
    if is_true(json, BINDS_TOKENS) {
        gathering.understood(BINDS_TOKENS, "access tokens may be bound to the client certificate");
    }
    tell_detail_types(json, gathering);
    (outline.authentication, outline.asks) = authentication(json, gathering);
    if list(json, CLIENT_METHODS).is_empty() {
        outline.assumes_authentication = Some("default of RFC 8414 section 2");
    }
    outline.pkce = Some(pkce(json, gathering));
    if list(json, CHALLENGE_METHODS).is_empty() {
        outline.assumes_pkce = Some("default of this program");
    }
    outline.known_scopes = known_scopes(json, gathering);
    let grants = list(json, "grant_types_supported");
    tell_grants(&grants, outline.grant, gathering);
    if outline.grant == GrantType::ClientCredentials && grants.iter().any(|grant| grant == "refresh_token") {
        outline.refresh_url.clone_from(&outline.token_url);
    }
    Ok(outline)
}

/// Notes the types of authorization details, and where they are described.
fn tell_detail_types(json: &Json, gathering: &mut Gathering) {
    let types = list(json, DETAIL_TYPES);
    if !types.is_empty() {
        let words = format!("asked for only with `--authorization-details`: {}", types.join(", "));
        gathering.offered(DETAIL_TYPES, words);
    }
    if json.get(DETAIL_TYPES_URL).is_some() {
        let words = "each type with its schema, which `--authorization-details` is checked with";
        gathering.offered(DETAIL_TYPES_URL, words);
    }
}

/// Notes that a server with an authorization endpoint does not announce the grant for it.
fn tell_grants(grants: &[String], grant: GrantType, gathering: &mut Gathering) {
    let is_announced = grants.is_empty() || grants.iter().any(|announced| announced == grant.as_str());
    if grant == GrantType::AuthorizationCode && !is_announced {
        let words = "without `authorization_code`; there is an authorization endpoint, which is used nevertheless";
        gathering.ignored("grant_types_supported", words);
    }
}

/// Sets the endpoints for clients that show a certificate (RFC 8705 section 5) beside the others; that of pushed authorization
/// requests is returned.
fn set_mtls_urls(json: &Json, described: &mut Described) -> Result<String, DocumentError> {
    let Some(aliases) = json.get(MTLS_ALIASES).filter(|aliases| aliases.is_object()) else { return Ok(String::new()) };
    let alias = |name: &'static str| endpoint_of(aliases, name, &mut Gathering::default());
    let service = &mut described.service;
    let pushed = alias(PUSHED_TO)?;
    let of_tokens = [service.refresh_request.as_mut(), service.device_token_request.as_mut()];
    let calls = of_tokens.into_iter().flatten().chain([&mut service.token_request]);
    let mut calls: Vec<(&'static str, &mut CallTemplate)> = calls.map(|call| ("token_endpoint", call)).collect();
    let others = [
        (PUSHED_TO, service.pushed_authorization.as_mut()),
        ("revocation_endpoint", service.revocation.as_mut()),
        ("introspection_endpoint", service.introspection.as_mut()),
        ("device_authorization_endpoint", service.device_authorization.as_mut()),
        ("userinfo_endpoint", service.identity.as_mut().map(|identity| &mut identity.call)),
    ];
    calls.extend(others.into_iter().filter_map(|(name, call)| Some((name, call?))));
    for (name, call) in calls {
        call.mtls_url = Template::new(alias(name)?);
    }
    described.understood.push(Note::new(MTLS_ALIASES, "the endpoints for clients with a certificate"));
    Ok(pushed)
}

/// The URL of an endpoint. Brackets in it are literal.
fn endpoint_of(json: &Json, name: &'static str, gathering: &mut Gathering) -> Result<String, DocumentError> {
    let Some(value) = json.get(name).filter(|value| !value.is_null()) else { return Ok(String::new()) };
    // A placeholder would be filled in with a secret of the person.
    let is_plain = |text: &String| Template::new(text).placeholders().next().is_none();
    let is_url = |text: &String| Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    match Some(plain_text(value)).filter(is_plain).filter(is_url) {
        Some(url) => {
            gathering.understood(name, "its URL");
            Ok(url)
        }
        None => Err(DocumentError::Unexpected { format: FORMAT, place: name.to_owned(), expected: "a URL" }),
    }
}

/// The first way that this program knows best: a secret before a key, a public client where nothing else goes. The
/// default is Basic (RFC 8414 section 2).
fn authentication(json: &Json, gathering: &mut Gathering) -> (Authentication, Option<Asks>) {
    const NAME: &str = CLIENT_METHODS;
    let offered = list(json, NAME);
    if offered.is_empty() {
        return (Authentication::BasicOrNone, None);
    }
    let found = ClientMethod::ALL.into_iter().find(|method| offered.iter().any(|offered| offered == method.as_str()));
    let Some(method) = found else {
        gathering.ignored(NAME, "none of them is supported; the secret is sent in the body");
        return (Authentication::None, None);
    };
    gathering.understood(NAME, format!("`{}` is used unless you choose another", method.as_str()));
    (method.authentication(), (method == ClientMethod::None).then_some(Asks::Nothing))
}

fn pkce(json: &Json, gathering: &mut Gathering) -> Pkce {
    const NAME: &str = CHALLENGE_METHODS;
    let offered = list(json, NAME);
    let has = |name: &str| offered.iter().any(|offered| offered == name);
    if has("plain") && !has("S256") {
        gathering.understood(NAME, "plain code challenge: the server supports no other");
        return Pkce::Plain;
    }
    if has("S256") {
        gathering.understood(NAME, "a code challenge is sent (`S256`)");
    }
    // A server that does not know the parameters leaves them out of account (RFC 6749 section 3.1).
    Pkce::S256
}

fn known_scopes(json: &Json, gathering: &mut Gathering) -> Vec<KnownScope> {
    let is_plain = |scope: &String| Template::new(scope.clone()).placeholders().next().is_none();
    let names: Vec<String> = list(json, "scopes_supported").into_iter().filter(is_plain).collect();
    if !names.is_empty() {
        gathering.understood("scopes_supported", format!("{} scopes to choose from", names.len()));
    }
    if names.iter().any(|name| name == "openid") && json.get("userinfo_endpoint").is_some() {
        gathering.described.scopes = vec!["openid".to_owned()];
    }
    names.into_iter().map(|name| KnownScope { name, meaning: String::new() }).collect()
}

/// Lists each member that changed nothing.
fn tell_unused(json: &Json, described: &mut Described) {
    let is_used = |name: &str| {
        READ_ELSEWHERE.contains(&name)
            || described.understood.iter().chain(&described.ignored).any(|note| note.place == name)
    };
    let names = json.as_object().into_iter().flat_map(|members| members.keys()).take(LONGEST_LIST);
    let unused: Vec<Note> = names.filter(|name| !is_used(name)).map(|name| Note::unused(plain_line(name))).collect();
    described.ignored.extend(unused);
}

/// What the server demands and this program cannot do.
fn lacks(json: &Json, outline: &Outline) -> Vec<String> {
    let mut lacks = Vec::new();
    let types = list(json, "response_types_supported");
    let has_code = types.is_empty() || types.iter().any(|kind| kind == "code");
    if outline.grant == GrantType::AuthorizationCode && !has_code {
        lacks.push("the server's response types: it does not offer `code`".to_owned());
    }
    lacks
}

/// Some servers write the flags as text.
fn is_true(json: &Json, name: &str) -> bool {
    json.get(name).is_some_and(|flag| flag.as_bool() == Some(true) || flag.as_str() == Some("true"))
}

fn host(issuer: &str) -> String {
    Url::parse(issuer).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| issuer.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_that_is_announced_is_expected_and_a_pattern_is_told() {
        let read = |issuer: &str, announced: Json| {
            let document = serde_json::json!({
                "issuer": issuer,
                "authorization_endpoint": "https://as.example.test/authorize",
                "token_endpoint": "https://as.example.test/token",
                "authorization_response_iss_parameter_supported": announced,
            });
            read(&Document::from(document.to_string().as_str())).expect("metadata").described.remove(0)
        };
        let redirect = |described: &Described| {
            let redirect = &described.service.redirect;
            (redirect.issuer.clone(), redirect.sends_issuer)
        };
        let announced = read("https://as.example.test", Json::from(true));
        assert_eq!(redirect(&announced), (Some("https://as.example.test".to_owned()), true));
        assert_eq!(redirect(&read("https://as.example.test", Json::from(false))), (None, false));
        let pattern = read("https://as.example.test/{tenantid}/v2.0", Json::from(true));
        assert_eq!(redirect(&pattern), (None, false));
        assert!(pattern.ignored.iter().any(|note| note.place == "issuer"), "{:?}", pattern.ignored);
    }

    /// RFC 8414 section 3.2.
    #[test]
    fn the_example_of_the_rfc_is_read_and_what_is_not_used_is_named() {
        let document = r#"{
            "issuer": "https://server.example.com",
            "authorization_endpoint": "https://server.example.com/authorize",
            "token_endpoint": "https://server.example.com/token",
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256", "ES256"],
            "userinfo_endpoint": "https://server.example.com/userinfo",
            "jwks_uri": "https://server.example.com/jwks.json",
            "registration_endpoint": "https://server.example.com/register",
            "scopes_supported": ["openid", "profile", "email", "address", "phone", "offline_access"],
            "response_types_supported": ["code", "code token"],
            "service_documentation": "http://server.example.com/service_documentation.html",
            "ui_locales_supported": ["en-US", "en-GB", "en-CA", "fr-FR", "fr-CA"]
        }"#;
        let described = read(&Document::from(document)).expect("metadata").described.remove(0);
        let service = &described.service;
        assert_eq!(service.token_request.url.source(), "https://server.example.com/token");
        assert_eq!(service.token_request.authentication, crate::call::Authentication::BasicOrNone);
        assert_eq!(service.scopes.known.len(), 6);
        let mut names: Vec<&str> =
            described.understood.iter().chain(&described.ignored).map(|note| &*note.place).collect();
        names.sort_unstable();
        for member in ["registration_endpoint", "service_documentation", "ui_locales_supported", "scopes_supported"] {
            assert!(names.contains(&member), "{member}: {names:?}");
        }
    }

    #[test]
    fn the_document_is_looked_for_where_both_standards_put_it() {
        assert_eq!(
            well_known_urls("https://as.example.test/tenant/"),
            [
                "https://as.example.test/tenant/.well-known/openid-configuration",
                "https://as.example.test/.well-known/oauth-authorization-server/tenant",
                "https://as.example.test/.well-known/openid-configuration/tenant",
            ]
        );
        assert_eq!(
            well_known_urls("https://as.example.test:8443"),
            [
                "https://as.example.test:8443/.well-known/openid-configuration",
                "https://as.example.test:8443/.well-known/oauth-authorization-server",
            ]
        );
        assert!(well_known_urls("not a url").is_empty() && well_known_urls("file:///etc").is_empty());
    }
}
