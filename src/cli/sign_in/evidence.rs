//! What a sign-in or a refresh leaves behind for whoever looks into it: its calls, and its case if it failed.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::app::{CallContext, Case, CaseStage, Failure, LoggedCall, News};
use crate::call::{TracedCall, Way};
use crate::cli::args::SignInOptions;
use crate::cli::print;
use crate::cli::runner::{Runner, tell_news};
use crate::service::ProfileName;

/// The calls of a sign-in or a refresh, as they are made.
#[derive(Clone, Default)]
pub(crate) struct Evidence(Arc<Mutex<Vec<LoggedCall>>>);

impl Evidence {
    /// Collects from now on, if the options want it.
    pub(crate) fn begin(runner: &Runner, options: &SignInOptions) -> Self {
        if options.har.is_some() || options.case.is_some() {
            runner.app.trace();
        }
        Self::default()
    }

    /// Does this work, which renews tokens of a profile, and writes its case to this file if it fails. `hear` gets the news.
    pub(crate) fn of_renewal<T: Send>(
        runner: &Runner,
        (name, path): (&ProfileName, Option<&Path>),
        mut hear: impl FnMut(News) + Send + 'static,
        work: impl Future<Output = Result<T, Failure>> + Send,
    ) -> Result<T, Failure> {
        let evidence = Self::default();
        if path.is_some() {
            runner.app.trace();
        }
        let collected = evidence.clone();
        runner.listen(move |news| match news {
            News::Called(_) => collected.take_in(&news),
            news => hear(news),
        });
        let done = runner.run(work);
        runner.listen(tell_news);
        if let (Some(path), Err(failure)) = (path, &done) {
            match runner.run(runner.app.case_of_renewal(name, &evidence.calls(), failure)) {
                Ok(case) => write_case(runner, case, path),
                Err(failure) => print::warning(&failure.diagnosis),
            }
        }
        done
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
        if let (Some(path), Some(failure)) = (&options.case, failure) {
            let calls = self.calls();
            let case = Case::new(context, stage(context, &calls), failure, &calls, jiff::Timestamp::now());
            write_case(runner, case, path);
        }
        if let Some(path) = &options.har
            && let Err(failure) = runner.run(runner.app.write_har(&self.made(), path.clone()))
        {
            print::warning(&failure.diagnosis);
        }
    }

    fn made(&self) -> Vec<LoggedCall> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn calls(&self) -> Vec<TracedCall> {
        self.made().into_iter().map(|made| made.call).collect()
    }
}

fn write_case(runner: &Runner, case: Case, path: &Path) {
    match runner.run(runner.app.write_case(case, path.to_owned())) {
        Ok(()) => print::note(&format!("Case written: tokenwright replay {}", path.display())),
        Err(failure) => print::warning(&failure.diagnosis),
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
