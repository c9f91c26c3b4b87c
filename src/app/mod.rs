//! The use cases: each is an async method on [`App`], typed in and out. The window and the command line are its two
//! faces.
//!
//! ```text
//! face --app.sign_in(request, &ask).await--> App --uses--> redirect, transport, vault, store, practice
//! face <--Progress, while it goes on; News, unasked--- App
//! ```

mod agent;
mod ask;
mod blocking;
mod calendar;
mod call_log;
mod case;
mod desktop;
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
mod sign_in;
mod state;
mod task;
mod team;
mod tokens;
mod types;
mod vault;
mod watch;

pub use crate::agent::KeptAlive;
pub use crate::app::ask::{Answer, Answers, Ask, questions};
pub use crate::app::blocking::{aside, blocking};
pub use crate::app::calendar::ends::{Basis, End, EndKind, Renewal};
pub use crate::app::calendar::{CalendarLine, ProfileEnds};
pub use crate::app::call_log::DayOfCalls;
pub use crate::app::case::{Case, CaseStage, FailedRenewal, Replayed};
pub use crate::app::desktop::clipboard::CopyOutcome;
pub use crate::app::desktop::settings::ProgramSettings;
pub use crate::app::export::{
    ExportDone, ExportOrder, ExportTo, ExportView, FormatLine, Insisted, ShareDone, ShareLock, ShareOrder, home_folder,
};
pub use crate::app::failure::{Failure, FailureCode, FailureKind, Recovery};
pub use crate::app::handle::App;
pub use crate::app::news::News;
pub use crate::app::ports::Ports;
pub use crate::app::profiles::accept_shared::ShareKey;
pub use crate::app::profiles::client_certificates::{CertificateSaved, CertificateSource};
pub use crate::app::profiles::drafts::SaveTo;
pub use crate::app::profiles::edit::Edited;
pub use crate::app::profiles::forget::ForgottenProfile;
pub use crate::app::profiles::history::{HistoryLine, Left, ProfileHistory, Restored};
pub use crate::app::profiles::keys::KeySource;
pub use crate::app::profiles::registration::{Registered, RegistrationTask, RegistrationWish};
pub use crate::app::profiles::registration_end::{ClientEnd, ClientFate};
pub use crate::app::profiles::rename::Renamed;
pub use crate::app::profiles::summary::{EXPIRING, Phase, ProfileState, ProfileSummary};
pub use crate::app::progress::{Progress, Report};
pub use crate::app::rehearsal::faults::{FaultsOfStage, faults, parse_faults};
pub use crate::app::rehearsal::{StageLine, StageOutcome};
pub use crate::app::runtime::Runtime;
pub use crate::app::services::bundle::{BundleOffer, BundleOrder, BundleState, MadeBundle, RolledBack};
pub use crate::app::services::doctor::{Examination, ExaminationOrder, Point, Verdict};
pub use crate::app::services::import_outcome::{
    AmbiguousText, ImportOutcome, Imported, LockedText, SharedProfile, SharedProfiles,
};
pub use crate::app::services::importing::ImportSource;
pub use crate::app::services::protected_resource::FoundResource;
pub use crate::app::sign_in::SignIn;
pub use crate::app::sign_in::call_context::{Authorized, CallContext};
pub use crate::app::sign_in::device::DeviceSignIn;
pub use crate::app::sign_in::identity::Claims;
pub use crate::app::sign_in::listening::RedirectState;
pub use crate::app::sign_in::sources::source::{ProfileSources, SentSource};
pub use crate::app::sign_in::sources::takes_source;
pub use crate::app::sign_in::trial::{Trial, Tried, TriedCall};
pub use crate::app::task::{Pending, Tasks};
pub use crate::app::team::{MemberRemoved, SharedWith, TeamOrder, Untouched};
pub use crate::app::tokens::api::{ApiReply, Checked};
pub use crate::app::tokens::inspect::{Inspect, TokenInspection, TokenSource};
pub use crate::app::tokens::issued_for::other as other_profile;
pub use crate::app::tokens::signature::{Reach, Signature, SignatureState};
pub use crate::app::tokens::{Presented, Rotation};
pub use crate::app::types::{
    Again, Choosing, DeviceWaiting, Exchange, Fetched, FieldRead, Identified, Need, OpenedProfile, ReplyValue,
    ReplyView, SavedToken, TrayState, TriedReading, VaultState, Waiting, Wanted, WindowSettings, presented_lines,
};
pub use crate::app::vault::open::connect_keyring_ahead;
pub use crate::app::vault::rekey::VaultStatus;
pub use crate::call_log::LoggedCall;
pub use crate::config::{
    Connections, ListGroup, ListSettings, ListSort, NetworkSettings, Places, ProxySetting, SECONDS, Theme, Ticks,
};
pub use crate::desktop::{Notice, Sensitivity, TrayIcon, TrayPress};
pub use crate::practice::PracticeOptions;
pub use crate::redirect::{Browser, InstalledBrowser};
pub use crate::store::Revision;
pub use crate::vault::{Member, Request, Standing, TeamStatus, VaultKind, proposed_member_name};
