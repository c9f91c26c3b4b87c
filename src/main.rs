//! The program: builds the ports, then hands over to a face.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Termination as _};
use std::sync::Arc;

use jiff::Timestamp;

use tokenwright::agent::{Request, Response, SdNotify, SocketPath};
use tokenwright::app::{Failure, FailureKind, Ports, Runtime};
use tokenwright::cli;
use tokenwright::config::{Config, Places, TeamSettings};
use tokenwright::crash::Watch;
use tokenwright::desktop::{Clipboard, HOLD};
use tokenwright::diagnosis::Diagnosis;
use tokenwright::expression::{self, Expressions};
use tokenwright::gui::NoWindow;
use tokenwright::redirect;
use tokenwright::secret::{self, Secret};
use tokenwright::store::{Address, Store, TeamPlace};
use tokenwright::transport::{Transport, TransportOptions};
use zeroize::Zeroizing;

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
    if let Some(exit) = token_of_agent() {
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
    Places::find(home()).ok().map(|places| places.data)
}

fn home() -> Option<PathBuf> {
    std::env::var_os("TOKENWRIGHT_HOME").filter(|home| !home.is_empty()).map(Into::into)
}

/// The fast path for scripts: asks a running agent before anything is set up, even before the whole command line is parsed.
/// `None` if the rest of the program has to answer.
fn token_of_agent() -> Option<cli::Exit> {
    let options = cli::token_options(std::env::args_os())?;
    // Before there is a token in this process.
    secret::keep_out_of_dumps(true);
    let off = |value: &str| matches!(value, "off" | "0" | "no" | "false");
    if variable("TOKENWRIGHT_AGENT").is_some_and(|value| off(&value)) {
        return None;
    }
    let min_valid = options.min_valid.map(|time| time.as_secs());
    let store = match shared_store() {
        Ok(address) => address.map(|address| address.to_string()),
        // Said by the rest of the program.
        Err(_) => return None,
    };
    let vault = variable("TOKENWRIGHT_VAULT");
    let request = Request::Token { name: options.name.clone(), min_valid, vault, store };
    match tokenwright::agent::ask(&agent_socket(), &request) {
        Ok(Response::Token { tokens, header, notes }) => {
            cli::print_notes(&notes);
            cli::print_token(&tokens, &header, &options);
            Some(cli::Exit::Done)
        }
        Ok(Response::Failed { kind, code, diagnosis }) => {
            let failure = Failure::of_words(&kind, code.as_deref(), diagnosis);
            // Trouble with the agent's vault, or with the agent itself, need not be ours.
            let ours = matches!(failure.kind, FailureKind::Vault | FailureKind::Machine);
            (!ours).then(|| cli::print_failure(&failure))
        }
        Ok(Response::Status(_) | Response::Done) | Err(_) => None,
    }
}

fn agent_socket() -> SocketPath {
    let folder = |name| std::env::var_os(name).map(Into::into);
    SocketPath::find(folder("TOKENWRIGHT_HOME"), folder("XDG_RUNTIME_DIR"))
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// What the use cases need from outside.
fn ports() -> Result<Ports, Failure> {
    let places = Places::find(home())?;
    let config = Config::new(places.clone());
    let store = match shared_store()? {
        Some(address) => Store::shared(places.store_folder(), address),
        None => Store::new(places.store_folder()),
    };
    store.set_team(team(&config));
    Ok(Ports {
        transport: Transport::new(TransportOptions::default()),
        expressions: Expressions::new(own_program()),
        store,
        config,
        agent_socket: agent_socket(),
        sd_notify: SdNotify::new(std::env::var_os("NOTIFY_SOCKET")),
        vault_kind: variable("TOKENWRIGHT_VAULT"),
        passphrase: passphrase()?,
        open_browser: Arc::new(redirect::open),
        clipboard: Clipboard::of_desktop(HOLD),
        now: Timestamp::now,
        entropy,
    })
}

/// The team's store, as the environment or else the settings name it. Settings that cannot be read are reported by whoever
/// needs them.
fn team(config: &Config) -> Option<TeamPlace> {
    let path = |name| variable(name).map(PathBuf::from);
    if let Some(url) = variable("TOKENWRIGHT_TEAM") {
        let password_file = path("TOKENWRIGHT_TEAM_PASSWORD_FILE");
        return Some(TeamPlace { url, password_file, key_file: path("TOKENWRIGHT_TEAM_KEY_FILE") });
    }
    let TeamSettings { store, password_file, key_file } = config.load_settings().ok()?.team?;
    Some(TeamPlace { url: store, password_file, key_file })
}

/// The path to start this program again. On Linux it works even if the file has been replaced by a newer version.
fn own_program() -> PathBuf {
    let running = Path::new("/proc/self/exe");
    if running.exists() {
        return running.to_owned();
    }
    std::env::current_exe().unwrap_or_else(|_| "tokenwright".into())
}

/// The passphrase from the environment: its text, a file, or what systemd decrypted for this service
/// (systemd.exec(5), `LoadCredential=`).
fn passphrase() -> Result<Option<Secret>, Failure> {
    if let Some(text) = variable("TOKENWRIGHT_PASSPHRASE") {
        return Ok(Some(Secret::new(text)));
    }
    let of_systemd = || Some(PathBuf::from(variable("CREDENTIALS_DIRECTORY")?).join("passphrase"));
    let named = variable("TOKENWRIGHT_PASSPHRASE_FILE").map(PathBuf::from);
    let Some(file) = named.clone().or_else(|| of_systemd().filter(|file| file.exists())) else { return Ok(None) };
    let what = if named.is_some() { "`TOKENWRIGHT_PASSPHRASE_FILE`" } else { "the service's passphrase" };
    secret_in(&file, what).map(Some)
}

/// The secret in a file, without the end of its line.
fn secret_in(file: &Path, what: &str) -> Result<Secret, Failure> {
    let text = std::fs::read_to_string(file).map(Zeroizing::new).map_err(|error| {
        let diagnosis = Diagnosis::new(format!("{what}: cannot read `{}`: {error}", file.display()));
        Failure::new(FailureKind::Vault, diagnosis)
    })?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n'])))
}

/// The database that several machines share, if the environment names one.
fn shared_store() -> Result<Option<Address>, Failure> {
    let Some(url) = variable("TOKENWRIGHT_STORE").map(Zeroizing::new) else { return Ok(None) };
    let file = variable("TOKENWRIGHT_STORE_PASSWORD_FILE").map(PathBuf::from);
    let password = file.map(|file| secret_in(&file, "`TOKENWRIGHT_STORE_PASSWORD_FILE`")).transpose()?;
    Ok(Some(Address::parse(&url, password.as_ref().map(Secret::expose))?))
}

/// 32 random bytes from the system. Nothing would be safe without them, so failing to get any is fatal.
fn entropy() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the system supplies randomness");
    bytes
}
