//! Proof of possession by a signed JWT for each request (DPoP, RFC 9449): the proof, and what a reply says about proofs.

pub(super) mod target;

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};
use url::Url;

use crate::call::{Answers, Reply};
use crate::oauth::assertions::jwt::{AssertionAlgorithm, UnsignedJwt};
use crate::oauth::keys::jwk::digest_text;
use crate::oauth::keys::signing_key::SigningKey;
use crate::oauth::tokens::refusal::error_of_challenge;
use crate::oauth::{TokenSet, bound_scheme, decode_jwt};
use crate::secret::Secret;

/// The header that carries a proof, and the scheme of a token that needs one.
pub const DPOP: &str = "DPoP";

/// The error code of a server that wants its nonce in the proof (RFC 9449 sections 8 and 9).
const USE_NONCE: &str = "use_dpop_nonce";

/// The longest nonce that is repeated to a server: proofs travel in a header, which many servers limit to 8 KiB.
const LONGEST_NONCE: usize = 1024;

/// Who checks a proof. Each kind of server has nonces of its own (RFC 9449 section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProofFor {
    /// The authorization server: the token endpoint, and the endpoint for pushed authorization requests.
    AuthorizationServer,
    /// A resource server, which gets the access token.
    ResourceServer,
}

/// The request that a proof is about.
#[derive(Clone, Copy, Debug)]
pub struct ProvedRequest<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// The URL; a query and a fragment are left out of the proof.
    pub url: &'a str,
    /// The token that is sent along, to a resource server.
    pub access_token: Option<&'a Secret>,
    /// What the server wants repeated.
    pub nonce: Option<&'a str>,
}

impl ProvedRequest<'_> {
    /// The proof (RFC 9449 section 4.2) with this public key in its header. `id` is random, and no two proofs have the same.
    pub fn proof(&self, public_jwk: Json, now: Timestamp, id: &str) -> UnsignedJwt {
        let header = [("typ", Json::from("dpop+jwt")), ("jwk", public_jwk)];
        let mut claims = vec![
            ("jti", Json::from(id)),
            ("htm", self.method.into()),
            ("htu", htu(self.url).into()),
            ("iat", now.as_second().into()),
        ];
        claims.extend(self.access_token.map(|token| ("ath", digest_text(token.expose()).into())));
        claims.extend(self.nonce.map(|nonce| ("nonce", nonce.into())));
        UnsignedJwt { header: members(header), claims: members(claims) }
    }
}

fn members<'a>(list: impl IntoIterator<Item = (&'a str, Json)>) -> Map<String, Json> {
    list.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The URL without query and fragment, written as it is sent.
fn htu(url: &str) -> String {
    let Ok(mut parsed) = Url::parse(url) else { return String::new() };
    parsed.set_query(None);
    parsed.set_fragment(None);
    // It would be sent as a header, and nobody compares it.
    let _ = parsed.set_username("").and_then(|()| parsed.set_password(None));
    parsed.into()
}

/// The algorithm by which this key signs proofs: the one that is wanted if it can, else the usual one of its kind.
pub fn proof_algorithm(key: &SigningKey, wanted: Option<AssertionAlgorithm>) -> AssertionAlgorithm {
    let kind = key.kind();
    wanted.filter(|algorithm| kind.signs(*algorithm)).unwrap_or_else(|| kind.usual_algorithm())
}

/// The nonce that a reply brings for the next proofs (RFC 9449 section 8.1). `None` if there is none, or what is there is not
/// one nonce: a server is not given back what nobody can say is a nonce.
pub fn proof_nonce(reply: &Reply) -> Option<&str> {
    let mut values = reply.headers.iter().filter(|(name, _)| name == "dpop-nonce").map(|(_, value)| value.as_str());
    let value = values.next().filter(|_| values.next().is_none())?;
    Some(value).filter(|value| is_proof_nonce(value))
}

/// Whether a text can be a nonce (RFC 9449 section 8.1).
pub fn is_proof_nonce(text: &str) -> bool {
    let is_nonce_byte = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    !text.is_empty() && text.len() <= LONGEST_NONCE && text.bytes().all(is_nonce_byte)
}

/// Whether a request was refused for nothing but the nonce of its proof, so that nothing was done yet (RFC 9449 sections 8
/// and 9). The code must stand where the RFC has it: nothing is sent again because a text mentions it.
pub fn wants_proof_nonce(reply: &Reply, by: ProofFor) -> bool {
    match by {
        ProofFor::AuthorizationServer => {
            let answers = Answers::of(reply);
            matches!(reply.status, 400 | 401) && answers.is_some_and(|answers| answers.json()["error"] == USE_NONCE)
        }
        ProofFor::ResourceServer => {
            reply.status == 401 && error_of_challenge(reply, "dpop").as_deref() == Some(USE_NONCE)
        }
    }
}

/// The thumbprint of the key that an access token says it is bound to (RFC 9449 section 6.1), where it is a JWT that can be
/// read.
pub fn bound_to(access_token: &Secret) -> Option<String> {
    Some(decode_jwt(access_token)?.claims.get("cnf")?.get("jkt")?.as_str()?.to_owned())
}

impl TokenSet {
    /// Whether its access token needs a proof with each request.
    pub fn needs_proof(&self) -> bool {
        bound_scheme(&self.token_type) == Some(DPOP)
    }
}

/// In place of the public key in a proof that is shown before there is a key.
pub fn key_to_come() -> Json {
    json!("the public key, which is made with the first request")
}

#[cfg(test)]
mod tests;
