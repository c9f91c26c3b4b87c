//! What a face asks for.

use std::path::PathBuf;

use crate::app::{
    Attempt, BrowserChoice, CallContext, ExportOrder, ExportTo, Fetched, ImportSource, Keeping, KeySource, Need,
    Notice, PracticeSettings, ReplyView, Sensitivity, ShareOrder, TrayIcon, VaultChoice, WindowSettings,
};
use crate::call::Reading;
use crate::oauth::KeyPair;
use crate::secret::Secret;
use crate::service::{DisplayName, Profile, ProfileName, Service};

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
        material: Box<CallContext>,
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
    /// Take the next line of standard input as such; [`crate::app::Event::InputTaken`] tells when there was one.
    PasteLine(Attempt),
    /// Call the token endpoint.
    CallBearer {
        /// The run.
        attempt: Attempt,
        /// What the call is made from.
        material: Box<CallContext>,
        /// Where the tokens go.
        keeping: Keeping,
    },
    /// Call the token endpoint.
    CallRefresh {
        /// The run.
        attempt: Attempt,
        /// What the call is made from.
        material: Box<CallContext>,
        /// The saved profile that the tokens belong to: its new tokens are kept at once.
        saved_as: Option<ProfileName>,
        /// Where the tokens go otherwise.
        keeping: Keeping,
    },
    /// Ask the service whose token it is.
    CheckToken {
        /// The run.
        attempt: Attempt,
        /// What the call is made from.
        material: Box<CallContext>,
        /// The saved profile that the token belongs to: its history says that it has worked.
        saved_as: Option<ProfileName>,
    },
    /// Keep profile, secrets and tokens under a name.
    SaveProfile {
        /// The run.
        attempt: Attempt,
        /// The name.
        name: ProfileName,
        /// What is kept.
        material: Box<CallContext>,
        /// Whether a profile of this name may be replaced.
        replace: bool,
        /// The draft that it is until now, which is none any more afterwards.
        draft: Option<ProfileName>,
    },
    /// Keep what was entered, without any secret, before a sign-in that may fail: the next try need not repeat it. A
    /// profile that has tokens stays as it is.
    KeepEntered {
        /// The run.
        attempt: Attempt,
        /// The name.
        name: ProfileName,
        /// What was entered.
        profile: Box<Profile>,
    },
    /// Keep a profile once more under its own name; refused where it has become another one.
    SaveAgain {
        /// The run.
        attempt: Attempt,
        /// The name.
        name: ProfileName,
        /// What is kept.
        material: Box<CallContext>,
        /// The draft of its changes, which is none any more afterwards.
        draft: Option<ProfileName>,
    },
    /// Keep what was typed as a draft, complete or not.
    KeepTyped {
        /// The run.
        attempt: Attempt,
        /// What is kept.
        material: Box<CallContext>,
        /// The draft that it is already.
        draft: Option<ProfileName>,
        /// The saved profile that was changed.
        of: Option<ProfileName>,
    },
    /// Keep a value that the person chose with the tokens of this profile.
    KeepChosen(ProfileName, Fetched),
    /// Say when the process is asked to end, instead of ending.
    WatchForEnd,
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
        /// What it must be good for.
        need: Need,
    },
    /// Try once more to keep the tokens that could not be kept.
    KeepUnkept,
    /// Forget a saved profile and its tokens.
    Forget {
        /// The run.
        attempt: Attempt,
        /// Its name.
        name: ProfileName,
    },
    /// Tell what is known of a saved profile's generations.
    History {
        /// The run.
        attempt: Attempt,
        /// The profile's name.
        name: ProfileName,
    },
    /// Keep a saved profile alive from now on, or no longer.
    SetKeepAlive {
        /// The run.
        attempt: Attempt,
        /// The profile's name.
        name: ProfileName,
        /// Which of the two.
        on: bool,
    },
    /// Put an older generation of a saved profile on top again.
    Restore {
        /// The run.
        attempt: Attempt,
        /// The profile's name.
        name: ProfileName,
        /// Which; `None` for the one before.
        generation: Option<u64>,
        /// Even if its refresh token is likely dead.
        anyway: bool,
    },
    /// Look at every file of the vault.
    VaultStatus(Attempt),
    /// Seal everything in the vault under another key.
    MoveVault {
        /// The run.
        attempt: Attempt,
        /// What kind the vault is to be.
        to: VaultChoice,
        /// The new passphrase, where that kind needs one.
        passphrase: Option<Secret>,
    },
    /// Have the service end its tokens, then forget it.
    RevokeAndForget {
        /// The run.
        attempt: Attempt,
        /// Its name.
        name: ProfileName,
    },
    /// Ask the service whose a saved profile is.
    WhoAmI {
        /// The run.
        attempt: Attempt,
        /// Its name.
        name: ProfileName,
    },
    /// Renew what is kept alive before it expires, as long as the worker lives.
    StayAlive,
    /// Show an icon in the desktop's tray, or none.
    ShowTray(Option<TrayIcon>),
    /// Be the agent, until a signal or `tokenwright agent stop`.
    BeAgent(Attempt),
    /// Ask the agent how it stands.
    AgentStatus(Attempt),
    /// Tell the agent to end.
    StopAgent(Attempt),
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
    /// Read a document of another tool; nothing of it is kept.
    Import {
        /// The run.
        attempt: Attempt,
        /// Where it is.
        source: ImportSource,
    },
    /// Let the person choose a file, and read it so.
    ImportChosen(Attempt),
    /// Tell the forms of export there are.
    ListForms,
    /// Show what an export would hold, secrets masked.
    PreviewExport {
        /// The run.
        attempt: Attempt,
        /// What is to be exported.
        order: ExportOrder,
    },
    /// Export a profile's tokens.
    Export {
        /// The run.
        attempt: Attempt,
        /// What is to be exported.
        order: ExportOrder,
        /// Where to.
        to: ExportTo,
    },
    /// The named values of a profile, for the environment of a child.
    Fields {
        /// The run.
        attempt: Attempt,
        /// The profile's name.
        name: ProfileName,
    },
    /// Share profiles with a colleague.
    Share {
        /// The run.
        attempt: Attempt,
        /// Which and how.
        order: ShareOrder,
    },
    /// Tell what was exported of a profile.
    ListOutlets(ProfileName),
    /// Forget a file that was exported, so that it is not written again.
    DropOutlet {
        /// The profile's name.
        name: ProfileName,
        /// The file.
        path: String,
    },
    /// Keep profiles that somebody app.
    TakeShared {
        /// The run.
        attempt: Attempt,
        /// Which, and under which names.
        chosen: Vec<(ProfileName, CallContext)>,
        /// Whether profiles of these names that are here may be replaced.
        replace: bool,
    },
    /// Say what a reply comes to by expressions as they are typed.
    TryReading {
        /// The run.
        attempt: Attempt,
        /// How it is read.
        reading: Box<Reading>,
        /// The reply.
        reply: Box<ReplyView>,
    },
    /// Read a private key, and the certificate beside it.
    ReadKey {
        /// The run.
        attempt: Attempt,
        /// Where the key is.
        source: KeySource,
        /// The certificate's file.
        certificate: Option<PathBuf>,
    },
    /// Make a key pair as the service wants it; [`crate::app::Event::KeyRead`] brings it.
    MakeKey {
        /// The run.
        attempt: Attempt,
        /// Whose assertions it is to sign.
        service: Box<Service>,
        /// The bits, where it is an RSA key.
        rsa_bits: usize,
    },
    /// Keep a key under a profile's name.
    KeepKey {
        /// The run.
        attempt: Attempt,
        /// The name.
        name: ProfileName,
        /// The key.
        pair: Box<KeyPair>,
        /// Whether a key that is there may be replaced.
        replace: bool,
    },
    /// Read the key that is kept under a profile's name.
    OpenKey {
        /// The run.
        attempt: Attempt,
        /// The name.
        name: ProfileName,
    },
    /// Write a certificate or a public key to a file.
    WriteCertificate {
        /// The run.
        attempt: Attempt,
        /// The file.
        path: PathBuf,
        /// PEM.
        text: String,
    },
    /// Call a saved profile something else; empty takes its display name away.
    SetDisplayName {
        /// The run.
        attempt: Attempt,
        /// The profile's name.
        name: ProfileName,
        /// What it is called from now on.
        display_name: DisplayName,
    },
    /// Have the desktop show a notice.
    Notify(Notice),
    /// Put a text on the clipboard; [`crate::app::Event::Copied`] tells what came of it.
    Copy {
        /// Which copy the answer is about.
        ticket: u64,
        /// The text.
        text: Secret,
        /// Whether it is marked and taken back.
        sensitivity: Sensitivity,
    },
    /// Read what is on the clipboard, without holding up the face.
    ReadClipboard {
        /// Which reading the answer is about.
        ticket: u64,
    },
    /// Open an address in the browser; only a failure is answered.
    OpenLink {
        /// The address.
        url: String,
        /// What opens it.
        browser: BrowserChoice,
    },
    /// Remember how the window looks.
    SaveWindow(WindowSettings),
    /// Stop a run; its listener and its call end at once. A call that renews tokens that are kept goes on unseen, since its
    /// reply may be the only refresh token that is good.
    Cancel(Attempt),
}
