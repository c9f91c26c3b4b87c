//! The faults of the practice service by name, for the command line and the window.

use crate::app::{Failure, FailureKind};
use crate::diagnosis::Diagnose;
use crate::practice::Fault;

/// The practice service's faults: name and explanation.
pub fn faults() -> impl Iterator<Item = (&'static str, &'static str)> {
    Fault::all().map(|fault| (fault.name(), fault.explanation()))
}

/// The faults of these names; a usage failure for a name that [`faults`] does not list.
pub fn parse_faults(names: &[String]) -> Result<Vec<Fault>, Failure> {
    let faults = names.iter().map(|name| name.parse::<Fault>());
    faults.collect::<Result<_, _>>().map_err(|error| Failure::new(FailureKind::Usage, error.diagnose()))
}
