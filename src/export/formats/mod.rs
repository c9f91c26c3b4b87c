//! Every format, by what reads it.

mod api_clients;
mod connectors;
mod documents;
mod evolutionx;
mod ezintegrations;
mod google;
mod requests;
mod secret_stores;
mod variables;

use crate::export::{ExportError, ExportFormat};

/// The most used first.
const ALL: &[ExportFormat] = &[
    requests::TOKEN,
    requests::HEADER,
    requests::CURL,
    requests::CURL_FILE,
    variables::DOTENV,
    variables::SHELL,
    variables::FISH,
    variables::POWERSHELL,
    variables::ENVRC,
    documents::JSON,
    documents::YAML,
    api_clients::POSTMAN_ENVIRONMENT,
    api_clients::POSTMAN_COLLECTION,
    api_clients::BRUNO,
    api_clients::INSOMNIA,
    api_clients::HTTP_CLIENT,
    requests::HTTPIE,
    google::GOOGLE_AUTHORIZED_USER,
    google::GOOGLE_EXTERNAL,
    google::GOOGLE_EXECUTABLE,
    google::GOOGLE_RESPONSE,
    connectors::REQUESTS_OAUTHLIB,
    connectors::RCLONE,
    connectors::SINGER,
    connectors::AIRBYTE,
    ezintegrations::FORMAT,
    evolutionx::FORMAT,
    secret_stores::KUBERNETES_SECRET,
    secret_stores::EXEC_CREDENTIAL,
    variables::TERRAFORM,
    secret_stores::AWS_SECRET,
    secret_stores::VAULT_KV,
    secret_stores::SYSTEMD,
    requests::GIT,
];

/// All formats, the most used first.
pub fn formats() -> &'static [ExportFormat] {
    ALL
}

pub fn by_id(id: &str) -> Result<&'static ExportFormat, ExportError> {
    formats().iter().find(|format| format.id == id).ok_or_else(|| ExportError::Unknown(id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::subject::tests::subject;
    use crate::export::{RefreshTokenUse, Subject, Text};
    use crate::secret::Secret;

    /// Both ways of a format, where it has them.
    fn ways(format: &ExportFormat, subject: &Subject) -> Vec<Result<Text, ExportError>> {
        [format.snapshot, format.live].into_iter().flatten().map(|write| write(subject)).collect()
    }

    /// A subject that every format can be written from.
    fn complete() -> Subject {
        let mut subject = subject();
        subject.token_endpoint = "https://oauth2.googleapis.com/token".into();
        subject.url = Some("https://api.test/me".into());
        subject.tokens.id_token = Some(Secret::new("e30.e30.c2ln"));
        subject
    }

    #[test]
    fn every_format_is_written_from_a_subject_that_has_everything() {
        for format in formats() {
            let ways = ways(format, &complete());
            assert!(!ways.is_empty(), "{} has no way at all", format.id);
            for text in ways {
                let text = text.unwrap_or_else(|error| panic!("{}: {error}", format.id));
                assert!(!text.text.is_empty(), "{}", format.id);
            }
        }
    }

    #[test]
    fn a_format_whose_text_holds_the_address_says_so() {
        let without = Subject { url: None, ..complete() };
        for format in formats() {
            let holds = ways(format, &complete()) != ways(format, &without);
            assert!(!holds || format.takes_url(), "{}", format.id);
            let named = format.next.contains("{url}");
            assert!(holds || named || !format.takes_url(), "{}", format.id);
        }
    }

    #[test]
    fn a_live_text_that_is_a_command_is_run() {
        for id in ["token", "header", "json", "httpie"] {
            let format = by_id(id).expect("a format");
            let live = format.write_live(&complete()).expect("written").text;
            assert!(live.expose().lines().count() == 1 && format.next_for(true).starts_with("sh {file}"), "{id}");
            assert!(!format.next_for(false).starts_with("sh"), "{id}");
        }
    }

    #[test]
    fn names_are_found_and_are_those_of_one_format() {
        for format in formats() {
            assert_eq!(by_id(format.id).map(|found| found.name), Ok(format.name));
        }
        assert_eq!(by_id("pigeon").map(|found| found.id), Err(ExportError::Unknown("pigeon".into())));
    }

    #[test]
    fn a_masked_format_holds_no_secret() {
        for format in formats() {
            for text in ways(format, &complete().masked()).into_iter().flatten() {
                let shown = text.text.expose();
                assert!(
                    !["at-1", "rt-1", "cs-1"].iter().any(|secret| shown.contains(secret)),
                    "{}: {shown}",
                    format.id
                );
            }
        }
    }

    #[test]
    fn a_live_text_holds_no_token() {
        for format in formats() {
            let Some(live) = format.live else { continue };
            let text = live(&complete()).expect("written").text;
            assert!(!text.expose().contains("at-1") && text.expose().contains("tokenwright"), "{}", format.id);
        }
    }

    #[test]
    fn a_format_that_has_no_place_for_a_refresh_token_holds_none() {
        for format in formats().iter().filter(|format| format.refresh_token == RefreshTokenUse::Never) {
            for text in ways(format, &complete()).into_iter().flatten() {
                assert!(!text.text.expose().contains("rt-1") && !text.text.expose().contains("cs-1"), "{}", format.id);
            }
        }
    }

    #[test]
    fn a_format_that_is_nothing_without_a_refresh_token_says_so() {
        let mut subject = complete();
        subject.tokens.refresh_token = None;
        for format in formats().iter().filter(|format| format.refresh_token == RefreshTokenUse::Needed) {
            let error = format.write_snapshot(&subject).expect_err(format.id).to_string();
            assert_eq!(error, format!("the format `{}` needs the refresh token, and the profile has none", format.id));
        }
    }
}
