//! A `.env` file, written so that all of its readers agree about every value.

use crate::export::quote::dotenv_value;
use crate::export::variable;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "dotenv",
    name: ".env file",
    reader: "python-dotenv, npm dotenv, node --env-file, docker env_file, gh secret set -f",
    file_name: "{profile}.env",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(snapshot),
    next: "node --env-file={file} app.js",
    ..ExportFormat::BLANK
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    let mut text = String::new();
    for field in subject.fields() {
        let value = dotenv_value(field.value.expose()).map_err(|why| ExportError::CannotCarry {
            format: FORMAT.id,
            field: field.name.clone(),
            why,
        })?;
        text.push_str(&format!("{}={value}\n", variable(&field.name)));
    }
    Text::whole(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::subject::tests::subject;
    use crate::secret::Secret;

    #[test]
    fn values_are_bare_or_quoted_and_one_that_readers_disagree_about_is_refused() {
        let mut subject = subject();
        subject.tokens.refresh_token = None;
        let text = snapshot(&subject).expect("written").text;
        let expected = "OAUTH_ACCESS_TOKEN=at-1\nOAUTH_TOKEN_TYPE=Bearer\nOAUTH_EXPIRES_AT='2026-11-21T03:00:00Z'\n\
            OAUTH_SCOPE='a b'\nOAUTH_REALM_ID=9130\n";
        assert_eq!(text.expose(), expected);
        subject.tokens.access_token = Secret::new("it's $5");
        let error = snapshot(&subject).expect_err("refused").to_string();
        assert!(error.starts_with("the format `dotenv` cannot carry `access_token`: "), "{error}");
    }
}
