//! Proofs of possession (DPoP, RFC 9449): what a server checks before it binds a token to a key, and before it takes a bound token.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::oauth::{Inspected, KeySet, ProofFor, SignatureCheck, decode_jwt, digest_text, thumbprint};
use crate::practice::checks::mutual_tls;
use crate::practice::contract::PROOF_ALGORITHMS;
use crate::practice::fault::Fault;
use crate::practice::http::message::{Request, Response};
use crate::practice::state::State;
use crate::practice::state::now::Now;
use crate::secret::Secret;

/// How far the time of a proof may be off, in seconds.
const WINDOW: i64 = 60;
/// A nonce is good for this long and as long again, in seconds.
const NONCE_LIFE: i64 = 120;

/// Why a proof is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ProofRefusal {
    /// It must repeat this.
    Nonce(String),
    Invalid(&'static str),
}

/// The thumbprint of the key that the request proves to have; `None` if it proves nothing. `token` is the one that it presents.
pub(crate) fn proved(
    state: &mut State,
    request: &Request,
    token: Option<&str>,
    now: &Now,
) -> Result<Option<String>, ProofRefusal> {
    let mut proofs = request.headers.iter().filter(|(name, _)| name == "dpop").map(|(_, value)| value);
    let Some(proof) = proofs.next() else { return Ok(None) };
    if proofs.next().is_some() {
        return Err(ProofRefusal::Invalid("there is more than one proof"));
    }
    let by = if token.is_some() { ProofFor::ResourceServer } else { ProofFor::AuthorizationServer };
    if state.has(Fault::DpopInvalidProof) {
        return Err(ProofRefusal::Invalid("the practice service is told to refuse every proof"));
    }
    let (jkt, claims) = signed(proof)?;
    let htu = format!("{}{}", mutual_tls::base_url(state, request), request.path);
    check_claims(&claims, (&request.method, &htu), token, now.time)?;
    check_nonce(state, &claims, by, now)?;
    let id = claims["jti"].as_str().unwrap_or_default();
    if state.proofs.get(id).is_some() {
        return Err(ProofRefusal::Invalid("the proof was used before"));
    }
    state.proofs.insert(id, ());
    Ok(Some(jkt))
}

/// The key of a proof and its claims, if that key signed it.
fn signed(proof: &Secret) -> Result<(String, Value), ProofRefusal> {
    let jwt = decode_jwt(proof).ok_or(ProofRefusal::Invalid("the proof is no JWT"))?;
    if jwt.header["typ"] != "dpop+jwt" {
        return Err(ProofRefusal::Invalid("`typ` of the proof is not `dpop+jwt`"));
    }
    if !PROOF_ALGORITHMS.iter().any(|known| jwt.header["alg"] == *known) {
        return Err(ProofRefusal::Invalid("`alg` of the proof is none that is taken here"));
    }
    let jwk = &jwt.header["jwk"];
    if jwk.get("d").is_some() {
        return Err(ProofRefusal::Invalid("the proof has the private key in it"));
    }
    let keys = KeySet::parse(&json!({ "keys": [jwk] }).to_string()).unwrap_or_default();
    let is_signed = matches!(keys.check(proof, &Inspected::read(proof)), SignatureCheck::Valid { .. });
    match thumbprint(jwk).filter(|_| is_signed) {
        Some(jkt) => Ok((jkt, jwt.claims)),
        None => Err(ProofRefusal::Invalid("the proof is not signed by the key in it")),
    }
}

fn check_claims(
    claims: &Value,
    (method, url): (&str, &str),
    token: Option<&str>,
    now: Timestamp,
) -> Result<(), ProofRefusal> {
    let is_near = |at: i64| now.as_second().abs_diff(at) <= WINDOW.unsigned_abs();
    let wrong = if claims["jti"].as_str().is_none_or(str::is_empty) {
        "the proof has no `jti`"
    } else if claims["htm"] != method {
        "`htm` of the proof is another method"
    } else if claims["htu"] != url {
        "`htu` of the proof is another URL"
    } else if !claims["iat"].as_i64().is_some_and(is_near) {
        "`iat` of the proof is more than a minute off this clock"
    } else if token.is_some_and(|token| claims["ath"] != digest_text(token)) {
        "`ath` of the proof is of another access token"
    } else {
        return Ok(());
    };
    Err(ProofRefusal::Invalid(wrong))
}

fn check_nonce(state: &State, claims: &Value, by: ProofFor, now: &Now) -> Result<(), ProofRefusal> {
    let is_endless = state.has(Fault::DpopEndlessNonce);
    if !is_endless && !state.has(Fault::DpopNonce) && !state.has(Fault::DpopBadNonce) {
        return Ok(());
    }
    let at = now.time.as_second() / NONCE_LIFE;
    let given = claims["nonce"].as_str();
    let is_good = [at, at - 1].iter().any(|at| given == Some(nonce(by, *at).as_str()));
    if is_good && !is_endless {
        return Ok(());
    }
    Err(ProofRefusal::Nonce(match given {
        _ if state.has(Fault::DpopBadNonce) => "not a nonce".to_owned(),
        // Another one each time.
        Some(given) if is_endless => format!("{given:.40}-again"),
        _ => nonce(by, at),
    }))
}

/// Each kind of server has its own.
fn nonce(by: ProofFor, at: i64) -> String {
    let of = if by == ProofFor::ResourceServer { "resource" } else { "token" };
    format!("practice-{of}-{at}")
}

impl ProofRefusal {
    /// The reply of an endpoint of the authorization server (RFC 9449 sections 5 and 8).
    pub(crate) fn answer(&self) -> Response {
        let document = json!({ "error": self.code(), "error_description": self.words() });
        self.with_nonce(Response::json(400, &document))
    }

    /// The reply of a resource (RFC 9449 sections 7.1 and 9).
    pub(crate) fn challenge(&self) -> Response {
        let (code, words) = (self.code(), self.words());
        let document = json!({ "error": code, "error_description": words });
        let challenge =
            format!("DPoP error=\"{code}\", error_description=\"{words}\", algs=\"{}\"", PROOF_ALGORITHMS.join(" "));
        self.with_nonce(Response::json(401, &document).header("www-authenticate", challenge))
    }

    fn with_nonce(&self, response: Response) -> Response {
        match self {
            Self::Nonce(nonce) => response.header("dpop-nonce", nonce.clone()),
            Self::Invalid(_) => response,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Nonce(_) => "use_dpop_nonce",
            Self::Invalid(_) => "invalid_dpop_proof",
        }
    }

    fn words(&self) -> &'static str {
        match self {
            Self::Nonce(_) => "the proof must repeat the nonce of this reply",
            Self::Invalid(words) => words,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{AssertionAlgorithm, ProvedRequest, SigningKey, UnsignedJwt, make_proof_key};
    use crate::practice::PracticeOptions;

    const TOKEN: &str = "practice-at-1";

    fn key() -> SigningKey {
        make_proof_key(AssertionAlgorithm::ES256).expect("a key").signing_key().expect("usable")
    }

    fn at(second: i64) -> Now {
        Now::new(Timestamp::from_second(second).expect("a time"), [7; 32])
    }

    /// A good proof for a token request in the second 1000.
    fn jwt(key: &SigningKey, id: &str) -> UnsignedJwt {
        let url = "http://127.0.0.1:1/token";
        let request = ProvedRequest { method: "POST", url, access_token: None, nonce: None };
        request.proof(key.public_jwk().expect("public"), at(1000).time, id)
    }

    fn asked(proofs: &[Secret]) -> Request {
        let headers = proofs.iter().map(|proof| ("dpop".to_owned(), proof.clone())).collect();
        Request { method: "POST".into(), path: "/token".into(), headers, ..Request::default() }
    }

    fn state(faults: &[Fault]) -> State {
        State::new(PracticeOptions { faults: faults.to_vec(), ..PracticeOptions::default() }, 1, None)
    }

    fn invalid(outcome: Result<Option<String>, ProofRefusal>) -> &'static str {
        match outcome {
            Err(ProofRefusal::Invalid(words)) => words,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_good_proof_names_its_key_and_is_good_once() {
        let (key, mut state) = (key(), state(&[]));
        let proof = jwt(&key, "1").sign(&key, AssertionAlgorithm::ES256).expect("signed");
        let mut check = |second| proved(&mut state, &asked(std::slice::from_ref(&proof)), None, &at(second));
        assert_eq!(check(1060), Ok(key.thumbprint()));
        assert_eq!(invalid(check(1000)), "the proof was used before");
        let none = proved(&mut self::state(&[]), &asked(&[]), None, &at(1000));
        assert_eq!(none, Ok(None), "who proves nothing is told elsewhere");
    }

    #[test]
    fn each_thing_that_is_wrong_with_a_proof_is_told() {
        let key = key();
        let check = |change: &dyn Fn(&mut UnsignedJwt), token: Option<&str>, second: i64, expected: &str| {
            let mut jwt = jwt(&key, "1");
            change(&mut jwt);
            let proof = jwt.sign(&key, AssertionAlgorithm::ES256).expect("signed");
            assert_eq!(invalid(proved(&mut state(&[]), &asked(&[proof]), token, &at(second))), expected);
        };
        let set = |name: &'static str, value: Value| {
            move |jwt: &mut UnsignedJwt| drop(jwt.claims.insert(name.to_owned(), value.clone()))
        };
        let nothing = |_: &mut UnsignedJwt| {};
        check(&set("htm", json!("GET")), None, 1000, "`htm` of the proof is another method");
        check(&set("htu", json!("http://127.0.0.1:1/par")), None, 1000, "`htu` of the proof is another URL");
        check(&set("jti", json!("")), None, 1000, "the proof has no `jti`");
        for second in [939, 1061] {
            check(&nothing, None, second, "`iat` of the proof is more than a minute off this clock");
        }
        check(&nothing, Some(TOKEN), 1000, "`ath` of the proof is of another access token");
        let typ = |jwt: &mut UnsignedJwt| drop(jwt.header.insert("typ".into(), json!("JWT")));
        check(&typ, None, 1000, "`typ` of the proof is not `dpop+jwt`");
        let private = |jwt: &mut UnsignedJwt| jwt.header["jwk"]["d"] = json!("secret");
        check(&private, None, 1000, "the proof has the private key in it");
        let stranger = self::key().public_jwk().expect("public");
        let other = move |jwt: &mut UnsignedJwt| drop(jwt.header.insert("jwk".into(), stranger.clone()));
        check(&other, None, 1000, "the proof is not signed by the key in it");
    }

    #[test]
    fn what_is_no_proof_is_refused() {
        let key = key();
        let proof = jwt(&key, "1").sign(&key, AssertionAlgorithm::ES256).expect("signed");
        let check = |proofs: &[Secret]| invalid(proved(&mut state(&[]), &asked(proofs), None, &at(1000)));
        assert_eq!(check(&[Secret::new("x")]), "the proof is no JWT");
        assert_eq!(check(&[proof.clone(), proof]), "there is more than one proof");
        let shared = SigningKey::shared(&Secret::new("a secret of more than 32 characters, as HS256 wants it"));
        let hmac = jwt(&key, "1").sign(&shared, AssertionAlgorithm::HS256).expect("signed");
        assert_eq!(check(&[hmac]), "`alg` of the proof is none that is taken here");
    }

    #[test]
    fn a_nonce_is_asked_for_and_the_token_endpoint_has_another_one_than_the_resources() {
        let (key, mut state) = (key(), state(&[Fault::DpopNonce]));
        let mut with = |id: &str, nonce: Option<&str>, token: Option<&str>| {
            let mut jwt = jwt(&key, id);
            jwt.claims.extend(nonce.map(|nonce| ("nonce".to_owned(), json!(nonce))));
            jwt.claims.extend(token.map(|token| ("ath".to_owned(), json!(digest_text(token)))));
            let proof = jwt.sign(&key, AssertionAlgorithm::ES256).expect("signed");
            proved(&mut state, &asked(&[proof]), token, &at(1000))
        };
        let Err(ProofRefusal::Nonce(of_token)) = with("1", None, None) else { panic!("no nonce is asked for") };
        let Err(ProofRefusal::Nonce(of_resource)) = with("1", None, Some(TOKEN)) else { panic!("none") };
        assert_ne!(of_token, of_resource);
        assert_eq!(with("1", Some(&of_token), None), Ok(key.thumbprint()), "a refusal for its nonce spends no proof");
        assert!(matches!(with("2", Some(&of_token), Some(TOKEN)), Err(ProofRefusal::Nonce(_))));
        assert_eq!(with("3", Some(&of_resource), Some(TOKEN)), Ok(key.thumbprint()));
    }
}
