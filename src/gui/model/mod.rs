//! What the window knows. It is changed by news from the core, and by what came of the things that the window asked for.

mod bundle;
mod calendar;
mod open;
mod requested;
mod team;
mod versioned;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::app::{
    ApiReply, CallContext, Case, ClientEnd, DayOfCalls, ExportDone, ExportView, Failure, ForgottenProfile, FormatLine,
    ImportOutcome, InstalledBrowser, KeptAlive, LoggedCall, News, OpenedProfile, ProfileSummary, ProgramSettings,
    Replayed, Revision, SavedToken, ShareDone, TokenInspection, TrayState, VaultState, WindowSettings,
};
use crate::diagnosis::Diagnosis;
use crate::export::Sinks;
use crate::gui::actions::queries::{Findings, Query};
use crate::gui::model::team::TeamModel;
use crate::oauth::TokenUse;
use crate::service::{ApiCall, ProfileName, Service};

pub use crate::gui::model::bundle::BundleModel;
pub use crate::gui::model::calendar::{Calendar, CalendarModel};
pub use crate::gui::model::open::{ClientDone, KeyDone, Open, Rehearsal, Saved, SignIn, Visit};
pub use crate::gui::model::requested::{Requested, Stand};
pub use crate::gui::model::versioned::Versioned;

/// The most calls that the window remembers: a day of work.
const MOST_CALLS: usize = 500;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PracticeState {
    #[default]
    Off,
    Ready(u16),
    Failed(Failure),
}

/// A question about a saved profile, and its answer.
#[derive(Clone)]
pub struct AskedQuery {
    pub query: &'static Query,
    pub profile: ProfileName,
    pub answer: Requested<Findings>,
}

/// What the window knows of exports and of sharing.
#[derive(Clone, Default)]
pub struct ExportModel {
    pub formats: Requested<Vec<FormatLine>>,
    /// What the export that is being looked at would hold.
    pub view: Requested<ExportView>,
    pub done: Requested<ExportDone>,
    pub shared: Requested<ShareDone>,
    /// The file that the person chose to write to; `None` for none.
    pub target: Requested<Option<PathBuf>>,
    /// The files that each profile is exported to.
    pub sinks: BTreeMap<ProfileName, Sinks>,
}

impl ExportModel {
    pub fn formats(&self) -> &[FormatLine] {
        self.formats.last().map(Vec::as_slice).unwrap_or_default()
    }

    /// Forgets what was looked at. A file that is being written is.
    pub fn close(&mut self) {
        self.view.cancel();
        self.done.cancel();
        self.shared.cancel();
        self.target.cancel();
    }
}

/// What the window knows of a token that was looked into.
#[derive(Clone, Default)]
pub struct InspectionModel {
    pub found: Requested<TokenInspection>,
    /// The profile and the token of it; `None` for one that was pasted.
    pub of: Option<(ProfileName, TokenUse)>,
}

impl InspectionModel {
    /// Forgets what was pasted. What was found of a profile's own token is still there when the person comes back.
    pub fn close(&mut self) {
        if self.of.is_none() {
            self.found.cancel();
        }
    }
}

/// What the window knows of a call of a service's API.
#[derive(Clone, Default)]
pub struct CallModel {
    pub reply: Requested<ApiReply>,
    /// The call that it is the reply to.
    pub sent: Option<ApiCall>,
}

/// What the window knows of profiles that can be brought back.
#[derive(Clone, Default)]
pub struct Forgotten {
    pub all: Requested<Vec<ForgottenProfile>>,
    /// The one that was forgotten here last, until that is dismissed or undone.
    pub last: Option<ProfileName>,
    /// One that is being brought back.
    pub back: Requested<ProfileName>,
    /// One that is being erased.
    pub erased: Requested<Vec<ClientEnd>>,
}

/// What goes on, and can be cancelled by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    SignIn,
    TokenRequest,
    RefreshRequest,
    Identity,
    Query,
    Rehearsal,
    Discovery,
    /// The registration of a client, or what is done with it.
    Registration,
    Trial,
    Import,
    Export,
    Share,
    Key,
    /// The client certificate.
    Certificate,
    Inspection,
    Call,
}

#[derive(Clone, Default)]
pub struct Model {
    pub services: Vec<Service>,
    pub bundle: BundleModel,
    /// What is wrong with presets, settings and the like; shown until dismissed.
    pub problems: Vec<Diagnosis>,
    /// How the window looked last time, once known.
    pub window: Option<WindowSettings>,
    pub profiles: Versioned<Vec<ProfileSummary>>,
    /// The saved profiles whose newest tokens could not be saved, and why.
    pub pending_writes: BTreeMap<ProfileName, Diagnosis>,
    /// The accounts that saved profiles are signed in to, as far as the service was asked.
    pub known_as: Versioned<BTreeMap<ProfileName, String>>,
    /// The profiles with keep-alive, and when each is refreshed next.
    pub keep_alive: Versioned<Vec<KeptAlive>>,
    /// The profiles whose last regular check failed, and why.
    pub failed_checks: Versioned<BTreeMap<ProfileName, Diagnosis>>,
    pub tray: TrayState,
    pub vault: VaultState,
    pub practice: PracticeState,
    /// The browsers of this machine, once a sign-in has begun.
    pub browsers: Requested<Vec<InstalledBrowser>>,
    /// Why something is waited for, where another window or command is at work on the profile.
    pub lease_busy: Option<Diagnosis>,
    /// A saved profile that is being read.
    pub opening: Requested<OpenedProfile>,
    /// A profile that gets a name, or is copied under one: the name, and what went wrong with its exported files.
    pub naming: Requested<(ProfileName, Vec<Diagnosis>)>,
    pub forgotten: Forgotten,
    /// What is being done to saved profiles of the list; the name is that of one that is forgotten by it.
    pub listed: Vec<Requested<Option<ProfileName>>>,
    /// What was asked about a saved profile last, until the person closes the answer.
    pub query: Option<AskedQuery>,
    /// The settings of the program, as they were read last.
    pub program: Requested<ProgramSettings>,
    /// The settings of connections are being saved and tried.
    pub connections: Requested<()>,
    /// A folder is being shown.
    pub folder: Requested<()>,
    /// The vault is being opened, locked, or moved to another key.
    pub vault_work: Requested<()>,
    /// The document of another tool that was read last.
    pub import: Requested<ImportOutcome>,
    /// Shared profiles that are being saved, and the names of those that were.
    pub accepted: Requested<Vec<ProfileName>>,
    pub export: ExportModel,
    pub inspection: InspectionModel,
    pub call: CallModel,
    pub team: TeamModel,
    pub calendar: CalendarModel,
    /// The calls that this window made, the oldest first.
    pub calls: Vec<Arc<LoggedCall>>,
    /// The calls of the last day, of all processes, while the page of the calls is open.
    pub day: Requested<DayOfCalls>,
    /// Calls or a case are being written to this file.
    pub evidence: Requested<PathBuf>,
    /// A case that was opened, and what came of its replay.
    pub replay: Requested<(Case, Replayed)>,
    /// What belongs to the service or profile that is open; on the heap, since it is large.
    pub open: Box<Open>,
}

impl Model {
    // flat: one line a piece of news
    pub fn hear(&mut self, news: News) {
        match news {
            News::Services(services, problems) => {
                self.services = services;
                self.tell_all(problems);
            }
            News::Window(window) => self.window = Some(window),
            News::Profiles(profiles) => self.profiles = profiles.into(),
            News::Vault(state) => self.vault = state,
            News::StoreClosed(notes) | News::Replies(notes) => self.tell_all(notes),
            News::Problem(failure) => self.tell(failure.diagnosis),
            News::PracticeReady(port) => self.practice = PracticeState::Ready(port),
            News::PracticeFailed(failure) => self.practice = PracticeState::Failed(failure),
            News::WritePending(name, why) => drop(self.pending_writes.insert(name, why)),
            News::WriteDone(name) => drop(self.pending_writes.remove(&name)),
            News::DraftRenamed(old, new) => {
                self.open.draft = self.open.draft.take().map(|draft| if draft == old { new } else { draft });
            }
            News::KeepAlive(standing) => self.keep_alive = standing.into(),
            News::FailedChecks(failed) => self.failed_checks = failed.into(),
            News::Refreshed(token) => self.refreshed(&token),
            News::Sinks(name, sinks) => drop(self.export.sinks.insert(name, sinks)),
            News::Tray(tray) => self.tray = tray,
            // What is wrong with it is in `keep_alive`, which follows; the others are the window's own affair.
            News::Called(call) => self.called(call),
            News::Ticks(_)
            | News::NotRefreshed(..)
            | News::FurtherRefreshed(..)
            | News::TrayPressed(_)
            | News::NoticePressed
            | News::EndAsked => {}
        }
    }

    /// Keeps a call for as long as there is room.
    fn called(&mut self, call: Arc<LoggedCall>) {
        if self.calls.len() >= MOST_CALLS {
            self.calls.remove(0);
        }
        self.calls.push(call);
    }

    /// What a profile is called on a screen.
    pub fn shown_name<'a>(&'a self, name: &'a ProfileName) -> &'a str {
        let saved = self.profiles.iter().find(|profile| profile.name == *name);
        saved.map_or(name.as_str(), ProfileSummary::shown_name)
    }

    /// Completes what a call is made from with what is known.
    pub fn complete(&self, context: &mut CallContext) {
        if let Visit::Done(authorized) = &self.open.sign_in.visit {
            context.authorized = Some((**authorized).clone());
        }
        context.tokens.clone_from(&self.open.tokens);
        if let PracticeState::Ready(port) = self.practice {
            context.practice_port = Some(port);
        }
    }

    pub fn opened(&mut self, opened: &OpenedProfile) {
        let name = Some(opened.name.clone());
        let (draft, saved_as) = if opened.draft { (name, None) } else { (None, name) };
        let (tokens, shared, ends) = (opened.context.tokens.clone(), opened.shared.clone(), opened.ends.clone());
        // The list may be older than what was opened: then it is read once more.
        let listed = self.profiles.iter().find(|profile| profile.name == opened.name);
        let revision = listed.and_then(|listed| listed.revision);
        let code_until = opened.context.device.as_ref().map(|pending| pending.authorization.expires_at);
        *self.open = Open { tokens, revision, saved_as, draft, shared, ends, code_until, ..Open::default() };
    }

    /// The open profile, if it was saved since the page read it, by whomever; and as what the list shows it.
    pub fn changed_since(&self) -> Option<(&ProfileName, Option<Revision>)> {
        let open = &self.open;
        let name = open.saved_as.as_ref().filter(|_| open.draft.is_none())?;
        let works =
            [open.sign_in.work.is_pending(), open.token_request.is_pending(), open.refresh_request.is_pending()];
        let saves = [open.save.is_pending(), open.restore.is_pending()];
        let is_busy = works.into_iter().chain(saves).any(|pending| pending);
        let listed = self.profiles.iter().find(|profile| profile.name == *name).filter(|_| !is_busy)?;
        (listed.revision != open.revision).then_some((name, listed.revision))
    }

    pub fn forget(&mut self, name: &ProfileName) {
        self.known_as.remove(name);
        self.query.take_if(|asked| asked.profile == *name);
        if self.inspection.of.as_ref().is_some_and(|(of, _)| of == name) {
            self.inspection = InspectionModel::default();
        }
        self.open.saved_as.take_if(|saved| saved == name);
        self.open.draft.take_if(|draft| draft == name);
    }

    fn refreshed(&mut self, token: &SavedToken) {
        if self.open.name() == Some(&token.name) {
            self.open.tokens = Some(token.tokens.clone());
        }
    }

    fn tell_all(&mut self, problems: Vec<Diagnosis>) {
        for problem in problems {
            self.tell(problem);
        }
    }

    /// Cancels what goes on; it is then as if it had not begun.
    pub fn cancel(&mut self, work: Work) {
        let open = &mut self.open;
        match work {
            Work::SignIn => open.sign_in = SignIn::default(),
            Work::TokenRequest => open.token_request.cancel(),
            Work::RefreshRequest => open.refresh_request.cancel(),
            Work::Identity => open.identity.cancel(),
            Work::Query => self.query = None,
            Work::Rehearsal => open.rehearsal = None,
            Work::Discovery => open.discovery.cancel(),
            Work::Registration => open.registration.cancel(),
            Work::Trial => open.trial.cancel(),
            Work::Import => self.import.cancel(),
            Work::Export => self.export.done.cancel(),
            Work::Share => self.export.shared.cancel(),
            Work::Key => open.key.cancel(),
            Work::Certificate => open.client_certificate.cancel(),
            Work::Call => self.call.reply.cancel(),
            Work::Inspection => self.inspection.found.stop(),
        }
        self.lease_busy = None;
    }

    /// Shows a message until it is dismissed; the same one once.
    pub fn tell(&mut self, problem: Diagnosis) {
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}
