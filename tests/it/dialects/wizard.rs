//! The library's wizard without a face: commands in, events out.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use jiff::Timestamp;
use tempfile::TempDir;
use tokenwright::app::{
    Attempt, Authorized, Browser, CallContext, Command, Event, Exchange, Keeping, Ports, TypedSecrets, Worker,
};
use tokenwright::desktop::Clipboard;
use tokenwright::dialect::Described;
use tokenwright::expression::Expressions;
use tokenwright::redirect;
use tokenwright::service::ProfileDraft;
use tokenwright::store::{Places, Store};
use tokenwright::transport::{Transport, TransportOptions};

use crate::support::http::browser;
use crate::support::{PATIENCE, temp_home};

/// A worker and what it tells.
pub struct Wizard {
    worker: Worker,
    events: Receiver<Event>,
    attempts: u64,
    _home: TempDir,
}

impl Wizard {
    pub fn start() -> Self {
        let home = temp_home();
        let ports = Ports {
            agent_socket: tokenwright::agent::SocketPath::none(),
            sd_notify: tokenwright::agent::SdNotify::default(),
            transport: Transport::new(TransportOptions::default()),
            expressions: Expressions::new(env!("CARGO_BIN_EXE_tokenwright")),
            store: Store::new(Places::find(Some(home.path().to_owned())).expect("a home")),
            vault_kind: Some("memory".into()),
            passphrase: None,
            open_browser: Arc::new(redirect::open),
            clipboard: Clipboard::in_memory(),
            now: Timestamp::now,
            entropy: || {
                let mut bytes = [0; 32];
                getrandom::fill(&mut bytes).expect("randomness");
                bytes
            },
        };
        let (tell, events) = channel();
        // The test may have ended.
        let worker = Worker::start(ports, move |event| drop(tell.send(event))).expect("a thread");
        Self { worker, events, attempts: 0, _home: home }
    }

    /// Signs in with a browser that follows redirects.
    pub fn authorize(&mut self, material: &CallContext) -> Authorized {
        let attempt = self.attempt();
        let browser = Browser::Command(browser().into());
        self.worker.send(Command::Authorize { attempt, material: Box::new(material.clone()), browser });
        loop {
            match self.next() {
                Event::Authorized(_, authorized) => return *authorized,
                Event::Failed(_, failure) => panic!("{}", failure.diagnosis),
                _ => {}
            }
        }
    }

    /// Calls the token endpoint.
    pub fn bearer(&mut self, material: &CallContext) -> Exchange {
        let attempt = self.attempt();
        self.worker.send(Command::CallBearer {
            attempt,
            material: Box::new(material.clone()),
            keeping: Keeping::Nowhere,
        });
        self.exchange()
    }

    /// Calls the token endpoint.
    pub fn refresh(&mut self, material: &CallContext) -> Exchange {
        let attempt = self.attempt();
        self.worker.send(Command::CallRefresh {
            attempt,
            material: Box::new(material.clone()),
            saved_as: None,
            keeping: Keeping::Nowhere,
        });
        self.exchange()
    }

    fn exchange(&mut self) -> Exchange {
        loop {
            match self.next() {
                Event::Called(_, exchange) => return *exchange,
                Event::Failed(_, failure) => panic!("{}", failure.diagnosis),
                _ => {}
            }
        }
    }

    fn attempt(&mut self) -> Attempt {
        self.attempts += 1;
        Attempt(self.attempts)
    }

    fn next(&self) -> Event {
        self.events.recv_timeout(PATIENCE).expect("an event")
    }
}

/// The profile that a document comes to, as a person would have it after filling nothing in.
#[track_caller]
pub fn material(described: &Described) -> CallContext {
    let mut draft = ProfileDraft::new(described.service.clone());
    draft.client_id.clone_from(&described.client_id);
    draft.user_name.clone_from(&described.user_name);
    if !described.redirect_uri.is_empty() {
        draft.redirect_uri.clone_from(&described.redirect_uri);
    }
    draft.inputs.extend(described.inputs.clone());
    let profile = draft.parse().unwrap_or_else(|errors| panic!("{errors:?}"));
    let secrets = TypedSecrets {
        client_secret: described.secrets.client_secret.clone(),
        refresh_token: described.secrets.refresh_token.clone(),
        inputs: described.secrets.inputs.clone(),
        ..TypedSecrets::default()
    };
    CallContext::new(profile, secrets)
}
