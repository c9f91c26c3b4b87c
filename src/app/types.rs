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
    /// Usable now. The service's policy says how long before expiry it is refreshed.
    Usable,
    /// Valid for at least this long.
    ValidFor(Duration),
    /// Refreshed in any case.
    New,
}

/// One of several values that were fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    pub label: String,
    /// The values to retain, by placeholder.
    pub retain: Vec<(String, String)>,
}

/// Whether secrets can be saved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum VaultState {
    #[default]
    Unknown,
    Open(VaultKind),
    /// A passphrase is needed; `new` when there is no vault yet.
    NeedsPassphrase {
        new: bool,
        /// Why the last one was refused.
        problem: Option<Diagnosis>,
    },
    /// The keyring cannot be used: a person must choose another kind.
    NoKeyring(Diagnosis),
    /// The vault cannot be opened for another reason.
    NeedsChoice(Diagnosis),
}

/// The settings of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WindowSettings {
    pub theme: Theme,
    /// Width and height in points.
    pub size: Option<(f32, f32)>,
    /// Whether closing the window hides it in the tray while profiles have keep-alive.
    pub tray: bool,
    /// Whether the token request is shown before it is sent.
    pub stop_before_token_call: bool,
}

/// A sign-in that waits for the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub url: String,
    pub redirect_uri: String,
    /// The addresses that are listened on; empty if the response must be pasted.
    pub addresses: Vec<String>,
    /// SHA-256 of the certificate for `https://localhost`.
    pub fingerprint: Option<String>,
    pub until: Timestamp,
    /// Why the browser could not be opened.
    pub browser_problem: Option<Diagnosis>,
    /// Why nothing listens although the redirect URI points here.
    pub listener_problem: Option<Diagnosis>,
}

#[derive(Clone, Debug)]
pub struct Exchange {
    pub call: Call,
    pub reply: Option<ReplyView>,
    /// The tokens, or why there are none.
    pub outcome: Result<Box<TokenSet>, Failure>,
    /// Warnings, such as follow-up requests that failed.
    pub notes: Vec<Diagnosis>,
    pub choices: Vec<Choosing>,
    /// Whether the service may have received the call although no reply came.
    pub unanswered: bool,
    /// Whether its tokens are saved.
    pub is_saved: bool,
}

/// Several values of which one is needed.
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
    /// With masked secrets.
    pub headers: Vec<(String, String)>,
    /// Formatted, with masked secrets.
    pub masked_body: String,
    /// Formatted.
    pub body: Secret,
}

/// The account that a token is for.
#[derive(Clone, Debug)]
pub struct Identified {
    /// Label and value of each field.
    pub fields: Vec<(String, String)>,
}

/// The results of the expressions that are being edited, for a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of the reading")]
pub struct TriedReading {
    pub access_token: FieldRead,
    pub refresh_token: FieldRead,
    pub expires_in: FieldRead,
}

/// The result of an expression. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldRead {
    /// The number of its characters.
    Token(usize),
    Text(String),
    /// The reply does not have it.
    Nothing,
    /// It cannot be used.
    Failed(Diagnosis),
}

#[derive(Clone, Debug)]
pub struct OpenedProfile {
    pub name: ProfileName,
    pub context: CallContext,
    pub draft: bool,
    pub state: ProfileState,
    pub rotation: Rotation,
}

/// A valid token of a saved profile.
#[derive(Clone, Debug)]
pub struct SavedToken {
    pub name: ProfileName,
    pub tokens: TokenSet,
    /// The header that carries the access token.
    pub header: TokenHeader,
    /// Whether they were just refreshed.
    pub refreshed: bool,
    /// Warnings.
    pub notes: Vec<Diagnosis>,
}

/// The icon in the desktop's tray.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TrayState {
    #[default]
    Off,
    There,
    Absent(Diagnosis),
}
