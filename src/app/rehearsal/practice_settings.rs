//! What a face may say about the practice service.

use crate::practice::Fault;

/// How the practice service is to behave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PracticeSettings {
    /// The port to listen on; a free one unless given.
    pub port: Option<u16>,
    /// The names of the faults that are switched on; [`faults`] lists them.
    pub faults: Vec<String>,
    /// Whether its pages answer themselves.
    pub auto_consent: bool,
}

/// The practice service's faults: name and explanation.
pub fn faults() -> impl Iterator<Item = (&'static str, &'static str)> {
    Fault::all().map(|fault| (fault.name(), fault.explanation()))
}
