//! What tokens are good for, and how to ask about them: identity, a protected resource, revocation, introspection.

use serde_json::{Value, json};

use crate::practice::caller;
use crate::practice::desk::Desk;
use crate::practice::grants::Grant;
use crate::practice::identity;
use crate::practice::message::{Answer, Asked, ErrorCode, Parameters, Refusal};
use crate::practice::moment::Moment;
use crate::practice::seen::ClientAuthentication;

/// `GET /userinfo` (`OpenID` Connect Core 1.0 section 5.3).
pub(crate) fn userinfo(desk: &Desk, asked: &Asked, moment: &Moment) -> Answer {
    protected(desk, asked, moment, |grant| Value::Object(identity::claims(grant, desk.contract.extras)))
}

/// `GET /resource`: something to call with a token.
pub(crate) fn resource(desk: &Desk, asked: &Asked, moment: &Moment) -> Answer {
    protected(desk, asked, moment, |grant| json!({ "ok": true, "sub": identity::subject(grant) }))
}

/// `POST /revoke` (RFC 7009).
pub(crate) fn revoke(desk: &mut Desk, asked: &Asked, body: &Parameters) -> Answer {
    let authentication = caller::authentication(asked, body);
    let revoked = caller::authenticate(desk.contract, asked, body)
        .and_then(|registration| desk.grants.revoke(body.required("token")?, registration.id));
    match revoked {
        Ok(()) => Answer::json(200, &json!({}), "revoked").authenticated(authentication),
        Err(refusal) => refusal.answer(authentication),
    }
}

/// `POST /introspect` (RFC 7662): for clients that have a secret, as section 2.1 asks for.
pub(crate) fn introspect(desk: &Desk, asked: &Asked, body: &Parameters, moment: &Moment) -> Answer {
    let authentication = caller::authentication(asked, body);
    let document = caller::authenticate(desk.contract, asked, body).and_then(|registration| {
        if registration.secret.is_none() {
            return Err(Refusal::new(ErrorCode::InvalidClient, "a public client may not introspect"));
        }
        Ok(introspection(desk, body.required("token")?, moment))
    });
    match document {
        Ok(document) => Answer::json(200, &document, "introspected").authenticated(authentication),
        Err(refusal) => refusal.answer(authentication),
    }
}

fn introspection(desk: &Desk, token: &str, moment: &Moment) -> Value {
    let Some(known) = desk.grants.look_up(token, moment.now) else { return json!({ "active": false }) };
    let mut document = json!({
        "active": true,
        "scope": known.grant.scopes.join(" "),
        "client_id": known.grant.client_id,
        "sub": identity::subject(&known.grant),
        "iss": desk.issuer,
        "iat": known.issued_at.as_second(),
    });
    if let Some(name) = &known.grant.person {
        document["username"] = name.as_str().into();
    }
    if let Some(end) = known.expires_at {
        document["exp"] = end.as_second().into();
    }
    if !known.is_refresh_token {
        document["token_type"] = "Bearer".into();
    }
    document
}

/// Answers who brings a good access token. Without any token the challenge carries no error (RFC 6750 section 3.1).
fn protected(desk: &Desk, asked: &Asked, moment: &Moment, document: impl Fn(&Grant) -> Value) -> Answer {
    let Some(token) = caller::bearer(asked) else {
        let words = json!({ "error": "invalid_token", "error_description": "no access token in the header" });
        let challenge = "Bearer realm=\"practice\"";
        return Answer::json(401, &words, "no access token").header("www-authenticate", challenge);
    };
    let known = desk.grants.look_up(token, moment.now).filter(|known| !known.is_refresh_token);
    let answer = if let Some(known) = known {
        Answer::json(200, &document(&known.grant), "access token accepted")
    } else {
        let description = "the access token is unknown, expired or revoked";
        let words = json!({ "error": "invalid_token", "error_description": description });
        let challenge = format!("Bearer error=\"invalid_token\", error_description=\"{description}\"");
        Answer::json(401, &words, "invalid_token").header("www-authenticate", challenge)
    };
    answer.authenticated(ClientAuthentication::Bearer)
}
