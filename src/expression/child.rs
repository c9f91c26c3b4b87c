//! The evaluating child process. It limits itself before it reads; after that it can only compute and answer.

use std::io::{Read as _, Write as _};
use std::process::ExitCode;

use crate::expression::evaluation::answer;
use crate::expression::message::{Question, READY};

/// The argument that starts the program as this child. Not a command for people.
pub const CHILD_ARGUMENT: &str = "__expression";

/// Address space in bytes: enough for the largest reply and any reasonable expression.
pub(crate) const MEBIBYTES: u64 = 512;
/// Processor time in seconds, in case the parent is gone and cannot stop it.
#[cfg(unix)]
const CPU_SECONDS: u64 = 3;

/// Reads a request from standard input and writes a line for each result as soon as it is there.
pub fn serve() -> ExitCode {
    limit();
    let mut output = std::io::stdout().lock();
    let mut tell = |line: &str| writeln!(output, "{line}").and_then(|()| output.flush());
    let mut input = Vec::new();
    if std::io::stdin().lock().read_to_end(&mut input).is_err() {
        return ExitCode::FAILURE;
    }
    let Ok(Question { document, expressions }) = serde_json::from_slice(&input) else { return ExitCode::FAILURE };
    drop(input);
    if tell(READY).is_err() {
        return ExitCode::FAILURE;
    }
    for expression in expressions {
        let answer = serde_json::to_string(&answer(&expression, &document));
        if answer.is_err() || answer.is_ok_and(|line| tell(&line).is_err()) {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Limits memory and processor time; no files, no core dump.
#[cfg(unix)]
fn limit() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let limits = [
        (Resource::As, MEBIBYTES * 1024 * 1024),
        (Resource::Cpu, CPU_SECONDS),
        (Resource::Core, 0),
        (Resource::Nofile, 0),
        (Resource::Fsize, 0),
    ];
    for (resource, most) in limits {
        // Not every system has each of these limits; the time limit of the parent covers the rest.
        let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    }
}

/// On other systems only the time limit of the parent applies.
#[cfg(not(unix))]
fn limit() {}
