//! *Inspect…*: what is written in a token, whether its issuer signed it, and how it compares with the profile.

use egui::{Label, Ui};

use crate::app::{Signature, SignatureState, TokenInspection};
use crate::diagnosis::Diagnosis;
use crate::gui::clock;
use crate::gui::display_text::quoted;
use crate::gui::drafts::inspect::{Chosen, InspectDraft};
use crate::gui::drafts::{Draft, Focus, NextView};
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Stand, Work};
use crate::gui::screens::pages::import::pasted_text;
use crate::gui::screens::pages::token_table::{scopes_ui, table_ui};
use crate::gui::screens::{intent_button, lead_to, waiting_row, want};
use crate::gui::texts::{common, inspect as texts};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{
    ButtonKind, Field, banner, banner_with, footer, heading, key_values, labelled_segmented, page, section, toggle,
};
use crate::oauth::{IdTokenCheck, LONGEST_TOKEN, TokenSet, TokenUse, Weight, id_token_words};

pub(crate) fn inspect_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let Some(mut inspect) = draft.inspect.take() else { return };
    let top = std::mem::take(&mut draft.next_view.to_top);
    page(ui, "inspect", top, true, |ui| {
        heading(
            ui,
            match (&inspect.profile, inspect.chosen) {
                (Some(name), Chosen::Saved(_)) => texts::title_of(model.shown_name(name)),
                _ => texts::TITLE.to_owned(),
            },
        );
        source_ui(ui, model, &mut inspect, &mut draft.next_view);
        draft.next_view.lead_to_result(ui);
        found_ui(ui, model, draft, &mut inspect);
    });
    foot_ui(ui, model, &inspect);
    draft.inspect = Some(inspect);
}

/// Which token: one of the profile's, or a pasted one.
fn source_ui(ui: &mut Ui, model: &Model, inspect: &mut InspectDraft, next_view: &mut NextView) {
    take_paste(ui, inspect);
    section(ui, "", |ui| {
        let own = inspect.profile.as_ref().filter(|name| model.open.saved_as.as_ref() == Some(name));
        if let Some(tokens) = model.open.tokens.as_ref().filter(|_| own.is_some()) {
            let before = inspect.chosen;
            labelled_segmented(ui, texts::TOKEN, &mut inspect.chosen, &choices(tokens));
            if inspect.chosen != before {
                want(ui, Intent::Inspect { asks_issuer: false });
                next_view.focus = (inspect.chosen == Chosen::Pasted).then_some(Focus::Pasted);
            }
        }
        if inspect.chosen != Chosen::Pasted {
            return;
        }
        let field = Field::new(texts::PASTED)
            .help(texts::PASTED_HELP)
            .limit(LONGEST_TOKEN)
            .show_secret(ui, &mut inspect.pasted);
        inspect.is_changed |= field.changed();
        lead_to(&field, Focus::Pasted, true, next_view);
        if let Some(name) = &inspect.profile {
            let words = texts::compare_with(model.shown_name(name));
            toggle(ui, &words, &mut inspect.compares, None);
        }
    });
}

/// What is pasted anywhere on the page, without a field that takes it, is a token to inspect.
fn take_paste(ui: &Ui, inspect: &mut InspectDraft) {
    let is_free = ui.memory(|memory| memory.focused().is_none());
    if let Some(text) = is_free.then(|| pasted_text(ui)).flatten() {
        (inspect.chosen, inspect.pasted) = (Chosen::Pasted, text);
        want(ui, Intent::Inspect { asks_issuer: false });
    }
}

fn choices(tokens: &TokenSet) -> Vec<(Chosen, &'static str)> {
    let is_there = |one: &TokenUse| match one {
        TokenUse::Access => true,
        TokenUse::Id => tokens.id_token.is_some(),
        TokenUse::Refresh => tokens.refresh_token.is_some(),
    };
    let there = TokenUse::ALL.into_iter().filter(is_there);
    let mut choices: Vec<_> = there.map(|one| (Chosen::Saved(one), label(one))).collect();
    choices.push((Chosen::Pasted, texts::PASTE_ONE));
    choices
}

fn found_ui(ui: &mut Ui, model: &Model, draft: &Draft, inspect: &mut InspectDraft) {
    // What was found of another token waits until that is chosen again.
    if model.inspection.of != inspect.of() || inspect.is_changed && inspect.chosen == Chosen::Pasted {
        return;
    }
    let request = &model.inspection.found;
    match request.stand() {
        Stand::Idle => return,
        Stand::Pending(place) => {
            let what = if place.is_empty() { texts::READING.to_owned() } else { common::asking(place) };
            waiting_row(ui, request, &what, Work::Inspection);
        }
        Stand::Failed(failure) => return banner(ui, Tone::Danger, &failure.diagnosis),
        Stand::Done(_) => {}
    }
    let Some(found) = request.last() else { return };
    others_ui(ui, found, inspect);
    ui.add(Label::new(small(ui, title(found))).wrap());
    for finding in &found.findings {
        let tone = match finding.weight {
            Weight::Wrong => Tone::Danger,
            Weight::Doubtful => Tone::Warning,
            Weight::Fact => Tone::Info,
        };
        banner(ui, tone, &finding.diagnosis);
    }
    signature_ui(ui, &found.signature);
    checks_ui(ui, &found.checks);
    let clock = &draft.clock;
    table_ui(ui, common::CLAIMS, &found.inspected.claims, clock);
    scopes_ui(ui, &found.scopes);
    match &found.introspected {
        Some(Ok(claims)) => table_ui(ui, texts::SERVICE_SAYS, &claims.token_rows(), clock),
        Some(Err(diagnosis)) => banner(ui, Tone::Warning, diagnosis),
        None => {}
    }
    table_ui(ui, texts::HEADER, &found.inspected.header, clock);
    wake(ui, found, clock);
}

/// Of a pasted response with several tokens: which one.
fn others_ui(ui: &mut Ui, found: &TokenInspection, inspect: &mut InspectDraft) {
    let (Chosen::Pasted, Some(named)) = (inspect.chosen, found.named) else { return };
    if found.others.is_empty() {
        return;
    }
    let is_there = |one: &TokenUse| *one == named || found.others.contains(one);
    let choices: Vec<_> = TokenUse::ALL.into_iter().filter(is_there).map(|one| (one, label(one))).collect();
    let mut which = named;
    labelled_segmented(ui, texts::OF_RESPONSE, &mut which, &choices);
    if which != named {
        inspect.which = Some(which);
        want(ui, Intent::Inspect { asks_issuer: false });
    }
}

fn label(one: TokenUse) -> &'static str {
    match one {
        TokenUse::Access => common::ACCESS_TOKEN,
        TokenUse::Id => common::ID_TOKEN,
        TokenUse::Refresh => common::REFRESH_TOKEN,
    }
}

fn title(found: &TokenInspection) -> String {
    let named = found.named.or_else(|| found.inspected.says_it_is());
    let what = named.map_or(texts::TOKEN, label);
    texts::kind(what, found.inspected.form.words(), found.inspected.length)
}

fn signature_ui(ui: &mut Ui, signature: &Signature) {
    let (tone, state) = match signature.state {
        SignatureState::Absent => return,
        SignatureState::Valid => (Tone::Success, texts::SIGNATURE_VALID),
        SignatureState::Invalid => (Tone::Danger, texts::SIGNATURE_INVALID),
        SignatureState::Unchecked => (Tone::Warning, texts::SIGNATURE_NOT_CHECKED),
        SignatureState::Stranger => (Tone::Info, texts::SIGNATURE_NOT_CHECKED),
    };
    let summary = format!("{state}: {}", signature.words.summary);
    let diagnosis = Diagnosis { summary, ..signature.words.clone() };
    banner_with(ui, tone, &diagnosis, |ui| {
        if signature.state == SignatureState::Stranger {
            intent_button(ui, ButtonKind::Secondary, Intent::Inspect { asks_issuer: true }, None);
        }
    });
}

/// What the checks of an ID token came to: in a sentence, and each.
fn checks_ui(ui: &mut Ui, checks: &[IdTokenCheck]) {
    if checks.is_empty() {
        return;
    }
    section(ui, texts::ID_TOKEN_CHECKS, |ui| {
        ui.add(Label::new(small(ui, id_token_words(checks))).wrap());
        key_values(ui, |rows| {
            for check in checks {
                rows.text(check.checked.words(), &quoted(&check.verdict.words()));
            }
        });
    });
}

/// Wakes the window when the distance of a time reads differently.
fn wake(ui: &Ui, found: &TokenInspection, clock: &clock::Clock) {
    let times = found.inspected.claims.iter().filter_map(|row| row.at);
    let nearest = times.map(|at| at.duration_since(clock.now).abs().as_secs()).min();
    if let Some(seconds) = nearest {
        clock::wake_in_seconds(ui.ctx(), clock.now, if seconds < 150 { 1 } else { 30 });
    }
}

fn foot_ui(ui: &mut Ui, model: &Model, inspect: &InspectDraft) {
    let blocked = inspect.lack().or_else(|| model.inspection.found.is_pending().then_some(texts::UNDER_WAY));
    let close = |ui: &mut Ui| {
        intent_button(ui, ButtonKind::Secondary, Intent::ClosePage, None);
    };
    footer(ui, close, |ui| {
        intent_button(ui, ButtonKind::Primary, Intent::Inspect { asks_issuer: false }, blocked);
    });
}
