//! The command line: a thin face over the use cases. Results go to standard output, everything else to standard error;
//! the exit code says who has to act.

mod agent;
mod args;
mod calendar;
mod call;
mod calls;
mod certificate;
mod edit;
mod exec;
mod exit;
mod export;
mod forgotten;
mod import;
mod inspect;
mod key;
mod manual;
mod practice;
mod print;
mod profiles;
mod prompt;
mod registration;
mod remarks;
mod replay;
mod runner;
mod service;
mod service_doctor;
mod service_export;
mod service_show;
mod service_update;
mod sharing;
mod sign_in;
mod strict;
mod team;
mod tokens;
mod vault;

pub use crate::cli::agent::{AGENT_VERSION, agent_arguments};
pub use crate::cli::args::{AgentOptions, Arguments, Task, TokenOptions, token_options};
pub use crate::cli::exit::Exit;
pub use crate::cli::print::{no_window, print_failure, print_fault};
pub use crate::cli::tokens::{print_notes, print_token};

use crate::app::{self, Failure, Ports};
use crate::cli::runner::Runner;

/// Parses the command line. Help, completions, manual pages and usage errors end the program here: they need no home,
/// vault or network.
pub fn arguments() -> Result<Arguments, Exit> {
    let arguments = <Arguments as clap::Parser>::try_parse().map_err(|error| print::usage(&error))?;
    match &arguments.task {
        Some(Task::Completions { shell }) => Err(manual::completions(*shell)),
        Some(Task::Man { command }) => Err(manual::man(command)),
        _ => Ok(arguments),
    }
}

pub fn run(task: Task, verbose: bool, ports: Ports) -> Exit {
    if is_quick(&task) {
        app::connect_keyring_ahead(&ports);
    }
    let done = Runner::start(ports, verbose).and_then(|runner| perform(runner, task));
    done.unwrap_or_else(|failure| print::print_failure(&with_rest(failure, verbose)))
}

/// Whether a command does little but read what the vault holds, so that most of its time may be the keyring's.
fn is_quick(task: &Task) -> bool {
    matches!(
        task,
        Task::Token(_) | Task::Exec { .. } | Task::GitCredential { .. } | Task::List { .. } | Task::Show { .. }
    )
}

/// Runs the agent, and nothing else of the command line.
pub fn run_agent(verbose: bool, ports: Ports) -> Exit {
    let done = Runner::start(ports, verbose).and_then(|runner| agent::serve(&runner));
    done.map_or_else(|failure| print::print_failure(&with_rest(failure, verbose)), |()| Exit::Done)
}

fn perform(runner: Runner, task: Task) -> Result<Exit, Failure> {
    let runner = &match task {
        Task::Exec(options) => return exec::run(runner, options),
        _ => runner,
    };
    match task {
        Task::Service(task) => service::run(runner, task),
        Task::Import(options) => import::run(runner, &options),
        Task::SignIn(options) => sign_in::run(runner, &options),
        Task::Key(task) => key::run(runner, &task),
        Task::Certificate(task) => certificate::run(runner, task),
        Task::Registration(command) => registration::run(runner, &command),
        Task::Token(options) => tokens::token(runner, &options),
        Task::Refresh(options) => tokens::refresh(runner, &options),
        Task::Whoami { name, json } => tokens::whoami(runner, &name, json),
        Task::Userinfo { name, json } => tokens::userinfo(runner, &name, json),
        Task::Introspect { name, json } => tokens::introspect(runner, &name, json),
        Task::Call(options) => call::run(runner, &options),
        Task::Calls(options) => calls::run(runner, options),
        Task::Inspect(options) => inspect::run(runner, &options),
        Task::KeepAlive { name, off } => tokens::keep_alive(runner, &name, !off),
        Task::History(options) => tokens::history(runner, &options),
        Task::Restore(options) => tokens::restore(runner, &options),
        Task::List { forgotten: true, json, .. } => forgotten::list(runner, json),
        Task::List { tags, json, .. } => profiles::list(runner, &tags, json),
        Task::Show { name, strict: true, json } => strict::run(runner, &name, json),
        Task::Show { name, json, .. } => profiles::show(runner, &name, json),
        Task::Calendar(options) => calendar::run(runner, options),
        Task::Edit { name } => edit::run(runner, &name),
        Task::Forget { name, revoke, now } => forgotten::forget(runner, &name, revoke, now),
        Task::Unforget { name } => forgotten::unforget(runner, &name),
        Task::DisplayName { name, text } => remarks::display_name(runner, &name, &text),
        Task::Duplicate { name, new } => profiles::duplicate(runner, &name, &new),
        Task::Rename { name, new } => profiles::rename(runner, &name, &new),
        Task::Tag { name, added, removed } => remarks::tag(runner, &name, &added, &removed),
        Task::Notes { name, text } => remarks::notes(runner, &name, text.as_deref()),
        Task::Share(options) => sharing::share(runner, &options),
        Task::Export(options) => export::run(runner, &options),
        Task::GitCredential { name, operation } => exec::git_credential(runner, &name, &operation),
        Task::Vault(task) => vault::run(runner, &task),
        Task::Team(task) => team::run(runner, &task),
        Task::Agent(options) => agent::run(runner, &options),
        Task::Replay { file, calls } => replay::run(runner, file, calls),
        Task::Rehearse(options) => practice::rehearse(runner, &options),
        Task::Practice(options) => practice::practice(runner, &options),
        // `exec` ends with the exit code of its command; the others ended before there was a runner.
        Task::Exec { .. } | Task::Completions { .. } | Task::Man { .. } => Ok(()),
    }?;
    Ok(Exit::Done)
}

/// Adds how to see the whole reply to a failure that shows only part of it.
fn with_rest(mut failure: Failure, verbose: bool) -> Failure {
    if failure.says_more && !verbose {
        let rest = "`--verbose` shows the whole reply";
        let hint = failure.diagnosis.hint.take();
        failure.diagnosis.hint = Some(hint.map_or(rest.to_owned(), |hint| format!("{hint}; {rest}")));
    }
    failure
}
