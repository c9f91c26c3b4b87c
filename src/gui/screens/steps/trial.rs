//! Trying the service without a person, before anybody signs in.

use egui::Ui;

use crate::app::{Trial, Tried};
use crate::gui::display_text::sentence;
use crate::gui::drafts::Draft;
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Stand, Work};
use crate::gui::screens::{intent_button, waiting_row};
use crate::gui::texts::{authorization as texts, common};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{ButtonKind, banner, dot, section};

/// Shows the button, and what came of the last trial while what is typed is what was tried.
pub(crate) fn trial_ui(ui: &mut Ui, model: &Model, draft: &Draft) {
    section(ui, texts::TRY, |ui| {
        ui.label(small(ui, texts::TRY_HELP));
        let trial = &model.open.trial;
        match trial.stand() {
            Stand::Pending(place) => {
                let what = if place.is_empty() { texts::TRYING.to_owned() } else { common::asking(place) };
                return waiting_row(ui, trial, &what, Work::Trial);
            }
            Stand::Idle => {}
            // It is no longer what was tried.
            _ if draft.authorization_step.tried != draft.typed() => {}
            Stand::Failed(failure) => banner(ui, Tone::Danger, &failure.diagnosis),
            Stand::Done(tried) => tried.iter().for_each(|tried| tried_ui(ui, tried)),
        }
        intent_button(ui, ButtonKind::Secondary, Intent::TryService, None);
    });
}

fn tried_ui(ui: &mut Ui, tried: &Tried) {
    let (tone, words) = match &tried.trial {
        Trial::Works(words) => (Tone::Success, words),
        Trial::Unclear(words) => (Tone::Info, words),
        Trial::Failed(failure) => {
            ui.strong(tried.call.words());
            return banner(ui, Tone::Danger, &failure.diagnosis);
        }
    };
    ui.horizontal_wrapped(|ui| {
        dot(ui, tone);
        ui.strong(tried.call.words());
        ui.label(sentence(words));
    });
}
