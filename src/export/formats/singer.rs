//! The settings of a Singer tap, which Meltano takes too. The tap refreshes by itself.

use serde_json::{Value as Json, json};

use crate::export::formats::google_authorized_user::parts;
use crate::export::formats::json::pretty;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "singer",
    name: "Singer tap settings",
    reader: "Singer taps (--config), Meltano",
    file_name: "{profile}.singer.json",
    refresh_token: RefreshTokenUse::Needed,
    snapshot: Some(snapshot),
    next: "tap-{profile} --config {file} --discover",
    ..ExportFormat::BLANK
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    let mut settings = parts(subject, FORMAT.id)?;
    settings.insert("access_token".into(), json!(subject.tokens.access_token.expose()));
    for (name, value) in subject.inputs.iter().chain(&subject.tokens.retained) {
        settings.entry(name.clone()).or_insert_with(|| json!(value));
    }
    let mut text = Text::whole(pretty(&Json::Object(settings)))?;
    text.left_out.push("what the tap needs besides: its start date and the like, by its own documentation".to_owned());
    Ok(text)
}
