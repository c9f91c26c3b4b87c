//! Events that a face did not ask for.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::agent::KeptAlive;
use crate::app::Failure;
use crate::app::profiles::summary::ProfileSummary;
use crate::app::types::{SavedToken, TrayState, VaultState, WindowSettings};
use crate::call_log::LoggedCall;
use crate::config::Ticks;
use crate::desktop::TrayPress;
use crate::diagnosis::Diagnosis;
use crate::export::Sinks;
use crate::oauth::Resource;
use crate::service::{ProfileName, Service};

/// An event that a face did not ask for.
#[derive(Clone, Debug)]
pub enum News {
    /// The window settings of the last run.
    Window(WindowSettings),
    /// What was ticked of the checklists before.
    Ticks(Ticks),
    /// The presets, and the problems found in your own ones.
    Services(Vec<Service>, Vec<Diagnosis>),
    /// The saved profiles.
    Profiles(Vec<ProfileSummary>),
    /// Whether secrets can be stored.
    Vault(VaultState),
    /// What others on this machine could read until the store was opened.
    StoreClosed(Vec<Diagnosis>),
    /// What became of tokens that wait on this machine for the team's database.
    Replies(Vec<Diagnosis>),
    /// A problem that belongs to no use case.
    Problem(Failure),
    /// The practice service listens on this port.
    PracticeReady(u16),
    /// The practice service could not be started.
    PracticeFailed(Failure),
    /// New tokens could not be saved; they wait in memory. Carries the reason.
    WritePending(ProfileName, Diagnosis),
    /// The profile has no pending write any more.
    WriteDone(ProfileName),
    /// A draft was saved under a different name than announced.
    DraftRenamed(ProfileName, ProfileName),
    /// The keep-alive profiles and their next refresh.
    KeepAlive(Vec<KeptAlive>),
    /// The profiles whose last regular check failed, and why: all of them.
    FailedChecks(BTreeMap<ProfileName, Diagnosis>),
    /// The scheduler has refreshed a profile.
    Refreshed(Box<SavedToken>),
    /// The scheduler has refreshed the token of this name that came beside the own one of a profile; with its new end.
    FurtherRefreshed(ProfileName, Resource, Option<Timestamp>),
    /// The scheduler failed to refresh a profile, or one of its tokens.
    NotRefreshed(ProfileName, Failure),
    /// The sinks of a profile.
    Sinks(ProfileName, Sinks),
    /// Whether the tray shows an icon.
    Tray(TrayState),
    /// Something in the tray was clicked.
    TrayPressed(TrayPress),
    /// A notification was clicked.
    NoticePressed,
    /// A call was made.
    Called(Arc<LoggedCall>),
    /// The process was asked to end.
    EndAsked,
}
