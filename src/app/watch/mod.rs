//! Watches the saved profiles while the window or the agent runs: announces what ends on the desktop, and tells the hooks when a
//! profile breaks and when it is well again. Each is told once, whoever of the two comes first, across restarts. The registered
//! clients of forgotten profiles are deleted when their week is over.

mod file;
mod hook;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::agent::Alarm;
use crate::app::blocking::{blocking, locked, on_own_thread};
use crate::app::calendar::ends::ends_of;
use crate::app::handle::App;
use crate::app::news::News;
use crate::app::profiles::overdue_clients;
use crate::app::profiles::read_ahead::ReadAhead;
use crate::app::profiles::{self, ReadFrom};
use crate::app::watch::told::{
    Announced, Breakage, CHECK_FAILED, Health, HookEvent, Told, Watched, WatchedEnd, next_announcement,
};
use crate::app::{EndKind, Failure, FailureKind, ProfileState, Report, tokens};
use crate::config::HookSettings;
use crate::desktop::Notice;
use crate::diagnosis::Diagnosis;
use crate::service::{CheckEvery, ProfileName, shown_text};
use crate::store::Listed;

/// How long one waits for more of what is going on: a sign-in is several changes.
const TOGETHER: Duration = Duration::from_secs(1);
/// How many hooks run at once.
const AT_ONCE: usize = 4;
/// The most characters of a name in a notice.
const LONGEST: usize = 60;

/// What was read of each profile, and from what.
type Known = BTreeMap<ProfileName, (ReadFrom, Profile)>;

/// What is known of a profile whatever the time.
#[derive(Clone, Debug)]
struct Profile {
    service: String,
    ends: Vec<WatchedEnd>,
    state: ProfileState,
    obtained_at: Option<Timestamp>,
    check_every: Option<Duration>,
}

/// That the service refused a refresh, when and why.
type Refused = (Timestamp, String);

/// Watches until the scheduler ends.
pub(in crate::app) async fn run(app: App) {
    let Ok(alarm) = Alarm::new() else { return };
    let (mut known, mut is_told) = (Known::new(), false);
    // A server that does not answer must not hold up what is told.
    let (mut ending, mut next_client) = (JoinSet::new(), None);
    loop {
        let is_due = next_client.is_none_or(|next| next <= (app.ports.now)());
        if is_due && ending.is_empty() && app.has_vault() {
            let app = app.clone();
            ending.spawn(async move { overdue_clients::end_overdue(&app).await });
        }
        let next = match look(&app, &mut known).await {
            Ok(next) => next,
            Err(failure) => {
                // Once: it may go on failing.
                if !std::mem::replace(&mut is_told, true) {
                    app.tell(News::Problem(failure));
                }
                None
            }
        };
        let next_client_at = next_client.filter(|_| ending.is_empty());
        tokio::select! {
            () = app.scheduler.turned.notified() => tokio::time::sleep(TOGETHER).await,
            Some(ended) = ending.join_next() => {
                next_client = Some(ended.unwrap_or_else(|_| overdue_clients::again((app.ports.now)())));
            }
            () = alarm.at([next, next_client_at].into_iter().flatten().min()) => {}
        }
    }
}

/// Looks at all profiles once; returns when something is to be told next.
async fn look(app: &App, known: &mut Known) -> Result<Option<Timestamp>, Failure> {
    if !app.has_vault() {
        return Ok(None);
    }
    let before = std::mem::take(known);
    let reader = app.clone();
    *known = on_own_thread(async move { read(&reader, before).await }).await?;
    let (now, hooks) = ((app.ports.now)(), hooks(app).await?);
    let refused = locked(&app.scheduler.refused).clone();
    let watched: Vec<Watched> =
        known.iter().map(|(name, (_, profile))| profile.watched(name, now, refused.get(name))).collect();
    let has_hooks = !hooks.is_none();
    check_due(app, &watched, now).await?;
    let (announced, events, next, failed) = change(app, move |told| {
        let names: BTreeSet<String> = watched.iter().map(|watched| watched.name.to_string()).collect();
        let announced: Vec<Announced> =
            watched.iter().flat_map(|watched| told.observe(watched, now, has_hooks)).collect();
        let next = watched.iter().filter_map(|watched| told.next_check(watched)).min();
        told.retain(&names);
        (announced, told.claim(now), next, told.failed_checks())
    })
    .await?;
    tell_failed(app, failed);
    announce(app, &announced);
    call(app, hooks, events).await?;
    let next_call = change(app, |told| told.next_call()).await?;
    let ends = known.values().flat_map(|(_, profile)| profile.ends.iter());
    let next_end = ends.filter_map(|end| next_announcement(end, now)).min();
    let expired = known.values().filter_map(|(_, profile)| profile.breaks_at()).filter(|at| *at > now).min();
    Ok([next, next_call, next_end, expired].into_iter().flatten().min())
}

/// Tells which checks have failed, if that is not what was told last.
fn tell_failed(app: &App, failed: BTreeMap<String, String>) {
    let named = |(name, why): (String, String)| Some((ProfileName::parse(&name).ok()?, why));
    let failed: BTreeMap<ProfileName, String> = failed.into_iter().filter_map(named).collect();
    let mut last = locked(&app.scheduler.failed_checks);
    if *last == failed {
        return;
    }
    last.clone_from(&failed);
    drop(last);
    app.tell(News::FailedChecks(failed.into_iter().map(|(name, why)| (name, Diagnosis::new(why))).collect()));
}

/// Takes in that the token of a profile was seen to work, after a check that had failed.
pub(in crate::app) async fn worked(app: &App, name: &ProfileName) {
    let (folder, name) = (app.ports.config.places().watch_folder(), name.clone());
    // Where nothing was ever watched there is no folder, and none is made.
    let noted =
        blocking(move || if folder.exists() { file::change(&folder, |told| told.worked(&name)) } else { Ok(false) });
    // What cannot be noted now is noted by the next check.
    if noted.await.flatten().unwrap_or(false) {
        app.scheduler.turned.notify_one();
    }
}

/// Asks the services of the profiles whose check is due whether their tokens work.
async fn check_due(app: &App, watched: &[Watched], now: Timestamp) -> Result<(), Failure> {
    let checked: Vec<Watched> = watched.iter().filter(|watched| watched.check_every.is_some()).cloned().collect();
    if checked.is_empty() {
        return Ok(());
    }
    let due = change(app, move |told| {
        let due = checked.into_iter().filter(|watched| {
            told.remember(&watched.name);
            told.claim_check(watched, now)
        });
        due.map(|watched| watched.name).collect::<Vec<_>>()
    })
    .await?;
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut checks = JoinSet::new();
    for name in due {
        let (app, turns) = (app.clone(), Arc::clone(&turns));
        checks.spawn(async move {
            let _turn = turns.acquire().await;
            // Without a call to make there is nothing to say of the token.
            let done = app.check(&name, &Report::none()).await.and_then(|checked| checked.outcome);
            (name, done)
        });
    }
    while let Some(Ok((name, done))) = checks.join_next().await {
        let failed = match done {
            Ok(_) => None,
            Err(failure) if matches!(failure.kind, FailureKind::Refused | FailureKind::NeedsSignIn) => {
                let message = failure.diagnosis.summary.clone();
                let named = format!("{}: {message}", shown_text(name.as_str(), LONGEST));
                let diagnosis = Diagnosis { summary: named, ..failure.diagnosis.clone() };
                app.tell(News::Problem(Failure { diagnosis, ..failure }));
                Some(Breakage { code: CHECK_FAILED.to_owned(), since: (app.ports.now)(), message })
            }
            // The network, or a service that cannot be asked: it says nothing of the token.
            Err(_) => continue,
        };
        change(app, move |told| told.checked(&name, failed)).await?;
    }
    Ok(())
}

async fn hooks(app: &App) -> Result<HookSettings, Failure> {
    app.with_config(|config| Ok(config.load_settings()?.hooks)).await
}

async fn change<T: Send + 'static>(
    app: &App,
    change: impl FnOnce(&mut Told) -> T + Send + 'static,
) -> Result<T, Failure> {
    let folder = app.ports.config.places().watch_folder();
    blocking(move || file::change(&folder, change)).await?
}

/// Reads the profiles that have changed.
async fn read(app: &App, mut before: Known) -> Result<Known, Failure> {
    let (catalog, _) = app.catalog().await?;
    let presets = catalog.fingerprint();
    let (own, team) = app.listed(&catalog).await?;
    let mut known = Known::new();
    for (listed, shared) in [(own, false), (team, true)] {
        let mut changed = Vec::new();
        for Listed { name, is_draft, revision, .. } in listed {
            let Some(name) = ProfileName::parse(&name).ok().filter(|_| !is_draft) else { continue };
            let from = ReadFrom { presets, shared, revision };
            match before.remove(&name) {
                Some((read_from, profile)) if read_from == from => drop(known.insert(name, (from, profile))),
                _ => changed.push((name, from)),
            }
        }
        let mut ahead = ReadAhead::of(changed.iter().filter(|_| shared).map(|(name, _)| name.to_string()).collect());
        for (name, from) in changed {
            ahead.step(app).await;
            // One that cannot be read is named by the list.
            if let Ok(profile) = read_profile(app, &name).await {
                known.insert(name, (from, profile));
            }
        }
        ahead.finish(app).await;
    }
    Ok(known)
}

async fn read_profile(app: &App, name: &ProfileName) -> Result<Profile, Failure> {
    let profile = profiles::load(app, name).await?;
    let asked = name.clone();
    let record = app.with_vault(move |vault| vault.snapshot(&asked)).await?;
    let record = tokens::newest(app, name, record);
    let obtained_at = record.as_ref().and_then(|record| Some(record.contents.tokens.as_ref()?.obtained_at));
    let ends = ends_of(&profile, record.as_ref()).into_iter().filter(crate::app::End::needs_person);
    let watched = |end: crate::app::End| {
        let from = obtained_at.filter(|_| end.kind.is_of_token());
        Some(WatchedEnd { kind: end.kind, at: end.at?, from })
    };
    let check_every = profile.check_every.map(CheckEvery::time);
    let state = profiles::state_of(name, &profile, &record.map(|record| record.contents).unwrap_or_default());
    Ok(Profile {
        service: profile.service.name,
        ends: ends.filter_map(watched).collect(),
        state,
        obtained_at,
        check_every,
    })
}

impl Profile {
    fn watched(&self, name: &ProfileName, now: Timestamp, refused: Option<&Refused>) -> Watched {
        let trouble = refused.map(|(since, message)| Breakage {
            code: "refused".to_owned(),
            since: *since,
            message: message.clone(),
        });
        Watched {
            name: name.clone(),
            service: self.service.clone(),
            ends: self.ends.clone(),
            health: self.health(now),
            obtained_at: self.obtained_at,
            trouble,
            check_every: self.check_every,
        }
    }

    fn health(&self, now: Timestamp) -> Health {
        let broken = |code: &str, message: String| Health::Broken { code: code.to_owned(), message };
        match (&self.state, self.breaks_at()) {
            (ProfileState::NeedsSignIn { why, .. }, _) => broken("sign-in-needed", why.summary.clone()),
            (ProfileState::Stale(why), _) => broken("stale", why.summary.clone()),
            (ProfileState::Tokens { .. }, Some(at)) if at <= now => {
                broken("expired", "the access token has expired, and there is no refresh token".to_owned())
            }
            (ProfileState::Tokens { .. }, _) => Health::Well,
            (ProfileState::SignedOut | ProfileState::Closed | ProfileState::Broken(_), _) => Health::Unknown,
        }
    }

    /// When it stops to work, if nothing renews its token.
    fn breaks_at(&self) -> Option<Timestamp> {
        match self.state {
            ProfileState::Tokens { expires_at, refreshable: false, .. } => expires_at,
            _ => None,
        }
    }
}

/// Has the desktop say what ends. Nobody waits for it: a notice may stay there for hours.
fn announce(app: &App, announced: &[Announced]) {
    let now = (app.ports.now)();
    let words = |one: &Announced| {
        let days = one.at.duration_since(now).as_hours() / 24;
        let when = if days >= 2 { format!("in {days} days") } else { "within a day".to_owned() };
        let what = match one.kind {
            EndKind::ClientSecret => "The client secret",
            EndKind::Certificate => "The certificate",
            EndKind::ClientCertificate => "The client certificate",
            EndKind::AccessToken => "The access token",
            EndKind::UnusedRefreshToken | EndKind::RefreshToken => "The refresh token",
            EndKind::SignIn | EndKind::TestMode | EndKind::Refused => "The sign-in",
        };
        format!("{what} of {} ends {when}", shown_text(one.name.as_str(), LONGEST))
    };
    let title = match announced {
        [] => return,
        [one] => words(one),
        several => format!("{} profiles have something that ends soon", several.len()),
    };
    let notice = Notice { title, text: "The calendar says what to do before then.".to_owned() };
    let app = app.clone();
    drop(tokio::spawn(async move { app.notify(notice).await }));
}

/// Calls the hooks, and says which of them failed for good.
async fn call(app: &App, hooks: HookSettings, events: Vec<HookEvent>) -> Result<(), Failure> {
    let (hooks, turns) = (Arc::new(hooks), Arc::new(Semaphore::new(AT_ONCE)));
    let mut calls = JoinSet::new();
    for event in events {
        let (app, hooks, turns) = (app.clone(), Arc::clone(&hooks), Arc::clone(&turns));
        calls.spawn(async move {
            let _turn = turns.acquire().await;
            let done = hook::call(&app, &hooks, &event).await;
            (event, done)
        });
    }
    while let Some(called) = calls.join_next().await {
        match called {
            Ok((event, Ok(()))) => change(app, move |told| told.heard(&event)).await?,
            Ok((event, Err(failure))) if event.is_last => app.tell(News::Problem(failure)),
            // It is called again.
            Ok((_, Err(_))) | Err(_) => {}
        }
    }
    Ok(())
}
