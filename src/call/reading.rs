//! How to read a reply: where each field is, the units of times, and which values to retain.

use serde::{Deserialize, Serialize};

use crate::call::answers::{Answers, scalar_text};
use crate::call::expression::Expression;
use crate::call::pairs::{self, one_or_many};
use crate::call::reply::ReplyFormat;

/// How a service writes an expiry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lifetime {
    /// Seconds from now, as a number or a string of digits (RFC 6749 section 5.1).
    #[default]
    Seconds,
    /// Milliseconds from now.
    Milliseconds,
    /// Seconds since 1970.
    EpochSeconds,
    /// An RFC 3339 date.
    Date,
}

/// How to read a reply. The expressions of a field are tried in turn; the first that finds a value wins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "the fields are the response parameters of RFC 6749 section 5 and RFC 8628 section 3.2")]
pub struct Reading {
    /// What the reply is written in.
    pub format: ReplyFormat,
    #[serde(deserialize_with = "one_or_many")]
    pub access_token: Vec<Expression>,
    #[serde(deserialize_with = "one_or_many")]
    pub token_type: Vec<Expression>,
    #[serde(deserialize_with = "one_or_many")]
    pub expires_in: Vec<Expression>,
    #[serde(deserialize_with = "one_or_many")]
    pub refresh_token: Vec<Expression>,
    #[serde(deserialize_with = "one_or_many")]
    pub refresh_token_expires_in: Vec<Expression>,
    #[serde(deserialize_with = "one_or_many")]
    pub id_token: Vec<Expression>,
    #[serde(deserialize_with = "one_or_many")]
    pub scope: Vec<Expression>,
    #[serde(deserialize_with = "one_or_many")]
    pub error: Vec<Expression>,
    #[serde(deserialize_with = "one_or_many")]
    pub error_description: Vec<Expression>,
    #[serde(deserialize_with = "one_or_many")]
    pub error_uri: Vec<Expression>,
    #[serde(deserialize_with = "one_or_many")]
    pub device_code: Vec<Expression>,
    #[serde(deserialize_with = "one_or_many")]
    pub user_code: Vec<Expression>,
    #[serde(deserialize_with = "one_or_many")]
    pub verification_uri: Vec<Expression>,
    #[serde(deserialize_with = "one_or_many")]
    pub verification_uri_complete: Vec<Expression>,
    /// The service's own words for the person who signs in on another device.
    #[serde(deserialize_with = "one_or_many")]
    pub message: Vec<Expression>,
    #[serde(deserialize_with = "one_or_many")]
    pub interval: Vec<Expression>,
    /// The unit of `expires_in`; `interval` is in milliseconds if this is.
    pub lifetime: Lifetime,
    /// The unit of `refresh_token_expires_in`.
    pub refresh_lifetime: Lifetime,
    /// Expressions and the values that they have in a success; without them a reply is a refusal, whatever its status.
    #[serde(with = "pairs")]
    pub success: Vec<(Expression, String)>,
    /// The lifetime of an access token in seconds, if the reply does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_lifetime: Option<u64>,
    /// Values to retain: the placeholder of each, and where it is.
    #[serde(with = "pairs")]
    pub retain: Vec<(String, Expression)>,
}

impl Default for Reading {
    /// RFC 6749 sections 5.1 and 5.2, RFC 8628 section 3.2, and common names for the lifetime of a refresh token.
    fn default() -> Self {
        let paths = |names: &[&str]| names.iter().map(|name| Expression::new(*name)).collect();
        Self {
            format: ReplyFormat::Fields,
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
            verification_uri_complete: paths(&["verification_uri_complete"]),
            message: Vec::new(),
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
    /// Whether the values of the reply say success.
    pub fn is_success(&self, answers: &Answers) -> bool {
        let says = |place: &Expression| answers.find(place).and_then(scalar_text);
        self.success.iter().all(|(place, value)| says(place).as_ref() == Some(value))
    }

    /// All expressions, those of tokens first.
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
            &self.verification_uri_complete,
            &self.message,
            &self.interval,
        ];
        let success = self.success.iter().map(|(place, _)| place);
        fields.into_iter().flatten().chain(success).chain(self.retain.iter().map(|(_, place)| place))
    }
}
