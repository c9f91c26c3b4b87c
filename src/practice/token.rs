//! The token endpoint (RFC 6749 section 3.2): from a call to tokens or to an error, and the faults in between.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::practice::assertion;
use crate::practice::caller;
use crate::practice::contract::{JWT_BEARER, PASSWORD, Registration};
use crate::practice::fault::Fault;
use crate::practice::grants::{self, Issued, Redemption, Renewal, Terms};
use crate::practice::identity;
use crate::practice::message::{Body, ErrorCode, Parameters, Refusal, Request, Response};
use crate::practice::now::Now;
use crate::practice::signed_token::Grant;
use crate::practice::state::State;
use crate::secret::Secret;

/// Long enough for any caller to lose patience, and for a person to see what waiting looks like.
pub(crate) const SLOW_REPLY: Duration = Duration::from_mins(1);
/// An hour, and enough over it that whole seconds and a slow call do not make it less.
const WRONG_BY: Duration = Duration::from_secs(3630);
/// Where `redirect-token` points, on another host name of this same machine: whoever follows is seen here.
pub(crate) const ELSEWHERE: &str = "/elsewhere";

/// Answers a call of the token endpoint.
pub(crate) fn answer(state: &mut State, request: &Request, body: &Parameters, now: &mut Now) -> Response {
    let authentication = caller::authentication(request, body);
    if let Some(broken) = broken(state, body) {
        return dated(state, broken, now).authenticated(authentication);
    }
    let answer = match grant(state, request, body, now) {
        Ok((registration, issued)) => {
            let reply = reply(state, registration, &issued, now);
            shaped(state, reply, now).authenticated(authentication)
        }
        Err(refusal) => refusal.answer(authentication),
    };
    dated(state, answer, now)
}

/// The answer with the date of a clock that is wrong, where that is the fault.
fn dated(state: &State, answer: Response, now: &Now) -> Response {
    if !state.has(Fault::WrongDate) {
        return answer;
    }
    answer.header("date", now.after(WRONG_BY).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
}

/// The faults that come before anything is spent, so that the same call succeeds once the fault is off.
fn broken(state: &State, body: &Parameters) -> Option<Response> {
    let on = |fault: Fault| state.has(fault);
    if on(Fault::RedirectToken) {
        let location = format!("{}{ELSEWHERE}", state.issuer.replace("127.0.0.1", "localhost"));
        return Some(Response::redirect(307, &location, "redirected to another host"));
    }
    if on(Fault::HtmlError) {
        let page = include_str!("../../assets/practice/gateway-error.html").to_owned();
        return Some(Response::text(502, "text/html; charset=utf-8", page, "error page"));
    }
    if on(Fault::ServerError) {
        let document = json!({ "error": "server_error", "error_description": "the practice service is told to fail" });
        return Some(Response::json(500, &document, "server_error"));
    }
    if on(Fault::ErrorWithSuccess) {
        let document =
            json!({ "error": "invalid_grant", "error_description": "the practice service is told to refuse" });
        return Some(Response::json(200, &document, "invalid_grant"));
    }
    unable(state, body).or_else(|| huge(state))
}

/// Those of a service that is in trouble, or has had enough of the refresh token.
fn unable(state: &State, body: &Parameters) -> Option<Response> {
    let on = |fault: Fault| state.has(fault);
    let error = |status, error: &'static str, words: &str| {
        Response::json(status, &json!({ "error": error, "error_description": words }), error)
    };
    if on(Fault::Unavailable) {
        return Some(error(503, "temporarily_unavailable", "the practice service is told to be unavailable"));
    }
    if on(Fault::TooManyRequests) {
        let words = "the practice service is told to want fewer calls";
        return Some(error(429, "slow_down", words).header("retry-after", "3600"));
    }
    if on(Fault::GarbageReply) {
        let cut = "{\"access_token\":\"practice-at-".to_owned();
        return Some(Response::text(200, "application/json", cut, "a reply that is cut short"));
    }
    let is_refresh = matches!(body.one("grant_type"), Ok(Some("refresh_token")));
    let dead = on(Fault::DeadRefreshToken) && is_refresh;
    dead.then(|| error(400, "invalid_grant", "the practice service is told to refuse every refresh token"))
}

fn huge(state: &State) -> Option<Response> {
    state.has(Fault::HugeReply).then(|| {
        let mut answer = Response::json(200, &Value::Null, "a reply without end");
        answer.body = Body::Endless("{\"access_token\":\"practice-at-huge\",\"token_type\":\"Bearer\",\"padding\":\"");
        answer
    })
}

fn grant(
    state: &mut State,
    request: &Request,
    body: &Parameters,
    now: &mut Now,
) -> Result<(&'static Registration, Issued), Refusal> {
    let grant_type = body.required("grant_type")?;
    let terms = state.terms();
    if grant_type == JWT_BEARER {
        let (registration, person) = assertion::grant(state, body, now)?;
        let grant = direct_grant(state, registration, person, body)?;
        // RFC 7521 section 4.1: the next assertion takes the place of a refresh token.
        return Ok((registration, grants::issue(grant, terms, false, now)));
    }
    let registration = if body.names().any(|name| name == "client_assertion") {
        assertion::client(state, body, now)?
    } else {
        caller::authenticate(state.contract, request, body)?
    };
    let issued = match grant_type {
        "authorization_code" => {
            let with = Redemption {
                client_id: registration.id,
                redirect_uri: body.required("redirect_uri")?,
                code_verifier: body.one("code_verifier")?,
            };
            state.grants.redeem(body.required("code")?, &with, terms, now)?
        }
        "refresh_token" => {
            let scopes = body.one("scope")?.map(|asked| asked.split_ascii_whitespace().map(str::to_owned).collect());
            state.grants.refresh(body.required("refresh_token")?, registration.id, scopes, terms, now)?
        }
        "client_credentials" => client_credentials(state, registration, body, terms, now)?,
        "password" => password(state, registration, body, terms, now)?,
        _ => {
            let known = "the grant types here are authorization_code, refresh_token, client_credentials, password, and the one of RFC 7523";
            return Err(Refusal::new(ErrorCode::UnsupportedGrantType, known));
        }
    };
    Ok((registration, issued))
}

/// RFC 6749 section 4.4: for confidential clients, and without a refresh token.
fn client_credentials(
    state: &State,
    registration: &Registration,
    body: &Parameters,
    terms: Terms,
    now: &mut Now,
) -> Result<Issued, Refusal> {
    if registration.secret.is_none() && !registration.signs {
        return Err(Refusal::new(ErrorCode::UnauthorizedClient, "a public client cannot act for itself"));
    }
    let grant = direct_grant(state, registration, None, body)?;
    Ok(grants::issue(grant, terms, false, now))
}

/// RFC 6749 section 4.3.
fn password(
    state: &State,
    registration: &Registration,
    body: &Parameters,
    terms: Terms,
    now: &mut Now,
) -> Result<Issued, Refusal> {
    let user_name = body.required("username")?;
    let given = Secret::new(body.required("password")?);
    if user_name != state.contract.user_name || given != Secret::new(PASSWORD) {
        return Err(Refusal::grant("user name or password is wrong"));
    }
    let grant = direct_grant(state, registration, Some("Ada".to_owned()), body)?;
    Ok(grants::issue(grant, terms, terms.renewal != Renewal::Never, now))
}

fn direct_grant(
    state: &State,
    registration: &Registration,
    person: Option<String>,
    body: &Parameters,
) -> Result<Grant, Refusal> {
    let scopes = state
        .contract
        .scopes(body.one("scope")?)
        .map_err(|unknown| Refusal::new(ErrorCode::InvalidScope, format!("the scope `{unknown}` is unknown")))?;
    Ok(Grant { client_id: registration.id.to_owned(), person, scopes, nonce: None })
}

/// The reply of RFC 6749 section 5.1.
fn reply(state: &State, registration: &Registration, issued: &Issued, now: &Now) -> Map<String, Value> {
    let terms = state.terms();
    let grant = &issued.grant;
    let mut reply = Map::new();
    reply.insert("access_token".into(), issued.access_token.expose().into());
    reply.insert("token_type".into(), "Bearer".into());
    reply.insert("expires_in".into(), terms.access_token_life.as_secs().into());
    if let Some(refresh_token) = &issued.refresh_token {
        reply.insert("refresh_token".into(), refresh_token.expose().into());
        if let Some(life) = terms.refresh_token_life {
            reply.insert("refresh_token_expires_in".into(), life.as_secs().into());
        }
    }
    reply.insert("scope".into(), grant.scopes.join(" ").into());
    let is_sign_in = grant.person.is_some() && grant.scopes.iter().any(|scope| scope == "openid");
    if let (true, Some(secret)) = (is_sign_in, registration.secret) {
        let claims = identity::claims(grant, state.contract.extras);
        let life = (now.time, now.after(terms.access_token_life));
        let id_token = identity::id_token(claims, grant, &state.issuer, life, secret);
        reply.insert("id_token".into(), id_token.expose().into());
    }
    reply
}

/// The reply in the shape that the faults give it.
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
    let outcome = "tokens issued";
    if on(Fault::FormReply) {
        let mut form = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &reply {
            form.append_pair(name, value.as_str().unwrap_or(&value.to_string()));
        }
        return Response::text(200, "application/x-www-form-urlencoded", form.finish(), outcome);
    }
    if on(Fault::NestedReply) {
        return Response::json(200, &json!({ "ok": true, "data": reply }), outcome);
    }
    let mut answer = Response::json(200, &Value::Object(reply), outcome);
    if on(Fault::BrokenReply) {
        answer.body = Body::Broken("{\"access_token\":\"practice-at-");
    }
    answer
}
