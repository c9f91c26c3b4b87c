//! F9: random faults, and what must hold after each round of them.

use std::collections::VecDeque;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::chance::Chance;
use crate::machines::{Got, Machine, Team, ask_agent, canaries, send, until};
use crate::plan::{Event, Events};
use crate::service::Seen;
use crate::support::process::Process;
use crate::{Plan, Row};

const MACHINES: usize = 3;
/// Askers that each agent has in a round.
const ASKERS: usize = 5;
/// How long to wait for a refresh that is not sent because of faults before it.
const SENT_WITHIN: Duration = Duration::from_secs(5);
/// How long machines may need after a round to agree: what could not be saved is tried again once a minute.
const SETTLES_WITHIN: Duration = Duration::from_secs(150);
/// After how many rounds all files are searched.
const SEARCHED_EVERY: usize = 25;

#[derive(Debug, Default)]
struct Counts {
    rounds: usize,
    tokens: usize,
    errors: usize,
    faults: usize,
    /// Rounds after which a person had to sign in: the answer died with its holder, which others told.
    unknown: usize,
    /// Rounds after which the same was said of a token that was never sent, and a person had it sent.
    resent: usize,
}

struct Chaos {
    team: Team,
    chance: Chance,
    seed: u64,
    counts: Counts,
    began: Instant,
    /// What happened in the last rounds.
    log: VecDeque<String>,
    /// The number that the newest generation must have.
    generation: u64,
}

/// How a round ended for its askers.
struct Played {
    events: Events,
    got: Vec<(String, Got)>,
    /// A process could not save the tokens that it got, and has ended.
    unsaved: bool,
}

pub fn measure(plan: &Plan) -> Vec<Row> {
    println!("F9: --seed {}", plan.seed);
    let mut team = Team::start_apart("F9", &plan.program, MACHINES);
    team.machines.iter_mut().for_each(Machine::start_agent);
    let links: Vec<_> = team.machines.iter().filter_map(|machine| machine.link.as_ref()).collect();
    if !links.is_empty() {
        let are_rough = links.iter().all(|link| link.roughen());
        println!("F9: packets are {}", if are_rough { "delayed and lost" } else { "only cut off: no `netem` here" });
    }
    let generation = team.generation(0);
    let (chance, began) = (Chance::of(plan.seed), Instant::now());
    let (counts, log) = (Counts::default(), VecDeque::new());
    let mut chaos = Chaos { team, chance, seed: plan.seed, counts, began, log, generation };
    let end = Duration::from_secs(plan.minutes * 60);
    let mut broken = None;
    while broken.is_none() && plan.rounds.map_or(began.elapsed() < end, |rounds| chaos.counts.rounds < rounds) {
        broken = chaos.round().err();
        if chaos.counts.rounds.is_multiple_of(100) {
            println!("F9: {:?}", chaos.counts);
        }
    }
    let broken = broken.or_else(|| chaos.search().err());
    if let Some(broken) = &broken {
        chaos.tell(broken);
    }
    chaos.rows(broken)
}

impl Chaos {
    fn note(&mut self, what: impl Into<String>) {
        let (at, what) = (self.began.elapsed().as_secs_f64(), what.into());
        self.log.push_back(format!("{at:9.3} {what}"));
        if self.log.len() > 400 {
            self.log.pop_front();
        }
    }

    fn round(&mut self) -> Result<(), String> {
        self.counts.rounds += 1;
        let before = self.team.service.seen();
        self.note(format!("round {}, {before:?}", self.counts.rounds));
        let played = self.play(before.next_life());
        self.counts.faults += played.events.all().count();
        self.team.heal();
        if !until(Duration::from_secs(30), || self.team.has_database()) {
            return Err("the database does not come back".to_owned());
        }
        let settled = self.settle(before.next_life(), &played);
        self.check(&before, &played, &settled)?;
        if self.counts.rounds.is_multiple_of(SEARCHED_EVERY) {
            self.search()?;
        }
        Ok(())
    }

    /// Lets askers ask and faults happen.
    fn play(&mut self, life: u64) -> Played {
        let events = Events::draw(&mut self.chance, MACHINES, self.team.machines[0].link.is_some());
        let delays: Vec<Duration> = (0..MACHINES * ASKERS).map(|_| self.chance.millis(0, 600)).collect();
        let askers = delays.into_iter().enumerate().map(|(number, delay)| {
            let (machine, socket) = (number % MACHINES, self.team.machines[number % MACHINES].socket());
            let asked = thread::spawn(move || {
                thread::sleep(delay);
                ask_agent(&socket, Some(life))
            });
            (format!("agent {machine}"), asked)
        });
        let askers: Vec<_> = askers.collect();
        let mut processes = Vec::new();
        self.cause_all(&events, life, &mut processes);
        // What is stopped for good would be waited for in vain.
        self.team.heal();
        let mut got: Vec<(String, Got)> =
            askers.into_iter().map(|(name, asked)| (name, asked.join().expect("asked"))).collect();
        let mut unsaved = false;
        for (machine, process) in processes {
            let finished = process.finish();
            unsaved |= finished.stderr.contains("could not be saved");
            got.push((format!("process on {machine}"), Got::of_process(&finished)));
        }
        for (name, got) in &got {
            self.note(format!("{name}: {got:?}"));
        }
        Played { events, got, unsaved }
    }

    fn cause_all(&mut self, events: &Events, life: u64, processes: &mut Vec<(usize, Process)>) {
        let (began, refreshed) = (Instant::now(), self.team.service.seen().refreshed);
        let (mut first, mut then) = (VecDeque::from(events.begun.clone()), VecDeque::from(events.sent.clone()));
        let mut taken = None;
        while !first.is_empty() || !then.is_empty() {
            taken = taken.or_else(|| (self.team.service.seen().refreshed > refreshed).then(Instant::now));
            let is_due = |from: Option<Instant>, queue: &VecDeque<(Duration, Event)>| {
                from.zip(queue.front()).is_some_and(|(from, (at, _))| from.elapsed() >= *at)
            };
            let next = if is_due(Some(began), &first) {
                first.pop_front()
            } else if is_due(taken, &then) {
                then.pop_front()
            } else {
                None
            };
            if let Some((_, event)) = next {
                self.note(format!("{event:?}"));
                self.cause(event, life, processes);
            } else if first.is_empty() && taken.is_none() && began.elapsed() > SENT_WITHIN {
                return;
            } else {
                // waits: for the time of the next event.
                thread::sleep(Duration::from_millis(2));
            }
        }
    }

    // flat: one arm an event
    fn cause(&mut self, event: Event, life: u64, processes: &mut Vec<(usize, Process)>) {
        let event = event.at(self.team.sender());
        let machines = &mut self.team.machines;
        match event {
            Event::Ask(machine) => processes.push((machine, machines[machine].start_asker(life))),
            Event::KillAsker(machine) => {
                for (_, process) in processes.iter().filter(|(at, _)| *at == machine) {
                    send(process, Signal::KILL);
                }
            }
            Event::KillAgent(machine) => machines[machine].signal_agent(Signal::KILL),
            Event::StartAgent(machine) => {
                let agent = machines[machine].start(&["agent"]);
                machines[machine].agent = Some(agent);
            }
            Event::Stop(machine) | Event::GoOn(machine) => {
                let signal = if event == Event::Stop(machine) { Signal::STOP } else { Signal::CONT };
                machines[machine].signal_agent(signal);
                for (_, process) in processes.iter().filter(|(at, _)| *at == machine) {
                    send(process, signal);
                }
            }
            Event::Database(machine, weather) => machines[machine].database.set(weather),
            Event::CutDatabase(machine) => machines[machine].database.cut(),
            Event::Network(machine, weather) => machines[machine].network.set(weather),
            Event::Link(machine, is_up) => {
                if let Some(link) = &machines[machine].link {
                    link.set(is_up);
                }
            }
            Event::CutNetwork(machine) => machines[machine].network.cut(),
            Event::RestartServer(how) => self.team.cluster.restart(how),
        }
    }

    /// Asks every machine until all have the newest token, or it is certain that nobody gets one.
    fn settle(&mut self, life: u64, played: &Played) -> Vec<Got> {
        let is_over = |got: &Got| matches!(got, Got::Unknown(_) | Got::Refused(_));
        let may_be_lost = played.unsaved || played.events.all().any(Event::is_deadly);
        // A holder that lives still may save what it has.
        let patience = if may_be_lost { Duration::from_secs(10) } else { SETTLES_WITHIN };
        let began = Instant::now();
        loop {
            self.team.machines.iter_mut().for_each(Machine::revive);
            let got: Vec<Got> =
                self.team.machines.iter().map(|machine| ask_agent(&machine.socket(), Some(life))).collect();
            let newest = self.team.service.seen().newest();
            let is_ended = self.team.service.seen().is_ended;
            let is_settled = got.iter().all(|got| got.is_token(&newest));
            let is_lost = got.iter().all(is_over) && (is_ended || began.elapsed() > patience);
            if is_settled || is_lost || began.elapsed() > SETTLES_WITHIN {
                return got;
            }
            // waits: what could not be saved is tried again at times of its own.
            thread::sleep(Duration::from_millis(300));
        }
    }

    fn check(&mut self, before: &Seen, played: &Played, settled: &[Got]) -> Result<(), String> {
        let seen = self.team.service.seen();
        let (newest, refreshed) = (seen.newest(), seen.refreshed - before.refreshed);
        let (is_deadly, generation) = (played.events.all().any(Event::is_deadly), self.team.generation(0));
        for got in played.got.iter().map(|(_, got)| got).chain(settled) {
            match got {
                Got::Token(token) if *token == newest => self.counts.tokens += 1,
                Got::Token(token) => return Err(format!("an asker got `{token}`, and the newest is `{newest}`")),
                _ => self.counts.errors += 1,
            }
        }
        for got in settled {
            self.note(format!("after it: {got:?}"));
        }
        if refreshed > 1 {
            return Err(format!("{refreshed} refreshes in one round"));
        }
        if seen.reused > before.reused || seen.refused > before.refused {
            return Err("a refresh token was sent twice".to_owned());
        }
        if settled.iter().all(|got| got.is_token(&newest)) {
            self.generation += 1;
            return self.expect(generation, refreshed == 1);
        }
        if !settled.iter().all(|got| matches!(got, Got::Unknown(_) | Got::Refused(_))) {
            return Err("the machines do not agree".to_owned());
        }
        if !is_deadly && !played.unsaved {
            return Err("the new tokens are lost, and no holder died".to_owned());
        }
        self.expect(generation, true)?;
        let machine = self.chance.below(MACHINES);
        if refreshed == 0 {
            self.counts.resent += 1;
            self.generation += 1;
            let resent = self.team.machines[machine].resend();
            let holds = resent.code == 0 && self.team.service.seen().refreshed == seen.refreshed + 1;
            self.note(format!("insisted on: {resent:?}"));
            return self.expect(self.team.generation(machine), holds);
        }
        self.counts.unknown += 1;
        self.team.sign_in(machine);
        self.generation = self.team.generation(machine);
        Ok(())
    }

    fn expect(&self, generation: u64, holds: bool) -> Result<(), String> {
        if generation != self.generation {
            return Err(format!("generation {generation}, not {}", self.generation));
        }
        if holds { Ok(()) } else { Err("the service saw something else".to_owned()) }
    }

    /// Looks for secrets in every file.
    fn search(&self) -> Result<(), String> {
        match canaries(&self.team).first() {
            Some(found) => Err(format!("a secret in {found}")),
            None => Ok(()),
        }
    }

    /// What is needed to find out what happened.
    fn tell(&mut self, broken: &str) {
        println!("F9: BROKEN: {broken}\nthe service: {:?}", self.team.service.seen());
        let row = "SELECT name, generation, fence, in_flight, in_flight_at, now() FROM tokenwright.secret";
        println!("the database: {}", self.team.cluster.execute("team", row));
        self.log.iter().for_each(|line| println!("{line}"));
        for (number, machine) in self.team.machines.iter_mut().enumerate() {
            machine.signal_agent(Signal::TERM);
            if let Some(agent) = machine.agent.take() {
                println!("agent {number}: {}", agent.finish().stderr);
            }
        }
        println!("again with: --seed {}", self.seed);
    }

    fn rows(&self, broken: Option<String>) -> Vec<Row> {
        let Counts { rounds, tokens, errors, faults, unknown, resent } = &self.counts;
        let seen = self.team.service.seen();
        let row = |demand: &str, result: String, holds| Row { figure: "F9", demand: demand.to_owned(), result, holds };
        let minutes = self.began.elapsed().as_secs() / 60;
        let ended = broken.is_none();
        let said = broken.unwrap_or_else(|| "nothing broken".to_owned());
        vec![
            row("all holds after each round", format!("{said}; {rounds} rounds, {minutes} min"), ended),
            row("(faults and other events)", faults.to_string(), true),
            row("a token or a true error for each asker", format!("{tokens} tokens, {errors} errors"), ended),
            row("(outcome unknown, signed in again)", unknown.to_string(), true),
            row("(never sent, sent by --resend)", resent.to_string(), true),
            row("(refreshes, refused)", format!("{}, {}", seen.refreshed, seen.refused), true),
        ]
    }
}

impl Drop for Chaos {
    fn drop(&mut self) {
        if thread::panicking() {
            self.log.iter().for_each(|line| println!("{line}"));
            println!("again with: --seed {}", self.seed);
        }
    }
}
