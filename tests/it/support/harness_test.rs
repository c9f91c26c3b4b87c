//! Tests of the harness: the program runs in its own home, a screen shows what is drawn, a browser can be replaced.

use std::process::Command;

use crate::support::browser::Plan;
use crate::support::display::Display;
use crate::support::process::Process;
use crate::support::temp_home;
use crate::support::tokenwright::Tokenwright;

#[test]
fn the_program_runs_with_nothing_of_this_machines_surroundings() {
    let program = Tokenwright::new().with_env("TOKENWRIGHT_VAULT", "memory");
    let command = program.command(&["--version"]);
    let named: Vec<_> = command.get_envs().filter_map(|(name, _)| name.to_str()).collect();
    assert_eq!(named, ["HOME", "LANG", "PATH", "TOKENWRIGHT_HOME", "TOKENWRIGHT_VAULT"]);
    assert_eq!(program.run(&["--version"]).code, 0);
}

#[test]
fn a_process_is_told_and_asked_by_lines() {
    let mut process =
        Process::start(Command::new("sh").args(["-c", "echo ready; read word; echo \"got $word\" >&2; exit 3"]));
    assert_eq!(process.line_with("ready"), "ready");
    process.type_text("hello\n");
    let finished = process.finish();
    assert_eq!((finished.code, finished.stderr.as_str()), (3, "got hello\n"));
}

#[test]
#[ignore = "needs a desktop"]
fn a_screen_shows_what_is_drawn_on_it() {
    let display = Display::start(320, 240);
    let picture = temp_home();
    let file = picture.path().join("screen.png");
    display.screenshot(&file);
    let bytes = std::fs::read(&file).expect("a picture");
    assert!(bytes.starts_with(b"\x89PNG"));
    assert_eq!(display.xdotool(&["getdisplaygeometry"]), "320 240\n");
}

#[test]
#[ignore = "needs chromium"]
fn a_browser_is_stood_in_for_by_a_command() {
    let home = temp_home();
    let browser = Plan::new().wait("hello").stand_in(home.path());
    let status = Command::new(&browser.command).arg("data:text/html,<title>T</title>hello").status();
    assert!(status.expect("the command runs").success());
    assert_eq!(browser.seen().title, "T");
}
