//! Being the agent: the vault opened once, the profiles kept alive, questions answered on the socket, and an end that
//! leaves nothing half done.

use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinSet;

use crate::agent::{AgentError, Answer, Ask, Ending, KeptProfile, Listener, Status, Visit};
use crate::app::schedule::scheduler;
use crate::app::shared::{Shared, blocking};
use crate::app::vault::open;
use crate::app::{Attempt, Event, Failure, FailureKind, Need};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::service::ProfileName;

/// Is the agent until a signal, or until it is asked to end.
pub(crate) async fn be_agent(shared: &Rc<Shared>, attempt: Attempt) -> Result<(), Failure> {
    let listener = Listener::open(&shared.ports.door).await?;
    open::open_chosen(shared).await?;
    let mut ending = Ending::listen()?;
    shared.become_agent();
    let since = (shared.ports.now)();
    let mut schedule = tokio::task::spawn_local(keep_alive(Rc::clone(shared)));
    shared.ports.supervisor.tell("READY=1");
    let socket = shared.ports.door.socket().unwrap_or_default();
    shared.emit(Event::AgentReady(attempt, socket));
    let mut visits = JoinSet::new();
    let who_ends_it = loop {
        tokio::select! {
            visit = listener.next() => drop(visits.spawn_local(attend(Rc::clone(shared), visit, since))),
            Some(done) = visits.join_next() => if let Ok(Some(visit)) = done { break Some(visit) },
            () = ending.asked() => break None,
            _ = &mut schedule => break None,
        }
    };
    shared.ports.supervisor.tell("STOPPING=1");
    // Who comes now finds nobody, and goes on by itself.
    drop(listener);
    let end = async {
        while visits.join_next().await.is_some() {}
        shared.alive.finish().await;
        Answer::Done
    };
    match who_ends_it {
        Some(visit) => visit.answer(end).await,
        None => drop(end.await),
    }
    shared.emit(Event::AgentEnded(attempt));
    Ok(())
}

async fn keep_alive(shared: Rc<Shared>) {
    if let Err(failure) = scheduler::run(&shared).await {
        shared.emit(Event::Problem(failure));
    }
}

/// Answers one who came; who wants it to end is answered when it has.
async fn attend(shared: Rc<Shared>, mut visit: Visit, since: Timestamp) -> Option<Visit> {
    match visit.question().await {
        Some(Ask::Stop {}) => return Some(visit),
        Some(Ask::Token { name, min_valid, vault }) => {
            visit.answer(async { token(&shared, &name, min_valid, vault).await.unwrap_or_else(failed) }).await;
        }
        Some(Ask::Status {}) => visit.answer(async { Answer::Status(standing(&shared, since)) }).await,
        Some(Ask::Reload {}) => {
            shared.alive.reload();
            visit.answer(async { Answer::Done }).await;
        }
        None => {
            let diagnosis = Diagnosis::new("the question cannot be understood");
            let failure = Failure::new(FailureKind::Machine, diagnosis.hint("the agent may be of another version"));
            visit.answer(async { failed(failure) }).await;
        }
    }
    None
}

async fn token(shared: &Shared, name: &str, min_valid: Option<u64>, vault: Option<String>) -> Result<Answer, Failure> {
    let name = ProfileName::parse(name)?;
    let kind = shared.vault()?.kind().to_string();
    if vault.is_some_and(|vault| vault != kind) {
        let diagnosis = Diagnosis::new(format!("the agent keeps tokens in the vault `{kind}`"));
        return Err(Failure::new(FailureKind::Vault, diagnosis));
    }
    let token = scheduler::fetch(
        shared,
        &name,
        min_valid.map_or(Need::Usable, |time| Need::ValidFor(Duration::from_secs(time))),
    )
    .await?;
    if token.refreshed {
        shared.alive.reload();
    }
    Ok(Answer::Token { tokens: Box::new(token.tokens), header: token.header, notes: token.notes })
}

fn failed(failure: Failure) -> Answer {
    let code = failure.code.word().map(str::to_owned);
    Answer::Failed { kind: failure.kind.word().to_owned(), code, diagnosis: failure.diagnosis }
}

fn standing(shared: &Shared, since: Timestamp) -> Status {
    let profiles = shared.alive.standing().into_iter().map(|kept| KeptProfile {
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

/// Asks the agent how it stands.
pub(crate) async fn status(shared: &Shared, attempt: Attempt) -> Result<(), Failure> {
    match ask(shared, Ask::Status {}).await? {
        Answer::Status(status) => {
            shared.emit(Event::AgentAnswered(attempt, status));
            Ok(())
        }
        other => Err(refused(other)),
    }
}

/// Tells the agent to end.
pub(crate) async fn stop(shared: &Shared, attempt: Attempt) -> Result<(), Failure> {
    match ask(shared, Ask::Stop {}).await? {
        Answer::Done => {
            shared.emit(Event::AgentEnded(attempt));
            Ok(())
        }
        other => Err(refused(other)),
    }
}

async fn ask(shared: &Shared, ask: Ask) -> Result<Answer, Failure> {
    let door = shared.ports.door.clone();
    Ok(blocking(move || crate::agent::ask(&door, &ask)).await??)
}

fn refused(answer: Answer) -> Failure {
    match answer {
        Answer::Failed { kind, code, diagnosis } => Failure::of_words(&kind, code.as_deref(), diagnosis),
        _ => Failure::new(FailureKind::Machine, AgentError::Garbled.diagnose()),
    }
}
