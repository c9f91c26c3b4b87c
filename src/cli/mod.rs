//! The command line: a thin face over the use cases. Results go to standard output, all else to standard error; the exit
//! code says whose fault it was. Names of commands and options are fixed, so that scripts last.

mod agent;
mod args;
mod attempt;
mod conversation;
mod display_name;
mod exec;
mod exit;
mod export;
mod forget;
mod history;
mod import;
mod keep_alive;
mod key;
mod list;
mod manual;
mod practice;
mod print;
mod prompt;
mod rehearse;
mod secrets;
mod service;
mod service_export;
mod share;
mod show;
mod sign_in;
mod take;
mod token;
mod unlock;
mod vault;
mod whoami;

pub use crate::cli::args::{Arguments, Task, TokenOptions, token_options};
pub use crate::cli::conversation::StartWorker;
pub use crate::cli::exit::Exit;
pub use crate::cli::print::{no_window, print_failure, print_fault};
pub use crate::cli::token::{print_notes, print_token};

use crate::app::Failure;
use crate::cli::conversation::Conversation;

/// What was asked. Help, completions, manual pages, and what cannot be understood, end the program here: they need no home,
/// no vault and no network.
pub fn arguments() -> Result<Arguments, Exit> {
    let arguments = <Arguments as clap::Parser>::try_parse().map_err(|error| print::usage(&error))?;
    match &arguments.task {
        Some(Task::Completions { shell }) => Err(manual::completions(*shell)),
        Some(Task::Man { command }) => Err(manual::man(command)),
        _ => Ok(arguments),
    }
}

/// Does what the command line asks.
pub fn run(task: Task, verbose: bool, start_worker: StartWorker) -> Exit {
    let mut conversation = match Conversation::start(start_worker, verbose) {
        Ok(conversation) => conversation,
        Err(failure) => return print::failure(&failure),
    };
    if let Task::Exec { name, command } = &task {
        return exec::run(conversation, name, command)
            .unwrap_or_else(|failure| print::failure(&told(failure, verbose)));
    }
    let done = match task {
        Task::Service(task) => service::run(&mut conversation, task),
        Task::Import(options) => import::run(&mut conversation, &options),
        Task::SignIn(options) => sign_in::run(&mut conversation, &options),
        Task::Key(task) => key::run(&mut conversation, &task),
        Task::Token(options) => token::run(&mut conversation, &options),
        Task::Refresh { name } => token::refresh(&mut conversation, &name),
        Task::List { json } => list::run(&mut conversation, json),
        Task::Show { name, json } => show::run(&mut conversation, &name, json),
        Task::Share(options) => share::run(&mut conversation, &options),
        Task::Export(options) => export::run(&mut conversation, &options),
        Task::GitCredential { name, operation } => exec::git_credential(&mut conversation, &name, &operation),
        // These ended earlier.
        Task::Exec { .. } | Task::Completions { .. } | Task::Man { .. } => Ok(()),
        Task::History(options) => history::run(&mut conversation, &options),
        Task::Restore(options) => history::restore(&mut conversation, &options),
        Task::Vault(task) => vault::run(&mut conversation, &task),
        Task::Forget { name, revoke } => forget::run(&mut conversation, &name, revoke),
        Task::Whoami { name, json } => whoami::run(&mut conversation, &name, json),
        Task::DisplayName { name, text } => display_name::run(&mut conversation, &name, &text),
        Task::KeepAlive { name, off } => keep_alive::run(&mut conversation, &name, !off),
        Task::Agent(options) => agent::run(&mut conversation, &options),
        Task::Rehearse(options) => rehearse::run(&mut conversation, &options),
        Task::Practice(options) => practice::run(&mut conversation, options),
    };
    match done {
        Ok(()) => Exit::Done,
        Err(failure) => print::failure(&told(failure, verbose)),
    }
}

/// The failure with where the rest of the reply can be seen, if there is more of it than the words tell.
fn told(mut failure: Failure, verbose: bool) -> Failure {
    if failure.says_more && !verbose {
        let rest = "`--verbose` shows the whole reply";
        let hint = failure.diagnosis.hint.take();
        failure.diagnosis.hint = Some(hint.map_or(rest.to_owned(), |hint| format!("{hint}; {rest}")));
    }
    failure
}
