//! What a token says by itself. Tokens must outlive the service that issued them: the next one, in another process
//! and on another port, knows nothing but what is written on the token. So a token is
//! `practice-at-<base64url of JSON>.<base64url of an HMAC>`, and the same with `practice-rt-` for refresh tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::secret::Secret;

/// No secret: everyone can read it here. It protects against typing errors and against nothing else, since whoever
/// wants a practice token gets one for the asking.
const PRACTICE_KEY: &[u8] = b"practice key: not secret, finds typing errors only";

/// The access that a person, or a client for itself, was granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GrantedAccess {
    pub(crate) client_id: String,
    /// The name of the person; `None` if a client acts for itself.
    pub(crate) person: Option<String>,
    pub(crate) scopes: Vec<String>,
    /// To be repeated in the ID token.
    pub(crate) nonce: Option<String>,
    /// How the person signed in; `None` if that was not on the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) signed_in: Option<SignedIn>,
    /// What it is for in detail (RFC 9396).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) details: Option<Value>,
}

/// How a person signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SignedIn {
    /// The authentication context class.
    pub(crate) acr: String,
    /// When, in seconds since 1970.
    pub(crate) at: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Access,
    Refresh,
}

/// The contents of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SignedToken {
    /// The same for all tokens from one consent.
    pub(crate) family: String,
    /// The number of refreshes before it. Only the latest generation of refresh tokens is valid.
    pub(crate) generation: u64,
    /// Makes every token unique.
    pub(crate) id: String,
    #[serde(flatten)]
    pub(crate) grant: GrantedAccess,
    /// The thumbprint of the key that it is bound to (RFC 9449 section 6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) jkt: Option<String>,
    /// The thumbprint of the certificate that it is bound to (RFC 8705 section 3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) certificate: Option<String>,
    /// The resource that it is for (RFC 8707), if that is not the service itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) resource: Option<String>,
    /// In milliseconds, as is the expiry.
    issued: i64,
    expires: Option<i64>,
}

impl Kind {
    fn start(self) -> &'static str {
        match self {
            Self::Access => "practice-at-",
            Self::Refresh => "practice-rt-",
        }
    }
}

impl SignedToken {
    pub(crate) fn new(
        (family, generation, id): (String, u64, String),
        grant: GrantedAccess,
        (issued, expires): (Timestamp, Option<Timestamp>),
    ) -> Self {
        let expires = expires.map(Timestamp::as_millisecond);
        let (jkt, certificate, resource) = (None, None, None);
        Self { family, generation, id, grant, jkt, certificate, resource, issued: issued.as_millisecond(), expires }
    }

    pub(crate) fn token(&self, kind: Kind) -> Secret {
        // Texts, numbers and lists: there is nothing in it that JSON could not hold.
        let json = serde_json::to_vec(self).unwrap_or_default();
        let signed = format!("{}{}", kind.start(), URL_SAFE_NO_PAD.encode(json));
        let signature = URL_SAFE_NO_PAD.encode(hmac_sha256(PRACTICE_KEY, signed.as_bytes()));
        Secret::new(format!("{signed}.{signature}"))
    }

    /// The contents of a token of this kind, if valid.
    pub(crate) fn read(token: &str, kind: Kind) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let json = URL_SAFE_NO_PAD.decode(signed.strip_prefix(kind.start())?).ok()?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let is_right: bool = hmac_sha256(PRACTICE_KEY, signed.as_bytes()).ct_eq(&signature[..]).into();
        serde_json::from_slice(&json).ok().filter(|_| is_right)
    }

    /// The same token, bound to a key.
    pub(crate) fn bound(token: &Secret, kind: Kind, jkt: &str) -> Option<Secret> {
        let token = Self::read(token.expose(), kind)?;
        Some(Self { jkt: Some(jkt.to_owned()), ..token }.token(kind))
    }

    /// The same token, bound to a certificate.
    pub(crate) fn bound_to_certificate(token: &Secret, kind: Kind, thumbprint: &str) -> Option<Secret> {
        let token = Self::read(token.expose(), kind)?;
        Some(Self { certificate: Some(thumbprint.to_owned()), ..token }.token(kind))
    }

    /// The same token, for a resource.
    pub(crate) fn for_resource(token: &Secret, kind: Kind, resource: &str) -> Option<Secret> {
        let token = Self::read(token.expose(), kind)?;
        Some(Self { resource: Some(resource.to_owned()), ..token }.token(kind))
    }

    pub(crate) fn issued_at(&self) -> Timestamp {
        time(self.issued)
    }

    pub(crate) fn expires_at(&self) -> Option<Timestamp> {
        self.expires.map(time)
    }

    pub(crate) fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at().is_some_and(|end| end <= now)
    }
}

/// HMAC-SHA256 (RFC 2104).
pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length will do");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// Later times count as the last possible one.
fn time(millisecond: i64) -> Timestamp {
    Timestamp::from_millisecond(millisecond).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_rfc_4231() {
        let hex = |bytes: [u8; 32]| bytes.map(|byte| format!("{byte:02x}")).concat();
        let short = hmac_sha256(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(hex(short), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        let long = hmac_sha256(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First");
        assert_eq!(hex(long), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }

    fn signed_token() -> SignedToken {
        let grant = GrantedAccess {
            client_id: "it".into(),
            person: Some("Zoë".into()),
            scopes: vec!["openid".into()],
            nonce: Some("n".into()),
            signed_in: None,
            details: None,
        };
        let life = (Timestamp::UNIX_EPOCH, Some(Timestamp::MAX));
        SignedToken::new(("family".into(), 3, "id".into()), grant, life)
    }

    #[test]
    fn a_token_says_what_was_written_on_it_and_is_of_its_kind() {
        let token = signed_token().token(Kind::Refresh);
        assert!(token.expose().starts_with("practice-rt-"));
        assert_eq!(SignedToken::read(token.expose(), Kind::Refresh), Some(signed_token()));
        assert_eq!(signed_token().expires_at(), Some(Timestamp::MAX));
        assert_eq!(SignedToken::read(token.expose(), Kind::Access), None);
        let renamed = token.expose().replace("practice-rt-", "practice-at-");
        assert_eq!(SignedToken::read(&renamed, Kind::Access), None);
    }

    #[test]
    fn any_change_of_a_token_makes_it_unknown() {
        let token = signed_token().token(Kind::Access).expose().to_owned();
        assert!(SignedToken::read(&token, Kind::Access).is_some());
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).expect("ASCII");
            assert_eq!(SignedToken::read(&changed, Kind::Access), None, "{at}");
            assert_eq!(SignedToken::read(&token[..at], Kind::Access), None, "{at}");
        }
    }
}
