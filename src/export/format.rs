//! The forms, as a table.

use crate::export::form;
use crate::export::{ExportError, Subject};
use crate::secret::Secret;

/// What a form came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// The text itself.
    pub text: Secret,
    /// What of the subject it does not hold, and why, where that may surprise.
    pub left_out: Vec<String>,
}

/// Writes one form.
pub type Write = fn(&Subject) -> Result<Text, ExportError>;

/// What a form does with a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshTokenUse {
    /// It has no place for one.
    Never,
    /// It carries one where it may.
    Optional,
    /// It is nothing without one: the reader refreshes by itself.
    Needed,
}

/// A form that another tool reads.
#[derive(Clone, Copy, Debug)]
pub struct ExportFormat {
    /// Its name on the command line.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// What reads it.
    pub reader: &'static str,
    /// What its file is usually called; `{profile}` stands for the profile's name.
    pub file_name: &'static str,
    /// What it does with a refresh token.
    pub refresh_token: RefreshTokenUse,
    /// The values as they are now.
    pub snapshot: Option<Write>,
    /// A text that asks this program each time.
    pub live: Option<Write>,
    /// What to run next in the tool; `{file}`, `{profile}` and `{url}` stand for what they say.
    pub next: &'static str,
}

impl ExportFormat {
    /// The text with the values as they are now.
    pub fn write_snapshot(&self, subject: &Subject) -> Result<Text, ExportError> {
        let hint = "this form asks this program each time: use `--live`";
        let write = self.snapshot.ok_or(ExportError::Way { format: self.id, wanted: "a snapshot", hint })?;
        write(subject)
    }

    /// The text that asks each time.
    pub fn write_live(&self, subject: &Subject) -> Result<Text, ExportError> {
        let hint = "write a snapshot that is rewritten at each refresh (`--sink`), or start the tool with \
                    `tokenwright exec`";
        let write = self.live.ok_or(ExportError::Way { format: self.id, wanted: "live", hint })?;
        write(subject)
    }

    /// The file's usual name for a profile.
    pub fn file_name_for(&self, profile: &str) -> String {
        self.file_name.replace("{profile}", profile)
    }

    /// What to run next in the tool, for a snapshot or a live text.
    pub fn next_for(&self, live: bool) -> &'static str {
        match self.id {
            // Live, they are a command.
            "token" | "header" | "json" if live => "sh {file}",
            "httpie" if live => "sh {file} {url}",
            _ => self.next,
        }
    }

    /// Whether it has a use for the address that the token is for.
    pub fn takes_url(&self) -> bool {
        // The texts that hold it; the others at most name it in what to run next.
        let holds = ["curl", "curl-file", "git", "google-executable", "postman-collection"];
        holds.contains(&self.id) || self.next.contains("{url}")
    }

    /// Whether a search for this text finds it.
    pub fn matches(&self, search: &str) -> bool {
        let text = format!("{} {} {}", self.id, self.name, self.reader).to_lowercase();
        search.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }
}

/// All forms, the most used first.
pub fn formats() -> &'static [ExportFormat] {
    form::ALL
}

/// The form of this name.
pub fn by_id(id: &str) -> Result<&'static ExportFormat, ExportError> {
    formats().iter().find(|format| format.id == id).ok_or_else(|| ExportError::Unknown(id.to_owned()))
}

impl Text {
    /// A text that holds all that was asked.
    #[expect(clippy::unnecessary_wraps, reason = "it is the last expression of what writes a form")]
    pub(in crate::export) fn whole(text: impl Into<String>) -> Result<Self, ExportError> {
        Ok(Self { text: Secret::new(text), left_out: Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::subject::tests::subject;

    /// Both ways of a form, where it has them.
    fn ways(format: &ExportFormat, subject: &Subject) -> Vec<Result<Text, ExportError>> {
        [format.snapshot, format.live].into_iter().flatten().map(|write| write(subject)).collect()
    }

    /// A subject that every form can be written from.
    fn complete() -> Subject {
        let mut subject = subject();
        subject.token_endpoint = "https://oauth2.googleapis.com/token".into();
        subject.url = Some("https://api.test/me".into());
        subject.tokens.id_token = Some(Secret::new("e30.e30.c2ln"));
        subject
    }

    #[test]
    fn every_form_is_written_from_a_subject_that_has_everything() {
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
    fn a_form_whose_text_holds_the_address_says_so() {
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
            let format = by_id(id).expect("a form");
            let live = format.write_live(&complete()).expect("written").text;
            assert!(live.expose().lines().count() == 1 && format.next_for(true).starts_with("sh {file}"), "{id}");
            assert!(!format.next_for(false).starts_with("sh"), "{id}");
        }
    }

    #[test]
    fn names_are_found_and_are_those_of_one_form() {
        for format in formats() {
            assert_eq!(by_id(format.id).map(|found| found.name), Ok(format.name));
            assert!(format.matches(format.id) && format.matches(format.reader), "{}", format.id);
        }
        assert_eq!(by_id("pigeon").map(|found| found.id), Err(ExportError::Unknown("pigeon".into())));
    }

    #[test]
    fn a_masked_form_holds_no_secret() {
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
    fn a_form_that_has_no_place_for_a_refresh_token_holds_none() {
        for format in formats().iter().filter(|format| format.refresh_token == RefreshTokenUse::Never) {
            for text in ways(format, &complete()).into_iter().flatten() {
                assert!(!text.text.expose().contains("rt-1") && !text.text.expose().contains("cs-1"), "{}", format.id);
            }
        }
    }

    #[test]
    fn a_form_that_is_nothing_without_a_refresh_token_says_so() {
        let mut subject = complete();
        subject.tokens.refresh_token = None;
        for format in formats().iter().filter(|format| format.refresh_token == RefreshTokenUse::Needed) {
            let error = format.write_snapshot(&subject).expect_err(format.id).to_string();
            assert_eq!(error, format!("the form `{}` needs the refresh token, and the profile has none", format.id));
        }
    }
}
