//! Commands and events over the use cases, for the faces that still speak in them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use crate::app::blocking::{blocking, locked};
use crate::app::fault::caught;
use crate::app::{
    Answer, App, Ask, Attempt, Choosing, Command, Event, Failure, FailureKind, Fetched, ImportOutcome, News, Ports,
    Progress, Report, Runtime,
};
use crate::diagnosis::Diagnosis;
use crate::secret::Secret;

type Emit = Arc<dyn Fn(Event) + Send + Sync>;

/// A face's end of the core.
pub struct Worker {
    runtime: Runtime,
    emit: Emit,
    runs: Arc<Mutex<Runs>>,
}

#[derive(Default)]
struct Runs {
    tasks: HashMap<Attempt, JoinHandle<()>>,
    pasting: HashMap<Attempt, UnboundedSender<Secret>>,
}

impl Worker {
    /// Starts the core. `emit` is called with each event, and must not block.
    pub fn start(ports: Ports, emit: impl Fn(Event) + Send + Sync + 'static) -> std::io::Result<Self> {
        let emit: Emit = Arc::new(emit);
        let told = Arc::clone(&emit);
        let runtime = Runtime::start(ports, move |news| told(event_of(news)))?;
        Ok(Self { runtime, emit, runs: Arc::default() })
    }

    /// Asks for something; the answer comes as events.
    pub fn send(&self, command: Command) {
        let mut runs = locked(&self.runs);
        match command {
            Command::Cancel(attempt) => {
                if let Some(task) = runs.tasks.remove(&attempt) {
                    if !task.is_finished() {
                        task.abort();
                        (self.emit)(Event::Cancelled(attempt));
                    }
                }
            }
            Command::Paste { attempt, text } => {
                if let Some(sender) = runs.pasting.get(&attempt) {
                    let _ = sender.send(text);
                }
            }
            command => {
                runs.tasks.retain(|_, task| !task.is_finished());
                let attempt = attempt_of(&command);
                let (sender, pasted) = unbounded_channel();
                if let Some(attempt) = attempt {
                    runs.pasting.insert(attempt, sender.clone());
                }
                let run = Run {
                    app: self.runtime.app().clone(),
                    emit: Arc::clone(&self.emit),
                    attempt: attempt.unwrap_or_default(),
                    pasted: tokio::sync::Mutex::new(pasted),
                    runs: Arc::clone(&self.runs),
                };
                let task = self.runtime.handle().spawn(async move {
                    if let Err(failure) = caught(run.perform(command)).await {
                        (run.emit)(match attempt {
                            Some(attempt) => Event::Failed(attempt, failure),
                            None => Event::Problem(failure),
                        });
                    }
                });
                if let Some(attempt) = attempt {
                    runs.tasks.insert(attempt, task);
                }
            }
        }
    }
}

struct Run {
    app: App,
    emit: Emit,
    attempt: Attempt,
    pasted: tokio::sync::Mutex<UnboundedReceiver<Secret>>,
    runs: Arc<Mutex<Runs>>,
}

impl Ask for Run {
    fn report(&self) -> Report {
        let (emit, attempt) = (Arc::clone(&self.emit), self.attempt);
        Report::new(move |progress| emit(progress_event(attempt, progress)))
    }

    fn paste(&self) -> Answer<'_, Result<Secret, Failure>> {
        Box::pin(async {
            match self.pasted.lock().await.recv().await {
                Some(text) => Ok(text),
                None => std::future::pending().await,
            }
        })
    }

    fn choose<'a>(&'a self, _: &'a Choosing) -> Answer<'a, Result<Option<Fetched>, Failure>> {
        Box::pin(async { Ok(None) })
    }

    fn save_again<'a>(&'a self, _: &'a Failure) -> Answer<'a, Result<bool, Failure>> {
        Box::pin(async { Ok(false) })
    }
}

fn progress_event(attempt: Attempt, progress: Progress) -> Event {
    match progress {
        Progress::Waiting(waiting) => Event::Waiting(attempt, waiting),
        Progress::ResponseIgnored(why) => Event::ResponseIgnored(attempt, why),
        Progress::ResponseAstray(why) => Event::ResponseAstray(attempt, why),
        Progress::BrowserFailed(why) => Event::BrowserFailed(attempt, why),
        Progress::CodeCame => Event::Sending(attempt, String::new()),
        Progress::Sending(origin) => Event::Sending(attempt, origin),
        Progress::Retrying(why) => Event::Retrying(attempt, why),
        Progress::LeaseBusy(why) => Event::HeldUp(attempt, why),
        Progress::Traced(exchange) => Event::Traced(attempt, exchange),
        Progress::DraftSaved(name) => Event::DraftKept(attempt, name),
        Progress::Fetching(address) => Event::Fetching(attempt, address),
        Progress::StageRehearsed(line) => Event::StageRehearsed(attempt, line),
    }
}

fn event_of(news: News) -> Event {
    match news {
        News::Window(window) => Event::Window(window),
        News::Services(services, problems) => Event::Services(services, problems),
        News::Profiles(profiles) => Event::Profiles(profiles),
        News::Vault(state) => Event::Vault(state),
        News::VaultNotes(notes) => Event::VaultNotes(notes),
        News::Problem(failure) => Event::Problem(failure),
        News::PracticeReady(port) => Event::PracticeReady(port),
        News::PracticeFailed(failure) => Event::PracticeFailed(failure),
        News::WritePending(name, why) => Event::Unkept(name, why),
        News::WriteDone(name) => Event::Kept(name),
        News::DraftRenamed(old, new) => Event::DraftRenamed(old, new),
        News::KeepAlive(standing) => Event::Alive(standing),
        News::Refreshed(token) => Event::Renewed(token),
        News::NotRefreshed(name, failure) => Event::NotRenewed(name, failure),
        News::Sinks(name, sinks) => Event::Outlets(name, sinks),
        News::Tray(state) => Event::Tray(state),
        News::TrayPressed(press) => Event::TrayPressed(press),
        News::NoticePressed => Event::NoticePressed,
        News::EndAsked => Event::EndAsked,
    }
}

impl Run {
    // flat: one arm a command
    async fn perform(&self, command: Command) -> Result<(), Failure> {
        let (app, attempt, report) = (&self.app, self.attempt, &self.report());
        let emit = |event| (self.emit)(event);
        match command {
            Command::Start => app.load_all().await?,
            Command::LoadCatalog => {
                let (catalog, problems) = app.catalog().await?;
                emit(Event::Catalog(catalog, problems));
            }
            Command::ProbeVault => drop(app.probe_vault().await),
            Command::ListProfiles => {
                app.probe_vault().await;
                emit(Event::Profiles(app.profiles().await?));
            }
            Command::StartPractice(settings) => drop(app.start_practice(&settings).await?),
            Command::SaveWindow(window) => app.save_window(window).await?,
            Command::Copy { ticket, text, sensitivity } => {
                emit(Event::Copied(ticket, app.copy(text, sensitivity).await?))
            }
            Command::ReadClipboard { ticket } => {
                let read = app.read_clipboard().await.map_err(|failure| failure.diagnosis);
                emit(Event::ClipboardRead(ticket, read));
            }
            Command::OpenLink { url, browser } => {
                if let Err(failure) = app.open_link(url.clone(), browser).await {
                    emit(Event::LinkNotOpened(url, failure.diagnosis));
                }
            }
            Command::OpenVault { choice, passphrase, .. } => drop(app.open_vault(choice, passphrase).await?),
            Command::Authorize { material, browser, .. } => {
                let mut context = *material;
                let authorized = crate::app::sign_in::authorize::authorize(app, self, &mut context, browser).await?;
                emit(Event::Authorized(attempt, Box::new(authorized)));
            }
            Command::PasteLine(attempt) => {
                let line = blocking(|| std::io::stdin().lines().next().transpose()).await?.map_err(|error| {
                    Failure::new(
                        FailureKind::Machine,
                        Diagnosis::new(format!("standard input cannot be read: {error}")),
                    )
                })?;
                emit(Event::InputTaken(attempt, line.is_some()));
                let sender = locked(&self.runs).pasting.get(&attempt).cloned();
                if let (Some(line), Some(sender)) = (line, sender) {
                    let _ = sender.send(Secret::new(line));
                }
            }
            Command::CallBearer { material, keeping, .. } => {
                let exchange = app.request_tokens(*material, keeping, report).await?;
                emit(Event::Called(attempt, Box::new(exchange)));
            }
            Command::CallRefresh { material, saved_as, keeping, .. } => {
                let exchange = app.request_refresh(*material, saved_as, keeping, report).await?;
                emit(Event::Called(attempt, Box::new(exchange)));
            }
            Command::CheckToken { material, saved_as, .. } => {
                emit(Event::Identified(attempt, app.check_token(*material, saved_as, report).await?));
            }
            Command::SaveProfile { name, material, replace, draft, .. } => {
                app.save(&name, *material, replace, draft).await?;
                emit(Event::Saved(attempt, name));
            }
            Command::KeepTyped { material, draft, of, .. } => {
                emit(Event::EditsKept(attempt, app.save_typed(*material, draft, of).await?));
            }
            Command::KeepChosen(name, chosen) => app.save_chosen(&name, chosen).await?,
            Command::WatchForEnd => app.watch_for_shutdown().await,
            Command::KeepEntered { name, profile, .. } => {
                emit(Event::EnteredKept(attempt, app.save_entered(&name, &profile).await?));
            }
            Command::SaveAgain { name, material, draft, .. } => {
                app.save_again(&name, *material, draft).await?;
                emit(Event::Saved(attempt, name));
            }
            Command::OpenProfile { name, .. } => emit(Event::Opened(attempt, Box::new(app.open(&name).await?))),
            Command::History { name, .. } => emit(Event::History(attempt, Box::new(app.history(&name).await?))),
            Command::Restore { name, generation, anyway, .. } => {
                let restored = app.restore(&name, generation, anyway, report).await?;
                emit(Event::Restored(attempt, Box::new(restored)));
                emit(Event::History(attempt, Box::new(app.history(&name).await?)));
            }
            Command::VaultStatus(_) => emit(Event::VaultStatus(attempt, Box::new(app.vault_status().await?))),
            Command::MoveVault { to, passphrase, .. } => {
                emit(Event::VaultMoved(attempt, Box::new(app.move_vault(to, passphrase).await?)));
            }
            Command::Token { name, need, .. } => {
                emit(Event::Token(attempt, Box::new(app.token(&name, need, report).await?)))
            }
            Command::KeepUnkept => app.retry_pending_writes().await,
            Command::Rehearse { id, .. } => {
                emit(Event::Rehearsing(attempt, id.clone()));
                app.rehearse(&id, report).await?;
                emit(Event::Rehearsed(attempt));
            }
            Command::SavePreset { service, replace, .. } => {
                emit(Event::PresetSaved(attempt, app.save_preset(*service, replace).await?));
            }
            Command::Import { source, .. } => self.imported(app.import(source, report).await?),
            Command::ImportChosen(_) => self.imported(app.import_chosen(report).await?),
            Command::ListForms => emit(Event::Forms(app.export_formats().await?)),
            Command::PreviewExport { order, .. } => {
                emit(Event::ExportPreview(attempt, Box::new(app.preview_export(order).await?)));
            }
            Command::Export { order, to, .. } => {
                emit(Event::Exported(attempt, Box::new(app.export(order, to, report).await?)))
            }
            Command::Fields { name, .. } => {
                let (fields, notes) = app.fields(&name, report).await?;
                emit(Event::Fields(attempt, fields, notes));
            }
            Command::Share { order, .. } => emit(Event::Shared(attempt, Box::new(app.share(order).await?))),
            Command::ListOutlets(name) => emit(Event::Outlets(name.clone(), app.sinks(&name).await?)),
            Command::DropOutlet { name, path } => {
                emit(Event::Outlets(name.clone(), app.drop_sink(&name, &path).await?))
            }
            Command::TakeShared { chosen, replace, .. } => {
                emit(Event::SharedTaken(attempt, app.accept_shared(chosen, replace).await?));
            }
            Command::TryReading { reading, reply, .. } => {
                emit(Event::ReadingTried(attempt, app.try_reading(&reading, &reply).await));
            }
            Command::ReadKey { source, certificate, .. } => {
                emit(Event::KeyRead(attempt, Box::new(app.read_key(source, certificate).await?)));
            }
            Command::MakeKey { service, rsa_bits, .. } => {
                emit(Event::KeyRead(attempt, Box::new(app.make_key(&service, rsa_bits).await?)));
            }
            Command::KeepKey { name, pair, replace, .. } => {
                app.save_key(name.clone(), *pair, replace).await?;
                emit(Event::KeyKept(attempt, name));
            }
            Command::OpenKey { name, .. } => emit(Event::KeyOpened(attempt, app.saved_key(&name).await?.map(Box::new))),
            Command::WriteCertificate { path, text, .. } => {
                app.write_certificate(path.clone(), text).await?;
                emit(Event::CertificateWritten(attempt, path));
            }
            Command::Forget { name, .. } => {
                app.forget(&name, report).await?;
                emit(Event::Forgotten(attempt, name));
            }
            Command::RevokeAndForget { name, .. } => {
                app.revoke_and_forget(&name, report).await?;
                emit(Event::Forgotten(attempt, name));
            }
            Command::WhoAmI { name, .. } => emit(Event::WhoIs(attempt, name.clone(), app.whoami(&name, report).await?)),
            Command::SetKeepAlive { name, on, .. } => {
                app.set_keep_alive(&name, on).await?;
                emit(Event::KeepAliveSet(attempt, name, on));
            }
            Command::SetDisplayName { name, display_name, .. } => {
                app.set_display_name(&name, display_name.clone()).await?;
                emit(Event::DisplayNameSet(attempt, name, display_name));
            }
            Command::StayAlive => app.run_scheduler().await?,
            Command::ShowTray(icon) => app.show_tray(icon).await,
            Command::Notify(notice) => app.notify(notice).await,
            Command::BeAgent(_) => {
                app.be_agent(|socket| emit(Event::AgentReady(attempt, socket))).await?;
                emit(Event::AgentEnded(attempt));
            }
            Command::AgentStatus(_) => emit(Event::AgentAnswered(attempt, app.agent_status().await?)),
            Command::StopAgent(_) => {
                app.stop_agent().await?;
                emit(Event::AgentEnded(attempt));
            }
            // Both are dealt with before a run begins.
            Command::Paste { .. } | Command::Cancel(_) => {}
        }
        Ok(())
    }

    fn imported(&self, outcome: ImportOutcome) {
        let attempt = self.attempt;
        (self.emit)(match outcome {
            ImportOutcome::Described(imported) => Event::Imported(attempt, imported),
            ImportOutcome::Issuer(issuer) => Event::IssuerFound(attempt, issuer),
            ImportOutcome::Ambiguous(text) => Event::ImportAmbiguous(attempt, text),
            ImportOutcome::Locked(locked) => Event::ImportLocked(attempt, locked),
            ImportOutcome::Shared(shared) => Event::SharedRead(attempt, shared),
            ImportOutcome::NotChosen => Event::Cancelled(attempt),
        });
    }
}

/// The run that a command belongs to.
// flat: one line a command
fn attempt_of(command: &Command) -> Option<Attempt> {
    match command {
        Command::OpenVault { attempt, .. }
        | Command::Authorize { attempt, .. }
        | Command::Paste { attempt, .. }
        | Command::CallBearer { attempt, .. }
        | Command::CallRefresh { attempt, .. }
        | Command::CheckToken { attempt, .. }
        | Command::SaveProfile { attempt, .. }
        | Command::KeepEntered { attempt, .. }
        | Command::SaveAgain { attempt, .. }
        | Command::KeepTyped { attempt, .. }
        | Command::OpenProfile { attempt, .. }
        | Command::Token { attempt, .. }
        | Command::Forget { attempt, .. }
        | Command::History { attempt, .. }
        | Command::Restore { attempt, .. }
        | Command::VaultStatus(attempt)
        | Command::MoveVault { attempt, .. }
        | Command::RevokeAndForget { attempt, .. }
        | Command::WhoAmI { attempt, .. }
        | Command::Rehearse { attempt, .. }
        | Command::SavePreset { attempt, .. }
        | Command::Import { attempt, .. }
        | Command::ImportChosen(attempt)
        | Command::PreviewExport { attempt, .. }
        | Command::Export { attempt, .. }
        | Command::Fields { attempt, .. }
        | Command::Share { attempt, .. }
        | Command::TakeShared { attempt, .. }
        | Command::TryReading { attempt, .. }
        | Command::ReadKey { attempt, .. }
        | Command::MakeKey { attempt, .. }
        | Command::KeepKey { attempt, .. }
        | Command::OpenKey { attempt, .. }
        | Command::WriteCertificate { attempt, .. }
        | Command::SetKeepAlive { attempt, .. }
        | Command::SetDisplayName { attempt, .. }
        | Command::BeAgent(attempt)
        | Command::AgentStatus(attempt)
        | Command::StopAgent(attempt)
        | Command::Cancel(attempt) => Some(*attempt),
        Command::Start
        | Command::StayAlive
        | Command::ShowTray(_)
        | Command::Notify(_)
        | Command::LoadCatalog
        | Command::ProbeVault
        | Command::ListProfiles
        | Command::KeepUnkept
        | Command::KeepChosen(..)
        | Command::WatchForEnd
        | Command::StartPractice(_)
        | Command::PasteLine(_)
        | Command::ListForms
        | Command::ListOutlets(_)
        | Command::DropOutlet { .. }
        | Command::Copy { .. }
        | Command::ReadClipboard { .. }
        | Command::OpenLink { .. }
        | Command::SaveWindow(_) => None,
    }
}
