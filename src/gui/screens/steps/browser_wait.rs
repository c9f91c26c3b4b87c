//! While the browser is waited for: how to reach it once more, in another window or on another device, and the field for
//! what it cannot bring back by itself.

use egui::{Popup, Ui};

use crate::app::{Browser, Waiting};
use crate::gui::desktop::links;
use crate::gui::drafts::Draft;
use crate::gui::intent::{Intent, Step};
use crate::gui::model::{Model, Visit, Work};
use crate::gui::screens::{intent_button, waiting_row, want};
use crate::gui::texts::{authorization as texts, common};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{
    ButtonKind, CodeBlock, Field, TEXT, banner, copy_named_button, disclosure, key_values, menu_item, name_menu,
    notice, qr_code, secondary_button, section,
};

/// Shows where it is waited for, and the ways to the browser.
pub(crate) fn wait_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, waiting: &Waiting) {
    section(ui, texts::SIGN_IN_WITH_BROWSER, |ui| {
        for problem in waiting.listener_problem.iter().chain(&waiting.browser_problem) {
            banner(ui, Tone::Warning, problem);
        }
        let place = if waiting.addresses.is_empty() {
            texts::WAITING_FOR_PASTE.to_owned()
        } else {
            texts::waiting_on(&waiting.addresses)
        };
        waiting_row(ui, &model.open.sign_in.work, &place, Work::SignIn);
        let until = waiting.until.to_zoned(draft.clock.zone.clone()).strftime("%H:%M");
        ui.label(small(ui, texts::times_out(until)));
        browsers_ui(ui, model, waiting);
        if let Some(fingerprint) = &waiting.fingerprint {
            notice(ui, Tone::Info, texts::SELF_SIGNED, texts::SELF_SIGNED_HELP);
            CodeBlock::new(common::FINGERPRINT, fingerprint).show(ui);
        }
        Field::new(texts::PASTED_RESPONSE)
            .help(texts::PASTED_RESPONSE_HELP)
            .optional()
            .limit(TEXT)
            .show_secret(ui, &mut draft.authorization_step.pasted);
        let blocked = draft.authorization_step.pasted.is_empty().then_some(texts::PASTE_FIRST);
        intent_button(ui, ButtonKind::Secondary, Intent::Paste, blocked);
        disclosure(ui, texts::THE_ADDRESS, false, |ui| {
            key_values(ui, |rows| rows.copyable(common::REDIRECT_URI, &waiting.redirect_uri));
            CodeBlock::new(common::URL, &waiting.url).max_height(96.0).show(ui);
        });
        disclosure(ui, texts::QR_CODE, false, |ui| {
            ui.label(small(ui, texts::QR_CODE_HELP));
            qr_code(ui, texts::QR_CODE_NAME, &waiting.url);
        });
    });
}

fn browsers_ui(ui: &mut Ui, model: &Model, waiting: &Waiting) {
    ui.horizontal_wrapped(|ui| {
        if secondary_button(ui, texts::OPEN_AGAIN).on_hover_text(texts::OPEN_AGAIN_HINT).clicked() {
            links::open(ui.ctx(), &waiting.url, Browser::System);
        }
        copy_named_button(ui, common::COPIED_ADDRESS, &waiting.url);
        let browsers = model.browsers.last().map(Vec::as_slice).unwrap_or_default();
        if browsers.is_empty() {
            return;
        }
        let button = secondary_button(ui, texts::OPEN_IN);
        Popup::menu(&button).show(|ui| {
            name_menu(ui, texts::OPEN_IN);
            for browser in browsers {
                for (words, which) in [
                    (browser.name.to_owned(), &browser.usual),
                    (common::private_window(browser.name), &browser.private),
                ] {
                    if menu_item(ui, &words).clicked() {
                        links::open(ui.ctx(), &waiting.url, which.clone());
                        ui.close();
                    }
                }
            }
        });
    });
}

/// That the browser or another device is still waited for, where another step is shown.
pub(crate) fn reminder_ui(ui: &mut Ui, model: &Model, draft: &Draft) {
    let what = match model.open.sign_in.visit {
        Visit::Starting | Visit::Waiting(..) => texts::WAITING_FOR_BROWSER,
        Visit::Device(..) => texts::WAITING_FOR_DEVICE,
        Visit::None | Visit::Done(_) | Visit::Failed(_) => return,
    };
    if draft.home || draft.step != Step::Authorization {
        ui.horizontal_wrapped(|ui| {
            waiting_row(ui, &model.open.sign_in.work, what, Work::SignIn);
            if secondary_button(ui, texts::SHOW_WAIT).clicked() {
                want(ui, Intent::GoTo(Step::Authorization));
            }
        });
    }
}
