//! The generations of an open profile's tokens: when each came, how, and what became of it, with the way back to those
//! that are kept.

use egui::accesskit::Role;
use egui::{Align, Label, Layout, RichText, Ui, UiBuilder, vec2};

use crate::app::{HistoryLine, Left, ProfileHistory};
use crate::gui::clock::Clock;
use crate::gui::drafts::Draft;
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Stand};
use crate::gui::screens::{intent_button, want};
use crate::gui::texts::{common, home as texts};
use crate::gui::theme::{SPACE_M, SPACE_S, Tone, shown, small};
use crate::gui::widgets::{ButtonKind, as_role, banner, notice, secondary_button, untold};
use crate::service::ProfileName;

/// How many generations are shown; the command line shows all of them.
const SHOWN: usize = 12;
/// Widths of the columns, in points: the number, the time, and the most of those with words.
const NUMBER: f32 = 28.0;
const TIME: f32 = 150.0;
const WORDS: f32 = 180.0;

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
    let table = UiBuilder::new().accessibility_role(Role::Table).accessibility_label(texts::HISTORY);
    ui.scope_builder(table, |ui| {
        ui.spacing_mut().item_spacing = vec2(SPACE_M, SPACE_S);
        let widths = widths(ui.available_width());
        ui.horizontal_top(|ui| {
            for (title, width) in ["", texts::TIME, texts::HOW, texts::OUTCOME, common::TOKENS].into_iter().zip(widths)
            {
                column(ui, width, |ui| as_role(&ui.label(small(ui, title)), Role::ColumnHeader, title));
            }
        });
        for line in history.lines.iter().take(SHOWN) {
            let row = UiBuilder::new().id_salt(("generation", line.number)).accessibility_role(Role::Row);
            let row = row.accessibility_label(told(&draft.clock, line));
            ui.scope_builder(row, |ui| line_ui(ui, draft, &history.name, line, (widths, busy)));
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

/// The columns of the table in this much room; where there is little, words break.
fn widths(room: f32) -> [f32; 5] {
    let rest = (room - NUMBER - TIME - 4.0 * SPACE_M).max(0.0);
    let (how, outcome) = ((rest * 0.25).min(WORDS), (rest * 0.25).min(WORDS));
    [NUMBER, TIME, how, outcome, rest - how - outcome]
}

/// As high as a button, in the middle of which words stand.
fn column(ui: &mut Ui, width: f32, add: impl FnOnce(&mut Ui)) {
    let size = vec2(width, ui.spacing().interact_size.y);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center).with_main_wrap(true), |ui| {
        ui.set_min_width(width);
        ui.set_max_width(width);
        add(ui);
    });
}

/// All of a line, for who hears it.
fn told(clock: &Clock, line: &HistoryLine) -> String {
    let left = match line.left {
        Left::Newest => Some(texts::IN_USE),
        Left::Spent => Some(texts::SPENT),
        Left::Restorable | Left::Nothing => None,
    };
    let number = line.number.to_string();
    let time = clock.show(line.at);
    let by = line.by.as_deref();
    let token = line.access_token.as_deref();
    let parts = [Some(number.as_str()), Some(&time), Some(&line.how), by, Some(&line.outcome), token, left];
    shown(parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// One line, of which nothing but its buttons is told apart from the whole.
fn line_ui(
    ui: &mut Ui,
    draft: &mut Draft,
    name: &ProfileName,
    line: &HistoryLine,
    (widths, busy): ([f32; 5], Option<&str>),
) {
    let words = |ui: &mut Ui, words: RichText| {
        let label = ui.add(Label::new(words).wrap());
        untold(&label);
        label
    };
    let [number, time, how, outcome, tokens] = widths;
    ui.horizontal_top(|ui| {
        column(ui, number, |ui| drop(words(ui, line.number.to_string().into())));
        column(ui, time, |ui| drop(words(ui, draft.clock.show(line.at).into())));
        column(ui, how, |ui| {
            let how = words(ui, shown(&line.how).into());
            if let Some(by) = &line.by {
                how.on_hover_text(shown(by));
            }
        });
        column(ui, outcome, |ui| drop(words(ui, shown(&line.outcome).into())));
        column(ui, tokens, |ui| {
            let digits = RichText::new(line.access_token.as_deref().unwrap_or("-")).monospace();
            words(ui, digits).on_hover_text(texts::DIGITS_HINT);
            left_ui(ui, draft, name, line, busy);
        });
    });
}

/// What is left of the tokens, and the way back to them. A spent refresh token is probably dead, so the person is asked first.
fn left_ui(ui: &mut Ui, draft: &mut Draft, name: &ProfileName, line: &HistoryLine, busy: Option<&str>) {
    let restore = |anyway| Intent::Restore { name: name.clone(), generation: line.number, anyway };
    ui.push_id(line.number, |ui| match line.left {
        Left::Newest => {
            untold(&ui.label(texts::IN_USE));
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
            untold(&ui.label(texts::SPENT));
            if secondary_button(ui, texts::RESTORE).clicked() {
                draft.questions.restore = Some(line.number);
            }
        }
    });
}
