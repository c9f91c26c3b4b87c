//! The agent's protocol: requests and responses, each a line of JSON.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::diagnosis::Diagnosis;
use crate::oauth::{TokenHeader, TokenSet};
use crate::secret::Secret;
use crate::service::ProfileName;

/// The most bytes of a request: a name, a number, and the URL that the token is for.
pub(in crate::agent) const REQUEST_LIMIT: usize = 16 * 1024;
/// The most bytes of a response: a token with its retained values, or the state of thousands of profiles.
pub(in crate::agent) const RESPONSE_LIMIT: u64 = 4 * 1024 * 1024;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// A valid access token, refreshed when needed.
    Token {
        name: String,
        /// The seconds that it must stay valid.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min_valid: Option<u64>,
        /// The kind of vault it must come from; any if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        vault: Option<String>,
        /// The database of the team that the agent must belong to; any unless named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<String>,
        /// The request that it is for: a token that is bound to a key needs a proof for it (RFC 9449).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target: Option<AskedFor>,
        /// The resource that it must be for; the profile's own if none is named (RFC 8707).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resource: Option<String>,
    },
    Status {},
    /// The profiles may have changed: read them again.
    Reload {},
    /// Stop once everything in progress is done.
    Stop {},
}

/// The request that a token is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedFor {
    pub method: String,
    pub url: String,
    /// What its server wants repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
}

/// A secret that goes with the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretText(pub Secret);

impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Secret::new(text)))
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Response {
    Token {
        /// Without the refresh token and the ID token, which stay with the agent.
        #[serde(flatten, with = "access_token")]
        tokens: Box<TokenSet>,
        /// The header that carries the token, written as in a preset.
        #[serde(with = "header")]
        header: TokenHeader,
        /// What the header carries in place of the token, where that is made of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        carried: Option<SecretText>,
        /// The proof of possession for the request, where the token needs one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proof: Option<SecretText>,
        /// Warnings for the person who uses the token.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        notes: Vec<Diagnosis>,
    },
    Status(AgentStatus),
    Done,
    Failed {
        /// A `FailureKind`, by its name.
        kind: String,
        /// A `FailureCode`, by its name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        #[serde(flatten)]
        diagnosis: Diagnosis,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentStatus {
    /// The process ID.
    pub process: u32,
    pub version: String,
    /// When it was started.
    pub since: Option<Timestamp>,
    pub profiles: Vec<KeptAlive>,
}

/// The keep-alive state of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptAlive {
    pub name: ProfileName,
    /// The time of the next refresh; `None` for never, or while one runs.
    pub next: Option<Timestamp>,
    /// Why the last refresh failed, or none is possible.
    pub problem: Option<Diagnosis>,
}

impl Request {
    pub(in crate::agent) fn to_line(&self) -> Vec<u8> {
        let mut line = serde_json::to_vec(self).expect("texts and numbers are JSON");
        line.push(b'\n');
        line
    }

    pub(in crate::agent) fn parse(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }
}

impl Response {
    pub(in crate::agent) fn to_line(&self) -> Zeroizing<Vec<u8>> {
        // Room to escape every byte: a growing buffer would leave copies of secrets behind.
        let room = match self {
            Self::Token { tokens, carried, proof, notes, .. } => {
                let notes: usize = notes.iter().map(|note| 64 + note.to_string().len()).sum();
                let length = |SecretText(secret): &SecretText| secret.expose().len();
                let beside: usize = carried.iter().chain(proof).map(length).sum();
                6 * (tokens.access_token.expose().len() + notes + beside) + 1024
            }
            _ => 0,
        };
        let mut line = Zeroizing::new(Vec::with_capacity(room));
        serde_json::to_writer(&mut *line, self).expect("texts, lists and times are JSON");
        line.push(b'\n');
        line
    }

    pub(in crate::agent) fn parse(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }
}

/// The part of a token set that leaves the agent. Times are in RFC 3339.
mod access_token {
    use std::borrow::Cow;
    use std::collections::BTreeMap;

    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::oauth::TokenSet;
    use crate::secret::Secret;

    // Named as in RFC 6749.
    #[allow(clippy::struct_field_names)]
    #[derive(Serialize, Deserialize)]
    struct TokenFields<'a> {
        #[serde(borrow)]
        access_token: Cow<'a, str>,
        token_type: Cow<'a, str>,
        expires_at: Option<Timestamp>,
        scopes: Option<Cow<'a, [String]>>,
        obtained_at: Timestamp,
        retained: Cow<'a, BTreeMap<String, String>>,
    }

    pub(super) fn serialize<S: Serializer>(tokens: &TokenSet, serializer: S) -> Result<S::Ok, S::Error> {
        let token = TokenFields {
            access_token: tokens.access_token.expose().into(),
            token_type: tokens.token_type.as_str().into(),
            expires_at: tokens.expires_at,
            scopes: tokens.scopes.as_deref().map(Cow::Borrowed),
            obtained_at: tokens.obtained_at,
            retained: Cow::Borrowed(&tokens.retained),
        };
        token.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Box<TokenSet>, D::Error> {
        let token = TokenFields::deserialize(deserializer)?;
        Ok(Box::new(TokenSet {
            token_type: token.token_type.into_owned(),
            expires_at: token.expires_at,
            scopes: token.scopes.map(Cow::into_owned),
            retained: token.retained.into_owned(),
            ..TokenSet::bearer(Secret::new(token.access_token), token.obtained_at)
        }))
    }
}

mod header {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::oauth::TokenHeader;

    pub(super) fn serialize<S: Serializer>(header: &TokenHeader, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(header)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TokenHeader, D::Error> {
        let text = String::deserialize(deserializer)?;
        TokenHeader::parse(&text).ok_or_else(|| D::Error::custom("no header that carries a token"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_one_line_and_read_as_it_was_sent() {
        let (name, min_valid) = ("acme".to_owned(), Some(60));
        let token =
            Request::Token { name: name.clone(), min_valid, vault: None, team: None, target: None, resource: None };
        assert_eq!(token.to_line(), b"{\"ask\":\"token\",\"name\":\"acme\",\"min_valid\":60}\n");
        let target = Some(AskedFor { method: "GET".into(), url: "https://a.test/x".into(), nonce: Some("n".into()) });
        let resource = Some("https://api.test".to_owned());
        let bound = Request::Token { name, min_valid, vault: None, team: None, target, resource };
        for request in [token, bound, Request::Status {}, Request::Reload {}, Request::Stop {}] {
            assert_eq!(Request::parse(&request.to_line()), Some(request));
        }
        for wrong in ["", "token", "{\"ask\":\"secrets\"}", "{\"ask\":\"stop\",\"all\":true}"] {
            assert_eq!(Request::parse(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn a_response_holds_the_access_token_and_no_other_secret() {
        let tokens = TokenSet {
            expires_at: Some(Timestamp::from_second(1_800_000_000).expect("a time")),
            refresh_token: Some(Secret::new("refresh-secret")),
            id_token: Some(Secret::new("id-secret")),
            scopes: Some(vec!["a".into(), "b".into()]),
            retained: [("realmId".to_owned(), "7".to_owned())].into(),
            ..TokenSet::bearer(Secret::new("a%^*&+=\"\\n<é>"), Timestamp::UNIX_EPOCH)
        };
        let header = TokenHeader::parse("X-Access-Token: <token>").expect("a header");
        let notes = vec![Diagnosis::new("the \"end\"\nis near").hint("sign in"), Diagnosis::new("short")];
        let (boxed, proof) = (Box::new(tokens.clone()), Some(SecretText(Secret::new("p.r.oof"))));
        let carried = Some(SecretText(Secret::new("b64")));
        let whole = Response::Token {
            tokens: boxed,
            header: header.clone(),
            carried: carried.clone(),
            proof: proof.clone(),
            notes: notes.clone(),
        };
        let line = whole.to_line();
        let text = std::str::from_utf8(&line).expect("text");
        assert!(!text.contains("secret") && text.ends_with('\n') && text.matches('\n').count() == 1, "{text}");
        let read = TokenSet { refresh_token: None, id_token: None, ..tokens };
        assert_eq!(
            Response::parse(&line),
            Some(Response::Token { tokens: Box::new(read.clone()), header: header.clone(), carried, proof, notes })
        );
        let bare = Response::Token { tokens: Box::new(read), header, carried: None, proof: None, notes: Vec::new() };
        assert!(!bare.to_line().windows(5).any(|bytes| bytes == b"notes"));
        assert_eq!(Response::parse(&bare.to_line()), Some(bare));
    }

    #[test]
    fn a_failure_keeps_its_words() {
        let diagnosis = Diagnosis::new("the vault is locked").hint("unlock it").reference("https://example.test");
        for code in [None, Some("grant-ended".to_owned())] {
            let answer = Response::Failed { kind: "vault".into(), code, diagnosis: diagnosis.clone() };
            assert_eq!(Response::parse(&answer.to_line()), Some(answer));
        }
        assert_eq!(Response::parse(&Response::Done.to_line()), Some(Response::Done));
        assert_eq!(Response::parse(b"hello\n"), None);
    }

    #[test]
    fn a_status_is_read_as_it_was_sent() {
        let profiles = vec![KeptAlive {
            name: ProfileName::parse("acme").expect("a name"),
            next: Some(Timestamp::UNIX_EPOCH),
            problem: Some(Diagnosis::new("the service does not answer")),
        }];
        let status = AgentStatus { process: 7, version: "1".into(), since: Some(Timestamp::UNIX_EPOCH), profiles };
        let response = Response::Status(status);
        assert_eq!(Response::parse(&response.to_line()), Some(response));
        let wrong = br#"{"answer":"status","process":7,"version":"1","profiles":[{"name":"../x"}]}"#;
        assert_eq!(Response::parse(wrong), None);
    }
}
