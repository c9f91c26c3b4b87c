//! Signing in on another device (RFC 8628): codes are issued, a person types one on the page and decides, and the client polls.
//! The interval is enforced: who polls too early hears `slow_down`, and has to wait five seconds longer from then on.

use std::time::Duration;

use serde_json::json;

use crate::practice::checks::caller;
use crate::practice::contract::{self, DEVICE, DEVICE_CONSENT, PASSWORD, Registration};
use crate::practice::endpoints::pages;
use crate::practice::fault::Fault;
use crate::practice::http::message::{Body, ErrorCode, Parameters, Refusal, Request, Response};
use crate::practice::identity::LONGEST_NAME;
use crate::practice::state::State;
use crate::practice::state::device_codes::{Decision, Issued};
use crate::practice::state::grants::{self, Renewal, TokenPair};
use crate::practice::state::now::Now;
use crate::practice::state::signed_token::{GrantedAccess, SignedIn};
use crate::secret::Secret;

/// How long a code is valid.
const LIFE: Duration = Duration::from_mins(10);
/// Between two polls, and where nobody has to be waited for.
const INTERVALS: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(1)];
/// What `slow_down` adds (RFC 8628 section 3.5).
const SLOWER_BY: Duration = Duration::from_secs(5);
/// How much earlier than asked for a poll may come, since it is measured here.
const TOLERANCE: Duration = Duration::from_millis(300);
/// The letters of a user code: no vowels, and nothing that looks like something else (RFC 8628 section 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// What a poll brings.
#[derive(Debug)]
pub(crate) enum Polled {
    Granted(TokenPair),
    Answer(Response),
}

/// `POST /device_authorization` (RFC 8628 section 3.1).
pub(crate) fn begin(state: &mut State, request: &Request, body: &Parameters, now: &mut Now) -> Response {
    let begun = (|| {
        // A device has no place for a secret; a client that sends one proves itself (section 3.1).
        let proves = request.authorization.is_some() || body.names().any(|name| name == "client_secret");
        let registration = if proves { caller::authenticate(state, request, body, now)? } else { named(state, body)? };
        let scopes = contract::scopes(body.one("scope")?)?;
        Ok(issue(state, &registration, scopes, now))
    })();
    caller::answered(request, begun)
}

fn named(state: &State, body: &Parameters) -> Result<Registration, Refusal> {
    let known = state.clients.find(body.required("client_id")?);
    known.ok_or_else(|| Refusal::new(ErrorCode::InvalidClient, "the client id is unknown"))
}

fn issue(state: &mut State, registration: &Registration, scopes: Vec<String>, now: &mut Now) -> Response {
    let device_code = now.mint("practice-device-");
    let user_code = user_code(&now.mint(""));
    let interval = INTERVALS[usize::from(state.options.auto_consent)];
    let page = format!("{}{DEVICE}", state.issuer);
    let uri = if state.has(Fault::DeviceOwnWords) { "verification_url" } else { "verification_uri" };
    let document = json!({
        "device_code": device_code.expose(),
        "user_code": user_code,
        uri: page,
        "verification_uri_complete": format!("{page}?user_code={user_code}"),
        "expires_in": LIFE.as_secs(),
        "interval": interval.as_secs(),
    });
    state.devices.add(Issued {
        device_code,
        user_code,
        client_id: registration.id.clone().into_owned(),
        scopes,
        expires_at: now.after(LIFE),
        interval,
        last_poll: now.time,
        polls: 0,
        decision: Decision::None,
    });
    Response::json(200, &document)
}

/// Eight letters in two groups.
fn user_code(random: &Secret) -> String {
    let letters: Vec<char> =
        random.expose().bytes().take(8).map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()])).collect();
    let (first, second) = letters.split_at(4);
    first.iter().chain(&['-']).chain(second).collect()
}

/// `grant_type=urn:ietf:params:oauth:grant-type:device_code` (RFC 8628 section 3.4).
pub(crate) fn poll(
    state: &mut State,
    registration: &Registration,
    body: &Parameters,
    now: &mut Now,
) -> Result<Polled, Refusal> {
    let (terms, auto, faults) = (state.terms(), state.options.auto_consent, state.options.faults.clone());
    let on = |fault: Fault| faults.contains(&fault);
    let device_code = Secret::new(body.required("device_code")?);
    let found = state.devices.find(&device_code).ok_or_else(|| Refusal::grant("the device code is unknown"))?;
    if found.client_id != registration.id {
        return Err(Refusal::grant("the device code was issued to another client"));
    }
    found.polls += 1;
    let is_first = found.polls == 1;
    let is_early = now.time.duration_since(found.last_poll).unsigned_abs() + TOLERANCE < found.interval;
    found.last_poll = now.time;
    if on(Fault::DeviceExpired) || found.expires_at <= now.time || found.decision == Decision::Used {
        return Ok(Polled::Answer(error(400, "expired_token", "the device code has expired or was used")));
    }
    if is_early || is_first && on(Fault::DeviceSlowDown) {
        found.interval += SLOWER_BY;
        return Ok(Polled::Answer(error(400, "slow_down", "polls come too often: wait five seconds longer")));
    }
    if auto && !is_first && found.decision == Decision::None {
        found.decision = Decision::Allowed(contract::DEFAULT_NAME.to_owned());
    }
    if on(Fault::AccessDenied) && !is_first {
        found.decision = Decision::Denied;
    }
    match found.decision.clone() {
        Decision::Allowed(person) => {
            found.decision = Decision::Used;
            let (client_id, scopes) = (found.client_id.clone(), found.scopes.clone());
            let signed_in = Some(SignedIn { acr: contract::BY_PASSWORD.to_owned(), at: now.time.as_second() });
            let access =
                GrantedAccess { client_id, person: Some(person), scopes, nonce: None, signed_in, details: None };
            Ok(Polled::Granted(grants::issue(access, terms, terms.renewal != Renewal::Never, now)))
        }
        Decision::Denied => Ok(Polled::Answer(error(400, "access_denied", "the person said no"))),
        Decision::None | Decision::Used => Ok(Polled::Answer(pending(found, is_first, on))),
    }
}

/// That nobody has decided, as the faults shape it; those that would go on for ever shape the first reply only.
fn pending(found: &mut Issued, is_first: bool, on: impl Fn(Fault) -> bool) -> Response {
    let words = "nobody has decided yet";
    if on(Fault::DeviceOwnWords) {
        return error(400, "not_yet", words);
    }
    if is_first && on(Fault::DeviceRetryAfter) {
        return error(503, "temporarily_unavailable", "ask again in three seconds").header("retry-after", "3");
    }
    if is_first && on(Fault::DeviceInterval) {
        found.interval += Duration::from_secs(2);
        let document = json!({
            "error": "authorization_pending", "error_description": words, "interval": found.interval.as_secs(),
        });
        return Response::json(400, &document);
    }
    let mut answer = error(400, "authorization_pending", words);
    if is_first && on(Fault::DeviceLostReply) {
        answer.body = Body::Broken("{\"error\":\"authorization_pe");
    }
    answer
}

fn error(status: u16, code: &str, words: &str) -> Response {
    Response::json(status, &json!({ "error": code, "error_description": words }))
}

/// The page on which a code is typed; the address may have it already.
pub(crate) fn page(query: &Parameters) -> Response {
    pages::device(text(query, "user_code"), contract::DEFAULT_NAME, None)
}

/// The code that was typed, and who typed it.
pub(crate) fn enter(state: &mut State, form: &Parameters, now: &mut Now) -> Response {
    let typed = text(form, "user_code");
    let name: String = text(form, "name").trim().chars().take(LONGEST_NAME).collect();
    let name = if name.is_empty() { contract::DEFAULT_NAME.to_owned() } else { name };
    if text(form, "password") != PASSWORD {
        let words = "That is not the practice password. It is `practice`, for everyone.";
        return pages::device(typed, &name, Some(words));
    }
    let Some(found) = state.devices.open(typed, now) else {
        let words = "No program waits for this code: it is mistyped, has expired, or was used.";
        return pages::device(typed, &name, Some(words));
    };
    let ticket = now.mint("device-");
    let page = pages::consent(DEVICE_CONSENT, &found.client_id, &found.scopes, &ticket, &name);
    state.device_visits.insert(ticket.expose(), (found.user_code.clone(), name));
    page
}

/// The decision.
pub(crate) fn consent(state: &mut State, form: &Parameters, now: &Now) -> Response {
    let visit = state.device_visits.remove(text(form, "ticket"));
    let found = visit.and_then(|(code, person)| Some((state.devices.open(&code, now)?, person)));
    let Some((found, person)) = found else {
        let advice = "Each code can be answered once. Start again from the program that showed it.";
        return pages::error(400, "This code is over", "no program waits for this code any more", advice);
    };
    if text(form, "decision") == "allow" {
        found.decision = Decision::Allowed(person);
        pages::done("Allowed", "The program that showed the code goes on within seconds. You can close this page.")
    } else {
        found.decision = Decision::Denied;
        pages::done("Denied", "The program that showed the code gets nothing. You can close this page.")
    }
}

fn text<'a>(form: &'a Parameters, name: &str) -> &'a str {
    form.one(name).ok().flatten().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::practice::contract::CLIENT_ID;
    use crate::practice::state::PracticeOptions;

    /// This many seconds after the epoch.
    fn now(second: i64) -> Now {
        let seed = [u8::try_from(second % 251).expect("small"); 32];
        Now::new(Timestamp::from_second(second).expect("a time"), seed)
    }

    fn state(faults: &[Fault]) -> State {
        State::new(PracticeOptions { faults: faults.to_vec(), ..PracticeOptions::default() }, 1, None)
    }

    fn text(answer: &Response) -> &str {
        let Body::Text(text) = &answer.body else { panic!("not a whole text") };
        text
    }

    fn json(answer: &Response) -> serde_json::Value {
        serde_json::from_str(text(answer)).expect("JSON")
    }

    /// The device code and the user code that are issued at the epoch.
    fn issued(state: &mut State) -> (String, String) {
        let reply =
            json(&begin(state, &Request::default(), &Parameters::form("client_id=practice-client"), &mut now(0)));
        let text = |name: &str| reply[name].as_str().expect("a text").to_owned();
        (text("device_code"), text("user_code"))
    }

    /// What a poll at this second brings: an error, or `tokens`.
    fn polled(state: &mut State, device_code: &str, second: i64) -> String {
        let registration = state.clients.find(CLIENT_ID).expect("a client");
        let body = Parameters::form(&format!("device_code={device_code}"));
        match poll(state, &registration, &body, &mut now(second)) {
            Ok(Polled::Granted(_)) => "tokens".to_owned(),
            Ok(Polled::Answer(answer)) => json(&answer)["error"].as_str().expect("a code").to_owned(),
            Err(refusal) => refusal.code.as_str().to_owned(),
        }
    }

    /// Types the code and decides.
    fn decide(state: &mut State, typed: &str, decision: &str) -> Response {
        let form = Parameters::form(&format!("user_code={typed}&name=Eve&password=practice"));
        let page = enter(state, &form, &mut now(1));
        let start = "name=\"ticket\" value=\"";
        let ticket = text(&page).split_once(start).map_or("none", |(_, rest)| rest.split('"').next().expect("a quote"));
        let form = Parameters::form(&format!("ticket={ticket}&decision={decision}"));
        consent(state, &form, &now(2))
    }

    #[test]
    fn a_code_that_was_allowed_brings_tokens_once() {
        let mut state = state(&[]);
        let (device_code, user_code) = issued(&mut state);
        assert_eq!(user_code.len(), 9, "{user_code}");
        assert_eq!(polled(&mut state, &device_code, 5), "authorization_pending");
        assert_eq!(decide(&mut state, &user_code.replace('-', "%20").to_lowercase(), "allow").status, 200);
        assert_eq!(polled(&mut state, &device_code, 10), "tokens");
        assert_eq!(polled(&mut state, &device_code, 15), "expired_token");
        assert_eq!(decide(&mut state, &user_code, "allow").status, 400, "it was answered");
        assert_eq!(polled(&mut state, "unknown", 20), "invalid_grant");
    }

    #[test]
    fn a_code_that_was_denied_or_has_expired_brings_none() {
        let mut state = state(&[]);
        let (device_code, user_code) = issued(&mut state);
        decide(&mut state, &user_code, "deny");
        assert_eq!(polled(&mut state, &device_code, 5), "access_denied");
        let (device_code, _) = issued(&mut state);
        assert_eq!(polled(&mut state, &device_code, 600), "expired_token");
        assert_eq!(decide(&mut state, "ABCD-EFGH", "allow").status, 400, "no program waits for it");
    }

    #[test]
    fn who_polls_too_early_waits_five_seconds_longer_from_then_on() {
        let mut state = state(&[]);
        let (device_code, _) = issued(&mut state);
        let polls = [5, 6, 14, 29, 44].map(|second| polled(&mut state, &device_code, second));
        let (slow, pending) = ("slow_down", "authorization_pending");
        assert_eq!(polls, [pending, slow, slow, pending, pending]);
    }
}
