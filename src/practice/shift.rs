//! The hours of the service: whether it is open, how many requests are being answered, and a place to wait that
//! closing wakes.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Each request that is being answered costs a thread: enough for a crowd, little enough for any machine.
const MOST_AT_ONCE: usize = 256;

/// Shared by the threads of one service.
#[derive(Debug, Default)]
pub(crate) struct Shift {
    state: Mutex<State>,
    changed: Condvar,
}

/// The right to answer one request. It is given back on drop, after a panic too.
#[derive(Debug)]
pub(crate) struct Seat(Arc<Shift>);

#[derive(Debug, Default)]
struct State {
    is_over: bool,
    taken: usize,
}

impl Shift {
    /// Waits for a free seat. After closing there is always one: whoever still comes is only sent away.
    pub(crate) fn take_seat(self: &Arc<Self>) -> Seat {
        let full = |state: &mut State| state.taken >= MOST_AT_ONCE && !state.is_over;
        let mut state = self.changed.wait_while(self.state(), full).unwrap_or_else(PoisonError::into_inner);
        state.taken += 1;
        self.changed.notify_all();
        Seat(Arc::clone(self))
    }

    /// Whether the service has closed.
    pub(crate) fn is_over(&self) -> bool {
        self.state().is_over
    }

    /// Closes, and wakes everyone who waits.
    pub(crate) fn end(&self) {
        self.state().is_over = true;
        self.changed.notify_all();
    }

    /// Waits for this long, or until the service closes.
    pub(crate) fn pause(&self, time: Duration) {
        drop(self.changed.wait_timeout_while(self.state(), time, |state| !state.is_over));
    }

    /// Waits until nothing is being answered any more, but no longer than this.
    pub(crate) fn wait_until_idle(&self, time: Duration) {
        drop(self.changed.wait_timeout_while(self.state(), time, |state| state.taken > 0));
    }

    /// Waits until this many requests are being answered at once.
    #[cfg(test)]
    pub(crate) fn wait_until_taken(&self, seats: usize) {
        drop(self.changed.wait_while(self.state(), |state| state.taken < seats));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.state().taken -= 1;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn the_last_seat_is_waited_for_until_one_is_given_back_or_the_shift_ends() {
        let shift = Arc::new(Shift::default());
        let mut seats: Vec<Seat> = (0..MOST_AT_ONCE).map(|_| shift.take_seat()).collect();
        let waiting = thread::spawn({
            let shift = Arc::clone(&shift);
            move || (shift.take_seat(), shift.take_seat())
        });
        seats.pop();
        shift.end();
        let (first, second) = waiting.join().expect("two seats");
        assert_eq!(shift.state().taken, MOST_AT_ONCE + 1);
        drop((first, second, seats));
        shift.wait_until_idle(Duration::MAX);
        assert_eq!(shift.state().taken, 0);
    }

    #[test]
    fn a_pause_is_over_when_the_shift_is() {
        let shift = Shift::default();
        shift.end();
        shift.pause(Duration::MAX);
        assert!(shift.is_over());
    }
}
