//! What a field takes in: no more than it needs, and never a part of it. A text is laid out letter by letter, so that a
//! megabyte pasted by mistake would cost hundreds; and a secret that was cut in silence would look like a wrong one.

use crate::gui::texts::widgets as texts;
use egui::accesskit::{Action, ActionData};
use egui::{Event, Id, ImeEvent, TextEdit, Ui};

/// Names, numbers, searches.
pub const SHORT: usize = 256;
/// Addresses, ids, paths.
pub const LINE: usize = 8 * 1024;
/// Secrets and tokens: those that carry everything with them have some thousand letters.
pub const SECRET: usize = 16 * 1024;
/// Responses, keys, several lines.
pub const TEXT: usize = 64 * 1024;

/// A field that is about to be shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Intake {
    /// Of the text itself.
    pub(super) id: Id,
    /// The letters that it takes.
    pub(super) limit: usize,
    /// Whether it keeps line breaks.
    pub(super) lines: bool,
    /// Whether it shows bullets.
    pub(super) masked: bool,
}

impl Intake {
    /// Lets in what fits, and refuses the rest as a whole. The bytes that are about to come in.
    pub(super) fn admit(self, ui: &Ui, text: &str) -> usize {
        let is_focused = ui.memory(|memory| memory.has_focus(self.id));
        let rect = ui.ctx().read_response(self.id).map(|response| response.interact_rect);
        let is_there = |input: &egui::InputState| input.events.iter().any(|event| text_of(event).is_some());
        if !ui.input(|input| is_there(input) || input.events.iter().any(|it| matches!(it, Event::Copy | Event::Cut))) {
            return 0;
        }
        let selected = TextEdit::load_state(ui.ctx(), self.id).and_then(|state| state.cursor.char_range());
        let selected = selected.map_or(0, |range| {
            let range = range.as_sorted_char_range();
            range.end.0 - range.start.0
        });
        let held = text.chars().count();
        let (mut room, mut coming) = (self.limit.saturating_sub(held.saturating_sub(selected)), 0);
        let mut refused = None;
        ui.input_mut(|input| {
            input.events.retain_mut(|event| {
                if !self.concerns(event, is_focused, rect) {
                    return true;
                }
                if matches!(event, Event::Copy | Event::Cut) {
                    if self.masked && selected > 0 {
                        refused = Some(texts::MASKED.to_owned());
                    }
                    return !self.masked;
                }
                if !self.lines {
                    drop_outer_breaks(event);
                }
                let Some(text) = text_of(event) else { return true };
                let letters = text.chars().count();
                if letters > room {
                    refused = Some(self.refusal(letters, matches!(event, Event::Text(_))));
                    return false;
                }
                room -= letters;
                coming += text.len();
                true
            });
        });
        if let Some(words) = refused {
            ui.data_mut(|data| data.insert_temp(self.words_id(), words));
        } else if coming > 0 {
            self.forget_refusal(ui);
        }
        coming
    }

    /// What the field refused last.
    pub(super) fn refused(id: Id, ui: &Ui) -> Option<String> {
        ui.data(|data| data.get_temp(id.with("refused")))
    }

    /// Says no more what was refused.
    pub(super) fn forget_refusal(self, ui: &Ui) {
        ui.data_mut(|data| data.remove_temp::<String>(self.words_id()));
    }

    fn words_id(self) -> Id {
        self.id.with("refused")
    }

    fn refusal(self, letters: usize, is_typed: bool) -> String {
        let limit = self.limit;
        if is_typed {
            return texts::full(limit);
        }
        texts::not_pasted(letters, limit)
    }

    fn concerns(self, event: &Event, is_focused: bool, rect: Option<egui::Rect>) -> bool {
        match event {
            Event::MiddleClickPaste { pos, .. } => rect.is_some_and(|rect| rect.contains(*pos)),
            Event::AccessKitActionRequest(request) => request.target_node == self.id.accesskit_id(),
            _ => is_focused,
        }
    }
}

/// The text that an event brings.
fn text_of(event: &Event) -> Option<&str> {
    match event {
        Event::Paste(text)
        | Event::Text(text)
        | Event::Ime(ImeEvent::Commit(text))
        | Event::MiddleClickPaste { text, .. } => Some(text),
        Event::AccessKitActionRequest(request)
            if matches!(request.action, Action::SetValue | Action::ReplaceSelectedText) =>
        {
            match &request.data {
                Some(ActionData::Value(text)) => Some(text),
                _ => None,
            }
        }
        _ => None,
    }
}

/// A line that was copied whole ends in a line break, which a field of one line would keep as a blank.
fn drop_outer_breaks(event: &mut Event) {
    if let Event::Paste(text) | Event::MiddleClickPaste { text, .. } = event {
        let kept = text.trim_matches(['\r', '\n']);
        if kept.len() < text.len() {
            *text = kept.to_owned();
        }
    }
}
