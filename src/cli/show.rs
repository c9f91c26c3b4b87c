//! `tokenwright show`: a profile without its secrets.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::cli::conversation::Conversation;
use crate::cli::{list, print};
use crate::oauth::{Freshness, TokenSet, decode_jwt};
use crate::service::ProfileName;
use crate::wizard::{Failure, Material};

pub(crate) fn run(conversation: &mut Conversation, name: &str, as_json: bool) -> Result<(), Failure> {
    let name = ProfileName::parse(name)?;
    let material = conversation.open(&name)?.material;
    let facts = facts(&name, &material);
    if as_json {
        print::result(&facts.to_string());
        return Ok(());
    }
    for (key, value) in facts.as_object().into_iter().flatten() {
        let text = match value {
            Json::Null => continue,
            Json::String(text) => text.clone(),
            Json::Array(items) => items.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(" "),
            Json::Object(fields) if fields.is_empty() => continue,
            value => value.to_string(),
        };
        print::result(&format!("{:18} {text}", key.replace('_', " ")));
    }
    Ok(())
}

fn facts(name: &ProfileName, material: &Material) -> Json {
    let profile = &material.profile;
    let tokens = material.tokens.as_ref();
    let at = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let claims = tokens.and_then(|tokens| decode_jwt(&tokens.access_token)).map(|jwt| jwt.claims);
    json!({
        "name": name.as_str(),
        "service": profile.service.id,
        "client_id": profile.client_id,
        "redirect_uri": profile.redirect_uri,
        "inputs": profile.inputs,
        "scopes": profile.scopes,
        "scopes_granted": tokens.and_then(|tokens| tokens.scopes.clone()),
        "state": state(tokens),
        "token_type": tokens.map(|tokens| tokens.token_type.clone()),
        "obtained_at": at(tokens.map(|tokens| tokens.obtained_at)),
        "expires_at": at(tokens.and_then(|tokens| tokens.expires_at)),
        "refresh_token": tokens.map(|tokens| if tokens.refresh_token.is_some() { "kept" } else { "none" }),
        "refresh_token_expires_at": at(tokens.and_then(|tokens| tokens.refresh_token_expires_at)),
        "values": tokens.map(|tokens| tokens.kept.clone()),
        "claims": claims,
        "policy": Some(&profile.service.policy.words).filter(|words| !words.is_empty()),
    })
}

fn state(tokens: Option<&TokenSet>) -> String {
    let Some(tokens) = tokens else { return "signed out".to_owned() };
    let until = tokens.expires_at.map(|at| format!(" ({})", list::local(at))).unwrap_or_default();
    match tokens.freshness(Timestamp::now(), crate::wizard::EXPIRING) {
        Freshness::Fresh => format!("fresh{until}"),
        Freshness::Expiring => format!("expiring{until}"),
        Freshness::Expired => format!("expired{until}"),
    }
}
