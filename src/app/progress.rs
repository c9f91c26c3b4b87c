//! What a use case reports while it runs, apart from its result.

use std::fmt;
use std::sync::Arc;

use crate::app::rehearsal::StageLine;
use crate::app::types::{DeviceWaiting, Exchange, Waiting};
use crate::diagnosis::Diagnosis;
use crate::service::ProfileName;

/// What a use case reports while it runs.
#[derive(Clone, Debug)]
pub enum Progress {
    /// The browser was opened at the service; its response is awaited.
    Waiting(Box<Waiting>),
    /// A person is awaited on another device.
    DeviceWaiting(DeviceWaiting),
    /// How long the code of another device is still good, in words; told whenever they change.
    CodeLeft(String),
    /// A response was rejected; the wait continues.
    ResponseIgnored(Diagnosis),
    /// The browser reached the listener without a response; the wait continues.
    ResponseAstray(Diagnosis),
    /// The browser could not be used; the wait continues.
    BrowserFailed(Diagnosis),
    /// The authorization request was signed: header and claims, with what answers to this sign-in masked.
    RequestSigned(String),
    /// The authorization code arrived.
    CodeCame,
    /// A request was sent to this origin.
    Sending(String),
    /// A transient failure; the request is retried shortly.
    Retrying(Diagnosis),
    /// Another process holds the profile's lease.
    LeaseBusy(Diagnosis),
    /// A request on behalf of a saved profile has finished.
    Traced(Box<Exchange>),
    /// The tokens received are saved as a draft of this name, or wait in memory to be.
    DraftSaved(ProfileName),
    /// A discovery document is being fetched from this address.
    Fetching(String),
    /// A member of the team is being removed: how many of its profiles are sealed anew.
    RemovingMember { done: usize, of: usize },
    /// A stage of a rehearsal has ended, well or badly.
    StageRehearsed(StageLine),
}

/// Receives progress, unless nobody does, and knows for which profile the work is done.
#[derive(Clone, Default)]
pub struct Report {
    tell: Option<Arc<dyn Fn(Progress) + Send + Sync>>,
    profile: Option<ProfileName>,
}

impl Report {
    /// Calls this function, from any thread; it must not block.
    pub fn new(tell: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self { tell: Some(Arc::new(tell)), profile: None }
    }

    /// Discards progress.
    pub fn none() -> Self {
        Self::default()
    }

    pub(crate) fn tell(&self, progress: Progress) {
        if let Some(tell) = &self.tell {
            tell(progress);
        }
    }

    /// Whether anybody is told, so that nothing is prepared for nobody.
    pub(crate) fn is_heard(&self) -> bool {
        self.tell.is_some()
    }

    /// The same for work that is done for this profile, as far as it has a name.
    pub(in crate::app) fn of_profile(&self, profile: Option<&ProfileName>) -> Self {
        Self { profile: profile.cloned(), ..self.clone() }
    }

    /// For which profile the work is done.
    pub(in crate::app) fn profile(&self) -> Option<&ProfileName> {
        self.profile.as_ref()
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Report")
    }
}
