//! What `systemd-creds encrypt` takes: the token alone, under the name that the unit loads it by.

use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "systemd",
    name: "systemd credential",
    reader: "LoadCredential= of a unit, systemd-creds encrypt",
    file_name: "access_token",
    refresh_token: RefreshTokenUse::Never,
    snapshot: Some(snapshot),
    live: None,
    next: "systemd-creds encrypt --name=access_token {file} access_token.cred",
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(subject.tokens.access_token.expose())
}
