//! The refresh journal: a note on the disk, written before a refresh is sent. If this process is killed, the next one knows
//! from it that the refresh token may have been spent and its response lost.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::app::handle::App;
use crate::app::progress::Report;
use crate::app::tokens::replay::{Replay, Verdict};
use crate::app::tokens::retry;
use crate::app::{CallContext, Exchange, Failure, FailureCode, FailureKind, Need, Recovery};
use crate::diagnosis::Diagnosis;
use crate::oauth::{Stage, span};
use crate::service::ProfileName;
use crate::vault::{Entry, InFlightRefresh, Record, VaultError};

/// Sends the request of a stage for a saved profile, whose lease the caller holds.
pub(crate) async fn exchange(
    app: &App,
    report: &Report,
    (name, entry): (&ProfileName, &Entry),
    record: &Record,
    context: &CallContext,
    (stage, need): (Stage, Need),
) -> Result<Exchange, Failure> {
    if stage != Stage::RefreshRequest {
        return retry::call(app, report, context, stage, None).await;
    }
    let replay = Replay::new(&context.profile.service.policy, record, entry.is_shared(), need);
    let earlier = begin(app, (name, entry), record, &replay).await?;
    let (sent, replay) = (Instant::now(), replay.once_more());
    let exchanged = retry::call(app, report, context, stage, Some(&replay)).await;
    // The new tokens are not saved yet; the note stays until they are.
    let unanswered = exchanged.as_ref().is_ok_and(|exchange| exchange.unanswered || exchange.outcome.is_ok());
    if earlier.is_none() && !unanswered {
        // If this fails the note is wrong, but the next generation supersedes it.
        let _ = app.with_entry(entry, Entry::end_refresh).await;
    }
    let mut exchange = exchanged?;
    if let Err(failure) = &mut exchange.outcome {
        if exchange.unanswered && matches!(failure.recovery, Recovery::Later { .. }) {
            not_sent_again(failure, name, replay.verdict(sent.elapsed(), (app.ports.now)()));
        } else if let Some(earlier) = earlier {
            explain(failure, name, &earlier);
        }
    }
    Ok(exchange)
}

/// Notes that the request is about to be sent. If the note, or later the new tokens, could not be written, this fails and no
/// refresh token is spent.
///
/// Returns the note of an earlier request that was never answered, which stays. Its refresh token is sent again only where
/// `replay` says so, whoever sent it.
async fn begin(
    app: &App,
    (name, entry): (&ProfileName, &Entry),
    record: &Record,
    replay: &Replay,
) -> Result<Option<InFlightRefresh>, Failure> {
    let (number, history, replay, now) = (record.number, record.history.clone(), replay.clone(), app.ports.now);
    // Tokens that this process has, and could not save yet, are the answer.
    let tokens = record.contents.tokens.as_ref();
    let is_answered = tokens.is_some_and(|tokens| history.last().is_some_and(|last| !last.is_of(tokens)));
    let noted = app.with_entry(entry, move |entry| {
        loop {
            let earlier = entry.in_flight()?.filter(|refresh| history.is_unanswered(refresh));
            if let Some(earlier) = earlier.as_ref().filter(|_| !is_answered) {
                let verdict = replay.verdict(age(earlier, now()), now());
                if verdict != Verdict::Send {
                    return Ok(Err((earlier.clone(), verdict)));
                }
            }
            // Called in either case: it also makes sure that the new tokens can be saved.
            match entry.begin_refresh(earlier.as_ref().unwrap_or(&InFlightRefresh::now(number))) {
                Ok(()) => return Ok(Ok(earlier.filter(|_| !is_answered))),
                // There is a note now that was not there a moment ago.
                Err(VaultError::Overtaken { .. }) if earlier.is_none() => {}
                Err(error) => return Err(error),
            }
        }
    });
    let noted = noted.await.map_err(|mut failure| {
        failure.diagnosis.summary = format!(
            "`{name}` was not refreshed, since its new tokens could not be saved: {}",
            failure.diagnosis.summary
        );
        failure
    })?;
    noted.map_err(|(earlier, verdict)| may_be_spent(name, &earlier, verdict))
}

/// By the store's clock, if it has one. A note from the future, by a clock that was set back, is older than anything.
fn age(earlier: &InFlightRefresh, now: Timestamp) -> Duration {
    earlier.age.unwrap_or_else(|| Duration::try_from(now.duration_since(earlier.at)).unwrap_or(Duration::MAX))
}

/// Somebody sent the refresh token, and did not save what came back.
fn may_be_spent(name: &ProfileName, earlier: &InFlightRefresh, verdict: Verdict) -> Failure {
    let (by, at) = (&earlier.by, earlier.at.strftime("%Y-%m-%d %H:%M:%S UTC"));
    if let Verdict::Wait(left) = verdict {
        let summary = format!("the refresh token of `{name}` may be spent: {by} sent it at {at}, outcome unknown");
        return unknown(FailureKind::Network, Recovery::Later { after: Some(left) }, summary, wait_words(name, left));
    }
    let summary = format!("the refresh token of `{name}` was spent by {by} at {at}, outcome unknown");
    let wait = if earlier.is_elsewhere { "wait until that machine has saved the new tokens, or " } else { "" };
    let hint = format!("{wait}{}", person_words(name));
    unknown(FailureKind::NeedsSignIn, Recovery::SignIn, summary, hint)
}

/// This process sent it, and got no answer.
fn not_sent_again(failure: &mut Failure, name: &ProfileName, verdict: Verdict) {
    let hint = match verdict {
        Verdict::Send => return,
        Verdict::Wait(left) => {
            failure.recovery = Recovery::Later { after: Some(left) };
            wait_words(name, left)
        }
        Verdict::Tell => person_words(name),
    };
    failure.code = FailureCode::OutcomeUnknown;
    failure.diagnosis.summary.push_str("; the refresh token may be spent, so it is not sent again now");
    failure.diagnosis.hint = Some(hint);
}

fn unknown(kind: FailureKind, recovery: Recovery, summary: String, hint: String) -> Failure {
    let code = FailureCode::OutcomeUnknown;
    Failure { code, recovery, ..Failure::new(kind, Diagnosis::new(summary).hint(hint)) }
}

fn wait_words(name: &ProfileName, left: Duration) -> String {
    format!(
        "it is sent once more in {}: until then the access token may be valid, and could end with it; `tokenwright refresh \
         {name} --resend` sends it now",
        span(left)
    )
}

fn person_words(name: &ProfileName) -> String {
    format!(
        "sign in again: `tokenwright sign-in {name}`; `tokenwright refresh {name} --resend` sends it once more, which ends \
         the access token as well if it is spent"
    )
}

/// A refresh token that is refused after an unanswered request was most likely spent by that request.
fn explain(failure: &mut Failure, name: &ProfileName, earlier: &InFlightRefresh) {
    if failure.kind != FailureKind::NeedsSignIn {
        return;
    }
    let summary = format!(
        "the refresh token of `{name}` was spent by a refresh whose response was lost: {} began it at {} and ended \
         before the new tokens were saved; now the service says: {}",
        earlier.by,
        earlier.at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        failure.diagnosis.summary,
    );
    let hint = format!("sign in again: `tokenwright sign-in {name}`, or open the profile in the window");
    failure.diagnosis = Diagnosis { hint: Some(hint), ..Diagnosis::new(summary) };
}

/// The error code of the reply (RFC 6749 section 5.2), else its status.
pub(crate) fn code(exchange: &Exchange) -> String {
    let Some(reply) = &exchange.reply else { return "no reply".to_owned() };
    let code = exchange.outcome.as_ref().err().and_then(|failure| failure.said.clone());
    let is_code = |code: &String| code.len() <= 40 && code.bytes().all(|byte| byte.is_ascii_graphic());
    code.filter(is_code).unwrap_or_else(|| format!("HTTP {}", reply.status))
}
