//! When something expires, out of the many ways in which services write it. What comes out is by this machine's
//! clock, so that comparing it with that clock is right even where the clock is wrong.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;

use crate::call::Lifetime;

/// No token is given for longer (some refresh tokens are, for twenty years); a larger number is a point in time that was
/// called a length, or means "never".
const LONGEST: Duration = Duration::from_hours(50 * 365 * 24);

/// A time of expiry by the local clock. `now` is when the reply came, `skew` by how much the service's clock is
/// ahead: a length of time needs no clock but ours, a point in time is by the service's. Nonsense, zero and what is
/// negative or absurdly long say nothing, rather than "expired".
pub(crate) fn expiry(value: &Json, lifetime: Lifetime, now: Timestamp, skew: SignedDuration) -> Option<Timestamp> {
    let by_our_clock = |at: Timestamp| at.checked_sub(skew).ok();
    if lifetime == Lifetime::Date {
        return by_our_clock(value.as_str()?.trim().parse().ok()?);
    }
    let number = match value {
        Json::Number(number) => number.as_f64()?,
        Json::String(text) => text.trim().parse::<f64>().ok()?,
        _ => return None,
    };
    if !number.is_finite() || number <= 0.0 {
        return None;
    }
    let seconds = if lifetime == Lifetime::Milliseconds { number / 1000.0 } else { number };
    let length = Duration::try_from_secs_f64(seconds).ok()?;
    match lifetime {
        Lifetime::EpochSeconds => since_1970(length).and_then(by_our_clock),
        _ if length <= LONGEST => now.checked_add(length).ok(),
        _ => mistaken(length, now).and_then(by_our_clock),
    }
}

/// A point in time that was sent as a length, in seconds or milliseconds since 1970; one that does not lie ahead is
/// no sensible expiry and says nothing.
fn mistaken(length: Duration, now: Timestamp) -> Option<Timestamp> {
    let lies_ahead = |at: &Timestamp| *at > now && at.duration_since(now).unsigned_abs() <= LONGEST;
    [length, length / 1000].into_iter().filter_map(since_1970).find(lies_ahead)
}

fn since_1970(length: Duration) -> Option<Timestamp> {
    Timestamp::UNIX_EPOCH.checked_add(length).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// 2026-11-21T08:00:00Z.
    const NOW: i64 = 1_795_248_000;

    fn check(value: &Json, lifetime: Lifetime, skew: i64, expected: Option<i64>) {
        let now = Timestamp::from_second(NOW).expect("a time");
        let found = expiry(value, lifetime, now, SignedDuration::from_secs(skew));
        assert_eq!(found.map(Timestamp::as_second), expected, "{value} as {lifetime:?}");
    }

    #[test]
    fn a_length_needs_no_clock_but_ours() {
        check(&json!(3600), Lifetime::Seconds, 7200, Some(NOW + 3600));
        check(&json!("3600"), Lifetime::Seconds, 0, Some(NOW + 3600));
        check(&json!(3_600_000), Lifetime::Milliseconds, -7200, Some(NOW + 3600));
    }

    #[test]
    fn a_point_in_time_is_brought_to_our_clock() {
        check(&json!(NOW + 3600), Lifetime::EpochSeconds, 0, Some(NOW + 3600));
        // The service's clock is an hour ahead of ours: by ours the token ends an hour sooner.
        check(&json!(NOW + 7200), Lifetime::EpochSeconds, 3600, Some(NOW + 3600));
        check(&json!("2026-11-21T08:30:00Z"), Lifetime::Date, -1800, Some(NOW + 3600));
    }

    #[test]
    fn zero_negative_and_nonsense_say_nothing() {
        for value in [json!(0), json!("0"), json!(-5), json!(null), json!("soon"), json!({}), json!(1e300)] {
            check(&value, Lifetime::Seconds, 0, None);
        }
    }

    #[test]
    fn what_is_far_too_large_is_a_point_in_time_or_says_nothing() {
        check(&json!(NOW + 3600), Lifetime::Seconds, 0, Some(NOW + 3600));
        check(&json!((NOW + 3600) * 1000), Lifetime::Seconds, 0, Some(NOW + 3600));
        check(&json!(9_999_999_999_i64), Lifetime::Seconds, 0, None);
        check(&json!(NOW - 3600), Lifetime::Seconds, 0, None);
        check(&json!(631_138_519), Lifetime::Seconds, 0, Some(NOW + 631_138_519));
    }
}
