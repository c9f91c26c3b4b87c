//! The window on its desktop, operated through a screen reader by the names of things.

use std::process::Command;

use crate::support::accessibility::Reader;
use crate::support::desktop::{Desktop, Selection, until};
use crate::support::process::Process;
use crate::support::tokenwright::Tokenwright;

/// What a secret has beside its text on the clipboard, for programs that keep what was copied.
pub const MARK: &str = "x-kde-passwordManagerHint";

/// A text on the clipboard or selected elsewhere, which must not change.
const OTHER: &str = "of another program";

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Anything.
    Text,
    /// A secret that is seen.
    Secret,
    /// A secret behind bullets, until it is revealed.
    Masked,
}

/// The window on its desktop.
pub struct Window {
    pub process: Process,
    pub reader: Reader,
    pub desktop: Desktop,
}

impl Window {
    /// With a vault that is open.
    pub fn open(theme: &str) -> Self {
        Self::of(Tokenwright::with_vault(), theme)
    }

    pub fn of(program: Tokenwright, theme: &str) -> Self {
        Self::with(program, theme, |_| ())
    }

    /// With something added to the environment of the window.
    pub fn with(program: Tokenwright, theme: &str, add: impl FnOnce(&mut Command)) -> Self {
        let desktop = Desktop::start(program, theme);
        let reader = Reader::start(desktop.display.name(), desktop.program.home());
        let mut command = desktop.window_command();
        command.env("DBUS_SESSION_BUS_ADDRESS", reader.address());
        add(&mut command);
        let process = Process::start(&mut command);
        desktop.display.focus("Tokenwright$");
        let window = Self { process, reader, desktop };
        window.reader.wait("Search services");
        window
    }

    /// Takes a service by its name.
    pub fn choose(&self, service: &str) {
        self.reader.focus("Search services");
        self.desktop.display.key("ctrl+a");
        self.desktop.display.type_text(service);
        self.reader.press(service);
        self.reader.wait("Next");
    }

    /// What the clipboard offers.
    pub fn targets(&self) -> String {
        self.desktop.output("xclip", &["-o", "-selection", "clipboard", "-t", "TARGETS"])
    }

    /// Pastes from another program into a field by these keys.
    #[track_caller]
    pub fn paste(&self, field: &str, keys: &str, text: &str) {
        let _outside = self.desktop.copy(Selection::Clipboard, text);
        self.reader.focus(field);
        self.desktop.display.key("ctrl+a");
        self.desktop.display.key(keys);
        self.desktop.rest();
    }

    /// All of the field, copied to the clipboard by keys.
    #[track_caller]
    pub fn copy(&self, field: &str) {
        self.reader.focus(field);
        self.desktop.display.key("ctrl+a");
        self.desktop.display.key("ctrl+c");
        self.desktop.rest();
    }

    /// Pastes into a field by both keys there are, copies it out again, and looks what gets to the clipboard and to the
    /// selection that a middle click pastes.
    #[track_caller]
    pub fn takes_and_gives(&self, field: &str, holds: Holds, text: &str) {
        self.paste(field, "shift+Insert", "first");
        self.paste(field, "ctrl+v", text);
        let clipboard = self.desktop.copy(Selection::Clipboard, OTHER);
        let _selected = self.desktop.copy(Selection::Primary, OTHER);
        if holds == Holds::Masked {
            self.copy(field);
            assert_eq!(self.desktop.pasted(Selection::Clipboard), OTHER, "{field} is masked");
            self.reader.press(&format!("Show {field}"));
        }
        until(&format!("{field} to be copied"), || {
            self.copy(field);
            (self.desktop.pasted(Selection::Clipboard) == text).then_some(())
        });
        drop(clipboard);
        let is_marked = self.targets().contains(MARK);
        assert_eq!(is_marked, holds != Holds::Text, "{field}: whether it is marked as a secret");
        self.desktop.display.key("End");
        self.desktop.display.key("shift+Home");
        self.desktop.rest();
        let selected = if holds == Holds::Text { text } else { OTHER };
        assert_eq!(self.desktop.pasted(Selection::Primary), selected, "{field}: what a middle click would paste");
        if holds == Holds::Masked {
            self.reader.press(&format!("Hide {field}"));
        }
    }

    /// Memory that is the process's own.
    pub fn private_kilobytes(&self) -> u64 {
        let file = format!("/proc/{}/smaps_rollup", self.process.id());
        let text = until("the figures of the memory", || std::fs::read_to_string(&file).ok());
        let lines = text.lines().filter(|line| line.starts_with("Private_"));
        lines.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).sum()
    }
}

/// A program of its own, with this clipboard.
pub fn ports(clipboard: tokenwright::desktop::Clipboard) -> tokenwright::app::Ports {
    use tokenwright::config::{Config, Places};
    use tokenwright::store::Store;
    let places = Places::find(std::env::var_os("TOKENWRIGHT_HOME").map(Into::into)).expect("a home");
    tokenwright::app::Ports {
        transport: tokenwright::transport::Transport::new(tokenwright::transport::TransportOptions::default()),
        expressions: tokenwright::expression::Expressions::new(env!("CARGO_BIN_EXE_tokenwright")),
        store: Store::new(places.store_folder()),
        config: Config::new(places),
        agent_socket: tokenwright::agent::SocketPath::none(),
        sd_notify: tokenwright::agent::SdNotify::default(),
        vault_kind: Some("memory".to_owned()),
        team: None,
        passphrase: None,
        open_browser: std::sync::Arc::new(|_, _| Ok(tokenwright::redirect::Launched::default())),
        clipboard,
        now: jiff::Timestamp::now,
        entropy: || [7; 32],
    }
}
