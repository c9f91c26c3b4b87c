//! The one owner of every flow. A face sends a [`Command`], the [`Worker`] does it on a thread of its own and answers
//! with [`Event`]s, and [`Session::apply`] is what they change. Window and command line are two faces of this.
//!
//! ```text
//! face --Command--> Worker --uses--> redirect, transport, vault, store, practice
//! face <--Event---  Worker, then wake()
//! face: session.apply(event)
//! ```

mod authorize;
mod catalog;
mod certificate;
mod command;
mod edges;
mod event;
mod export;
mod failure;
mod follow_up;
mod identity;
mod keep;
mod material;
mod message;
mod practising;
mod presets;
mod profiles;
mod rehearse;
mod session;
mod shared;
mod summary;
mod token_call;
mod unlock;
mod worker;

pub use crate::wizard::command::Command;
pub use crate::wizard::edges::{BrowserChoice, Edges};
pub use crate::wizard::event::Event;
pub use crate::wizard::export::{
    ExportDone, ExportOrder, ExportState, ExportTo, ExportView, FormLine, Insisted, ShareDone, ShareLock, ShareOrder,
    home_folder,
};
pub use crate::wizard::failure::{Failure, FailureKind};
pub use crate::wizard::follow_up::Fetched;
pub use crate::wizard::material::{Authorized, Material, TypedSecrets};
pub use crate::wizard::message::{
    Attempt, Choosing, Exchange, Flow, Identified, OpenedProfile, ReplyView, SavedToken, Theme, VaultChoice,
    VaultState, Waiting, WindowSettings,
};
pub use crate::wizard::practising::{PracticeSettings, faults};
pub use crate::wizard::rehearse::{StageLine, StageOutcome};
pub use crate::wizard::session::{AuthorizationState, CallState, PracticeState, PresetState, RehearsalState, Session};
pub use crate::wizard::summary::{EXPIRING, ProfileState, ProfileSummary};
pub use crate::wizard::worker::Worker;
