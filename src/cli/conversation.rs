//! Commands to the worker and its events, one after the other: the command line waits where the window looks.

use std::sync::mpsc::{Receiver, channel};

use crate::app::{Attempt, Command, Event, Exchange, Failure, FailureKind, OpenedProfile, Worker};
use crate::diagnosis::Diagnosis;
use crate::service::{Catalog, ProfileName};

use crate::cli::print;

/// Starts the worker with what takes its events.
pub type StartWorker = Box<dyn FnOnce(Box<dyn Fn(Event) + Send + Sync>) -> std::io::Result<Worker>>;

/// A worker and its events.
pub(crate) struct Conversation {
    worker: Worker,
    events: Receiver<Event>,
    attempts: u64,
    verbose: bool,
}

impl Conversation {
    pub(crate) fn start(start_worker: StartWorker, verbose: bool) -> Result<Self, Failure> {
        let (sender, events) = channel();
        let emit = move |event| {
            // The receiver is gone only when the program is ending.
            let _ = sender.send(event);
        };
        let worker = start_worker(Box::new(emit)).map_err(|error| {
            Failure::new(FailureKind::Machine, Diagnosis::new(format!("cannot start a thread: {error}")))
        })?;
        Ok(Self { worker, events, attempts: 0, verbose })
    }

    /// A new run.
    pub(crate) fn attempt(&mut self) -> Attempt {
        self.attempts += 1;
        Attempt(self.attempts)
    }

    pub(crate) fn send(&self, command: Command) {
        self.worker.send(command);
    }

    /// The next event; a failure of any kind ends the conversation.
    pub(crate) fn next(&self) -> Result<Event, Failure> {
        match self.events.recv() {
            Ok(
                Event::Failed(_, failure)
                | Event::Problem(failure)
                | Event::Ended(failure)
                | Event::PracticeFailed(failure),
            ) => Err(failure),
            Ok(Event::Traced(_, exchange)) => {
                self.trace(&exchange);
                exchange.notes.iter().for_each(print::warning);
                self.next()
            }
            Ok(Event::VaultNotes(notes)) => {
                notes.iter().for_each(print::warning);
                self.next()
            }
            Ok(Event::HeldUp(_, diagnosis)) => {
                print::note(&diagnosis.summary);
                self.next()
            }
            Ok(Event::Retrying(_, diagnosis)) => {
                print::warning(&diagnosis);
                self.next()
            }
            Ok(event) => Ok(event),
            Err(_) => Err(ended()),
        }
    }

    /// Waits for the event that `wanted` makes something of.
    pub(crate) fn wait<T>(&self, mut wanted: impl FnMut(Event) -> Option<T>) -> Result<T, Failure> {
        loop {
            if let Some(found) = wanted(self.next()?) {
                return Ok(found);
            }
        }
    }

    /// Hands over every event, failures too, until `seen` has a result: for what goes on whatever goes wrong.
    pub(crate) fn watch(&self, mut seen: impl FnMut(Event) -> Option<Result<(), Failure>>) -> Result<(), Failure> {
        loop {
            match self.events.recv() {
                Ok(Event::Traced(_, exchange)) => {
                    self.trace(&exchange);
                    exchange.notes.iter().for_each(print::warning);
                }
                Ok(event) => {
                    if let Some(done) = seen(event) {
                        return done;
                    }
                }
                Err(_) => return Err(ended()),
            }
        }
    }

    /// Shows a call and its reply, where that was asked for.
    pub(crate) fn trace(&self, exchange: &Exchange) {
        if self.verbose {
            print::exchange(exchange);
        }
    }

    /// The presets, with a word on those of the person's own that cannot be read.
    pub(crate) fn catalog(&self) -> Result<Catalog, Failure> {
        self.send(Command::LoadCatalog);
        self.wait(|event| match event {
            Event::Catalog(catalog, problems) => {
                problems.iter().for_each(print::warning);
                Some(catalog)
            }
            _ => None,
        })
    }

    /// A saved profile.
    pub(crate) fn open(&mut self, name: &ProfileName) -> Result<OpenedProfile, Failure> {
        let attempt = self.attempt();
        self.send(Command::OpenProfile { attempt, name: name.clone() });
        self.wait(|event| match event {
            Event::Opened(_, opened) => Some(*opened),
            _ => None,
        })
    }
}

fn ended() -> Failure {
    Failure::new(FailureKind::Machine, Diagnosis::new("internal error: the worker thread has ended"))
}
