//! Profiles that are kept alive: their tokens are renewed before they expire, unasked, while the window or the agent
//! runs. One alarm is set, at the first time that anything is due; nothing wakes the process before.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::{Mutex, Notify};
use tokio::task::JoinSet;

use crate::agent::{Alarm, Ask};
use crate::app::desktop::tray;
use crate::app::fault::caught;
use crate::app::profiles;
use crate::app::profiles::drafts;
use crate::app::schedule::queue::{Book, Entry};
use crate::app::schedule::refresh_due::Rules;
use crate::app::shared::{Shared, blocking};
use crate::app::tokens;
use crate::app::{Event, Failure, KeptAlive, Need, SavedToken};
use crate::oauth::TokenSet;
use crate::service::ProfileName;

/// How many are renewed at once: a service is not to be run down when a machine wakes up with a thousand that are due.
const AT_ONCE: usize = 16;
/// How soon a renewal must be due again for what it needs (root certificates, above all) to be kept in memory.
const SOON: Duration = Duration::from_secs(30);

/// What the schedule shares with the flows that change profiles.
#[derive(Default)]
pub(crate) struct Alive {
    /// That profiles may have changed, or that it is to end.
    news: Notify,
    runs: Cell<bool>,
    ends: Cell<bool>,
    over: Notify,
    standing: RefCell<Vec<KeptAlive>>,
    turns: RefCell<HashMap<ProfileName, Rc<Mutex<()>>>>,
}

impl Alive {
    /// Looks at the profiles again, soon.
    pub(crate) fn reload(&self) {
        self.news.notify_one();
    }

    /// How the profiles stood last.
    pub(crate) fn standing(&self) -> Vec<KeptAlive> {
        self.standing.borrow().clone()
    }

    /// Ends the schedule, and waits for the renewals that go on: a refresh token may be spent already, and what comes in
    /// return for it is to be kept.
    pub(crate) async fn finish(&self) {
        self.ends.set(true);
        self.news.notify_one();
        while self.runs.get() {
            self.over.notified().await;
        }
    }
}

/// Keeps profiles alive until [`Alive::finish`]; once in a worker.
pub(crate) async fn run(shared: &Rc<Shared>) -> Result<(), Failure> {
    let alive = &shared.alive;
    if alive.runs.replace(true) {
        return Ok(());
    }
    let done = match Alarm::new() {
        // Whoever ends the worker waits for this to be over.
        Ok(alarm) => caught(schedule(shared, &alarm)).await,
        Err(error) => Err(error.into()),
    };
    alive.runs.set(false);
    alive.over.notify_waiters();
    done
}

async fn schedule(shared: &Rc<Shared>, alarm: &Alarm) -> Result<(), Failure> {
    let alive = &shared.alive;
    let mut book = Book::default();
    let mut going = JoinSet::new();
    let mut read = read(shared, &mut book).await;
    while !alive.ends.get() {
        let now = (shared.ports.now)();
        for (name, min_valid) in book.start_due(now, AT_ONCE - going.len()) {
            let need = min_valid.map_or(Need::New, Need::ValidFor);
            going.spawn_local(renew(Rc::clone(shared), name, need));
        }
        tell(shared, &book);
        let next = book.next(going.len() < AT_ONCE);
        if going.is_empty() && next.is_none_or(|at| at.duration_since(now).unsigned_abs() > SOON) {
            shared.ports.transport.rest();
        }
        tokio::select! {
            () = alive.news.notified() => read = self::read(shared, &mut book).await,
            Some(done) = going.join_next() => {
                note(shared, &mut book, done);
                // The list shows when they expire.
                if going.is_empty() && shared.shows_list() {
                    let _ = profiles::list(shared).await;
                }
            }
            () = alarm.at(next) => {}
        }
        // Told once; the profiles that could be read go on.
        if let Err(failure) = std::mem::replace(&mut read, Ok(())) {
            shared.emit(Event::Problem(failure));
        }
    }
    while let Some(done) = going.join_next().await {
        note(shared, &mut book, done);
    }
    Ok(())
}

/// Reads which profiles are kept alive, and how their tokens are.
async fn read(shared: &Shared, book: &mut Book) -> Result<(), Failure> {
    let (catalog, _) = shared.catalog();
    let mut found = BTreeMap::new();
    for (name, text) in shared.ports.store.list_profiles()? {
        let (Ok(name), Ok(text)) = (ProfileName::parse(&name), text) else { continue };
        // Asked of the text first: most profiles are not kept alive, and parsing one takes its preset.
        if !text.contains("keep_alive") {
            continue;
        }
        match crate::service::Profile::from_toml(&name, &text, &catalog) {
            Ok(profile) if profile.keep_alive && !drafts::is_draft(&shared.ports.store, &name) => {
                drop(found.insert(name, Rules::of(&profile.service)));
            }
            // What is wrong with it is shown where the profiles are listed.
            _ => {}
        }
    }
    drop(catalog);
    book.retain(|name| found.contains_key(name));
    for (name, rules) in found {
        let tokens = tokens(shared, &name).await;
        book.put(name, Entry::new(rules, tokens));
    }
    Ok(())
}

/// The tokens that are kept; `None` where there are none.
async fn tokens(shared: &Shared, name: &ProfileName) -> Result<Option<TokenSet>, Failure> {
    let asked = name.clone();
    let record = shared.with_vault(move |vault| vault.snapshot(&asked)).await?;
    Ok(record.and_then(|record| record.secrets.tokens))
}

type Done = Result<(ProfileName, Result<SavedToken, Failure>), tokio::task::JoinError>;

async fn renew(shared: Rc<Shared>, name: ProfileName, need: Need) -> (ProfileName, Result<SavedToken, Failure>) {
    let token = caught(fetch(&shared, &name, need)).await;
    (name, token)
}

/// A token for the program's own use, as [`tokens::hand_out`] has it. Who asks for the same profile at the same time waits
/// here, which costs less than waiting for its lease.
pub(crate) async fn fetch(shared: &Shared, name: &ProfileName, need: Need) -> Result<SavedToken, Failure> {
    let turn = Rc::clone(shared.alive.turns.borrow_mut().entry(name.clone()).or_default());
    let held = turn.lock().await;
    let token = tokens::hand_out(shared, shared.own_attempt(), name.clone(), need).await;
    drop(held);
    // Nobody else waits: two hold it, this and the list.
    if Rc::strong_count(&turn) == 2 {
        shared.alive.turns.borrow_mut().remove(name);
    }
    token.map(|(_, token)| token)
}

/// Enters what came of a renewal, and tells the face.
fn note(shared: &Shared, book: &mut Book, done: Done) {
    let Ok((name, done)) = done else { return };
    let now = (shared.ports.now)();
    match done {
        Ok(token) => {
            book.renewed(&name, &token.tokens);
            shared.emit(Event::Renewed(Box::new(token)));
        }
        Err(failure) => {
            book.failed(&name, &failure, now, (shared.ports.entropy)()[0]);
            shared.emit(Event::NotRenewed(name, failure));
        }
    }
}

/// Tells the face how they stand, if that changed.
fn tell(shared: &Shared, book: &Book) {
    let standing = book.standing();
    if *shared.alive.standing.borrow() != standing {
        shared.alive.standing.borrow_mut().clone_from(&standing);
        tray::update(shared, &standing);
        shared.emit(Event::Alive(standing));
    }
}

/// Profiles have changed: the schedule of this process looks at them again, and the agent, if one runs, is told to.
pub(crate) async fn changed(shared: &Shared) {
    shared.alive.reload();
    if !shared.is_agent() {
        let door = shared.ports.door.clone();
        // That nobody is there is how it usually is.
        let _ = blocking(move || crate::agent::ask(&door, &Ask::Reload {})).await;
    }
}

/// Marks a saved profile as kept alive, or no longer.
pub(crate) async fn set(
    shared: &Shared,
    attempt: crate::app::Attempt,
    name: ProfileName,
    on: bool,
) -> Result<(), Failure> {
    let (catalog, _) = shared.catalog();
    let change = |text: &str| -> Result<String, Failure> {
        let profile = crate::service::Profile::from_toml(&name, text, &catalog)?;
        Ok(crate::service::Profile { keep_alive: on, ..profile }.to_toml(&catalog))
    };
    if !shared.ports.store.change_profile_text(name.as_str(), change)? {
        return Err(profiles::unknown(shared, &name));
    }
    drop(catalog);
    // Before the face is told: the command line ends when it is.
    changed(shared).await;
    shared.emit(Event::KeepAliveSet(attempt, name, on));
    if shared.shows_list() { profiles::list(shared).await } else { Ok(()) }
}
