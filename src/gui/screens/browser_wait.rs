//! While the browser is waited for: how to reach it once more, in another window or on another device, and the field for
//! what it cannot bring back by itself.

use egui::{Popup, Ui};

use crate::app::{Browser, Waiting};
use crate::gui::draft::Draft;
use crate::gui::intent::{Intent, Step};
use crate::gui::links;
use crate::gui::model::{Model, Visit, Work};
use crate::gui::screens::{intent_button, waiting_row, want};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{
    ButtonKind, CodeBlock, Field, TEXT, banner, copy_named_button, disclosure, key_values, menu_item, name_menu,
    notice, qr_code, secondary_button, section,
};

/// Shows where it is waited for, and the ways to the browser.
pub(crate) fn wait_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, waiting: &Waiting) {
    section(ui, "Sign in with the browser", |ui| {
        for problem in waiting.listener_problem.iter().chain(&waiting.browser_problem) {
            banner(ui, Tone::Warning, problem);
        }
        let place = if waiting.addresses.is_empty() {
            "Waiting for you to paste the response".to_owned()
        } else {
            format!("Waiting on {}", waiting.addresses.join(" and "))
        };
        waiting_row(ui, &model.open.sign_in.work, &place, Work::SignIn);
        let until = waiting.until.to_zoned(draft.clock.zone.clone()).strftime("%H:%M");
        ui.label(small(ui, format!("Times out at {until}.")));
        browsers_ui(ui, model, waiting);
        if let Some(fingerprint) = &waiting.fingerprint {
            let text = "The browser will warn once, because the certificate was created on this machine. Continue if it shows this fingerprint.";
            notice(ui, Tone::Info, "Self-signed certificate", text);
            CodeBlock::new("SHA-256 fingerprint", fingerprint).show(ui);
        }
        Field::new("Pasted response")
            .help("The address the browser was redirected to, its query, or just the code.")
            .optional()
            .limit(TEXT)
            .show_secret(ui, &mut draft.authorization_step.pasted);
        let blocked = draft.authorization_step.pasted.is_empty().then_some("Paste the response first");
        intent_button(ui, ButtonKind::Secondary, Intent::Paste, blocked);
        disclosure(ui, "The address", false, |ui| {
            key_values(ui, |rows| rows.copyable("Redirect URI", &waiting.redirect_uri));
            CodeBlock::new("URL", &waiting.url).max_height(96.0).show(ui);
        });
        disclosure(ui, "QR code, for another device", false, |ui| {
            let words = "Scan it with a device of your own. After the sign-in the other device cannot reach this machine: \
                         paste the address that it ends on above.";
            ui.label(small(ui, words));
            qr_code(ui, "QR code of the address", &waiting.url);
        });
    });
}

fn browsers_ui(ui: &mut Ui, model: &Model, waiting: &Waiting) {
    ui.horizontal_wrapped(|ui| {
        let hint = "Show the sign-in page in the browser once more";
        if secondary_button(ui, "Open again").on_hover_text(hint).clicked() {
            links::open(ui.ctx(), &waiting.url, Browser::System);
        }
        copy_named_button(ui, "address", &waiting.url);
        let browsers = model.browsers.last().map(Vec::as_slice).unwrap_or_default();
        if browsers.is_empty() {
            return;
        }
        let button = secondary_button(ui, "Open in…");
        Popup::menu(&button).show(|ui| {
            name_menu(ui, "Open in…");
            for browser in browsers {
                for (words, which) in [
                    (browser.name.to_owned(), &browser.usual),
                    (format!("{}, private window", browser.name), &browser.private),
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
        Visit::Starting | Visit::Waiting(..) => "Waiting for the browser",
        Visit::Device(..) => "Waiting for the other device",
        Visit::None | Visit::Done(_) | Visit::Failed(_) => return,
    };
    if draft.home || draft.step != Step::Authorization {
        ui.horizontal_wrapped(|ui| {
            waiting_row(ui, &model.open.sign_in.work, what, Work::SignIn);
            if secondary_button(ui, "Show").clicked() {
                want(ui, Intent::GoTo(Step::Authorization));
            }
        });
    }
}
