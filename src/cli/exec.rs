//! `tokenwright exec`: runs a command with the token in its environment. `tokenwright git-credential`.

use std::io::Read as _;

use crate::app::{ExportOrder, ExportTo, Failure, FailureKind};
use crate::child;
use crate::cli::args::ExecOptions;
use crate::cli::exit::Exit;
use crate::cli::print;
use crate::cli::runner::Runner;
use crate::diagnosis::Diagnosis;
use crate::export::variable;
use crate::service::ProfileName;

/// Exit codes that shells use for a command that was not found or cannot be run.
const NOT_FOUND: u8 = 127;
const NOT_RUN: u8 = 126;

/// Runs a command with the profile's named values in its environment and returns its exit code. The values reach this
/// child only, and the variables that open our vault do not reach it.
pub(crate) fn run(runner: Runner, options: ExecOptions) -> Result<Exit, Failure> {
    let ExecOptions { name, resource, command } = options;
    let (fields, notes) = runner.run(runner.app.fields(&ProfileName::parse(&name)?, resource, &runner.report()))?;
    notes.iter().for_each(print::warning);
    // The open vault and its key are dropped before the command runs.
    drop(runner);
    let Some((program, arguments)) = command.split_first() else { return Ok(Exit::Usage) };
    let mut process = child::command(program);
    process.args(arguments).envs(fields.iter().map(|field| (variable(&field.name), field.value.expose())));
    match process.status() {
        Ok(status) => Ok(Exit::Other(code(status))),
        Err(error) => {
            print::warning(&Diagnosis::new(format!("cannot run `{program}`: {error}")));
            let missing = error.kind() == std::io::ErrorKind::NotFound;
            Ok(Exit::Other(if missing { NOT_FOUND } else { NOT_RUN }))
        }
    }
}

/// The command's exit code; 128 plus the signal's number if it was killed, as in shells.
fn code(status: std::process::ExitStatus) -> u8 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return u8::try_from(128 + signal).unwrap_or(u8::MAX);
    }
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
}

/// Answers Git's request (gitcredentials(7)): only `get` has an answer; the vault is not changed by `store` or `erase`.
pub(crate) fn git_credential(runner: &Runner, name: &str, operation: &str) -> Result<(), Failure> {
    // Git closes its end after the request.
    let mut question = String::new();
    std::io::stdin().take(64 * 1024).read_to_string(&mut question).map_err(|error| {
        Failure::new(FailureKind::Machine, Diagnosis::new(format!("cannot read Git's request: {error}")))
    })?;
    if operation != "get" {
        return Ok(());
    }
    let order = ExportOrder::new(ProfileName::parse(name)?, "git");
    let done = runner.run(runner.app.export(order, ExportTo::Text, &runner.report()))?;
    done.notes.iter().for_each(print::warning);
    if let Some(answer) = &done.text {
        print::data(answer.expose().trim_end_matches('\n'));
    }
    Ok(())
}
