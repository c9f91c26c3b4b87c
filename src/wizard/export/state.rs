//! What a face knows of exports.

use std::collections::BTreeMap;

use crate::export::Outlets;
use crate::service::ProfileName;
use crate::wizard::{ExportDone, ExportView, Failure, FormLine, ShareDone};

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
