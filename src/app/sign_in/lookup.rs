//! Lookups: calls without a token before the others of a sign-in, which find a host or a value that those need. What they find is
//! retained with the tokens, so that a refresh needs none.

use crate::app::handle::App;
use crate::app::progress::Report;
use crate::app::sign_in::follow_up::{fetched, is_wanted};
use crate::app::{CallContext, Failure, FailureKind};
use crate::diagnosis::Diagnosis;
use crate::service::Fetch;

impl CallContext {
    /// The first lookup whose values are not known yet.
    pub fn next_lookup(&self) -> Option<&Fetch> {
        let lookups = &self.profile.service.lookup;
        // Most services have none, and their values need not be put together for that.
        let values = (!lookups.is_empty()).then(|| self.values())?;
        lookups.iter().find(|lookup| lookup.retain.iter().any(|(name, _)| values.value(name).is_none()))
    }
}

/// Makes all lookups for a sign-in that begins, whatever an earlier one has found.
pub(in crate::app) async fn anew(app: &App, report: &Report, context: &mut CallContext) -> Result<(), Failure> {
    context.found.clear();
    let tokens = context.tokens.take();
    let outcome = provide(app, report, context).await;
    context.tokens = tokens;
    outcome
}

/// Makes the lookups whose values are not known yet, in order: each may use what those before it have found.
pub(in crate::app) async fn provide(app: &App, report: &Report, context: &mut CallContext) -> Result<(), Failure> {
    while let Some(lookup) = context.next_lookup().cloned() {
        let found = fetched(app, Some(report), context, &lookup).await;
        let mut found = found.map_err(|failure| told(&lookup, failure))?;
        found.retain(|option| is_wanted(context, option));
        let Some(first) = found.pop().filter(|_| found.is_empty()) else {
            return Err(undecided(&lookup, found.len()));
        };
        context.found.extend(first.retain);
        check_allowed(context, &lookup)?;
    }
    Ok(())
}

/// A value that the preset does not allow is not used.
fn check_allowed(context: &CallContext, lookup: &Fetch) -> Result<(), Failure> {
    let values = context.values();
    let Some((name, _)) = lookup.retain.iter().find(|(name, _)| values.value(name).is_none()) else { return Ok(()) };
    let found = context.found.get(name).map_or("", String::as_str);
    let summary = format!("{}: the service sent `{found}` as `{name}`, which the preset does not allow", lookup.label);
    let hint = format!("if it is right, correct `{name}` under `[allow]` in the preset");
    Err(Failure::new(FailureKind::Refused, Diagnosis::new(summary).hint(hint)))
}

fn told(lookup: &Fetch, failure: Failure) -> Failure {
    let summary = format!("{}: {}", lookup.label, failure.diagnosis.summary);
    Failure { diagnosis: Diagnosis { summary, ..failure.diagnosis }, ..failure }
}

/// One is needed, and there is none, or there are more.
fn undecided(lookup: &Fetch, others: usize) -> Failure {
    let summary = match others {
        0 => format!("{}: the service returned none", lookup.label),
        others => format!("{}: the service returned {}, and one is needed", lookup.label, others + 1),
    };
    let names: Vec<String> = lookup.retain.iter().map(|(name, _)| format!("`--set {name}=…`")).collect();
    let hint = format!("compare the inputs of the profile, or enter the value: {}", names.join(", "));
    Failure::new(FailureKind::Refused, Diagnosis::new(summary).hint(hint))
}
