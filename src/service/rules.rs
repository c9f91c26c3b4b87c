//! The rules of a service beside its calls: labels, scopes, redirect URIs, how tokens live, what is known of it. These
//! are the tables of a preset file to the letter, since there is nothing in them to be parsed further.

use serde::{Deserialize, Serialize};

use crate::oauth::ScopeAnswers;

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

/// Where to go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Links {
    /// Where to register a client.
    pub console: Option<String>,
    /// Where to read on.
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
    /// What separates them where they are asked for.
    pub separator: String,
    /// What separates them in the service's answers; as above unless said otherwise.
    pub answer_separator: Option<String>,
    /// Those ticked from the start. A scope may hold placeholders.
    pub default: Vec<String>,
    /// Whether at least one must be asked for.
    pub required: bool,
    /// Those offered.
    pub known: Vec<KnownScope>,
    /// How the service answers to them.
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

/// A scope and what it allows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the names say it")]
pub struct KnownScope {
    pub name: String,
    pub meaning: String,
}

/// What the service allows as redirect URI, and what it sends there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RedirectRules {
    /// The one to start with.
    pub default: String,
    /// Whether a loopback address is allowed.
    pub loopback: LoopbackRule,
    /// What to know when registering it.
    pub note: String,
    /// What is sent in place of the URI, where the service gives it a name of its own (eBay's `RuName`).
    pub sent: Option<String>,
    /// The name of the parameter that holds the code.
    pub code_parameter: String,
    /// What to cut off the end of the code.
    pub code_suffix: String,
    /// The parameters to keep as values (`realmId`).
    pub retain: Vec<String>,
    /// The signature to verify, where the service signs the redirect.
    pub signature: Option<RedirectSignature>,
    /// The issuer, where it is known and sent (RFC 9207).
    pub issuer: Option<String>,
    /// Whether the service announces that it always sends it (`authorization_response_iss_parameter_supported`): then a
    /// response without it is refused (RFC 9207 section 2.4).
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
            retain: Vec::new(),
            signature: None,
            issuer: None,
            sends_issuer: false,
        }
    }
}

/// Whether a loopback address is allowed as redirect URI.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoopbackRule {
    /// It is not known.
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
    /// The browser goes to the service and comes back with a code.
    #[default]
    Browser,
    /// The code is shown by the service, or made in its console, and pasted: nothing comes back to this machine.
    CodeByHand,
    /// A refresh token is made in the service's console, and pasted in step 3.
    RefreshToken,
    /// The browser's visit only asks for consent; what comes back is no code that a token is had for.
    Consent,
}

impl Start {
    /// What a person has to know of it; nothing of the usual way.
    pub fn words(self) -> Option<&'static str> {
        match self {
            Self::Browser => None,
            Self::CodeByHand => Some("The service shows a code, which is pasted: nothing comes back by itself."),
            Self::RefreshToken => Some("A refresh token made at the service is pasted in step 3, Tokens."),
            Self::Consent => Some("The browser's visit only asks for consent; it brings no code."),
        }
    }
}

/// Which secrets the calls need: the wizard's "User Id and/or Secret".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asks {
    /// None: a public client.
    Nothing,
    /// The client secret.
    #[default]
    Secret,
    /// The client secret, where there is one: public and confidential clients both exist.
    OptionalSecret,
    /// A user id and a secret.
    UserAndSecret,
}

/// How tokens live, by the service's documentation. Times are in seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct TokenPolicy {
    /// Whether each refresh brings a new refresh token and spends the old one.
    pub rotates: bool,
    /// For how long a spent refresh token is still accepted.
    pub grace: Option<u64>,
    /// The life of an access token.
    pub access_token_life: Option<u64>,
    /// The longest life of an access token, whatever the replies say: used where it ends before what they say.
    pub longest_life: Option<u64>,
    /// The life of a refresh token, where the service does not say in its replies.
    pub refresh_token_life: Option<u64>,
    /// Whether a refresh leaves the end of the refresh token where it was.
    pub fixed_end: bool,
    /// The age that an access token must have before it may be refreshed.
    pub minimum_age: Option<u64>,
    /// How long before its end an access token is to be refreshed.
    pub leeway: Option<u64>,
    /// Whether two refreshes at the same time can end the grant.
    pub no_parallel_refresh: bool,
    /// Whether the refresh request renews the access token itself, without a refresh token.
    pub renews_access_token: bool,
    /// The header that carries the access token, where it is another than `Authorization: Bearer <token>`.
    pub header: String,
    /// The policy in words.
    pub words: String,
}

/// A parameter that is not sent unless the person wants it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// The parameter's name.
    pub name: String,
    /// A value it may have.
    pub value: String,
    /// What it does.
    pub meaning: String,
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
    /// What the preset takes for true.
    pub fact: String,
    /// What to try if it proves wrong.
    pub alternative: String,
}

/// Whether a value is what it is without being named; such keys are not written.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
