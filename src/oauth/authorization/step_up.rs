//! Step-up authentication (RFC 9470): a resource asks for another authentication of the person, or, with a narrow token, for more
//! scopes (RFC 6750 section 3.1) or for authorization details (draft-ietf-oauth-rar-metadata-remediation-00 section 4). What it
//! asks for goes into a new authorization request.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value as Json;

use crate::call::Reply;
use crate::oauth::authorization::details::{detail_types, literal};
use crate::oauth::challenge::Challenge;
use crate::oauth::tokens::scope::split_scopes;

/// The most values of a list that are taken over, and the longest of them: they come from a resource and go to the authorization
/// server.
const MOST: usize = 20;
const LONGEST: usize = 200;
/// The longest authorization details that are taken over, in bytes: they become a parameter of a URL.
const LONGEST_DETAILS: usize = 4096;

/// What a resource asks a person to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepUp {
    /// The authentication contexts that it takes, the best first; empty if it does not say.
    pub acr_values: Vec<String>,
    /// How long ago the person may have signed in, in seconds.
    pub max_age: Option<u64>,
    /// The scopes that the token needs; empty if it does not say.
    pub scopes: Vec<String>,
    /// The authorization details that the token needs, as JSON; empty if it does not say.
    pub details: String,
    /// Whether it is about the authentication, not only about scopes or details.
    pub is_authentication: bool,
}

impl StepUp {
    /// What a refusal asks for; `None` if it is refused for another reason.
    pub fn of(reply: &Reply) -> Option<Self> {
        if !matches!(reply.status, 401 | 403) {
            return None;
        }
        Challenge::all(reply).iter().find_map(Self::of_challenge)
    }

    fn of_challenge(challenge: &Challenge) -> Option<Self> {
        if !matches!(challenge.scheme.as_str(), "bearer" | "dpop") {
            return None;
        }
        let is_authentication = match challenge.parameter("error")? {
            "insufficient_user_authentication" => true,
            "insufficient_scope" | "insufficient_authorization" => false,
            _ => return None,
        };
        let max_age = challenge.parameter("max_age").and_then(|text| text.trim().parse().ok());
        Some(Self {
            acr_values: values(challenge.parameter("acr_values")),
            max_age,
            scopes: values(challenge.parameter("scope")),
            details: details(challenge.parameter("authorization_remediation")),
            is_authentication,
        })
    }

    /// The scopes of a new sign-in: those of before, and those that are missing.
    pub fn all_scopes(&self, before: &[String]) -> Vec<String> {
        let more = self.scopes.iter().filter(|scope| !before.contains(scope));
        before.iter().chain(more).cloned().collect()
    }

    /// Whether a new sign-in would ask for anything else than the one before.
    pub fn is_answerable(&self) -> bool {
        self.is_authentication || !self.scopes.is_empty() || !self.details.is_empty()
    }
}

/// The values of a list that are printable ASCII without what would act elsewhere: braces and angles are placeholders here.
pub(in crate::oauth) fn values(list: Option<&str>) -> Vec<String> {
    let is_plain = |c: char| c.is_ascii_graphic() && !"\"\\{}<>`".contains(c);
    let all = split_scopes(list.unwrap_or_default(), "").into_iter();
    all.filter(|value| value.len() <= LONGEST && value.chars().all(is_plain)).take(MOST).collect()
}

/// The details in a remediation: base64url of a JSON object. Empty if there are none that can be asked for.
fn details(remediation: Option<&str>) -> String {
    let decoded = remediation.and_then(|text| BASE64_URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok());
    let json = decoded.and_then(|bytes| serde_json::from_slice::<Json>(&bytes).ok()).unwrap_or_default();
    let text = json.get("authorization_details").map(literal).unwrap_or_default();
    if text.len() <= LONGEST_DETAILS && detail_types(&text).is_ok() { text } else { String::new() }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;
    use crate::secret::Secret;

    fn of(status: u16, challenges: &[&str]) -> Option<StepUp> {
        let header = |value: &&str| ("www-authenticate".to_owned(), (*value).to_owned());
        StepUp::of(&Reply {
            status,
            headers: challenges.iter().map(header).collect(),
            body: Secret::default(),
            elapsed: Duration::ZERO,
            received_at: Timestamp::UNIX_EPOCH,
        })
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_examples_of_rfc_9470_are_understood() {
        let level = "Bearer error=\"insufficient_user_authentication\", acr_values=\"myACR\"";
        let expected = StepUp { acr_values: texts(&["myACR"]), is_authentication: true, ..StepUp::default() };
        assert_eq!(of(401, &["Negotiate abc==", level]), Some(expected));
        let recent = "Bearer error=\"insufficient_user_authentication\", \
                      error_description=\"More recent authentication is required\", max_age=\"5\"";
        let expected = StepUp { max_age: Some(5), is_authentication: true, ..StepUp::default() };
        assert_eq!(of(401, &[recent]), Some(expected));
    }

    #[test]
    fn missing_scopes_are_added_to_those_that_there_are() {
        let asked = of(403, &["DPoP error=\"insufficient_scope\", scope=\"read write\""]).expect("scopes");
        assert!(!asked.is_authentication && asked.is_answerable());
        assert_eq!(asked.all_scopes(&texts(&["openid", "read"])), ["openid", "read", "write"]);
        let silent = of(403, &["Bearer error=insufficient_scope"]).expect("a refusal for scopes");
        assert!(!silent.is_answerable());
    }

    #[test]
    fn missing_details_are_taken_over_as_they_are() {
        let challenge = |error: &str, remediation: &str| {
            let encoded = BASE64_URL_SAFE_NO_PAD.encode(remediation);
            of(401, &[&format!("Bearer error={error}, authorization_remediation={encoded}")])
        };
        let remediation = r#"{"authorization_details": [{"type": "payment", "to": "<client_secret>"}], "authorization_reference": "Yb7"}"#;
        let asked = challenge("insufficient_authorization", remediation).expect("details");
        assert_eq!(asked.details, r#"[{"type":"payment","to":"\u003cclient_secret\u003e"}]"#);
        assert!(asked.is_answerable() && !asked.is_authentication);
        assert_eq!(challenge("invalid_token", remediation), None);
        for nothing in ["{}", "[]", "x", r#"{"authorization_details": [{}]}"#, r#"{"authorization_details": []}"#] {
            let asked = challenge("insufficient_authorization", nothing).expect("a refusal for details");
            assert!(asked.details.is_empty() && !asked.is_answerable(), "{nothing}");
        }
        let long = format!(r#"{{"authorization_details": [{{"type": "{}"}}]}}"#, "x".repeat(LONGEST_DETAILS));
        assert_eq!(challenge("insufficient_authorization", &long).expect("a refusal").details, "");
    }

    #[test]
    fn other_refusals_ask_for_no_step() {
        let asks = "Bearer error=\"insufficient_user_authentication\", max_age=0";
        assert!(of(401, &[asks]).is_some() && of(400, &[asks]).is_none() && of(200, &[asks]).is_none());
        assert_eq!(of(401, &["Bearer error=\"invalid_token\""]), None);
        assert_eq!(of(401, &["Basic error=\"insufficient_scope\""]), None);
        assert_eq!(of(401, &[]), None);
    }

    #[test]
    fn what_could_act_elsewhere_and_what_is_too_much_is_left_out() {
        let long = "x".repeat(LONGEST + 1);
        let header = format!(
            "Bearer error=\"insufficient_user_authentication\", acr_values=\"a {{client_secret}} <b> ü $(c) {long}\", \
             max_age=\"-1\""
        );
        let asked = of(401, &[&header]).expect("a step");
        assert_eq!((asked.acr_values, asked.max_age), (texts(&["a", "$(c)"]), None));
        let many = (0..99).map(|number| format!("s{number}")).collect::<Vec<_>>().join(" ");
        let asked = of(403, &[&format!("Bearer error=insufficient_scope, scope=\"{many}\"")]).expect("a step");
        assert_eq!(asked.scopes.len(), MOST);
    }
}
