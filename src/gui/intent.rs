//! What a person wants, as the screens return it, with the text, the hint and the key of each in one table.

use egui::{Key, KeyboardShortcut, Modifiers};

use crate::app::{Fetched, ImportSource, Insisted, VaultKind, WindowSettings};
use crate::diagnosis::Diagnosis;
use crate::gui::model::Work;
use crate::gui::queries::Query;
use crate::secret::Secret;
use crate::service::ProfileName;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Step {
    #[default]
    Service,
    Authorization,
    Tokens,
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
    Paste,
    Cancel(Work),
    ReadKey,
    MakeKey,
    /// Save the private key under the typed name, before there are tokens.
    SaveKey,
    /// Load the private key that is saved under the typed name.
    OpenKey,
    WriteCertificate,
    RequestTokens,
    RequestRefresh,
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
    OpenExport(ProfileName),
    CopyExport,
    SaveExport(Insisted),
    /// Remove a file from a profile's list of exports.
    DropSink(ProfileName, String),
    OpenShare,
    /// Write the chosen profiles to a file for a colleague.
    Share(Insisted),
    /// Close the export page or the sharing page.
    CloseExport,
    OpenVault(VaultKind, Option<Secret>),
    /// Change how the window looks and behaves; its size stays.
    ChangeSettings(WindowSettings),
    Dismiss(Diagnosis),
}

/// How a command is shown: on its button, in its tooltip, and its keyboard shortcut.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    pub text: &'static str,
    pub hint: &'static str,
    pub key: Option<KeyboardShortcut>,
}

const NEXT: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::Enter);
const NEW: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::N);
const SAVE: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::S);
const IMPORT: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::I);
const STOP: KeyboardShortcut = KeyboardShortcut::new(Modifiers::NONE, Key::Escape);

impl Intent {
    /// What its button says and does.
    // flat: one line an intent
    pub fn command(&self) -> Command {
        let (text, hint, key) = match self {
            Self::NewProfile => ("New profile", "Start by choosing a service", Some(NEW)),
            Self::Choose(_) => ("Choose", "Use this service", None),
            Self::Rehearse(_) => {
                ("Rehearse", "Test every request of the preset on this machine, without an account", None)
            }
            Self::SetFaults => ("Set faults", "Inject these faults into the practice service", None),
            Self::GoTo(Step::Service) => ("Back", "Back to the service", None),
            Self::GoTo(Step::Authorization) => ("Next", "Continue to authorization", Some(NEXT)),
            Self::GoTo(Step::Tokens) => ("Next", "Continue to tokens", Some(NEXT)),
            Self::Authorize { again: false } => {
                ("Start authorization", "Open the browser and wait for the code", Some(NEXT))
            }
            Self::Authorize { again: true } => ("Authorize again", "Open the browser to get a new code", None),
            Self::Paste => ("Use pasted response", "Treat the pasted text as the service's response", None),
            Self::Cancel(_) => ("Cancel", "Stop waiting", Some(STOP)),
            Self::ReadKey => ("Read key", "Read the private key and use it for this profile", None),
            Self::MakeKey => ("Make a key pair", "Create a private key and a certificate to upload", None),
            Self::SaveKey => ("Save key", "Save the key in the vault under this name", None),
            Self::OpenKey => ("Use saved key", "Load the key from the vault", None),
            Self::WriteCertificate => {
                ("Save certificate", "Write the certificate to the file; it contains no secret", None)
            }
            Self::RequestTokens => ("Send token request", "Send the request exactly as previewed", Some(NEXT)),
            Self::RequestRefresh => ("Refresh", "Send the request exactly as previewed", Some(NEXT)),
            Self::ChooseFetched(_) => ("Choose", "Store this value with the tokens", None),
            Self::TryReading => ("Read again", "Apply the expressions to the last response", None),
            Self::CheckToken => ("Check token", "Ask the service which account the token belongs to", None),
            Self::Save { replace: false } => ("Save profile", "Save the profile under this name", Some(SAVE)),
            Self::Save { replace: true } => ("Replace", "Overwrite the existing profile of that name", None),
            Self::SavePreset { replace: false } => ("Save preset", "Save it as your own preset file", None),
            Self::SavePreset { replace: true } => ("Replace preset", "Overwrite the preset file with that ID", None),
            Self::OpenImport => ("Import…", "Import a service from another tool", Some(IMPORT)),
            Self::CloseImport => ("Back to the services", "Close the import", Some(STOP)),
            Self::Import(ImportSource::Issuer(_)) => ("Fetch metadata", "Fetch the issuer's metadata", None),
            Self::Import(ImportSource::Locked(..)) => ("Unlock", "Decrypt the shared profiles and show them", None),
            Self::AcceptShared => ("Save profiles", "Save the profiles; their secrets go to the vault", Some(NEXT)),
            Self::Import(ImportSource::File(_)) => ("Read file", "Show what it describes", None),
            Self::Import(_) => ("Read text", "Show what it describes", None),
            Self::ImportChosen => ("Browse…", "Choose a file", None),
            Self::UseImport { as_preset: false } => ("Use it", "Fill in the three steps with it", Some(NEXT)),
            Self::UseImport { as_preset: true } => ("Save as preset…", "Save it as your own preset", None),
            Self::Open(_) => ("Open", "Open the profile", None),
            Self::Forget(_) => ("Forget", "Remove the profile and its tokens from this machine", None),
            Self::ShowHistory(_) => ("Show history", "When each token was issued, how, and whether it was used", None),
            Self::Restore { anyway: false, .. } => ("Restore", "Make these the current tokens", None),
            Self::Restore { anyway: true, .. } => {
                ("Restore anyway", "The service may respond by revoking every token of this sign-in", None)
            }
            Self::MoveVault(VaultKind::Passphrase, _) => {
                ("Use this passphrase", "Encrypt the vault with a key derived from the passphrase", None)
            }
            Self::MoveVault(..) => {
                ("Move to keyring", "Encrypt the vault with a key stored in the desktop keyring", None)
            }
            Self::Revoke(_) => ("Revoke and forget", "Revoke the tokens at the service, then remove the profile", None),
            Self::SignIn(_) => ("Sign in", "Open the profile to authorize it again", None),
            Self::Ask(query, _) => (query.text, query.hint, None),
            Self::RetrySave => ("Retry saving", "Write the tokens to the vault", None),
            Self::SaveUnsaved => ("Save", "Save and continue", None),
            Self::DiscardUnsaved => ("Discard", "Continue without saving", None),
            Self::Close => ("Close", "Close the window", None),
            Self::CloseAnyway => ("Close and lose tokens", "Close the window; the unsaved tokens are lost", None),
            Self::SetKeepAlive(..) => {
                ("Keep alive", "Refresh the token before it expires while this window or the agent runs", None)
            }
            Self::OpenExport(_) => ("Export…", "Export the token for another tool", None),
            Self::CopyExport => ("Copy with secrets", "Copy the text, including its secrets", None),
            Self::SaveExport(insisted) if insisted.in_work_tree => {
                ("Save there anyway", "The file is not in .gitignore", None)
            }
            Self::SaveExport(insisted) | Self::Share(insisted) if insisted.replace => {
                ("Replace file", "The current contents of the file will be lost", None)
            }
            Self::SaveExport(_) => ("Save", "Write the text to the file", Some(SAVE)),
            Self::DropSink(..) => ("Remove from list", "Stop updating the file; it is not deleted", None),
            Self::OpenShare => ("Share…", "Share profiles with a colleague", None),
            Self::Share(_) => ("Share", "Write the file to send to a colleague", Some(SAVE)),
            Self::CloseExport => ("Close", "Back to the steps", Some(STOP)),
            Self::OpenVault(VaultKind::Keyring, _) => {
                ("Use the keyring", "Store the vault key in the desktop keyring", None)
            }
            Self::OpenVault(VaultKind::Passphrase, _) => ("Open vault", "Open the vault with this passphrase", None),
            Self::OpenVault(VaultKind::Memory, _) => ("Memory only", "Tokens are lost when the window closes", None),
            Self::ChangeSettings(_) => ("Change settings", "Save how the window looks and behaves", None),
            Self::Dismiss(_) => ("Dismiss", "Dismiss this message", None),
        };
        Command { text, hint, key }
    }
}
