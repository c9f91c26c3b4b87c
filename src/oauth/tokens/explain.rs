//! What an OAuth error code usually means and what to change.

use oauth2::basic::BasicErrorResponseType;
use serde::{Deserialize, Serialize};

/// The refused request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The authorization request.
    Authorization,
    /// The token request.
    TokenRequest,
    /// The refresh request.
    RefreshRequest,
    /// The identity request.
    Identity,
}

/// A service's own explanation of an error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorHint {
    /// Text to find in the error's code or description, ignoring case.
    pub when: String,
    /// What to change.
    pub say: String,
    /// Whether a refresh refused with it means that the refresh token is dead and a new sign-in is required.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ends_grant: bool,
    /// Whether the error is temporary: the same request succeeds later.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub temporary: bool,
}

/// The first hint that matches the service's own words.
pub fn hint_for<'a>(error: &str, description: &str, hints: &'a [ErrorHint]) -> Option<&'a ErrorHint> {
    let text = format!("{error} {description}").to_lowercase();
    hints.iter().find(|hint| text.contains(&hint.when.to_lowercase()))
}

/// What to change: the service's own hint if one matches, else the meaning of the code in the RFCs.
pub fn explain(stage: Stage, error: &str, description: &str, hints: &[ErrorHint]) -> Option<String> {
    if let Some(hint) = hint_for(error, description, hints) {
        return Some(hint.say.clone());
    }
    explain_known(stage, error)
}

/// The meaning of a code in the RFCs.
pub(crate) fn explain_known(stage: Stage, error: &str) -> Option<String> {
    let by_code = match stage {
        Stage::Authorization => authorization_hint(error),
        Stage::TokenRequest | Stage::RefreshRequest => token_hint(stage, error),
        Stage::Identity => Some(
            "the access token is not accepted here: refresh it, or ask for the scope that the identity endpoint needs",
        ),
    };
    by_code.map(str::to_owned)
}

/// RFC 9396 section 5.
const INVALID_DETAILS: &str = "invalid_authorization_details";
const DETAILS_HINT: &str =
    "compare the types and members of the authorization details with those that the service's documentation names";

/// RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6 and RFC 9101 section 7.
fn authorization_hint(error: &str) -> Option<&'static str> {
    Some(match error {
        "access_denied" => {
            "consent was declined: sign in again and allow it; on a new app, add yourself as a test user"
        }
        "unauthorized_client" => "turn the authorization code grant on for this client in the service's console",
        "unsupported_response_type" => {
            "the service does not know `response_type=code`: look the value up in its documentation"
        }
        "invalid_scope" => "compare each scope with those ticked in the service's console",
        "invalid_request" => "compare client id, redirect URI and extra parameters with the service's documentation",
        "invalid_request_object" => {
            "compare the key that signs the request, and its algorithm, with those that are registered with the service"
        }
        INVALID_DETAILS => DETAILS_HINT,
        "request_not_supported" => {
            "the service takes no signed request in the URL: have it pushed, or send it unsigned"
        }
        "server_error" | "temporarily_unavailable" => "the service has a problem of its own: try again later",
        "login_required" | "interaction_required" | "consent_required" | "account_selection_required" => {
            "remove `prompt=none`, so that the service may ask the person"
        }
        _ => return None,
    })
}

/// RFC 6749 section 5.2.
fn token_hint(stage: Stage, error: &str) -> Option<&'static str> {
    use BasicErrorResponseType as Code;
    Some(match Code::from_str(error) {
        Code::InvalidClient => {
            "client id or secret is wrong, or the service wants it elsewhere: try the other authentication (Basic or body)"
        }
        Code::InvalidGrant if stage == Stage::RefreshRequest => {
            "the refresh token is spent, expired or revoked: sign in again; a service that rotates accepts only the newest one"
        }
        Code::InvalidGrant => {
            "the code is spent or older than a minute or so, or the redirect URI differs by a byte from the one it was issued for: authorize again"
        }
        Code::InvalidRequest => {
            "a parameter is missing, twice or misspelt: compare the preview with the service's documentation"
        }
        Code::InvalidScope => "ask for no more than was granted, or leave the scope out of this call",
        Code::UnauthorizedClient => "turn this grant type on for the client in the service's console",
        Code::UnsupportedGrantType => {
            "the service does not know this `grant_type`: look the value up in its documentation"
        }
        Code::Extension(code) => return extension_hint(&code),
    })
}

fn extension_hint(code: &str) -> Option<&'static str> {
    Some(match code {
        // RFC 8707 section 2.
        "invalid_target" => {
            "the service has no such API, or this client may not ask for it: compare the URI with the service's documentation, to the byte"
        }
        // RFC 7591 section 3.2.2; some servers say so of a client that is registered already.
        "invalid_client_metadata" => {
            "something in the client's registration does not fit the request: compare its settings in the service's console"
        }
        "redirect_uri_mismatch" => "register the redirect URI that is sent, to the byte, in the service's console",
        "temporarily_unavailable" | "server_error" | "internal_error" => {
            "the service has a problem of its own: try again later"
        }
        "use_dpop_nonce" | "invalid_dpop_proof" => {
            "the service wants a proof of possession (DPoP, RFC 9449): switch DPoP on for this service, or have the client \
             registered for bearer tokens"
        }
        INVALID_DETAILS => DETAILS_HINT,
        "slow_down" | "rate_limit_exceeded" => "the service asks for fewer calls: wait a minute and try again",
        "interaction_required" | "consent_required" | "login_required" => "sign in again in the browser",
        _ => return None,
    })
}

trait FromCode {
    fn from_str(code: &str) -> Self;
}

impl FromCode for BasicErrorResponseType {
    fn from_str(code: &str) -> Self {
        serde_json::from_value(serde_json::Value::String(code.to_owned()))
            .unwrap_or_else(|_| Self::Extension(code.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_services_own_hint_comes_first() {
        let hints = [ErrorHint { when: "AADSTS50011".into(), say: "register the URI".into(), ..ErrorHint::default() }];
        let explained = explain(Stage::Authorization, "invalid_request", "aadsts50011: mismatch", &hints);
        assert_eq!(explained.as_deref(), Some("register the URI"));
    }

    #[test]
    fn invalid_grant_means_another_thing_when_refreshing() {
        let explained = |stage| explain(stage, "invalid_grant", "", &[]).expect("a hint");
        assert!(explained(Stage::TokenRequest).starts_with("the code is spent"));
        assert!(explained(Stage::RefreshRequest).starts_with("the refresh token is spent"));
    }

    #[test]
    fn an_unknown_code_is_not_explained_away() {
        assert_eq!(explain(Stage::TokenRequest, "no_such_code", "", &[]), None);
    }
}
