//! `tokenwright show`: a profile without its secrets.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::app::{Failure, OpenedProfile, ProfileState};
use crate::cli::conversation::Conversation;
use crate::cli::{list, print};
use crate::oauth::{Freshness, TokenSet, decode_jwt};
use crate::service::ProfileName;

pub(crate) fn run(conversation: &mut Conversation, name: &str, as_json: bool) -> Result<(), Failure> {
    let name = ProfileName::parse(name)?;
    let opened = conversation.open(&name)?;
    let now = Timestamp::now();
    let trouble = opened.state.trouble(now);
    let facts = facts(&name, &opened, now);
    if as_json {
        print::json(&facts);
        return Ok(());
    }
    // What is wrong is told beside the facts, with what mends it.
    for (key, value) in facts.as_object().into_iter().flatten().filter(|(key, _)| *key != "trouble") {
        let text = match value {
            Json::Null => continue,
            Json::String(text) => text.clone(),
            Json::Array(items) => items.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(" "),
            Json::Object(fields) if fields.is_empty() => continue,
            value => value.to_string(),
        };
        print::result(&format!("{:18} {text}", key.replace('_', " ")));
    }
    let unread = opened.material.tokens.as_ref().and_then(TokenSet::unread_life_note);
    trouble.iter().chain(&unread).for_each(print::warning);
    Ok(())
}

fn facts(name: &ProfileName, opened: &OpenedProfile, now: Timestamp) -> Json {
    let material = &opened.material;
    let profile = &material.profile;
    let tokens = material.tokens.as_ref();
    let at = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let claims = tokens.and_then(|tokens| decode_jwt(&tokens.access_token)).map(|jwt| jwt.claims);
    json!({
        "name": name.as_str(),
        "display_name": Some(profile.display_name.as_str()).filter(|name| !name.is_empty()),
        "service": profile.service.id,
        "client_id": profile.client_id,
        "redirect_uri": profile.redirect_uri,
        "inputs": profile.inputs,
        "scopes": profile.scopes,
        "scopes_granted": tokens.and_then(|tokens| tokens.scopes.clone()),
        "state": state(&opened.state, tokens, now),
        "trouble": opened.state.trouble(now).map(|trouble| trouble.summary),
        "token_type": tokens.map(|tokens| tokens.token_type.clone()),
        "header": tokens.map(|tokens| profile.service.token_header(&tokens.token_type).to_string()),
        "obtained_at": at(tokens.map(|tokens| tokens.obtained_at)),
        "expires_at": at(tokens.and_then(|tokens| tokens.expires_at)),
        "life_not_understood": tokens.map(|tokens| tokens.unread_life.clone()).filter(|names| !names.is_empty()),
        "refresh_token": tokens.map(|tokens| if tokens.refresh_token.is_some() { "kept" } else { "none" }),
        "refresh_token_expires_at": at(tokens.and_then(|tokens| tokens.refresh_token_expires_at)),
        "values": tokens.map(|tokens| tokens.retained.clone()),
        "claims": claims,
        "policy": Some(&profile.service.policy.words).filter(|words| !words.is_empty()),
    })
}

fn state(state: &ProfileState, tokens: Option<&TokenSet>, now: Timestamp) -> String {
    let Some(tokens) = tokens else { return "signed out".to_owned() };
    let until = tokens.expires_at.map(|at| format!(" ({})", list::local(at))).unwrap_or_default();
    if state.wants_sign_in() {
        return format!("{}{until}", state.word(now));
    }
    match tokens.freshness(now, crate::app::EXPIRING) {
        Freshness::Fresh => format!("fresh{until}"),
        Freshness::Expiring => format!("expiring{until}"),
        Freshness::Expired => format!("expired{until}"),
    }
}
