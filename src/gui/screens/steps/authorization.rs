//! Step 2: what is registered at the service, what the service gave for it, and the browser's visit.

use egui::Ui;

use crate::app::Authorized;
use crate::gui::drafts::Draft;
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Visit, Work};
use crate::gui::screens::profile::registered_client;
use crate::gui::screens::steps::{
    browser_wait, client, client_certificate, console, device_wait, endpoints, key, redirects, trial,
};
use crate::gui::screens::{waiting_row, want};
use crate::gui::texts::{authorization as texts, common};
use crate::gui::theme::Tone;
use crate::gui::widgets::{banner, key_values, notice, section, toggle};

/// Shows step 2. What goes on stands above what was typed.
pub(crate) fn authorization_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let errors = if draft.insisted { draft.errors() } else { Vec::new() };
    let Some(client_flow) = draft.profile.as_ref().map(|profile| profile.client_flow) else { return };
    visit_ui(ui, model, draft);
    console::console_ui(ui, model, draft, &errors);
    if draft.profile.as_ref().is_some_and(|profile| endpoints::is_described(model, profile)) {
        endpoints::endpoints_ui(ui, model, draft, &errors);
    } else if registered_client::is_offered(draft) {
        section(ui, texts::REGISTER_A_CLIENT, |ui| registered_client::offer_ui(ui, model, draft));
    }
    client::client_ui(ui, model, draft, &errors);
    if client_flow {
        stop_ui(ui, model);
    }
    device_wait::offer_ui(ui, model, draft);
    client_certificate::certificate_ui(ui, model, draft);
    key::key_ui(ui, model, draft, &errors);
    trial::trial_ui(ui, model, draft);
}

/// Whether the person looks at the token call before it is sent.
fn stop_ui(ui: &mut Ui, model: &Model) {
    let mut settings = model.window.unwrap_or_default();
    if toggle(ui, common::REVIEW_REQUEST, &mut settings.stop_before_token_call, Some(common::REVIEW_REQUEST_HELP))
        .changed()
    {
        want(ui, Intent::ChangeSettings(settings));
    }
}

/// The browser's visit, once it was asked for.
fn visit_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    match &model.open.sign_in.visit {
        Visit::None => {}
        Visit::Failed(failure) => redirects::failure_ui(ui, failure, draft.profile.as_ref()),
        Visit::Starting => waiting_row(ui, &model.open.sign_in.work, texts::STARTING, Work::SignIn),
        Visit::Waiting(waiting, ignored) => {
            if let Some(ignored) = ignored {
                banner(ui, Tone::Warning, ignored);
            }
            browser_wait::wait_ui(ui, model, draft, waiting);
        }
        Visit::Device(waiting, trouble) => device_wait::wait_ui(ui, model, draft, waiting, trouble.as_ref()),
        Visit::Done(authorized) => done_ui(ui, authorized),
    }
}

fn done_ui(ui: &mut Ui, authorized: &Authorized) {
    notice(ui, Tone::Success, texts::CODE_ARRIVED, texts::CODE_ARRIVED_HELP);
    if authorized.extras.is_empty() {
        return;
    }
    section(ui, texts::OTHER_PARAMETERS, |ui| {
        key_values(ui, |rows| {
            for (name, value) in &authorized.extras {
                rows.copyable(name, value);
            }
        });
    });
}
