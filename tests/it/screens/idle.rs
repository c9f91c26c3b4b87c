//! An idle window is redrawn only when a clock on it changes.

use std::time::Duration;

use egui::ViewportId;
use egui_kittest::Harness;
use tokenwright::gui::Window;

use crate::screens::by_name::ByName as _;
use crate::screens::machine::{Machine, Visit};
use crate::screens::screen::THEMES;

/// At the end of the second in which the countdown changes, which counts in steps of five.
const AT_THE_LATEST: Duration = Duration::from_millis(6010);

fn next_frame(window: &Harness<'static, Window>) -> Duration {
    window.output().viewport_output[&ViewportId::ROOT].repaint_delay
}

/// Waits for animations to end.
fn rest(machine: &mut Machine) {
    machine.window.run();
    machine.window.run_steps(3);
}

#[test]
fn without_a_clock_on_it_no_frame_is_asked_for() {
    for theme in THEMES {
        let (mut machine, _home) = Machine::new(theme, Visit::Follow);
        machine.wait("None yet.");
        machine.wait("Vault: memory only");
        rest(&mut machine);
        assert_eq!(next_frame(&machine.window), Duration::MAX);
        machine.press("Practice service");
        rest(&mut machine);
        assert_eq!(next_frame(&machine.window), Duration::MAX);
    }
}

#[test]
fn with_a_countdown_on_it_a_frame_is_asked_for_when_it_changes() {
    for theme in THEMES {
        let (mut machine, _home) = Machine::new(theme, Visit::Follow);
        machine.sign_in();
        rest(&mut machine);
        let next = next_frame(&machine.window);
        assert!(next > Duration::ZERO && next <= AT_THE_LATEST, "{next:?}");
    }
}

#[test]
fn an_export_that_is_looked_at_asks_for_no_frames_of_its_own() {
    let (mut machine, _home) = Machine::new(THEMES[0], Visit::Follow);
    machine.sign_in();
    machine.window.fill("Profile name", "demo");
    machine.press("Done");
    machine.press("More for demo");
    machine.press("Export demo");
    machine.press("JSON");
    machine.wait("access_token");
    rest(&mut machine);
    // The countdown of the saved profile is still on the screen.
    let next = next_frame(&machine.window);
    assert!(next > Duration::ZERO && next <= AT_THE_LATEST, "{next:?}");
}
