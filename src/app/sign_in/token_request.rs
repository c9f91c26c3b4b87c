//! The token request and the refresh request.

use std::time::Duration;

use crate::app::call_log::CallAbout;
use crate::app::handle::App;
use crate::app::profiles::drafts;
use crate::app::progress::{Progress, Report};
use crate::app::sign_in::account;
use crate::app::sign_in::assertions::SignedToken;
use crate::app::sign_in::certificate_binding;
use crate::app::sign_in::deliver::record;
use crate::app::sign_in::follow_up;
use crate::app::sign_in::further_tokens;
use crate::app::sign_in::id_token;
use crate::app::sign_in::lookup;
use crate::app::sign_in::proof::{Delivered, answer, deliver_proved, key};
use crate::app::sign_in::sources;
use crate::app::sign_in::try_reading;
use crate::app::tokens;
use crate::app::tokens::issued_for;
use crate::app::{Again, CallContext, Exchange, Failure, FailureCode, FailureKind, Need, Recovery, ReplyView, SaveTo};
use crate::call::{Answers, Call, CallTemplate, Reply, mask_body, mask_text, pretty_body};
use crate::diagnosis::Diagnosis;
use crate::oauth::{
    ReadContext, Stage, TokenSet, clock_skew, poll_interval, read_token_set, retry_after, skew_note, span, type_note,
};
use crate::secret::Secret;
use crate::service::{FurtherToken, ProfileName, TokenPolicy};

impl App {
    /// Sends the token request. Its tokens are saved as `save_to` says, before anything else is done with them.
    pub async fn request_tokens(
        &self,
        context: CallContext,
        save_to: SaveTo,
        report: &Report,
    ) -> Result<Exchange, Failure> {
        let (app, report) = (self.clone(), report.clone());
        self.settle(async move { request_tokens(&app, &report, context, save_to).await }).await
    }

    /// Sends the refresh request. The tokens of a saved profile are refreshed where they are saved, under its lease, so that
    /// no other process refreshes with the same token and nothing is lost.
    pub async fn request_refresh(
        &self,
        context: CallContext,
        saved_as: Option<(ProfileName, Need)>,
        save_to: SaveTo,
        report: &Report,
    ) -> Result<Exchange, Failure> {
        let (app, report) = (self.clone(), report.clone());
        self.settle(async move { request_refresh(&app, &report, context, saved_as, save_to).await }).await
    }
}

async fn request_tokens(
    app: &App,
    report: &Report,
    mut context: CallContext,
    save_to: SaveTo,
) -> Result<Exchange, Failure> {
    app.supply_practice(&mut context).await?;
    let told = context.secrets.tidy();
    // A new sign-in starts without the tokens of the last one.
    context.tokens = None;
    lookup::provide(app, report, &mut context).await?;
    key::provide(app, &mut context, &save_to).await?;
    let save_to = key::keep(app, report, &context, save_to).await?;
    let mut exchange = exchange(app, report, &context, Stage::TokenRequest).await?;
    exchange.notes.extend(told);
    if exchange.by_second_secret {
        context.secrets.swap_client_secrets();
    }
    // Nothing is saved of what a forged ID token came with. Asking for the issuer's keys loses nothing: without an answer in
    // time the tokens are saved all the same.
    id_token::check(app, report, &context, &mut exchange).await;
    let is_bound = !context.profile.account.is_empty();
    let save_to = if is_bound {
        // Nothing is saved before it is known who signed in.
        save_to
    } else {
        // Saved first: the follow-up requests may take long, and the code is spent.
        save_received(app, report, &context, &mut exchange, save_to).await
    };
    let policy = context.profile.service.policy.clone();
    follow_up::run(app, context.clone(), &mut exchange).await;
    live_by_policy(&mut exchange, &policy);
    account::check(app, report, &context, &mut exchange, true).await;
    if is_bound || follow_up::follows(&context.profile.service) {
        save_received(app, report, &context, &mut exchange, save_to).await;
    }
    Ok(exchange)
}

/// Saves the tokens of an exchange; if that fails, a note says so.
async fn save_received(
    app: &App,
    report: &Report,
    context: &CallContext,
    exchange: &mut Exchange,
    save_to: SaveTo,
) -> SaveTo {
    match drafts::received(app, report, context, exchange, save_to.clone()).await {
        Ok(save_to) => {
            exchange.is_saved = exchange.outcome.is_ok();
            save_to
        }
        Err(failure) => {
            exchange.notes.push(failure.diagnosis);
            save_to
        }
    }
}

async fn request_refresh(
    app: &App,
    report: &Report,
    mut context: CallContext,
    saved_as: Option<(ProfileName, Need)>,
    save_to: SaveTo,
) -> Result<Exchange, Failure> {
    app.supply_practice(&mut context).await?;
    let told = context.secrets.tidy();
    let pasted = !context.secrets.refresh_token.is_empty();
    let mut exchange = match saved_as {
        Some((name, need)) if !pasted && app.held.get(&name).is_none() => {
            let exchange = tokens::refresh_saved(app, report, (&name, need), context).await?;
            app.tell_profiles().await;
            exchange
        }
        _ => {
            // The tokens are saved afterwards, under a name that is not chosen yet.
            if app.has_vault() {
                app.with_vault(crate::vault::Vault::check_writable).await?;
            }
            let is_first = context.tokens.is_none();
            let policy = context.profile.service.policy.clone();
            lookup::provide(app, report, &mut context).await?;
            key::provide(app, &mut context, &save_to).await?;
            let save_to = key::keep(app, report, &context, save_to).await?;
            let mut exchange = exchange(app, report, &context, Stage::RefreshRequest).await?;
            if exchange.by_second_secret {
                context.secrets.swap_client_secrets();
            }
            let is_bound = pasted && !context.profile.account.is_empty();
            let save_to =
                if is_bound { save_to } else { save_received(app, report, &context, &mut exchange, save_to).await };
            id_token::warn(app, &context, &mut exchange).await;
            if is_first {
                follow_up::fetch(app, context.clone(), &mut exchange).await;
            }
            live_by_policy(&mut exchange, &policy);
            if is_bound {
                // What was pasted may be in use elsewhere, so it is not revoked.
                account::check(app, report, &context, &mut exchange, false).await;
            }
            if is_bound || is_first && follow_up::follows(&context.profile.service) {
                save_received(app, report, &context, &mut exchange, save_to).await;
            }
            exchange
        }
    };
    exchange.notes.extend(told);
    Ok(exchange)
}

/// Sends the request of a stage and reads its reply. Where the service refuses the client and there is a second client secret,
/// it is sent once more with that: a client that is not authenticated has spent nothing (RFC 6749 section 3.2.1).
pub(crate) async fn exchange(
    app: &App,
    report: &Report,
    context: &CallContext,
    stage: Stage,
) -> Result<Exchange, Failure> {
    let mut first = exchange_once(app, report, context, stage).await?;
    let is_refused = |exchange: &Exchange| {
        exchange.outcome.as_ref().is_err_and(|failure| failure.code == FailureCode::ClientRefused)
    };
    if context.secrets.second_client_secret.is_empty() || !is_refused(&first) {
        return Ok(first);
    }
    report.tell(Progress::Traced(Box::new(first.clone())));
    let mut other = context.clone();
    other.secrets.swap_client_secrets();
    let mut second = exchange_once(app, report, &other, stage).await?;
    if is_refused(&second) {
        let told = Diagnosis::new("the service refused the second client secret as well");
        first.notes.push(told.hint("enter the one that its console shows"));
        return Ok(first);
    }
    // Another failure, such as no reply, does not tell which of them is right.
    second.by_second_secret = second.outcome.is_ok();
    if second.by_second_secret {
        let words = "the service refused the client secret and took the second one, which is tried first from now on";
        second.notes.push(Diagnosis::new(words).hint("remove the other when it is of no use any more"));
    }
    Ok(second)
}

async fn exchange_once(app: &App, report: &Report, context: &CallContext, stage: Stage) -> Result<Exchange, Failure> {
    let service = &context.profile.service;
    if service.signs_tokens() {
        return Ok(received(None, None, Ok(Box::new(signed_here(app, context)?))));
    }
    let template = template(context, stage)?;
    let values = sources::values_for(app, report, context, template).await?;
    let call = template.render(&values)?;
    report.tell(Progress::Sending(call.origin()));
    let proof = context.proof_for(template);
    let Delivered { call, at, outcome } = deliver_proved(app, context, (call, template, &values), proof).await?;
    let about = CallAbout::of(context, template);
    let reply = match outcome {
        Ok(reply) => reply,
        Err(error) => {
            record(app, about, (&call, at), Err(&error), values.secrets());
            let (notes, unanswered) = (certificate_binding::notes(context, None, at), error.may_have_arrived());
            return Ok(Exchange { notes, unanswered, ..received(Some(call), None, Err(error.into())) });
        }
    };
    let previous = if stage == Stage::RefreshRequest { context.tokens.as_ref() } else { None };
    let separator = service.scopes.in_answers();
    let origin = call.origin();
    // A refresh token at hand is refused as one, whichever request sends it.
    let sends_refresh_token = template.placeholders().any(|name| name == "refresh_token");
    let told_as = if sends_refresh_token { Stage::RefreshRequest } else { stage };
    let reading = ReadContext { stage: told_as, scope_separator: separator, previous, origin: Some(&origin) };
    let further = service.further_token.iter().flat_map(FurtherToken::expressions);
    let expressions = template.reading.expressions().chain(further);
    let answers = try_reading::of_reply(app, (&reply, template.reading.format), expressions).await;
    let outcome = read_token_set(&reply, answers.as_ref(), &template.reading, reading, values.secrets())
        .map(|tokens| Box::new(complete(tokens, context, template)))
        .map_err(|error| not_before(Failure::of_token_call(&error, service), retry_after(&reply)))
        .map_err(|failure| answer::explained(failure, context, &reply));
    let mut outcome = answer::checked(outcome, context, stage);
    let mut notes = Vec::new();
    if let Ok(tokens) = &mut outcome {
        notes.extend(try_reading::notes(&template.reading, answers.as_ref(), tokens));
        notes.extend(type_note(&tokens.token_type, &service.policy.header, &template.example));
        notes.extend(further_tokens::add(tokens, service, (&reply, answers.as_ref()), &template.reading));
    }
    notes.extend(outcome.iter().filter_map(|tokens| answer::note(context, tokens)));
    notes.extend(certificate_binding::notes(context, outcome.as_deref().ok(), reply.received_at));
    notes.extend(skew_note(clock_skew(&reply), &call.origin()));
    let brought: Vec<&Secret> = outcome.iter().flat_map(|tokens| tokens.secrets()).collect();
    record(app, about, (&call, at), Ok(&reply), values.secrets().chain(brought.iter().copied()));
    let secrets = report.is_heard().then(|| values.secrets().chain(brought));
    let view = secrets.map_or_else(|| bare_view(&reply), |secrets| view(&reply, secrets));
    let view = ReplyView { read_as: answers.as_ref().map(Answers::written_in), ..view };
    let interval = answers.as_ref().and_then(|answers| poll_interval(answers, &template.reading).ok().flatten());
    let again = Again { interval, retry_after: retry_after(&reply) };
    Ok(Exchange { notes, again, ..received(Some(call), Some(view), outcome) })
}

/// An access token that is signed here.
fn signed_here(app: &App, context: &CallContext) -> Result<TokenSet, Failure> {
    let now = (app.ports.now)();
    let SignedToken { token, expires_at } = context.signed_token(now, (app.ports.entropy)())?;
    let tokens = TokenSet { expires_at: Some(expires_at), ..TokenSet::bearer(token, now) };
    Ok(complete(tokens, context, &context.profile.service.token_request))
}

/// What came of a call, before anything is done with it.
fn received(call: Option<Call>, reply: Option<ReplyView>, outcome: Result<Box<TokenSet>, Failure>) -> Exchange {
    Exchange {
        call,
        reply,
        outcome,
        notes: Vec::new(),
        id_token: Vec::new(),
        choices: Vec::new(),
        unanswered: false,
        by_second_secret: false,
        is_saved: false,
        again: Again::default(),
    }
}

fn template(context: &CallContext, stage: Stage) -> Result<&CallTemplate, Failure> {
    let service = &context.profile.service;
    if stage != Stage::RefreshRequest {
        let polled = service.device_token_request.as_ref().filter(|_| context.device.is_some());
        return Ok(polled.unwrap_or(&service.token_request));
    }
    service.refresh_request.as_ref().ok_or_else(|| {
        let diagnosis = Diagnosis::new(format!("{} has no refresh token endpoint here", service.name));
        Failure::new(FailureKind::Usage, diagnosis.hint("enter its URL on the tab Refresh token, or sign in again"))
    })
}

/// Adds the time that the service asked to wait.
fn not_before(mut failure: Failure, after: Option<Duration>) -> Failure {
    let Recovery::Later { after: wait } = &mut failure.recovery else { return failure };
    let Some(after) = after else { return failure };
    *wait = Some(after);
    if after >= Duration::from_secs(1) {
        let words = format!("the service asks to wait {}: try again after that", span(after));
        failure.diagnosis.hint = Some(words);
    }
    failure
}

/// Applies the preset's token lifetime if the reply has none. A rehearsal does not, since it checks what was read.
pub(crate) fn live_by_policy(exchange: &mut Exchange, policy: &TokenPolicy) {
    if let (Ok(tokens), Some(life)) = (&mut exchange.outcome, policy.access_token_life)
        && tokens.expires_at.is_none()
    {
        tokens.expires_at = tokens.obtained_at.checked_add(Duration::from_secs(life)).ok();
    }
}

/// Decrypts the ID token, and adds what the reply does not say: values from the redirect and from lookups, what the tokens were issued for, and the refresh token's
/// expiry by the preset.
fn complete(mut tokens: TokenSet, context: &CallContext, call: &CallTemplate) -> TokenSet {
    id_token::open(context, &mut tokens);
    for (name, value) in context.retained_extras() {
        tokens.retained.entry(name).or_insert(value);
    }
    tokens.retained.extend(context.found.clone());
    if tokens.scopes.is_none() {
        tokens.scopes = context.redirect_scopes();
    }
    let sent = &context.secrets.refresh_token;
    let pasted = !sent.is_empty();
    if pasted || tokens.issued_for.is_empty() {
        tokens.issued_for = issued_for::of(&context.profile);
    }
    let policy = &context.profile.service.policy;
    let previous = context.tokens.as_ref();
    let is_new = tokens.has_new_refresh_token(previous);
    if !is_new && pasted && call.placeholders().any(|name| name == "refresh_token") {
        // RFC 6749 section 6: without a new refresh token in the reply, the one that was sent stays valid.
        tokens.refresh_token = Some(sent.clone());
    }
    policy.complete(&mut tokens, previous.filter(|_| !pasted), is_new);
    tokens
}

/// The reply as it may be shown: secrets that were sent, and those read from it, are masked wherever they occur.
fn view<'a>(reply: &Reply, secrets: impl Iterator<Item = &'a Secret>) -> ReplyView {
    let known: Vec<&Secret> = secrets.filter(|secret| !secret.is_empty()).collect();
    let headers =
        reply.headers.iter().map(|(name, value)| (mask_text(name, &known), masked_header(name, value, &known)));
    ReplyView {
        status: reply.status,
        elapsed: reply.elapsed,
        headers: headers.collect(),
        read_as: None,
        masked_body: mask_body(&reply.body, &reply.media_type(), known.iter().copied()),
        body: pretty_body(&reply.body),
    }
}

/// The reply where nobody looks at it: to mask one takes longer than to read it.
fn bare_view(reply: &Reply) -> ReplyView {
    let (headers, masked_body, body) = (Vec::new(), String::new(), Secret::default());
    ReplyView { status: reply.status, elapsed: reply.elapsed, headers, read_as: None, masked_body, body }
}

/// A cookie is a secret whatever its name.
fn masked_header(name: &str, value: &str, known: &[&Secret]) -> String {
    if name == "set-cookie" { crate::secret::MASK.to_owned() } else { mask_text(value, known) }
}
