//! What the window knows of exports and of sharing.

use std::collections::BTreeMap;

use crate::app::{ExportDone, ExportView, FormatLine, ShareDone};
use crate::export::Sinks;
use crate::gui::model::Requested;
use crate::service::ProfileName;

/// What the window knows of exports and of sharing.
#[derive(Clone, Default)]
pub struct ExportModel {
    pub formats: Requested<Vec<FormatLine>>,
    /// What the export that is being looked at would hold.
    pub view: Requested<ExportView>,
    pub done: Requested<ExportDone>,
    pub shared: Requested<ShareDone>,
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
    }
}
