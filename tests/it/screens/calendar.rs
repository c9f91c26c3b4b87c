//! The calendar: what ends, by date, with the way to the profile and into a calendar program.

use jiff::SignedDuration;
use tokenwright::app::{Basis, End, EndKind, ProfileEnds, Renewal};
use tokenwright::gui::model::{Calendar, Model, Requested};
use tokenwright::gui::{CalendarDraft, Draft, Intent};

use crate::screens::by_name::ByName as _;
use crate::screens::machine::{Machine, Visit};
use crate::screens::scenes::{draft, failure, name, now, saved};
use crate::screens::screen::{THEMES, screen};

fn end(kind: EndKind, day: Option<i64>, renewal: Renewal) -> End {
    let basis = if day.is_some() { Basis::Said } else { Basis::Unknown };
    End {
        kind,
        at: day.map(|day| now() + SignedDuration::from_hours(24 * day)),
        basis,
        renewal,
        condition: String::new(),
    }
}

pub fn profile(text: &str, ends: Vec<End>) -> ProfileEnds {
    let (service, problem) = ("Practice service".to_owned(), None);
    ProfileEnds { name: Some(name(text)), shown_name: text.to_owned(), service, ends, problem }
}

pub fn opened(profiles: Vec<ProfileEnds>) -> (Model, Draft) {
    let mut model = saved("demo");
    model.calendar.ends = Requested::ended(Ok(Calendar::of(profiles)));
    let calendar = CalendarDraft { path: "/home/me/a.ics".into(), ..CalendarDraft::default() };
    let mut draft = draft();
    draft.calendar = Some(calendar);
    (model, draft)
}

/// Something in each group, with a long name.
pub fn busy() -> (Model, Draft) {
    let person = |kind, day| end(kind, Some(day), Renewal::Person);
    opened(vec![
        profile("late", vec![person(EndKind::ClientSecret, -2)]),
        profile("soon", vec![person(EndKind::Certificate, 3), end(EndKind::AccessToken, Some(3), Renewal::OnUse)]),
        profile(&"m".repeat(60), vec![end(EndKind::UnusedRefreshToken, Some(20), Renewal::Refresh)]),
        profile("later", vec![person(EndKind::SignIn, 200), end(EndKind::ClientSecret, None, Renewal::Person)]),
    ])
}

#[test]
fn what_ends_stands_in_its_group_and_leads_to_its_profile() {
    for theme in THEMES {
        let (model, draft) = busy();
        let mut window = screen(theme, model, draft);
        for words in ["Overdue (1)", "Next 7 days (1)", "Next 30 days (1)", "Later (1)"] {
            assert!(window.words().contains(words), "{words}\n{}", window.words());
        }
        assert!(
            !window.words().contains("Not known") && !window.words().contains("access token, "),
            "{}",
            window.words()
        );
        window.press("soon");
        assert_eq!(window.state().wanted.last(), Some(&Intent::Open(name("soon"))));
        window.press("Also show what needs nobody");
        assert!(
            window.words().contains("Not known (1)") && window.words().contains("access token, "),
            "{}",
            window.words()
        );
    }
}

#[test]
fn what_the_settings_name_leads_to_the_settings() {
    let certificate = profile("Settings", vec![end(EndKind::ClientCertificate, Some(3), Renewal::Person)]);
    let (model, draft) = opened(vec![ProfileEnds { name: None, ..certificate }]);
    let mut window = screen(THEMES[0], model, draft);
    assert!(window.words().contains("client certificate, "), "{}", window.words());
    window.press("Settings");
    assert_eq!(window.state().wanted.last(), Some(&Intent::OpenSettings));
}

#[test]
fn the_file_is_written_where_it_is_said_and_a_foreign_one_is_replaced_on_request_only() {
    let (model, draft) = opened(vec![profile("a", vec![end(EndKind::ClientSecret, Some(1), Renewal::Person)])]);
    let mut window = screen(THEMES[0], model, draft);
    assert!(window.button("Save calendar").is_none());
    window.press("Save as .ics…");
    window.press("Save calendar");
    assert_eq!(window.state().wanted.last(), Some(&Intent::SaveCalendar { replace: false }));
    let foreign = tokenwright::app::Failure { code: tokenwright::app::FailureCode::FileForeign, ..failure("it") };
    window.state_mut().model.calendar.file = Requested::ended(Err(foreign));
    window.settle();
    window.press("Replace file");
    assert_eq!(window.state().wanted.last(), Some(&Intent::SaveCalendar { replace: true }));
}

#[test]
fn of_twenty_thousand_ends_those_in_view_are_drawn() {
    let profiles = (0..20_000).map(|number| {
        profile(&format!("p{number:05}"), vec![end(EndKind::ClientSecret, Some(1 + number / 50), Renewal::Person)])
    });
    let (model, draft) = opened(profiles.collect());
    let window = screen(THEMES[0], model, draft);
    let drawn = window.words().lines().filter(|line| line.starts_with("p0")).count();
    assert!((5..120).contains(&drawn), "{drawn}");
    assert!(window.words().contains("Next 7 days (300)"), "{}", window.words());
}

#[test]
fn the_calendar_of_a_real_vault_is_read_written_and_closed_again() {
    let (mut machine, home) = Machine::new(THEMES[0], Visit::Follow);
    machine.sign_in();
    machine.window.fill("Profile name", "demo");
    machine.press("Done");
    machine.wait("Copy token");
    machine.press("Calendar…");
    machine.wait("Nothing ends that needs you");
    machine.press("Also show what needs nobody");
    machine.wait("access token");
    machine.press("Save as .ics…");
    let path = home.path().join("it.ics");
    machine.window.fill("File", path.to_str().expect("UTF-8"));
    machine.press("Save calendar");
    machine.wait("Written to");
    let text = std::fs::read_to_string(&path).expect("written");
    assert!(text.contains("UID:demo.access-token@tokenwright\r\n"), "{text}");
    machine.press("Close");
    machine.wait("Copy token");
}
