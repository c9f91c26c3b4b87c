//! Authenticates the caller: client authentication (RFC 6749 section 2.3) and bearer tokens (RFC 6750 section 2.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::practice::contract::{self, Registration};
use crate::practice::message::{ClientAuthentication, ErrorCode, Parameters, Refusal, Request, Response, form_decoded};
use crate::secret::Secret;

/// How the caller authenticates, whether rightly or not.
fn authentication(request: &Request, body: &Parameters) -> ClientAuthentication {
    let given = |name: &str| body.names().any(|known| known == name);
    if given("client_assertion") || given("assertion") {
        return ClientAuthentication::Assertion;
    }
    match (scheme(request, "basic").is_some(), given("client_secret")) {
        (true, true) => ClientAuthentication::Both,
        (true, false) => ClientAuthentication::Basic,
        (false, true) => ClientAuthentication::Body,
        (false, false) if given("client_id") => ClientAuthentication::Public,
        (false, false) => ClientAuthentication::None,
    }
}

/// The answer to the caller, with how it authenticated.
pub(crate) fn answered(request: &Request, body: &Parameters, answer: Result<Response, Refusal>) -> Response {
    let authentication = authentication(request, body);
    answer.unwrap_or_else(|refusal| refusal.answer(authentication)).authenticated(authentication)
}

/// The client that calls, once it has proved to be it.
pub(crate) fn authenticate(request: &Request, body: &Parameters) -> Result<&'static Registration, Refusal> {
    let id_in_body = body.one("client_id")?;
    let (id, secret) = match authentication(request, body) {
        ClientAuthentication::Both => {
            return Err(Refusal::new(ErrorCode::InvalidRequest, "both Basic and `client_secret`: use one of them"));
        }
        ClientAuthentication::Basic => {
            let (id, secret) = basic(request)?;
            if id_in_body.is_some_and(|other| other != id) {
                return Err(Refusal::new(ErrorCode::InvalidRequest, "Basic and `client_id` name different clients"));
            }
            (id, Some(secret))
        }
        _ => {
            let id = id_in_body.ok_or_else(|| refused("no client authentication: `client_id` is missing"))?;
            (id.to_owned(), body.one("client_secret")?.map(Secret::new))
        }
    };
    let registration = contract::registration(&id).ok_or_else(|| refused("the client id is unknown"))?;
    if registration.signs {
        return Err(refused("this client must prove itself by a signed assertion"));
    }
    match (registration.secret, secret) {
        (None, None) => Ok(registration),
        (Some(right), Some(given)) if given == Secret::new(right) => Ok(registration),
        (Some(_), Some(_)) => Err(refused("the client secret is wrong")),
        (Some(_), None) => Err(refused("this client must authenticate with its secret")),
        (None, Some(_)) => Err(refused("this is a public client: it has no secret")),
    }
}

/// The token of an `Authorization: Bearer` header.
pub(crate) fn bearer(request: &Request) -> Option<&str> {
    scheme(request, "bearer")
}

/// Both halves are form-encoded before they are joined (RFC 6749 section 2.3.1).
fn basic(request: &Request) -> Result<(String, Secret), Refusal> {
    let unreadable = || refused("the Basic header cannot be read");
    let encoded = scheme(request, "basic").ok_or_else(unreadable)?;
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
    use super::*;

    fn check(basic: Option<&str>, body: &str, expected: Result<&str, &str>) {
        let authorization = basic.map(|pair| Secret::new(format!("Basic {}", STANDARD.encode(pair))));
        let request = Request { authorization, ..Request::default() };
        let result = authenticate(&request, &Parameters::form(body));
        let result = result.map(|registration| registration.id).map_err(|refusal| refusal.description);
        assert_eq!(result, expected.map_err(str::to_owned), "{basic:?} {body}");
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
