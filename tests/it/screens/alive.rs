//! Keep-alive profiles in the window.

use tokenwright::app::{KeptAlive, News};
use tokenwright::diagnosis::Diagnosis;
use tokenwright::gui::{Intent, Step};

use crate::screens::by_name::ByName as _;
use crate::screens::machine::{Machine, Visit};
use crate::screens::scenes::{ACCESS_TOKEN, at, called, name, saved, service, token_set};
use crate::screens::screen::{THEMES, screen};

#[test]
fn a_profile_is_kept_alive_by_a_tick_and_why_it_is_not_is_told() {
    for theme in THEMES {
        let mut window = screen(theme, saved("demo"), at(service("practice"), Step::Tokens));
        assert!(window.reads("Refreshed before it expires while this window or the agent runs."));
        window.press("Keep alive");
        assert_eq!(window.state().wanted, [Intent::SetKeepAlive(name("demo"), true)]);
        // It is done.
        let model = &mut window.state_mut().model;
        model.profiles[0].keep_alive = true;
        let problem = Some(Diagnosis::new("cannot connect to `example.test`"));
        model.hear(News::KeepAlive(vec![KeptAlive { name: name("demo"), next: None, problem }]));
        window.settle();
        assert!(window.reads("Keep-alive: last refresh failed"), "{}", window.words());
        assert!(window.reads("Not refreshed: cannot connect to “example.test”"));
        window.press("Keep alive");
        assert_eq!(window.state().wanted[1], Intent::SetKeepAlive(name("demo"), false));
    }
}

#[test]
fn before_it_is_saved_the_tick_is_saved_with_it() {
    let mut window = screen(THEMES[0], called(Ok(token_set(ACCESS_TOKEN))), at(service("practice"), Step::Tokens));
    window.press("Keep alive");
    assert_eq!(window.state().wanted, []);
    assert!(window.state().draft.profile.as_ref().expect("a profile").keep_alive);

    let (mut machine, _home) = Machine::new(THEMES[0], Visit::Follow);
    machine.sign_in();
    machine.press("Keep alive");
    machine.window.fill("Profile name", "demo");
    machine.press("Done");
    machine.wait("Keep-alive");
    machine.press("Keep alive");
    machine.wait_until("no longer kept alive", |window| !window.reads("Keep-alive"));
}
