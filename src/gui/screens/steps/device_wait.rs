//! Signing in on another device: the offer, and the code that is waited for.

use egui::{RichText, Ui};

use crate::app::{Browser, DeviceWaiting};
use crate::diagnosis::Diagnosis;
use crate::gui::clock;
use crate::gui::desktop::links;
use crate::gui::drafts::Draft;
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Visit, Work};
use crate::gui::screens::{intent_button, waiting_row};
use crate::gui::texts::authorization as texts;
use crate::gui::theme::{SPACE_S, Tone, small};
use crate::gui::widgets::{ButtonKind, banner, copy_named_button, countdown_text, qr_code, secondary_button, section};

/// Height of the code, in points: it is read from a distance.
const CODE: f32 = 32.0;

/// Offers it where the service has it.
pub(crate) fn offer_ui(ui: &mut Ui, model: &Model, draft: &Draft) {
    let can = draft.profile.as_ref().is_some_and(|profile| profile.service.has_device_flow());
    let is_idle = matches!(model.open.sign_in.visit, Visit::None | Visit::Failed(_));
    if can && is_idle {
        section(ui, texts::ANOTHER_DEVICE, |ui| {
            ui.label(small(ui, texts::ANOTHER_DEVICE_HELP));
            intent_button(ui, ButtonKind::Secondary, Intent::AuthorizeOnDevice, None);
        });
    }
}

/// Shows the code, where to enter it, and the time that is left.
pub(crate) fn wait_ui(ui: &mut Ui, model: &Model, draft: &Draft, waiting: &DeviceWaiting, trouble: Option<&Diagnosis>) {
    section(ui, texts::SIGN_IN_ON_DEVICE, |ui| {
        if let Some(trouble) = trouble {
            banner(ui, Tone::Warning, trouble);
        }
        ui.horizontal_top(|ui| {
            qr_code(ui, texts::QR_CODE_NAME, waiting.address());
            ui.add_space(SPACE_S);
            ui.vertical(|ui| code_ui(ui, draft, waiting));
        });
        if !waiting.message.is_empty() {
            ui.label(small(ui, texts::service_says(&waiting.message)));
        }
        banner(ui, Tone::Info, &Diagnosis::new(texts::CODE_WARNING));
        waiting_row(ui, &model.open.sign_in.work, texts::WAITING_TO_BE_ALLOWED, Work::SignIn);
    });
}

fn code_ui(ui: &mut Ui, draft: &Draft, waiting: &DeviceWaiting) {
    ui.label(texts::open_there(&waiting.verification_uri));
    ui.label(RichText::new(&waiting.user_code).monospace().strong().size(CODE));
    ui.horizontal_wrapped(|ui| {
        copy_named_button(ui, texts::COPIED_CODE, &waiting.user_code);
        if secondary_button(ui, texts::OPEN_PAGE).on_hover_text(texts::OPEN_PAGE_HINT).clicked() {
            links::open(ui.ctx(), waiting.address(), Browser::System);
        }
    });
    let left = std::time::Duration::try_from(waiting.until.duration_since(draft.clock.now)).unwrap_or_default();
    let left = countdown_text(left);
    let words = if waiting.is_taken_up { texts::code_from_before(left) } else { texts::time_left(left) };
    ui.label(small(ui, words));
    if let Some(next) = clock::until_next_change(waiting.until, draft.clock.now) {
        clock::wake_after(ui.ctx(), draft.clock.now, next);
    }
}
