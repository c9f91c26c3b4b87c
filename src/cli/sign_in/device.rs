//! `tokenwright sign-in --device`: the code, where to type it, and the wait.

use std::sync::Arc;

use jiff::Timestamp;

use crate::app::{CallContext, DeviceSignIn, DeviceWaiting, Exchange, Failure, FailureKind, SaveTo};
use crate::cli::print;
use crate::cli::profiles::local;
use crate::cli::runner::Runner;
use crate::cli::sign_in::qr;
use crate::cli::sign_in::terminal::Terminal;
use crate::diagnosis::Diagnosis;

/// Signs in on another device. Ctrl-C stops the wait; the code stays, and the same command takes it up again.
pub(crate) fn run(
    runner: &Runner,
    context: CallContext,
    save_to: SaveTo,
    terminal: &Arc<Terminal>,
) -> Result<(CallContext, Exchange), Failure> {
    let request = DeviceSignIn { context, save_to };
    let outcome = runner.run(runner.app.sign_in_on_device_or_stop(request, terminal));
    print::end_status();
    outcome?.ok_or_else(|| stopped(terminal.code_until()))
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

fn stopped(until: Option<Timestamp>) -> Failure {
    let diagnosis = Diagnosis::new("stopped before the sign-in was allowed");
    let hint =
        until.map(|until| format!("the code is valid until {}: the same command waits for it again", local(until)));
    Failure::new(FailureKind::NeedsSignIn, Diagnosis { hint, ..diagnosis })
}
