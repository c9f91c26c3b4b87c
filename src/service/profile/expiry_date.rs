//! A date that a person has read in a console: when the secret of a client expires.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};

/// When something expires: a day, or a moment of it. A day counts from its beginning in UTC, so that nobody is late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "String")]
pub struct ExpiryDate(Timestamp);

/// Why a text is not a date.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{0}` is not a date")]
pub struct ExpiryDateError(String);

impl Diagnose for ExpiryDateError {
    fn diagnose(&self) -> Diagnosis {
        Diagnosis::new(self.to_string()).hint("write year, month and day: `2027-03-31`")
    }
}

impl ExpiryDate {
    /// What was typed in a field that may be empty; `None` if it is.
    pub fn typed(text: &str) -> Option<Result<Self, ExpiryDateError>> {
        (!text.trim().is_empty()).then(|| text.parse())
    }

    /// The moment.
    pub fn at(self) -> Timestamp {
        self.0
    }
}

impl FromStr for ExpiryDate {
    type Err = ExpiryDateError;

    /// `2027-03-31`, or a time of RFC 3339 such as `2027-03-31T12:00:00Z`.
    fn from_str(text: &str) -> Result<Self, ExpiryDateError> {
        let text = text.trim();
        let wrong = || ExpiryDateError(text.chars().take(40).collect());
        if text.contains(['T', 't', ' ']) {
            return text.parse().map(Self).map_err(|_| wrong());
        }
        let day: Date = text.parse().map_err(|_| wrong())?;
        let begin = day.to_zoned(TimeZone::UTC).map_err(|_| wrong())?;
        Ok(Self(begin.timestamp()))
    }
}

impl fmt::Display for ExpiryDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = TimeZone::UTC.to_datetime(self.0);
        if moment == moment.date().at(0, 0, 0, 0) { moment.date().fmt(f) } else { self.0.fmt(f) }
    }
}

impl From<ExpiryDate> for String {
    fn from(date: ExpiryDate) -> Self {
        date.to_string()
    }
}

/// A text, or a date of TOML, which needs no quotes.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Date(toml::value::Datetime),
}

impl TryFrom<Written> for ExpiryDate {
    type Error = ExpiryDateError;

    fn try_from(written: Written) -> Result<Self, ExpiryDateError> {
        match written {
            Written::Text(text) => text.parse(),
            Written::Date(date) => date.to_string().parse(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Text {
        end: ExpiryDate,
    }

    #[test]
    fn a_day_and_a_moment_are_read_with_and_without_quotes_and_written_as_shortly_as_they_can_be() {
        let read = |text: &str| toml::from_str::<Text>(text).expect("a date");
        let day = read("end = 2027-03-31");
        assert_eq!(day, read("end = \"2027-03-31\""));
        assert_eq!(day.end.at().to_string(), "2027-03-31T00:00:00Z");
        assert_eq!(toml::to_string(&day).expect("TOML"), "end = \"2027-03-31\"\n");
        let moment = read("end = 2027-03-31T12:30:00+02:00");
        assert_eq!(toml::to_string(&moment).expect("TOML"), "end = \"2027-03-31T10:30:00Z\"\n");
    }

    #[test]
    fn what_is_no_date_is_said() {
        for text in ["", "soon", "31.03.2027", "2027-13-01", "2027-03-31T25:00:00Z", "10000-01-01"] {
            assert_eq!(ExpiryDate::from_str(text), Err(ExpiryDateError(text.to_owned())));
        }
        assert!(toml::from_str::<Text>("end = 12:00:00").is_err());
    }

    proptest! {
        #[test]
        fn no_text_brings_it_down_and_what_is_written_is_read_again(text in ".*", second in -1_000_000_000_i64..10_000_000_000) {
            let _ = ExpiryDate::from_str(&text);
            let date = ExpiryDate(Timestamp::from_second(second).expect("a time"));
            prop_assert_eq!(date.to_string().parse(), Ok(date));
        }
    }
}
