//! What `systemd-creds encrypt` takes: the token alone, under the name that the unit loads it by.

use crate::export::{ExportError, ExportFormat, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "systemd",
    name: "systemd credential",
    reader: "LoadCredential= of a unit, systemd-creds encrypt",
    file_name: "access_token",
    snapshot: Some(snapshot),
    next: "systemd-creds encrypt --name=access_token {file} access_token.cred",
    ..ExportFormat::BLANK
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(subject.tokens.access_token.expose())
}
