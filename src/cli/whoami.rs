//! `tokenwright whoami`.

use serde_json::{Map, Value as Json};

use crate::app::{Command, Event, Failure};
use crate::cli::conversation::Conversation;
use crate::cli::print;
use crate::service::ProfileName;

pub(crate) fn run(conversation: &mut Conversation, name: &str, as_json: bool) -> Result<(), Failure> {
    let name = ProfileName::parse(name)?;
    let attempt = conversation.attempt();
    conversation.send(Command::WhoAmI { attempt, name });
    let identified = conversation.wait(|event| match event {
        Event::WhoIs(_, _, identified) => Some(identified),
        _ => None,
    })?;
    if as_json {
        let fields = identified.fields.into_iter().map(|(label, value)| (label, Json::from(value)));
        print::json(&Json::from(fields.collect::<Map<_, _>>()));
        return Ok(());
    }
    for (label, value) in &identified.fields {
        print::result(&format!("{label:18} {value}"));
    }
    if identified.fields.is_empty() {
        print::note("The service accepts the token but does not name the account.");
    }
    Ok(())
}
