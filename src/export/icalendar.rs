//! A calendar that every calendar program reads (iCalendar, RFC 5545).

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::diagnosis::acts_on_text;

/// The longest line, in bytes without its end (RFC 5545 section 3.1).
const LONGEST_LINE: usize = 75;
/// How long before an event a calendar program tells of it: a week and a day, as durations of RFC 5545 section 3.3.6.
const ALARMS: [&str; 2] = ["-P7D", "-P1D"];

/// Something that happens at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarEvent {
    /// Which one: a later calendar with the same one replaces it. Letters, digits and `-._@`.
    pub id: String,
    /// When it happens.
    pub at: Timestamp,
    /// What happens, in a few words.
    pub title: String,
    /// All that there is to say of it; may have several lines.
    pub description: String,
}

/// Writes a calendar of these events. `now` is when they were looked at: of two calendars the later one counts.
pub fn icalendar(events: &[CalendarEvent], now: Timestamp) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| fold(&mut text, name, value);
    line("BEGIN", "VCALENDAR");
    line("VERSION", "2.0");
    line("PRODID", "-//Tokenwright//Calendar//EN");
    line("CALSCALE", "GREGORIAN");
    line("METHOD", "PUBLISH");
    line("X-WR-CALNAME", "Tokenwright");
    let (stamp, sequence) = (utc(now), sequence(now));
    for event in events {
        let title = escaped(&event.title);
        line("BEGIN", "VEVENT");
        line("UID", &event.id);
        line("DTSTAMP", &stamp);
        line("LAST-MODIFIED", &stamp);
        line("SEQUENCE", &sequence);
        line("DTSTART", &utc(event.at));
        line("SUMMARY", &title);
        line("DESCRIPTION", &escaped(&event.description));
        // Nobody is busy because a token expires.
        line("TRANSP", "TRANSPARENT");
        for alarm in ALARMS {
            line("BEGIN", "VALARM");
            line("ACTION", "DISPLAY");
            line("DESCRIPTION", &title);
            line("TRIGGER", alarm);
            line("END", "VALARM");
        }
        line("END", "VEVENT");
    }
    line("END", "VCALENDAR");
    text
}

/// A number that grows with time and fits 31 bits until the year 6053: minutes since 1970.
fn sequence(now: Timestamp) -> String {
    (now.as_second().max(0) / 60).to_string()
}

/// `20270331T120000Z`. A part of a second is cut off, so that nobody is late.
fn utc(at: Timestamp) -> String {
    let at = TimeZone::UTC.to_datetime(at);
    let mut text = String::new();
    // Writing to a `String` cannot fail.
    let _ = write!(text, "{:04}{:02}{:02}", at.year(), at.month(), at.day());
    let _ = write!(text, "T{:02}{:02}{:02}Z", at.hour(), at.minute(), at.second());
    text
}

/// A text as a value (RFC 5545 section 3.3.11), without characters that act on the text around them.
fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => value.extend(['\\', c]),
            '\n' => value.push_str("\\n"),
            c if acts_on_text(c) => {}
            c => value.push(c),
        }
    }
    value
}

/// Adds a line, folded so that no part is too long and none ends within a character (RFC 5545 section 3.1).
fn fold(text: &mut String, name: &str, value: &str) {
    let line = format!("{name}:{value}");
    let mut rest = line.as_str();
    let mut room = LONGEST_LINE;
    while rest.len() > room {
        let (part, after) = rest.split_at(rest.floor_char_boundary(room));
        text.push_str(part);
        text.push_str("\r\n ");
        rest = after;
        // The blank that begins the line counts.
        room = LONGEST_LINE - 1;
    }
    text.push_str(rest);
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn event(summary: &str, description: &str) -> CalendarEvent {
        let (summary, description) = (summary.to_owned(), description.to_owned());
        CalendarEvent { id: "a.b@tokenwright".into(), at: at("2027-03-31T12:00:00.9Z"), title: summary, description }
    }

    /// The lines, folding undone.
    fn unfolded(text: &str) -> Vec<String> {
        text.replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
    }

    /// The value that an escaped text stands for.
    fn unescaped(value: &str) -> String {
        let mut text = String::new();
        let mut escaped = false;
        for c in value.chars() {
            match (std::mem::take(&mut escaped), c) {
                (false, '\\') => escaped = true,
                (true, 'n') => text.push('\n'),
                (_, c) => text.push(c),
            }
        }
        text
    }

    #[test]
    fn an_event_is_written_whole_in_the_order_of_the_standard() {
        let text = icalendar(&[event("a, b; c\\d", "one\ntwo")], at("2026-11-29T23:00:00Z"));
        let expected = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Tokenwright//Calendar//EN\r\nCALSCALE:GREGORIAN\r\n\
            METHOD:PUBLISH\r\nX-WR-CALNAME:Tokenwright\r\nBEGIN:VEVENT\r\nUID:a.b@tokenwright\r\n\
            DTSTAMP:20261129T230000Z\r\nLAST-MODIFIED:20261129T230000Z\r\nSEQUENCE:29933220\r\n\
            DTSTART:20270331T120000Z\r\nSUMMARY:a\\, b\\; c\\\\d\r\nDESCRIPTION:one\\ntwo\r\nTRANSP:TRANSPARENT\r\n\
            BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:a\\, b\\; c\\\\d\r\nTRIGGER:-P7D\r\nEND:VALARM\r\n\
            BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:a\\, b\\; c\\\\d\r\nTRIGGER:-P1D\r\nEND:VALARM\r\n\
            END:VEVENT\r\nEND:VCALENDAR\r\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_later_calendar_counts_for_more() {
        let number = |text: &str| sequence(at(text)).parse::<i32>().expect("a number of 31 bits");
        assert!(number("2026-11-29T23:00:00Z") < number("2026-11-29T23:01:00Z"));
        assert!(number("6000-01-01T00:00:00Z") > 0);
    }

    proptest! {
        #[test]
        fn every_text_comes_back_and_no_line_is_too_long(summary in "(?s).{0,120}", description in "(?s).{0,400}") {
            let text = icalendar(&[event(&summary, &description)], Timestamp::UNIX_EPOCH);
            prop_assert!(text.ends_with("\r\n"));
            prop_assert!(text.split("\r\n").all(|line| line.len() <= LONGEST_LINE));
            prop_assert!(text.replace("\r\n", "").chars().all(|c| !c.is_control()));
            let lines = unfolded(&text);
            let value = |name: &str| {
                let line = lines.iter().find_map(|line| line.strip_prefix(name)).expect("the line");
                unescaped(line)
            };
            let seen = |text: &str| text.chars().filter(|c| *c == '\n' || !acts_on_text(*c)).collect::<String>();
            prop_assert_eq!(value("SUMMARY:"), seen(&summary));
            prop_assert_eq!(value("DESCRIPTION:"), seen(&description));
        }
    }
}
