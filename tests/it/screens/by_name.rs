//! Presses, types and reads by accessible names.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, Node};

/// What can be pressed.
pub const PRESSED: [Role; 9] = [
    Role::Button,
    Role::CheckBox,
    Role::RadioButton,
    Role::Tab,
    Role::Link,
    Role::ComboBox,
    Role::DisclosureTriangle,
    Role::ListBoxOption,
    Role::MenuItem,
];
/// What can be typed into.
pub const TYPED: [Role; 3] = [Role::TextInput, Role::MultilineTextInput, Role::PasswordInput];

pub trait ByName {
    /// What can be pressed under this name.
    fn button(&self, name: &str) -> Option<Node<'_>>;
    /// What can be typed into under this name.
    fn field(&self, name: &str) -> Option<Node<'_>>;
    /// Presses it.
    fn press(&mut self, name: &str);
    /// Replaces the text of a field.
    fn fill(&mut self, name: &str, text: &str);
    /// Everything that a screen reader is told, a line each.
    fn words(&self) -> String;
    /// Whether a line holds this.
    fn reads(&self, text: &str) -> bool;
    /// The name of what has the keyboard.
    fn focused(&self) -> String;
    /// Draws until nothing moves.
    fn settle(&mut self);
}

impl<S> ByName for Harness<'_, S> {
    fn button(&self, name: &str) -> Option<Node<'_>> {
        let name = name.to_owned();
        let found = self.query_all_by(move |node| {
            PRESSED.contains(&node.role()) && (node.label().as_deref() == Some(&name)) && !node.is_hidden()
        });
        let mut found: Vec<_> = found.collect();
        if found.is_empty() { None } else { Some(found.remove(0)) }
    }

    fn field(&self, name: &str) -> Option<Node<'_>> {
        let name = name.to_owned();
        self.query_all_by(move |node| TYPED.contains(&node.role()) && node.label().as_deref() == Some(&name)).next()
    }

    #[track_caller]
    fn press(&mut self, name: &str) {
        let Some(node) = self.button(name) else { panic!("there is no {name:?} to press in\n{}", self.words()) };
        assert!(!node.accesskit_node().is_disabled(), "{name:?} cannot be pressed now in\n{}", self.words());
        node.click_accesskit();
        self.settle();
    }

    #[track_caller]
    fn fill(&mut self, name: &str, text: &str) {
        let Some(node) = self.field(name) else { panic!("there is no field {name:?} in\n{}", self.words()) };
        node.focus();
        self.settle();
        self.key_press_modifiers(Modifiers::COMMAND, Key::A);
        self.key_press(Key::Delete);
        self.settle();
        if !text.is_empty() {
            self.event(egui::Event::Paste(text.to_owned()));
        }
        self.settle();
    }

    fn words(&self) -> String {
        let mut lines = Vec::new();
        for node in self.root().children_recursive() {
            let node = node.accesskit_node();
            if node.is_hidden() {
                continue;
            }
            let described = node.data().description().map(str::to_owned);
            let shown = node.data().placeholder().map(str::to_owned);
            lines.extend([node.label(), node.value(), described, shown].into_iter().flatten());
        }
        lines.join("\n")
    }

    fn reads(&self, text: &str) -> bool {
        self.words().contains(text)
    }

    fn focused(&self) -> String {
        let node = self.root().children_recursive().find(|node| node.accesskit_node().is_focused());
        node.and_then(|node| node.accesskit_node().label()).unwrap_or_default()
    }

    fn settle(&mut self) {
        self.run_ok();
        // What opens is laid out in one frame and drawn in the next, which nothing asks for.
        self.step();
    }
}

/// The texts that a window without a core asks to be copied, and is told that they were.
pub fn copied(ctx: &egui::Context) -> Vec<String> {
    let mut copied = Vec::new();
    tokenwright::gui::desktop::clipboard::copy_by(ctx, |text, _| {
        copied.push(text.expose().to_owned());
        tokenwright::app::CopyOutcome::Done(std::time::Duration::from_mins(1))
    });
    copied
}
