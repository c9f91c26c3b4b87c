//! The agent: opens the vault once, refreshes profiles with keep-alive, answers on its socket, and stops without leaving
//! anything half done.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinSet;

use crate::agent::{
    AgentError, AgentStatus, AskedFor, Connection, Listener, Request, Response, SecretText, ShutdownSignal,
};
use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::news::News;
use crate::app::schedule::scheduler;
use crate::app::team;
use crate::app::tokens::present;
use crate::app::vault::open;
use crate::app::{Failure, FailureKind, Need, Presented, Wanted};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::{ProofTarget, Resource, is_proof_nonce};
use crate::service::ProfileName;
use crate::store::Store;

impl App {
    /// Runs the agent until a signal or a stop request. `ready` gets the socket's path once the agent listens there.
    pub async fn be_agent(&self, ready: impl FnOnce(PathBuf) + Send) -> Result<(), Failure> {
        let listener = Listener::open(&self.ports.agent_socket).await?;
        open::open_chosen(self).await?;
        let mut shutdown = ShutdownSignal::listen()?;
        self.become_agent();
        let since = (self.ports.now)();
        let mut schedule = tokio::spawn(run_scheduler(self.clone()));
        self.ports.sd_notify.send("READY=1");
        ready(self.ports.agent_socket.path().unwrap_or_default());
        let mut visits = JoinSet::new();
        let who_ends_it = loop {
            tokio::select! {
                visit = listener.next() => drop(visits.spawn(attend(self.clone(), visit, since))),
                Some(done) = visits.join_next() => if let Ok(Some(visit)) = done { break Some(visit) },
                () = shutdown.received() => break None,
                _ = &mut schedule => break None,
            }
        };
        self.ports.sd_notify.send("STOPPING=1");
        // New clients find nobody and do the work themselves.
        drop(listener);
        let end = async {
            while visits.join_next().await.is_some() {}
            self.scheduler.finish().await;
            Response::Done
        };
        match who_ends_it {
            Some(connection) => connection.respond(end).await,
            None => drop(end.await),
        }
        Ok(())
    }

    /// Asks the agent for its status.
    pub async fn agent_status(&self) -> Result<AgentStatus, Failure> {
        match ask(self, Request::Status {}).await? {
            Response::Status(status) => Ok(status),
            other => Err(refused(other)),
        }
    }

    /// Stops the agent and waits for its end.
    pub async fn stop_agent(&self) -> Result<(), Failure> {
        match ask(self, Request::Stop {}).await? {
            Response::Done => Ok(()),
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
async fn attend(app: App, mut connection: Connection, since: Timestamp) -> Option<Connection> {
    match connection.request().await {
        Some(Request::Stop {}) => return Some(connection),
        Some(Request::Token { name, min_valid, vault, team, target, resource }) => {
            connection
                .respond(async {
                    token(&app, (&name, target), (min_valid, resource), (vault, team)).await.unwrap_or_else(failed)
                })
                .await;
        }
        Some(Request::Status {}) => connection.respond(async { Response::Status(standing(&app, since)) }).await,
        Some(Request::Reload {}) => {
            team::follow(&app).await;
            // What cannot be read is said when it is asked for.
            let _ = app.with_store(Store::reread).await;
            let read = async {
                app.scheduler.reloaded().await;
                Response::Done
            };
            connection.respond(read).await;
        }
        None => {
            let diagnosis = Diagnosis::new("the request cannot be read");
            let failure = Failure::new(FailureKind::Machine, diagnosis.hint("the agent may be of another version"));
            connection.respond(async { failed(failure) }).await;
        }
    }
    None
}

async fn token(
    app: &App,
    (name, target): (&str, Option<AskedFor>),
    (min_valid, resource): (Option<u64>, Option<String>),
    (vault, team): (Option<String>, Option<String>),
) -> Result<Response, Failure> {
    let name = ProfileName::parse(name)?;
    let presented = target.map(presented).transpose()?;
    let is_ours = |team: &String| app.ports.store.team().is_some_and(|ours| ours.shown().as_os_str() == team.as_str());
    if team.is_some_and(|team| !is_ours(&team)) {
        return Err(Failure::new(FailureKind::Vault, Diagnosis::new("the agent belongs to another team")));
    }
    let kind = app.vault()?.kind().to_string();
    if vault.is_some_and(|vault| vault != kind) {
        let diagnosis = Diagnosis::new(format!("the agent uses the vault `{kind}`"));
        return Err(Failure::new(FailureKind::Vault, diagnosis));
    }
    let need = min_valid.map_or(Need::Usable, |time| Need::ValidFor(Duration::from_secs(time)));
    let resource = resource.map(|text| Resource::parse(&text)).transpose().map_err(usage)?;
    let token = scheduler::fetch(app, &name, Wanted { need, resource }).await?;
    if token.refreshed {
        app.scheduler.reload();
    }
    let token = present::present(app, token, presented).await?;
    let (carried, proof) = (token.carried.map(SecretText), token.proof.map(SecretText));
    Ok(Response::Token { tokens: Box::new(token.tokens), header: token.header, carried, proof, notes: token.notes })
}

fn usage(why: String) -> Failure {
    Failure::new(FailureKind::Usage, Diagnosis::new(why))
}

/// The request that a client of the agent names, which is read as one on the command line.
fn presented(AskedFor { method, url, nonce }: AskedFor) -> Result<Presented, Failure> {
    let target = ProofTarget::parse(&format!("{method} {url}")).map_err(usage)?;
    if nonce.as_deref().is_some_and(|nonce| !is_proof_nonce(nonce)) {
        return Err(usage("no server gives such a nonce".to_owned()));
    }
    Ok(Presented { target, nonce })
}

fn failed(failure: Failure) -> Response {
    let code = failure.code.word().map(str::to_owned);
    Response::Failed { kind: failure.kind.word().to_owned(), code, diagnosis: failure.diagnosis }
}

fn standing(app: &App, since: Timestamp) -> AgentStatus {
    AgentStatus {
        process: std::process::id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        since: Some(since),
        profiles: app.scheduler.standing(),
    }
}

async fn ask(app: &App, request: Request) -> Result<Response, Failure> {
    let socket = app.ports.agent_socket.clone();
    Ok(blocking(move || crate::agent::ask(&socket, &request)).await??)
}

fn refused(answer: Response) -> Failure {
    match answer {
        Response::Failed { kind, code, diagnosis } => Failure::of_words(&kind, code.as_deref(), diagnosis),
        _ => Failure::new(FailureKind::Machine, AgentError::Garbled.diagnose()),
    }
}
