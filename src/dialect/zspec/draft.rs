//! The two ends of a conversion under way: the service that is being read, and the document that is being written.

use std::collections::{BTreeMap, BTreeSet};

use crate::dialect::Described;
use crate::oauth::Pkce;
use crate::service::Service;

/// The service that is being read.
#[derive(Default)]
pub(super) struct ReadDraft {
    pub service: Service,
    pub described: Described,
    pub pkce: Pkce,
    /// Where in the service each input is.
    pub input_place: BTreeMap<String, usize>,
}

/// The document that is being written.
pub(super) struct WriteDraft<'a> {
    pub service: &'a Service,
    /// The inputs that are explained already.
    pub explained: BTreeSet<String>,
    /// Whether the scopes are listed already.
    pub has_scopes: bool,
    /// The inputs that are parameters of some call, and are explained there.
    pub inline: BTreeSet<String>,
}
