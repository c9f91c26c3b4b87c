//! `tokenwright forget`.

use crate::app::{Command, Event, Failure};
use crate::cli::conversation::Conversation;
use crate::cli::print;
use crate::service::ProfileName;

pub(crate) fn run(conversation: &mut Conversation, name: &str, revoke: bool) -> Result<(), Failure> {
    let name = ProfileName::parse(name)?;
    let attempt = conversation.attempt();
    let command = if revoke { Command::RevokeAndForget { attempt, name } } else { Command::Forget { attempt, name } };
    conversation.send(command);
    let name = conversation.wait(|event| match event {
        Event::Forgotten(_, name) => Some(name),
        _ => None,
    })?;
    print::result(&format!("{name}: {}forgotten", if revoke { "revoked and " } else { "" }));
    Ok(())
}
