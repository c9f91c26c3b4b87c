//! The one owner of every flow. A face sends a [`Command`], the [`Worker`] does it on a thread of its own and answers
//! with [`Event`]s, and [`Session::apply`] is what they change. Window and command line are two faces of this.
//!
//! ```text
//! face --Command--> Worker --uses--> redirect, transport, vault, store, practice
//! face <--Event---  Worker, then wake()
//! face: session.apply(event)
//! ```

mod agent;
mod ask;
mod blocking;
mod command;
mod desktop;
mod event;
mod export;
mod failure;
mod fault;
mod handle;
mod news;
mod ports;
mod profiles;
mod progress;
mod rehearsal;
mod runtime;
mod schedule;
mod services;
mod session;
mod sign_in;
mod tokens;
mod told;
mod vault;
mod worker;

pub use crate::agent::Status as AgentStatus;
pub use crate::app::ask::{Answer, Ask};
pub use crate::app::blocking::blocking;
pub use crate::app::command::{Command, Need};
pub use crate::app::desktop::clipboard::CopyOutcome;
pub use crate::app::event::Event;
pub use crate::app::export::{
    ExportDone, ExportOrder, ExportState, ExportTo, ExportView, FormLine, Insisted, ShareDone, ShareLock, ShareOrder,
    home_folder,
};
pub use crate::app::failure::{Failure, FailureCode, FailureKind, Recovery};
pub use crate::app::handle::App;
pub use crate::app::news::News;
pub use crate::app::ports::Ports;
pub use crate::app::profiles::accept_shared::{LockedText, ShareKey, SharedProfile, SharedProfiles};
pub use crate::app::profiles::drafts::Keeping;
pub use crate::app::profiles::history::{HistoryLine, Left, ProfileHistory, Restored};
pub use crate::app::profiles::keys::{KeySource, KeyState};
pub use crate::app::profiles::summary::{EXPIRING, ProfileState, ProfileSummary};
pub use crate::app::progress::{Progress, Report};
pub use crate::app::rehearsal::practice_settings::{PracticeSettings, faults};
pub use crate::app::rehearsal::{StageLine, StageOutcome};
pub use crate::app::runtime::Runtime;
pub use crate::app::services::importing::ImportOutcome;
pub use crate::app::services::importing::{AmbiguousText, ImportSource, ImportState, Imported};
pub use crate::app::session::{AuthorizationState, CallState, PracticeState, PresetState, RehearsalState, Session};
pub use crate::app::sign_in::SignIn;
pub use crate::app::sign_in::assertions::ShownAssertion;
pub use crate::app::sign_in::call_context::{Authorized, CallContext, TypedSecrets};
pub use crate::app::sign_in::follow_up::Fetched;
pub use crate::app::tokens::Rotation;
pub use crate::app::tokens::issued_for::other as other_profile;
pub use crate::app::told::{
    Attempt, Choosing, Exchange, FieldRead, Flow, Identified, KeptAlive, OpenedProfile, ReplyView, SavedToken,
    TrayState, TriedReading, VaultState, Waiting, WindowSettings,
};
pub use crate::app::vault::rekey::{VaultMoved, VaultStatus};
pub use crate::app::worker::Worker;
pub use crate::desktop::{Notice, Sensitivity, TrayIcon, TrayPress};
pub use crate::redirect::Browser;
pub use crate::store::Theme;
pub use crate::vault::VaultKind;
