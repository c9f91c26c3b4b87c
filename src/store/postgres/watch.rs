//! Hears of what other processes and machines commit: each commit notifies, and one connection of a process listens. A slow check
//! besides finds what was missed, as behind a pooler that passes no notifications on.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_postgres::Client;

use crate::store::engine::Watched;
use crate::store::postgres::Shared;
use crate::store::postgres::connection::Failed;
use crate::store::postgres::memory::Memory;

/// How often is looked for what no notification told.
const CHECK: Duration = Duration::from_mins(2);
/// How long the server may take to answer that.
const ANSWER: Duration = Duration::from_secs(15);
/// The first and the longest pause before a server that is away is tried again.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// A longer name would not fit into a notification, and is left out.
const LONGEST: usize = 4000;

/// The text of a notification: who changed the secret or the plain part of which profile. No name means that all may have changed.
pub(in crate::store) fn text(process: &str, name: &str) -> String {
    let name = if name.len() > LONGEST { "" } else { name };
    format!("{process} {name}")
}

/// Where a process hears itself: once it does, it hears of every commit. Behind a pooler it may hear nothing.
fn own_channel(process: &str) -> String {
    format!("tokenwright_{process}")
}

/// The profile of another process's change; `None` for one of this process.
fn heard(process: &str, text: &str) -> Option<Watched> {
    match text.split_once(' ') {
        Some((by, _)) if by == process => None,
        Some((_, name)) if !name.is_empty() => Some(Watched::Changed(name.to_owned())),
        _ => Some(Watched::Anything),
    }
}

/// Tells what happens until nobody wants to know, or nobody uses the store. `ready` ends when the first try to listen has.
pub(in crate::store) async fn watch(shared: Weak<Shared>, tell: UnboundedSender<Watched>, ready: UnboundedSender<()>) {
    let mut ready = Some(ready);
    let mut pause = PAUSES.0;
    let mut is_away = false;
    while !tell.is_closed() {
        let listening = match shared.upgrade() {
            Some(shared) => listen(&shared).await,
            None => return,
        };
        let failed = match listening {
            Ok(mut listening) => {
                // What was committed meanwhile was not heard of; before the first time there was nobody to tell.
                if ready.take().is_none() {
                    let _ = tell.send(Watched::Anything);
                }
                (pause, is_away) = (PAUSES.0, false);
                let failed = listening.until_lost(&tell).await;
                listening.memory.end();
                failed
            }
            Err(failed) => failed,
        };
        ready = None;
        // A server that restarts is there again at once.
        if !failed.is_lost() && !std::mem::replace(&mut is_away, true) {
            let Some(shared) = shared.upgrade() else { return };
            let _ = tell.send(Watched::Away(failed.named("watch", shared.server.place())));
        }
        // waits: a server that is away tells nobody when it is back.
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = tell.closed() => return,
        }
        pause = (pause * 2).min(PAUSES.1);
    }
}

struct Listening {
    client: Client,
    notifications: UnboundedReceiver<String>,
    /// Of this process, in what it commits.
    process: Arc<str>,
    memory: Arc<Memory>,
    /// What the database's counter of changes stood at.
    revision: i64,
}

async fn listen(shared: &Shared) -> Result<Listening, Failed> {
    let (sender, notifications) = unbounded_channel();
    let listening = async {
        let client = shared.server.connect_hearing(Some(sender)).await?;
        let own = own_channel(&shared.process);
        client.batch_execute(&format!("LISTEN tokenwright; LISTEN {own}")).await?;
        let revision = revision(&client).await?;
        let other = shared.server.idle_or_new().await?;
        other.batch_execute(&format!("NOTIFY {own}, '{}'", shared.process)).await?;
        shared.server.put_back(other);
        let (process, memory) = (Arc::clone(&shared.process), Arc::clone(&shared.memory));
        Ok(Listening { client, notifications, process, memory, revision })
    };
    tokio::time::timeout(ANSWER, listening).await.unwrap_or(Err(Failed::Silent))
}

impl Listening {
    async fn until_lost(&mut self, tell: &UnboundedSender<Watched>) -> Failed {
        let mut has_heard = false;
        let mut check = tokio::time::interval_at(tokio::time::Instant::now() + CHECK, CHECK);
        loop {
            tokio::select! {
                text = self.notifications.recv() => match text {
                    Some(text) if *text == *self.process => self.memory.begin(),
                    Some(text) => {
                        has_heard = true;
                        match heard(&self.process, &text) {
                            Some(Watched::Changed(name)) => self.memory.forget(&name),
                            Some(_) => self.memory.forget(""),
                            None => {}
                        }
                        if let Some(watched) = heard(&self.process, &text) {
                            let _ = tell.send(watched);
                        }
                    }
                    // One more call says why.
                    None => return self.client.batch_execute("").await.err().map_or(Failed::Silent, Failed::from),
                },
                () = tell.closed() => return Failed::Silent,
                _ = check.tick() => {
                    let checked = tokio::time::timeout(ANSWER, revision(&self.client)).await;
                    let revision = match checked.unwrap_or(Err(Failed::Silent)) {
                        Ok(revision) => revision,
                        Err(failed) => return failed,
                    };
                    let is_missed = std::mem::replace(&mut self.revision, revision) != revision && !has_heard;
                    has_heard = false;
                    if is_missed {
                        self.memory.end();
                        let _ = tell.send(Watched::Anything);
                    }
                }
            }
        }
    }
}

async fn revision(client: &Client) -> Result<i64, Failed> {
    Ok(client.query_typed_one("SELECT last_value FROM tokenwright.revision", &[]).await?.try_get(0)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_names_the_profile_and_not_this_process() {
        assert!(heard("a", &text("a", "demo")).is_none());
        assert!(matches!(heard("a", &text("b", "my demo")), Some(Watched::Changed(name)) if name == "my demo"));
        for text in [text("b", ""), text("b", &"x".repeat(9000)), String::new(), "strange".to_owned()] {
            assert!(matches!(heard("a", &text), Some(Watched::Anything)), "{text}");
        }
    }
}
