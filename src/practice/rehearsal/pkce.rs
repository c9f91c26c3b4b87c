//! The server's half of PKCE at a rehearsal: all methods that presets name, those that no RFC has among them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::oauth::Pkce;

/// The value of `code_challenge_method`.
pub(crate) fn method(pkce: Pkce) -> &'static str {
    match pkce {
        Pkce::Off => "",
        Pkce::Plain => "plain",
        Pkce::S256 | Pkce::S256Hex => "S256",
    }
}

/// Whether the verifier made the challenge.
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

#[cfg(test)]
mod tests {
    use super::*;

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
