//! What a face is told.

use std::path::PathBuf;

use crate::app::{
    AgentStatus, AmbiguousText, Attempt, Authorized, CopyOutcome, Exchange, ExportDone, ExportView, Failure, Fetched,
    FormLine, Identified, Imported, KeptAlive, LockedText, OpenedProfile, ProfileHistory, ProfileSummary, Restored,
    SavedToken, ShareDone, SharedProfiles, StageLine, TrayPress, TrayState, TriedReading, VaultMoved, VaultState,
    VaultStatus, Waiting, WindowSettings,
};
use crate::diagnosis::Diagnosis;
use crate::dialect::Issuer;
use crate::export::{Field, Sinks};
use crate::oauth::{KeyPair, ReadKey};
use crate::secret::Secret;
use crate::service::{Catalog, DisplayName, ProfileName, Service};

/// What a face is told.
#[derive(Clone, Debug)]
pub enum Event {
    /// What came of the copy of this ticket.
    Copied(u64, CopyOutcome),
    /// What is on the clipboard, if it is text, or why it cannot be read.
    ClipboardRead(u64, Result<Option<Secret>, Diagnosis>),
    /// This address could not be opened, and why.
    LinkNotOpened(String, Diagnosis),
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
    /// A fault has ended the worker: nothing that is asked of it is done any more.
    Ended(Failure),
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
    /// The browser came to the listener and brought no response: it has gone astray, and so may the response have; the
    /// wait goes on.
    ResponseAstray(Attempt, Diagnosis),
    /// The browser could not be used; the wait continues.
    BrowserFailed(Attempt, Diagnosis),
    /// Whether there was a line of standard input; without one its end was reached.
    InputTaken(Attempt, bool),
    /// Whether what was entered is kept, for the next try.
    EnteredKept(Attempt, bool),
    /// The code came.
    Authorized(Attempt, Box<Authorized>),
    /// The call went out, to this origin.
    Sending(Attempt, String),
    /// A transient failure; the request is retried shortly.
    Retrying(Attempt, Diagnosis),
    /// The run waits for another window or command that is at work on the profile.
    HeldUp(Attempt, Diagnosis),
    /// New tokens of a saved profile came and could not be saved: they wait in memory, and why.
    Unkept(ProfileName, Diagnosis),
    /// They are kept now.
    Kept(ProfileName),
    /// What a call has brought is kept as a draft of this name, or waits to be.
    DraftKept(Attempt, ProfileName),
    /// What was typed is kept as a draft of this name.
    EditsKept(Attempt, ProfileName),
    /// A draft had to be kept under another name than was said first.
    DraftRenamed(ProfileName, ProfileName),
    /// The process is asked to end.
    EndAsked,
    /// A call on behalf of a saved profile is done; its result follows.
    Traced(Attempt, Box<Exchange>),
    /// A bearer or refresh call is done.
    Called(Attempt, Box<Exchange>),
    /// The person chose one of the values that were fetched.
    Chosen(Fetched),
    /// The service told whose token it is.
    Identified(Attempt, Identified),
    /// The service told whose a saved profile is.
    WhoIs(Attempt, ProfileName, Identified),
    /// The profile is kept.
    Saved(Attempt, ProfileName),
    /// The profile was read.
    Opened(Attempt, Box<OpenedProfile>),
    /// A saved profile's token.
    Token(Attempt, Box<SavedToken>),
    /// How the profiles that are kept alive stand.
    Alive(Vec<KeptAlive>),
    /// A profile that is kept alive has new tokens.
    Renewed(Box<SavedToken>),
    /// It could not be renewed.
    NotRenewed(ProfileName, Failure),
    /// The profile is kept alive from now on, or no longer.
    KeepAliveSet(Attempt, ProfileName, bool),
    /// The profile is called so from now on.
    DisplayNameSet(Attempt, ProfileName, DisplayName),
    /// This process is the agent, and answers on this socket.
    AgentReady(Attempt, PathBuf),
    /// It has ended.
    AgentEnded(Attempt),
    /// The agent answered.
    AgentAnswered(Attempt, AgentStatus),
    /// Whether there is an icon in the tray.
    Tray(TrayState),
    /// Something was pressed there.
    TrayPressed(TrayPress),
    /// A notice of the desktop was pressed: the window is wanted.
    NoticePressed,
    /// The rehearsal of this preset begins.
    Rehearsing(Attempt, String),
    StageRehearsed(Attempt, StageLine),
    /// All of it is over.
    Rehearsed(Attempt),
    /// A private key was read or made.
    KeyRead(Attempt, Box<ReadKey>),
    /// A private key is kept under this name.
    KeyKept(Attempt, ProfileName),
    /// The private key that is kept, if there is one.
    KeyOpened(Attempt, Option<Box<KeyPair>>),
    /// The certificate is written, to this file.
    CertificateWritten(Attempt, PathBuf),
    /// The preset is written, to this file.
    PresetSaved(Attempt, PathBuf),
    /// What was imported is the address of an issuer: its description is fetched when the person says so.
    IssuerFound(Attempt, Issuer),
    /// A discovery document is being fetched from this address.
    Fetching(Attempt, String),
    /// The document was read; nothing of it is kept yet.
    Imported(Attempt, Box<Imported>),
    /// The forms of export there are.
    Forms(Vec<FormLine>),
    /// What an export would hold.
    ExportPreview(Attempt, Box<ExportView>),
    /// An export was made.
    Exported(Attempt, Box<ExportDone>),
    /// The named values of a profile, and what a person should know of its token.
    Fields(Attempt, Vec<Field>, Vec<Diagnosis>),
    /// Profiles were app.
    Shared(Attempt, Box<ShareDone>),
    /// What was exported of a profile.
    Outlets(ProfileName, Sinks),
    /// What was read is locked: the person is to say what opens it.
    ImportLocked(Attempt, Box<LockedText>),
    /// A document can be read in several forms.
    ImportAmbiguous(Attempt, Box<AmbiguousText>),
    /// Profiles that somebody shared were read; nothing of them is kept yet.
    SharedRead(Attempt, Box<SharedProfiles>),
    /// They were kept under these names.
    SharedTaken(Attempt, Vec<ProfileName>),
    /// What a reply comes to by expressions as they are typed.
    ReadingTried(Attempt, TriedReading),
    /// What is known of a profile's generations.
    History(Attempt, Box<ProfileHistory>),
    /// An older generation is the newest now; the history follows.
    Restored(Attempt, Box<Restored>),
    /// What was found in the vault.
    VaultStatus(Attempt, Box<VaultStatus>),
    /// The vault has another key.
    VaultMoved(Attempt, Box<VaultMoved>),
    /// What the vault has mended by itself.
    VaultNotes(Vec<Diagnosis>),
    /// The profile is forgotten.
    Forgotten(Attempt, ProfileName),
    /// The run ended without what it was for.
    Failed(Attempt, Failure),
    /// The run was cancelled.
    Cancelled(Attempt),
}
