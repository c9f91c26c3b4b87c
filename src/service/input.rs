//! What a service needs besides the client: an account ID, a region, a tenant.

use std::collections::BTreeMap;

use regex_lite::Regex;
use serde::{Deserialize, Serialize};

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::service::rules::is_default;

/// A value that the person enters for the service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Input {
    /// The name of its placeholder.
    pub name: String,
    /// Its label for people.
    pub label: String,
    /// Where to find it.
    #[serde(skip_serializing_if = "is_default")]
    pub help: String,
    /// A valid example.
    #[serde(skip_serializing_if = "is_default")]
    pub example: String,
    /// The pattern that the whole transformed value must match; empty for any.
    #[serde(skip_serializing_if = "is_default")]
    pub pattern: String,
    /// The value to start with.
    #[serde(skip_serializing_if = "is_default")]
    pub default: String,
    /// Whether it is a secret: masked, kept in the vault, never in a plain file.
    #[serde(skip_serializing_if = "is_default")]
    pub secret: bool,
    /// Whether it may stay empty.
    #[serde(skip_serializing_if = "is_default")]
    pub optional: bool,
    /// Applied to what was typed, in order.
    #[serde(skip_serializing_if = "is_default")]
    pub transform: Vec<Transform>,
    /// The values to choose from; empty for free text.
    #[serde(skip_serializing_if = "is_default")]
    pub choices: Vec<Choice>,
}

/// A change to what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transform {
    /// To lower case.
    Lowercase,
    /// To upper case.
    Uppercase,
    /// `_` becomes `-`.
    UnderscoreToDash,
    /// Only the host of a URL is left.
    HostOnly,
}

/// One of several values; it may set others as well (a region its hosts).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The value.
    pub value: String,
    /// What it is called.
    pub label: String,
    /// Further values by placeholder name.
    #[serde(default, skip_serializing_if = "is_default")]
    pub sets: BTreeMap<String, String>,
}

/// Why the value of an input is refused.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum InputError {
    /// Nothing was given.
    #[error("{label} is missing")]
    Missing {
        /// The input's label.
        label: String,
        /// A valid example.
        example: String,
    },
    /// It does not match the pattern.
    #[error("{label} `{value}` does not look like `{example}`")]
    Pattern {
        /// The input's label.
        label: String,
        /// What was given, transformed.
        value: String,
        /// One that fits.
        example: String,
    },
    /// It is none of the choices.
    #[error("{label} `{value}` is none of {choices}")]
    Choice {
        /// The input's label.
        label: String,
        /// What was given.
        value: String,
        /// The choices, quoted.
        choices: String,
    },
}

impl Diagnose for InputError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::Missing { example, .. } | Self::Pattern { example, .. } if !example.is_empty() => {
                diagnosis.hint(format!("enter one like `{example}`"))
            }
            Self::Missing { .. } | Self::Pattern { .. } => diagnosis,
            Self::Choice { .. } => diagnosis.hint("choose one of them"),
        }
    }
}

impl Transform {
    fn apply(self, value: &str) -> String {
        match self {
            Self::Lowercase => value.to_lowercase(),
            Self::Uppercase => value.to_uppercase(),
            Self::UnderscoreToDash => value.replace('_', "-"),
            Self::HostOnly => {
                let rest = value.split_once("://").map_or(value, |(_, rest)| rest);
                rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned()
            }
        }
    }
}

impl Input {
    /// Transforms and checks what was typed.
    pub fn parse(&self, typed: &str) -> Result<String, InputError> {
        let typed = typed.trim().to_owned();
        let value = self.transform.iter().fold(typed, |value, transform| transform.apply(&value));
        if value.is_empty() {
            let missing = InputError::Missing { label: self.label.clone(), example: self.example.clone() };
            return if self.optional { Ok(value) } else { Err(missing) };
        }
        if !self.choices.is_empty() && !self.choices.iter().any(|choice| choice.value == value) {
            let choices: Vec<String> = self.choices.iter().map(|choice| format!("`{}`", choice.value)).collect();
            return Err(InputError::Choice { label: self.label.clone(), value, choices: choices.join(", ") });
        }
        if !self.pattern.is_empty() && !matches_whole(&self.pattern, &value) {
            return Err(InputError::Pattern { label: self.label.clone(), value, example: self.example.clone() });
        }
        Ok(value)
    }
}

/// Whether the pattern matches the whole value; an invalid pattern matches nothing.
pub(crate) fn matches_whole(pattern: &str, value: &str) -> bool {
    Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|whole| whole.is_match(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Input {
        Input {
            name: "account_id".into(),
            label: "Account ID".into(),
            example: "1234567-sb1".into(),
            pattern: "[0-9a-z]+(-[a-z0-9]+)?".into(),
            transform: vec![Transform::Lowercase, Transform::UnderscoreToDash],
            ..Input::default()
        }
    }

    #[test]
    fn an_input_is_transformed_and_then_checked_as_a_whole() {
        assert_eq!(account().parse(" 1234567_SB1 ").as_deref(), Ok("1234567-sb1"));
        let error = account().parse("evil.test/").expect_err("refused");
        assert_eq!(error.to_string(), "Account ID `evil.test/` does not look like `1234567-sb1`");
        assert_eq!(account().parse("").expect_err("refused").to_string(), "Account ID is missing");
    }

    #[test]
    fn an_address_that_was_pasted_gives_its_host() {
        let host = Input { transform: vec![Transform::HostOnly], ..Input::default() };
        assert_eq!(host.parse("https://acme.example.com/home?x").as_deref(), Ok("acme.example.com"));
        assert_eq!(host.parse("acme.example.com").as_deref(), Ok("acme.example.com"));
    }

    #[test]
    fn a_choice_takes_only_what_it_offers() {
        let choice = |value: &str| Choice { value: value.into(), label: value.into(), sets: BTreeMap::new() };
        let input = Input { label: "Environment".into(), choices: vec![choice("a"), choice("b")], ..Input::default() };
        assert_eq!(input.parse("a").as_deref(), Ok("a"));
        assert_eq!(input.parse("c").expect_err("refused").to_string(), "Environment `c` is none of `a`, `b`");
    }
}
