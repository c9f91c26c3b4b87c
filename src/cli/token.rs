//! `tokenwright token` and `tokenwright refresh`.

use serde_json::json;

use crate::app::{Command, Event, Failure, FailureKind, Need, SavedToken};
use crate::cli::args::TokenOptions;
use crate::cli::conversation::Conversation;
use crate::cli::{list, print};
use crate::diagnosis::Diagnosis;
use crate::oauth::{TokenHeader, TokenSet};
use crate::service::ProfileName;

pub(crate) fn run(conversation: &mut Conversation, options: &TokenOptions) -> Result<(), Failure> {
    let need = options.min_valid.map_or(Need::Usable, Need::ValidFor);
    let (SavedToken { tokens, header, .. }, unkept) = ask(conversation, &options.name, need)?;
    unkept.iter().for_each(print::warning);
    print_token(&tokens, &header, options);
    Ok(())
}

/// Tells what a person should know of a token.
pub fn print_notes(notes: &[Diagnosis]) {
    notes.iter().for_each(print::warning);
}

/// Prints a token as it was asked for.
pub fn print_token(tokens: &TokenSet, header: &TokenHeader, options: &TokenOptions) {
    let access_token = tokens.access_token.expose();
    if options.header {
        print::data(&header.line(access_token));
    } else if options.json {
        let mut text = json!({
            "access_token": access_token,
            // What readers put before the token, so not what the service calls it.
            "token_type": header.token_type(),
            "expires_at": tokens.expires_at.map(|at| at.to_string()),
            "scope": tokens.scopes.as_ref().map(|scopes| scopes.join(" ")),
            "values": tokens.retained,
        });
        if !header.is_authorization() || header.scheme().is_none() {
            text["header"] = header.name().into();
        }
        print::json(&text);
    } else {
        print::data(access_token);
    }
}

pub(crate) fn refresh(conversation: &mut Conversation, name: &str) -> Result<(), Failure> {
    let (token, unkept) = ask(conversation, name, Need::New)?;
    if let Some(unkept) = unkept {
        return Err(Failure::new(FailureKind::Vault, unkept));
    }
    let until = match token.tokens.expires_at {
        Some(at) => format!("valid until {}", list::local(at)),
        None => "without a known expiry".to_owned(),
    };
    print::result(&format!("{}: refreshed, {until}", token.name));
    Ok(())
}

/// The token, and why what came with it is not kept.
fn ask(conversation: &mut Conversation, name: &str, need: Need) -> Result<(SavedToken, Option<Diagnosis>), Failure> {
    let name = ProfileName::parse(name)?;
    let attempt = conversation.attempt();
    conversation.send(Command::Token { attempt, name, need });
    let mut unkept = None;
    let token = conversation.wait(|event| match event {
        Event::Token(_, token) => Some(*token),
        Event::Unkept(name, why) => {
            unkept = Some(lost(&name, why));
            None
        }
        _ => None,
    })?;
    print_notes(&token.notes);
    Ok((token, unkept))
}

/// A command cannot hold on to what the disk does not take, so it says what is lost when it ends.
fn lost(name: &ProfileName, why: Diagnosis) -> Diagnosis {
    let mend = why.hint.clone().map(|hint| format!("{hint}. ")).unwrap_or_default();
    let ways = format!("`tokenwright refresh {name}` shows whether the old one still works; otherwise sign in again");
    why.hint(format!("{mend}The new refresh token is lost when this command exits: {ways}"))
}
