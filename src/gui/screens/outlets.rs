//! The files that were written of a profile: what each is, how it does, and taking it off the list.

use egui::{Label, RichText, Ui};
use jiff::Timestamp;

use crate::export::Sink;
use crate::gui::draft::Draft;
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::theme::{Tone, shown, small};
use crate::gui::widgets::{dot, section};
use crate::gui::words;
use crate::service::ProfileName;

/// Shows the files, if there are any; what the person wants.
pub(crate) fn outlets_ui(ui: &mut Ui, model: &Model, draft: &Draft, name: &ProfileName) -> Option<Intent> {
    let files = model.export.sinks.get(name).map(|outlets| &outlets.files).filter(|files| !files.is_empty())?;
    let mut intent = None;
    section(ui, "Files written of this profile", |ui| {
        for (index, file) in files.iter().enumerate() {
            if index > 0 {
                ui.separator();
            }
            ui.push_id(("outlet", &file.path), |ui| {
                intent = intent.take().or(outlet_ui(ui, model, draft, name, file));
            });
        }
    });
    intent
}

fn outlet_ui(ui: &mut Ui, model: &Model, draft: &Draft, name: &ProfileName, file: &Sink) -> Option<Intent> {
    ui.spacing_mut().item_spacing.y = 4.0;
    ui.add(Label::new(RichText::new(shown(&file.path)).monospace()).wrap().selectable(true));
    let form = model.export.formats().iter().find(|form| form.id == file.format);
    let form = form.map_or(&file.format, |form| &form.name);
    ui.label(small(ui, format!("{form}, last written {}", clock(&file.written_at, draft))));
    let (tone, words) = state(file);
    // The words of a failure may be long.
    ui.horizontal_top(|ui| {
        ui.spacing_mut().interact_size.y = 0.0;
        dot(ui, tone);
        ui.add(Label::new(words).wrap());
    });
    let drop = Intent::DropSink(name.clone(), file.path.clone());
    let words = drop.words();
    let response = ui.link(words.text).accessible_name(format!("Remove {} from the list", file.path));
    response.on_hover_text(words.hint).clicked().then_some(drop)
}

fn state(file: &Sink) -> (Tone, String) {
    match &file.problem {
        Some(problem) => (Tone::Danger, format!("Failed: {}", words::quoted(problem))),
        None if file.sink => (Tone::Success, "Written at each refresh".to_owned()),
        None if file.live => (Tone::Success, "Live".to_owned()),
        None => (Tone::Neutral, "Written once".to_owned()),
    }
}

/// A time that was written down, as the person's clock shows it.
pub(crate) fn clock(written: &str, draft: &Draft) -> String {
    let Ok(at) = written.parse::<Timestamp>() else { return written.to_owned() };
    at.to_zoned(draft.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
