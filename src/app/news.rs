//! What a face is told unasked.

use crate::agent::KeptAlive;
use crate::app::Failure;
use crate::app::profiles::summary::ProfileSummary;
use crate::app::types::{SavedToken, TrayState, VaultState, WindowSettings};
use crate::desktop::TrayPress;
use crate::diagnosis::Diagnosis;
use crate::export::Sinks;
use crate::service::{ProfileName, Service};

/// What a face is told unasked.
#[derive(Clone, Debug)]
pub enum News {
    /// How the window looked last time.
    Window(WindowSettings),
    /// The presets, and what is wrong with the person's own.
    Services(Vec<Service>, Vec<Diagnosis>),
    /// The saved profiles.
    Profiles(Vec<ProfileSummary>),
    /// Whether secrets can be stored.
    Vault(VaultState),
    /// What the vault has repaired by itself.
    VaultNotes(Vec<Diagnosis>),
    /// Something that belongs to no use case went wrong.
    Problem(Failure),
    /// The practice service listens on this port.
    PracticeReady(u16),
    /// It could not be started.
    PracticeFailed(Failure),
    /// New tokens could not be saved: they wait in memory, and why.
    WritePending(ProfileName, Diagnosis),
    /// Nothing of this profile waits any more.
    WriteDone(ProfileName),
    /// A draft had to be saved under another name than was said first.
    DraftRenamed(ProfileName, ProfileName),
    /// The profiles with keep-alive, and when each is refreshed next.
    KeepAlive(Vec<KeptAlive>),
    /// The scheduler has refreshed a profile.
    Refreshed(Box<SavedToken>),
    /// It could not.
    NotRefreshed(ProfileName, Failure),
    /// The files that a profile is exported to.
    Sinks(ProfileName, Sinks),
    /// Whether there is an icon in the tray.
    Tray(TrayState),
    /// Something was pressed there.
    TrayPressed(TrayPress),
    /// A notice of the desktop was pressed.
    NoticePressed,
    /// The process is asked to end.
    EndAsked,
}
