//! What is sealed for one profile, and its text inside the seal.
//!
//! The text is JSON with a version; unknown fields are ignored. It exists only in buffers that are wiped. (The exception is
//! `serde_json`'s scratch space, which briefly holds a secret that has characters that JSON escapes.)

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use jiff::Timestamp;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::oauth::{DeviceAuthorization, KeyPair, PendingDevice, ProfileSecrets, Refused, TokenSet};
use crate::secret::Secret;
use crate::vault::generation::{Change, Generation, How, Stamp};
use crate::vault::history::{Earlier, History};
use crate::vault::registered_client::WireRegistration;
use crate::vault::wire_tokens::{Text, WireTokens, token_set, wire_tokens};

/// The version of the text that this program writes.
const VERSION: u32 = 1;

/// What is sealed for one profile.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contents {
    /// The secrets that token requests are made from.
    pub secrets: ProfileSecrets,
    /// The tokens granted last.
    pub tokens: Option<TokenSet>,
    /// That the service has refused their refresh token for good.
    pub refused: Option<Refused>,
    /// The code of a sign-in on another device that is waited for.
    pub device: Option<PendingDevice>,
}

/// One generation of a profile's secrets.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Increases with every `put`, from 1.
    pub number: u64,
    /// What is sealed.
    pub contents: Contents,
    /// How it was obtained, and the generations before it.
    pub history: History,
}

/// Why a text is not a record. It does not say what is wrong, since that could quote a secret.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::vault) enum Unreadable {
    /// Written by a later version.
    Version(u32),
    /// Not a record.
    Shape,
}

impl Record {
    /// The record that follows `last`.
    pub(in crate::vault) fn next(
        last: Option<&Self>,
        number: u64,
        contents: &Contents,
        change: Change,
        stamp: Stamp,
    ) -> Self {
        let mut history = last.map(|last| last.history.clone()).unwrap_or_default();
        let replaced = last.and_then(|last| last.contents.tokens.as_ref());
        history.record(number, (replaced, contents.tokens.as_ref()), change, stamp);
        let mut contents = contents.clone();
        if let (None, Some(last)) = (&contents.secrets.proof_key, last) {
            // Whoever writes tokens need not know the key that they are bound to; without it they are lost.
            contents.secrets.proof_key.clone_from(&last.contents.secrets.proof_key);
        }
        Self { number, contents, history }
    }

    /// Whether refreshes return another refresh token; `None` if no refresh was seen. Tokens of a pending write, which are not
    /// in the history yet, count as well.
    pub fn rotation(&self) -> Option<bool> {
        let tokens = self.contents.tokens.as_ref();
        let newest = Generation::new(self.number, Timestamp::UNIX_EPOCH, How::Refreshed, tokens).refresh_token;
        let last = self.history.last().and_then(|line| line.refresh_token.as_ref());
        let waits = last.is_some() && newest.is_some() && last != newest.as_ref();
        if waits { Some(true) } else { self.history.rotation() }
    }

    /// The text that is sealed.
    pub(in crate::vault) fn to_text(&self) -> Zeroizing<Vec<u8>> {
        let Contents { secrets, tokens, refused, device } = &self.contents;
        let earlier = self.history.earlier.iter();
        let wire = Wire {
            version: VERSION,
            client_secret: exposed(&secrets.client_secret),
            second_client_secret: exposed(&secrets.second_client_secret),
            password: exposed(&secrets.password),
            refresh_token: exposed(&secrets.refresh_token),
            signing_key: secrets.signing_key.as_ref().map(wire_key),
            client_certificate: secrets.client_certificate.as_ref().map(wire_key),
            proof_key: secrets.proof_key.as_ref().map(|pair| pair.private_key.expose()),
            registration: secrets.registration.as_deref().map(WireRegistration::of),
            inputs: secrets.inputs.iter().map(|(name, value)| (name.clone(), value.expose())).collect(),
            tokens: tokens.as_ref().map(wire_tokens),
            history: self.history.lines.iter().cloned().map(Line::Known).collect(),
            earlier: earlier.map(|Earlier { number, tokens }| (*number, wire_tokens(tokens))).collect(),
            refused: refused.clone(),
            device: device.as_ref().map(wire_device),
            rotated: self.history.rotated,
            granted_at: self.history.granted_at,
        };
        // Measured first, because a growing buffer leaves copies of its content behind.
        let mut length = Measure(0);
        write(&mut length, &wire);
        let mut text = Zeroizing::new(Vec::with_capacity(length.0));
        write(&mut *text, &wire);
        text
    }

    /// Reads the text that was sealed under this number.
    pub(in crate::vault) fn from_text(number: u64, text: &[u8]) -> Result<Self, Unreadable> {
        let Version { version } = serde_json::from_slice(text).map_err(|_| Unreadable::Shape)?;
        if version != VERSION {
            return Err(Unreadable::Version(version));
        }
        let wire: Wire<Text> = serde_json::from_slice(text).map_err(|_| Unreadable::Shape)?;
        let secrets = ProfileSecrets {
            client_secret: wire.client_secret.unwrap_or_default().0,
            second_client_secret: wire.second_client_secret.unwrap_or_default().0,
            password: wire.password.unwrap_or_default().0,
            refresh_token: wire.refresh_token.unwrap_or_default().0,
            signing_key: wire.signing_key.map(key_pair),
            client_certificate: wire.client_certificate.map(key_pair),
            registration: wire.registration.map(|wire| Box::new(wire.registration())),
            proof_key: wire.proof_key.map(|key| KeyPair { private_key: key.0, certificate: None }),
            inputs: wire.inputs.into_iter().map(|(name, text)| (name, text.0)).collect(),
        };
        let (tokens, device) = (wire.tokens.map(token_set), wire.device.map(pending_device));
        let contents = Contents { secrets, tokens, refused: wire.refused, device };
        let earlier = wire.earlier.into_iter().map(|(number, tokens)| Earlier { number, tokens: token_set(tokens) });
        let mut history = History {
            lines: wire.history.into_iter().filter_map(Line::known).collect(),
            earlier: earlier.collect(),
            rotated: wire.rotated,
            granted_at: wire.granted_at,
        };
        if history.lines.is_empty() {
            history.lines = History::of_old_record(number, contents.tokens.as_ref()).lines;
        }
        Ok(Self { number, contents, history })
    }
}

/// Read first, since the rest may differ in another version.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// The text: `S` is `&str` for writing and [`Text`] for reading.
#[derive(Serialize, Deserialize)]
struct Wire<S> {
    version: u32,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    client_secret: Option<S>,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    second_client_secret: Option<S>,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    password: Option<S>,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    refresh_token: Option<S>,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    signing_key: Option<WireKey<S>>,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    client_certificate: Option<WireKey<S>>,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    proof_key: Option<S>,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    registration: Option<WireRegistration<S>>,
    #[serde(default = "BTreeMap::new", skip_serializing_if = "BTreeMap::is_empty")]
    inputs: BTreeMap<String, S>,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    tokens: Option<WireTokens<S>>,
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    history: Vec<Line>,
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<(u64, WireTokens<S>)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refused: Option<Refused>,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    device: Option<WireDevice<S>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    rotated: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    granted_at: Option<Timestamp>,
}

/// A [`KeyPair`].
#[derive(Serialize, Deserialize)]
struct WireKey<S> {
    private_key: S,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    certificate: Option<String>,
}

/// A line of the history. One that a later version wrote may be unknown, which is no reason to refuse the record.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Known(Generation),
    #[serde(skip_serializing)]
    Unknown(IgnoredAny),
}

impl Line {
    fn known(self) -> Option<Generation> {
        match self {
            Self::Known(line) => Some(line),
            Self::Unknown(_) => None,
        }
    }
}

/// A [`PendingDevice`].
#[derive(Serialize, Deserialize)]
struct WireDevice<S> {
    device_code: S,
    user_code: String,
    verification_uri: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verification_uri_complete: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    message: String,
    expires_at: Timestamp,
    /// In seconds.
    interval: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    issued_for: BTreeMap<String, String>,
}

/// Counts the bytes written.
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

/// An empty secret is not written.
fn exposed(secret: &Secret) -> Option<&str> {
    (!secret.is_empty()).then(|| secret.expose())
}

fn wire_key(pair: &KeyPair) -> WireKey<&str> {
    WireKey { private_key: pair.private_key.expose(), certificate: pair.certificate.clone() }
}

fn key_pair(wire: WireKey<Text>) -> KeyPair {
    KeyPair { private_key: wire.private_key.0, certificate: wire.certificate }
}

fn wire_device(pending: &PendingDevice) -> WireDevice<&str> {
    let DeviceAuthorization { device_code, user_code, verification_uri, .. } = &pending.authorization;
    WireDevice {
        device_code: device_code.expose(),
        user_code: user_code.clone(),
        verification_uri: verification_uri.clone(),
        verification_uri_complete: pending.authorization.verification_uri_complete.clone(),
        message: pending.authorization.message.clone(),
        expires_at: pending.authorization.expires_at,
        interval: pending.authorization.interval.as_secs(),
        issued_for: pending.issued_for.clone(),
    }
}

fn pending_device(wire: WireDevice<Text>) -> PendingDevice {
    PendingDevice {
        authorization: DeviceAuthorization {
            device_code: wire.device_code.0,
            user_code: wire.user_code,
            verification_uri: wire.verification_uri,
            verification_uri_complete: wire.verification_uri_complete,
            message: wire.message,
            expires_at: wire.expires_at,
            interval: Duration::from_secs(wire.interval),
        },
        issued_for: wire.issued_for,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::ClientRegistration;
    use crate::vault::Change;
    use crate::vault::generation::How;
    use crate::vault::generation::Stamp;
    use crate::vault::history::tests::tokens;

    fn secrets_of(text: &[u8]) -> Result<ProfileSecrets, Unreadable> {
        Record::from_text(1, text).map(|record| record.contents.secrets)
    }

    #[test]
    fn fields_of_a_later_version_are_passed_over_and_absent_ones_are_empty() {
        let read = secrets_of(br#"{"version":1,"colour":"red","client_secret":"s"}"#);
        assert_eq!(read, Ok(ProfileSecrets { client_secret: Secret::new("s"), ..Default::default() }));
    }

    #[test]
    fn another_version_and_another_shape_are_told_apart() {
        assert_eq!(secrets_of(br#"{"version":2,"client_secret":7}"#), Err(Unreadable::Version(2)));
        assert_eq!(secrets_of(br#"{"version":1,"client_secret":7}"#), Err(Unreadable::Shape));
        assert_eq!(secrets_of(b"[]"), Err(Unreadable::Shape));
    }

    #[test]
    fn a_record_from_before_there_was_a_history_has_a_line_of_what_is_known() {
        let text = br#"{"version":1,"tokens":{"access_token":"a","token_type":"Bearer","obtained_at":"2026-01-02T03:04:05Z"}}"#;
        let record = Record::from_text(7, text).expect("read");
        let line = record.history.last().expect("a line");
        assert_eq!((line.number, line.how, line.by.as_ref()), (7, How::Saved, None));
        assert_eq!(line.at.to_string(), "2026-01-02T03:04:05Z");
    }

    #[test]
    fn a_line_of_history_that_a_later_version_wrote_is_passed_over() {
        let lines = r#"{"number":1,"at":"2026-01-02T03:04:05Z","how":"signed in","outcome":"kept"},
            {"number":2,"at":"2026-01-02T03:04:05Z","how":"dreamt","outcome":"kept"}"#;
        let record = Record::from_text(2, format!(r#"{{"version":1,"history":[{lines}]}}"#).as_bytes()).expect("read");
        assert_eq!(record.history.lines.iter().map(|line| line.number).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn a_history_is_read_as_it_was_sealed() {
        let contents = |text| Contents { tokens: Some(tokens(text)), ..Contents::default() };
        let first = Record::next(None, 1, &contents("a"), Change::New(How::SignedIn), Stamp::now());
        let second = Record::next(Some(&first), 2, &contents("b"), Change::New(How::Refreshed), Stamp::now());
        assert_eq!(Record::from_text(2, &second.to_text()), Ok(second));
    }

    #[test]
    fn a_registered_client_is_read_as_it_was_sealed() {
        let metadata = |value: serde_json::Value| value.as_object().cloned().expect("an object");
        let registration = ClientRegistration {
            issuer: "https://as.test".into(),
            endpoint: "https://as.test/register".into(),
            client_id: "c".into(),
            client_secret: Secret::new("s\n"),
            issued_at: Timestamp::from_second(7).ok(),
            secret_expires_at: Timestamp::from_second(9).ok(),
            management_url: "https://as.test/register/c".into(),
            access_token: Secret::new("t\""),
            asked: metadata(serde_json::json!({ "scope": "a b", "redirect_uris": ["x"] })),
            given: metadata(serde_json::json!({ "extra": { "deep": [1, null] } })),
            is_changing: true,
        };
        let secrets = ProfileSecrets { registration: Some(Box::new(registration)), ..ProfileSecrets::default() };
        let contents = Contents { secrets, ..Contents::default() };
        let record = Record { number: 1, contents, history: History::default() };
        assert_eq!(Record::from_text(1, &record.to_text()), Ok(record));
    }

    #[test]
    fn a_device_code_that_is_waited_for_is_read_as_it_was_sealed() {
        let authorization = DeviceAuthorization {
            device_code: Secret::new("d/1"),
            user_code: "WDJB-MJHT".into(),
            verification_uri: "https://example.com/device".into(),
            verification_uri_complete: None,
            message: "Open the page".into(),
            expires_at: Timestamp::from_second(1800).expect("a time"),
            interval: Duration::from_secs(5),
        };
        let issued_for = [("client id".to_owned(), "id".to_owned())].into();
        let device = Some(PendingDevice { authorization, issued_for });
        let contents = Contents { device, ..Contents::default() };
        let record = Record { number: 1, contents, history: History::default() };
        assert_eq!(Record::from_text(1, &record.to_text()), Ok(record));
    }

    #[test]
    fn the_text_fits_the_buffer_it_was_measured_for() {
        let secrets = ProfileSecrets { password: Secret::new("\"\n\u{1}é".repeat(999)), ..Default::default() };
        let contents = Contents { secrets, ..Contents::default() };
        let record = Record { number: 1, contents, history: History::default() };
        let text = record.to_text();
        assert_eq!(text.len(), text.capacity());
        assert_eq!(Record::from_text(1, &text), Ok(record));
    }
}
