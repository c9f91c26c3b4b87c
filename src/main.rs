//! The program: builds the ports, then hands over to a face.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Termination as _};
use std::sync::Arc;

use jiff::Timestamp;

use tokenwright::agent::{Answer, Ask, Door, Supervisor};
use tokenwright::app::{Failure, FailureKind, Ports, Worker};
use tokenwright::cli;
use tokenwright::crash::Watch;
use tokenwright::desktop::{Clipboard, HOLD};
use tokenwright::diagnosis::Diagnosis;
use tokenwright::expression::{self, Expressions};
use tokenwright::gui::NoWindow;
use tokenwright::redirect;
use tokenwright::secret::{self, Secret};
use tokenwright::store::{Places, Store};
use tokenwright::transport::{Transport, TransportOptions};
use zeroize::Zeroizing;

fn main() -> ExitCode {
    // Before anything else is read or built: this process is to hold nothing but what it is given.
    if std::env::args_os().nth(1).is_some_and(|argument| argument == expression::CHILD_ARGUMENT) {
        return expression::serve();
    }
    let watch = Watch::start(data_folder, cli::print_fault);
    // It was told where it happened.
    catch_unwind(AssertUnwindSafe(|| program(&watch))).unwrap_or(cli::Exit::Machine).report()
}

fn program(watch: &Watch) -> cli::Exit {
    if let Some(exit) = token_of_agent() {
        return exit;
    }
    let arguments = match cli::arguments() {
        Ok(arguments) => arguments,
        Err(exit) => return exit,
    };
    // The desktop's file chooser looks its callers up by their processes, and refuses those that hide.
    secret::keep_out_of_dumps(arguments.task.is_some());
    let ports = match ports() {
        Ok(ports) => ports,
        Err(failure) => return cli::print_failure(&failure),
    };
    match arguments.task {
        Some(task) => cli::run(task, arguments.verbose, ports),
        None => match tokenwright::gui::run(Box::new(move |emit| Worker::start(ports, emit)), watch.opening()) {
            Ok(()) => cli::Exit::Done,
            Err(NoWindow::Panicked(_)) if watch.has_told() => cli::Exit::Machine,
            Err(NoWindow::Refused(reason) | NoWindow::Panicked(reason)) => cli::no_window(&reason),
        },
    }
}

/// Where the program keeps what it has to keep.
fn data_folder() -> Option<PathBuf> {
    Places::find(home()).ok().map(|places| places.data)
}

/// The home that the environment names.
fn home() -> Option<PathBuf> {
    std::env::var_os("TOKENWRIGHT_HOME").filter(|home| !home.is_empty()).map(Into::into)
}

/// The way of a script that wants a token while an agent runs: before anything is set up, even the command line as a whole,
/// the agent is asked. `None` where the rest of the program has to see to it.
fn token_of_agent() -> Option<cli::Exit> {
    let options = cli::token_options(std::env::args_os())?;
    // Before there is a token in this process.
    secret::keep_out_of_dumps(true);
    let off = |value: &str| matches!(value, "off" | "0" | "no" | "false");
    if variable("TOKENWRIGHT_AGENT").is_some_and(|value| off(&value)) {
        return None;
    }
    let min_valid = options.min_valid.map(|time| time.as_secs());
    let ask = Ask::Token { name: options.name.clone(), min_valid, vault: variable("TOKENWRIGHT_VAULT") };
    match tokenwright::agent::ask(&door(), &ask) {
        Ok(Answer::Token { tokens, header, notes }) => {
            cli::print_notes(&notes);
            cli::print_token(&tokens, &header, &options);
            Some(cli::Exit::Done)
        }
        Ok(Answer::Failed { kind, code, diagnosis }) => {
            let failure = Failure::of_words(&kind, code.as_deref(), diagnosis);
            // With its vault, or with itself: that need not be ours.
            let ours = matches!(failure.kind, FailureKind::Vault | FailureKind::Machine);
            (!ours).then(|| cli::print_failure(&failure))
        }
        Ok(Answer::Status(_) | Answer::Done) | Err(_) => None,
    }
}

/// Where the agent is found.
fn door() -> Door {
    let folder = |name| std::env::var_os(name).map(Into::into);
    Door::find(folder("TOKENWRIGHT_HOME"), folder("XDG_RUNTIME_DIR"))
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Everything the flows need from outside.
fn ports() -> Result<Ports, Failure> {
    Ok(Ports {
        transport: Transport::new(TransportOptions::default()),
        expressions: Expressions::new(own_program()),
        store: Store::new(Places::find(home())?),
        door: door(),
        supervisor: Supervisor::new(std::env::var_os("NOTIFY_SOCKET")),
        vault_kind: variable("TOKENWRIGHT_VAULT"),
        passphrase: passphrase()?,
        open_browser: Arc::new(redirect::open),
        clipboard: Clipboard::of_desktop(HOLD),
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

/// The passphrase that the environment supplies: its text, a file, or what systemd decrypted for this service alone
/// (systemd.exec(5), `LoadCredential=`).
fn passphrase() -> Result<Option<Secret>, Failure> {
    if let Some(text) = variable("TOKENWRIGHT_PASSPHRASE") {
        return Ok(Some(Secret::new(text)));
    }
    let of_systemd = || Some(PathBuf::from(variable("CREDENTIALS_DIRECTORY")?).join("passphrase"));
    let named = variable("TOKENWRIGHT_PASSPHRASE_FILE").map(PathBuf::from);
    let Some(file) = named.clone().or_else(|| of_systemd().filter(|file| file.exists())) else { return Ok(None) };
    match std::fs::read_to_string(&file).map(Zeroizing::new) {
        Ok(text) => Ok(Some(Secret::new(text.trim_end_matches(['\r', '\n'])))),
        Err(error) => {
            let what = if named.is_some() { "`TOKENWRIGHT_PASSPHRASE_FILE`" } else { "the passphrase of the service" };
            let diagnosis = Diagnosis::new(format!("{what}: `{}` cannot be read: {error}", file.display()));
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
