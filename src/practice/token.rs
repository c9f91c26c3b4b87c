//! The token endpoint (RFC 6749 section 3.2): from a call to tokens or to an error, and the faults in between.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::practice::assertion;
use crate::practice::caller;
use crate::practice::contract::{PASSWORD, Registration};
use crate::practice::desk::Desk;
use crate::practice::fault::Fault;
use crate::practice::grants::{self, Grant, Issued, Redemption, Renewal, Terms};
use crate::practice::identity;
use crate::practice::message::{Answer, Asked, Body, ErrorCode, Parameters, Refusal};
use crate::practice::moment::Moment;
use crate::secret::Secret;

/// Long enough for any caller to lose patience, and for a person to see what waiting looks like.
pub(crate) const SLOW_REPLY: Duration = Duration::from_mins(1);
/// An hour, and enough over it that whole seconds and a slow call do not make it less.
const WRONG_BY: Duration = Duration::from_secs(3630);
/// Where `redirect-token` points, on another host name of this same machine: whoever follows is seen here.
pub(crate) const ELSEWHERE: &str = "/elsewhere";

/// Answers a call of the token endpoint.
pub(crate) fn answer(desk: &mut Desk, asked: &Asked, body: &Parameters, moment: &mut Moment) -> Answer {
    let authentication = caller::authentication(asked, body);
    if let Some(broken) = broken(desk, body) {
        return dated(desk, broken, moment).authenticated(authentication);
    }
    let answer = match grant(desk, asked, body, moment) {
        Ok((registration, issued)) => {
            let reply = reply(desk, registration, &issued, moment);
            shaped(desk, reply, moment).authenticated(authentication)
        }
        Err(refusal) => refusal.answer(authentication),
    };
    dated(desk, answer, moment)
}

/// The answer with the date of a clock that is wrong, where that is the fault.
fn dated(desk: &Desk, answer: Answer, moment: &Moment) -> Answer {
    if !desk.faults.contains(&Fault::WrongDate) {
        return answer;
    }
    answer.header("date", moment.after(WRONG_BY).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
}

/// The faults that come before anything is spent, so that the same call succeeds once the fault is off.
fn broken(desk: &Desk, body: &Parameters) -> Option<Answer> {
    let on = |fault: Fault| desk.faults.contains(&fault);
    if on(Fault::RedirectToken) {
        let location = format!("{}{ELSEWHERE}", desk.issuer.replace("127.0.0.1", "localhost"));
        return Some(Answer::redirect(307, &location, "redirected to another host"));
    }
    if on(Fault::HtmlError) {
        let page = include_str!("../../assets/practice/gateway-error.html").to_owned();
        return Some(Answer::text(502, "text/html; charset=utf-8", page, "error page"));
    }
    if on(Fault::ServerError) {
        let document = json!({ "error": "server_error", "error_description": "the practice service is told to fail" });
        return Some(Answer::json(500, &document, "server_error"));
    }
    if on(Fault::ErrorWithSuccess) {
        let document =
            json!({ "error": "invalid_grant", "error_description": "the practice service is told to refuse" });
        return Some(Answer::json(200, &document, "invalid_grant"));
    }
    unable(desk, body).or_else(|| huge(desk))
}

/// Those of a service that is in trouble, or has had enough of the refresh token.
fn unable(desk: &Desk, body: &Parameters) -> Option<Answer> {
    let on = |fault: Fault| desk.faults.contains(&fault);
    let error = |status, error: &'static str, words: &str| {
        Answer::json(status, &json!({ "error": error, "error_description": words }), error)
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
        return Some(Answer::text(200, "application/json", cut, "a reply that is cut short"));
    }
    let is_refresh = matches!(body.one("grant_type"), Ok(Some("refresh_token")));
    let dead = on(Fault::DeadRefreshToken) && is_refresh;
    dead.then(|| error(400, "invalid_grant", "the practice service is told to refuse every refresh token"))
}

fn huge(desk: &Desk) -> Option<Answer> {
    desk.faults.contains(&Fault::HugeReply).then(|| {
        let mut answer = Answer::json(200, &Value::Null, "a reply without end");
        answer.body = Body::Endless("{\"access_token\":\"practice-at-huge\",\"token_type\":\"Bearer\",\"padding\":\"");
        answer
    })
}

fn grant(
    desk: &mut Desk,
    asked: &Asked,
    body: &Parameters,
    moment: &mut Moment,
) -> Result<(&'static Registration, Issued), Refusal> {
    let grant_type = body.required("grant_type")?;
    let terms = desk.terms();
    if grant_type == assertion::JWT_BEARER {
        let (registration, person) = assertion::grant(desk, body, moment)?;
        let grant = direct_grant(desk, registration, person, body)?;
        // RFC 7521 section 4.1: the next assertion takes the place of a refresh token.
        return Ok((registration, grants::issue(grant, terms, false, moment)));
    }
    let registration = if body.names().any(|name| name == "client_assertion") {
        assertion::client(desk, body, moment)?
    } else {
        caller::authenticate(desk.contract, asked, body)?
    };
    let issued = match grant_type {
        "authorization_code" => {
            let with = Redemption {
                client_id: registration.id,
                redirect_uri: body.required("redirect_uri")?,
                code_verifier: body.one("code_verifier")?,
            };
            desk.grants.redeem(body.required("code")?, &with, terms, moment)?
        }
        "refresh_token" => {
            let scopes = body.one("scope")?.map(|asked| asked.split_ascii_whitespace().map(str::to_owned).collect());
            desk.grants.refresh(body.required("refresh_token")?, registration.id, scopes, terms, moment)?
        }
        "client_credentials" => client_credentials(desk, registration, body, terms, moment)?,
        "password" => password(desk, registration, body, terms, moment)?,
        _ => {
            let known = "the grant types here are authorization_code, refresh_token, client_credentials, password, and the one of RFC 7523";
            return Err(Refusal::new(ErrorCode::UnsupportedGrantType, known));
        }
    };
    Ok((registration, issued))
}

/// RFC 6749 section 4.4: for confidential clients, and without a refresh token.
fn client_credentials(
    desk: &Desk,
    registration: &Registration,
    body: &Parameters,
    terms: Terms,
    moment: &mut Moment,
) -> Result<Issued, Refusal> {
    if registration.secret.is_none() && !registration.signs {
        return Err(Refusal::new(ErrorCode::UnauthorizedClient, "a public client cannot act for itself"));
    }
    let grant = direct_grant(desk, registration, None, body)?;
    Ok(grants::issue(grant, terms, false, moment))
}

/// RFC 6749 section 4.3.
fn password(
    desk: &Desk,
    registration: &Registration,
    body: &Parameters,
    terms: Terms,
    moment: &mut Moment,
) -> Result<Issued, Refusal> {
    let user_name = body.required("username")?;
    let given = Secret::new(body.required("password")?);
    if user_name != desk.contract.user_name || given != Secret::new(PASSWORD) {
        return Err(Refusal::grant("user name or password is wrong"));
    }
    let grant = direct_grant(desk, registration, Some("Ada".to_owned()), body)?;
    Ok(grants::issue(grant, terms, terms.renewal != Renewal::Never, moment))
}

fn direct_grant(
    desk: &Desk,
    registration: &Registration,
    person: Option<String>,
    body: &Parameters,
) -> Result<Grant, Refusal> {
    let scopes = desk
        .contract
        .scopes(body.one("scope")?)
        .map_err(|unknown| Refusal::new(ErrorCode::InvalidScope, format!("the scope `{unknown}` is unknown")))?;
    Ok(Grant { client_id: registration.id.to_owned(), person, scopes, nonce: None })
}

/// The reply of RFC 6749 section 5.1.
fn reply(desk: &Desk, registration: &Registration, issued: &Issued, moment: &Moment) -> Map<String, Value> {
    let terms = desk.terms();
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
        let claims = identity::claims(grant, desk.contract.extras);
        let life = (moment.now, moment.after(terms.access_token_life));
        let id_token = identity::id_token(claims, grant, &desk.issuer, life, secret);
        reply.insert("id_token".into(), id_token.expose().into());
    }
    reply
}

/// The reply in the shape that the faults give it.
fn shaped(desk: &Desk, mut reply: Map<String, Value>, moment: &Moment) -> Answer {
    let on = |fault: Fault| desk.faults.contains(&fault);
    if on(Fault::NoExpiry) {
        reply.shift_remove("expires_in");
    } else if on(Fault::ZeroExpiry) {
        reply.insert("expires_in".into(), 0.into());
    } else if on(Fault::EpochExpiry) {
        let at = moment.after(desk.terms().access_token_life);
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
        return Answer::text(200, "application/x-www-form-urlencoded", form.finish(), outcome);
    }
    if on(Fault::NestedReply) {
        return Answer::json(200, &json!({ "ok": true, "data": reply }), outcome);
    }
    let mut answer = Answer::json(200, &Value::Object(reply), outcome);
    if on(Fault::BrokenReply) {
        answer.body = Body::Broken("{\"access_token\":\"practice-at-");
    }
    answer
}
