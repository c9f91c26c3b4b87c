//! A case: everything of a sign-in or refresh that failed, without secrets, in one file that somebody else can open, look at and replay.

mod renewal;
mod replay;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::{CallContext, Failure, FailureKind};
use crate::call::{TracedCall, mask_text, read_har, write_har};
use crate::diagnosis::{Diagnosis, printable_lines};
use crate::durable;
use crate::oauth::Stage;
use crate::secret::{MASK, Secret};
use crate::service::{Catalog, Notes, Profile, ProfileName, Tags};

pub use crate::app::case::renewal::FailedRenewal;
pub use crate::app::case::replay::Replayed;

/// What stands for a secret, in what is sent and in what is repeated.
const MADE_UP: &str = "made-up";
/// The version of the file's form.
const VERSION: u32 = 1;
/// The largest file that is read, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// A sign-in that failed. Contains no secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Case {
    /// The form of the file.
    #[serde(rename = "tokenwright_case")]
    version: u32,
    pub made: Timestamp,
    /// Name and version of the program.
    pub program: String,
    /// The operating system and the processor.
    pub system: String,
    pub stage: CaseStage,
    /// What was said of the last reply, or of why there was none.
    pub diagnosis: Diagnosis,
    /// What the person was told in its place, such as that a refresh token may be spent; `None` for the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Diagnosis>,
    /// The profile with its whole service, as text; without notes and tags.
    pub profile: String,
    /// Whether the profile has a client secret.
    has_client_secret: bool,
    /// The calls, as an HTTP archive.
    calls: Json,
}

/// Where a sign-in failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseStage {
    Authorization,
    TokenRequest,
    RefreshRequest,
}

impl CaseStage {
    fn stage(self) -> Stage {
        if self == Self::RefreshRequest { Stage::RefreshRequest } else { Stage::TokenRequest }
    }
}

impl Case {
    /// The case of a failure, with the calls that led to it.
    pub fn new(
        context: &CallContext,
        stage: CaseStage,
        failure: &Failure,
        calls: &[TracedCall],
        now: Timestamp,
    ) -> Self {
        let profile = Profile { notes: Notes::default(), tags: Tags::default(), ..context.profile.clone() };
        let typed: Vec<Secret> =
            profile.service.calls().into_iter().flat_map(|(_, call)| call.typed_secrets()).map(Secret::new).collect();
        let known: Vec<&Secret> = context.secrets.values().filter(|secret| !secret.is_empty()).chain(&typed).collect();
        Self {
            version: VERSION,
            made: now,
            program: format!("tokenwright {}", env!("CARGO_PKG_VERSION")),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            stage,
            diagnosis: failure.diagnosis.clone(),
            told: None,
            profile: mask_text(&profile.to_toml(&Catalog::empty()), &known),
            has_client_secret: !context.secrets.client_secret.is_empty(),
            calls: write_har(calls),
        }
    }

    /// The calls that led to it.
    pub fn calls(&self) -> Vec<TracedCall> {
        read_har(&self.calls)
    }

    /// Reads the text of a file.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let wrong = |why: &str| {
            let diagnosis = Diagnosis::new(format!("this is not a case of Tokenwright: {}", printable_lines(why)));
            Failure::new(
                FailureKind::Usage,
                diagnosis.hint("`tokenwright sign-in`, `refresh`, `token` and `calls` write one with `--case FILE`"),
            )
        };
        let case: Self = serde_json::from_str(text).map_err(|error| wrong(&error.to_string()))?;
        if case.version != VERSION {
            return Err(wrong("it is of a later version of the program"));
        }
        Ok(case)
    }

    pub(in crate::app) fn read_profile(&self) -> Result<Profile, Failure> {
        let name = ProfileName::parse("case")?;
        // What is masked in it is sent, and a header holds ASCII only.
        let text = self.profile.replace(MASK, MADE_UP);
        Profile::from_toml(&name, &text, &Catalog::empty()).map_err(|error| {
            let diagnosis = Diagnosis::new(format!("the case cannot be replayed: {error}"));
            Failure::new(FailureKind::Usage, diagnosis.hint("ask for the file as it was written"))
        })
    }
}

impl App {
    /// Writes a case to a file of this user only.
    pub async fn write_case(&self, case: Case, path: PathBuf) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(&case).map_err(|error| internal(&error.to_string()))?;
        write(path, text).await
    }

    pub async fn read_case(&self, path: PathBuf) -> Result<Case, Failure> {
        let shown = path.clone();
        let read = blocking(move || durable::read(&path, LARGEST)).await?;
        let bytes = read.map_err(|error| at_file(&shown, "read", &error.to_string()))?;
        let bytes = bytes.ok_or_else(|| at_file(&shown, "read", "it does not exist"))?;
        let text = String::from_utf8(bytes).map_err(|_| at_file(&shown, "read", "it is not text"))?;
        Case::parse(&text)
    }
}

/// Writes a text to a file of this user only.
pub(in crate::app) async fn write(path: PathBuf, text: String) -> Result<(), Failure> {
    let shown = path.clone();
    let written = blocking(move || durable::write_private(&path, text.as_bytes())).await?;
    written.map_err(|error| at_file(&shown, "write", &error.to_string()))
}

fn at_file(path: &Path, action: &str, why: &str) -> Failure {
    let diagnosis = Diagnosis::new(format!("cannot {action} `{}`: {why}", path.display()));
    Failure::new(FailureKind::Machine, diagnosis.hint("name another file"))
}

fn internal(why: &str) -> Failure {
    Failure::new(FailureKind::Machine, Diagnosis::new(format!("the file could not be made: {why}")))
}
