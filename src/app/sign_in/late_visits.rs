//! Keeps the port open for a while after a sign-in, for browsers that visit it once more.

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

use crate::app::Failure;
use crate::app::blocking::{blocking, locked};
use crate::redirect::{LateVisits, Launched, OpenError};

/// How long late visits are answered while the program runs.
const ANSWERED: Duration = Duration::from_secs(10);

/// How long after the response the program stays for them before it exits. Preloads, second tabs and reloads come within a
/// second or two; anyone who waits for the command should not notice.
const LAST_CALL: Duration = Duration::from_secs(2);

/// The browser command that was started. If it still runs when the response comes, it is the browser itself, and there are no
/// visits after it ends. If it has ended by then, it was a launcher, and nothing is known of the browser.
#[derive(Clone, Debug)]
pub(crate) struct Visitor(Option<watch::Receiver<()>>);

impl Visitor {
    /// The state when a response comes: a command that has ended by then did not send it.
    pub(crate) fn now(&self) -> Self {
        Self(self.0.clone().filter(|running| running.has_changed().is_ok()))
    }

    /// Waits until it has ended; forever if that cannot be known.
    async fn gone(&mut self) {
        match &mut self.0 {
            Some(running) => while running.changed().await.is_ok() {},
            None => std::future::pending().await,
        }
    }
}

/// How the browser command failed, if it did.
pub(crate) type Ending = JoinHandle<Result<Option<OpenError>, Failure>>;

/// Watches the browser command until it ends.
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

/// The port of the last sign-in, while it is open.
#[derive(Debug, Default)]
pub(crate) struct OpenPort(Mutex<Option<Open>>);

#[derive(Debug)]
struct Open {
    task: JoinHandle<()>,
    since: Instant,
    visitor: Visitor,
}

impl OpenPort {
    /// Answers on this port for a while; closes one that was open before.
    pub(crate) fn hold(&self, visits: LateVisits, visitor: Visitor) {
        let task = tokio::spawn(async move {
            // It ends by this timeout only.
            let _ = timeout(ANSWERED, visits.answer()).await;
        });
        if let Some(before) = locked(&self.0).replace(Open { task, since: Instant::now(), visitor }) {
            before.task.abort();
        }
    }

    /// Closes it for another sign-in, which may need the same port.
    pub(crate) async fn close(&self) {
        let open = locked(&self.0).take();
        if let Some(open) = open {
            open.end().await;
        }
    }

    /// Waits until no visit is likely any more, then closes it.
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
        let (page, (_, visits)) =
            tokio::join!(visit(port), listener.receive(move |_| std::future::ready(page()), |_| ()));
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
            open.hold(visits, visitor.now());
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
            open.hold(visits, visitor.now());
            let mut finishing = pin!(open.finish_after(FOR_EVER));
            tokio::select! {
                biased;
                () = &mut finishing => panic!("somebody may still come"),
                page = visit(port) => assert!(page.contains("Already completed"), "{page}"),
            }
        });
    }
}
