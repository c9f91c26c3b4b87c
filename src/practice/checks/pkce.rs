//! The server's half of PKCE (RFC 7636), with the methods that presets name and no RFC has.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::oauth::Pkce;
use crate::practice::http::message::{ErrorCode, Parameters, Refusal};
use crate::secret::Secret;

/// A challenge that the verifier must match.
#[derive(Debug)]
pub(crate) struct Challenge {
    method: Pkce,
    text: Secret,
}

impl Challenge {
    /// The challenge of an authorization request, if it has one. The default method is `plain` (RFC 7636 section 4.3).
    pub(crate) fn parse(parameters: &Parameters) -> Result<Option<Self>, Refusal> {
        let method = parameters.one("code_challenge_method")?;
        let Some(challenge) = parameters.one("code_challenge")? else {
            let alone = || invalid("`code_challenge_method` without `code_challenge`");
            return method.map_or(Ok(None), |_| Err(alone()));
        };
        let (method, wrong) = match method {
            Some("S256") => (Pkce::S256, "`code_challenge` is not the base64url form of a SHA-256"),
            Some("plain") | None => (Pkce::Plain, "`code_challenge` must be 43 to 128 unreserved characters"),
            Some(_) => return Err(invalid("`code_challenge_method` must be `S256` or `plain`")),
        };
        let challenge = Self { method, text: Secret::new(challenge) };
        if is_challenge(method, challenge.text.expose()) { Ok(Some(challenge)) } else { Err(invalid(wrong)) }
    }

    pub(crate) fn fits(&self, verifier: &str) -> bool {
        fits(self.method, self.text.expose(), verifier)
    }
}

pub(crate) fn method(pkce: Pkce) -> &'static str {
    match pkce {
        Pkce::Off => "",
        Pkce::Plain => "plain",
        Pkce::S256 | Pkce::S256Hex => "S256",
    }
}

/// Whether the challenge is that of the verifier.
pub(crate) fn fits(pkce: Pkce, challenge: &str, verifier: &str) -> bool {
    let digest = Sha256::digest(verifier.as_bytes());
    match pkce {
        Pkce::Off => verifier.is_empty(),
        Pkce::Plain => challenge == verifier,
        Pkce::S256 => challenge == URL_SAFE_NO_PAD.encode(digest),
        Pkce::S256Hex => challenge == format!("{digest:x}"),
    }
}

/// Whether it can be a challenge of this method (RFC 7636 section 4.2).
pub(crate) fn is_challenge(pkce: Pkce, text: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    match pkce {
        Pkce::Off => text.is_empty(),
        Pkce::Plain => (43..=128).contains(&text.len()) && text.bytes().all(unreserved),
        Pkce::S256 => text.len() == 43 && text.bytes().all(unreserved),
        Pkce::S256Hex => text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()),
    }
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
        assert!(matches!(challenge, Challenge { method: Pkce::Plain, .. }) && challenge.fits(VERIFIER));
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

    #[test]
    fn each_method_takes_its_own_challenge_only() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let s256 = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let hex = "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3";
        for (pkce, own) in [(Pkce::S256, s256), (Pkce::S256Hex, hex), (Pkce::Plain, verifier)] {
            for challenge in [s256, hex, verifier] {
                assert_eq!(fits(pkce, challenge, verifier), challenge == own, "{pkce:?} {challenge}");
            }
            assert!(is_challenge(pkce, own) && !is_challenge(pkce, "short"), "{pkce:?}");
        }
    }
}
