//! A machine without a display: the whole window with a real core, listener and practice service, and a browser that is
//! a thread.

use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use egui::Theme;
use egui_kittest::Harness;
use jiff::Timestamp;
use tempfile::TempDir;
use tokenwright::agent::{SdNotify, SocketPath};
use tokenwright::app::{Ports, Runtime};
use tokenwright::config::{Config, Places, Settings};
use tokenwright::desktop::Clipboard;
use tokenwright::expression::Expressions;
use tokenwright::gui::Window;
use tokenwright::practice::PracticeOptions;
use tokenwright::store::Store;

use crate::screens::by_name::ByName as _;
use crate::screens::screen::SMALL;
use crate::support::http::{self, follow};
use crate::support::{PATIENCE, temp_home};

/// What the person's browser does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Visit {
    /// It follows every redirect, to the end.
    Follow,
    /// It stays where it was sent.
    Stay,
    /// Opening it is a fault of the program.
    Panic,
}

/// The machine.
pub struct Machine {
    pub window: Harness<'static, Window>,
    /// Where the browser was sent, oldest first.
    pub sent: Arc<Mutex<Vec<String>>>,
    /// That the window wants to be drawn.
    woken: Receiver<()>,
    clipboard: Clipboard,
}

impl Machine {
    /// A new machine with the vault in memory, and the practice service's pages answering themselves.
    pub fn new(theme: Theme, visit: Visit) -> (Self, TempDir) {
        let home = temp_home();
        (Self::at(home.path(), theme, visit, "memory"), home)
    }

    /// The machine of this home, with this kind of vault and no settings but the theme.
    pub fn at(home: &Path, theme: Theme, visit: Visit, vault: &str) -> Self {
        let config = Config::new(Places::find(Some(home.to_owned())).expect("a home"));
        let setting = match theme {
            Theme::Light => tokenwright::config::Theme::Light,
            Theme::Dark => tokenwright::config::Theme::Dark,
        };
        config.save_settings(&Settings { theme: setting, ..Settings::default() }).expect("our own folder");
        Self::at_as_it_is(home, theme, visit, vault)
    }

    /// The same with the settings that are saved there.
    pub fn at_as_it_is(home: &Path, theme: Theme, visit: Visit, vault: &str) -> Self {
        let places = Places::find(Some(home.to_owned())).expect("a home");
        let store = Store::new(places.store_folder());
        let config = Config::new(places);
        let sent: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&sent);
        let clipboard = Clipboard::in_memory();
        let ports = Ports {
            transport: tokenwright::entry::transport(&config),
            expressions: Expressions::new(env!("CARGO_BIN_EXE_tokenwright")),
            config,
            store,
            agent_socket: SocketPath::none(),
            sd_notify: SdNotify::default(),
            vault_kind: Some(vault.to_owned()),
            team: None,
            passphrase: None,
            open_browser: Arc::new(move |_, url| {
                seen.lock().expect("no panic holds it").push(url.to_owned());
                assert!(visit != Visit::Panic, "a fault that a test asked for, with a secret in it");
                if visit == Visit::Follow {
                    let url = url.to_owned();
                    std::thread::spawn(move || follow(&url));
                }
                Ok(tokenwright::redirect::Launched::default())
            }),
            clipboard: clipboard.clone(),
            now: Timestamp::now,
            entropy,
        };
        let (tell, woken) = channel();
        let builder: egui_kittest::HarnessBuilder<Window> = Harness::builder();
        let window = builder.with_size(SMALL).with_theme(theme).build_eframe(move |context| {
            let start = move |news: Box<dyn Fn(tokenwright::app::News) + Send + Sync>| {
                let runtime = Runtime::start(ports, news)?;
                let options = PracticeOptions { auto_consent: true, ..Default::default() };
                runtime.block_on(runtime.app().start_practice(options)).expect("the practice service");
                Ok(runtime)
            };
            context.egui_ctx.set_request_repaint_callback(move |_| {
                // The test may have ended.
                let _ = tell.send(());
            });
            Window::new(&context.egui_ctx, Box::new(start)).expect("a thread")
        });
        let mut machine = Self { window, sent, woken, clipboard };
        machine.wait("Custom service");
        machine
    }

    /// Draws, event by event, until this can be read.
    #[track_caller]
    pub fn wait(&mut self, text: &str) {
        self.wait_until(text, |window| window.reads(text));
    }

    /// Draws, event by event, until it is so.
    #[track_caller]
    pub fn wait_until(&mut self, what: &str, is_so: impl Fn(&Harness<'static, Window>) -> bool) {
        let end = Instant::now() + PATIENCE;
        loop {
            self.window.settle();
            if is_so(&self.window) {
                return;
            }
            assert!(self.is_woken_by(end), "no {what:?} in\n{}", self.window.words());
        }
    }

    /// Waits until it can be pressed, and presses it.
    #[track_caller]
    pub fn press(&mut self, name: &str) {
        use egui_kittest::kittest::NodeT as _;
        self.wait_until(name, |window| {
            window.button(name).is_some_and(|button| !button.accesskit_node().is_disabled())
        });
        self.window.press(name);
    }

    /// Draws, event by event, until there is a text on the clipboard.
    #[track_caller]
    pub fn copied(&mut self) -> String {
        self.copied_that(|_| true)
    }

    /// The same, until the text is of this kind.
    #[track_caller]
    pub fn copied_that(&mut self, is_it: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            self.window.settle();
            if let Some(text) = self.clipboard.read().ok().filter(|text| is_it(text.expose())) {
                return text.expose().to_owned();
            }
            assert!(self.is_woken_by(end), "nothing was copied in\n{}", self.window.words());
        }
    }

    /// Waits until the window wants to be drawn; whether it did before this time.
    fn is_woken_by(&self, end: Instant) -> bool {
        let left = end.saturating_duration_since(Instant::now());
        // waits: a window that draws all the time is given room to.
        std::thread::sleep(Duration::from_millis(5));
        self.woken.recv_timeout(left).is_ok() && !left.is_zero()
    }

    /// From the start to the tokens of the practice service.
    #[track_caller]
    pub fn sign_in(&mut self) {
        self.press("Practice service");
        self.press("Next");
        self.press("Start authorization");
        self.wait("Tokens received");
    }

    /// The access token on the screen.
    #[track_caller]
    pub fn access_token(&mut self) -> String {
        self.press("Show tokens");
        let words = self.window.words();
        let (_, after) = words.rsplit_once("\nAccess token\n").expect("its name");
        let token = after.lines().next().expect("the value beside its name").to_owned();
        self.press("Hide tokens");
        token
    }
}

fn entropy() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the system supplies randomness");
    bytes
}

/// Asks for an address of this machine; where the answer sends the browser, if it does.
pub fn ask(url: &str) -> Option<String> {
    http::get(url, &[]).location
}
