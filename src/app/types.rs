//! Types that several use cases take or return.

use std::time::Duration;

use jiff::Timestamp;

use crate::app::Failure;
use crate::app::profiles::summary::ProfileState;
use crate::app::sign_in::call_context::CallContext;
use crate::app::tokens::rotation::Rotation;
use crate::call::Call;
use crate::diagnosis::Diagnosis;
use crate::oauth::{TokenHeader, TokenSet};
use crate::secret::Secret;
use crate::service::ProfileName;
use crate::store::Theme;
use crate::vault::VaultKind;

/// What an access token must be good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Usable now; the service's policy says how long before its expiry it is refreshed.
    Usable,
    /// Valid for at least this long.
    ValidFor(Duration),
    /// A new one in any case.
    New,
}

/// One of several values that were fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    pub label: String,
    /// The values to keep, by placeholder.
    pub keep: Vec<(String, String)>,
}

/// Whether secrets can be kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum VaultState {
    #[default]
    Unknown,
    Open(VaultKind),
    /// A passphrase is needed; `new` when there is no vault yet.
    NeedsPassphrase {
        /// Whether the passphrase is being chosen.
        new: bool,
        /// What was wrong with the last one.
        problem: Option<Diagnosis>,
    },
    /// The keyring cannot be used: a person chooses what is.
    NoKeyring(Diagnosis),
    /// Something else is wrong with the vault: a person must choose.
    NeedsChoice(Diagnosis),
}

/// How the window looked, and nothing else of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WindowSettings {
    pub theme: Theme,
    /// Width and height in points.
    pub size: Option<(f32, f32)>,
    /// Whether it is hidden in the tray when it is closed, while something is kept alive.
    pub tray: bool,
    /// Whether the token call is looked at before it is sent.
    pub stop_before_token_call: bool,
}

/// A sign-in that waits for the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub url: String,
    pub redirect_uri: String,
    /// Where the response is listened for; empty when it must be pasted.
    pub addresses: Vec<String>,
    /// SHA-256 of the certificate, for https on this machine.
    pub fingerprint: Option<String>,
    /// When the wait ends.
    pub until: Timestamp,
    /// Why the browser could not be opened.
    pub browser_problem: Option<Diagnosis>,
    /// Why nothing is listened for although the redirect URI points here.
    pub listener_problem: Option<Diagnosis>,
}

#[derive(Clone, Debug)]
pub struct Exchange {
    pub call: Call,
    /// What was answered, if anything was.
    pub reply: Option<ReplyView>,
    /// What was read from it, or why nothing was.
    pub outcome: Result<Box<TokenSet>, Failure>,
    /// What of the calls that follow went wrong.
    pub notes: Vec<Diagnosis>,
    /// What the person must choose among.
    pub choices: Vec<Choosing>,
    /// Whether the call may have reached the service although no reply did.
    pub unanswered: bool,
    /// Whether its tokens are saved.
    pub is_saved: bool,
}

/// Several values were fetched where one is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choosing {
    pub label: String,
    pub options: Vec<Fetched>,
}

/// A reply as it may be shown.
#[derive(Clone, Debug)]
pub struct ReplyView {
    pub status: u16,
    pub elapsed: Duration,
    /// The headers, secrets masked.
    pub headers: Vec<(String, String)>,
    /// The body laid out, secrets masked.
    pub masked_body: String,
    /// The body laid out, as it is.
    pub body: Secret,
}

/// Whose token it is.
#[derive(Clone, Debug)]
pub struct Identified {
    /// Label and value of each field the service tells.
    pub fields: Vec<(String, String)>,
}

/// What the fields of a reply come to by the expressions as they are typed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of the reading")]
pub struct TriedReading {
    pub access_token: FieldRead,
    pub refresh_token: FieldRead,
    pub expires_in: FieldRead,
}

/// What a field of a reply comes to. No secret is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldRead {
    /// A token of so many characters.
    Token(usize),
    /// A text that is no secret.
    Text(String),
    /// Nothing: the reply does not have it.
    Nothing,
    /// Nothing that can be used, and why.
    Failed(Diagnosis),
}

#[derive(Clone, Debug)]
pub struct OpenedProfile {
    pub name: ProfileName,
    pub context: CallContext,
    pub draft: bool,
    pub state: ProfileState,
    /// Whether each refresh brings a new refresh token.
    pub rotation: Rotation,
}

/// A token handed out.
#[derive(Clone, Debug)]
pub struct SavedToken {
    pub name: ProfileName,
    pub tokens: TokenSet,
    /// The header that carries the access token.
    pub header: TokenHeader,
    /// Whether they were refreshed for this.
    pub refreshed: bool,
    /// What a person should know of them.
    pub notes: Vec<Diagnosis>,
}

/// The icon in the desktop's tray.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TrayState {
    #[default]
    Off,
    There,
    /// It cannot be.
    Absent(Diagnosis),
}
