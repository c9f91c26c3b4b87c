//! *Import…*: another tool's description of a service, from a file, dropped on the window, or pasted. What was understood
//! is shown; *Use it* fills the three steps, and nothing is saved until the person saves it there.

use std::path::PathBuf;

use egui::{Align2, Event, Id, LayerId, Order, TextStyle, Ui};

use crate::app::{AmbiguousText, ImportOutcome, ImportSource, Imported, VaultState};
use crate::diagnosis::Diagnosis;
use crate::dialect::{Described, Dialect, Note, ShownValue};
use crate::gui::display_text::quoted;
use crate::gui::drafts::import::ImportDraft;
use crate::gui::drafts::{Draft, Focus, NextView};
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Stand, Work};
use crate::gui::screens::frame::vault::vault_ui;
use crate::gui::screens::pages::import_shared::{accepted_ui, locked_ui, shared_ui};
use crate::gui::screens::{entered, intent_button, is_pressed, lead_to, waiting_row, want};
use crate::gui::texts::{common, import as texts};
use crate::gui::theme::{Palette, Tone, label, small};
use crate::gui::widgets::{
    ButtonKind, CodeBlock, Field, banner, banner_with, choice, disclosure, footer, heading, key_values, page,
    secondary_button, section,
};
use crate::secret::Secret;

/// Lines that are shown of a longer text.
const FIRST_LINES: usize = 6;

/// A longer text is read, but not shown to be mended by hand: laying it out would hold up the window.
const LONGEST_SHOWN: usize = 64 * 1024;

pub(crate) fn import_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let top = std::mem::take(&mut draft.next_view.to_top);
    page(ui, "import", top, true, |ui| {
        // The vault is opened before there are secrets to save.
        if matches!(model.import.last(), Some(ImportOutcome::Shared(_))) {
            vault_ui(ui, model, draft);
        }
        if let Some(import) = &mut draft.import {
            page_ui(ui, model, import, &mut draft.next_view);
        }
    });
    if let Some(import) = &draft.import {
        foot_ui(ui, model, import);
    }
}

fn page_ui(ui: &mut Ui, model: &Model, import: &mut ImportDraft, next_view: &mut NextView) {
    heading(ui, texts::TITLE);
    if model.accepted.is_pending() {
        return waiting_row(ui, &model.accepted, texts::SAVING_PROFILES, Work::Import);
    }
    if let Some(names) = model.accepted.last() {
        return accepted_ui(ui, names);
    }
    match model.import.stand() {
        Stand::Done(ImportOutcome::Described(imported)) => return imported_ui(ui, imported, import),
        Stand::Done(ImportOutcome::Locked(locked)) => return locked_ui(ui, locked, import),
        Stand::Done(ImportOutcome::Shared(shared)) => return shared_ui(ui, shared, import),
        Stand::Pending(address) => {
            let what = if address.is_empty() { texts::READING.to_owned() } else { texts::fetching(address) };
            return waiting_row(ui, &model.import, &what, Work::Import);
        }
        Stand::Done(ImportOutcome::Issuer(issuer)) => {
            let found = Diagnosis::new(texts::is_issuer(issuer.host()));
            banner(ui, Tone::Info, &found.hint(texts::IS_ISSUER_HINT));
            intent_button(ui, ButtonKind::Primary, Intent::Import(ImportSource::Issuer(issuer.clone())), None);
        }
        Stand::Done(ImportOutcome::Ambiguous(text)) => ambiguous_ui(ui, text),
        Stand::Failed(failure) => banner(ui, Tone::Danger, &failure.diagnosis),
        Stand::Done(ImportOutcome::NotChosen) => not_chosen_ui(ui),
        Stand::Idle => {}
    }
    source_ui(ui, import, next_view);
}

/// What is said where no file was chosen. A desktop without a file chooser says nothing else.
pub(crate) fn not_chosen_ui(ui: &mut Ui) {
    let none = Diagnosis::new(texts::NO_FILE_CHOSEN);
    banner(ui, Tone::Info, &none.hint(texts::NO_FILE_CHOSEN_HINT));
}

/// A button for each form that a text can be read in.
fn ambiguous_ui(ui: &mut Ui, text: &AmbiguousText) {
    let asked = Diagnosis::new(texts::SEVERAL_FORMATS).hint(texts::SEVERAL_FORMATS_HINT);
    banner_with(ui, Tone::Info, &asked, |ui| {
        ui.horizontal_wrapped(|ui| {
            for format in &text.formats {
                if secondary_button(ui, format.name).clicked() {
                    want(ui, Intent::Import(ImportSource::Meant(Box::new(text.clone()), format)));
                }
            }
        });
    });
}

/// Where the description is.
fn source_ui(ui: &mut Ui, import: &mut ImportDraft, next_view: &mut NextView) {
    section(ui, texts::SOURCE, |ui| {
        ui.label(small(ui, texts::SOURCE_HELP));
        take_paste(ui, import);
        if import.pasted.expose().len() > LONGEST_SHOWN {
            long_ui(ui, import);
        } else {
            let field = Field::new(texts::PASTED_TEXT).example(texts::PASTED_TEXT_EXAMPLE);
            let field = field.show_pasted(ui, &mut import.pasted, 5);
            ui.data_mut(|data| data.insert_temp(field_key(), field.id));
        }
        let blocked = import.pasted.is_empty().then_some(texts::PASTE_FIRST);
        // The text itself is copied when it is pressed: it may be long.
        if is_pressed(ui, ButtonKind::Secondary, &Intent::Import(ImportSource::Pasted(Secret::default())), blocked) {
            want(ui, Intent::Import(ImportSource::Pasted(import.pasted.clone())));
        }
        ui.separator();
        let path = Field::new(common::FILE).example(texts::FILE_EXAMPLE).mono().show(ui, &mut import.path);
        ui.data_mut(|data| data.insert_temp(path_key(), path.id));
        lead_to(&path, Focus::Path, true, next_view);
        let named = Intent::Import(ImportSource::File(import.path.trim().into()));
        let blocked = import.path.trim().is_empty().then_some(common::ENTER_FILE);
        if entered(ui, &path) && blocked.is_none() {
            want(ui, named.clone());
        }
        ui.horizontal_wrapped(|ui| {
            intent_button(ui, ButtonKind::Secondary, named, blocked);
            intent_button(ui, ButtonKind::Secondary, Intent::ImportChosen, None);
        });
    });
    disclosure(ui, texts::SUPPORTED_FORMATS, false, |ui| {
        for Dialect { name, sign, .. } in Dialect::all() {
            ui.label(small(ui, format!("{name}: {sign}")));
        }
    });
}

/// A text that is pasted anywhere but into the path is read at once. It does not pass through the field, which would
/// lay out whatever its length is.
fn take_paste(ui: &Ui, import: &mut ImportDraft) {
    let path = ui.data(|data| data.get_temp::<Id>(path_key()));
    let is_typing_path = path.is_some() && ui.memory(egui::Memory::focused) == path;
    let pasted = if is_typing_path { None } else { pasted_text(ui) };
    if let Some(text) = pasted.or_else(|| long_middle_click(ui)) {
        import.pasted = text.clone();
        want(ui, Intent::Import(ImportSource::Pasted(text)));
    }
}

/// A long text is not shown in the field, which would lay it out letter by letter: its first lines and its size are shown.
fn long_ui(ui: &mut Ui, import: &mut ImportDraft) {
    let text = import.pasted.expose();
    let first: Vec<&str> = text.lines().take(FIRST_LINES).map(|line| &line[..line.floor_char_boundary(160)]).collect();
    let (lines, bytes) = (text.lines().count(), text.len());
    CodeBlock::new(texts::FIRST_LINES, &first.join("\n")).copies(None).guarded().show(ui);
    ui.label(small(ui, texts::read_whole(bytes, lines)));
    if secondary_button(ui, texts::CLEAR).clicked() {
        import.pasted = Secret::default();
    }
}

/// A text that is pasted into the field by a middle click and is too long for it.
fn long_middle_click(ui: &Ui) -> Option<Secret> {
    let field = ui.data(|data| data.get_temp::<Id>(field_key()))?;
    let rect = ui.ctx().read_response(field)?.interact_rect;
    ui.input_mut(|input| {
        let at = input.events.iter().position(|event| {
            matches!(event, Event::MiddleClickPaste { pos, text } if rect.contains(*pos) && text.len() > LONGEST_SHOWN)
        })?;
        match input.events.remove(at) {
            Event::MiddleClickPaste { text, .. } => Some(Secret::new(text)),
            _ => None,
        }
    })
}

/// Under which the identity of the text's field is found in the next frame.
fn field_key() -> Id {
    Id::unique("import-text")
}

/// Under which the identity of the path's field is found in the next frame.
fn path_key() -> Id {
    Id::unique("import-path")
}

/// Takes what is being pasted out of this frame.
pub(crate) fn pasted_text(ui: &Ui) -> Option<Secret> {
    ui.input_mut(|input| {
        let at =
            input.events.iter().position(|event| matches!(event, Event::Paste(text) if !text.trim().is_empty()))?;
        match input.events.remove(at) {
            Event::Paste(text) => Some(Secret::new(text)),
            _ => None,
        }
    })
}

/// What came of the document.
fn imported_ui(ui: &mut Ui, imported: &Imported, import: &mut ImportDraft) {
    let described = &imported.import.described;
    section(ui, imported.import.format, |ui| {
        ui.label(small(ui, texts::from(&imported.from)));
        if described.len() > 1 {
            let names: Vec<String> =
                (1..).zip(described).map(|(number, one)| format!("{number}. {}", entry(one))).collect();
            let options: Vec<(usize, &str)> = names.iter().enumerate().map(|(at, name)| (at, name.as_str())).collect();
            let has_preset = described.iter().any(|one| one.is_preset);
            let question = if has_preset { texts::WHICH_BESIDE_PRESET } else { texts::WHICH };
            choice(ui, question, &mut import.picked, &options, None);
        }
    });
    if let Some(described) = described.get(import.picked) {
        described_ui(ui, described);
    }
}

fn described_ui(ui: &mut Ui, described: &Described) {
    section(ui, &described.service.name, |ui| {
        let secrets = described.secrets.names();
        if !secrets.is_empty() {
            ui.label(small(ui, texts::contains_secrets(secrets.join(", "))));
        }
        values_ui(ui, described);
        notes_ui(ui, texts::MISSING, &described.still_missing());
        notes_ui(ui, texts::UNDERSTOOD, &described.understood);
        notes_ui(ui, texts::NOT_TAKEN_OVER, &described.ignored);
    });
}

/// The name of an entry among several.
fn entry(described: &Described) -> String {
    let name = &described.service.name;
    match (described.is_preset, described.preset.is_empty()) {
        (true, _) => texts::of_preset(name),
        (false, false) => texts::of_document(name),
        (false, true) => name.clone(),
    }
}

/// What it will be used with, to be seen before it is.
fn values_ui(ui: &mut Ui, described: &Described) {
    key_values(ui, |rows| {
        for ShownValue { label, value, origin } in described.values() {
            let value = if origin.is_empty() { value } else { format!("{value} ({origin})") };
            rows.text(&capitalised(&label), &value);
        }
    });
}

fn capitalised(label: &str) -> String {
    let mut letters = label.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn notes_ui(ui: &mut Ui, title: &str, notes: &[Note]) {
    if notes.is_empty() {
        return;
    }
    ui.label(label(format!("{title} ({})", notes.len())));
    key_values(ui, |rows| notes.iter().for_each(|note| rows.text(&note.place, &quoted(&note.words))));
}

/// The bar at the foot: back, and the one thing to do next.
fn foot_ui(ui: &mut Ui, model: &Model, import: &ImportDraft) {
    let outcome = model.import.last();
    let left = |ui: &mut Ui| {
        intent_button(ui, ButtonKind::Secondary, Intent::CloseImport, None);
        let is_read =
            matches!(outcome, Some(ImportOutcome::Locked(_) | ImportOutcome::Shared(_) | ImportOutcome::Described(_)));
        if is_read && secondary_button(ui, texts::IMPORT_ANOTHER).clicked() {
            want(ui, Intent::OpenImport);
        }
    };
    footer(ui, left, |ui| match outcome {
        Some(ImportOutcome::Shared(shared)) if model.accepted.last().is_none() => {
            let is_closed = matches!(model.vault, VaultState::NeedsChoice(_));
            let is_empty = shared.chosen(import.replace).is_empty();
            let blocked = is_empty.then_some(texts::NOTHING_TO_SAVE);
            let blocked = blocked.or(is_closed.then_some(texts::OPEN_VAULT_FIRST));
            intent_button(ui, ButtonKind::Primary, Intent::AcceptShared, blocked);
        }
        Some(ImportOutcome::Described(imported)) => {
            let is_there = imported.import.described.get(import.picked).is_some();
            let blocked = (!is_there).then_some(texts::CHOOSE_FIRST);
            intent_button(ui, ButtonKind::Secondary, Intent::UseImport { as_preset: true }, blocked);
            intent_button(ui, ButtonKind::Primary, Intent::UseImport { as_preset: false }, blocked);
        }
        _ => {}
    });
}

/// What arrives at the window from outside: a file that is dropped, or a text that is pasted where no field is. While
/// a file hovers, the window says what dropping it does.
pub(crate) fn arrival_ui(ui: &Ui, draft: &Draft) {
    let (hovers, dropped) = ui.input(|input| {
        let dropped: Vec<PathBuf> = input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect();
        (!input.raw.hovered_files.is_empty(), dropped)
    });
    if hovers {
        overlay(ui);
    }
    // The page that inspects a token takes what is pasted there.
    let is_covered = draft.import.is_some() || draft.inspect.is_some();
    let is_free = !is_covered && ui.memory(|memory| memory.focused().is_none());
    if let [path] = &dropped[..] {
        want(ui, Intent::Import(ImportSource::File(path.clone())));
    } else if !dropped.is_empty() {
        want(ui, Intent::Import(ImportSource::Together(dropped)));
    } else if is_free && let Some(text) = pasted_text(ui) {
        want(ui, Intent::Import(ImportSource::Pasted(text)));
    }
}

fn overlay(ui: &Ui) {
    let palette = Palette::of(ui);
    let painter = ui.ctx().layer_painter(LayerId::new(Order::Foreground, Id::unique("drop")));
    let screen = ui.ctx().content_rect();
    painter.rect_filled(screen, 0.0, palette.background.gamma_multiply(0.85));
    painter.rect_stroke(screen.shrink(12.0), 12.0, (2.0, palette.accent), egui::StrokeKind::Inside);
    let font = TextStyle::Heading.resolve(ui.style());
    painter.text(screen.center(), Align2::CENTER_CENTER, texts::DROP, font, palette.text);
}
