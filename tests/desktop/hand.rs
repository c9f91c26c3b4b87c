//! What the tests of the desktop share.

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
