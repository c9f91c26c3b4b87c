//! Access tokens that a reply brings beside the own one: that of the person beside the app's, each with its own scopes and end.

use serde::{Deserialize, Serialize};

use crate::call::pairs::one_or_many;
use crate::call::{Expression, Reading};

/// A token that the reply to a token request may have beside the own one. It is kept and handed out by its name, and renewed by the
/// refresh token that came with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FurtherToken {
    /// What it is asked for by.
    pub name: String,
    /// Whose token it is and how it is asked for, for people.
    pub meaning: String,
    /// Where it is in the reply.
    #[serde(deserialize_with = "one_or_many")]
    pub access_token: Vec<Expression>,
    /// Where its type is.
    #[serde(deserialize_with = "one_or_many")]
    pub token_type: Vec<Expression>,
    /// Where its life is, in the unit of the own token's.
    #[serde(deserialize_with = "one_or_many")]
    pub expires_in: Vec<Expression>,
    /// Where its refresh token is.
    #[serde(deserialize_with = "one_or_many")]
    pub refresh_token: Vec<Expression>,
    /// Where the life of that is.
    #[serde(deserialize_with = "one_or_many")]
    pub refresh_token_expires_in: Vec<Expression>,
    /// Where its scopes are.
    #[serde(deserialize_with = "one_or_many")]
    pub scope: Vec<Expression>,
}

impl FurtherToken {
    /// How it is read, from a reply whose own token is read so.
    pub fn reading(&self, own: &Reading) -> Reading {
        Reading {
            access_token: self.access_token.clone(),
            token_type: self.token_type.clone(),
            expires_in: self.expires_in.clone(),
            refresh_token: self.refresh_token.clone(),
            refresh_token_expires_in: self.refresh_token_expires_in.clone(),
            id_token: Vec::new(),
            scope: self.scope.clone(),
            retain: Vec::new(),
            ..own.clone()
        }
    }

    /// Where its parts are.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let parts = [
            &self.access_token,
            &self.token_type,
            &self.expires_in,
            &self.refresh_token,
            &self.refresh_token_expires_in,
            &self.scope,
        ];
        parts.into_iter().flatten()
    }
}
