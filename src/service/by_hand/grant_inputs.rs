//! What the grants need beside the client: the assertion of RFC 7522, the tokens of RFC 8693. A service that is described by
//! hand gets them with its grant, as a preset names its own inputs.

use std::collections::BTreeMap;

use crate::oauth::GrantType;
use crate::service::input::{Choice, Input};

/// The types of tokens (RFC 8693 section 3), and what a person calls them.
const TOKEN_TYPES: [(&str, &str); 5] = [
    ("urn:ietf:params:oauth:token-type:access_token", "Access token"),
    ("urn:ietf:params:oauth:token-type:id_token", "ID token"),
    ("urn:ietf:params:oauth:token-type:jwt", "JWT"),
    ("urn:ietf:params:oauth:token-type:refresh_token", "Refresh token"),
    ("urn:ietf:params:oauth:token-type:saml2", "SAML 2.0 assertion"),
];

/// The inputs of a grant.
pub(in crate::service) fn inputs_of(grant: Option<GrantType>) -> Vec<Input> {
    match grant {
        Some(GrantType::Saml2Bearer) => vec![secret(
            "assertion",
            "SAML assertion",
            "The signed assertion, as XML or as it is sent. It is short-lived: have it read from a file or a command.",
            false,
        )],
        Some(GrantType::TokenExchange) => vec![
            secret(
                "subject_token",
                "Subject token",
                "The token that is exchanged. Have it read from another profile, a file or a command, or paste one.",
                false,
            ),
            types("subject_token_type", "Type of the subject token", TOKEN_TYPES[0].0),
            secret(
                "actor_token",
                "Actor token",
                "The token of whoever acts for the subject, if the service asks.",
                true,
            ),
            types("actor_token_type", "Type of the actor token", ""),
            types("requested_token_type", "Type of the token to get", ""),
            text("audience", "Audience", "The name of the service that the new token is for."),
            text("resource", "Resource", "The URL of the service that the new token is for."),
        ],
        _ => Vec::new(),
    }
}

/// The type of an actor token is sent with one, and never without (RFC 8693 section 2.1).
pub(crate) fn actor_token_type(has_actor: bool, chosen: &str) -> &str {
    match (has_actor, chosen) {
        (false, _) => "",
        (true, "") => TOKEN_TYPES[0].0,
        (true, chosen) => chosen,
    }
}

fn secret(name: &str, label: &str, help: &str, optional: bool) -> Input {
    Input { secret: true, optional, ..text(name, label, help) }
}

fn text(name: &str, label: &str, help: &str) -> Input {
    let [name, label, help] = [name, label, help].map(str::to_owned);
    Input { name, label, help, optional: true, ..Input::default() }
}

fn types(name: &str, label: &str, default: &str) -> Input {
    let choice = |value: &str, label: &str| Choice { value: value.into(), label: label.into(), sets: BTreeMap::new() };
    let none = default.is_empty().then(|| choice("", "Not sent"));
    let choices = TOKEN_TYPES.iter().map(|(value, label)| choice(value, label));
    let choices = none.into_iter().chain(choices).collect();
    Input { choices, default: default.to_owned(), ..text(name, label, "") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_an_actor_token_is_sent_with_one_only() {
        let saml = TOKEN_TYPES[4].0;
        assert_eq!(actor_token_type(false, saml), "");
        assert_eq!(actor_token_type(true, ""), TOKEN_TYPES[0].0);
        assert_eq!(actor_token_type(true, saml), saml);
    }

    #[test]
    fn every_placeholder_of_a_grant_has_an_input() {
        for grant in [GrantType::Saml2Bearer, GrantType::TokenExchange] {
            let inputs = inputs_of(Some(grant));
            for parameter in grant.parameters() {
                let name = parameter.value.placeholders().next().expect("a placeholder").to_owned();
                assert!(name == "scope" || inputs.iter().any(|input| input.name == name), "{name}");
            }
        }
    }
}
