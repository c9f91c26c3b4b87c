//! The choices of an export: its format, how it stays current, whether the refresh token is in it, and the file.

use egui::{Response, Ui};

use crate::app::FormatLine;
use crate::diagnosis::Diagnosis;
use crate::export::RefreshTokenUse;
use crate::gui::drafts::export::{ExportDraft, Way};
use crate::gui::drafts::{Focus, NextView};
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Stand};
use crate::gui::screens::pages::import::not_chosen_ui;
use crate::gui::screens::{entered, intent_button, lead_to};
use crate::gui::texts::{common, export as texts};
use crate::gui::theme::{Tone, shown, small};
use crate::gui::widgets::{
    ButtonKind, Field, SHORT, banner, banner_with, card, secondary_button, section, segmented_among, toggle,
};

/// Shows the formats, or the chosen one.
pub(crate) fn format_ui(ui: &mut Ui, model: &Model, export: &mut ExportDraft) {
    let formats = model.export.formats();
    section(ui, texts::WHICH_TOOL, |ui| {
        if let Some(failure) = model.export.formats.failure() {
            banner(ui, Tone::Danger, &failure.diagnosis);
            return;
        }
        let Some(chosen) = export.line(formats) else { return formats_ui(ui, formats, export) };
        card(ui, &chosen.id, ui.available_width(), &chosen.name, &texts::read_by(&chosen.reader), true);
        let all = secondary_button(ui, &texts::show_all(formats.len()));
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
        ui.label(small(ui, texts::LOADING_FORMATS));
        return;
    }
    let field = Field::new(texts::SEARCH_FORMATS).limit(SHORT).example(texts::SEARCH_FORMATS_EXAMPLE).unlabelled();
    let field = field.show(ui, &mut export.search);
    if std::mem::take(&mut export.leads) {
        field.request_focus();
    }
    // Enter takes the first that was found.
    let is_taken = entered(ui, &field) && !export.search.trim().is_empty();
    let found: Vec<&FormatLine> = formats.iter().filter(|format| format.matches(&export.search)).collect();
    if found.is_empty() {
        ui.label(small(ui, texts::NO_FORMAT));
    }
    // Two in a row: the names are longer than those of services.
    let width = ((ui.available_width() - ui.spacing().item_spacing.x) / 2.0).floor();
    let mut chosen = found.first().copied().filter(|_| is_taken);
    ui.horizontal_wrapped(|ui| {
        for format in found {
            let readers = texts::read_by(&format.reader);
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
    section(ui, texts::HOW_CURRENT, |ui| {
        let without = (!format.snapshot).then_some(texts::ONLY_LIVE);
        let ways = [
            (Way::Snapshot, texts::SNAPSHOT, without),
            (Way::Live, texts::LIVE, (!format.live).then_some(texts::NO_LIVE)),
            (Way::Sink, texts::SINK, without),
        ];
        segmented_among(ui, texts::HOW_CURRENT_NAME, &mut export.way, &ways);
        ui.label(small(ui, meaning(export.way)));
        refresh_token_ui(ui, format, export);
        if format.url {
            let field = Field::new(common::ADDRESS).example(texts::ADDRESS_EXAMPLE).optional().mono();
            field.help(texts::ADDRESS_HELP).show(ui, &mut export.url);
        }
    });
}

fn meaning(way: Way) -> &'static str {
    match way {
        Way::Snapshot => texts::SNAPSHOT_HELP,
        Way::Live => texts::LIVE_HELP,
        Way::Sink => texts::SINK_HELP,
    }
}

fn refresh_token_ui(ui: &mut Ui, format: &FormatLine, export: &mut ExportDraft) {
    if export.way == Way::Live {
        return;
    }
    match (format.refresh_token, export.rotates) {
        (RefreshTokenUse::Never, _) => return,
        (RefreshTokenUse::Optional, false) => {
            toggle(ui, texts::INCLUDE, &mut export.with_refresh_token, Some(texts::INCLUDE_HELP));
        }
        (RefreshTokenUse::Optional, true) => {
            toggle(ui, texts::HAND_OVER, &mut export.with_refresh_token, Some(texts::HAND_OVER_HELP));
        }
        (RefreshTokenUse::Needed, _) => {
            ui.label(small(ui, texts::ALWAYS_INCLUDED));
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
        (_, true) => texts::CHOOSE_LIVE,
        (RefreshTokenUse::Needed, false) => texts::CHOOSE_OTHER_FORMAT,
        (_, false) => texts::UNTICK_OPTION,
    };
    let what = Diagnosis::new(texts::WILL_BE_HANDED_OVER).hint(texts::will_be_handed_over(way_out));
    banner_with(ui, Tone::Warning, &what, |ui| {
        toggle(ui, texts::CONFIRM, &mut export.hand_over, None);
    });
}

/// Where it is saved.
pub(crate) fn file_ui(ui: &mut Ui, model: &Model, export: &mut ExportDraft, next_view: &mut NextView) {
    section(ui, common::DESTINATION, |ui| {
        let field = Field::new(common::FILE).example(texts::FILE_EXAMPLE).help(texts::DESTINATION_HELP).mono();
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
    intent_button(ui, ButtonKind::Secondary, Intent::ChooseTarget, target.is_pending().then_some(texts::CHOOSING));
    if let Stand::Done(None) = target.stand() {
        not_chosen_ui(ui);
    }
}
