//! The whole program in a real window on its own screen, operated by keyboard, with a browser that signs in as a person
//! would. The command line then checks what was saved.
//!
//! A screenshot of each step is left in `target/screens`.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::support::PATIENCE;
use crate::support::browser::{Plan, Seen, StandIn};
use crate::support::display::Display;
use crate::support::process::Process;
use crate::support::tokenwright::Tokenwright;

/// The window's first size, so that it fills the screen.
const SCREEN: (u32, u32) = (1100, 780);

/// The program on its screen.
struct Screen {
    display: Display,
    program: Tokenwright,
    browser: StandIn,
    theme: &'static str,
    _window: Process,
    last: Vec<u8>,
}

#[test]
#[ignore = "needs a desktop"]
fn a_token_is_got_kept_and_handed_out_by_keys_alone_in_light() {
    from_the_first_key_to_the_command_line("light");
}

#[test]
#[ignore = "needs a desktop"]
fn a_token_is_got_kept_and_handed_out_by_keys_alone_in_dark() {
    from_the_first_key_to_the_command_line("dark");
}

fn from_the_first_key_to_the_command_line(theme: &'static str) {
    let mut screen = Screen::start(theme);
    screen.picture("1-choose-a-service");
    // The search has the keyboard; Enter takes what it found.
    screen.display.type_text("practice");
    screen.picture("1-search");
    screen.display.key("Return");
    screen.picture("1-practice-service");
    screen.display.key("ctrl+Return");
    screen.picture("2-authorization");
    screen.display.key("ctrl+Return");
    let seen = screen.browser_is_done();
    // The call for the tokens follows the code by itself.
    screen.picture("3-tokens");
    // The name of the profile has the keyboard, since it is what is left to do.
    screen.display.type_text("demo");
    screen.display.key("Return");
    screen.display.focus("^demo - Tokenwright$");
    screen.picture("3-saved");

    let listed = screen.command_line(&["list", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).expect("a list in JSON");
    assert_eq!((&listed[0]["name"], &listed[0]["refreshable"]), (&"demo".into(), &true.into()), "{listed}");
    let token = screen.command_line(&["token", "demo"]);
    assert!(!token.trim().is_empty());
    check_landing_page(&seen, token.trim());
}

/// The page tells what happened, in the window's words, and nothing that it should not.
fn check_landing_page(seen: &Seen, token: &str) {
    assert!(seen.text.contains("The authorization code arrived"), "{}", seen.text);
    assert!(!seen.html.contains("<script"), "{}", seen.html);
    assert_eq!(seen.errors, [""; 0]);
    let landed = seen.requests.iter().filter_map(|request| url::Url::parse(request).ok());
    let mut parameters = landed.flat_map(|url| url.query_pairs().into_owned().collect::<Vec<_>>());
    let (_, code) = parameters.find(|(name, _)| name == "code").expect("the code came with the redirect");
    for secret in [code.as_str(), token] {
        assert!(!seen.html.contains(secret), "the page holds a secret");
    }
    let elsewhere = seen.requests.iter().find(|request| !request.starts_with("http://127.0.0.1:"));
    assert_eq!(elsewhere, None);
}

impl Screen {
    fn start(theme: &'static str) -> Self {
        let display = Display::start(SCREEN.0, SCREEN.1);
        let program = Tokenwright::new()
            .with_env("TOKENWRIGHT_VAULT", "passphrase")
            .with_env("TOKENWRIGHT_PASSPHRASE", "correct horse")
            .with_env("LIBGL_ALWAYS_SOFTWARE", "1")
            .with_env("DISPLAY", display.name());
        let plan = Plan::new().wait("to continue to").fill("Your name", "Ada").click("Sign in");
        let plan = plan.wait("asks to:").click("Allow").wait("The authorization code arrived");
        let browser = if theme == "dark" { plan.dark() } else { plan }.stand_in(program.home());
        let programs = program.home().join("bin");
        fs::create_dir_all(&programs).expect("our own folder");
        fs::copy(&browser.command, programs.join("xdg-open")).expect("a browser to be found");
        fs::create_dir_all(program.data()).expect("our own folder");
        fs::write(program.data().join("settings.toml"), format!("theme = \"{theme}\"\n")).expect("our own file");
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap_or_default());
        let last = pixels(&display, program.home());
        let window = Process::start(program.command(&[]).env("PATH", path));
        display.focus("^Tokenwright$");
        Self { display, program, browser, theme, _window: window, last }
    }

    /// Keeps a picture of the screen once it shows something else than the last one, and rests.
    #[track_caller]
    fn picture(&mut self, name: &str) {
        let until = Instant::now() + PATIENCE;
        let mut before = Vec::new();
        loop {
            let now = pixels(&self.display, self.program.home());
            if now != self.last && now == before {
                self.last = now;
                return self.display.screenshot(&picture_file(self.theme, name));
            }
            assert!(Instant::now() < until, "the screen did not change and rest for {name}");
            before = now;
        }
    }

    /// What the browser saw at the end of its way.
    #[track_caller]
    fn browser_is_done(&self) -> Seen {
        let result = self.program.home().join("seen.json");
        let until = Instant::now() + PATIENCE;
        while !fs::read_to_string(&result).is_ok_and(|text| text.ends_with('\n')) {
            assert!(Instant::now() < until, "the browser did not come to an end: {}", result.display());
            // waits: the browser is a process that the program started; its only sign is the file
            std::thread::sleep(Duration::from_millis(20));
        }
        self.browser.seen()
    }

    /// What a command prints, with the same home.
    #[track_caller]
    fn command_line(&self, arguments: &[&str]) -> String {
        let finished = self.program.run(arguments);
        assert_eq!(finished.code, 0, "{arguments:?}: {}", finished.stderr);
        finished.stdout
    }
}

fn picture_file(theme: &str, name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../screens");
    fs::create_dir_all(&folder).expect("our own folder");
    folder.join(format!("{name}-{theme}.png"))
}

/// What is on the screen, in a format that says nothing else: a PNG names the time.
fn pixels(display: &Display, folder: &Path) -> Vec<u8> {
    let file = folder.join("screen.ppm");
    display.screenshot(&file);
    fs::read(file).expect("a picture")
}
