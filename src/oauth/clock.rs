//! Clock skew and `Retry-After` of a reply. The local clock may be wrong by hours; expiries are computed so that this does no
//! harm.

use std::time::Duration;

use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};

use crate::call::Reply;
use crate::diagnosis::Diagnosis;

/// The skew from which the person is warned: tokens live for minutes, and services refuse assertions for less.
const WORTH_TELLING: SignedDuration = SignedDuration::from_mins(2);

/// How far the service's clock is ahead of the local one by the `Date` of its reply (RFC 9110 section 6.6.1); negative if it is
/// behind, zero without `Date`. The smallest skew that explains the date: it has whole seconds, and its time during the
/// request is unknown.
pub fn clock_skew(reply: &Reply) -> SignedDuration {
    let Some(date) = reply.header("date").and_then(http_date) else { return SignedDuration::ZERO };
    let least = date.duration_since(reply.received_at);
    let elapsed = SignedDuration::try_from(reply.elapsed).unwrap_or(SignedDuration::MAX);
    let most = least.saturating_add(elapsed).saturating_add(SignedDuration::from_secs(1));
    if least.is_positive() {
        least
    } else if most.is_negative() {
        most
    } else {
        SignedDuration::ZERO
    }
}

/// A warning if the clocks differ by much.
pub fn skew_note(skew: SignedDuration, host: &str) -> Option<Diagnosis> {
    if skew.abs() < WORTH_TELLING {
        return None;
    }
    let side = if skew.is_positive() { "behind" } else { "ahead of" };
    let summary = format!("this machine's clock is {} {side} that of `{host}`", span(skew.unsigned_abs()));
    Some(Diagnosis::new(summary).hint("set the clock; until then the times shown here are this machine's own"))
}

/// `Retry-After` (RFC 9110 section 10.2.3): seconds, or a date by the service's clock. A past date counts as none.
pub fn retry_after(reply: &Reply) -> Option<Duration> {
    let value = reply.header("retry-after")?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = http_date(value)?;
    let now = reply.header("date").and_then(http_date).unwrap_or(reply.received_at);
    Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
}

/// A time span in the largest unit that says enough, to the nearest: `40 s`, `7 min`, `3 h`, `2 days`. The least skew
/// that explains a date is a second short of a whole hour when the clock is wrong by one.
pub fn span(time: Duration) -> String {
    in_units(|unit| time.as_secs().saturating_add(unit / 2) / unit)
}

/// The remaining time in the same units, rounded down so that nobody is late.
pub fn span_left(time: Duration) -> String {
    in_units(|unit| time.as_secs() / unit)
}

/// The number of the smallest unit in which it is a short one.
fn in_units(number_of: impl Fn(u64) -> u64) -> String {
    const UNITS: [(u64, &str); 4] = [(1, "s"), (60, "min"), (3600, "h"), (86_400, "days")];
    let rounded = UNITS.map(|(unit, name)| (number_of(unit), name));
    // Of each unit the largest number that is still told in it.
    let fits = |&&(number, name): &&(u64, &str)| match name {
        "s" | "min" => number < 120,
        "h" => number < 48,
        _ => true,
    };
    let (number, name) = rounded.iter().find(fits).unwrap_or(&rounded[3]);
    format!("{number} {name}")
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, which is how every date of HTTP has to be written (RFC 9110 section 5.6.7).
fn http_date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    /// 1994-11-06T08:49:37Z.
    const RECEIVED: i64 = 784_111_777;

    fn reply(elapsed: Duration, headers: &[(&str, &str)]) -> Reply {
        Reply {
            status: 200,
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            body: Secret::default(),
            elapsed,
            received_at: Timestamp::from_second(RECEIVED).expect("a time"),
        }
    }

    #[test]
    fn the_skew_is_the_least_that_explains_the_date() {
        let skew = |date: &str, elapsed| clock_skew(&reply(Duration::from_secs(elapsed), &[("date", date)])).as_secs();
        assert_eq!(skew("Sun, 06 Nov 1994 08:49:37 GMT", 0), 0);
        assert_eq!(skew("Sun, 06 Nov 1994 08:49:36 GMT", 0), 0);
        assert_eq!(skew("Sun, 06 Nov 1994 09:49:37 GMT", 0), 3600);
        assert_eq!(skew("Sun, 06 Nov 1994 07:49:37 GMT", 0), -3599);
        assert_eq!(skew("Sun, 06 Nov 1994 08:49:20 GMT", 30), 0, "it was written while the call went on");
        assert_eq!(skew("soon", 0), 0);
    }

    #[test]
    fn a_clock_that_is_minutes_wrong_is_told_with_its_side() {
        let told = |seconds| skew_note(SignedDuration::from_secs(seconds), "as.test").map(|note| note.summary);
        assert_eq!(told(119), None);
        assert_eq!(told(3600).as_deref(), Some("this machine's clock is 60 min behind that of `as.test`"));
        assert_eq!(told(10_799).as_deref(), Some("this machine's clock is 3 h behind that of `as.test`"));
        assert_eq!(told(-300).as_deref(), Some("this machine's clock is 5 min ahead of that of `as.test`"));
    }

    #[test]
    fn a_span_is_told_to_the_nearest() {
        for (seconds, words) in [
            (0, "0 s"),
            (119, "119 s"),
            (120, "2 min"),
            (449, "7 min"),
            (450, "8 min"),
            (7_169, "119 min"),
            (7_170, "2 h"),
            (10_799, "3 h"),
            (171_000, "2 days"),
            (u64::MAX, "213503982334601 days"),
        ] {
            assert_eq!(span(Duration::from_secs(seconds)), words, "{seconds}");
        }
    }

    #[test]
    fn what_is_left_is_never_told_longer_than_it_is() {
        for (seconds, words) in [
            (119, "119 s"),
            (179, "2 min"),
            (7_199, "119 min"),
            (100_000, "27 h"),
            (172_799, "47 h"),
            (259_199, "2 days"),
            (u64::MAX, "213503982334601 days"),
        ] {
            assert_eq!(span_left(Duration::from_secs(seconds)), words, "{seconds}");
        }
    }

    #[test]
    fn retry_after_is_a_number_or_a_date_by_the_services_clock() {
        let asked = |headers: &[(&str, &str)]| retry_after(&reply(Duration::ZERO, headers)).map(|time| time.as_secs());
        assert_eq!(asked(&[("retry-after", "120")]), Some(120));
        assert_eq!(asked(&[("retry-after", "Sun, 06 Nov 1994 08:50:37 GMT")]), Some(60));
        let by_its_clock =
            [("retry-after", "Sun, 06 Nov 1994 10:00:30 GMT"), ("date", "Sun, 06 Nov 1994 10:00:00 GMT")];
        assert_eq!(asked(&by_its_clock), Some(30));
        assert_eq!(asked(&[("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")]), Some(0));
        assert_eq!(asked(&[("retry-after", "soon")]), None);
        assert_eq!(asked(&[]), None);
    }
}
