//! What the runs share on the worker's thread: the ports, the open vault, the practice service, and the sign-ins that
//! wait for something pasted.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};

use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::app::desktop::clipboard::Copied;
use crate::app::desktop::tray::Shown;
use crate::app::profiles::drafts::Held;
use crate::app::rehearsal::Hall;
use crate::app::schedule::scheduler::Alive;
use crate::app::sign_in::late_visits::OpenPort;
use crate::app::tokens::Unkept;
use crate::app::{Attempt, CallContext, Event, Failure, FailureKind, Ports, PracticeSettings};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::practice::{Fault, Practice, PracticeOptions, RehearsalContract};
use crate::secret::Secret;
use crate::service::{Catalog, ProfileName};
use crate::vault::{Entry, Vault, VaultError};

/// What the runs share.
pub(crate) struct Shared {
    pub(crate) ports: Ports,
    emit: Box<dyn Fn(Event)>,
    vault: RefCell<Option<Vault>>,
    practice: RefCell<Option<Practice>>,
    /// Where rehearsals are held, while none is.
    hall: RefCell<Option<Hall>>,
    pasting: RefCell<HashMap<Attempt, UnboundedSender<Secret>>>,
    /// Tokens that could not be kept yet.
    unkept: RefCell<BTreeMap<ProfileName, Unkept>>,
    unkept_news: Notify,
    /// Drafts that could not be written yet.
    pub(crate) held: Held,
    /// The profiles that are kept alive.
    pub(crate) alive: Alive,
    /// The port of the last sign-in.
    pub(crate) open_port: OpenPort,
    /// The icon in the tray.
    pub(crate) tray: Shown,
    /// The secret on the clipboard.
    pub(crate) copied: Copied,
    /// Whether this process is the agent.
    agent: Cell<bool>,
    /// Whether the face shows the list of profiles all the time.
    shows_list: Cell<bool>,
    last_own: Cell<u64>,
}

impl Shared {
    pub(crate) fn new(ports: Ports, emit: Box<dyn Fn(Event)>) -> Self {
        Self {
            ports,
            emit,
            vault: RefCell::default(),
            practice: RefCell::default(),
            hall: RefCell::default(),
            pasting: RefCell::default(),
            unkept: RefCell::default(),
            unkept_news: Notify::new(),
            held: Held::default(),
            alive: Alive::default(),
            open_port: OpenPort::default(),
            tray: Shown::default(),
            copied: Copied::default(),
            agent: Cell::default(),
            shows_list: Cell::default(),
            last_own: Cell::new(u64::MAX),
        }
    }

    /// Tells the face.
    pub(crate) fn emit(&self, event: Event) {
        (self.emit)(event);
    }

    /// A run of the program's own. Faces number theirs upwards, these go downwards.
    pub(crate) fn own_attempt(&self) -> Attempt {
        Attempt(self.last_own.replace(self.last_own.get() - 1))
    }

    /// This process is the agent.
    pub(crate) fn become_agent(&self) {
        self.agent.set(true);
    }

    pub(crate) fn is_agent(&self) -> bool {
        self.agent.get()
    }

    /// The face shows the list of profiles from now on.
    pub(crate) fn show_list(&self) {
        self.shows_list.set(true);
    }

    pub(crate) fn shows_list(&self) -> bool {
        self.shows_list.get()
    }

    /// The presets, and what is wrong with the person's own.
    pub(crate) fn catalog(&self) -> (Catalog, Vec<Diagnosis>) {
        let mut catalog = Catalog::bundled();
        let (mut problems, mut own) = (Vec::new(), Vec::new());
        for (path, text) in self.ports.store.list_user_presets() {
            let file = path.display().to_string();
            match text {
                Ok(text) => own.push((file, text)),
                Err(error) => problems.push(error.diagnose()),
            }
        }
        problems.extend(catalog.add(own).iter().map(Diagnose::diagnose));
        (catalog, problems)
    }

    /// The open vault.
    pub(crate) fn vault(&self) -> Result<Vault, Failure> {
        self.vault.borrow().clone().ok_or_else(|| {
            let diagnosis = Diagnosis::new("the vault is not open");
            Failure::new(FailureKind::Vault, diagnosis.hint("choose where tokens are kept, or enter the passphrase"))
        })
    }

    pub(crate) fn has_vault(&self) -> bool {
        self.vault.borrow().is_some()
    }

    pub(crate) fn set_vault(&self, vault: Vault) {
        *self.vault.borrow_mut() = Some(vault);
    }

    /// Does something with the vault off this thread: a keyring may ask the person, a lease may wait.
    pub(crate) async fn with_vault<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Vault) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, Failure> {
        let vault = self.vault()?;
        let done = move || (work(&vault), vault.take_notes());
        let (done, notes) = blocking(done).await?;
        if !notes.is_empty() {
            self.emit(Event::VaultNotes(notes.iter().map(Diagnose::diagnose).collect()));
        }
        done.map_err(Failure::from)
    }

    /// Does something with a profile's record, whose lease is held, off this thread. The lease lasts until that is done,
    /// even if nobody waits for it any more.
    pub(crate) async fn with_entry<T: Send + 'static>(
        &self,
        entry: &Entry,
        work: impl FnOnce(&Entry) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, Failure> {
        let entry = entry.clone();
        self.with_vault(move |_| work(&entry)).await
    }

    /// What of a profile could not be kept yet.
    pub(crate) fn unkept(&self, name: &ProfileName) -> Option<Unkept> {
        self.unkept.borrow().get(name).cloned()
    }

    /// The profiles of which something could not be kept yet.
    pub(crate) fn unkept_names(&self) -> Vec<ProfileName> {
        self.unkept.borrow().keys().cloned().collect()
    }

    /// Leaves it in memory until it can be kept.
    pub(crate) fn set_unkept(&self, name: &ProfileName, unkept: Unkept) {
        self.unkept.borrow_mut().insert(name.clone(), unkept);
    }

    pub(crate) fn take_unkept(&self, name: &ProfileName) {
        self.unkept.borrow_mut().remove(name);
    }

    /// Wakes whoever waits for what could not be kept.
    pub(crate) fn tell_unkept(&self) {
        self.unkept_news.notify_one();
    }

    /// Waits until something could not be kept.
    pub(crate) async fn unkept_news(&self) {
        self.unkept_news.notified().await;
    }

    /// The port of the practice service, which is started if it does not run.
    pub(crate) fn practice_port(&self) -> Result<u16, Failure> {
        let running = self.practice.borrow().as_ref().map(Practice::port);
        running.map_or_else(|| self.start_practice(&PracticeSettings::default()), Ok)
    }

    /// Starts the practice service, or switches the faults of the one that runs.
    pub(crate) fn start_practice(&self, settings: &PracticeSettings) -> Result<u16, Failure> {
        let faults: Result<Vec<Fault>, _> = settings.faults.iter().map(|fault| fault.parse()).collect();
        let faults = faults.map_err(|error| Failure::new(FailureKind::Usage, error.diagnose()))?;
        let mut practice = self.practice.borrow_mut();
        if let Some(practice) = &*practice {
            practice.set_faults(faults);
            return Ok(practice.port());
        }
        let (port, auto_consent) = (settings.port, settings.auto_consent);
        match Practice::start(PracticeOptions { port, faults, auto_consent, ..PracticeOptions::default() }) {
            Ok(started) => {
                let port = started.port();
                *practice = Some(started);
                self.emit(Event::PracticeReady(port));
                Ok(port)
            }
            Err(error) => {
                let failure = Failure::from(error);
                self.emit(Event::PracticeFailed(failure.clone()));
                Err(failure)
            }
        }
    }

    /// Supplies the practice service's port where the profile needs one and names none.
    pub(crate) fn supply_practice(&self, material: &mut CallContext) -> Result<(), Failure> {
        let profile = &material.profile;
        if profile.service.practice && profile.inputs.get("port").is_none_or(String::is_empty) {
            material.practice_port = Some(self.practice_port()?);
        }
        Ok(())
    }

    /// A place to rehearse in, with this contract: the one that is free, or a new one.
    pub(crate) fn take_hall(&self, contract: RehearsalContract) -> Result<Hall, Failure> {
        match self.hall.take() {
            Some(hall) => {
                hall.rehearsal.take_on(contract);
                Ok(hall)
            }
            None => Hall::open(&self.ports, contract),
        }
    }

    /// Leaves it for the next rehearsal.
    pub(crate) fn leave_hall(&self, hall: Hall) {
        self.hall.replace(Some(hall));
    }

    /// Where the pasted texts of a run arrive.
    pub(crate) fn pasted(&self, attempt: Attempt) -> UnboundedReceiver<Secret> {
        let (sender, receiver) = unbounded_channel();
        self.pasting.borrow_mut().retain(|_, sender| !sender.is_closed());
        self.pasting.borrow_mut().insert(attempt, sender);
        receiver
    }

    /// Hands a pasted text to the run that waits for it, if it still does.
    pub(crate) fn paste(&self, attempt: Attempt, text: Secret) {
        if let Some(sender) = self.pasting.borrow().get(&attempt) {
            let _ = sender.send(text);
        }
    }
}

/// Runs blocking work on a thread where it holds up nobody.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        // The words of a panic may quote a secret.
        if error.is_panic() { Failure::fault() } else { Failure::inside(&error.to_string()) }
    })
}
