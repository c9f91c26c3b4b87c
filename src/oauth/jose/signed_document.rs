//! A document that its publisher signed: a JWS in compact form (RFC 7515 section 7.1). Its header brings the public key
//! (`jwk`, section 4.1.3), which proves nothing until the reader has compared the thumbprint of the key (RFC 7638).

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde_json::{Value as Json, json};
use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis, printable};
use crate::oauth::assertions::jwt::AssertionAlgorithm;
use crate::oauth::inspected::{decode, decode_part};
use crate::oauth::jose::key_set::is_signed_by;
use crate::oauth::keys::jwk::thumbprint;
use crate::oauth::keys::signing_key::{KeyKind, SigningKey};

/// The signatures that are accepted.
const ALGORITHMS: [AssertionAlgorithm; 2] = [AssertionAlgorithm::EdDSA, AssertionAlgorithm::ES256];

/// A document whose signature is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedDocument {
    /// What was signed.
    pub payload: Vec<u8>,
    /// The thumbprint of the key that signed it (RFC 7638). Whether it is the publisher's key, the caller has to know.
    pub thumbprint: String,
}

/// Why a text is not accepted as a signed document, or cannot be signed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SignedDocumentError {
    /// It has not the three parts of a JWS, or its header is no JSON object.
    #[error("it is no signed document (JWS, RFC 7515), or it is cut off")]
    NotJws,
    /// A member of the header occurs twice.
    #[error("its header has `{0}` twice")]
    Duplicate(String),
    /// It is a document of another type.
    #[error("its type (`typ`) is `{found}`, not `{expected}`")]
    Type {
        /// What it should be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// The header demands an extension (RFC 7515 section 4.1.11).
    #[error("its header demands an extension that is not known here (`crit`)")]
    Extension,
    /// Its `alg` is `none`, or it has none.
    #[error("it has no signature (its `alg` is `none`), so anybody can have written it")]
    AlgorithmNone,
    /// Another algorithm.
    #[error("it is signed by `{0}`; only `EdDSA` and `ES256` are accepted")]
    Algorithm(String),
    /// There is no public key in the header, or not one for the algorithm.
    #[error("its header has no public key (`jwk`) for its signature")]
    NoKey,
    /// The signature is of another key, or the document was changed.
    #[error("its signature is wrong: it was changed, cut off, or not signed with the key that it names")]
    WrongSignature,
    /// A key that cannot sign it.
    #[error("a document is signed with a key on Ed25519 or an EC key on P-256, and this is {0}")]
    WrongKey(KeyKind),
    /// The library failed.
    #[error("it could not be signed with this key")]
    NotSigned,
}

impl Diagnose for SignedDocumentError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::NotJws => diagnosis.hint("get it again, whole, from its publisher"),
            Self::WrongKey(_) => {
                diagnosis.hint("make one: `openssl genpkey -algorithm ed25519 -out KEY`, for its owner's eyes only")
            }
            Self::NotSigned => diagnosis.hint("look at whether the key is whole"),
            _ => diagnosis.hint("do not use it: get it again from its publisher, and ask there if it stays so"),
        }
    }
}

impl SignedDocument {
    /// Signs a payload, and returns the document.
    pub fn sign(key: &SigningKey, typ: &str, payload: &[u8]) -> Result<String, SignedDocumentError> {
        let algorithm = ALGORITHMS.into_iter().find(|algorithm| key.kind().signs(*algorithm));
        let algorithm = algorithm.ok_or_else(|| SignedDocumentError::WrongKey(key.kind()))?;
        let header = json!({ "alg": algorithm.as_str(), "typ": typ, "jwk": key.public_jwk() });
        let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let message = format!("{}.{}", encode(header.to_string().as_bytes()), encode(payload));
        let signature = key.sign(algorithm, message.as_bytes()).map_err(|_| SignedDocumentError::NotSigned)?;
        Ok(format!("{message}.{}", encode(&signature)))
    }

    /// Reads a document of this type, and checks its signature with the key in its header.
    pub fn read(text: &str, typ: &'static str) -> Result<Self, SignedDocumentError> {
        let text = text.trim_end_matches(['\r', '\n']);
        let (message, signature) = text.rsplit_once('.').ok_or(SignedDocumentError::NotJws)?;
        let (header, payload) = message.split_once('.').ok_or(SignedDocumentError::NotJws)?;
        let (header, twice) = decode_part(header).ok_or(SignedDocumentError::NotJws)?;
        let payload = decode(payload).ok_or(SignedDocumentError::NotJws)?;
        if let Some(name) = twice.first() {
            return Err(SignedDocumentError::Duplicate(printable(name).into_owned()));
        }
        let said = |name: &str| header.get(name).and_then(Json::as_str).unwrap_or_default();
        if said("typ") != typ {
            let found = printable(said("typ")).into_owned();
            return Err(SignedDocumentError::Type { expected: typ, found });
        }
        if header.contains_key("crit") {
            return Err(SignedDocumentError::Extension);
        }
        let algorithm = said("alg");
        if algorithm.is_empty() || algorithm.eq_ignore_ascii_case("none") {
            return Err(SignedDocumentError::AlgorithmNone);
        }
        if !ALGORITHMS.iter().any(|known| known.as_str() == algorithm) {
            return Err(SignedDocumentError::Algorithm(printable(algorithm).into_owned()));
        }
        let jwk = header.get("jwk").ok_or(SignedDocumentError::NoKey)?;
        let thumbprint = thumbprint(jwk).ok_or(SignedDocumentError::NoKey)?;
        let signature = decode(signature).ok_or(SignedDocumentError::WrongSignature)?;
        match is_signed_by(jwk, algorithm, message.as_bytes(), &signature) {
            Some(true) => Ok(Self { payload, thumbprint }),
            Some(false) => Err(SignedDocumentError::WrongSignature),
            None => Err(SignedDocumentError::NoKey),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::make_proof_key;

    const TYP: &str = "test+jws";

    fn key(algorithm: AssertionAlgorithm) -> SigningKey {
        make_proof_key(algorithm).expect("a key").signing_key().expect("usable")
    }

    /// A document with this header and a signature over it.
    fn with_header(key: &SigningKey, header: &str) -> String {
        let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let message = format!("{}.{}", encode(header.as_bytes()), encode(b"{}"));
        let signature = key.sign(AssertionAlgorithm::EdDSA, message.as_bytes()).expect("signed");
        format!("{message}.{}", encode(&signature))
    }

    #[test]
    fn what_one_of_the_two_kinds_of_key_signed_is_read_and_names_the_key() {
        for algorithm in ALGORITHMS {
            let key = key(algorithm);
            let text = SignedDocument::sign(&key, TYP, b"words").expect("signed");
            let read = SignedDocument::read(&format!("{text}\n"), TYP).expect("accepted");
            assert_eq!((read.payload.as_slice(), Some(read.thumbprint)), (&b"words"[..], key.thumbprint()));
        }
        let refused = SignedDocument::sign(&key(AssertionAlgorithm::ES384), TYP, b"words");
        assert_eq!(refused, Err(SignedDocumentError::WrongKey(KeyKind::P384)));
    }

    #[test]
    fn a_document_that_was_changed_or_cut_off_is_refused() {
        let text = SignedDocument::sign(&key(AssertionAlgorithm::EdDSA), TYP, b"words").expect("signed");
        let read = |text: &str| SignedDocument::read(text, TYP).expect_err("refused");
        let other = text.replace(&BASE64_URL_SAFE_NO_PAD.encode(b"words"), &BASE64_URL_SAFE_NO_PAD.encode(b"wards"));
        assert_eq!(read(&other), SignedDocumentError::WrongSignature);
        assert_eq!(read(&text[..text.len() - 10]), SignedDocumentError::WrongSignature);
        let (message, _) = text.rsplit_once('.').expect("three parts");
        assert_eq!(read(message), SignedDocumentError::NotJws);
        assert_eq!(read(&format!("{message}.")), SignedDocumentError::WrongSignature);
        assert_eq!(read(""), SignedDocumentError::NotJws);
        assert_eq!(read("a.b.c"), SignedDocumentError::NotJws);
    }

    #[test]
    fn a_header_that_asks_for_anything_else_is_refused() {
        let key = key(AssertionAlgorithm::EdDSA);
        let jwk = key.public_jwk().expect("a public key");
        let read = |header: &str| SignedDocument::read(&with_header(&key, header), TYP).map(|read| read.payload);
        let with = |alg: &str, more: &str| format!("{{\"alg\":\"{alg}\",\"typ\":\"{TYP}\",\"jwk\":{jwk}{more}}}");
        assert_eq!(read(&with("EdDSA", "")), Ok(b"{}".to_vec()));
        assert_eq!(read(&with("EdDSA", ",\"crit\":[\"b64\"],\"b64\":false")), Err(SignedDocumentError::Extension));
        assert_eq!(read(&with("EdDSA", ",\"typ\":\"other\"")), Err(SignedDocumentError::Duplicate("typ".into())));
        for none in ["none", "NONE", ""] {
            assert_eq!(read(&with(none, "")), Err(SignedDocumentError::AlgorithmNone), "{none}");
        }
        for other in ["HS256", "RS256", "ES384", "new"] {
            assert_eq!(read(&with(other, "")), Err(SignedDocumentError::Algorithm(other.into())));
        }
        // The key in the header is on another curve.
        assert_eq!(read(&with("ES256", "")), Err(SignedDocumentError::NoKey));
        let without = format!("{{\"alg\":\"EdDSA\",\"typ\":\"{TYP}\"}}");
        assert_eq!(read(&without), Err(SignedDocumentError::NoKey));
        let typ = "{\"alg\":\"EdDSA\",\"typ\":\"JWT\"}";
        let expected = SignedDocumentError::Type { expected: TYP, found: "JWT".into() };
        assert_eq!(read(typ), Err(expected));
        // A shared secret is no public key (RFC 8725 section 2.1).
        let secret = format!("{{\"alg\":\"EdDSA\",\"typ\":\"{TYP}\",\"jwk\":{{\"kty\":\"oct\",\"k\":\"eA\"}}}}");
        assert_eq!(read(&secret), Err(SignedDocumentError::NoKey));
    }
}
