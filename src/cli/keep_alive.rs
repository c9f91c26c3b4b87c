//! `tokenwright keep-alive`.

use crate::app::{Command, Event, Failure};
use crate::cli::conversation::Conversation;
use crate::cli::print;
use crate::service::ProfileName;

pub(crate) fn run(conversation: &mut Conversation, name: &str, on: bool) -> Result<(), Failure> {
    let name = ProfileName::parse(name)?;
    let attempt = conversation.attempt();
    conversation.send(Command::SetKeepAlive { attempt, name, on });
    let name = conversation.wait(|event| match event {
        Event::KeepAliveSet(_, name, _) => Some(name),
        _ => None,
    })?;
    let what = if on { "kept alive while the window or `tokenwright agent` runs" } else { "no longer kept alive" };
    print::result(&format!("{name}: {what}"));
    Ok(())
}
