//! Times in claims: seconds since 1970 (RFC 7519 section 2, `NumericDate`), and what services write in their place.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::oauth::{span, span_left};

/// The claims that are times: RFC 7519 section 4.1, `OpenID` Connect Core 1.0 sections 2 and 5.1, RFC 8417 section 2.2.
const TIMES: [&str; 6] = ["exp", "nbf", "iat", "auth_time", "updated_at", "toe"];

/// Seconds beyond the year 5138 are milliseconds of a time in our days.
const MILLISECONDS_FROM: f64 = 1e11;

/// A time as a claim has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ReadTime {
    pub(super) at: Timestamp,
    pub(super) written: Written,
}

/// How a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// As a number of seconds, which is right.
    Seconds,
    Milliseconds,
    /// In quotes: a number or a date.
    Text,
}

pub(super) fn is_time(name: &str) -> bool {
    TIMES.contains(&name)
}

/// The time that a value is; `None` for anything that is none, or lies beyond the year 9999.
pub(super) fn read_time(value: &Json) -> Option<ReadTime> {
    match value {
        Json::Number(number) => of_number(number.as_f64()?),
        Json::String(text) => {
            let text = text.trim();
            let read = text.parse().ok().and_then(of_number);
            let at = read.map(|read| read.at).or_else(|| text.parse().ok())?;
            Some(ReadTime { at, written: Written::Text })
        }
        _ => None,
    }
}

fn of_number(number: f64) -> Option<ReadTime> {
    if !number.is_finite() {
        return None;
    }
    let (milliseconds, written) = if number.abs() >= MILLISECONDS_FROM {
        (number, Written::Milliseconds)
    } else {
        (number * 1000.0, Written::Seconds)
    };
    // The range of times is far within that of the number; beyond it the cast saturates, and there is no such time.
    #[allow(clippy::cast_possible_truncation, reason = "saturates, and is checked below")]
    let at = Timestamp::from_millisecond(milliseconds as i64).ok()?;
    Some(ReadTime { at, written })
}

/// A time as seen from now: `in 42 min`, `3 h ago`, `now`.
pub fn relative(at: Timestamp, now: Timestamp) -> String {
    let distance = at.duration_since(now);
    match Duration::try_from(distance) {
        Ok(left) if left < Duration::from_secs(1) => "now".to_owned(),
        Ok(left) => format!("in {}", span_left(left)),
        Err(_) => format!("{} ago", span(distance.unsigned_abs())),
    }
}
