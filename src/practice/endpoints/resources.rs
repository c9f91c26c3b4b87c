//! What tokens are good for, and how to ask about them: a protected resource, revocation, introspection.

use serde_json::{Value, json};

use crate::practice::checks::{caller, details, mutual_tls, proof};
use crate::practice::contract::{ARCHIVE_RESOURCE, BY_TWO_FACTORS, RESOURCE, RESOURCE_METADATA};
use crate::practice::endpoints::token;
use crate::practice::fault::Fault;
use crate::practice::http::message::{ErrorCode, Parameters, Refusal, Request, Response};
use crate::practice::identity;
use crate::practice::state::State;
use crate::practice::state::grants::Known;
use crate::practice::state::now::Now;
use crate::practice::state::signed_token::GrantedAccess;

/// `GET /resource`: something to call with a token.
pub(crate) fn resource(state: &mut State, request: &Request, now: &Now) -> Response {
    let scheme = if caller::bound_token(request).is_some() { "DPoP" } else { "Bearer" };
    let (needs_step, needs_scope) = (state.has(Fault::StepUp), state.has(Fault::MoreScope));
    let needs_details = state.has(Fault::MoreDetails);
    let mut lack = None;
    let answer = protected(state, request, (None, now), |grant| {
        lack = if needs_step && !is_stepped_up(grant, now) {
            Some(Lack::Authentication)
        } else if needs_scope && !grant.scopes.iter().any(|scope| scope == WANTED_SCOPE) {
            Some(Lack::Scope)
        } else if needs_details && !details::allows_payment(grant) {
            Some(Lack::Details)
        } else {
            None
        };
        json!({ "ok": true, "sub": identity::subject(grant) })
    });
    lack.map_or(answer, |lack| lack.answer(scheme))
}

/// `GET /.well-known/oauth-protected-resource/resource`: who issues the tokens for `/resource` (RFC 9728).
pub(crate) fn metadata(state: &State) -> Response {
    let issuer = state.issuer.as_str();
    let other = "https://issuer.invalid";
    let resource = if state.has(Fault::OtherResource) { other } else { issuer };
    let mut servers = vec![issuer];
    servers.extend(state.has(Fault::SeveralIssuers).then_some(other));
    let document = json!({
        "resource": format!("{resource}{RESOURCE}"),
        "authorization_servers": servers,
        "scopes_supported": ["practice.read", "practice.write"],
        "bearer_methods_supported": ["header"],
        "resource_name": "The practice service",
    });
    Response::json(200, &document)
}

/// `GET /archive`: something to call with a token for [`ARCHIVE_RESOURCE`].
pub(crate) fn archive(state: &mut State, request: &Request, now: &Now) -> Response {
    let document = |grant: &GrantedAccess| json!({ "ok": true, "sub": identity::subject(grant), "entries": [] });
    protected(state, request, (Some(ARCHIVE_RESOURCE), now), document)
}

/// The scope that the fault `more-scope` asks for.
const WANTED_SCOPE: &str = "practice.write";
/// How long ago the person may have signed in, with the fault `step-up`.
const MAX_AGE: i64 = 300;

/// What a good token lacks.
enum Lack {
    Authentication,
    Scope,
    Details,
}

impl Lack {
    /// RFC 9470 section 3, RFC 6750 section 3.1, draft-ietf-oauth-rar-metadata-remediation-00 section 4.
    fn answer(self, scheme: &str) -> Response {
        let (status, code, words, more) = match self {
            Self::Authentication => (
                401,
                "insufficient_user_authentication",
                "another authentication is required",
                format!("acr_values=\"{BY_TWO_FACTORS}\", max_age={MAX_AGE}"),
            ),
            Self::Scope => {
                (403, "insufficient_scope", "the token has too few scopes", format!("scope=\"{WANTED_SCOPE}\""))
            }
            Self::Details => (
                401,
                "insufficient_authorization",
                "the token is for no payment",
                format!("authorization_remediation={}", details::remediation()),
            ),
        };
        let challenge = format!("{scheme} error=\"{code}\", error_description=\"{words}\", {more}");
        Response::json(status, &json!({ "error": code, "error_description": words }))
            .header("www-authenticate", challenge)
    }
}

fn is_stepped_up(grant: &GrantedAccess, now: &Now) -> bool {
    let is_recent = |at: i64| now.time.as_second() - at <= MAX_AGE;
    grant.signed_in.as_ref().is_some_and(|signed_in| signed_in.acr == BY_TWO_FACTORS && is_recent(signed_in.at))
}

/// `POST /revoke` (RFC 7009).
pub(crate) fn revoke(state: &mut State, request: &Request, body: &Parameters, now: &Now) -> Response {
    let revoked = token::client(state, request, body, now)
        .and_then(|registration| state.grants.revoke(body.required("token")?, &registration.id));
    caller::answered(request, revoked.map(|()| Response::json(200, &json!({}))))
}

/// `POST /introspect` (RFC 7662): for clients that have a secret, as section 2.1 asks for.
pub(crate) fn introspect(state: &mut State, request: &Request, body: &Parameters, now: &Now) -> Response {
    let document = token::client(state, request, body, now).and_then(|registration| {
        if registration.secret.is_none() && !registration.signs {
            return Err(Refusal::new(ErrorCode::InvalidClient, "a public client may not introspect"));
        }
        Ok(introspection(state, body.required("token")?, now))
    });
    caller::answered(request, document.map(|document| Response::json(200, &document)))
}

fn introspection(state: &State, token: &str, now: &Now) -> Value {
    let Some(known) = state.grants.look_up(token, now.time) else { return json!({ "active": false }) };
    let mut document = json!({
        "active": true,
        "scope": known.grant.scopes.join(" "),
        "client_id": known.grant.client_id,
        "sub": identity::subject(&known.grant),
        "iss": state.issuer,
        "iat": known.issued_at.as_second(),
    });
    if let Some(signed_in) = &known.grant.signed_in {
        // RFC 9470 section 6.2.
        document["acr"] = signed_in.acr.as_str().into();
        document["auth_time"] = signed_in.at.into();
    }
    if let Some(details) = &known.grant.details {
        // RFC 9396 section 9.2.
        document["authorization_details"] = details.clone();
    }
    if let Some(name) = &known.grant.person {
        document["username"] = name.as_str().into();
    }
    if let Some(end) = known.expires_at {
        document["exp"] = end.as_second().into();
    }
    if !known.is_refresh_token {
        document["token_type"] = if known.jkt.is_some() { "DPoP" } else { "Bearer" }.into();
    }
    if let Some(resource) = known.resource {
        document["aud"] = resource.into();
    }
    if let Some(jkt) = known.jkt {
        document["cnf"]["jkt"] = jkt.into();
    }
    if let Some(thumbprint) = known.certificate {
        document["cnf"]["x5t#S256"] = thumbprint.into();
    }
    document
}

/// Answers a request with a valid access token. Without any token the challenge has no error (RFC 6750 section 3.1).
pub(crate) fn protected(
    state: &mut State,
    request: &Request,
    (resource, now): (Option<&str>, &Now),
    mut document: impl FnMut(&GrantedAccess) -> Value,
) -> Response {
    if let Some(token) = caller::bound_token(request) {
        return bound(state, request, (token, resource, now), document);
    }
    let Some(token) = caller::bearer(request) else {
        let words = json!({ "error": "invalid_token", "error_description": "no access token in the header" });
        let mut challenge = "Bearer realm=\"practice\"".to_owned();
        if request.path == RESOURCE {
            challenge.push_str(&format!(", resource_metadata=\"{}{RESOURCE_METADATA}\"", state.issuer));
        }
        return Response::json(401, &words).header("www-authenticate", challenge);
    };
    let shown = mutual_tls::thumbprint(state, request);
    let known = state.grants.look_up(token, now.time).filter(|known| is_for(known, resource));
    // RFC 8705 section 3: what is bound to a certificate is good with that one only.
    let known = known.filter(|known| known.certificate.is_none() || known.certificate == shown);
    // RFC 9449 section 7.2: a bound token is no bearer token.
    let known = known.filter(|known| known.jkt.is_none());
    if let Some(known) = known {
        Response::json(200, &document(&known.grant))
    } else {
        let description =
            "the access token is unknown, expired, revoked, for another resource or bound to a certificate";
        let words = json!({ "error": "invalid_token", "error_description": description });
        let challenge = format!("Bearer error=\"invalid_token\", error_description=\"{description}\"");
        Response::json(401, &words).header("www-authenticate", challenge)
    }
}

/// Whether it is an access token for this resource; `None` for the service itself.
fn is_for(known: &Known, resource: Option<&str>) -> bool {
    !known.is_refresh_token && known.resource.as_deref() == resource
}

/// Answers a request with a token that is bound to a key, if the proof is of that key (RFC 9449 section 7).
fn bound(
    state: &mut State,
    request: &Request,
    (token, resource, now): (&str, Option<&str>, &Now),
    mut document: impl FnMut(&GrantedAccess) -> Value,
) -> Response {
    let jkt = match proof::proved(state, request, Some(token), now) {
        Ok(jkt) => jkt,
        Err(refusal) => return refusal.challenge(),
    };
    let shown = mutual_tls::thumbprint(state, request);
    let known = state.grants.look_up(token, now.time).filter(|known| is_for(known, resource));
    let known = known.filter(|known| known.certificate.is_none() || known.certificate == shown);
    if let Some(known) = known.filter(|known| known.jkt.is_some() && known.jkt == jkt) {
        return Response::json(200, &document(&known.grant));
    }
    let description = "the access token is unknown, expired, revoked or bound to another key";
    let words = json!({ "error": "invalid_token", "error_description": description });
    let challenge = format!("DPoP error=\"invalid_token\", error_description=\"{description}\"");
    Response::json(401, &words).header("www-authenticate", challenge)
}
