//! What a person wants, as the screens return it, with the words, the hint and the key of each in one table.

use egui::{Key, KeyboardShortcut, Modifiers};

use crate::app::{Fetched, ImportSource, Insisted, Theme, VaultKind};
use crate::gui::draft::Step;
use crate::gui::model::Work;
use crate::secret::Secret;
use crate::service::ProfileName;

/// What a person wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Begin with another service.
    NewProfile,
    /// Take this service.
    Choose(String),
    /// Rehearse the preset of this id.
    Rehearse(String),
    /// Switch the practice service's faults to those that are ticked.
    SetFaults,
    /// Show this step.
    GoTo(Step),
    /// Send the browser off.
    Authorize {
        /// Whether there is a code already.
        again: bool,
    },
    /// Take what was pasted.
    Paste,
    /// Stop what goes on.
    Cancel(Work),
    /// Read the private key that was pasted, or whose file was named.
    ReadKey,
    /// Make a key pair and a certificate.
    MakeKey,
    /// Keep the private key under the name that is typed, before there are tokens.
    SaveKey,
    /// Take the private key that is kept under the name that is typed.
    OpenKey,
    /// Write the certificate to the file that was named.
    WriteCertificate,
    /// Send the token request.
    RequestTokens,
    /// Send the refresh request.
    RequestRefresh,
    /// Ask whose token it is.
    CheckToken,
    /// Take one of the values that were fetched.
    ChooseFetched(Fetched),
    /// See what the last reply comes to by the expressions as they are typed.
    TryReading,
    /// Keep the profile under the name that is typed.
    Save {
        /// Whether a profile of that name may be replaced.
        replace: bool,
    },
    /// Write the preset under the id and name that are typed.
    SavePreset {
        /// Whether a preset file of that id may be replaced.
        replace: bool,
    },
    /// Show where a description of another tool can be imported from.
    OpenImport,
    /// Back from there.
    CloseImport,
    /// Read it.
    Import(ImportSource),
    /// Choose a file, and read it.
    ImportChosen,
    /// Fill the wizard's fields with what was imported.
    UseImport {
        /// Whether it is to become a preset of the person's own at once.
        as_preset: bool,
    },
    /// Keep the shared profiles that were read.
    AcceptShared,
    /// Open a saved profile.
    Open(ProfileName),
    /// Forget a saved profile.
    Forget(ProfileName),
    /// Show the generations of a saved profile's tokens.
    ShowHistory(ProfileName),
    /// Put an older generation on top again.
    Restore {
        /// The profile.
        name: ProfileName,
        /// Which.
        generation: u64,
        /// Even if its refresh token is likely dead.
        anyway: bool,
    },
    /// Seal the vault under another key: in the keyring, or made from this passphrase.
    MoveVault(VaultKind, Option<Secret>),
    /// Have the service end a saved profile's tokens, then forget it.
    Revoke(ProfileName),
    /// Sign a saved profile in anew.
    SignIn(ProfileName),
    /// Ask the service whose a saved profile is.
    WhoAmI(ProfileName),
    /// Try once more to keep the tokens that could not be kept.
    RetrySave,
    /// Answer what is asked before something is left.
    Answer(Answer),
    /// Say where tokens are kept.
    AskVault,
    /// Close the window, unless something is lost with it.
    Close,
    /// Leave the window open after all.
    StayOpen,
    /// Close the window although tokens are lost with it.
    CloseAnyway,
    /// Keep a saved profile alive, or no longer.
    SetKeepAlive(ProfileName, bool),
    /// Look at what of a profile can be handed to other tools.
    OpenExport(ProfileName),
    /// Put the text of the export on the clipboard.
    CopyExport,
    /// Write the export to the file that is named.
    SaveExport(Insisted),
    /// Take a file off the list of what was exported of a profile.
    DropSink(ProfileName, String),
    /// Look at what a colleague can be given.
    OpenShare,
    /// Write the chosen profiles for a colleague.
    Share(Insisted),
    /// Back from an export or from sharing.
    CloseExport,
    /// Open the vault.
    OpenVault(VaultKind, Option<Secret>),
    /// Dress the window.
    SetTheme(Theme),
    /// Hide the window in the tray when it is closed, or no longer.
    SetTray(bool),
    /// Look at the token call before it is sent, or no longer.
    SetStop(bool),
    /// Take a message off the screen.
    Dismiss(usize),
}

/// An answer to a question that stands over the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Keep what would be lost, then go on.
    Save,
    /// Go on without it.
    Discard,
    /// Stay.
    Cancel,
    /// Leave the question of the vault open.
    LeaveVault,
}

/// The words on a button, what the pointer brings up, and the key that does the same.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// On the button.
    pub text: &'static str,
    /// What it does.
    pub hint: &'static str,
    /// The key, if it has one.
    pub key: Option<KeyboardShortcut>,
}

const NEXT: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::Enter);
const NEW: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::N);
const SAVE: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::S);
const IMPORT: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::I);
const STOP: KeyboardShortcut = KeyboardShortcut::new(Modifiers::NONE, Key::Escape);

impl Intent {
    /// Its words.
    // flat: one line an intent
    pub fn words(&self) -> Words {
        let (text, hint, key) = match self {
            Self::NewProfile => ("New profile", "Begin with a service", Some(NEW)),
            Self::Choose(_) => ("Choose", "Take this service", None),
            Self::Rehearse(_) => {
                ("Rehearse", "Try every stage of the preset on this machine, without an account", None)
            }
            Self::SetFaults => ("Set faults", "Let the practice service do this wrong", None),
            Self::GoTo(Step::Service) => ("Back", "Back to the service", None),
            Self::GoTo(Step::Authorization) => ("Next", "Go on to the authorization", Some(NEXT)),
            Self::GoTo(Step::Tokens) => ("Next", "Go on to the tokens", Some(NEXT)),
            Self::Authorize { again: false } => {
                ("Start authorization", "Open the browser and wait for the code", Some(NEXT))
            }
            Self::Authorize { again: true } => ("Authorize again", "Open the browser for another code", None),
            Self::Paste => ("Use what was pasted", "Take it as the response of the service", None),
            Self::Cancel(_) => ("Cancel", "Stop waiting", Some(STOP)),
            Self::ReadKey => ("Read the key", "Read it, and keep it with the profile", None),
            Self::MakeKey => ("Make a key pair", "A new private key, and a certificate to upload", None),
            Self::SaveKey => ("Keep the key", "Seal it in the vault under this name", None),
            Self::OpenKey => ("Use the key kept there", "Take it from the vault", None),
            Self::WriteCertificate => ("Write the file", "It holds nothing secret", None),
            Self::RequestTokens => ("Call bearer token endpoint", "Send the call as the preview shows it", Some(NEXT)),
            Self::RequestRefresh => {
                ("Call refresh token endpoint", "Send the call as the preview shows it", Some(NEXT))
            }
            Self::ChooseFetched(_) => ("Choose", "Keep it beside the tokens", None),
            Self::TryReading => ("Read again", "See what the last reply comes to", None),
            Self::CheckToken => ("Check token", "Ask the service whose token it is", None),
            Self::Save { replace: false } => ("Save profile", "Keep it under this name", Some(SAVE)),
            Self::Save { replace: true } => ("Replace", "Keep it in place of the profile of that name", None),
            Self::SavePreset { replace: false } => ("Save preset", "Write it to a file of your own", None),
            Self::SavePreset { replace: true } => {
                ("Replace the preset", "Write it in place of the file of that id", None)
            }
            Self::OpenImport => ("Import…", "Read another tool's description of a service", Some(IMPORT)),
            Self::CloseImport => ("Back to the services", "Leave the import", Some(STOP)),
            Self::Import(ImportSource::Issuer(_)) => ("Fetch it", "Ask the issuer for its description", None),
            Self::Import(ImportSource::Locked(..)) => ("Open it", "Unlock what was shared, and show it", None),
            Self::AcceptShared => ("Keep them", "Save the profiles, and seal their secrets", Some(NEXT)),
            Self::Import(ImportSource::File(_)) => ("Read the file", "Say what it describes", None),
            Self::Import(_) => ("Read the text", "Say what it describes", None),
            Self::ImportChosen => ("Browse…", "Choose the file on this machine", None),
            Self::UseImport { as_preset: false } => ("Use it", "Fill in the fields of the three steps", Some(NEXT)),
            Self::UseImport { as_preset: true } => ("Save as preset…", "Make it a service of your own", None),
            Self::Open(_) => ("Open", "Show its tokens", None),
            Self::Forget(_) => ("Forget", "Remove the profile and its tokens from this machine", None),
            Self::ShowHistory(_) => ("Show history", "When the tokens came, how, and what became of them", None),
            Self::Restore { anyway: false, .. } => ("Restore", "Use these tokens in place of the newest", None),
            Self::Restore { anyway: true, .. } => {
                ("Restore anyway", "The service may answer by ending all tokens of the sign-in", None)
            }
            Self::MoveVault(VaultKind::Passphrase, _) => {
                ("Move to this passphrase", "Seal everything with a key made from it", None)
            }
            Self::MoveVault(..) => ("Move to the keyring", "Seal everything with a key in the desktop's keyring", None),
            Self::Revoke(_) => ("Revoke and forget", "Have the service end the tokens, then remove the profile", None),
            Self::SignIn(_) => ("Sign in", "Open the profile to authorize it again", None),
            Self::WhoAmI(_) => ("Who am I", "Ask the service whose this profile is", None),
            Self::RetrySave => ("Try again to keep them", "Write the tokens to the vault", None),
            Self::Answer(Answer::Save) => ("Save", "Keep it, and go on", None),
            Self::Answer(Answer::Discard) => ("Discard", "Go on without it", None),
            Self::Answer(_) => ("Cancel", "Go back to the window", None),
            Self::AskVault => ("Choose…", "Say where tokens are kept", None),
            Self::Close => ("Close", "Close the window", None),
            Self::StayOpen => ("Leave the window open", "Go back to the window", None),
            Self::CloseAnyway => ("Close and lose them", "Close the window; the tokens are gone", None),
            Self::SetKeepAlive(..) => {
                ("Keep alive", "Refresh it before it expires, while this window or the agent runs", None)
            }
            Self::OpenExport(_) => ("Export…", "Hand its token to another tool", None),
            Self::CopyExport => ("Copy with secrets", "Put the text on the clipboard, with its secrets", None),
            Self::SaveExport(insisted) if insisted.in_work_tree => {
                ("Write it there anyway", "Nothing keeps it from being committed", None)
            }
            Self::SaveExport(insisted) | Self::Share(insisted) if insisted.replace => {
                ("Replace it", "What is in the file now is lost", None)
            }
            Self::SaveExport(_) => ("Save", "Write the text to the file", Some(SAVE)),
            Self::DropSink(..) => ("Remove from list", "Write it no more; the file stays", None),
            Self::OpenShare => ("Share…", "Give profiles to a colleague", None),
            Self::Share(_) => ("Share", "Write the file for a colleague", Some(SAVE)),
            Self::CloseExport => ("Close", "Back to the steps", Some(STOP)),
            Self::OpenVault(VaultKind::Keyring, _) => {
                ("Use the keyring", "Keep the key in the desktop's keyring", None)
            }
            Self::OpenVault(VaultKind::Passphrase, _) => {
                ("Open the vault", "Lock and open it with the passphrase", None)
            }
            Self::OpenVault(VaultKind::Memory, _) => ("Memory only", "Keep nothing when the window closes", None),
            Self::SetTheme(Theme::System) => ("System", "As the desktop is", None),
            Self::SetTheme(Theme::Light) => ("Light", "Dark on light", None),
            Self::SetTheme(Theme::Dark) => ("Dark", "Light on dark", None),
            Self::SetTray(_) => ("Stay in the tray", "Closing hides the window, and profiles are kept alive", None),
            Self::SetStop(_) => {
                ("Stop before the token call", "Look at the request first; the code lives about a minute", None)
            }
            Self::Dismiss(_) => ("Dismiss", "Take the message off the screen", None),
        };
        Words { text, hint, key }
    }
}
