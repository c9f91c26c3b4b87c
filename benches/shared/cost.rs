//! F7: what sharing costs: the same through an agent for a team's profile and for one of its own, in turns.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::machines::{Machine, PROFILE, Team, ask_agent};
use crate::service::Service;
use crate::{Plan, Row};

/// Times of the team's profile and of the local one.
type Times = [Vec<Duration>; 2];

pub fn measure(plan: &Plan) -> Vec<Row> {
    let rounds = plan.rounds.unwrap_or(200);
    let mut team = Team::start(&plan.program, 1);
    let direct = team.cluster.url("team");
    let service = Service::start();
    let mut local = Machine::new(&plan.program, None, &service);
    local.sign_in();
    local.start_agent();
    let shared = &mut team.machines[0];
    shared.store = Some(direct);
    shared.start_agent();
    let machines = [(&*shared, &team.service), (&local, &service)];
    let (mut cached, mut processes, mut refreshed) = (Times::default(), Times::default(), Times::default());
    for _ in 0..rounds {
        for (number, (machine, service)) in machines.iter().enumerate() {
            refreshed[number].push(ask(machine, Some(service.seen().next_life()), service));
            // What is remembered of a refresh is made anew.
            ask(machine, None, service);
            cached[number].push(ask(machine, None, service));
            let began = Instant::now();
            let mut command = machine.command(&["token", PROFILE]);
            let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("a process");
            processes[number].push(began.elapsed());
            assert!(status.success(), "{command:?}");
        }
    }
    let cached = medians(cached);
    let processes = medians(processes);
    let refreshed = medians(refreshed);
    let row = |demand: &str, [shared, local]: [f64; 2], holds| {
        let result =
            format!("{shared:.2} ms shared, {local:.2} local: {:.2} x, {:+.2} ms", shared / local, shared - local);
        Row { figure: "F7", demand: demand.to_owned(), result, holds }
    };
    vec![
        row("`tokenwright token`, cached: <= 1.1 x", processes, processes[0] <= processes[1] * 1.1),
        row("(the agent's answer alone)", cached, true),
        row("refresh by the agent: <= local + 10 ms", refreshed, refreshed[0] <= refreshed[1] + 10.0),
    ]
}

fn ask(machine: &Machine, life: Option<u64>, service: &Service) -> Duration {
    let began = Instant::now();
    let got = ask_agent(&machine.socket(), life);
    let took = began.elapsed();
    assert!(got.is_token(&service.seen().newest()), "{got:?}");
    took
}

/// In milliseconds.
fn medians(times: Times) -> [f64; 2] {
    times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64() * 1000.0
    })
}
