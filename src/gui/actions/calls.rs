//! What the window does about the calls that it made: saves them, or the case of a sign-in that failed, and replays one.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::{App, CallContext, Case, CaseStage, FailedRenewal, Failure, LoggedCall, home_folder};
use crate::call::{TracedCall, Way};
use crate::gui::drafts::CallsDraft;
use crate::gui::model::{Model, Visit};
use crate::gui::window::Window;

/// How many calls belong to a case that did not begin in the browser.
const FEW: usize = 5;

impl Window {
    pub(in crate::gui) fn open_calls(&mut self) {
        self.close_page();
        let file = home_folder().join("tokenwright.har").display().to_string();
        self.draft.calls = Some(CallsDraft { file, ..CallsDraft::default() });
        self.draft.next_view.to_top = true;
        self.model.day.start_again(self.tasks.start(|app: App, _| async move { app.calls_of_day().await }));
    }

    pub(in crate::gui) fn save_har(&mut self) {
        let Some(path) = self.calls_file() else { return };
        let calls: Vec<LoggedCall> = listed(&self.model).into_iter().map(|listed| listed.made.clone()).collect();
        let save = |app: App, _| async move { app.write_har(&calls, path.clone()).await.map(|()| path) };
        self.model.evidence.start_again(self.tasks.start(save));
    }

    pub(in crate::gui) fn save_case(&mut self) {
        let Some(path) = self.calls_file() else { return };
        let Some((stage, failure)) = failed(&self.model) else { return self.save_logged_case(path) };
        let Some(profile) = self.draft.profile.as_ref().map(crate::service::ProfileDraft::as_typed) else { return };
        let context = CallContext::new(profile, self.draft.secrets.clone());
        let calls = of_case(&self.model.calls);
        let case = Case::new(&context, stage, failure, &calls, self.draft.clock.now);
        let save = |app: App, _| async move { app.write_case(case, path.clone()).await.map(|()| path) };
        self.model.evidence.start_again(self.tasks.start(save));
    }

    /// Of what failed before the profile was opened, or was done by the agent or a command.
    fn save_logged_case(&mut self, path: PathBuf) {
        let Some(name) = &self.model.open.saved_as else { return };
        let calls = listed(&self.model);
        let Some(failed) = FailedRenewal::last_of(name, calls.iter().map(|listed| listed.made)) else { return };
        let save = |app: App, _| async move {
            let case = app.case_of_failed(failed).await?;
            app.write_case(case, path.clone()).await.map(|()| path)
        };
        self.model.evidence.start_again(self.tasks.start(save));
    }

    pub(in crate::gui) fn replay_case(&mut self) {
        let Some(path) = self.draft.calls.as_ref().map(|calls| PathBuf::from(calls.case_file.trim())) else { return };
        let replay = |app: App, _| async move {
            let case = app.read_case(path).await?;
            let replayed = app.replay(&case).await?;
            Ok((case, replayed))
        };
        self.model.replay.start_again(self.tasks.start(replay));
    }

    fn calls_file(&self) -> Option<PathBuf> {
        let file = self.draft.calls.as_ref()?.file.trim();
        (!file.is_empty()).then(|| PathBuf::from(file))
    }

    pub(in crate::gui) fn take_calls(&mut self) {
        if self.draft.calls.is_none() {
            self.model.day.cancel();
        } else if self.poll(|model| &mut model.day)
            && let Some(seen) = self.model.day.last().cloned()
        {
            let follow = |app: App, _| async move { app.calls_after(&seen).await };
            self.model.day.start_again(self.tasks.start(follow));
        }
        self.poll(|model| &mut model.evidence);
        self.poll(|model| &mut model.replay);
    }
}

/// A call in the list.
pub(in crate::gui) struct ListedCall<'a> {
    pub(in crate::gui) made: &'a LoggedCall,
    /// Whether it was made by this window, which knows more of it than the log.
    pub(in crate::gui) is_own: bool,
}

/// The calls of this window, and those that others made, the oldest first.
pub(in crate::gui) fn listed(model: &Model) -> Vec<ListedCall<'_>> {
    let own: BTreeSet<Timestamp> = model.calls.iter().map(|made| made.call.at).collect();
    let others = model.day.last().into_iter().flat_map(|day| day.calls.iter());
    let others = others.filter(|made| !own.contains(&made.call.at));
    let mut listed: Vec<ListedCall<'_>> = others.map(|made| ListedCall { made, is_own: false }).collect();
    listed.extend(model.calls.iter().map(|made| ListedCall { made, is_own: true }));
    listed.sort_by_key(|listed| listed.made.call.at);
    listed
}

/// Whether a request for tokens of the open profile failed, whoever made it.
pub(in crate::gui) fn has_failed_before(model: &Model, calls: &[ListedCall<'_>]) -> bool {
    let name = model.open.saved_as.as_ref();
    name.is_some_and(|name| FailedRenewal::is_among(name, calls.iter().map(|listed| listed.made)))
}

/// The failure that a case can be made of, and where it happened.
pub(in crate::gui) fn failed(model: &Model) -> Option<(CaseStage, &Failure)> {
    if let Visit::Failed(failure) = &model.open.sign_in.visit {
        return Some((CaseStage::Authorization, failure));
    }
    let requests = [
        (CaseStage::TokenRequest, &model.open.token_request),
        (CaseStage::RefreshRequest, &model.open.refresh_request),
    ];
    requests.into_iter().find_map(|(stage, request)| {
        let refused = request.last().and_then(|exchange| exchange.outcome.as_ref().err());
        Some((stage, refused.or(request.failure())?))
    })
}

/// The calls since the browser was sent off, or else the last few.
fn of_case(calls: &[Arc<LoggedCall>]) -> Vec<TracedCall> {
    let began = calls.iter().rposition(|made| made.call.way == Way::Browser);
    let from = began.unwrap_or(calls.len().saturating_sub(FEW));
    calls[from..].iter().map(|made| made.call.clone()).collect()
}
