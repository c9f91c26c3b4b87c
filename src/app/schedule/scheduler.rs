//! Keep-alive: refreshes profiles before they expire, while the window or the agent runs. One alarm is set for the
//! first due time; nothing wakes the process before that.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::agent::{Alarm, Request};
use crate::app::blocking::{blocking, locked, on_own_thread};
use crate::app::fault::caught;
use crate::app::handle::App;
use crate::app::news::News;
use crate::app::profiles::read_ahead::ReadAhead;
use crate::app::profiles::{self, ReadFrom};
use crate::app::progress::Report;
use crate::app::schedule::queue::{Book, Entry, Part, Parts};
use crate::app::schedule::refresh_due::Rules;
use crate::app::schedule::watching::{Heard, Watching};
use crate::app::{Failure, FailureKind, Need, SavedToken, Wanted};
use crate::app::{team, tokens, watch};
use crate::oauth::TokenSet;
use crate::service::{Profile, ProfileName};
use crate::store::Listed;
use crate::vault::VaultKind;

/// How many profiles are refreshed at once, so that a machine that wakes up with a thousand due profiles does not flood
/// a service.
const AT_ONCE: usize = 16;
/// How often the state is told at most while profiles are being refreshed.
const TOLD_EVERY: Duration = Duration::from_millis(200);
/// How long one waits for more of what others are doing.
const TOGETHER: Duration = Duration::from_millis(100);
/// How long after a refresh what it needs (root certificates, above all) stays in memory, and the store's log stays as it is.
/// If the next refresh is due within this time, too.
const SOON: Duration = Duration::from_secs(30);

impl App {
    /// Runs keep-alive until the end of the program; once in a process.
    pub async fn run_scheduler(&self) -> Result<(), Failure> {
        let scheduler = &self.scheduler;
        if scheduler.runs.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        let done = match Alarm::new() {
            // Whoever ends the program waits for this flag.
            Ok(alarm) => {
                let watching = tokio::spawn(watch::run(self.clone()));
                let done = caught(schedule(self, &alarm)).await;
                // A hook that is being called is called again the next time.
                watching.abort();
                done
            }
            Err(error) => Err(error.into()),
        };
        scheduler.runs.store(false, Ordering::Release);
        scheduler.over.notify_waiters();
        done
    }

    /// Turns keep-alive on or off for a saved profile.
    pub async fn set_keep_alive(&self, name: &ProfileName, on: bool) -> Result<(), Failure> {
        profiles::remarks::change(self, name, move |profile| profile.keep_alive = on).await?;
        // Before the news: the command line ends when it gets them.
        changed_profiles(self).await;
        self.tell_profiles().await;
        Ok(())
    }
}

async fn schedule(app: &App, alarm: &Alarm) -> Result<(), Failure> {
    let alive = &app.scheduler;
    let (mut book, mut going) = (Book::default(), JoinSet::new());
    let mut tell_at = Instant::now();
    // Nothing has been done yet that leaves something behind.
    let mut has_rested = true;
    let mut watching = Watching::new();
    watching.begin(app).await;
    let mut asked = alive.asked.load(Ordering::Acquire);
    let mut read = read(app, &mut book).await;
    while !alive.ends.load(Ordering::Relaxed) {
        let now = (app.ports.now)();
        for (part, min_valid) in book.start_due(now, AT_ONCE - going.len()) {
            let need = min_valid.map_or(Need::New, Need::ValidFor);
            going.spawn(renew(app.clone(), part, need));
        }
        // The whole state is told, so not after each of many that end at once.
        let is_told = going.is_empty() || Instant::now() >= tell_at;
        if is_told {
            tell(app, &book);
            alive.told.send_replace(asked);
            tell_at = Instant::now() + TOLD_EVERY;
        }
        let next = book.next(going.len() < AT_ONCE);
        let is_quiet = going.is_empty() && next.is_none_or(|at| at.duration_since(now).unsigned_abs() > SOON);
        tokio::select! {
            () = alive.news.notified() => {
                has_rested = false;
                asked = alive.asked.load(Ordering::Acquire);
                read = read_anew(app, &mut watching, &mut book).await;
            }
            heard = watching.next(app) => {
                read = hear(app, &mut watching, &mut book, heard).await;
                app.tell_profiles().await;
            }
            Some(done) = going.join_next() => {
                has_rested = false;
                note(app, &mut book, done);
                // The list shows the expiry.
                if going.is_empty() {
                    app.tell_profiles().await;
                }
            }
            () = alarm.at(next) => {}
            () = tokio::time::sleep_until(tell_at), if !is_told => {}
            () = tokio::time::sleep(SOON), if is_quiet && !has_rested => {
                rest(app);
                has_rested = true;
            }
        }
        // Reported once; the profiles that could be read continue.
        if let Err(failure) = std::mem::replace(&mut read, Ok(())) {
            app.tell(News::Problem(failure));
        }
    }
    while let Some(done) = going.join_next().await {
        note(app, &mut book, done);
    }
    Ok(())
}

/// Gives up what only a refresh needs, and tidies up after the last one.
fn rest(app: &App) {
    app.ports.transport.rest();
    // Nobody waits for it.
    let store = app.ports.store.clone();
    drop(tokio::task::spawn_blocking(move || store.rest()));
}

/// Reads after somebody has said that there is something new: profiles, or a team.
async fn read_anew(app: &App, watching: &mut Watching, book: &mut Book) -> Result<(), Failure> {
    team::follow(app).await;
    watching.begin(app).await;
    read(app, book).await
}

/// Reads the keep-alive profiles and the state of their tokens, where they have changed.
async fn read(app: &App, book: &mut Book) -> Result<(), Failure> {
    tokens::take_up_waiting(app).await;
    let (reader, known) = (app.clone(), book.read_from());
    let (names, changed) = on_own_thread(async move { changed(&reader, &known).await }).await?;
    book.retain(|name| names.contains(name));
    for (name, parts) in changed {
        book.put(&name, parts);
    }
    Ok(())
}

/// The names of all keep-alive profiles, and those that were read from something else than what is known.
async fn changed(
    app: &App,
    known: &BTreeMap<ProfileName, ReadFrom>,
) -> Result<(BTreeSet<ProfileName>, Vec<(ProfileName, Parts)>), Failure> {
    let (mut names, mut changed) = (BTreeSet::new(), Vec::new());
    // What a vault in memory holds has no revision in the store.
    let is_stored = app.vault().is_ok_and(|vault| vault.kind() != VaultKind::Memory);
    let (catalog, _) = app.catalog().await?;
    let presets = catalog.fingerprint();
    let (own, team) = app.listed(&catalog).await?;
    for (listed, shared) in [(own, false), (team, true)] {
        let mut others = Vec::new();
        // Most profiles have no keep-alive, and reading one means reading its preset.
        let is_candidate = |Listed { is_draft, summary, .. }: &Listed| {
            !is_draft && summary.as_ref().is_none_or(|remembered| remembered.keep_alive)
        };
        let from = |listed: &Listed| ReadFrom { presets, shared, revision: listed.revision };
        let is_known = |name: &ProfileName, listed: &Listed| is_stored && known.get(name) == Some(&from(listed));
        let candidates = listed.into_iter().filter(is_candidate);
        let candidates = candidates.filter_map(|listed| Some((ProfileName::parse(&listed.name).ok()?, listed)));
        let (there, unread): (Vec<_>, Vec<_>) = candidates.partition(|(name, listed)| is_known(name, listed));
        names.extend(there.into_iter().map(|(name, _)| name));
        let mut ahead = ReadAhead::of(unread.iter().filter(|_| shared).map(|(name, _)| name.to_string()).collect());
        for (name, listed) in unread {
            ahead.step(app).await;
            // One that was forgotten meanwhile is not in the next list.
            let Ok(profile) = profiles::load(app, &name).await else { continue };
            if !profile.keep_alive {
                others.push(listed);
                continue;
            }
            let tokens = tokens(app, &name).await;
            changed.push((name.clone(), Entry::parts(&Rules::of(&profile.service), tokens, Some(from(&listed)))));
            names.insert(name);
        }
        ahead.finish(app).await;
        if others.len() > profiles::FEW {
            // Remembered, so that they are not read the next time.
            app.summaries(&catalog, others, shared).await?;
        }
    }
    Ok((names, changed))
}

/// Reads what other processes and machines have changed.
async fn hear(app: &App, watching: &mut Watching, book: &mut Book, mut heard: Heard) -> Result<(), Failure> {
    // A sign-in is several changes.
    tokio::time::sleep(TOGETHER).await;
    watching.take_rest(app, &mut heard);
    if heard.is_all {
        if let Ok(vault) = app.vault() {
            vault.reread_team();
        }
        return read_anew(app, watching, book).await;
    }
    // The server is there again, if it was away.
    watching.begin(app).await;
    let (catalog, _) = app.catalog().await?;
    let mut ahead = ReadAhead::of(heard.names.iter().cloned().collect());
    for name in &heard.names {
        ahead.step(app).await;
        let Ok(name) = ProfileName::parse(name) else { continue };
        let asked = name.clone();
        let plain = app.with_store(move |store| store.profile(asked.as_str())).await?;
        let text = plain.definition.filter(|_| plain.draft.is_none());
        // One that cannot be read is named by the list.
        let profile = text.and_then(|text| Profile::from_toml(&name, &text, &catalog).ok());
        match profile.filter(|profile| profile.keep_alive) {
            Some(profile) => {
                let tokens = tokens(app, &name).await;
                book.put(&name, Entry::parts(&Rules::of(&profile.service), tokens, None));
            }
            None => book.retain(|other| *other != name),
        }
    }
    ahead.finish(app).await;
    Ok(())
}

/// The saved tokens; `None` if there are none.
async fn tokens(app: &App, name: &ProfileName) -> Result<Option<TokenSet>, Failure> {
    let asked = name.clone();
    let record = app.with_vault(move |vault| vault.snapshot(&asked)).await?;
    Ok(record.and_then(|record| record.contents.tokens))
}

type Done = Result<(Part, Result<SavedToken, Failure>), tokio::task::JoinError>;

async fn renew(app: App, part: Part, need: Need) -> (Part, Result<SavedToken, Failure>) {
    let (name, resource) = &part;
    let token = fetch(&app, name, Wanted { need, resource: resource.clone() }).await;
    (part, token)
}

/// A token for this process, as from [`tokens::hand_out`]. Simultaneous requests for one profile wait here, which is
/// cheaper than waiting for its lease.
pub(crate) async fn fetch(app: &App, name: &ProfileName, wanted: Wanted) -> Result<SavedToken, Failure> {
    let turn = Arc::clone(locked(&app.scheduler.turns).entry(name.clone()).or_default());
    let held = turn.lock().await;
    let (asking, asked) = (app.clone(), name.clone());
    let token = on_own_thread(async move { tokens::hand_out(&asking, &Report::none(), asked, wanted).await }).await;
    drop(held);
    // Nobody else waits: two references are this one and the list's.
    if Arc::strong_count(&turn) == 2 {
        locked(&app.scheduler.turns).remove(name);
    }
    token.map(|(_, token)| token)
}

/// Records the outcome of a refresh and reports it.
fn note(app: &App, book: &mut Book, done: Done) {
    let Ok((part, done)) = done else { return };
    let name = &part.0;
    let now = (app.ports.now)();
    match done {
        Ok(token) => {
            if part.1.is_none() {
                locked(&app.scheduler.refused).remove(name);
            }
            book.renewed(&part, &token.tokens);
            app.tell(match part {
                (_, None) => News::Refreshed(Box::new(token)),
                (name, Some(further)) => News::FurtherRefreshed(name, further, token.tokens.expires_at),
            });
        }
        Err(mut failure) => {
            if let Some(further) = &part.1 {
                failure.diagnosis.summary = format!("its token `{further}`: {}", failure.diagnosis.summary);
            } else if failure.kind == FailureKind::Refused {
                locked(&app.scheduler.refused).insert(name.clone(), (now, failure.diagnosis.summary.clone()));
            }
            book.failed(&part, &failure, now, (app.ports.entropy)()[0]);
            app.tell(News::NotRefreshed(part.0, failure));
        }
    }
}

/// Reports the state of all profiles if it changed.
fn tell(app: &App, book: &Book) {
    app.scheduler.turned.notify_one();
    let standing = book.standing();
    let before = std::mem::replace(&mut *locked(&app.scheduler.standing), standing.clone());
    if before != standing {
        app.update_tray(&standing);
        app.tell(News::KeepAlive(standing));
    }
}

/// Profiles have changed: wakes this process's scheduler, and that of a running agent.
pub(crate) async fn changed_profiles(app: &App) {
    app.scheduler.reload();
    if !app.is_agent() {
        let socket = app.ports.agent_socket.clone();
        // Usually there is no agent.
        let _ = blocking(move || crate::agent::ask(&socket, &Request::Reload {})).await;
    }
}
