//! F2: the holder is killed at each point of a refresh. The network between it and the others sees where it is.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::machines::{Got, Machine, Team, ask_agent};
use crate::proxy::{Then, Watcher, Way};
use crate::support::process::Process;
use crate::{Plan, Row};

/// Where the holder dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    BeforeLock,
    AfterLock,
    BeforeNote,
    AfterNote,
    /// The request is on its way, and never arrives.
    BeforeCall,
    /// The service has spent the token, and its answer never arrives.
    DuringCall,
    AfterAnswer,
    BeforeCommit,
    AfterCommit,
}

const POINTS: [(Point, &str); 9] = [
    (Point::BeforeLock, "before the lock"),
    (Point::AfterLock, "after the lock"),
    (Point::BeforeNote, "before the note is committed"),
    (Point::AfterNote, "after the note is committed"),
    (Point::BeforeCall, "the request does not arrive"),
    (Point::DuringCall, "the answer does not arrive"),
    (Point::AfterAnswer, "after the answer"),
    (Point::BeforeCommit, "before the commit"),
    (Point::AfterCommit, "after the commit"),
];

/// What the network saw of a refresh so far.
#[derive(Default)]
struct Sight {
    /// The connections that lock the lease, write the note, write the new tokens.
    lease: Option<u64>,
    note: Option<u64>,
    put: Option<u64>,
    is_answered: bool,
    is_over: bool,
}

/// Kills the holder at a point.
struct Trap {
    point: Point,
    sight: Mutex<Sight>,
    holder: AtomicU32,
    killed: Sender<Instant>,
}

/// How it went on after each kill.
#[derive(Default)]
struct Outcome {
    /// How long until another machine had a token, or was told that there is none.
    recovered: Vec<Duration>,
    told: Vec<Duration>,
    /// How long until the machine of the holder had a token where the others were told.
    returned: Vec<Duration>,
    /// How often nothing was spent, and whoever insisted had a token.
    resent: usize,
    lost: usize,
    wrong: Vec<String>,
}

pub fn measure(plan: &Plan) -> Vec<Row> {
    let rounds = plan.rounds.unwrap_or(200);
    let mut team = Team::start(&plan.program, 2);
    team.machines[1].start_agent();
    let mut rows = Vec::new();
    for (point, what) in POINTS {
        let mut outcome = Outcome::default();
        for _ in 0..rounds {
            outcome.round(&mut team, point);
        }
        outcome.wrong.iter().take(3).for_each(|wrong| println!("F2: {what}: {wrong}"));
        rows.push(outcome.row(what, point));
        println!("F2: {what}: {}", rows.last().map(|row| row.result.clone()).unwrap_or_default());
    }
    rows
}

impl Outcome {
    fn round(&mut self, team: &mut Team, point: Point) {
        let before = team.service.seen();
        let life = before.next_life();
        let (holder, killed) = hold(&team.machines[0], point, life);
        let at = killed.recv_timeout(Duration::from_secs(60));
        let (team_machines, service) = (&team.machines, &team.service);
        for proxy in [&team_machines[0].database, &team_machines[0].network] {
            proxy.watch(None);
        }
        let Ok(at) = at else {
            self.wrong.push(format!("the point was not reached: {:?}", holder.finish()));
            return;
        };
        drop(holder);
        let got = ask_agent(&team_machines[1].socket(), Some(life));
        let took = at.elapsed();
        if got.is_token(&service.seen().newest()) {
            self.recovered.push(took);
        } else if matches!(got, Got::Unknown(_)) {
            self.told.push(took);
            self.come_back(team, life);
        } else {
            self.wrong.push(format!("{got:?}"));
        }
        let seen = team.service.seen();
        if seen.refreshed != before.refreshed + 1 {
            self.wrong.push(format!("{} refreshes", seen.refreshed - before.refreshed));
        }
    }

    /// The machine of the holder asks again.
    fn come_back(&mut self, team: &Team, life: u64) {
        let (began, before) = (Instant::now(), team.service.seen());
        let finished = team.machines[0].start_asker(life).finish();
        let got = Got::of_process(&finished);
        if got.is_token(&team.service.seen().newest()) {
            self.returned.push(began.elapsed());
            return;
        }
        if !matches!(got, Got::Unknown(_)) {
            self.wrong.push(format!("{got:?}"));
        }
        if team.service.seen().refused > before.refused {
            self.wrong.push("a spent refresh token was sent".to_owned());
        }
        if team.machines[0].resend().code == 0 {
            self.resent += 1;
            return;
        }
        self.lost += 1;
        team.sign_in(1);
    }

    fn row(&mut self, what: &str, point: Point) -> Row {
        let times = |times: &mut Vec<Duration>| {
            times.sort_unstable();
            let at =
                |share: usize| times.get(times.len() * share / 100).or(times.last()).map_or(0, Duration::as_millis);
            format!("{} (p50 {} ms, p99 {} ms)", times.len(), at(50), at(99))
        };
        let mut parts = Vec::new();
        for (name, found) in [
            ("recovered by another", &mut self.recovered),
            ("told", &mut self.told),
            ("recovered by its own machine", &mut self.returned),
        ] {
            if !found.is_empty() {
                parts.push(format!("{name} {}", times(found)));
            }
        }
        if self.resent > 0 {
            parts.push(format!("recovered by --resend {}", self.resent));
        }
        parts.push(format!("lost {}, wrong {}", self.lost, self.wrong.len()));
        // Nobody can have what never arrived.
        let holds = self.wrong.is_empty() && (self.lost == 0 || point == Point::DuringCall);
        Row { figure: "F2", demand: what.to_owned(), result: parts.join("; "), holds }
    }
}

/// A process that refreshes on this machine and dies at the point, and when it did.
pub fn hold(machine: &Machine, point: Point, life: u64) -> (Process, Receiver<Instant>) {
    let (killed, when) = channel();
    let trap = Arc::new(Trap { point, sight: Mutex::default(), holder: AtomicU32::new(0), killed });
    let (database, network) = (Arc::clone(&trap), Arc::clone(&trap));
    let watch_database: Watcher = Box::new(move |number, way, bytes| database.database(number, way, bytes));
    let watch_network: Watcher = Box::new(move |_, way, bytes| network.network(way, bytes));
    machine.database.watch(Some(watch_database));
    machine.network.watch(Some(watch_network));
    let holder = machine.start_asker(life);
    trap.holder.store(holder.id(), Ordering::SeqCst);
    (holder, when)
}

impl Trap {
    /// Where the holder is, by what it says to the database or hears from it.
    fn database(&self, number: u64, way: Way, bytes: &[u8]) -> Then {
        let mut sight = self.sight.lock().unwrap_or_else(PoisonError::into_inner);
        let says = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        let here = Some(number);
        let commits = says("COMMIT\0");
        let point = match way {
            Way::ToServer if sight.is_answered && self.point == Point::AfterAnswer => Some(Point::AfterAnswer),
            Way::ToServer if commits && sight.note == here => Some(Point::BeforeNote),
            // Sent together with all that goes before it.
            Way::ToServer if says("in_flight = CASE WHEN $7") => Some(Point::BeforeCommit),
            Way::ToServer if says("tokenwright.lease WHERE name = $1 FOR UPDATE") => Some(Point::BeforeLock),
            Way::ToClient if sight.lease == here && says("SELECT 1\0") => Some(Point::AfterLock),
            Way::ToClient if commits && sight.note == here => Some(Point::AfterNote),
            Way::ToClient if commits && sight.put == here => Some(Point::AfterCommit),
            _ => None,
        };
        match (way, point) {
            (_, Some(Point::BeforeLock)) => sight.lease = here,
            (Way::ToServer, None) if says("SET fence = fence + 1") => sight.note = here,
            (_, Some(Point::BeforeCommit)) => sight.put = here,
            // The connection is used for other work from here on.
            (_, Some(Point::AfterNote)) => sight.note = None,
            _ => {}
        }
        self.reached(&mut sight, point)
    }

    fn network(&self, way: Way, bytes: &[u8]) -> Then {
        let mut sight = self.sight.lock().unwrap_or_else(PoisonError::into_inner);
        let point = if way == Way::ToServer { Point::BeforeCall } else { Point::DuringCall };
        let then = self.reached(&mut sight, Some(point));
        sight.is_answered |= way == Way::ToClient && !bytes.is_empty();
        then
    }

    fn reached(&self, sight: &mut Sight, point: Option<Point>) -> Then {
        if sight.is_over {
            return Then::Cut;
        }
        if point != Some(self.point) {
            return Then::Forward;
        }
        sight.is_over = true;
        let holder = i32::try_from(self.holder.load(Ordering::SeqCst)).ok().and_then(Pid::from_raw);
        if let Some(holder) = holder {
            let _ = kill_process(holder, Signal::KILL);
        }
        let _ = self.killed.send(Instant::now());
        Then::Cut
    }
}
