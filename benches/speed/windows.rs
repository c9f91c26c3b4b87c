//! What the window costs with few profiles and with very many: until it is seen, until it rests, and when one is opened.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tokenwright::vault::VaultKind;

use crate::Bench;
use crate::many::keep;
use crate::measure::{Running, first_line, installed, line, memory, processor};

/// How often each is measured: a window takes seconds.
const RUNS: usize = 7;
/// A window that did nothing for so long has done what it had to.
const REST: Duration = Duration::from_millis(700);
/// Where the first profile of the list is, in the window at the corner of the screen.
const FIRST_PROFILE: [&str; 2] = ["120", "230"];

impl Bench {
    /// The window on a virtual screen, drawn by software.
    pub(crate) fn windows(&self) {
        let what = "a window on a virtual screen";
        let (Some(screen), Some(_)) = (installed(what, "Xvfb"), installed(what, "xdotool")) else { return };
        let mut screen = Command::new(screen);
        screen.args(["-displayfd", "1", "-screen", "0", "1400x900x24", "-nolisten", "tcp", "-noreset"]);
        screen.stderr(Stdio::null());
        let (_screen, number) =
            first_line(screen.stdout(Stdio::piped()), |child| child.stdout.take().map(BufReader::new));
        let display = format!(":{}", number.trim());
        for count in [10, 10_000] {
            let home = tempfile::tempdir().expect("a folder");
            let program = |arguments: &[&str]| {
                let mut program = self.program(arguments);
                program.env("TOKENWRIGHT_HOME", home.path()).env("DISPLAY", &display).env_remove("WAYLAND_DISPLAY");
                program
            };
            self.sign_in("demo", program(&[]), "passphrase");
            keep(home.path(), VaultKind::Passphrase, &vec!["a refresh token".to_owned(); count], false);
            // What a list shows is remembered by the first.
            assert!(program(&["list"]).status().expect("a process").success());
            let (mut seen, mut rested, mut opened, mut used) = (Vec::new(), Vec::new(), Vec::new(), String::new());
            for _ in 0..RUNS {
                let start = Instant::now();
                let window = Running(program(&[]).spawn().expect("a process"));
                while !xdotool(&display, &["search", "--onlyvisible", "--name", "Tokenwright"]) {
                    assert!(start.elapsed() < Duration::from_secs(60), "a window");
                }
                seen.push(start.elapsed());
                rested.push(rest(&window, start));
                let [x, y] = FIRST_PROFILE;
                let press = Instant::now();
                assert!(xdotool(&display, &["mousemove", x, y, "click", "1"]), "pressed");
                opened.push(rest(&window, press));
                used = memory(&format!("its memory, {count} profiles"), &window.0);
            }
            line(&format!("a window with {count} profiles, until it is seen"), seen);
            line("until it has read them and rests", rested);
            line("a profile is opened, until it rests", opened);
            println!("{used}");
        }
    }
}

/// How long it took until the window did nothing any more.
fn rest(window: &Running, start: Instant) -> Duration {
    let (mut last, mut used) = (Instant::now(), processor(&window.0));
    while last.elapsed() < REST {
        // waits: idleness has no event.
        std::thread::sleep(Duration::from_millis(5));
        let now = processor(&window.0);
        if now > used {
            (last, used) = (Instant::now(), now);
        }
    }
    last.duration_since(start)
}

fn xdotool(display: &str, arguments: &[&str]) -> bool {
    let mut xdotool = Command::new("xdotool");
    xdotool.args(arguments).env("DISPLAY", display).stdout(Stdio::piped()).stderr(Stdio::null());
    let output = xdotool.output().expect("xdotool");
    output.status.success() && (arguments[0] != "search" || output.stdout.lines().next().is_some())
}
