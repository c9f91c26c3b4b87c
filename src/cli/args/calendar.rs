//! The calendar.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::args::days;

/// `tokenwright calendar …`
#[derive(Debug, Args)]
pub struct CalendarOptions {
    /// Only these profiles
    #[arg(value_name = "PROFILE")]
    pub names: Vec<String>,
    /// Only what ends within this time, such as `30d`, or has ended
    #[arg(long, value_name = "DURATION", value_parser = days)]
    pub within: Option<Duration>,
    /// Also what is renewed by itself, what ends only under a condition, and what is not known
    #[arg(long)]
    pub all: bool,
    /// Print JSON
    #[arg(long, conflicts_with = "ics")]
    pub json: bool,
    /// Print a calendar for calendar programs (iCalendar, RFC 5545), or write it to this file
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    #[allow(clippy::option_option, reason = "the option and its value are optional")]
    pub ics: Option<Option<PathBuf>>,
    /// Replace a file that is no calendar of this program
    #[arg(long, requires = "ics")]
    pub overwrite: bool,
}
