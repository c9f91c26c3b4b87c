//! What a person wants, as the screens say it. The words of the buttons are in `texts/intents.rs`.

use std::path::PathBuf;

use crate::app::{Fetched, ImportSource, Insisted, VaultKind, WindowSettings};
use crate::diagnosis::Diagnosis;
use crate::gui::actions::queries::Query;
use crate::gui::desktop::copied_token::CopiedToken;
use crate::gui::model::Work;
use crate::oauth::Resource;
use crate::secret::Secret;
use crate::service::{CheckEvery, ProfileName};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Step {
    #[default]
    Service,
    Authorization,
    Tokens,
}

/// What a person wants of the team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TeamAction {
    /// See who is in it now.
    Look,
    /// Make one in the typed database.
    Found,
    /// Ask to be let into the one of the typed database.
    Join,
    /// Let somebody in whose key has this fingerprint.
    Admit {
        name: String,
        fingerprint: String,
    },
    /// Drop a request.
    Refuse(String),
    Remove(String),
    /// Forget the team on this machine.
    Leave,
}

/// What is to be done about the private key that signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyWish {
    Read,
    Make,
    /// Save it under the typed name, before there are tokens.
    Save,
    /// Load the one that is saved under the typed name.
    Open,
    WriteCertificate,
}

/// What is to be done about a client certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateWish {
    Read,
    /// Make a self-signed pair.
    Make,
    /// Save it under the typed name, before there are tokens.
    Save,
    /// Write the certificate to the typed file.
    Write,
}

/// What is wanted on the page of the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsWish {
    /// Save the connections that are typed, where they can be used.
    SaveConnections,
    /// Fetch the bundle of presets from the typed address, or else the pinned one, and show what it changes.
    CheckBundle,
    /// Use the presets that were fetched.
    UseBundle,
    /// Use the presets before, or else those built in.
    RollBackBundle,
}

/// What is to be done about a client that registers itself (RFC 7591, RFC 7592).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientWish {
    Register {
        /// Even if another profile has a client there.
        anew: bool,
    },
    /// Ask the server what it has.
    Read,
    /// Tell the server what the profile needs now.
    Update,
    Delete,
}

/// What a person wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Start over with another service.
    NewProfile,
    Choose(String),
    Rehearse(String),
    /// Inject the ticked faults into the practice service.
    SetFaults,
    GoTo(Step),
    /// Open the browser for a sign-in.
    Authorize {
        /// Whether there is a code already.
        again: bool,
    },
    /// Open the browser although its answer cannot be listened for.
    AuthorizeByHand,
    /// Sign in with a code that is entered on another device.
    AuthorizeOnDevice,
    /// Try the ports of the redirect URIs.
    CheckRedirects,
    /// Use another redirect URI.
    UseRedirect(String),
    Paste,
    /// Go past the browser: there is a refresh token already.
    EnterRefreshToken,
    /// Fill in the URLs from the metadata of the typed issuer.
    Discover,
    /// Send what can be sent without a person.
    TryService,
    /// Send the request once more, with the client's ID and secret in the other place.
    TryOtherAuthentication,
    Cancel(Work),
    Key(KeyWish),
    ClientCertificate(CertificateWish),
    Client(ClientWish),
    RequestTokens,
    /// Make an access token that is signed here.
    SignToken,
    RequestRefresh,
    /// Send the refresh token although an earlier refresh may have spent it.
    ResendRefresh,
    CheckToken,
    ChooseFetched(Fetched),
    /// Apply the expressions to the last response by the expressions as they are typed.
    TryReading,
    Save {
        /// Whether a profile of that name may be replaced.
        replace: bool,
    },
    SavePreset {
        /// Whether a preset file of that id may be replaced.
        replace: bool,
    },
    OpenImport,
    CloseImport,
    Import(ImportSource),
    /// Let the person choose a file, and read it.
    ImportChosen,
    /// Fill the wizard's fields with what was imported.
    UseImport {
        /// Whether to save it as a preset as well.
        as_preset: bool,
    },
    AcceptShared,
    Open(ProfileName),
    Forget(ProfileName),
    /// Show the profiles that were forgotten in the last week.
    OpenForgotten,
    /// Bring a forgotten profile back.
    Unforget(ProfileName),
    /// Erase a forgotten profile at once.
    Erase(ProfileName),
    /// Say no more that a profile was forgotten.
    DismissForgotten,
    ShowHistory(ProfileName),
    /// Make an older generation the newest again.
    Restore {
        name: ProfileName,
        generation: u64,
        /// Even if its refresh token was probably used.
        anyway: bool,
    },
    /// Encrypt the vault with another key: in the keyring, or derived from this passphrase.
    MoveVault(VaultKind, Option<Secret>),
    Revoke(ProfileName),
    SignIn(ProfileName),
    /// Sign in to the open profile anew, with the browser.
    SignInAgain,
    /// Show the page of the open profile.
    ShowHome,
    /// Change the open profile, in the three steps.
    EditProfile,
    CopyToken(CopiedToken),
    /// Copy an access token of the same sign-in for another API (RFC 8707).
    CopyResourceToken(Resource),
    /// Look into a token of this profile; without one, into a token that is pasted.
    OpenInspect(Option<ProfileName>),
    /// Inspect the token that is chosen.
    Inspect {
        /// Whether its issuer is asked for its keys, whoever it is.
        asks_issuer: bool,
    },
    /// Try the service's API with the token of a profile.
    OpenCall(ProfileName),
    /// Send the call that is typed.
    SendCall {
        /// Whether its host is the service's from now on.
        allows_host: bool,
    },
    /// Sign in to the open profile anew, as the API asks that refused the call (RFC 9470).
    StepUp,
    /// Keep the call with the profile as its check, or none.
    KeepCall(bool),
    /// Save the notes and tags that are typed.
    SaveRemarks,
    /// Give a profile the typed name, or a copy of it.
    SaveName,
    Ask(&'static Query, ProfileName),
    RetrySave,
    /// Save what would be lost, then go on with what was wanted.
    SaveUnsaved,
    /// Go on without saving.
    DiscardUnsaved,
    /// Close the window; asks first if something would be lost.
    Close,
    /// Close the window although tokens are lost.
    CloseAnyway,
    SetKeepAlive(ProfileName, bool),
    /// How often the profile is checked by itself.
    SetCheckEvery(ProfileName, Option<CheckEvery>),
    OpenExport(ProfileName),
    CopyExport,
    SaveExport(Insisted),
    /// Let the person choose where the open export or sharing page writes to.
    ChooseTarget,
    /// Remove a file from a profile's list of exports.
    DropSink(ProfileName, String),
    OpenShare,
    /// Write the chosen profiles to a file for a colleague.
    Share(Insisted),
    /// Give the chosen profiles to the team.
    ShareWithTeam,
    /// Make a profile of the team this machine's own.
    Unshare(ProfileName),
    OpenTeam,
    Team(TeamAction),
    /// Show when tokens, secrets and certificates end.
    OpenCalendar,
    /// Write the calendar to the typed file.
    SaveCalendar {
        /// Whether a file that is no calendar may be replaced.
        replace: bool,
    },
    /// Close the export page, the sharing page or the team's.
    ClosePage,
    OpenVault(VaultKind, Option<Secret>),
    /// Change how the window looks and behaves; its size stays.
    ChangeSettings(WindowSettings),
    /// Remember what is ticked of the checklist of the service with this ID.
    SaveTicks(String),
    OpenSettings,
    Settings(SettingsWish),
    /// Show what was sent and what came.
    OpenCalls,
    /// Write all calls to the typed file.
    SaveHar,
    /// Write the case of the failed sign-in to the typed file.
    SaveCase,
    /// Replay the case in the typed file.
    ReplayCase,
    /// Show a folder in the file manager.
    ShowFolder(PathBuf),
    /// Close the vault until the person opens it again.
    LockVault,
    Dismiss(Diagnosis),
    /// Put the keyboard into the search of the list of profiles.
    FindProfile,
    /// Show the list of profiles, or hide it.
    ToggleList,
    /// Open the command palette.
    OpenPalette,
    /// Show the sheet of keys.
    ShowKeys,
}
