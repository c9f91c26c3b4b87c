//! The page of the team: what it shows, and the whole way from making one to the removal of a member, with a real database.

use std::path::PathBuf;

use egui_kittest::kittest::NodeT as _;
use tokenwright::app::{Member, Request, Standing, TeamStatus, Untouched};
use tokenwright::diagnosis::Diagnosis;
use tokenwright::gui::model::{Model, Requested};
use tokenwright::gui::{Draft, TeamDraft};

use crate::screens::by_name::ByName as _;
use crate::screens::scenes::{draft, failure, name, now, started};
use crate::screens::screen::{THEMES, screen};

pub fn page() -> Draft {
    let mut draft = draft();
    draft.team = Some(TeamDraft { member: "ada@lovelace".to_owned(), ..TeamDraft::default() });
    draft
}

fn with(status: Option<TeamStatus>) -> Model {
    let mut model = started();
    model.team.work = Requested::ended(Ok(status));
    model
}

fn status(standing: Standing) -> TeamStatus {
    let place = PathBuf::from("postgres://somebody@a-server-with-a-long-name.example.com:54321/tokens");
    TeamStatus { place, fingerprint: "0123-4567-89ab-cdef-0123".to_owned(), standing }
}

pub fn none() -> Model {
    with(None)
}

pub fn asking() -> Model {
    with(Some(status(Standing::Asking { name: "ada@lovelace".to_owned() })))
}

/// Two members, one of whom was let in by the other, and somebody who asks.
pub fn member() -> Model {
    let member = |name: &str| Member {
        name: name.to_owned(),
        recipient: format!("age1{name}"),
        admitted_by: "ada@lovelace".to_owned(),
        at: now(),
    };
    let request = Request {
        name: "carl@a-machine-with-a-long-name".to_owned(),
        recipient: "age1carl".to_owned(),
        host: "a-machine-with-a-long-name".to_owned(),
        at: now(),
    };
    let mut model = with(Some(status(Standing::Member {
        team: "acme".to_owned(),
        fingerprint: "fedc-ba98-7654-3210-fedc".to_owned(),
        name: "ada@lovelace".to_owned(),
        members: vec![member("ada@lovelace"), member("ben@desk")],
        requests: vec![request],
        is_removal_unfinished: true,
    })));
    let why = Diagnosis::new("the service says that the refresh token is spent");
    model.team.untouched = vec![Untouched { name: name("demo"), why }];
    model
}

#[test]
fn somebody_is_let_in_and_removed_by_buttons_that_say_what_they_do() {
    let mut window = screen(THEMES[1], member(), page());
    for text in
        ["Team acme", "carl@a-machine-with-a-long-name asks to be let in", "let in by ada@lovelace", "made the team"]
    {
        assert!(window.reads(text), "no {text:?} in\n{}", window.words());
    }
    window.press("Remove…");
    window.settle();
    assert!(window.reads("The team gets another key"), "{}", window.words());
    assert!(window.button("Remove and refresh all").is_some());
    window.press("Cancel");
    window.settle();
    assert!(window.button("Remove and refresh all").is_none(), "{}", window.words());
}

#[test]
fn what_is_missing_is_said_at_the_button_and_a_failure_above_what_was_typed() {
    let mut window = screen(THEMES[0], none(), page());
    let join = |window: &egui_kittest::Harness<'static, crate::screens::screen::Screen>| {
        window.button("Join team").expect("a button").accesskit_node().is_disabled()
    };
    assert!(join(&window));
    window.fill("Address", "postgres://ada@db.example.com/tokens");
    window.settle();
    assert!(!join(&window));
    let mut model = none();
    model.team.begin();
    model.team.work = Requested::ended(Err(failure("the database cannot be reached")));
    let window = screen(THEMES[0], model, window.state().draft.clone());
    assert!(window.reads("The database cannot be reached"), "{}", window.words());
    assert!(window.field("Address").is_some_and(|field| {
        field.accesskit_node().value().as_deref() == Some("postgres://ada@db.example.com/tokens")
    }));
}

/// With a real database and the real core behind two windows.
#[cfg(unix)]
mod with_a_database {
    use super::THEMES;
    use crate::screens::by_name::ByName as _;
    use crate::screens::machine::{Machine, Visit};
    use crate::support::postgres::Cluster;

    fn save_demo(machine: &mut Machine) {
        machine.sign_in();
        machine.window.fill("Profile name", "demo");
        machine.press("Done");
        machine.wait("tokenwright token demo");
    }

    #[test]
    #[ignore = "needs postgresql"]
    fn in_two_windows_a_team_is_made_joined_used_and_left_by_one_of_them() {
        let cluster = Cluster::start();
        let url = cluster.url(&cluster.database("team"));
        let (mut anna, _home_of_anna) = Machine::new(THEMES[0], Visit::Follow);
        let (mut ben, _home_of_ben) = Machine::new(THEMES[1], Visit::Follow);
        save_demo(&mut anna);
        anna.press("Team");
        anna.wait("If you make the team");
        anna.window.fill("Address", &url);
        anna.window.fill("Your name in the team", "anna");
        anna.window.fill("Name of the team", "acme");
        anna.press("Make a team");
        anna.wait("Team acme");
        anna.press("Share profiles");
        anna.press("With the team");
        anna.press("Give to the team");
        anna.wait("Shared with the team: demo");
        anna.wait("Team · Practice service");

        ben.press("Team");
        ben.wait("If you make the team");
        ben.window.fill("Address", &url);
        ben.window.fill("Your name in the team", "ben");
        ben.press("Join team");
        ben.wait("Waiting to be let in");
        anna.press("Team");
        anna.wait("ben asks to be let in");
        anna.press("It is the same: let them in");
        anna.wait("let in by anna");
        ben.press("Check again");
        ben.wait("Team acme");
        ben.wait("Team · Practice service");
        ben.press("Open demo");
        ben.wait("acme: anna, ben");
        let first = ben.access_token();
        ben.press("Refresh");
        ben.wait("Refreshed: a new access token");
        anna.press("Open demo");
        anna.wait("acme: anna, ben");
        assert_ne!(anna.access_token(), first);
        assert_eq!(anna.access_token(), ben.access_token());

        ben.press("More for demo");
        ben.press("Take out of team…");
        ben.wait("The other members lose it at once");
        ben.press("Take out of the team");
        anna.wait_until("taken out", |window| !window.reads("Team · Practice service"));
        ben.wait_until("its own", |window| !window.reads("acme: anna, ben"));
        ben.press("Share profiles");
        ben.press("With the team");
        ben.press("Give to the team");
        anna.wait("Team · Practice service");
        anna.press("Open demo");

        anna.press("Team");
        anna.wait("let in by anna");
        anna.press("Remove…");
        anna.press("Remove and refresh all");
        anna.wait_until("no ben", |window| !window.reads("let in by anna"));
        ben.press("Team");
        ben.wait("not a member of the team");
    }
}
