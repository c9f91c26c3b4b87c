//! A public key as a JSON Web Key (RFC 7517), and its thumbprint (RFC 7638).

use aws_lc_rs::digest::{SHA256, digest};
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde_json::{Map, Value as Json};

use crate::oauth::keys::certificate::Certificate;
use crate::oauth::keys::signing_key::{KeyKind, KeyPair, SigningKey};

impl SigningKey {
    /// The public key with the members that its kind requires, in the order of their names; `None` for a shared secret.
    pub fn public_jwk(&self) -> Option<Json> {
        let text = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let members = match (self.curve_name(), self.rsa_public_key()) {
            (Some(curve), _) if self.kind() == KeyKind::Ed25519 => {
                vec![("crv", curve.to_owned()), ("kty", "OKP".to_owned()), ("x", text(self.public_key()))]
            }
            (Some(curve), _) => {
                // The first byte says that the point is not compressed.
                let (x, y) = self.public_key().get(1..)?.split_at(self.public_key().len() / 2);
                vec![("crv", curve.to_owned()), ("kty", "EC".to_owned()), ("x", text(x)), ("y", text(y))]
            }
            (None, Some((modulus, exponent))) => {
                vec![("e", text(&exponent)), ("kty", "RSA".to_owned()), ("n", text(&modulus))]
            }
            (None, None) => return None,
        };
        Some(members.into_iter().map(|(name, value)| (name.to_owned(), Json::from(value))).collect())
    }

    /// The thumbprint of the public key; `None` for a shared secret.
    pub fn thumbprint(&self) -> Option<String> {
        thumbprint(&self.public_jwk()?)
    }
}

impl KeyPair {
    /// The public key with its certificates (RFC 7517 section 4.7); `None` if there is none, or it cannot be read.
    pub fn certificate_jwk(&self) -> Option<Json> {
        let certificates = Certificate::parse_all(self.certificate.as_deref()?).ok()?;
        let mut jwk = self.signing_key()?.public_jwk()?;
        jwk["x5c"] = certificates.iter().map(|one| BASE64_STANDARD.encode(one.der())).collect();
        Some(jwk)
    }
}

/// The SHA-256 thumbprint of a public key (RFC 7638 section 3); `None` if it is not one of a known kind.
pub fn thumbprint(jwk: &Json) -> Option<String> {
    let required: &[&str] = match jwk.get("kty")?.as_str()? {
        "EC" => &["crv", "kty", "x", "y"],
        "RSA" => &["e", "kty", "n"],
        "OKP" => &["crv", "kty", "x"],
        _ => return None,
    };
    let member = |name: &&str| Some(((*name).to_owned(), Json::from(jwk.get(*name)?.as_str()?)));
    let members: Map<String, Json> = required.iter().map(member).collect::<Option<_>>()?;
    Some(digest_text(&Json::Object(members).to_string()))
}

/// The SHA-256 of a text in base64url, as `jkt` and `ath` are.
pub fn digest_text(text: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{AssertionAlgorithm, make_proof_key};
    use serde_json::json;

    #[test]
    fn the_example_of_rfc_7638_section_3_1() {
        let jwk = json!({
            "kty": "RSA",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
            "e": "AQAB",
            "alg": "RS256",
            "kid": "2011-04-29",
        });
        assert_eq!(thumbprint(&jwk).as_deref(), Some("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"));
    }

    #[test]
    fn a_key_that_is_none_or_lacks_a_member_has_no_thumbprint() {
        for jwk in [json!({}), json!({"kty": "oct", "k": "eA"}), json!({"kty": "EC", "crv": "P-256", "x": "eA"})] {
            assert_eq!(thumbprint(&jwk), None, "{jwk}");
        }
        let members = json!({"kty": "RSA", "e": 65537, "n": "eA"});
        assert_eq!(thumbprint(&members), None, "a number is no text");
    }

    #[test]
    fn the_public_key_has_nothing_of_the_private_one_and_all_of_its_curve() {
        for (algorithm, names, length) in [
            (AssertionAlgorithm::ES256, ["crv", "kty", "x", "y"].as_slice(), 43),
            (AssertionAlgorithm::ES384, &["crv", "kty", "x", "y"], 64),
            (AssertionAlgorithm::ES512, &["crv", "kty", "x", "y"], 88),
            (AssertionAlgorithm::PS256, &["e", "kty", "n"], 342),
            (AssertionAlgorithm::EdDSA, &["crv", "kty", "x"], 43),
        ] {
            let key = make_proof_key(algorithm).expect("a key").signing_key().expect("usable");
            let jwk = key.public_jwk().expect("a public key");
            assert!(jwk.as_object().expect("members").keys().eq(names), "{jwk}");
            let longest = ["n", "y", "x"].iter().find_map(|name| jwk.get(name)).expect("a number");
            assert_eq!(longest.as_str().map(str::len), Some(length), "{algorithm:?}");
        }
    }
}
