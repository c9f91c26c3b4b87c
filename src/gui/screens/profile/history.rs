//! The generations of an open profile's tokens: when each came, how, and what became of it, with the way back to those
//! that are kept.

use egui::{Grid, Ui};

use crate::app::{HistoryLine, Left, ProfileHistory};
use crate::gui::drafts::Draft;
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Stand};
use crate::gui::screens::{intent_button, want};
use crate::gui::texts::{common, home as texts};
use crate::gui::theme::{Tone, shown, small};
use crate::gui::widgets::{ButtonKind, banner, notice, secondary_button};
use crate::service::ProfileName;

/// How many generations are shown; the command line shows all of them.
const SHOWN: usize = 12;

/// Shows the history of the open profile, and asks for it where it is not there yet.
pub(crate) fn history_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, name: &ProfileName) {
    let asked = &model.open.history;
    match asked.last().filter(|history| history.name == *name) {
        Some(history) => lines_ui(ui, model, draft, history),
        None if matches!(asked.stand(), Stand::Idle) => want(ui, Intent::ShowHistory(name.clone())),
        None => {}
    }
    if let Some(failure) = asked.failure() {
        banner(ui, Tone::Danger, &failure.diagnosis);
    }
}

fn lines_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, history: &ProfileHistory) {
    if let Some(begun) = &history.begun {
        notice(ui, Tone::Warning, texts::UNFINISHED_REFRESH, &texts::unfinished_refresh(begun));
    }
    let busy = model.open.restore.is_pending().then_some(texts::RESTORING);
    Grid::new("history").num_columns(5).striped(true).spacing([16.0, 6.0]).show(ui, |ui| {
        for title in ["", texts::TIME, texts::HOW, texts::OUTCOME, common::TOKENS] {
            ui.label(small(ui, title));
        }
        ui.end_row();
        for line in history.lines.iter().take(SHOWN) {
            line_ui(ui, draft, &history.name, line, busy);
            ui.end_row();
        }
    });
    if history.lines.len() > SHOWN {
        let older = history.lines.len() - SHOWN;
        ui.label(small(ui, texts::older(older, &history.name)));
    }
    if let Some(failure) = model.open.restore.failure() {
        banner(ui, Tone::Danger, &failure.diagnosis);
    }
}

fn line_ui(ui: &mut Ui, draft: &mut Draft, name: &ProfileName, line: &HistoryLine, busy: Option<&str>) {
    ui.label(line.number.to_string());
    ui.label(draft.clock.show(line.at));
    let how = ui.label(shown(&line.how));
    if let Some(by) = &line.by {
        how.on_hover_text(shown(by));
    }
    ui.label(shown(&line.outcome));
    ui.horizontal(|ui| {
        let digits = ui.monospace(line.access_token.as_deref().unwrap_or("-"));
        digits.on_hover_text(texts::DIGITS_HINT);
        left_ui(ui, draft, name, line, busy);
    });
}

/// What is left of the tokens, and the way back to them. A spent refresh token is probably dead, so the person is asked first.
fn left_ui(ui: &mut Ui, draft: &mut Draft, name: &ProfileName, line: &HistoryLine, busy: Option<&str>) {
    let restore = |anyway| Intent::Restore { name: name.clone(), generation: line.number, anyway };
    ui.push_id(line.number, |ui| match line.left {
        Left::Newest => {
            ui.label(texts::IN_USE);
        }
        Left::Nothing => {}
        Left::Restorable => {
            intent_button(ui, ButtonKind::Secondary, restore(false), busy);
        }
        Left::Spent if draft.questions.restore == Some(line.number) => {
            let restored = intent_button(ui, ButtonKind::Danger, restore(true), busy);
            if secondary_button(ui, common::CANCEL).clicked() || restored {
                draft.questions.restore = None;
            }
        }
        Left::Spent => {
            ui.label(texts::SPENT);
            if secondary_button(ui, texts::RESTORE).clicked() {
                draft.questions.restore = Some(line.number);
            }
        }
    });
}
