//! Token replies as services really send them: refusals in other words than those of RFC 6749, and members of other names
//! and types.

use serde_json::{Map, Value, json};

use crate::practice::fault::Fault;
use crate::practice::http::message::Response;
use crate::practice::state::State;
use crate::practice::state::now::Now;

/// What a refusal says, whatever its shape.
const REVOKED: &str = "the practice service is told to refuse every refresh token";
const WRONG_CLIENT: &str = "the practice service is told to refuse the client";

/// The answer of a fault that refuses in its own way. Nothing is spent.
pub(crate) fn refused(fault: Fault, is_refresh: bool) -> Option<Response> {
    let text = |status, kind, text: &str| Some(Response::text(status, kind, text.to_owned()));
    match fault {
        Fault::ProblemDetails if is_refresh => {
            let problem = json!({
                "type": "https://practice.example/problems/invalid_grant",
                "title": "invalid_grant",
                "status": 400,
                "detail": REVOKED,
            });
            text(400, "application/problem+json", &problem.to_string())
        }
        Fault::JsonApiError => {
            let error =
                json!({ "status": "401", "code": "invalid_client", "title": "Unauthorized", "detail": WRONG_CLIENT });
            text(401, "application/vnd.api+json", &json!({ "errors": [error] }).to_string())
        }
        Fault::GatewayFault => {
            let detail = json!({ "errorcode": "oauth.v2.InvalidClientIdentifier" });
            Some(Response::json(401, &json!({ "fault": { "faultstring": WRONG_CLIENT, "detail": detail } })))
        }
        Fault::ErrorList if is_refresh => {
            Some(Response::json(400, &json!([{ "error": "invalid_grant", "error_description": REVOKED }])))
        }
        Fault::PlainTextError => text(401, "text/plain", "Invalid client credentials"),
        Fault::XmlError if is_refresh => {
            let xml = format!(
                "<?xml version=\"1.0\"?>\n<OAuth><error>invalid_grant</error>\
                 <error_description>{REVOKED}</error_description></OAuth>\n"
            );
            text(400, "application/xml", &xml)
        }
        Fault::BareChallenge => {
            text(401, "text/plain", "").map(|answer| answer.header("www-authenticate", "Basic realm=\"practice\""))
        }
        Fault::LimitAsRefusal => {
            let error = json!({ "error": "rate_limit_exceeded", "error_description": "Rate Limit Exceeded" });
            Some(Response::json(400, &error))
        }
        Fault::BareLimit => text(429, "text/plain", ""),
        Fault::RedirectSlash => Some(Response::redirect(307, "/token/")),
        Fault::WarningBeforeReply => text(
            200,
            "text/html",
            "<br />\n<b>Notice</b>: Undefined index in token.php<br />\n{\"access_token\":\"practice-at-\"}",
        ),
        _ => None,
    }
}

/// Changes the members of a reply as the faults say.
pub(crate) fn reshape(state: &State, reply: &mut Map<String, Value>, is_refresh: bool, now: &Now) {
    let end = now.after(state.terms().access_token_life);
    for fault in &state.options.faults {
        match fault {
            Fault::ExpiresAt => rename(reply, "expires_at", end.to_string().into()),
            Fault::ExpiresOn => rename(reply, "expires_on", end.as_second().to_string().into()),
            Fault::ExpiryWithUnit => {
                rename(reply, "expires_in", format!("{}s", state.terms().access_token_life.as_secs()).into());
            }
            Fault::OtherTokenType => drop(reply.insert("token_type".into(), "BearerToken".into())),
            Fault::ScopeList => scopes(reply, |scopes| scopes.split(' ').collect::<Vec<_>>().into()),
            Fault::ScopeCommas => scopes(reply, |scopes| scopes.replace(' ', ",").into()),
            Fault::EmptyRefreshToken if is_refresh => drop(reply.insert("refresh_token".into(), "".into())),
            _ => {}
        }
    }
}

/// Puts the expiry under another name, or in another way.
fn rename(reply: &mut Map<String, Value>, name: &str, value: Value) {
    reply.shift_remove("expires_in");
    reply.insert(name.to_owned(), value);
}

fn scopes(reply: &mut Map<String, Value>, change: impl Fn(&str) -> Value) {
    if let Some(scopes) = reply.get_mut("scope") {
        *scopes = change(scopes.as_str().unwrap_or_default());
    }
}
