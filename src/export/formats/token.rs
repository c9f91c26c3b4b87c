//! The access token and nothing else.

use crate::export::{ExportError, ExportFormat, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "token",
    name: "Access token",
    reader: "anything that takes a token",
    file_name: "{profile}.token",
    snapshot: Some(snapshot),
    live: Some(live),
    next: "curl --header \"Authorization: Bearer $(cat {file})\" {url}",
    live_next: Some("sh {file}"),
    ..ExportFormat::BLANK
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(subject.tokens.access_token.expose())
}

fn live(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(format!("tokenwright token {}\n", subject.profile))
}
