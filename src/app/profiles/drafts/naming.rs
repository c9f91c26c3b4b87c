//! Proposes a profile name: the service, plus the account or company if known.

use serde_json::Value as Json;

use crate::app::CallContext;
use crate::oauth::decode_jwt;
use crate::service::{Catalog, ProfileName};

/// The most characters of each part of a proposed name, so that two parts and a number fit into a profile name.
const LONGEST_PART: usize = 28;

/// Words in the names of fields that identify the account, the most telling first.
const TELLING: [&str; 12] = [
    "company",
    "organi",
    "workspace",
    "team",
    "shop",
    "subdomain",
    "tenant",
    "domain",
    "account",
    "realm",
    "instance",
    "site",
];
/// ID token claims that identify the user (OpenID Connect Core section 5.1) or the company, the most telling first.
const CLAIMS: [&str; 9] =
    ["org_name", "company", "organization", "hd", "preferred_username", "nickname", "name", "email", "upn"];

/// A name such as `quickbooks-acme`.
pub(crate) fn propose(context: &CallContext) -> ProfileName {
    let service = service_part(context);
    let account = candidates(context).find_map(|text| part(&text));
    let text = match account {
        Some(account) if account != service => format!("{service}-{account}"),
        _ => service,
    };
    name(&text)
}

/// The name for changes of a saved profile.
pub(crate) fn of_edits(saved: &ProfileName) -> ProfileName {
    let short: String = saved.as_str().chars().take(2 * LONGEST_PART).collect();
    name(&format!("{short}-edited"))
}

/// The name itself, then numbered: `quickbooks-acme-2`.
pub(crate) fn numbered(proposed: &ProfileName) -> impl Iterator<Item = ProfileName> + use<> {
    let text = proposed.to_string();
    let numbers = (2_u64..).map(move |number| name(&format!("{text}-{number}")));
    std::iter::once(proposed.clone()).chain(numbers)
}

/// Every text made here is a valid name; `draft` is the fallback if one is not.
fn name(text: &str) -> ProfileName {
    let fallback = || ProfileName::parse("draft").unwrap_or_else(|_| unreachable!("`draft` is a name"));
    ProfileName::parse(text).unwrap_or_else(|_| fallback())
}

fn service_part(context: &CallContext) -> String {
    let service = &context.profile.service;
    if service.id != Catalog::CUSTOM
        && let Some(id) = part(&service.id)
    {
        return id;
    }
    // A custom service is named by its host.
    let host = host(service.token_request.url.source());
    host.and_then(|host| part(&host)).unwrap_or_else(|| "custom".to_owned())
}

/// The telling part of a URL: `acme` of `https://login.acme.example/token`.
fn host(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    let host = rest.split(['/', ':', '?', '#']).next()?;
    let labels: Vec<&str> = host.split('.').filter(|label| !label.contains('<')).collect();
    let is_number = labels.iter().all(|label| label.bytes().all(|byte| byte.is_ascii_digit()));
    match labels.len() {
        0 => None,
        _ if is_number => Some(labels.join("-")),
        1 => Some(labels[0].to_owned()),
        length => Some(labels[length - 2].to_owned()),
    }
}

/// Texts that may identify the account, the best first.
fn candidates(context: &CallContext) -> impl Iterator<Item = String> {
    let profile = &context.profile;
    let retained = context.tokens.iter().flat_map(|tokens| tokens.retained.clone());
    let is_secret = |field: &str| profile.service.inputs.iter().any(|input| input.secret && input.name == field);
    let is_choice =
        |field: &str| profile.service.inputs.iter().any(|input| !input.choices.is_empty() && input.name == field);
    let inputs = profile.inputs.clone().into_iter().filter(|(field, _)| !is_secret(field) && !is_choice(field));
    let fields: Vec<(String, String)> =
        retained.chain(inputs).filter(|(field, value)| !value.is_empty() && field != "port").collect();
    let mut telling: Vec<(usize, String)> = fields
        .into_iter()
        .filter_map(|(field, value)| {
            let field = field.to_ascii_lowercase();
            let at = TELLING.iter().position(|word| field.contains(word))?;
            // A name tells a person more than a number does.
            let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
            Some((at + if is_number { TELLING.len() + CLAIMS.len() } else { 0 }, value))
        })
        .collect();
    let claims = context.tokens.as_ref().and_then(|tokens| decode_jwt(tokens.id_token.as_ref()?));
    let claims = claims.map(|jwt| jwt.claims).unwrap_or_default();
    telling.extend(CLAIMS.iter().enumerate().filter_map(|(at, claim)| {
        let value = claims.get(claim).and_then(Json::as_str)?;
        Some((TELLING.len() + at, value.to_owned()))
    }));
    telling.sort_by_key(|(rank, _)| *rank);
    telling.into_iter().map(|(_, value)| value).chain([profile.user_name.clone()])
}

/// A text as a part of a name: `acme-ltd` for `Acme, Ltd.`; for a URL its most telling part. `None` if no character of it
/// is allowed in a name.
fn part(text: &str) -> Option<String> {
    let text = host(text).unwrap_or_else(|| text.split('@').next().unwrap_or_default().to_owned());
    let mut made = String::new();
    for sign in text.chars() {
        if sign.is_ascii_alphanumeric() {
            made.push(sign.to_ascii_lowercase());
        } else if !made.is_empty() && !made.ends_with('-') {
            made.push('-');
        }
    }
    let short: String = made.chars().take(LONGEST_PART).collect();
    let short = short.trim_matches('-').to_owned();
    (short.len() > 1).then_some(short)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{ProfileSecrets, TokenSet};
    use crate::secret::Secret;
    use crate::service::ProfileDraft;
    use base64::Engine as _;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    use jiff::Timestamp;

    fn context(service: &str, inputs: &[(&str, &str)], retained: &[(&str, &str)], claims: Option<&str>) -> CallContext {
        let mut draft = ProfileDraft::new(Catalog::bundled().service(service).expect("a preset"));
        let own = |list: &[(&str, &str)]| list.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        draft.inputs = own(inputs);
        let jwt = |claims: &str| {
            let [header, claims] = ["{}", claims].map(|text| BASE64_URL_SAFE_NO_PAD.encode(text));
            Secret::new(format!("{header}.{claims}.signature"))
        };
        let tokens = TokenSet {
            id_token: claims.map(jwt),
            retained: own(retained),
            ..TokenSet::bearer(Secret::new("at"), Timestamp::UNIX_EPOCH)
        };
        let context = CallContext::new(draft.as_typed(), ProfileSecrets::default());
        CallContext { tokens: Some(tokens), ..context }
    }

    #[test]
    fn a_name_is_proposed_from_the_service_and_what_tells_the_account() {
        for (service, inputs, retained, claims, expected) in [
            ("quickbooks", &[][..], &[("realmId", "9130357")][..], None, "quickbooks-9130357"),
            ("quickbooks", &[], &[("realmId", "9130357")], Some(r#"{"email":"ada@acme.test"}"#), "quickbooks-ada"),
            ("quickbooks", &[], &[("company", "Acme, Ltd.")], Some(r#"{"name":"Ada"}"#), "quickbooks-acme-ltd"),
            ("shopify", &[("shop", "my-store")], &[], None, "shopify-my-store"),
            ("practice", &[("port", "8123")], &[], Some(r#"{"name":"Ada Practice"}"#), "practice-ada-practice"),
            ("practice", &[], &[], Some(r#"{"name":"株式会社"}"#), "practice"),
            ("practice", &[], &[], None, "practice"),
            ("practice", &[], &[("tenant", "https://acme.example.com/x")], None, "practice-example"),
        ] {
            let proposed = propose(&context(service, inputs, retained, claims));
            assert_eq!(proposed.as_str(), expected, "{service} {inputs:?} {retained:?} {claims:?}");
        }
    }

    #[test]
    fn a_service_that_a_person_described_is_called_by_its_host() {
        let mut described = context("custom", &[], &[], None);
        for (url, expected) in [
            ("https://login.acme.example/oauth/token", "acme"),
            ("http://127.0.0.1:8080/token", "127-0-0-1"),
            ("https://<host>/token", "custom"),
            ("", "custom"),
        ] {
            described.profile.service.token_request.url = crate::call::Template::new(url);
            assert_eq!(propose(&described).as_str(), expected, "{url}");
        }
    }

    #[test]
    fn every_proposed_name_is_a_name_and_so_is_every_number_of_it() {
        let long = "x".repeat(500);
        let context = context("amazon-sp-api-app", &[("company", &long)], &[], None);
        let proposed = propose(&context);
        for name in numbered(&proposed).take(3).chain([of_edits(&proposed)]) {
            assert_eq!(ProfileName::parse(name.as_str()), Ok(name.clone()));
        }
        let second = numbered(&proposed).nth(1).expect("a second");
        assert_eq!(second.as_str(), format!("{proposed}-2"));
    }
}
