//! A record: the requests of a service as its vendor documents them. `tests/witness/README.md` explains the keys.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::call::{Lifetime, Method};

/// What the vendor of a service documents about its requests. What is left out is not known, or is as the RFC says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Record {
    /// The name of the file; the preset of this ID is compared with it.
    #[serde(skip)]
    pub id: String,
    /// The IDs of further presets that are compared with it.
    pub presets: Vec<String>,
    /// The hosts of the vendor, if its URLs do not name them; `*` is any text.
    pub hosts: Vec<String>,
    /// The pages where the facts stand.
    pub source: Vec<String>,
    /// The date of the facts (`YYYY-MM-DD`).
    pub date: String,
    /// The grant type of the token request (`authorization_code` if it is left out).
    pub grant_type: Option<String>,
    pub scopes: Scopes,
    pub redirect: Redirect,
    pub policy: Policy,
    pub authorization: Option<Request>,
    pub token_request: Option<Request>,
    pub chain: Vec<Request>,
    pub refresh_request: Option<Request>,
    /// Calls with the access token that tell whose it is or which account it is for; a preset makes one of them, or more.
    pub identity: Vec<Request>,
    pub revocation: Option<Request>,
    pub introspection: Option<Request>,
    pub device_authorization: Option<Request>,
    pub device_token_request: Option<Request>,
}

/// How scopes are written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Scopes {
    /// The separators that the vendor takes.
    pub separator: Texts,
    /// Those without which there is no refresh token.
    pub needed: Vec<String>,
}

/// What the redirect brings.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Redirect {
    /// What stands behind the code and is no part of it.
    pub code_suffix: Option<String>,
    /// The parameter with the code.
    pub code_parameter: Option<String>,
    /// Parameters that API calls need later.
    pub retain: Vec<String>,
}

/// How tokens live and are sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Policy {
    /// Whether each refresh replaces the refresh token.
    pub rotates: Option<bool>,
    /// The header that carries the access token, if it is not `Authorization: Bearer {token}`.
    pub header: Option<String>,
}

/// A request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Request {
    /// Several if the vendor names several.
    pub url: Texts,
    pub method: Option<Method>,
    /// Whether the parameters of the RFC are sent.
    pub standard: bool,
    /// The ways in which the client may authenticate: `basic`, `body`, `query`, `none`, …
    pub authentication: Texts,
    /// `form`, `json`, `query`, `text`.
    pub encoding: Texts,
    /// Names and values; `*` is any value.
    pub headers: BTreeMap<String, Texts>,
    /// Names and values of the query or the body; `*` is any value.
    pub parameters: BTreeMap<String, Texts>,
    /// Parameters that must not be sent.
    pub refuses: Vec<String>,
    /// Of the authorization request only.
    pub pkce: Option<PkceRule>,
    pub reply: ReplyFacts,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            url: Texts::default(),
            method: None,
            standard: true,
            authentication: Texts::default(),
            encoding: Texts::default(),
            headers: BTreeMap::new(),
            parameters: BTreeMap::new(),
            refuses: Vec::new(),
            pkce: None,
            reply: ReplyFacts::default(),
        }
    }
}

/// Whether the service takes a code challenge (RFC 7636).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PkceRule {
    Required,
    /// Required, with the SHA-256 written in hex.
    RequiredHex,
    Optional,
    Refused,
}

/// Where a reply has what: paths as in a preset.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ReplyFacts {
    pub access_token: Option<String>,
    pub refresh_token: Option<String>,
    pub lifetime: Option<Lifetime>,
    /// Paths, and the values that they have in a success only.
    pub success: BTreeMap<String, String>,
    /// Paths of values that later calls need.
    pub retain: Vec<String>,
}

/// One text or several; none if it is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "OneOrMany")]
pub(crate) struct Texts(pub Vec<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl From<OneOrMany> for Texts {
    fn from(texts: OneOrMany) -> Self {
        Self(match texts {
            OneOrMany::One(text) => vec![text],
            OneOrMany::Many(texts) => texts,
        })
    }
}

impl Texts {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn has(&self, text: &str) -> bool {
        self.0.iter().any(|known| known == text)
    }

    /// For people: each in backquotes.
    pub(crate) fn quoted(&self) -> String {
        let quoted: Vec<String> = self.0.iter().map(|text| format!("`{text}`")).collect();
        quoted.join(" or ")
    }
}
