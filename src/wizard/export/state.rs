//! What a face knows of exports.

use std::collections::BTreeMap;

use crate::export::Outlets;
use crate::service::ProfileName;
use crate::wizard::{Event, ExportDone, ExportView, Failure, FormLine, Session, ShareDone};

/// What a face knows of exports.
#[derive(Clone, Debug, Default)]
pub struct ExportState {
    /// The forms there are.
    pub forms: Vec<FormLine>,
    /// What the export that is being looked at would hold.
    pub view: Option<Result<ExportView, Failure>>,
    /// What the last export came to.
    pub done: Option<Result<ExportDone, Failure>>,
    /// What the last sharing came to.
    pub shared: Option<Result<ShareDone, Failure>>,
    /// What was exported, by profile.
    pub outlets: BTreeMap<ProfileName, Outlets>,
}

impl Session {
    /// Takes in what happened to exports.
    pub(in crate::wizard) fn apply_export(&mut self, event: Event) {
        match event {
            Event::Forms(forms) => self.export.forms = forms,
            Event::Outlets(name, outlets) => drop(self.export.outlets.insert(name, outlets)),
            Event::ExportPreview(attempt, view) => self.when(attempt, true, |session, _| {
                session.export.view = Some(Ok(*view));
            }),
            Event::Shared(attempt, done) => self.when(attempt, true, |session, _| {
                session.export.shared = Some(Ok(*done));
            }),
            Event::Exported(attempt, done) => self.when(attempt, true, |session, _| {
                session.export.done = Some(Ok(*done));
            }),
            _ => {}
        }
    }
}
