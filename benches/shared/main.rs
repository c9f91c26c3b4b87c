//! A shared store at full size: many askers, and every fault that a machine, a network or a server has.
//!
//! `cargo bench --bench shared -- FIGURE… [--rounds N] [--minutes M] [--profiles N] [--seed N] [--program PATH]`
//!
//! It needs PostgreSQL and `curl`, and touches nothing but folders of its own, and for root with `ip` and `ss` networks of its own.
//! It ends with 1 if something did not hold, and leaves nothing behind, even if it is interrupted.
#![allow(clippy::print_stdout, reason = "its result is a table")]
#![cfg(unix)]

mod chance;
mod chaos;
mod cost;
mod crowd;
mod idle;
mod killed;
mod links;
mod machines;
mod paused;
mod plan;
mod proxy;
mod restarted;
mod secrets;
mod service;
mod supervisor;
/// What the integration tests have as well.
#[allow(dead_code, reason = "the tests use more of it")]
mod support;

use std::path::PathBuf;
use std::process::ExitCode;

/// What was asked for on the command line.
pub struct Plan {
    pub program: PathBuf,
    pub rounds: Option<usize>,
    pub minutes: u64,
    pub seed: u64,
    pub profiles: usize,
}

/// One line of the table.
pub struct Row {
    pub figure: &'static str,
    pub demand: String,
    pub result: String,
    pub holds: bool,
}

type Figure = fn(&Plan) -> Vec<Row>;

const FIGURES: [(&str, &str, Figure); 8] = [
    ("F1", "1,000 askers on 3 machines: one refresh a round", crowd::measure),
    ("F2", "the holder is killed at each point of a refresh", killed::measure),
    ("F3", "the holder stops for longer than others wait", paused::measure),
    ("F4", "the database restarts, or another one takes its place", restarted::measure),
    ("F5", "no secret in any file", secrets::measure),
    ("F6", "many profiles: what agents ask at their start and when idle", idle::measure),
    ("F7", "what sharing costs", cost::measure),
    ("F9", "random faults", chaos::measure),
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("--forward") {
        links::forward(arguments);
        return ExitCode::SUCCESS;
    }
    if !supervisor::is_supervised() {
        return supervisor::supervise();
    }
    let (plan, names) = plan();
    let chosen: Vec<_> = FIGURES.iter().filter(|(name, ..)| names.iter().any(|chosen| chosen == name)).collect();
    if chosen.is_empty() {
        println!("choose from:");
        for (name, what, _) in FIGURES {
            println!("{name}  {what}");
        }
        return ExitCode::FAILURE;
    }
    println!("{}", plan.program.display());
    let rows: Vec<Row> = chosen.iter().flat_map(|(.., measure)| measure(&plan)).collect();
    println!("\n{:6} {:4} {:44} result", "figure", "", "demand");
    for Row { figure, demand, result, holds } in &rows {
        println!("{figure:6} {:4} {demand:44} {result}", if *holds { "ok" } else { "NOT" });
    }
    if rows.iter().all(|row| row.holds) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn plan() -> (Plan, Vec<String>) {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_tokenwright"));
    let seed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(1, |now| now.as_secs());
    let (mut plan, mut names) = (Plan { program, rounds: None, minutes: 10, seed, profiles: 10_000 }, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().expect("a value");
        match argument.as_str() {
            // Cargo's own.
            "--bench" => {}
            "--rounds" => plan.rounds = Some(value().parse().expect("a number")),
            "--minutes" => plan.minutes = value().parse().expect("a number"),
            "--profiles" => plan.profiles = value().parse().expect("a number"),
            "--seed" => plan.seed = value().parse().expect("a number"),
            "--program" => plan.program = std::fs::canonicalize(value()).expect("the path of a binary"),
            name => names.push(name.to_uppercase()),
        }
    }
    (plan, names)
}
