//! `tokenwright agent`: runs until it is stopped and prints a line for each event, never a secret.

use std::ffi::OsString;
use std::fmt::Display;
use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::json;

use crate::app::{Failure, FailureKind, KeptAlive, News};
use crate::cli::args::{AgentOptions, AgentTask};
use crate::cli::exit::Exit;
use crate::cli::print;
use crate::cli::profiles::local;
use crate::cli::runner::{Runner, tell_news};
use crate::cli::vault::open_vault;
use crate::diagnosis::Diagnosis;

pub(crate) fn run(runner: &Runner, options: &AgentOptions) -> Result<(), Failure> {
    match options.task {
        Some(AgentTask::Status { json }) => status(runner, json),
        Some(AgentTask::Stop) => stop(runner),
        None => serve(runner),
    }
}

/// What `tokenwright-agent --version` prints.
pub const AGENT_VERSION: &str = concat!("tokenwright-agent ", env!("CARGO_PKG_VERSION"));

/// The command line of `tokenwright-agent`, which has nothing to choose but whether it is verbose.
pub fn agent_arguments(arguments: impl IntoIterator<Item = OsString>) -> Result<bool, Exit> {
    let mut verbose = false;
    for argument in arguments {
        match argument.to_str() {
            Some("agent") => {}
            Some("-v" | "--verbose") => verbose = true,
            Some("-V" | "--version") => {
                print::result(AGENT_VERSION);
                return Err(Exit::Done);
            }
            _ => {
                let diagnosis =
                    Diagnosis::new("`tokenwright-agent` runs the agent, and takes no option but `--verbose`");
                let hint = "`tokenwright agent --help` says more";
                return Err(print::print_failure(&Failure::new(FailureKind::Usage, diagnosis.hint(hint))));
            }
        }
    }
    Ok(verbose)
}

/// Runs the agent until it is stopped.
pub(crate) fn serve(runner: &Runner) -> Result<(), Failure> {
    // First, so that nobody types a passphrase in vain.
    if runner.run(runner.app.agent_status()).is_ok() {
        let hint = "`tokenwright agent status` shows it, `tokenwright agent stop` stops it";
        return Err(Failure::new(FailureKind::Machine, Diagnosis::new("an agent is running already").hint(hint)));
    }
    open_vault(runner)?;
    let ready = |socket: PathBuf| print::note(&format!("The agent listens on {}; Ctrl-C stops it.", socket.display()));
    runner.run_long(runner.app.be_agent(ready), tell)?;
    print::note("The agent has stopped.");
    Ok(())
}

fn tell(news: News) {
    match news {
        News::Refreshed(token) => print::note(&refreshed(&token.name, token.tokens.expires_at)),
        News::FurtherRefreshed(name, further, end) => {
            print::note(&refreshed(format!("{name}, its token `{further}`"), end));
        }
        News::NotRefreshed(name, failure) => {
            let diagnosis = failure.diagnosis;
            let summary = format!("{name}: not refreshed: {}", diagnosis.summary);
            print::warning(&Diagnosis { summary, ..diagnosis });
        }
        // Nothing is lost: saving is retried as long as the agent runs.
        News::WritePending(_, diagnosis) => print::warning(&diagnosis),
        news => tell_news(news),
    }
}

fn refreshed(what: impl Display, end: Option<Timestamp>) -> String {
    match end {
        Some(at) => format!("{what}: refreshed, valid until {}", local(at)),
        None => format!("{what}: refreshed, without a known expiry"),
    }
}

fn status(runner: &Runner, as_json: bool) -> Result<(), Failure> {
    let status = runner.run(runner.app.agent_status())?;
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
    let since = status.since.map(local).unwrap_or_default();
    print::note(&format!("The agent {} is process {}, running since {since}.", status.version, status.process));
    if status.profiles.is_empty() {
        print::note("No profile is kept alive. Start with: tokenwright keep-alive NAME");
        return Ok(());
    }
    let mut rows = vec![["PROFILE", "NEXT REFRESH", "PROBLEM"].map(str::to_owned).to_vec()];
    rows.extend(status.profiles.into_iter().map(|kept| {
        let problem = kept.problem.map(|problem| problem.summary).unwrap_or_default();
        vec![kept.name.to_string(), kept.next.map(local).unwrap_or_default(), problem]
    }));
    print::table(&rows);
    Ok(())
}

fn stop(runner: &Runner) -> Result<(), Failure> {
    runner.run(runner.app.stop_agent())?;
    print::note("The agent has stopped.");
    Ok(())
}
