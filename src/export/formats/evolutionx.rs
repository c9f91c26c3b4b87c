//! The OAuth settings of Evolutionx. The tool runs only at its maker's, so the judges of this format are its published page,
//! whose labels it has, and this program's own reader of that page.

use crate::dialect::evolutionx::{WriteError, write};
use crate::export::formats::ezintegrations::{described, left_out};
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "evolutionx",
    name: "Evolutionx settings",
    reader: "Evolutionx: OAuth2.0 of an ERP",
    file_name: "{profile}.evolutionx.json",
    // Without a browser there is none: the client gets its token anew each time.
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(snapshot),
    next: "copy each setting of {file} into the field of its name",
    ..ExportFormat::BLANK
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    if subject.whole.service.signs_tokens() {
        let why = "access tokens are signed without a call";
        return Err(ExportError::CannotCarry { format: FORMAT.id, field: "token_endpoint".to_owned(), why });
    }
    let described = described(subject);
    let written = write(&described, true).map_err(|error| refused(&error))?;
    let mut left_out = left_out(&described);
    if subject.whole.service.authorization.is_some() && subject.tokens.refresh_token.is_none() {
        left_out.push("the refresh token: the settings get no token without one".to_owned());
    }
    left_out.extend(written.ignored.into_iter().map(|note| format!("{}: {}", note.place, note.words)));
    Ok(Text { text: written.text, left_out })
}

fn refused(error: &WriteError) -> ExportError {
    let (field, why) = match error {
        WriteError::NeedsBrowser { .. } => {
            let hint = "enter its URL in step 3, on the tab Refresh token";
            return ExportError::Missing { format: FORMAT.id, field: "refresh token endpoint", hint };
        }
        WriteError::Endpoint(_) => ("token_endpoint", "a value in its URL is not known"),
    };
    ExportError::CannotCarry { format: FORMAT.id, field: field.to_owned(), why }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::evolutionx::read;
    use crate::export::subject::tests::subject;
    use crate::secret::Secret;

    #[test]
    fn the_settings_are_read_back_with_every_value() {
        let mut subject = subject();
        subject.client_secret = Secret::new("a%^*&+=\"\\<é>");
        let text = snapshot(&subject).expect("written").text;
        let read = read(&crate::dialect::Document::from(text.expose())).expect("read").described.remove(0);
        assert_eq!((read.client_id.as_str(), read.secrets.refresh_token), ("id-1", Secret::new("rt-1")));
        assert_eq!(read.secrets.client_secret, Secret::new("a%^*&+=\"\\<é>"));
    }

    #[test]
    fn without_a_refresh_token_it_is_said_that_nothing_comes_of_it() {
        let mut subject = subject();
        subject.tokens.refresh_token = None;
        let written = snapshot(&subject).expect("written");
        assert!(
            written.left_out.iter().any(|words| words.starts_with("the refresh token: ")),
            "{:?}",
            written.left_out
        );
        assert!(!written.text.expose().contains("rt-1"));
    }
}
