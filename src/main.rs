//! The program: builds the ports, then hands over to a face.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Termination as _};
use std::sync::Arc;

use jiff::Timestamp;

use tokenwright::agent::SdNotify;
use tokenwright::app::{Failure, Ports, Runtime};
use tokenwright::cli;
use tokenwright::config::{Config, Places};
use tokenwright::crash::Watch;
use tokenwright::desktop::{Clipboard, HOLD};
use tokenwright::entry;
use tokenwright::expression::{self, Expressions};
use tokenwright::gui::NoWindow;
use tokenwright::redirect;
use tokenwright::secret;
use tokenwright::store::Store;
use tokenwright::transport::{Transport, TransportOptions};

fn main() -> ExitCode {
    // First, so that the child holds nothing but its input.
    if std::env::args_os().nth(1).is_some_and(|argument| argument == expression::CHILD_ARGUMENT) {
        return expression::serve();
    }
    let watch = Watch::start(data_folder, cli::print_fault);
    // The panic hook has reported it.
    catch_unwind(AssertUnwindSafe(|| program(&watch))).unwrap_or(cli::Exit::Machine).report()
}

fn program(watch: &Watch) -> cli::Exit {
    if let Some(exit) = entry::token_of_agent(std::env::args_os()) {
        return exit;
    }
    let arguments = match cli::arguments() {
        Ok(arguments) => arguments,
        Err(exit) => return exit,
    };
    // The desktop's file chooser inspects the process of its caller, and refuses one that is not dumpable.
    secret::keep_out_of_dumps(arguments.task.is_some());
    let ports = match ports() {
        Ok(ports) => ports,
        Err(failure) => return cli::print_failure(&failure),
    };
    match arguments.task {
        Some(task) => cli::run(task, arguments.verbose, ports),
        None => match tokenwright::gui::run(Box::new(move |news| Runtime::start(ports, news)), watch.opening()) {
            Ok(()) => cli::Exit::Done,
            Err(NoWindow::Panicked(_)) if watch.has_told() => cli::Exit::Machine,
            Err(NoWindow::Refused(reason) | NoWindow::Panicked(reason)) => cli::no_window(&reason),
        },
    }
}

fn data_folder() -> Option<PathBuf> {
    Places::find(entry::home()).ok().map(|places| places.data)
}

/// What the use cases need from outside.
fn ports() -> Result<Ports, Failure> {
    let places = Places::find(entry::home())?;
    let config = Config::new(places.clone());
    let store = Store::new(places.store_folder());
    Ok(Ports {
        transport: Transport::new(TransportOptions::default()),
        expressions: Expressions::new(own_program()),
        store,
        config,
        agent_socket: entry::agent_socket(),
        sd_notify: SdNotify::new(std::env::var_os("NOTIFY_SOCKET")),
        vault_kind: entry::variable("TOKENWRIGHT_VAULT"),
        team: entry::team(),
        passphrase: entry::passphrase()?,
        open_browser: Arc::new(redirect::open),
        clipboard: Clipboard::of_desktop(HOLD),
        now: Timestamp::now,
        entropy,
    })
}

/// The path to start this program again. On Linux it works even if the file has been replaced by a newer version.
fn own_program() -> PathBuf {
    let running = Path::new("/proc/self/exe");
    if running.exists() {
        return running.to_owned();
    }
    std::env::current_exe().unwrap_or_else(|_| "tokenwright".into())
}

/// 32 random bytes from the system. Nothing would be safe without them, so failing to get any is fatal.
fn entropy() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the system supplies randomness");
    bytes
}
