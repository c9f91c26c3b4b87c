//! `tokenwright sign-in --device`: the code, where to type it, and the wait.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::app::{CallContext, DeviceSignIn, DeviceWaiting, Exchange, Failure, FailureKind, SaveTo};
use crate::cli::print;
use crate::cli::profiles::local;
use crate::cli::runner::Runner;
use crate::cli::sign_in::qr;
use crate::cli::sign_in::terminal::Terminal;
use crate::diagnosis::Diagnosis;
use crate::oauth::span_left;

/// Signs in on another device. Ctrl-C stops the wait; the code stays, and the same command takes it up again.
pub(crate) fn run(
    runner: &Runner,
    context: CallContext,
    save_to: SaveTo,
    terminal: &Arc<Terminal>,
) -> Result<(CallContext, Exchange), Failure> {
    let request = DeviceSignIn { context, save_to };
    let outcome = runner.run(async {
        tokio::select! {
            biased;
            outcome = runner.app.sign_in_on_device(request, terminal) => outcome,
            Ok(()) = tokio::signal::ctrl_c() => Err(stopped(terminal.code_until())),
            () = count_down(terminal) => unreachable!("it counts for ever"),
        }
    });
    print::end_status();
    outcome
}

/// Prints the code and where to type it.
pub(crate) fn tell(waiting: &DeviceWaiting, shows_qr: bool) {
    if waiting.is_taken_up {
        print::note("This code is still waited for:");
    }
    let frame = "─".repeat(waiting.user_code.chars().count() + 6);
    print::note(&format!("On another device, open {}", waiting.verification_uri));
    print::note("and enter the code:");
    print::note(&format!("  ┌{frame}┐"));
    print::note(&format!("  │   {}   │", waiting.user_code));
    print::note(&format!("  └{frame}┘"));
    if shows_qr {
        match qr::lines(waiting.address(), print::is_told_in_colour()) {
            Some(lines) => {
                print::note("Or scan this with it:");
                print::picture(&lines);
            }
            None => print::note("The address is too long for a QR code."),
        }
    }
    if !waiting.message.is_empty() {
        print::note(&format!("The service says: {}", waiting.message));
    }
    print::note("Never enter a code that somebody sent you, and send this one to nobody.");
    print::note(&format!("Waiting until {} for the sign-in to be allowed; Ctrl-C to stop.", local(waiting.until)));
}

/// Shows the time that is left, in one line that changes. Without a terminal nothing is printed.
async fn count_down(terminal: &Terminal) {
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    loop {
        ticks.tick().await;
        if let Some(until) = terminal.code_until() {
            let left = Duration::try_from(until.duration_since(Timestamp::now())).unwrap_or_default();
            print::status(&format!("{} left", span_left(left)));
        }
    }
}

fn stopped(until: Option<Timestamp>) -> Failure {
    let diagnosis = Diagnosis::new("stopped before the sign-in was allowed");
    let hint =
        until.map(|until| format!("the code is valid until {}: the same command waits for it again", local(until)));
    Failure::new(FailureKind::NeedsSignIn, Diagnosis { hint, ..diagnosis })
}
