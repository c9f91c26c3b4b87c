//! F1: a thousand askers on three machines, round after round, each of which needs a new token.

use std::sync::{Barrier, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::machines::{Got, Team, ask_agent};
use crate::{Plan, Row};

const ASKERS: usize = 1000;
const MACHINES: usize = 3;
/// In each of so many rounds, processes ask as well that use no agent, so many on each machine.
const PROCESSES: (usize, usize) = (50, 5);

/// What the askers of one round found.
#[derive(Default)]
struct Round {
    life: u64,
    token: String,
    failed: Vec<Got>,
    /// How often an agent did not answer, and was asked again.
    asked_again: usize,
    last: Duration,
}

pub fn measure(plan: &Plan) -> Vec<Row> {
    let rounds = plan.rounds.unwrap_or(1000);
    let mut team = Team::start_apart("F1", &plan.program, MACHINES);
    team.machines.iter_mut().for_each(super::machines::Machine::start_agent);
    let (starts, ends) = (Barrier::new(ASKERS + 1), Barrier::new(ASKERS + 1));
    let round = Mutex::<Round>::default();
    let (mut lasts, mut failed, mut again, mut wrong, mut processes) = (Vec::new(), Vec::new(), 0, 0, 0);
    thread::scope(|scope| {
        for number in 0..ASKERS {
            let socket = team.machines[number % MACHINES].socket();
            let (starts, ends, round) = (&starts, &ends, &round);
            let asker = move || {
                for _ in 0..rounds {
                    starts.wait();
                    ask_once(&socket, round);
                    ends.wait();
                }
            };
            thread::Builder::new().stack_size(256 * 1024).spawn_scoped(scope, asker).expect("a thread");
        }
        for number in 1..=rounds {
            let before = team.service.seen();
            let token = format!("at-canary-{}-{}", before.families, before.taken + 1);
            *round.lock().unwrap_or_else(PoisonError::into_inner) =
                Round { life: before.next_life(), token, ..Round::default() };
            let count = if number % PROCESSES.0 == 0 { PROCESSES.1 } else { 0 };
            let askers =
                team.machines.iter().flat_map(|machine| (0..count).map(|_| machine.start_asker(before.next_life())));
            let askers: Vec<_> = askers.collect();
            let began = Instant::now();
            starts.wait();
            ends.wait();
            lasts.push(began.elapsed());
            let others: Vec<Got> = askers.into_iter().map(|asker| Got::of_process(&asker.finish())).collect();
            processes += others.len();
            let mut found = std::mem::take(&mut *round.lock().unwrap_or_else(PoisonError::into_inner));
            found.failed.extend(others.into_iter().filter(|got| !got.is_token(&found.token)));
            found.failed.iter().for_each(|got| println!("F1: round {number}, after {:?}: {got:?}", began.elapsed()));
            wrong += usize::from(team.service.seen().refreshed != before.refreshed + 1);
            again += found.asked_again;
            failed.extend(found.failed);
            if number % 100 == 0 {
                println!("F1: {number} rounds, {} askers failed", failed.len());
            }
        }
    });
    let seen = team.service.seen();
    lasts.sort_unstable();
    let at = |share: usize| lasts[(lasts.len() * share / 100).min(lasts.len() - 1)].as_millis();
    let generations = team.generation(1);
    let row = |demand: &str, result: String, holds| Row { figure: "F1", demand: demand.to_owned(), result, holds };
    vec![
        row("one refresh a round", format!("{} in {rounds} rounds", seen.refreshed), wrong == 0),
        row("0 invalid_grant", format!("{}, {} sent twice", seen.refused, seen.reused), seen.refused == 0),
        row(
            "all askers get that token",
            format!("{} did not; {processes} were processes; {again} asked again", failed.len()),
            failed.is_empty(),
        ),
        row(
            "as many generations",
            format!("{generations} with the sign-in"),
            generations == seen.refreshed as u64 + seen.families as u64,
        ),
        row("(until the last asker has it, ms)", format!("p50 {}, p99 {}, most {}", at(50), at(99), at(100)), true),
    ]
}

fn ask_once(socket: &tokenwright::agent::SocketPath, round: &Mutex<Round>) {
    let (life, token) = {
        let round = round.lock().unwrap_or_else(PoisonError::into_inner);
        (round.life, round.token.clone())
    };
    let began = Instant::now();
    let mut tries = 0;
    let got = loop {
        let got = ask_agent(socket, Some(life));
        tries += 1;
        if !matches!(got, Got::NoAgent(_)) || tries == 50 {
            break got;
        }
    };
    let mut round = round.lock().unwrap_or_else(PoisonError::into_inner);
    round.asked_again += tries - 1;
    round.last = round.last.max(began.elapsed());
    if !got.is_token(&token) {
        round.failed.push(got);
    }
}
