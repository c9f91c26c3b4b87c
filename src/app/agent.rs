//! The agent: opens the vault once, refreshes profiles with keep-alive, answers on its socket, and stops without leaving
//! anything half done.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinSet;

use crate::agent::{AgentError, Answer, Ask, Ending, KeptProfile, Listener, Status, Visit};
use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::news::News;
use crate::app::schedule::scheduler;
use crate::app::vault::open;
use crate::app::{Failure, FailureKind, Need};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::service::ProfileName;

impl App {
    /// Runs the agent until a signal or a stop request. `ready` gets the socket's path once the agent listens there.
    pub async fn be_agent(&self, ready: impl FnOnce(PathBuf) + Send) -> Result<(), Failure> {
        let listener = Listener::open(&self.ports.door).await?;
        open::open_chosen(self).await?;
        let mut ending = Ending::listen()?;
        self.become_agent();
        let since = (self.ports.now)();
        let mut schedule = tokio::spawn(run_scheduler(self.clone()));
        self.ports.supervisor.tell("READY=1");
        ready(self.ports.door.socket().unwrap_or_default());
        let mut visits = JoinSet::new();
        let who_ends_it = loop {
            tokio::select! {
                visit = listener.next() => drop(visits.spawn(attend(self.clone(), visit, since))),
                Some(done) = visits.join_next() => if let Ok(Some(visit)) = done { break Some(visit) },
                () = ending.asked() => break None,
                _ = &mut schedule => break None,
            }
        };
        self.ports.supervisor.tell("STOPPING=1");
        // New clients find nobody and do the work themselves.
        drop(listener);
        let end = async {
            while visits.join_next().await.is_some() {}
            self.scheduler.finish().await;
            Answer::Done
        };
        match who_ends_it {
            Some(visit) => visit.answer(end).await,
            None => drop(end.await),
        }
        Ok(())
    }

    /// Asks the agent for its status.
    pub async fn agent_status(&self) -> Result<Status, Failure> {
        match ask(self, Ask::Status {}).await? {
            Answer::Status(status) => Ok(status),
            other => Err(refused(other)),
        }
    }

    /// Stops the agent and waits for its end.
    pub async fn stop_agent(&self) -> Result<(), Failure> {
        match ask(self, Ask::Stop {}).await? {
            Answer::Done => Ok(()),
            other => Err(refused(other)),
        }
    }
}

async fn run_scheduler(app: App) {
    if let Err(failure) = app.run_scheduler().await {
        app.tell(News::Problem(failure));
    }
}

/// Answers one client; a stop request is returned, to be answered at the end.
async fn attend(app: App, mut visit: Visit, since: Timestamp) -> Option<Visit> {
    match visit.question().await {
        Some(Ask::Stop {}) => return Some(visit),
        Some(Ask::Token { name, min_valid, vault }) => {
            visit.answer(async { token(&app, &name, min_valid, vault).await.unwrap_or_else(failed) }).await;
        }
        Some(Ask::Status {}) => visit.answer(async { Answer::Status(standing(&app, since)) }).await,
        Some(Ask::Reload {}) => {
            app.scheduler.reload();
            visit.answer(async { Answer::Done }).await;
        }
        None => {
            let diagnosis = Diagnosis::new("the request cannot be read");
            let failure = Failure::new(FailureKind::Machine, diagnosis.hint("the agent may be of another version"));
            visit.answer(async { failed(failure) }).await;
        }
    }
    None
}

async fn token(app: &App, name: &str, min_valid: Option<u64>, vault: Option<String>) -> Result<Answer, Failure> {
    let name = ProfileName::parse(name)?;
    let kind = app.vault()?.kind().to_string();
    if vault.is_some_and(|vault| vault != kind) {
        let diagnosis = Diagnosis::new(format!("the agent uses the vault `{kind}`"));
        return Err(Failure::new(FailureKind::Vault, diagnosis));
    }
    let token =
        scheduler::fetch(app, &name, min_valid.map_or(Need::Usable, |time| Need::ValidFor(Duration::from_secs(time))))
            .await?;
    if token.refreshed {
        app.scheduler.reload();
    }
    Ok(Answer::Token { tokens: Box::new(token.tokens), header: token.header, notes: token.notes })
}

fn failed(failure: Failure) -> Answer {
    let code = failure.code.word().map(str::to_owned);
    Answer::Failed { kind: failure.kind.word().to_owned(), code, diagnosis: failure.diagnosis }
}

fn standing(app: &App, since: Timestamp) -> Status {
    let profiles = app.scheduler.standing().into_iter().map(|kept| KeptProfile {
        name: kept.name.to_string(),
        next: kept.next,
        problem: kept.problem.map(|problem| problem.summary),
    });
    Status {
        process: std::process::id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        since: Some(since),
        profiles: profiles.collect(),
    }
}

async fn ask(app: &App, ask: Ask) -> Result<Answer, Failure> {
    let door = app.ports.door.clone();
    Ok(blocking(move || crate::agent::ask(&door, &ask)).await??)
}

fn refused(answer: Answer) -> Failure {
    match answer {
        Answer::Failed { kind, code, diagnosis } => Failure::of_words(&kind, code.as_deref(), diagnosis),
        _ => Failure::new(FailureKind::Machine, AgentError::Garbled.diagnose()),
    }
}
