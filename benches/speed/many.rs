//! A thousand profiles that are due at once: a bare loop, then the agent.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokenwright::oauth::{ProfileSecrets, TokenSet};
use tokenwright::secret::Secret;
use tokenwright::service::ProfileName;
use tokenwright::store::{Plain, Store, StoreError};
use tokenwright::vault::{self, Contents, How, VaultKind};
use url::Url;

use crate::measure::{Running, first_line, flushes, idle, installed, memory, processor};
use crate::{Bench, PASSPHRASE};

/// What the schedule of the agent does at once; the bare loop does as much.
const AT_ONCE: usize = 16;

impl Bench {
    /// A thousand profiles that are due at once: a bare loop, then the agent.
    pub(crate) fn many(&self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let count = self.plan.profiles;
        println!("\n{count} refreshes against the practice service, {AT_ONCE} at once");
        let first = runtime.block_on(self.grants(count));
        let start = Instant::now();
        let tokens = runtime.block_on(self.bare(first));
        println!("{:58} {:>8.2} s", "bare reqwest loop, nothing kept", start.elapsed().as_secs_f64());
        let start = Instant::now();
        keep(self.home.path(), VaultKind::Passphrase, &tokens, true);
        println!("{:58} {:>8.2} s", "(keeping them in the vault, one after the other)", start.elapsed().as_secs_f64());
        let (child, took) = Self::refreshed(self.program(&["agent"]), count);
        println!("{:58} {:>8.2} s", "the agent, each under its lease and kept durably", took.as_secs_f64());
        println!("{:58} {:>8.2} s", "the agent's processor time, its start included", processor(&child.0));
        println!("{}", memory("the agent, after that", &child.0));
        drop(child);
        idle(&format!("the agent of {count} profiles, started anew, idle"), &self.agent(self.home.path()).0);
    }

    /// How long an agent takes until it has refreshed so many, from when it is ready.
    fn refreshed(mut agent: Command, count: usize) -> (Running, Duration) {
        let started = Instant::now();
        let mut child = Running(agent.stderr(Stdio::piped()).spawn().expect("a process"));
        let mut lines = BufReader::new(child.0.stderr.take().expect("piped")).lines().map_while(Result::ok);
        lines.find(|line| line.starts_with("The agent listens on")).expect("an agent");
        let ready = started.elapsed();
        assert_eq!(lines.by_ref().filter(|line| line.contains(": refreshed, ")).take(count).count(), count);
        (child, started.elapsed().saturating_sub(ready))
    }

    /// How often the agent flushes the disk: for one refresh after another, and for many at once.
    pub(crate) fn flushes(&self) {
        let what = "flushes of the disk a refresh, by the agent";
        let Some(strace) = installed(what, "strace") else { return };
        let home = tempfile::tempdir().expect("a folder");
        let record = home.path().join("flushes");
        let program = |arguments: &[&str]| {
            let mut program = self.program(arguments);
            program.env("TOKENWRIGHT_HOME", home.path());
            program
        };
        self.sign_in("demo", program(&[]), "passphrase");
        let agent = || {
            let program = program(&["agent"]);
            let mut strace = Command::new(&strace);
            strace.args(["-f", "-qq", "-e", "trace=fsync,fdatasync", "-e", "signal=none", "-o"]).arg(&record);
            strace.arg(program.get_program()).args(program.get_args());
            strace.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
            strace
        };
        let end = |mut agent: Running, what: &str, count: usize| {
            assert!(program(&["agent", "stop"]).status().expect("a process").success());
            let _ = agent.0.wait();
            let tenths = flushes(&record) * 10 / count;
            println!("{what:58} {:>6}.{}", tenths / 10, tenths % 10);
        };
        let (running, _) = first_line(agent().stderr(Stdio::piped()), |child| child.stderr.take().map(BufReader::new));
        for _ in 0..50 {
            let mut token = program(&["token", "demo", "--min-valid", "1h"]);
            assert!(token.status().expect("a process").success());
        }
        end(running, what, 50);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        keep(home.path(), VaultKind::Passphrase, &runtime.block_on(self.grants(200)), true);
        let (running, _) = Self::refreshed(agent(), 200);
        end(running, &format!("the same, {AT_ONCE} at once"), 200);
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
pub fn keep(home: &Path, kind: VaultKind, tokens: &[String], keep_alive: bool) {
    let store = Store::new(home.join("store"));
    let text = store.profile("demo").expect("read").definition.expect("a profile");
    let text = if keep_alive { format!("keep_alive = true\n{text}") } else { text };
    let vault = vault::open(kind, &store, Some(Secret::new(PASSPHRASE))).expect("the vault");
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
