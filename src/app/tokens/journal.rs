//! The refresh journal: a note on the disk, written before a refresh is sent. If this process is killed, the next one knows
//! from it that the refresh token may have been spent and its response lost.

use std::time::Duration;

use crate::app::handle::App;
use crate::app::progress::Report;
use crate::app::tokens::retry;
use crate::app::{CallContext, Exchange, Failure, FailureKind, Recovery};
use crate::diagnosis::Diagnosis;
use crate::oauth::Stage;
use crate::service::ProfileName;
use crate::vault::{Entry, InFlightRefresh, Record, VaultError};

/// Sends the request of a stage for a saved profile, whose lease the caller holds.
pub(crate) async fn exchange(
    app: &App,
    report: &Report,
    (name, entry): (&ProfileName, &Entry),
    record: &Record,
    context: &CallContext,
    stage: Stage,
) -> Result<Exchange, Failure> {
    if stage != Stage::RefreshRequest {
        return retry::call(app, report, context, stage).await;
    }
    let grace = context.profile.service.policy.grace.map(Duration::from_secs).unwrap_or_default();
    let earlier = begin(app, (name, entry), record, grace).await?;
    let exchanged = retry::call(app, report, context, stage).await;
    // The new tokens are not saved yet; the note stays until they are.
    let unanswered = exchanged.as_ref().is_ok_and(|exchange| exchange.unanswered || exchange.outcome.is_ok());
    if earlier.is_none() && !unanswered {
        // If this fails the note is wrong, but the next generation supersedes it.
        let _ = app.with_entry(entry, Entry::end_refresh).await;
    }
    let mut exchange = exchanged?;
    if let (Err(failure), Some(earlier)) = (&mut exchange.outcome, earlier) {
        explain(failure, name, &earlier);
    }
    Ok(exchange)
}

/// Notes that the request is about to be sent. If the note, or later the new tokens, could not be written, this fails and no
/// refresh token is spent.
///
/// Returns the note of an earlier request that was never answered, which stays. If another machine sent it, it may still be
/// at work, and the same refresh token is sent again only while the service would repeat its answer: within `grace`.
async fn begin(
    app: &App,
    (name, entry): (&ProfileName, &Entry),
    record: &Record,
    grace: Duration,
) -> Result<Option<InFlightRefresh>, Failure> {
    let (number, history) = (record.number, record.history.clone());
    let noted = app.with_entry(entry, move |entry| {
        loop {
            let earlier = entry.in_flight()?.filter(|refresh| history.is_unanswered(refresh));
            let is_spent = |refresh: &InFlightRefresh| refresh.elsewhere.is_some_and(|ago| ago >= grace);
            if let Some(earlier) = earlier.as_ref().filter(|earlier| is_spent(earlier)) {
                return Ok(Err(earlier.clone()));
            }
            // Called in either case: it also makes sure that the new tokens can be saved.
            match entry.begin_refresh(earlier.as_ref().unwrap_or(&InFlightRefresh::now(number))) {
                Ok(()) => return Ok(Ok(earlier)),
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
    noted.map_err(|earlier| spent_elsewhere(name, &earlier))
}

/// Another machine sent the refresh token, and did not save what came back.
fn spent_elsewhere(name: &ProfileName, earlier: &InFlightRefresh) -> Failure {
    let summary = format!(
        "the refresh token of `{name}` was spent by {} at {}, outcome unknown",
        earlier.by,
        earlier.at.strftime("%Y-%m-%d %H:%M:%S UTC"),
    );
    let hint =
        format!("wait until that machine has saved the new tokens, or sign in again: `tokenwright sign-in {name}`");
    let recovery = Recovery::SignIn;
    Failure { recovery, ..Failure::new(FailureKind::NeedsSignIn, Diagnosis::new(summary).hint(hint)) }
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
