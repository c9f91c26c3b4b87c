//! The handle that the faces hold. Each use case is an async method on [`App`], in the file it belongs to. This file
//! holds what they share: the ports, the open vault, the practice service and pending writes.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use crate::app::blocking::{blocking, locked};
use crate::app::call_log::CallQueue;
use crate::app::fault::caught;
use crate::app::rehearsal::server::RehearsalServer;
use crate::app::sign_in::late_visits::OpenPort;
use crate::app::sign_in::proof::nonces::ProofNonces;
use crate::app::state::{Copied, Held, IssuerKeys, PendingWrite, Presets, SchedulerState, TraySlot};
use crate::app::{CallContext, Failure, FailureKind, News, Ports};
use crate::config::{Config, ConfigError};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::practice::{Practice, PracticeOptions, RehearsalContract};
use crate::service::ProfileName;
use crate::store::{Store, StoreError};
use crate::vault::{Entry, Vault, VaultError};

/// A handle to the core: cheap to clone, usable from any thread.
#[derive(Clone)]
pub struct App {
    state: Arc<State>,
}

/// State shared by the use cases.
pub struct State {
    pub(crate) ports: Ports,
    news: Box<dyn Fn(News) + Send + Sync>,
    vault: Mutex<Option<Vault>>,
    /// As they were read last.
    pub(in crate::app) presets: Mutex<Option<Presets>>,
    practice: Mutex<Option<Practice>>,
    /// Held while the practice service starts.
    practice_turn: tokio::sync::Mutex<()>,
    /// An idle rehearsal server, if there is one.
    rehearsal_server: Mutex<Option<RehearsalServer>>,
    /// Tokens that could not be written yet.
    pending_writes: Mutex<BTreeMap<ProfileName, PendingWrite>>,
    pending_news: Notify,
    /// Drafts that could not be written yet.
    pub(in crate::app) held: Held,
    pub(in crate::app) scheduler: SchedulerState,
    /// The port of the last sign-in, which still answers late visits.
    pub(in crate::app) open_port: OpenPort,
    pub(in crate::app) tray: TraySlot,
    /// The secret on the clipboard.
    pub(in crate::app) copied: Copied,
    /// Whether the person locked the vault, which nothing but the person opens again.
    is_locked: AtomicBool,
    /// Whether the face wants to know of each call.
    traces: AtomicBool,
    /// Whether this process is the agent.
    is_agent: AtomicBool,
    /// Whether the face shows the list of profiles permanently.
    shows_list: AtomicBool,
    /// Held while this machine enters or leaves a team.
    pub(in crate::app) team_turn: tokio::sync::Mutex<()>,
    /// The public keys of the issuers that were asked.
    pub(in crate::app) issuer_keys: IssuerKeys,
    /// The nonces that servers want in proofs of possession.
    pub(in crate::app) proof_nonces: ProofNonces,
    /// Whether it was told that the team's store cannot be read.
    pub(in crate::app) team_is_away: AtomicBool,
    /// Calls that go into the log.
    pub(in crate::app) call_log: CallQueue,
    /// Work that continues after its caller has gone.
    settling: TaskTracker,
}

impl Deref for App {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl App {
    /// A core on these ports. `news` is called from any thread and must not block.
    pub(in crate::app) fn new(ports: Ports, news: Box<dyn Fn(News) + Send + Sync>) -> Self {
        Self {
            state: Arc::new(State {
                ports,
                news,
                vault: Mutex::default(),
                presets: Mutex::default(),
                practice: Mutex::default(),
                practice_turn: tokio::sync::Mutex::default(),
                rehearsal_server: Mutex::default(),
                pending_writes: Mutex::default(),
                pending_news: Notify::new(),
                held: Held::default(),
                scheduler: SchedulerState::default(),
                open_port: OpenPort::default(),
                tray: TraySlot::default(),
                copied: Copied::default(),
                is_locked: AtomicBool::default(),
                traces: AtomicBool::default(),
                is_agent: AtomicBool::default(),
                shows_list: AtomicBool::default(),
                team_turn: tokio::sync::Mutex::default(),
                issuer_keys: IssuerKeys::default(),
                proof_nonces: ProofNonces::default(),
                team_is_away: AtomicBool::default(),
                call_log: CallQueue::default(),
                settling: TaskTracker::new(),
            }),
        }
    }

    /// Runs work to its end even if the caller stops waiting, because it may spend a code or a refresh token, or write
    /// the only copy of something.
    pub(in crate::app) fn settle<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Failure>> + Send + 'static,
    ) -> impl Future<Output = Result<T, Failure>> + Send {
        let work = caught(work);
        async { self.settling.spawn(work).await.unwrap_or_else(|_| Err(Failure::ended())) }
    }

    /// Waits for all such work.
    pub(in crate::app) async fn settled(&self) {
        self.settling.close();
        self.settling.wait().await;
    }
}

impl State {
    /// Tells the face what it did not ask for.
    pub(crate) fn tell(&self, news: News) {
        (self.news)(news);
    }

    pub(crate) fn become_agent(&self) {
        self.is_agent.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_agent(&self) -> bool {
        self.is_agent.load(Ordering::Relaxed)
    }

    /// Declares that the face wants to know of each call from now on.
    pub(crate) fn trace(&self) {
        self.traces.store(true, Ordering::Relaxed);
    }

    pub(in crate::app) fn traces(&self) -> bool {
        self.traces.load(Ordering::Relaxed)
    }

    /// Declares that the face shows the list of profiles from now on.
    pub(crate) fn show_list(&self) {
        self.shows_list.store(true, Ordering::Relaxed);
    }

    pub(crate) fn shows_list(&self) -> bool {
        self.shows_list.load(Ordering::Relaxed)
    }

    /// Accesses the person's own files on a blocking thread.
    pub(crate) async fn with_config<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Config) -> Result<T, ConfigError> + Send + 'static,
    ) -> Result<T, Failure> {
        let config = self.ports.config.clone();
        Ok(blocking(move || work(&config)).await??)
    }

    /// Accesses the plain part of profiles on a blocking thread.
    pub(crate) async fn with_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Failure> {
        let store = self.ports.store.clone();
        let done = blocking(move || work(&store)).await?;
        self.tell_closed();
        Ok(done?)
    }

    pub(crate) fn vault(&self) -> Result<Vault, Failure> {
        locked(&self.vault).clone().ok_or_else(|| {
            let diagnosis = Diagnosis::new("the vault is not open");
            Failure::new(FailureKind::Vault, diagnosis.hint("choose where tokens are kept, or enter the passphrase"))
        })
    }

    pub(crate) fn has_vault(&self) -> bool {
        locked(&self.vault).is_some()
    }

    pub(crate) fn set_vault(&self, vault: Vault) {
        *locked(&self.vault) = Some(vault);
        self.is_locked.store(false, Ordering::Relaxed);
    }

    /// Closes the vault until the person opens it again.
    pub(in crate::app) fn close_vault(&self) {
        self.is_locked.store(true, Ordering::Relaxed);
        locked(&self.vault).take();
    }

    pub(in crate::app) fn is_locked(&self) -> bool {
        self.is_locked.load(Ordering::Relaxed)
    }

    /// Accesses the vault on a blocking thread: a keyring may ask the person, a lease may wait.
    pub(crate) async fn with_vault<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Vault) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, Failure> {
        let vault = self.vault()?;
        let asked = vault.clone();
        let done = blocking(move || work(&asked)).await;
        let replies = vault.take_replies();
        if !replies.is_empty() {
            self.tell(News::Replies(replies.iter().map(Diagnose::diagnose).collect()));
        }
        done?.map_err(Failure::from)
    }

    /// Tells what others on this machine could read until the store was opened.
    pub(in crate::app) fn tell_closed(&self) {
        let closed = self.ports.store.take_closed();
        if closed.is_empty() {
            return;
        }
        let told = |path: PathBuf| {
            let path = path.display();
            let summary = format!("`{path}` could be read by others on this machine; it no longer can");
            Diagnosis::new(summary).hint("the secrets in it are sealed; find out what sets such permissions")
        };
        self.tell(News::StoreClosed(closed.into_iter().map(told).collect()));
    }

    /// Whether new tokens of this profile wait on this machine, sealed, until the team's database has them.
    pub(crate) async fn is_waiting(&self, name: &ProfileName) -> bool {
        let name = name.clone();
        self.with_store(move |store| Ok(store.waiting().iter().any(|waiting| waiting == name.as_str())))
            .await
            .unwrap_or_default()
    }

    /// Accesses a leased profile's record on a blocking thread. The lease is held until that is done, even if nobody
    /// waits.
    pub(crate) async fn with_entry<T: Send + 'static>(
        &self,
        entry: &Entry,
        work: impl FnOnce(&Entry) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, Failure> {
        let entry = entry.clone();
        self.with_vault(move |_| work(&entry)).await
    }

    pub(in crate::app) fn is_pending(&self, name: &ProfileName) -> bool {
        locked(&self.pending_writes).contains_key(name)
    }

    /// The pending write of a profile.
    pub(in crate::app) fn pending(&self, name: &ProfileName) -> Option<PendingWrite> {
        locked(&self.pending_writes).get(name).cloned()
    }

    /// The profiles with pending writes.
    pub(in crate::app) fn pending_names(&self) -> Vec<ProfileName> {
        locked(&self.pending_writes).keys().cloned().collect()
    }

    /// Keeps a write in memory until it succeeds.
    pub(in crate::app) fn set_pending(&self, name: &ProfileName, pending: PendingWrite) {
        locked(&self.pending_writes).insert(name.clone(), pending);
    }

    pub(in crate::app) fn take_pending(&self, name: &ProfileName) {
        locked(&self.pending_writes).remove(name);
    }

    /// Wakes [`Self::pending_news`].
    pub(in crate::app) fn tell_pending(&self) {
        self.pending_news.notify_one();
    }

    /// Waits until a write fails and becomes pending.
    pub(in crate::app) async fn pending_news(&self) {
        self.pending_news.notified().await;
    }

    /// The port of the practice service, started if necessary.
    pub(crate) async fn practice_port(&self) -> Result<u16, Failure> {
        let running = locked(&self.practice).as_ref().map(Practice::port);
        match running {
            Some(port) => Ok(port),
            None => self.start_practice(PracticeOptions::default()).await,
        }
    }

    /// The certificate that clients of the practice service must trust, in PEM, if it runs and answers TLS.
    pub fn practice_certificate(&self) -> Option<String> {
        locked(&self.practice).as_ref()?.certificate().map(str::to_owned)
    }

    /// Starts the practice service with these faults, or changes those of the running one; returns its port.
    pub async fn start_practice(&self, options: PracticeOptions) -> Result<u16, Failure> {
        let _turn = self.practice_turn.lock().await;
        if let Some(practice) = &*locked(&self.practice) {
            practice.set_faults(options.faults);
            return Ok(practice.port());
        }
        match blocking(move || Practice::start(options)).await? {
            Ok(started) => {
                let port = started.port();
                *locked(&self.practice) = Some(started);
                self.tell(News::PracticeReady(port));
                Ok(port)
            }
            Err(error) => {
                let failure = Failure::from(error);
                self.tell(News::PracticeFailed(failure.clone()));
                Err(failure)
            }
        }
    }

    /// Fills in the practice service's port if the profile needs one and names none.
    pub(crate) async fn supply_practice(&self, context: &mut CallContext) -> Result<(), Failure> {
        let profile = &context.profile;
        if profile.service.practice && profile.inputs.get("port").is_none_or(String::is_empty) {
            context.practice_port = Some(self.practice_port().await?);
        }
        Ok(())
    }
}

impl App {
    /// A rehearsal server with this contract: an idle one, or a new one.
    pub(crate) async fn take_rehearsal_server(&self, contract: RehearsalContract) -> Result<RehearsalServer, Failure> {
        let free = locked(&self.rehearsal_server).take();
        match free {
            Some(server) => {
                server.rehearsal.set_contract(contract);
                Ok(server)
            }
            None => RehearsalServer::open(&self.ports, contract).await,
        }
    }

    /// Returns the server for the next rehearsal.
    pub(crate) fn leave_rehearsal_server(&self, server: RehearsalServer) {
        *locked(&self.rehearsal_server) = Some(server);
    }
}
