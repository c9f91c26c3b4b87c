//! The file of google-auth for a person who signed in elsewhere than at Google: its reader refreshes at the address in it.

use serde_json::{Value as Json, json};

use crate::export::formats::google_authorized_user::parts;
use crate::export::formats::json::pretty;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "google-external",
    name: "google-auth external account, authorized user",
    reader: "google-auth: google.auth.load_credentials_from_file",
    file_name: "{profile}.external.json",
    refresh_token: RefreshTokenUse::Needed,
    snapshot: Some(snapshot),
    next: "GOOGLE_APPLICATION_CREDENTIALS={file} python app.py",
    ..ExportFormat::BLANK
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    let mut file = parts(subject, FORMAT.id)?;
    if subject.token_endpoint.is_empty() {
        let hint = "enter its URL in step 3, on the tab Refresh token";
        return Err(ExportError::Missing { format: FORMAT.id, field: "refresh token endpoint", hint });
    }
    file.insert("type".into(), json!("external_account_authorized_user"));
    file.insert("audience".into(), json!(""));
    file.insert("token_url".into(), json!(subject.token_endpoint));
    Text::whole(pretty(&Json::Object(file)))
}
