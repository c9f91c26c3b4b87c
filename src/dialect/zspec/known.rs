//! Names with a meaning in OAuth 2.0, and the placeholders for them.

use crate::call::{Parameter, Template, Values, is_name};
use crate::oauth::Pkce;
use crate::service::Service;

/// What fills an argument of this name: a placeholder, or nothing where the name is the service's own. Services write
/// the names of RFC 6749 with `_`, with `-` and in camel case.
pub(super) fn placeholder(name: &str) -> Option<&'static str> {
    let letters: String = name.chars().filter(|c| !matches!(c, '_' | '-')).collect();
    Some(match letters.to_ascii_lowercase().as_str() {
        // RFC 6749 sections 4.1.1, 4.1.3, 4.3.2 and 6.
        "clientid" => "client_id",
        "clientsecret" => "client_secret",
        "code" => "code",
        "redirecturi" => "redirect_uri",
        "refreshtoken" => "refresh_token",
        "scope" | "scopes" => "scope",
        "state" => "state",
        "granttype" => "grant_type",
        "username" => "user_name",
        "password" => "password",
        // RFC 7636 sections 4.3 and 4.5.
        "codeverifier" => "code_verifier",
        "codechallenge" => "code_challenge",
        "codechallengemethod" => "code_challenge_method",
        // RFC 6750 section 2.3.
        "accesstoken" | "token" => "token",
        "idtoken" => "id_token",
        _ => return None,
    })
}

/// Whether a value under this name is most likely a secret.
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    let ends = ["secret", "password", "passphrase", "api_key", "apikey", "private_key", "_token", "assertion"];
    ends.iter().any(|end| name.ends_with(end)) || matches!(name.as_str(), "code" | "code_verifier")
}

/// A name that can be a placeholder: what cannot stand in one becomes `_`.
pub(super) fn slug(name: &str) -> String {
    let slug: String = name.chars().map(|c| if is_name(&format!("a{c}")) { c } else { '_' }).collect();
    if is_name(&slug) { slug } else { format!("_{slug}") }
}

/// The placeholder that a template consists of, where it is nothing else.
pub(super) fn only_placeholder(template: &Template) -> Option<&str> {
    let name = template.placeholders().next()?;
    let source = template.source();
    let spellings = [format!("<{name}>"), format!("{{{name}}}"), format!("{{{{{name}}}}}")];
    spellings.contains(&source.to_owned()).then_some(name)
}

/// What a person reads in place of a name: `account_id` is `Account ID`.
pub(super) fn label(name: &str) -> String {
    let words: Vec<String> = name
        .split(['_', '-', ' '])
        .filter(|word| !word.is_empty())
        .enumerate()
        .map(|(at, word)| match word.to_ascii_lowercase().as_str() {
            short @ ("id" | "url" | "uri" | "api" | "dc") => short.to_ascii_uppercase(),
            _ if at == 0 => word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect(),
            _ => word.to_owned(),
        })
        .collect();
    if words.is_empty() { name.to_owned() } else { words.join(" ") }
}

/// The placeholder before a path without a host.
pub(super) const SERVER: &str = "server";

/// Whether the name is one that every service knows.
pub(super) fn is_standard(name: &str) -> bool {
    Values::new().supplied_by(name).is_some()
}

/// Whether a parameter is never sent: what belongs to a code challenge that is named and switched off. In a document it
/// would switch it on.
pub(super) fn is_idle(service: &Service, parameter: &Parameter) -> bool {
    let Some(authorization) = service.authorization.as_ref().filter(|it| it.pkce == Pkce::Off) else { return false };
    let names = ["code_challenge", "code_challenge_method", "code_verifier"];
    authorization.call.placeholders().any(|name| name == names[0])
        && only_placeholder(&parameter.value).is_some_and(|name| names.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_each_spelling() {
        for name in ["client_id", "client-id", "clientId", "CLIENT_ID"] {
            assert_eq!(placeholder(name), Some("client_id"), "{name}");
        }
        assert_eq!(placeholder("access_type"), None);
    }

    #[test]
    fn a_name_becomes_a_placeholder_and_a_label() {
        let check = |name: &str, slugged: &str, labelled: &str| {
            assert_eq!((slug(name).as_str(), label(name).as_str()), (slugged, labelled), "{name}");
        };
        check("account_id", "account_id", "Account ID");
        check("access-type", "access-type", "Access type");
        check("x.y z", "x_y_z", "X.y z");
        check("2fa", "_2fa", "2fa");
        check("é", "_", "É");
        check("", "_", "");
    }

    #[test]
    fn a_template_that_is_one_placeholder_is_told_from_others() {
        let check = |source: &str, expected| assert_eq!(only_placeholder(&Template::new(source)), expected, "{source}");
        check("<a>", Some("a"));
        check("{a}", Some("a"));
        check("{{a}}", Some("a"));
        check("Bearer {a}", None);
        check("<a><a>", None);
        check("a", None);
    }
}
