//! F4: the database restarts, or another server takes its place, in the middle of a refresh.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::chance::Chance;
use crate::machines::{Got, Machine, Team, ask_agent, place, until};
use crate::proxy::{Passage, Weather};
use crate::support::postgres::program;
use crate::{Plan, Row};

const MACHINES: usize = 2;
/// Servers that are replaced one by the other, since each takes some seconds.
const FAILOVERS: usize = 20;

/// What was seen of all rounds.
#[derive(Default)]
struct Outcome {
    rounds: usize,
    /// Whoever was in the middle of it got a token all the same.
    at_once: usize,
    /// An asker was told an error, and got the token when it asked again.
    later: usize,
    broken: Vec<String>,
}

pub fn measure(plan: &Plan) -> Vec<Row> {
    let rounds = plan.rounds.unwrap_or(100);
    let mut rows = Vec::new();
    let mut team = Team::start(&plan.program, MACHINES);
    team.machines.iter_mut().for_each(Machine::start_agent);
    let mut chance = Chance::of(plan.seed);
    for how in ["fast", "immediate"] {
        let mut outcome = Outcome::default();
        for round in 0..rounds.div_ceil(2) {
            // In the middle of the call, or anywhere.
            let at = (round % 2 == 1).then(|| chance.millis(0, 300));
            outcome.round(&team, at, || team.cluster.restart(how));
        }
        rows.push(outcome.row(&format!("restarted ({how}): nothing lost")));
    }
    let mut outcome = Outcome::default();
    let mut servers = Servers::of(&team);
    let both = servers.url();
    for machine in &mut team.machines {
        machine.agent = None;
        machine.store = Some(both.clone());
        machine.start_agent();
    }
    for round in 0..rounds.min(FAILOVERS) {
        servers.follow();
        let at = (round % 2 == 1).then(|| chance.millis(0, 300));
        outcome.round(&team, at, || servers.fail_over());
    }
    rows.push(outcome.row("primary killed, standby promoted: nothing lost"));
    rows
}

impl Outcome {
    /// Breaks the server while a machine refreshes: `at` this time, or while its call is under way.
    fn round(&mut self, team: &Team, at: Option<Duration>, mut breaks: impl FnMut()) {
        self.rounds += 1;
        let before = team.service.seen();
        let life = before.next_life();
        let holder = &team.machines[self.rounds % MACHINES];
        if at.is_none() {
            holder.network.set(Weather { replies: Passage::Held, ..Weather::default() });
        }
        let socket = holder.socket();
        let asker = thread::spawn(move || ask_agent(&socket, Some(life)));
        match at {
            None => {
                let is_called = until(Duration::from_secs(10), || team.service.seen().refreshed > before.refreshed);
                if !is_called {
                    self.broken.push("no refresh was sent".to_owned());
                }
            }
            // waits: for its time.
            Some(at) => thread::sleep(at),
        }
        breaks();
        holder.network.set(Weather::default());
        let got = asker.join().expect("asked");
        let mut others = Vec::new();
        let agree = until(Duration::from_secs(90), || {
            others = team.machines.iter().map(|machine| ask_agent(&machine.socket(), Some(life))).collect();
            others.iter().all(|got| got.is_token(&team.service.seen().newest()))
        });
        let seen = team.service.seen();
        match &got {
            Got::Token(token) if *token == seen.newest() => self.at_once += 1,
            Got::Failed(_) | Got::Unknown(_) | Got::NoAgent(_) if agree => self.later += 1,
            _ => self.broken.push(format!("the asker got {got:?}")),
        }
        if !agree || seen.refreshed != before.refreshed + 1 || seen.refused > 0 {
            self.broken.push(format!("{others:?}, {} refreshes", seen.refreshed - before.refreshed));
            team.sign_in(0);
        }
    }

    fn row(&self, demand: &str) -> Row {
        self.broken.iter().take(3).for_each(|broken| println!("F4: {broken}"));
        let Self { rounds, at_once, later, broken } = self;
        let lost = broken.len();
        let result = format!("{rounds} times: {at_once} answered, {later} told an error first, {lost} broken");
        println!("F4: {demand}: {result}");
        Row { figure: "F4", demand: demand.to_owned(), result, holds: broken.is_empty() }
    }
}

/// Two servers, one of which follows the other, commit by commit.
struct Servers {
    folders: [PathBuf; 2],
    ports: [u16; 2],
    primary: usize,
}

impl Servers {
    fn of(team: &Team) -> Self {
        let folder = team.cluster.data();
        let other = folder.with_file_name("other");
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let ports = [place(&team.cluster.url("team")).port(), port.expect("a port").port()];
        Self { folders: [folder, other], ports, primary: 0 }
    }

    fn url(&self) -> String {
        format!("postgres://tester@127.0.0.1:{},127.0.0.1:{}/team", self.ports[0], self.ports[1])
    }

    /// Makes the other server a standby, without which the primary commits nothing from then on.
    fn follow(&mut self) {
        let (from, to) = (self.primary, 1 - self.primary);
        let folder = &self.folders[to];
        if folder.exists() {
            fs::remove_dir_all(folder).expect("a server that has ended");
        }
        let port = self.ports[from].to_string();
        let copy = ["-h", "127.0.0.1", "-p", &port, "-U", "tester", "-R", "-X", "stream", "-c", "fast", "-D"];
        run("pg_basebackup", |command| command.args(copy).arg(folder));
        set(folder, &format!("port={}\nsynchronous_standby_names=''\n", self.ports[to]));
        self.control(to, &["start"]);
        set(&self.folders[from], "synchronous_standby_names='*'\n");
        self.control(from, &["reload"]);
        let statement = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        let asked = ["-qAtX", "-h", "127.0.0.1", "-p", &port, "-U", "tester", "-d", "team", "-c", statement];
        let follows = || program("psql").args(asked).output().is_ok_and(|said| said.stdout == b"1\n");
        assert!(until(Duration::from_secs(30), follows), "no standby");
    }

    fn fail_over(&mut self) {
        self.control(self.primary, &["-m", "immediate", "stop"]);
        self.primary = 1 - self.primary;
        self.control(self.primary, &["promote"]);
    }

    fn control(&self, server: usize, task: &[&str]) {
        let folder = &self.folders[server];
        let log = folder.with_file_name(format!("log{server}"));
        run("pg_ctl", |command| command.arg("-D").arg(folder).args(["-s", "-w", "-l"]).arg(log).args(task));
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        for folder in &self.folders {
            // One of them has ended already.
            let _ = program("pg_ctl").arg("-D").arg(folder).args(["-s", "-m", "immediate", "stop"]).output();
        }
    }
}

/// Adds to a server's settings; the last of a name counts.
fn set(folder: &Path, settings: &str) {
    let path = folder.join("postgresql.conf");
    let text = fs::read_to_string(&path).expect("made by initdb") + settings;
    fs::write(&path, text).expect("ours");
}

fn run(name: &str, arguments: impl FnOnce(&mut std::process::Command) -> &mut std::process::Command) {
    let mut command = program(name);
    // It inherits no pipe of ours, which would stay open for as long as a server runs.
    let status = arguments(&mut command).stdin(Stdio::null()).stderr(Stdio::null()).status().expect(name);
    assert!(status.success(), "{command:?}");
}
