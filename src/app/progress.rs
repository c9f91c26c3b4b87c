//! What is told while a use case is under way and is no result of it.

use std::fmt;
use std::sync::Arc;

use crate::app::rehearsal::StageLine;
use crate::app::types::{Exchange, Waiting};
use crate::diagnosis::Diagnosis;
use crate::service::ProfileName;

/// What is told while a use case is under way.
#[derive(Clone, Debug)]
pub enum Progress {
    /// The browser was sent to the service, and its response is waited for.
    Waiting(Box<Waiting>),
    /// A response arrived that is not believed; the wait goes on.
    ResponseIgnored(Diagnosis),
    /// The browser came to the listener without a response; the wait goes on.
    ResponseAstray(Diagnosis),
    /// The browser that was started has failed; the wait goes on.
    BrowserFailed(Diagnosis),
    /// The authorization code has come.
    CodeCame,
    /// A call went out, to this origin.
    Sending(String),
    /// A call failed in a way that may pass, and is made again shortly.
    Retrying(Diagnosis),
    /// Another process is at work on the profile, and is waited for.
    LeaseBusy(Diagnosis),
    /// A call on behalf of a saved profile is done.
    Traced(Box<Exchange>),
    /// What a call has brought is saved as a draft of this name, or waits to be.
    DraftSaved(ProfileName),
    /// A description is being fetched from this address.
    Fetching(String),
    /// A stage of a rehearsal is over, well or not.
    StageRehearsed(StageLine),
}

/// Where progress is told.
#[derive(Clone)]
pub struct Report(Arc<dyn Fn(Progress) + Send + Sync>);

impl Report {
    /// To this function, which is called from any thread and must not block.
    pub fn new(tell: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    /// To nobody.
    pub fn none() -> Self {
        Self::new(|_| ())
    }

    pub(crate) fn tell(&self, progress: Progress) {
        (self.0)(progress);
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Report")
    }
}
