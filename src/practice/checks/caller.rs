//! Authenticates the caller: client authentication (RFC 6749 section 2.3) and bearer tokens (RFC 6750 section 2.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::practice::contract::Registration;
use crate::practice::http::message::{ErrorCode, Parameters, Refusal, Request, Response, form_decoded};
use crate::practice::state::State;
use crate::practice::state::now::Now;
use crate::secret::Secret;

pub(crate) fn answered(request: &Request, answer: Result<Response, Refusal>) -> Response {
    answer.unwrap_or_else(|refusal| refusal.answer(scheme(request, "basic").is_some()))
}

/// The authenticated client.
pub(crate) fn authenticate(
    state: &State,
    request: &Request,
    body: &Parameters,
    now: &Now,
) -> Result<Registration, Refusal> {
    let id_in_body = body.one("client_id")?;
    let has_secret = body.names().any(|known| known == "client_secret");
    let (id, secret) = match scheme(request, "basic") {
        Some(_) if has_secret => {
            return Err(Refusal::new(ErrorCode::InvalidRequest, "both Basic and `client_secret`: use one of them"));
        }
        Some(encoded) => {
            let (id, secret) = basic(encoded)?;
            if id_in_body.is_some_and(|other| other != id) {
                return Err(Refusal::new(ErrorCode::InvalidRequest, "Basic and `client_id` name different clients"));
            }
            (id, Some(secret))
        }
        None => {
            let id = id_in_body.ok_or_else(|| refused("no client authentication: `client_id` is missing"))?;
            (id.to_owned(), body.one("client_secret")?.map(Secret::new))
        }
    };
    let registration = state.clients.find(&id).ok_or_else(|| refused("the client id is unknown"))?;
    if registration.signs {
        return Err(refused("this client must prove itself by a signed assertion, or by its certificate over TLS"));
    }
    match (registration.secret.as_deref(), secret) {
        (None, None) => Ok(registration),
        (Some(right), Some(given)) if given == Secret::new(right) => match state.clients.secret_end(&id) {
            Some(end) if end <= now.time => Err(refused("the client secret has expired")),
            _ => Ok(registration),
        },
        (Some(_), Some(_)) => Err(refused("the client secret is wrong")),
        (Some(_), None) => Err(refused("this client must authenticate with its secret")),
        (None, Some(_)) => Err(refused("this is a public client: it has no secret")),
    }
}

/// The token of an `Authorization: Bearer` header.
pub(crate) fn bearer(request: &Request) -> Option<&str> {
    scheme(request, "bearer")
}

/// The token of an `Authorization: DPoP` header.
pub(crate) fn bound_token(request: &Request) -> Option<&str> {
    scheme(request, "dpop")
}

fn basic(encoded: &str) -> Result<(String, Secret), Refusal> {
    let unreadable = || refused("the Basic header cannot be read");
    let decoded = STANDARD.decode(encoded).map_err(|_| unreadable())?;
    let pair = Secret::new(String::from_utf8(decoded).map_err(|_| unreadable())?);
    let (id, secret) = pair.expose().split_once(':').ok_or_else(unreadable)?;
    Ok((form_decoded(id), Secret::new(form_decoded(secret))))
}

fn scheme<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let (scheme, rest) = request.authorization.as_ref()?.expose().split_once(' ')?;
    scheme.eq_ignore_ascii_case(name).then_some(rest.trim())
}

fn refused(description: &str) -> Refusal {
    Refusal::new(ErrorCode::InvalidClient, description)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::practice::state::PracticeOptions;

    fn check(basic: Option<&str>, body: &str, expected: Result<&str, &str>) {
        let authorization = basic.map(|pair| Secret::new(format!("Basic {}", STANDARD.encode(pair))));
        let request = Request { authorization, ..Request::default() };
        let state = State::new(PracticeOptions::default(), 1, None);
        let now = Now::new(Timestamp::UNIX_EPOCH, [1; 32]);
        let result = authenticate(&state, &request, &Parameters::form(body), &now);
        let result = result.map(|registration| registration.id.into_owned()).map_err(|refusal| refusal.description);
        assert_eq!(result.as_deref().map_err(String::as_str), expected, "{basic:?} {body}");
    }

    #[test]
    fn a_client_proves_itself_by_basic_or_body_or_is_public() {
        check(Some("practice-client:practice-secret"), "", Ok("practice-client"));
        check(Some("practice%2Dclient:practice%2dsecret"), "client_id=practice-client", Ok("practice-client"));
        check(None, "client_id=practice-client&client_secret=practice-secret", Ok("practice-client"));
        check(None, "client_id=practice-public", Ok("practice-public"));
    }

    #[test]
    fn each_way_to_fail_has_its_own_words() {
        let both = Err("both Basic and `client_secret`: use one of them");
        check(Some("practice-client:practice-secret"), "client_secret=practice-secret", both);
        let differ = Err("Basic and `client_id` name different clients");
        check(Some("practice-client:practice-secret"), "client_id=practice-public", differ);
        check(Some("practice-client:no"), "", Err("the client secret is wrong"));
        check(Some("nobody:x"), "", Err("the client id is unknown"));
        check(Some("no colon"), "", Err("the Basic header cannot be read"));
        check(None, "", Err("no client authentication: `client_id` is missing"));
        check(None, "client_id=practice-client", Err("this client must authenticate with its secret"));
        check(None, "client_id=practice-public&client_secret=x", Err("this is a public client: it has no secret"));
    }
}
