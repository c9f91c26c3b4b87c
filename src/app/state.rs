//! State that the use cases share: pending writes, and what runs in the background.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Notify, watch};

use crate::agent::KeptAlive;
use crate::app::blocking::locked;
use crate::app::profiles::drafts::mark::Mark;
use crate::app::sign_in::call_context::CallContext;
use crate::config::LoadedBundle;
use crate::desktop::{Trace, Tray};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::{KeySet, Recipients};
use crate::service::{Bundle, Catalog, ProfileName, SignedBundle};
use crate::vault::{How, Record};

/// How long one waits until the scheduler has read what is new: shorter than a client of the agent has patience.
const PATIENCE: Duration = Duration::from_secs(1);

/// The icon shown now.
pub(in crate::app) type TraySlot = Mutex<Option<Arc<Tray>>>;

/// The secret that is on the clipboard, as far as known.
#[derive(Default)]
pub(in crate::app) struct Copied {
    pub(in crate::app) trace: Mutex<Option<Trace>>,
    /// Numbers the copies: only the last one's timer counts.
    pub(in crate::app) last: AtomicU64,
    /// Serializes copies, so that the last one asked for wins.
    pub(in crate::app) order: tokio::sync::Mutex<()>,
}

/// The keys of the issuers that were asked, by issuer.
pub(in crate::app) type IssuerKeys = Mutex<BTreeMap<String, Published>>;

/// The keys of an issuer.
#[derive(Clone, Debug)]
pub(in crate::app) struct Published {
    /// Where they are.
    pub(in crate::app) address: String,
    pub(in crate::app) keys: KeySet,
    /// Those that decrypt.
    pub(in crate::app) recipients: Recipients,
}

/// Drafts that could not be written: the vault is not open yet, or the disk is full.
#[derive(Default)]
pub(in crate::app) struct Held {
    drafts: Mutex<BTreeMap<ProfileName, (CallContext, Mark)>>,
}

impl Held {
    pub(in crate::app) fn get(&self, name: &ProfileName) -> Option<CallContext> {
        locked(&self.drafts).get(name).map(|(context, _)| context.clone())
    }

    pub(in crate::app) fn all(&self) -> Vec<(ProfileName, CallContext)> {
        locked(&self.drafts).iter().map(|(name, (context, _))| (name.clone(), context.clone())).collect()
    }

    pub(in crate::app) fn names(&self) -> Vec<ProfileName> {
        locked(&self.drafts).keys().cloned().collect()
    }

    pub(in crate::app) fn is_empty(&self) -> bool {
        locked(&self.drafts).is_empty()
    }

    pub(in crate::app) fn drop(&self, name: &ProfileName) -> bool {
        locked(&self.drafts).remove(name).is_some()
    }

    pub(in crate::app) fn put(&self, name: &ProfileName, context: CallContext, mark: Mark) {
        locked(&self.drafts).insert(name.clone(), (context, mark));
    }

    pub(in crate::app) fn entry(&self, name: &ProfileName) -> Option<(CallContext, Mark)> {
        locked(&self.drafts).get(name).cloned()
    }
}

/// State shared by the scheduler and the use cases that change profiles.
#[derive(Default)]
pub(in crate::app) struct SchedulerState {
    /// Set when profiles may have changed, or the scheduler is to end.
    pub(in crate::app) news: Notify,
    /// How often somebody asked to read them again, and up to which of these requests [`Self::standing`] is.
    pub(in crate::app) asked: AtomicU64,
    pub(in crate::app) told: watch::Sender<u64>,
    /// Told at each turn of the scheduler: something may have changed, or failed.
    pub(in crate::app) turned: Notify,
    /// The profiles whose last regular check failed, and why, as it was told last.
    pub(in crate::app) failed_checks: Mutex<BTreeMap<ProfileName, String>>,
    /// The profiles whose own tokens were refused at the last refresh without an end of the sign-in, when and why.
    pub(in crate::app) refused: Mutex<BTreeMap<ProfileName, (Timestamp, String)>>,
    pub(in crate::app) runs: AtomicBool,
    pub(in crate::app) ends: AtomicBool,
    pub(in crate::app) over: Notify,
    pub(in crate::app) standing: Mutex<Vec<KeptAlive>>,
    pub(in crate::app) turns: Mutex<HashMap<ProfileName, Arc<tokio::sync::Mutex<()>>>>,
}

impl SchedulerState {
    /// Makes the scheduler read the profiles again soon.
    pub(in crate::app) fn reload(&self) {
        self.asked.fetch_add(1, Ordering::AcqRel);
        self.news.notify_one();
    }

    /// The same, and waits until [`Self::standing`] tells what was read, but not for long: it may have very much to read.
    pub(in crate::app) async fn reloaded(&self) {
        self.reload();
        let asked = self.asked.load(Ordering::Acquire);
        if self.runs.load(Ordering::Acquire) {
            let mut told = self.told.subscribe();
            let _ = tokio::time::timeout(PATIENCE, told.wait_for(|told| *told >= asked)).await;
        }
    }

    /// The last known state of the profiles.
    pub(in crate::app) fn standing(&self) -> Vec<KeptAlive> {
        locked(&self.standing).clone()
    }

    /// Ends the scheduler and waits for refreshes in progress: their refresh tokens may be spent already, and the
    /// replies must be saved.
    pub(in crate::app) async fn finish(&self) {
        self.ends.store(true, Ordering::Relaxed);
        self.news.notify_one();
        while self.runs.load(Ordering::Acquire) {
            self.over.notified().await;
        }
    }
}

/// What was read from the files of presets: the user's own, and the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app) struct PresetFiles {
    pub(in crate::app) own: Vec<(PathBuf, Result<String, Diagnosis>)>,
    pub(in crate::app) bundle: Result<Option<LoadedBundle>, Diagnosis>,
}

/// The presets there are, and what they were read from.
pub(in crate::app) struct Presets {
    pub(in crate::app) files: PresetFiles,
    /// The bundle in use.
    pub(in crate::app) bundle: Option<SignedBundle>,
    pub(in crate::app) catalog: Catalog,
    pub(in crate::app) problems: Vec<Diagnosis>,
}

impl Presets {
    pub(in crate::app) fn new(files: PresetFiles) -> Self {
        let mut problems = Vec::new();
        let bundle = files.bundle.clone().and_then(|loaded| loaded.as_ref().map_or(Ok(None), verified));
        let bundle = bundle.unwrap_or_else(|problem| {
            problems.push(problem);
            None
        });
        let mut presets = Self::with(files, bundle.as_ref().map(|signed| &signed.bundle));
        problems.append(&mut presets.problems);
        Self { bundle, problems, ..presets }
    }

    /// The presets with this bundle in place of the one that was read.
    pub(in crate::app) fn with(files: PresetFiles, bundle: Option<&Bundle>) -> Self {
        let mut catalog = bundle.map_or_else(Catalog::bundled, Catalog::with_bundle);
        let (mut problems, mut texts) = (Vec::new(), Vec::new());
        for (path, text) in &files.own {
            match text {
                Ok(text) => texts.push((path.display().to_string(), text.clone())),
                Err(problem) => problems.push(problem.clone()),
            }
        }
        problems.extend(catalog.add(texts).iter().map(Diagnose::diagnose));
        Self { files, bundle: None, catalog, problems }
    }
}

/// The bundle in use, if its file is still what was taken. A program of another version than the one that took it checks its presets
/// again.
fn verified(loaded: &LoadedBundle) -> Result<Option<SignedBundle>, Diagnosis> {
    let Some((path, text)) = &loaded.in_use else { return Ok(None) };
    let told = |why: String| {
        let summary = format!("`{}` is not used, and what is built in is: {why}", path.display());
        Diagnosis::new(summary).hint("take the bundle again: `tokenwright service update`")
    };
    let signed = SignedBundle::read(text).map_err(|error| told(error.to_string()))?;
    let pin = &loaded.pin;
    let is_pinned = signed.key == pin.key && signed.bundle.name == pin.name;
    if !is_pinned || pin.kept.last() != Some(&signed.bundle.number) {
        return Err(told("it is another bundle than the one that was taken".to_owned()));
    }
    if pin.program != env!("CARGO_PKG_VERSION") {
        signed.bundle.check_presets().map_err(|error| told(error.to_string()))?;
    }
    Ok(Some(signed))
}

/// A write that failed and is retried.
#[derive(Clone, Debug)]
pub(in crate::app) struct PendingWrite {
    /// The record to write, and the number of the record that it follows.
    pub(in crate::app) record: Record,
    /// How the tokens were obtained.
    pub(in crate::app) how: How,
}

impl PendingWrite {
    /// Whether the pending write still fits the saved record. It does not after the profile was forgotten, signed in
    /// again under the same name, or given newer tokens; then the write is obsolete.
    pub(in crate::app) fn follows(&self, saved: &Record, is_shared: bool) -> bool {
        let tokens =
            |record: &Record| record.history.last().map(|line| (line.access_token.clone(), line.refresh_token.clone()));
        // The clock decides only if another write came in between, since it may have been set back; and of two machines, never.
        let is_later = !is_shared && obtained_at(saved) < obtained_at(&self.record);
        let is_next = tokens(saved) == tokens(&self.record) || is_later;
        saved.history.continues(&self.record.history) && is_next
    }
}

fn obtained_at(record: &Record) -> Option<Timestamp> {
    record.contents.tokens.as_ref().map(|tokens| tokens.obtained_at)
}
