//! Compares a preset with the metadata of its service (RFC 8414 section 2, OpenID Connect Discovery 1.0 section 3). What the
//! metadata leaves out is not told, whatever the default of the RFC: many services leave out what they support.

use serde_json::Value as Json;

use crate::app::services::doctor::open_values::OpenValues;
use crate::app::services::doctor::point::{Point, Verdict};
use crate::app::services::doctor::ways::{client_methods, grants, written};
use crate::call::{CallTemplate, Template};
use crate::dialect::discovery::is_pattern;
use crate::oauth::{AssertionAlgorithm, Pkce, is_same_issuer, plain_line};
use crate::service::{ClientMethod, Service};
use crate::witness::fits;

/// The most items of a list, and the most characters of an item, that are read.
const LONGEST_LIST: usize = 500;
const LONGEST_ITEM: usize = 300;

const ISSUER: &str = "issuer";
const SENDS_ISSUER: &str = "authorization_response_iss_parameter_supported";
const PUSHED_TO: &str = "pushed_authorization_request_endpoint";
const MUST_PUSH: &str = "require_pushed_authorization_requests";
const MUST_SIGN: &str = "require_signed_request_object";
const SIGNED_BY: &str = "request_object_signing_alg_values_supported";
const MTLS_ALIASES: &str = "mtls_endpoint_aliases";
const CLIENT_METHODS: &str = "token_endpoint_auth_methods_supported";
const CHALLENGES: &str = "code_challenge_methods_supported";
const GRANTS: &str = "grant_types_supported";
const SCOPES: &str = "scopes_supported";

/// All points. What stands in the open places of the preset's URLs is learnt from those that fit.
pub(super) fn points(service: &Service, values: &mut OpenValues, metadata: &Json) -> Vec<Point> {
    let mut points: Vec<Point> = issuer(service, values, metadata).into_iter().collect();
    points.extend(urls(service, values, metadata));
    points.extend(methods(service, metadata));
    points.extend(pkce(service, metadata));
    points.extend(grant_types(service, metadata));
    points.extend(scopes(service, values, metadata));
    points.extend(response_issuer(service, metadata));
    points.extend(pushed(service, metadata));
    points.extend(signed(service, metadata));
    points.extend(certificate(service, metadata));
    points
}

/// A text of the metadata on one line; empty where there is none.
fn text(metadata: &Json, member: &str) -> String {
    let text = metadata.get(member).and_then(Json::as_str).unwrap_or_default();
    plain_line(text).chars().take(LONGEST_ITEM).collect()
}

fn list(metadata: &Json, member: &str) -> Vec<String> {
    let items = metadata.get(member).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
    items.take(LONGEST_LIST).map(|item| plain_line(item).chars().take(LONGEST_ITEM).collect()).collect()
}

/// Whether a flag is set; `None` where it is left out. Some servers write flags as text.
fn flag(metadata: &Json, member: &str) -> Option<bool> {
    let flag = metadata.get(member)?;
    flag.as_bool().or_else(|| flag.as_str()?.parse().ok())
}

fn issuer(service: &Service, values: &mut OpenValues, metadata: &Json) -> Option<Point> {
    let own = service.redirect.issuer.as_deref()?;
    let told = text(metadata, ISSUER);
    let verdict = if told.is_empty() || is_pattern(&told) {
        Verdict::NotTold
    } else if is_same_issuer(&values.filled(own), &told) || fits(&values.filled(own), &told) {
        values.learn(own, &told);
        Verdict::Same
    } else {
        Verdict::Differs
    };
    Some(Point::new("issuer", ISSUER, verdict).says(own, &told).change_url("redirect.issuer", &told))
}

fn urls(service: &Service, values: &mut OpenValues, metadata: &Json) -> Vec<Point> {
    let authorization = service.authorization.as_ref().map(|authorization| &authorization.call);
    let identity = service.identity.as_ref().map(|identity| &identity.call);
    let of_token = service.token_call();
    let (refresh, device_token) = (service.refresh_request.as_ref(), service.device_token_request.as_ref());
    let (revocation, introspection) = (service.revocation.as_ref(), service.introspection.as_ref());
    let (device, pushed) = (service.device_authorization.as_ref(), service.pushed_authorization.as_ref());
    let rows = [
        ("authorization URL", "authorization.url", "authorization_endpoint", authorization),
        ("token URL", "token_request.url", "token_endpoint", of_token),
        ("refresh URL", "refresh_request.url", "token_endpoint", refresh),
        ("revocation URL", "revocation.url", "revocation_endpoint", revocation),
        ("introspection URL", "introspection.url", "introspection_endpoint", introspection),
        ("userinfo URL", "identity.url", "userinfo_endpoint", identity),
        ("device authorization URL", "device_authorization.url", "device_authorization_endpoint", device),
        ("device token URL", "device_token_request.url", "token_endpoint", device_token),
        ("pushed authorization URL", "pushed_authorization.url", PUSHED_TO, pushed),
    ];
    let mut points = Vec::new();
    for (name, key, member, call) in rows {
        let told = text(metadata, member);
        // These two are offered with the token endpoint in any case.
        let is_extra = matches!(key, "refresh_request.url" | "device_token_request.url");
        let Some(call) = call else {
            if !told.is_empty() && !is_extra {
                points.push(Point::new(name, member, Verdict::Offered).says("", told));
            }
            continue;
        };
        let verdict = url_verdict(call, values, &told, &text(&metadata[MTLS_ALIASES], member), key == "identity.url");
        let own = without_query(call.url.source());
        points.push(Point::new(name, member, verdict).says(own, &told).change_url(key, &told));
    }
    points
}

/// Whether a call goes to the endpoint, or to the one for clients with a certificate (RFC 8705 section 5).
fn url_verdict(call: &CallTemplate, values: &mut OpenValues, told: &str, alias: &str, is_identity: bool) -> Verdict {
    if told.is_empty() {
        return Verdict::NotTold;
    }
    let own = without_query(&values.filled(call.url.source())).to_owned();
    for endpoint in [told, alias].map(without_query) {
        // A foreign text with an open place would fit too much.
        if !endpoint.is_empty() && !is_pattern(endpoint) && (fits(&own, endpoint) || is_same_url(&own, endpoint)) {
            values.learn(without_query(call.url.source()), endpoint);
            return Verdict::Same;
        }
    }
    // Many presets ask another API of the service whose token it is.
    let is_elsewhere = is_identity && host(&own) != host(told);
    if is_elsewhere { Verdict::Offered } else { Verdict::Differs }
}

fn without_query(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default()
}

/// Two ways to write one URL: its host in other letters, the default port.
fn is_same_url(one: &str, other: &str) -> bool {
    let parsed = |url: &str| url::Url::parse(url).ok();
    parsed(one).is_some_and(|url| Some(url) == parsed(other))
}

/// The client authentication at each endpoint that has a member for it.
fn methods(service: &Service, metadata: &Json) -> Vec<Point> {
    let rows = [
        ("client authentication", CLIENT_METHODS, service.token_call()),
        (
            "client authentication at the revocation URL",
            "revocation_endpoint_auth_methods_supported",
            service.revocation.as_ref(),
        ),
        (
            "client authentication at the introspection URL",
            "introspection_endpoint_auth_methods_supported",
            service.introspection.as_ref(),
        ),
    ];
    let mut points = Vec::new();
    for (name, member, call) in rows {
        let own = call.map(|call| client_methods(service, call)).unwrap_or_default();
        if own.is_empty() {
            continue;
        }
        let told = list(metadata, member);
        let verdict = verdict_of_list(&told, own.iter().any(|method| told.iter().any(|told| told == method)));
        let mut point = Point::new(name, member, verdict).says(own.join(", "), told.join(", "));
        let offered = ClientMethod::ALL.into_iter().find(|method| told.iter().any(|told| told == method.as_str()));
        if let Some(method) = offered {
            let keys: &[&str] = match member {
                CLIENT_METHODS if service.refresh_request.is_some() => {
                    &["token_request.authentication", "refresh_request.authentication"]
                }
                CLIENT_METHODS => &["token_request.authentication"],
                "revocation_endpoint_auth_methods_supported" => &["revocation.authentication"],
                _ => &["introspection.authentication"],
            };
            point = keys.iter().fold(point, |point, key| point.change(key, written(method)));
            if method == ClientMethod::None && member == CLIENT_METHODS {
                point = point.change("asks", "nothing");
            }
        }
        points.push(point);
    }
    points
}

/// Of a list in the metadata that may be left out.
fn verdict_of_list(told: &[String], is_same: bool) -> Verdict {
    match told {
        [] => Verdict::NotTold,
        _ if is_same => Verdict::Same,
        _ => Verdict::Differs,
    }
}

fn pkce(service: &Service, metadata: &Json) -> Option<Point> {
    let own = service.authorization.as_ref()?.pkce;
    let told = list(metadata, CHALLENGES);
    let has = |method: &str| told.iter().any(|told| told == method);
    let (own, is_same) = match own {
        Pkce::Off => ("off", false),
        Pkce::S256 => ("S256", has("S256")),
        Pkce::S256Hex => ("S256-hex", false),
        Pkce::Plain => ("plain", has("plain")),
    };
    let point = Point::new("PKCE", CHALLENGES, verdict_of_list(&told, is_same)).says(own, told.join(", "));
    let offered = ["S256", "plain"].into_iter().find(|method| has(method));
    Some(match offered {
        Some(method) => point.change("authorization.pkce", method),
        None => point,
    })
}

fn grant_types(service: &Service, metadata: &Json) -> Option<Point> {
    let own = grants(service);
    let told = list(metadata, GRANTS);
    let is_same = own.iter().all(|grant| told.contains(grant));
    let point = Point::new("grant types", GRANTS, verdict_of_list(&told, is_same));
    (!own.is_empty()).then(|| point.says(own.join(", "), told.join(", ")))
}

/// The default and the known scopes. A service may leave scopes out of its list (RFC 8414 section 2), so that one that is not
/// there says nothing.
fn scopes(service: &Service, values: &OpenValues, metadata: &Json) -> Vec<Point> {
    let told = list(metadata, SCOPES);
    let is_told = |scope: &str| {
        let filled = values.filled(scope);
        let is_open = Template::new(filled.as_str()).placeholders().next().is_some();
        told.contains(&filled) || is_open && told.iter().any(|told| fits(&filled, told))
    };
    let default: Vec<&str> = service.scopes.default.iter().map(String::as_str).collect();
    let known: Vec<&str> = service.scopes.known.iter().map(|scope| scope.name.as_str()).collect();
    let known = known.into_iter().filter(|scope| !default.contains(scope)).collect();
    let mut points = Vec::new();
    for (name, own) in [("default scopes", default), ("known scopes", known)] {
        if own.is_empty() {
            continue;
        }
        let missing: Vec<&str> = own.iter().copied().filter(|scope| !is_told(scope)).collect();
        points.push(if missing.is_empty() {
            Point::new(name, SCOPES, Verdict::Same).says(own.join(", "), "listed")
        } else {
            let service = if told.is_empty() { "" } else { "not listed" };
            Point::new(name, SCOPES, Verdict::NotTold).says(missing.join(", "), service)
        });
    }
    points
}

/// Whether each response names its issuer (RFC 9207 section 3: not, if it is left out). A preset that demands it then refuses each
/// response.
fn response_issuer(service: &Service, metadata: &Json) -> Option<Point> {
    service.authorization.as_ref()?;
    let own = service.redirect.sends_issuer;
    let told = flag(metadata, SENDS_ISSUER);
    let verdict = match told {
        None if !own => Verdict::NotTold,
        told if told.unwrap_or_default() == own => Verdict::Same,
        _ => Verdict::Differs,
    };
    let words = |sends: bool| if sends { "always" } else { "optional" };
    let point = Point::new("issuer in the response", SENDS_ISSUER, verdict);
    let point = point.says(words(own), told.map_or("", words)).change("redirect.sends_issuer", !own);
    let needs_issuer = !own && service.redirect.issuer.is_none();
    Some(if needs_issuer { point.change_url("redirect.issuer", &text(metadata, ISSUER)) } else { point })
}

/// Whether something is required, and whether the preset does it.
fn required(name: &str, member: &'static str, does: bool, told: Option<bool>) -> Option<Point> {
    let verdict = match told {
        Some(true) if !does => Verdict::Differs,
        Some(_) => Verdict::Same,
        None if does => Verdict::NotTold,
        None => return None,
    };
    let service = told.map_or("", |is_required| if is_required { "required" } else { "not required" });
    Some(Point::new(name, member, verdict).says(if does { "yes" } else { "no" }, service))
}

fn pushed(service: &Service, metadata: &Json) -> Option<Point> {
    service.authorization.as_ref()?;
    let does = service.pushed_authorization.is_some();
    let point = required("requests are pushed (PAR)", MUST_PUSH, does, flag(metadata, MUST_PUSH))?;
    Some(point.change_url("pushed_authorization.url", &text(metadata, PUSHED_TO)))
}

fn signed(service: &Service, metadata: &Json) -> Option<Point> {
    service.authorization.as_ref()?;
    let does = service.signed_request.is_some();
    let point = required("requests are signed (JAR)", MUST_SIGN, does, flag(metadata, MUST_SIGN))?;
    let offered = list(metadata, SIGNED_BY);
    let known = [AssertionAlgorithm::ES256, AssertionAlgorithm::PS256, AssertionAlgorithm::RS256];
    let mut known = known.iter().map(|algorithm| algorithm.as_str());
    let algorithm = known.find(|name| offered.is_empty() || offered.iter().any(|offered| offered == name));
    Some(match algorithm {
        Some(algorithm) => point.change("signed_request", algorithm),
        None => point,
    })
}

/// Whether a client certificate is required: the service then offers no other client authentication (RFC 8705 section 2).
fn certificate(service: &Service, metadata: &Json) -> Option<Point> {
    let offered = list(metadata, CLIENT_METHODS);
    let is_one = |method: &String| matches!(method.as_str(), "tls_client_auth" | "self_signed_tls_client_auth");
    let told = (!offered.is_empty()).then(|| offered.iter().all(is_one));
    let does = service.wants_client_certificate();
    // That none is required says nothing of a service that asks for none.
    let told = told.filter(|is_required| *is_required || does);
    required("client certificate (mTLS)", CLIENT_METHODS, does, told)
}
