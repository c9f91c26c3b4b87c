//! What saving, imports, keys, rehearsals and the end of the worker change of what a face knows.

use crate::app::{Attempt, Event, Failure, Flow, ImportState, KeyState, PresetState, RehearsalState, Session};
use crate::service::ProfileName;

impl Session {
    /// The name under which what the wizard shows is kept: as a draft, else as a saved profile.
    pub fn open_name(&self) -> Option<&ProfileName> {
        self.draft.as_ref().or(self.saved_as.as_ref())
    }

    /// The runs that go on.
    pub fn attempts(&self) -> impl Iterator<Item = Attempt> {
        self.runs.values().filter(|run| run.going).map(|run| run.attempt)
    }

    /// Nothing goes on any more: what is waited for fails.
    pub(in crate::app::session) fn end(&mut self, failure: Failure) {
        let going: Vec<Attempt> = self.attempts().collect();
        for attempt in going {
            self.when(attempt, true, |session, flow| session.fail(flow, failure.clone()));
        }
        self.tell(failure.diagnosis.clone());
        self.ended = Some(failure);
    }

    /// Takes in what was kept, and under which name.
    pub(in crate::app) fn apply_saving(&mut self, event: Event) {
        match event {
            Event::Saved(attempt, name) => self.when(attempt, true, |session, _| {
                session.saved_as = Some(name);
                session.draft = None;
            }),
            Event::DraftKept(attempt, name) => self.when(attempt, false, |session, _| session.draft = Some(name)),
            Event::EditsKept(attempt, name) => self.when(attempt, true, |session, _| session.draft = Some(name)),
            Event::DraftRenamed(old, new) => {
                self.draft = self.draft.take().map(|draft| if draft == old { new } else { draft });
            }
            Event::PresetSaved(attempt, path) => self.when(attempt, true, |session, _| {
                session.preset = PresetState::Saved(path);
            }),
            _ => {}
        }
    }

    /// Forgets what was imported. A run that still reads is to be cancelled.
    pub fn close_import(&mut self) -> Option<Attempt> {
        self.import = ImportState::Idle;
        self.runs.remove(&Flow::Import).filter(|run| run.going).map(|run| run.attempt)
    }

    /// Forgets the export and the sharing that were looked at. A file that is being written is; a preview that goes on
    /// is returned.
    pub fn close_export(&mut self) -> Option<Attempt> {
        let preview = self.running(Flow::Preview);
        for flow in [Flow::Preview, Flow::Export, Flow::Share] {
            self.runs.remove(&flow);
        }
        self.export.close();
        preview
    }

    /// Takes in what happened to an import.
    pub(in crate::app) fn apply_import(&mut self, event: Event) {
        match event {
            Event::IssuerFound(attempt, issuer) => self.when(attempt, true, |session, _| {
                session.import = ImportState::Asking(issuer);
            }),
            Event::Fetching(attempt, address) => self.when(attempt, false, |session, _| {
                session.import = ImportState::Reading(Some(address));
            }),
            Event::Imported(attempt, imported) => self.when(attempt, true, |session, _| {
                session.import = ImportState::Done(imported);
            }),
            Event::ImportAmbiguous(attempt, text) => self.when(attempt, true, |session, _| {
                session.import = ImportState::Ambiguous(text);
            }),
            Event::ImportLocked(attempt, locked) => self.when(attempt, true, |session, _| {
                session.import = ImportState::Locked(locked);
            }),
            Event::SharedRead(attempt, app) => self.when(attempt, true, |session, _| {
                session.import = ImportState::Shared(app);
            }),
            Event::SharedTaken(attempt, names) => self.when(attempt, true, |session, _| {
                session.import = ImportState::Taken(names);
            }),
            _ => {}
        }
    }

    /// Takes in what happened to a key.
    pub(in crate::app) fn apply_key(&mut self, event: Event) {
        match event {
            Event::KeyRead(attempt, read) => self.when(attempt, true, |session, _| session.key = KeyState::Read(read)),
            Event::KeyOpened(attempt, pair) => {
                self.when(attempt, true, |session, _| session.key = KeyState::opened(pair));
            }
            Event::KeyKept(attempt, name) => self.when(attempt, true, |session, _| session.key = KeyState::Kept(name)),
            Event::CertificateWritten(attempt, path) => self.when(attempt, true, |session, _| {
                session.key = KeyState::Written(path);
            }),
            _ => {}
        }
    }

    /// Takes in what happened to a rehearsal.
    pub(in crate::app) fn apply_rehearsal(&mut self, event: Event) {
        match event {
            Event::Rehearsing(attempt, id) => self.when(attempt, false, |session, _| {
                session.rehearsal = Some(RehearsalState { service: id, ..RehearsalState::default() });
            }),
            Event::StageRehearsed(attempt, line) => self.when(attempt, false, |session, _| {
                session.rehearsal.get_or_insert_default().lines.push(line);
            }),
            Event::Rehearsed(attempt) => self.when(attempt, true, |_, _| {}),
            _ => {}
        }
    }
}
