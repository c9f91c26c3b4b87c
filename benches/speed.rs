//! How long the program takes, beside what does nearly nothing: one table of medians, made in one run on one machine.
//!
//! `cargo bench --bench speed -- [PATH OF A RELEASE BINARY] [--runs N] [--profiles N] [--only PART]`
//!
//! Figures to compare on one machine, not a test: nothing fails by being slow. All traffic stays on this machine. The row
//! with the keyring needs a session bus with an open Secret Service (`dbus-run-session`, `gnome-keyring-daemon --unlock`).
#![allow(clippy::print_stdout, reason = "its result is a table")]
#![cfg(unix)]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tempfile::TempDir;
use tokenwright::oauth::{ProfileSecrets, TokenSet};
use tokenwright::secret::Secret;
use tokenwright::service::ProfileName;
use tokenwright::store::{Plain, Store, StoreError};
use tokenwright::vault::{self, Contents, How, VaultKind};
use url::Url;

const PASSPHRASE: &str = "open sesame";
/// What the schedule of the agent does at once; the bare loop does as much.
const AT_ONCE: usize = 16;
const PARTS: &[(&str, fn(&Bench))] = &[
    ("starts", Bench::starts),
    ("tokens", Bench::tokens),
    ("keyring", Bench::keyring),
    ("flows", Bench::flows),
    ("lists", Bench::lists),
    ("many", Bench::many),
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

/// A process that ends with its value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, or is to end now.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn main() {
    let plan = plan();
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

fn plan() -> Plan {
    let mut plan = Plan { program: PathBuf::from(env!("CARGO_BIN_EXE_tokenwright")), runs: 100, profiles: 1000, only: None };
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
        self.row("curl --version", || {
            let mut command = Command::new("curl");
            command.arg("--version");
            command
        });
        self.row("curl, one POST to the practice service", || self.curl());
        self.row("tokenwright --version", || self.program(&["--version"]));
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
        self.row("tokenwright token, refreshed, through the agent", || {
            self.program(&["token", "demo", "--min-valid", "1h"])
        });
        println!("{}", memory("the agent, after these", &agent.0));
        drop(agent);
        let agent = self.agent(self.home.path());
        // waits: threads that did something blocking stay for ten seconds, in case of more.
        std::thread::sleep(Duration::from_secs(12));
        println!("{}", memory("the agent, started anew, idle", &agent.0));
        let before = switches(&agent.0);
        // waits: idleness has no event.
        std::thread::sleep(Duration::from_secs(20));
        println!("{:58} {:>8}", "its wake-ups in 20 s of idleness", switches(&agent.0) - before);
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
        if std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_none() {
            return println!("{:58} no session bus here", "tokenwright token, fresh, vault in the keyring");
        }
        self.sign_in("demo", program(&[]), "keyring");
        self.row("tokenwright token, fresh, vault in the keyring", || program(&["token", "demo", "--min-valid", "0"]));
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

    /// The same with a few profiles and with very many.
    fn lists(&self) {
        for count in [10, 10_000] {
            let home = tempfile::tempdir().expect("a folder");
            let program = |arguments: &[&str]| {
                let mut program = self.program(arguments);
                program.env("TOKENWRIGHT_HOME", home.path());
                program
            };
            self.sign_in("demo", program(&[]), "passphrase");
            keep(home.path(), &vec!["a refresh token".to_owned(); count], false);
            let first = Instant::now();
            assert!(program(&["list"]).status().expect("a process").success());
            line(&format!("tokenwright list, {count} profiles, the first time"), vec![first.elapsed()]);
            self.row(&format!("tokenwright list, {count} profiles"), || program(&["list"]));
            self.row(&format!("tokenwright token, one of {count} profiles"), || {
                program(&["token", "demo", "--min-valid", "0", "--no-agent"])
            });
        }
    }

    /// A thousand profiles that are due at once: a bare loop, then the agent.
    fn many(&self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let count = self.plan.profiles;
        println!("\n{count} refreshes against the practice service, {AT_ONCE} at once");
        let first = runtime.block_on(self.grants(count));
        let start = Instant::now();
        let tokens = runtime.block_on(self.bare(first));
        println!("{:58} {:>8.2} s", "bare reqwest loop, nothing kept", start.elapsed().as_secs_f64());
        let start = Instant::now();
        keep(self.home.path(), &tokens, true);
        println!("{:58} {:>8.2} s", "(keeping them in the vault, one after the other)", start.elapsed().as_secs_f64());
        let mut command = self.program(&["agent"]);
        command.stderr(Stdio::piped());
        let started = Instant::now();
        let mut child = Running(command.spawn().expect("a process"));
        let mut lines = BufReader::new(child.0.stderr.take().expect("piped")).lines().map_while(Result::ok);
        lines.find(|line| line.starts_with("The agent listens on")).expect("an agent");
        let ready = started.elapsed();
        let refreshed = lines.by_ref().filter(|line| line.contains(": refreshed, ")).take(tokens.len()).count();
        let took = started.elapsed();
        assert_eq!(refreshed, tokens.len());
        println!(
            "{:58} {:>8.2} s",
            "the agent, each under its lease and kept durably",
            took.saturating_sub(ready).as_secs_f64()
        );
        println!("{}", memory("the agent, after that", &child.0));
    }

    /// The refresh tokens of as many sign-ins.
    async fn grants(&self, count: usize) -> Vec<String> {
        let sender = sender();
        let mut tokens = Vec::with_capacity(count);
        for _ in 0..count {
            let url = format!(
                "http://127.0.0.1:{}/authorize?response_type=code&client_id=practice-client&scope=offline_access&state=x\
                 &redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback",
                self.port
            );
            let reply = sender.get(url).send().await.expect("a reply");
            let location = reply.headers()["location"].to_str().expect("text").to_owned();
            let url = Url::parse(&location).expect("a URL");
            let code = url.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
            let redirect = "http://127.0.0.1/callback";
            let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", redirect)];
            tokens.push(self.call(&sender, &form).await);
        }
        tokens
    }

    /// One call of the token endpoint; the refresh token of its reply.
    async fn call(&self, sender: &reqwest::Client, form: &[(&str, &str)]) -> String {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(form).extend_pairs([("client_id", "practice-client"), ("client_secret", "practice-secret")]);
        let post = sender.post(format!("http://127.0.0.1:{}/token", self.port));
        let post = post.header("content-type", "application/x-www-form-urlencoded").body(body.finish());
        let reply = post.send().await.expect("a reply").bytes().await.expect("a body");
        let reply: serde_json::Value = serde_json::from_slice(&reply).expect("JSON");
        reply["refresh_token"].as_str().unwrap_or_else(|| panic!("no refresh token: {reply}")).to_owned()
    }

    async fn bare(&self, tokens: Vec<String>) -> Vec<String> {
        let sender = sender();
        let mut renewed = Vec::with_capacity(tokens.len());
        for together in tokens.chunks(tokens.len().div_ceil(AT_ONCE)) {
            let (this, sender) = (&self, &sender);
            renewed.push(async move {
                let mut renewed = Vec::with_capacity(together.len());
                for token in together {
                    renewed.push(this.call(sender, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await);
                }
                renewed
            });
        }
        all(renewed).await.into_iter().flatten().collect()
    }
}

/// A profile for each refresh token, its access token expired.
fn keep(home: &Path, tokens: &[String], keep_alive: bool) {
    let store = Store::new(home.join("store"));
    let text = store.profile("demo").expect("read").definition.expect("a profile");
    let text = if keep_alive { format!("keep_alive = true\n{text}") } else { text };
    let vault = vault::open(VaultKind::Passphrase, &store, Some(Secret::new(PASSPHRASE))).expect("the vault");
    let past = Timestamp::from_second(1_700_000_000).expect("a time");
    for (index, token) in tokens.iter().enumerate() {
        let name = ProfileName::parse(&format!("p{index:05}")).expect("a name");
        let tokens = TokenSet {
            expires_at: Some(past),
            refresh_token: Some(Secret::new(token)),
            ..TokenSet::bearer(Secret::new("expired"), past)
        };
        let secrets = ProfileSecrets { client_secret: Secret::new("practice-secret"), ..ProfileSecrets::default() };
        let contents = Contents { secrets, tokens: Some(tokens), ..Contents::default() };
        vault.lease(&name).expect("free").put(None, &contents, How::SignedIn).expect("kept");
        let definition = Some(text.clone());
        let save = move |plain: &mut Plain| -> Result<(), StoreError> {
            plain.definition = definition;
            Ok(())
        };
        store.change(name.as_str(), save).expect("our own store");
    }
}

/// All of them at once, on this thread.
async fn all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        for (future, output) in futures.iter_mut().filter(|(_, output)| output.is_none()) {
            if let std::task::Poll::Ready(ready) = future.as_mut().poll(context) {
                *output = Some(ready);
            }
        }
        if futures.iter().all(|(_, output)| output.is_some()) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    futures.into_iter().filter_map(|(_, output)| output).collect()
}

/// As bare as it can be with the same care: no redirect, no connection used again.
fn sender() -> reqwest::Client {
    // The HTTP library wants its cryptography named even where there is none.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let none = reqwest::redirect::Policy::none();
    let builder = reqwest::Client::builder().redirect(none).pool_max_idle_per_host(0).no_proxy();
    builder.tls_certs_only(Vec::new()).build().expect("a sender")
}

/// Starts a process and waits for its first line.
fn first_line<R: std::io::BufRead>(
    command: &mut Command,
    output: impl Fn(&mut Child) -> Option<R>,
) -> (Running, String) {
    let mut child = Running(command.spawn().expect("a process"));
    let mut line = String::new();
    let mut reader = output(&mut child.0).expect("a piped output");
    reader.read_line(&mut line).expect("a line");
    assert!(!line.is_empty(), "{command:?} ended");
    // Read by nobody from now on; the little that is written fits in the pipe.
    std::mem::forget(reader);
    (child, line)
}

fn line(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    let (median, least, most) = (times[times.len() / 2], times[0], times[times.len() - 1]);
    println!("{what:58} {:>8.2} {:>8.2} {:>8.2}", milliseconds(median), milliseconds(least), milliseconds(most));
}

/// Resident and proportional memory of a process, now and at most, in MiB.
fn memory(what: &str, child: &Child) -> String {
    let read = |file: &str| fs::read_to_string(format!("/proc/{}/{file}", child.id())).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().next().and_then(|number| number.parse::<f64>().ok()).unwrap_or_default() / 1024.0
    };
    let (rollup, status) = (read("smaps_rollup"), read("status"));
    format!(
        "{what:58} RSS {:.1} MiB, PSS {:.1}, of it anonymous {:.1}; RSS at most {:.1}",
        field(&rollup, "Rss:"),
        field(&rollup, "Pss:"),
        field(&rollup, "Pss_Anon:"),
        field(&status, "VmHWM:"),
    )
}

/// How often all threads of a process were put on a processor because something happened.
fn switches(child: &Child) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{}/task", child.id())).expect("a process");
    let of_task = |task: PathBuf| {
        let status = fs::read_to_string(task.join("status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")).unwrap_or_default();
        line.trim().parse::<u64>().unwrap_or_default()
    };
    tasks.filter_map(Result::ok).map(|task| of_task(task.path())).sum()
}
