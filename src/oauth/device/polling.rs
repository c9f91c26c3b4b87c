//! When a device code is polled for next (RFC 8628 section 3.5). No clock and no timer: what was heard goes in, a pause comes out.

use std::time::Duration;

/// What `slow_down` adds, for this and all later polls.
const SLOWER_BY: Duration = Duration::from_secs(5);
/// The longest pause after lost replies, unless the interval itself is longer.
const LONGEST_BACK_OFF: Duration = Duration::from_mins(1);

/// What a poll that brought no tokens means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PollAnswer {
    /// The person has not decided yet.
    Pending,
    /// The same, and it was polled too often.
    SlowDown,
    /// The person declined.
    Denied,
    /// The code has expired, or was used.
    Expired,
}

/// The pause between two polls, as the service wants it by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polling {
    interval: Duration,
    lost: u32,
}

impl Polling {
    /// With the interval of the device authorization response.
    pub fn new(interval: Duration) -> Self {
        Self { interval, lost: 0 }
    }

    /// Between two polls, if nothing else was heard.
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// The pause after a reply without a decision. A reply may name a new interval, which is never shorter than what was asked
    /// for before, and `Retry-After`, which holds once.
    pub fn after(&mut self, slower: bool, interval: Option<Duration>, retry_after: Option<Duration>) -> Duration {
        self.lost = 0;
        if slower {
            self.interval = self.interval.saturating_add(SLOWER_BY);
        }
        self.interval = self.interval.max(interval.unwrap_or_default());
        self.interval.max(retry_after.unwrap_or_default())
    }

    /// The pause after a poll whose reply was lost: twice as long each time.
    pub fn after_loss(&mut self) -> Duration {
        self.lost = self.lost.saturating_add(1);
        let longest = LONGEST_BACK_OFF.max(self.interval);
        self.interval.saturating_mul(2_u32.saturating_pow(self.lost)).min(longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn slow_down_adds_five_seconds_for_this_and_all_later_polls() {
        let mut polling = Polling::new(seconds(5));
        let heard = [false, true, false, true, false].map(|slower| polling.after(slower, None, None).as_secs());
        assert_eq!(heard, [5, 10, 10, 15, 15]);
    }

    #[test]
    fn a_new_interval_is_kept_and_a_shorter_one_undoes_nothing() {
        let mut polling = Polling::new(seconds(5));
        assert_eq!(
            polling.after(true, Some(seconds(10)), None),
            seconds(10),
            "GitHub names the interval that it wants"
        );
        assert_eq!(polling.after(false, Some(seconds(20)), None), seconds(20));
        assert_eq!(polling.after(false, Some(seconds(1)), None), seconds(20));
        assert_eq!(polling.interval(), seconds(20));
    }

    #[test]
    fn retry_after_holds_once_and_shortens_nothing() {
        let mut polling = Polling::new(seconds(5));
        assert_eq!(polling.after(false, None, Some(seconds(30))), seconds(30));
        assert_eq!(polling.after(false, None, Some(seconds(1))), seconds(5));
    }

    #[test]
    fn lost_replies_double_the_pause_up_to_a_minute_until_one_arrives() {
        let mut polling = Polling::new(seconds(5));
        let paused: Vec<u64> = (0..5).map(|_| polling.after_loss().as_secs()).collect();
        assert_eq!(paused, [10, 20, 40, 60, 60]);
        assert_eq!(polling.after(false, None, None), seconds(5));
        assert_eq!(polling.after_loss(), seconds(10));
        assert_eq!(Polling::new(seconds(90)).after_loss(), seconds(90));
    }

    proptest! {
        #[test]
        fn no_poll_comes_before_the_interval_that_was_last_asked_for(
            first in 1_u64..3600,
            heard in proptest::collection::vec((0_u8..3, 0_u64..u64::MAX, 0_u64..u64::MAX), 0..50),
        ) {
            let mut polling = Polling::new(seconds(first));
            let mut asked = seconds(first);
            for (kind, interval, retry_after) in heard {
                let pause = match kind {
                    0 => polling.after_loss(),
                    kind => {
                        let pause = polling.after(kind == 1, Some(seconds(interval)), Some(seconds(retry_after)));
                        asked = asked.saturating_add(if kind == 1 { SLOWER_BY } else { Duration::ZERO }).max(seconds(interval));
                        prop_assert!(pause >= seconds(retry_after));
                        pause
                    }
                };
                prop_assert!(pause >= asked && polling.interval() == asked);
            }
        }
    }
}
