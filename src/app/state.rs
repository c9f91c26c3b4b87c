//! State that the use cases share: pending writes, and what runs in the background.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::agent::KeptAlive;
use crate::app::blocking::locked;
use crate::app::profiles::drafts::mark::Mark;
use crate::app::sign_in::call_context::CallContext;
use crate::desktop::{Trace, Tray};
use crate::service::ProfileName;
use crate::vault::{How, Record};

/// The icon that is shown.
pub(in crate::app) type TraySlot = Mutex<Option<Arc<Tray>>>;

/// The secret that stands on the clipboard, as far as is known.
#[derive(Default)]
pub(in crate::app) struct Copied {
    pub(in crate::app) trace: Mutex<Option<Trace>>,
    /// Which copy is the last: only its clock counts.
    pub(in crate::app) last: AtomicU64,
    /// What was asked for later is copied later.
    pub(in crate::app) order: tokio::sync::Mutex<()>,
}

/// Drafts that could not be written: the vault is not open yet, or a disk is full.
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

/// What the schedule shares with the flows that change profiles.
#[derive(Default)]
pub(in crate::app) struct SchedulerState {
    /// That profiles may have changed, or that it is to end.
    pub(in crate::app) news: Notify,
    pub(in crate::app) runs: AtomicBool,
    pub(in crate::app) ends: AtomicBool,
    pub(in crate::app) over: Notify,
    pub(in crate::app) standing: Mutex<Vec<KeptAlive>>,
    pub(in crate::app) turns: Mutex<HashMap<ProfileName, Arc<tokio::sync::Mutex<()>>>>,
}

impl SchedulerState {
    /// Looks at the profiles again, soon.
    pub(in crate::app) fn reload(&self) {
        self.news.notify_one();
    }

    /// How the profiles stood last.
    pub(in crate::app) fn standing(&self) -> Vec<KeptAlive> {
        locked(&self.standing).clone()
    }

    /// Ends the schedule, and waits for the renewals that go on: a refresh token may be spent already, and what comes in
    /// return for it is to be kept.
    pub(in crate::app) async fn finish(&self) {
        self.ends.store(true, Ordering::Relaxed);
        self.news.notify_one();
        while self.runs.load(Ordering::Acquire) {
            self.over.notified().await;
        }
    }
}

/// What could not be kept.
#[derive(Clone, Debug)]
pub(in crate::app) struct PendingWrite {
    /// The record as it has to become, with the number of the one that it follows.
    pub(in crate::app) record: Record,
    /// How its tokens were had.
    pub(in crate::app) how: How,
}

impl PendingWrite {
    /// Whether what waits still belongs to what is kept. It does not once the profile was forgotten, or signed in anew under
    /// the same name, or has newer tokens: then what waited is worth nothing any more.
    pub(in crate::app) fn follows(&self, kept: &Record) -> bool {
        let tokens =
            |record: &Record| record.history.last().map(|line| (line.access_token.clone(), line.refresh_token.clone()));
        // The clock is asked only where others came meanwhile: it may have been set back.
        let is_next = tokens(kept) == tokens(&self.record) || obtained_at(kept) < obtained_at(&self.record);
        kept.history.continues(&self.record.history) && is_next
    }
}

fn obtained_at(record: &Record) -> Option<Timestamp> {
    record.contents.tokens.as_ref().map(|tokens| tokens.obtained_at)
}
