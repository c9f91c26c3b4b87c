//! `tokenwright token` and `tokenwright refresh`.

use std::time::Duration;

use serde_json::json;

use crate::cli::args::TokenOptions;
use crate::cli::conversation::Conversation;
use crate::cli::{list, print};
use crate::oauth::TokenSet;
use crate::service::ProfileName;
use crate::wizard::{Command, Event, Failure, SavedToken};

pub(crate) fn run(conversation: &mut Conversation, options: &TokenOptions) -> Result<(), Failure> {
    let SavedToken { tokens, .. } = ask(conversation, &options.name, Some(options.min_valid))?;
    print_token(&tokens, options);
    Ok(())
}

/// Prints a token as it was asked for.
pub fn print_token(tokens: &TokenSet, options: &TokenOptions) {
    let access_token = tokens.access_token.expose();
    if options.header {
        // Services that answer `bearer` want `Bearer` all the same (RFC 6750 section 2.1).
        let scheme = if tokens.token_type.eq_ignore_ascii_case("bearer") { "Bearer" } else { &tokens.token_type };
        print::result(&format!("Authorization: {scheme} {access_token}"));
    } else if options.json {
        let text = json!({
            "access_token": access_token,
            "token_type": tokens.token_type,
            "expires_at": tokens.expires_at.map(|at| at.to_string()),
            "scope": tokens.scopes.as_ref().map(|scopes| scopes.join(" ")),
            "values": tokens.kept,
        });
        print::result(&text.to_string());
    } else {
        print::result(access_token);
    }
}

pub(crate) fn refresh(conversation: &mut Conversation, name: &str) -> Result<(), Failure> {
    let token = ask(conversation, name, None)?;
    let until = match token.tokens.expires_at {
        Some(at) => format!("valid until {}", list::local(at)),
        None => "without a known expiry".to_owned(),
    };
    print::result(&format!("{}: refreshed, {until}", token.name));
    Ok(())
}

fn ask(conversation: &mut Conversation, name: &str, min_valid: Option<Duration>) -> Result<SavedToken, Failure> {
    let name = ProfileName::parse(name)?;
    let attempt = conversation.attempt();
    conversation.send(Command::Token { attempt, name, min_valid });
    conversation.wait(|event| match event {
        Event::Token(_, token) => Some(*token),
        _ => None,
    })
}
