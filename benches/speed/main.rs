//! How long the program takes, and what it needs, beside what does nearly nothing: one table, made in one run on one machine.
//!
//! `cargo bench --bench speed -- [PATH OF A RELEASE BINARY] [--runs N] [--profiles N] [--only PART]`
//!
//! Figures to compare on one machine, not a test: nothing fails by being slow. All traffic stays on this machine. Where
//! `dbus-run-session` and `gnome-keyring-daemon` are installed it runs in a session of its own, with a keyring; of programs
//! that are not installed it says so.
#![allow(clippy::print_stdout, reason = "its result is a table")]
#![cfg(unix)]

mod many;
mod measure;
mod windows;

use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use tempfile::TempDir;
use tokenwright::vault::VaultKind;

use crate::many::keep;
use crate::measure::{Running, first_line, idle, installed, line, memory};

const PASSPHRASE: &str = "open sesame";
/// What the processes of one run are started in; `$0 "$@"` is this program. A newline is the password of the keyring.
const SESSION: &str =
    r#"printf "\n" | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$0" "$@""#;
/// A part of the table, by the name that asks for it alone.
type Part = (&'static str, fn(&Bench));

const PARTS: &[Part] = &[
    ("starts", Bench::starts),
    ("tokens", Bench::tokens),
    ("keyring", Bench::keyring),
    ("flows", Bench::flows),
    ("lists", Bench::lists),
    ("flushes", Bench::flushes),
    ("many", Bench::many),
    ("windows", Bench::windows),
];

/// What was asked for on the command line.
struct Plan {
    program: PathBuf,
    runs: usize,
    profiles: usize,
    /// One of [`PARTS`].
    only: Option<String>,
}

/// A home with one profile in a vault, and the practice service that it belongs to.
struct Bench {
    plan: Plan,
    home: TempDir,
    practice: Running,
    port: u16,
}

fn main() {
    if std::env::args().nth(1).as_deref() == Some(windows::BARE) {
        return windows::bare();
    }
    let plan = plan();
    if !has_session() && installed("a keyring", "dbus-run-session").is_some() {
        return in_session();
    }
    println!("{}, medians of {} runs, in milliseconds", plan.program.display(), plan.runs);
    println!("{:58} {:>8} {:>8} {:>8}", "", "median", "least", "most");
    let bench = Bench::start(plan);
    for (part, run) in PARTS {
        if bench.plan.only.as_deref().is_none_or(|only| only == *part) {
            run(&bench);
        }
    }
    drop(bench.practice);
}

fn has_session() -> bool {
    std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some()
}

/// Runs this program again, in a session with a keyring.
fn in_session() {
    let home = tempfile::tempdir().expect("a folder");
    let mut session = Command::new("dbus-run-session");
    session.args(["--", "sh", "-c", SESSION]).arg(std::env::current_exe().expect("this program"));
    session.args(std::env::args_os().skip(1)).env("HOME", home.path()).env("XDG_RUNTIME_DIR", home.path());
    assert!(session.status().expect("a process").success());
}

fn plan() -> Plan {
    let mut plan =
        Plan { program: PathBuf::from(env!("CARGO_BIN_EXE_tokenwright")), runs: 100, profiles: 1000, only: None };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|text| text.parse().ok()).expect("a number");
        match argument.as_str() {
            // Cargo's own.
            "--bench" => {}
            "--runs" => plan.runs = number(),
            "--profiles" => plan.profiles = number(),
            "--only" => plan.only = arguments.next(),
            path => plan.program = fs::canonicalize(path).expect("the path of a binary"),
        }
    }
    plan
}

impl Bench {
    fn start(plan: Plan) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let mut practice = Command::new(&plan.program);
        practice.args(["practice", "--port", "0", "--auto-consent"]).stderr(Stdio::null());
        let (practice, line) =
            first_line(practice.stdout(Stdio::piped()), |child| child.stdout.take().map(BufReader::new));
        let port = line.rsplit(':').next().and_then(|port| port.trim().parse().ok()).expect("a port");
        let bench = Self { plan, home, practice, port };
        bench.sign_in("demo", bench.program(&[]), "passphrase");
        bench
    }

    /// The program in this home, with the vault that a passphrase opens.
    fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.plan.program);
        command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null());
        command.env("TOKENWRIGHT_HOME", self.home.path()).env("TOKENWRIGHT_VAULT", "passphrase");
        command.env("TOKENWRIGHT_PASSPHRASE", PASSPHRASE);
        command
    }

    fn sign_in(&self, name: &str, mut program: Command, vault: &str) {
        let set = format!("port={}", self.port);
        program.args(["sign-in", name, "--service", "practice", "--set", &set, "--browser", "curl -sL -o /dev/null"]);
        assert!(program.env("TOKENWRIGHT_VAULT", vault).status().expect("a process").success(), "sign in, {vault}");
    }

    /// The medians of a command; each run is made anew.
    fn row(&self, what: &str, command: impl Fn() -> Command) {
        let run = || {
            let mut command = command();
            let start = Instant::now();
            let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("a process");
            assert!(status.success(), "{what}: {command:?}");
            start.elapsed()
        };
        run();
        line(what, (0..self.plan.runs).map(|_| run()).collect());
    }

    fn starts(&self) {
        self.row("/bin/true", || Command::new("/bin/true"));
        self.row("curl --version", || with_arguments(Path::new("curl"), &["--version"]));
        self.row("curl, one POST to the practice service", || self.curl());
        self.row("tokenwright --version", || self.program(&["--version"]));
        if let Some(pizauth) = installed("pizauth info", "pizauth") {
            self.row("pizauth info", || with_arguments(&pizauth, &["info"]));
        }
    }

    fn curl(&self) -> Command {
        let mut command = Command::new("curl");
        let url = format!("http://127.0.0.1:{}/token", self.port);
        command.args(["-s", "-d", "grant_type=refresh_token&refresh_token=none", &url]);
        command
    }

    fn tokens(&self) {
        self.row("tokenwright token, fresh, vault with a passphrase", || {
            self.program(&["token", "demo", "--min-valid", "0", "--no-agent"])
        });
        let agent = self.agent(self.home.path());
        self.row("tokenwright token, fresh, through the agent", || {
            self.program(&["token", "demo", "--min-valid", "0"])
        });
        self.row("tokenwright-token, fresh, through the agent", || self.small(&["demo", "--min-valid", "0"]));
        self.row("tokenwright token, refreshed, through the agent", || {
            self.program(&["token", "demo", "--min-valid", "1h"])
        });
        println!("{}", memory("the agent, after these", &agent.0));
        drop(agent);
        idle("the agent, started anew, idle", &self.agent(self.home.path()).0);
    }

    /// The small program that is beside the large one.
    fn small(&self, arguments: &[&str]) -> Command {
        let mut command = with_arguments(&self.plan.program.with_file_name("tokenwright-token"), arguments);
        command.env("TOKENWRIGHT_HOME", self.home.path()).env("TOKENWRIGHT_VAULT", "passphrase");
        command
    }

    fn agent(&self, home: &Path) -> Running {
        let mut command = self.program(&["agent"]);
        command.env("TOKENWRIGHT_HOME", home).stderr(Stdio::piped());
        first_line(&mut command, |child| child.stderr.take().map(BufReader::new)).0
    }

    fn keyring(&self) {
        let home = tempfile::tempdir().expect("a folder");
        let program = |arguments: &[&str]| {
            let mut program = self.program(arguments);
            program.env("TOKENWRIGHT_HOME", home.path()).env("TOKENWRIGHT_VAULT", "keyring");
            program
        };
        let what = "tokenwright token, fresh, vault in the keyring";
        if !has_session() {
            return println!("{what:58} no session bus here");
        }
        if let Some(peer) = installed("secret-tool lookup", "secret-tool") {
            let mut store = with_arguments(&peer, &["store", "--label", "bench", "made", "up"]);
            let mut child = store.stdin(Stdio::piped()).spawn().expect("a process");
            std::io::Write::write_all(&mut child.stdin.take().expect("piped"), b"secret").expect("written");
            assert!(child.wait().expect("a process").success());
            self.row("secret-tool lookup", || with_arguments(&peer, &["lookup", "made", "up"]));
        }
        self.sign_in("demo", program(&[]), "keyring");
        self.row(what, || program(&["token", "demo", "--min-valid", "0"]));
    }

    fn flows(&self) {
        self.row("tokenwright refresh, vault with a passphrase", || self.program(&["refresh", "demo"]));
        let set = format!("port={}", self.port);
        let browser = "curl -sL -o /dev/null";
        let flow = ["sign-in", "flow", "--service", "practice", "--set", &set, "--browser", browser];
        self.row("a whole flow, curl as browser, vault in memory", || {
            let mut program = self.program(&flow);
            program.env("TOKENWRIGHT_VAULT", "memory");
            program
        });
        self.row("a whole flow, curl as browser, vault with a passphrase", || self.program(&flow));
    }

    /// The same with a few profiles and with very many. With a passphrase a command computes for a tenth of a second before
    /// it lists; with the keyring it does little else.
    fn lists(&self) {
        let kinds = [VaultKind::Passphrase, VaultKind::Keyring];
        for kind in kinds.into_iter().filter(|kind| *kind == VaultKind::Passphrase || has_session()) {
            for count in [10, 10_000] {
                self.lists_of(kind, count);
            }
        }
    }

    fn lists_of(&self, kind: VaultKind, count: usize) {
        let home = tempfile::tempdir().expect("a folder");
        let program = |arguments: &[&str]| {
            let mut program = self.program(arguments);
            program.env("TOKENWRIGHT_HOME", home.path()).env("TOKENWRIGHT_VAULT", kind.to_string());
            program
        };
        self.sign_in("demo", program(&[]), &kind.to_string());
        keep(home.path(), kind, &vec!["a refresh token".to_owned(); count], false);
        let first = Instant::now();
        assert!(program(&["list"]).status().expect("a process").success());
        line(&format!("tokenwright list, {count} profiles, {kind}, the first time"), vec![first.elapsed()]);
        self.row(&format!("tokenwright list, {count} profiles, {kind}"), || program(&["list"]));
        self.row(&format!("tokenwright token, one of {count} profiles, {kind}"), || {
            program(&["token", "demo", "--min-valid", "0", "--no-agent"])
        });
    }
}

fn with_arguments(program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}
