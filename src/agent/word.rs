//! What is asked and what is answered, and the line that each becomes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::diagnosis::Diagnosis;
use crate::oauth::{TokenHeader, TokenSet};
use crate::secret::Secret;

/// The most bytes a question may have: a name and a number.
pub(in crate::agent) const ASK_LIMIT: usize = 4 * 1024;
/// The most bytes an answer may have: a token with what was kept beside it, or the state of thousands of profiles.
pub(in crate::agent) const ANSWER_LIMIT: u64 = 4 * 1024 * 1024;

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Ask {
    /// A valid access token, refreshed when needed.
    Token {
        /// The profile.
        name: String,
        /// For how many seconds it must be valid.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min_valid: Option<u64>,
        /// The kind of vault that it must come from; any unless named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        vault: Option<String>,
    },
    /// How it stands.
    Status {},
    /// The profiles may have changed: look at them again.
    Reload {},
    /// End, once what goes on is done.
    Stop {},
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A token.
    Token {
        /// It, with what is known about it; the refresh token and the ID token stay with the agent.
        tokens: Box<TokenSet>,
        /// The header that carries it.
        header: TokenHeader,
        /// What a person should know of it.
        notes: Vec<Diagnosis>,
    },
    /// How it stands.
    Status(Status),
    /// It is done.
    Done,
    /// It is not.
    Failed {
        /// Whose fault it is, in the words of `FailureKind`.
        kind: String,
        /// Which failure it is, in the words of `FailureCode`; `None` for one that is told and no more.
        code: Option<String>,
        /// Why not, and what to do.
        diagnosis: Diagnosis,
    },
}

/// How the agent stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The number of its process.
    pub process: u32,
    /// Its version.
    pub version: String,
    /// Since when it runs.
    pub since: Option<Timestamp>,
    /// The profiles that are kept alive.
    pub profiles: Vec<KeptProfile>,
}

/// How a profile that is kept alive stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptProfile {
    /// Its name.
    pub name: String,
    /// When it is refreshed next; `None` for never.
    pub next: Option<Timestamp>,
    /// Why it was not refreshed the last time, or is not refreshed at all.
    pub problem: Option<String>,
}

/// The shape of an answer's line. Times are in RFC 3339.
#[derive(Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
enum Line<'a> {
    Token {
        #[serde(borrow)]
        access_token: Cow<'a, str>,
        token_type: Cow<'a, str>,
        expires_at: Option<Timestamp>,
        scopes: Option<Vec<String>>,
        obtained_at: Timestamp,
        kept: BTreeMap<String, String>,
        /// As it is written in a preset; an agent of an earlier version does not say.
        #[serde(default)]
        header: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        notes: Vec<Note>,
    },
    Status(Status),
    Done,
    Failed {
        kind: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        summary: String,
        hint: Option<String>,
        reference: Option<String>,
    },
}

/// The shape of a note.
#[derive(Serialize, Deserialize)]
struct Note {
    summary: String,
    hint: Option<String>,
    reference: Option<String>,
}

impl Ask {
    /// Its line.
    pub(in crate::agent) fn to_line(&self) -> Vec<u8> {
        let mut line = serde_json::to_vec(self).expect("texts and numbers are JSON");
        line.push(b'\n');
        line
    }

    /// Reads a line.
    pub(in crate::agent) fn parse(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }
}

impl Answer {
    /// Its line.
    pub(in crate::agent) fn to_line(&self) -> Zeroizing<Vec<u8>> {
        // Room for every byte to be escaped: a buffer that grows leaves copies of what it held.
        let room = match self {
            Self::Token { tokens, notes, .. } => {
                let notes: usize = notes.iter().map(|note| 64 + note.to_string().len()).sum();
                6 * (tokens.access_token.expose().len() + notes) + 1024
            }
            _ => 0,
        };
        let mut line = Zeroizing::new(Vec::with_capacity(room));
        serde_json::to_writer(&mut *line, &Line::from(self)).expect("texts, lists and times are JSON");
        line.push(b'\n');
        line
    }

    /// Reads a line.
    pub(in crate::agent) fn parse(line: &[u8]) -> Option<Self> {
        Some(match serde_json::from_slice(line).ok()? {
            Line::Token { access_token, token_type, expires_at, scopes, obtained_at, kept, header, notes } => {
                let own = header.as_deref().and_then(TokenHeader::parse);
                let header = TokenHeader::of(&token_type, own);
                let tokens = Box::new(TokenSet {
                    access_token: Secret::new(access_token),
                    token_type: token_type.into_owned(),
                    expires_at,
                    refresh_token: None,
                    refresh_token_expires_at: None,
                    id_token: None,
                    scopes,
                    obtained_at,
                    issued_for: BTreeMap::new(),
                    unread_life: Vec::new(),
                    retained: kept,
                });
                let words = |Note { summary, hint, reference }| Diagnosis { summary, hint, reference };
                Self::Token { tokens, header, notes: notes.into_iter().map(words).collect() }
            }
            Line::Status(status) => Self::Status(status),
            Line::Done => Self::Done,
            Line::Failed { kind, code, summary, hint, reference } => {
                Self::Failed { kind, code, diagnosis: Diagnosis { summary, hint, reference } }
            }
        })
    }
}

impl<'a> From<&'a Answer> for Line<'a> {
    fn from(answer: &'a Answer) -> Self {
        match answer {
            Answer::Token { tokens, header, notes } => Self::Token {
                access_token: tokens.access_token.expose().into(),
                token_type: tokens.token_type.as_str().into(),
                expires_at: tokens.expires_at,
                scopes: tokens.scopes.clone(),
                obtained_at: tokens.obtained_at,
                kept: tokens.retained.clone(),
                header: Some(header.to_string()),
                notes: notes.iter().cloned().map(Note::from).collect(),
            },
            Answer::Status(status) => Self::Status(status.clone()),
            Answer::Done => Self::Done,
            Answer::Failed { kind, code, diagnosis } => Self::Failed {
                kind: kind.clone(),
                code: code.clone(),
                summary: diagnosis.summary.clone(),
                hint: diagnosis.hint.clone(),
                reference: diagnosis.reference.clone(),
            },
        }
    }
}

impl From<Diagnosis> for Note {
    fn from(Diagnosis { summary, hint, reference }: Diagnosis) -> Self {
        Self { summary, hint, reference }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_one_line_and_read_as_it_was_asked() {
        let token = Ask::Token { name: "acme".into(), min_valid: Some(60), vault: None };
        assert_eq!(token.to_line(), b"{\"ask\":\"token\",\"name\":\"acme\",\"min_valid\":60}\n");
        for ask in [token, Ask::Status {}, Ask::Reload {}, Ask::Stop {}] {
            assert_eq!(Ask::parse(&ask.to_line()), Some(ask));
        }
        for wrong in ["", "token", "{\"ask\":\"secrets\"}", "{\"ask\":\"stop\",\"all\":true}"] {
            assert_eq!(Ask::parse(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn an_answer_holds_the_access_token_and_no_other_secret() {
        let tokens = TokenSet {
            access_token: Secret::new("a%^*&+=\"\\n<é>"),
            token_type: "Bearer".into(),
            expires_at: Some(Timestamp::from_second(1_800_000_000).expect("a time")),
            refresh_token: Some(Secret::new("refresh-secret")),
            refresh_token_expires_at: None,
            id_token: Some(Secret::new("id-secret")),
            scopes: Some(vec!["a".into(), "b".into()]),
            obtained_at: Timestamp::UNIX_EPOCH,
            retained: [("realmId".to_owned(), "7".to_owned())].into(),
            issued_for: BTreeMap::new(),
            unread_life: Vec::new(),
        };
        let header = TokenHeader::parse("X-Access-Token: <token>").expect("a header");
        let notes = vec![Diagnosis::new("the \"end\"\nis near").hint("sign in"), Diagnosis::new("short")];
        let line =
            Answer::Token { tokens: Box::new(tokens.clone()), header: header.clone(), notes: notes.clone() }.to_line();
        let text = std::str::from_utf8(&line).expect("text");
        assert!(!text.contains("secret") && text.ends_with('\n') && text.matches('\n').count() == 1, "{text}");
        let read = TokenSet { refresh_token: None, id_token: None, ..tokens };
        assert_eq!(
            Answer::parse(&line),
            Some(Answer::Token { tokens: Box::new(read.clone()), header: header.clone(), notes })
        );
        // An agent of an earlier version says nothing of notes.
        let bare = Answer::Token { tokens: Box::new(read), header, notes: Vec::new() };
        assert!(!bare.to_line().windows(5).any(|bytes| bytes == b"notes"));
        assert_eq!(Answer::parse(&bare.to_line()), Some(bare));
    }

    #[test]
    fn a_failure_keeps_its_words() {
        let diagnosis = Diagnosis::new("the vault is locked").hint("unlock it").reference("https://example.test");
        for code in [None, Some("grant-ended".to_owned())] {
            let answer = Answer::Failed { kind: "vault".into(), code, diagnosis: diagnosis.clone() };
            assert_eq!(Answer::parse(&answer.to_line()), Some(answer));
        }
        assert_eq!(Answer::parse(&Answer::Done.to_line()), Some(Answer::Done));
        assert_eq!(Answer::parse(b"hello\n"), None);
    }
}
