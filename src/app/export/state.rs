//! What a face knows of exports.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::app::{Event, ExportDone, ExportView, Failure, FailureCode, FormLine, Insisted, Session, ShareDone};
use crate::export::Sinks;
use crate::service::ProfileName;

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
    pub outlets: BTreeMap<ProfileName, Sinks>,
}

impl Session {
    /// Takes in what happened to exports.
    pub(in crate::app) fn apply_export(&mut self, event: Event) {
        match event {
            Event::Forms(forms) => self.export.forms = forms,
            Event::Outlets(name, outlets) => drop(self.export.outlets.insert(name, outlets)),
            Event::ExportPreview(report, view) => self.when(report, true, |session, _| {
                session.export.view = Some(Ok(*view));
            }),
            Event::Shared(report, done) => self.when(report, true, |session, _| {
                session.export.shared = Some(Ok(*done));
            }),
            Event::Exported(report, done) => self.when(report, true, |session, _| {
                session.export.done = Some(Ok(*done));
            }),
            _ => {}
        }
    }
}

impl ExportState {
    /// Forgets what was looked at; what there is stays.
    pub(in crate::app) fn close(&mut self) {
        (self.view, self.done, self.shared) = (None, None, None);
    }
}

/// The person's home, where exported files are proposed; the current folder where there is none.
pub fn home_folder() -> PathBuf {
    std::env::home_dir().unwrap_or_default()
}

impl Insisted {
    /// What has a file written that was refused, besides what was insisted on already; `None` where nothing has.
    pub fn after(self, failure: &Failure) -> Option<Self> {
        match failure.code {
            FailureCode::InWorkTree => Some(Self { in_work_tree: true, ..self }),
            FailureCode::FileForeign | FailureCode::FileChanged => Some(Self { replace: true, ..self }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::DeliveryError;

    #[test]
    fn a_refused_file_can_be_insisted_on_and_both_reasons_add_up() {
        let path = PathBuf::from("a.env");
        let foreign = Failure::from(DeliveryError::Foreign { path: path.clone() });
        let changed = Failure::from(DeliveryError::Changed { path: path.clone() });
        let tree = Failure::from(DeliveryError::InWorkTree { path: path.clone(), tree: PathBuf::new() });
        let replace = Insisted { replace: true, in_work_tree: false };
        assert_eq!(Insisted::default().after(&foreign), Some(replace));
        assert_eq!(Insisted::default().after(&changed), Some(replace));
        assert_eq!(replace.after(&tree), Some(Insisted { replace: true, in_work_tree: true }));
        assert_eq!(Insisted::default().after(&DeliveryError::Folder { path }.into()), None);
    }
}
