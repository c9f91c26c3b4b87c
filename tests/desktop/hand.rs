//! The window on its desktop, with a screen reader as the hand that finds things by their names.

use std::process::Command;

use crate::support::accessibility::Reader;
use crate::support::desktop::{Desktop, Selection, until};
use crate::support::process::Process;
use crate::support::tokenwright::Tokenwright;

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
        window.desktop.rest();
        window
    }

    /// Takes the service that the search finds first.
    pub fn choose(&self, search: &str) {
        self.reader.focus("Search services");
        self.desktop.display.type_text(search);
        self.desktop.display.key("Return");
        self.reader.wait("Next");
        self.desktop.rest();
    }

    /// What a key copies out of the field that has the keyboard.
    #[track_caller]
    pub fn copied_by_keys(&self, what: &str, expected: &str) {
        // A frame may pass before the field has the keyboard.
        until(&format!("{what} to be copied"), || {
            self.desktop.display.key("ctrl+a");
            self.desktop.display.key("ctrl+c");
            self.desktop.rest();
            (self.desktop.pasted(Selection::Clipboard) == expected).then_some(())
        });
    }

    /// Pastes from another program into a field by these keys, and copies it out again to see what is there.
    #[track_caller]
    pub fn takes(&self, field: &str, is_secret: bool, keys: &str, text: &str) {
        let outside = self.desktop.copy(Selection::Clipboard, text);
        self.reader.focus(field);
        self.desktop.rest();
        self.desktop.display.key(keys);
        self.desktop.rest();
        drop(outside);
        let _other = self.desktop.copy(Selection::Clipboard, "something else");
        if is_secret {
            self.reader.press(&format!("Show {field}"));
            self.reader.focus(field);
            self.desktop.rest();
        }
        self.copied_by_keys(field, text);
        if is_secret {
            self.reader.press(&format!("Hide {field}"));
        }
    }
}

/// A program of its own, with this clipboard.
pub fn edges(clipboard: tokenwright::desktop::Clipboard) -> tokenwright::wizard::Edges {
    use tokenwright::store::{Places, Store};
    tokenwright::wizard::Edges {
        transport: tokenwright::transport::Transport::new(tokenwright::transport::TransportOptions::default()),
        expressions: tokenwright::expression::Expressions::new(env!("CARGO_BIN_EXE_tokenwright")),
        store: Store::new(Places::find(std::env::var_os("TOKENWRIGHT_HOME").map(Into::into)).expect("a home")),
        door: tokenwright::agent::Door::none(),
        supervisor: tokenwright::agent::Supervisor::default(),
        vault_kind: Some("memory".to_owned()),
        passphrase: None,
        open_browser: std::sync::Arc::new(|_, _| Ok(tokenwright::redirect::Launched::default())),
        clipboard,
        now: jiff::Timestamp::now,
        entropy: || [7; 32],
    }
}
