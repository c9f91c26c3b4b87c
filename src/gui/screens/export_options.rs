//! The choices of an export: its format, how it stays current, whether the refresh token is in it, and the file.

use egui::{Response, Ui};

use crate::app::FormatLine;
use crate::diagnosis::Diagnosis;
use crate::export::RefreshTokenUse;
use crate::gui::draft::{Focus, NextView};
use crate::gui::export_draft::{ExportDraft, Way};
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Stand};
use crate::gui::screens::import::not_chosen_ui;
use crate::gui::screens::{entered, intent_button, lead_to};
use crate::gui::theme::{Tone, shown, small};
use crate::gui::widgets::{
    ButtonKind, Field, SHORT, banner, banner_with, card, secondary_button, section, segmented_among, toggle,
};

const NO_LIVE: &str = "Tools that read this format cannot fetch a token themselves";
const ONLY_LIVE: &str = "This format fetches the token on each use and contains none";

/// Shows the formats, or the chosen one.
pub(crate) fn format_ui(ui: &mut Ui, model: &Model, export: &mut ExportDraft) {
    let formats = model.export.formats();
    section(ui, "For which tool?", |ui| {
        if let Some(failure) = model.export.formats.failure() {
            banner(ui, Tone::Danger, &failure.diagnosis);
            return;
        }
        let Some(chosen) = export.line(formats) else { return formats_ui(ui, formats, export) };
        card(ui, &chosen.id, ui.available_width(), &chosen.name, &format!("Read by {}", chosen.reader), true);
        let all = secondary_button(ui, &format!("Show all {} formats", formats.len()));
        let is_wanted = all.clicked();
        if std::mem::take(&mut export.leads) {
            all.request_focus();
        }
        if is_wanted {
            (export.format, export.leads) = (None, true);
        }
    });
}

fn formats_ui(ui: &mut Ui, formats: &[FormatLine], export: &mut ExportDraft) {
    if formats.is_empty() {
        ui.label(small(ui, "Loading formats…"));
        return;
    }
    let field = Field::new("Search formats")
        .limit(SHORT)
        .example("Search by tool: curl, .env, Postman, kubectl …")
        .unlabelled();
    let field = field.show(ui, &mut export.search);
    if std::mem::take(&mut export.leads) {
        field.request_focus();
    }
    // Enter takes the first that was found.
    let is_taken = entered(ui, &field) && !export.search.trim().is_empty();
    let found: Vec<&FormatLine> = formats.iter().filter(|format| format.matches(&export.search)).collect();
    if found.is_empty() {
        let hint = "No format matches. Add your own as a template file in the `formats` folder of your data \
                    folder, or use json, which carries every value.";
        ui.label(small(ui, hint));
    }
    // Two in a row: the names are longer than those of services.
    let width = ((ui.available_width() - ui.spacing().item_spacing.x) / 2.0).floor();
    let mut chosen = found.first().copied().filter(|_| is_taken);
    ui.horizontal_wrapped(|ui| {
        for format in found {
            let readers = format!("Read by {}", format.reader);
            if card(ui, &format.id, width, &format.name, &readers, false).on_hover_text(shown(&readers)).clicked() {
                chosen = Some(format);
            }
        }
    });
    if let Some(format) = chosen {
        export.choose(format);
    }
}

/// Shows the options of the chosen format.
pub(crate) fn options_ui(ui: &mut Ui, format: &FormatLine, export: &mut ExportDraft) {
    section(ui, "How does it stay current?", |ui| {
        let without = (!format.snapshot).then_some(ONLY_LIVE);
        let ways = [
            (Way::Snapshot, "Snapshot", without),
            (Way::Live, "Live", (!format.live).then_some(NO_LIVE)),
            (Way::Sink, "Sink", without),
        ];
        segmented_among(ui, "How it stays current", &mut export.way, &ways);
        ui.label(small(ui, meaning(export.way)));
        refresh_token_ui(ui, format, export);
        if format.url {
            let field = Field::new("Address").example("https://api.example.com/me").optional().mono();
            field.help("The API address to call; used in the text or in the next command.").show(ui, &mut export.url);
        }
    });
}

fn meaning(way: Way) -> &'static str {
    match way {
        Way::Snapshot => "The current values. They go stale when the access token expires.",
        Way::Live => "Contains no token: fetches a valid one from Tokenwright on each use.",
        Way::Sink => "A file that Tokenwright rewrites at each refresh.",
    }
}

fn refresh_token_ui(ui: &mut Ui, format: &FormatLine, export: &mut ExportDraft) {
    if export.way == Way::Live {
        return;
    }
    match (format.refresh_token, export.rotates) {
        (RefreshTokenUse::Never, _) => return,
        (RefreshTokenUse::Optional, false) => {
            let help = "The tool can then refresh by itself, and so can anyone who reads the file.";
            toggle(ui, "Include the refresh token and client credentials", &mut export.with_refresh_token, Some(help));
        }
        (RefreshTokenUse::Optional, true) => {
            let help = "This service rotates refresh tokens, so only one side can hold it.";
            toggle(
                ui,
                "Hand over the refresh token and client credentials",
                &mut export.with_refresh_token,
                Some(help),
            );
        }
        (RefreshTokenUse::Needed, _) => {
            let words = "The tool refreshes by itself, so the refresh token and client credentials are included.";
            ui.label(small(ui, words));
        }
    }
    if export.gives_away(format) {
        confirm_ui(ui, format, export);
    } else {
        export.hand_over = false;
    }
}

/// Asked once more: it cannot be taken back but by signing in.
fn confirm_ui(ui: &mut Ui, format: &FormatLine, export: &mut ExportDraft) {
    let way_out = match (format.refresh_token, format.live) {
        (_, true) => "choose Live",
        (RefreshTokenUse::Needed, false) => "choose another format",
        (_, false) => "untick the option above",
    };
    let what = Diagnosis::new("the refresh token will be handed over").hint(format!(
        "The tool's first refresh invalidates the token stored here. The profile is marked as handed over, and \
         Tokenwright stops refreshing it until you sign in again. To avoid this, {way_out}."
    ));
    banner_with(ui, Tone::Warning, &what, |ui| {
        toggle(ui, "Yes, hand it over", &mut export.hand_over, None);
    });
}

/// Where it is saved.
pub(crate) fn file_ui(ui: &mut Ui, model: &Model, export: &mut ExportDraft, next_view: &mut NextView) {
    section(ui, "Destination", |ui| {
        let help = "Only you can read the file. The folder must exist.";
        let field = Field::new("File").example("/home/me/acme.env").help(help).mono();
        let field = field.show(ui, &mut export.path);
        if field.changed() {
            export.path_is_typed = true;
        }
        browse_ui(ui, model, &field, next_view);
    });
}

/// The way to choose the file of this field by pointing.
pub(crate) fn browse_ui(ui: &mut Ui, model: &Model, field: &Response, next_view: &mut NextView) {
    lead_to(field, Focus::Path, true, next_view);
    let target = &model.export.target;
    intent_button(ui, ButtonKind::Secondary, Intent::ChooseTarget, target.is_pending().then_some("Choosing…"));
    if let Stand::Done(None) = target.stand() {
        not_chosen_ui(ui);
    }
}
