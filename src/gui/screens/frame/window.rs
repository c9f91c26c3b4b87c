//! The whole window: profiles at the left, the wizard in the middle.

use egui::accesskit::Role;
use egui::{CentralPanel, Ui};

use crate::gui::drafts::Draft;
use crate::gui::intent::{Intent, Step};
use crate::gui::model::Model;
use crate::gui::screens::frame::{keys, news, palette, questions, toasts, vault};
use crate::gui::screens::pages::{calendar, call, calls, export, forgotten, import, inspect, settings, share, team};
use crate::gui::screens::profile;
use crate::gui::screens::profile::naming;
use crate::gui::screens::profile_list::side;
use crate::gui::screens::steps::{actions, authorization, service, tokens};
use crate::gui::screens::{take_wanted, want};
use crate::gui::texts::{common, window as texts};
use crate::gui::theme::Palette;
use crate::gui::widgets::{StepMark, name_panel, page, stepper};

/// Draws the window; what the person wants, in the order in which it was asked for.
pub fn window_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) -> Vec<Intent> {
    keys::early_keys_ui(ui);
    let palette = Palette::of(ui);
    let has_page = side::side_ui(ui, model, draft);
    let middle = egui::Frame::new().fill(palette.background).inner_margin(egui::Margin::symmetric(24, 16));
    CentralPanel::default().frame(middle).show(ui, |ui| {
        name_panel(ui, Role::Main, texts::PAGE);
        if has_page {
            page_ui(ui, model, draft);
        }
    });
    questions::closing_ui(ui, model, draft);
    vault::dialog_ui(ui, model, draft);
    // One question at a time.
    if draft.questions.vault.is_none() {
        questions::unsaved_ui(ui, model, draft);
    }
    questions::forgetting_ui(ui, model, draft);
    questions::unsharing_ui(ui, model, draft);
    naming::naming_ui(ui, model, draft);
    forgotten::forgotten_ui(ui, model, draft);
    questions::query_ui(ui, model, draft);
    palette::palette_ui(ui, model, draft);
    keys::sheet_ui(ui, draft);
    keys::late_keys_ui(ui, model, draft);
    toasts::toasts_ui(ui, model);
    import::arrival_ui(ui, draft);
    let wanted = take_wanted(ui);
    if !has_page && wanted.iter().any(opens_page) {
        draft.listing.is_open = None;
    }
    wanted
}

/// The page that lies over the steps, the page of a profile, or the steps.
fn page_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    match draft {
        Draft { import: Some(_), .. } => import::import_ui(ui, model, draft),
        Draft { export: Some(_), .. } => export::export_ui(ui, model, draft),
        Draft { share: Some(_), .. } => share::share_ui(ui, model, draft),
        Draft { team: Some(_), .. } => team::team_ui(ui, model, draft),
        Draft { calendar: Some(_), .. } => calendar::calendar_ui(ui, model, draft),
        Draft { call: Some(_), .. } => call::call_ui(ui, model, draft),
        Draft { inspect: Some(_), .. } => inspect::inspect_ui(ui, model, draft),
        Draft { calls: Some(_), .. } => calls::calls_ui(ui, model, draft),
        Draft { settings: Some(_), .. } => settings::settings_ui(ui, model, draft),
        _ => match model.open.saved_as.clone().filter(|_| draft.home) {
            Some(name) => profile::home_ui(ui, model, draft, &name),
            None => wizard_ui(ui, model, draft),
        },
    }
}

/// Whether this leads from the list to the page, which may be covered by it.
fn opens_page(intent: &Intent) -> bool {
    matches!(
        intent,
        Intent::NewProfile
            | Intent::Open(_)
            | Intent::SignIn(_)
            | Intent::OpenImport
            | Intent::Import(_)
            | Intent::OpenExport(_)
            | Intent::OpenInspect(_)
            | Intent::OpenCall(_)
            | Intent::OpenShare
            | Intent::OpenTeam
            | Intent::OpenCalendar
            | Intent::OpenSettings
            | Intent::OpenCalls
    )
}

fn wizard_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    steps_ui(ui, model, draft);
    ui.add_space(12.0);
    let has_footer = draft.profile.is_some();
    let top = std::mem::take(&mut draft.next_view.to_top);
    page(ui, ("wizard", draft.step as u8), top, has_footer, |ui| step_ui(ui, model, draft));
    actions::actions_ui(ui, model, draft);
}

/// The step on the screen.
fn step_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    news::news_ui(ui, model, draft);
    match draft.step {
        Step::Service => service::service_ui(ui, model, draft),
        Step::Authorization => authorization::authorization_ui(ui, model, draft),
        Step::Tokens => tokens::tokens_ui(ui, model, draft),
    }
}

fn steps_ui(ui: &mut Ui, model: &Model, draft: &Draft) {
    let chosen = draft.profile.is_some();
    let mark = |title, step| StepMark {
        title,
        done: draft.is_done(step, model),
        current: draft.step == step,
        reachable: step == Step::Service || chosen && draft.is_done(Step::Service, model),
    };
    let marks = [
        mark(common::SERVICE, Step::Service),
        mark(texts::AUTHORIZATION, Step::Authorization),
        mark(common::TOKENS, Step::Tokens),
    ];
    if let Some(pressed) = stepper(ui, &marks) {
        want(ui, Intent::GoTo([Step::Service, Step::Authorization, Step::Tokens][pressed]));
    }
}
