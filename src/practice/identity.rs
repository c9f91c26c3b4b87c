//! Who a token belongs to: the claims, and the ID token that carries them.

use jiff::Timestamp;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::practice::contract::REALM;
use crate::practice::signed_token::GrantedAccess;
use crate::secret::Secret;

/// The longest name of a person, in characters.
pub(crate) const LONGEST_NAME: usize = 64;

/// The person, or the client that acts for itself.
pub(crate) fn subject(grant: &GrantedAccess) -> String {
    match &grant.person {
        Some(name) => format!("practice-{}", slug(name)),
        None => grant.client_id.clone(),
    }
}

pub(crate) fn claims(grant: &GrantedAccess) -> Map<String, Value> {
    let mut claims = Map::new();
    claims.insert("sub".into(), subject(grant).into());
    if let Some(name) = &grant.person {
        claims.insert("name".into(), name.as_str().into());
        claims.insert("email".into(), format!("{}@practice.example", slug(name)).into());
    }
    claims.insert("realm".into(), REALM.1.into());
    claims
}

/// An ID token signed with the client secret (`OpenID` Connect Core 1.0 sections 2 and 10.1). A public client has no
/// secret and gets none.
pub(crate) fn id_token(
    mut claims: Map<String, Value>,
    grant: &GrantedAccess,
    issuer: &str,
    life: (Timestamp, Timestamp),
    client_secret: &str,
) -> Secret {
    claims.insert("iss".into(), issuer.into());
    claims.insert("aud".into(), grant.client_id.as_str().into());
    claims.insert("iat".into(), life.0.as_second().into());
    claims.insert("exp".into(), life.1.as_second().into());
    if let Some(nonce) = &grant.nonce {
        claims.insert("nonce".into(), nonce.as_str().into());
    }
    let key = EncodingKey::from_secret(client_secret.as_bytes());
    Secret::new(jsonwebtoken::encode(&Header::default(), &claims, &key).expect("a secret signs any claims"))
}

/// The name in lower-case ASCII letters and digits; a name without any is hashed.
fn slug(name: &str) -> String {
    let slug: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    if slug.is_empty() {
        return format!("{:x}", Sha256::digest(name.as_bytes())).chars().take(8).collect();
    }
    slug.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    fn grant(person: Option<&str>) -> GrantedAccess {
        GrantedAccess {
            client_id: "it".into(),
            person: person.map(str::to_owned),
            scopes: vec![],
            nonce: Some("n".into()),
        }
    }

    #[test]
    fn a_person_and_a_client_each_have_a_subject() {
        assert_eq!(subject(&grant(Some("Ada Lovelace"))), "practice-adalovelace");
        assert_eq!(subject(&grant(Some("İ"))).len(), "practice-".len() + 8);
        assert_eq!(subject(&grant(None)), "it");
    }

    #[test]
    fn an_id_token_carries_its_claims_in_the_middle_part() {
        let ada = grant(Some("Ada"));
        let life = (Timestamp::UNIX_EPOCH, Timestamp::from_second(60).expect("a time"));
        let token = id_token(claims(&ada), &ada, "http://here", life, "secret");
        let middle = token.expose().split('.').nth(1).expect("three parts").to_owned();
        let claims: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(middle).expect("base64url")).expect("a JSON object");
        let expected = json!({
            "sub": "practice-ada", "name": "Ada", "email": "ada@practice.example", "realm": REALM.1,
            "iss": "http://here", "aud": "it", "iat": 0, "exp": 60, "nonce": "n",
        });
        assert_eq!(claims, expected);
    }
}
