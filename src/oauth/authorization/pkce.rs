//! Proof Key for Code Exchange (RFC 7636) and the `state` value; randomness is an argument.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use oauth2::{PkceCodeChallenge, PkceCodeVerifier};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::secret::Secret;

/// Whether and how a challenge is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pkce {
    /// None: for services that refuse one.
    #[serde(rename = "off")]
    Off,
    /// The SHA-256 of the verifier (RFC 7636 section 4.2).
    #[default]
    S256,
    /// The same, written in hex in place of base64url, which one service asks for.
    #[serde(rename = "S256-hex")]
    S256Hex,
    /// The verifier itself; only for servers that know nothing better.
    #[serde(rename = "plain")]
    Plain,
}

/// A verifier and its challenge.
#[derive(Clone, Debug, Default)]
pub struct CodeVerifier {
    /// Sent with the code; empty when PKCE is off.
    pub verifier: Secret,
    /// Sent with the authorization request; empty when PKCE is off.
    pub challenge: String,
    /// The value of `code_challenge_method`; empty when PKCE is off.
    pub method: &'static str,
}

impl Pkce {
    /// A verifier of 32 random bytes, 43 characters, as RFC 7636 section 4.1 recommends.
    pub fn code_verifier(self, entropy: [u8; 32]) -> CodeVerifier {
        let verifier = PkceCodeVerifier::new(BASE64_URL_SAFE_NO_PAD.encode(entropy));
        let challenge = match self {
            Self::Off => return CodeVerifier::default(),
            Self::S256 => PkceCodeChallenge::from_code_verifier_sha256(&verifier).as_str().to_owned(),
            Self::S256Hex => hex(&Sha256::digest(verifier.secret())),
            Self::Plain => verifier.secret().clone(),
        };
        CodeVerifier {
            verifier: Secret::new(verifier.secret()),
            challenge,
            method: if self == Self::Plain { "plain" } else { "S256" },
        }
    }
}

/// Bytes as lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// A `state` of 32 random bytes in 43 characters: unguessable (RFC 6749 section 10.12), and long enough for the
/// services that ask for a least length (NetSuite: 22).
pub fn state(entropy: [u8; 32]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(entropy)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636 appendix B.
    const OCTETS: [u8; 32] = [
        116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214, 191,
        240, 91, 88, 5, 88, 83, 132, 141, 121,
    ];

    #[test]
    fn the_example_of_rfc_7636_appendix_b() {
        let pkce = Pkce::S256.code_verifier(OCTETS);
        assert_eq!(pkce.verifier.expose(), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(pkce.challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert_eq!(pkce.method, "S256");
    }

    #[test]
    fn plain_sends_the_verifier_and_off_sends_nothing() {
        let plain = Pkce::Plain.code_verifier(OCTETS);
        assert_eq!(plain.verifier.expose(), plain.challenge);
        let off = Pkce::Off.code_verifier(OCTETS);
        assert!(off.verifier.is_empty() && off.challenge.is_empty() && off.method.is_empty());
    }

    #[test]
    fn a_state_is_43_printable_characters() {
        assert_eq!(state(OCTETS).len(), 43);
    }
}
