//! *Export…* of a profile: a form, how it keeps up, what it would hold with secrets masked, and where it goes. Nothing is
//! written before it was seen.

use egui::{Align, Layout, ScrollArea, Ui};

use crate::app::{ExportDone, Failure, FailureCode, Flow, FormLine, Insisted, Session};
use crate::diagnosis::Diagnosis;
use crate::gui::clipboard::{self, CopyState};
use crate::gui::draft::Draft;
use crate::gui::export_draft::{ExportDraft, Way};
use crate::gui::exporting::copied_export;
use crate::gui::intent::Intent;
use crate::gui::screens::window::{above_foot, follow_focus};
use crate::gui::screens::{export_form, export_options, intent_button, outlets, vault, waiting_row};
use crate::gui::theme::{Tone, heading, small};
use crate::gui::widgets::{ButtonKind, CodeBlock, banner, banner_with, key_values, notice, section};

/// Height of the bar with what to do next, in points: a line, a margin and a button.
pub(crate) const FOOT: f32 = 52.0;

/// Shows the page; what the person wants.
pub(crate) fn export_ui(ui: &mut Ui, session: &Session, draft: &mut Draft) -> Option<Intent> {
    let mut export = draft.export.take()?;
    if let Some(Ok(view)) = &session.export.view
        && session.running(Flow::Preview).is_none()
    {
        export.look(view);
    }
    let from_page = above_foot(ui, FOOT, |ui| {
        let mut area = ScrollArea::vertical().auto_shrink(false).id_salt("export");
        if std::mem::take(&mut draft.lead.to_top) {
            area = area.vertical_scroll_offset(0.0);
        }
        area.show(ui, |ui| page_ui(ui, session, draft, &mut export)).inner
    });
    foot_line(ui);
    let from_foot = foot_ui(ui, session, &export);
    draft.export = Some(export);
    // A press goes before what a screen asks for by itself.
    from_foot.or(from_page)
}

/// The line above what to do next.
pub(crate) fn foot_line(ui: &mut Ui) {
    let line = ui.available_rect_before_wrap();
    ui.painter().hline(line.x_range(), line.top(), ui.visuals().widgets.noninteractive.bg_stroke);
    ui.add_space(12.0);
}

fn page_ui(ui: &mut Ui, session: &Session, draft: &mut Draft, export: &mut ExportDraft) -> Option<Intent> {
    ui.label(heading(format!("Export {}", session.shown_name(&export.profile))));
    ui.add_space(8.0);
    let mut intent = outcome_ui(ui, session, export);
    intent = intent.or(vault::vault_ui(ui, session, draft));
    handed_over_ui(ui, session, draft, export);
    export_form::form_ui(ui, session, export);
    let form = export.line(&session.export.forms);
    if let Some(form) = form {
        ui.add_space(12.0);
        export_options::options_ui(ui, form, export);
        ui.add_space(12.0);
        preview_ui(ui, session);
        ui.add_space(12.0);
        export_options::file_ui(ui, export);
    }
    ui.add_space(12.0);
    intent = intent.or(outlets::outlets_ui(ui, session, draft, &export.profile));
    ui.add_space(16.0);
    follow_focus(ui);
    intent
}

/// What the last export came to; nothing of one that was asked for otherwise than it stands now.
fn outcome_ui(ui: &mut Ui, session: &Session, export: &ExportDraft) -> Option<Intent> {
    if session.running(Flow::Export).is_some() {
        return waiting_row(ui, session, "Writing, with a token that is valid", Flow::Export);
    }
    let intent = match session.export.done.as_ref()? {
        Ok(done) => {
            done_ui(ui, done, export);
            None
        }
        Err(failure) => {
            let now = export.order(&session.export.forms).map(|order| (order, export.path.clone()));
            if now != export.asked {
                return None;
            }
            failure_ui(ui, failure, export.insisted, Intent::SaveExport)
        }
    };
    ui.add_space(12.0);
    intent
}

/// Why it was not written, with the button that has it written all the same where there is such a way.
pub(crate) fn failure_ui(
    ui: &mut Ui,
    failure: &Failure,
    insisted: Insisted,
    intent: impl FnOnce(Insisted) -> Intent,
) -> Option<Intent> {
    let diagnosis = with_button(failure);
    let (intent, _) = banner_with(ui, Tone::Danger, &diagnosis, |ui| {
        let insisted = insisted.after(failure)?;
        intent_button(ui, ButtonKind::Danger, intent(insisted), None)
    });
    intent
}

/// The hint with what the button beside it does.
fn with_button(failure: &Failure) -> Diagnosis {
    let diagnosis = failure.diagnosis.clone();
    let words = match failure.code {
        FailureCode::FileForeign | FailureCode::FileChanged => "or replace it",
        FailureCode::InWorkTree => "or write it there anyway",
        _ => return diagnosis,
    };
    let hint = diagnosis.hint.as_ref().map_or_else(|| words.to_owned(), |hint| format!("{hint}, {words}"));
    diagnosis.hint(hint)
}

fn done_ui(ui: &mut Ui, done: &ExportDone, export: &ExportDraft) {
    let (title, text) = match &done.path {
        None => match clipboard::state(ui.ctx(), copied_export()) {
            CopyState::Done(_) => {
                ("Copied to the clipboard".to_owned(), "Whatever reads the clipboard has the text now.")
            }
            CopyState::Failed(_) => return,
            CopyState::None | CopyState::Going => ("Copying".to_owned(), ""),
        },
        Some(path) if export.way == Way::Sink => {
            (format!("Written to {}", path.display()), "It is written again at each refresh.")
        }
        Some(path) => (format!("Written to {}", path.display()), "Only you can read it."),
    };
    notice(ui, Tone::Success, &title, text);
    if !done.next.is_empty() {
        ui.add_space(8.0);
        key_values(ui, |rows| rows.copyable("Next", &done.next, &done.next));
    }
    left_out_ui(ui, &done.left_out);
}

fn left_out_ui(ui: &mut Ui, left_out: &[String]) {
    for words in left_out {
        ui.add_space(8.0);
        banner(ui, Tone::Warning, &Diagnosis::new(format!("not in it: {words}")));
    }
}

/// A refresh token that was given away already.
fn handed_over_ui(ui: &mut Ui, session: &Session, draft: &Draft, export: &ExportDraft) {
    let outlets = session.export.outlets.get(&export.profile);
    let Some(given) = outlets.and_then(|outlets| outlets.handed_over.as_ref()) else { return };
    let whom = if given.path.is_empty() { String::new() } else { format!(" to {}", given.path) };
    let title = format!("The refresh token was handed over{whom}");
    let text = format!(
        "In the form {}, at {}. This program no longer refreshes the profile, until you sign in again.",
        given.format,
        outlets::clock(&given.at, draft)
    );
    notice(ui, Tone::Warning, &title, &text);
    ui.add_space(12.0);
}

/// What it would hold. While another one is on its way, the last one stays in sight.
fn preview_ui(ui: &mut Ui, session: &Session) {
    section(ui, "What it would hold", |ui| match &session.export.view {
        None => {
            ui.label(small(ui, "Being looked at"));
        }
        Some(Err(failure)) => {
            banner(ui, Tone::Danger, &failure.diagnosis);
        }
        Some(Ok(view)) => {
            CodeBlock::new("Preview", view.masked.trim_end_matches('\n')).copies(None).show(ui);
            for words in &view.warnings {
                banner(ui, Tone::Warning, &Diagnosis::new(words));
            }
            if !view.next.is_empty() {
                ui.label(small(ui, format!("Next, once it is there: {}", view.next)));
            }
        }
    });
}

fn foot_ui(ui: &mut Ui, session: &Session, export: &ExportDraft) -> Option<Intent> {
    let form = export.line(&session.export.forms);
    let blocked = blocked(session, export, form);
    let no_file = export.path.trim().is_empty().then_some("Name a file first");
    let no_copy = (export.way == Way::Sink).then_some("What is written at each refresh is a file");
    let mut intent = None;
    ui.horizontal(|ui| {
        intent = intent_button(ui, ButtonKind::Secondary, Intent::CloseExport, None);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let save = Intent::SaveExport(Insisted::default());
            let saved = intent_button(ui, ButtonKind::Primary, save, blocked.or(no_file));
            let copied = intent_button(ui, ButtonKind::Secondary, Intent::CopyExport, blocked.or(no_copy));
            intent = intent.take().or(saved).or(copied);
        });
    });
    intent
}

/// Why it cannot be exported as it stands.
fn blocked(session: &Session, export: &ExportDraft, form: Option<&FormLine>) -> Option<&'static str> {
    let Some(form) = form else { return Some("Choose a form first") };
    if session.running(Flow::Export).is_some() {
        return Some("Being written");
    }
    if session.running(Flow::Preview).is_some() {
        return Some("Being looked at");
    }
    match &session.export.view {
        None => Some("Being looked at"),
        Some(Err(_)) => Some("It cannot be written so: the preview says why"),
        Some(Ok(_)) if !export.gives_away(form) => None,
        Some(Ok(_)) if export.way == Way::Sink => Some("Once it is handed over nothing is refreshed here: no sink"),
        Some(Ok(_)) if !export.hand_over => Some("Confirm first that the refresh token is handed over"),
        Some(Ok(_)) => None,
    }
}
