//! The response of the authorization endpoint as a signed JWT: JWT Secured Authorization Response Mode for OAuth 2.0 (JARM).
//! It is checked in the order of its section 2.4: decrypted, then `state`, `iss`, `aud`, `exp`, and the signature.
//!
//! Invariant: nothing in the JWT is believed before [`SignedResponse::verified`].

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;
use subtle::ConstantTimeEq as _;
use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::authorization::response::{AuthorizationError, printable, says, words};
use crate::oauth::inspected::{Inspected, TokenForm, relative};
use crate::oauth::jose::jwe::{JweError, decrypt};
use crate::oauth::jose::key_set::{KeySet, SignatureCheck, is_shared_secret};
use crate::oauth::keys::signing_key::KeyPair;
use crate::oauth::{Parameters, decode_jwt};
use crate::secret::Secret;

/// The parameter that carries the JWT.
pub(in crate::oauth) const RESPONSE: &str = "response";

/// How far the clock of this machine may be ahead of the service's.
const SKEW: SignedDuration = SignedDuration::from_mins(1);

/// The signatures that FAPI 2.0 allows.
pub(in crate::oauth) const FAPI_ALGORITHMS: [&str; 4] = ["PS256", "ES256", "EdDSA", "Ed25519"];

const JARM: &str = "https://openid.net/specs/oauth-v2-jarm-final.html";

/// What a signed response is checked against.
#[derive(Clone, Debug)]
pub struct ExpectedSignature {
    /// The issuer, whose keys sign.
    pub issuer: String,
    /// Whom the response is for.
    pub client_id: String,
    /// Whether only the signatures are accepted that FAPI 2.0 allows.
    pub is_fapi: bool,
    /// The key that the service may have encrypted the response to: that of the profile.
    pub decryption_key: Option<KeyPair>,
}

/// Why a response that should be signed is not accepted. Each holds what the response says without proof, never its code.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SignedResponseError {
    /// It came as plain parameters; with the unverified refusal in them.
    #[error("the response is not signed, and a signed one was asked for{}", says(.0.as_deref()))]
    Plain(Option<String>),
    /// The parameter `response` is no JWT.
    #[error("the response is no signed JSON Web Token")]
    NotJwt,
    /// It is encrypted, and cannot be decrypted.
    #[error("the response cannot be read: {0}")]
    Encrypted(#[from] JweError),
    /// Its `alg` is `none`.
    #[error("the response has no signature (its `alg` is `none`), so anybody can have written it")]
    AlgorithmNone,
    /// It is signed with a secret.
    #[error("the response is signed with a shared secret (`{0}`), and should be with a key that its issuer publishes")]
    SharedSecret(String),
    /// An algorithm that is not known, or not allowed.
    #[error("the response is signed by `{0}`, which is not accepted here")]
    Algorithm(String),
    /// No issuer.
    #[error("the response does not name its issuer (`iss`), which should be `{0}`")]
    NoIssuer(String),
    /// No audience.
    #[error("the response names no audience (`aud`), and should name the client `{0}`")]
    NoAudience(String),
    /// The audience is another client.
    #[error("the response is for `{received}` (`aud`), not for the client `{expected}`")]
    WrongAudience {
        /// This client.
        expected: String,
        /// Those in the response.
        received: String,
    },
    /// No expiry.
    #[error("the response does not say when it expires (`exp`)")]
    NoExpiry,
    /// It expired so long ago.
    #[error("the response expired {0} (`exp`), by the clock of this machine")]
    Expired(String),
    /// The signature is of another key, or the response was changed.
    #[error("the signature of the response is wrong: no key of its issuer made it")]
    WrongSignature,
    /// The issuer has no key for it.
    #[error("the response is signed with a key that its issuer does not publish{}", named(.0.as_deref()))]
    UnknownKey(Option<String>),
    /// The header demands an extension.
    #[error("the header of the response demands an extension that is not known here (`crit`)")]
    UnknownExtension,
    /// The issuer's keys cannot be had.
    #[error("the signature of the response could not be checked: {0}")]
    NoKeys(String),
}

impl SignedResponseError {
    fn hint(&self) -> &'static str {
        match self {
            Self::Plain(_) => {
                "do not go on with it: anybody can have written it; if the service does not sign its responses, choose another response mode"
            }
            Self::Expired(_) => "compare this machine's clock with the service's, and sign in again",
            Self::Algorithm(_) | Self::SharedSecret(_) => {
                "have the service sign with `PS256` or `ES256` (`authorization_signed_response_alg` of the client's registration)"
            }
            Self::NoAudience(_) | Self::WrongAudience { .. } => {
                "do not go on with it: it belongs to another client; go on in the tab that this sign-in opened"
            }
            Self::UnknownKey(_) => {
                "the keys were fetched anew just now; if it stays so, the service or something in between is not to be trusted"
            }
            Self::NoKeys(_) => "sign in again once the issuer's keys can be fetched",
            _ => {
                "do not go on with it: sign in again; if it stays so, the service or something in between is not to be trusted"
            }
        }
    }
}

impl Diagnose for SignedResponseError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string()).reference(JARM);
        match self {
            Self::Encrypted(error) => Diagnosis { hint: error.diagnose().hint, ..diagnosis },
            _ => diagnosis.hint(self.hint()),
        }
    }
}

fn named(key: Option<&str>) -> String {
    key.map(|id| format!(" (`{id}`)")).unwrap_or_default()
}

/// A signed response of which all is right but the signature, which is not checked yet.
#[derive(Clone, Debug)]
pub struct SignedResponse {
    token: Secret,
    inspected: Inspected,
    parameters: Parameters,
}

impl ExpectedSignature {
    /// Reads the JWT of a response, and checks it but for its signature. `state` is the one that was sent.
    pub fn read(
        &self,
        parameters: &Parameters,
        state: &str,
        now: Timestamp,
    ) -> Result<SignedResponse, AuthorizationError> {
        let mut found = parameters.iter().filter(|(name, _)| name == RESPONSE).map(|(_, value)| value.as_str());
        let Some(token) = found.next() else {
            return Err(SignedResponseError::Plain(refusal(parameters)).into());
        };
        if found.next().is_some() {
            return Err(AuthorizationError::Duplicate(RESPONSE.to_owned()));
        }
        let mut token = Secret::new(token);
        let mut inspected = Inspected::read(&token);
        if inspected.form == TokenForm::Encrypted {
            let decrypted = decrypt(&token, self.decryption_key.as_ref());
            token = decrypted.map_err(SignedResponseError::from)?;
            inspected = Inspected::read(&token);
        }
        let jwt = decode_jwt(&token).filter(|_| inspected.form == TokenForm::Signed);
        let jwt = jwt.ok_or(SignedResponseError::NotJwt)?;
        if let Some(name) = inspected.duplicates.first() {
            return Err(AuthorizationError::Duplicate(printable(name)));
        }
        self.check_algorithm(inspected.algorithm().unwrap_or("none"))?;
        let parameters: Parameters = jwt.claims.as_object().into_iter().flatten().filter_map(parameter).collect();
        let said = || refusal(&parameters);
        let sent_back = parameters.iter().find(|(name, _)| name == "state");
        let (_, sent_back) = sent_back.ok_or_else(|| AuthorizationError::MissingState(said()))?;
        if !bool::from(sent_back.as_bytes().ct_eq(state.as_bytes())) {
            return Err(AuthorizationError::WrongState(said()));
        }
        self.check_claims(&jwt.claims, now)?;
        let parameters = parameters.into_iter().filter(|(name, _)| !OF_THE_JWT.contains(&name.as_str())).collect();
        Ok(SignedResponse { token, inspected, parameters })
    }

    fn check_algorithm(&self, algorithm: &str) -> Result<(), SignedResponseError> {
        if algorithm.eq_ignore_ascii_case("none") {
            return Err(SignedResponseError::AlgorithmNone);
        }
        if is_shared_secret(algorithm) {
            return Err(SignedResponseError::SharedSecret(algorithm.to_owned()));
        }
        if self.is_fapi && !FAPI_ALGORITHMS.contains(&algorithm) {
            return Err(SignedResponseError::Algorithm(printable(algorithm)));
        }
        Ok(())
    }

    fn check_claims(&self, claims: &Json, now: Timestamp) -> Result<(), AuthorizationError> {
        let received = claims.get("iss").and_then(Json::as_str).filter(|issuer| !issuer.is_empty());
        let received = received.ok_or_else(|| SignedResponseError::NoIssuer(self.issuer.clone()))?;
        if received != self.issuer {
            let (expected, received) = (self.issuer.clone(), printable(received));
            return Err(AuthorizationError::WrongIssuer { expected, received });
        }
        let audiences: Vec<&str> = match claims.get("aud") {
            Some(Json::String(one)) => vec![one],
            Some(Json::Array(several)) => several.iter().filter_map(Json::as_str).collect(),
            _ => Vec::new(),
        };
        if audiences.is_empty() {
            return Err(SignedResponseError::NoAudience(self.client_id.clone()).into());
        }
        if !audiences.contains(&self.client_id.as_str()) {
            let (expected, received) = (self.client_id.clone(), printable(&audiences.join("`, `")));
            return Err(SignedResponseError::WrongAudience { expected, received }.into());
        }
        let expires = claims.get("exp").and_then(Json::as_i64).and_then(|at| Timestamp::from_second(at).ok());
        let expires = expires.ok_or(SignedResponseError::NoExpiry)?;
        if now.duration_since(expires) >= SKEW {
            return Err(SignedResponseError::Expired(relative(expires, now)).into());
        }
        Ok(())
    }
}

/// The claims that are about the JWT, and no parameters of the response. `iss` is one of it as well (RFC 9207).
const OF_THE_JWT: [&str; 5] = ["aud", "exp", "iat", "nbf", "jti"];

/// A claim as the parameter that it stands for.
fn parameter((name, value): (&String, &Json)) -> Option<(String, String)> {
    let text = match value {
        Json::Null => return None,
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    Some((name.clone(), text))
}

/// The refusal in a response that is not believed.
fn refusal(parameters: &Parameters) -> Option<String> {
    let value = |name: &str| parameters.iter().find(|(key, _)| key == name).map(|(_, value)| printable(value));
    value("error").map(|error| words(&error, value("error_description").filter(|text| !text.is_empty()).as_deref()))
}

impl SignedResponse {
    /// The key that its header names.
    pub fn key_id(&self) -> Option<&str> {
        self.inspected.key_id()
    }

    /// The parameters of the response, if one of these keys signed it.
    pub fn verified(self, keys: &KeySet) -> Result<Parameters, SignedResponseError> {
        match keys.check(&self.token, &self.inspected) {
            SignatureCheck::Valid { .. } => Ok(self.parameters),
            SignatureCheck::Invalid => Err(SignedResponseError::WrongSignature),
            SignatureCheck::NoKey => Err(SignedResponseError::UnknownKey(self.key_id().map(printable))),
            SignatureCheck::UnknownAlgorithm => {
                Err(SignedResponseError::Algorithm(printable(self.inspected.algorithm().unwrap_or_default())))
            }
            SignatureCheck::UnknownExtension => Err(SignedResponseError::UnknownExtension),
            SignatureCheck::NotSigned => Err(SignedResponseError::AlgorithmNone),
        }
    }
}

#[cfg(test)]
mod tests;
