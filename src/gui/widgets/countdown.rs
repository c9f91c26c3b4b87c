//! Time left, in words.

use crate::gui::texts::{common, widgets as texts};
use std::time::Duration;

/// When so many seconds remain, a countdown shows them. Before, each would cost a frame that nobody reads.
pub(crate) const SECONDS_SHOWN: u64 = 5 * 60;
/// They are counted in steps of so many: drawn in software, a frame a second takes two hundredths of a core.
pub(crate) const STEP: u64 = 5;
/// When so many remain, each is shown.
pub(crate) const EACH_SHOWN: u64 = 10;

/// What remains: `2 days 4 h`, `3 h 05 min`, `59 min`, in the last five minutes `4 min 10 s`, `15 s`, `7 s`; `expired` when
/// nothing does.
pub fn countdown_text(remaining: Duration) -> String {
    if remaining.is_zero() {
        return common::EXPIRED.to_owned();
    }
    span_text(in_steps(remaining))
}

/// The two largest units of a time, to the second below five minutes.
pub(crate) fn span_text(time: Duration) -> String {
    let seconds = time.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours, minutes) {
        // A fraction of a second is not nothing yet.
        (0, 0, 0) => texts::seconds(seconds.max(1)),
        (0, 0, _) if seconds < SECONDS_SHOWN => texts::minutes_and_seconds(minutes, seconds % 60),
        (0, 0, _) => texts::minutes(minutes),
        (0, _, _) => texts::hours_and_minutes(hours, minutes % 60),
        (1, _, _) => texts::one_day_and_hours(hours % 24),
        _ => texts::days_and_hours(days, hours % 24),
    }
}

/// The largest unit of what remains, for a narrow place: `2 days`, `3 h`, `59 min`, `10 s`.
pub fn short_countdown_text(remaining: Duration) -> String {
    let seconds = in_steps(remaining).as_secs();
    match (seconds / 86_400, seconds / 3600, seconds / 60) {
        (0, 0, 0) => texts::seconds(seconds.max(1)),
        (0, 0, minutes) => texts::minutes(minutes),
        (0, hours, _) => texts::hours(hours),
        (1, _, _) => texts::ONE_DAY.to_owned(),
        (days, _, _) => texts::days(days),
    }
}

fn in_steps(remaining: Duration) -> Duration {
    let seconds = remaining.as_secs();
    Duration::from_secs(if seconds < EACH_SHOWN { seconds } else { seconds - seconds % STEP })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_two_largest_units_and_seconds_at_the_end_only() {
        for (seconds, expected) in [
            (0, "expired"),
            (1, "1 s"),
            (9, "9 s"),
            (14, "10 s"),
            (59, "55 s"),
            (60, "1 min 00 s"),
            (4 * 60 + 59, "4 min 55 s"),
            (5 * 60, "5 min"),
            (59 * 60 + 12, "59 min"),
            (3600, "1 h 00 min"),
            (3 * 3600 + 5 * 60 + 59, "3 h 05 min"),
            (86_400, "1 day 0 h"),
            (2 * 86_400 + 4 * 3600, "2 days 4 h"),
            (100 * 86_400, "100 days 0 h"),
        ] {
            assert_eq!(countdown_text(Duration::from_secs(seconds)), expected);
        }
        assert_eq!(countdown_text(Duration::from_millis(300)), "1 s");
    }

    #[test]
    fn in_short_it_names_the_largest_unit() {
        for (seconds, expected) in [
            (1, "1 s"),
            (59, "55 s"),
            (60, "1 min"),
            (3599, "59 min"),
            (3600, "1 h"),
            (90_000, "1 day"),
            (200_000, "2 days"),
        ] {
            assert_eq!(short_countdown_text(Duration::from_secs(seconds)), expected);
        }
    }
}
