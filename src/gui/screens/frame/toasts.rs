//! What the window says unasked, of files, the clipboard and links, over the lower right corner: nothing else moves for it.

use egui::{Align2, Area, Id, Label, Order, RichText, Ui, vec2};

use crate::diagnosis::Diagnosis;
use crate::gui::desktop::{clipboard, links};
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::want;
use crate::gui::texts::{common, notices as texts};
use crate::gui::theme::{Palette, RADIUS_CARD, Tone, small};
use crate::gui::widgets::{banner, banner_with, copy_button, secondary_button};
use crate::service::ProfileName;

/// Width of a note, in points.
const WIDTH: f32 = 420.0;
/// Above the bar with what to do next.
const OFFSET: egui::Vec2 = vec2(-20.0, -72.0);

/// How long it says why a key did nothing, in seconds: time enough to read a line.
const SAID_FOR: f64 = 4.0;

/// Shows what there is to say.
pub(crate) fn toasts_ui(ui: &Ui, model: &Model) {
    let (note, link, said) = (clipboard::note(ui.ctx()), links::not_opened(ui.ctx()), said(ui));
    let forgotten = model.forgotten.last.as_ref();
    let is_quiet = note.is_none() && link.is_none() && said.is_none() && forgotten.is_none();
    if is_quiet && model.problems.is_empty() && model.lease_busy.is_none() {
        return;
    }
    let area = Area::new(Id::unique("toasts")).order(Order::Foreground).anchor(Align2::RIGHT_BOTTOM, OFFSET);
    area.show(ui.ctx(), |ui| {
        ui.set_max_width(WIDTH.min(ui.ctx().content_rect().width() - 40.0));
        problem_ui(ui, &model.problems);
        if let Some(why) = &model.lease_busy {
            card(ui, |ui| banner(ui, Tone::Info, why));
        }
        if let Some(link) = link {
            card(ui, |ui| {
                banner_with(ui, Tone::Warning, &link.why, |ui| {
                    ui.add(Label::new(RichText::new(&link.url).monospace()).wrap().selectable(true));
                    ui.horizontal(|ui| {
                        copy_button(ui, common::COPIED_ADDRESS, &link.url);
                        if secondary_button(ui, texts::DISMISS).clicked() {
                            links::dismiss(ui.ctx());
                        }
                    });
                });
            });
        }
        if let Some(why) = said {
            card(ui, |ui| banner(ui, Tone::Info, &Diagnosis::new(why)));
        }
        if let Some(name) = forgotten {
            card(ui, |ui| forgotten_ui(ui, name));
        }
        if let Some(note) = note {
            let tone = if note.is_warning { Tone::Warning } else { Tone::Success };
            card(ui, |ui| {
                banner_with(ui, tone, &note.words, |ui| {
                    if note.is_warning && secondary_button(ui, texts::DISMISS).clicked() {
                        clipboard::dismiss_note(ui.ctx());
                    }
                });
            });
        }
    });
}

/// What is wrong, one at a time: many files may be.
fn problem_ui(ui: &mut Ui, problems: &[Diagnosis]) {
    let Some(problem) = problems.first() else { return };
    card(ui, |ui| {
        banner_with(ui, Tone::Warning, problem, |ui| {
            ui.horizontal(|ui| {
                if secondary_button(ui, texts::DISMISS).clicked() {
                    want(ui, Intent::Dismiss(problem.clone()));
                }
                if problems.len() > 1 {
                    ui.label(small(ui, texts::first_of(problems.len())));
                }
            });
        });
    });
}

/// A profile that was forgotten, and the way back.
fn forgotten_ui(ui: &mut Ui, name: &ProfileName) {
    let words = Diagnosis::new(texts::forgot(name)).hint(texts::FORGOT_HINT);
    banner_with(ui, Tone::Info, &words, |ui| {
        ui.horizontal(|ui| {
            if secondary_button(ui, texts::UNDO).clicked() {
                want(ui, Intent::Unforget(name.clone()));
            }
            if secondary_button(ui, texts::DISMISS).clicked() {
                want(ui, Intent::DismissForgotten);
            }
        });
    });
}

/// Says for a while why a key did nothing.
pub(crate) fn say(ui: &Ui, why: String) {
    let until = ui.input(|input| input.time) + SAID_FOR;
    ui.data_mut(|data| data.insert_temp(said_id(), (why, until)));
}

fn said(ui: &Ui) -> Option<String> {
    let (why, until): (String, f64) = ui.data(|data| data.get_temp(said_id()))?;
    let left = until - ui.input(|input| input.time);
    if left <= 0.0 {
        ui.data_mut(|data| data.remove::<(String, f64)>(said_id()));
        return None;
    }
    // One frame when it goes; none in between.
    ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(left));
    Some(why)
}

fn said_id() -> Id {
    Id::unique("why-a-key-did-nothing")
}

/// The soft colours of a banner are for the page, not for what lies above it.
fn card(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    let palette = Palette::of(ui);
    egui::Frame::new().fill(palette.panel).corner_radius(RADIUS_CARD).shadow(ui.visuals().popup_shadow).show(ui, add);
}
