//! What is sealed for one profile, and the text it becomes inside the seal.
//!
//! The text is JSON with a version, so that a later version of the program reads what this one wrote; fields it does not
//! know it passes over. It exists only in buffers that are wiped. (What stays out of reach: `serde_json`'s own
//! scratch space, which holds a secret for a moment if the secret has characters that JSON escapes.)

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

use crate::oauth::{KeyPair, TokenSet};
use crate::secret::Secret;

/// The version of the text that this program writes.
const VERSION: u32 = 1;

/// The secrets of one profile.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProfileSecrets {
    /// The secret that the service issued together with the client id.
    pub client_secret: Option<Secret>,
    /// The person's own password, where the grant or the call asks for one.
    pub password: Option<Secret>,
    /// The private key that assertions are signed with, and its certificate.
    pub signing_key: Option<KeyPair>,
    /// The service's own inputs that are secret, by name.
    pub inputs: BTreeMap<String, Secret>,
    /// What was granted last.
    pub tokens: Option<TokenSet>,
}

/// One generation of a profile's secrets.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Counts up with every `put`, from 1.
    pub number: u64,
    /// What was put.
    pub secrets: ProfileSecrets,
}

/// Why a text is not one of ours. What was wrong with it is not told, since that could quote it.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::vault) enum Unreadable {
    /// Written by a later version.
    Version(u32),
    /// Not of our shape.
    Shape,
}

impl ProfileSecrets {
    /// The text that is sealed.
    pub(in crate::vault) fn to_text(&self) -> Zeroizing<Vec<u8>> {
        let wire = Wire {
            version: VERSION,
            client_secret: self.client_secret.as_ref().map(Secret::expose),
            password: self.password.as_ref().map(Secret::expose),
            signing_key: self
                .signing_key
                .as_ref()
                .map(|pair| WireKey { private_key: pair.private_key.expose(), certificate: pair.certificate.clone() }),
            inputs: self.inputs.iter().map(|(name, value)| (name.clone(), value.expose())).collect(),
            tokens: self.tokens.as_ref().map(wire_tokens),
        };
        // Measured first: a buffer that grows leaves copies of what it held.
        let mut length = Measure(0);
        write(&mut length, &wire);
        let mut text = Zeroizing::new(Vec::with_capacity(length.0));
        write(&mut *text, &wire);
        text
    }

    /// Reads the text that was sealed.
    pub(in crate::vault) fn from_text(text: &[u8]) -> Result<Self, Unreadable> {
        let Version { version } = serde_json::from_slice(text).map_err(|_| Unreadable::Shape)?;
        if version != VERSION {
            return Err(Unreadable::Version(version));
        }
        let wire: Wire<Text> = serde_json::from_slice(text).map_err(|_| Unreadable::Shape)?;
        Ok(Self {
            client_secret: wire.client_secret.map(|text| text.0),
            password: wire.password.map(|text| text.0),
            signing_key: wire
                .signing_key
                .map(|key| KeyPair { private_key: key.private_key.0, certificate: key.certificate }),
            inputs: wire.inputs.into_iter().map(|(name, text)| (name, text.0)).collect(),
            tokens: wire.tokens.map(token_set).transpose()?,
        })
    }
}

/// Read first, since the rest may look different in another version.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// The shape of the text: `S` is borrowed for writing and [`Text`] for reading.
#[derive(Serialize, Deserialize)]
struct Wire<S> {
    version: u32,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    client_secret: Option<S>,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    password: Option<S>,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    signing_key: Option<WireKey<S>>,
    #[serde(default = "BTreeMap::new", skip_serializing_if = "BTreeMap::is_empty")]
    inputs: BTreeMap<String, S>,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    tokens: Option<WireTokens<S>>,
}

/// A [`KeyPair`].
#[derive(Serialize, Deserialize)]
struct WireKey<S> {
    private_key: S,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    certificate: Option<String>,
}

/// A [`TokenSet`], times in RFC 3339.
#[derive(Serialize, Deserialize)]
struct WireTokens<S> {
    access_token: S,
    token_type: String,
    #[serde(default)]
    expires_at: Option<String>,
    #[serde(default = "Option::default")]
    refresh_token: Option<S>,
    #[serde(default)]
    refresh_token_expires_at: Option<String>,
    #[serde(default = "Option::default")]
    id_token: Option<S>,
    #[serde(default)]
    scopes: Option<Vec<String>>,
    obtained_at: String,
    #[serde(default)]
    kept: BTreeMap<String, String>,
}

/// A string that becomes a [`Secret`] without another copy.
struct Text(Secret);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Secret::new(text)))
    }
}

/// Counts what is written.
struct Measure(usize);

impl Write for Measure {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write(to: &mut impl Write, wire: &Wire<&str>) {
    serde_json::to_writer(to, wire).expect("text with text keys is JSON, and memory takes it");
}

fn wire_tokens(tokens: &TokenSet) -> WireTokens<&str> {
    WireTokens {
        access_token: tokens.access_token.expose(),
        token_type: tokens.token_type.clone(),
        expires_at: tokens.expires_at.map(|time| time.to_string()),
        refresh_token: tokens.refresh_token.as_ref().map(Secret::expose),
        refresh_token_expires_at: tokens.refresh_token_expires_at.map(|time| time.to_string()),
        id_token: tokens.id_token.as_ref().map(Secret::expose),
        scopes: tokens.scopes.clone(),
        obtained_at: tokens.obtained_at.to_string(),
        kept: tokens.kept.clone(),
    }
}

fn token_set(wire: WireTokens<Text>) -> Result<TokenSet, Unreadable> {
    let time = |text: String| text.parse::<Timestamp>().map_err(|_| Unreadable::Shape);
    Ok(TokenSet {
        access_token: wire.access_token.0,
        token_type: wire.token_type,
        expires_at: wire.expires_at.map(time).transpose()?,
        refresh_token: wire.refresh_token.map(|text| text.0),
        refresh_token_expires_at: wire.refresh_token_expires_at.map(time).transpose()?,
        id_token: wire.id_token.map(|text| text.0),
        scopes: wire.scopes,
        obtained_at: time(wire.obtained_at)?,
        kept: wire.kept,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_later_version_are_passed_over_and_absent_ones_are_empty() {
        let read = ProfileSecrets::from_text(br#"{"version":1,"colour":"red","client_secret":"s"}"#);
        assert_eq!(read, Ok(ProfileSecrets { client_secret: Some(Secret::new("s")), ..Default::default() }));
    }

    #[test]
    fn another_version_and_another_shape_are_told_apart() {
        assert_eq!(ProfileSecrets::from_text(br#"{"version":2,"client_secret":7}"#), Err(Unreadable::Version(2)));
        assert_eq!(ProfileSecrets::from_text(br#"{"version":1,"client_secret":7}"#), Err(Unreadable::Shape));
        assert_eq!(ProfileSecrets::from_text(b"[]"), Err(Unreadable::Shape));
    }

    #[test]
    fn the_text_fits_the_buffer_it_was_measured_for() {
        let secrets = ProfileSecrets { password: Some(Secret::new("\"\n\u{1}é".repeat(999))), ..Default::default() };
        let text = secrets.to_text();
        assert_eq!(text.len(), text.capacity());
        assert_eq!(ProfileSecrets::from_text(&text), Ok(secrets));
    }
}
