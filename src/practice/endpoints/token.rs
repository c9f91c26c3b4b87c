//! The token endpoint (RFC 6749 section 3.2): from a call to tokens or to an error, and the faults in between.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::practice::checks::{assertion, caller, details, mutual_tls, proof};
use crate::practice::contract::{
    self, ARCHIVE_RESOURCE, DEVICE_CODE, JWT_BEARER, PASSWORD, PERSON_SCOPE, RESOURCE, Registration, TOKEN_EXCHANGE,
    USER_NAME,
};
use crate::practice::endpoints::device::{self, Polled};
use crate::practice::endpoints::{exchange, id_token, odd_replies};
use crate::practice::fault::Fault;
use crate::practice::http::message::{Body, ErrorCode, Parameters, Refusal, Request, Response};
use crate::practice::state::State;
use crate::practice::state::grants::{self, Redemption, Renewal, TokenPair};
use crate::practice::state::now::Now;
use crate::practice::state::signed_token::{GrantedAccess, Kind, SignedToken};

/// Longer than any client waits, and long enough to see the waiting.
pub(crate) const SLOW_REPLY: Duration = Duration::from_mins(1);
/// An hour and some seconds, to allow for rounding and a slow call.
const WRONG_BY: Duration = Duration::from_secs(3630);
/// The target of `redirect-token`, another host name of this machine: a client that follows it is seen here.
pub(crate) const ELSEWHERE: &str = "/elsewhere";

pub(crate) fn answer(state: &mut State, request: &Request, body: &Parameters, now: &mut Now) -> Response {
    let answer = broken(state, body).map_or_else(|| issued(state, request, body, now), Ok);
    let answer = caller::answered(request, answer);
    if !state.has(Fault::WrongDate) {
        return answer;
    }
    answer.header("date", now.after(WRONG_BY).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
}

fn issued(state: &mut State, request: &Request, body: &Parameters, now: &mut Now) -> Result<Response, Refusal> {
    let jkt = match proof::proved(state, request, None, now) {
        Ok(jkt) => jkt,
        Err(refusal) => return Ok(refusal.answer()),
    };
    check_refresh_token(body, jkt.as_deref())?;
    // Before anything is spent.
    let resource = resource(state, body)?;
    let bound_to = jkt.clone().filter(|_| !state.has(Fault::DpopBearer));
    let certificate = mutual_tls::thumbprint(state, request);
    let bound = |issued: TokenPair| {
        let issued = bound_to.as_deref().map_or(issued.clone(), |jkt| issued.bound(jkt));
        certificate.as_deref().map_or(issued.clone(), |thumbprint| issued.bound_to_certificate(thumbprint))
    };
    if body.one("grant_type")? == Some(DEVICE_CODE) {
        let registration = client(state, request, body, now)?;
        return Ok(match device::poll(state, &registration, body, now)? {
            Polled::Granted(issued) => shaped(state, reply(state, &registration, (&bound(issued), false), now), now),
            Polled::Answer(answer) => answer,
        });
    }
    let (registration, issued) = grant(state, request, (body, jkt.as_deref()), now)?;
    let issued = resource.map_or(issued.clone(), |resource| issued.for_resource(resource));
    if state.has(Fault::IdTokenNewKey) {
        state.id_token_keys.replace();
    }
    let of_person = of_person(state, (&registration, &issued), is_refresh(body), now);
    let mut reply = reply(state, &registration, (&bound(issued), is_refresh(body)), now);
    reply.extend(of_person);
    odd_replies::reshape(state, &mut reply, is_refresh(body), now);
    if body.one("grant_type")? == Some(TOKEN_EXCHANGE) {
        // RFC 8693 section 2.2.1. An ID token is for the one who signed in.
        reply.shift_remove("id_token");
        reply.insert("issued_token_type".into(), exchange::ACCESS_TOKEN.into());
    }
    Ok(shaped(state, reply, now))
}

/// The resource that the access token is to be for (RFC 8707 section 2.2); `None` for the service itself. A token is exchanged for
/// an audience instead.
fn resource<'a>(state: &State, body: &'a Parameters) -> Result<Option<&'a str>, Refusal> {
    let is_own = |asked: &&str| asked.strip_prefix(state.issuer.as_str()) == Some(RESOURCE);
    let asked = body.one("resource")?.filter(|asked| !is_own(asked));
    if asked.is_some_and(|asked| asked != ARCHIVE_RESOURCE) {
        return Err(Refusal::new(
            ErrorCode::InvalidTarget,
            format!("the only resources here are `{RESOURCE}` and `{ARCHIVE_RESOURCE}`"),
        ));
    }
    Ok(asked)
}

/// A refresh token that is bound is good with that key only (RFC 9449 section 5). Nothing is spent by the refusal.
fn check_refresh_token(body: &Parameters, jkt: Option<&str>) -> Result<(), Refusal> {
    let token = body.one("refresh_token")?.and_then(|token| SignedToken::read(token, Kind::Refresh));
    match token.and_then(|token| token.jkt) {
        Some(bound_to) if Some(bound_to.as_str()) != jkt => {
            Err(Refusal::grant("the refresh token is bound to a key, and the request has no proof of it"))
        }
        _ => Ok(()),
    }
}

fn is_refresh(body: &Parameters) -> bool {
    matches!(body.one("grant_type"), Ok(Some("refresh_token")))
}

/// The faults that spend nothing, so that the same call succeeds once the fault is off. The first one counts.
fn broken(state: &State, body: &Parameters) -> Option<Response> {
    let is_refresh = is_refresh(body);
    let told = |status, error: &'static str, to: &str| {
        let words = format!("the practice service is told to {to}");
        Some(Response::json(status, &json!({ "error": error, "error_description": words })))
    };
    state.options.faults.iter().find_map(|fault| match fault {
        Fault::RedirectToken => {
            let location = format!("{}{ELSEWHERE}", state.issuer.replace("127.0.0.1", "localhost"));
            Some(Response::redirect(307, &location))
        }
        Fault::HtmlError => {
            let page = include_str!("../../../assets/practice/gateway-error.html").to_owned();
            Some(Response::text(502, "text/html; charset=utf-8", page))
        }
        Fault::ServerError => told(500, "server_error", "fail"),
        Fault::ErrorWithSuccess => told(200, "invalid_grant", "refuse"),
        Fault::Unavailable => told(503, "temporarily_unavailable", "be unavailable"),
        Fault::TooManyRequests => {
            told(429, "slow_down", "want fewer calls").map(|answer| answer.header("retry-after", "3600"))
        }
        Fault::DeadRefreshToken if is_refresh => told(400, "invalid_grant", "refuse every refresh token"),
        Fault::GarbageReply => {
            let cut = "{\"access_token\":\"practice-at-".to_owned();
            Some(Response::text(200, "application/json", cut))
        }
        Fault::HugeReply => {
            let start = "{\"access_token\":\"practice-at-huge\",\"token_type\":\"Bearer\",\"padding\":\"";
            let answer = Response::json(200, &Value::Null);
            Some(Response { body: Body::Endless(start), ..answer })
        }
        other => odd_replies::refused(*other, is_refresh),
    })
}

/// The client, by whichever way it authenticates.
pub(crate) fn client(
    state: &mut State,
    request: &Request,
    body: &Parameters,
    now: &Now,
) -> Result<Registration, Refusal> {
    if body.names().any(|name| name == "client_assertion") {
        return assertion::client(state, body, now);
    }
    if let Some(registration) = mutual_tls::client(state, request, body)? {
        return Ok(registration);
    }
    caller::authenticate(state, request, body, now)
}

fn grant(
    state: &mut State,
    request: &Request,
    (body, jkt): (&Parameters, Option<&str>),
    now: &mut Now,
) -> Result<(Registration, TokenPair), Refusal> {
    let grant_type = body.required("grant_type")?;
    let terms = state.terms();
    if grant_type == JWT_BEARER {
        let (registration, person) = assertion::grant(state, body, now)?;
        // RFC 7521 section 4.1: the next assertion takes the place of a refresh token.
        let issued = grants::issue(direct(&registration, person, body)?, terms, false, now);
        return Ok((registration, issued));
    }
    let registration = client(state, request, body, now)?;
    let issued = match grant_type {
        "authorization_code" => {
            let with = Redemption {
                client_id: &registration.id,
                redirect_uri: body.required("redirect_uri")?,
                code_verifier: body.one("code_verifier")?,
                jkt,
            };
            state.grants.redeem(body.required("code")?, &with, terms, now)?
        }
        "refresh_token" => {
            let scopes = body.one("scope")?.map(|asked| asked.split_ascii_whitespace().map(str::to_owned).collect());
            state.grants.refresh(body.required("refresh_token")?, &registration.id, scopes, terms, now)?
        }
        // RFC 6749 section 4.4: for confidential clients, and without a refresh token.
        "client_credentials" if registration.secret.is_none() && !registration.signs => {
            return Err(Refusal::new(ErrorCode::UnauthorizedClient, "a public client cannot act for itself"));
        }
        "client_credentials" => grants::issue(direct(&registration, None, body)?, terms, false, now),
        TOKEN_EXCHANGE => exchange::exchange(state, &registration, body, now)?,
        // RFC 6749 section 4.3.
        "password" => {
            if (body.required("username")?, body.required("password")?) != (USER_NAME, PASSWORD) {
                return Err(Refusal::grant("user name or password is wrong"));
            }
            let refreshable = terms.renewal != Renewal::Never;
            grants::issue(direct(&registration, Some("Ada".to_owned()), body)?, terms, refreshable, now)
        }
        _ => {
            let known = "the grant types here are authorization_code, refresh_token, client_credentials, password, and those of RFC 7523, RFC 8628 and RFC 8693";
            return Err(Refusal::new(ErrorCode::UnsupportedGrantType, known));
        }
    };
    Ok((registration, issued))
}

/// Access granted without consent on the page.
fn direct(registration: &Registration, person: Option<String>, body: &Parameters) -> Result<GrantedAccess, Refusal> {
    let scopes = contract::scopes(body.one("scope")?)?;
    Ok(GrantedAccess {
        client_id: registration.id.clone().into_owned(),
        person,
        scopes,
        nonce: None,
        signed_in: None,
        details: details::asked(body)?,
    })
}

fn reply(
    state: &State,
    registration: &Registration,
    (issued, is_refresh): (&TokenPair, bool),
    now: &Now,
) -> Map<String, Value> {
    let terms = state.terms();
    let grant = &issued.grant;
    let mut reply = Map::new();
    reply.insert("access_token".into(), issued.access_token.expose().into());
    let is_bound =
        SignedToken::read(issued.access_token.expose(), Kind::Access).is_some_and(|token| token.jkt.is_some());
    reply.insert("token_type".into(), if is_bound { "DPoP" } else { "Bearer" }.into());
    reply.insert("expires_in".into(), terms.access_token_life.as_secs().into());
    if let Some(refresh_token) = &issued.refresh_token {
        reply.insert("refresh_token".into(), refresh_token.expose().into());
        if let Some(life) = terms.refresh_token_life {
            reply.insert("refresh_token_expires_in".into(), life.as_secs().into());
        }
    }
    reply.insert("scope".into(), grant.scopes.join(" ").into());
    if let Some(details) = &grant.details {
        reply.insert("authorization_details".into(), details.clone());
    }
    let is_sign_in = grant.person.is_some() && grant.scopes.iter().any(|scope| scope == "openid");
    if is_sign_in && let Some(id_token) = id_token::issue(state, registration, issued, is_refresh, now) {
        reply.insert("id_token".into(), id_token.expose().into());
    }
    reply
}

/// The second token of a sign-in, which is the person's, as Slack has it. It is refreshed by its own refresh token.
fn of_person(
    state: &State,
    (registration, issued): (&Registration, &TokenPair),
    is_refresh: bool,
    now: &mut Now,
) -> Option<(String, Value)> {
    let is_asked = issued.grant.person.is_some() && issued.grant.scopes.iter().any(|scope| scope == PERSON_SCOPE);
    if is_refresh || !is_asked {
        return None;
    }
    let granted = GrantedAccess { scopes: vec!["profile".to_owned()], ..issued.grant.clone() };
    let own = grants::issue(granted, state.terms(), issued.refresh_token.is_some(), now);
    Some(("person".to_owned(), reply(state, registration, (&own, false), now).into()))
}

/// The reply as the faults shape it.
fn shaped(state: &State, mut reply: Map<String, Value>, now: &Now) -> Response {
    let on = |fault: Fault| state.has(fault);
    if on(Fault::NoExpiry) {
        reply.shift_remove("expires_in");
    } else if on(Fault::ZeroExpiry) {
        reply.insert("expires_in".into(), 0.into());
    } else if on(Fault::EpochExpiry) {
        let at = now.after(state.terms().access_token_life);
        reply.insert("expires_in".into(), at.as_second().into());
    } else if on(Fault::StringExpiry)
        && let Some(expiry) = reply.get_mut("expires_in")
    {
        *expiry = Value::from(expiry.to_string());
    }
    if on(Fault::NoScope) {
        reply.shift_remove("scope");
    }
    if on(Fault::TypeInLowerCase)
        && let Some(kind) = reply.get_mut("token_type")
    {
        *kind = kind.as_str().unwrap_or_default().to_ascii_lowercase().into();
    }
    if on(Fault::FormReply) {
        let mut form = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &reply {
            form.append_pair(name, value.as_str().unwrap_or(&value.to_string()));
        }
        return Response::text(200, "application/x-www-form-urlencoded", form.finish());
    }
    if on(Fault::NestedReply) {
        return Response::json(200, &json!({ "ok": true, "data": reply }));
    }
    if on(Fault::ByteOrderMark) {
        return Response::text(200, "application/json", format!("\u{feff}{}", Value::Object(reply)));
    }
    let mut answer = Response::json(200, &Value::Object(reply));
    if on(Fault::BrokenReply) {
        answer.body = Body::Broken("{\"access_token\":\"practice-at-");
    }
    answer
}
