//! The machines of a team: a home each, with a network of its own to the database and to the service.

use std::ffi::OsString;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};
use tempfile::TempDir;
use tokenwright::agent::{AgentError, Request, Response, SocketPath, ask};

use crate::links::{self, Link};
use crate::proxy::{Proxy, Weather};
use crate::service::{CANARIES, CLIENT_SECRET, Service};
use crate::support::postgres::Cluster;
use crate::support::process::{Finished, Process};

pub const PASSPHRASE: &str = "pp-canary correct horse";
pub const PROFILE: &str = "demo";

/// The database, the service and the machines.
pub struct Team {
    pub machines: Vec<Machine>,
    pub cluster: Cluster,
    pub service: Service,
}

pub struct Machine {
    program: PathBuf,
    home: TempDir,
    /// The address of the team's store.
    pub store: Option<String>,
    pub database: Proxy,
    pub network: Proxy,
    /// Its own network, if it has one.
    pub link: Option<Link>,
    /// The way to the service for a sign-in.
    _direct: Option<Proxy>,
    pub agent: Option<Process>,
}

/// What an asker got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Got {
    Token(String),
    /// Whoever is told this has to sign in, or to wait for the machine that spent the refresh token.
    Unknown(String),
    /// The service refused the refresh token.
    Refused(String),
    /// Anything else that a person is told.
    Failed(String),
    /// There was no agent, or it did not answer.
    NoAgent(String),
}

impl Team {
    pub fn start(program: &Path, machines: usize) -> Self {
        Self::start_with(program, (0..machines).map(|_| None).collect())
    }

    /// Machines with a network each where that is possible; says which.
    pub fn start_apart(figure: &str, program: &Path, machines: usize) -> Self {
        if !links::are_possible() {
            println!("{figure}: {machines} homes on one host");
            return Self::start(program, machines);
        }
        println!("{figure}: {machines} network namespaces, joined by pairs of interfaces");
        Self::start_with(program, (0..machines).map(Link::new).collect())
    }

    fn start_with(program: &Path, links: Vec<Option<Link>>) -> Self {
        let cluster = Cluster::start();
        cluster.database("team");
        let service = Service::start();
        let mut machines = Vec::new();
        for link in links {
            let port = machines.first().map(|first: &Machine| first.network.port());
            machines.push(Machine::new_in((link, port), program, Some(&cluster.url("team")), &service));
        }
        let team = Self { machines, cluster, service };
        team.sign_in(0);
        team.gather();
        team
    }

    /// The first machine makes the team, gives it the profile and lets the others in.
    fn gather(&self) {
        let (founder, others) = self.machines.split_first().expect("a machine");
        founder.run(&["team", "init", founder.address()]).done();
        founder.run(&["share", PROFILE, "--team"]).done();
        for (number, machine) in others.iter().enumerate() {
            let name = format!("machine-{}", number + 1);
            machine.run(&["team", "join", machine.address(), "--as", &name]).done();
            let key = machine.run(&["team", "status", "--json"]).json()["key"].as_str().expect("a key").to_owned();
            founder.run(&["team", "admit", &name, "--fingerprint", &key]).done();
        }
    }

    /// Signs in on a machine whose network is well.
    pub fn sign_in(&self, machine: usize) {
        self.machines[machine].sign_in();
    }

    /// The machine that asked the service last.
    pub fn sender(&self) -> usize {
        let asked = self.machines.iter().enumerate().max_by_key(|(_, machine)| machine.network.asked());
        asked.map_or(0, |(number, _)| number)
    }

    /// The number of the newest generation, by the history of a machine.
    pub fn generation(&self, machine: usize) -> u64 {
        let history = self.machines[machine].run(&["history", PROFILE, "--json"]).json();
        let lines = history["generations"].as_array().cloned().unwrap_or_default();
        lines.iter().filter_map(|line| line["generation"].as_u64()).max().unwrap_or_default()
    }

    /// Whether the database can be used.
    pub fn has_database(&self) -> bool {
        self.cluster.psql("team").args(["-c", "SELECT 1"]).output().is_ok_and(|output| output.status.success())
    }

    /// The networks are well again, and what was stopped goes on.
    pub fn heal(&self) {
        for machine in &self.machines {
            for proxy in [&machine.database, &machine.network] {
                proxy.set(Weather::default());
            }
            if let Some(link) = &machine.link {
                link.set(true);
            }
            machine.signal_agent(Signal::CONT);
        }
    }
}

impl Machine {
    /// A machine of a team with this store, or of none.
    pub fn new(program: &Path, store: Option<&str>, service: &Service) -> Self {
        Self::new_in((None, None), program, store, service)
    }

    /// `port` is where all members send their refreshes, since they share the profile with its addresses. In a network of its
    /// own each has a proxy of its own there; else that of the first one is the proxy of all.
    fn new_in(
        (mut link, port): (Option<Link>, Option<u16>),
        program: &Path,
        store: Option<&str>,
        service: &Service,
    ) -> Self {
        let home = tempfile::Builder::new().prefix("twsh").tempdir().expect("a temporary folder");
        let service = service.url();
        let proxy = |url: &str| Proxy::start(place(url), link.is_some());
        let (database, network) = (proxy(store.unwrap_or(&service)), proxy(&service));
        let direct = link.is_some().then(|| proxy(&service));
        if let (Some(link), Some(direct)) = (&mut link, &direct) {
            let (database, network) = (database.port(), network.port());
            let service = (place(&service).port(), direct.port());
            link.forward(&[(database, database), (port.unwrap_or(network), network), service]);
        }
        let store =
            store.map(|url| url.replace(&format!(":{}/", place(url).port()), &format!(":{}/", database.port())));
        // The address that tokens are issued for is the same everywhere; refreshes go through this machine's network.
        let preset = format!(
            "id = \"scripted\"\nname = \"Scripted\"\nchecked = \"2026-11-21\"\nsource = [\"a test\"]\n\
             asks = \"optional-secret\"\n[redirect]\ndefault = \"http://127.0.0.1/callback\"\n\
             [authorization]\nurl = \"{service}/authorize\"\n[token_request]\nurl = \"{service}/token\"\n\
             authentication = \"body\"\n[refresh_request]\nurl = \"http://127.0.0.1:{}/token\"\n\
             authentication = \"body\"\n",
            port.unwrap_or(network.port())
        );
        let presets = home.path().join("tokenwright/presets");
        fs::create_dir_all(&presets).expect("a folder of our own");
        fs::write(presets.join("scripted.toml"), preset).expect("a file of our own");
        Self { program: program.to_owned(), home, store, database, network, link, _direct: direct, agent: None }
    }

    pub fn data(&self) -> PathBuf {
        self.home.path().join("tokenwright")
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command =
            self.link.as_ref().map_or_else(|| Command::new(&self.program), |link| link.command(&self.program));
        command.args(arguments).current_dir(self.home.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.home.path()).env("TOKENWRIGHT_HOME", self.data()).env("LANG", "C.UTF-8");
        command.envs(self.store.as_ref().map(|store| ("TOKENWRIGHT_TEAM", store)));
        command.env("TOKENWRIGHT_CLIENT_SECRET", CLIENT_SECRET);
        command.env("TOKENWRIGHT_VAULT", "passphrase").env("TOKENWRIGHT_PASSPHRASE", OsString::from(PASSPHRASE));
        command
    }

    fn address(&self) -> &str {
        self.store.as_deref().expect("a machine of a team")
    }

    pub fn start(&self, arguments: &[&str]) -> Process {
        Process::start(&mut self.command(arguments))
    }

    pub fn run(&self, arguments: &[&str]) -> Finished {
        self.start(arguments).finish()
    }

    pub fn sign_in(&self) {
        let arguments = ["sign-in", PROFILE, "--service", "scripted", "--client-id", "it", "--browser"];
        let arguments: Vec<&str> = arguments.into_iter().chain(["curl -sL -o /dev/null"]).collect();
        self.run(&arguments).done();
    }

    /// A process of its own that asks for a token which lives for so many seconds.
    pub fn start_asker(&self, life: u64) -> Process {
        self.start(&["token", PROFILE, "--no-agent", "--min-valid", &format!("{life}s")])
    }

    /// Sends the refresh token once more, as a person who insists on it does.
    pub fn resend(&self) -> Finished {
        self.run(&["refresh", PROFILE, "--resend"])
    }

    pub fn start_agent(&mut self) {
        let mut agent = self.start(&["agent"]);
        agent.line_with("The agent listens on ");
        self.agent = Some(agent);
    }

    /// Starts the agent anew if it has ended.
    pub fn revive(&mut self) {
        if self.agent.as_mut().is_none_or(Process::has_ended) {
            self.agent = None;
            self.start_agent();
        }
    }

    pub fn signal_agent(&self, signal: Signal) {
        if let Some(agent) = &self.agent {
            send(agent, signal);
        }
    }

    pub fn socket(&self) -> SocketPath {
        SocketPath::find(Some(self.data()), None)
    }
}

/// Host and port of an address.
pub fn place(url: &str) -> SocketAddr {
    let place = url.split('/').nth(2).expect("an address");
    place.rsplit('@').next().expect("an address").parse().expect("an address")
}

/// It may have ended by itself.
pub fn send(process: &Process, signal: Signal) {
    if let Some(pid) = i32::try_from(process.id()).ok().and_then(Pid::from_raw) {
        let _ = rustix::process::kill_process(pid, signal);
    }
}

/// Asks the agent of a machine for a token that lives for so many seconds.
pub fn ask_agent(socket: &SocketPath, life: Option<u64>) -> Got {
    let request = Request::Token {
        name: PROFILE.to_owned(),
        min_valid: life,
        vault: None,
        team: None,
        target: None,
        resource: None,
    };
    match ask(socket, &request) {
        Ok(Response::Token { tokens, .. }) => Got::Token(tokens.access_token.expose().to_owned()),
        Ok(Response::Failed { diagnosis, .. }) => Got::of_words(&diagnosis.to_string()),
        Ok(other) => Got::Failed(format!("{other:?}")),
        Err(error @ (AgentError::Absent | AgentError::Silent)) => Got::NoAgent(error.to_string()),
        Err(error) => Got::Failed(error.to_string()),
    }
}

impl Got {
    fn of_words(words: &str) -> Self {
        let words = words.to_owned();
        match words.as_str() {
            _ if words.contains("outcome unknown") || words.contains("may be spent") => Self::Unknown(words),
            _ if words.contains("invalid_grant") || words.contains("spent") => Self::Refused(words),
            _ => Self::Failed(words),
        }
    }

    pub fn of_process(finished: &Finished) -> Self {
        match finished.code {
            0 => Self::Token(finished.stdout.trim_end().to_owned()),
            _ => Self::of_words(&finished.stderr),
        }
    }

    pub fn is_token(&self, token: &str) -> bool {
        matches!(self, Self::Token(found) if found == token)
    }
}

/// Tries until this holds, for so long. Whether it held.
pub fn until(limit: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let began = Instant::now();
    loop {
        if holds() {
            return true;
        }
        if began.elapsed() > limit {
            return false;
        }
        // waits: what is waited for tells nobody.
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Where a secret is found: in the dump of the database, its files, its log, or the homes.
pub fn canaries(team: &Team) -> Vec<String> {
    let mut found = Vec::new();
    let mut look = |place: String, bytes: &[u8]| {
        let secrets = CANARIES.iter().chain(&["pp-canary"]);
        found.extend(secrets.filter(|secret| holds(bytes, secret)).map(|secret| format!("{place}: {secret}")));
    };
    look("the dump".to_owned(), team.cluster.dump("team").as_bytes());
    // Beside its data is its log.
    let mut folders: Vec<PathBuf> = team.cluster.data().parent().map(Path::to_owned).into_iter().collect();
    folders.extend(team.machines.iter().map(|machine| machine.home.path().to_owned()));
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            // Files come and go while the server runs.
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = fs::read(&path) {
                look(path.display().to_string(), &bytes);
            }
        }
    }
    found
}

/// As text, or in hexadecimal digits as PostgreSQL writes bytes.
fn holds(bytes: &[u8], secret: &str) -> bool {
    let digits = secret.bytes().fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"));
    [secret, &digits].iter().any(|text| memory_holds(bytes, text.as_bytes()))
}

fn memory_holds(bytes: &[u8], text: &[u8]) -> bool {
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| *byte == text[0]) {
        from += at;
        if bytes[from..].starts_with(text) {
            return true;
        }
        from += 1;
    }
    false
}
