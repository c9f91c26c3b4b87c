//! What a person calls and writes down about a profile: `display-name`, `tag` and `notes`.

use std::io::Read as _;

use crate::app::{Failure, FailureKind};
use crate::cli::print;
use crate::cli::runner::Runner;
use crate::diagnosis::Diagnosis;
use crate::service::{DisplayName, Notes, ProfileName, Tags};

/// The most bytes of notes that are read from standard input.
const LONGEST_NOTES: u64 = 64 * 1024;

pub(crate) fn display_name(runner: &Runner, name: &str, text: &str) -> Result<(), Failure> {
    let name = ProfileName::parse(name)?;
    let display_name = parse_display_name(text)?;
    runner.run(runner.app.set_display_name(&name, display_name.clone()))?;
    print::result(&if display_name.is_empty() {
        format!("{name}: no display name")
    } else {
        format!("{name}: {display_name}")
    });
    Ok(())
}

pub(crate) fn tag(runner: &Runner, name: &str, added: &[String], removed: &[String]) -> Result<(), Failure> {
    let (name, added, removed) = (ProfileName::parse(name)?, Tags::parse(added)?, Tags::parse(removed)?);
    let tags = runner.run(runner.app.change_tags(&name, added, removed))?;
    print::result(&format!("{name}: {}", if tags.is_empty() { "no tags" } else { tags.as_str() }));
    Ok(())
}

pub(crate) fn notes(runner: &Runner, name: &str, text: Option<&str>) -> Result<(), Failure> {
    let name = ProfileName::parse(name)?;
    let Some(text) = text else {
        let notes = runner.run(runner.app.notes(&name))?;
        if notes.is_empty() {
            print::note(&format!("{name} has no notes."));
        } else {
            print::result_lines(notes.as_str());
        }
        return Ok(());
    };
    let notes = Notes::of(&if text == "-" { piped()? } else { text.to_owned() });
    let done = if notes.is_empty() { "no notes" } else { "noted" };
    runner.run(runner.app.set_notes(&name, notes))?;
    print::result(&format!("{name}: {done}"));
    Ok(())
}

/// The text on standard input.
fn piped() -> Result<String, Failure> {
    let refused = |what: &str| {
        let diagnosis = Diagnosis::new(format!("the notes on standard input {what}"));
        Failure::new(FailureKind::Usage, diagnosis.hint("pipe in plain text of up to 64 KiB"))
    };
    let mut text = String::new();
    let read = std::io::stdin().lock().take(LONGEST_NOTES + 1).read_to_string(&mut text);
    match read {
        Ok(length) if u64::try_from(length).is_ok_and(|length| length > LONGEST_NOTES) => Err(refused("are too long")),
        Ok(_) => Ok(text),
        Err(error) => Err(refused(&format!("cannot be read: {error}"))),
    }
}

/// The display name for this text. A text without visible characters is an error.
pub(crate) fn parse_display_name(text: &str) -> Result<DisplayName, Failure> {
    let display_name = DisplayName::of(text);
    if display_name.is_empty() && !text.is_empty() {
        let diagnosis = Diagnosis::new("the display name has no visible characters");
        return Err(Failure::new(FailureKind::Usage, diagnosis.hint("use letters, or `''` to remove it")));
    }
    Ok(display_name)
}
