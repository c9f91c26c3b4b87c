//! The preset format: a service in a TOML file, bundled or a person's own. `presets/README.md` explains the keys.
//!
//! The structs here are the file to the letter; `crate::service::parse_preset` makes a service of them.
//! A stage lists only what differs from the RFC's own parameters, which `stage.rs` supplies.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::call::Parameter;

/// The whole file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PresetFile {
    pub id: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    #[serde(default)]
    pub category: String,
    #[serde(default)]
    pub summary: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub practice: bool,
    pub checked: String,
    pub source: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checklist: Vec<String>,
    #[serde(default)]
    pub asks: AsksKey,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub grant_type: String,
    #[serde(default)]
    pub links: Links,
    #[serde(default)]
    pub labels: BTreeMap<LabelKey, String>,
    #[serde(default)]
    pub defaults: Defaults,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<InputTable>,
    #[serde(default)]
    pub scopes: Scopes,
    #[serde(default)]
    pub redirect: Redirect,
    #[serde(default)]
    pub policy: Policy,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization: Option<Stage>,
    pub bearer: Stage,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh: Option<Stage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<Stage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation: Option<Stage>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AsksKey {
    Nothing,
    #[default]
    Secret,
    OptionalSecret,
    UserAndSecret,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::enum_variant_names, reason = "the keys are the placeholders' names")]
pub(crate) enum LabelKey {
    ClientId,
    ClientSecret,
    UserName,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Links {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub console: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documentation: Option<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Defaults {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub client_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub client_secret: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InputTable {
    pub name: String,
    pub label: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub example: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pattern: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub default: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transform: Vec<TransformKey>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<ChoiceTable>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TransformKey {
    Lowercase,
    UnderscoreToDash,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChoiceTable {
    pub value: String,
    pub label: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sets: BTreeMap<String, String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Scopes {
    pub separator: String,
    pub default: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<Scope>,
}

impl Default for Scopes {
    fn default() -> Self {
        Self { separator: " ".into(), default: Vec::new(), known: Vec::new() }
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scope {
    pub name: String,
    pub meaning: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Redirect {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_parameter: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keep: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Policy {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub rotates: bool,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token_life: Option<u64>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub words: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hint {
    pub when: String,
    pub say: String,
}

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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentication: Option<AuthenticationKey>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub omit: Vec<String>,
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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AuthenticationKey {
    None,
    Body,
    Basic,
    BasicRaw,
    BasicUser,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum EncodingKey {
    None,
    Form,
    Json,
    Text,
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
    pub lifetime: Option<LifetimeKey>,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_lifetime: Option<u64>,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    pub keep: Pairs,
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

#[cfg(test)]
mod tests {
    #[test]
    fn every_key_is_explained_in_the_readme_of_the_presets() {
        let keys = include_str!("preset_file.rs").lines().filter_map(|line| {
            let (name, _) = line.trim().strip_prefix("pub ")?.split_once(':')?;
            name.chars().all(|c| c.is_ascii_lowercase() || c == '_').then_some(name)
        });
        let readme = include_str!("../../presets/README.md");
        let missing: Vec<&str> =
            keys.filter(|key| !["`{}`", "[{}]"].iter().any(|form| readme.contains(&form.replace("{}", key)))).collect();
        assert_eq!(missing, Vec::<&str>::new());
    }
}
