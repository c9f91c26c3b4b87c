//! What goes wrong in one round of F9, and when: drawn before the round begins.

use std::time::Duration;

use crate::chance::Chance;
use crate::proxy::{Passage, Weather};

/// Something that happens to a machine, by its number, or to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A process asks, without the agent.
    Ask(usize),
    KillAsker(usize),
    KillAgent(usize),
    StartAgent(usize),
    Stop(usize),
    GoOn(usize),
    Database(usize, Weather),
    CutDatabase(usize),
    Network(usize, Weather),
    CutNetwork(usize),
    /// The interface goes down, or up again.
    Link(usize, bool),
    /// `fast` lets transactions end, `immediate` is a crash.
    RestartServer(&'static str),
}

impl Event {
    /// The same, with this machine for [`SENDER`].
    pub fn at(self, sender: usize) -> Self {
        let at = |machine| if machine == SENDER { sender } else { machine };
        match self {
            Self::Ask(machine) => Self::Ask(at(machine)),
            Self::KillAsker(machine) => Self::KillAsker(at(machine)),
            Self::KillAgent(machine) => Self::KillAgent(at(machine)),
            Self::StartAgent(machine) => Self::StartAgent(at(machine)),
            Self::Stop(machine) => Self::Stop(at(machine)),
            Self::GoOn(machine) => Self::GoOn(at(machine)),
            Self::Database(machine, weather) => Self::Database(at(machine), weather),
            Self::CutDatabase(machine) => Self::CutDatabase(at(machine)),
            Self::Network(machine, weather) => Self::Network(at(machine), weather),
            Self::CutNetwork(machine) => Self::CutNetwork(at(machine)),
            Self::Link(machine, is_up) => Self::Link(at(machine), is_up),
            Self::RestartServer(how) => Self::RestartServer(how),
        }
    }

    /// Whether the answer to a refresh can be lost for good by it.
    pub fn is_deadly(self) -> bool {
        matches!(self, Self::KillAsker(_) | Self::KillAgent(_) | Self::CutNetwork(_) | Self::Link(..))
            || matches!(self, Self::Network(_, weather) if weather.replies == Passage::Lost)
    }
}

/// Stands for the machine that sent the refresh token.
pub const SENDER: usize = usize::MAX;

/// The events of a round in their order.
#[derive(Clone, Debug, Default)]
pub struct Events {
    /// Each with its time from the beginning.
    pub begun: Vec<(Duration, Event)>,
    /// Each with its time from the moment that the service takes a refresh token.
    pub sent: Vec<(Duration, Event)>,
}

impl Events {
    /// `links`: each machine has an interface of its own.
    pub fn draw(chance: &mut Chance, machines: usize, links: bool) -> Self {
        let mut events = Self::default();
        for machine in 0..machines {
            if chance.percent(50) {
                events.begun.push((chance.millis(0, 400), Event::Ask(machine)));
            }
            // Slow enough that faults find the refresh under way.
            if chance.percent(40) {
                let delay = Weather { delay: chance.millis(1, 15), ..Weather::default() };
                events.begun.push((Duration::ZERO, Event::Database(machine, delay)));
            }
            if chance.percent(50) {
                let delay = Weather { delay: chance.millis(20, 400), ..Weather::default() };
                events.begun.push((Duration::ZERO, Event::Network(machine, delay)));
            }
        }
        for _ in 0..chance.below(3) {
            let (at, machine) = (chance.millis(0, 1500), chance.below(machines));
            draw_fault(chance, &mut events.begun, at, (machine, links));
        }
        if chance.percent(60) {
            let at = chance.millis(0, 500);
            draw_fault(chance, &mut events.sent, at, (SENDER, links));
        }
        events.begun.sort_by_key(|(at, _)| *at);
        events.sent.sort_by_key(|(at, _)| *at);
        events
    }

    pub fn all(&self) -> impl Iterator<Item = Event> {
        self.begun.iter().chain(&self.sent).map(|(_, event)| *event)
    }
}

// flat: one arm a fault
fn draw_fault(chance: &mut Chance, events: &mut Vec<(Duration, Event)>, at: Duration, (machine, links): (usize, bool)) {
    let well = Weather::default();
    // Seldom longer than the server and the program wait.
    let long = match chance.below(100) {
        0..3 => chance.millis(46_000, 60_000),
        3..15 => chance.millis(5_000, 20_000),
        _ => chance.millis(50, 3_000),
    };
    if links && chance.percent(15) {
        events.extend([(at, Event::Link(machine, false)), (at + long, Event::Link(machine, true))]);
        return;
    }
    match chance.below(100) {
        0..15 => {
            events.push((at, Event::KillAgent(machine)));
            if chance.percent(60) {
                events.push((at + chance.millis(0, 1500), Event::StartAgent(machine)));
            }
        }
        15..27 => events.push((at, Event::KillAsker(machine))),
        27..40 => events.extend([(at, Event::Stop(machine)), (at + long, Event::GoOn(machine))]),
        40..52 => events.push((at, Event::CutDatabase(machine))),
        52..66 => {
            let (held, open) = (Passage::Held, Passage::Open);
            let (requests, replies) = [(held, held), (held, open), (open, held)][chance.below(3)];
            let held = Weather { requests, replies, ..well };
            events.push((at, Event::Database(machine, held)));
            // After a partition, old connections may work again or not.
            if chance.percent(50) {
                events.push((at + long, Event::CutDatabase(machine)));
            }
            events.push((at + long, Event::Database(machine, well)));
        }
        66..72 => {
            let refuses = Weather { refuses: true, ..well };
            events.extend([(at, Event::Database(machine, refuses)), (at, Event::CutDatabase(machine))]);
            events.push((at + long, Event::Database(machine, well)));
        }
        72..78 => {
            let refuses = Weather { refuses: true, ..well };
            events.extend([(at, Event::Network(machine, refuses)), (at + long, Event::Network(machine, well))]);
        }
        78..84 => {
            // A reply that takes longer than a call may is a lost one.
            let (held, end) = (Weather { replies: Passage::Held, ..well }, at + long.min(Duration::from_secs(20)));
            events.extend([(at, Event::Network(machine, held)), (end, Event::Network(machine, well))]);
        }
        84..86 => {
            let loses = Weather { replies: Passage::Lost, ..well };
            events.extend([(at, Event::Network(machine, loses)), (at + long, Event::Network(machine, well))]);
        }
        86..88 => events.push((at, Event::CutNetwork(machine))),
        88..94 => events.push((at, Event::RestartServer("fast"))),
        _ => events.push((at, Event::RestartServer("immediate"))),
    }
}
