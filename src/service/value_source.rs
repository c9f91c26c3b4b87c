//! Where a secret is read each time a request sends it, in place of the vault: a token of another profile, a file that
//! something else renews, a variable, a command, the identity endpoint of a CI system.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::service::profile::name::ProfileName;

/// The kinds of sources, as a person writes them.
pub const SOURCE_FORMS: [&str; 5] =
    ["profile:NAME", "file:/PATH", "env:VARIABLE", "command:NAME", "github-actions:AUDIENCE"];

/// Where a secret is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueSource {
    /// A token of another profile of this machine, refreshed if need be: `profile:NAME`, `profile:NAME#id_token`.
    Profile(ProfileName, HeldToken),
    /// A file, which is read anew each time, as the token that Kubernetes projects.
    File(PathBuf),
    /// A variable of our environment, as the `id_tokens` of GitLab.
    Environment(String),
    /// The output of the command that the settings of this machine have under this name.
    Command(String),
    /// The identity token of a job of GitHub Actions, for this audience.
    GitHubActions(String),
}

/// Which token of a profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HeldToken {
    /// The access token.
    #[default]
    Access,
    /// The ID token of the last sign-in or refresh.
    Id,
}

/// Why a source cannot be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SourceError {
    /// It is none of the kinds.
    #[error("`{0}` is no source of a value")]
    Kind(String),
    /// Its kind is known, what follows is not.
    #[error("`{text}`: {problem}")]
    Rest {
        /// As typed.
        text: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl Diagnose for SourceError {
    fn diagnose(&self) -> Diagnosis {
        let forms: Vec<String> = SOURCE_FORMS.iter().map(|form| format!("`{form}`")).collect();
        Diagnosis::new(self.to_string()).hint(format!("write one of {}", forms.join(", ")))
    }
}

impl HeldToken {
    /// Its type (RFC 8693 section 3).
    pub fn token_type(self) -> &'static str {
        match self {
            Self::Access => "urn:ietf:params:oauth:token-type:access_token",
            Self::Id => "urn:ietf:params:oauth:token-type:id_token",
        }
    }
}

impl FromStr for ValueSource {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Self, SourceError> {
        let wrong = |problem| SourceError::Rest { text: text.to_owned(), problem };
        let (kind, rest) = text.split_once(':').ok_or_else(|| SourceError::Kind(text.to_owned()))?;
        match kind {
            "profile" => {
                let (name, token) = match rest.split_once('#') {
                    None | Some((_, "access_token")) => (rest.split('#').next().unwrap_or_default(), HeldToken::Access),
                    Some((name, "id_token")) => (name, HeldToken::Id),
                    Some(_) => return Err(wrong("a profile has an `access_token` and an `id_token`")),
                };
                let name = ProfileName::parse(name).map_err(|_| wrong("this is no name of a profile"))?;
                Ok(Self::Profile(name, token))
            }
            "file" if Path::new(rest).is_absolute() => Ok(Self::File(PathBuf::from(rest))),
            "file" => Err(wrong("the path of a file must be absolute")),
            "env" if is_variable(rest) => Ok(Self::Environment(rest.to_owned())),
            "env" => Err(wrong("this is no name of a variable")),
            "command" if is_command_name(rest) => Ok(Self::Command(rest.to_owned())),
            "command" => {
                Err(wrong("a command is named as in the settings of this machine, by letters, digits and `-`"))
            }
            "github-actions" if !rest.contains(char::is_control) => Ok(Self::GitHubActions(rest.to_owned())),
            "github-actions" => Err(wrong("the audience has a character that none has")),
            _ => Err(SourceError::Kind(text.to_owned())),
        }
    }
}

impl fmt::Display for ValueSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Profile(name, HeldToken::Access) => write!(f, "profile:{name}"),
            Self::Profile(name, HeldToken::Id) => write!(f, "profile:{name}#id_token"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Environment(name) => write!(f, "env:{name}"),
            Self::Command(name) => write!(f, "command:{name}"),
            Self::GitHubActions(audience) => write!(f, "github-actions:{audience}"),
        }
    }
}

fn is_variable(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !name.is_empty() && name.chars().all(is_part) && !name.starts_with(|c: char| c.is_ascii_digit())
}

fn is_command_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sources_are_read_as_they_are_written() {
        for text in [
            "profile:acme",
            "profile:acme#id_token",
            "file:/var/run/secrets/tokens/sts",
            "env:STS_ID_TOKEN",
            "command:vault-jwt",
            "github-actions:https://sts.example.com?a=b",
            "github-actions:",
        ] {
            assert_eq!(text.parse::<ValueSource>().expect(text).to_string(), text);
        }
        let same = "profile:acme#access_token".parse::<ValueSource>();
        assert_eq!(same, "profile:acme".parse());
    }

    #[test]
    fn others_are_refused() {
        for text in [
            "",
            "acme",
            "profile:",
            "profile:a/b",
            "profile:acme#refresh_token",
            "file:tokens/sts",
            "file:",
            "env:",
            "env:1A",
            "env:A=B",
            "command:",
            "command:rm -rf /",
            "github-actions:a\nb",
            "https://example.com",
        ] {
            assert!(text.parse::<ValueSource>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_written_so_that_it_is_read_again(text in "(profile|file|env|command|github-actions):.{0,20}") {
            if let Ok(source) = text.parse::<ValueSource>() {
                prop_assert_eq!(source.to_string().parse::<ValueSource>(), Ok(source));
            }
        }
    }
}
