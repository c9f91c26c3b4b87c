//! The call that spends a refresh token, with a note around it: what is on the disk before the call goes out tells a later
//! run, should this one be killed, that the token may have been spent by a call whose answer was never kept.

use crate::app::handle::App;
use crate::app::progress::Report;
use crate::app::tokens::retry;
use crate::app::{CallContext, Exchange, Failure, FailureKind};
use crate::diagnosis::Diagnosis;
use crate::oauth::Stage;
use crate::service::ProfileName;
use crate::vault::{Entry, InFlightRefresh, Record};

/// Sends the call of a stage on behalf of a saved profile, whose lease the caller holds.
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
    let earlier = begin(app, (name, entry), record).await?;
    let exchanged = retry::call(app, report, context, stage).await;
    // What the service granted is not put yet: until then the note says so.
    let unanswered = exchanged.as_ref().is_ok_and(|exchange| exchange.unanswered || exchange.outcome.is_ok());
    if earlier.is_none() && !unanswered {
        // A note that stays says too much, and is overtaken by the next generation.
        let _ = app.with_entry(entry, Entry::end_refresh).await;
    }
    let mut exchange = exchanged?;
    if let (Err(failure), Some(earlier)) = (&mut exchange.outcome, earlier) {
        explain(failure, name, &earlier);
    }
    Ok(exchange)
}

/// Notes that the call is about to be made. Where that cannot be written, or what comes could not be kept, no refresh token
/// is spent.
///
/// Returned is the note of an earlier call that was never answered, which stays.
async fn begin(
    app: &App,
    (name, entry): (&ProfileName, &Entry),
    record: &Record,
) -> Result<Option<InFlightRefresh>, Failure> {
    let (number, history) = (record.number, record.history.clone());
    let noted = app.with_entry(entry, move |entry| {
        let earlier = entry.in_flight()?.filter(|refresh| history.is_unanswered(refresh));
        // A note that was never answered stays as it is; what the new tokens need is made sure of either way.
        entry.begin_refresh(earlier.as_ref().unwrap_or(&InFlightRefresh::now(number)))?;
        Ok(earlier)
    });
    noted.await.map_err(|mut failure| {
        failure.diagnosis.summary = format!(
            "`{name}` was not refreshed, since its new tokens could not be saved: {}",
            failure.diagnosis.summary
        );
        failure
    })
}

/// A refresh token that is refused after a call whose answer was never kept was most likely spent by that call.
fn explain(failure: &mut Failure, name: &ProfileName, earlier: &InFlightRefresh) {
    if failure.kind != FailureKind::NeedsSignIn {
        return;
    }
    let summary = format!(
        "the refresh token of `{name}` was spent by a call whose answer never arrived: {} began it at {} and ended \
         before the new tokens were kept; now the service says: {}",
        earlier.by,
        earlier.at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        failure.diagnosis.summary,
    );
    let hint = format!("sign in again: `tokenwright sign-in {name}`, or open the profile in the window");
    failure.diagnosis = Diagnosis { hint: Some(hint), ..Diagnosis::new(summary) };
}

/// The service's own word for it (RFC 6749 section 5.2), else the status.
pub(crate) fn code(exchange: &Exchange) -> String {
    let Some(reply) = &exchange.reply else { return "no reply".to_owned() };
    let code = exchange.outcome.as_ref().err().and_then(|failure| failure.said.clone());
    let is_code = |code: &String| code.len() <= 40 && code.bytes().all(|byte| byte.is_ascii_graphic());
    code.filter(is_code).unwrap_or_else(|| format!("HTTP {}", reply.status))
}
