//! `tokenwright agent`: runs until it is stopped, and tells what it does, a line each, never a secret.

use serde_json::json;

use crate::app::{AgentStatus, Command, Event, Failure, FailureKind, KeptAlive, SavedToken};
use crate::cli::args::{AgentOptions, AgentTask};
use crate::cli::conversation::Conversation;
use crate::cli::{list, print, unlock};
use crate::diagnosis::Diagnosis;

pub(crate) fn run(conversation: &mut Conversation, options: &AgentOptions) -> Result<(), Failure> {
    match options.task {
        Some(AgentTask::Status { json }) => return status(conversation, json),
        Some(AgentTask::Stop) => return stop(conversation),
        None => {}
    }
    // First, so that nobody types a passphrase for nothing.
    if ask(conversation).is_ok() {
        let hint = "`tokenwright agent status` shows it, `tokenwright agent stop` stops it";
        return Err(Failure::new(FailureKind::Machine, Diagnosis::new("an agent is running already").hint(hint)));
    }
    unlock::open_vault(conversation)?;
    let attempt = conversation.attempt();
    conversation.send(Command::BeAgent(attempt));
    conversation.watch(|event| match event {
        Event::AgentReady(_, socket) => {
            print::note(&format!("The agent listens on {}; Ctrl-C stops it.", socket.display()));
            None
        }
        Event::Renewed(token) => {
            print::note(&refreshed(&token));
            None
        }
        Event::NotRenewed(name, failure) => {
            let diagnosis = failure.diagnosis;
            let summary = format!("{name}: not refreshed: {}", diagnosis.summary);
            print::warning(&Diagnosis { summary, ..diagnosis });
            None
        }
        Event::Problem(Failure { diagnosis, .. }) | Event::Unkept(_, diagnosis) => {
            print::warning(&diagnosis);
            None
        }
        Event::AgentEnded(_) => {
            print::note("The agent has stopped.");
            Some(Ok(()))
        }
        Event::Failed(_, failure) => Some(Err(failure)),
        _ => None,
    })
}

fn refreshed(token: &SavedToken) -> String {
    match token.tokens.expires_at {
        Some(at) => format!("{}: refreshed, valid until {}", token.name, list::local(at)),
        None => format!("{}: refreshed, without a known expiry", token.name),
    }
}

fn status(conversation: &mut Conversation, as_json: bool) -> Result<(), Failure> {
    let status = ask(conversation)?;
    if as_json {
        let profile = |kept: &KeptAlive| {
            let problem = kept.problem.as_ref().map(|problem| &problem.summary);
            json!({ "name": kept.name.as_str(), "next": kept.next.map(|at| at.to_string()), "problem": problem })
        };
        let text = json!({
            "process": status.process,
            "version": status.version,
            "since": status.since.map(|at| at.to_string()),
            "profiles": status.profiles.iter().map(profile).collect::<Vec<_>>(),
        });
        print::json(&text);
        return Ok(());
    }
    let since = status.since.map(list::local).unwrap_or_default();
    print::note(&format!("The agent {} is process {}, running since {since}.", status.version, status.process));
    if status.profiles.is_empty() {
        print::note("No profile is kept alive. Start with: tokenwright keep-alive NAME");
        return Ok(());
    }
    let mut rows = vec![["PROFILE", "NEXT REFRESH", "PROBLEM"].map(str::to_owned).to_vec()];
    rows.extend(status.profiles.into_iter().map(|kept| {
        let problem = kept.problem.map(|problem| problem.summary).unwrap_or_default();
        vec![kept.name.to_string(), kept.next.map(list::local).unwrap_or_default(), problem]
    }));
    print::table(&rows);
    Ok(())
}

fn ask(conversation: &mut Conversation) -> Result<AgentStatus, Failure> {
    let attempt = conversation.attempt();
    conversation.send(Command::AgentStatus(attempt));
    conversation.wait(|event| match event {
        Event::AgentAnswered(_, status) => Some(status),
        _ => None,
    })
}

fn stop(conversation: &mut Conversation) -> Result<(), Failure> {
    let attempt = conversation.attempt();
    conversation.send(Command::StopAgent(attempt));
    conversation.wait(|event| matches!(event, Event::AgentEnded(_)).then_some(()))?;
    print::note("The agent has stopped.");
    Ok(())
}
