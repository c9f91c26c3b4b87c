//! What a person answers in the middle of a sign-in.

use std::pin::Pin;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::app::progress::{Progress, Report};
use crate::app::sign_in::call_context::CallContext;
use crate::app::types::Choosing;
use crate::app::{Failure, Fetched, SaveTo};
use crate::secret::Secret;

/// An answer that is waited for.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a token request is made from, and where its tokens are saved.
pub type TokenRequest = (CallContext, SaveTo);

/// What a person answers in the middle of a sign-in. A failure ends it.
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

/// An [`Ask`] for a window: each question waits until the window answers.
pub struct Questions {
    report: Report,
    pasted: tokio::sync::Mutex<UnboundedReceiver<Secret>>,
    proceeded: tokio::sync::Mutex<UnboundedReceiver<TokenRequest>>,
    code_came: std::sync::mpsc::Sender<CallContext>,
}

/// The window's end of [`Questions`].
#[derive(Debug)]
pub struct Answers {
    paste: UnboundedSender<Secret>,
    proceed: UnboundedSender<TokenRequest>,
    code_came: std::sync::mpsc::Receiver<CallContext>,
}

/// The two ends of the questions of a sign-in.
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

    /// What the token request is about to be made from, once the code has come.
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

    /// The person chooses later, with the tokens on the screen.
    fn choose<'a>(&'a self, _: &'a Choosing) -> Answer<'a, Result<Option<Fetched>, Failure>> {
        Box::pin(async { Ok(None) })
    }

    fn save_again<'a>(&'a self, _: &'a Failure) -> Answer<'a, Result<bool, Failure>> {
        Box::pin(async { Ok(false) })
    }
}

/// The next answer; waits forever once the window is gone.
async fn answer<T>(answers: &tokio::sync::Mutex<UnboundedReceiver<T>>) -> T {
    match answers.lock().await.recv().await {
        Some(answer) => answer,
        None => std::future::pending().await,
    }
}
