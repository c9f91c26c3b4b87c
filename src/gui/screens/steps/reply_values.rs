//! The values of the last reply. Pointing at one says what it is: its path is written into the reading.

use egui::{Popup, RichText, Ui};

use crate::app::ReplyValue;
use crate::call::{Expression, Lifetime, Reading, Values};
use crate::gui::texts::{common, tokens as texts};
use crate::gui::theme::{SPACE_XS, shown, small};
use crate::gui::widgets::{keyed, link, menu_item, name_menu, secondary_button};
use crate::service::shown_text;

/// A part of the reading.
type Part = fn(&mut Reading) -> &mut Vec<Expression>;

/// The most letters of a value that are shown.
const LONGEST: usize = 80;

/// A row for each value, with what it can be.
pub(crate) fn values_ui(ui: &mut Ui, reading: &mut Reading, values: &[ReplyValue]) {
    ui.label(small(ui, texts::REPLY_VALUES_HELP));
    ui.spacing_mut().item_spacing.y = SPACE_XS;
    for value in values {
        keyed(ui, value.place.as_str(), |ui| value_ui(ui, reading, value));
    }
}

fn value_ui(ui: &mut Ui, reading: &mut Reading, value: &ReplyValue) {
    let path = value.place.as_str();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().interact_size.y = 0.0;
        let button = link(ui, RichText::new(shown(path)).monospace(), &texts::use_path(path));
        Popup::menu(&button).show(|ui| {
            name_menu(ui, path);
            menu_ui(ui, reading, value);
        });
        ui.label(small(ui, shown_text(&value.shown, LONGEST)));
        if let Some(what) = use_of(reading, &value.place) {
            ui.label(small(ui, texts::is_the(what)));
        }
    });
}

fn menu_ui(ui: &mut Ui, reading: &mut Reading, value: &ReplyValue) {
    let place = &value.place;
    let fields: [(&str, Part); 5] = [
        (common::ACCESS_TOKEN, |reading| &mut reading.access_token),
        (common::REFRESH_TOKEN, |reading| &mut reading.refresh_token),
        (texts::LIFETIME, |reading| &mut reading.expires_in),
        (texts::REFRESH_TOKEN_LIFETIME, |reading| &mut reading.refresh_token_expires_in),
        (common::SCOPES, |reading| &mut reading.scope),
    ];
    for (name, field) in fields {
        if menu_item(ui, name).clicked() {
            *field(reading) = vec![place.clone()];
            match name {
                texts::LIFETIME => reading.lifetime = unit_of(&value.shown),
                texts::REFRESH_TOKEN_LIFETIME => reading.refresh_lifetime = unit_of(&value.shown),
                _ => {}
            }
            ui.close();
        }
    }
    // A kept value is shown in requests and lists.
    if !value.is_secret {
        let name = kept_name(place.as_str());
        if menu_item(ui, &texts::keep_as(&name)).clicked() {
            reading.retain.retain(|(kept, _)| *kept != name);
            reading.retain.push((name, place.clone()));
            ui.close();
        }
    }
}

/// What the reading takes from this place.
fn use_of(reading: &Reading, place: &Expression) -> Option<String> {
    let fields = [
        (texts::THE_ACCESS_TOKEN, &reading.access_token),
        (texts::THE_REFRESH_TOKEN, &reading.refresh_token),
        (texts::THE_LIFETIME, &reading.expires_in),
        (texts::THE_REFRESH_TOKEN_LIFETIME, &reading.refresh_token_expires_in),
        (texts::THE_SCOPE, &reading.scope),
        (texts::THE_TOKEN_TYPE, &reading.token_type),
        (common::ID_TOKEN, &reading.id_token),
    ];
    let field = fields.into_iter().find(|(_, expressions)| expressions.contains(place));
    let kept = || reading.retain.iter().find(|(_, kept)| kept == place).map(|(name, _)| texts::the_value(name));
    field.map(|(name, _)| name.to_owned()).or_else(kept)
}

/// The values that are kept, each with a way to drop it.
pub(crate) fn kept_ui(ui: &mut Ui, reading: &mut Reading) {
    let mut dropped = None;
    for (name, place) in &reading.retain {
        ui.horizontal_wrapped(|ui| {
            ui.label(small(ui, texts::kept_as(name, place)));
            if secondary_button(ui, &texts::drop_value(name)).clicked() {
                dropped = Some(name.clone());
            }
        });
    }
    reading.retain.retain(|(name, _)| Some(name) != dropped.as_ref());
}

/// The unit in which a service most probably writes this: a date, a time since 1970, or seconds from now.
fn unit_of(text: &str) -> Lifetime {
    /// The year 2001: no token lives for so many seconds.
    const EPOCH: u64 = 1_000_000_000;
    match text.parse::<u64>() {
        Ok(number) if number >= EPOCH => Lifetime::EpochSeconds,
        Err(_) if text.parse::<jiff::Timestamp>().is_ok() => Lifetime::Date,
        _ => Lifetime::Seconds,
    }
}

/// A name for a value: that of its member, unless the program has a value of this name itself.
fn kept_name(path: &str) -> String {
    let mut words =
        path.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').filter(|word| !word.is_empty());
    let last = words.rfind(|word| !word.chars().all(|c| c.is_ascii_digit())).unwrap_or("value");
    let name = last.trim_matches(['-', '_']).to_ascii_lowercase();
    if name.is_empty() || Values::new().supplied_by(&name).is_some() { format!("reply_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_by_its_form() {
        for (text, unit) in [
            ("3600", Lifetime::Seconds),
            ("1893456000", Lifetime::EpochSeconds),
            ("2030-01-01T00:00:00Z", Lifetime::Date),
            ("soon", Lifetime::Seconds),
        ] {
            assert_eq!(unit_of(text), unit, "{text}");
        }
    }

    #[test]
    fn a_kept_value_has_the_name_of_its_member_but_none_of_the_programs_own() {
        for (path, name) in [
            ("data.account.id", "id"),
            ("realms[0].realmId", "realmid"),
            ("items[3]", "items"),
            ("client_id", "reply_client_id"),
            ("$.`api domain`[0]", "domain"),
            ("[0]", "value"),
        ] {
            assert_eq!(kept_name(path), name, "{path}");
            assert!(crate::call::is_name(name), "{name}");
        }
    }
}
