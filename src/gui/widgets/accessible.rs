//! What a screen reader is told beyond the words: which of them are headings, what is to be read out as soon as it appears, and
//! what the parts of the window are called.

use egui::accesskit::{Live, Node, Role};
use egui::{Label, Response, RichText, Ui, UiKind};

use crate::gui::theme;
use crate::gui::widgets::keyed::keyed;

/// The name of a page or a dialog. It is read out when it appears: nothing else says that the page is another one.
pub fn heading(ui: &mut Ui, text: impl Into<String>) -> Response {
    let response = titled(ui, theme::heading(text), 1);
    announce(&response, Live::Polite);
    response
}

/// The name of a section or card.
pub fn title(ui: &mut Ui, text: impl Into<String>) -> Response {
    titled(ui, theme::title(text), 2)
}

fn titled(ui: &mut Ui, text: RichText, level: usize) -> Response {
    let words = text.text().to_owned();
    let response = ui.add(Label::new(text).wrap().selectable(true));
    as_role(&response, Role::Heading, &words);
    response.ctx.accesskit_node_builder(response.id, |node| node.set_level(level));
    response
}

/// Tells words as something else than a label, such as the cell of a table.
pub fn as_role(label: &Response, role: Role, words: &str) {
    label.ctx.accesskit_node_builder(label.id, |node| {
        node.set_role(role);
        // A label says its words as its value, anything else as its name.
        node.clear_value();
        node.set_label(words);
    });
}

/// Tells nothing of it: what stands around it says it all.
pub fn untold(response: &Response) {
    response.ctx.accesskit_node_builder(response.id, Node::set_hidden);
}

/// Has it read out when it appears or its words change, wherever the keyboard is.
pub fn announce(words: &Response, live: Live) {
    words.ctx.accesskit_node_builder(words.id, |node| node.set_live(live));
}

/// Names the dialog that is being drawn, and keeps a screen reader within it as it keeps the pointer.
pub fn name_dialog(ui: &Ui, name: &str) {
    let Some(dialog) = ui.stack().iter().find(|one| one.kind() == Some(UiKind::Modal)) else { return };
    ui.ctx().accesskit_node_builder(dialog.unique_id, |node| {
        node.set_label(name);
        node.set_modal();
    });
}

/// Names the menu that is being drawn.
pub fn name_menu(ui: &Ui, name: &str) {
    let Some(menu) = ui.stack().iter().find(|one| one.kind() == Some(UiKind::Menu)) else { return };
    ui.ctx().accesskit_node_builder(menu.unique_id, |node| node.set_label(name));
}

/// A line of a menu, known by its words. A menu goes by itself where the pointer is used, but not where the keyboard is: close
/// it once the line was pressed.
pub fn menu_item(ui: &mut Ui, words: &str) -> Response {
    let response = keyed(ui, words, |ui| ui.button(theme::shown(words))).inner;
    response.ctx.accesskit_node_builder(response.id, |node| node.set_role(Role::MenuItem));
    response
}

/// Makes the panel that is being drawn one of the places that a screen reader jumps to.
pub fn name_panel(ui: &Ui, role: Role, name: &str) {
    let Some(panel) = ui.stack().iter().find(|one| one.kind().is_some_and(|kind| kind.is_panel())) else { return };
    ui.ctx().accesskit_node_builder(panel.unique_id, |node| {
        node.set_role(role);
        node.set_label(name);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::Diagnosis;
    use crate::gui::theme::Tone;
    use crate::gui::widgets::harness::{THEMES, harness};
    use crate::gui::widgets::{banner, disclosure, waiting};
    use egui::accesskit::Toggled;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    #[test]
    fn what_comes_by_itself_is_read_out_and_an_error_at_once() {
        let harness = harness(THEMES[0], (), |ui, ()| {
            heading(ui, "Calls");
            banner(ui, Tone::Danger, &Diagnosis::new("refused").hint("sign in again"));
            banner(ui, Tone::Success, &Diagnosis::new("done"));
            waiting(ui, "Waiting on 127.0.0.1", 1);
        });
        let live = |name| harness.get_by_label(name).accesskit_node().live();
        assert_eq!(live("Calls"), Live::Polite);
        assert_eq!((live("Refused"), live("Sign in again")), (Live::Assertive, Live::Assertive));
        assert_eq!((live("Done"), live("Waiting on 127.0.0.1")), (Live::Polite, Live::Polite));
        assert_eq!(live("Cancel"), Live::Off);
    }

    #[test]
    fn a_disclosure_says_whether_it_is_open() {
        let mut harness = harness(THEMES[1], (), |ui, ()| {
            disclosure(ui, "Headers", false, |ui| ui.label("inside"));
        });
        for expected in [Toggled::False, Toggled::True] {
            let node = harness.get_by_label("Headers");
            assert_eq!(node.accesskit_node().toggled(), Some(expected));
            assert_eq!(node.accesskit_node().data().is_expanded(), Some(expected == Toggled::True));
            node.click();
            harness.run();
        }
    }
}
