//! `tokenwright list`.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};

use crate::app::{Command, Event, Failure, ProfileState, ProfileSummary, VaultState};
use crate::cli::conversation::Conversation;
use crate::cli::print;
use crate::diagnosis::Diagnosis;

pub(crate) fn run(conversation: &mut Conversation, as_json: bool) -> Result<(), Failure> {
    conversation.send(Command::ListProfiles);
    let profiles = conversation.wait(|event| match event {
        Event::Vault(
            VaultState::NoKeyring(problem)
            | VaultState::NeedsChoice(problem)
            | VaultState::NeedsPassphrase { problem: Some(problem), .. },
        ) => {
            print::warning(&problem);
            None
        }
        Event::Profiles(profiles) => Some(profiles),
        _ => None,
    })?;
    let now = Timestamp::now();
    if as_json {
        let list: Vec<Json> = profiles.iter().map(|profile| summary_json(profile, now)).collect();
        print::json(&Json::from(list));
    } else if profiles.is_empty() {
        print::note("No profiles yet. Start with: tokenwright sign-in demo --service practice");
    } else {
        let mut rows = vec![["PROFILE", "SERVICE", "STATE", "EXPIRES"].map(str::to_owned).to_vec()];
        rows.extend(profiles.iter().map(|profile| row(profile, now)));
        if profiles.iter().any(|profile| !profile.display_name.is_empty()) {
            // Last: how wide other scripts are drawn is not known.
            let names = profiles.iter().map(|profile| profile.display_name.to_string());
            let names = std::iter::once("DISPLAY NAME".to_owned()).chain(names);
            rows.iter_mut().zip(names).for_each(|(row, name)| row.push(name));
        }
        print::table(&rows);
        for profile in &profiles {
            tell_trouble(profile, now);
        }
    }
    Ok(())
}

/// What is wrong with a profile beyond what its line says.
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

fn row(profile: &ProfileSummary, now: Timestamp) -> Vec<String> {
    let expires = match &profile.state {
        ProfileState::Tokens { expires_at: Some(at), .. } | ProfileState::NeedsSignIn { expires_at: Some(at), .. } => {
            local(*at)
        }
        ProfileState::Tokens { expires_at: None, .. } => "not known".to_owned(),
        ProfileState::Broken(diagnosis) => diagnosis.summary.clone(),
        ProfileState::NeedsSignIn { .. } | ProfileState::Stale(_) | ProfileState::SignedOut | ProfileState::Closed => {
            String::new()
        }
    };
    let word = profile.state.word(now);
    let state = if profile.draft { format!("draft, {word}") } else { word.to_owned() };
    vec![profile.name.to_string(), profile.service.clone(), state, expires]
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
        "display_name": Some(profile.display_name.as_str()).filter(|name| !name.is_empty()),
        "service": profile.service_id,
        "service_name": profile.service,
        "state": profile.state.word(now),
        "expires_at": expires_at,
        "refreshable": refreshable,
        "trouble": profile.state.trouble(now).map(|trouble| trouble.summary),
        "keep_alive": profile.keep_alive,
        "draft": profile.draft,
    })
}

/// A time as the person's clock shows it.
pub(crate) fn local(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
