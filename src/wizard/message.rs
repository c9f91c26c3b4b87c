//! What a face asks for and what it is told.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use crate::call::Call;
use crate::diagnosis::Diagnosis;
use crate::oauth::TokenSet;
use crate::secret::Secret;
use crate::service::{Catalog, ProfileName, Service};
use crate::wizard::{
    Authorized, BrowserChoice, Failure, Fetched, Material, PracticeSettings, ProfileSummary, StageLine,
};

/// One run of a flow. Events of an older run than the session's are dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attempt(pub u64);

/// What can run, be waited for and be cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Flow {
    Authorization,
    Bearer,
    Refresh,
    Identity,
    Save,
    Open,
    Saved,
    Vault,
    Rehearsal,
    Preset,
}

/// What a face asks for.
#[derive(Clone, Debug)]
pub enum Command {
    /// Load presets, profiles and settings, and find out whether the vault can be used.
    Start,
    /// Load the presets only.
    LoadCatalog,
    /// Find out whether the vault can be used.
    ProbeVault,
    /// List the saved profiles.
    ListProfiles,
    /// Start the practice service; when it runs already, switch its faults.
    StartPractice(PracticeSettings),
    /// Open the vault of this kind, remember the choice, and list the profiles again.
    OpenVault {
        /// The run.
        attempt: Attempt,
        /// Which.
        choice: VaultChoice,
        /// The passphrase, where the vault needs one.
        passphrase: Option<Secret>,
    },
    /// Send the browser to the service and wait for its response.
    Authorize {
        /// The run.
        attempt: Attempt,
        /// The profile and the rest.
        material: Box<Material>,
        /// What opens the URL.
        browser: BrowserChoice,
    },
    /// Take what was pasted as the response that is waited for.
    Paste {
        /// The run that waits.
        attempt: Attempt,
        /// What was pasted.
        text: Secret,
    },
    /// Take the next line of standard input as such; [`Event::InputTaken`] tells when there was one.
    PasteLine(Attempt),
    /// Call the bearer token endpoint.
    CallBearer {
        /// The run.
        attempt: Attempt,
        /// What the call is made from.
        material: Box<Material>,
    },
    /// Call the refresh token endpoint.
    CallRefresh {
        /// The run.
        attempt: Attempt,
        /// What the call is made from.
        material: Box<Material>,
        /// The saved profile that the tokens belong to: its new tokens are kept at once.
        saved_as: Option<ProfileName>,
    },
    /// Ask the service whose token it is.
    CheckToken {
        /// The run.
        attempt: Attempt,
        /// What the call is made from.
        material: Box<Material>,
    },
    /// Keep profile, secrets and tokens under a name.
    SaveProfile {
        /// The run.
        attempt: Attempt,
        /// The name.
        name: ProfileName,
        /// What is kept.
        material: Box<Material>,
        /// Whether a profile of this name may be replaced.
        replace: bool,
    },
    /// Read a saved profile.
    OpenProfile {
        /// The run.
        attempt: Attempt,
        /// Its name.
        name: ProfileName,
    },
    /// A valid access token of a saved profile, refreshed when needed.
    Token {
        /// The run.
        attempt: Attempt,
        /// The profile's name.
        name: ProfileName,
        /// For how long it must be valid; `None` refreshes whatever it is.
        min_valid: Option<Duration>,
    },
    /// Forget a saved profile and its tokens.
    Forget {
        /// The run.
        attempt: Attempt,
        /// Its name.
        name: ProfileName,
    },
    /// Rehearse a preset against a stand-in for its service, on this machine.
    Rehearse {
        /// The run.
        attempt: Attempt,
        /// The preset's id.
        id: String,
    },
    /// Write a preset of the person's own, and load the services again.
    SavePreset {
        /// The run.
        attempt: Attempt,
        /// The preset.
        service: Box<Service>,
        /// Whether a file of its id that says something else may be replaced.
        replace: bool,
    },
    /// Remember how the window looks.
    SaveWindow(WindowSettings),
    /// Stop a run; its listener and its call end at once.
    Cancel(Attempt),
}

/// Where secrets are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VaultChoice {
    /// Sealed files, the key in the keyring of the desktop.
    Keyring,
    /// Sealed files, the key made from a passphrase.
    Passphrase,
    /// In memory, until the program ends.
    Memory,
}

/// Whether secrets can be kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum VaultState {
    /// Not known yet.
    #[default]
    Unknown,
    /// Open.
    Open(VaultChoice),
    /// A passphrase is needed; `new` when there is no vault yet.
    NeedsPassphrase {
        /// Whether the passphrase is being chosen.
        new: bool,
        /// What was wrong with the last one.
        problem: Option<Diagnosis>,
    },
    /// The keyring cannot be used: a person must choose.
    NeedsChoice(Diagnosis),
}

/// How the window looked, and nothing else of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WindowSettings {
    /// Light, dark, or as the desktop is.
    pub theme: Theme,
    /// Width and height in points.
    pub size: Option<(f32, f32)>,
}

/// Light, dark, or as the desktop is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

/// A sign-in that waits for the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What the browser was sent to.
    pub url: String,
    /// The redirect URI that was sent.
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

/// A call and its reply.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// What was sent.
    pub call: Call,
    /// What was answered, if anything was.
    pub reply: Option<ReplyView>,
    /// What was read from it, or why nothing was.
    pub outcome: Result<Box<TokenSet>, Failure>,
    /// What of the calls that follow went wrong.
    pub notes: Vec<Diagnosis>,
    /// What the person must choose among.
    pub choices: Vec<Choosing>,
}

/// Several values were fetched where one is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choosing {
    /// What is chosen.
    pub label: String,
    /// What there is.
    pub options: Vec<Fetched>,
}

/// A reply as it may be shown.
#[derive(Clone, Debug)]
pub struct ReplyView {
    /// The status code.
    pub status: u16,
    /// How long it took.
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

/// A saved profile, read.
#[derive(Clone, Debug)]
pub struct OpenedProfile {
    /// Its name.
    pub name: ProfileName,
    /// Profile, secrets and tokens.
    pub material: Material,
}

/// A token handed out.
#[derive(Clone, Debug)]
pub struct SavedToken {
    /// The profile.
    pub name: ProfileName,
    /// Its tokens.
    pub tokens: TokenSet,
    /// Whether they were refreshed for this.
    pub refreshed: bool,
}

/// What a face is told.
#[derive(Clone, Debug)]
pub enum Event {
    /// The presets, parsed, and what is wrong with the person's own.
    Services(Vec<Service>, Vec<Diagnosis>),
    /// The presets, not parsed, and what is wrong with the person's own.
    Catalog(Catalog, Vec<Diagnosis>),
    /// How the window looked last time.
    Window(WindowSettings),
    /// The saved profiles.
    Profiles(Vec<ProfileSummary>),
    /// Whether secrets can be kept.
    Vault(VaultState),
    /// Something that is no part of a run went wrong.
    Problem(Failure),
    /// The practice service listens on this port.
    PracticeReady(u16),
    /// It could not be started.
    PracticeFailed(Failure),
    /// The browser was sent off.
    Waiting(Attempt, Box<Waiting>),
    /// A response came that is not believed; the wait goes on.
    ResponseIgnored(Attempt, Diagnosis),
    /// Whether there was a line of standard input; without one its end was reached.
    InputTaken(Attempt, bool),
    /// The code came.
    Authorized(Attempt, Box<Authorized>),
    /// The call went out, to this origin.
    Sending(Attempt, String),
    /// A call on behalf of a saved profile is done; its result follows.
    Traced(Attempt, Box<Exchange>),
    /// A bearer or refresh call is done.
    Called(Attempt, Box<Exchange>),
    /// The person chose one of the values that were fetched.
    Chosen(Fetched),
    /// The service told whose token it is.
    Identified(Attempt, Identified),
    /// The profile is kept.
    Saved(Attempt, ProfileName),
    /// The profile was read.
    Opened(Attempt, Box<OpenedProfile>),
    /// A saved profile's token.
    Token(Attempt, Box<SavedToken>),
    /// The rehearsal of this preset begins.
    Rehearsing(Attempt, String),
    /// A stage of it is over, well or not.
    StageRehearsed(Attempt, StageLine),
    /// All of it is over.
    Rehearsed(Attempt),
    /// The preset is written, to this file.
    PresetSaved(Attempt, PathBuf),
    /// The profile is forgotten.
    Forgotten(Attempt, ProfileName),
    /// The run ended without what it was for.
    Failed(Attempt, Failure),
    /// The run was cancelled.
    Cancelled(Attempt),
}
