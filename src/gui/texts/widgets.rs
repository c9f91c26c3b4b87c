//! Parts of all pages: buttons, fields, times, steps.

use std::fmt::Display;

pub const COPY: &str = "Copy";

pub fn copy(what: impl Display) -> String {
    format!("Copy {what}")
}

pub const COPY_SECRET: &str = "Copy secret";
pub const COPY_SECRET_HINT: &str = "Copies it in the clear, marked as a secret; it is taken back after a while";
pub const COPIED: &str = "Copied ✓";
pub const NOT_COPIED: &str = "Not copied";

// Long texts.

pub fn not_shown(bytes: impl Display) -> String {
    format!("{bytes} more bytes are not shown. What is copied is whole.")
}

// Times.

pub fn seconds(seconds: impl Display) -> String {
    format!("{seconds} s")
}

pub fn minutes_and_seconds(minutes: impl Display, seconds: impl Display) -> String {
    format!("{minutes} min {seconds:02} s")
}

pub fn minutes(minutes: impl Display) -> String {
    format!("{minutes} min")
}

pub fn hours_and_minutes(hours: impl Display, minutes: impl Display) -> String {
    format!("{hours} h {minutes:02} min")
}

pub fn one_day_and_hours(hours: impl Display) -> String {
    format!("1 day {hours} h")
}

pub fn days_and_hours(days: impl Display, hours: impl Display) -> String {
    format!("{days} days {hours} h")
}

pub fn hours(hours: impl Display) -> String {
    format!("{hours} h")
}

pub const ONE_DAY: &str = "1 day";

pub fn days(days: impl Display) -> String {
    format!("{days} days")
}

// Fields.

pub const OPTIONAL: &str = "optional";

// What a field refuses.

pub const MASKED: &str = "Masked: show it to copy or cut it";

pub fn full(limit: impl Display) -> String {
    format!("Full: at most {limit} characters")
}

pub fn not_pasted(characters: impl Display, limit: impl Display) -> String {
    format!("Not pasted: {characters} characters, but this field holds at most {limit}")
}

// The QR code.

pub const QR_TOO_LONG: &str = "The address is too long for a QR code: copy it instead.";

// What goes on.

pub fn waiting_for(time: impl Display) -> String {
    format!("for {time}")
}

// The steps, as a screen reader tells of them.

pub fn step(number: usize, count: usize, title: &str, state: &str) -> String {
    format!("Step {number} of {count}: {title}{state}")
}

pub const STEP_CURRENT_DONE: &str = ", current, done";
pub const STEP_CURRENT: &str = ", current";
pub const STEP_DONE: &str = ", done";
pub const STEP_NOT_AVAILABLE: &str = ", not yet available";

// The button that shows a secret.

pub const SHOW: &str = "Show";

pub fn hide_or_show(word: &str, field: &str) -> String {
    format!("{word} {field}")
}
