//! What the window costs beside a bare one, with few profiles and with very many: until it is seen, until it rests, when a
//! profile is opened, and while nobody touches it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use eframe::egui;
use tempfile::TempDir;
use tokenwright::vault::VaultKind;

use crate::Bench;
use crate::many::keep;
use crate::measure::{Running, first_line, installed, line, processor, proportional, switches};

/// How often each is measured: a window takes seconds.
const RUNS: usize = 7;
/// A window that did nothing for so long has done what it had to.
const REST: Duration = Duration::from_millis(700);
/// Where the first profile of the list is, in the window at the corner of the screen.
const FIRST_PROFILE: [&str; 2] = ["120", "230"];

/// The argument of this program that opens the bare window.
pub(crate) const BARE: &str = "bare-window";
/// How long a window is left alone to see what it costs.
const ALONE: Duration = Duration::from_secs(20);

/// A window of eframe with one line of text, built with the same features: what ours is compared with.
pub(crate) fn bare() {
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default().with_inner_size([1100.0, 720.0]),
        ..eframe::NativeOptions::default()
    };
    let draw = |ui: &mut egui::Ui, _: &mut eframe::Frame| {
        egui::CentralPanel::default().show(ui, |ui| ui.label("A line of text"));
    };
    eframe::run_ui_native("A bare window", options, draw).expect("a window");
}

/// What was measured of one kind of window.
#[derive(Default)]
struct Measured {
    seen: Vec<Duration>,
    rested: Vec<Duration>,
    opened: Vec<Duration>,
    proportional: Vec<f64>,
}

/// A virtual screen with a folder of its own, in which the browser is a program that does nothing.
struct Screen {
    _running: Running,
    display: String,
    home: TempDir,
}

impl Screen {
    /// `None`, told, if a program for it is not installed.
    fn start() -> Option<Self> {
        let what = "a window on a virtual screen";
        let (screen, _) = (installed(what, "Xvfb")?, installed(what, "xdotool")?);
        let mut screen = Command::new(screen);
        screen.args(["-displayfd", "1", "-screen", "0", "1400x900x24", "-nolisten", "tcp", "-noreset"]);
        screen.stderr(Stdio::null());
        let (screen, number) =
            first_line(screen.stdout(Stdio::piped()), |child| child.stdout.take().map(BufReader::new));
        let home = tempfile::tempdir().expect("a folder");
        let browser = home.path().join("xdg-open");
        fs::write(&browser, "#!/bin/sh\n").expect("written");
        fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).expect("a program");
        Some(Self { _running: screen, display: format!(":{}", number.trim()), home })
    }

    /// A program that opens a window here.
    fn on<'a>(&self, program: &'a mut Command) -> &'a mut Command {
        let others = std::env::var("PATH").unwrap_or_default();
        program.env("PATH", format!("{}:{others}", self.home.path().display()));
        program.env("DISPLAY", &self.display).env_remove("WAYLAND_DISPLAY").env_remove("BROWSER")
    }

    /// Starts a program; how long it took until its window was seen.
    fn open(&self, program: &mut Command, title: &str) -> (Running, Duration, Instant) {
        let start = Instant::now();
        let window = Running(self.on(program).spawn().expect("a process"));
        while !xdotool(&self.display, &["search", "--onlyvisible", "--name", title]) {
            assert!(start.elapsed() < Duration::from_secs(60), "a window");
        }
        (window, start.elapsed(), start)
    }

    /// Gives the window the keyboard: no window manager does.
    fn focus(&self) {
        let found = ["search", "--onlyvisible", "--name", "Tokenwright", "windowfocus", "--sync"];
        assert!(xdotool(&self.display, &found), "focused");
    }

    fn press(&self, key: &str, window: &Running) {
        assert!(xdotool(&self.display, &["key", key]), "pressed");
        rest(window, Instant::now());
    }
}

impl Bench {
    /// The window on a virtual screen, drawn by software, and the bare one, in turn.
    pub(crate) fn windows(&self) {
        let Some(screen) = Screen::start() else { return };
        let homes = [10, 10_000].map(|count| (count, self.home_of(count)));
        let mut bare = Measured::default();
        let mut ours = [Measured::default(), Measured::default()];
        for _ in 0..RUNS {
            let program = std::env::current_exe().expect("this program");
            let (window, seen, start) = screen.open(Command::new(program).arg(BARE), "A bare window");
            bare.seen.push(seen);
            bare.rested.push(rest(&window, start));
            bare.proportional.push(proportional(&window.0));
            drop(window);
            for (measured, (_, home)) in ours.iter_mut().zip(&homes) {
                self.measure(&screen, home.path(), measured);
            }
        }
        let of_bare = (median(&bare.seen), median(&bare.proportional));
        line("a bare window of eframe, until it is seen", bare.seen);
        line("until it rests", bare.rested);
        println!("{:58} {:>8.1} MiB", "its memory (PSS)", of_bare.1);
        for (measured, (count, _)) in ours.into_iter().zip(&homes) {
            let (seen, memory) = (median(&measured.seen), median(&measured.proportional));
            line(&format!("a window with {count} profiles, until it is seen"), measured.seen);
            println!("{:58} {:>8.2}", "times the bare one", seen.as_secs_f64() / of_bare.0.as_secs_f64());
            line("until it has read them and rests", measured.rested);
            line("a profile is opened, until it rests", measured.opened);
            println!("{:58} {memory:>8.1} MiB", "its memory (PSS)");
            println!("{:58} {:>8.2}", "times the bare one", memory / of_bare.1);
        }
        self.left_alone(&screen, homes[0].1.path());
    }

    /// What a window costs that nobody touches.
    fn left_alone(&self, screen: &Screen, home: &Path) {
        let program = |home: &Path| {
            let mut program = self.program(&[]);
            program.env("TOKENWRIGHT_HOME", home);
            program
        };
        let (window, _, start) = screen.open(&mut program(home), "Tokenwright");
        rest(&window, start);
        alone("a window left alone: the list", &window);
        let [x, y] = FIRST_PROFILE;
        assert!(xdotool(&screen.display, &["mousemove", x, y, "click", "1"]), "pressed");
        rest(&window, Instant::now());
        alone("a window left alone: a profile that counts down", &window);
        drop(window);
        let fresh = tempfile::tempdir().expect("a folder");
        let (window, _, start) = screen.open(&mut program(fresh.path()), "Tokenwright");
        rest(&window, start);
        screen.focus();
        assert!(xdotool(&screen.display, &["type", "practice"]), "typed");
        rest(&window, Instant::now());
        for key in ["Return", "ctrl+Return", "ctrl+Return"] {
            screen.press(key, &window);
        }
        alone("a window left alone: waiting for the browser", &window);
    }

    fn measure(&self, screen: &Screen, home: &Path, measured: &mut Measured) {
        let mut program = self.program(&[]);
        let (window, seen, start) = screen.open(program.env("TOKENWRIGHT_HOME", home), "Tokenwright");
        measured.seen.push(seen);
        measured.rested.push(rest(&window, start));
        measured.proportional.push(proportional(&window.0));
        let [x, y] = FIRST_PROFILE;
        let press = Instant::now();
        assert!(xdotool(&screen.display, &["mousemove", x, y, "click", "1"]), "pressed");
        measured.opened.push(rest(&window, press));
    }

    /// A home with so many profiles, whose list is remembered.
    fn home_of(&self, count: usize) -> TempDir {
        let home = tempfile::tempdir().expect("a folder");
        let program = |arguments: &[&str]| {
            let mut program = self.program(arguments);
            program.env("TOKENWRIGHT_HOME", home.path());
            program
        };
        self.sign_in("demo", program(&[]), "passphrase");
        keep(home.path(), VaultKind::Passphrase, &vec!["a refresh token".to_owned(); count], false);
        // What a list shows is remembered by the first.
        assert!(program(&["list"]).status().expect("a process").success());
        home
    }
}

/// The share of a core that a window takes while nothing is touched, and how often it woke up.
fn alone(what: &str, window: &Running) {
    let (used, woken) = (processor(&window.0), switches(&window.0));
    // waits: what a process costs over a time is what is asked for.
    std::thread::sleep(ALONE);
    let share = (processor(&window.0) - used) / ALONE.as_secs_f64() * 100.0;
    // What a thread counted that has ended is gone.
    let woken = switches(&window.0).saturating_sub(woken);
    println!("{what:58} {share:>8.2} % of a core, {woken} wake-ups in {} s", ALONE.as_secs());
}

fn median<T: Copy + PartialOrd>(values: &[T]) -> T {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
    sorted[sorted.len() / 2]
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
    output.status.success()
        && (arguments[0] != "search" || arguments.contains(&"windowfocus") || output.stdout.lines().next().is_some())
}
