//! Types that several use cases take or return.

use std::time::Duration;

use jiff::Timestamp;

use crate::app::Failure;
use crate::app::calendar::ends::End;
use crate::app::profiles::summary::ProfileState;
use crate::app::sign_in::call_context::CallContext;
use crate::app::team::SharedWith;
use crate::app::tokens::rotation::Rotation;
use crate::call::{Call, Expression, WrittenIn};
use crate::config::{ListSettings, Settings, Theme};
use crate::diagnosis::Diagnosis;
use crate::oauth::{DPOP, IdTokenCheck, Resource, TokenHeader, TokenSet};
use crate::secret::Secret;
use crate::service::ProfileName;
use crate::vault::VaultKind;

/// The validity asked of an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Usable now; the service's policy says how long before expiry it is refreshed.
    Usable,
    /// Valid for at least this long.
    ValidFor(Duration),
    /// A new one, whatever is left of the old one.
    New,
    /// The same, even if the refresh token was sent before and nobody knows what came of it.
    Resent,
}

impl Need {
    /// Whether a person asks for new tokens now, whatever happened before.
    pub(crate) fn is_new(self) -> bool {
        matches!(self, Self::New | Self::Resent)
    }
}

/// The access token that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The validity.
    pub need: Need,
    /// The API it is for (RFC 8707), if another than that of the profile's own access token.
    pub resource: Option<Resource>,
}

impl From<Need> for Wanted {
    fn from(need: Need) -> Self {
        Self { need, resource: None }
    }
}

/// One of several fetched values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    pub label: String,
    /// The values to retain, by placeholder.
    pub retain: Vec<(String, String)>,
}

/// Whether secrets can be stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum VaultState {
    #[default]
    Unknown,
    Open(VaultKind),
    /// The person locked it; it opens without a passphrase once they say so.
    Locked(VaultKind),
    /// A passphrase is needed; `new` when there is no vault yet.
    NeedsPassphrase {
        new: bool,
        /// Why the last passphrase was rejected.
        problem: Option<Diagnosis>,
    },
    /// The keyring cannot be used: the person chooses another kind.
    NoKeyring(Diagnosis),
    /// The vault has another problem: the person must choose.
    NeedsChoice(Diagnosis),
}

/// The window settings that are restored at the next start.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WindowSettings {
    pub theme: Theme,
    /// Width and height in points.
    pub size: Option<(f32, f32)>,
    /// Whether closing the window hides it in the tray while a profile has keep-alive.
    pub tray: bool,
    /// Whether the token request is shown before it is sent.
    pub stop_before_token_call: bool,
    /// How much larger than usual everything is drawn.
    pub scale: Option<f32>,
    /// Whether the desktop never says anything for the program.
    pub quiet: bool,
    /// After how many minutes without a key or a click the vault is locked.
    pub lock_after: Option<u64>,
    pub list: ListSettings,
}

impl WindowSettings {
    pub(in crate::app) fn of(settings: &Settings) -> Self {
        Self {
            theme: settings.theme,
            size: settings.window_size,
            tray: settings.tray,
            stop_before_token_call: settings.stop_before_token_call,
            scale: settings.scale,
            quiet: settings.quiet,
            lock_after: settings.lock_after,
            list: settings.list,
        }
    }

    pub(in crate::app) fn apply(self, settings: &mut Settings) {
        settings.theme = self.theme;
        settings.window_size = self.size.or(settings.window_size);
        settings.tray = self.tray;
        settings.stop_before_token_call = self.stop_before_token_call;
        settings.scale = self.scale;
        settings.quiet = self.quiet;
        settings.lock_after = self.lock_after;
        settings.list = self.list;
    }
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
    /// Why there is no listener although the redirect URI points to this machine.
    pub listener_problem: Option<Diagnosis>,
}

/// A sign-in that waits for a person to allow it on another device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceWaiting {
    /// What the person types there.
    pub user_code: String,
    /// Where.
    pub verification_uri: String,
    /// The same with the code in it, if the service has one.
    pub verification_uri_complete: Option<String>,
    /// The service's own words; empty if it has none.
    pub message: String,
    /// When the code expires.
    pub until: Timestamp,
    /// Whether the code is one that was waited for before.
    pub is_taken_up: bool,
}

impl DeviceWaiting {
    /// What a QR code holds.
    pub fn address(&self) -> &str {
        self.verification_uri_complete.as_ref().unwrap_or(&self.verification_uri)
    }
}

/// What a reply says about the next call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Again {
    /// The interval between two polls (RFC 8628 section 3.2).
    pub interval: Option<Duration>,
    /// `Retry-After`.
    pub retry_after: Option<Duration>,
}

#[derive(Clone, Debug)]
pub struct Exchange {
    /// The call; `None` where the access token was signed here and nothing was sent.
    pub call: Option<Call>,
    /// The reply, if there was one.
    pub reply: Option<ReplyView>,
    /// The tokens read from the reply, or why there are none.
    pub outcome: Result<Box<TokenSet>, Failure>,
    /// Problems with the requests that followed.
    pub notes: Vec<Diagnosis>,
    /// What the checks of the ID token came to; empty if none came, or one that only its service can read.
    pub id_token: Vec<IdTokenCheck>,
    /// The choices that the person must make.
    pub choices: Vec<Choosing>,
    /// Whether the request may have reached the service although no reply arrived.
    pub unanswered: bool,
    /// Whether the service took the second client secret, after it had refused the first.
    pub by_second_secret: bool,
    /// Whether its tokens are saved.
    pub is_saved: bool,
    pub again: Again,
}

/// Several fetched values where one is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choosing {
    pub label: String,
    pub options: Vec<Fetched>,
}

/// A reply prepared for display.
#[derive(Clone, Debug)]
pub struct ReplyView {
    pub status: u16,
    pub elapsed: Duration,
    /// With masked secrets.
    pub headers: Vec<(String, String)>,
    /// What it was read as, if it has anything to read.
    pub read_as: Option<WrittenIn>,
    /// The body, pretty-printed, secrets masked.
    pub masked_body: String,
    /// The body, pretty-printed, unmasked.
    pub body: Secret,
}

/// The account that a token belongs to.
#[derive(Clone, Debug)]
pub struct Identified {
    /// Label and value of each field that the service returned.
    pub fields: Vec<(String, String)>,
}

/// What the expressions, as typed, read from a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of the reading")]
pub struct TriedReading {
    pub access_token: FieldRead,
    pub refresh_token: FieldRead,
    pub expires_in: FieldRead,
    /// The single values of the reply, for a person to point at.
    pub values: Vec<ReplyValue>,
}

/// A value of a reply. Contains no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyValue {
    /// What finds it.
    pub place: Expression,
    /// Its text, masked if it is a secret.
    pub shown: String,
    pub is_secret: bool,
}

/// The value read for one field. Contains no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldRead {
    /// A token with this many characters.
    Token(usize),
    /// Text that is not secret.
    Text(String),
    /// The reply does not have it.
    Nothing,
    /// It cannot be used, and why.
    Failed(Diagnosis),
}

#[derive(Clone, Debug)]
pub struct OpenedProfile {
    pub name: ProfileName,
    pub context: CallContext,
    pub draft: bool,
    pub state: ProfileState,
    pub rotation: Rotation,
    /// With whom, if it is the team's.
    pub shared: Option<SharedWith>,
    /// When what it depends on ends, soonest first.
    pub ends: Vec<End>,
}

/// A token that was handed out.
#[derive(Clone, Debug)]
pub struct SavedToken {
    pub name: ProfileName,
    pub tokens: TokenSet,
    /// The header that carries the access token.
    pub header: TokenHeader,
    /// What the header carries in its place, where that is made of it.
    pub carried: Option<Secret>,
    /// The proof of possession for the request that was named, where the token needs one.
    pub proof: Option<Secret>,
    /// Whether a refresh was made for this request.
    pub refreshed: bool,
    /// Warnings for the person.
    pub notes: Vec<Diagnosis>,
}

impl SavedToken {
    /// The lines of a request that present the token.
    pub fn header_lines(&self) -> Secret {
        presented_lines(&self.header, self.carried.as_ref().unwrap_or(&self.tokens.access_token), self.proof.as_ref())
    }
}

/// The lines of a request that present a token: its header, and that of its proof if it needs one.
pub fn presented_lines(header: &TokenHeader, carried: &Secret, proof: Option<&Secret>) -> Secret {
    let line = header.line(carried.expose());
    Secret::new(match proof {
        Some(proof) => format!("{line}\n{DPOP}: {}", proof.expose()),
        None => line,
    })
}

/// The icon in the desktop's tray.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TrayState {
    #[default]
    Off,
    There,
    /// The desktop has no tray.
    Absent(Diagnosis),
}
