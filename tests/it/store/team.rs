//! Exactly one refresh for all machines, whatever becomes of the one that makes it.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::PATIENCE;
use crate::support::postgres::Cluster;
use crate::support::process::{Finished, Process};
use crate::support::renewed::{describe, sign_in, spent, tokens};
use crate::support::scripted::Scripted;
use crate::support::team::join;
use crate::support::tokenwright::{PASSPHRASE, Tokenwright};
use rustix::process::{Pid, Signal};

/// The machines of a team with one database, and the profile `demo`, which each of them can use.
pub(super) struct Team {
    pub homes: Vec<Tokenwright>,
    pub cluster: Cluster,
    pub service: Rotating,
}

/// A service whose refresh tokens rotate. Its `n`-th refresh token, from 0, is answered with access tokens for `2n` hours.
pub struct Rotating {
    pub scripted: Scripted,
    seen: Arc<Mutex<Seen>>,
    /// Lets one refresh be answered, where each waits for it.
    release: Sender<()>,
}

#[derive(Debug, Default)]
struct Seen {
    refreshed: usize,
    /// Refresh tokens that came twice.
    reused: usize,
}

impl Rotating {
    /// `waits`: each refresh is answered when the test says so, after its token is spent. `repeats`: the last refresh token
    /// that was spent still gets an answer.
    pub fn start(waits: bool, repeats: bool) -> Self {
        let seen = Arc::<Mutex<Seen>>::default();
        let (release, released) = channel::<()>();
        let (state, released) = (Arc::clone(&seen), Mutex::new(released));
        let scripted = Scripted::start(move |asked, _| {
            if asked.path == "/authorize" {
                return asked.grant("a-code");
            }
            let token = asked.parameter("refresh_token").to_owned();
            let Some(number) = token.strip_prefix("rt-canary-").and_then(|number| number.parse::<usize>().ok()) else {
                return tokens(&format!("canary-{}", state.lock().expect("one at a time").refreshed), 1800);
            };
            let mut seen = state.lock().expect("one at a time");
            if number == seen.refreshed {
                seen.refreshed += 1;
            } else if !repeats || number + 1 != seen.refreshed {
                seen.reused += 1;
                return spent();
            }
            drop(seen);
            if waits {
                wait_for_release(&released);
            }
            tokens(&format!("canary-{}", number + 1), u32::try_from((number + 1) * 7200).expect("some hours"))
        });
        Self { scripted, seen, release }
    }

    /// Waits until so many refreshes were asked for.
    pub(super) fn wait_for(&self, count: usize) {
        let until = Instant::now() + PATIENCE;
        let is_refresh = |body: &str| body.contains("grant_type=refresh_token");
        while self.scripted.asked("/token").iter().filter(|asked| is_refresh(&asked.raw)).count() < count {
            assert!(Instant::now() < until, "no refresh number {count}");
            // waits: the scripted server tells nobody that it was asked.
            thread::sleep(Duration::from_millis(20));
        }
    }

    pub(super) fn release(&self) {
        self.release.send(()).expect("the server waits");
    }

    /// How many refreshes there were, and how many refresh tokens came twice.
    pub fn counts(&self) -> (usize, usize) {
        let seen = self.seen.lock().expect("one at a time");
        (seen.refreshed, seen.reused)
    }

    #[track_caller]
    pub(super) fn assert_refreshed(&self, times: usize) {
        assert_eq!(self.counts(), (times, 0));
    }
}

fn wait_for_release(released: &Mutex<Receiver<()>>) {
    // Whoever asked may have been killed, and the test be over.
    let _ = released.lock().expect("one at a time").recv_timeout(PATIENCE);
}

impl Team {
    pub(super) fn of(homes: usize, service: Rotating, policy: &str, options: &str) -> Self {
        let cluster = Cluster::start();
        let url = cluster.url(&cluster.database("team"));
        let mut team = Self { homes: Vec::new(), cluster, service };
        (0..homes).for_each(|_| team.add(&format!("{url}{options}"), policy));
        team
    }

    /// One more machine. The first one makes the team and gives it the profile; it lets the others in.
    pub(super) fn add(&mut self, url: &str, policy: &str) {
        let home = Tokenwright::with_vault();
        describe(&home, &self.service.scripted, "/token", policy);
        if let Some(founder) = self.homes.first() {
            join(founder, &home, url, &format!("member-{}", self.homes.len()));
        } else {
            sign_in(&home, "demo");
            home.run(&["team", "init", url]).done();
            home.run(&["share", "demo", "--team"]).done();
        }
        self.homes.push(home);
    }

    /// Waits until so many connections wait for a lock.
    fn wait_for_waiting(&self, count: usize) {
        let until = Instant::now() + PATIENCE;
        let statement = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = 'team'";
        while self.cluster.execute("team", statement).trim().parse::<usize>().expect("a number") < count {
            assert!(Instant::now() < until, "nobody waits for a lock");
            // waits: the server tells nobody who waits.
            thread::sleep(Duration::from_millis(50));
        }
    }
}

pub(super) fn signal(process: &Process, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(process.id()).expect("a process")).expect("a process");
    rustix::process::kill_process(pid, signal).expect("it runs");
}

/// A token that lives for longer than the one of the refresh before does.
pub(super) fn fresh(round: usize) -> [String; 4] {
    ["token".to_owned(), "demo".to_owned(), "--min-valid".to_owned(), format!("{}h", 2 * round - 1)]
}

pub(super) fn start(home: &Tokenwright, task: &[String]) -> Process {
    home.start(&task.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
#[ignore = "needs postgresql"]
fn three_hundred_askers_on_three_machines_make_one_refresh_a_round() {
    let team = Team::of(3, Rotating::start(false, false), "", "");
    let mut agents: Vec<Process> = team.homes.iter().map(|home| home.start(&["agent"])).collect();
    for agent in &mut agents {
        agent.line_with("The agent listens on ");
    }
    for round in 1..=3 {
        let task = fresh(round);
        let asked = |home: &Tokenwright| -> Vec<Finished> {
            let mut askers: Vec<Process> = (0..97).map(|_| start(home, &task)).collect();
            let alone: Vec<String> = task.iter().cloned().chain(["--no-agent".to_owned()]).collect();
            askers.extend((0..3).map(|_| start(home, &alone)));
            askers.into_iter().map(Process::finish).collect()
        };
        let answers: Vec<Finished> = thread::scope(|scope| {
            let machines: Vec<_> = team.homes.iter().map(|home| scope.spawn(move || asked(home))).collect();
            machines.into_iter().flat_map(|machine| machine.join().expect("asked")).collect()
        });
        assert_eq!(answers.len(), 300);
        for answer in answers {
            assert_eq!(answer.done(), format!("at-canary-{round}\n"));
        }
        team.service.assert_refreshed(round);
    }
    for (home, agent) in team.homes.iter().zip(agents) {
        home.run(&["agent", "stop"]).done();
        agent.finish();
    }
}

#[test]
#[ignore = "needs postgresql"]
fn a_holder_that_is_killed_before_it_spends_the_token_holds_up_nobody() {
    let team = Team::of(3, Rotating::start(false, false), "", "");
    // As long as this is open, nobody can note that a token is being spent.
    let mut held = Process::start(&mut team.cluster.psql("team"));
    held.type_text("BEGIN; SELECT 'held' FROM tokenwright.secret FOR UPDATE;\n");
    held.line_with("held");
    let holder = start(&team.homes[0], &fresh(1));
    team.wait_for_waiting(1);
    let others: Vec<Process> = team.homes[1..].iter().map(|home| start(home, &fresh(1))).collect();
    team.wait_for_waiting(3);
    signal(&holder, Signal::KILL);
    drop(holder);
    let killed = Instant::now();
    held.type_text("ROLLBACK;\n");
    for other in others {
        assert_eq!(other.finish().done(), "at-canary-1\n");
    }
    println!("the others were answered {:?} after the kill", killed.elapsed());
    team.service.assert_refreshed(1);
}

#[test]
#[ignore = "needs postgresql"]
fn a_holder_that_is_killed_after_it_spent_the_token_is_named_and_the_token_not_sent_again() {
    let team = Team::of(2, Rotating::start(true, false), "", "");
    let holder = start(&team.homes[0], &fresh(1));
    team.service.wait_for(1);
    let id = holder.id();
    signal(&holder, Signal::KILL);
    drop(holder);
    team.service.release();
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    for _ in 0..2 {
        let said = start(&team.homes[1], &fresh(1)).finish().failed(3);
        let named = format!("error: the refresh token of `demo` was spent by token (process {id} on {host}) at ");
        assert!(said.starts_with(&named), "{said}");
        assert!(said.contains(", outcome unknown\nhint: wait until that machine has saved the new tokens, or sign in"));
    }
    team.service.assert_refreshed(1);
    // What is valid still goes out.
    assert_eq!(team.homes[1].run(&["token", "demo"]).done(), "at-canary-0\n");
    sign_in(&team.homes[1], "demo");
    team.service.release();
    assert_eq!(start(&team.homes[0], &fresh(2)).finish().done(), "at-canary-2\n");
    team.service.assert_refreshed(2);
}

#[test]
#[ignore = "needs postgresql"]
fn a_holder_that_was_paused_is_refused_by_the_fence_once_another_machine_has_taken_over() {
    let policy = "[policy]\nrotates = true\ngrace = 600";
    let options = "?options=-c%20idle_in_transaction_session_timeout%3D1s";
    let team = Team::of(3, Rotating::start(true, true), policy, options);
    let paused = start(&team.homes[0], &fresh(1));
    team.service.wait_for(1);
    signal(&paused, Signal::STOP);
    // The service repeats its answer within its grace.
    let other = start(&team.homes[1], &fresh(1));
    team.service.wait_for(2);
    team.service.release();
    // The other one saves its answer before this one goes on.
    team.service.release();
    assert_eq!(other.finish().done(), "at-canary-1\n");
    signal(&paused, Signal::CONT);
    let late = paused.finish();
    assert!(late.stderr.contains("were dropped, since another machine has saved newer ones"), "{late:?}");
    assert_eq!(late.done(), "at-canary-1\n");
    let history = team.homes[2].run(&["history", "demo", "--json"]).json();
    assert_eq!(history["generations"].as_array().map(Vec::len), Some(2), "{history}");
    team.service.assert_refreshed(1);
    // And all goes on.
    team.service.release();
    assert_eq!(start(&team.homes[0], &fresh(2)).finish().done(), "at-canary-2\n");
    team.service.assert_refreshed(2);
}

#[test]
#[ignore = "needs postgresql"]
fn a_holder_that_was_paused_saves_its_answer_if_nobody_else_went_on() {
    let options = "?options=-c%20idle_in_transaction_session_timeout%3D1s";
    let team = Team::of(2, Rotating::start(true, false), "", options);
    let paused = start(&team.homes[0], &fresh(1));
    team.service.wait_for(1);
    signal(&paused, Signal::STOP);
    let said = start(&team.homes[1], &fresh(1)).finish().failed(3);
    assert!(said.contains(", outcome unknown\nhint: wait until that machine has saved the new tokens"), "{said}");
    team.service.release();
    signal(&paused, Signal::CONT);
    assert_eq!(paused.finish().done(), "at-canary-1\n");
    assert_eq!(start(&team.homes[1], &fresh(1)).finish().done(), "at-canary-1\n");
    team.service.assert_refreshed(1);
}

#[test]
#[ignore = "needs postgresql"]
fn a_holder_that_was_paused_saves_its_answer_if_whoever_took_over_ended_without_one() {
    let policy = "[policy]\nrotates = true\ngrace = 600";
    let options = "?options=-c%20idle_in_transaction_session_timeout%3D1s";
    let team = Team::of(3, Rotating::start(true, true), policy, options);
    let paused = start(&team.homes[0], &fresh(1));
    team.service.wait_for(1);
    signal(&paused, Signal::STOP);
    let other = start(&team.homes[1], &fresh(1));
    team.service.wait_for(2);
    signal(&other, Signal::KILL);
    drop(other);
    team.service.release();
    team.service.release();
    signal(&paused, Signal::CONT);
    let late = paused.finish();
    // Refused by the fence that the other one raised, then sealed anew under it.
    assert!(late.stderr.contains("waited on this machine and are saved now"), "{late:?}");
    assert_eq!(late.done(), "at-canary-1\n");
    assert_eq!(start(&team.homes[2], &fresh(1)).finish().done(), "at-canary-1\n");
    let history = team.homes[2].run(&["history", "demo", "--json"]).json();
    assert_eq!(history["generations"].as_array().map(Vec::len), Some(2), "{history}");
    team.service.assert_refreshed(1);
}

#[test]
#[ignore = "needs postgresql"]
fn a_server_that_crashes_in_the_middle_of_a_refresh_loses_nothing() {
    let team = Team::of(2, Rotating::start(true, false), "", "");
    for round in 1..=2 {
        let holder = start(&team.homes[0], &fresh(round));
        team.service.wait_for(round);
        team.cluster.crash_and_restart();
        team.service.release();
        assert_eq!(holder.finish().done(), format!("at-canary-{round}\n"));
        assert_eq!(start(&team.homes[1], &fresh(round)).finish().done(), format!("at-canary-{round}\n"));
        team.service.assert_refreshed(round);
    }
}

#[test]
#[ignore = "needs postgresql"]
fn what_one_machine_forgets_is_gone_for_all_and_not_taken_for_lost() {
    let team = Team::of(2, Rotating::start(false, false), "", "");
    for (round, home) in team.homes.iter().enumerate() {
        start(home, &fresh(round + 1)).finish().done();
    }
    team.homes[1].run(&["forget", "demo"]).done();
    for home in &team.homes {
        assert_eq!(home.run(&["list", "--json"]).json(), serde_json::json!([]));
        home.run(&["token", "demo"]).failed(3);
        home.run(&["vault", "status"]).done();
    }
    sign_in(&team.homes[1], "demo");
    team.homes[1].run(&["share", "demo", "--team"]).done();
    team.homes[0].run(&["token", "demo"]).done();
}

#[test]
#[ignore = "needs postgresql"]
fn neither_the_database_nor_its_files_show_a_secret() {
    let team = Team::of(2, Rotating::start(false, false), "", "");
    for round in 1..=4 {
        start(&team.homes[round % 2], &fresh(round)).finish().done();
    }
    team.cluster.execute("team", "CHECKPOINT");
    let mut found = vec![("the dump".to_owned(), team.cluster.dump("team").into_bytes())];
    let mut folders = vec![team.cluster.data(), team.homes[0].data(), team.homes[1].data()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("ours").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.is_file() {
                found.push((entry.display().to_string(), std::fs::read(&entry).expect("a file")));
            }
        }
    }
    assert!(found.iter().any(|(name, _)| name.contains("pg_wal")));
    assert!(holds(&found[0].1, "demo"), "the dump is not of this database");
    for (name, bytes) in &found {
        for secret in ["at-canary-", "rt-canary-", &in_hex("at-canary-"), PASSPHRASE] {
            assert!(!holds(bytes, secret), "{secret} in {name}");
        }
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// As `pg_dump` writes bytes.
fn in_hex(text: &str) -> String {
    text.bytes().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}
