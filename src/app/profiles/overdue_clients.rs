//! Deletes the registered clients of profiles that were forgotten longer ago than they can be brought back, while the window or
//! the agent runs. Such a profile is erased once its client is gone.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::news::News;
use crate::app::profiles::registration::{is_same_client, registrations};
use crate::app::profiles::registration_end::{ClientEnd, ClientFate};
use crate::app::profiles::registration_management::delete_at_server;
use crate::app::progress::Report;
use crate::app::{CallContext, Failure, FailureKind};
use crate::oauth::ClientRegistration;
use crate::service::ProfileName;
use crate::store::{Erased, FORGOTTEN_FOR, Forgotten};

/// How often one looks at least: a server, a team's store or a vault that was away may be there again.
const AGAIN: SignedDuration = SignedDuration::from_hours(24);
/// How long to wait for another process or machine that does the same.
const WAIT: Duration = Duration::from_millis(100);

/// When to look again at the latest.
pub(in crate::app) fn again(now: Timestamp) -> Timestamp {
    now.checked_add(AGAIN).unwrap_or(Timestamp::MAX)
}

/// Deletes what is due, and says when to look again. It takes as long as the servers take, one after the other.
pub(in crate::app) async fn end_overdue(app: &App) -> Timestamp {
    let now = (app.ports.now)();
    let mut next = again(now);
    for shared in [false, true] {
        for forgotten in app.with_store(move |store| store.overdue(shared)).await.unwrap_or_default() {
            // What is left is tried again the next time.
            drop(end(app, forgotten, shared).await);
        }
        let forgotten = app.with_store(move |store| store.forgotten(shared)).await.unwrap_or_default();
        let due = |forgotten: Forgotten| Timestamp::from_second(forgotten.at).ok()?.checked_add(FORGOTTEN_FOR).ok();
        let due = forgotten.into_iter().filter(|forgotten| forgotten.has_client).filter_map(due);
        next = due.filter(|due| *due > now).min().map_or(next, |due| due.min(next));
    }
    next
}

/// Deletes the client of a profile and erases it, unless the server or somebody who does the same is in the way.
async fn end(app: &App, forgotten: Forgotten, shared: bool) -> Result<(), Failure> {
    let Ok(name) = ProfileName::parse(&forgotten.name) else { return Ok(()) };
    let number = forgotten.number;
    let taken = app.with_store(move |store| {
        let Some(engine) = store.of(shared)? else { return Ok(None) };
        Ok(engine.lease(&forgotten.name, WAIT)?.map(|lease| (engine, lease)))
    });
    let Some((engine, lease)) = taken.await? else { return Ok(()) };
    let left = app.with_store(move |store| store.overdue(shared)).await?;
    let Some(left) = left.into_iter().find(|left| left.number == number) else { return Ok(()) };
    let Some(context) = app.forgotten_context(&name, left, shared).await else { return Ok(()) };
    if let Some(registration) = context.secrets.registration.as_deref().cloned()
        && !is_in_use(app, &registration).await?
        && let Err(mut failure) = delete_at_server(app, context, &name, &Report::none()).await
    {
        if failure.kind != FailureKind::Refused && failure.kind != FailureKind::Usage {
            return Err(failure);
        }
        let ClientRegistration { client_id, issuer, .. } = registration;
        let end = ClientEnd { client_id, issuer, fate: ClientFate::Left(failure.diagnosis.clone()) };
        failure.diagnosis = end.trouble().unwrap_or(failure.diagnosis);
        app.tell(News::Problem(failure));
    }
    blocking(move || {
        let erased = engine.erase_forgotten(Erased::Numbered(number));
        drop(lease);
        erased
    })
    .await??;
    Ok(())
}

/// Whether a saved profile has the same client, or a forgotten one that can still be brought back.
async fn is_in_use(app: &App, registration: &ClientRegistration) -> Result<bool, Failure> {
    if registrations(app).await?.iter().any(|(_, known)| is_same_client(known, registration)) {
        return Ok(true);
    }
    for shared in [false, true] {
        for forgotten in app.with_store(move |store| store.forgotten(shared)).await? {
            let Ok(name) = ProfileName::parse(&forgotten.name) else { continue };
            let context = app.forgotten_context(&name, forgotten, shared).await;
            let known = context.and_then(|CallContext { secrets, .. }| secrets.registration);
            if known.is_some_and(|known| is_same_client(&known, registration)) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
