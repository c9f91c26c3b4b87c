//! The tables of a preset file that describe a call, to the letter. A stage lists only what differs from the RFC's own
//! parameters, which `stage.rs` supplies.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::call::Parameter;
use crate::oauth::Pkce;
use crate::service::rules::Offer;

/// A call of the service.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stage {
    pub url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<MethodKey>,
    /// Whether the RFC's parameters are sent too.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub standard: bool,
    /// Only of the authorization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pkce: Option<PkceKey>,
    /// Only of the authorization.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<Offer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentication: Option<AuthenticationKey>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub omit: Vec<String>,
    /// Standard name = the service's name for it.
    #[serde(default, skip_serializing_if = "Pairs::is_empty")]
    pub rename: Pairs,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<EncodingKey>,
    /// Of a body that is plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The body as text, for JSON and plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Pairs::is_empty")]
    pub headers: Pairs,
    #[serde(default, skip_serializing_if = "Pairs::is_empty")]
    pub query: Pairs,
    #[serde(default, skip_serializing_if = "Pairs::is_empty")]
    pub body: Pairs,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reading: Option<ReadingTable>,
    /// A reply of this call as the service documents it; the rehearsal answers with it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub example: String,
    /// Only of the identity: label = path.
    #[serde(default, skip_serializing_if = "Pairs::is_empty")]
    pub fields: Pairs,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum MethodKey {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum PkceKey {
    #[serde(rename = "off")]
    Off,
    S256,
    #[serde(rename = "plain")]
    Plain,
    /// SHA-256 written in hex.
    #[serde(rename = "S256-hex")]
    S256Hex,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AuthenticationKey {
    None,
    Body,
    Basic,
    BasicRaw,
    BasicOrNone,
    BasicRawOrNone,
    BasicUser,
    BasicSecret,
    Certificate,
    PrivateKeyJwt,
    ClientSecretJwt,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum EncodingKey {
    None,
    Form,
    Json,
    Text,
}

/// A call that fetches a value which later calls need.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FetchTable {
    pub label: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub list: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub item_label: String,
    pub retain: Pairs,
    pub call: Stage,
}

/// Where things are in a reply; what is not named is where the RFC has it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ReadingTable {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token: Option<OneOrMany>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<OneOrMany>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<OneOrMany>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<OneOrMany>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token_expires_in: Option<OneOrMany>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<OneOrMany>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<OneOrMany>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<OneOrMany>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_description: Option<OneOrMany>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_uri: Option<OneOrMany>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_code: Option<OneOrMany>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_code: Option<OneOrMany>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification_uri: Option<OneOrMany>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<OneOrMany>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifetime: Option<LifetimeKey>,
    /// How the refresh token's is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_lifetime: Option<LifetimeKey>,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_lifetime: Option<u64>,
    /// A path and the value that it has only in a success.
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    pub success: Pairs,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    pub retain: Pairs,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LifetimeKey {
    Seconds,
    Milliseconds,
    EpochSeconds,
    Date,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub(crate) fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::Many(texts) => texts,
        }
    }
}

/// A table of names and values that keeps its order; a list of values is the name several times.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs(pub(crate) Vec<(String, String)>);

impl Pairs {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn parameters(&self) -> impl Iterator<Item = Parameter> {
        self.0.iter().map(|(name, value)| Parameter::new(name, value))
    }
}

impl FromIterator<(String, String)> for Pairs {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(pairs: T) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;
        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of names and texts")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Pairs, M::Error> {
                let mut pairs = Vec::new();
                while let Some((name, values)) = map.next_entry::<String, OneOrMany>()? {
                    pairs.extend(values.into_vec().into_iter().map(|value| (name.clone(), value)));
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(PairsVisitor)
    }
}

impl Serialize for Pairs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut names: Vec<&String> = Vec::new();
        for (name, _) in &self.0 {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let mut map = serializer.serialize_map(Some(names.len()))?;
        for name in names {
            let values: Vec<&String> = self.0.iter().filter(|(n, _)| n == name).map(|(_, value)| value).collect();
            match values[..] {
                [value] => map.serialize_entry(name, value)?,
                _ => map.serialize_entry(name, &values)?,
            }
        }
        map.end()
    }
}

fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_yes(flag: &bool) -> bool {
    *flag
}

impl From<PkceKey> for Pkce {
    fn from(key: PkceKey) -> Self {
        match key {
            PkceKey::Off => Self::Off,
            PkceKey::S256 => Self::S256,
            PkceKey::S256Hex => Self::S256Hex,
            PkceKey::Plain => Self::Plain,
        }
    }
}

impl From<Pkce> for PkceKey {
    fn from(pkce: Pkce) -> Self {
        match pkce {
            Pkce::Off => Self::Off,
            Pkce::S256 => Self::S256,
            Pkce::S256Hex => Self::S256Hex,
            Pkce::Plain => Self::Plain,
        }
    }
}
