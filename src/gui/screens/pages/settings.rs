//! The page of the settings: how the window looks, what opens the browser, how calls leave this machine, where presets come
//! from, and when the vault is locked.

use egui::Ui;

use crate::app::{Browser, Theme, TrayState, VaultKind, VaultState, WindowSettings};
use crate::gui::drafts::Draft;
use crate::gui::drafts::settings::{SettingsDraft, SettingsErrors};
use crate::gui::intent::{Intent, SettingsWish};
use crate::gui::model::Model;
use crate::gui::screens::frame::vault;
use crate::gui::screens::pages::{about, bundle};
use crate::gui::screens::profile_list::side_foot;
use crate::gui::screens::{intent_button, want};
use crate::gui::texts::{common, settings as texts};
use crate::gui::theme::{SPACE_XS, Tone, label, small};
use crate::gui::widgets::{
    ButtonKind, Field, SHORT, banner, dot, footer, heading, labelled_segmented, link, page, section, toggle, waiting,
};

pub(crate) fn settings_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let Some(mut settings) = draft.settings.take() else { return };
    let top = std::mem::take(&mut draft.next_view.to_top);
    page(ui, "settings", top, true, |ui| {
        heading(ui, texts::TITLE);
        if let Some(failure) = model.program.failure() {
            banner(ui, Tone::Danger, &failure.diagnosis);
        }
        vault::vault_ui(ui, model, draft);
        let mut window = model.window.unwrap_or_default();
        let before = window;
        section(ui, texts::APPEARANCE, |ui| looks_ui(ui, &mut window));
        section(ui, texts::SIGNING_IN, |ui| sign_in_ui(ui, model, &mut settings, &mut window));
        section(ui, texts::NETWORK, |ui| network_ui(ui, model, &mut settings));
        section(ui, common::PRESETS, |ui| bundle::bundle_ui(ui, &model.bundle, &mut settings));
        section(ui, texts::VAULT, |ui| lock_ui(ui, model, draft, &mut window));
        section(ui, texts::DESKTOP, |ui| desktop_ui(ui, model, &mut window));
        about::about_ui(ui, model);
        if window != before {
            want(ui, Intent::ChangeSettings(window));
        }
    });
    let close = |ui: &mut Ui| {
        intent_button(ui, ButtonKind::Secondary, Intent::ClosePage, None);
    };
    footer(ui, close, |_| {});
    draft.settings = Some(settings);
}

fn looks_ui(ui: &mut Ui, window: &mut WindowSettings) {
    let themes = [(Theme::System, texts::SYSTEM), (Theme::Light, texts::LIGHT), (Theme::Dark, texts::DARK)];
    labelled_segmented(ui, texts::THEME, &mut window.theme, &themes);
    let mut percent = percent(window.scale.unwrap_or(1.0));
    let before = percent;
    let scales = [75, 100, 125, 150, 200].map(|percent| (percent, format!("{percent} %")));
    let options: Vec<(u16, &str)> = scales.iter().map(|(percent, name)| (*percent, name.as_str())).collect();
    labelled_segmented(ui, texts::SCALE, &mut percent, &options);
    ui.label(small(ui, texts::scale_now(before)));
    if percent != before {
        window.scale = Some(f32::from(percent) / 100.0).filter(|_| percent != 100);
    }
}

fn percent(scale: f32) -> u16 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 300")]
    let percent = (scale * 100.0).round() as u16;
    percent
}

fn sign_in_ui(ui: &mut Ui, model: &Model, settings: &mut SettingsDraft, window: &mut WindowSettings) {
    ui.add_enabled_ui(settings.is_read(), |ui| {
        let errors = settings.errors();
        let field = Field::new(texts::BROWSER).optional().mono().limit(SHORT).example(texts::BROWSER_EXAMPLE);
        let field = field.help(texts::BROWSER_HELP).error(errors.browser.as_deref()).show(ui, &mut settings.browser);
        let mut leaves = field.lost_focus();
        ui.horizontal_wrapped(|ui| {
            for browser in model.browsers.last().map(Vec::as_slice).unwrap_or_default() {
                let private = common::private_window(browser.name);
                for (name, which) in [(browser.name, &browser.usual), (private.as_str(), &browser.private)] {
                    if let Browser::Command(line) = which
                        && link(ui, name, name).clicked()
                    {
                        settings.browser.clone_from(line);
                        leaves = true;
                    }
                }
            }
        });
        save_when_left(ui, leaves);
    });
    toggle(ui, common::REVIEW_REQUEST, &mut window.stop_before_token_call, Some(common::REVIEW_REQUEST_HELP));
}

fn network_ui(ui: &mut Ui, model: &Model, settings: &mut SettingsDraft) {
    if let Some(failure) = model.connections.failure() {
        banner(ui, Tone::Danger, &failure.diagnosis);
    }
    if model.connections.is_pending() {
        waiting(ui, texts::TRYING, model.connections.id());
    }
    ui.add_enabled_ui(settings.is_read(), |ui| {
        let SettingsErrors { proxy, ca_file, client_certificate, connect_timeout, timeout, .. } = settings.errors();
        let line = |label, example, help| Field::new(label).optional().mono().limit(SHORT).example(example).help(help);
        let fields = [
            line(texts::PROXY, texts::PROXY_EXAMPLE, texts::PROXY_HELP).error(proxy).show(ui, &mut settings.proxy),
            line(texts::NO_PROXY, texts::NO_PROXY_EXAMPLE, texts::NO_PROXY_HELP).show(ui, &mut settings.no_proxy),
            line(texts::CA_FILE, texts::CA_FILE_EXAMPLE, texts::CA_FILE_HELP)
                .error(ca_file)
                .show(ui, &mut settings.ca_file),
            line(common::CLIENT_CERTIFICATE, texts::CLIENT_CERTIFICATE_EXAMPLE, texts::CLIENT_CERTIFICATE_HELP)
                .error(client_certificate)
                .show(ui, &mut settings.client_certificate),
            line(texts::CONNECT_TIMEOUT, "10", texts::CONNECT_TIMEOUT_HELP)
                .error(connect_timeout.as_deref())
                .show(ui, &mut settings.connect_timeout),
            line(texts::TIMEOUT, "30", texts::TIMEOUT_HELP).error(timeout.as_deref()).show(ui, &mut settings.timeout),
        ];
        save_when_left(ui, fields.iter().any(egui::Response::lost_focus));
    });
}

fn save_when_left(ui: &Ui, leaves: bool) {
    if leaves {
        want(ui, Intent::Settings(SettingsWish::SaveConnections));
    }
}

fn lock_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, window: &mut WindowSettings) {
    let (tone, text) = side_foot::vault_words(&model.vault);
    ui.horizontal_wrapped(|ui| {
        dot(ui, tone);
        ui.label(text);
        if matches!(model.vault, VaultState::Open(VaultKind::Keyring | VaultKind::Passphrase)) {
            let text = texts::MOVE;
            if link(ui, text, text).on_hover_text(texts::MOVE_HINT).clicked() {
                draft.questions.move_vault = !draft.questions.move_vault;
                draft.next_view.to_top = true;
            }
        }
    });
    let blocked = match &model.vault {
        VaultState::Open(VaultKind::Memory) => Some(texts::MEMORY_CANNOT_LOCK),
        VaultState::Open(_) => model.vault_work.is_pending().then_some(common::ONE_MOMENT),
        _ => Some(common::VAULT_NOT_OPEN),
    };
    intent_button(ui, ButtonKind::Secondary, Intent::LockVault, blocked);
    let times = [
        (None, common::NEVER),
        (Some(5), texts::AFTER_5_MINUTES),
        (Some(15), texts::AFTER_15_MINUTES),
        (Some(60), texts::AFTER_1_HOUR),
    ];
    ui.spacing_mut().item_spacing.y = SPACE_XS;
    labelled_segmented(ui, texts::LOCK_AFTER, &mut window.lock_after, &times);
    if let Some(minutes) = window.lock_after.filter(|minutes| times.iter().all(|(time, _)| *time != Some(*minutes))) {
        ui.label(label(texts::lock_after_now(minutes)));
    }
    ui.label(small(ui, texts::LOCK_HELP));
}

/// What the desktop shows while the window is not looked at.
fn desktop_ui(ui: &mut Ui, model: &Model, window: &mut WindowSettings) {
    let mut shows = !window.quiet;
    toggle(ui, texts::NOTIFICATIONS, &mut shows, Some(texts::NOTIFICATIONS_HELP));
    window.quiet = !shows;
    let help = match &model.tray {
        TrayState::Absent(diagnosis) if window.tray => texts::not_possible(&diagnosis.summary),
        _ => texts::TRAY_HELP.to_owned(),
    };
    toggle(ui, texts::TRAY, &mut window.tray, Some(&help));
}
