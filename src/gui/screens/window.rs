//! The whole window: profiles at the left, the wizard in the middle.

use egui::{CentralPanel, Panel, ScrollArea, Ui};

use crate::app::Theme;
use crate::gui::draft::{Draft, Step};
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::{
    actions, authorization, export, forgetting, import, leaving, notes, profiles, service, share, tokens, unkept, vault,
};
use crate::gui::theme::{Palette, Tone};
use crate::gui::widgets::{StepMark, banner, banner_with, secondary_button, stepper};

/// Width of the list of profiles, in points: a name of twenty letters and a countdown fit.
const PROFILES_WIDTH: f32 = 236.0;

/// Height of the bar with what to do next, in points: a line, a margin and a button.
const ACTIONS_HEIGHT: f32 = 52.0;

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
    let from_closing = unkept::closing_ui(ui, model, draft);
    let from_door = vault::door_ui(ui, model, draft);
    // One question at a time.
    let from_leaving = if draft.door.is_some() { None } else { leaving::leaving_ui(ui, model, draft) };
    let from_forgetting = forgetting::forgetting_ui(ui, model, draft);
    notes::notes_ui(ui);
    from_closing
        .or(from_door)
        .or(from_leaving)
        .or(from_forgetting)
        .or(from_side)
        .or(from_middle)
        .or(import::arrival_ui(ui, draft))
}

fn wizard_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) -> Option<Intent> {
    let from_steps = steps_ui(ui, model, draft);
    ui.add_space(12.0);
    let foot = if draft.profile.is_some() { ACTIONS_HEIGHT } else { 0.0 };
    let from_step = above_foot(ui, foot, |ui| step_ui(ui, model, draft));
    if draft.profile.is_none() {
        return from_steps.or(from_step);
    }
    let line = ui.available_rect_before_wrap();
    ui.painter().hline(line.x_range(), line.top(), ui.visuals().widgets.noninteractive.bg_stroke);
    ui.add_space(12.0);
    let action = actions::actions_ui(ui, model, draft);
    // A press goes before what a screen asks for by itself.
    from_steps.or(action).or(from_step)
}

/// Leaves room for a foot that is drawn next. The Tab key follows the order of drawing, so the foot comes last.
pub(crate) fn above_foot<R>(ui: &mut Ui, foot: f32, add: impl FnOnce(&mut Ui) -> R) -> R {
    let mut room = ui.available_rect_before_wrap();
    room.max.y = (room.max.y - foot).max(room.min.y);
    let shown = ui.scope_builder(egui::UiBuilder::new().max_rect(room), |ui| {
        let inner = add(ui);
        ui.advance_cursor_after_rect(room);
        inner
    });
    shown.inner
}

/// The step on the screen, under what is wrong and what must be asked first.
fn step_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) -> Option<Intent> {
    let mut intent = None;
    let mut area = ScrollArea::vertical().auto_shrink(false).id_salt(("wizard", draft.step as u8));
    if std::mem::take(&mut draft.lead.to_top) {
        area = area.vertical_scroll_offset(0.0);
    }
    area.show(ui, |ui| {
        for (index, problem) in model.problems.iter().enumerate() {
            let (dismissed, _) =
                banner_with(ui, Tone::Warning, problem, |ui| secondary_button(ui, "Dismiss").clicked());
            if dismissed {
                intent = Some(Intent::Dismiss(index));
            }
            ui.add_space(8.0);
        }
        if let Some(why) = &model.lease_busy {
            banner(ui, Tone::Info, why);
            ui.add_space(8.0);
        }
        intent = intent.take().or(unkept::unkept_ui(ui, model, draft));
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

/// Scrolls to what the Tab key leads to, where it is out of sight.
pub(crate) fn follow_focus(ui: &Ui) {
    let key = egui::Id::unique("focus followed");
    let focused = ui.memory(egui::Memory::focused);
    let followed =
        ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or_default::<Option<egui::Id>>(key), focused));
    if focused == followed {
        return;
    }
    let Some(widget) = focused.and_then(|id| ui.ctx().read_response(id)) else { return };
    let is_hidden = widget.interact_rect != widget.rect;
    // The list at the left scrolls by itself.
    if is_hidden && ui.clip_rect().x_range().contains(widget.rect.center().x) {
        ui.scroll_to_rect(widget.rect.expand(8.0), None);
    }
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
