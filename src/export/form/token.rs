//! The access token and nothing else.

use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "token",
    name: "Access token",
    reader: "anything that takes a token",
    file_name: "{profile}.token",
    refresh_token: RefreshTokenUse::Never,
    snapshot: Some(snapshot),
    live: Some(live),
    next: "curl --header \"Authorization: Bearer $(cat {file})\" {url}",
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(subject.tokens.access_token.expose())
}

fn live(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(format!("tokenwright token {}\n", subject.profile))
}
