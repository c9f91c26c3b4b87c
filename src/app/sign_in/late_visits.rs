//! Keeps the port open for a while after a sign-in, for browsers that visit it once more.

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

use crate::app::Failure;
use crate::app::blocking::{blocking, locked};
use crate::redirect::{LateVisits, Launched, OpenError};

/// How long late visits are answered while the program goes on.
const ANSWERED: Duration = Duration::from_secs(10);

/// How long after the response the end of the program still waits for them: a page that was loaded ahead, a second tab, a
/// reload come within a second or two, and whoever waits for the command should not notice.
const LAST_CALL: Duration = Duration::from_secs(2);

/// What may visit: the browser command that was started. One that is still there when the response comes is the browser
/// itself, and nobody comes once it has ended. One that has ended by then was a launcher: the browser is somewhere else.
#[derive(Clone, Debug)]
pub(crate) struct Visitor(Option<watch::Receiver<()>>);

impl Visitor {
    /// The same, asked when a response comes: what has ended by then is not who brought it.
    pub(crate) fn now(&self) -> Self {
        Self(self.0.clone().filter(|running| running.has_changed().is_ok()))
    }

    /// Waits until it has ended; for ever where nobody can tell.
    async fn gone(&mut self) {
        match &mut self.0 {
            Some(running) => while running.changed().await.is_ok() {},
            None => std::future::pending().await,
        }
    }
}

/// How a browser that was started failed, if it did.
pub(crate) type Ending = JoinHandle<Result<Option<OpenError>, Failure>>;

/// Waits for the end of the browser that was started, from now on.
pub(crate) fn follow(launched: Launched) -> (Visitor, Ending) {
    let (running, ended) = watch::channel(());
    let visitor = Visitor(launched.may_be_the_browser().then_some(ended));
    let ending = tokio::spawn(blocking(move || {
        let failure = launched.failure();
        drop(running);
        failure
    }));
    (visitor, ending)
}

/// The port that is still open, if one is.
#[derive(Debug, Default)]
pub(crate) struct OpenPort(Mutex<Option<Open>>);

#[derive(Debug)]
struct Open {
    task: JoinHandle<()>,
    since: Instant,
    /// Who came, and may come once more; nobody where that cannot be told.
    visitor: Visitor,
}

impl OpenPort {
    /// Answers on this port for a while; one that was open before is closed.
    pub(crate) fn keep(&self, visits: LateVisits, visitor: Visitor) {
        let task = tokio::spawn(async move {
            // The time is up, which is all that can end it.
            let _ = timeout(ANSWERED, visits.answer()).await;
        });
        if let Some(before) = locked(&self.0).replace(Open { task, since: Instant::now(), visitor }) {
            before.task.abort();
        }
    }

    /// Closes it: another sign-in may want the same port.
    pub(crate) async fn close(&self) {
        let open = locked(&self.0).take();
        if let Some(open) = open {
            open.end().await;
        }
    }

    /// Waits until nobody is likely to come any more, and closes it.
    pub(crate) async fn finish(&self) {
        self.finish_after(LAST_CALL).await;
    }

    async fn finish_after(&self, last_call: Duration) {
        let Some(mut open) = locked(&self.0).take() else { return };
        if !open.task.is_finished() {
            tokio::select! {
                () = open.visitor.gone() => {}
                () = sleep_until(open.since + last_call) => {}
            }
        }
        open.end().await;
    }
}

impl Open {
    async fn end(self) {
        self.task.abort();
        // It was cancelled, or was over.
        let _ = self.task.await;
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::pin::pin;
    use std::task::Poll;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::oauth::{Landing, RedirectUri};
    use crate::redirect::{Browser, LandingPage, Listener, Verdict, open};

    /// Longer than any test may last.
    const FOR_EVER: Duration = Duration::from_hours(1);

    fn run(test: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(test);
        runtime.shutdown_background();
    }

    async fn visit(port: u16) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("connected");
        stream.write_all(b"GET /callback?code=c HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("written");
        let mut page = String::new();
        stream.read_to_string(&mut page).await.expect("read");
        page
    }

    /// A sign-in that is over, and its port.
    async fn over() -> (LateVisits, u16) {
        let redirect = RedirectUri::parse("http://127.0.0.1/callback").expect("a redirect URI");
        let Landing::Loopback(plan) = redirect.landing() else { unreachable!("it is on loopback") };
        let listener = Listener::bind(plan, None).await.expect("bound");
        let port = listener.port();
        let page = || Verdict::Accept(LandingPage::success("Good", "It came."));
        let (page, (_, visits)) = tokio::join!(visit(port), listener.receive(move |_| page(), |_| ()));
        assert!(page.contains("It came."), "{page}");
        (visits, port)
    }

    /// A browser that stays until this file is gone.
    fn browser(file: &Path) -> (Visitor, Ending) {
        let script = "while [ -e \"$0\" ]; do sleep 0.02; done";
        let command = format!("sh -c '{script}' '{}'", file.display());
        follow(open(&Browser::Command(command), "http://127.0.0.1/").expect("started"))
    }

    #[test]
    fn once_the_browser_that_brought_the_response_has_ended_nobody_is_waited_for() {
        run(async {
            let folder = tempfile::tempdir().expect("a folder");
            let file = folder.path().join("open");
            std::fs::write(&file, "").expect("written");
            let (visitor, ending) = browser(&file);
            let (visits, port) = over().await;
            let open = OpenPort::default();
            open.keep(visits, visitor.now());
            let mut finishing = pin!(open.finish_after(FOR_EVER));
            let still =
                std::future::poll_fn(|context| Poll::Ready(finishing.as_mut().poll(context).is_pending())).await;
            assert!(still, "it is there, and may come again");
            assert!(visit(port).await.contains("Already completed"));
            std::fs::remove_file(&file).expect("removed");
            finishing.await;
            TcpListener::bind(("127.0.0.1", port)).await.expect("the port is free");
            assert!(matches!(ending.await, Ok(Ok(None))));
        });
    }

    #[test]
    fn a_launcher_that_ended_before_the_response_says_nothing_of_the_browser() {
        run(async {
            let (visitor, ending) = browser(Path::new("/no/such/file"));
            assert!(matches!(ending.await, Ok(Ok(None))));
            let (visits, port) = over().await;
            let open = OpenPort::default();
            open.keep(visits, visitor.now());
            let mut finishing = pin!(open.finish_after(FOR_EVER));
            tokio::select! {
                biased;
                () = &mut finishing => panic!("somebody may still come"),
                page = visit(port) => assert!(page.contains("Already completed"), "{page}"),
            }
        });
    }
}
