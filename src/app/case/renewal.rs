//! The case of a refresh that failed, from the calls that were made for it.

use crate::app::case::{Case, CaseStage};
use crate::app::handle::App;
use crate::app::vault::open;
use crate::app::{CallContext, Failure, FailureKind, LoggedCall, profiles, tokens};
use crate::call::{TracedCall, TracedOutcome, Way};
use crate::diagnosis::Diagnosis;
use crate::service::ProfileName;

/// The most calls of the log that belong to one case.
const MOST: usize = 20;

impl App {
    /// The case of a saved profile whose tokens could not be renewed. `calls` are those that were made for it, the oldest first, and
    /// `told` is what the person was told.
    pub async fn case_of_renewal(
        &self,
        name: &ProfileName,
        calls: &[TracedCall],
        told: &Failure,
    ) -> Result<Case, Failure> {
        if !calls.iter().any(|call| call.way == Way::Sent) {
            return Err(usage("there is no case: no request was sent", "what is said above is all there is"));
        }
        let context = saved(self, name).await?;
        let stage = if refreshes(&context) { CaseStage::RefreshRequest } else { CaseStage::TokenRequest };
        make(self, &context, stage, calls, Some(told)).await
    }

    /// The case of the last token or refresh request of a saved profile that failed, by the log of calls.
    pub async fn case_of_log(&self, name: &ProfileName) -> Result<Case, Failure> {
        open::open_chosen(self).await?;
        let day = self.calls_of_day().await?;
        let Some(failed) = FailedRenewal::last_of(name, day.calls.iter()) else {
            let summary = format!("no token request and no refresh request of `{name}` failed in the last day");
            return Err(usage(&summary, &format!("`tokenwright calls {name}` lists its calls")));
        };
        self.case_of_failed(failed).await
    }

    /// The case of a token or refresh request of a saved profile that failed.
    pub async fn case_of_failed(&self, FailedRenewal { name, stage, calls }: FailedRenewal) -> Result<Case, Failure> {
        make(self, &saved(self, &name).await?, stage, &calls, None).await
    }
}

/// A token or refresh request of a saved profile that failed, with the calls that led to it, the oldest first.
#[derive(Clone, Debug)]
pub struct FailedRenewal {
    name: ProfileName,
    stage: CaseStage,
    calls: Vec<TracedCall>,
}

impl FailedRenewal {
    /// Whether there is one among these calls.
    pub fn is_among<'a>(name: &ProfileName, calls: impl IntoIterator<Item = &'a LoggedCall>) -> bool {
        let mut own = calls.into_iter().filter(|logged| logged.profile == name.as_str());
        own.any(|logged| failed_at(logged).is_some())
    }

    /// The last one among these calls, the newest of which is the last; `None` if none failed. What led to it was done by the same
    /// process.
    pub fn last_of<'a>(name: &ProfileName, calls: impl IntoIterator<Item = &'a LoggedCall>) -> Option<Self> {
        let own: Vec<&LoggedCall> = calls.into_iter().filter(|logged| logged.profile == name.as_str()).collect();
        let (at, stage) = own.iter().enumerate().rev().find_map(|(at, logged)| Some((at, failed_at(logged)?)))?;
        let maker = |logged: &LoggedCall| (logged.process, logged.face.clone());
        let last = maker(own[at]);
        let mut calls: Vec<TracedCall> =
            own[..=at].iter().filter(|logged| maker(logged) == last).map(|logged| logged.call.clone()).collect();
        calls.drain(..calls.len().saturating_sub(MOST));
        Some(Self { name: name.clone(), stage, calls })
    }
}

/// At which stage a call failed that was to bring tokens.
fn failed_at(logged: &LoggedCall) -> Option<CaseStage> {
    stage(&logged.stage).filter(|_| has_failed(&logged.call))
}

/// What requests of the profile are made from.
async fn saved(app: &App, name: &ProfileName) -> Result<CallContext, Failure> {
    let mut context = tokens::context_of(app, name, profiles::load(app, name).await?).await?;
    context.profile.service.derive_refresh_request();
    Ok(context)
}

/// Whether a refresh request renews its tokens, and not another token request.
fn refreshes(context: &CallContext) -> bool {
    let service = &context.profile.service;
    let has_token = context.tokens.as_ref().is_some_and(|tokens| tokens.refresh_token.is_some());
    service.refresh_request.is_some() && (has_token || service.policy.renews_access_token)
}

/// The stage of a call that a replay can make again.
fn stage(name: &str) -> Option<CaseStage> {
    match name {
        "token_request" => Some(CaseStage::TokenRequest),
        "refresh_request" => Some(CaseStage::RefreshRequest),
        _ => None,
    }
}

fn has_failed(call: &TracedCall) -> bool {
    match &call.outcome {
        TracedOutcome::Reply(reply) => !reply.is_success(),
        TracedOutcome::Failed(_) => true,
        TracedOutcome::Unseen => false,
    }
}

/// A case says what this program makes of the reply, so that a replay says the same; what was told of the whole stands beside it.
async fn make(
    app: &App,
    context: &CallContext,
    stage: CaseStage,
    calls: &[TracedCall],
    told: Option<&Failure>,
) -> Result<Case, Failure> {
    let unsaid = Failure::new(FailureKind::Refused, Diagnosis::new(""));
    let mut case = Case::new(context, stage, told.unwrap_or(&unsaid), calls, (app.ports.now)());
    let Some(diagnosis) = app.replay(&case).await?.diagnosis else {
        return Err(usage("there is no case: the last reply was good", "what failed came after it"));
    };
    case.told = told.map(|told| told.diagnosis.clone()).filter(|told| *told != diagnosis);
    case.diagnosis = diagnosis;
    Ok(case)
}

fn usage(summary: &str, hint: &str) -> Failure {
    Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint(hint))
}
