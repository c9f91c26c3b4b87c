//! The core without a window or command line: a sign-in, a refresh and a checked token.

use std::sync::Arc;

use jiff::Timestamp;
use tempfile::TempDir;
use tokenwright::agent::{SdNotify, SocketPath};
use tokenwright::app::{
    Answer, Ask, Browser, CallContext, Choosing, Exchange, Failure, Fetched, Identified, Inspect, Ports, Report,
    Runtime, SaveTo, SignIn, TokenInspection,
};
use tokenwright::config::{Config, Places};
use tokenwright::desktop::Clipboard;
use tokenwright::dialect::Described;
use tokenwright::expression::Expressions;
use tokenwright::oauth::ProfileSecrets;
use tokenwright::redirect::Launched;
use tokenwright::secret::Secret;
use tokenwright::service::ProfileDraft;
use tokenwright::store::Store;
use tokenwright::transport::{Transport, TransportOptions};

use crate::support::http::follow;
use crate::support::temp_home;

/// Where the tokens go.
const DRAFT: SaveTo = SaveTo::Draft { name: None, of: None };

/// The running core, with a browser that follows redirects.
pub struct Core {
    runtime: Runtime,
    _home: TempDir,
}

impl Core {
    pub fn start() -> Self {
        let home = temp_home();
        let places = Places::find(Some(home.path().to_owned())).expect("a home");
        let ports = Ports {
            agent_socket: SocketPath::none(),
            sd_notify: SdNotify::default(),
            transport: Transport::new(TransportOptions::default()),
            expressions: Expressions::new(env!("CARGO_BIN_EXE_tokenwright")),
            store: Store::new(places.store_folder()),
            config: Config::new(places),
            vault_kind: Some("memory".into()),
            team: None,
            passphrase: None,
            open_browser: Arc::new(|_, url| {
                let url = url.to_owned();
                std::thread::spawn(move || follow(&url));
                Ok(Launched::default())
            }),
            clipboard: Clipboard::in_memory(),
            now: Timestamp::now,
            entropy: || {
                let mut bytes = [0; 32];
                getrandom::fill(&mut bytes).expect("randomness");
                bytes
            },
        };
        let runtime = Runtime::start(ports, |_| ()).expect("threads");
        Self { runtime, _home: home }
    }

    /// Signs in; the context has the tokens then.
    #[track_caller]
    pub fn sign_in(&self, context: CallContext) -> CallContext {
        let request = SignIn { context, browser: Browser::System, save_to: DRAFT, can_paste: false };
        let signed_in = self.runtime.block_on(self.runtime.app().sign_in(request, &Nobody));
        let (context, exchange) = signed_in.unwrap_or_else(|failure| panic!("{}", failure.diagnosis));
        exchange.outcome.unwrap_or_else(|failure| panic!("{}", failure.diagnosis));
        context
    }

    #[track_caller]
    pub fn refresh(&self, context: CallContext) -> Exchange {
        let report = Report::none();
        let exchange = self.runtime.app().request_refresh(context, None, DRAFT, &report);
        self.runtime.block_on(exchange).unwrap_or_else(|failure| panic!("{}", failure.diagnosis))
    }

    #[track_caller]
    pub fn inspect(&self, asked: Inspect) -> TokenInspection {
        let report = Report::none();
        let found = self.runtime.block_on(self.runtime.app().inspect(asked, &report));
        found.unwrap_or_else(|failure| panic!("{}", failure.diagnosis))
    }

    #[track_caller]
    pub fn check_token(&self, context: CallContext) -> Identified {
        let report = Report::none();
        let identified = self.runtime.app().check_token(context, None, &report);
        self.runtime.block_on(identified).unwrap_or_else(|failure| panic!("{}", failure.diagnosis))
    }
}

/// Nobody answers.
struct Nobody;

impl Ask for Nobody {
    fn report(&self) -> Report {
        Report::none()
    }

    fn paste(&self) -> Answer<'_, Result<Secret, Failure>> {
        Box::pin(std::future::pending())
    }

    fn choose<'a>(&'a self, _: &'a Choosing) -> Answer<'a, Result<Option<Fetched>, Failure>> {
        Box::pin(async { Ok(None) })
    }

    fn save_again<'a>(&'a self, _: &'a Failure) -> Answer<'a, Result<bool, Failure>> {
        Box::pin(async { Ok(false) })
    }
}

/// The profile from a document, with nothing filled in.
#[track_caller]
pub fn context(described: &Described) -> CallContext {
    let mut draft = ProfileDraft::new(described.service.clone());
    draft.client_id.clone_from(&described.client_id);
    draft.user_name.clone_from(&described.user_name);
    if !described.redirect_uri.is_empty() {
        draft.redirect_uri.clone_from(&described.redirect_uri);
    }
    draft.inputs.extend(described.inputs.clone());
    let profile = draft.parse().unwrap_or_else(|errors| panic!("{errors:?}"));
    let secrets = ProfileSecrets {
        client_secret: described.secrets.client_secret.clone(),
        refresh_token: described.secrets.refresh_token.clone(),
        inputs: described.secrets.inputs.clone(),
        ..ProfileSecrets::default()
    };
    CallContext::new(profile, secrets)
}
