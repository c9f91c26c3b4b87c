//! What in a reply means what: where each field is, in which unit times are, and what to keep.

use std::time::Duration;

use crate::call::{Answers, Expression, scalar_text};

/// A value to keep under a name of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retain {
    /// The placeholder it becomes.
    pub name: String,
    /// Where it is.
    pub path: Expression,
}

/// How a service writes a time of expiry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lifetime {
    /// Seconds from now, as a number or a string of digits (RFC 6749 section 5.1).
    #[default]
    Seconds,
    /// Milliseconds from now.
    Milliseconds,
    /// Seconds since 1970.
    EpochSeconds,
    /// A date as RFC 3339 has it.
    Date,
}

/// How to read a reply. Each field is looked for by its expressions in turn; the first that holds something wins.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are the response parameters of RFC 6749 section 5 and RFC 8628 section 3.2")]
pub struct Reading {
    pub access_token: Vec<Expression>,
    pub token_type: Vec<Expression>,
    pub expires_in: Vec<Expression>,
    pub refresh_token: Vec<Expression>,
    pub refresh_token_expires_in: Vec<Expression>,
    pub id_token: Vec<Expression>,
    pub scope: Vec<Expression>,
    pub error: Vec<Expression>,
    pub error_description: Vec<Expression>,
    pub error_uri: Vec<Expression>,
    pub device_code: Vec<Expression>,
    pub user_code: Vec<Expression>,
    pub verification_uri: Vec<Expression>,
    pub interval: Vec<Expression>,
    /// How `expires_in` is written; `interval` is in milliseconds where that is.
    pub lifetime: Lifetime,
    /// How `refresh_token_expires_in` is.
    pub refresh_lifetime: Lifetime,
    /// Expressions and the values that they have only in a success; a reply without them is a refusal, whatever its status.
    pub success: Vec<(Expression, String)>,
    /// The life of an access token where the reply does not say.
    pub default_lifetime: Option<Duration>,
    /// Values to keep.
    pub retain: Vec<Retain>,
}

impl Default for Reading {
    /// RFC 6749 sections 5.1 and 5.2, with the names that several services give a refresh token's life, and RFC 8628
    /// section 3.2.
    fn default() -> Self {
        let paths = |names: &[&str]| names.iter().map(|name| Expression::new(*name)).collect();
        Self {
            access_token: paths(&["access_token"]),
            token_type: paths(&["token_type"]),
            expires_in: paths(&["expires_in"]),
            refresh_token: paths(&["refresh_token"]),
            refresh_token_expires_in: paths(&[
                "refresh_token_expires_in",
                "refresh_expires_in",
                "x_refresh_token_expires_in",
            ]),
            id_token: paths(&["id_token"]),
            scope: paths(&["scope"]),
            error: paths(&["error"]),
            error_description: paths(&["error_description", "error_message", "message"]),
            error_uri: paths(&["error_uri"]),
            device_code: paths(&["device_code"]),
            user_code: paths(&["user_code"]),
            verification_uri: paths(&["verification_uri"]),
            interval: paths(&["interval"]),
            lifetime: Lifetime::Seconds,
            refresh_lifetime: Lifetime::Seconds,
            success: Vec::new(),
            default_lifetime: None,
            retain: Vec::new(),
        }
    }
}

impl Reading {
    /// Whether the reply says itself that it is one of success.
    pub fn is_success(&self, answers: &Answers) -> bool {
        let says = |place: &Expression| answers.find(place).and_then(scalar_text);
        self.success.iter().all(|(place, value)| says(place).as_ref() == Some(value))
    }

    /// All expressions in it, those of the tokens first.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let fields = [
            &self.access_token,
            &self.refresh_token,
            &self.expires_in,
            &self.token_type,
            &self.refresh_token_expires_in,
            &self.id_token,
            &self.scope,
            &self.error,
            &self.error_description,
            &self.error_uri,
            &self.device_code,
            &self.user_code,
            &self.verification_uri,
            &self.interval,
        ];
        let success = self.success.iter().map(|(place, _)| place);
        fields.into_iter().flatten().chain(success).chain(self.retain.iter().map(|keep| &keep.path))
    }
}
