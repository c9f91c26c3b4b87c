//! *Copy* puts a text on the clipboard, marks a secret, and clears it.

use std::time::{Duration, Instant};

use crate::desktop::open_window::MARK;
use crate::support::desktop::{Desktop, Selection, until};
use crate::support::process::{Process, one_test};
use crate::support::tokenwright::Tokenwright;
use tokenwright::desktop::{Clipboard, Sensitivity};
use tokenwright::secret::Secret;

/// How long a secret stays on the clipboard here.
const HOLD: Duration = Duration::from_secs(3);
const OTHER_PROCESS: &str = "TOKENWRIGHT_TEST_CLIPBOARD";

/// The hold of a minute, made short: what the window does, on a real desktop.
#[test]
#[ignore = "needs a desktop"]
fn a_secret_is_taken_back_after_its_time_and_what_is_no_secret_or_of_another_program_is_left() {
    let desktop = Desktop::start(Tokenwright::new(), "light");
    let mut helper = helper(&desktop);
    helper.copies("secret at-1");
    assert_eq!(desktop.pasted(Selection::Clipboard), "at-1");
    assert!(targets(&desktop).contains(MARK));
    until("the first taken back", || desktop.pasted(Selection::Clipboard).is_empty().then_some(()));
    helper.copies("secret at-2");
    let other = desktop.copy(Selection::Clipboard, "of another program");
    let_the_time_pass();
    assert_eq!(desktop.pasted(Selection::Clipboard), "of another program");
    drop(other);
    helper.copies("plain http://127.0.0.1");
    let_the_time_pass();
    assert_eq!(desktop.pasted(Selection::Clipboard), "http://127.0.0.1");
    assert!(!targets(&desktop).contains(MARK));
}

#[test]
#[ignore = "needs a desktop"]
fn a_copy_within_the_time_of_another_starts_the_clock_anew() {
    let desktop = Desktop::start(Tokenwright::new(), "light");
    let mut helper = helper(&desktop);
    helper.copies("secret at-1");
    // waits: the first copy has had two thirds of its time
    std::thread::sleep(HOLD * 2 / 3);
    helper.copies("secret at-1");
    let second = Instant::now();
    until("the second taken back", || desktop.pasted(Selection::Clipboard).is_empty().then_some(()));
    let stood = second.elapsed();
    // The clock of the first would have ended it after a third.
    assert!(stood > HOLD * 2 / 3, "the second copy stood for {stood:?} of {HOLD:?}");
}

fn targets(desktop: &Desktop) -> String {
    desktop.output("xclip", &["-o", "-selection", "clipboard", "-t", "TARGETS"])
}

/// A worker on that desktop.
struct Helper(Process);

impl Helper {
    fn copies(&mut self, what: &str) {
        self.0.type_text(&format!("{what}\n"));
        self.0.line_with("copied");
    }
}

fn let_the_time_pass() {
    // waits: what is looked for is that something does not happen
    std::thread::sleep(HOLD + Duration::from_secs(1));
}

/// This test program again, on that desktop: the environment belongs to the process, not to a thread.
fn helper(desktop: &Desktop) -> Helper {
    let mut helper = one_test(module_path!(), "the_other_process_copies");
    helper.env("DISPLAY", desktop.display.name()).env_remove("WAYLAND_DISPLAY").env(OTHER_PROCESS, "yes");
    Helper(Process::start(helper.env("TOKENWRIGHT_HOME", desktop.program.data())))
}

#[test]
#[ignore = "the other process of the tests above"]
fn the_other_process_copies() {
    use tokenwright::app::{CopyOutcome, Runtime};
    if std::env::var_os(OTHER_PROCESS).is_none() {
        return;
    }
    let ports = crate::desktop::open_window::ports(Clipboard::of_desktop(HOLD));
    let runtime = Runtime::start(ports, |_| ()).expect("threads");
    for line in std::io::stdin().lines() {
        let line = line.expect("a line");
        let (kind, text) = line.split_once(' ').expect("two words");
        let sensitivity = if kind == "secret" { Sensitivity::Secret } else { Sensitivity::Plain };
        let copied = runtime.block_on(runtime.app().copy(Secret::new(text), sensitivity)).expect("an answer");
        assert!(matches!(copied, CopyOutcome::Done(HOLD)), "{copied:?}");
        println!("copied");
    }
}
