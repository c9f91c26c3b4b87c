//! `tokenwright-token PROFILE …` prints what `tokenwright token PROFILE …` prints, in less time where an agent runs: it holds no
//! more of the program than asking takes. Where there is no agent it becomes `tokenwright token PROFILE …`.

use std::ffi::OsString;
use std::iter::once;
use std::process::{ExitCode, Termination as _};

use tokenwright::app::{Failure, FailureKind};
use tokenwright::child;
use tokenwright::cli::{Exit, print_failure};
use tokenwright::diagnosis::Diagnosis;
use tokenwright::entry::{self, Asked};

fn main() -> ExitCode {
    let arguments: Vec<OsString> = once("token".into()).chain(std::env::args_os().skip(1)).collect();
    match entry::token_of_agent(once(OsString::new()).chain(arguments.clone())) {
        Asked::Answered(exit) => exit.report(),
        Asked::Unanswered(_) | Asked::Nothing => program(&arguments).report(),
    }
}

fn program(arguments: &[OsString]) -> Exit {
    let error = child::become_program("tokenwright", arguments);
    let diagnosis = Diagnosis::new(format!("cannot start `tokenwright`: {error}"));
    print_failure(&Failure::new(FailureKind::Machine, diagnosis.hint("both programs belong in the same folder")))
}
