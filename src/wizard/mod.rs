//! The one owner of every flow. A face sends a [`Command`], the [`Worker`] does it on a thread of its own and answers
//! with [`Event`]s, and [`Session::apply`] is what they change. Window and command line are two faces of this.
//!
//! ```text
//! face --Command--> Worker --uses--> redirect, transport, vault, store, practice
//! face <--Event---  Worker, then wake()
//! face: session.apply(event)
//! ```

mod alive;
mod attend;
mod authorize;
mod binding;
mod book;
mod catalog;
mod certificate;
mod clipboard;
mod command;
mod drafts;
mod due;
mod edges;
mod ending;
mod event;
mod export;
mod failure;
mod fault;
mod follow_up;
mod history;
mod identity;
mod importing;
mod keep;
mod keys;
mod late_visits;
mod lease;
mod links;
mod material;
mod message;
mod moving;
mod notices;
mod practising;
mod presets;
mod profiles;
mod reading;
mod rehearse;
mod revoke;
mod session;
mod shared;
mod signing;
mod summary;
mod taking;
mod token_call;
mod tray;
mod typed;
mod unlock;
mod worker;

pub use crate::agent::Status as AgentStatus;
pub use crate::desktop::{Notice, Sensitivity, TrayIcon, TrayPress};
pub use crate::wizard::binding::other as other_profile;
pub use crate::wizard::clipboard::CopyOutcome;
pub use crate::wizard::command::{Command, Need};
pub use crate::wizard::drafts::Keeping;
pub use crate::wizard::edges::{BrowserChoice, Edges};
pub use crate::wizard::event::Event;
pub use crate::wizard::export::{
    ExportDone, ExportOrder, ExportState, ExportTo, ExportView, FormLine, Insisted, ShareDone, ShareLock, ShareOrder,
    home_folder,
};
pub use crate::wizard::failure::{Failure, FailureCode, FailureKind, Recovery};
pub use crate::wizard::follow_up::Fetched;
pub use crate::wizard::history::{HistoryLine, Left, ProfileHistory, Restored};
pub use crate::wizard::importing::{AmbiguousText, ImportSource, ImportState, Imported};
pub use crate::wizard::keep::Rotation;
pub use crate::wizard::keys::{KeySource, KeyState};
pub use crate::wizard::material::{Authorized, Material, TypedSecrets};
pub use crate::wizard::message::{
    Attempt, Choosing, Exchange, FieldRead, Flow, Identified, KeptAlive, OpenedProfile, ReplyView, SavedToken, Theme,
    TrayState, TriedReading, VaultChoice, VaultState, Waiting, WindowSettings,
};
pub use crate::wizard::moving::{VaultMoved, VaultStatus};
pub use crate::wizard::practising::{PracticeSettings, faults};
pub use crate::wizard::rehearse::{StageLine, StageOutcome};
pub use crate::wizard::session::{AuthorizationState, CallState, PracticeState, PresetState, RehearsalState, Session};
pub use crate::wizard::signing::ShownAssertion;
pub use crate::wizard::summary::{EXPIRING, ProfileState, ProfileSummary};
pub use crate::wizard::taking::{LockedText, ShareKey, SharedProfile, SharedProfiles};
pub use crate::wizard::worker::Worker;
