//! F3: the holder stops while its call is under way, and goes on when its lease was taken away.

use std::thread;
use std::time::Duration;

use rustix::process::Signal;

use crate::machines::{Got, Machine, Team, ask_agent, send, until};
use crate::proxy::{Passage, Weather};
use crate::support::process::Process;
use crate::{Plan, Row};

/// The limit of a call is 30 s, and the server lets go of the lease of a silent holder after 45 s.
const PAUSES: [Duration; 2] = [Duration::from_secs(40), Duration::from_secs(50)];

/// What was seen of all rounds.
#[derive(Default)]
struct Outcome {
    rounds: usize,
    /// Others were told meanwhile that the outcome is unknown.
    told: usize,
    wrong: Vec<String>,
}

pub fn measure(plan: &Plan) -> Vec<Row> {
    let mut team = Team::start(&plan.program, 2);
    team.machines.iter_mut().for_each(Machine::start_agent);
    let mut rows = Vec::new();
    for (pause, demand) in
        PAUSES.into_iter().zip(["paused 40 s: its reply is saved", "paused 50 s: its reply is saved"])
    {
        let mut outcome = Outcome::default();
        for round in 0..plan.rounds.unwrap_or(4) {
            outcome.round(&team, pause, round % 2 == 0);
        }
        outcome.wrong.iter().for_each(|wrong| println!("F3: {wrong}"));
        let Outcome { rounds, told, wrong } = outcome;
        let result = format!("{rounds} times: others told meanwhile {told}, wrong {}", wrong.len());
        println!("F3: {demand}: {result}");
        rows.push(Row { figure: "F3", demand: demand.to_owned(), result, holds: wrong.is_empty() });
    }
    rows
}

impl Outcome {
    fn round(&mut self, team: &Team, pause: Duration, is_agent: bool) {
        self.rounds += 1;
        let before = team.service.seen();
        let (life, holder) = (before.next_life(), &team.machines[0]);
        holder.network.set(Weather { replies: Passage::Held, ..Weather::default() });
        let process = (!is_agent).then(|| holder.start_asker(life));
        let socket = holder.socket();
        let asker = is_agent.then(|| thread::spawn(move || ask_agent(&socket, Some(life))));
        if !until(Duration::from_secs(10), || team.service.seen().refreshed > before.refreshed) {
            self.wrong.push("no refresh was sent".to_owned());
        }
        let signal = |signal| match &process {
            Some(process) => send(process, signal),
            None => holder.signal_agent(signal),
        };
        signal(Signal::STOP);
        holder.network.set(Weather::default());
        let other = team.machines[1].socket();
        let meanwhile = thread::spawn(move || ask_agent(&other, Some(life)));
        // waits: this is the pause.
        thread::sleep(pause);
        signal(Signal::CONT);
        let mut got = vec![meanwhile.join().expect("asked")];
        self.told += usize::from(matches!(got[0], Got::Unknown(_)));
        got.extend(asker.map(|asker| asker.join().expect("asked")));
        got.extend(process.map(Process::finish).map(|finished| Got::of_process(&finished)));
        let mut after = Vec::new();
        let agree = until(Duration::from_secs(70), || {
            after = team.machines.iter().map(|machine| ask_agent(&machine.socket(), Some(life))).collect();
            after.iter().all(|got| got.is_token(&team.service.seen().newest()))
        });
        let seen = team.service.seen();
        if !agree || seen.refreshed != before.refreshed + 1 || seen.refused > before.refused {
            self.wrong.push(format!("{got:?}, then {after:?}; {seen:?}"));
            team.sign_in(1);
        }
    }
}
