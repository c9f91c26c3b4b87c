//! Retries a refresh after transient failures: network errors, server errors, a rate limit that ends within seconds. A rate
//! limit without a time ends the retries, since each one counts against it. A person waits, so there are few retries, and
//! nothing is given up after the last.
//!
//! A call that was not answered may have spent the refresh token, which is sent again only where [`Replay`] says so. A gateway's
//! 502 or 504 is an answer: it is tried again, and if the token turns out to be spent, that is said.

use std::time::Duration;

use tokio::time::Instant;

use crate::app::handle::App;
use crate::app::progress::{Progress, Report};
use crate::app::sign_in::token_request;
use crate::app::tokens::replay::{Replay, Verdict};
use crate::app::{CallContext, Exchange, Failure, Recovery};
use crate::diagnosis::Diagnosis;
use crate::oauth::{Stage, span};

/// How often in all.
const TRIES: u32 = 3;
/// The first pause; each later one is three times as long.
const PAUSE: Duration = Duration::from_millis(400);
/// No try begins later than this after the first, so that with a last try that takes as long as a call may, those who
/// wait for the lease still get it.
const PATIENCE: Duration = Duration::from_secs(20);

/// Calls, and calls again where that may help.
pub(crate) async fn call(
    app: &App,
    report: &Report,
    context: &CallContext,
    stage: Stage,
    replay: Option<&Replay>,
) -> Result<Exchange, Failure> {
    let began = Instant::now();
    let (mut reply_lost, mut unanswered) = (false, false);
    let mut tries = 1;
    loop {
        let mut exchange = token_request::exchange(app, report, context, stage).await?;
        token_request::live_by_policy(&mut exchange, &context.profile.service.policy);
        let Err(failure) = &exchange.outcome else { return Ok(exchange) };
        // One try that was not answered may have spent the refresh token, whatever the later ones say.
        unanswered |= exchange.unanswered;
        exchange.unanswered = unanswered;
        let Recovery::Later { after } = failure.recovery else { return Ok(told(exchange, context, reply_lost)) };
        let pause = pause(tries, after, (app.ports.entropy)());
        let verdict = replay.filter(|_| unanswered).map(|replay| replay.verdict(began.elapsed(), (app.ports.now)()));
        let may_be_sent = verdict.is_none_or(|verdict| verdict == Verdict::Send);
        if tries == TRIES || !may_be_sent || began.elapsed().saturating_add(pause) > PATIENCE {
            return Ok(told(exchange, context, reply_lost));
        }
        reply_lost |= failure.reply_lost;
        let summary = format!("{}; trying again in {:.1} s", failure.diagnosis.summary, pause.as_secs_f32());
        report.tell(Progress::Retrying(Diagnosis::new(summary)));
        report.tell(Progress::Traced(Box::new(Exchange { notes: Vec::new(), ..exchange })));
        // waits: nothing tells when a service is well again.
        tokio::time::sleep(pause).await;
        tries += 1;
    }
}

/// As long as the service asks, or three times the pause before; and up to as much again by chance, so that many who
/// were turned away together do not come back together.
fn pause(tries: u32, after: Option<Duration>, entropy: [u8; 32]) -> Duration {
    let usual = PAUSE * 3_u32.pow(tries - 1) / 2;
    let chance = usual * u32::from(entropy[0]) / u32::from(u8::MAX);
    after.unwrap_or(usual).saturating_add(chance)
}

/// The words of the last try, with what the tries before it have to do with it.
fn told(mut exchange: Exchange, context: &CallContext, reply_lost: bool) -> Exchange {
    let Err(failure) = &mut exchange.outcome else { return exchange };
    let diagnosis = &mut failure.diagnosis;
    match failure.recovery {
        Recovery::SignIn if reply_lost => {
            let grace = context.profile.service.policy.grace;
            let within = grace.map(|grace| format!(", {} ago at most", span(Duration::from_secs(grace))));
            diagnosis.summary.push_str("; the reply to the try before was lost, and with it the new refresh token");
            diagnosis.hint = Some(match within {
                Some(within) => format!("sign in again: the service repeats a lost answer only for a while{within}"),
                None => "sign in again: the service has spent the old refresh token and does not repeat its answer"
                    .to_owned(),
            });
        }
        _ => {}
    }
    exchange
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_vary_and_are_as_long_as_the_service_asks() {
        let millis = |tries, after, chance| pause(tries, after, [chance; 32]).as_millis();
        assert_eq!((millis(1, None, 0), millis(1, None, 255)), (200, 400));
        assert_eq!((millis(2, None, 0), millis(2, None, 255)), (600, 1200));
        assert_eq!(millis(1, Some(Duration::from_secs(2)), 0), 2000);
        assert_eq!(pause(1, Some(Duration::MAX), [255; 32]), Duration::MAX);
    }
}
