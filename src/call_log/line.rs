//! One call as a line of the log.

use serde_json::Value as Json;

use crate::call::{TracedCall, TracedOutcome, read_entry, write_entry};

/// The most bytes of a body that are kept: more than an error has.
const LONGEST_BODY: usize = 16 * 1024;
/// The most bytes of a line; a call with more is not kept.
const LONGEST_LINE: usize = 256 * 1024;
/// The calls whose replies are about tokens, which are masked. Other replies may be about people, and are not kept where the call
/// went well.
const ABOUT_TOKENS: [&str; 4] = ["token_request", "chain", "refresh_request", "device_token_request"];

/// Members of our own: the format lets names begin with an underscore (HAR 1.2, custom fields).
const FACE: &str = "_by";
const PROCESS: &str = "_process";
const PROFILE: &str = "_profile";
const STAGE: &str = "_stage";

/// A call, and who made it for what. Contains no secret. What was read from the log is foreign text: somebody may have edited it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedCall {
    pub call: TracedCall,
    /// The command of the process, `window` or `agent`.
    pub face: String,
    /// The number of the process.
    pub process: u32,
    /// The name of the profile; empty where it has none yet, or the call is for none.
    pub profile: String,
    /// Which call of the service it is, as presets name it; empty for any other.
    pub stage: String,
}

impl LoggedCall {
    /// Leaves out what a log need not know.
    #[must_use]
    pub fn reduced(mut self) -> Self {
        let is_about_tokens = ABOUT_TOKENS.contains(&self.stage.as_str());
        if let TracedOutcome::Reply(reply) = &mut self.call.outcome
            && !is_about_tokens
            && reply.is_success()
        {
            reply.body.clear();
        }
        if let Some((_, body)) = self.call.body.as_mut().filter(|_| self.stage.is_empty()) {
            body.clear();
        }
        self.call.curl.clear();
        self.call.cut(LONGEST_BODY);
        self
    }

    /// Without a line break. `None` if it is too long.
    pub(in crate::call_log) fn to_line(&self) -> Option<String> {
        Some(self.to_entry().to_string()).filter(|line| line.len() <= LONGEST_LINE)
    }

    /// As an entry of an HTTP archive.
    pub fn to_entry(&self) -> Json {
        let mut entry = write_entry(&self.call);
        entry[FACE] = Json::from(self.face.as_str());
        entry[PROCESS] = Json::from(self.process);
        for (member, text) in [(PROFILE, &self.profile), (STAGE, &self.stage)] {
            if !text.is_empty() {
                entry[member] = Json::from(text.as_str());
            }
        }
        entry
    }

    /// `None` for what is no line of ours.
    pub(in crate::call_log) fn of_line(line: &[u8]) -> Option<Self> {
        if line.is_empty() || line.len() > LONGEST_LINE {
            return None;
        }
        let entry: Json = serde_json::from_slice(line).ok()?;
        let text = |member: &str| entry.get(member).and_then(Json::as_str).unwrap_or_default().to_owned();
        let process = entry.get(PROCESS).and_then(Json::as_u64).and_then(|process| u32::try_from(process).ok());
        Some(Self {
            call: read_entry(&entry)?,
            face: text(FACE),
            process: process.unwrap_or_default(),
            profile: text(PROFILE),
            stage: text(STAGE),
        })
    }
}
