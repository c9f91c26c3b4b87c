//! *Export…*: the format, how it stays current, a masked preview, the destination, and the files exported so far. Nothing is
//! written before it was previewed.

use egui::{Label, RichText, Ui};

use crate::app::{ExportDone, Failure, FailureCode, FormatLine, Insisted};
use crate::diagnosis::Diagnosis;
use crate::export::Sink;
use crate::gui::actions::export::copied_export;
use crate::gui::desktop::clipboard::{self, CopyState};
use crate::gui::display_text::quoted;
use crate::gui::drafts::Draft;
use crate::gui::drafts::export::{ExportDraft, Way};
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Stand, Work};
use crate::gui::screens::frame::vault;
use crate::gui::screens::pages::export_options;
use crate::gui::screens::{intent_button, waiting_row, want};
use crate::gui::texts::{common, export as texts};
use crate::gui::theme::{Tone, shown, small};
use crate::gui::widgets::{
    ButtonKind, CodeBlock, banner, banner_with, dot, footer, heading, key_values, link, notice, page, section,
};
use crate::service::ProfileName;

pub(crate) fn export_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let Some(mut export) = draft.export.take() else { return };
    if let Stand::Done(view) = model.export.view.stand() {
        export.look(view);
    }
    let top = std::mem::take(&mut draft.next_view.to_top);
    page(ui, "export", top, true, |ui| page_ui(ui, model, draft, &mut export));
    foot_ui(ui, model, &export);
    draft.export = Some(export);
}

fn page_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, export: &mut ExportDraft) {
    heading(ui, common::export(model.shown_name(&export.profile)));
    outcome_ui(ui, model, export);
    vault::vault_ui(ui, model, draft);
    handed_over_ui(ui, model, draft, export);
    export_options::format_ui(ui, model, export);
    let form = export.line(model.export.formats());
    if let Some(form) = form {
        export_options::options_ui(ui, form, export);
        preview_ui(ui, model);
        export_options::file_ui(ui, model, export, &mut draft.next_view);
    }
    files_ui(ui, model, draft, &export.profile);
}

/// What the last export came to; nothing of one that was asked for otherwise than it stands now.
fn outcome_ui(ui: &mut Ui, model: &Model, export: &ExportDraft) {
    let done = &model.export.done;
    match done.stand() {
        Stand::Idle => {}
        Stand::Pending(_) => waiting_row(ui, done, texts::WRITING, Work::Export),
        Stand::Done(done) => done_ui(ui, done, export),
        Stand::Failed(failure) => {
            let now = export.order(model.export.formats()).map(|order| (order, export.path.clone()));
            if now == export.asked {
                failure_ui(ui, failure, export.insisted, Intent::SaveExport);
            }
        }
    }
}

/// Why it was not written, with the button that has it written all the same where there is such a way.
pub(crate) fn failure_ui(ui: &mut Ui, failure: &Failure, insisted: Insisted, intent: impl FnOnce(Insisted) -> Intent) {
    banner_with(ui, Tone::Danger, &with_button(failure), |ui| {
        if let Some(insisted) = insisted.after(failure) {
            intent_button(ui, ButtonKind::Danger, intent(insisted), None);
        }
    });
}

/// The hint with what the button beside it does.
fn with_button(failure: &Failure) -> Diagnosis {
    let diagnosis = failure.diagnosis.clone();
    let words = match failure.code {
        FailureCode::FileForeign | FailureCode::FileChanged => texts::REPLACE_TOO,
        FailureCode::InWorkTree => texts::SAVE_ANYWAY_TOO,
        _ => return diagnosis,
    };
    let hint = diagnosis.hint.as_ref().map_or_else(|| words.to_owned(), |hint| format!("{hint}, {words}"));
    diagnosis.hint(hint)
}

fn done_ui(ui: &mut Ui, done: &ExportDone, export: &ExportDraft) {
    let (title, text) = match &done.path {
        None => match clipboard::state(ui.ctx(), copied_export()) {
            CopyState::Done(_) => (texts::COPIED.to_owned(), texts::COPIED_HELP),
            CopyState::Failed(_) => return,
            CopyState::None | CopyState::Going => (texts::COPYING.to_owned(), ""),
        },
        Some(path) if export.way == Way::Sink => (common::written_to(path.display()), texts::REWRITTEN_HELP),
        Some(path) => (common::written_to(path.display()), texts::ONLY_YOU_READ),
    };
    notice(ui, Tone::Success, &title, text);
    if !done.next.is_empty() {
        key_values(ui, |rows| rows.copyable(texts::NEXT, &done.next));
    }
    left_out_ui(ui, &done.left_out);
}

fn left_out_ui(ui: &mut Ui, left_out: &[String]) {
    for words in left_out {
        banner(ui, Tone::Warning, &Diagnosis::new(texts::not_included(words)));
    }
}

/// A refresh token that was given away already.
fn handed_over_ui(ui: &mut Ui, model: &Model, draft: &Draft, export: &ExportDraft) {
    let sinks = model.export.sinks.get(&export.profile);
    let Some(given) = sinks.and_then(|sinks| sinks.handed_over.as_ref()) else { return };
    let to = &given.path;
    let title = if to.is_empty() { texts::HANDED_OVER.to_owned() } else { texts::handed_over_to(to) };
    let text = texts::handed_over(&given.format, draft.clock.show_text(&given.at));
    notice(ui, Tone::Warning, &title, &text);
}

/// What will be written. While another one is on its way, the last one stays in sight.
fn preview_ui(ui: &mut Ui, model: &Model) {
    section(ui, texts::WILL_BE_WRITTEN, |ui| match (model.export.view.last(), model.export.view.failure()) {
        (None, None) => {
            ui.label(small(ui, texts::LOADING_PREVIEW));
        }
        (None, Some(failure)) => banner(ui, Tone::Danger, &failure.diagnosis),
        (Some(view), _) => {
            CodeBlock::new(texts::PREVIEW, view.masked.trim_end_matches('\n')).copies(None).show(ui);
            for words in &view.warnings {
                banner(ui, Tone::Warning, &Diagnosis::new(words));
            }
            if !view.next.is_empty() {
                ui.label(small(ui, texts::next_once_written(&view.next)));
            }
        }
    });
}

fn foot_ui(ui: &mut Ui, model: &Model, export: &ExportDraft) {
    let blocked = blocked(model, export, export.line(model.export.formats()));
    let no_file = export.path.trim().is_empty().then_some(common::ENTER_FILE);
    let no_copy = (export.way == Way::Sink).then_some(texts::SINK_NEEDS_FILE);
    let close = |ui: &mut Ui| {
        intent_button(ui, ButtonKind::Secondary, Intent::ClosePage, None);
    };
    footer(ui, close, |ui| {
        intent_button(ui, ButtonKind::Secondary, Intent::CopyExport, blocked.or(no_copy));
        intent_button(ui, ButtonKind::Primary, Intent::SaveExport(Insisted::default()), blocked.or(no_file));
    });
}

/// Why it cannot be exported as it stands.
fn blocked(model: &Model, export: &ExportDraft, form: Option<&FormatLine>) -> Option<&'static str> {
    let Some(form) = form else { return Some(texts::CHOOSE_FORMAT) };
    if model.export.done.is_pending() {
        return Some(common::WRITING);
    }
    match model.export.view.stand() {
        Stand::Idle | Stand::Pending(_) => Some(texts::LOADING_PREVIEW),
        Stand::Failed(_) => Some(texts::CANNOT_BE_WRITTEN),
        Stand::Done(_) if !export.gives_away(form) => None,
        Stand::Done(_) if export.way == Way::Sink => Some(texts::HANDED_OVER_NO_SINK),
        Stand::Done(_) if !export.hand_over => Some(texts::CONFIRM_HAND_OVER),
        Stand::Done(_) => None,
    }
}

fn files_ui(ui: &mut Ui, model: &Model, draft: &Draft, name: &ProfileName) {
    let Some(sinks) = model.export.sinks.get(name).filter(|sinks| !sinks.files.is_empty()) else { return };
    section(ui, texts::EXPORTED_FILES, |ui| {
        for (index, file) in sinks.files.iter().enumerate() {
            if index > 0 {
                ui.separator();
            }
            ui.push_id(("file", &file.path), |ui| file_ui(ui, model, draft, name, file));
        }
    });
}

fn file_ui(ui: &mut Ui, model: &Model, draft: &Draft, name: &ProfileName, file: &Sink) {
    ui.spacing_mut().item_spacing.y = 4.0;
    ui.add(Label::new(RichText::new(shown(&file.path)).monospace()).wrap().selectable(true));
    let form = model.export.formats().iter().find(|form| form.id == file.format);
    let form = form.map_or(&file.format, |form| &form.name);
    ui.label(small(ui, texts::last_written(form, draft.clock.show_text(&file.written_at))));
    let (tone, words) = file_state(file);
    // The words of a failure may be long.
    ui.horizontal_top(|ui| {
        ui.spacing_mut().interact_size.y = 0.0;
        dot(ui, tone);
        ui.add(Label::new(words).wrap());
    });
    let drop = Intent::DropSink(name.clone(), file.path.clone());
    let (text, hint) = drop.words();
    let response = link(ui, text, &texts::remove(&file.path));
    if response.on_hover_text(hint).clicked() {
        want(ui, drop);
    }
}

fn file_state(file: &Sink) -> (Tone, String) {
    match &file.problem {
        Some(problem) => (Tone::Danger, texts::failed(quoted(problem))),
        None if file.sink => (Tone::Success, texts::UPDATED.to_owned()),
        None if file.live => (Tone::Success, texts::LIVE.to_owned()),
        None => (Tone::Neutral, texts::WRITTEN_ONCE.to_owned()),
    }
}
