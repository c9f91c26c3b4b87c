//! What is known of tokens: their state, and what the service granted with them.

use std::time::Duration;

use egui::Ui;
use jiff::Timestamp;

use crate::app::{EXPIRING, SharedWith};
use crate::gui::draft::Draft;
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{countdown_text, key_values, notice, secondary_button};
use crate::oauth::{Freshness, TokenSet};
use crate::service::ProfileDraft;

/// The tokens' values, scopes and what else the service said of them; what is missing of what was requested.
pub(crate) fn granted_ui(ui: &mut Ui, draft: &mut Draft, tokens: &TokenSet, shared: Option<&SharedWith>) {
    let asked = draft.profile.as_ref().map(ProfileDraft::scopes).unwrap_or_default();
    let is_shown = draft.tokens_step.revealed.tokens;
    key_values(ui, |rows| {
        if tokens.needs_proof() {
            // Alone it would be refused, and it is not to leave as a bearer token.
            rows.text("Access token", "bound to a key: each request needs a proof of it, which Copy curl makes");
        } else {
            rows.secret("Access token", &tokens.access_token, is_shown);
        }
        rows.text("Type", &type_words(draft, tokens));
        if let Some(token) = &tokens.refresh_token {
            rows.secret("Refresh token", token, is_shown);
        }
        rows.text("Scopes granted", &granted_words(tokens, &asked));
        for (name, value) in &tokens.retained {
            rows.copyable(name, value);
        }
        if let Some(SharedWith { team, members, last, refreshing }) = shared {
            rows.text("Shared with", &format!("{team}: {}", members.join(", ")));
            for (label, by) in [("Last written", last), ("Being refreshed", refreshing)] {
                if let Some((by, at)) = by {
                    rows.text(label, &format!("{}, {by}", draft.clock.show(*at)));
                }
            }
        }
    });
    let words = if is_shown { "Hide tokens" } else { "Show tokens" };
    if secondary_button(ui, words).clicked() {
        draft.tokens_step.revealed.tokens = !is_shown;
    }
    let service = draft.profile.as_ref().map(|profile| &profile.service);
    let missing = service.map(|service| service.not_granted(&asked, tokens)).unwrap_or_default();
    if !missing.is_empty() {
        notice(ui, Tone::Warning, "Requested but not granted", &missing.join(" "));
    }
    let details = service.map(|service| service.details_not_granted(tokens)).unwrap_or_default();
    if !details.is_empty() {
        notice(ui, Tone::Warning, "Authorization details not granted", &details.join(" "));
    }
    if let Some(note) = tokens.unread_life_note() {
        notice(ui, Tone::Warning, &note.summary, note.hint.as_deref().unwrap_or_default());
    }
    // How the service's tokens live.
    let policy = service.map(|service| &service.policy.description);
    if let Some(words) = policy.filter(|words| !words.is_empty()) {
        ui.label(small(ui, words));
    }
}

/// What the service calls the token, and the header that carries it where the two differ.
fn type_words(draft: &Draft, tokens: &TokenSet) -> String {
    let header = draft.profile.as_ref().map(|profile| profile.service.token_header(&tokens.token_type));
    match header {
        Some(header) if !header.is_bearer() || !tokens.token_type.eq_ignore_ascii_case("bearer") => {
            format!("{}, sent as {header}", tokens.token_type)
        }
        _ => tokens.token_type.clone(),
    }
}

/// Whether new tokens can be had without a person: by a refresh request, or by the token request once more.
pub(crate) fn is_renewable(draft: &Draft, tokens: &TokenSet) -> bool {
    let Some(profile) = &draft.profile else { return false };
    tokens.refresh_token.is_some() || profile.service.asks_again() || profile.service.policy.renews_access_token
}

/// The state of the access token. One that has expired and can be renewed is no fault.
pub(crate) fn access_state(expires_at: Option<Timestamp>, now: Timestamp, is_renewable: bool) -> (Tone, String) {
    let Some(at) = expires_at else { return (Tone::Success, "valid, without a known expiry".to_owned()) };
    match Freshness::of(expires_at, now, EXPIRING) {
        Freshness::Fresh => (Tone::Success, format!("fresh, {} left", left(at, now))),
        Freshness::Expiring => (Tone::Warning, format!("expiring, {} left", left(at, now))),
        Freshness::Expired if is_renewable => (Tone::Info, "expired, and refreshed at the next use".to_owned()),
        Freshness::Expired => (Tone::Danger, "expired".to_owned()),
    }
}

pub(crate) fn left(at: Timestamp, now: Timestamp) -> String {
    countdown_text(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

/// When the refresh token ends, where there is one.
pub(crate) fn refresh_token_words(draft: &Draft, tokens: &TokenSet) -> String {
    let clock = &draft.clock;
    match (&tokens.refresh_token, tokens.refresh_token_expires_at) {
        (None, _) if draft.profile.as_ref().is_some_and(|profile| profile.service.signs_tokens()) => {
            "none is needed: the next token is signed here".to_owned()
        }
        (None, _) if is_renewable(draft, tokens) => "none is needed: the token is requested anew".to_owned(),
        (None, _) => "none: sign in again when the access token expires".to_owned(),
        (Some(_), Some(at)) if at <= clock.now => "expired: sign in again".to_owned(),
        (Some(_), Some(at)) => format!("valid until {}, {} left", clock.show(at), left(at, clock.now)),
        (Some(_), None) => "valid, without a known end".to_owned(),
    }
}

fn granted_words(tokens: &TokenSet, asked: &[String]) -> String {
    match &tokens.scopes {
        None if asked.is_empty() => "the service did not say".to_owned(),
        None => format!("as requested: {}", asked.join(" ")),
        Some(scopes) if scopes.is_empty() => "none".to_owned(),
        Some(scopes) => scopes.join(" "),
    }
}
