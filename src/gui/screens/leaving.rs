//! The question before something is left that is kept nowhere. The keyboard is on the answer that loses nothing.

use egui::{Frame, Id, Modal, Ui};

use crate::gui::draft::{Draft, Question};
use crate::gui::intent::{Answer, Intent};
use crate::gui::leaving::Loss;
use crate::gui::model::Model;
use crate::gui::theme::heading;
use crate::gui::widgets::{ButtonKind, button};

/// Asks, where something would be lost; what the person answers.
pub(crate) fn leaving_ui(ui: &mut Ui, model: &Model, draft: &Draft) -> Option<Intent> {
    let Question { loss, .. } = draft.question.as_ref()?;
    let (title, text, answers) = words(*loss, model, draft);
    let frame = Frame::popup(ui.style()).inner_margin(20);
    let shown = Modal::new(Id::unique("leaving")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_max_width(420.0);
        ui.label(heading(title));
        ui.add_space(8.0);
        ui.label(text);
        ui.add_space(12.0);
        let mut answered = None;
        ui.horizontal_wrapped(|ui| {
            for (kind, answer, words) in [
                (ButtonKind::Primary, Answer::Save, answers[0]),
                (ButtonKind::Danger, Answer::Discard, answers[1]),
                (ButtonKind::Secondary, Answer::Cancel, "Cancel"),
            ] {
                let response = button(ui, kind, words, None);
                let nothing = ui.memory(|memory| memory.focused().is_none());
                if answer == Answer::Save && nothing {
                    response.request_focus();
                }
                if response.clicked() {
                    answered = Some(Intent::Answer(answer));
                }
            }
        });
        answered
    });
    let escaped = shown.should_close().then_some(Intent::Answer(Answer::Cancel));
    shown.inner.or(escaped)
}

fn words(loss: Loss, model: &Model, draft: &Draft) -> (&'static str, String, [&'static str; 2]) {
    let service = draft.profile.as_ref().map_or("", |profile| profile.service.name.as_str());
    match (loss, model.open.name()) {
        (Loss::Code, _) => (
            "Leave before the tokens are here?",
            format!(
                "{service} has sent an authorization code. It is good for about a minute, and only in this window."
            ),
            ["Get the tokens", "Leave without them"],
        ),
        (Loss::Edits, Some(name)) => {
            ("Save your changes?", format!("What you changed in {name} is not saved yet."), ["Save", "Discard"])
        }
        (Loss::Edits, None) => (
            "Save what you entered?",
            format!("What you entered for {service} is not saved yet. Saved, it stands in the list as a draft."),
            ["Save", "Discard"],
        ),
    }
}
