//! `tokenwright forget`.

use crate::cli::conversation::Conversation;
use crate::cli::print;
use crate::service::ProfileName;
use crate::wizard::{Command, Event, Failure};

pub(crate) fn run(conversation: &mut Conversation, name: &str) -> Result<(), Failure> {
    let name = ProfileName::parse(name)?;
    let attempt = conversation.attempt();
    conversation.send(Command::Forget { attempt, name });
    let name = conversation.wait(|event| match event {
        Event::Forgotten(_, name) => Some(name),
        _ => None,
    })?;
    print::result(&format!("{name}: forgotten"));
    Ok(())
}
