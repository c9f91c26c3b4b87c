//! The server's half of PKCE (RFC 7636).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::practice::message::{ErrorCode, Parameters, Refusal};
use crate::secret::Secret;

/// A challenge that a later verifier must fit.
#[derive(Debug)]
pub(crate) enum Challenge {
    /// The verifier's SHA-256, base64url-encoded.
    S256(Secret),
    /// The verifier itself.
    Plain(Secret),
}

impl Challenge {
    /// Reads the challenge of an authorization request, where there is one. The method is `plain` where none is
    /// named (RFC 7636 section 4.3).
    pub(crate) fn parse(parameters: &Parameters) -> Result<Option<Self>, Refusal> {
        let method = parameters.one("code_challenge_method")?;
        match (parameters.one("code_challenge")?, method) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err(invalid("`code_challenge_method` without `code_challenge`")),
            (Some(challenge), Some("S256")) => Self::s256(challenge).map(Some),
            (Some(challenge), Some("plain") | None) => Self::plain(challenge).map(Some),
            (Some(_), Some(_)) => Err(invalid("`code_challenge_method` must be `S256` or `plain`")),
        }
    }

    /// An S256 challenge: 32 bytes in base64url are 43 characters.
    pub(crate) fn s256(challenge: &str) -> Result<Self, Refusal> {
        if challenge.len() == 43 && is_verifier(challenge) {
            return Ok(Self::S256(Secret::new(challenge)));
        }
        Err(invalid("`code_challenge` is not the base64url form of a SHA-256"))
    }

    fn plain(challenge: &str) -> Result<Self, Refusal> {
        if is_verifier(challenge) {
            return Ok(Self::Plain(Secret::new(challenge)));
        }
        Err(invalid("`code_challenge` must be 43 to 128 unreserved characters"))
    }

    /// Whether this verifier made the challenge.
    pub(crate) fn fits(&self, verifier: &str) -> bool {
        match self {
            Self::S256(challenge) => {
                *challenge == Secret::new(URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())))
            }
            Self::Plain(challenge) => *challenge == Secret::new(verifier),
        }
    }
}

/// RFC 7636 section 4.1.
fn is_verifier(text: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&text.len()) && text.bytes().all(unreserved)
}

fn invalid(description: &str) -> Refusal {
    Refusal::new(ErrorCode::InvalidRequest, description)
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    fn parse(query: &str) -> Result<Option<Challenge>, String> {
        Challenge::parse(&Parameters::form(query)).map_err(|refusal| refusal.description)
    }

    #[test]
    fn the_example_of_rfc_7636_appendix_b_fits() {
        let query = "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
        let challenge = parse(query).expect("a good challenge").expect("a challenge");
        assert!(challenge.fits(VERIFIER));
        assert!(!challenge.fits("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"));
    }

    #[test]
    fn a_challenge_without_method_is_plain() {
        let challenge = parse(&format!("code_challenge={VERIFIER}")).expect("a good challenge").expect("a challenge");
        assert!(matches!(challenge, Challenge::Plain(_)) && challenge.fits(VERIFIER));
    }

    #[test]
    fn what_is_no_challenge_is_named() {
        let check = |query: &str, expected: &str| assert_eq!(parse(query).err().as_deref(), Some(expected));
        check("code_challenge=short", "`code_challenge` must be 43 to 128 unreserved characters");
        check(
            "code_challenge=short&code_challenge_method=S256",
            "`code_challenge` is not the base64url form of a SHA-256",
        );
        check("code_challenge_method=S256", "`code_challenge_method` without `code_challenge`");
        let other = format!("code_challenge={VERIFIER}&code_challenge_method=S512");
        check(&other, "`code_challenge_method` must be `S256` or `plain`");
    }
}
