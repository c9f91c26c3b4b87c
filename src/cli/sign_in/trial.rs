//! `tokenwright sign-in --try`: sends what can be sent without a person, and saves nothing.

use crate::app::{CallContext, Failure, Report, Trial};
use crate::cli::print;
use crate::cli::runner::Runner;

/// Prints what came of each request; the first that failed ends the program.
pub(super) fn run(runner: &Runner, context: CallContext) -> Result<(), Failure> {
    let tried = runner.run(runner.app.try_service(context, &Report::none()))?;
    let mut failed = None;
    for tried in tried {
        let call = tried.call.words();
        match tried.trial {
            Trial::Works(words) => print::note(&format!("{call}: {words}")),
            Trial::Unclear(words) => print::note(&format!("{call}: not known. {words}")),
            Trial::Failed(failure) if failed.is_none() => failed = Some(*failure),
            Trial::Failed(failure) => print::warning(&failure.diagnosis),
        }
    }
    failed.map_or(Ok(()), Err)
}
