//! The values that a profile reads from elsewhere: those it has, changed by `--source`.

use crate::app::{CallContext, Failure, FailureKind, ProfileSources, takes_source};
use crate::cli::args::SignInOptions;
use crate::cli::runner::Runner;
use crate::diagnosis::Diagnosis;
use crate::oauth::ProfileSecrets;
use crate::service::{Profile, ProfileName, ValueSource};

/// The value that is signed here unless it has a source.
const ASSERTION: &str = "assertion";

/// Whether the assertion comes from elsewhere, so that none is made here.
pub(super) fn has_assertion(runner: &Runner, name: &ProfileName, options: &SignInOptions) -> Result<bool, Failure> {
    let given = options.sources.iter().rev().find(|(value, _)| value == ASSERTION);
    match given {
        Some((_, source)) => Ok(source.is_some()),
        None => Ok(runner.run(runner.app.sources(name))?.contains_key(ASSERTION)),
    }
}

pub(super) fn of(
    runner: &Runner,
    name: &ProfileName,
    profile: &Profile,
    options: &SignInOptions,
) -> Result<ProfileSources, Failure> {
    let mut sources = runner.run(runner.app.sources(name))?;
    if options.sources.is_empty() && sources.is_empty() {
        return Ok(sources);
    }
    // Another service may not send them.
    sources.retain(|value, _| takes_source(&profile.service, value));
    let mut given: Vec<(String, ValueSource)> = Vec::new();
    for (value, source) in &options.sources {
        match source {
            Some(ValueSource::Profile(parent, _)) if parent == name => {
                let diagnosis = Diagnosis::new(format!("`{name}` cannot take its token from itself"));
                return Err(Failure::new(FailureKind::Usage, diagnosis.hint("name another profile")));
            }
            Some(source) => given.push((value.clone(), source.clone())),
            None => drop(sources.remove(value)),
        }
    }
    if !given.is_empty() {
        let context = CallContext::new(profile.clone(), ProfileSecrets::default());
        sources.extend(context.bind_sources(&given)?);
    }
    Ok(sources)
}
