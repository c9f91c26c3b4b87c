//! `tokenwright display-name`.

use crate::app::{Command, Event, Failure, FailureKind};
use crate::cli::conversation::Conversation;
use crate::cli::print;
use crate::diagnosis::Diagnosis;
use crate::service::{DisplayName, ProfileName};

pub(crate) fn run(conversation: &mut Conversation, name: &str, text: &str) -> Result<(), Failure> {
    let name = ProfileName::parse(name)?;
    let display_name = parse(text)?;
    let attempt = conversation.attempt();
    conversation.send(Command::SetDisplayName { attempt, name, display_name });
    let (name, display_name) = conversation.wait(|event| match event {
        Event::DisplayNameSet(_, name, display_name) => Some((name, display_name)),
        _ => None,
    })?;
    print::result(&if display_name.is_empty() {
        format!("{name}: no display name")
    } else {
        format!("{name}: {display_name}")
    });
    Ok(())
}

/// The display name that a text comes to. One that is made of nothing that can be seen is a mistake.
pub(crate) fn parse(text: &str) -> Result<DisplayName, Failure> {
    let display_name = DisplayName::of(text);
    if display_name.is_empty() && !text.is_empty() {
        let diagnosis = Diagnosis::new("the display name has no visible characters");
        return Err(Failure::new(FailureKind::Usage, diagnosis.hint("use letters, or `''` to remove it")));
    }
    Ok(display_name)
}
