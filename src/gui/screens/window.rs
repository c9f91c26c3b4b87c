//! The whole window: profiles at the left, the wizard in the middle.

use egui::{CentralPanel, Panel, ScrollArea, Ui};

use crate::gui::draft::{Draft, Step};
use crate::gui::intent::Intent;
use crate::gui::screens::{actions, authorization, profiles, service, tokens, vault};
use crate::gui::theme::{Palette, Tone};
use crate::gui::widgets::{StepMark, banner_with, secondary_button, stepper};
use crate::wizard::{Session, Theme};

/// Width of the list of profiles, in points: a name of twenty letters and a countdown fit.
const PROFILES_WIDTH: f32 = 236.0;

/// Shows the window; what the person wants.
pub fn window_ui(ui: &mut Ui, session: &Session, draft: &mut Draft, theme: Theme) -> Option<Intent> {
    let palette = Palette::of(ui);
    let side = egui::Frame::new().fill(palette.panel).inner_margin(16);
    let side = Panel::left("profiles").exact_size(PROFILES_WIDTH).resizable(false).frame(side);
    let from_side = side.show(ui, |ui| profiles::profiles_ui(ui, session, draft, theme)).inner;
    let middle = egui::Frame::new().fill(palette.background).inner_margin(egui::Margin::symmetric(24, 16));
    let from_middle = CentralPanel::default().frame(middle).show(ui, |ui| wizard_ui(ui, session, draft)).inner;
    from_side.or(from_middle)
}

fn wizard_ui(ui: &mut Ui, session: &Session, draft: &mut Draft) -> Option<Intent> {
    let mut intent = steps_ui(ui, session, draft);
    ui.add_space(12.0);
    if draft.profile.is_some() {
        let foot = Panel::bottom("actions")
            .resizable(false)
            .frame(egui::Frame::new().inner_margin(egui::Margin { top: 12, ..Default::default() }));
        let action = foot.show(ui, |ui| actions::actions_ui(ui, session, draft)).inner;
        intent = intent.or(action);
    }
    let mut area = ScrollArea::vertical().auto_shrink(false).id_salt(("wizard", draft.step as u8));
    if std::mem::take(&mut draft.to_top) {
        area = area.vertical_scroll_offset(0.0);
    }
    area.show(ui, |ui| {
        for (index, problem) in session.problems.iter().enumerate() {
            let (dismissed, _) =
                banner_with(ui, Tone::Warning, problem, |ui| secondary_button(ui, "Dismiss").clicked());
            if dismissed {
                intent = Some(Intent::Dismiss(index));
            }
            ui.add_space(8.0);
        }
        let from_vault = vault::vault_ui(ui, session, draft);
        let from_step = match draft.step {
            Step::Service => service::service_ui(ui, session, draft),
            Step::Authorization => authorization::authorization_ui(ui, session, draft),
            Step::Tokens => tokens::tokens_ui(ui, session, draft),
        };
        intent = intent.take().or(from_vault).or(from_step);
        ui.add_space(16.0);
    });
    intent
}

fn steps_ui(ui: &mut Ui, session: &Session, draft: &Draft) -> Option<Intent> {
    let chosen = draft.profile.is_some();
    let mark = |title, step| StepMark {
        title,
        done: draft.is_done(step, session),
        current: draft.step == step,
        reachable: step == Step::Service || chosen && draft.is_done(Step::Service, session),
    };
    let marks =
        [mark("Service", Step::Service), mark("Authorization", Step::Authorization), mark("Tokens", Step::Tokens)];
    let pressed = stepper(ui, &marks)?;
    Some(Intent::GoTo([Step::Service, Step::Authorization, Step::Tokens][pressed]))
}
