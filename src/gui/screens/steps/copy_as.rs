//! *Copy as…*: the service as it stands in the fields, in another tool's format. No secret is in it, and what the format
//! cannot carry is told.

use egui::Ui;

use crate::app::Sensitivity;
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::dialect::{Dialect, Outgoing, write};
use crate::gui::desktop::clipboard::{self, CopyState};
use crate::gui::drafts::{Copied, Draft};
use crate::gui::texts::service as texts;
use crate::gui::theme::Tone;
use crate::gui::widgets::{banner, disclosure, secondary_button};

/// Shows a button for each format that is written, and what came of the last copy.
pub(crate) fn copy_as_ui(ui: &mut Ui, draft: &mut Draft) {
    let mut chosen = None;
    disclosure(ui, texts::COPY_AS, draft.service_step.copied.is_some(), |ui| {
        ui.horizontal_wrapped(|ui| {
            for format in Dialect::written() {
                if secondary_button(ui, &texts::copy_as(format.name)).clicked() {
                    chosen = Some(format);
                }
            }
        });
        if let Some(copied) = &draft.service_step.copied {
            copied_ui(ui, copied);
        }
    });
    if let Some(format) = chosen {
        draft.service_step.copied = copy(ui, draft, format);
    }
}

fn copy(ui: &Ui, draft: &Draft, format: &'static Dialect) -> Option<Copied> {
    let service = draft.profile.as_ref()?.customised();
    let written = write(format, &Outgoing { service: &service, profile: None, secrets: None });
    let outcome = match written {
        Ok(written) => {
            clipboard::copy(ui.ctx(), key(), written.text, Sensitivity::Plain);
            Ok(written.lost)
        }
        Err(error) => Err(error.diagnose()),
    };
    Some(Copied { format, outcome })
}

/// Under which these copies are known.
fn key() -> egui::Id {
    egui::Id::unique("copy-as")
}

fn copied_ui(ui: &mut Ui, copied: &Copied) {
    let name = copied.format.name;
    // A failure is told where all of them are.
    let is_there = matches!(clipboard::state(ui.ctx(), key()), CopyState::Done(_));
    if copied.outcome.is_ok() && !is_there {
        return;
    }
    match &copied.outcome {
        Err(diagnosis) => banner(ui, Tone::Danger, diagnosis),
        Ok(lost) if lost.is_empty() => {
            banner(ui, Tone::Success, &Diagnosis::new(texts::copied_as(name)));
        }
        Ok(lost) => {
            let lines: Vec<String> = lost.iter().map(|note| format!("{}: {}", note.place, note.words)).collect();
            let told = Diagnosis::new(texts::copied_in_part_as(name));
            banner(ui, Tone::Warning, &told.hint(lines.join("\n")));
        }
    }
}
