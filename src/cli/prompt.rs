//! Prompts. Without a terminal nothing is asked, and what is missing is an error that says how to supply it.

use std::io::{BufRead as _, IsTerminal as _};

use crate::app::{Failure, FailureKind};
use crate::cli::print::note;
use crate::diagnosis::Diagnosis;
use crate::secret::Secret;

pub(crate) fn is_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

pub(crate) fn line(question: &str) -> Result<String, Failure> {
    note(question);
    Ok(read_line()?.unwrap_or_default())
}

/// Asks for one of these lines by its number, until a valid one is typed.
pub(crate) fn one_of(question: &str, lines: &[String]) -> Result<usize, Failure> {
    loop {
        note(question);
        lines.iter().enumerate().for_each(|(at, line)| note(&format!("({}) {line}", at + 1)));
        let answer = read_line()?.ok_or_else(no_answer)?;
        let number = answer.trim().parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        match number.filter(|at| *at < lines.len()) {
            Some(at) => return Ok(at),
            None => note("Enter a number from the list."),
        }
    }
}

fn no_answer() -> Failure {
    Failure::new(FailureKind::Usage, Diagnosis::new("standard input ended before an answer came"))
}

/// Asks for a secret, which is not echoed.
pub(crate) fn secret(question: &str) -> Result<Secret, Failure> {
    note(question);
    rpassword::read_password().map(Secret::new).map_err(|error| unreadable(&error))
}

/// A secret from standard input: all of it, without the last line break.
pub(crate) fn secret_from_input() -> Result<Secret, Failure> {
    Ok(Secret::new(read_line()?.unwrap_or_default()))
}

/// A line of standard input; `None` at its end.
pub(crate) fn read_line() -> Result<Option<String>, Failure> {
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line).map_err(|error| unreadable(&error))?;
    Ok((read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
}

fn unreadable(error: &std::io::Error) -> Failure {
    Failure::new(FailureKind::Machine, Diagnosis::new(format!("cannot read standard input: {error}")))
}

pub(crate) fn read_all() -> Result<String, Failure> {
    std::io::read_to_string(std::io::stdin().lock()).map_err(|error| unreadable(&error))
}

pub(crate) fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}
