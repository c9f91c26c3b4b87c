//! Runs the use cases for the commands, and prints progress and news.

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};

use crate::app::{App, Failure, FailureKind, News, Ports, Progress, Report, Runtime};
use crate::cli::print;
use crate::diagnosis::Diagnosis;
use crate::service::{Catalog, ProfileName};

type Listener = Box<dyn FnMut(News) + Send>;

/// The running core. Dropping it waits for calls that spend a refresh token.
pub(crate) struct Runner {
    pub(crate) app: App,
    runtime: Runtime,
    listener: Arc<Mutex<Listener>>,
    pub(crate) verbose: bool,
}

impl Runner {
    pub(crate) fn start(ports: Ports, verbose: bool) -> Result<Self, Failure> {
        let listener: Arc<Mutex<Listener>> = Arc::new(Mutex::new(Box::new(tell_news)));
        let listening = Arc::clone(&listener);
        let hear = move |news| listening.lock().unwrap_or_else(PoisonError::into_inner)(news);
        let runtime = Runtime::start(ports, hear).map_err(|error| {
            Failure::new(FailureKind::Machine, Diagnosis::new(format!("cannot start a thread: {error}")))
        })?;
        Ok(Self { app: runtime.app().clone(), runtime, listener, verbose })
    }

    pub(crate) fn run<T: Send>(&self, work: impl Future<Output = Result<T, Failure>> + Send) -> Result<T, Failure> {
        self.runtime.block_on(work)
    }

    /// Waits for a use case that runs for days. Its news is printed on another thread, so that a reader who has stopped
    /// reading does not stop the work.
    pub(crate) fn run_long<T: Send>(
        &self,
        work: impl Future<Output = Result<T, Failure>> + Send,
        tell: impl FnMut(News) + Send + 'static,
    ) -> Result<T, Failure> {
        let (sender, news) = channel();
        self.listen(move |item| drop(sender.send(item)));
        let telling = self.runtime.handle().spawn_blocking(move || news.into_iter().for_each(tell));
        let done = self.run(work);
        // Drops the sender, which ends the thread once it has printed the rest.
        self.listen(tell_news);
        let _ = self.run(async { telling.await.map_err(|_| Failure::fault()) });
        done
    }

    /// Passes news to this function from now on, instead of [`tell_news`].
    pub(crate) fn listen(&self, listener: impl FnMut(News) + Send + 'static) {
        *self.listener.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(listener);
    }

    pub(crate) fn report(&self) -> Report {
        let verbose = self.verbose;
        Report::new(move |progress| tell_progress(&progress, verbose))
    }

    /// The presets, with a warning for each of your own that cannot be read.
    pub(crate) fn catalog(&self) -> Result<Catalog, Failure> {
        let (catalog, problems) = self.run(self.app.catalog())?;
        problems.iter().for_each(print::warning);
        Ok(catalog)
    }
}

/// Prints the news that matter to every command.
pub(crate) fn tell_news(news: News) {
    match news {
        News::StoreClosed(notes) => notes.iter().for_each(print::warning),
        News::Replies(notes) => notes.iter().for_each(|note| match note.hint {
            Some(_) => print::warning(note),
            None => print::note(&note.summary),
        }),
        News::Problem(failure) => print::warning(&failure.diagnosis),
        News::WritePending(name, why) => print::warning(&lost(&name, why)),
        _ => {}
    }
}

/// A command cannot wait until the disk has room, so the refresh token is lost when it ends.
pub(crate) fn lost(name: &ProfileName, why: Diagnosis) -> Diagnosis {
    let mend = why.hint.clone().map(|hint| format!("{hint}. ")).unwrap_or_default();
    let ways =
        format!("`tokenwright refresh {name} --resend` shows whether the old one still works; otherwise sign in again");
    why.hint(format!("{mend}The new refresh token is lost when this command exits: {ways}"))
}

/// Prints the progress that every use case may report.
pub(crate) fn tell_progress(progress: &Progress, verbose: bool) {
    match progress {
        Progress::Traced(exchange) => {
            if verbose {
                print::exchange(exchange);
            }
            exchange.notes.iter().for_each(print::warning);
        }
        Progress::RequestSigned(told) if verbose => {
            print::note_lines(&format!("Signed authorization request:\n{told}"));
        }
        Progress::LeaseBusy(diagnosis) => print::note(&diagnosis.summary),
        Progress::Retrying(diagnosis) => print::warning(diagnosis),
        Progress::Fetching(address) => print::note(&format!("Fetching {address}")),
        // The rest concerns a sign-in, a rehearsal or the window.
        _ => {}
    }
}
