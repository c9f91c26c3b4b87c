//! The rehearsal of the chosen service: asked for, waited for, and what its stages came to.

use egui::{Label, Ui};

use crate::app::{StageLine, StageOutcome};
use crate::gui::drafts::NextView;
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Stand, Work};
use crate::gui::screens::{intent_button, waiting_row};
use crate::gui::texts::service as texts;
use crate::gui::theme::{self, Tone, small};
use crate::gui::widgets::{ButtonKind, banner, dot, section, status_dot};
use crate::service::{Catalog, Service};

/// The button that asks for it.
pub(crate) fn button_ui(ui: &mut Ui, model: &Model, service: &Service) {
    let is_held = model.open.rehearsal.as_ref().is_some_and(|held| held.work.is_pending());
    let blocked = match () {
        () if service.id == Catalog::CUSTOM => Some(texts::SAVE_BEFORE_REHEARSAL),
        () => is_held.then_some(texts::REHEARSING),
    };
    intent_button(ui, ButtonKind::Secondary, Intent::Rehearse(service.id.clone()), blocked);
}

/// What the rehearsal of this service came to; nothing where none was held. `changed` says that the fields differ from
/// the preset, which is what is rehearsed.
pub(crate) fn rehearsal_ui(ui: &mut Ui, model: &Model, service: &Service, changed: bool, next_view: &mut NextView) {
    let Some(state) = model.open.rehearsal.as_ref().filter(|state| state.service == service.id) else { return };
    let shown = section(ui, texts::REHEARSAL, |ui| {
        match state.work.stand() {
            Stand::Pending(_) => {
                waiting_row(ui, &state.work, texts::REHEARSAL_WAITING, Work::Rehearsal);
            }
            Stand::Failed(failure) => banner(ui, Tone::Danger, &failure.diagnosis),
            Stand::Idle | Stand::Done(()) => {
                let (tone, words) = summary(&state.lines);
                status_dot(ui, tone, &words);
            }
        }
        state.lines.iter().for_each(|line| line_ui(ui, line));
        ui.label(small(ui, texts::REHEARSAL_IS_LOCAL));
        if changed {
            ui.label(small(ui, texts::REHEARSED_AS_SAVED));
        }
    });
    if std::mem::take(&mut next_view.to_rehearsal) {
        shown.response.scroll_to_me(None);
    }
}

/// All stages in a line.
fn summary(lines: &[StageLine]) -> (Tone, String) {
    let left_out = lines.iter().filter(|line| matches!(line.outcome, StageOutcome::NotRehearsed(_))).count();
    let rehearsed = lines.len() - left_out;
    let failed = lines.iter().filter(|line| line.is_failure()).count();
    let besides = if left_out == 0 { String::new() } else { texts::stages_skipped(left_out) };
    match (rehearsed, failed) {
        (0, _) => (Tone::Neutral, texts::NOTHING_REHEARSED.to_owned()),
        (1, 0) => (Tone::Success, texts::one_stage_passed(&besides)),
        (_, 0) => (Tone::Success, texts::stages_passed(rehearsed, &besides)),
        _ => (Tone::Danger, texts::stages_failed(failed, rehearsed, &besides)),
    }
}

fn line_ui(ui: &mut Ui, line: &StageLine) {
    let tone = match line.outcome {
        StageOutcome::Passed(_) => Tone::Success,
        StageOutcome::Failed(_) => Tone::Danger,
        StageOutcome::NotRehearsed(_) => Tone::Neutral,
    };
    ui.horizontal_top(|ui| {
        dot(ui, tone);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.label(theme::label(format!("{}: {}", line.stage, line.outcome.label())));
            ui.add(Label::new(line.outcome.text()).wrap());
            if !line.sent.is_empty() {
                ui.add(Label::new(small(ui, &line.sent)).wrap());
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(outcomes: &[StageOutcome], expected: &str) {
        let line = |outcome: &StageOutcome| StageLine {
            stage: "token request".to_owned(),
            sent: String::new(),
            outcome: outcome.clone(),
        };
        let lines: Vec<StageLine> = outcomes.iter().map(line).collect();
        assert_eq!(summary(&lines).1, expected);
    }

    #[test]
    fn the_summary_counts_what_was_rehearsed() {
        let passed = StageOutcome::Passed("code".to_owned());
        let failed = StageOutcome::Failed("no code".to_owned());
        let left_out = StageOutcome::NotRehearsed("there is none".to_owned());
        check(&[], "Nothing was rehearsed");
        check(std::slice::from_ref(&left_out), "Nothing was rehearsed");
        check(std::slice::from_ref(&passed), "1 stage rehearsed, all passed");
        check(&[passed.clone(), passed.clone(), left_out.clone()], "2 stages rehearsed, all passed; 1 skipped");
        check(&[passed, failed, left_out], "1 of 2 failed; 1 skipped");
    }
}
