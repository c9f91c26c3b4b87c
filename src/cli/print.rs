//! The only module that prints: results to standard output, everything else to standard error.
//!
//! Invariant: no text from outside reaches a terminal unescaped. Only [`data`] is exact, and only into a pipe or file.

use std::io::{IsTerminal as _, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value as Json, json};
use zeroize::Zeroizing;

use crate::app::{Exchange, Failure, FailureCode};
use crate::call::{Reveal, WrittenIn};
use crate::cli::exit::Exit;
use crate::diagnosis::{Diagnosis, printable, printable_json, printable_lines};
use crate::oauth::{IdTokenCheck, Verdict};

/// Prints a line of the result for a person, with control characters escaped.
pub(crate) fn result(line: &str) {
    write(&mut std::io::stdout().lock(), &printable(line));
}

/// Prints a line of the result after this indent, on a terminal in as many lines as fit its width.
pub(crate) fn wrapped(indent: &str, text: &str) {
    let width = if is_seen() { terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)) } else { None };
    for line in wrap(indent, &printable(text), width.unwrap_or(usize::MAX)) {
        result(&line);
    }
}

/// A text in lines of at most this width, broken between words; a longer word has a line of its own. Further lines are
/// indented by two more.
fn wrap(indent: &str, text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = indent.to_owned();
    let mut is_bare = true;
    for word in text.split(' ') {
        let length = line.chars().count() + usize::from(!is_bare) + word.chars().count();
        if length > width && !is_bare {
            lines.push(std::mem::replace(&mut line, format!("{indent}  ")));
            is_bare = true;
        }
        if !is_bare {
            line.push(' ');
        }
        line.push_str(word);
        is_bare = false;
    }
    lines.push(line);
    lines
}

/// Prints several lines of the result for a person.
pub(crate) fn result_lines(text: &str) {
    write(&mut std::io::stdout().lock(), &printable_lines(text));
}

/// Prints a result for a program, byte for byte; on a terminal it is escaped like any other text.
pub(crate) fn data(text: &str) {
    if is_seen() { result_lines(text) } else { write(&mut std::io::stdout().lock(), text) }
}

/// Prints a result as JSON, with control characters escaped.
pub(crate) fn json(value: &Json) {
    write(&mut std::io::stdout().lock(), &printable_json(&value.to_string()));
}

pub(crate) fn is_seen() -> bool {
    std::io::stdout().is_terminal()
}

/// Prints a line to standard error, with control characters escaped.
pub fn note(line: &str) {
    end_status();
    write(&mut std::io::stderr().lock(), &printable(line));
}

/// Whether the last line on standard error is a status, which the next line replaces.
static SHOWS_STATUS: AtomicBool = AtomicBool::new(false);

/// Shows a status in the last line of the terminal, in place of the one before. Without a terminal nothing is printed.
pub(crate) fn status(line: &str) {
    let mut out = std::io::stderr().lock();
    if out.is_terminal() {
        SHOWS_STATUS.store(true, Ordering::Relaxed);
        let _ = write!(out, "\r\u{1b}[K{}", printable(line)).and_then(|()| out.flush());
    }
}

/// Removes the status.
pub(crate) fn end_status() {
    if SHOWS_STATUS.swap(false, Ordering::Relaxed) {
        let mut out = std::io::stderr().lock();
        let _ = write!(out, "\r\u{1b}[K").and_then(|()| out.flush());
    }
}

/// Prints a picture of our own to standard error. Nothing in it is from outside.
pub(crate) fn picture(lines: &[String]) {
    end_status();
    write(&mut std::io::stderr().lock(), &lines.join("\n"));
}

/// Whether standard error is a terminal with colours.
pub(crate) fn is_told_in_colour() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// Prints several lines to standard error; the line breaks are our own.
pub fn note_lines(text: &str) {
    end_status();
    write(&mut std::io::stderr().lock(), &printable_lines(text));
}

/// Prints why the command line was rejected. The message quotes what was typed.
pub(crate) fn usage(error: &clap::Error) -> Exit {
    let is_clean = std::env::args_os().all(|argument| {
        let argument = argument.to_string_lossy();
        printable_lines(&argument) == argument
    });
    if is_clean || !error.use_stderr() {
        error.exit();
    }
    note_lines(error.to_string().trim_end());
    Exit::Usage
}

/// The reader may have stopped (`… 2>&1 | head -1`), which is no error of ours. The print macros would panic.
fn write(out: &mut impl Write, line: &str) {
    // In one piece, which is one call where nothing is buffered.
    // In one piece, since standard error has no buffer; wiped, since it may be a token.
    let line = Zeroizing::new([line, "\n"].concat());
    let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
}

/// Prints a problem that did not stop the program.
pub(crate) fn warning(diagnosis: &Diagnosis) {
    print_diagnosis("warning", "33", diagnosis);
}

/// Prints why the program ends without a result.
pub fn print_failure(failure: &Failure) -> Exit {
    let diagnosis = failure.diagnosis.clone();
    let diagnosis = match (in_the_terminal(failure.code), &failure.diagnosis.hint) {
        (Some(Words::Added(words)), Some(hint)) => diagnosis.hint(format!("{hint}, {words}")),
        (Some(Words::Instead(words)), _) => diagnosis.hint(words),
        (Some(Words::Added(_)), None) | (None, _) => diagnosis,
    };
    print_diagnosis("error", "31", &diagnosis);
    failure.kind.into()
}

/// The command line's additions to a failure: options to name where the window has a button or a field.
enum Words {
    /// Appended to the hint.
    Added(&'static str),
    /// Replaces the hint.
    Instead(&'static str),
}

fn in_the_terminal(code: FailureCode) -> Option<Words> {
    Some(match code {
        FailureCode::FileForeign | FailureCode::FileChanged => Words::Added("or add `--overwrite`"),
        FailureCode::InWorkTree => Words::Added("or add `--allow-unignored` if you never commit it"),
        FailureCode::AddressNeeded => Words::Added("with `--url`"),
        FailureCode::AmbiguousDocument => Words::Added("with `--format`"),
        FailureCode::StrangeHost => Words::Added("with `--allow-host`"),
        FailureCode::InitialTokenNeeded => Words::Added("and pipe it to `--initial-access-token-stdin`"),
        FailureCode::LiveSink => Words::Instead("remove `--sink` or `--live`"),
        FailureCode::HandOverNeeded => Words::Instead(
            "whichever of the two refreshes first ends the other's token: use a format that asks each time (`--live`), or \
             hand the refresh token over for good (`--hand-over`), after which this program no longer refreshes it",
        ),
        FailureCode::Unregistered => {
            Words::Added("with `registered` in `tokenwright edit`; `--redirect-uri` uses another")
        }
        FailureCode::General
        | FailureCode::NoMetadata
        | FailureCode::PassphraseNeeded
        | FailureCode::PinNeeded
        | FailureCode::NoListener
        | FailureCode::ProfileExists
        | FailureCode::ProfileGone
        | FailureCode::Forgotten
        | FailureCode::OtherAccount
        | FailureCode::IdTokenRefused
        | FailureCode::PresetExists
        | FailureCode::Spent
        | FailureCode::ClientRefused
        | FailureCode::GrantEnded
        | FailureCode::BoundToken
        | FailureCode::OutcomeUnknown => return None,
    })
}

/// Prints why the window could not be opened, and the terminal equivalent.
pub fn no_window(reason: &Diagnosis) -> Exit {
    print_diagnosis("error", "31", reason);
    Exit::Machine
}

pub fn print_fault(diagnosis: &Diagnosis) {
    print_diagnosis("error", "31", diagnosis);
}

fn print_diagnosis(word: &str, colour: &str, diagnosis: &Diagnosis) {
    end_status();
    let coloured = is_told_in_colour();
    let paint = |word: &str, colour: &str, text: &str| {
        let text = printable(text);
        // The color codes are ours; the text is escaped.
        let line = if coloured { format!("\u{1b}[{colour}m{word}\u{1b}[0m {text}") } else { format!("{word} {text}") };
        write(&mut std::io::stderr().lock(), &line);
    };
    paint(&format!("{word}:"), colour, &diagnosis.summary);
    if let Some(hint) = &diagnosis.hint {
        paint("hint:", "36", hint);
    }
    if let Some(reference) = &diagnosis.reference {
        paint("see:", "36", reference);
    }
}

pub(crate) fn exchange(exchange: &Exchange) {
    match &exchange.call {
        Some(call) => call.preview(&Reveal::new()).lines().for_each(|line| note(&format!("> {line}"))),
        None => note("> nothing is sent: the access token is signed here"),
    }
    if let Some(reply) = &exchange.reply {
        note(&format!("< {} after {} ms", reply.status, reply.elapsed.as_millis()));
        for (name, value) in &reply.headers {
            note(&format!("< {name}: {value}"));
        }
        for line in reply.masked_body.lines() {
            note(&format!("< {line}"));
        }
        if let Some(other) = reply.read_as.filter(|written_in| *written_in != WrittenIn::Json) {
            note(&format!("The reply is read as {}.", other.words()));
        }
    }
    for check in &exchange.id_token {
        note(format!("ID token: {}", id_token_check(check).join(" ")).trim_end());
    }
}

/// Name, outcome, and why.
pub(crate) fn id_token_check(check: &IdTokenCheck) -> Vec<String> {
    let why = match &check.verdict {
        Verdict::Passed => String::new(),
        Verdict::Failed(why) | Verdict::Unmet(why) | Verdict::NotChecked(why) => why.clone(),
    };
    vec![check.checked.word().to_owned(), check.verdict.word().to_owned(), why]
}

pub(crate) fn id_token_check_json(check: &IdTokenCheck) -> Json {
    let [name, verdict, why] = &id_token_check(check)[..] else { return Json::Null };
    json!({ "of": name, "result": verdict, "summary": why })
}

/// Aligns rows in columns, the header first.
pub(crate) fn table<T: AsRef<str>>(rows: &[Vec<T>]) {
    let columns = rows.first().map_or(1, Vec::len);
    let width = |text: &str| if text.is_ascii() { text.len() } else { text.chars().count() };
    let cells = rows.iter().flatten().map(|cell| printable(cell.as_ref()));
    let cells: Vec<_> = cells.map(|cell| (width(&cell), cell)).collect();
    let mut widths = vec![0; columns];
    for row in cells.chunks(columns) {
        widths.iter_mut().zip(row).for_each(|(widest, (width, _))| *widest = (*widest).max(*width));
    }
    // In one piece: a call for each of 10,000 lines takes longer than reading them. No cell of a table is a secret.
    let mut text = String::with_capacity(rows.len() * widths.iter().map(|width| width + 2).sum::<usize>());
    let blanks = " ".repeat(widths.iter().max().map_or(0, |widest| widest + 2));
    for row in cells.chunks(columns) {
        for ((width, cell), widest) in row.iter().zip(&widths) {
            text.push_str(cell);
            text.push_str(&blanks[..widest - width + 2]);
        }
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
    }
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_broken_between_words_where_it_would_not_fit() {
        let lines = wrap("  ", "add the redirect URI https://a.example/long/path here", 18);
        assert_eq!(lines, ["  add the redirect", "    URI", "    https://a.example/long/path", "    here"]);
        assert_eq!(wrap("  ", "a b", usize::MAX), ["  a b"]);
        assert_eq!(wrap("", "", 10), [""]);
    }
}
