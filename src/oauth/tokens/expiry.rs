//! Reads an expiry in the many ways in which services write it. The result is by the local clock, so that comparing it with
//! that clock is right even if the clock is wrong.

use std::time::Duration;

use jiff::civil::{Date, DateTime};
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use serde_json::Value as Json;

use crate::call::Lifetime;

/// A longer life means "never"; the longest known lifetime is twenty years, of refresh tokens.
const LONGEST: Duration = Duration::from_hours(50 * 365 * 24);

/// A point in time that is later than this means "never" as well.
const FARTHEST: Duration = Duration::from_hours(150 * 365 * 24);

/// A smaller number is a duration: no token expired before September 2001.
const FIRST_POINT: f64 = 1e9;

/// An earlier time is an unset one: the year 1 of .NET and Go, 1970 of all others.
const UNSET: i64 = 315_532_800;

/// How services write that a token does not expire.
const NEVER: [&str; 8] = ["", "never", "none", "null", "unlimited", "infinite", "false", "-"];

/// An expiry as read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// By the local clock; may be past.
    At(Timestamp),
    /// Never.
    Never,
    /// Not understood.
    Unclear,
}

/// The unit of a bare number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    /// A duration in units of so many milliseconds; one that is far too long is a point in time.
    Length(u32),
    /// A point in time, in seconds since 1970 or a finer unit; one that is far too early is a duration in seconds.
    Point,
    /// A point in time, however early.
    SurePoint,
}

impl From<Lifetime> for Number {
    fn from(lifetime: Lifetime) -> Self {
        match lifetime {
            Lifetime::Seconds => Self::Length(1000),
            Lifetime::Milliseconds => Self::Length(1),
            Lifetime::EpochSeconds | Lifetime::Date => Self::SurePoint,
        }
    }
}

/// `now` is when the reply came, `skew` how far the service's clock is ahead: a duration counts from `now`, a point in time is
/// by the service's clock.
pub(crate) fn expiry(value: &Json, number: Number, now: Timestamp, skew: SignedDuration) -> End {
    let clocks = Clocks { now, skew };
    match value {
        Json::Null | Json::Bool(false) => End::Never,
        Json::Number(given) => given.as_f64().map_or(End::Unclear, |given| clocks.of_number(given, number)),
        Json::String(text) => clocks.of_text(text.trim(), number),
        Json::Bool(true) | Json::Array(_) | Json::Object(_) => End::Unclear,
    }
}

#[derive(Clone, Copy)]
struct Clocks {
    now: Timestamp,
    skew: SignedDuration,
}

impl Clocks {
    fn of_number(self, given: f64, number: Number) -> End {
        // Several services send 0 or -1 for a token that does not expire.
        if given == 0.0 || (given + 1.0).abs() < f64::EPSILON {
            return End::Never;
        }
        if !given.is_finite() || given < 0.0 {
            return End::Unclear;
        }
        let length = |per_unit: u32| Duration::try_from_secs_f64(given * f64::from(per_unit) / 1000.0).ok();
        match number {
            Number::Length(per_unit) => match length(per_unit) {
                Some(length) if length <= LONGEST => self.after(length),
                _ => self.of_epoch(given),
            },
            Number::Point if given < FIRST_POINT => length(1000).map_or(End::Unclear, |length| self.after(length)),
            Number::Point | Number::SurePoint => self.of_epoch(given),
        }
    }

    /// A number since 1970. In seconds it has ten digits for centuries, so more digits are a finer unit.
    fn of_epoch(self, given: f64) -> End {
        let seconds = match given {
            ..1e11 => given,
            ..1e14 => given / 1e3,
            ..1e17 => given / 1e6,
            _ => given / 1e9,
        };
        let since = Duration::try_from_secs_f64(seconds).ok();
        since.and_then(|since| Timestamp::UNIX_EPOCH.checked_add(since).ok()).map_or(End::Unclear, |at| self.at(at))
    }

    fn of_text(self, text: &str, number: Number) -> End {
        let lower = text.to_ascii_lowercase();
        if NEVER.contains(&lower.as_str()) {
            return End::Never;
        }
        if let Ok(given) = text.parse::<f64>() {
            return self.of_number(given, number);
        }
        // JSON of older .NET programs.
        let in_date = lower.strip_prefix("/date(").and_then(|rest| rest.strip_suffix(")/"));
        if let Some(given) = in_date.and_then(|inside| inside.parse::<f64>().ok()) {
            return self.of_number(given, Number::SurePoint);
        }
        if let Some(at) = date(text) {
            return self.at(at);
        }
        let span = clock_span(text).or_else(|| text.parse().ok()).or_else(|| lower.parse().ok());
        match span {
            Some(span) => self.after_span(span),
            // The last day of many systems, which is beyond that of our time type.
            None if text.contains("9999") => End::Never,
            None => End::Unclear,
        }
    }

    fn after(self, length: Duration) -> End {
        self.now.checked_add(length).map_or(End::Never, End::At)
    }

    /// Months and years of a span are those of the calendar.
    fn after_span(self, span: Span) -> End {
        if span.is_zero() {
            return End::Never;
        }
        let Ok(at) = self.now.to_zoned(TimeZone::UTC).checked_add(span) else { return End::Never };
        let left = at.timestamp().duration_since(self.now);
        match left.is_positive() {
            true if left.unsigned_abs() <= LONGEST => End::At(at.timestamp()),
            true => End::Never,
            false => End::Unclear,
        }
    }

    /// A point by the service's clock.
    fn at(self, at: Timestamp) -> End {
        if at.as_second() < UNSET {
            return End::Never;
        }
        let Ok(at) = at.checked_sub(self.skew) else { return End::Unclear };
        let is_far = at > self.now && at.duration_since(self.now).unsigned_abs() > FARTHEST;
        if is_far { End::Never } else { End::At(at) }
    }
}

/// A date in the formats of RFC 3339, RFC 9110 section 5.6.7, and common platforms; without an offset it is in UTC.
fn date(text: &str) -> Option<Timestamp> {
    const WITH_OFFSET: [&str; 6] = [
        "%m/%d/%Y %I:%M:%S %p %:z",
        "%m/%d/%Y %H:%M:%S %:z",
        "%Y-%m-%d %H:%M:%S %:z",
        "%Y-%m-%d %H:%M:%S %z",
        "%a %b %d %Y %H:%M:%S GMT%z",
        "%a, %d %b %Y %H:%M:%S %z",
    ];
    const IN_UTC: [&str; 8] = [
        "%A, %d-%b-%y %H:%M:%S",
        "%a, %d-%b-%Y %H:%M:%S",
        "%a, %d %b %Y %H:%M:%S",
        "%a %b %e %H:%M:%S %Y",
        "%m/%d/%Y %I:%M:%S %p",
        "%m/%d/%Y %H:%M:%S",
        "%Y/%m/%d %H:%M:%S",
        "%Y-%m-%d %H:%M:%S",
    ];
    // JavaScript adds the zone's name in brackets.
    let text = text.split(" (").next().unwrap_or(text).trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    if let Ok(at) = rfc2822::DateTimeParser::new().parse_timestamp(text) {
        return Some(at);
    }
    let bare = text.trim_end_matches(" UTC").trim_end_matches(" GMT");
    let bare = bare.replace(" UTC ", " ");
    if let Some(at) = WITH_OFFSET.iter().find_map(|form| strtime::parse(form, &bare).ok()?.to_timestamp().ok()) {
        return Some(at);
    }
    let civil = bare.parse::<DateTime>().or_else(|_| bare.parse::<Date>().map(|day| day.at(0, 0, 0, 0))).ok();
    let civil = civil.or_else(|| IN_UTC.iter().find_map(|form| strtime::parse(form, &bare).ok()?.to_datetime().ok()));
    Some(civil?.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// `01:00:00` and `1.00:00:00`, as .NET writes a span.
fn clock_span(text: &str) -> Option<Span> {
    let parts: Vec<&str> = text.split(':').collect();
    let [hours, minutes, seconds] = parts[..] else { return None };
    let (days, hours) = hours.split_once('.').unwrap_or(("0", hours));
    let seconds = seconds.split('.').next()?;
    let number = |text: &str| text.parse::<u32>().ok().map(i64::from);
    let (days, hours, minutes, seconds) = (number(days)?, number(hours)?, number(minutes)?, number(seconds)?);
    Span::new().try_days(days).ok()?.try_hours(hours).ok()?.try_minutes(minutes).ok()?.try_seconds(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// 2026-11-21T08:00:00Z.
    const NOW: i64 = 1_795_248_000;

    fn read(value: &Json, number: Number, skew: i64) -> End {
        let now = Timestamp::from_second(NOW).expect("a time");
        expiry(value, number, now, SignedDuration::from_secs(skew))
    }

    fn check(value: &Json, number: impl Into<Number>, skew: i64, expected: Option<i64>) {
        let number = number.into();
        let found = match read(value, number, skew) {
            End::At(at) => Some(at.as_second()),
            End::Never => None,
            End::Unclear => panic!("{value} as {number:?} is not understood"),
        };
        assert_eq!(found, expected, "{value} as {number:?}");
    }

    #[test]
    fn a_length_needs_no_clock_but_ours() {
        check(&json!(3600), Lifetime::Seconds, 7200, Some(NOW + 3600));
        check(&json!("3600"), Lifetime::Seconds, 0, Some(NOW + 3600));
        check(&json!(" 3600.5 "), Lifetime::Seconds, 0, Some(NOW + 3600));
        check(&json!(3_600_000), Lifetime::Milliseconds, -7200, Some(NOW + 3600));
        check(&json!(631_138_519), Lifetime::Seconds, 0, Some(NOW + 631_138_519));
    }

    #[test]
    fn a_length_may_be_written_with_its_unit() {
        for text in [
            "3600s",
            "3600 s",
            "1h",
            "1 h",
            "1H",
            "60m",
            "60 min",
            "1 hour",
            "3600 seconds",
            "1h0m0s",
            "3600000ms",
            "PT1H",
            "PT3600S",
            "pt60m",
            "PT0H60M",
            "01:00:00",
            "0.01:00:00",
        ] {
            check(&json!(text), Lifetime::Seconds, 7200, Some(NOW + 3600));
            check(&json!(text), Number::Point, 0, Some(NOW + 3600));
        }
        check(&json!("P30D"), Lifetime::Seconds, 0, Some(NOW + 30 * 86_400));
        check(&json!("1h 30m"), Lifetime::Seconds, 0, Some(NOW + 5400));
        check(&json!("7 days"), Lifetime::Seconds, 0, Some(NOW + 7 * 86_400));
        check(&json!("1.00:00:00"), Lifetime::Seconds, 0, Some(NOW + 86_400));
    }

    #[test]
    fn a_point_in_time_is_brought_to_our_clock() {
        check(&json!(NOW + 3600), Lifetime::EpochSeconds, 0, Some(NOW + 3600));
        // The service's clock is an hour ahead of ours: by ours the token ends an hour sooner.
        check(&json!(NOW + 7200), Lifetime::EpochSeconds, 3600, Some(NOW + 3600));
        check(&json!("2026-11-21T08:30:00Z"), Lifetime::Date, -1800, Some(NOW + 3600));
    }

    #[test]
    fn a_point_in_time_is_read_in_any_unit_and_in_the_forms_of_dates() {
        for value in [
            json!(NOW + 3600),
            json!((NOW + 3600).to_string()),
            json!((NOW + 3600) * 1000),
            json!((NOW + 3600) * 1_000_000),
            json!(format!("/Date({})/", (NOW + 3600) * 1000)),
            json!("2026-11-21T09:00:00Z"),
            json!("2026-11-21T10:00:00+01:00"),
            json!("2026-11-21T09:00:00.000Z"),
            json!("2026-11-21T09:00:00"),
            json!("2026-11-21 09:00:00"),
            json!("2026-11-21 09:00:00 UTC"),
            json!("2026-11-21 09:00:00 +0000 UTC"),
            json!("Sat, 21 Nov 2026 09:00:00 GMT"),
            json!("Saturday, 21-Nov-26 09:00:00 GMT"),
            json!("Sat Nov 21 09:00:00 2026"),
            json!("Sat Nov 21 2026 10:00:00 GMT+0100 (Central European Standard Time)"),
            json!("11/21/2026 09:00:00 AM +00:00"),
            json!("11/21/2026 9:00:00 AM"),
        ] {
            check(&value, Number::Point, 0, Some(NOW + 3600));
            check(&value, Lifetime::Seconds, 0, Some(NOW + 3600));
        }
        check(&json!("2026-11-22"), Number::Point, 0, Some(NOW + 16 * 3600));
    }

    #[test]
    fn an_end_that_is_over_is_one_and_one_that_nobody_lives_to_see_is_none() {
        check(&json!(NOW - 3600), Number::Point, 0, Some(NOW - 3600));
        check(&json!("2020-01-01T00:00:00Z"), Number::Point, 0, Some(1_577_836_800));
        check(&json!(60), Number::Point, 0, Some(NOW + 60));
        for value in [
            json!("Fri, 31 Dec 9999 23:59:59 GMT"),
            json!("9999-12-31T23:59:59Z"),
            json!("0001-01-01T00:00:00Z"),
            json!(9_999_999_999_i64),
            json!("P1000Y"),
        ] {
            check(&value, Number::Point, 0, None);
        }
    }

    #[test]
    fn a_token_that_never_ends_is_told_in_many_words() {
        for value in
            [json!(0), json!("0"), json!(-1), json!("-1"), json!(null), json!(false), json!("never"), json!("")]
        {
            check(&value, Lifetime::Seconds, 0, None);
            check(&value, Number::Point, 0, None);
        }
    }

    #[test]
    fn what_is_no_time_is_not_taken_for_one() {
        for value in [
            json!("soon"),
            json!({}),
            json!([3600]),
            json!(true),
            json!(1e300),
            json!(-5),
            json!("-PT1H"),
            json!("inf"),
        ] {
            assert_eq!(read(&value, Number::Length(1000), 0), End::Unclear, "{value}");
        }
    }

    proptest! {
        #[test]
        fn no_text_and_no_number_brings_it_down(text in ".*", number in any::<f64>(), skew in -100_000_i64..100_000) {
            for kind in [Number::Length(1000), Number::Length(1), Number::Point, Number::SurePoint] {
                read(&json!(text), kind, skew);
                read(&json!(number), kind, skew);
            }
        }

        #[test]
        fn a_length_in_seconds_is_read_to_the_second(seconds in 1_i64..1_000_000_000) {
            let expected = End::At(Timestamp::from_second(NOW + seconds).expect("a time"));
            for value in [json!(seconds), json!(seconds.to_string()), json!(format!("{seconds}s")), json!(format!("PT{seconds}S"))] {
                prop_assert_eq!(read(&value, Number::Length(1000), 0), expected);
            }
        }
    }
}
