//! The program: builds the edges, then hands over to a face.

use std::path::{Path, PathBuf};
use std::process::{ExitCode, Termination as _};
use std::sync::Arc;

use clap::Parser as _;
use jiff::Timestamp;

use tokenwright::cli::{self, Arguments, StartWorker};
use tokenwright::diagnosis::Diagnosis;
use tokenwright::expression::{self, Expressions};
use tokenwright::redirect;
use tokenwright::secret::{self, Secret};
use tokenwright::store::{Places, Store};
use tokenwright::transport::{Transport, TransportOptions};
use tokenwright::wizard::{Edges, Failure, FailureKind, Worker};

fn main() -> ExitCode {
    // Before anything else is read or built: this process is to hold nothing but what it is given.
    if std::env::args_os().nth(1).is_some_and(|argument| argument == expression::CHILD_ARGUMENT) {
        return expression::serve();
    }
    let arguments = Arguments::parse();
    // The desktop's file chooser looks its callers up by their processes, and refuses those that hide.
    secret::keep_out_of_dumps(arguments.task.is_some());
    let edges = match edges() {
        Ok(edges) => edges,
        Err(failure) => return cli::print_failure(&failure).report(),
    };
    let start_worker: StartWorker = Box::new(move |emit| Worker::start(edges, emit));
    match arguments.task {
        Some(task) => cli::run(task, arguments.verbose, start_worker),
        None => tokenwright::gui::run(start_worker).map_or_else(|reason| cli::no_window(&reason), |()| cli::Exit::Done),
    }
    .report()
}

/// Everything the flows need from outside.
fn edges() -> Result<Edges, Failure> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let home = std::env::var_os("TOKENWRIGHT_HOME").filter(|home| !home.is_empty()).map(Into::into);
    Ok(Edges {
        transport: Transport::new(TransportOptions::default()),
        expressions: Expressions::new(own_program()),
        store: Store::new(Places::find(home)?),
        vault_kind: variable("TOKENWRIGHT_VAULT"),
        passphrase: passphrase(variable("TOKENWRIGHT_PASSPHRASE"), variable("TOKENWRIGHT_PASSPHRASE_FILE"))?,
        open_browser: Arc::new(redirect::open),
        now: Timestamp::now,
        entropy,
    })
}

/// This program, to be started once more. Linux tells it even when the file was replaced by a newer one meanwhile.
fn own_program() -> PathBuf {
    let running = Path::new("/proc/self/exe");
    if running.exists() {
        return running.to_owned();
    }
    std::env::current_exe().unwrap_or_else(|_| "tokenwright".into())
}

/// The passphrase that the environment supplies.
fn passphrase(text: Option<String>, file: Option<String>) -> Result<Option<Secret>, Failure> {
    let Some(file) = file.filter(|_| text.is_none()) else { return Ok(text.map(Secret::new)) };
    match std::fs::read_to_string(&file) {
        Ok(text) => Ok(Some(Secret::new(text.trim_end_matches(['\r', '\n'])))),
        Err(error) => {
            let diagnosis = Diagnosis::new(format!("`TOKENWRIGHT_PASSPHRASE_FILE`: `{file}` cannot be read: {error}"));
            Err(Failure::new(FailureKind::Vault, diagnosis))
        }
    }
}

/// 32 bytes from the system. Without them nothing here would be safe, so there is no going on.
fn entropy() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the system supplies randomness");
    bytes
}
