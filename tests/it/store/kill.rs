//! `kill -9` of the machine that refreshes, at each point of its work. Nobody sends a refresh token that another machine spent,
//! and an answer that was received is found again. `TOKENWRIGHT_KILL_ROUNDS` says how often each point is tried.
#![cfg(target_os = "linux")]

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::store::team::{Rotating, Team, fresh, signal, start};
use crate::support::process::Process;
use crate::support::relay::{Relay, Stop};
use crate::support::renewed::sign_in;
use crate::support::tokenwright::Tokenwright;
use rustix::process::Signal;
use serde_json::json;

const LOCK: &str = "FROM tokenwright.lease WHERE";
const NOTE: &str = "in_flight = $2";
const PUT: &str = "UPDATE tokenwright.secret SET id";

/// Where the holder is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Point {
    BeforeTheLock,
    AfterTheLock,
    AfterTheNote,
    DuringTheCall,
    AfterTheAnswer,
    AfterTheJournal,
    AfterTheCommit,
    AfterAll,
}

/// What the others find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Another machine goes on at once.
    GoesOn,
    /// Another machine says who spent the token; the one that was killed has the answer, and goes on when it is back.
    GoesOnHere,
    /// Nobody knows whether the token was sent, and all say so. It was not: whoever insists on it gets new ones.
    Unsent,
    /// The new tokens are lost with the process, and all say so.
    Told,
}

impl Point {
    const ALL: [(Self, Outcome); 8] = [
        (Self::BeforeTheLock, Outcome::GoesOn),
        (Self::AfterTheLock, Outcome::GoesOn),
        (Self::AfterTheNote, Outcome::Unsent),
        (Self::DuringTheCall, Outcome::Told),
        (Self::AfterTheAnswer, Outcome::Told),
        (Self::AfterTheJournal, Outcome::GoesOnHere),
        (Self::AfterTheCommit, Outcome::GoesOn),
        (Self::AfterAll, Outcome::GoesOn),
    ];

    /// The message between the program and its database that is held when it is killed.
    fn stop(self) -> Option<Stop> {
        let (statement, done) = match self {
            Self::BeforeTheLock => (LOCK, None),
            Self::AfterTheLock => (LOCK, Some("SELECT 1")),
            Self::AfterTheNote => (NOTE, Some("COMMIT")),
            Self::AfterTheJournal => (PUT, None),
            Self::AfterTheCommit => (PUT, Some("COMMIT")),
            Self::DuringTheCall | Self::AfterTheAnswer | Self::AfterAll => return None,
        };
        Some(Stop { statement, done })
    }
}

/// A machine that is killed, whose messages to the database go through a relay, and another one.
struct Ground {
    team: Team,
    relay: Relay,
    /// How often the service has refreshed; the newest tokens have this number.
    refreshed: usize,
    /// How often a spent refresh token came, which is once for each that was lost with its process.
    lost: usize,
}

impl Ground {
    fn new() -> Self {
        let mut team = Team::of(1, Rotating::start(true, false), "", "");
        let relay = Relay::start(team.cluster.address());
        let url = team.cluster.url("team");
        let through = url.replace(&format!(":{}/", team.cluster.address().port()), &format!(":{}/", relay.port()));
        team.add(&through, "");
        Self { team, relay, refreshed: 0, lost: 0 }
    }

    fn other(&self) -> &Tokenwright {
        &self.team.homes[0]
    }

    fn killed(&self) -> &Tokenwright {
        &self.team.homes[1]
    }

    /// Starts a refresh and kills it there.
    fn kill_at(&mut self, point: Point) {
        let task = fresh(self.refreshed + 1);
        if point == Point::AfterTheAnswer {
            // Before the file of the reply has its name.
            let mut refresh = Process::start(&mut self.killed_by_strace(&task));
            self.answer();
            while !refresh.has_ended() {
                std::thread::yield_now();
            }
            return;
        }
        let stopped = point.stop().map(|stop| self.relay.stop_at(stop));
        let mut refresh = start(self.killed(), &task);
        let calls = !matches!(point, Point::BeforeTheLock | Point::AfterTheLock | Point::AfterTheNote);
        if calls && point != Point::DuringTheCall {
            self.answer();
        }
        match stopped {
            Some(stopped) => stopped.wait(),
            None if point == Point::DuringTheCall => self.await_call(),
            None => drop(refresh.line_with("at-canary-")),
        }
        signal(&refresh, Signal::KILL);
        drop(refresh);
        if point == Point::DuringTheCall {
            self.team.service.release();
        }
    }

    fn await_call(&mut self) {
        self.refreshed += 1;
        self.team.service.wait_for(self.refreshed + self.lost);
    }

    fn answer(&mut self) {
        self.await_call();
        self.team.service.release();
    }

    fn killed_by_strace(&self, task: &[String]) -> Command {
        let program = self.killed().command(&task.iter().map(String::as_str).collect::<Vec<_>>());
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-o", "/dev/null", "-P"]).arg(self.reply());
        let calls = "rename,renameat,renameat2";
        strace.args(["-e", &format!("trace={calls}"), "-e", &format!("inject={calls}:signal=SIGKILL")]);
        strace.arg(program.get_program()).args(program.get_args()).current_dir(self.killed().home()).env_clear();
        strace.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?)))).stdout(Stdio::null());
        strace
    }

    /// The file of the reply.
    fn reply(&self) -> PathBuf {
        let store = self.killed().data().join("store");
        let mut folders = std::fs::read_dir(store).expect("a store").map(|entry| entry.expect("an entry").path());
        let shared = folders.find(|path| path.display().to_string().contains("/shared-")).expect("the shared store's");
        shared.join("replies/demo")
    }

    /// A token of the next round, from this machine.
    fn goes_on(&mut self, at_killed: bool, round: usize) {
        let home = if at_killed { self.killed() } else { self.other() };
        let asked = start(home, &fresh(round));
        if round > self.refreshed {
            self.answer();
        }
        let done = asked.finish();
        assert!(done.code == 0, "{done:?}");
        assert_eq!(done.stdout, format!("at-canary-{round}\n"), "{}", done.stderr);
    }

    /// The machine that was killed does not send the token again, which would end the access token as well.
    fn stays_as_it_is(&self, point: Point, before: usize) {
        let said = start(self.killed(), &fresh(before + 1)).finish().failed(3);
        assert!(said.contains(", outcome unknown\nhint: sign in again: "), "{point:?}: {said}");
        let said = self.killed().run(&["refresh", "demo"]).failed(3);
        assert!(said.contains("`tokenwright refresh demo --resend` sends it once more"), "{point:?}: {said}");
        assert_eq!(self.killed().run(&["token", "demo"]).done(), format!("at-canary-{before}\n"), "{point:?}");
        assert_eq!(self.team.service.counts(), (self.refreshed, self.lost), "{point:?}");
    }

    /// A person insists.
    fn resend(&mut self, works: bool) {
        let resent = self.killed().start(&["refresh", "demo", "--resend"]);
        if works {
            self.answer();
            assert!(resent.finish().done().starts_with("demo: refreshed"));
        } else {
            let said = resent.finish().failed(3);
            assert!(said.contains("was spent by a refresh whose response was lost: token (process "), "{said}");
        }
    }

    /// Whatever was done, no refresh token came that another machine had spent.
    fn check(&self, point: Point) {
        assert_eq!(self.team.service.counts(), (self.refreshed, self.lost), "{point:?}");
        // One that was saved is looked at again when somebody takes the lease.
        assert!(point == Point::AfterTheCommit || !self.reply().exists(), "{point:?}: a reply is left");
    }

    fn round(&mut self, point: Point, outcome: Outcome) {
        let round = self.refreshed + 1;
        self.kill_at(point);
        if outcome != Outcome::GoesOn {
            let said = start(self.other(), &fresh(round)).finish().failed(3);
            let words = ", outcome unknown\nhint: wait until that machine has saved";
            assert!(said.contains(words), "{point:?}: {said}");
            // What is valid goes out.
            let valid = format!("at-canary-{}\n", round - 1);
            assert_eq!(self.other().run(&["token", "demo"]).done(), valid, "{point:?}");
        }
        match outcome {
            Outcome::GoesOn => {
                self.goes_on(false, round);
                self.goes_on(true, round);
            }
            Outcome::GoesOnHere => {
                self.goes_on(true, round);
                self.goes_on(false, round);
            }
            Outcome::Unsent => {
                self.stays_as_it_is(point, round - 1);
                self.resend(true);
                self.goes_on(false, round);
            }
            Outcome::Told => {
                self.stays_as_it_is(point, round - 1);
                self.lost += 1;
                self.resend(false);
                sign_in(self.other(), "demo");
                self.goes_on(true, round + 1);
            }
        }
        self.check(point);
    }
}

#[test]
#[ignore = "needs postgresql and strace"]
fn a_machine_that_is_killed_at_any_point_costs_no_grant_that_can_be_had() {
    let rounds = std::env::var("TOKENWRIGHT_KILL_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1);
    let mut ground = Ground::new();
    // Once, so that there are rows and folders.
    ground.goes_on(true, 1);
    for (point, outcome) in Point::ALL {
        for _ in 0..rounds {
            ground.round(point, outcome);
        }
    }
}

#[test]
#[ignore = "needs postgresql"]
fn new_tokens_wait_on_their_machine_while_the_database_is_away_and_are_named() {
    let mut ground = Ground::new();
    ground.goes_on(true, 1);
    let stopped = ground.relay.stop_at(Stop { statement: PUT, done: None });
    let refresh = start(ground.killed(), &fresh(2));
    ground.answer();
    stopped.wait();
    ground.team.cluster.stop();
    let ended = refresh.finish();
    let words = "; they wait on this machine, sealed\nhint: the agent, the window or the next command that uses";
    assert!(ended.stderr.contains(words), "{ended:?}");
    assert_eq!(ended.done(), "at-canary-2\n");
    let status = ground.killed().run(&["vault", "status"]);
    assert!(status.stdout.contains("1 whole; its server is away, this machine has copies\n"), "{status:?}");
    assert!(status.stdout.contains("waiting   demo for the database\n"), "{status:?}");
    ground.team.cluster.crash_and_restart();
    let status = ground.killed().run(&["vault", "status", "--json"]).json();
    assert_eq!((&status["waiting"], &status["faults"]), (&json!(["demo"]), &json!([])));
    // An agent saves what it finds, unasked.
    let mut agent = ground.killed().start(&["agent"]);
    agent.line_with("waited on this machine and are saved now");
    ground.killed().run(&["agent", "stop"]).done();
    agent.finish();
    ground.goes_on(false, 2);
    assert_eq!(ground.killed().run(&["vault", "status", "--json"]).json()["waiting"], json!([]));
    ground.check(Point::AfterTheJournal);
    let history = ground.other().run(&["history", "demo", "--json"]).json();
    let by = history["generations"][0]["by"].as_str().unwrap_or_default();
    assert!(by.starts_with("token (process "), "{history}");
}

#[test]
#[ignore = "needs postgresql"]
fn new_tokens_that_come_while_the_database_is_away_are_not_spent_again_by_their_machine() {
    let mut ground = Ground::new();
    ground.goes_on(false, 1);
    let refresh = start(ground.other(), &fresh(2));
    ground.await_call();
    ground.team.cluster.stop();
    ground.team.service.release();
    let ended = refresh.finish();
    assert!(ended.stderr.contains("; they wait on this machine, sealed"), "{ended:?}");
    assert_eq!(ended.done(), "at-canary-2\n");
    ground.team.cluster.start_again();
    ground.goes_on(false, 2);
    assert_eq!(ground.team.service.counts(), (2, 0));
}

#[test]
#[ignore = "needs postgresql"]
fn a_reply_that_does_not_open_is_set_aside_and_named() {
    let mut ground = Ground::new();
    ground.goes_on(true, 1);
    ground.kill_at(Point::AfterTheJournal);
    let path = ground.reply();
    let mut bytes = std::fs::read(&path).expect("a reply");
    *bytes.last_mut().expect("a body") ^= 1;
    std::fs::write(&path, bytes).expect("ours");
    let said = start(ground.killed(), &fresh(2)).finish().failed(3);
    let aside = format!("{}.damaged", path.display());
    assert!(said.contains(&format!("waited on this machine does not open; it is now `{aside}`\nhint: ")), "{said}");
    let status = ground.killed().run(&["vault", "status"]);
    assert_eq!(status.code, 6, "{status:?}");
    assert!(status.stderr.contains(&format!("`{aside}` is no reply that can be read")), "{status:?}");
}
