//! Whether a service keeps a secret in plain text: what is imported is saved as a preset, which is not secret.

use std::fmt;

use serde_json::Value as Json;

use crate::call::{BodyTemplate, CallTemplate, Parameter};
use crate::dialect::Described;
use crate::secret::Secret;
use crate::service::write_preset;

/// Where a secret stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// The call as a preset names it; empty if the secret stands outside of the calls.
    call: &'static str,
    place: String,
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.call {
            "" => write!(f, "{}", self.place),
            call => write!(f, "`{call}`, {}", self.place),
        }
    }
}

impl Described {
    /// The first place of the service with one of the secrets in place of a placeholder.
    pub(in crate::dialect) fn leak(&self) -> Option<Leak> {
        /// Shorter secrets appear in any text by chance.
        const LEAST: usize = 8;
        let secrets = self.secrets.values().map(Secret::expose).filter(|secret| {
            // A client secret in a preset is public.
            secret.len() >= LEAST && *secret != self.service.defaults.client_secret
        });
        let calls = self.service.calls();
        let text = write_preset(&self.service);
        secrets.into_iter().find_map(|secret| {
            let found = calls.iter().find_map(|(call, template)| Some(Leak { call, place: place(template, secret)? }));
            let is_elsewhere = !is_word(secret) && text.contains(secret);
            found.or_else(|| is_elsewhere.then(|| Leak { call: "", place: "the names or texts".to_owned() }))
        })
    }
}

/// Whether a secret is a word, such as `password` or `keycloak`: it is found in names and hosts too, and says nothing there.
fn is_word(secret: &str) -> bool {
    /// Longer words are nobody's name.
    const LONGEST: usize = 15;
    secret.len() <= LONGEST && secret.chars().all(|c| c.is_ascii_alphabetic() || "_-.".contains(c))
}

fn place(call: &CallTemplate, secret: &str) -> Option<String> {
    let holds = |text: &str| if is_word(secret) { text == secret } else { text.contains(secret) };
    let within = |part: &str, list: &[Parameter]| {
        let found = list.iter().find(|parameter| holds(parameter.value.source()));
        found.map(|parameter| format!("{part} `{}`", parameter.name))
    };
    if holds(call.url.source()) {
        return Some("the URL".to_owned());
    }
    within("header", &call.headers).or_else(|| within("query parameter", &call.query)).or_else(|| match &call.body {
        BodyTemplate::None => None,
        BodyTemplate::Form(list) => within("body parameter", list),
        BodyTemplate::Json(text) => {
            let json: Json = serde_json::from_str(text.source()).unwrap_or(Json::String(text.source().to_owned()));
            any_text(&json, &holds).then(|| "the body".to_owned())
        }
        BodyTemplate::Text { text, .. } => holds(text.source()).then(|| "the body".to_owned()),
    })
}

fn any_text(json: &Json, holds: &impl Fn(&str) -> bool) -> bool {
    match json {
        Json::String(text) => holds(text),
        Json::Array(items) => items.iter().any(|item| any_text(item, holds)),
        Json::Object(members) => members.values().any(|item| any_text(item, holds)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Template;
    use crate::service::Service;

    fn leak(secret: &str, url: &str, parameter: (&str, &str)) -> Option<String> {
        let query = vec![Parameter::new(parameter.0, parameter.1)];
        let token_request = CallTemplate { url: Template::new(url), query, ..CallTemplate::default() };
        let mut described =
            Described { service: Service { token_request, ..Service::default() }, ..Described::default() };
        described.secrets.client_secret = Secret::new(secret);
        described.leak().map(|leak| leak.to_string())
    }

    #[test]
    fn a_secret_in_a_value_is_found_with_its_place() {
        let url = "https://as.test/token";
        assert_eq!(
            leak("s3cr3t-value", url, ("key", "a-s3cr3t-value")).as_deref(),
            Some("`token_request`, query parameter `key`")
        );
        assert_eq!(
            leak("s3cr3t-value", "https://as.test/s3cr3t-value", ("a", "b")).as_deref(),
            Some("`token_request`, the URL")
        );
        assert_eq!(
            leak("hunter-word", url, ("key", "hunter-word")).as_deref(),
            Some("`token_request`, query parameter `key`")
        );
    }

    #[test]
    fn a_word_in_a_name_or_a_host_is_none() {
        assert_eq!(leak("password", "https://as.test/token", ("password", "<password>")), None);
        assert_eq!(leak("keycloak", "https://as.test/keycloak/token", ("a", "b")), None);
        assert_eq!(leak("short", "https://as.test/short", ("a", "short")), None);
    }
}
