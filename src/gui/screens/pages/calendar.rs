//! The calendar: when what the profiles depend on ends, by date, with the way to each profile and into a calendar program.

use std::time::Duration;

use egui::accesskit::Role;
use egui::{TextStyle, Ui, UiBuilder};
use jiff::{SignedDuration, Timestamp};

use crate::app::{Basis, End, EndKind, Insisted, ProfileEnds};
use crate::gui::clock::{self, Clock};
use crate::gui::drafts::Draft;
use crate::gui::drafts::profile_page::CalendarDraft;
use crate::gui::intent::Intent;
use crate::gui::model::{Calendar, Model, Stand};
use crate::gui::screens::frame::vault;
use crate::gui::screens::pages::{export, export_options};
use crate::gui::screens::{intent_button, want};
use crate::gui::texts::{calendar as texts, common};
use crate::gui::theme::{Tone, label, shown, small};
use crate::gui::widgets::{
    ButtonKind, Field, banner, dot, footer, heading, link, middle_cut, notice, page, rows, secondary_button, section,
    short_countdown_text, toggle, waiting,
};

/// Height of a line that was not drawn yet, in points: two lines of text and the space below.
const LINE: f32 = 52.0;
/// The ends of the groups after today, in days from now.
const GROUPS: [(&str, i64); 2] = [(texts::NEXT_7_DAYS, 7), (texts::NEXT_30_DAYS, 30)];

/// A row of the list: a heading, or the line at this place.
enum Row {
    Heading(&'static str, usize),
    Line(usize),
}

pub(crate) fn calendar_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let Some(mut calendar) = draft.calendar.take() else { return };
    let top = std::mem::take(&mut draft.next_view.to_top);
    page(ui, "calendar", top, true, |ui| {
        heading(ui, texts::TITLE);
        vault::vault_ui(ui, model, draft);
        file_ui(ui, model, draft, &mut calendar);
        toggle(ui, texts::ALSO_UNATTENDED, &mut calendar.all, Some(texts::ALSO_UNATTENDED_HELP));
        match (model.calendar.ends.last(), model.calendar.ends.failure()) {
            (_, Some(failure)) => banner(ui, Tone::Danger, &failure.diagnosis),
            (Some(ends), None) => ends_ui(ui, ends, calendar.all, &draft.clock),
            (None, None) => drop(waiting(ui, texts::READING, model.calendar.ends.id())),
        }
    });
    let close = |ui: &mut Ui| {
        intent_button(ui, ButtonKind::Secondary, Intent::ClosePage, None);
    };
    footer(ui, close, |ui| {
        if !calendar.saves && secondary_button(ui, texts::SAVE_AS_ICS).on_hover_text(texts::SAVE_AS_ICS_HINT).clicked()
        {
            calendar.saves = true;
            draft.next_view.to_top = true;
        }
    });
    draft.calendar = Some(calendar);
}

/// The file to write, and what came of it.
fn file_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, calendar: &mut CalendarDraft) {
    match model.calendar.file.stand() {
        Stand::Done(path) => {
            notice(ui, Tone::Success, &common::written_to(path.display()), texts::WRITTEN_HELP);
        }
        Stand::Failed(failure) => {
            let insisted = Insisted::default();
            export::failure_ui(ui, failure, insisted, |insisted| Intent::SaveCalendar { replace: insisted.replace });
        }
        Stand::Idle | Stand::Pending(_) => {}
    }
    if !calendar.saves {
        return;
    }
    section(ui, texts::SAVE, |ui| {
        let field = Field::new(common::FILE).example(texts::FILE_EXAMPLE).help(texts::SAVE_HELP).mono();
        let field = field.show(ui, &mut calendar.path);
        export_options::browse_ui(ui, model, &field, &mut draft.next_view);
        let blocked = calendar.path.trim().is_empty().then_some(common::ENTER_FILE);
        intent_button(ui, ButtonKind::Primary, Intent::SaveCalendar { replace: false }, blocked);
    });
}

fn ends_ui(ui: &mut Ui, ends: &Calendar, all: bool, clock: &Clock) {
    for unreadable in ends.unreadable() {
        if let Some(problem) = &unreadable.problem {
            banner(ui, Tone::Warning, problem);
        }
    }
    if ends.count(all) == 0 {
        notice(ui, Tone::Success, texts::NOTHING_ENDS, texts::NOTHING_ENDS_HELP);
        return;
    }
    let mut until_change: Option<Duration> = None;
    let list = UiBuilder::new().accessibility_role(Role::List).accessibility_label(texts::ENDS);
    ui.scope_builder(list, |ui| {
        rows(ui, "ends", LINE, &rows_of(ends, all, clock), |ui, row| match row {
            Row::Heading(words, count) => drop(ui.label(label(format!("{words} ({count})")))),
            Row::Line(place) => {
                let (profile, end) = ends.line(all, *place);
                let builder = UiBuilder::new().id_salt(place).accessibility_role(Role::ListItem);
                ui.scope_builder(builder, |ui| line_ui(ui, profile, end, clock));
                let next = end.at.and_then(|at| clock::until_next_short_change(at, clock.now));
                until_change = until_change.into_iter().chain(next).min();
            }
        });
    });
    if let Some(until_change) = until_change {
        clock::wake_after(ui.ctx(), clock.now, until_change);
    }
}

/// The lines under the headings of their groups.
fn rows_of(ends: &Calendar, all: bool, clock: &Clock) -> Vec<Row> {
    let mut rows = Vec::with_capacity(ends.count(all) + 6);
    let mut first = 0;
    let mut group = |words: &'static str, last: usize| {
        if last > first {
            rows.push(Row::Heading(words, last - first));
            rows.extend((first..last).map(Row::Line));
            first = last;
        }
    };
    let until = |end: Timestamp| ends.end_of(all, |line| line.at.is_some_and(|at| at < end));
    group(texts::OVERDUE, ends.end_of(all, |line| line.at.is_some_and(|at| at <= clock.now)));
    group(texts::TODAY, until(end_of_today(clock)));
    for (words, days) in GROUPS {
        let end = clock.now.saturating_add(SignedDuration::from_hours(24 * days));
        group(words, until(end.unwrap_or(Timestamp::MAX)));
    }
    group(texts::LATER, ends.end_of(all, |line| line.at.is_some()));
    group(texts::NOT_KNOWN, ends.count(all));
    rows
}

fn end_of_today(clock: &Clock) -> Timestamp {
    let today = clock.now.to_zoned(clock.zone.clone());
    let next = today.tomorrow().and_then(|tomorrow| tomorrow.start_of_day());
    next.map_or(clock.now, |tomorrow| tomorrow.timestamp())
}

fn line_ui(ui: &mut Ui, profile: &ProfileEnds, end: &End, clock: &Clock) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().interact_size.y = 0.0;
            dot(ui, tone(end, clock.now));
            let name = shown(profile.shown_name.as_str());
            let (font, colour) = (TextStyle::Body.resolve(ui.style()), ui.visuals().text_color());
            let cut = middle_cut(ui, &name, &font, colour, ui.available_width()).text().to_owned();
            let (what, intent) = match &profile.name {
                Some(name) => (texts::SHOW_PROFILE, Intent::Open(name.clone())),
                None => (texts::SHOW_SETTINGS, Intent::OpenSettings),
            };
            let hint = if cut == name { what.to_owned() } else { format!("{what} {name}") };
            if link(ui, cut, &profile.shown_name).on_hover_text(hint).clicked() {
                want(ui, intent);
            }
            ui.label(format!("{}, {}", end.kind.label(), when(end, clock)));
        });
        ui.add(egui::Label::new(small(ui, shown(about(profile, end)))).wrap());
    });
}

/// What the line above does not say by itself.
fn about(profile: &ProfileEnds, end: &End) -> String {
    let basis = if end.basis == Basis::Documented { texts::AS_DOCUMENTED } else { "" };
    match (end.at, end.kind) {
        (Some(_), EndKind::UnusedRefreshToken | EndKind::SignIn | EndKind::TestMode) => {
            format!("{} · {} {}{basis}", profile.service, end.meaning(), end.remedy())
        }
        (Some(_), _) => format!("{} · {}{basis}", profile.service, end.remedy()),
        (None, _) => profile.service.clone(),
    }
}

/// `2027-03-31 00:00:00 (in 120 days)`.
pub(crate) fn when(end: &End, clock: &Clock) -> String {
    let Some(at) = end.at else { return texts::TIME_NOT_KNOWN.to_owned() };
    let left = |time: SignedDuration| short_countdown_text(Duration::try_from(time).unwrap_or_default());
    if at > clock.now {
        texts::time_in(clock.show(at), left(at.duration_since(clock.now)))
    } else {
        texts::time_ago(clock.show(at), left(clock.now.duration_since(at)))
    }
}

fn tone(end: &End, now: Timestamp) -> Tone {
    let is_soon = |at: Timestamp| at.duration_since(now) <= SignedDuration::from_hours(24 * 7);
    match end.at {
        Some(at) if end.needs_person() && at <= now => Tone::Danger,
        Some(at) if end.needs_person() && is_soon(at) => Tone::Warning,
        _ => Tone::Info,
    }
}
