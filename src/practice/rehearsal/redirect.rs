//! The redirect that ends the visit, as the preset documents it.

use url::Url;

use crate::practice::http::message::Response;
use crate::practice::rehearsal::contract::RehearsalContract;
use crate::practice::rehearsal::document::refusal;
use crate::practice::rehearsal::facts::Facts;
use crate::practice::state::signed_token::hmac_sha256;
use crate::service::RedirectRules;

/// Sends the caller back with the code. Code and state of the documented query are replaced; what it has besides is
/// sent and, where the preset keeps it, known from now on.
pub(crate) fn response(contract: &mut RehearsalContract, example: &str, code: String) -> Response {
    let Ok(mut target) = Url::parse(&contract.redirect_uri) else {
        let words = format!("the redirect URI `{}` is none", contract.redirect_uri);
        return refusal(&crate::call::Reading::default(), "invalid_request", &words);
    };
    let rules = &contract.service.redirect;
    let query = query(rules, example, &code, &contract.facts);
    for (name, value) in query.iter().filter(|(name, _)| rules.retain.contains(name)) {
        contract.facts.set(name, value);
    }
    contract.facts.set("code", code);
    target.query_pairs_mut().extend_pairs(query);
    Response::redirect(302, target.as_str())
}

fn query(rules: &RedirectRules, example: &str, code: &str, facts: &Facts) -> Vec<(String, String)> {
    let documented = form_urlencoded::parse(example.trim().trim_start_matches('?').as_bytes()).into_owned();
    let made = [rules.code_parameter.as_str(), "state", "hmac", "iss"];
    let mut query = vec![
        (rules.code_parameter.clone(), format!("{code}{}", rules.code_suffix)),
        ("state".to_owned(), facts.value("state").to_owned()),
    ];
    query.extend(documented.filter(|(name, _)| !made.contains(&name.as_str())));
    if example.is_empty() {
        query.extend(rules.retain.iter().map(|name| (name.clone(), undocumented(name, facts))));
    }
    if example.is_empty() && !rules.scope.is_empty() {
        query.push((rules.scope.clone(), facts.value("scope").to_owned()));
    }
    if let Some(issuer) = &rules.issuer {
        query.push(("iss".to_owned(), facts.fill(issuer)));
    }
    if rules.signature.is_some() {
        let signature = signature(&query, facts.value("client_secret"));
        query.push(("hmac".to_owned(), signature));
    }
    query
}

/// A value chosen beforehand, if there was a choice.
fn undocumented(name: &str, facts: &Facts) -> String {
    match facts.value(name) {
        "" => format!("example-{name}"),
        chosen => chosen.to_owned(),
    }
}

/// The hex HMAC-SHA256, with the client secret, of all other parameters sorted by name.
/// <https://shopify.dev/docs/apps/build/authentication-authorization>
fn signature(query: &[(String, String)], secret: &str) -> String {
    let mut lines: Vec<String> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    lines.sort_unstable();
    hmac_sha256(secret.as_bytes(), lines.join("&").as_bytes()).map(|byte| format!("{byte:02x}")).concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(rules: &RedirectRules, example: &str) -> String {
        let mut facts = Facts::default();
        facts.set("state", "s");
        facts.set("client_secret", "hush");
        let query = query(rules, example, "c", &facts);
        query.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_documented_query_comes_back_with_a_fresh_code_and_the_state() {
        let keep = vec!["realmId".to_owned()];
        let rules = RedirectRules { retain: keep, code_suffix: "#_".into(), ..RedirectRules::default() };
        assert_eq!(sent(&rules, "code=x&state=y&realmId=7"), "code=c#_ state=s realmId=7");
        assert_eq!(sent(&rules, ""), "code=c#_ state=s realmId=example-realmId");
        let rules =
            RedirectRules { code_parameter: "auth_code".into(), issuer: Some("https://as.test".into()), ..rules };
        assert_eq!(sent(&rules, "?auth_code=x&realmId=7"), "auth_code=c#_ state=s realmId=7 iss=https://as.test");
    }
}
