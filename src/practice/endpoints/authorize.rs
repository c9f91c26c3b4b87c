//! The authorization endpoint: sign-in page, consent page, and the response. A visit is one person's way through
//! the pages; its ticket is random, so that no other page can press the buttons.

use crate::practice::checks::authorization_request::{AuthorizationRequest, AuthorizationRequestError, RedirectTarget};
use crate::practice::checks::request_object;
use crate::practice::contract::{CONSENT_PAGE, PASSWORD, REALM};
use crate::practice::endpoints::{pages, pushed, signed_response};
use crate::practice::fault::Fault;
use crate::practice::http::message::{ErrorCode, Parameters, Refusal, Response};
use crate::practice::identity::{self, LONGEST_NAME};
use crate::practice::state::grants::Binding;
use crate::practice::state::now::Now;
use crate::practice::state::signed_token::{GrantedAccess, SignedIn};
use crate::practice::state::{State, Visit};
use crate::secret::Secret;

/// The request of the client, by GET or POST.
pub(crate) fn begin(state: &mut State, parameters: &Parameters, now: &mut Now) -> Response {
    let reference = parameters.one("request_uri").ok().flatten();
    let parsed = match reference {
        Some(reference) => pushed::redeem(state, reference, parameters, now),
        None => request_object::read(state, parameters, now),
    };
    match parsed {
        Err(AuthorizationRequestError::Untrusted(words)) => {
            let advice = "Nothing was sent to the program that asked: who it is, or where it listens, cannot be \
                          trusted. Mend the request in the program and start again.";
            pages::error(400, "This sign-in cannot start", &words, advice)
        }
        Err(AuthorizationRequestError::Refused(target, refusal)) => refuse(state, &target, &refusal, now),
        Ok(request) if state.options.auto_consent => {
            let person = request.person.clone();
            consented(state, request, person, now)
        }
        Ok(request) => {
            let ticket = now.mint("visit-");
            let page = pages::sign_in(&request.client_id, &ticket, &request.person, None);
            state.visits.insert(ticket.expose(), Visit { request, person: None });
            page
        }
    }
}

pub(crate) fn sign_in(state: &mut State, form: &Parameters) -> Response {
    let ticket = ticket(form);
    let Some(visit) = state.visits.get_mut(ticket.expose()) else { return visit_over() };
    let typed: String = text(form, "name").trim().chars().take(LONGEST_NAME).collect();
    let name = if typed.is_empty() { visit.request.person.clone() } else { typed };
    if text(form, "password") != PASSWORD {
        let words = "That is not the practice password. It is `practice`, for everyone.";
        return pages::sign_in(&visit.request.client_id, &ticket, &name, Some(words));
    }
    visit.person = Some(name.clone());
    pages::consent(CONSENT_PAGE, &visit.request.client_id, &visit.request.scopes, &ticket, &name)
}

pub(crate) fn consent(state: &mut State, form: &Parameters, now: &mut Now) -> Response {
    let visit = state.visits.remove(ticket(form).expose());
    let Some(Visit { request, person: Some(person) }) = visit else { return visit_over() };
    if text(form, "decision") == "allow" {
        return consented(state, request, person, now);
    }
    refuse(state, &request.target, &Refusal::new(ErrorCode::AccessDenied, "the person said no"), now)
}

fn consented(state: &mut State, request: AuthorizationRequest, person: String, now: &mut Now) -> Response {
    let AuthorizationRequest { target, client_id, scopes, challenge, nonce, jkt, acr, details, .. } = request;
    let person = if state.has(Fault::OtherAccount) { identity::another(&person) } else { person };
    if state.has(Fault::AccessDenied) || state.has(Fault::OwnRefusal) {
        let words = "the practice service is told to deny every request";
        return refuse(state, &target, &Refusal::new(ErrorCode::AccessDenied, words), now);
    }
    let scope = scopes.join(" ");
    let binding = Binding { redirect_uri: target.as_given.clone(), challenge, jkt };
    let signed_in = Some(SignedIn { acr: acr.to_owned(), at: now.time.as_second() });
    let access = GrantedAccess { client_id, person: Some(person), scopes, nonce, signed_in, details };
    let code = state.grants.authorize(access, binding, now);
    let mut parameters = vec![("code", code.expose().to_owned())];
    parameters.extend(common(state, &target));
    parameters.extend([(REALM.0, REALM.1.to_owned()), ("scope", scope)]);
    answer(state, &target, parameters, now)
}

fn refuse(state: &mut State, target: &RedirectTarget, refusal: &Refusal, now: &Now) -> Response {
    let code = refusal.code.as_str();
    let [error, description] =
        if state.has(Fault::OwnRefusal) { ["invalid", "reason"] } else { ["error", "error_description"] };
    let mut parameters = vec![(error, code.to_owned()), (description, refusal.description.clone())];
    parameters.extend(common(state, target));
    answer(state, target, parameters, now)
}

fn answer(state: &mut State, target: &RedirectTarget, parameters: Vec<(&str, String)>, now: &Now) -> Response {
    let is_signed = target.response_mode.is_signed() && !state.has(Fault::JarmPlain);
    let parameters = if is_signed { vec![signed_response::signed(state, target, parameters, now)] } else { parameters };
    target.answer(&parameters, !state.options.auto_consent)
}

fn common(state: &State, target: &RedirectTarget) -> Vec<(&'static str, String)> {
    let on = |fault: Fault| state.has(fault);
    let sent_back = target.state.clone().filter(|_| !on(Fault::DroppedState));
    let sent_back = sent_back.map(|sent| ("state", if on(Fault::WrongState) { "another".to_owned() } else { sent }));
    let issuer = if on(Fault::WrongIssuer) { "https://issuer.invalid".to_owned() } else { state.issuer.clone() };
    let issuer = (!on(Fault::DroppedIssuer)).then_some(("iss", issuer));
    sent_back.into_iter().chain(issuer).collect()
}

fn ticket(form: &Parameters) -> Secret {
    Secret::new(text(form, "ticket"))
}

fn text<'a>(form: &'a Parameters, name: &str) -> &'a str {
    form.one(name).ok().flatten().unwrap_or_default()
}

fn visit_over() -> Response {
    let advice = "Each sign-in can be answered once. Start again from the program that sent you here.";
    pages::error(400, "This sign-in is over", "the page belongs to a sign-in that is no longer waiting", advice)
}
