//! What a sign-in leaves behind for whoever looks into it: its calls, and its case if it failed.

use std::sync::{Arc, Mutex, PoisonError};

use crate::app::{CallContext, Case, CaseStage, Failure, News};
use crate::call::{TracedCall, Way};
use crate::cli::args::SignInOptions;
use crate::cli::print;
use crate::cli::runner::Runner;

/// The calls of a sign-in, as they are made.
#[derive(Clone, Default)]
pub(crate) struct Evidence(Arc<Mutex<Vec<TracedCall>>>);

impl Evidence {
    /// Collects from now on, if the options want it.
    pub(crate) fn begin(runner: &Runner, options: &SignInOptions) -> Self {
        if options.har.is_some() || options.case.is_some() {
            runner.app.trace();
        }
        Self::default()
    }

    pub(crate) fn take_in(&self, news: &News) {
        if let News::Called(call) = news {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push((**call).clone());
        }
    }

    /// Writes what the options want. A file that cannot be written is a warning: the sign-in itself is done.
    pub(crate) fn write(
        &self,
        runner: &Runner,
        options: &SignInOptions,
        context: &CallContext,
        failure: Option<&Failure>,
    ) {
        let calls = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let (Some(path), Some(failure)) = (&options.case, failure) {
            let case = Case::new(context, stage(context, &calls), failure, &calls, jiff::Timestamp::now());
            match runner.run(runner.app.write_case(case, path.clone())) {
                Ok(()) => print::note(&format!("Case written: tokenwright replay {}", path.display())),
                Err(failure) => print::warning(&failure.diagnosis),
            }
        }
        if let Some(path) = &options.har
            && let Err(failure) = runner.run(runner.app.write_har(calls, path.clone()))
        {
            print::warning(&failure.diagnosis);
        }
    }
}

/// How far the sign-in came.
fn stage(context: &CallContext, calls: &[TracedCall]) -> CaseStage {
    let has_sent = calls.iter().any(|call| call.way == Way::Sent);
    match (context.secrets.refresh_token.is_empty(), has_sent) {
        (false, _) => CaseStage::RefreshRequest,
        (true, true) => CaseStage::TokenRequest,
        (true, false) => CaseStage::Authorization,
    }
}
