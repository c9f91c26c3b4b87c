//! A curl command line. Live, the token is asked for each time and never is an argument.

use crate::export::formats::header;
use crate::export::shell_word;
use crate::export::{ExportError, ExportFormat, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "curl",
    name: "curl command",
    reader: "a POSIX shell with curl",
    file_name: "{profile}.sh",
    snapshot: Some(snapshot),
    live: Some(live),
    next: "sh {file}",
    holds_url: true,
    ..ExportFormat::BLANK
};

/// The header comes by standard input, since arguments are seen by everybody on the machine.
fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    let header = shell_word(&header::line(subject)?);
    Text::whole(format!("printf '%s\\n' {header} | curl --header @- {}\n", url(subject)))
}

/// The header first, and the request only with it: a pipe would send the request without a token, and succeed.
fn live(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(format!(
        "header=\"$(tokenwright token {} --header)\" &&\n  printf '%s\\n' \"$header\" | curl --header @- {}\n",
        subject.profile,
        url(subject)
    ))
}

fn url(subject: &Subject) -> String {
    subject.url.as_deref().map_or_else(|| "\"$@\"".to_owned(), shell_word)
}
