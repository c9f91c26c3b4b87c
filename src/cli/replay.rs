//! `tokenwright replay`: a failed sign-in or refresh that somebody wrote down, once more on this machine.

use std::path::PathBuf;

use crate::app::{Case, Failure, FailureKind};
use crate::call::{TracedCall, TracedOutcome};
use crate::cli::print;
use crate::cli::runner::Runner;
use crate::diagnosis::Diagnosis;

pub(crate) fn run(runner: &Runner, file: PathBuf, calls: bool) -> Result<(), Failure> {
    let case = runner.run(runner.app.read_case(file))?;
    print::note(&format!("Written on {} by {} on {}", case.made, case.program, case.system));
    if let Some(told) = &case.told {
        print::note(&format!("Told then: {}", shown(told)));
    }
    let replayed = runner.run(runner.app.replay(&case))?;
    if !replayed.is_same {
        return Err(differs(&case, replayed.diagnosis.as_ref()));
    }
    if calls {
        case.calls().iter().for_each(print_call);
    }
    print::result(&format!("The same: {}", shown(&case.diagnosis)));
    Ok(())
}

fn differs(case: &Case, now: Option<&Diagnosis>) -> Failure {
    let now = now.map_or_else(|| "tokens were read from the response".to_owned(), shown);
    let diagnosis = Diagnosis::new(format!("this program makes something else of the case: {now}"));
    let then = shown(&case.diagnosis);
    Failure::new(FailureKind::Refused, diagnosis.hint(format!("the case says: {then}; compare the two versions")))
}

fn shown(diagnosis: &Diagnosis) -> String {
    let hint = diagnosis.hint.as_ref().map(|hint| format!(" (hint: {hint})")).unwrap_or_default();
    format!("{}{hint}", diagnosis.summary)
}

fn print_call(call: &TracedCall) {
    let mut lines = vec![format!("{} {} {}", call.at, call.method, call.url)];
    lines.extend(call.headers.iter().map(|(name, value)| format!("> {name}: {value}")));
    lines.extend(call.body.iter().flat_map(|(_, text)| text.lines().map(|line| format!("> {line}"))));
    match &call.outcome {
        TracedOutcome::Reply(reply) => {
            lines.push(format!("< {} after {} ms", reply.status, reply.elapsed.as_millis()));
            lines.extend(reply.headers.iter().map(|(name, value)| format!("< {name}: {value}")));
            lines.extend(reply.body.lines().map(|line| format!("< {line}")));
        }
        TracedOutcome::Failed(no_reply) => lines.push(format!("< {}", no_reply.why)),
        TracedOutcome::Unseen => {}
    }
    print::result_lines(&lines.join("\n"));
}
