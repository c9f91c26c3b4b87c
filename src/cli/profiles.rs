//! Commands about saved profiles: `list`, `show`, `duplicate` and `rename`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};

use crate::app::{EXPIRING, Failure, OpenedProfile, ProfileState, ProfileSummary, VaultState};
use crate::cli::print;
use crate::cli::runner::Runner;
use crate::diagnosis::Diagnosis;
use crate::oauth::{Freshness, TokenSet, decode_jwt};
use crate::service::{ProfileName, Tags};

pub(crate) fn list(runner: &Runner, tags: &[String], as_json: bool) -> Result<(), Failure> {
    let tags = Tags::parse(tags)?;
    let vault = runner.run(async { Ok(runner.app.probe_vault().await) })?;
    let mut profiles = runner.run(runner.app.profiles())?;
    if !tags.is_empty() {
        profiles.retain(|profile| profile.tags.contains_all(&tags));
    }
    if let VaultState::NoKeyring(problem)
    | VaultState::NeedsChoice(problem)
    | VaultState::NeedsPassphrase { problem: Some(problem), .. } = vault
    {
        print::warning(&problem);
    }
    let now = Timestamp::now();
    if as_json {
        let list: Vec<Json> = profiles.iter().map(|profile| summary_json(profile, now)).collect();
        print::json(&Json::from(list));
    } else if profiles.is_empty() && !tags.is_empty() {
        print::note(&format!("No profile is tagged {tags}."));
    } else if profiles.is_empty() {
        print::note("No profiles yet. Start with: tokenwright sign-in demo --service practice");
    } else {
        let mut rows = vec![["PROFILE", "SERVICE", "STATE", "EXPIRES"].map(Cow::from).to_vec()];
        let zone = TimeZone::system();
        rows.extend(profiles.iter().map(|profile| row(profile, now, &zone)));
        if profiles.iter().any(|profile| profile.shared) {
            let shared = profiles.iter().map(|profile| if profile.shared { "team" } else { "" });
            rows.iter_mut().zip(std::iter::once("SHARED").chain(shared)).for_each(|(row, text)| row.push(text.into()));
        }
        if profiles.iter().any(|profile| !profile.tags.is_empty()) {
            let tags = profiles.iter().map(|profile| profile.tags.as_str());
            rows.iter_mut().zip(std::iter::once("TAGS").chain(tags)).for_each(|(row, text)| row.push(text.into()));
        }
        if profiles.iter().any(|profile| !profile.display_name.is_empty()) {
            // Last, because the width of other scripts on a terminal is unknown.
            let names = profiles.iter().map(|profile| profile.display_name.as_str());
            let names = std::iter::once("DISPLAY NAME").chain(names);
            rows.iter_mut().zip(names).for_each(|(row, name)| row.push(name.into()));
        }
        print::table(&rows);
        for profile in &profiles {
            tell_trouble(profile, now);
        }
        // The program ends now: to give back what 10,000 profiles take is time lost.
        std::mem::forget(rows);
    }
    std::mem::forget(profiles);
    Ok(())
}

/// Problems of a profile that its line does not show.
fn tell_trouble(profile: &ProfileSummary, now: Timestamp) {
    let Some(trouble) = profile.state.trouble(now) else { return };
    match &profile.state {
        ProfileState::Broken(_) => {}
        ProfileState::Tokens { .. } => {
            let summary = format!("{}: {}", profile.name, trouble.summary);
            print::warning(&Diagnosis { summary, ..trouble });
        }
        _ => print::warning(&trouble),
    }
}

fn row<'p>(profile: &'p ProfileSummary, now: Timestamp, zone: &TimeZone) -> Vec<Cow<'p, str>> {
    let expires: Cow<'_, str> = match &profile.state {
        ProfileState::Tokens { expires_at: Some(at), .. } | ProfileState::NeedsSignIn { expires_at: Some(at), .. } => {
            in_zone(*at, zone).into()
        }
        ProfileState::Tokens { expires_at: None, .. } => "not known".into(),
        ProfileState::Broken(diagnosis) => diagnosis.summary.as_str().into(),
        ProfileState::NeedsSignIn { .. } | ProfileState::Stale(_) | ProfileState::SignedOut | ProfileState::Closed => {
            "".into()
        }
    };
    let word = profile.state.label(now);
    let state = if profile.draft { format!("draft, {word}").into() } else { word.into() };
    vec![profile.name.as_str().into(), profile.service.as_str().into(), state, expires]
}

fn summary_json(profile: &ProfileSummary, now: Timestamp) -> Json {
    let (expires_at, refreshable) = match &profile.state {
        ProfileState::Tokens { expires_at, refreshable, .. } => {
            (expires_at.map(|at| at.to_string()), Some(*refreshable))
        }
        ProfileState::NeedsSignIn { expires_at, .. } => (expires_at.map(|at| at.to_string()), Some(false)),
        _ => (None, None),
    };
    json!({
        "name": profile.name.as_str(),
        "display_name": text(profile.display_name.as_str()),
        "service": profile.service_id,
        "service_name": profile.service,
        "environment": text(&profile.environment),
        "tags": profile.tags.iter().collect::<Vec<_>>(),
        "state": profile.state.label(now),
        "expires_at": expires_at,
        "refreshable": refreshable,
        "trouble": profile.state.trouble(now).map(|trouble| trouble.summary),
        "keep_alive": profile.keep_alive,
        "shared": profile.shared,
        "draft": profile.draft,
    })
}

/// `null` for an empty text.
fn text(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

pub(crate) fn local(at: Timestamp) -> String {
    in_zone(at, &TimeZone::system())
}

fn in_zone(at: Timestamp, zone: &TimeZone) -> String {
    let at = zone.to_datetime(at);
    format!("{} {:02}:{:02}:{:02}", at.date(), at.hour(), at.minute(), at.second())
}

pub(crate) fn show(runner: &Runner, name: &str, as_json: bool) -> Result<(), Failure> {
    let name = ProfileName::parse(name)?;
    let opened = runner.run(runner.app.open(&name))?;
    let now = Timestamp::now();
    let trouble = opened.state.trouble(now);
    let facts = facts(&name, &opened, now);
    if as_json {
        print::json(&facts);
        return Ok(());
    }
    // Problems follow the facts, each with its remedy.
    for (key, value) in
        facts.as_object().into_iter().flatten().filter(|(key, _)| !["trouble", "team"].contains(&key.as_str()))
    {
        let text = match value {
            Json::Null => continue,
            Json::String(text) => text.clone(),
            Json::Array(items) if items.is_empty() && key == "tags" => continue,
            Json::Array(items) => items.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(" "),
            Json::Object(fields) if fields.is_empty() => continue,
            Json::Object(fields) => {
                let line = |(name, value): (&String, &Json)| format!("{name}: {}", plain(value)).replace('\n', " ");
                fields.iter().map(line).collect::<Vec<_>>().join("\n")
            }
            value => value.to_string(),
        };
        // Notes have several lines, and so have lists of names and values; each is shown as one.
        let mut label = key.replace('_', " ");
        for line in text.split('\n') {
            print::result(format!("{:18} {line}", std::mem::take(&mut label)).trim_end());
        }
    }
    if let Some(shared) = &opened.shared {
        let line = |label: &str, text: &str| print::result(&format!("{label:18} {text}"));
        line("team", &format!("{}: {}", shared.team, shared.members.join(", ")));
        for (label, by) in [("last written", &shared.last), ("refreshing", &shared.refreshing)] {
            if let Some((by, at)) = by {
                line(label, &format!("{}, {by}", local(*at)));
            }
        }
    }
    let unread = opened.context.tokens.as_ref().and_then(TokenSet::unread_life_note);
    trouble.iter().chain(&unread).for_each(print::warning);
    Ok(())
}

/// A text without quotation marks, and all else as JSON.
fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn facts(name: &ProfileName, opened: &OpenedProfile, now: Timestamp) -> Json {
    let context = &opened.context;
    let profile = &context.profile;
    let tokens = context.tokens.as_ref();
    let at = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let claims = tokens.and_then(|tokens| decode_jwt(&tokens.access_token)).map(|jwt| jwt.claims);
    let sources: BTreeMap<&String, String> =
        context.sources.iter().map(|(value, bound)| (value, bound.source.to_string())).collect();
    let parameters: BTreeMap<&String, &str> = profile.extra.iter().map(|own| (&own.name, own.value.source())).collect();
    json!({
        "name": name.as_str(),
        "display_name": text(profile.display_name.as_str()),
        "tags": profile.tags.iter().collect::<Vec<_>>(),
        "notes": text(profile.notes.as_str()),
        "service": profile.service.id,
        "environment": text(profile.environment()),
        "account": text(&profile.account),
        "client_id": profile.client_id,
        "redirect_uri": profile.redirect_uri,
        "inputs": profile.inputs,
        "read_from": sources,
        "scopes": profile.scopes,
        "authorization_parameters": parameters,
        "authorization_details": profile.service.authorization_details(),
        "token_details": profile.service.token_details(),
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
        "team": opened.shared.as_ref().map(|shared| json!({
            "name": shared.team,
            "members": shared.members,
            "last_written_by": shared.last.as_ref().map(|(by, _)| by.to_string()),
            "last_written_at": at(shared.last.as_ref().map(|(_, at)| *at)),
            "refreshing": shared.refreshing.as_ref().map(|(by, _)| by.to_string()),
        })),
        "resources": tokens.map(|tokens| resources(tokens, now)),
        "values": tokens.map(|tokens| tokens.retained.clone()),
        "claims": claims,
        "policy": Some(&profile.service.policy.description).filter(|text| !text.is_empty()),
    })
}

/// The access tokens for other APIs, and until when each is valid.
fn resources(tokens: &TokenSet, now: Timestamp) -> BTreeMap<&String, String> {
    let until = |at: Option<Timestamp>| {
        at.map_or_else(
            || "valid".to_owned(),
            |at| {
                let word = if at > now { "until" } else { "ended" };
                format!("{word} {at}")
            },
        )
    };
    tokens.for_resources.iter().map(|(name, token)| (name, until(token.expires_at))).collect()
}

fn state(state: &ProfileState, tokens: Option<&TokenSet>, now: Timestamp) -> String {
    let Some(tokens) = tokens else { return "signed out".to_owned() };
    let until = tokens.expires_at.map(|at| format!(" ({})", local(at))).unwrap_or_default();
    if state.wants_sign_in() {
        return format!("{}{until}", state.label(now));
    }
    match tokens.freshness(now, EXPIRING) {
        Freshness::Fresh => format!("fresh{until}"),
        Freshness::Expiring => format!("expiring{until}"),
        Freshness::Expired => format!("expired{until}"),
    }
}

pub(crate) fn duplicate(runner: &Runner, name: &str, new: &str) -> Result<(), Failure> {
    let (name, new) = (ProfileName::parse(name)?, ProfileName::parse(new)?);
    runner.run(runner.app.duplicate(&name, &new))?;
    print::result(&format!("{new}: a copy of {name}, without its tokens"));
    print::note(&format!("It has no keep-alive and no exported files either. Next: tokenwright sign-in {new}"));
    Ok(())
}

pub(crate) fn rename(runner: &Runner, name: &str, new: &str) -> Result<(), Failure> {
    let (name, new) = (ProfileName::parse(name)?, ProfileName::parse(new)?);
    let is_shared = runner.run(runner.app.is_shared(&name)).unwrap_or_default();
    let renamed = runner.run(runner.app.rename(&name, &new))?;
    print::result(&format!("{name}: renamed to {new}{}", if is_shared { ", for the whole team" } else { "" }));
    for path in &renamed.rewritten {
        print::note(&format!("Written anew with the new name: {path}"));
    }
    renamed.problems.iter().for_each(print::warning);
    Ok(())
}
