//! The whole window: profiles at the left, the wizard in the middle.

use egui::{CentralPanel, Panel, ScrollArea, Ui};

use crate::app::Theme;
use crate::gui::draft::Draft;
use crate::gui::intent::{Intent, Step};
use crate::gui::model::Model;
use crate::gui::screens::{
    actions, authorization, export, import, profiles, questions, service, share, toasts, tokens, vault,
};
use crate::gui::theme::{Palette, Tone};
use crate::gui::widgets::{
    FOOTER_HEIGHT, StepMark, above_footer, banner, banner_with, follow_focus, footer_line, secondary_button, stepper,
};

/// Width of the list of profiles, in points: a name of twenty letters and a countdown fit.
const PROFILES_WIDTH: f32 = 236.0;

/// Shows the window; what the person wants.
pub fn window_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, theme: Theme) -> Option<Intent> {
    let palette = Palette::of(ui);
    let side = egui::Frame::new().fill(palette.panel).inner_margin(16);
    let side = Panel::left("profiles").exact_size(PROFILES_WIDTH).resizable(false).frame(side);
    let from_side = side.show(ui, |ui| profiles::profiles_ui(ui, model, draft, theme)).inner;
    let middle = egui::Frame::new().fill(palette.background).inner_margin(egui::Margin::symmetric(24, 16));
    let show = |ui: &mut Ui| match (&draft.import, &draft.export, &draft.share) {
        (Some(_), ..) => import::import_ui(ui, model, draft),
        (None, Some(_), _) => export::export_ui(ui, model, draft),
        (None, None, Some(_)) => share::share_ui(ui, model, draft),
        (None, None, None) => wizard_ui(ui, model, draft),
    };
    let from_middle = CentralPanel::default().frame(middle).show(ui, show).inner;
    let from_closing = questions::closing_ui(ui, model, draft);
    let from_vault = vault::dialog_ui(ui, model, draft);
    // One question at a time.
    let from_unsaved = if draft.questions.vault.is_some() { None } else { questions::unsaved_ui(ui, model, draft) };
    let from_forgetting = questions::forgetting_ui(ui, model, draft);
    let from_query = questions::query_ui(ui, model, draft);
    toasts::toasts_ui(ui);
    from_closing
        .or(from_vault)
        .or(from_unsaved)
        .or(from_forgetting)
        .or(from_query)
        .or(from_side)
        .or(from_middle)
        .or(import::arrival_ui(ui, draft))
}

fn wizard_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) -> Option<Intent> {
    let from_steps = steps_ui(ui, model, draft);
    ui.add_space(12.0);
    let footer = if draft.profile.is_some() { FOOTER_HEIGHT } else { 0.0 };
    let from_step = above_footer(ui, footer, |ui| step_ui(ui, model, draft));
    if draft.profile.is_none() {
        return from_steps.or(from_step);
    }
    footer_line(ui);
    let action = actions::actions_ui(ui, model, draft);
    // A press goes before what a screen asks for by itself.
    from_steps.or(action).or(from_step)
}

/// The step on the screen, under what is wrong and what must be asked first.
fn step_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) -> Option<Intent> {
    let mut intent = None;
    let mut area = ScrollArea::vertical().auto_shrink(false).id_salt(("wizard", draft.step as u8));
    if std::mem::take(&mut draft.next_view.to_top) {
        area = area.vertical_scroll_offset(0.0);
    }
    area.show(ui, |ui| {
        for problem in &model.problems {
            let dismiss = |ui: &mut Ui| secondary_button(ui, "Dismiss").clicked();
            if banner_with(ui, Tone::Warning, problem, dismiss).0 {
                intent = Some(Intent::Dismiss(problem.clone()));
            }
            ui.add_space(8.0);
        }
        if let Some(why) = &model.lease_busy {
            banner(ui, Tone::Info, why);
            ui.add_space(8.0);
        }
        intent = intent.take().or(vault::pending_writes_ui(ui, model, draft));
        let from_vault = vault::vault_ui(ui, model, draft);
        let from_step = match draft.step {
            Step::Service => service::service_ui(ui, model, draft),
            Step::Authorization => authorization::authorization_ui(ui, model, draft),
            Step::Tokens => tokens::tokens_ui(ui, model, draft),
        };
        intent = intent.take().or(from_vault).or(from_step);
        ui.add_space(16.0);
        follow_focus(ui);
    });
    intent
}

fn steps_ui(ui: &mut Ui, model: &Model, draft: &Draft) -> Option<Intent> {
    let chosen = draft.profile.is_some();
    let mark = |title, step| StepMark {
        title,
        done: draft.is_done(step, model),
        current: draft.step == step,
        reachable: step == Step::Service || chosen && draft.is_done(Step::Service, model),
    };
    let marks =
        [mark("Service", Step::Service), mark("Authorization", Step::Authorization), mark("Tokens", Step::Tokens)];
    let pressed = stepper(ui, &marks)?;
    Some(Intent::GoTo([Step::Service, Step::Authorization, Step::Tokens][pressed]))
}
