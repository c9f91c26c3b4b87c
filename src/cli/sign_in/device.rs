//! `tokenwright sign-in --device`: the wait for a person who decides on another device.

use std::sync::Arc;

use jiff::Timestamp;

use crate::app::{CallContext, DeviceSignIn, Exchange, Failure, FailureKind, SaveTo};
use crate::cli::print;
use crate::cli::profiles::local;
use crate::cli::runner::Runner;
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

fn stopped(until: Option<Timestamp>) -> Failure {
    let diagnosis = Diagnosis::new("stopped before the sign-in was allowed");
    let hint =
        until.map(|until| format!("the code is valid until {}: the same command waits for it again", local(until)));
    Failure::new(FailureKind::NeedsSignIn, Diagnosis { hint, ..diagnosis })
}
