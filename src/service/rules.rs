//! The rules of a service besides its requests: labels, scopes, redirect URIs, token lifetimes, the state of its facts.

use serde::{Deserialize, Serialize};

use crate::call::{Parameter, pairs};
use crate::oauth::{Difference, Landing, Loopback, PollAnswer, RedirectUri, RefusalNames, ScopeAnswers, departure};

/// What the service calls things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "the fields are the things")]
pub struct Labels {
    pub client_id: String,
    pub client_secret: String,
    pub user_name: String,
}

impl Default for Labels {
    fn default() -> Self {
        Self { client_id: "Client ID".into(), client_secret: "Client secret".into(), user_name: "User ID".into() }
    }
}

/// Pages for people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Links {
    /// Where to register a client.
    pub console: Option<String>,
    /// The documentation.
    pub documentation: Option<String>,
}

/// Values that are public and the same for everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Defaults {
    pub client_id: String,
    pub client_secret: String,
}

/// How scopes are written and which there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScopeRules {
    /// The separator in requests.
    pub separator: String,
    /// The separator in replies, if it differs.
    pub answer_separator: Option<String>,
    /// Those ticked from the start. They may contain placeholders.
    pub default: Vec<String>,
    /// Whether at least one must be requested.
    pub required: bool,
    /// Those to choose from.
    pub known: Vec<KnownScope>,
    /// How replies name them.
    pub answers: ScopeAnswers,
}

impl Default for ScopeRules {
    fn default() -> Self {
        Self {
            separator: " ".into(),
            answer_separator: None,
            default: Vec::new(),
            required: false,
            known: Vec::new(),
            answers: ScopeAnswers::default(),
        }
    }
}

impl ScopeRules {
    /// The separator in replies.
    pub fn in_answers(&self) -> &str {
        self.answer_separator.as_ref().unwrap_or(&self.separator)
    }
}

/// A scope and what it allows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the names say it")]
pub struct KnownScope {
    pub name: String,
    pub meaning: String,
}

/// Which redirect URIs the service allows, and what it sends there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RedirectRules {
    /// The one to start with.
    pub default: String,
    /// Whether a loopback address is allowed.
    pub loopback: LoopbackRule,
    /// What to know when registering it.
    pub note: String,
    /// What is sent instead of the URI, if the service has its own name for it (eBay's `RuName`).
    pub sent: Option<String>,
    /// The parameter with the code.
    pub code_parameter: String,
    /// What to cut off the end of the code.
    pub code_suffix: String,
    /// The parameters with the error code of a refusal, besides `error`.
    pub error: Vec<String>,
    /// The parameters with its description, besides `error_description`.
    pub error_description: Vec<String>,
    /// The parameter that names the granted scopes; empty if none does.
    pub scope: String,
    /// The parameters to retain as values (`realmId`).
    pub retain: Vec<String>,
    /// The signature to verify, if the service signs the redirect.
    pub signature: Option<RedirectSignature>,
    /// The expected issuer (RFC 9207).
    pub issuer: Option<String>,
    /// Whether the service always sends the issuer (`authorization_response_iss_parameter_supported`): then a response
    /// without it is refused (RFC 9207 section 2.4).
    pub sends_issuer: bool,
}

impl Default for RedirectRules {
    fn default() -> Self {
        Self {
            default: "http://localhost:8080/callback".into(),
            loopback: LoopbackRule::default(),
            note: String::new(),
            sent: None,
            code_parameter: "code".into(),
            code_suffix: String::new(),
            error: Vec::new(),
            error_description: Vec::new(),
            scope: String::new(),
            retain: Vec::new(),
            signature: None,
            issuer: None,
            sends_issuer: false,
        }
    }
}

impl RedirectRules {
    /// The service's own names for the parameters of a refusal.
    pub fn refusal(&self) -> RefusalNames {
        RefusalNames { error: self.error.clone(), description: self.error_description.clone() }
    }

    /// The registered redirect URI that is most like the one that is sent, and in what they differ; `None` if it is registered,
    /// as far as that can be told.
    pub fn departure<'a>(&self, sent: &str, registered: &'a [String]) -> Option<(&'a str, Difference)> {
        // A service's own name for it is no URI.
        let is_uri = self.sent.is_none();
        if is_uri && self.loopback == LoopbackRule::FixedPort && has_free_port(sent) {
            return registered.first().map(|uri| (uri.as_str(), Difference::Port));
        }
        is_uri.then(|| departure(sent, registered, self.loopback == LoopbackRule::AnyPort)).flatten()
    }
}

/// Whether the port of a redirect URI is chosen anew each time, so that it is sent with another than it is written with.
fn has_free_port(uri: &str) -> bool {
    let parsed = RedirectUri::parse(uri);
    parsed.is_ok_and(|uri| matches!(uri.landing(), Landing::Loopback(Loopback { port: None, .. })))
}

/// Whether a loopback address is allowed as redirect URI.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoopbackRule {
    /// Not known.
    #[default]
    Unknown,
    /// Any port (RFC 8252 section 7.3).
    AnyPort,
    /// Exactly the registered port.
    FixedPort,
    /// Only for apps that are not in production.
    DevelopmentOnly,
    /// Never: register an address elsewhere and paste what arrives there.
    Refused,
}

/// How the redirect is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RedirectSignature {
    /// `hmac`: the hex HMAC-SHA256, with the client secret, of all other parameters sorted by name.
    ShopifyHmac,
}

/// How a sign-in begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// The browser brings back a code.
    #[default]
    Browser,
    /// The service shows a code, or its console makes one, and the person pastes it.
    CodeByHand,
    /// The service's console makes a refresh token, and the person pastes it.
    RefreshToken,
    /// The browser only asks for consent and brings back no code.
    Consent,
}

impl Start {
    /// What to tell the person; nothing for the usual way.
    pub fn note(self) -> Option<&'static str> {
        match self {
            Self::Browser => None,
            Self::CodeByHand => Some("The service shows a code to paste; the browser brings none back."),
            Self::RefreshToken => Some("Make a refresh token at the service and paste it here."),
            Self::Consent => Some("The browser only asks for consent and brings back no code."),
        }
    }
}

/// Which secrets the requests need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asks {
    /// None: a public client.
    Nothing,
    /// The client secret.
    #[default]
    Secret,
    /// The client secret, if the client has one.
    OptionalSecret,
    /// A user id and a secret.
    UserAndSecret,
}

/// Token lifetimes by the service's documentation, in seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts")]
pub struct TokenPolicy {
    /// Whether each refresh replaces the refresh token.
    pub rotates: bool,
    /// How long a replaced refresh token is still accepted.
    pub grace: Option<u64>,
    /// The lifetime of an access token.
    pub access_token_life: Option<u64>,
    /// The longest lifetime of an access token, if replies may say more.
    pub longest_life: Option<u64>,
    /// The lifetime of a refresh token, if replies do not say.
    pub refresh_token_life: Option<u64>,
    /// Whether a refresh does not extend the lifetime of the refresh token.
    pub fixed_end: bool,
    /// Whether a refresh that returns no new refresh token starts the lifetime of the old one anew.
    pub extended_by_use: bool,
    /// How long after the sign-in its tokens end, however often they are refreshed.
    pub grant_life: Option<u64>,
    /// The same in test mode: of an app that is not published, or of an account to try things with.
    pub test_mode_life: Option<u64>,
    /// When the service counts as being in test mode, to follow "if".
    pub test_mode: String,
    /// The age from which an access token may be refreshed.
    pub minimum_age: Option<u64>,
    /// How long before its expiry an access token is to be refreshed.
    pub leeway: Option<u64>,
    /// Whether two simultaneous refreshes can end the grant.
    pub no_parallel_refresh: bool,
    /// Whether the refresh request sends the access token instead of a refresh token.
    pub renews_access_token: bool,
    /// The header of the access token, if not `Authorization: Bearer <token>`.
    pub header: String,
    /// What each call of the API has besides; `<call_path>` is path and query of the call.
    #[serde(with = "pairs")]
    pub headers: Vec<Parameter>,
    /// The policy in a sentence or two, for people.
    pub description: String,
}

/// An optional parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// The parameter's name.
    pub name: String,
    /// The proposed value.
    pub value: String,
    /// What it does.
    pub meaning: String,
}

/// The service's own error codes while a sign-in on another device is polled for, besides those of RFC 8628 section 3.5.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeviceWords {
    /// The person has not decided yet.
    pub pending: Vec<String>,
    /// It was polled too often.
    pub slow_down: Vec<String>,
    /// The person declined.
    pub denied: Vec<String>,
    /// The code has expired or was used.
    pub expired: Vec<String>,
}

impl DeviceWords {
    /// What an error code means; `None` if it ends the sign-in like any other error.
    pub fn meaning(&self, code: &str) -> Option<PollAnswer> {
        let words = [
            (PollAnswer::Pending, "authorization_pending", &self.pending),
            (PollAnswer::SlowDown, "slow_down", &self.slow_down),
            (PollAnswer::Denied, "access_denied", &self.denied),
            (PollAnswer::Expired, "expired_token", &self.expired),
        ];
        let is_one = |own: &Vec<String>| own.iter().any(|own| own.eq_ignore_ascii_case(code));
        let own = words.iter().find(|(_, _, own)| is_one(own));
        own.or_else(|| words.iter().find(|(_, standard, _)| *standard == code)).map(|(answer, ..)| *answer)
    }
}

/// How well the facts are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Two independent sources agree, or the vendor says so.
    #[default]
    Settled,
    /// From one source only.
    OneSource,
}

/// A fact that the sources disagree about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disputed {
    /// What the preset assumes.
    pub fact: String,
    /// What to try if it is wrong.
    pub alternative: String,
}

/// For keys that are not written if they have their default.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_by_the_words_of_the_rfc_and_of_the_service() {
        let words = DeviceWords {
            pending: vec!["1349174".into()],
            denied: vec!["authorization_declined".into()],
            expired: vec!["bad_verification_code".into()],
            ..DeviceWords::default()
        };
        for (code, meaning) in [
            ("authorization_pending", Some(PollAnswer::Pending)),
            ("1349174", Some(PollAnswer::Pending)),
            ("slow_down", Some(PollAnswer::SlowDown)),
            ("access_denied", Some(PollAnswer::Denied)),
            ("authorization_declined", Some(PollAnswer::Denied)),
            ("expired_token", Some(PollAnswer::Expired)),
            ("bad_verification_code", Some(PollAnswer::Expired)),
            ("invalid_client", None),
        ] {
            assert_eq!(words.meaning(code), meaning, "{code}");
        }
    }

    #[test]
    fn a_free_port_is_never_the_registered_one_where_the_port_is_fixed() {
        let registered = ["http://localhost/callback".to_owned()];
        let differs = |loopback| {
            let rules = RedirectRules { loopback, ..RedirectRules::default() };
            rules.departure("http://localhost/callback", &registered).map(|(_, difference)| difference)
        };
        assert_eq!(differs(LoopbackRule::FixedPort), Some(Difference::Port));
        assert_eq!(differs(LoopbackRule::AnyPort), None);
        assert_eq!(differs(LoopbackRule::Unknown), None);
    }
}
