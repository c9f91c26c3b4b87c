//! What a person wants, as the screens return it, with the words, the hint and the key of each in one table.

use egui::{Key, KeyboardShortcut, Modifiers};

use crate::app::{Fetched, ImportSource, Insisted, Theme, VaultChoice};
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
    /// Apply the expressions to the last response by the expressions as they are typed.
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
    MoveVault(VaultChoice, Option<Secret>),
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
    /// Choose where tokens are stored.
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
    OpenVault(VaultChoice, Option<Secret>),
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
            Self::WriteCertificate => ("Save certificate", "Write the certificate to the file; it contains no secret", None),
            Self::RequestTokens => ("Send token request", "Send the request exactly as previewed", Some(NEXT)),
            Self::RequestRefresh => {
                ("Refresh", "Send the request exactly as previewed", Some(NEXT))
            }
            Self::ChooseFetched(_) => ("Choose", "Store this value with the tokens", None),
            Self::TryReading => ("Read again", "Apply the expressions to the last response", None),
            Self::CheckToken => ("Check token", "Ask the service which account the token belongs to", None),
            Self::Save { replace: false } => ("Save profile", "Save the profile under this name", Some(SAVE)),
            Self::Save { replace: true } => ("Replace", "Overwrite the existing profile of that name", None),
            Self::SavePreset { replace: false } => ("Save preset", "Save it as your own preset file", None),
            Self::SavePreset { replace: true } => {
                ("Replace preset", "Overwrite the preset file with that ID", None)
            }
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
            Self::MoveVault(VaultChoice::Passphrase, _) => {
                ("Use this passphrase", "Encrypt the vault with a key derived from the passphrase", None)
            }
            Self::MoveVault(..) => ("Move to keyring", "Encrypt the vault with a key stored in the desktop keyring", None),
            Self::Revoke(_) => ("Revoke and forget", "Revoke the tokens at the service, then remove the profile", None),
            Self::SignIn(_) => ("Sign in", "Open the profile to authorize it again", None),
            Self::WhoAmI(_) => ("Who am I", "Show which account this profile is signed in to", None),
            Self::RetrySave => ("Retry saving", "Write the tokens to the vault", None),
            Self::Answer(Answer::Save) => ("Save", "Save and continue", None),
            Self::Answer(Answer::Discard) => ("Discard", "Continue without saving", None),
            Self::Answer(_) => ("Cancel", "Go back to the window", None),
            Self::AskVault => ("Choose…", "Choose where tokens are stored", None),
            Self::Close => ("Close", "Close the window", None),
            Self::StayOpen => ("Stay open", "Go back to the window", None),
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
            Self::OpenVault(VaultChoice::Keyring, _) => {
                ("Use the keyring", "Store the vault key in the desktop keyring", None)
            }
            Self::OpenVault(VaultChoice::Passphrase, _) => {
                ("Open vault", "Open the vault with this passphrase", None)
            }
            Self::OpenVault(VaultChoice::Memory, _) => ("Memory only", "Tokens are lost when the window closes", None),
            Self::SetTheme(Theme::System) => ("System", "Follow the desktop", None),
            Self::SetTheme(Theme::Light) => ("Light", "Light theme", None),
            Self::SetTheme(Theme::Dark) => ("Dark", "Dark theme", None),
            Self::SetTray(_) => ("Close to tray", "Closing the window hides it, and keep-alive goes on", None),
            Self::SetStop(_) => {
                ("Review the token request before sending", "Check the request first; the code expires in about a minute", None)
            }
            Self::Dismiss(_) => ("Dismiss", "Dismiss this message", None),
        };
        Words { text, hint, key }
    }
}
