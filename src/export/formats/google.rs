//! For the google-auth libraries.

use serde_json::{Map, Value as Json, json};

use crate::export::formats::documents::pretty;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

/// A user's Application Default Credentials. The library always refreshes at Google, whatever the file says.
pub(super) const GOOGLE_AUTHORIZED_USER: ExportFormat = ExportFormat {
    id: "google-authorized-user",
    name: "Google authorized user",
    reader: "google-auth, GOOGLE_APPLICATION_CREDENTIALS",
    file_name: "{profile}.authorized_user.json",
    refresh_token: RefreshTokenUse::Needed,
    snapshot: Some(google_authorized_user),
    next: "GOOGLE_APPLICATION_CREDENTIALS={file} python app.py",
    ..ExportFormat::BLANK
};

/// Where the library refreshes.
const GOOGLE: &str = "https://oauth2.googleapis.com/token";

fn google_authorized_user(subject: &Subject) -> Result<Text, ExportError> {
    let mut file = parts(subject, GOOGLE_AUTHORIZED_USER.id)?;
    if subject.token_endpoint != GOOGLE {
        let why =
            "google-auth refreshes at Google whatever the file says; the format `google-external` takes any address";
        return Err(ExportError::CannotCarry {
            format: GOOGLE_AUTHORIZED_USER.id,
            field: "token_endpoint".into(),
            why,
        });
    }
    file.insert("type".into(), json!("authorized_user"));
    file.insert("token_uri".into(), json!(GOOGLE));
    file.insert("token".into(), json!(subject.tokens.access_token.expose()));
    // The library refuses an offset.
    if let Some(expires_at) = subject.tokens.expires_at {
        file.insert("expiry".into(), json!(expires_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()));
    }
    file.insert("scopes".into(), json!(subject.scopes));
    Text::whole(pretty(&Json::Object(file)))
}

/// Client ID, client secret and refresh token, all of them required.
pub(super) fn parts(subject: &Subject, format: &'static str) -> Result<Map<String, Json>, ExportError> {
    let missing = |field, hint| ExportError::Missing { format, field, hint };
    let refresh_token = subject.tokens.refresh_token.as_ref();
    let refresh_token = refresh_token.ok_or(missing("refresh token", "ask the service for offline access"))?;
    if subject.client_secret.is_empty() {
        return Err(missing("client secret", "a public client cannot use it"));
    }
    let mut parts = Map::new();
    parts.insert("client_id".into(), json!(subject.client_id));
    parts.insert("client_secret".into(), json!(subject.client_secret.expose()));
    parts.insert("refresh_token".into(), json!(refresh_token.expose()));
    Ok(parts)
}

/// For a user who signed in elsewhere than at Google: the library refreshes at the URL in the file.
pub(super) const GOOGLE_EXTERNAL: ExportFormat = ExportFormat {
    id: "google-external",
    name: "google-auth external account, authorized user",
    reader: "google-auth: google.auth.load_credentials_from_file",
    file_name: "{profile}.external.json",
    refresh_token: RefreshTokenUse::Needed,
    snapshot: Some(google_external),
    next: "GOOGLE_APPLICATION_CREDENTIALS={file} python app.py",
    ..ExportFormat::BLANK
};

fn google_external(subject: &Subject) -> Result<Text, ExportError> {
    let mut file = parts(subject, GOOGLE_EXTERNAL.id)?;
    if subject.token_endpoint.is_empty() {
        let hint = "enter its URL in step 3, on the tab Refresh token";
        return Err(ExportError::Missing { format: GOOGLE_EXTERNAL.id, field: "refresh token endpoint", hint });
    }
    file.insert("type".into(), json!("external_account_authorized_user"));
    file.insert("audience".into(), json!(""));
    file.insert("token_url".into(), json!(subject.token_endpoint));
    Text::whole(pretty(&Json::Object(file)))
}

/// Credentials that run a command each time (executable-sourced, AIP-4117). Google's token service exchanges what it prints:
/// workload identity federation.
pub(super) const GOOGLE_EXECUTABLE: ExportFormat = ExportFormat {
    id: "google-executable",
    name: "Google executable-sourced",
    reader: "google-auth with GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1",
    file_name: "{profile}.executable.json",
    live: Some(google_executable_live),
    next: "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1 GOOGLE_APPLICATION_CREDENTIALS={file} python app.py",
    holds_url: true,
    ..ExportFormat::BLANK
};

/// The audience is the pool that trusts the issuer of the token; the person enters it as the URL.
fn google_executable_live(subject: &Subject) -> Result<Text, ExportError> {
    let hint = "name the workload identity pool, such as `//iam.googleapis.com/projects/…`";
    let audience =
        subject.url.as_ref().ok_or(ExportError::NoAddress { format: GOOGLE_EXECUTABLE.id, field: "audience", hint })?;
    Text::whole(pretty(&json!({
        "type": "external_account",
        "audience": audience,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "credential_source": {"executable": {
            "command": format!("tokenwright export {} --format google-response", subject.profile),
            "timeout_millis": 30000,
        }},
    })))
}

/// What the command of [`GOOGLE_EXECUTABLE`] prints (AIP-4117). Google verifies its signature, so an ID token is preferred to
/// the access token.
pub(super) const GOOGLE_RESPONSE: ExportFormat = ExportFormat {
    id: "google-response",
    name: "Google executable's response",
    reader: "google-auth, from the command in the format google-executable",
    file_name: "{profile}.response.json",
    snapshot: Some(google_response),
    next: "name the command in the format google-executable",
    ..ExportFormat::BLANK
};

fn google_response(subject: &Subject) -> Result<Text, ExportError> {
    let token = subject.tokens.id_token.as_ref().unwrap_or(&subject.tokens.access_token);
    if token.expose().split('.').count() != 3 {
        let why = "Google's token service takes a signed JWT; ask this service for the scope `openid`";
        return Err(ExportError::CannotCarry { format: GOOGLE_RESPONSE.id, field: "access_token".into(), why });
    }
    let mut response = json!({
        "version": 1,
        "success": true,
        "token_type": "urn:ietf:params:oauth:token-type:jwt",
        "id_token": token.expose(),
    });
    if let Some(expires_at) = subject.expires_at_seconds() {
        response["expiration_time"] = json!(expires_at);
    }
    Text::whole(pretty(&response))
}
