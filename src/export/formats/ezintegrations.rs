//! The refresh settings of eZintegrations. The tool runs only at its maker's, so the judges of this format are its published
//! page, whose example it has the shape of, and this program's own reader of that page.

use crate::call::CallTemplate;
use crate::dialect::ezintegrations::{WriteError, write};
use crate::dialect::{Described, Secrecy};
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};
use crate::oauth::ProfileSecrets;

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "ezintegrations",
    name: "eZintegrations refresh settings",
    reader: "eZintegrations: OAuth 2.0 of a source, operation or target",
    file_name: "{profile}.ezintegrations.json",
    refresh_token: RefreshTokenUse::Needed,
    snapshot: Some(snapshot),
    next: "copy each setting of {file} into the field of its name",
    ..ExportFormat::BLANK
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    if subject.tokens.refresh_token.is_none() {
        let hint = "ask the service for offline access";
        return Err(ExportError::Missing { format: FORMAT.id, field: "refresh token", hint });
    }
    let described = described(subject);
    let text = write(&described, Secrecy::With).map_err(|error| refused(&error))?;
    Ok(Text { text, left_out: left_out(&described) })
}

fn refused(error: &WriteError) -> ExportError {
    let (field, why) = match error {
        WriteError::NoRefresh { .. } => {
            let hint = "enter its URL in step 3, on the tab Refresh token";
            return ExportError::Missing { format: FORMAT.id, field: "refresh token endpoint", hint };
        }
        WriteError::Authentication { .. } => {
            ("client authentication", "it signs its calls or uses a certificate, which no header can hold")
        }
        WriteError::Body { .. } => ("refresh request", "its body is neither a form nor a JSON object"),
    };
    ExportError::CannotCarry { format: FORMAT.id, field: field.to_owned(), why }
}

/// The subject as a document describes it; the refresh token is in it only if it is to leave.
pub(super) fn described(subject: &Subject) -> Described {
    let profile = &subject.whole;
    let mut inputs = profile.inputs.clone();
    inputs.extend(subject.inputs.clone());
    // What a sign-in learnt stands in later calls as the inputs do.
    inputs.extend(subject.tokens.retained.clone());
    Described {
        service: profile.service.clone(),
        client_id: profile.client_id.clone(),
        redirect_uri: profile.redirect_uri.clone(),
        user_name: profile.user_name.clone(),
        scopes: profile.scopes.clone(),
        inputs,
        secrets: ProfileSecrets {
            client_secret: subject.client_secret.clone(),
            refresh_token: subject.tokens.refresh_token.clone().unwrap_or_default(),
            ..ProfileSecrets::default()
        },
        ..Described::default()
    }
}

/// The secret inputs that the refresh request needs: the person types them there.
pub(super) fn left_out(described: &Described) -> Vec<String> {
    let names: Vec<&str> = described.service.refresh_request.iter().flat_map(CallTemplate::placeholders).collect();
    let inputs = described.service.inputs.iter().filter(|input| input.secret && names.contains(&input.name.as_str()));
    inputs.map(|input| format!("{}: a secret of yours, to be entered there", input.label)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::ezintegrations::read;
    use crate::export::subject::tests::subject;
    use crate::secret::Secret;

    #[test]
    fn the_settings_are_read_back_with_every_value() {
        let mut subject = subject();
        subject.client_secret = Secret::new("a%^*&+=\"\\<é>");
        let text = snapshot(&subject).expect("written").text;
        let read = read(&crate::dialect::Document::from(text.expose())).expect("read").described.remove(0);
        assert_eq!(
            read.service.refresh_request.expect("a call").url.source(),
            subject.whole.service.refresh_request.expect("one").url.source()
        );
        assert_eq!(read.secrets.refresh_token, Secret::new("rt-1"));
        let json: serde_json::Value = serde_json::from_str(text.expose()).expect("JSON");
        let names: Vec<&String> = json.as_object().expect("an object").keys().collect();
        assert_eq!(names.len(), 5, "the five settings of the page: {names:?}");
        assert_eq!(json["Refresh Token Method"], "POST");
    }

    #[test]
    fn a_service_that_cannot_refresh_is_refused() {
        let mut subject = subject();
        subject.whole.service.refresh_request = None;
        assert_eq!(
            snapshot(&subject).expect_err("refused").to_string(),
            "the format `ezintegrations` needs the refresh token endpoint, and the profile has none"
        );
    }
}
