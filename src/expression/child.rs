//! The child process that evaluates. It limits itself before it reads; after that it can compute and answer, nothing else.

use std::io::{Read as _, Write as _};
use std::process::ExitCode;

use crate::expression::evaluation::answer;
use crate::expression::message::{Question, READY};

/// The argument that starts the program as this child. It is no command: no person has a use for it.
pub const CHILD_ARGUMENT: &str = "__expression";

/// Address space: enough for the largest reply and any honest expression, little for a person's machine.
pub(crate) const MEBIBYTES: u64 = 512;
/// Time of the processor, for when nobody is there any more to stop it.
#[cfg(unix)]
const CPU_SECONDS: u64 = 3;

/// Reads a question from standard input, and writes a line for each answer as soon as it is there.
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
        // Not every system knows each of them; what is left is stopped by the clock.
        let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    }
}

/// Elsewhere the clock alone stops it.
#[cfg(not(unix))]
fn limit() {}
