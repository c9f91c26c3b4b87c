//! How often a profile is checked by a call to its service.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The shortest time between two checks: a service limits how often it is asked.
const LEAST: Duration = Duration::from_mins(5);
const DAY: Duration = Duration::from_hours(24);

/// The time between two checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CheckEvery(Duration);

/// Why a text is no time between two checks.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{0}` is not a time of five minutes or more, such as `6h` or `1d`")]
pub struct CheckEveryError(String);

impl CheckEvery {
    /// The time.
    pub fn time(self) -> Duration {
        self.0
    }
}

impl FromStr for CheckEvery {
    type Err = CheckEveryError;

    fn from_str(text: &str) -> Result<Self, CheckEveryError> {
        let wrong = || CheckEveryError(text.chars().take(40).collect());
        let days = text.trim().strip_suffix('d').and_then(|days| days.trim().parse::<u32>().ok());
        let time = if let Some(days) = days {
            DAY.saturating_mul(days)
        } else {
            let time: SignedDuration = text.trim().parse().map_err(|_| wrong())?;
            Duration::try_from(time).map_err(|_| wrong())?
        };
        if time < LEAST { Err(wrong()) } else { Ok(Self(time)) }
    }
}

impl fmt::Display for CheckEvery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        match (seconds % 86_400, seconds % 3600, seconds % 60) {
            (0, ..) => write!(f, "{}d", seconds / 86_400),
            (_, 0, _) => write!(f, "{}h", seconds / 3600),
            (.., 0) => write!(f, "{}m", seconds / 60),
            _ => write!(f, "{seconds}s"),
        }
    }
}

impl TryFrom<String> for CheckEvery {
    type Error = CheckEveryError;

    fn try_from(text: String) -> Result<Self, CheckEveryError> {
        text.parse()
    }
}

impl From<CheckEvery> for String {
    fn from(every: CheckEvery) -> Self {
        every.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_time_is_read_as_people_write_it_and_not_below_five_minutes() {
        let read = |text: &str| text.parse::<CheckEvery>().map(|every| (every.time().as_secs(), every.to_string()));
        assert_eq!(read("6h"), Ok((21_600, "6h".to_owned())));
        assert_eq!(read(" 2d"), Ok((172_800, "2d".to_owned())));
        assert_eq!(read("1h30m"), Ok((5400, "90m".to_owned())));
        for text in ["", "soon", "4m", "-6h", "d", "6"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_brings_it_down_and_what_is_written_is_read_again(text in ".*", seconds in 300_u64..10_000_000) {
            let _ = text.parse::<CheckEvery>();
            let every = CheckEvery(Duration::from_secs(seconds));
            prop_assert_eq!(every.to_string().parse(), Ok(every));
        }
    }
}
