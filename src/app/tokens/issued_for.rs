//! What a token set was issued for. It is noted when the tokens arrive; if the profile changes later, its tokens are stale:
//! they belong to another client, tenant or person.

use std::collections::BTreeMap;

use crate::app::{Failure, FailureKind};
use crate::diagnosis::Diagnosis;
use crate::oauth::TokenSet;
use crate::service::{Catalog, Profile, ProfileName};

/// The facts of a profile that its tokens depend on, each by the name a person knows it by. None of them is secret.
/// Secrets are left out, since a client secret may be renewed, and so is the refresh endpoint: one that was wrong is
/// mended after the tokens came.
pub(crate) fn of(profile: &Profile) -> BTreeMap<String, String> {
    let service = &profile.service;
    let mut scopes = profile.scopes.clone();
    scopes.sort_unstable();
    let inputs = service.inputs.iter().filter(|input| !input.secret).map(|input| {
        let value = profile.inputs.get(&input.name).cloned().unwrap_or_default();
        (format!("input `{}`", input.name), value)
    });
    let facts = [
        ("token endpoint", service.token_request.url.source().to_owned()),
        ("client id", profile.client_id.clone()),
        ("scopes", scopes.join(" ")),
        ("user", profile.user_name.clone()),
    ];
    let facts = facts.map(|(name, value)| (name.to_owned(), value));
    facts.into_iter().chain(inputs).filter(|(_, value)| !value.is_empty()).collect()
}

/// What changed since the tokens were issued, in words: the first of it, and what mends it.
pub(crate) fn stale(name: &ProfileName, profile: &Profile, tokens: &TokenSet) -> Option<Diagnosis> {
    let then = &tokens.issued_for;
    if then.is_empty() {
        return None;
    }
    let now = of(profile);
    let differs = |fact: &&String| then.get(*fact) != now.get(*fact);
    // The client first: whoever changes it changes most.
    let order = |fact: &&String| (fact.as_str() != "client id", fact.starts_with("input"));
    let fact = then.keys().chain(now.keys()).filter(differs).min_by_key(order)?;
    let value = |facts: &BTreeMap<String, String>| match facts.get(fact) {
        Some(value) => format!("`{value}`"),
        None => "none".to_owned(),
    };
    let summary = format!(
        "the tokens of `{name}` were issued for another {}: {} then, {} now",
        fact.trim_end_matches('s'),
        value(then),
        value(&now)
    );
    let hint =
        format!("sign in again: `tokenwright sign-in {name}`, or open the profile in the window and change it back");
    Some(Diagnosis::new(summary).hint(hint))
}

/// What makes a profile another one than the one that is saved under its name, in words: another service, client, person or
/// input. What was not known before makes it complete, and other scopes are still the same client's.
pub fn other(name: &ProfileName, saved: &Profile, now: &Profile) -> Option<Diagnosis> {
    let facts = |profile: &Profile| {
        let mut facts = of(profile);
        facts.remove("scopes");
        // All services without a preset have one ID.
        let is_described = profile.service.id == Catalog::CUSTOM;
        let endpoint = facts.get("token endpoint").filter(|_| is_described).cloned();
        let service = if is_described { endpoint } else { Some(profile.service.id.clone()) };
        facts.extend(service.map(|service| ("service".to_owned(), service)));
        facts
    };
    let (then, now) = (facts(saved), facts(now));
    let differs =
        |fact: &&String| now.get(*fact).is_some_and(|value| then.get(*fact).is_some_and(|then| then != value));
    let order = |fact: &&String| (fact.as_str() != "service", fact.as_str() != "client id", fact.starts_with("input"));
    let fact = then.keys().filter(differs).min_by_key(order)?;
    let value = |facts: &BTreeMap<String, String>| facts.get(fact).cloned().unwrap_or_default();
    Some(Diagnosis::new(format!(
        "a profile `{name}` exists already, of another {fact}: `{}` there, `{}` here",
        value(&then),
        value(&now)
    )))
}

/// Refuses tokens that are stale.
pub(crate) fn check(name: &ProfileName, profile: &Profile, tokens: Option<&TokenSet>) -> Result<(), Failure> {
    match tokens.and_then(|tokens| stale(name, profile, tokens)) {
        Some(diagnosis) => Err(Failure::new(FailureKind::NeedsSignIn, diagnosis)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use crate::service::ProfileDraft;
    use jiff::Timestamp;

    fn profile(account: &str, client_id: &str, scopes: &[&str]) -> Profile {
        let mut draft = ProfileDraft::new(Catalog::bundled().service("netsuite").expect("a preset"));
        draft.inputs.insert("account_id".into(), account.into());
        draft.client_id = client_id.into();
        let mut profile = draft.parse().expect("complete");
        profile.scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        profile
    }

    fn check(profile: &Profile, expected: Option<&str>) {
        let tokens = TokenSet {
            issued_for: of(&self::profile("123", "ours", &["restlets", "rest_webservices"])),
            ..TokenSet::bearer(Secret::new("at"), Timestamp::UNIX_EPOCH)
        };
        let name = ProfileName::parse("acme").expect("a name");
        assert_eq!(stale(&name, profile, &tokens).map(|stale| stale.summary).as_deref(), expected);
    }

    #[test]
    fn what_was_changed_is_named_with_both_values() {
        check(&profile("123", "ours", &["rest_webservices", "restlets"]), None);
        check(
            &profile("123", "theirs", &["restlets"]),
            Some("the tokens of `acme` were issued for another client id: `ours` then, `theirs` now"),
        );
        check(
            &profile("124", "ours", &["rest_webservices", "restlets"]),
            Some("the tokens of `acme` were issued for another input `account_id`: `123` then, `124` now"),
        );
        check(
            &profile("123", "ours", &[]),
            Some("the tokens of `acme` were issued for another scope: `rest_webservices restlets` then, none now"),
        );
        let mut moved = profile("123", "ours", &["rest_webservices", "restlets"]);
        moved.service.refresh_request.as_mut().expect("a refresh call").url =
            crate::call::Template::new("https://mended.test/");
        check(&moved, None);
        moved.service.token_request.url = crate::call::Template::new("https://elsewhere.test/token");
        let then = Catalog::bundled().service("netsuite").expect("a preset").token_request.url.source().to_owned();
        let words = format!(
            "the tokens of `acme` were issued for another token endpoint: `{then}` then, \
             `https://elsewhere.test/token` now"
        );
        check(&moved, Some(&words));
    }

    #[test]
    fn a_service_without_a_preset_is_told_apart_by_its_token_endpoint() {
        let of = |endpoint: &str| {
            let mut profile = profile("123", "ours", &[]);
            profile.service.id = Catalog::CUSTOM.into();
            profile.service.token_request.url = crate::call::Template::new(endpoint);
            profile
        };
        let told = |saved: &str, now: &str| {
            let name = ProfileName::parse("acme").expect("a name");
            other(&name, &of(saved), &of(now)).map(|told| told.summary)
        };
        let (first, second) = ("https://a.test/token", "https://b.test/token");
        let words = "a profile `acme` exists already, of another service: `https://a.test/token` there, `https://b.test/token` here";
        assert_eq!(told(first, second).as_deref(), Some(words));
        assert_eq!(told(first, first), None);
        assert_eq!(told("", second), None, "it was not complete");
    }
}
