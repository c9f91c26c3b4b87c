//! A person's own presets: written to a file of their own, and then among the services.

use crate::app::shared::Shared;
use crate::app::{Attempt, Event, Failure, FailureCode, FailureKind};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::service::{Service, write_preset};
use crate::store::StoreError;

/// Writes the preset and tells where, then loads the services again, so that its card is there. It is read before it is
/// written: a file that this program refuses is of no use to anybody.
pub(crate) fn save(shared: &Shared, attempt: Attempt, service: &Service, replace: bool) -> Result<(), Failure> {
    let text = write_preset(service);
    let (catalog, _) = shared.catalog();
    let read = catalog.parse(&format!("{}.toml", service.id), &text);
    read.map_err(|error| {
        Failure::new(FailureKind::Usage, Diagnosis { hint: error.hint, ..Diagnosis::new(error.problem) })
    })?;
    let path = shared.ports.store.save_user_preset(&service.id, &text, replace).map_err(|error| match error {
        StoreError::PresetExists { .. } => {
            Failure::new(FailureKind::Usage, error.diagnose()).coded(FailureCode::PresetExists)
        }
        error => Failure::from(error),
    })?;
    let (catalog, problems) = shared.catalog();
    shared.emit(Event::Services(catalog.services(), problems));
    shared.emit(Event::PresetSaved(attempt, path));
    Ok(())
}
