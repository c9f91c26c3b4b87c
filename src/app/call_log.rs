//! Keeps each call in the log that all processes of this user share, and reads it. A use case waits for none of it: calls are
//! queued, and written on a blocking thread; what cannot be written is lost.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use crate::app::blocking::{blocking, locked};
use crate::app::handle::App;
use crate::app::news::News;
use crate::app::{CallContext, Failure, FailureKind, case};
use crate::call::{CallTemplate, TracedCall, write_archive};
use crate::call_log::{CallLog, LogState, LoggedCall};
use crate::diagnosis::Diagnosis;
use crate::durable::FileError;
use crate::service::ProfileName;
use crate::vault::{By, VaultKind};

/// The most calls that wait to be written; a disk that does not answer must not fill the memory.
const MOST: usize = 256;
/// How long the end of the program waits for the last calls.
const FAREWELL: Duration = Duration::from_secs(1);
/// How long one waits for more of what others add: a sign-in is several calls.
const TOGETHER: Duration = Duration::from_millis(200);

/// Calls on their way into the log.
#[derive(Default)]
pub(in crate::app) struct CallQueue {
    /// Whether calls are kept at all; those of a rehearsal are not.
    is_open: AtomicBool,
    waiting: Mutex<Waiting>,
    /// Whether it was told that the log cannot be written.
    is_told: AtomicBool,
    tasks: TaskTracker,
}

#[derive(Default)]
struct Waiting {
    calls: Vec<LoggedCall>,
    /// Whether a thread writes what comes.
    is_writing: bool,
}

impl CallQueue {
    /// Keeps calls from now on.
    pub(in crate::app) fn begin(&self) {
        self.is_open.store(true, Ordering::Relaxed);
    }

    /// Waits a moment until the last calls are written.
    pub(in crate::app) async fn written(&self) {
        self.tasks.close();
        // A disk that does not answer must not keep the program from ending.
        let _ = timeout(FAREWELL, self.tasks.wait()).await;
    }

    /// Adds a call; whether nobody writes yet.
    fn put(&self, call: LoggedCall) -> bool {
        let mut waiting = locked(&self.waiting);
        if waiting.calls.len() < MOST {
            waiting.calls.push(call);
        }
        !std::mem::replace(&mut waiting.is_writing, true)
    }

    /// What waits; empty once the writer may end.
    fn take(&self) -> Vec<LoggedCall> {
        let mut waiting = locked(&self.waiting);
        waiting.is_writing = !waiting.calls.is_empty();
        std::mem::take(&mut waiting.calls)
    }
}

/// What a call is for.
#[derive(Clone, Debug, Default)]
pub(in crate::app) struct CallAbout {
    profile: Option<ProfileName>,
    /// As presets name it; empty for a call that no preset has.
    stage: &'static str,
}

impl CallAbout {
    pub(in crate::app) fn named(profile: Option<&ProfileName>, stage: &'static str) -> Self {
        Self { profile: profile.cloned(), stage }
    }

    /// A call of this template.
    pub(in crate::app) fn of(context: &CallContext, template: &CallTemplate) -> Self {
        // A template may have been completed since.
        let is_it = |own: &CallTemplate| own.method == template.method && own.url == template.url;
        let calls = context.profile.service.calls();
        let found = calls.iter().find(|(_, own)| *own == template);
        let found = found.or_else(|| calls.iter().find(|(_, own)| is_it(own)));
        Self::named(context.name.as_ref(), found.map_or("", |(stage, _)| stage))
    }
}

/// The calls of the last day, and what they were read from.
#[derive(Clone, Debug, Default)]
pub struct DayOfCalls {
    /// The newest last.
    pub calls: Arc<[LoggedCall]>,
    /// Whether calls are kept.
    pub is_kept: bool,
    state: LogState,
}

impl DayOfCalls {
    pub fn new(calls: Vec<LoggedCall>, is_kept: bool) -> Self {
        Self { calls: calls.into(), is_kept, state: LogState::default() }
    }
}

impl App {
    /// Tells the face of a call, if it wants to know, and keeps it in the log.
    pub(in crate::app) fn record_call(&self, about: CallAbout, call: impl FnOnce() -> TracedCall) {
        let is_kept = self.call_log.is_open.load(Ordering::Relaxed);
        if !is_kept && !self.traces() {
            return;
        }
        let By { face, process, .. } = By::this();
        let CallAbout { profile, stage } = about;
        let profile = profile.map(|name| name.to_string()).unwrap_or_default();
        let made = LoggedCall { call: call(), face, process, profile, stage: stage.to_owned() };
        if self.traces() {
            self.tell(News::Called(Arc::new(made.clone())));
        }
        if is_kept {
            self.keep_call(made);
        }
    }

    fn keep_call(&self, logged: LoggedCall) {
        if self.call_log.put(logged.reduced()) {
            let app = self.clone();
            drop(self.call_log.tasks.spawn_blocking(move || app.write_calls()));
        }
    }

    /// Writes what waits until nothing does.
    fn write_calls(&self) {
        loop {
            let calls = self.call_log.take();
            if calls.is_empty() {
                return;
            }
            let log = self.log();
            let done = if self.keeps_calls() { log.add(&calls, (self.ports.now)()) } else { log.clear() };
            // A command has something else to say.
            let is_heard = self.is_agent() || self.shows_list();
            if let Err(error) = done
                && is_heard
                && !self.call_log.is_told.swap(true, Ordering::Relaxed)
            {
                self.tell(News::Problem(failed(&error)));
            }
        }
    }

    fn log(&self) -> CallLog {
        CallLog::new(self.ports.config.places().call_log_folder())
    }

    /// Whether calls are kept. It reads the disk.
    fn keeps_calls(&self) -> bool {
        // Who mistypes the table may have meant to keep none.
        let Ok(settings) = self.ports.config.load_call_log() else { return false };
        let is_memory = |kind: &str| kind.parse() == Ok(VaultKind::Memory);
        let kind = self.ports.vault_kind.as_deref().or(settings.vault.as_deref());
        let opened = self.vault().ok().map(|vault| vault.kind());
        settings.calls.keep && !kind.is_some_and(is_memory) && opened != Some(VaultKind::Memory)
    }

    /// The calls of the last day, of all processes of this user.
    pub async fn calls_of_day(&self) -> Result<DayOfCalls, Failure> {
        let app = self.clone();
        blocking(move || app.read_calls()).await?
    }

    /// Writes calls, with who made each, to a file of this user only, as an HTTP archive (HAR 1.2).
    pub async fn write_har(&self, calls: &[LoggedCall], path: PathBuf) -> Result<(), Failure> {
        let archive = write_archive(&calls.iter().map(LoggedCall::to_entry).collect::<Vec<_>>());
        case::write(path, format!("{archive:#}")).await
    }

    fn read_calls(&self) -> Result<DayOfCalls, Failure> {
        let log = self.log();
        // Before the calls: what is added meanwhile is read again.
        let state = log.state();
        let calls = log.read((self.ports.now)()).map_err(|error| failed(&error))?;
        Ok(DayOfCalls { state, ..DayOfCalls::new(calls, self.keeps_calls()) })
    }

    /// The same once there are other calls than these. Where none are kept, it waits for ever.
    pub async fn calls_after(&self, seen: &DayOfCalls) -> Result<DayOfCalls, Failure> {
        if !seen.is_kept {
            std::future::pending::<()>().await;
        }
        let (changed, app) = (Arc::new(Notify::new()), self.clone());
        let tell = Arc::clone(&changed);
        let watched = blocking(move || app.log().watch(move || tell.notify_one())).await?;
        let _watch = watched.map_err(|error| failed(&error))?;
        loop {
            let log = self.log();
            // What came before it was watched.
            if blocking(move || log.state()).await? != seen.state {
                tokio::time::sleep(TOGETHER).await;
                return self.calls_of_day().await;
            }
            changed.notified().await;
        }
    }
}

fn failed(error: &FileError) -> Failure {
    let diagnosis = Diagnosis::new(format!("the log of calls: {error}"));
    Failure::new(FailureKind::Machine, diagnosis.hint(error.advice()))
}
