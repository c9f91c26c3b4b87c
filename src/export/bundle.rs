//! Profiles for a colleague, in one text: each as the text that the store has, with a list of what must be supplied where no
//! secrets go along. The same profiles give the same text, so that it can be kept under version control.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::ProfileSecrets;
use crate::secret::Secret;

/// Raised when a name or meaning in it changes.
const VERSION: u32 = 1;

/// Profiles for a colleague.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bundle {
    pub profiles: Vec<Bundled>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bundled {
    pub name: String,
    /// The profile as text, see [`crate::service::Profile::to_toml`].
    pub file: String,
    /// What the recipient must supply.
    pub must_supply: Vec<String>,
    /// Its secrets, if they are shared. A private key never is.
    pub secrets: ProfileSecrets,
}

#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum BundleError {
    #[error("the shared profiles, line {line}: {problem}")]
    Shape { line: usize, problem: String },
    #[error("the shared profiles are of version {0}, and this program reads version {VERSION}")]
    Version(u32),
}

impl Diagnose for BundleError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::Shape { .. } => diagnosis.hint("ask for the file again: it was changed on the way"),
            Self::Version(_) => diagnosis.hint("take a newer release of this program"),
        }
    }
}

/// The text's shape: `S` is borrowed for writing and owned for reading.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<S> {
    tokenwright: u32,
    #[serde(default = "Vec::new", rename = "profile")]
    profiles: Vec<WireProfile<S>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireProfile<S> {
    name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    must_supply: Vec<String>,
    file: String,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    secrets: Option<WireSecrets<S>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireSecrets<S> {
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    client_secret: Option<S>,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    password: Option<S>,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    refresh_token: Option<S>,
    #[serde(default = "BTreeMap::new", skip_serializing_if = "BTreeMap::is_empty")]
    inputs: BTreeMap<String, S>,
}

impl Bundle {
    /// How every bundle begins, after its comment.
    pub const MARK: &str = "tokenwright = ";

    /// The text. With secrets, it must leave this machine encrypted.
    pub fn to_text(&self) -> Secret {
        let mut profiles: Vec<&Bundled> = self.profiles.iter().collect();
        profiles.sort_by(|one, other| one.name.cmp(&other.name));
        let wire = Wire { tokenwright: VERSION, profiles: profiles.into_iter().map(Bundled::wire).collect() };
        let text = toml::to_string_pretty(&wire).map(Zeroizing::new);
        let text = text.expect("texts, numbers, lists and tables are all that is in it, and TOML has them");
        Secret::new(format!("# Profiles of Tokenwright: `tokenwright import FILE` takes them over.\n{}", *text))
    }

    pub fn parse(text: &str) -> Result<Self, BundleError> {
        // What the parser says of a line could quote a secret in it, so only its kind is told.
        let shape = |line, problem: &str| BundleError::Shape { line, problem: problem.to_owned() };
        let wire: Wire<String> = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            shape(line, "not what this program writes there")
        })?;
        if wire.tokenwright != VERSION {
            return Err(BundleError::Version(wire.tokenwright));
        }
        Ok(Self { profiles: wire.profiles.into_iter().map(Bundled::from).collect() })
    }
}

impl Bundled {
    fn wire(&self) -> WireProfile<&str> {
        WireProfile {
            name: self.name.clone(),
            must_supply: self.must_supply.clone(),
            file: self.file.clone(),
            secrets: (!self.secrets.is_empty()).then(|| WireSecrets::from(&self.secrets)),
        }
    }
}

impl From<WireProfile<String>> for Bundled {
    fn from(wire: WireProfile<String>) -> Self {
        let secrets = wire.secrets.map(ProfileSecrets::from).unwrap_or_default();
        Self { name: wire.name, file: wire.file, must_supply: wire.must_supply, secrets }
    }
}

impl<'a> From<&'a ProfileSecrets> for WireSecrets<&'a str> {
    fn from(secrets: &'a ProfileSecrets) -> Self {
        let exposed = |secret: &'a Secret| (!secret.is_empty()).then(|| secret.expose());
        Self {
            client_secret: exposed(&secrets.client_secret),
            password: exposed(&secrets.password),
            refresh_token: exposed(&secrets.refresh_token),
            inputs: secrets.inputs.iter().map(|(name, value)| (name.clone(), value.expose())).collect(),
        }
    }
}

impl From<WireSecrets<String>> for ProfileSecrets {
    fn from(wire: WireSecrets<String>) -> Self {
        let secret = |text: Option<String>| text.map(Secret::new).unwrap_or_default();
        Self {
            client_secret: secret(wire.client_secret),
            password: secret(wire.password),
            refresh_token: secret(wire.refresh_token),
            inputs: wire.inputs.into_iter().map(|(name, value)| (name, Secret::new(value))).collect(),
            second_client_secret: Secret::default(),
            signing_key: None,
            proof_key: None,
            client_certificate: None,
            registration: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundled(name: &str, secrets: ProfileSecrets) -> Bundled {
        let file = "service = \"google\"\nclient_id = \"it's \\\"1\\\"\"\n".to_owned();
        Bundled { name: name.into(), file, must_supply: vec!["the client secret".into()], secrets }
    }

    #[test]
    fn a_bundle_is_read_as_it_was_written_and_is_the_same_in_any_order() {
        let secrets = ProfileSecrets {
            client_secret: Secret::new("a%^*&+=\"\n<é>"),
            inputs: [("key".to_owned(), Secret::new("'''"))].into(),
            ..ProfileSecrets::default()
        };
        let (one, two) = (bundled("a", secrets), bundled("b", ProfileSecrets::default()));
        let bundle = Bundle { profiles: vec![one.clone(), two.clone()] };
        let text = bundle.to_text();
        assert_eq!(Bundle { profiles: vec![two, one] }.to_text(), text);
        assert_eq!(Bundle::parse(text.expose()), Ok(bundle));
    }

    #[test]
    fn what_is_wrong_is_told_without_quoting_it() {
        let error = Bundle::parse("tokenwright = 1\n[[profile]]\nname = 7\nfile = \"hunter2\n").expect_err("broken");
        assert!(!error.to_string().contains("hunter2"), "{error}");
        assert_eq!(Bundle::parse("tokenwright = 2\n"), Err(BundleError::Version(2)));
        assert!(matches!(Bundle::parse("a = 1\n"), Err(BundleError::Shape { .. })));
    }
}
