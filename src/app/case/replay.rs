//! Replays a case: the program's own request to a stand-in that repeats the recorded replies, with made-up secrets. Nothing
//! leaves the machine.

use jiff::Timestamp;

use crate::app::blocking::blocking;
use crate::app::case::{Case, CaseStage, MADE_UP};
use crate::app::handle::App;
use crate::app::progress::Report;
use crate::app::rehearsal::{example, server};
use crate::app::sign_in::token_request::exchange;
use crate::app::{Authorized, CallContext, Failure, FailureKind};
use crate::call::{TracedCall, TracedOutcome, Way};
use crate::diagnosis::Diagnosis;
use crate::oauth::{AuthorizationError, ProfileSecrets, TokenSet};
use crate::practice::{RecordedReply, Replay};
use crate::secret::{MASK, Secret};
use crate::service::Profile;
use crate::transport::TransportError;

/// What came of a replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// What this program makes of it; `None` if it takes the reply for tokens.
    pub diagnosis: Option<Diagnosis>,
    /// Whether that is what the case says.
    pub is_same: bool,
}

impl App {
    /// Replays a case on this machine.
    pub async fn replay(&self, case: &Case) -> Result<Replayed, Failure> {
        let profile = case.read_profile()?;
        let calls = case.calls();
        let failure = match case.stage {
            CaseStage::Authorization => Some(refused(&profile, &calls)?),
            CaseStage::TokenRequest | CaseStage::RefreshRequest => self.exchanged(case, profile, &calls).await?,
        };
        let diagnosis = failure.map(|failure| failure.diagnosis);
        Ok(Replayed { is_same: diagnosis.as_ref().is_some_and(|told| is_same(told, &case.diagnosis)), diagnosis })
    }

    async fn exchanged(&self, case: &Case, profile: Profile, calls: &[TracedCall]) -> Result<Option<Failure>, Failure> {
        if let Some(failure) = unanswered(calls) {
            return Ok(Some(failure));
        }
        let replies = last_replies(calls);
        if replies.is_empty() {
            let why = Diagnosis::new("the case has no reply to repeat: the service was not reached");
            return Err(Failure::new(FailureKind::Usage, why.hint("see its calls for why")));
        }
        let now = (self.ports.now)();
        let mut context = context(case, profile, now)?;
        // Where the practice service was then.
        context.practice_port = replies.iter().find_map(|reply| url::Url::parse(&reply.url).ok()?.port());
        let replay = blocking(move || Replay::start(replies)).await??;
        let app = server::app_at(&self.ports, replay.port());
        let outcome = exchange(&app, &Report::none(), &context, case.stage.stage()).await?.outcome;
        // Not for an async thread: it waits for peers.
        blocking(move || drop(replay)).await?;
        Ok(outcome.err())
    }
}

/// Secrets are made up in one and masked in the other; what else is said must be the same.
fn is_same(told: &Diagnosis, expected: &Diagnosis) -> bool {
    // foreign: what another run of the program said is compared as a whole.
    let plain = |diagnosis: &Diagnosis| diagnosis.to_string().replace(MASK, MADE_UP);
    plain(told) == plain(expected)
}

/// Why the last request got no reply, which needs no network to be said again.
fn unanswered(calls: &[TracedCall]) -> Option<Failure> {
    let sent = calls.iter().rfind(|call| call.way == Way::Sent)?;
    let TracedOutcome::Failed(no_reply) = &sent.outcome else { return None };
    TransportError::of_no_reply(no_reply).map(Failure::from)
}

/// The last reply of each endpoint: those before it were followed by another try.
fn last_replies(calls: &[TracedCall]) -> Vec<RecordedReply> {
    let mut replies: Vec<RecordedReply> = Vec::new();
    for reply in calls.iter().filter_map(recorded) {
        replies.retain(|earlier| (&earlier.method, &earlier.url) != (&reply.method, &reply.url));
        replies.push(reply);
    }
    replies
}

fn recorded(call: &TracedCall) -> Option<RecordedReply> {
    let TracedOutcome::Reply(reply) = &call.outcome else { return None };
    let made_up = |text: &String| text.replace(MASK, MADE_UP);
    Some(RecordedReply {
        method: call.method.clone(),
        url: call.url.split(['?', '#']).next().unwrap_or_default().to_owned(),
        status: reply.status,
        headers: reply.headers.iter().map(|(name, value)| (name.clone(), made_up(value))).collect(),
        body: made_up(&reply.body),
    })
}

fn no_key(why: &str) -> Failure {
    Failure::new(FailureKind::Machine, Diagnosis::new(format!("no key can be made for the replay: {why}")))
}

/// What the request is made from, with made-up secrets.
fn context(case: &Case, profile: Profile, now: Timestamp) -> Result<CallContext, Failure> {
    let made_up = |is_there: bool| Secret::new(if is_there { MADE_UP } else { "" });
    let service = &profile.service;
    let inputs = service.inputs.iter().filter(|input| input.secret);
    let secrets = ProfileSecrets {
        second_client_secret: Secret::default(),
        client_secret: made_up(case.has_client_secret),
        password: made_up(service.wants_password()),
        signing_key: example::key_pair(service, now).map_err(|why| no_key(&why))?,
        client_certificate: example::client_certificate(service, now).map_err(|why| no_key(&why))?,
        proof_key: example::proof_key(service).map_err(|why| no_key(&why))?,
        refresh_token: Secret::default(),
        registration: None,
        inputs: inputs.map(|input| (input.name.clone(), made_up(true))).collect(),
    };
    let names = service.redirect.retain.iter();
    let redirect_uri = profile.redirect_uri.clone();
    let authorized = Authorized {
        code: Secret::new(MADE_UP),
        code_verifier: Secret::new(MADE_UP),
        redirect_uri,
        nonce: None,
        state: None,
        extras: names.map(|name| (name.clone(), MADE_UP.to_owned())).collect(),
        asked_at: now,
        at: now,
    };
    let tokens = TokenSet { refresh_token: Some(Secret::new(MADE_UP)), ..TokenSet::bearer(Secret::new(MADE_UP), now) };
    let mut context = CallContext::new(profile, secrets);
    context.authorized = Some(authorized);
    context.tokens = (case.stage == CaseStage::RefreshRequest).then_some(tokens);
    Ok(context)
}

/// The refusal that the browser brought, read as it was then.
fn refused(profile: &Profile, calls: &[TracedCall]) -> Result<Failure, Failure> {
    let came = calls.iter().rev().find(|call| call.way == Way::Redirect);
    let query = came.and_then(|call| call.url.split_once('?')).map_or("", |(_, query)| query);
    let value = |wanted: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned())
    };
    let names = profile.service.redirect.refusal();
    let Some(error) = names.error(value) else {
        let why = Diagnosis::new("the case cannot be replayed: it ended in the browser");
        return Err(Failure::new(FailureKind::Usage, why.hint("see its calls")));
    };
    let (description, uri) = (names.description(value), value("error_uri"));
    Ok(Failure::of_authorization(&AuthorizationError::Refused { error, description, uri }, &profile.service))
}
