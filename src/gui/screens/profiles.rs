//! The list of saved profiles, each with its state and a live countdown, and below it how the window looks.

use std::time::Duration;

use egui::{Align, Id, Layout, Rect, RichText, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};
use jiff::Timestamp;

use crate::app::{ProfileState, ProfileSummary, Theme, TrayState, VaultKind, VaultState};
use crate::gui::display_text;
use crate::gui::draft::{Draft, Focus, VaultPrompt};
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::profile_menu::menu_ui;
use crate::gui::screens::{intent_button, want};
use crate::gui::theme::{CONTROL_HEIGHT, Palette, SPACE_S, Tone, heading, shown, small};
use crate::gui::widgets::{
    self, ButtonKind, above_footer, countdown_text, dot, follow_focus, keyed, rows, segmented, status_dot, toggle, told,
};

/// Height of the part below the list, in points, until it was drawn once.
const FOOT_HEIGHT: f32 = 84.0;

/// Height of most cards with the space below, in points.
const CARD_HEIGHT: f32 = 87.0;

/// The inner margin of a profile's card, in points.
const MARGIN: f32 = 10.0;

/// Side of the button for a profile's menu, in points.
const MENU_SIDE: f32 = 26.0;

pub(crate) fn profiles_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    ui.label(heading("Tokenwright"));
    ui.add_space(8.0);
    intent_button(ui, ButtonKind::Secondary, Intent::NewProfile, None);
    ui.add_space(12.0);
    title_ui(ui, model);
    // As high as it was last: how many lines it has depends on the words.
    let key = Id::unique("height of the foot");
    let foot = ui.data(|data| data.get_temp(key)).unwrap_or(FOOT_HEIGHT);
    above_footer(ui, foot, |ui| {
        let area = ScrollArea::vertical().auto_shrink(false).id_salt("profiles");
        area.show(ui, |ui| {
            list_ui(ui, model, draft);
            follow_focus(ui);
        });
    });
    let top = ui.cursor().top() - ui.spacing().item_spacing.y;
    tray_ui(ui, model);
    looks_ui(ui, model, draft);
    let height = ui.cursor().top() - ui.spacing().item_spacing.y - top;
    if (height - foot).abs() > 0.5 {
        ui.data_mut(|data| data.insert_temp(key, height));
        ui.ctx().request_discard("the foot of the list has another height");
    }
}

/// The name of the list, giving from it, and the team.
fn title_ui(ui: &mut Ui, model: &Model) {
    // A row no higher than its words.
    ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = 0.0;
        ui.horizontal(|ui| {
            ui.label(small(ui, "Saved profiles"));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                // A file that cannot be read is no profile to share.
                if !model.profiles.iter().all(|profile| matches!(profile.state, ProfileState::Broken(_))) {
                    title_link_ui(ui, Intent::OpenShare, "Share profiles");
                }
                title_link_ui(ui, Intent::OpenTeam, "Team");
            });
        });
    });
}

fn title_link_ui(ui: &mut Ui, intent: Intent, label: &str) {
    let (text, hint) = intent.words();
    if widgets::link(ui, RichText::new(text).small(), label).on_hover_text(hint).clicked() {
        want(ui, intent);
    }
}

fn list_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    if model.profiles.is_empty() {
        ui.label(small(ui, "None yet. Step 3 saves a profile here, with its tokens."));
    }
    rows(ui, "saved profiles", CARD_HEIGHT, &model.profiles, |ui, profile| {
        keyed(ui, profile.name.as_str(), |ui| {
            profile_ui(ui, model, draft, profile);
        });
        ui.add_space(4.0);
    });
}

/// A card to open it by, with its menu in the corner, and the one thing that mends it at the foot.
fn profile_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, profile: &ProfileSummary) {
    let palette = Palette::of(ui);
    let is_open = model.open.name() == Some(&profile.name);
    let fill = if is_open { palette.card_hover } else { palette.card };
    let frame = egui::Frame::new().fill(fill).inner_margin(MARGIN).corner_radius(8);
    let mended = profile.state.wants_sign_in();
    let framed = frame.show(ui, |ui| {
        words_ui(ui, model, draft, profile);
        if mended {
            ui.add_space(SPACE_S + CONTROL_HEIGHT);
        }
    });
    // Under an identity of its own: the frame, which is drawn first, would give the keyboard away each time.
    let response = ui.interact(framed.response.rect, ui.scope_id().with("open"), Sense::click());
    let described = if profile.display_name.is_empty() {
        format!("Open {}", profile.name)
    } else {
        format!("Open {} ({})", profile.display_name, profile.name)
    };
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_open, described.clone()));
    if response.has_focus() {
        ui.painter().rect_stroke(response.rect, 8, crate::gui::theme::focus_stroke(palette), egui::StrokeKind::Outside);
    }
    let card = response.rect;
    let response = match profile.state.trouble(draft.clock.now) {
        Some(trouble) => response.on_hover_text(shown(told(&trouble))),
        None => response,
    };
    if response.clicked() {
        want(ui, Intent::Open(profile.name.clone()));
    }
    // What lies on the card comes after it, or the card would take the clicks.
    let corner = Rect::from_min_size(card.right_top() + vec2(-6.0 - MENU_SIDE, 6.0), vec2(MENU_SIDE, MENU_SIDE));
    let mut ui_of_corner = ui.new_child(UiBuilder::new().max_rect(corner).id_salt("menu"));
    menu_ui(&mut ui_of_corner, model, draft, profile);
    if mended {
        let foot = Rect::from_min_max(pos2(card.left() + MARGIN, card.bottom() - MARGIN - CONTROL_HEIGHT), card.max);
        let mut ui = ui.new_child(UiBuilder::new().max_rect(foot).id_salt("mend"));
        intent_button(&mut ui, ButtonKind::Secondary, Intent::SignIn(profile.name.clone()), None);
    }
}

/// Name, service and state.
fn words_ui(ui: &mut Ui, model: &Model, draft: &Draft, profile: &ProfileSummary) {
    ui.set_width(ui.available_width());
    ui.spacing_mut().item_spacing.y = 2.0;
    let name = RichText::new(profile.shown_name()).text_style(crate::gui::theme::label_style());
    ui.scope(|ui| {
        ui.set_max_width(ui.available_width() - MENU_SIDE + 4.0);
        ui.add(egui::Label::new(name).truncate().selectable(false));
    });
    if !profile.display_name.is_empty() {
        ui.add(egui::Label::new(small(ui, profile.name.as_str())).truncate().selectable(false));
    }
    let service = match profile {
        ProfileSummary { draft: true, service, .. } => format!("Draft · {service}"),
        ProfileSummary { shared: true, service, .. } => format!("Team · {service}"),
        ProfileSummary { service, .. } => service.clone(),
    };
    ui.add(egui::Label::new(small(ui, service)).truncate().selectable(false));
    if let Some(who) = model.known_as.get(&profile.name) {
        ui.add(egui::Label::new(small(ui, who)).truncate().selectable(false));
    }
    let (tone, text) = state(&profile.state, draft.clock.now);
    status_dot(ui, tone, &text);
    // A dead refresh token and the like are in the state's own word.
    if let (ProfileState::Tokens { .. }, Some(trouble)) = (&profile.state, profile.state.trouble(draft.clock.now)) {
        let words = RichText::new(shown(display_text::quoted(&trouble.summary)))
            .small()
            .color(Palette::of(ui).tone(Tone::Warning));
        ui.add(egui::Label::new(words).wrap().selectable(false));
    }
    if profile.keep_alive {
        let problem = model.keep_alive.iter().any(|kept| kept.name == profile.name && kept.problem.is_some());
        ui.label(small(ui, if problem { "Keep-alive: last refresh failed" } else { "Keep-alive" }));
    }
}

/// The state in a colour and in words, with the time that is left.
fn state(state: &ProfileState, now: Timestamp) -> (Tone, String) {
    let word = state.label(now);
    let tone = match word {
        "fresh" => Tone::Success,
        "expiring" | "no refresh token" | "vault closed" => Tone::Warning,
        "expired" | "needs sign-in" | "stale" | "unreadable" => Tone::Danger,
        _ => Tone::Info,
    };
    match left(state, now) {
        Some(left) if !left.is_zero() => (tone, format!("{word}, {}", countdown_text(left))),
        _ => (tone, word.to_owned()),
    }
}

fn left(state: &ProfileState, now: Timestamp) -> Option<Duration> {
    let ProfileState::Tokens { expires_at: Some(at), .. } = state else { return None };
    Duration::try_from(at.duration_since(now)).ok()
}

/// When a profile's access token expires.
pub fn expiry(profile: &ProfileSummary) -> Option<Timestamp> {
    match profile.state {
        ProfileState::Tokens { expires_at, .. } => expires_at,
        _ => None,
    }
}

/// Whether closing hides the window in the tray; shown once a profile has keep-alive.
fn tray_ui(ui: &mut Ui, model: &Model) {
    if !model.profiles.iter().any(|profile| profile.keep_alive) {
        return;
    }
    let mut settings = model.window.unwrap_or_default();
    let help = match &model.tray {
        TrayState::Absent(diagnosis) if settings.tray => format!("Not possible: {}.", diagnosis.summary),
        _ => "Closing the window hides it, and keep-alive goes on.".to_owned(),
    };
    if toggle(ui, "Close to tray", &mut settings.tray, Some(&help)).changed() {
        want(ui, Intent::ChangeSettings(settings));
    }
    ui.add_space(6.0);
}

/// The state of the vault, and the theme.
fn looks_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let (tone, text) = match &model.vault {
        VaultState::Open(VaultKind::Keyring) => (Tone::Success, "Vault: keyring"),
        VaultState::Open(VaultKind::Passphrase) => (Tone::Success, "Vault: passphrase"),
        VaultState::Open(VaultKind::Memory) => (Tone::Warning, "Vault: memory only"),
        VaultState::NeedsPassphrase { new: false, .. } => (Tone::Warning, "Vault: locked"),
        VaultState::NeedsPassphrase { new: true, .. } | VaultState::NoKeyring(_) => (Tone::Info, "Vault: none yet"),
        VaultState::NeedsChoice(_) => (Tone::Warning, "Vault: not chosen"),
        VaultState::Unknown => (Tone::Info, "Vault: checking"),
    };
    ui.scope(|ui| {
        // As high as the words, so that both stand on one line.
        ui.spacing_mut().interact_size.y = 0.0;
        ui.horizontal(|ui| {
            dot(ui, tone);
            ui.label(text);
            let is_movable = matches!(model.vault, VaultState::Open(VaultKind::Keyring | VaultKind::Passphrase));
            if is_movable
                && widgets::link(ui, "Move…", "Move…").on_hover_text("Store the vault key elsewhere").clicked()
            {
                draft.questions.move_vault = !draft.questions.move_vault;
                draft.next_view.to_top = true;
            }
            let asks = match &model.vault {
                VaultState::NeedsPassphrase { new: false, .. } => "Unlock…",
                VaultState::NeedsPassphrase { new: true, .. } | VaultState::NoKeyring(_) => "Choose…",
                _ => return,
            };
            if widgets::link(ui, asks, asks).on_hover_text("Choose where tokens are stored").clicked() {
                draft.questions.vault = Some(VaultPrompt { then: None });
                draft.next_view.focus = Some(Focus::Passphrase);
            }
        });
    });
    ui.add_space(6.0);
    let mut settings = model.window.unwrap_or_default();
    let themes = [(Theme::System, "System"), (Theme::Light, "Light"), (Theme::Dark, "Dark")];
    if segmented(ui, "Theme", &mut settings.theme, &themes).changed() {
        want(ui, Intent::ChangeSettings(settings));
    }
}
