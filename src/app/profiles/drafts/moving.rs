//! Renames a draft. Its refresh token must never be usable under both names, and must not be lost between them, so its
//! mark decides which of the two is valid:
//!
//! 1. the draft takes in everything as it was saved;
//! 2. its mark says what it becomes: from here on it is not used under its own name, by any process;
//! 3. profile and secrets are copied to the new name, then removed from the old one, and the mark goes last.
//!
//! Where this stops half-way, whoever opens the vault next goes on with step 3.

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::news::News;
use crate::app::profiles;
use crate::app::profiles::drafts::mark::{Mark, Move};
use crate::app::profiles::drafts::write;
use crate::app::schedule::scheduler;
use crate::app::team::sharing;
use crate::app::vault::open;
use crate::app::{CallContext, Failure, FailureKind, export};
use crate::diagnosis::Diagnosis;
use crate::service::ProfileName;
use crate::store::{Plain, Store, StoreError};
use crate::vault::{Entry, How, Vault, VaultError};

/// Saves a draft under a name: its own, or another.
pub(crate) async fn save_as(
    app: &App,
    draft: &ProfileName,
    name: &ProfileName,
    mut context: CallContext,
    replace: bool,
) -> Result<(), Failure> {
    open::open_chosen(app).await?;
    let mark = mark_of(app, draft).await?;
    if mark.is_none() && app.held.get(draft).is_some() {
        // It is in memory only.
        profiles::save::save_quietly(app, name, context, replace || draft == name).await?;
        app.held.drop(draft);
        app.tell(News::WriteDone(draft.clone()));
        return Ok(());
    }
    let is_taken = draft != name && app.load_profile_text(name).await?.is_some();
    let Some(mark) = mark.filter(|_| replace || !is_taken) else {
        // The draft was saved meanwhile, or the name is taken: `save_quietly` reports that.
        return profiles::save::save_quietly(app, name, context, replace).await;
    };
    if mark.of.as_deref() == Some(name.as_str()) && context.tokens.is_none() {
        // Saving changes of a profile leaves its tokens. The profile's state shows if they are stale.
        let asked = name.clone();
        context.tokens =
            app.with_vault(move |vault| vault.snapshot(&asked)).await?.and_then(|record| record.contents.tokens);
    }
    write(app, Some(draft.clone()), &context, &mark, false).await?;
    if draft == name {
        let name = name.clone();
        app.with_store(move |store| set_mark(store, &name, None)).await?;
        scheduler::changed_profiles(app).await;
        return Ok(());
    }
    let (marked, text) = (draft.clone(), Mark { becomes: Some(name.to_string()), ..mark }.to_text());
    app.with_store(move |store| set_mark(store, &marked, Some(text))).await?;
    finish(app, draft, name).await?;
    app.take_pending(draft);
    app.take_pending(name);
    app.tell(News::WriteDone(name.clone()));
    scheduler::changed_profiles(app).await;
    Ok(())
}

async fn mark_of(app: &App, draft: &ProfileName) -> Result<Option<Mark>, Failure> {
    let draft = draft.clone();
    app.with_store(move |store| Mark::load(store, &draft)).await
}

/// Finishes renames that an earlier process began. Whether there were any.
pub(crate) async fn finish_moves(app: &App) -> Result<bool, Failure> {
    let moves = app.with_store(|store| {
        let (mut moves, mut shared) = (Vec::new(), Vec::new());
        for draft in store.drafts()? {
            let Ok(draft) = ProfileName::parse(&draft) else { continue };
            let Some(mark) = Mark::load(store, &draft)? else { continue };
            if mark.moves_to_team || mark.moves_from_team.is_some() {
                shared.push(draft);
                continue;
            }
            let becomes = mark.becomes;
            moves.extend(becomes.and_then(|name| Some((draft, ProfileName::parse(&name).ok()?))));
        }
        Ok((moves, shared))
    });
    let (moves, shared) = moves.await?;
    let is_moved = !moves.is_empty() || !shared.is_empty();
    for (draft, name) in moves {
        finish(app, &draft, &name).await?;
    }
    for name in shared {
        // The team may be away: that is no reason to refuse everything else.
        if let Err(failure) = sharing::finish(app, &name).await {
            app.tell(News::Problem(failure));
        }
    }
    Ok(is_moved)
}

async fn finish(app: &App, draft: &ProfileName, name: &ProfileName) -> Result<(), Failure> {
    let (store, vault) = (app.ports.store.clone(), app.vault()?);
    if app.load_profile_text(draft).await?.is_some() {
        export::carry_over(app, draft, name).await?;
    }
    let (draft, name) = (draft.clone(), name.clone());
    let done = blocking(move || -> Result<(), Failure> { move_over(&vault, &store, &draft, &name) });
    done.await?
}

fn move_over(vault: &Vault, store: &Store, draft: &ProfileName, name: &ProfileName) -> Result<(), Failure> {
    // Always in the same order, or two processes that rename in opposite directions would deadlock.
    let (from, to) = if draft < name {
        let from = vault.lease(draft)?;
        (from, vault.lease(name)?)
    } else {
        let to = vault.lease(name)?;
        (vault.lease(draft)?, to)
    };
    let is_due = Mark::load(store, draft)?.is_some_and(|mark| mark.becomes.as_deref() == Some(name.as_str()));
    if !is_due {
        // Another process did it first.
        return Ok(());
    }
    if let Some(definition) = store.profile(draft.as_str())?.definition {
        store.change(name.as_str(), move |plain| -> Result<(), StoreError> {
            plain.definition = Some(definition);
            Ok(())
        })?;
    }
    copy(&from, &to)?;
    from.erase()?;
    Ok(store.engine()?.change(draft.as_str(), Box::new(|plain| *plain = Plain::default()))?)
}

/// Copies what is sealed under one name to another, or to another place.
pub(crate) fn copy(from: &Entry, to: &Entry) -> Result<(), VaultError> {
    let Some(record) = from.get()? else { return Ok(()) };
    let last = to.get()?;
    if last.as_ref().is_some_and(|last| last.contents == record.contents) {
        return Ok(());
    }
    // How the tokens were obtained; later changes of other kinds do not count.
    let told = record.history.lines.iter().rev().map(|line| line.how);
    let mut told = told.filter(|how| !matches!(how, How::Saved | How::Restored(_) | How::TakenOut));
    let how = told.next().unwrap_or(How::Saved);
    let mut contents = record.contents;
    if let Some(last) = &last {
        let (secrets, known) = (&mut contents.secrets, &last.contents.secrets);
        secrets.signing_key = secrets.signing_key.take().or_else(|| known.signing_key.clone());
        secrets.client_certificate = secrets.client_certificate.take().or_else(|| known.client_certificate.clone());
    }
    to.put(last.map(|last| last.number), &contents, how).map(|_| ())
}

/// Sets or removes the mark of a draft.
fn set_mark(store: &Store, name: &ProfileName, mark: Option<String>) -> Result<(), StoreError> {
    store.change(name.as_str(), move |plain| {
        plain.draft = mark;
        Ok(())
    })
}

/// Refuses a draft that was saved under another name, and a profile that is on its way to or from the team: its refresh token
/// belongs there. Asked by whoever holds its lease.
pub(crate) fn check_owner(name: &ProfileName, plain: &Plain) -> Result<(), Failure> {
    if let Some(way) = Move::of(plain) {
        return Err(sharing::on_its_way(name, &way));
    }
    let mark = plain.draft.as_deref().map(Mark::parse);
    let Some(becomes) = mark.and_then(|mark| mark.becomes) else { return Ok(()) };
    let diagnosis = Diagnosis::new(format!("the draft `{name}` was saved as `{becomes}`"));
    Err(Failure::new(FailureKind::Usage, diagnosis.hint(format!("use that: `tokenwright token {becomes}`"))))
}
