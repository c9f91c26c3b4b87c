//! What is known of tokens: their state, and what the service granted with them.

use std::time::Duration;

use egui::Ui;
use jiff::Timestamp;

use crate::app::{EXPIRING, SharedWith};
use crate::gui::drafts::Draft;
use crate::gui::texts::{common, tokens as texts};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{banner, countdown_text, key_values, notice, secondary_button};
use crate::oauth::{Freshness, TokenSet};
use crate::service::ProfileDraft;

/// The tokens' values, scopes and what else the service said of them; what is missing of what was requested.
pub(crate) fn granted_ui(ui: &mut Ui, draft: &mut Draft, tokens: &TokenSet, shared: Option<&SharedWith>) {
    let asked = draft.profile.as_ref().map(ProfileDraft::scopes).unwrap_or_default();
    let is_shown = draft.tokens_step.revealed.tokens;
    key_values(ui, |rows| {
        if tokens.needs_proof() {
            // Alone it would be refused, and it is not to leave as a bearer token.
            rows.text(common::ACCESS_TOKEN, texts::BOUND_TO_KEY);
        } else {
            rows.secret(common::ACCESS_TOKEN, &tokens.access_token, is_shown);
        }
        rows.text(texts::TYPE, &type_words(draft, tokens));
        if let Some(token) = &tokens.refresh_token {
            rows.secret(common::REFRESH_TOKEN, token, is_shown);
        }
        rows.text(texts::SCOPES_GRANTED, &granted_words(tokens, &asked));
        for (name, value) in &tokens.retained {
            rows.copyable(name, value);
        }
        if let Some(SharedWith { team, members, last, refreshing }) = shared {
            rows.text(texts::SHARED_WITH, &format!("{team}: {}", members.join(", ")));
            for (label, by) in [(texts::LAST_WRITTEN, last), (texts::BEING_REFRESHED, refreshing)] {
                if let Some((by, at)) = by {
                    rows.text(label, &format!("{}, {by}", draft.clock.show(*at)));
                }
            }
        }
    });
    let words = if is_shown { texts::HIDE_TOKENS } else { texts::SHOW_TOKENS };
    if secondary_button(ui, words).clicked() {
        draft.tokens_step.revealed.tokens = !is_shown;
    }
    let service = draft.profile.as_ref().map(|profile| &profile.service);
    let missing = service.map(|service| service.not_granted(&asked, tokens)).unwrap_or_default();
    if !missing.is_empty() {
        notice(ui, Tone::Warning, texts::SCOPES_NOT_GRANTED, &missing.join(" "));
    }
    let details = service.map(|service| service.details_not_granted(tokens)).unwrap_or_default();
    if !details.is_empty() {
        notice(ui, Tone::Warning, texts::DETAILS_NOT_GRANTED, &details.join(" "));
    }
    if let Some(note) = tokens.unread_life_note() {
        banner(ui, Tone::Warning, &note);
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
            texts::sent_as(&tokens.token_type, header)
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
    let Some(at) = expires_at else { return (Tone::Success, texts::VALID_WITHOUT_EXPIRY.to_owned()) };
    match Freshness::of(expires_at, now, EXPIRING) {
        Freshness::Fresh => (Tone::Success, texts::fresh(left(at, now))),
        Freshness::Expiring => (Tone::Warning, texts::expiring(left(at, now))),
        Freshness::Expired if is_renewable => (Tone::Info, texts::EXPIRED_AND_REFRESHED.to_owned()),
        Freshness::Expired => (Tone::Danger, common::EXPIRED.to_owned()),
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
            texts::NONE_NEEDED_SIGNED.to_owned()
        }
        (None, _) if is_renewable(draft, tokens) => texts::NONE_NEEDED_REQUESTED.to_owned(),
        (None, _) => texts::NO_REFRESH_TOKEN.to_owned(),
        (Some(_), Some(at)) if at <= clock.now => texts::EXPIRED_SIGN_IN.to_owned(),
        (Some(_), Some(at)) => texts::valid_until(clock.show(at), left(at, clock.now)),
        (Some(_), None) => texts::VALID_WITHOUT_EXPIRY.to_owned(),
    }
}

fn granted_words(tokens: &TokenSet, asked: &[String]) -> String {
    match &tokens.scopes {
        None if asked.is_empty() => texts::SCOPES_NOT_SAID.to_owned(),
        None => texts::as_requested(asked.join(" ")),
        Some(scopes) if scopes.is_empty() => common::NONE.to_owned(),
        Some(scopes) => scopes.join(" "),
    }
}
