//! What a face knows: changed by [`Session::apply`] alone, apart from [`Session::begin`], which numbers a new run.

mod parts;
mod states;
mod visit;

use std::collections::BTreeMap;

use crate::app::{
    Attempt, CallContext, Choosing, Event, Exchange, ExportState, Failure, Fetched, Flow, Identified, ImportState,
    KeptAlive, KeyState, OpenedProfile, ProfileHistory, ProfileSummary, Restored, SavedToken, TrayState, TriedReading,
    VaultState, WindowSettings,
};
use crate::diagnosis::Diagnosis;
use crate::oauth::TokenSet;
use crate::service::{ProfileName, Service};

pub use crate::app::session::states::{AuthorizationState, CallState, PracticeState, PresetState, RehearsalState};

/// What a face knows.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// The services to choose from.
    pub services: Vec<Service>,
    /// What is wrong with presets, settings and the like; shown until dismissed.
    pub problems: Vec<Diagnosis>,
    /// How the window looked last time, once known.
    pub window: Option<WindowSettings>,
    /// The saved profiles.
    pub profiles: Vec<ProfileSummary>,
    /// The saved profiles whose newest tokens could not be kept, and why.
    pub unkept: BTreeMap<ProfileName, Diagnosis>,
    /// Whose the saved profiles are, as far as it was asked.
    pub known_as: BTreeMap<ProfileName, Identified>,
    /// Those of them that are kept alive, and how they stand.
    pub alive: Vec<KeptAlive>,
    /// Whether there is an icon in the tray.
    pub tray: TrayState,
    /// Whether secrets can be kept.
    pub vault: VaultState,
    /// The practice service.
    pub practice: PracticeState,
    /// Step 2.
    pub authorization: AuthorizationState,
    /// The bearer call of step 3.
    pub bearer: CallState,
    /// The refresh call of step 3.
    pub refresh: CallState,
    /// Whose token it is: asked, told, or why not.
    pub identity: Option<Result<Identified, Failure>>,
    /// What the last reply comes to by the expressions as they are typed.
    pub tried: Option<TriedReading>,
    /// What the person must choose among before the tokens are complete.
    pub choosing: Vec<Choosing>,
    /// The newest tokens of this wizard.
    pub tokens: Option<TokenSet>,
    /// The name under which this wizard's profile is kept.
    pub saved_as: Option<ProfileName>,
    /// The draft that holds what this wizard has received since, or what was typed.
    pub draft: Option<ProfileName>,
    /// Why it could not be kept.
    pub save_problem: Option<Failure>,
    /// What a run waits for, where another window or command is at work on the profile.
    pub held_up: Option<Diagnosis>,
    /// The rehearsal that was asked for last.
    pub rehearsal: Option<RehearsalState>,
    /// The preset of the person's own that was to be written last.
    pub preset: PresetState,
    /// The document of another tool that was read last.
    pub import: ImportState,
    /// Exports.
    pub export: ExportState,
    /// The generations of the profile, once they were asked for.
    pub history: Option<Box<ProfileHistory>>,
    /// Why one of them could not be restored.
    pub history_problem: Option<Failure>,
    /// The private key that was asked for last.
    pub key: KeyState,
    /// A profile that was opened and is not yet taken over into the fields.
    pub opened: Option<Box<OpenedProfile>>,
    /// Runs by flow: the newest one, and whether it still goes on.
    runs: BTreeMap<Flow, Run>,
    last_attempt: u64,
    /// Why nothing can be done any more.
    ended: Option<Failure>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    attempt: Attempt,
    going: bool,
}

impl Session {
    /// Numbers a new run of a flow; events of an older one are dropped from now on.
    pub fn begin(&mut self, flow: Flow) -> Attempt {
        self.last_attempt += 1;
        let attempt = Attempt(self.last_attempt);
        self.runs.insert(flow, Run { attempt, going: true });
        match flow {
            Flow::Authorization => self.authorization = AuthorizationState::Starting,
            Flow::Bearer => self.bearer = CallState::Sending(String::new()),
            Flow::Refresh => self.refresh = CallState::Sending(String::new()),
            Flow::Identity => self.identity = None,
            Flow::Save | Flow::Open | Flow::Saved => self.save_problem = None,
            Flow::Rehearsal => self.rehearsal = Some(RehearsalState::default()),
            Flow::Preset => self.preset = PresetState::Idle,
            Flow::Import => self.import = ImportState::Reading(None),
            Flow::Export => self.export.done = None,
            Flow::Share => self.export.shared = None,
            Flow::Vault | Flow::Preview | Flow::Reading | Flow::WhoAmI => {}
            Flow::History => self.history_problem = None,
            Flow::Key => self.key = KeyState::Idle,
        }
        if let Some(failure) = self.ended.clone() {
            self.when(attempt, true, |session, flow| session.fail(flow, failure));
        }
        attempt
    }

    /// The run of a flow that goes on.
    pub fn running(&self, flow: Flow) -> Option<Attempt> {
        self.runs.get(&flow).filter(|run| run.going).map(|run| run.attempt)
    }

    /// Forgets the wizard's own state, for another service or profile. Runs that go on are dropped with it.
    pub fn reset_wizard(&mut self) -> Vec<Attempt> {
        let flows = [
            Flow::Authorization,
            Flow::Bearer,
            Flow::Refresh,
            Flow::Identity,
            Flow::Save,
            Flow::Rehearsal,
            Flow::Preset,
            Flow::Reading,
            Flow::History,
            Flow::Key,
        ];
        let going =
            flows.iter().filter_map(|flow| self.runs.remove(flow)).filter(|run| run.going).map(|run| run.attempt);
        let going = going.collect();
        self.authorization = AuthorizationState::Idle;
        self.bearer = CallState::Idle;
        self.refresh = CallState::Idle;
        self.identity = None;
        self.tried = None;
        self.tokens = None;
        self.choosing.clear();
        self.saved_as = None;
        self.draft = None;
        self.save_problem = None;
        self.rehearsal = None;
        self.preset = PresetState::Idle;
        self.history = None;
        self.history_problem = None;
        self.key = KeyState::Idle;
        going
    }

    /// What a profile is called on a screen.
    pub fn shown_name<'a>(&'a self, name: &'a ProfileName) -> &'a str {
        let saved = self.profiles.iter().find(|profile| profile.name == *name);
        saved.map_or(name.as_str(), ProfileSummary::shown_name)
    }

    /// Completes what a call is made from with what this session has learnt.
    pub fn complete(&self, material: &mut CallContext) {
        if let AuthorizationState::Done(authorized) = &self.authorization {
            material.authorized = Some((**authorized).clone());
        }
        material.tokens.clone_from(&self.tokens);
        if let PracticeState::Ready(port) = self.practice {
            material.practice_port = Some(port);
        }
    }

    /// Takes in what happened.
    // flat: one line an event
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Services(services, problems) => {
                self.services = services;
                self.tell_all(problems);
            }
            Event::Catalog(..)
            | Event::Copied(..)
            | Event::ClipboardRead(..)
            | Event::LinkNotOpened(..)
            | Event::Traced(..)
            | Event::InputTaken(..)
            | Event::EnteredKept(..)
            | Event::Fields(..)
            | Event::VaultStatus(..)
            | Event::Retrying(..)
            | Event::AgentReady(..)
            | Event::AgentEnded(_)
            | Event::AgentAnswered(..)
            | Event::TrayPressed(_)
            | Event::NoticePressed
            | Event::EndAsked
            // What is wrong with it is in `alive`, which follows.
            | Event::NotRenewed(..) => {}
            event @ (Event::Forms(..)
            | Event::Outlets(..)
            | Event::ExportPreview(..)
            | Event::Shared(..)
            | Event::Exported(..)) => self.apply_export(event),
            event @ (Event::IssuerFound(..)
            | Event::Fetching(..)
            | Event::Imported(..)
            | Event::ImportLocked(..)
            | Event::ImportAmbiguous(..)
            | Event::SharedRead(..)
            | Event::SharedTaken(..)) => self.apply_import(event),
            event @ (Event::KeyRead(..)
            | Event::KeyOpened(..)
            | Event::KeyKept(..)
            | Event::CertificateWritten(..)) => self.apply_key(event),
            event @ (Event::Saved(..) | Event::DraftKept(..) | Event::EditsKept(..) | Event::DraftRenamed(..) | Event::PresetSaved(..)) => {
                self.apply_saving(event);
            }
            event @ (Event::Rehearsing(..) | Event::StageRehearsed(..) | Event::Rehearsed(_)) => self.apply_rehearsal(event),
            Event::VaultMoved(attempt, _) | Event::KeepAliveSet(attempt, ..) | Event::DisplayNameSet(attempt, ..) => {
                self.when(attempt, true, |_, _| {});
            }
            Event::VaultNotes(notes) => self.tell_all(notes),
            Event::History(attempt, history) => self.when(attempt, true, |session, _| session.history = Some(history)),
            Event::Restored(attempt, restored) => self.when(attempt, false, |session, _| session.restored(*restored)),
            Event::HeldUp(attempt, why) => self.when(attempt, false, |session, _| session.held_up = Some(why)),
            Event::Unkept(name, why) => drop(self.unkept.insert(name, why)),
            Event::Kept(name) => drop(self.unkept.remove(&name)),
            Event::Alive(alive) => self.alive = alive,
            Event::Tray(tray) => self.tray = tray,
            Event::Renewed(token) => self.refreshed(&token),
            Event::Window(window) => self.window = Some(window),
            Event::Profiles(profiles) => self.profiles = profiles,
            Event::Vault(state) => {
                self.vault = state;
                self.finish_flow(Flow::Vault);
            }
            Event::Problem(failure) => self.tell(failure.diagnosis),
            Event::Ended(failure) => self.end(failure),
            Event::PracticeReady(port) => self.practice = PracticeState::Ready(port),
            Event::PracticeFailed(failure) => self.practice = PracticeState::Failed(failure),
            event @ (Event::Waiting(..)
            | Event::BrowserFailed(..)
            | Event::ResponseIgnored(..)
            | Event::ResponseAstray(..)) => self.apply_visit(event),
            Event::Authorized(attempt, authorized) => self.when(attempt, true, |session, _| {
                session.authorization = AuthorizationState::Done(authorized);
            }),
            Event::Sending(attempt, origin) => self.when(attempt, false, |session, flow| {
                session.set_call(flow, CallState::Sending(origin));
            }),
            Event::Called(attempt, exchange) => self.when(attempt, true, |session, flow| {
                session.called(flow, exchange);
            }),
            Event::Chosen(chosen) => self.choose(chosen),
            Event::Identified(attempt, identified) => self.when(attempt, true, |session, _| {
                session.identity = Some(Ok(identified));
            }),
            Event::WhoIs(attempt, name, identified) => self.when(attempt, true, |session, _| {
                session.known_as.insert(name, identified);
            }),
            Event::Opened(attempt, opened) => self.when(attempt, true, |session, _| session.open(opened)),
            Event::Token(attempt, token) => self.when(attempt, true, |session, _| session.refreshed(&token)),
            Event::Forgotten(attempt, name) => self.when(attempt, true, |session, _| {
                session.known_as.remove(&name);
                session.saved_as.take_if(|saved| *saved == name);
                session.draft.take_if(|draft| *draft == name);
            }),
            Event::ReadingTried(attempt, tried) => self.when(attempt, true, |session, _| session.tried = Some(tried)),
            Event::Failed(attempt, failure) => self.when(attempt, true, |session, flow| session.fail(flow, failure)),
            Event::Cancelled(attempt) => self.when(attempt, true, Self::cancel),
        }
    }

    /// Runs `change` if the attempt is the newest of its flow and goes on; `ends` says that it is over now.
    pub(in crate::app) fn when(&mut self, attempt: Attempt, ends: bool, change: impl FnOnce(&mut Self, Flow)) {
        let found = self.runs.iter_mut().find(|(_, run)| run.attempt == attempt && run.going);
        let Some((flow, run)) = found else { return };
        let flow = *flow;
        run.going = !ends;
        if ends {
            self.held_up = None;
        }
        change(self, flow);
    }

    fn finish_flow(&mut self, flow: Flow) {
        if let Some(run) = self.runs.get_mut(&flow) {
            run.going = false;
        }
    }

    fn set_call(&mut self, flow: Flow, state: CallState) {
        match flow {
            Flow::Bearer => self.bearer = state,
            Flow::Refresh => self.refresh = state,
            _ => {}
        }
    }

    fn called(&mut self, flow: Flow, exchange: Box<Exchange>) {
        self.tried = None;
        if let Ok(tokens) = &exchange.outcome {
            self.choosing.clone_from(&exchange.choices);
            self.tokens = Some((**tokens).clone());
            self.identity = None;
        }
        self.set_call(flow, CallState::Done(exchange));
    }

    /// The values of the choice become the tokens' own; the question is answered.
    fn choose(&mut self, chosen: Fetched) {
        self.choosing.retain(|choosing| !choosing.options.contains(&chosen));
        if let Some(tokens) = &mut self.tokens {
            tokens.retained.extend(chosen.keep);
        }
    }

    fn open(&mut self, opened: Box<OpenedProfile>) {
        self.reset_wizard();
        self.tokens.clone_from(&opened.material.tokens);
        let name = Some(opened.name.clone());
        if opened.draft {
            self.draft = name;
        } else {
            self.saved_as = name;
        }
        self.opened = Some(opened);
    }

    fn refreshed(&mut self, token: &SavedToken) {
        if self.open_name() == Some(&token.name) {
            self.tokens = Some(token.tokens.clone());
        }
    }

    fn restored(&mut self, restored: Restored) {
        if self.open_name() == Some(&restored.name) {
            self.tokens = restored.tokens;
            self.identity = None;
        }
    }

    fn fail(&mut self, flow: Flow, failure: Failure) {
        match flow {
            Flow::Authorization => self.authorization = AuthorizationState::Failed(failure),
            Flow::Bearer | Flow::Refresh => self.set_call(flow, CallState::Failed(failure)),
            Flow::Identity => self.identity = Some(Err(failure)),
            Flow::Rehearsal => self.rehearsal.get_or_insert_default().problem = Some(failure),
            Flow::Save => self.save_problem = Some(failure),
            Flow::Preset => self.preset = PresetState::Failed(failure),
            Flow::Import => self.import = ImportState::Failed(failure),
            Flow::Preview => self.export.view = Some(Err(failure)),
            Flow::Export => self.export.done = Some(Err(failure)),
            Flow::Share => self.export.shared = Some(Err(failure)),
            Flow::History => self.history_problem = Some(failure),
            Flow::Key => self.key = KeyState::Failed(failure),
            // They have no place of their own on the screen: a profile that cannot be read is not shown.
            Flow::Open | Flow::Saved | Flow::WhoAmI | Flow::Vault | Flow::Reading => self.tell(failure.diagnosis),
        }
    }

    fn tell_all(&mut self, problems: Vec<Diagnosis>) {
        for problem in problems {
            self.tell(problem);
        }
    }

    /// Shows a message until it is dismissed; the same one once.
    fn tell(&mut self, problem: Diagnosis) {
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    fn cancel(&mut self, flow: Flow) {
        match flow {
            Flow::Authorization => self.authorization = AuthorizationState::Idle,
            Flow::Bearer | Flow::Refresh => self.set_call(flow, CallState::Idle),
            Flow::Rehearsal => self.rehearsal = None,
            Flow::Import => self.import = ImportState::Idle,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::FailureKind;
    use crate::app::StageLine;

    fn failure() -> Failure {
        Failure::new(FailureKind::Refused, Diagnosis::new("no"))
    }

    #[test]
    fn when_the_worker_has_ended_nothing_is_waited_for_any_more() {
        let mut session = Session::default();
        session.begin(Flow::Authorization);
        session.apply(Event::Ended(Failure::ended()));
        assert!(matches!(session.authorization, AuthorizationState::Failed(_)));
        assert_eq!(session.problems.len(), 1);
        session.begin(Flow::Bearer);
        assert!(matches!(session.bearer, CallState::Failed(_)));
        assert_eq!(session.running(Flow::Bearer), None);
    }

    #[test]
    fn events_of_an_older_attempt_are_dropped() {
        let mut session = Session::default();
        let first = session.begin(Flow::Authorization);
        let second = session.begin(Flow::Authorization);
        session.apply(Event::Failed(first, failure()));
        assert!(matches!(session.authorization, AuthorizationState::Starting));
        session.apply(Event::Failed(second, failure()));
        assert!(matches!(session.authorization, AuthorizationState::Failed(_)));
    }

    #[test]
    fn a_rehearsal_gathers_its_lines_until_it_is_over() {
        let line = |stage: &str| StageLine {
            stage: stage.to_owned(),
            sent: String::new(),
            outcome: crate::app::StageOutcome::Passed("code".to_owned()),
        };
        let mut session = Session::default();
        let attempt = session.begin(Flow::Rehearsal);
        session.apply(Event::Rehearsing(attempt, "xero".to_owned()));
        session.apply(Event::StageRehearsed(attempt, line("authorization")));
        session.apply(Event::StageRehearsed(attempt, line("bearer")));
        assert_eq!(session.running(Flow::Rehearsal), Some(attempt));
        session.apply(Event::Rehearsed(attempt));
        session.apply(Event::StageRehearsed(attempt, line("refresh")));
        let lines = vec![line("authorization"), line("bearer")];
        assert_eq!(session.rehearsal, Some(RehearsalState { service: "xero".into(), lines, problem: None }));
        assert_eq!(session.running(Flow::Rehearsal), None);
    }

    #[test]
    fn an_export_that_was_closed_tells_nothing_any_more() {
        let mut session = Session::default();
        let (preview, export) = (session.begin(Flow::Preview), session.begin(Flow::Export));
        assert_eq!(session.close_export(), Some(preview));
        session.apply(Event::Failed(preview, failure()));
        session.apply(Event::Failed(export, failure()));
        assert!(session.export.view.is_none() && session.export.done.is_none() && session.problems.is_empty());
    }

    #[test]
    fn another_choice_ends_and_forgets_the_rehearsal() {
        let mut session = Session::default();
        let attempt = session.begin(Flow::Rehearsal);
        session.apply(Event::Rehearsing(attempt, "xero".to_owned()));
        assert_eq!(session.reset_wizard(), [attempt]);
        session.apply(Event::Rehearsed(attempt));
        assert_eq!(session.rehearsal, None);
    }

    #[test]
    fn a_run_that_ended_takes_no_more_events() {
        let mut session = Session::default();
        let attempt = session.begin(Flow::Bearer);
        session.apply(Event::Cancelled(attempt));
        session.apply(Event::Failed(attempt, failure()));
        assert!(matches!(session.bearer, CallState::Idle));
        assert_eq!(session.running(Flow::Bearer), None);
    }

    #[test]
    fn a_cancelled_sign_in_is_as_if_it_had_not_begun() {
        let mut session = Session::default();
        let attempt = session.begin(Flow::Authorization);
        assert_eq!(session.running(Flow::Authorization), Some(attempt));
        session.apply(Event::Cancelled(attempt));
        assert!(matches!(session.authorization, AuthorizationState::Idle));
    }
}
