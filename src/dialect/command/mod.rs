//! Command lines of HTTP clients: how a shell splits them, and those of `HTTPie` and `wget`, which stand in documentation.
//! `curl` has a format of its own.

mod httpie;
mod wget;
mod words;

use crate::dialect::standard::PlainRequest;

pub(in crate::dialect) use crate::dialect::command::words::words;

/// A command line client.
struct Command {
    /// Whether a line begins with it.
    begins: fn(&str) -> bool,
    /// The request that its words send.
    request_of: fn(&[String]) -> Option<PlainRequest>,
}

const COMMANDS: [Command; 2] = [
    Command { begins: httpie::begins, request_of: httpie::request_of },
    Command { begins: wget::begins, request_of: wget::request_of },
];

/// Whether a line of another text begins with such a command.
pub(in crate::dialect) fn begins(line: &str) -> bool {
    let (text, _) = command(unmarked(line));
    COMMANDS.iter().any(|command| (command.begins)(text))
}

/// The request of the command that a text begins with.
pub(in crate::dialect) fn request_of(text: &str) -> Option<PlainRequest> {
    let (text, is_inner) = command(unmarked(text));
    let line = text.lines().next().unwrap_or_default();
    let command = COMMANDS.iter().find(|command| (command.begins)(line))?;
    (command.request_of)(&words("command", text, is_inner).ok()?)
}

/// A text without the marks of Markdown before it.
pub(in crate::dialect) fn unmarked(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '>', '`', '*', '-', '#'])
}

/// The text of a command without a prompt before it, and whether it stands in `NAME=$(…)`.
pub(in crate::dialect) fn command(text: &str) -> (&str, bool) {
    let text = text.trim_start().trim_start_matches("$ ");
    let text = text.strip_prefix("export ").unwrap_or(text);
    let inner = text.split_once("$(").filter(|(before, _)| {
        let name = before.strip_suffix('"').unwrap_or(before).strip_suffix('=');
        name.is_some_and(crate::call::is_name)
    });
    inner.map_or((text, false), |(_, inner)| (inner.trim_start(), true))
}
