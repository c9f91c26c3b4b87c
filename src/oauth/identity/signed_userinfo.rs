//! The reply of the userinfo endpoint as a JWT, signed, encrypted, or both (`OpenID` Connect Core 1.0 sections 5.3.2 and 5.3.4).
//!
//! Invariant: nothing in a signed reply is believed before [`SignedUserinfo::verified`].

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;
use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::SecretEncoding;
use crate::oauth::authorization::issuer::is_issuer_of_token;
use crate::oauth::authorization::response::printable;
use crate::oauth::authorization::signed_response::FAPI_ALGORITHMS;
use crate::oauth::inspected::{Inspected, TokenForm, relative};
use crate::oauth::jose::jwe::{JweError, decrypt};
use crate::oauth::jose::key_set::{KeySet, SignatureCheck, check_with_secret, is_shared_secret};
use crate::oauth::keys::signing_key::KeyPair;
use crate::secret::Secret;

/// The media type of such a reply.
pub const USERINFO_JWT: &str = "application/jwt";

/// How far the clock of this machine may be ahead of the service's.
const SKEW: SignedDuration = SignedDuration::from_mins(1);

/// What a signed reply is checked against.
#[derive(Clone, Debug)]
pub struct ExpectedUserinfo {
    /// The issuer, whose keys sign.
    pub issuer: String,
    /// Whom the reply is for.
    pub client_id: String,
    /// Whether only the signatures are accepted that FAPI 2.0 allows.
    pub is_fapi: bool,
}

/// Why a reply is not believed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum UserinfoError {
    /// It is neither a JWT nor, decrypted, JSON.
    #[error("the userinfo reply is no JSON Web Token, although it says so")]
    NotJwt,
    /// It is encrypted, and cannot be decrypted.
    #[error("the userinfo reply cannot be read: {0}")]
    Encrypted(#[from] JweError),
    /// Nobody signed it.
    #[error("the userinfo reply has no signature (its `alg` is `none`), so anybody can have written it")]
    NotSigned,
    /// An algorithm that is not known, or not allowed.
    #[error("the userinfo reply is signed by `{0}`, which is not accepted here")]
    Algorithm(String),
    /// The header demands an extension.
    #[error("the header of the userinfo reply demands an extension that is not known here (`crit`)")]
    UnknownExtension,
    /// Another key made the signature, or the reply was changed.
    #[error("the signature of the userinfo reply is wrong: {0} did not make it")]
    WrongSignature(&'static str),
    /// The issuer has no key for it.
    #[error("the userinfo reply is signed with a key that its issuer does not publish")]
    UnknownKey,
    /// Another issuer.
    #[error("the userinfo reply comes from `{received}` (`iss`), not from `{expected}`")]
    WrongIssuer {
        /// The one of the profile.
        expected: String,
        /// The one in the reply.
        received: String,
    },
    /// The audience is another client.
    #[error("the userinfo reply is for `{received}` (`aud`), not for the client `{expected}`")]
    WrongAudience {
        /// This client.
        expected: String,
        /// Those in the reply.
        received: String,
    },
    /// It says about nobody.
    #[error("the userinfo reply does not say whom it is about (`sub`)")]
    NoSubject,
    /// It expired so long ago.
    #[error("the userinfo reply expired {0} (`exp`), by the clock of this machine")]
    Expired(String),
}

impl Diagnose for UserinfoError {
    fn diagnose(&self) -> Diagnosis {
        let reference = "https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponseValidation";
        let diagnosis = Diagnosis::new(self.to_string()).reference(reference);
        match self {
            Self::Encrypted(error) => Diagnosis { hint: error.diagnose().hint, ..diagnosis },
            Self::Algorithm(_) => diagnosis.hint(
                "have the service sign by `PS256` or `ES256` (`userinfo_signed_response_alg` of the client's registration)",
            ),
            Self::Expired(_) => diagnosis.hint("compare this machine's clock with the service's"),
            Self::WrongIssuer { .. } => diagnosis
                .hint("compare the issuer of the profile (`redirect.issuer` in the preset) with the service's documentation"),
            _ => diagnosis.hint("do not rely on it: the service, or something in between, is not to be trusted"),
        }
    }
}

/// A reply, decrypted.
#[derive(Debug)]
pub enum OpenedUserinfo {
    /// Claims that nobody signed: the reply was only encrypted.
    Claims(Json),
    /// A signed JWT.
    Signed(Box<SignedUserinfo>),
}

/// A signed reply that is not believed yet.
#[derive(Debug)]
pub struct SignedUserinfo {
    token: Secret,
    inspected: Inspected,
}

/// Decrypts a reply with the private key of the profile, if it is encrypted.
pub fn open_userinfo(body: &Secret, key: Option<&KeyPair>) -> Result<OpenedUserinfo, UserinfoError> {
    let mut token = Secret::new(body.expose().trim());
    let mut inspected = Inspected::read(&token);
    if inspected.form == TokenForm::Encrypted {
        token = decrypt(&token, key)?;
        if let Some(claims) = serde_json::from_str::<Json>(token.expose()).ok().filter(Json::is_object) {
            return Ok(OpenedUserinfo::Claims(claims));
        }
        inspected = Inspected::read(&token);
    }
    if inspected.form != TokenForm::Signed {
        return Err(UserinfoError::NotJwt);
    }
    Ok(OpenedUserinfo::Signed(Box::new(SignedUserinfo { token, inspected })))
}

impl SignedUserinfo {
    /// The key that its header names.
    pub fn key_id(&self) -> Option<&str> {
        self.inspected.key_id()
    }

    /// The issuer that it names, unverified.
    pub fn issuer(&self) -> Option<&str> {
        self.inspected.issuer()
    }

    /// Whether it is signed with the client secret, and with no key of the issuer.
    pub fn is_by_secret(&self) -> bool {
        self.inspected.algorithm().is_some_and(is_shared_secret)
    }

    /// The claims, if one of these keys signed them, or the client secret where it is signed with that, and they are of this
    /// issuer for this client. `iss` and `aud` may be missing (section 5.3.2).
    pub fn verified(
        &self,
        expected: &ExpectedUserinfo,
        (keys, secret): (&KeySet, &Secret),
        now: Timestamp,
    ) -> Result<Json, UserinfoError> {
        let inspected = &self.inspected;
        let algorithm = inspected.algorithm().unwrap_or("none");
        let unaccepted = || UserinfoError::Algorithm(printable(algorithm));
        if expected.is_fapi && !FAPI_ALGORITHMS.contains(&algorithm) {
            return Err(unaccepted());
        }
        let (check, by) = if self.is_by_secret() {
            (check_with_secret(&self.token, inspected, (secret, SecretEncoding::Text)), "the client secret")
        } else {
            (keys.check(&self.token, inspected), "a key of its issuer")
        };
        match check {
            SignatureCheck::Valid { .. } => {}
            SignatureCheck::Invalid => return Err(UserinfoError::WrongSignature(by)),
            SignatureCheck::NoKey => return Err(UserinfoError::UnknownKey),
            SignatureCheck::UnknownAlgorithm => return Err(unaccepted()),
            SignatureCheck::UnknownExtension => return Err(UserinfoError::UnknownExtension),
            SignatureCheck::NotSigned => return Err(UserinfoError::NotSigned),
        }
        self.check_claims(expected, now)?;
        Ok(Json::Object(inspected.claims_json.clone()))
    }

    fn check_claims(&self, expected: &ExpectedUserinfo, now: Timestamp) -> Result<(), UserinfoError> {
        let inspected = &self.inspected;
        if let Some(issuer) = inspected.issuer().filter(|issuer| !is_issuer_of_token(&expected.issuer, issuer)) {
            let received = printable(issuer);
            return Err(UserinfoError::WrongIssuer { expected: expected.issuer.clone(), received });
        }
        let audiences = inspected.audiences();
        if !audiences.is_empty() && !audiences.contains(&expected.client_id.as_str()) {
            let received = printable(&audiences.join("`, `"));
            return Err(UserinfoError::WrongAudience { expected: expected.client_id.clone(), received });
        }
        let claims = &inspected.claims_json;
        if claims.get("sub").and_then(Json::as_str).is_none_or(str::is_empty) {
            return Err(UserinfoError::NoSubject);
        }
        let expires = claims.get("exp").and_then(Json::as_i64).and_then(|at| Timestamp::from_second(at).ok());
        match expires.filter(|expires| now.duration_since(*expires) >= SKEW) {
            Some(expires) => Err(UserinfoError::Expired(relative(expires, now))),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::oauth::{AssertionAlgorithm, Recipients, RequestEncryption, SigningKey, UnsignedJwt, make_proof_key};

    const NOW: i64 = 1_800_000_000;

    fn key_set(pair: &KeyPair, purpose: &str) -> String {
        let mut jwk = pair.signing_key().expect("a key").public_jwk().expect("a public key");
        jwk["use"] = purpose.into();
        json!({ "keys": [jwk] }).to_string()
    }

    fn made(algorithm: AssertionAlgorithm) -> KeyPair {
        make_proof_key(algorithm).expect("a key")
    }

    fn signed(claims: &Json, key: &SigningKey, algorithm: AssertionAlgorithm) -> Secret {
        let claims = claims.as_object().expect("an object").clone();
        UnsignedJwt { claims, ..UnsignedJwt::default() }.sign(key, algorithm).expect("signed")
    }

    fn verified(body: &Secret, keys: &str, is_fapi: bool) -> Result<Json, UserinfoError> {
        let OpenedUserinfo::Signed(reply) = open_userinfo(body, None)? else { panic!("it is signed") };
        let (issuer, client_id) = ("https://op.test".to_owned(), "s6BhdRkqt3".to_owned());
        let keys = KeySet::parse(keys).expect("a key set");
        let now = Timestamp::from_second(NOW).expect("a time");
        reply.verified(&ExpectedUserinfo { issuer, client_id, is_fapi }, (&keys, &Secret::new("secret")), now)
    }

    #[test]
    fn a_signed_reply_of_the_issuer_for_the_client_is_believed_and_each_other_is_refused_by_name() {
        let (pair, other) = (made(AssertionAlgorithm::ES256), made(AssertionAlgorithm::ES256));
        let (key, keys) = (pair.signing_key().expect("a key"), key_set(&pair, "sig"));
        let of = |claims: Json| verified(&signed(&claims, &key, AssertionAlgorithm::ES256), &keys, true);
        let claims =
            json!({ "iss": "https://op.test", "aud": ["other", "s6BhdRkqt3"], "sub": "248289761001", "exp": NOW });
        assert_eq!(of(claims.clone()), Ok(claims.clone()));
        assert_eq!(
            of(json!({ "sub": "1" })),
            Ok(json!({ "sub": "1" })),
            "`iss` and `aud` should be there, and need not"
        );
        let refused = [
            (
                json!({ "iss": "https://evil.test", "sub": "1" }),
                "comes from `https://evil.test` (`iss`), not from `https",
            ),
            (json!({ "aud": "other", "sub": "1" }), "is for `other` (`aud`), not for the client `s6BhdRkqt3`"),
            (json!({ "iss": "https://op.test" }), "does not say whom it is about (`sub`)"),
            (json!({ "sub": "1", "exp": NOW - 3600 }), "expired 60 min ago (`exp`)"),
        ];
        for (claims, words) in refused {
            let error = of(claims).expect_err(words);
            assert!(error.to_string().contains(words), "{error}");
        }
        let by_other = signed(&claims, &other.signing_key().expect("a key"), AssertionAlgorithm::ES256);
        assert_eq!(verified(&by_other, &keys, false), Err(UserinfoError::WrongSignature("a key of its issuer")));
        assert_eq!(verified(&by_other, "{\"keys\":[]}", false), Err(UserinfoError::UnknownKey));
        let unsigned = Secret::new("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.");
        assert_eq!(verified(&unsigned, &keys, false), Err(UserinfoError::NotSigned));
        for body in ["", "{\"sub\":\"1\"}", "a.b"] {
            assert_eq!(open_userinfo(&Secret::new(body), None).err(), Some(UserinfoError::NotJwt), "{body}");
        }
    }

    #[test]
    fn a_reply_that_the_client_secret_signs_is_believed_but_not_under_fapi() {
        let claims = json!({ "sub": "1" });
        let by = |secret| signed(&claims, &SigningKey::shared(&Secret::new(secret)), AssertionAlgorithm::HS256);
        let none = "{\"keys\":[]}";
        assert_eq!(verified(&by("secret"), none, false), Ok(claims.clone()));
        assert_eq!(verified(&by("other"), none, false), Err(UserinfoError::WrongSignature("the client secret")));
        assert_eq!(verified(&by("secret"), none, true), Err(UserinfoError::Algorithm("HS256".into())));
    }

    #[test]
    fn an_encrypted_reply_is_opened_with_the_key_of_the_profile() {
        let (own, signer) = (made(AssertionAlgorithm::PS256), made(AssertionAlgorithm::ES256));
        let recipients = Recipients::read("{}", &key_set(&own, "enc"));
        let recipient = recipients.choose(RequestEncryption::default()).expect("a key");
        let sealed = |text: &Secret| recipient.encrypt(text, &mut || [7; 32]).expect("encrypted");
        let inside = signed(&json!({ "sub": "1" }), &signer.signing_key().expect("a key"), AssertionAlgorithm::ES256);
        let opened = open_userinfo(&sealed(&inside), Some(&own)).expect("opened");
        assert!(matches!(opened, OpenedUserinfo::Signed(reply) if reply.token == inside));
        let opened = open_userinfo(&sealed(&Secret::new("{\"sub\":\"1\"}")), Some(&own)).expect("opened");
        assert!(matches!(opened, OpenedUserinfo::Claims(claims) if claims == json!({ "sub": "1" })));
        let refused = open_userinfo(&sealed(&inside), None).expect_err("no key");
        assert_eq!(refused, UserinfoError::Encrypted(JweError::NoKey));
    }
}
