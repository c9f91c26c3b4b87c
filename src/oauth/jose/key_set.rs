//! The public keys of an issuer (RFC 7517), and the signature of a JWT checked with them (RFC 7515 section 5.2).
//!
//! Invariants: a shared secret is never read from a key set, so that a public key is never taken for one (RFC 8725
//! section 2.1); each algorithm takes the kind of key that it is for, and no other; `none` is never valid.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519, EcdsaVerificationAlgorithm,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::Value as Json;

use crate::oauth::SecretEncoding;
use crate::oauth::inspected::{Inspected, TokenForm, decode};
use crate::secret::Secret;

/// The most keys that are read: large issuers have a dozen.
pub(in crate::oauth) const MOST_KEYS: usize = 200;
/// The shortest RSA key that signs, in bytes (RFC 7518 section 3.3).
const LEAST_RSA: usize = 256;

/// The public keys of an issuer that can sign.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySet(Vec<PublicKey>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct PublicKey {
    id: Option<String>,
    /// The only algorithm that it is for, where it says so.
    algorithm: Option<String>,
    material: Material,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::oauth) enum Material {
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
    /// The uncompressed point.
    Ec {
        curve: String,
        point: Vec<u8>,
    },
    Ed25519(Vec<u8>),
}

/// What came of checking a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureCheck {
    /// It was made with the key of this ID.
    Valid {
        /// `None` if the key has no ID.
        key: Option<String>,
    },
    /// It was not made with the key that it should be.
    Invalid,
    /// There is no key for it: none of the ID that its header names, or none for its algorithm.
    NoKey,
    /// Its algorithm is not known here.
    UnknownAlgorithm,
    /// Its header demands an extension that is not known here (RFC 7515 section 4.1.11).
    UnknownExtension,
    /// It is not signed (RFC 7519 section 6).
    NotSigned,
}

/// Whether a signature is made with a shared secret (RFC 7518 section 3.2).
pub fn is_shared_secret(algorithm: &str) -> bool {
    hmac_of(algorithm).is_some()
}

impl KeySet {
    /// Reads a key set. Keys of an unknown kind, for encryption, or with a shared secret are left out; `None` if the text
    /// is not a key set.
    pub fn parse(text: &str) -> Option<Self> {
        let json: Json = serde_json::from_str(text).ok()?;
        let keys = json.get("keys")?.as_array()?;
        Some(Self(keys.iter().take(MOST_KEYS).filter_map(PublicKey::read).collect()))
    }

    /// How many keys can be used.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no key can be used.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one has this ID.
    pub fn has(&self, id: &str) -> bool {
        self.0.iter().any(|key| key.id.as_deref() == Some(id))
    }

    /// How many are for this algorithm.
    pub fn count_for(&self, algorithm: &str) -> usize {
        let is_for = |key: &&PublicKey| {
            // A signature that is none tells whether the key is for the algorithm.
            key.algorithm.as_deref().is_none_or(|own| own == algorithm) && key.verify(algorithm, &[], &[]).is_some()
        };
        self.0.iter().filter(is_for).count()
    }

    /// Checks the signature of a JWT that was read from this text. `token` is compared as it is written.
    pub fn check(&self, token: &Secret, inspected: &Inspected) -> SignatureCheck {
        check(token, inspected, |algorithm, message, signature| {
            let named = inspected.key_id();
            let fits = |key: &&PublicKey| {
                named.is_none_or(|id| key.id.as_deref().is_none_or(|own| own == id))
                    && key.algorithm.as_deref().is_none_or(|own| own == algorithm)
            };
            let tried = self.0.iter().filter(fits).filter_map(|key| {
                let is_valid = key.verify(algorithm, message, signature)?;
                Some(is_valid.then(|| key.id.clone()))
            });
            let mut outcome = SignatureCheck::NoKey;
            for valid in tried {
                match valid {
                    Some(key) => return SignatureCheck::Valid { key },
                    None => outcome = SignatureCheck::Invalid,
                }
            }
            if outcome == SignatureCheck::NoKey && !is_known(algorithm) {
                return SignatureCheck::UnknownAlgorithm;
            }
            outcome
        })
    }
}

/// Whether the key of this JWK made the signature; `None` if it is no public key for the algorithm.
pub(in crate::oauth) fn is_signed_by(jwk: &Json, algorithm: &str, message: &[u8], signature: &[u8]) -> Option<bool> {
    PublicKey::read(jwk)?.verify(algorithm, message, signature)
}

/// Checks a signature that is made with the client's secret, as ID tokens may be (OpenID Connect Core 1.0 section 10.1).
pub fn check_with_secret(
    token: &Secret,
    inspected: &Inspected,
    (secret, encoding): (&Secret, SecretEncoding),
) -> SignatureCheck {
    check(token, inspected, |algorithm, message, signature| {
        let Some(algorithm) = hmac_of(algorithm) else { return SignatureCheck::NoKey };
        let Some(bytes) = encoding.bytes(secret) else { return SignatureCheck::NoKey };
        let key = hmac::Key::new(algorithm, &bytes);
        match hmac::verify(&key, message, signature) {
            Ok(()) => SignatureCheck::Valid { key: None },
            Err(_) => SignatureCheck::Invalid,
        }
    })
}

/// What is the same whatever the key.
fn check(
    token: &Secret,
    inspected: &Inspected,
    verify: impl FnOnce(&str, &[u8], &[u8]) -> SignatureCheck,
) -> SignatureCheck {
    let text = token.expose();
    let Some((message, signature)) = text.rsplit_once('.') else { return SignatureCheck::NotSigned };
    let algorithm = inspected.algorithm().unwrap_or("none");
    if inspected.form != TokenForm::Signed || algorithm.eq_ignore_ascii_case("none") || signature.is_empty() {
        return SignatureCheck::NotSigned;
    }
    if inspected.header_json.contains_key("crit") {
        return SignatureCheck::UnknownExtension;
    }
    match decode(signature) {
        Some(signature) => verify(algorithm, message.as_bytes(), &signature),
        None => SignatureCheck::Invalid,
    }
}

impl Material {
    /// `None` if the key is of a kind that is not known here.
    pub(in crate::oauth) fn read(json: &Json) -> Option<Self> {
        let text = |name: &str| json.get(name).and_then(Json::as_str);
        let bytes = |name: &str| text(name).and_then(decode);
        Some(match (text("kty")?, text("crv")) {
            // Numbers as they are: leading zeros would be refused (RFC 7518 section 6.3.1.1).
            ("RSA", _) => Self::Rsa { modulus: number(&bytes("n")?), exponent: number(&bytes("e")?) },
            ("EC", Some(curve)) => {
                let (_, length, ..) = *CURVES.iter().find(|(name, ..)| *name == curve)?;
                let mut point = vec![4];
                point.extend(padded(bytes("x")?, length)?);
                point.extend(padded(bytes("y")?, length)?);
                Self::Ec { curve: curve.to_owned(), point }
            }
            ("OKP", Some("Ed25519")) => Self::Ed25519(bytes("x")?),
            _ => return None,
        })
    }
}

impl PublicKey {
    fn read(json: &Json) -> Option<Self> {
        let text = |name: &str| json.get(name).and_then(Json::as_str);
        if text("use").is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let material = Material::read(json)?;
        Some(Self { id: text("kid").map(str::to_owned), algorithm: text("alg").map(str::to_owned), material })
    }

    /// `None` if the key is not for this algorithm.
    fn verify(&self, algorithm: &str, message: &[u8], signature: &[u8]) -> Option<bool> {
        match &self.material {
            Material::Rsa { modulus, exponent } => {
                let parameters = rsa_of(algorithm).filter(|_| modulus.len() >= LEAST_RSA)?;
                let key = RsaPublicKeyComponents { n: modulus, e: exponent };
                Some(key.verify(parameters, message, signature).is_ok())
            }
            Material::Ec { curve, point } => {
                let (.., verification, _) =
                    CURVES.iter().find(|(name, _, _, own)| name == curve && *own == algorithm)?;
                Some(UnparsedPublicKey::new(*verification, point).verify(message, signature).is_ok())
            }
            Material::Ed25519(point) => {
                let is_for = matches!(algorithm, "EdDSA" | "Ed25519");
                is_for.then(|| UnparsedPublicKey::new(&ED25519, point).verify(message, signature).is_ok())
            }
        }
    }
}

/// Curve, bytes of a coordinate, verification and algorithm (RFC 7518 sections 3.4 and 6.2.1.1).
static CURVES: [(&str, usize, &EcdsaVerificationAlgorithm, &str); 3] = [
    ("P-256", 32, &ECDSA_P256_SHA256_FIXED, "ES256"),
    ("P-384", 48, &ECDSA_P384_SHA384_FIXED, "ES384"),
    ("P-521", 66, &ECDSA_P521_SHA512_FIXED, "ES512"),
];

fn rsa_of(algorithm: &str) -> Option<&'static RsaParameters> {
    Some(match algorithm {
        "RS256" => &RSA_PKCS1_2048_8192_SHA256,
        "RS384" => &RSA_PKCS1_2048_8192_SHA384,
        "RS512" => &RSA_PKCS1_2048_8192_SHA512,
        "PS256" => &RSA_PSS_2048_8192_SHA256,
        "PS384" => &RSA_PSS_2048_8192_SHA384,
        "PS512" => &RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}

fn hmac_of(algorithm: &str) -> Option<hmac::Algorithm> {
    Some(match algorithm {
        "HS256" => hmac::HMAC_SHA256,
        "HS384" => hmac::HMAC_SHA384,
        "HS512" => hmac::HMAC_SHA512,
        _ => return None,
    })
}

fn is_known(algorithm: &str) -> bool {
    let is_curve = CURVES.iter().any(|(.., own)| *own == algorithm);
    rsa_of(algorithm).is_some() || is_curve || matches!(algorithm, "EdDSA" | "Ed25519") || is_shared_secret(algorithm)
}

fn number(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes[zeros..].to_vec()
}

/// A coordinate in its full length; some programs leave leading zeros out.
fn padded(bytes: Vec<u8>, length: usize) -> Option<Vec<u8>> {
    let short = length.checked_sub(bytes.len())?;
    Some([vec![0; short], bytes].concat())
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::jwk::Jwk;
    use jsonwebtoken::{Algorithm, EncodingKey, Header};
    use serde_json::json;

    use super::*;
    use crate::oauth::{AssertionAlgorithm, UnsignedJwt, make_key_pair};

    const RSA_EXAMPLE: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    const CURVE_EXAMPLE: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

    /// RFC 7515 appendices A.2.1 and A.3.1.
    fn of_the_rfc() -> KeySet {
        let keys = json!({ "keys": [
            { "kty": "RSA", "e": "AQAB", "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ" },
            { "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" },
        ] });
        KeySet::parse(&keys.to_string()).expect("a key set")
    }

    fn checked(keys: &KeySet, token: &str) -> SignatureCheck {
        let token = Secret::new(token);
        keys.check(&token, &Inspected::read(&token))
    }

    const VALID: SignatureCheck = SignatureCheck::Valid { key: None };

    #[test]
    fn the_signed_examples_of_rfc_7515_appendix_a_are_valid_and_nothing_else_is() {
        let keys = of_the_rfc();
        for example in [RSA_EXAMPLE, CURVE_EXAMPLE] {
            assert_eq!(checked(&keys, example), VALID);
            let (message, signature) = example.rsplit_once('.').expect("three parts");
            let changed = message.replace("eyJpc3Mi", "eyJpc3Nz");
            assert_ne!(checked(&keys, &format!("{changed}.{signature}")), VALID);
            let other = format!("{message}.B{}", &signature[1..]);
            assert_eq!(checked(&keys, &other), SignatureCheck::Invalid);
            assert_eq!(checked(&keys, &format!("{message}.")), SignatureCheck::NotSigned);
            assert_eq!(checked(&keys, &format!("{message}.!!")), SignatureCheck::Invalid);
            assert_eq!(checked(&KeySet::default(), example), SignatureCheck::NoKey);
        }
    }

    #[test]
    fn the_signed_examples_of_rfc_7520_are_valid_and_their_keys_sign_here() {
        let cookbook: Json = serde_json::from_str(include_str!("../../../tests/vectors/rfc7520.json")).expect("JSON");
        let examples = cookbook["signed"].as_array().expect("a list");
        assert_eq!(examples.len(), 3);
        for example in examples {
            let text = |name: &str| example[name].as_str().expect("a text");
            let (section, algorithm) = (text("section"), text("alg"));
            let (message, signature) = text("jws").rsplit_once('.').expect("three parts");
            let signature = decode(signature).expect("base64url");
            let public = PublicKey::read(&cookbook["keys"][text("public")]).expect(section);
            let verify = |message: &str, signature: &[u8]| public.verify(algorithm, message.as_bytes(), signature);
            assert_eq!(verify(message, &signature), Some(true), "{section}");
            assert_eq!(verify(&format!("{message}A"), &signature), Some(false), "{section}");
            let private = Secret::new(cookbook["keys"][text("key")].to_string());
            let key = crate::oauth::parse_key(&private).expect(section).pair.signing_key().expect("a key");
            let known = AssertionAlgorithm::parse(algorithm).expect("known here");
            let signed = key.sign(known, message.as_bytes()).expect("signed");
            assert_eq!(verify(message, &signed), Some(true), "{section}");
            // There is no chance in PKCS #1 v1.5, and there is in PSS and ECDSA.
            assert_eq!(signed == signature, known == AssertionAlgorithm::RS256, "{section}");
        }
    }

    /// RFC 7519 section 3.1, whose key is in RFC 7515 appendix A.1.1.
    #[test]
    fn a_shared_secret_checks_what_it_signed_and_a_public_key_never_does() {
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(checked(&of_the_rfc(), token), SignatureCheck::NoKey);
        let token = jsonwebtoken::encode(
            &Header::new(Algorithm::HS384),
            &json!({ "iss": "a" }),
            &EncodingKey::from_secret(b"secret"),
        );
        let token = Secret::new(token.expect("signed"));
        let by =
            |secret| check_with_secret(&token, &Inspected::read(&token), (&Secret::new(secret), SecretEncoding::Text));
        assert_eq!((by("secret"), by("other")), (VALID, SignatureCheck::Invalid));
        let rsa = Secret::new(RSA_EXAMPLE);
        assert_eq!(
            check_with_secret(&rsa, &Inspected::read(&rsa), (&Secret::new("x"), SecretEncoding::Text)),
            SignatureCheck::NoKey
        );
    }

    /// The attack of RFC 8725 section 2.1: the public key, which everybody has, as the secret of an HMAC.
    #[test]
    fn a_public_key_is_no_shared_secret_even_where_the_issuer_publishes_it_as_one() {
        let forged = jsonwebtoken::encode(
            &Header { kid: Some("1".into()), ..Header::new(Algorithm::HS256) },
            &json!({ "sub": "admin" }),
            &EncodingKey::from_secret(b"public"),
        );
        let keys = json!({ "keys": [{ "kty": "oct", "kid": "1", "k": "cHVibGlj" }] }).to_string();
        let keys = KeySet::parse(&keys).expect("a key set");
        assert!(keys.is_empty());
        assert_eq!(checked(&keys, &forged.expect("signed")), SignatureCheck::NoKey);
    }

    #[test]
    fn a_token_without_a_signature_is_never_valid() {
        for header in ["{\"alg\":\"none\"}", "{\"alg\":\"NoNe\"}", "{}", "{\"alg\":7}"] {
            let header = base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, header);
            for signature in ["", "c2ln"] {
                let check = checked(&of_the_rfc(), &format!("{header}.e30.{signature}"));
                assert!(!matches!(check, SignatureCheck::Valid { .. } | SignatureCheck::Invalid), "{header} {check:?}");
            }
        }
        let demanding = base64::Engine::encode(
            &base64::prelude::BASE64_URL_SAFE_NO_PAD,
            "{\"alg\":\"RS256\",\"crit\":[\"b64\"],\"b64\":false}",
        );
        assert_eq!(checked(&of_the_rfc(), &format!("{demanding}.e30.c2ln")), SignatureCheck::UnknownExtension);
        assert_eq!(checked(&of_the_rfc(), "eyJhbGciOiJFUzI1NksifQ.e30.c2ln"), SignatureCheck::UnknownAlgorithm);
    }

    #[test]
    fn every_algorithm_is_checked_with_its_own_key_by_its_id() {
        let now = jiff::Timestamp::UNIX_EPOCH;
        let month = std::time::Duration::from_hours(24 * 30);
        let made = |algorithm| make_key_pair(algorithm, 2048, "a test", now, month).expect("a key pair");
        let (rsa, p256, p384) =
            (made(AssertionAlgorithm::RS256), made(AssertionAlgorithm::ES256), made(AssertionAlgorithm::ES384));
        // By the library that signs them, so that the keys are written as another program writes them.
        let rsa_key = EncodingKey::from_rsa_pem(rsa.private_key.expose().as_bytes()).expect("a key");
        let p256_key = EncodingKey::from_ec_pem(p256.private_key.expose().as_bytes()).expect("a key");
        let p384_key = EncodingKey::from_ec_pem(p384.private_key.expose().as_bytes()).expect("a key");
        let jwk = |key: &EncodingKey, algorithm, id: &str| {
            let mut jwk = Jwk::from_encoding_key(key, algorithm).expect("a public key");
            (jwk.common.key_id, jwk.common.key_algorithm) = (Some(id.to_owned()), None);
            serde_json::to_value(jwk).expect("JSON")
        };
        let keys = json!({ "keys": [
            jwk(&rsa_key, Algorithm::RS256, "rsa"), jwk(&p256_key, Algorithm::ES256, "p256"),
            jwk(&p384_key, Algorithm::ES384, "p384"), { "kty": "RSA", "use": "enc", "kid": "other", "n": "AQ", "e": "AQ" },
        ] });
        let keys = KeySet::parse(&keys.to_string()).expect("a key set");
        assert_eq!((keys.len(), keys.has("p384"), keys.has("other")), (3, true, false));
        let all = [
            (AssertionAlgorithm::RS256, &rsa, "rsa"),
            (AssertionAlgorithm::RS384, &rsa, "rsa"),
            (AssertionAlgorithm::RS512, &rsa, "rsa"),
            (AssertionAlgorithm::PS256, &rsa, "rsa"),
            (AssertionAlgorithm::PS384, &rsa, "rsa"),
            (AssertionAlgorithm::PS512, &rsa, "rsa"),
            (AssertionAlgorithm::ES256, &p256, "p256"),
            (AssertionAlgorithm::ES384, &p384, "p384"),
        ];
        for (algorithm, pair, id) in all {
            let signed = |id: &str| {
                let jwt = UnsignedJwt {
                    header: json!({ "kid": id }).as_object().expect("an object").clone(),
                    claims: json!({ "iss": "é" }).as_object().expect("an object").clone(),
                };
                jwt.sign(&pair.signing_key().expect("a key"), algorithm).expect("signed")
            };
            let check = |id: &str| checked(&keys, signed(id).expose());
            assert_eq!(check(id), SignatureCheck::Valid { key: Some(id.to_owned()) }, "{algorithm:?}");
            assert_eq!(check("unknown"), SignatureCheck::NoKey, "{algorithm:?}");
            let other = if id == "rsa" { "p256" } else { "rsa" };
            assert_eq!(check(other), SignatureCheck::NoKey, "{algorithm:?}: a key of another kind");
        }
    }

    /// Which `jsonwebtoken` does not know.
    #[test]
    fn es512_and_ed25519_are_checked_too() {
        use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
        let now = jiff::Timestamp::UNIX_EPOCH;
        let pair = make_key_pair(AssertionAlgorithm::ES512, 0, "a test", now, std::time::Duration::from_hours(24));
        let key = pair.expect("a key pair").signing_key().expect("a key");
        let text = |bytes: &[u8]| base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, bytes);
        // The header of a point, or of the key that has it, is before the coordinates.
        let point = &key.public_key()[key.public_key().len() - 132..];
        let edwards = Ed25519KeyPair::generate().expect("a key");
        let keys = json!({ "keys": [
            { "kty": "EC", "crv": "P-521", "x": text(&point[..66]), "y": text(&point[66..]) },
            { "kty": "OKP", "crv": "Ed25519", "x": text(edwards.public_key().as_ref()) },
        ] });
        let keys = KeySet::parse(&keys.to_string()).expect("a key set");
        let signed = UnsignedJwt::default().sign(&key, AssertionAlgorithm::ES512).expect("signed");
        assert_eq!(checked(&keys, signed.expose()), VALID);
        let message = format!("{}.e30", text(b"{\"alg\":\"EdDSA\"}"));
        let signed = format!("{message}.{}", text(edwards.sign(message.as_bytes()).as_ref()));
        assert_eq!(checked(&keys, &signed), VALID);
    }

    #[test]
    fn a_text_that_is_no_key_set_is_none_and_broken_keys_are_left_out() {
        for text in ["", "[]", "{}", "{\"keys\":1}", "<html>"] {
            assert_eq!(KeySet::parse(text), None, "{text}");
        }
        let keys = json!({ "keys": [
            7, { "kty": "EC", "crv": "P-256", "x": "", "y": "!!" }, { "kty": "RSA", "n": "", "e": "" },
            { "kty": "EC", "crv": "P-256", "x": "A".repeat(80), "y": "" }, { "kty": "new" },
        ] });
        let keys = KeySet::parse(&keys.to_string()).expect("a key set");
        assert_ne!(checked(&keys, RSA_EXAMPLE), VALID);
    }
}
