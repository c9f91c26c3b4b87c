//! F5: no secret in anything that is stored, sent to the database or left behind by a crash.

use std::fs;
use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;

use crate::killed::{Point, hold};
use crate::machines::{Machine, PROFILE, Team, ask_agent, canaries};
use crate::support::process::Process;
use crate::{Plan, Row};

const MACHINES: usize = 3;

pub fn measure(plan: &Plan) -> Vec<Row> {
    let rounds = plan.rounds.unwrap_or(30);
    let mut team = Team::start(&plan.program, MACHINES);
    // As an administrator does who wants to see everything.
    team.cluster.execute("team", "ALTER SYSTEM SET log_statement = 'all'");
    team.cluster.execute("team", "ALTER SYSTEM SET log_min_duration_statement = 0");
    team.cluster.restart("fast");
    team.machines.iter_mut().for_each(Machine::start_agent);
    let mut crashed = 0;
    for round in 0..rounds {
        let life = team.service.seen().next_life();
        let machine = round % MACHINES;
        if round % 5 == 4 {
            let (holder, killed) = hold(&team.machines[machine], Point::BeforeCommit, life);
            crashed += usize::from(killed.recv_timeout(Duration::from_secs(60)).is_ok());
            drop(holder);
            team.machines[machine].database.watch(None);
            team.machines[machine].network.watch(None);
            continue;
        }
        let got = ask_agent(&team.machines[machine].socket(), Some(life));
        if !got.is_token(&team.service.seen().newest()) {
            team.sign_in(machine);
        }
    }
    team.cluster.execute("team", "CHECKPOINT");
    let dumped = (0..MACHINES).filter(|machine| dump_core(&mut team.machines[*machine])).count();
    let found = canaries(&team);
    found.iter().take(5).for_each(|place| println!("F5: {place}"));
    let row = |demand: &str, result: String, holds| Row { figure: "F5", demand: demand.to_owned(), result, holds };
    let seen = team.service.seen();
    let is_right = team.cluster.dump("team").contains(PROFILE) && seen.refreshed > 0;
    vec![
        row("0 secrets in dump, files, WAL, log, homes", format!("{} found", found.len()), found.is_empty()),
        row("(refreshes, killed before the commit)", format!("{}, {crashed}", seen.refreshed), is_right),
        row("0 core files of an agent that aborts", format!("{dumped} of {MACHINES}; {}", pattern()), dumped == 0),
    ]
}

/// Starts an agent that may write core files, aborts it once it has handed out a token; whether a core file is there.
fn dump_core(machine: &mut Machine) -> bool {
    machine.agent = None;
    let agent = machine.command(&["agent"]);
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -c unlimited; exec \"$0\" agent"]).arg(agent.get_program()).current_dir(machine.data());
    shell.env_clear().envs(agent.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut agent = Process::start(&mut shell);
    agent.line_with("The agent listens on ");
    ask_agent(&machine.socket(), None);
    crate::machines::send(&agent, Signal::ABORT);
    agent.finish();
    let entries = fs::read_dir(machine.data()).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with("core"))
}

/// Where this system puts core files.
fn pattern() -> String {
    let pattern = fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap_or_default();
    format!("core_pattern is `{}`", pattern.trim_end())
}
