//! The words of the button for each thing that a person may want.

use crate::app::{ImportSource, VaultKind};
use crate::gui::desktop::copied_token::CopiedToken;
use crate::gui::intent::{CertificateWish, ClientWish, Intent, KeyWish, SettingsWish, Step, TeamAction};

impl TeamAction {
    /// What its button says, and what the pointer brings up there.
    pub(in crate::gui) fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::Look => ("Check again", "Ask the database who is in the team"),
            Self::Found => ("Make a team", "This machine becomes its first member"),
            Self::Join => ("Join team", "Ask the members to let this machine in"),
            Self::Admit { .. } => ("It is the same: let them in", "They can use all shared profiles"),
            Self::Refuse(_) => ("Drop the request", "They are not let in"),
            Self::Remove(_) => ("Remove and refresh all", "They cannot open what comes next"),
            Self::Leave => ("Leave the team", "Forget the team on this machine; the others keep it"),
        }
    }
}

impl Intent {
    /// What its button says, and what the pointer brings up there.
    // flat: one line an intent
    pub fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::NewProfile => ("New profile", "Start by choosing a service"),
            Self::Rehearse(_) => ("Rehearse", "Test every request of the preset on this machine, without an account"),
            Self::GoTo(Step::Authorization) => ("Next", "Continue to authorization"),
            Self::GoTo(Step::Tokens) => ("Next", "Continue to tokens"),
            Self::Authorize { again: false } => ("Start authorization", "Open the browser and wait for the code"),
            Self::Authorize { again: true } => ("Authorize again", "Open the browser to get a new code"),
            Self::AuthorizeOnDevice => {
                ("Sign in on another device", "Show a code to enter on your phone or another computer")
            }
            Self::AuthorizeByHand => ("Sign in and paste", "Open the browser, and paste the address it ends on"),
            Self::CheckRedirects => ("Check ports", "Try whether this machine can listen on them now"),
            Self::Paste => ("Use pasted response", "Treat the pasted text as the service's response"),
            Self::Discover => ("Discover", "Fetch the issuer's metadata and fill in what it says"),
            Self::TryService => ("Try", "Send what can be sent without a person; nothing is saved"),
            Self::TryOtherAuthentication => {
                ("Try the other place", "Send the client ID and secret in the other place of the request")
            }
            Self::Cancel(_) => ("Cancel", "Stop waiting"),
            Self::Key(wish) => wish.words(),
            Self::ClientCertificate(wish) => wish.words(),
            Self::Client(wish) => wish.words(),
            Self::RequestTokens => ("Send token request", "Send the request exactly as previewed"),
            Self::SignToken => ("Sign token", "Sign a new access token; nothing is sent"),
            Self::RequestRefresh => ("Refresh", "Get new tokens now, whatever is left of the old ones"),
            Self::ResendRefresh => {
                ("Send it once more", "If the refresh token is spent, the access token may end as well")
            }
            Self::CheckToken => ("Check token", "Ask the service which account the token belongs to"),
            Self::Save { replace: false } => ("Done", "Save the profile under this name and show its page"),
            Self::Save { replace: true } => ("Replace", "Overwrite the existing profile of that name"),
            Self::SavePreset { replace: false } => ("Save preset", "Save it as your own preset file"),
            Self::SavePreset { replace: true } => ("Replace preset", "Overwrite the preset file with that ID"),
            Self::OpenImport => ("Import…", "Import a service from another tool"),
            Self::CloseImport => ("Back to the services", "Close the import"),
            Self::Import(ImportSource::Issuer(_)) => ("Fetch metadata", "Fetch the issuer's metadata"),
            Self::Import(ImportSource::Locked(..)) => ("Unlock", "Decrypt the shared profiles and show them"),
            Self::AcceptShared => ("Save profiles", "Save the profiles; their secrets go to the vault"),
            Self::Import(ImportSource::File(_)) => ("Read file", "Show what it describes"),
            Self::Import(_) => ("Read text", "Show what it describes"),
            Self::ImportChosen => ("Browse…", "Choose a file"),
            Self::ChooseTarget => ("Browse…", "Choose where to write the file"),
            Self::UseImport { as_preset: false } => ("Use it", "Fill in the three steps with it"),
            Self::UseImport { as_preset: true } => ("Save as preset…", "Save it as your own preset"),
            Self::OpenForgotten => ("Forgotten…", "Bring back a profile that was forgotten in the last week"),
            Self::Unforget(_) => ("Bring back", "The profile is as it was, with its tokens"),
            Self::Erase(_) => ("Erase now", "The profile and its tokens cannot be brought back then"),
            Self::Forget(_) => ("Forget", "Remove the profile and its tokens"),
            Self::ShowHistory(_) => ("Show history", "When each token was issued, how, and whether it was used"),
            Self::Restore { anyway: false, .. } => ("Restore", "Make these the current tokens"),
            Self::Restore { anyway: true, .. } => ("Restore anyway", "The service may revoke all tokens of it then"),
            Self::MoveVault(VaultKind::Passphrase, _) => {
                ("Use this passphrase", "Encrypt the vault with a key derived from the passphrase")
            }
            Self::MoveVault(..) => ("Move to keyring", "Encrypt the vault with a key stored in the desktop keyring"),
            Self::Revoke(_) => ("Revoke and forget", "Revoke the tokens at the service, then remove the profile"),
            Self::SignIn(_) => ("Sign in", "Open the browser to sign in to this profile"),
            Self::SignInAgain => ("Sign in again", "Open the browser to sign in to this profile anew"),
            Self::ShowHome => ("Back to the profile", "Show its tokens and what can be done with them"),
            Self::EditProfile => ("Edit…", "Change the service, the client or the requests"),
            Self::Ask(query, _) => (query.text, query.hint),
            Self::RetrySave => ("Retry saving", "Write the tokens to the vault"),
            Self::CloseAnyway => ("Close and lose tokens", "Close the window; the unsaved tokens are lost"),
            Self::SetKeepAlive(..) => ("Keep alive", "Refresh it in time while this window or the agent runs"),
            Self::OpenExport(_) => ("Export…", "Export the token for another tool"),
            Self::CopyExport => ("Copy with secrets", "Copy the text, including its secrets"),
            Self::SaveExport(insisted) if insisted.in_work_tree => {
                ("Save there anyway", "The file is not in .gitignore")
            }
            Self::SaveExport(insisted) | Self::Share(insisted) if insisted.replace => {
                ("Replace file", "The current contents of the file will be lost")
            }
            Self::SaveExport(_) => ("Save", "Write the text to the file"),
            Self::DropSink(..) => ("Remove from list", "Stop updating the file; it is not deleted"),
            Self::OpenShare => ("Share…", "Share profiles with a colleague"),
            Self::Share(_) => ("Share", "Write the file to send to a colleague"),
            Self::ShareWithTeam => ("Give to the team", "Its members use and refresh them from now on"),
            Self::Unshare(_) => {
                ("Take out of the team", "It becomes this machine's own, and the other members lose it")
            }
            Self::OpenCalendar => ("Calendar…", "When tokens, secrets and certificates end"),
            Self::SaveCalendar { replace: false } => ("Save calendar", "Write the file"),
            Self::SaveCalendar { replace: true } => ("Replace file", "The current contents of the file will be lost"),
            Self::OpenTeam => ("Team…", "Share profiles with machines of other people"),
            Self::Team(action) => action.words(),
            Self::ClosePage => ("Close", "Back to the steps"),
            Self::OpenVault(VaultKind::Passphrase, _) => ("Open vault", "Open the vault with this passphrase"),
            Self::OpenVault(VaultKind::Memory, _) => ("Memory only", "Tokens are lost when the window closes"),
            Self::CopyToken(what) => (what.words(), what.hint()),
            Self::CopyResourceToken(_) => (CopiedToken::Token.words(), CopiedToken::Token.hint()),
            _ => self.words_of_tools(),
        }
    }

    /// The same of what is done to learn more of a token.
    fn words_of_tools(&self) -> (&'static str, &'static str) {
        match self {
            Self::OpenInspect(Some(_)) => {
                ("Inspect…", "Show what is written in its tokens, and whether they are genuine")
            }
            Self::OpenInspect(None) => {
                ("Inspect a pasted token…", "Show what is written in it, and whether it is genuine")
            }
            Self::Inspect { asks_issuer: false } => ("Inspect", "Read the token, and check its signature"),
            Self::Inspect { asks_issuer: true } => {
                ("Ask the issuer", "Fetch the keys of the issuer that the token names")
            }
            Self::OpenCall(_) => ("Try the API…", "Call the service's API with its access token"),
            Self::SendCall { allows_host: false } => ("Send", "Send it with the token, refreshed first if needed"),
            Self::SendCall { allows_host: true } => ("Allow this host", "The token may go there from now on"),
            Self::StepUp => {
                ("Sign in again as this API asks", "Open the browser, and ask the service for what the API wants")
            }
            Self::KeepCall(true) => ("Save as check", "Keep the call with the profile, to show whether it works"),
            Self::KeepCall(false) => ("Remove check", "Keep no call with the profile"),
            _ => self.words_of_window(),
        }
    }

    /// The same of what is wanted wherever the person is; nothing for what cards, links and the like want, which have their own
    /// words.
    fn words_of_window(&self) -> (&'static str, &'static str) {
        match self {
            Self::FindProfile => ("Find profile", "Search the saved profiles"),
            Self::ToggleList => ("Show or hide the list", "Show or hide the list of profiles"),
            Self::OpenSettings => ("Settings…", "Browser, network, theme, locking, and about the program"),
            Self::Settings(wish) => wish.words(),
            Self::OpenCalls => ("Calls…", "What was sent to services and what came back, secrets masked"),
            Self::SaveHar => ("Save as HAR", "Write all calls to the file as an HTTP archive"),
            Self::SaveCase => ("Save the case", "Write everything of the failed sign-in to the file, without secrets"),
            Self::ReplayCase => ("Replay", "Make the request once more, with the recorded responses"),
            Self::LockVault => ("Lock now", "Forget the vault's key until you unlock it"),
            Self::OpenVault(..) => ("Unlock", "Open the vault again"),
            Self::OpenPalette => ("Commands", "Find what can be done, a profile or a service by its name"),
            Self::ShowKeys => ("Keys", "Show all keys"),
            _ => ("", ""),
        }
    }
}

impl SettingsWish {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::SaveConnections => ("", ""),
            Self::CheckBundle => ("Check for an update", "Fetch the bundle and show what it changes"),
            Self::UseBundle => ("Use these presets", "They come before the built-in ones, and your own before both"),
            Self::RollBackBundle => ("Roll back", "Use the previous bundle, or the built-in presets if there is none"),
        }
    }
}

impl KeyWish {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Read => ("Read key", "Read the private key and use it for this profile"),
            Self::Make => ("Make a key pair", "Create a private key and a certificate to upload"),
            Self::Save => ("Save key", "Save the key in the vault under this name"),
            Self::Open => ("Use saved key", "Load the key from the vault"),
            Self::WriteCertificate => ("Save certificate", "Write the certificate to the file; it contains no secret"),
        }
    }
}

impl CertificateWish {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Read => ("Open certificate", "Read the certificate and use it for this profile"),
            Self::Make => (
                "Make a self-signed certificate",
                "Create a private key and a certificate to register with the service",
            ),
            Self::Save => ("Save client certificate", "Save it in the vault under this name"),
            Self::Write => ("Write certificate", "Write the certificate to the file; it contains no secret"),
        }
    }
}

impl ClientWish {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Register { anew: false } => {
                ("Register a client", "Have the service issue a client ID for this profile")
            }
            Self::Register { anew: true } => {
                ("Register another client", "Have a client ID of its own for this profile")
            }
            Self::Read => ("Ask the service", "Show what the service has of the client now"),
            Self::Update => ("Update registration", "Tell the service what the profile needs now"),
            Self::Delete => ("Delete registration", "Delete the client at the service; the profile stays here"),
        }
    }
}
