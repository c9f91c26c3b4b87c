//! Signing in on another device (RFC 8628): the service gives a code, a person types it elsewhere, and the token endpoint is
//! polled until they have decided, the code expires, or the caller stops waiting.
//!
//! Each poll may bring the tokens, so it runs to its end whoever stops waiting, and saves them as any token request does.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::app::ask::Ask;
use crate::app::handle::App;
use crate::app::progress::{Progress, Report};
use crate::app::sign_in::{account, finish, lookup, pending_device, send};
use crate::app::tokens::issued_for;
use crate::app::{CallContext, DeviceWaiting, Exchange, Failure, FailureCode, FailureKind, Recovery, SaveTo};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::oauth::{
    DeviceAuthorization, PendingDevice, PollAnswer, Polling, Stage, read_device_authorization, span, span_left,
};
use crate::secret::Secret;

/// A machine that slept is noticed after this time.
const SLICE: Duration = Duration::from_secs(1);

/// What is polled too often, in whatever words (RFC 6585 section 4).
const TOO_MANY_REQUESTS: u16 = 429;

/// What a sign-in on another device starts from.
#[derive(Clone, Debug)]
pub struct DeviceSignIn {
    pub context: CallContext,
    /// Where the tokens are saved. A code that is waited for there already is taken up again.
    pub save_to: SaveTo,
}

impl App {
    /// The whole sign-in on another device. Dropping it stops the polls and keeps the code, which the next sign-in to the same
    /// profile takes up again until it expires; [`App::drop_device_code`] forgets it.
    ///
    /// Returns as [`App::sign_in`] does. [`FailureKind::NeedsSignIn`] if the code expired, [`FailureKind::Refused`] if the
    /// person declined.
    pub async fn sign_in_on_device(
        &self,
        request: DeviceSignIn,
        ask: &dyn Ask,
    ) -> Result<(CallContext, Exchange), Failure> {
        let DeviceSignIn { mut context, mut save_to } = request;
        let report = ask.report();
        account::check_tellable(&context.profile)?;
        self.supply_practice(&mut context).await?;
        // What this finds is reported with the token request.
        context.secrets.tidy();
        // A device code is asked for, so a refresh token that was pasted is not meant.
        context.secrets.refresh_token = Secret::default();
        lookup::anew(self, &report, &mut context).await?;
        let found = pending_device::find(self, &context.profile, &save_to).await;
        let is_taken_up = found.is_some();
        let pending = match found {
            Some(pending) => pending,
            None => Box::pin(begin(self, &report, &context)).await?,
        };
        let authorization = pending.authorization.clone();
        context.device = Some(pending);
        if !is_taken_up {
            // Without it a restart needs another code, and this sign-in goes on.
            save_to = pending_device::keep(self, &report, &context, save_to.clone()).await.unwrap_or(save_to);
        }
        report.tell(Progress::DeviceWaiting(waiting(&authorization, is_taken_up)));
        let polled = Box::pin(poll(self, &report, &context, &save_to, &authorization)).await;
        if polled.as_ref().map_or(true, |exchange| exchange.outcome.is_err()) {
            pending_device::drop(self, &save_to).await;
        }
        finish(self, ask, context, polled?, &save_to).await
    }
}

impl App {
    /// The same at a terminal, where Ctrl-C stops the wait; `None` then.
    pub async fn sign_in_on_device_or_stop(
        &self,
        request: DeviceSignIn,
        ask: &dyn Ask,
    ) -> Result<Option<(CallContext, Exchange)>, Failure> {
        tokio::select! {
            biased;
            outcome = self.sign_in_on_device(request, ask) => outcome.map(Some),
            Ok(()) = tokio::signal::ctrl_c() => Ok(None),
        }
    }
}

/// The device authorization request.
pub(super) async fn begin(app: &App, report: &Report, context: &CallContext) -> Result<PendingDevice, Failure> {
    let service = &context.profile.service;
    let template = service.device_authorization.as_ref().filter(|_| service.has_device_flow()).ok_or_else(|| {
        let diagnosis = Diagnosis::new(format!("{} has no sign-in on another device here", service.name));
        Failure::new(FailureKind::Usage, diagnosis.hint("sign in with the browser"))
    })?;
    let answered = send::ask(app, Some(report), context, template, &[]).await?;
    let (reply, refusal) = (&answered.reply, &answered.refusal);
    let Some(answers) = answered.answers.as_ref().filter(|_| reply.is_success() && !refusal.is_said()) else {
        return Err(answered.refused_at("device authorization endpoint", Stage::TokenRequest, service));
    };
    let read = read_device_authorization(answers, &template.reading, (app.ports.now)());
    let authorization = read.map_err(|error| Failure::new(FailureKind::Refused, error.diagnose()))?;
    Ok(PendingDevice { authorization, issued_for: issued_for::of(&context.profile) })
}

fn waiting(authorization: &DeviceAuthorization, is_taken_up: bool) -> DeviceWaiting {
    let DeviceAuthorization { user_code, verification_uri, verification_uri_complete, message, .. } =
        authorization.clone();
    let until = authorization.expires_at;
    DeviceWaiting { user_code, verification_uri, verification_uri_complete, message, until, is_taken_up }
}

/// Polls until there is a decision. An exchange without tokens is a refusal.
async fn poll(
    app: &App,
    report: &Report,
    context: &CallContext,
    save_to: &SaveTo,
    authorization: &DeviceAuthorization,
) -> Result<Exchange, Failure> {
    let mut polling = Polling::new(authorization.interval);
    let (mut pause, mut lost) = (polling.interval(), Lost::default());
    let left = authorization.expires_at.duration_since((app.ports.now)());
    let end = At::new(app, Duration::try_from(left).unwrap_or_default());
    loop {
        if !wait(app, report, pause, end).await {
            return Err(expired(lost.any));
        }
        let mut exchange = app.request_tokens(context.clone(), save_to.clone(), report).await?;
        let Err(failure) = &exchange.outcome else { return Ok(exchange) };
        let again = exchange.again;
        let answer = failure.said.as_deref().and_then(|code| context.profile.service.device_words.meaning(code));
        let is_trouble = matches!(failure.recovery, Recovery::Later { .. });
        let is_limit = exchange.reply.as_ref().is_some_and(|reply| reply.status == TOO_MANY_REQUESTS);
        pause = match answer {
            Some(PollAnswer::Denied) => {
                exchange.outcome = Err(declined(failure));
                return Ok(exchange);
            }
            Some(PollAnswer::Expired) => {
                exchange.outcome = Err(Failure { said: failure.said.clone(), ..expired(lost.any) });
                return Ok(exchange);
            }
            Some(answer) => polling.after(answer == PollAnswer::SlowDown, again.interval, again.retry_after),
            None if is_limit && is_trouble => polling.after(true, again.interval, again.retry_after),
            None if is_trouble => {
                lost.tell(report, failure);
                polling.after_loss().max(again.retry_after.unwrap_or_default())
            }
            None => {
                exchange.outcome = Err(lost.explained(failure.clone()));
                return Ok(exchange);
            }
        };
        if answer.is_some() {
            lost.is_told = false;
        }
        if pause > end.left(app) && again.retry_after.is_some_and(|asked| asked >= pause) {
            return Err(never_again(pause));
        }
    }
}

/// Polls whose replies were lost. One of them may have brought the tokens.
#[derive(Default)]
struct Lost {
    any: bool,
    is_told: bool,
}

impl Lost {
    /// Tells of the first one of several in a row.
    fn tell(&mut self, report: &Report, failure: &Failure) {
        self.any |= failure.reply_lost;
        if !std::mem::replace(&mut self.is_told, true) {
            let diagnosis = Diagnosis::new(failure.diagnosis.summary.clone());
            report
                .tell(Progress::Retrying(diagnosis.hint("the code is still good: it is asked for again, less often")));
        }
    }

    fn explained(&self, mut failure: Failure) -> Failure {
        if self.any && failure.code == FailureCode::Spent {
            failure.diagnosis.hint = Some(LOST_WITH_REPLY.to_owned());
        }
        failure
    }
}

const LOST_WITH_REPLY: &str =
    "the reply to an earlier poll was lost, and the tokens may have been in it: start again for a new code";

/// A moment by both clocks: the wall clock goes on while the machine sleeps, the timer does not move when the wall clock is set.
#[derive(Clone, Copy)]
struct At {
    wall: Timestamp,
    timer: Instant,
}

impl At {
    /// This long from now.
    fn new(app: &App, after: Duration) -> Self {
        let (now, timer) = ((app.ports.now)(), Instant::now());
        // A code lives a day at most, and a pause is no longer.
        Self {
            wall: now.checked_add(after).unwrap_or(Timestamp::MAX),
            timer: timer.checked_add(after).unwrap_or(timer),
        }
    }

    fn left(&self, app: &App) -> Duration {
        self.left_at((app.ports.now)(), Instant::now())
    }

    /// What is left by the clock that is ahead.
    fn left_at(&self, now: Timestamp, timer: Instant) -> Duration {
        let by_wall = Duration::try_from(self.wall.duration_since(now)).unwrap_or_default();
        by_wall.min(self.timer.saturating_duration_since(timer))
    }
}

/// Waits for the next poll, which is due at once where the machine slept through it. Whether the code is still good.
async fn wait(app: &App, report: &Report, pause: Duration, end: At) -> bool {
    let mut told = String::new();
    let due = At::new(app, pause.min(end.left(app).saturating_add(SLICE)));
    loop {
        if end.left(app).is_zero() {
            return false;
        }
        let left = due.left(app);
        if left.is_zero() {
            return true;
        }
        let words = format!("{} left", span_left(end.left(app)));
        if words != told {
            report.tell(Progress::CodeLeft(words.clone()));
            told = words;
        }
        // waits: for the time that the service asks for, in slices, since a timer does not count while the machine sleeps.
        tokio::time::sleep(left.min(end.left(app)).min(SLICE)).await;
    }
}

fn declined(failure: &Failure) -> Failure {
    let diagnosis = Diagnosis::new("the sign-in was declined on the other device");
    let hint = "start again and allow it there; decline what you did not start yourself";
    Failure { said: failure.said.clone(), ..Failure::new(FailureKind::Refused, diagnosis.hint(hint)) }
}

fn expired(lost: bool) -> Failure {
    let diagnosis = Diagnosis::new("the code expired before it was used");
    let hint =
        if lost { LOST_WITH_REPLY } else { "start again for a new one, and type it on the other device in time" };
    Failure::new(FailureKind::NeedsSignIn, diagnosis.hint(hint))
}

fn never_again(pause: Duration) -> Failure {
    let summary = format!("the service asks to wait {}, and the code expires before", span(pause));
    let failure = Failure::new(FailureKind::Network, Diagnosis::new(summary).hint("start again after that"));
    Failure { recovery: Recovery::Later { after: Some(pause) }, ..failure }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_by_the_clock_that_is_ahead() {
        let (wall, timer) = (Timestamp::UNIX_EPOCH, Instant::now());
        let seconds = Duration::from_secs;
        let at = At { wall: wall + seconds(60), timer: timer + seconds(60) };
        assert_eq!(at.left_at(wall, timer), seconds(60));
        assert_eq!(at.left_at(wall + seconds(50), timer + seconds(2)), seconds(10), "the machine slept");
        assert_eq!(at.left_at(wall - seconds(3600), timer + seconds(50)), seconds(10), "the clock was set back");
        assert_eq!(at.left_at(wall + seconds(7200), timer + seconds(1)), Duration::ZERO);
    }
}
