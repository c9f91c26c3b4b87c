//! The page of a saved profile: the state of its tokens, and what one does with it from day to day.

pub(super) mod history;
pub(super) mod naming;
pub(super) mod parts;
pub(super) mod registered_client;
pub(super) mod resource_tokens;
pub(super) mod token_facts;

use egui::Ui;
use jiff::Timestamp;

use crate::diagnosis::Diagnosis;
use crate::gui::actions::queries::QUERIES;
use crate::gui::desktop::copied_token::CopiedToken;
use crate::gui::drafts::Draft;
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Stand, Work};
use crate::gui::screens::frame::{news, questions};
use crate::gui::screens::pages::calendar;
use crate::gui::screens::steps::{actions, save, strict, tokens};
use crate::gui::screens::{intent_button, waiting_row, want};
use crate::gui::texts::{common, home as texts};
use crate::gui::theme::{Tone, shown, small};
use crate::gui::widgets::{
    ButtonKind, banner, banner_with, copied_elsewhere_button, disclosure, heading, key_values, labelled_segmented,
    notice, page, secondary_button, section, status_dot,
};
use crate::oauth::TokenSet;
use crate::service::{CheckEvery, ProfileName};

/// Shows the page.
pub(crate) fn home_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, name: &ProfileName) {
    let top = std::mem::take(&mut draft.next_view.to_top);
    page(ui, ("home", name.as_str()), top, false, |ui| {
        news::news_ui(ui, model, draft);
        title_ui(ui, model, draft, name);
        parts::more_ui(ui, model, draft, name);
        tokens::trouble_ui(ui, model, draft);
        tokens_ui(ui, model, draft, name);
        tokens::choosing_ui(ui, model);
        account_ui(ui, model, draft, name);
        parts::details_ui(ui, model, draft, name);
        registered_client::registration_ui(ui, model, draft, name);
        parts::remarks_ui(ui, draft);
        strict::strict_ui(ui, draft);
        disclosure(ui, texts::HISTORY, false, |ui| history::history_ui(ui, model, draft, name));
    });
}

/// The name, and what it is of.
fn title_ui(ui: &mut Ui, model: &Model, draft: &Draft, name: &ProfileName) {
    let listed = model.profiles.iter().find(|profile| profile.name == *name);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        let title = model.shown_name(name);
        heading(ui, title);
        let service = draft.profile.as_ref().map(|profile| profile.service.name.as_str());
        let plain = (title != name.as_str()).then_some(name.as_str());
        let environment = listed.map(|listed| listed.environment.as_str()).filter(|words| !words.is_empty());
        let team = listed.is_some_and(|listed| listed.shared).then_some(texts::SHARED);
        let account = model.known_as.get(name).map(String::as_str);
        let parts: Vec<&str> = [plain, service, environment, team, account].into_iter().flatten().collect();
        ui.add(egui::Label::new(small(ui, shown(parts.join(" · ")))).wrap().selectable(true));
    });
}

/// The state of the tokens, and what is done with them most.
fn tokens_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, name: &ProfileName) {
    section(ui, "", |ui| {
        let Some(tokens) = &model.open.tokens else {
            status_dot(ui, Tone::Info, texts::SIGNED_OUT);
            let intent = match &draft.profile {
                Some(profile) if profile.client_flow => Intent::SignInAgain,
                Some(profile) => actions::new_tokens(profile),
                None => Intent::RequestTokens,
            };
            intent_button(ui, ButtonKind::Primary, intent, None);
            return;
        };
        clocks_ui(ui, model, draft, tokens, name);
        buttons_ui(ui, model, draft, tokens, name);
        outcome_ui(ui, model, draft);
        failed_check_ui(ui, model, name);
        save::keep_alive_ui(ui, model, draft);
    });
}

/// When each of the tokens ends, and is renewed.
fn clocks_ui(ui: &mut Ui, model: &Model, draft: &Draft, tokens: &TokenSet, name: &ProfileName) {
    let clock = &draft.clock;
    key_values(ui, |rows| {
        rows.custom(common::ACCESS_TOKEN, |ui| {
            let can_be_renewed = token_facts::is_renewable(draft, tokens);
            let (tone, text) = token_facts::access_state(tokens.expires_at, clock.now, can_be_renewed);
            status_dot(ui, tone, &text);
        });
        if let Some(at) = tokens.expires_at {
            rows.text(common::EXPIRES, &clock.show(at));
        }
        rows.text(common::REFRESH_TOKEN, &token_facts::refresh_token_words(draft, tokens));
        rows.text(common::ISSUED, &clock.show(tokens.obtained_at));
        // The tokens are above.
        let others = model.open.ends.iter().filter(|end| end.at.is_some() && !end.kind.is_of_token());
        for end in others.filter(|end| end.needs_person()) {
            rows.text(end.kind.title(), &calendar::when(end, clock));
        }
        let kept = model.keep_alive.iter().find(|kept| kept.name == *name);
        if let Some(next) = kept.and_then(|kept| kept.next) {
            rows.text(texts::NEXT_REFRESH, &clock.show(next));
        }
    });
}

fn buttons_ui(ui: &mut Ui, model: &Model, draft: &Draft, tokens: &TokenSet, name: &ProfileName) {
    let refreshing = model.open.refresh_request.is_pending();
    let can_be_renewed = token_facts::is_renewable(draft, tokens);
    ui.horizontal_wrapped(|ui| {
        let blocked = match (refreshing, can_be_renewed) {
            (true, _) => Some(common::REFRESHING),
            (_, false) => Some(texts::NO_REFRESH_TOKEN),
            _ => None,
        };
        let kind = if can_be_renewed { ButtonKind::Primary } else { ButtonKind::Secondary };
        intent_button(ui, kind, Intent::RequestRefresh, blocked);
        for what in CopiedToken::ALL {
            let response = copied_elsewhere_button(ui, what.id(), what.words()).on_hover_text(what.hint());
            if response.clicked() {
                want(ui, Intent::CopyToken(what));
            }
        }
        intent_button(ui, ButtonKind::Secondary, Intent::OpenExport(name.clone()), None);
        intent_button(ui, ButtonKind::Secondary, Intent::OpenInspect(Some(name.clone())), None);
    });
}

/// What came of the last refresh or sign-in, where it was asked for.
fn outcome_ui(ui: &mut Ui, model: &Model, draft: &Draft) {
    let open = &model.open;
    let (request, work, done) = match open.refresh_request.stand() {
        Stand::Idle => (&open.token_request, Work::TokenRequest, texts::SIGNED_IN),
        _ => (&open.refresh_request, Work::RefreshRequest, texts::REFRESHED),
    };
    match request.stand() {
        Stand::Idle => {}
        Stand::Pending(place) => {
            let what = if place.is_empty() { common::PREPARING.to_owned() } else { common::calling(place) };
            waiting_row(ui, request, &what, work);
        }
        Stand::Failed(failure) => tokens::failure_ui(ui, failure),
        Stand::Done(exchange) => match &exchange.outcome {
            Err(failure) => {
                banner_with(ui, Tone::Danger, &failure.diagnosis, |ui| {
                    if secondary_button(ui, texts::SHOW_REQUEST).clicked() {
                        want(ui, Intent::EditProfile);
                    }
                });
            }
            Ok(tokens) => {
                notice(ui, Tone::Success, &done_words(done, tokens, draft.clock.now), "");
                exchange.notes.iter().for_each(|note| banner(ui, Tone::Warning, note));
            }
        },
    }
    if let Some(failure) = open.copying.failure() {
        banner(ui, Tone::Danger, &failure.diagnosis);
    }
}

fn done_words(done: &str, tokens: &TokenSet, now: Timestamp) -> String {
    match tokens.expires_at.filter(|at| *at > now) {
        Some(at) => texts::new_token_left(done, token_facts::left(at, now)),
        None => texts::new_token(done),
    }
}

/// That the last regular check failed, although the tokens look good.
fn failed_check_ui(ui: &mut Ui, model: &Model, name: &ProfileName) {
    let Some(failed) = model.failed_checks.get(name) else { return };
    banner(ui, Tone::Warning, &Diagnosis::new(texts::check_failed(&failed.summary)).hint(texts::CHECK_FAILED_HINT));
}

/// How often the service is asked by itself whether the tokens work, where there is a call for it.
fn check_ui(ui: &mut Ui, draft: &mut Draft, name: &ProfileName) {
    let Some(profile) = &mut draft.profile else { return };
    if profile.service.identity.is_none() && profile.api_check.is_none() {
        return;
    }
    let times = ["1h", "6h", "1d"].map(|time| time.parse::<CheckEvery>().ok());
    let mut options = vec![
        (None, common::NEVER),
        (times[0], texts::EVERY_HOUR),
        (times[1], texts::EVERY_6_HOURS),
        (times[2], texts::EVERY_DAY),
    ];
    let other = profile.check_every.map(texts::every).unwrap_or_default();
    if options.iter().all(|(time, _)| *time != profile.check_every) {
        options.push((profile.check_every, &other));
    }
    let before = profile.check_every;
    labelled_segmented(ui, texts::CHECK_REGULARLY, &mut profile.check_every, &options);
    if profile.check_every != before {
        want(ui, Intent::SetCheckEvery(name.clone(), profile.check_every));
    }
}

/// Whose tokens they are, as the service says when it is asked.
fn account_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, name: &ProfileName) {
    let Some(profile) = draft.profile.as_ref().filter(|_| model.open.tokens.is_some()) else { return };
    let offered: Vec<_> = QUERIES.iter().filter(|query| (query.is_offered)(&profile.service)).collect();
    section(ui, common::ACCOUNT, |ui| {
        ui.horizontal_wrapped(|ui| {
            for query in offered {
                if secondary_button(ui, query.text).on_hover_text(query.hint).clicked() {
                    want(ui, Intent::Ask(query, name.clone()));
                }
            }
            intent_button(ui, ButtonKind::Secondary, Intent::OpenCall(name.clone()), None);
        });
        check_ui(ui, draft, name);
        let Some(asked) = model.query.as_ref().filter(|asked| asked.profile == *name) else { return };
        draft.next_view.lead_to_result(ui);
        ui.label(crate::gui::theme::label(asked.query.text));
        questions::answer_ui(ui, asked, &draft.clock);
    });
}
