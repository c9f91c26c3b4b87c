//! Hears what other processes do to the profiles, and other machines to those of a team, so that nobody has to ask again and
//! again.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::Instant;

use crate::app::Failure;
use crate::app::handle::App;
use crate::app::news::News;
use crate::store::Watched;

/// When a store that could not be watched is tried again.
const AGAIN: Duration = Duration::from_mins(1);

pub(in crate::app::schedule) struct Watching {
    tell: UnboundedSender<Watched>,
    watched: UnboundedReceiver<Watched>,
    /// When to begin again, if that failed.
    again: Option<Instant>,
}

/// The profiles that others have changed.
#[derive(Debug, Default)]
pub(in crate::app::schedule) struct Heard {
    pub names: BTreeSet<String>,
    /// There may be more.
    pub is_all: bool,
}

impl Watching {
    pub(in crate::app::schedule) fn new() -> Self {
        let (tell, watched) = unbounded_channel();
        Self { tell, watched, again: None }
    }

    /// Watches every store that is not watched yet.
    pub(in crate::app::schedule) async fn begin(&mut self, app: &App) {
        let tell = self.tell.clone();
        let begun = app.with_store(move |store| store.watch(&tell)).await;
        let is_told = self.again.is_some();
        self.again = begun.is_err().then(|| Instant::now() + AGAIN);
        if let Err(failure) = begun
            && !is_told
        {
            app.tell(News::Problem(failure));
        }
    }

    /// Waits for what others do, and takes together what they did at once. Says once that a store cannot be watched.
    pub(in crate::app::schedule) async fn next(&mut self, app: &App) -> Heard {
        let mut heard = Heard::default();
        while heard.names.is_empty() && !heard.is_all {
            self.take(app, &mut heard).await;
        }
        heard
    }

    async fn take(&mut self, app: &App, heard: &mut Heard) {
        let first = loop {
            let again = self.again.unwrap_or_else(Instant::now);
            tokio::select! {
                // This end holds the other one.
                Some(watched) = self.watched.recv() => break watched,
                () = tokio::time::sleep_until(again), if self.again.is_some() => self.begin(app).await,
            }
        };
        heard.add(app, first);
        self.take_rest(app, heard);
    }

    /// What has come meanwhile.
    pub(in crate::app::schedule) fn take_rest(&mut self, app: &App, heard: &mut Heard) {
        while let Ok(watched) = self.watched.try_recv() {
            heard.add(app, watched);
        }
    }
}

impl Heard {
    fn add(&mut self, app: &App, watched: Watched) {
        match watched {
            Watched::Changed(name) => drop(self.names.insert(name)),
            Watched::Anything => self.is_all = true,
            Watched::Away(error) => app.tell(News::Problem(Failure::from(error))),
        }
    }
}
