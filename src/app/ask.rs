//! The questions that a person answers during a sign-in.

use std::pin::Pin;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::app::progress::{Progress, Report};
use crate::app::sign_in::call_context::CallContext;
use crate::app::types::Choosing;
use crate::app::{Failure, Fetched, SaveTo};
use crate::secret::Secret;

/// A future answer.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a token request is made from, and where its tokens are saved.
pub type TokenRequest = (CallContext, SaveTo);

/// The questions that a person answers during a sign-in. A failure ends the sign-in.
pub trait Ask: Send + Sync {
    /// Receives progress.
    fn report(&self) -> Report;

    /// Waits for the person to paste the authorization response.
    fn paste(&self) -> Answer<'_, Result<Secret, Failure>>;

    /// The authorization code arrived: returns what the token request is made from, and where its tokens are saved. A face
    /// may let the person review it, or supply what is missing.
    fn proceed(&self, request: TokenRequest) -> Answer<'_, Result<TokenRequest, Failure>> {
        Box::pin(async { Ok(request) })
    }

    /// Which of several values to use; `None` to decide later.
    fn choose<'a>(&'a self, choosing: &'a Choosing) -> Answer<'a, Result<Option<Fetched>, Failure>>;

    /// Whether to try again to save tokens that could not be saved.
    fn save_again<'a>(&'a self, failure: &'a Failure) -> Answer<'a, Result<bool, Failure>>;
}

/// An [`Ask`] for a face that draws frames: each question waits until the face answers.
pub struct Questions {
    report: Report,
    pasted: tokio::sync::Mutex<UnboundedReceiver<Secret>>,
    proceeded: tokio::sync::Mutex<UnboundedReceiver<TokenRequest>>,
    code_came: std::sync::mpsc::Sender<CallContext>,
}

/// The end of the questions that the face holds.
#[derive(Debug)]
pub struct Answers {
    paste: UnboundedSender<Secret>,
    proceed: UnboundedSender<TokenRequest>,
    code_came: std::sync::mpsc::Receiver<CallContext>,
}

/// The two ends: questions for the sign-in, answers for the face.
pub fn questions() -> (impl FnOnce(Report) -> Questions, Answers) {
    let ((paste, pasted), (proceed, proceeded)) = (unbounded_channel(), unbounded_channel());
    let (asked, code_came) = std::sync::mpsc::channel();
    let ask = move |report| Questions { report, pasted: pasted.into(), proceeded: proceeded.into(), code_came: asked };
    (ask, Answers { paste, proceed, code_came })
}

impl Answers {
    pub fn paste(&self, text: Secret) {
        // The sign-in may have ended by itself.
        let _ = self.paste.send(text);
    }

    /// The context of the token request, once the code has arrived.
    pub fn code_came(&self) -> Option<CallContext> {
        self.code_came.try_recv().ok()
    }

    /// Sends the token request.
    pub fn proceed(&self, request: TokenRequest) {
        let _ = self.proceed.send(request);
    }
}

impl Ask for Questions {
    fn report(&self) -> Report {
        self.report.clone()
    }

    fn paste(&self) -> Answer<'_, Result<Secret, Failure>> {
        Box::pin(async { Ok(answer(&self.pasted).await) })
    }

    fn proceed(&self, (context, _): TokenRequest) -> Answer<'_, Result<TokenRequest, Failure>> {
        let _ = self.code_came.send(context);
        // Wakes the face.
        self.report.tell(Progress::CodeCame);
        Box::pin(async { Ok(answer(&self.proceeded).await) })
    }

    /// The person chooses on the screen afterwards, with the tokens beside it.
    fn choose<'a>(&'a self, _: &'a Choosing) -> Answer<'a, Result<Option<Fetched>, Failure>> {
        Box::pin(async { Ok(None) })
    }

    fn save_again<'a>(&'a self, _: &'a Failure) -> Answer<'a, Result<bool, Failure>> {
        Box::pin(async { Ok(false) })
    }
}

/// The next answer. Never returns once the face has gone.
async fn answer<T>(answers: &tokio::sync::Mutex<UnboundedReceiver<T>>) -> T {
    match answers.lock().await.recv().await {
        Some(answer) => answer,
        None => std::future::pending().await,
    }
}
