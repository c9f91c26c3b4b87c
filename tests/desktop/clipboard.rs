//! What *Copy* copies: whether it is there, marked, and taken back.

use std::process::Command;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::Duration;

use crate::support::PATIENCE;
use crate::support::desktop::{Desktop, Selection, until};
use crate::support::process::Process;
use crate::support::tokenwright::Tokenwright;
use tokenwright::desktop::{Clipboard, Sensitivity};
use tokenwright::secret::Secret;

const MARK: &str = "x-kde-passwordManagerHint";

/// The hold of a minute, made short: what the window's worker does, on a real desktop.
#[test]
fn a_secret_is_taken_back_after_its_time_and_a_new_copy_starts_the_clock_anew() {
    let desktop = Desktop::start(Tokenwright::new(), "light");
    let mut helper = helper(&desktop);
    helper.type_text("secret at-1\n");
    helper.line_with("copied");
    assert_eq!(desktop.pasted(Selection::Clipboard), "at-1");
    assert!(targets(&desktop).contains(MARK));
    until("the first taken back", || desktop.pasted(Selection::Clipboard).is_empty().then_some(()));
    // Another program's text is left, and so is what is no secret.
    helper.type_text("secret at-2\n");
    helper.line_with("copied");
    let other = desktop.copy(Selection::Clipboard, "of another program");
    helper.line_with("time is over");
    assert_eq!(desktop.pasted(Selection::Clipboard), "of another program");
    drop(other);
    helper.type_text("plain http://127.0.0.1\n");
    helper.line_with("copied");
    helper.line_with("time is over");
    assert_eq!(desktop.pasted(Selection::Clipboard), "http://127.0.0.1");
    assert!(!targets(&desktop).contains(MARK));
}

fn targets(desktop: &Desktop) -> String {
    desktop.output("xclip", &["-o", "-selection", "clipboard", "-t", "TARGETS"])
}

/// This test program once more, on that desktop: its environment is that of a process, not of a thread.
fn helper(desktop: &Desktop) -> Process {
    let mut helper = Command::new(std::env::current_exe().expect("this program"));
    helper.args(["--ignored", "--exact", "clipboard::worker_of_its_own", "--nocapture"]);
    helper.env("DISPLAY", desktop.display.name()).env_remove("WAYLAND_DISPLAY");
    Process::start(helper.env("TOKENWRIGHT_HOME", desktop.program.data()))
}

#[test]
#[ignore = "the other process: the worker that another test starts on a desktop of its own"]
fn worker_of_its_own() {
    use tokenwright::wizard::{Command, CopyOutcome, Event, Worker};
    const HOLD: Duration = Duration::from_millis(1500);
    let (sender, events) = channel();
    let sender = Mutex::new(sender);
    let edges = crate::hand::edges(Clipboard::of_desktop(HOLD));
    let worker = Worker::start(edges, move |event| {
        let _ = sender.lock().expect("no panic").send(event);
    });
    let worker = worker.expect("a thread");
    for (ticket, line) in (1..).zip(std::io::stdin().lines()) {
        let line = line.expect("a line");
        let (kind, text) = line.split_once(' ').expect("two words");
        let sensitivity = if kind == "secret" { Sensitivity::Secret } else { Sensitivity::Plain };
        worker.send(Command::Copy { ticket, text: Secret::new(text), sensitivity });
        let event = events.recv_timeout(PATIENCE).expect("an answer");
        assert!(matches!(event, Event::Copied(_, CopyOutcome::Done(HOLD))), "{event:?}");
        println!("copied");
        // waits: what is looked for is that something does not happen
        std::thread::sleep(HOLD + Duration::from_secs(1));
        println!("time is over");
    }
}
