//! Keys: those that do the same on every screen, those of buttons that the screen does not show, and the sheet that lists them.

use egui::{Label, ScrollArea, TextStyle, Ui, vec2};

use crate::app::Insisted;
use crate::gui::drafts::Draft;
use crate::gui::intent::{Intent, Step};
use crate::gui::intent_keys::{self, NEXT};
use crate::gui::model::{Model, Work};
use crate::gui::screens::frame::commands::{EVERYWHERE, commands};
use crate::gui::screens::frame::questions::dialog;
use crate::gui::screens::frame::toasts;
use crate::gui::screens::{is_key_pressed, keep_next_key, take_key, want};
use crate::gui::texts::{common, keys as texts};
use crate::gui::theme::label;
use crate::gui::widgets::{scroll_by_keys, secondary_button};

/// Width of the names of the keys on the sheet, in points.
const KEYS_WIDTH: f32 = 130.0;

/// Whose buttons have a key on the screens that show them.
const OF_BUTTONS: [Intent; 10] = [
    Intent::GoTo(Step::Authorization),
    Intent::Authorize { again: false },
    Intent::RequestTokens,
    Intent::RequestRefresh,
    Intent::UseImport { as_preset: false },
    Intent::AcceptShared,
    Intent::Save { replace: false },
    Intent::Share(Insisted { replace: false, in_work_tree: false }),
    Intent::Cancel(Work::SignIn),
    Intent::ClosePage,
];

/// What no button has.
const OF_LISTS: [(&str, &str); 6] = [
    (texts::TAB, texts::TAB_MEANING),
    (texts::PAGE, texts::PAGE_MEANING),
    (texts::UP_DOWN, texts::UP_DOWN_MEANING),
    (texts::HOME_END, texts::HOME_END_MEANING),
    (texts::LEFT_RIGHT, texts::LEFT_RIGHT_MEANING),
    (texts::ENTER, texts::ENTER_MEANING),
];

/// Takes the keys of the whole window before a field or a button does, unless a question waits for its answer.
pub(crate) fn early_keys_ui(ui: &Ui) {
    keep_next_key(ui);
    for intent in EVERYWHERE {
        if is_key_pressed(ui, &intent) {
            want(ui, intent);
        }
    }
}

/// Takes the keys that nothing on the screen has taken, and says why where one cannot do anything now.
pub(crate) fn late_keys_ui(ui: &Ui, model: &Model, draft: &Draft) {
    // What can be done is put together only for a key with a modifier: letters are for fields.
    let is_pressed = ui.input(|input| {
        let is_key = |event: &egui::Event| matches!(event, egui::Event::Key { pressed: true, modifiers, .. } if modifiers.command);
        input.events.iter().any(is_key)
    });
    let mut is_next = take_key(ui, NEXT);
    if !(is_pressed || is_next) || ui.memory(|memory| memory.top_modal_layer().is_some()) {
        return;
    }
    for command in commands(model, draft) {
        if command.key.is_some_and(|key| if key == NEXT { std::mem::take(&mut is_next) } else { take_key(ui, key) }) {
            match command.blocked {
                None => want(ui, command.intent),
                Some(why) => toasts::say(ui, why),
            }
        }
    }
}

/// Shows the sheet while it is open.
pub(crate) fn sheet_ui(ui: &mut Ui, draft: &mut Draft) {
    if !draft.keys_are_shown {
        return;
    }
    let height = (ui.ctx().content_rect().height() - 200.0).max(80.0);
    let shown = dialog(ui, "keys", common::KEYS, "", |ui| {
        ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
            scroll_by_keys(ui);
            rows_ui(ui);
        });
        let close = secondary_button(ui, common::CLOSE);
        if ui.memory(|memory| memory.focused().is_none()) {
            close.request_focus();
        }
        close.clicked()
    });
    draft.keys_are_shown = !(shown.inner || shown.should_close());
}

fn rows_ui(ui: &mut Ui) {
    ui.spacing_mut().interact_size.y = 0.0;
    for (key, words) in rows(ui) {
        ui.horizontal_top(|ui| {
            let room = vec2(KEYS_WIDTH, ui.text_style_height(&TextStyle::Body));
            ui.allocate_ui(room, |ui| {
                ui.set_min_width(KEYS_WIDTH);
                ui.add(Label::new(label(key)).wrap());
            });
            ui.add(Label::new(words).wrap());
        });
    }
}

/// Each key once, with all that it does.
fn rows(ui: &Ui) -> Vec<(String, String)> {
    let mut rows: Vec<(String, String)> = Vec::new();
    for intent in EVERYWHERE.iter().chain(&OF_BUTTONS) {
        let Some(key) = intent.key() else { continue };
        let (key, words) = (intent_keys::words(ui.ctx(), key), intent.words().0);
        match rows.iter_mut().find(|(known, _)| *known == key) {
            Some((_, all)) => *all = format!("{all}, {words}"),
            None => rows.push((key, words.to_owned())),
        }
    }
    rows.extend(OF_LISTS.map(|(keys, words)| (keys.to_owned(), words.to_owned())));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_sheet_lists_has_a_key_and_words_and_no_two_have_the_same_key_everywhere() {
        for intent in EVERYWHERE.iter().chain(&OF_BUTTONS) {
            assert!(intent.key().is_some() && !intent.words().0.is_empty(), "{intent:?}");
        }
        for (place, intent) in EVERYWHERE.iter().enumerate() {
            let same = EVERYWHERE[..place].iter().chain(&OF_BUTTONS).find(|other| other.key() == intent.key());
            assert_eq!(same, None, "{intent:?}");
        }
    }
}
