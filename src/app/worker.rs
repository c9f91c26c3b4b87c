//! The thread on which every flow runs: one tokio runtime, one task a run, so that a run can be cancelled by dropping
//! it, which closes its listener and its call.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{JoinHandle, LocalSet};

use crate::app::agent;
use crate::app::desktop::clipboard;
use crate::app::desktop::links;
use crate::app::desktop::notices;
use crate::app::desktop::shutdown;
use crate::app::desktop::tray;
use crate::app::fault::caught;
use crate::app::profiles;
use crate::app::profiles::accept_shared;
use crate::app::profiles::drafts;
use crate::app::profiles::history;
use crate::app::profiles::keys;
use crate::app::rehearsal;
use crate::app::schedule::scheduler;
use crate::app::services::catalog;
use crate::app::services::importing;
use crate::app::services::presets;
use crate::app::shared::Shared;
use crate::app::sign_in::authorize;
use crate::app::sign_in::identity;
use crate::app::sign_in::token_request;
use crate::app::sign_in::try_reading;
use crate::app::tokens;
use crate::app::tokens::revoke;
use crate::app::vault::open;
use crate::app::vault::rekey;
use crate::app::{Attempt, Command, Event, Failure, Keeping, Ports, export};

/// A face's end of the worker. Dropping it ends the thread, its runs and the practice service.
#[derive(Debug)]
pub struct Worker {
    commands: Option<UnboundedSender<Command>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Worker {
    /// Starts the thread. `emit` is called on it with each event, and must not block: it sends the event to the face
    /// and then wakes it, in this order.
    pub fn start(ports: Ports, emit: impl Fn(Event) + Send + 'static) -> std::io::Result<Self> {
        let (commands, inbox) = unbounded_channel();
        let run = move || {
            let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => return emit(Event::Problem(Failure::no_runtime(&error))),
            };
            let emit = Rc::new(emit);
            let of_runs = Rc::clone(&emit);
            let serve = AssertUnwindSafe(|| {
                let shared = Rc::new(Shared::new(ports, Box::new(move |event| of_runs(event))));
                LocalSet::new().block_on(&runtime, serve(&shared, inbox));
            });
            if catch_unwind(serve).is_err() {
                emit(Event::Ended(Failure::ended()));
            }
            // A keyring that hangs must not keep the program from ending.
            runtime.shutdown_background();
        };
        let thread = thread::Builder::new().name("wizard".into()).stack_size(STACK).spawn(run)?;
        Ok(Self { commands: Some(commands), thread: Some(thread) })
    }

    /// Asks for something; the answer comes as events.
    pub fn send(&self, command: Command) {
        if let Some(commands) = &self.commands {
            // It fails only when the thread has ended, which happens on drop alone.
            let _ = commands.send(command);
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            // A panic there was reported by the panic hook already.
            let _ = thread.join();
        }
    }
}

/// Bytes of stack of the thread: a run is one large value in an unoptimised build, and several may be nested.
const STACK: usize = 8 * 1024 * 1024;

/// How long the end of the program waits for a renewal whose call is on its way: what the service sends back then may be
/// the only refresh token that is good.
const FAREWELL: Duration = Duration::from_secs(5);

/// A run that goes on.
struct Run {
    task: JoinHandle<()>,
    /// Whether it is seen through to its end although nobody waits for it any more.
    settles: bool,
}

/// Takes commands until the face is gone.
async fn serve(shared: &Rc<Shared>, mut inbox: UnboundedReceiver<Command>) {
    let mut runs: HashMap<Attempt, Run> = HashMap::new();
    let mut settling: Vec<JoinHandle<()>> = Vec::new();
    tokio::task::spawn_local(keep_trying(Rc::clone(shared)));
    while let Some(command) = inbox.recv().await {
        runs.retain(|_, run| !run.task.is_finished());
        settling.retain(|task| !task.is_finished());
        match command {
            Command::Cancel(attempt) => {
                if let Some(run) = runs.remove(&attempt) {
                    if run.settles {
                        settling.push(run.task);
                    } else {
                        run.task.abort();
                    }
                    shared.emit(Event::Cancelled(attempt));
                }
            }
            Command::Paste { attempt, text } => shared.paste(attempt, text),
            command => {
                let (attempt, settles) = (attempt_of(&command), settles(&command));
                let task = tokio::task::spawn_local(run(Rc::clone(shared), command));
                if let Some(attempt) = attempt {
                    runs.insert(attempt, Run { task, settles });
                }
            }
        }
    }
    settling.extend(runs.into_values().filter(|run| run.settles).map(|run| run.task));
    let settled = async {
        for task in settling {
            // A panic there was reported by the panic hook already.
            let _ = task.await;
        }
    };
    // Who is not done by then is dropped, as a machine that is switched off would drop it.
    let _ = tokio::time::timeout(FAREWELL, settled).await;
    shared.alive.finish().await;
    shared.open_port.finish().await;
    // Nobody would be there to take it back later; what went wrong could be told to nobody.
    let _ = clipboard::take_back(shared).await;
}

async fn keep_trying(shared: Rc<Shared>) {
    let trying = async {
        tokens::keep_trying(Rc::clone(&shared)).await;
        Ok(())
    };
    if let Err(failure) = caught(trying).await {
        shared.emit(Event::Problem(failure));
    }
}

/// Whether a run is seen through to its end: its call may spend a code or a refresh token, so that its reply is the only
/// one there is; or it writes what is nowhere else.
fn settles(command: &Command) -> bool {
    matches!(
        command,
        Command::Token { .. }
            | Command::WhoAmI { .. }
            | Command::CallRefresh { saved_as: Some(_), .. }
            | Command::CallRefresh { keeping: Keeping::Draft { .. } | Keeping::Again(_) | Keeping::Under(_), .. }
            | Command::CallBearer { keeping: Keeping::Draft { .. } | Keeping::Again(_) | Keeping::Under(_), .. }
            | Command::SaveProfile { .. }
            | Command::KeepTyped { .. }
            | Command::Export { .. }
            | Command::Fields { .. }
    )
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

/// Does what is asked and tells how it went.
async fn run(shared: Rc<Shared>, command: Command) {
    let attempt = attempt_of(&command);
    if let Err(failure) = caught(perform(&shared, command)).await {
        shared.emit(match attempt {
            Some(attempt) => Event::Failed(attempt, failure),
            None => Event::Problem(failure),
        });
    }
}

// flat: one arm a command
async fn perform(shared: &Rc<Shared>, command: Command) -> Result<(), Failure> {
    match command {
        Command::Start => catalog::start(shared).await,
        Command::LoadCatalog => catalog::load(shared),
        Command::ProbeVault => catalog::probe(shared).await,
        Command::ListProfiles => catalog::list(shared).await,
        Command::StartPractice(settings) => shared.start_practice(&settings).map(|_| ()),
        Command::SaveWindow(window) => catalog::save_window(shared, window),
        Command::Copy { ticket, text, sensitivity } => clipboard::copy(shared, ticket, text, sensitivity).await,
        Command::ReadClipboard { ticket } => clipboard::read(shared, ticket).await,
        Command::OpenLink { url, browser } => links::open(shared, url, browser).await,
        Command::OpenVault { choice, passphrase, .. } => open::choose(shared, choice, passphrase).await,
        Command::Authorize { attempt, material, browser } => {
            authorize::authorize(shared, attempt, *material, browser).await
        }
        Command::PasteLine(attempt) => authorize::paste_line(shared, attempt).await,
        Command::CallBearer { attempt, material, keeping } => {
            token_request::bearer(shared, attempt, *material, keeping).await
        }
        Command::CallRefresh { attempt, material, saved_as, keeping } => {
            token_request::refresh(shared, attempt, *material, saved_as, keeping).await
        }
        Command::CheckToken { attempt, material, saved_as } => {
            identity::check(shared, attempt, *material, saved_as).await
        }
        Command::SaveProfile { attempt, name, material, replace, draft } => {
            profiles::save(shared, attempt, name, *material, replace, draft).await
        }
        Command::KeepTyped { attempt, material, draft, of } => {
            drafts::keep_typed(shared, attempt, *material, draft, of).await
        }
        Command::KeepChosen(name, chosen) => drafts::keep_chosen(shared, name, chosen).await,
        Command::WatchForEnd => shutdown::watch(shared).await,
        Command::KeepEntered { attempt, name, profile } => {
            profiles::keep_entered(shared, attempt, &name, &profile).await
        }
        Command::SaveAgain { attempt, name, material, draft } => {
            profiles::save_again(shared, attempt, name, *material, draft).await
        }
        Command::OpenProfile { attempt, name } => profiles::open(shared, attempt, name).await,
        Command::History { attempt, name } => history::show(shared, attempt, name).await,
        Command::Restore { attempt, name, generation, anyway } => {
            history::restore(shared, attempt, name, generation, anyway).await
        }
        Command::VaultStatus(attempt) => rekey::status(shared, attempt).await,
        Command::MoveVault { attempt, to, passphrase } => rekey::move_vault(shared, attempt, to, passphrase).await,
        Command::Token { attempt, name, need } => tokens::token(shared, attempt, name, need).await,
        Command::KeepUnkept => tokens::try_again(shared).await,
        Command::Rehearse { attempt, id } => rehearsal::run(shared, attempt, id).await,
        Command::SavePreset { attempt, service, replace } => presets::save(shared, attempt, &service, replace),
        Command::Import { attempt, source } => importing::import(shared, attempt, source).await,
        Command::ImportChosen(attempt) => importing::choose(shared, attempt).await,
        Command::ListForms => {
            export::forms(shared);
            Ok(())
        }
        Command::PreviewExport { attempt, order } => export::preview(shared, attempt, order).await,
        Command::Export { attempt, order, to } => export::export(shared, attempt, order, to).await,
        Command::Fields { attempt, name } => export::fields(shared, attempt, name).await,
        Command::Share { attempt, order } => export::share(shared, attempt, order).await,
        Command::ListOutlets(name) => export::list(shared, &name),
        Command::DropOutlet { name, path } => export::drop_outlet(shared, &name, &path),
        Command::TakeShared { attempt, chosen, replace } => accept_shared::take(shared, attempt, chosen, replace).await,
        Command::TryReading { attempt, reading, reply } => {
            try_reading::try_reading(shared, attempt, &reading, &reply).await;
            Ok(())
        }
        Command::ReadKey { attempt, source, certificate } => keys::read(shared, attempt, source, certificate).await,
        Command::MakeKey { attempt, service, rsa_bits } => keys::make(shared, attempt, &service, rsa_bits).await,
        Command::KeepKey { attempt, name, pair, replace } => keys::keep(shared, attempt, name, *pair, replace).await,
        Command::OpenKey { attempt, name } => keys::open(shared, attempt, name).await,
        Command::WriteCertificate { attempt, path, text } => keys::write(shared, attempt, path, text).await,
        Command::Forget { attempt, name } => profiles::forget(shared, attempt, name).await,
        Command::RevokeAndForget { attempt, name } => revoke::revoke_and_forget(shared, attempt, name).await,
        Command::WhoAmI { attempt, name } => tokens::whoami(shared, attempt, name).await,
        Command::SetKeepAlive { attempt, name, on } => scheduler::set(shared, attempt, name, on).await,
        Command::SetDisplayName { attempt, name, display_name } => {
            profiles::set_display_name(shared, attempt, name, display_name).await
        }
        Command::StayAlive => scheduler::run(shared).await,
        Command::ShowTray(icon) => tray::show(shared, icon).await,
        Command::Notify(notice) => {
            notices::show(shared, notice).await;
            Ok(())
        }
        Command::BeAgent(attempt) => agent::be_agent(shared, attempt).await,
        Command::AgentStatus(attempt) => agent::status(shared, attempt).await,
        Command::StopAgent(attempt) => agent::stop(shared, attempt).await,
        // Both are dealt with before a run begins.
        Command::Paste { .. } | Command::Cancel(_) => Ok(()),
    }
}
