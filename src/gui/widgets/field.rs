//! A labelled text field: label above, what is wrong and what helps below.

use egui::{Response, RichText, TextEdit, TextStyle, Ui};

use crate::gui::desktop::clipboard::guarded;
use crate::gui::display_text;
use crate::gui::texts::{common, widgets as texts};
use crate::gui::theme::{self, Palette, SPACE_XS, Tone};
use crate::gui::widgets::buttons::{ButtonKind, framed};
use crate::gui::widgets::intake::{self, Intake};
use crate::secret::Secret;

/// Room that a secret field reserves before the first letter, in bytes: most secrets never outgrow it, so that the
/// allocator leaves no copies behind. See [`Secret::with_room`].
const SECRET_ROOM: usize = 1024;

/// Width of the button that shows or hides a secret, in points: both words fit, so that the field does not jump.
const REVEAL_WIDTH: f32 = 64.0;

/// A text field under its label. The label is its name for screen readers and tests, and gives it its identity: two
/// fields with one label in the same [`Ui`] need a [`Ui::push_id`] around each.
#[must_use = "call one of the `show` functions"]
#[derive(Clone, Debug)]
pub struct Field<'a> {
    label: &'a str,
    help: Option<&'a str>,
    error: Option<&'a str>,
    example: Option<&'a str>,
    optional: bool,
    mono: bool,
    unlabelled: bool,
    limit: Option<usize>,
}

impl<'a> Field<'a> {
    /// A field that must be filled in.
    pub fn new(label: &'a str) -> Self {
        Self {
            label,
            help: None,
            error: None,
            example: None,
            optional: false,
            mono: false,
            unlabelled: false,
            limit: None,
        }
    }

    /// Words under the field; they stay when there is an error.
    pub fn help(mut self, help: impl Into<Option<&'a str>>) -> Self {
        self.help = help.into();
        self
    }

    /// Why what was typed cannot be used.
    pub fn error(mut self, error: impl Into<Option<&'a str>>) -> Self {
        self.error = error.into();
        self
    }

    /// What such a value looks like, shown in the empty field.
    pub fn example(mut self, example: impl Into<Option<&'a str>>) -> Self {
        self.example = example.into();
        self
    }

    /// Says beside the label that the field may stay empty.
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Draws the text in equal widths: addresses, identifiers, codes.
    pub fn mono(mut self) -> Self {
        self.mono = true;
        self
    }

    /// Draws no label; screen readers still read it. For search fields and cells of a table.
    pub fn unlabelled(mut self) -> Self {
        self.unlabelled = true;
        self
    }

    /// Takes no more than so many letters, where that is other than usual: see `intake`.
    pub fn limit(mut self, letters: usize) -> Self {
        self.limit = Some(letters);
        self
    }

    /// One line of text.
    pub fn show(&self, ui: &mut Ui, text: &mut String) -> Response {
        let intake = self.intake(ui, intake::LINE, false);
        intake.admit(ui, text);
        self.framed(ui, |ui, field| {
            let edit = field.edit(ui, TextEdit::singleline(text).id(intake.id));
            ui.add(edit.desired_width(f32::INFINITY))
        })
    }

    /// Several lines of monospaced text, at least `rows` high. Tab leaves the field.
    pub fn show_lines(&self, ui: &mut Ui, text: &mut String, rows: usize) -> Response {
        let intake = self.intake(ui, intake::TEXT, true);
        intake.admit(ui, text);
        self.clone().mono().framed(ui, |ui, field| {
            let edit = field.edit(ui, TextEdit::multiline(text).id(intake.id));
            ui.add(edit.desired_rows(rows).desired_width(f32::INFINITY))
        })
    }

    /// Several lines of a pasted text that may hold secrets: it is seen, since the person has just pasted it, and wiped
    /// with its [`Secret`].
    pub fn show_pasted(&self, ui: &mut Ui, text: &mut Secret, rows: usize) -> Response {
        let intake = self.intake(ui, intake::TEXT, true);
        make_room(text, intake.admit(ui, text.expose()));
        self.clone().mono().framed(ui, |ui, field| {
            let edit = field.edit(ui, TextEdit::multiline(text.typing()).id(intake.id));
            let output = guarded(ui, |ui| edit.desired_rows(rows).desired_width(f32::INFINITY).show(ui));
            let mut state = output.state;
            state.clear_undoer();
            state.store(ui.ctx(), output.response.id);
            output.response.response
        })
    }

    /// One line of secret text: bullets, with a button beside it, named `Show …` or `Hide …`.
    pub fn show_secret(&self, ui: &mut Ui, secret: &mut Secret) -> Response {
        let revealed_id = self.id(ui).with("revealed");
        let mut revealed = ui.data(|data| data.get_temp::<bool>(revealed_id)).unwrap_or_default();
        let intake = Intake { masked: !revealed, ..self.intake(ui, intake::SECRET, false) };
        make_room(secret, intake.admit(ui, secret.expose()));
        let response = self.framed(ui, |ui, field| {
            ui.horizontal(|ui| {
                let width = ui.available_width() - REVEAL_WIDTH - ui.spacing().item_spacing.x;
                let edit = field.edit(ui, TextEdit::singleline(secret.typing()).id(intake.id));
                // The edit's own margin counts into its desired width.
                let edit = edit.password(!revealed).desired_width(width);
                let output = guarded(ui, |ui| edit.show(ui));
                // The history of undo would hold every earlier text of the field, in the clear.
                let mut state = output.state;
                state.clear_undoer();
                state.store(ui.ctx(), output.response.id);
                if reveal_button(ui, field.label, revealed) {
                    revealed = !revealed;
                    // That it is masked, or was, is old news.
                    intake.forget_refusal(ui);
                }
                output.response.response
            })
            .inner
        });
        ui.data_mut(|data| data.insert_temp(revealed_id, revealed));
        response
    }

    fn id(&self, ui: &Ui) -> egui::Id {
        ui.make_persistent_id(("field", self.label))
    }

    fn intake(&self, ui: &Ui, usual: usize, lines: bool) -> Intake {
        let limit = self.limit.unwrap_or(usual);
        Intake { id: self.id(ui).with("text"), limit, lines, masked: false }
    }

    fn edit<'t>(&self, ui: &Ui, edit: TextEdit<'t>) -> TextEdit<'t> {
        let style = if self.mono { TextStyle::Monospace } else { TextStyle::Body };
        let example = self.example.unwrap_or_default();
        let hint = RichText::new(example).text_style(style.clone()).color(Palette::of(ui).text_weak);
        edit.font(style).hint_text(hint)
    }

    /// Label, the field itself, error and help, with the field's edge in the colour of danger where there is an error.
    fn framed(&self, ui: &mut Ui, add: impl FnOnce(&mut Ui, &Self) -> Response) -> Response {
        let id = self.id(ui);
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = SPACE_XS;
            let label = (!self.unlabelled).then(|| self.label_line(ui));
            // An explicit identity keeps focus and cursor when an error appears above.
            let builder = egui::UiBuilder::new().scope_id(id);
            let response = ui
                .scope_builder(builder, |ui| {
                    ui.spacing_mut().item_spacing.x = theme::SPACE_S;
                    if self.error.is_some() {
                        mark_as_wrong(ui);
                    }
                    add(ui, self)
                })
                .inner;
            let response = match label {
                Some(label) => response.labelled_by(label.id),
                None => response.accessible_name(self.label),
            };
            self.lines_below(ui, &response);
            response
        })
        .inner
    }

    fn label_line(&self, ui: &mut Ui) -> Response {
        if !self.optional {
            return ui.label(theme::label(self.label));
        }
        // In a scope: the field below is as high as any other.
        ui.scope(|ui| {
            ui.spacing_mut().interact_size.y = 0.0;
            let words = ui.horizontal(|ui| {
                let label = ui.label(theme::label(self.label));
                ui.label(theme::small(ui, texts::OPTIONAL));
                label
            });
            words.inner
        })
        .inner
    }

    fn lines_below(&self, ui: &mut Ui, field: &Response) {
        let (error, help) = (self.error.map(display_text::sentence), self.help.map(display_text::sentence));
        if let Some(error) = &error {
            let colour = Palette::of(ui).tone(Tone::Danger);
            ui.label(RichText::new(theme::shown(error)).small().color(colour));
        }
        let refused = Intake::refused(field.id, ui);
        if let Some(refused) = &refused {
            let colour = Palette::of(ui).tone(Tone::Danger);
            ui.label(RichText::new(refused).small().color(colour));
        }
        if let Some(help) = &help {
            ui.label(theme::small(ui, help));
        }
        let description = [error.as_deref(), refused.as_deref(), help.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(". ");
        ui.ctx().accesskit_node_builder(field.id, |node| {
            if !description.is_empty() {
                node.set_description(description);
            }
            if self.error.is_some() {
                node.set_invalid(egui::accesskit::Invalid::True);
            }
        });
    }
}

/// Room for what is there and what comes, so that nothing is moved while it is put in.
fn make_room(secret: &mut Secret, coming: usize) {
    let needed = (secret.expose().len() + coming).max(SECRET_ROOM);
    if secret.typing().capacity() < needed {
        let mut roomy = Secret::with_room(needed);
        roomy.typing().push_str(secret.expose());
        *secret = roomy;
    }
}

fn mark_as_wrong(ui: &mut Ui) {
    let danger = Palette::of(ui).danger;
    let visuals = ui.visuals_mut();
    visuals.widgets.inactive.bg_stroke.color = danger;
    visuals.widgets.hovered.bg_stroke.color = danger;
    visuals.selection.stroke.color = danger;
}

/// Whether it was pressed.
fn reveal_button(ui: &mut Ui, label: &str, revealed: bool) -> bool {
    let word = if revealed { common::HIDE } else { texts::SHOW };
    let id = ui.make_persistent_id(("reveal", label));
    let button = framed(ui, id, ButtonKind::Secondary, word, REVEAL_WIDTH);
    button.accessible_name(texts::hide_or_show(word, label)).clicked()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::widgets::harness::{THEMES, harness};
    use egui::accesskit::Role;
    use egui_kittest::kittest::Queryable as _;

    #[test]
    fn typing_reaches_the_text_of_the_field_with_that_label() {
        for look in THEMES {
            let mut harness = harness(look, [String::new(), String::new()], |ui, texts| {
                Field::new("Client ID").example("my-app").help("From the console.").show(ui, &mut texts[0]);
                Field::new("Note").optional().show(ui, &mut texts[1]);
            });
            harness.get_by_role_and_label(Role::TextInput, "Client ID").focus();
            harness.run();
            harness.get_by_role_and_label(Role::TextInput, "Client ID").type_text("abc");
            harness.run();
            assert_eq!(*harness.state(), ["abc", ""]);
            harness.get_by_label("From the console.");
            harness.get_by_label("optional");
        }
    }

    #[test]
    fn an_error_stands_under_the_field_beside_the_help_and_does_not_take_the_focus() {
        let mut harness = harness(THEMES[0], [String::new(), String::new()], |ui, texts| {
            let error = (texts[1] == "x").then_some("not a number");
            Field::new("Port").help("0 for any.").error(error).show(ui, &mut texts[0]);
            Field::new("Trigger").show(ui, &mut texts[1]);
        });
        assert!(harness.query_by_label("Not a number").is_none());
        harness.get_by_role_and_label(Role::TextInput, "Trigger").focus();
        harness.run();
        harness.get_by_role_and_label(Role::TextInput, "Trigger").type_text("x");
        harness.run();
        harness.get_by_label("Not a number");
        harness.get_by_label("0 for any.");
        assert!(harness.get_by_role_and_label(Role::TextInput, "Trigger").is_focused());
    }

    #[test]
    fn a_secret_is_bullets_until_it_is_shown() {
        for look in THEMES {
            let mut harness = harness(look, Secret::new("hunter2"), |ui, secret| {
                Field::new("Client secret").show_secret(ui, secret);
            });
            let masked = harness.get_by_role_and_label(Role::PasswordInput, "Client secret").value();
            assert_eq!(masked.as_deref(), Some("•••••••"));
            harness.get_by_label("Show Client secret").click();
            harness.run();
            let shown = harness.get_by_role_and_label(Role::TextInput, "Client secret").value();
            assert_eq!(shown.as_deref(), Some("hunter2"));
            harness.get_by_label("Hide Client secret").click();
            harness.run();
            harness.get_by_role_and_label(Role::PasswordInput, "Client secret");
        }
    }

    #[test]
    fn typing_into_a_secret_field_fills_the_secret() {
        let mut harness = harness(THEMES[1], Secret::default(), |ui, secret| {
            Field::new("Client secret").show_secret(ui, secret);
        });
        harness.get_by_role_and_label(Role::PasswordInput, "Client secret").focus();
        harness.run();
        harness.get_by_role_and_label(Role::PasswordInput, "Client secret").type_text("s3cret");
        harness.run();
        assert_eq!(harness.state().expose(), "s3cret");
        assert!(harness.state_mut().typing().capacity() >= SECRET_ROOM);
    }

    #[test]
    fn a_field_that_may_stay_empty_is_as_high_as_any_other() {
        let harness = harness(THEMES[0], [String::new(), String::new()], |ui, texts| {
            Field::new("Client ID").show(ui, &mut texts[0]);
            Field::new("Note").optional().show(ui, &mut texts[1]);
        });
        let height = |name| harness.get_by_role_and_label(Role::TextInput, name).rect().height();
        assert!((height("Note") - height("Client ID")).abs() < 0.5, "{} and {}", height("Note"), height("Client ID"));
    }

    #[test]
    fn lines_and_unlabelled_fields_are_found_by_their_label_too() {
        let mut harness = harness(THEMES[0], [String::new(), String::new()], |ui, texts| {
            Field::new("Body").show_lines(ui, &mut texts[0], 4);
            Field::new("Search services").unlabelled().show(ui, &mut texts[1]);
        });
        harness.get_by_role_and_label(Role::MultilineTextInput, "Body").focus();
        harness.run();
        harness.get_by_role_and_label(Role::MultilineTextInput, "Body").type_text("{}");
        harness.get_by_role_and_label(Role::TextInput, "Search services");
        harness.run();
        assert_eq!(harness.state()[0], "{}");
    }
}
