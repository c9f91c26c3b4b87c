//! The only place that prints: results to standard output, all else to standard error.

use std::io::{IsTerminal as _, Write};

use crate::call::Reveal;
use crate::cli::Exit;
use crate::diagnosis::Diagnosis;
use crate::wizard::{Exchange, Failure};

/// A line of the result.
pub(crate) fn result(line: &str) {
    write(&mut std::io::stdout().lock(), line);
}

/// Whether results are shown on a screen as they are.
pub(crate) fn is_seen() -> bool {
    std::io::stdout().is_terminal()
}

/// A line beside the result.
pub(crate) fn note(line: &str) {
    write(&mut std::io::stderr().lock(), line);
}

/// Whoever reads may have had enough (`… 2>&1 | head -1`); that is no error of ours. The print macros would panic.
fn write(out: &mut impl Write, line: &str) {
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Something that did not stop the program.
pub(crate) fn warning(diagnosis: &Diagnosis) {
    print_diagnosis("warning", "33", diagnosis);
}

/// Why the program ends without what was asked for.
pub fn print_failure(failure: &Failure) -> Exit {
    print_diagnosis("error", "31", &failure.diagnosis);
    failure.kind.into()
}

pub(crate) fn failure(failure: &Failure) -> Exit {
    print_failure(failure)
}

/// The window could not be opened: why, and the same without one.
pub fn no_window(reason: &Diagnosis) -> Exit {
    print_diagnosis("error", "31", reason);
    Exit::Machine
}

/// A panic: where it was, and where to report it.
pub fn print_fault(diagnosis: &Diagnosis) {
    print_diagnosis("error", "31", diagnosis);
}

fn print_diagnosis(word: &str, colour: &str, diagnosis: &Diagnosis) {
    let coloured = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let paint =
        |text: &str, colour: &str| if coloured { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text.to_owned() };
    note(&format!("{} {}", paint(&format!("{word}:"), colour), diagnosis.summary));
    if let Some(hint) = &diagnosis.hint {
        note(&format!("{} {hint}", paint("hint:", "36")));
    }
    if let Some(reference) = &diagnosis.reference {
        note(&format!("{} {reference}", paint("see:", "36")));
    }
}

/// A call and its reply, secrets masked.
pub(crate) fn exchange(exchange: &Exchange) {
    for line in exchange.call.preview(&Reveal::new()).lines() {
        note(&format!("> {line}"));
    }
    if let Some(reply) = &exchange.reply {
        note(&format!("< {} after {} ms", reply.status, reply.elapsed.as_millis()));
        for (name, value) in &reply.headers {
            note(&format!("< {name}: {value}"));
        }
        for line in reply.masked_body.lines() {
            note(&format!("< {line}"));
        }
    }
}

/// Rows in columns, the header first.
pub(crate) fn table(rows: &[Vec<String>]) {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        result(cells.join("  ").trim_end());
    }
}
