//! A source, and where its value may go.

use std::collections::BTreeMap;

use crate::app::{Failure, FailureKind};
use crate::config::{SourceSetting, Sources};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::service::{ProfileName, SourceError, ValueSource};

/// The value of an assertion, which is signed here unless it has a source.
pub(in crate::app) const ASSERTION: &str = "assertion";

/// Where one value of a profile is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentSource {
    pub source: ValueSource,
    /// The origin that the value may be sent to.
    pub origin: String,
}

/// By the name of the value.
pub type ProfileSources = BTreeMap<String, SentSource>;

/// Those of a profile, as the settings have them.
pub(super) fn of_profile(sources: &Sources, name: &ProfileName) -> Result<ProfileSources, Failure> {
    let read = |(value, setting): (&String, &SourceSetting)| {
        let source = setting.from.parse().map_err(|error: SourceError| {
            let summary = format!("`[sources.{name}.{value}]` in the settings: {error}");
            usage(Diagnosis { summary, ..error.diagnose() })
        })?;
        Ok((value.clone(), SentSource { source, origin: setting.to.clone() }))
    };
    sources.get(name.as_str()).into_iter().flatten().map(read).collect()
}

pub(super) fn usage(diagnosis: Diagnosis) -> Failure {
    Failure::new(FailureKind::Usage, diagnosis)
}
