//! Who a token belongs to.

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::practice::contract::REALM;
use crate::practice::signed_token::GrantedAccess;

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

    fn grant(person: Option<&str>) -> GrantedAccess {
        GrantedAccess {
            client_id: "it".into(),
            person: person.map(str::to_owned),
            scopes: vec![],
            nonce: Some("n".into()),
            signed_in: None,
        }
    }

    #[test]
    fn a_person_and_a_client_each_have_a_subject() {
        assert_eq!(subject(&grant(Some("Ada Lovelace"))), "practice-adalovelace");
        assert_eq!(subject(&grant(Some("İ"))).len(), "practice-".len() + 8);
        assert_eq!(subject(&grant(None)), "it");
    }
}
