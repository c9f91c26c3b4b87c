//! What `tokenwright`, `tokenwright-token` and `tokenwright-agent` share: what the environment and the settings say, the ports
//! made of it, and the question to a running agent.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::agent::{AskedFor, Request, Response, SdNotify, SecretText, SocketPath};
use crate::app::{Failure, FailureKind, Ports, aside};
use crate::cli;
use crate::config::{Config, Places, ProxySetting};
use crate::desktop::{Clipboard, HOLD};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::expression::Expressions;
use crate::oauth;
use crate::redirect::{self, Browser, OpenError};
use crate::secret::{self, Secret};
use crate::store::{Store, TeamPlace};
use crate::transport::{Network, ProxyChoice, Transport, TransportOptions};

/// Where distributions put the module that knows all others that are installed.
const P11_KIT: [&str; 5] = [
    "/usr/lib/x86_64-linux-gnu/p11-kit-proxy.so",
    "/usr/lib/aarch64-linux-gnu/p11-kit-proxy.so",
    "/usr/lib64/p11-kit-proxy.so",
    "/usr/lib/p11-kit-proxy.so",
    "/opt/homebrew/lib/p11-kit-proxy.dylib",
];

/// The outcome of the question to a running agent.
pub enum Asked {
    Answered(cli::Exit),
    /// The rest of the program has to answer.
    Unanswered(Box<cli::TokenOptions>),
    /// The command line wants something else, or wants it in another way.
    Nothing,
}

/// The fast path for scripts: asks a running agent before anything is set up, and without parsing the whole command line.
pub fn token_of_agent(arguments: impl IntoIterator<Item = OsString>) -> Asked {
    let Some(options) = cli::token_options(arguments) else { return Asked::Nothing };
    // Before there is a token in this process.
    secret::keep_out_of_dumps(true);
    let off = |value: &str| matches!(value, "off" | "0" | "no" | "false");
    let is_off = variable("TOKENWRIGHT_AGENT").is_some_and(|value| off(&value));
    let answered = if is_off { None } else { ask_for_token(&options) };
    answered.map_or_else(|| Asked::Unanswered(Box::new(options)), Asked::Answered)
}

fn ask_for_token(options: &cli::TokenOptions) -> Option<cli::Exit> {
    let min_valid = options.min_valid.map(|time| time.as_secs());
    let (vault, team) = (variable("TOKENWRIGHT_VAULT"), team());
    let team = team.map(|team| team.shown().display().to_string());
    let target = options.target.as_ref().map(|target| AskedFor {
        method: target.method.clone(),
        url: target.url.clone(),
        nonce: options.nonce.clone(),
    });
    let resource = options.resource.as_ref().map(ToString::to_string);
    let request = Request::Token { name: options.name.clone(), min_valid, vault, team, target, resource };
    match crate::agent::ask(&agent_socket(), &request) {
        Ok(Response::Token { tokens, header, carried, proof, notes }) => {
            let (carried, proof) = (carried.map(|SecretText(text)| text), proof.map(|SecretText(text)| text));
            cli::print_notes(&notes);
            cli::print_token(&tokens, (&header, carried.as_ref(), proof.as_ref()), options);
            Some(cli::Exit::Done)
        }
        Ok(Response::Failed { kind, code, diagnosis }) => {
            let failure = Failure::of_words(&kind, code.as_deref(), diagnosis);
            // Trouble with the agent's vault, or with the agent itself, need not be ours.
            let is_agents = matches!(failure.kind, FailureKind::Vault | FailureKind::Machine);
            (!is_agents).then(|| cli::print_failure(&failure))
        }
        Ok(Response::Status(_) | Response::Done) | Err(_) => None,
    }
}

/// `TOKENWRIGHT_HOME`, if it is set.
pub fn home() -> Option<PathBuf> {
    std::env::var_os("TOKENWRIGHT_HOME").filter(|home| !home.is_empty()).map(Into::into)
}

/// Where the agent listens.
pub fn agent_socket() -> SocketPath {
    let folder = |name| std::env::var_os(name).map(Into::into);
    SocketPath::find(folder("TOKENWRIGHT_HOME"), folder("XDG_RUNTIME_DIR"))
}

/// A variable that is set to something.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The passphrase from the environment: its text, a file, or what systemd decrypted for this service
/// (systemd.exec(5), `LoadCredential=`).
pub fn passphrase() -> Result<Option<Secret>, Failure> {
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

/// The team's store, if the environment names one.
pub fn team() -> Option<TeamPlace> {
    let path = |name| variable(name).map(PathBuf::from);
    let (password_file, key_file) = (path("TOKENWRIGHT_TEAM_PASSWORD_FILE"), path("TOKENWRIGHT_TEAM_KEY_FILE"));
    Some(TeamPlace { url: variable("TOKENWRIGHT_TEAM")?, password_file, key_file })
}

/// The folder of the program's data, if it can be found.
pub fn data_folder() -> Option<PathBuf> {
    Places::find(home()).ok().map(|places| places.data)
}

/// What the use cases need from outside.
pub fn ports() -> Result<Ports, Failure> {
    let places = Places::find(home())?;
    let config = Config::new(places.clone());
    let store = Store::new(places.store_folder());
    let (of_browser, of_keys) = (config.clone(), config.clone());
    oauth::use_pkcs11_module(move || pkcs11_module(&of_keys), aside);
    Ok(Ports {
        transport: transport(&config),
        expressions: Expressions::new(own_program()),
        store,
        config,
        agent_socket: agent_socket(),
        sd_notify: SdNotify::new(std::env::var_os("NOTIFY_SOCKET")),
        vault_kind: variable("TOKENWRIGHT_VAULT"),
        team: team(),
        passphrase: passphrase()?,
        open_browser: Arc::new(move |browser, url| redirect::open(&chosen_browser(&of_browser, browser)?, url)),
        clipboard: Clipboard::of_desktop(HOLD),
        now: Timestamp::now,
        entropy,
    })
}

/// What sends calls, as the settings say.
pub fn transport(config: &Config) -> Transport {
    let config = config.clone();
    Transport::new(TransportOptions::default()).following(Arc::new(move || network(&config)))
}

/// How calls leave this machine, by the settings.
fn network(config: &Config) -> Result<Network, Diagnosis> {
    let settings = config.load_connections().map_err(|error| error.diagnose())?.network;
    let except = settings.no_proxy.unwrap_or_default();
    Ok(Network {
        proxy: match settings.proxy {
            None => ProxyChoice::System,
            Some(ProxySetting::None) => ProxyChoice::None,
            Some(ProxySetting::Url(url)) => ProxyChoice::Url { url, except },
        },
        ca_file: settings.ca_file,
        client_certificate: settings.client_certificate,
        connect_timeout: settings.connect_timeout.map(Duration::from_secs),
        timeout: settings.timeout.map(Duration::from_secs),
    })
}

/// The module that is set; else the one that knows all that are installed, where there is one.
fn pkcs11_module(config: &Config) -> Option<PathBuf> {
    let set = std::env::var_os("TOKENWRIGHT_PKCS11_MODULE").filter(|path| !path.is_empty()).map(PathBuf::from);
    let set = set.or_else(|| config.load_pkcs11_module().ok()?);
    let shared = || P11_KIT.iter().map(PathBuf::from).find(|path| path.exists());
    set.or_else(shared)
}

/// The browser of the settings, where no other is asked for.
fn chosen_browser(config: &Config, browser: &Browser) -> Result<Browser, OpenError> {
    if *browser != Browser::System {
        return Ok(browser.clone());
    }
    let settings = config.load_connections().map_err(|error| OpenError::Settings(Box::new(error.diagnose())))?;
    Ok(settings.browser.map_or(Browser::System, Browser::Command))
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
