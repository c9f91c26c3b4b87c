//! What a person answers in the middle of a sign-in.

use std::pin::Pin;

use crate::app::progress::Report;
use crate::app::sign_in::call_context::CallContext;
use crate::app::told::Choosing;
use crate::app::{Failure, Fetched};
use crate::secret::Secret;

/// An answer that is waited for.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a person answers in the middle of a sign-in. A failure ends it.
pub trait Ask: Send + Sync {
    /// Where progress is told.
    fn report(&self) -> Report;

    /// The next text that the person pastes in place of the response that the browser brings. Waits until there is one.
    fn paste(&self) -> Answer<'_, Result<Secret, Failure>>;

    /// The authorization code has come: what the token request is made from. A face may let the person look first, or
    /// supply what is missing.
    fn proceed(&self, context: CallContext) -> Answer<'_, Result<CallContext, Failure>> {
        Box::pin(async { Ok(context) })
    }

    /// The service names several of a kind: the one that is meant, or none for now.
    fn choose<'a>(&'a self, choosing: &'a Choosing) -> Answer<'a, Result<Option<Fetched>, Failure>>;

    /// The tokens are here and could not be saved: whether to try again.
    fn save_again<'a>(&'a self, failure: &'a Failure) -> Answer<'a, Result<bool, Failure>>;
}
