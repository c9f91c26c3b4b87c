//! Who a token belongs to.

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::practice::contract::{ACCOUNTS, DEFAULT_NAME, REALM};
use crate::practice::state::signed_token::GrantedAccess;

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

/// The account that a `login_hint` (OpenID Connect Core 1.0 section 3.1.2.1) means: a name, an e-mail address or a subject of this
/// service. Whoever is not known here is nobody, and the first account signs in, as somebody else may at a real service.
pub(crate) fn hinted(hint: Option<&str>) -> String {
    let Some(hint) = hint.map(str::trim).filter(|hint| !hint.is_empty()) else { return DEFAULT_NAME.to_owned() };
    let local = hint.split('@').next().unwrap_or(hint);
    let name = local.strip_prefix("practice-").unwrap_or(local);
    let known = ACCOUNTS.iter().find(|known| known.eq_ignore_ascii_case(name));
    known.copied().unwrap_or(DEFAULT_NAME).to_owned()
}

/// An account that is not this one.
pub(crate) fn another(name: &str) -> String {
    ACCOUNTS.iter().find(|known| **known != name).copied().unwrap_or(DEFAULT_NAME).to_owned()
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
            details: None,
        }
    }

    #[test]
    fn a_hint_names_a_person_by_name_address_or_subject() {
        for hint in ["grace", " Grace ", "GRACE@practice.example", "practice-grace"] {
            assert_eq!(hinted(Some(hint)), "Grace", "{hint}");
        }
        assert_eq!((hinted(None), hinted(Some(" "))), ("Ada".to_owned(), "Ada".to_owned()));
        assert_eq!(hinted(Some("linus@example.com")), "Ada");
        assert_eq!((another("Ada"), another("Grace"), another("x")), ("Grace".into(), "Ada".into(), "Ada".into()));
    }

    #[test]
    fn a_person_and_a_client_each_have_a_subject() {
        assert_eq!(subject(&grant(Some("Ada Lovelace"))), "practice-adalovelace");
        assert_eq!(subject(&grant(Some("İ"))).len(), "practice-".len() + 8);
        assert_eq!(subject(&grant(None)), "it");
    }
}
