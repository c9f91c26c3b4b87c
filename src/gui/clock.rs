//! When the window is drawn again for what changes by itself: at most once a second however much counts down on it, and
//! not at all while nobody sees it.

use std::time::Duration;

use egui::Context;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::gui::widgets::{EACH_SHOWN, SECONDS_SHOWN, STEP};

/// A frame that is asked for at the very end of a second may come just before it.
const MARGIN: Duration = Duration::from_millis(5);

/// The time of this frame, in the person's time zone.
#[derive(Clone, Debug)]
pub struct Clock {
    pub now: Timestamp,
    /// Looked up once.
    pub zone: TimeZone,
}

impl Default for Clock {
    fn default() -> Self {
        Self { now: Timestamp::UNIX_EPOCH, zone: TimeZone::UTC }
    }
}

impl Clock {
    /// A time to the second.
    pub fn show(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// The same of a time as a file has it; text that is no time is returned as it is.
    pub fn show_text(&self, at: &str) -> String {
        at.parse().map_or_else(|_| at.to_owned(), |at| self.show(at))
    }
}

/// When a countdown to `at` reads differently: each second at the end, every few in the last minutes, each minute before.
pub(crate) fn until_next_change(at: Timestamp, now: Timestamp) -> Option<Duration> {
    let left = Duration::try_from(at.duration_since(now)).ok()?;
    let step = match left.as_secs() {
        ..EACH_SHOWN => 1,
        EACH_SHOWN..SECONDS_SHOWN => STEP,
        _ => 60,
    };
    Some(Duration::new(left.as_secs() % step, left.subsec_nanos()))
}

/// The same for a countdown that names its largest unit only: seconds in the last minute, each minute in the last hour.
pub(crate) fn until_next_short_change(at: Timestamp, now: Timestamp) -> Option<Duration> {
    let left = Duration::try_from(at.duration_since(now)).ok()?;
    let step = match left.as_secs() {
        ..EACH_SHOWN => 1,
        EACH_SHOWN..60 => STEP,
        60..3600 => 60,
        _ => 3600,
    };
    Some(Duration::new(left.as_secs() % step, left.subsec_nanos()))
}

/// Wakes the window when the second ends in which `until_change` is over. All that counts shares these seconds: each
/// countdown in its own would draw the window as often as there are profiles.
pub(crate) fn wake_after(ctx: &Context, now: Timestamp, until_change: Duration) {
    if is_seen(ctx) {
        ctx.request_repaint_after(until_end_of_second(now, until_change));
    }
}

/// Wakes the window when so many seconds have ended, this one counted.
pub(crate) fn wake_in_seconds(ctx: &Context, now: Timestamp, seconds: u64) {
    wake_after(ctx, now, Duration::from_secs(seconds).saturating_sub(into_second(now)));
}

/// Whether the desktop shows the window. One that comes back is drawn then without being asked.
fn is_seen(ctx: &Context) -> bool {
    ctx.input(|input| input.viewport().minimized != Some(true) && input.viewport().occluded != Some(true))
}

fn into_second(now: Timestamp) -> Duration {
    Duration::from_nanos(now.subsec_nanosecond().unsigned_abs().into())
}

fn until_end_of_second(now: Timestamp, until_change: Duration) -> Duration {
    let into_second = into_second(now);
    let at = into_second + until_change;
    let whole = if at.subsec_nanos() == 0 && !at.is_zero() { at.as_secs() } else { at.as_secs() + 1 };
    Duration::from_secs(whole).saturating_sub(into_second) + MARGIN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_countdown_that_is_short_changes_as_its_unit_does() {
        let now: Timestamp = "2026-11-28T12:00:00Z".parse().expect("a time");
        for (left, short, long) in
            [(7, 0, 0), (59, 4, 4), (61, 1, 1), (152, 32, 2), (330, 30, 30), (3700, 100, 40), (-1, -1, -1)]
        {
            let at = now + jiff::SignedDuration::from_secs(left);
            let seconds = |until: Option<Duration>| until.map_or(-1, |until| until.as_secs().cast_signed());
            assert_eq!(seconds(until_next_short_change(at, now)), short, "{left}");
            assert_eq!(seconds(until_next_change(at, now)), long, "{left}");
        }
    }

    #[test]
    fn whatever_changes_within_a_second_is_drawn_in_one_frame_at_its_end() {
        let now: Timestamp = "2026-11-28T12:00:00.250Z".parse().expect("a time");
        let check = |until_change: u64, expected: u64| {
            let until = until_end_of_second(now, Duration::from_millis(until_change));
            assert_eq!(until, Duration::from_millis(expected) + MARGIN, "{until_change}");
        };
        check(0, 750);
        check(1, 750);
        check(749, 750);
        check(750, 750);
        check(751, 1750);
        check(59_100, 59_750);
    }
}
