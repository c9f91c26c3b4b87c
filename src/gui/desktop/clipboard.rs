//! The window's side of the clipboard. What is copied goes through the core, which can mark a secret, take it back and
//! tell whether the copy was made; *Copied* is said only then.
//!
//! It also knows the keys that the toolkit knows on Windows only (Shift+Insert, Ctrl+Insert, Shift+Delete), and keeps
//! what is revealed from the selection that a middle click pastes.

use std::collections::HashMap;
use std::time::Duration;

use egui::{Context, Event as Input, Id, Key, Modifiers, OutputCommand, Plugin, RawInput, Ui, ViewportCommand};

use crate::app::{CopyOutcome, Failure, Pending, Sensitivity, Tasks};
use crate::diagnosis::Diagnosis;
use crate::gui::texts::notices as texts;
use crate::secret::Secret;

/// How long the window says that a secret was copied, in seconds.
const NOTED_FOR: f64 = 6.0;

/// What came of the last copy of a button or a key.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum CopyState {
    /// There was none.
    #[default]
    None,
    /// It is on its way.
    Going,
    /// The text is on the clipboard, since this time of the window.
    Done(f64),
    /// It is not.
    Failed(Diagnosis),
}

/// What the window says of the last copy.
#[derive(Clone, Debug, PartialEq)]
pub struct CopyNote {
    pub words: Diagnosis,
    /// Whether the copy is worse than was asked for.
    pub is_warning: bool,
    /// The time of the window at which it goes; without one the person takes it off.
    until: Option<f64>,
}

#[derive(Debug)]
struct Wanted {
    who: Id,
    text: Secret,
    sensitivity: Sensitivity,
}

/// A paste that was asked for, and what had the keyboard then.
#[derive(Debug)]
struct Asked(Option<Id>);

/// What the window wants of the clipboard and knows of it.
#[derive(Default)]
pub struct Clipboard {
    wanted: Vec<Wanted>,
    states: HashMap<Id, CopyState>,
    going: Vec<(Id, Sensitivity, Pending<CopyOutcome>)>,
    /// The paste that is to be read off this thread.
    asked: Option<Asked>,
    reading: Option<(Option<Id>, Pending<Option<Secret>>)>,
    read: Option<(Option<Id>, Secret)>,
    note: Option<CopyNote>,
}

impl Plugin for Clipboard {
    fn debug_name(&self) -> &'static str {
        "clipboard"
    }

    fn input_hook(&mut self, ctx: &Context, input: &mut RawInput) {
        let focused = ctx.memory(egui::Memory::focused);
        if let Some((asked_in, text)) = self.read.take()
            // Another field may have got the keyboard meanwhile: a secret must not land there.
            && asked_in == focused
        {
            input.events.push(Input::Paste(text.expose().to_owned()));
        }
        if cfg!(any(windows, target_os = "macos")) {
            return;
        }
        input.events.retain_mut(|event| {
            let Input::Key { key, pressed: true, modifiers, .. } = event else { return true };
            match (key, *modifiers) {
                (Key::Insert, held) if held == Modifiers::SHIFT => {
                    self.asked = Some(Asked(focused));
                    return false;
                }
                (Key::Insert, held) if held.ctrl && !held.shift && !held.alt => *event = Input::Copy,
                (Key::Delete, held) if held == Modifiers::SHIFT => *event = Input::Cut,
                _ => {}
            }
            true
        });
    }
}

impl Clipboard {
    /// Takes in what came of a copy.
    fn copied(&mut self, ctx: &Context, who: Id, sensitivity: Sensitivity, outcome: CopyOutcome) {
        let now = ctx.input(|input| input.time);
        let is_secret = sensitivity == Sensitivity::Secret;
        let (state, note) = match outcome {
            CopyOutcome::Done(hold) => (CopyState::Done(now), is_secret.then(|| taken_back_note(hold, now))),
            CopyOutcome::WindowOnly(text) => {
                ctx.copy_text(text.expose().to_owned());
                (CopyState::Done(now), is_secret.then(unmarked_note))
            }
            CopyOutcome::Failed(diagnosis) => {
                let summary = texts::not_copied(&diagnosis.summary);
                let words = Diagnosis { summary, ..diagnosis.clone() };
                (CopyState::Failed(diagnosis), Some(CopyNote { words, is_warning: true, until: None }))
            }
        };
        self.states.insert(who, state);
        self.note = note;
        if let Some(until) = self.note.as_ref().and_then(|note| note.until) {
            ctx.request_repaint_after(Duration::from_secs_f64(until - now));
        }
    }
}

impl Clipboard {
    /// Takes in what was read for a paste that was asked for in this field.
    fn pasted(&mut self, ctx: &Context, focused: Option<Id>, text: Result<Option<Secret>, Failure>) {
        match text {
            Ok(Some(text)) => {
                self.read = Some((focused, text));
                ctx.request_repaint();
            }
            Ok(None) => {}
            // The window itself may still be able to.
            Err(_) => ctx.send_viewport_cmd(ViewportCommand::RequestPaste),
        }
    }
}

fn taken_back_note(hold: Duration, now: f64) -> CopyNote {
    let words = Diagnosis::new(texts::COPIED_SECRET);
    let words = words.hint(texts::cleared_after(hold.as_secs()));
    CopyNote { words, is_warning: false, until: Some(now + NOTED_FOR) }
}

fn unmarked_note() -> CopyNote {
    let words = Diagnosis::new(texts::COPIED_UNMARKED);
    let words = words.hint(texts::COPIED_UNMARKED_HINT);
    CopyNote { words, is_warning: true, until: None }
}

fn with<R>(ctx: &Context, act: impl FnOnce(&mut Clipboard) -> R) -> R {
    act(&mut ctx.plugin_or_default::<Clipboard>().lock())
}

/// Copies a text; `who` asks for what came of it by [`state`].
pub fn copy(ctx: &Context, who: Id, text: Secret, sensitivity: Sensitivity) {
    with(ctx, |clipboard| {
        clipboard.states.insert(who, CopyState::Going);
        clipboard.wanted.push(Wanted { who, text, sensitivity });
    });
    ctx.request_repaint();
}

/// What came of the last copy of `who`.
pub fn state(ctx: &Context, who: Id) -> CopyState {
    with(ctx, |clipboard| clipboard.states.get(&who).cloned().unwrap_or_default())
}

/// What is to be said of the last copy.
pub fn note(ctx: &Context) -> Option<CopyNote> {
    let now = ctx.input(|input| input.time);
    with(ctx, |clipboard| {
        clipboard.note.take_if(|note| note.until.is_some_and(|until| until <= now));
        clipboard.note.clone()
    })
}

/// Takes it off the screen.
pub fn dismiss_note(ctx: &Context) {
    with(ctx, |clipboard| clipboard.note = None);
}

/// Copies what is wanted by this, at once: for a window without a core, as screens are tried with.
pub fn copy_by(ctx: &Context, mut copy: impl FnMut(Secret, Sensitivity) -> CopyOutcome) {
    with(ctx, |clipboard| {
        for Wanted { who, text, sensitivity } in std::mem::take(&mut clipboard.wanted) {
            let outcome = copy(text, sensitivity);
            clipboard.copied(ctx, who, sensitivity, outcome);
        }
    });
}

/// Starts what was asked of the clipboard.
pub fn start(ctx: &Context, tasks: &Tasks) {
    with(ctx, |clipboard| {
        for Wanted { who, text, sensitivity } in std::mem::take(&mut clipboard.wanted) {
            let copy = tasks.start(move |app, _| async move { app.copy(text, sensitivity).await });
            clipboard.going.push((who, sensitivity, copy));
        }
        if let Some(Asked(focused)) = clipboard.asked.take() {
            let read = tasks.start(|app, _| async move { app.read_clipboard().await });
            clipboard.reading = Some((focused, read));
        }
    });
}

/// Takes in what came of it.
pub fn take(ctx: &Context) {
    with(ctx, |clipboard| {
        let mut ended = Vec::new();
        clipboard.going.retain_mut(|(who, sensitivity, going)| match going.poll(&mut Vec::new()) {
            None => true,
            Some(outcome) => {
                ended.push((*who, *sensitivity, outcome));
                false
            }
        });
        for (who, sensitivity, outcome) in ended {
            let outcome = outcome.unwrap_or_else(|failure| CopyOutcome::Failed(failure.diagnosis));
            clipboard.copied(ctx, who, sensitivity, outcome);
        }
        if let Some((focused, reading)) = &mut clipboard.reading
            && let Some(text) = reading.poll(&mut Vec::new())
        {
            let focused = *focused;
            clipboard.reading = None;
            clipboard.pasted(ctx, focused, text);
        }
    });
}

/// Shows a text that holds secrets in the clear. What is marked in it stays out of the selection that a middle click
/// pastes, and what is copied out of it by key is copied as a secret.
pub fn guarded<R>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> R {
    let before = ui.output(|output| output.commands.len());
    let shown = add(ui);
    let added = ui.output_mut(|output| output.commands.split_off(before));
    for command in added {
        match command {
            OutputCommand::TextSelectionSettled(_) => {}
            OutputCommand::CopyText(text) => {
                copy(ui.ctx(), ui.scope_id().with("copied-by-key"), Secret::new(text), Sensitivity::Secret);
            }
            command => ui.output_mut(|output| output.commands.push(command)),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::widgets::harness::{THEMES, harness};
    use egui::TextEdit;
    use egui_kittest::kittest::Queryable as _;

    #[test]
    fn a_secret_that_is_marked_and_copied_by_key_is_copied_as_a_secret_and_by_that_key_alone() {
        let mut harness = harness(THEMES[0], Vec::<(Secret, Sensitivity)>::new(), |ui, copied| {
            let mut text = "hunter2";
            guarded(ui, |ui| ui.add(TextEdit::multiline(&mut text)).accessible_name("Body"));
            copy_by(ui.ctx(), |text, sensitivity| {
                copied.push((text, sensitivity));
                CopyOutcome::Done(Duration::from_mins(1))
            });
            let leaks = ui.output(|output| output.commands.len());
            assert_eq!(leaks, 0, "something left the window");
        });
        harness.get_by_label("Body").focus();
        harness.run();
        harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        harness.run();
        assert!(harness.state().is_empty());
        harness.key_press_modifiers(Modifiers::CTRL, Key::Insert);
        harness.run();
        let [(text, sensitivity)] = &harness.state()[..] else { panic!("{:?}", harness.state()) };
        assert_eq!((text.expose(), sensitivity), ("hunter2", &Sensitivity::Secret));
    }

    #[test]
    fn a_paste_that_comes_late_does_not_land_in_another_field() {
        let mut harness = harness(THEMES[0], [String::new(), String::new()], |ui, texts| {
            for (text, name) in texts.iter_mut().zip(["First", "Second"]) {
                ui.add(TextEdit::singleline(text)).accessible_name(name);
            }
        });
        // As the window does at its start.
        harness.ctx.add_plugin(Clipboard::default());
        for (moves_on, expected) in [(false, ["from outside", ""]), (true, ["", ""])] {
            *harness.state_mut() = Default::default();
            harness.get_by_label("First").focus();
            harness.run();
            harness.key_press_modifiers(Modifiers::SHIFT, Key::Insert);
            harness.run();
            let asked = with(&harness.ctx, |clipboard| clipboard.asked.take()).expect("a paste was asked for");
            if moves_on {
                harness.get_by_label("Second").focus();
                harness.run();
            }
            with(&harness.ctx, |clipboard| {
                clipboard.pasted(&harness.ctx, asked.0, Ok(Some(Secret::new("from outside"))));
            });
            harness.run();
            assert_eq!(*harness.state(), expected);
        }
    }
}
