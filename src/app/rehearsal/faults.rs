//! The faults of the practice service by name, for the command line and the window.

use crate::app::{Failure, FailureKind};
use crate::diagnosis::Diagnose;
use crate::practice::{Fault, Stage};

/// The faults of one stage.
pub struct FaultsOfStage {
    pub stage: &'static str,
    /// Name and explanation of each.
    pub faults: Vec<(&'static str, &'static str)>,
}

/// The practice service's faults, by the stage at which they show.
pub fn faults() -> impl Iterator<Item = FaultsOfStage> {
    Stage::ALL.into_iter().map(|stage| {
        let own = Fault::all().filter(|fault| fault.stage() == stage);
        FaultsOfStage { stage: stage.title(), faults: own.map(|fault| (fault.name(), fault.explanation())).collect() }
    })
}

/// The faults of these names; a usage failure for a name that [`faults`] does not list.
pub fn parse_faults(names: &[String]) -> Result<Vec<Fault>, Failure> {
    let faults = names.iter().map(|name| name.parse::<Fault>());
    faults.collect::<Result<_, _>>().map_err(|error| Failure::new(FailureKind::Usage, error.diagnose()))
}
