//! The authorization endpoint: sign-in page, consent page, and the response. A visit is one person's way through
//! the pages; its ticket is random, so that no other page can press the buttons.

use crate::practice::authorization_request::{AuthorizationRequest, AuthorizationRequestError};
use crate::practice::contract::PASSWORD;
use crate::practice::desk::Desk;
use crate::practice::fault::Fault;
use crate::practice::grants::{Binding, Grant};
use crate::practice::identity::LONGEST_NAME;
use crate::practice::message::{Answer, ErrorCode, Parameters, Refusal};
use crate::practice::moment::{Fingerprint, Moment};
use crate::practice::pages;
use crate::practice::way_back::WayBack;
use crate::secret::Secret;

/// Who signs in where nobody types a name.
const DEFAULT_NAME: &str = "Ada";

/// A person between the pages.
#[derive(Debug)]
pub(crate) struct Visit {
    request: AuthorizationRequest,
    /// The name, once signed in.
    person: Option<String>,
}

/// The request of the client, by GET or POST.
pub(crate) fn begin(desk: &mut Desk, parameters: &Parameters, moment: &mut Moment) -> Answer {
    match AuthorizationRequest::parse(parameters, desk.contract, !desk.auto_consent) {
        Err(AuthorizationRequestError::NoWayBack(words)) => {
            let advice = "Nothing was sent to the program that asked: who it is, or where it listens, cannot be \
                          trusted. Mend the request in the program and start again.";
            pages::error(400, "This sign-in cannot start", &words, advice)
        }
        Err(AuthorizationRequestError::Refused(way_back, refusal)) => refuse(desk, &way_back, &refusal),
        Ok(request) if desk.auto_consent => consented(desk, request, DEFAULT_NAME.to_owned(), moment),
        Ok(request) => {
            let ticket = moment.mint("visit-");
            let page = pages::sign_in(desk.contract, &request.client_id, &ticket, DEFAULT_NAME, None);
            desk.visits.put(Fingerprint::of(ticket.expose()), Visit { request, person: None });
            page
        }
    }
}

/// The form of the sign-in page.
pub(crate) fn sign_in(desk: &mut Desk, form: &Parameters) -> Answer {
    let ticket = ticket(form);
    let Some(visit) = desk.visits.find_mut(&Fingerprint::of(ticket.expose())) else { return visit_over() };
    let typed: String = text(form, "name").trim().chars().take(LONGEST_NAME).collect();
    let name = if typed.is_empty() { DEFAULT_NAME.to_owned() } else { typed };
    if text(form, "password") != PASSWORD {
        let words = "That is not the practice password. It is `practice`, for everyone.";
        return pages::sign_in(desk.contract, &visit.request.client_id, &ticket, &name, Some(words));
    }
    visit.person = Some(name.clone());
    pages::consent(desk.contract, &visit.request.client_id, &visit.request.scopes, &ticket, &name)
}

/// The form of the consent page.
pub(crate) fn consent(desk: &mut Desk, form: &Parameters, moment: &mut Moment) -> Answer {
    let visit = desk.visits.take(&Fingerprint::of(ticket(form).expose()));
    let Some(Visit { request, person: Some(person) }) = visit else { return visit_over() };
    if text(form, "decision") == "allow" {
        return consented(desk, request, person, moment);
    }
    refuse(desk, &request.way_back, &Refusal::new(ErrorCode::AccessDenied, "the person said no"))
}

fn consented(desk: &mut Desk, request: AuthorizationRequest, person: String, moment: &mut Moment) -> Answer {
    let AuthorizationRequest { way_back, client_id, scopes, challenge, nonce } = request;
    if desk.faults.contains(&Fault::AccessDenied) {
        let words = "the practice service is told to deny every request";
        return refuse(desk, &way_back, &Refusal::new(ErrorCode::AccessDenied, words));
    }
    let scope = scopes.join(" ");
    let binding = Binding { redirect_uri: way_back.as_given.clone(), challenge };
    let code = desk.grants.authorize(Grant { client_id, person: Some(person), scopes, nonce }, binding, moment);
    let mut parameters = vec![("code", code.expose().to_owned())];
    parameters.extend(common(desk, &way_back));
    parameters.extend(desk.contract.extras.iter().map(|(name, value)| (*name, (*value).to_owned())));
    parameters.push(("scope", scope));
    way_back.answer(&parameters, !desk.auto_consent, "code issued")
}

fn refuse(desk: &Desk, way_back: &WayBack, refusal: &Refusal) -> Answer {
    let code = refusal.code.as_str();
    let mut parameters = vec![("error", code.to_owned()), ("error_description", refusal.description.clone())];
    parameters.extend(common(desk, way_back));
    way_back.answer(&parameters, !desk.auto_consent, code)
}

/// What every response carries: the state, and who answers (RFC 9207 section 2).
fn common(desk: &Desk, way_back: &WayBack) -> Vec<(&'static str, String)> {
    let on = |fault: Fault| desk.faults.contains(&fault);
    let state = way_back.state.clone().filter(|_| !on(Fault::DroppedState)).map(|state| ("state", state));
    let issuer = if on(Fault::WrongIssuer) { "https://issuer.invalid".to_owned() } else { desk.issuer.clone() };
    state.into_iter().chain([("iss", issuer)]).collect()
}

fn ticket(form: &Parameters) -> Secret {
    Secret::new(text(form, "ticket"))
}

fn text<'a>(form: &'a Parameters, name: &str) -> &'a str {
    form.one(name).ok().flatten().unwrap_or_default()
}

fn visit_over() -> Answer {
    let advice = "Each sign-in can be answered once. Start again from the program that sent you here.";
    pages::error(400, "This sign-in is over", "the page belongs to a sign-in that is no longer waiting", advice)
}
