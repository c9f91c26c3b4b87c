//! Judges an assertion as the service would: signature, header, claims, life, and that none comes twice. What verifies
//! it is a library that has no part in the signing.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Map, Value as Json};

use crate::oauth::SecretEncoding;
use crate::practice::checks::assertion::{Claims, key_of, signed_claims};
use crate::practice::rehearsal::facts::Facts;
use crate::service::{Assertion, AssertionAlgorithm, CertificateThumbprint};

/// Claims with a time, which are judged separately.
const TIMES: [&str; 2] = ["iat", "exp"];
/// The allowed clock skew in seconds.
pub(super) const SKEW: i64 = 60;

/// What the service knows about an assertion.
pub(crate) struct Judge<'a> {
    pub(crate) assertion: &'a Assertion,
    pub(crate) facts: &'a Facts,
    /// The uploaded certificate, in PEM.
    pub(crate) certificate: Option<&'a str>,
    pub(crate) now: Timestamp,
    /// The IDs used so far.
    pub(crate) used: &'a [String],
}

impl Judge<'_> {
    /// All problems with it.
    pub(crate) fn complaints(&self, token: &str) -> Vec<String> {
        if token.is_empty() {
            return vec!["no `<assertion>` is sent".to_owned()];
        }
        match self.verified(token) {
            Ok(claims) => {
                let mut complaints = self.header(token);
                complaints.extend(self.claims(&claims));
                complaints.extend(self.times(&claims));
                complaints.extend(self.id(&claims));
                complaints
            }
            Err(complaint) => vec![complaint],
        }
    }

    fn verified(&self, token: &str) -> Result<Claims, String> {
        let wanted =
            self.assertion.algorithm.and_then(algorithm).ok_or("the preset's algorithm is not verified here")?;
        let key = self.key(wanted).ok_or("no certificate was uploaded that fits the preset's algorithm")?;
        signed_claims(token, &key, wanted)
            .map_err(|error| format!("the assertion's signature is not verified: {error}"))
    }

    fn key(&self, algorithm: Algorithm) -> Option<DecodingKey> {
        match algorithm {
            Algorithm::HS256 => {
                let secret = self.facts.value("client_secret");
                match self.assertion.secret_encoding {
                    SecretEncoding::Text => Some(DecodingKey::from_secret(secret.as_bytes())),
                    SecretEncoding::Hex => Some(DecodingKey::from_secret(&bytes_of_hex(secret)?)),
                }
            }
            _ => key_of(self.certificate?, algorithm),
        }
    }

    fn header(&self, token: &str) -> Vec<String> {
        let part = token.split('.').next().unwrap_or_default();
        let found = URL_SAFE_NO_PAD.decode(part).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let found: Map<String, Json> = found.unwrap_or_default();
        let mut wanted = Map::new();
        wanted.insert("typ".to_owned(), "JWT".into());
        wanted.insert(
            "alg".to_owned(),
            format!("{:?}", self.assertion.algorithm.unwrap_or(AssertionAlgorithm::HS256)).into(),
        );
        let key_id = self.facts.fill(&self.assertion.key_id);
        if !key_id.is_empty() {
            wanted.insert("kid".to_owned(), key_id.into());
        }
        if let Some(kind) = self.assertion.certificate_thumbprint {
            let (name, hash) = match kind {
                CertificateThumbprint::Sha1 => ("x5t", &SHA1_FOR_LEGACY_USE_ONLY),
                CertificateThumbprint::Sha256 => ("x5t#S256", &SHA256),
            };
            let der = self.certificate.and_then(der).unwrap_or_default();
            wanted.insert(name.to_owned(), URL_SAFE_NO_PAD.encode(digest(hash, &der)).into());
        }
        compare("the assertion's header", &wanted, &found, &[])
    }

    fn claims(&self, found: &Map<String, Json>) -> Vec<String> {
        let filled = self.assertion.claims.iter().map(|(name, text)| (name.clone(), self.facts.fill(text)));
        let audience = ("aud".to_owned(), self.facts.fill(&self.assertion.audience));
        let wanted = filled.chain([audience]).filter(|(_, text)| !text.is_empty());
        let wanted: Map<String, Json> = wanted.map(|(name, text)| (name, text.into())).collect();
        compare("the assertion's claim", &wanted, found, &[TIMES[0], TIMES[1], "jti"])
    }

    fn times(&self, found: &Map<String, Json>) -> Option<String> {
        let [Some(from), Some(to)] = TIMES.map(|name| found.get(name).and_then(Json::as_i64)) else {
            return Some("the assertion has no `iat` or no `exp`".to_owned());
        };
        let now = self.now.as_second();
        if from > now + SKEW {
            return Some("the assertion's `iat` is in the future".to_owned());
        }
        if to <= now {
            return Some("the assertion has expired".to_owned());
        }
        let life = self.assertion.life.and_then(|life| i64::try_from(life).ok())?;
        (to - from > life).then(|| format!("the assertion lives {} s, and {life} s is the most", to - from))
    }

    fn id(&self, found: &Map<String, Json>) -> Option<String> {
        match found.get("jti").and_then(Json::as_str) {
            None if self.assertion.unique => Some("the assertion has no `jti`".to_owned()),
            Some(_) if !self.assertion.unique => Some("the assertion's claim `jti` is one too many".to_owned()),
            Some(id) if self.used.iter().any(|used| used == id) => Some(format!("the `jti` `{id}` came already")),
            _ => None,
        }
    }
}

/// The ID of an assertion.
pub(crate) fn id(token: &str) -> Option<String> {
    let part = token.split('.').nth(1)?;
    let claims: Json = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()?;
    claims.get("jti")?.as_str().map(str::to_owned)
}

fn algorithm(of_preset: AssertionAlgorithm) -> Option<Algorithm> {
    format!("{of_preset:?}").parse().ok()
}

fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let starts = (0..text.len()).step_by(2);
    starts.map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

fn der(pem: &str) -> Option<Vec<u8>> {
    CertificateDer::from_pem_slice(pem.as_bytes()).ok().map(|der| der.to_vec())
}

pub(super) fn compare(
    what: &str,
    wanted: &Map<String, Json>,
    found: &Map<String, Json>,
    passed: &[&str],
) -> Vec<String> {
    let unmet = wanted.iter().filter_map(|(name, value)| match found.get(name) {
        None => Some(format!("{what} `{name}` is missing")),
        Some(other) if other != value => Some(format!("{what} `{name}` is {other} in place of {value}")),
        Some(_) => None,
    });
    let surplus = found.keys().filter(|name| !wanted.contains_key(*name) && !passed.contains(&name.as_str()));
    unmet.chain(surplus.map(|name| format!("{what} `{name}` is one too many"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use jsonwebtoken::{EncodingKey, Header};
    use serde_json::json;
    use std::time::Duration;

    const NOW: i64 = 1_800_000_000;

    /// The complaints about an assertion with these claims and key id, signed by the uploaded key.
    #[track_caller]
    fn check(kid: &str, claims: &Json, used: &[String], expected: &[&str]) {
        let now = Timestamp::from_second(NOW).expect("a time");
        let life = Duration::from_hours(24);
        let pair = crate::oauth::make_key_pair(AssertionAlgorithm::ES256, 2048, "t", now, life).expect("a pair");
        let assertion = Assertion {
            algorithm: Some(AssertionAlgorithm::ES256),
            key_id: "<key>".into(),
            audience: "https://as.test/token".into(),
            claims: [("iss".to_owned(), "<client_id>".to_owned()), ("sub".to_owned(), "<person>".to_owned())].into(),
            unique: true,
            life: Some(300),
            ..Assertion::default()
        };
        let mut facts = Facts::default();
        for (name, value) in [("key", "k1"), ("client_id", "id"), ("person", "")] {
            facts.set(name, value);
        }
        let certificate = pair.certificate.as_deref();
        let judge = Judge { assertion: &assertion, facts: &facts, certificate, now, used };
        let key = EncodingKey::from_ec_pem(pair.private_key.expose().as_bytes()).expect("a key");
        let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::ES256) };
        let token = Secret::new(jsonwebtoken::encode(&header, claims, &key).expect("signed"));
        assert_eq!(judge.complaints(token.expose()), expected, "{claims}");
        let mut forged = token.expose().to_owned();
        let last = if forged.pop() == Some('A') { 'Q' } else { 'A' };
        forged.insert(forged.rfind('.').expect("a signature") + 1, last);
        assert_eq!(judge.complaints(&forged).len(), 1, "a signature that was touched is not verified");
    }

    fn claims(change: &Json) -> Json {
        let mut claims =
            json!({ "iss": "id", "aud": "https://as.test/token", "iat": NOW, "exp": NOW + 300, "jti": "one" });
        for (name, value) in change.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        claims
    }

    #[test]
    fn an_assertion_as_the_preset_says_is_taken_once() {
        check("k1", &claims(&json!({})), &[], &[]);
        check("k1", &claims(&json!({})), &["one".to_owned()], &["the `jti` `one` came already"]);
    }

    #[test]
    fn each_slip_has_a_complaint_of_its_own() {
        check("k2", &claims(&json!({})), &[], &["the assertion's header `kid` is \"k2\" in place of \"k1\""]);
        let audience = "the assertion's claim `aud` is \"https://as.test\" in place of \"https://as.test/token\"";
        check("k1", &claims(&json!({ "aud": "https://as.test" })), &[], &[audience]);
        check("k1", &claims(&json!({ "sub": "x" })), &[], &["the assertion's claim `sub` is one too many"]);
        let long = "the assertion lives 301 s, and 300 s is the most";
        check("k1", &claims(&json!({ "exp": NOW + 301 })), &[], &[long]);
        let late = claims(&json!({ "iat": NOW - 400, "exp": NOW - 100 }));
        check("k1", &late, &[], &["the assertion has expired"]);
        let early = claims(&json!({ "iat": NOW + 100, "exp": NOW + 200 }));
        check("k1", &early, &[], &["the assertion's `iat` is in the future"]);
        check("k1", &claims(&json!({ "jti": null })), &[], &["the assertion has no `jti`"]);
        check("k1", &claims(&json!({ "exp": "soon" })), &[], &["the assertion has no `iat` or no `exp`"]);
    }
}
