//! The page of the settings: how the window looks, what opens the browser, how calls leave this machine, where presets come
//! from, and when the vault is locked.

use egui::Ui;

use crate::app::{Browser, Theme, TrayState, VaultKind, VaultState, WindowSettings};
use crate::gui::draft::Draft;
use crate::gui::intent::{Intent, SettingsWish};
use crate::gui::model::Model;
use crate::gui::screens::{about, bundle, intent_button, side_foot, vault, want};
use crate::gui::settings_draft::{SettingsDraft, SettingsErrors};
use crate::gui::theme::{SPACE_XS, Tone, label, small};
use crate::gui::widgets::{
    ButtonKind, Field, SHORT, banner, dot, footer, heading, labelled_segmented, link, page, section, toggle, waiting,
};

pub(crate) fn settings_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let Some(mut settings) = draft.settings.take() else { return };
    let top = std::mem::take(&mut draft.next_view.to_top);
    page(ui, "settings", top, true, |ui| {
        heading(ui, "Settings");
        if let Some(failure) = model.program.failure() {
            banner(ui, Tone::Danger, &failure.diagnosis);
        }
        vault::vault_ui(ui, model, draft);
        let mut window = model.window.unwrap_or_default();
        let before = window;
        section(ui, "Appearance", |ui| looks_ui(ui, &mut window));
        section(ui, "Signing in", |ui| sign_in_ui(ui, model, &mut settings, &mut window));
        section(ui, "Network", |ui| network_ui(ui, model, &mut settings));
        section(ui, "Presets", |ui| bundle::bundle_ui(ui, &model.bundle, &mut settings));
        section(ui, "Vault", |ui| lock_ui(ui, model, draft, &mut window));
        section(ui, "Desktop", |ui| desktop_ui(ui, model, &mut window));
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
    let themes = [(Theme::System, "System"), (Theme::Light, "Light"), (Theme::Dark, "Dark")];
    labelled_segmented(ui, "Theme", &mut window.theme, &themes);
    let mut percent = percent(window.scale.unwrap_or(1.0));
    let before = percent;
    let scales = [75, 100, 125, 150, 200].map(|percent| (percent, format!("{percent} %")));
    let options: Vec<(u16, &str)> = scales.iter().map(|(percent, name)| (*percent, name.as_str())).collect();
    labelled_segmented(ui, "Scale", &mut percent, &options);
    ui.label(small(ui, format!("Now {before} %. Ctrl with plus, minus and 0 changes it, too.")));
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
        let help = "A command; %s stands for the address. Empty: the default browser of the desktop.";
        let field = Field::new("Browser").optional().mono().limit(SHORT).example("firefox --private-window %s");
        let field = field.help(help).error(errors.browser.as_deref()).show(ui, &mut settings.browser);
        let mut leaves = field.lost_focus();
        ui.horizontal_wrapped(|ui| {
            for browser in model.browsers.last().map(Vec::as_slice).unwrap_or_default() {
                let private = format!("{}, private window", browser.name);
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
    let text = "Review the token request before sending";
    toggle(ui, text, &mut window.stop_before_token_call, Some("When off, it is sent as soon as the code arrives."));
}

fn network_ui(ui: &mut Ui, model: &Model, settings: &mut SettingsDraft) {
    if let Some(failure) = model.connections.failure() {
        banner(ui, Tone::Danger, &failure.diagnosis);
    }
    if model.connections.is_pending() {
        waiting(ui, "Trying it", model.connections.id());
    }
    ui.add_enabled_ui(settings.is_read(), |ui| {
        let SettingsErrors { proxy, ca_file, client_certificate, connect_timeout, timeout, .. } = settings.errors();
        let line = |label, example, help| Field::new(label).optional().mono().limit(SHORT).example(example).help(help);
        let help = "Empty: that of the system, or of HTTPS_PROXY. none: no proxy at all. A user and password go into \
                    HTTPS_PROXY.";
        let fields = [
            line("Proxy", "http://proxy.example:3128", help).error(proxy).show(ui, &mut settings.proxy),
            line("Hosts without proxy", "localhost, .corp.example", "Only with a proxy of your own, above.")
                .show(ui, &mut settings.no_proxy),
            line(
                "Own certificate authority",
                "/etc/ssl/corp.pem",
                "A PEM file. Trusted in addition to the system's authorities.",
            )
            .error(ca_file)
            .show(ui, &mut settings.ca_file),
            line(
                "Client certificate",
                "/home/ada/client.pem",
                "A PEM file with the certificate and its private key, for servers that ask for one.",
            )
            .error(client_certificate)
            .show(ui, &mut settings.client_certificate),
            line("Seconds to connect", "10", "Empty: 10.")
                .error(connect_timeout.as_deref())
                .show(ui, &mut settings.connect_timeout),
            line("Seconds for a whole call", "30", "Empty: 30.")
                .error(timeout.as_deref())
                .show(ui, &mut settings.timeout),
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
            let text = "Move…";
            if link(ui, text, text).on_hover_text("Store the vault key elsewhere").clicked() {
                draft.questions.move_vault = !draft.questions.move_vault;
                draft.next_view.to_top = true;
            }
        }
    });
    let blocked = match &model.vault {
        VaultState::Open(VaultKind::Memory) => Some("A vault in memory cannot be locked: its tokens would be lost"),
        VaultState::Open(_) => model.vault_work.is_pending().then_some("One moment…"),
        _ => Some("The vault is not open"),
    };
    intent_button(ui, ButtonKind::Secondary, Intent::LockVault, blocked);
    let times = [(None, "Never"), (Some(5), "5 minutes"), (Some(15), "15 minutes"), (Some(60), "1 hour")];
    ui.spacing_mut().item_spacing.y = SPACE_XS;
    labelled_segmented(ui, "Lock when not used for", &mut window.lock_after, &times);
    if let Some(minutes) = window.lock_after.filter(|minutes| times.iter().all(|(time, _)| *time != Some(*minutes))) {
        ui.label(label(format!("Now {minutes} minutes, from the settings file.")));
    }
    let help = "While locked, this window refreshes nothing; the agent goes on. It is not locked while something is under way or not saved.";
    ui.label(small(ui, help));
}

/// What the desktop shows while the window is not looked at.
fn desktop_ui(ui: &mut Ui, model: &Model, window: &mut WindowSettings) {
    let mut shows = !window.quiet;
    let help = "When a sign-in ends while you look elsewhere, and when a profile needs you.";
    toggle(ui, "Show notifications", &mut shows, Some(help));
    window.quiet = !shows;
    let help = match &model.tray {
        TrayState::Absent(diagnosis) if window.tray => format!("Not possible: {}.", diagnosis.summary),
        _ => "Closing the window hides it while profiles are kept alive.".to_owned(),
    };
    toggle(ui, "Close to tray", &mut window.tray, Some(&help));
}
