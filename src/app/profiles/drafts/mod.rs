//! Drafts: tokens that were received, or fields that were typed, before the person chose a name. Tokens are sealed as a draft
//! as soon as the reply arrives, before the window hears of it, so that neither closing the window nor killing the process
//! loses them. A draft is an ordinary profile with a mark; it has no keep-alive.

pub(in crate::app) mod mark;
mod moving;
mod naming;

use std::time::Duration;

use crate::app::handle::App;
use crate::app::news::News;
use crate::app::profiles;
use crate::app::profiles::drafts::mark::Mark;
use crate::app::progress::{Progress, Report};
use crate::app::sign_in::token_request::live_by_policy;
use crate::app::vault::open;
use crate::app::{CallContext, Exchange, Failure, FailureKind, Fetched, VaultState};
use crate::diagnosis::Diagnosis;
use crate::oauth::{TokenSet, decode_jwt};
use crate::service::ProfileName;
use crate::store::{Plain, Store, StoreError};
use crate::vault::{Contents, How, Vault, VaultError};

pub(crate) use crate::app::profiles::drafts::mark::{Move, is_draft};
pub(crate) use crate::app::profiles::drafts::moving::{check_owner, copy, finish_moves, save_as};

/// How long to wait for a name that another process may be taking.
const NAME_WAIT: Duration = Duration::from_millis(100);
/// More drafts of one name than anybody has.
const MOST_NUMBERS: u32 = 10_000;

/// Where the tokens of a sign-in are saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveTo {
    Draft {
        /// The draft, if it exists already.
        name: Option<ProfileName>,
        /// The saved profile that it changes.
        of: Option<ProfileName>,
    },
    /// In the saved profile that is signed in to again; in a draft if the tokens are another account's.
    Renewal(ProfileName),
    /// In the profile of this name, replacing what is saved there.
    Profile(ProfileName),
}

/// Names for a profile that has none, the best first.
pub(in crate::app) fn free_names(context: &CallContext) -> impl Iterator<Item = ProfileName> + use<> {
    naming::numbered(&naming::propose(context)).take(MOST_NUMBERS as usize)
}

/// Saves the tokens of an exchange. Returns where later ones of the same sign-in are saved.
pub(crate) async fn received(
    app: &App,
    report: &Report,
    context: &CallContext,
    exchange: &Exchange,
    save_to: SaveTo,
) -> Result<SaveTo, Failure> {
    let mut exchange = exchange.clone();
    live_by_policy(&mut exchange, &context.profile.service.policy);
    let Ok(tokens) = exchange.outcome else { return Ok(save_to) };
    // A device code is used by now.
    let mut context = CallContext { tokens: Some(*tokens), device: None, ..context.clone() };
    // A pasted refresh token is spent or among the tokens now; the history says that it was pasted.
    let pasted = !std::mem::take(&mut context.secrets.refresh_token).is_empty();
    match save_to {
        SaveTo::Profile(name) => {
            profiles::save::save_quietly(app, &name, context, true).await?;
            Ok(SaveTo::Profile(name))
        }
        SaveTo::Renewal(name) => match same_account(app, Some(name.clone()), context.tokens.as_ref()).await {
            Some(name) => {
                profiles::save::save_quietly(app, &name, context, true).await?;
                // If the caller was cancelled, only the list shows the new tokens.
                app.tell_profiles().await;
                Ok(SaveTo::Renewal(name))
            }
            None => as_draft(app, report, context, (None, Some(name)), pasted).await,
        },
        SaveTo::Draft { name, of } => {
            let name = same_account(app, name, context.tokens.as_ref()).await;
            as_draft(app, report, context, (name, of), pasted).await
        }
    }
}

async fn as_draft(
    app: &App,
    report: &Report,
    context: CallContext,
    (name, of): (Option<ProfileName>, Option<ProfileName>),
    pasted: bool,
) -> Result<SaveTo, Failure> {
    let mark = Mark { of: of.as_ref().map(ToString::to_string), ..Mark::default() };
    let name = save_draft(app, name, context, mark, pasted).await;
    report.tell(Progress::DraftSaved(name.clone()));
    app.tell_profiles().await;
    Ok(SaveTo::Draft { name: Some(name), of })
}

/// Saves what a sign-in on another device waits for, before there are tokens. Returns where these are saved.
pub(crate) async fn waiting(
    app: &App,
    report: &Report,
    context: CallContext,
    of: (Option<ProfileName>, Option<ProfileName>),
) -> Result<SaveTo, Failure> {
    as_draft(app, report, context, of, false).await
}

/// The draft or profile, unless its tokens belong to another account than the new ones: then both are kept.
async fn same_account(app: &App, name: Option<ProfileName>, new: Option<&TokenSet>) -> Option<ProfileName> {
    let name = name?;
    let old = if let Some(context) = app.held.get(&name) {
        context.tokens
    } else {
        let asked = name.clone();
        app.with_vault(move |vault| vault.snapshot(&asked)).await.ok().flatten().and_then(|last| last.contents.tokens)
    };
    let (Some(old), Some(new)) = (old, new) else { return Some(name) };
    let subject = |tokens: &TokenSet| decode_jwt(tokens.id_token.as_ref()?)?.claims.get("sub").cloned();
    let other_person = matches!((subject(&old), subject(new)), (Some(old), Some(new)) if old != new);
    let other_place = old.retained.iter().any(|(key, value)| new.retained.get(key).is_some_and(|new| new != value));
    (!other_person && !other_place).then_some(name)
}

/// Saves a draft. If that fails, it is held in memory and the face is told.
async fn save_draft(
    app: &App,
    name: Option<ProfileName>,
    context: CallContext,
    mark: Mark,
    pasted: bool,
) -> ProfileName {
    // A draft in memory has no name on the disk yet.
    let known = match &name {
        Some(name) => app.is_draft(name).await.then(|| name.clone()),
        None => None,
    };
    match write(app, known, &context, &mark, pasted).await {
        Ok(written) => {
            if let Some(name) = name.filter(|name| app.held.drop(name)) {
                app.tell(News::WriteDone(name));
            }
            written
        }
        Err(failure) => {
            let name = match name {
                Some(name) => name,
                None => name_of_held(app, naming::propose(&context)).await,
            };
            app.held.put(&name, context, mark);
            app.tell_pending();
            let summary = format!("the tokens of the draft `{name}` are not saved yet: {}", failure.diagnosis.summary);
            app.tell(News::WritePending(name.clone(), Diagnosis { summary, ..failure.diagnosis }));
            name
        }
    }
}

/// A name that is free in memory, and on the disk as far as that can be read.
async fn name_of_held(app: &App, proposed: ProfileName) -> ProfileName {
    let (asked, held) = (proposed.clone(), app.held.names());
    let free = app.with_store(move |store| {
        let is_free = |name: &ProfileName| {
            let on_disk = store.profile(name.as_str()).is_ok_and(|plain| plain.definition.is_some());
            !on_disk && !held.contains(name)
        };
        Ok(naming::numbered(&asked).take(MOST_NUMBERS as usize).find(is_free))
    });
    free.await.ok().flatten().unwrap_or(proposed)
}

async fn write(
    app: &App,
    name: Option<ProfileName>,
    context: &CallContext,
    mark: &Mark,
    pasted: bool,
) -> Result<ProfileName, Failure> {
    if !matches!(open::probe(app).await, VaultState::Open(_)) {
        let diagnosis = Diagnosis::new("no place to store tokens has been chosen yet");
        return Err(Failure::new(FailureKind::Vault, diagnosis.hint("choose one, or save the profile")));
    }
    let (contents, how) = profiles::save::sealed(app, context);
    let how = if pasted { How::Pasted } else { how };
    let (catalog, _) = app.catalog().await?;
    let draft = Draft { text: context.profile.to_toml(&catalog), mark: mark.clone(), contents, how };
    let (store, proposed) = (app.ports.store.clone(), naming::propose(context));
    let done = app.with_vault(move |vault| match name {
        Some(name) => draft.write_again(vault, &store, &name).map(|()| name),
        None => draft.write_new(vault, &store, &proposed),
    });
    let name = done.await?;
    app.keep_sources(&name, context.sources.clone()).await;
    Ok(name)
}

struct Draft {
    text: String,
    mark: Mark,
    contents: Contents,
    how: How,
}

impl Draft {
    /// Saves it under the first free name, which the lease reserves before anything is written.
    fn write_new(&self, vault: &Vault, store: &Store, proposed: &ProfileName) -> Result<ProfileName, VaultError> {
        let mut refused = None;
        for name in naming::numbered(proposed).take(MOST_NUMBERS as usize) {
            if store.profile(name.as_str())?.definition.is_some() {
                continue;
            }
            let Ok(entry) = vault.lease_within(&name, NAME_WAIT) else { continue };
            let taken = store.profile(name.as_str())?.definition.is_some();
            match entry.get() {
                Ok(None) if !taken => {}
                // The record holds a key for a future profile, or cannot be read.
                Ok(_) => continue,
                Err(error) if refused.is_none() => {
                    refused = Some(error);
                    continue;
                }
                Err(error) => return Err(error),
            }
            self.write_plain(store, &name)?;
            let put = entry.put(None, &self.contents, self.how);
            if put.is_err() {
                // A draft without its tokens is useless.
                let _ = store.change(name.as_str(), |plain| -> Result<(), StoreError> {
                    *plain = Plain { sinks: plain.sinks.take(), ..Plain::default() };
                    Ok(())
                });
            }
            return put.map(|_| name);
        }
        Err(refused.unwrap_or(VaultError::LeaseTaken { profile: proposed.to_string(), waited: NAME_WAIT }))
    }

    /// Saves it again under its name.
    fn write_again(&self, vault: &Vault, store: &Store, name: &ProfileName) -> Result<(), VaultError> {
        let entry = vault.lease(name)?;
        let last = entry.get()?;
        self.write_plain(store, name)?;
        let is_same = last.as_ref().is_some_and(|last| last.contents.tokens == self.contents.tokens);
        let mut contents = self.contents.clone();
        if let Some(last) = &last {
            contents.tokens = newer(last.contents.tokens.clone(), contents.tokens);
        }
        let how = if is_same { How::Saved } else { self.how };
        entry.put(last.map(|last| last.number), &contents, how).map(|_| ())
    }

    fn write_plain(&self, store: &Store, name: &ProfileName) -> Result<(), StoreError> {
        let (definition, draft) = (Some(self.text.clone()), Some(self.mark.to_text()));
        store.change(name.as_str(), move |plain| {
            // What a former profile of this name was exported to is not this one's.
            let sinks = plain.sinks.take().filter(|_| plain.definition.is_some());
            *plain = Plain { definition, draft, sinks };
            Ok(())
        })
    }
}

/// The tokens that were obtained last: another process may have refreshed the saved ones.
pub(super) fn newer(one: Option<TokenSet>, other: Option<TokenSet>) -> Option<TokenSet> {
    match (one, other) {
        (Some(one), Some(other)) if one.obtained_at > other.obtained_at => Some(one),
        (one, other) => other.or(one),
    }
}

impl App {
    /// Saves what was typed as a draft, complete or not, and returns its name. `name` is the draft if it exists, `of` the saved
    /// profile that it changes.
    pub async fn save_typed(
        &self,
        context: CallContext,
        name: Option<ProfileName>,
        of: Option<ProfileName>,
    ) -> Result<ProfileName, Failure> {
        let app = self.clone();
        self.settle(async move { save_typed(&app, context, name, of).await }).await
    }

    /// Saves the values that the person chose with the draft's tokens.
    pub async fn save_chosen(&self, name: &ProfileName, chosen: Fetched) -> Result<(), Failure> {
        if let Some((mut context, mark)) = self.held.entry(name) {
            if let Some(tokens) = &mut context.tokens {
                tokens.retained.extend(chosen.retain);
            }
            self.held.put(name, context, mark);
            return Ok(());
        }
        let saved = name.clone();
        self.with_vault(move |vault| {
            let entry = vault.lease(&saved)?;
            let Some(mut last) = entry.get()? else { return Ok(()) };
            if let Some(tokens) = &mut last.contents.tokens {
                tokens.retained.extend(chosen.retain);
            }
            entry.put(Some(last.number), &last.contents, How::Saved).map(|_| ())
        })
        .await
    }

    async fn is_draft(&self, name: &ProfileName) -> bool {
        let name = name.clone();
        self.with_store(move |store| Ok(is_draft(store, &name))).await.unwrap_or_default()
    }
}

async fn save_typed(
    app: &App,
    context: CallContext,
    name: Option<ProfileName>,
    of: Option<ProfileName>,
) -> Result<ProfileName, Failure> {
    let mark = Mark { of: of.as_ref().map(ToString::to_string), ..Mark::default() };
    let name = match name {
        Some(name) => name,
        None => free_name(app, of.as_ref().map_or_else(|| naming::propose(&context), naming::of_edits)).await?,
    };
    if let Some((held, _)) = app.held.entry(&name) {
        let tokens = context.tokens.clone().or(held.tokens);
        app.held.put(&name, CallContext { tokens, ..context }, mark);
    } else if matches!(open::probe(app).await, VaultState::Open(_)) {
        write(app, Some(name.clone()), &context, &mark, false).await?;
    } else {
        // Without a vault, all but the secrets is saved.
        let text = context.profile.to_toml(&app.catalog().await?.0);
        let (contents, how) = (Contents::default(), How::Saved);
        let (name, draft) = (name.clone(), Draft { text, mark, contents, how });
        app.with_store(move |store| draft.write_plain(store, &name)).await?;
    }
    app.tell_profiles().await;
    Ok(name)
}

async fn free_name(app: &App, proposed: ProfileName) -> Result<ProfileName, Failure> {
    app.with_store(move |store| {
        for name in naming::numbered(&proposed).take(MOST_NUMBERS as usize) {
            if store.profile(name.as_str())?.definition.is_none() {
                return Ok(name);
            }
        }
        Ok(proposed)
    })
    .await
}

/// Saves the drafts that are in memory, if that is possible now.
pub(crate) async fn save_held(app: &App) {
    for (name, _) in app.held.all() {
        let Some((context, mark)) = app.held.entry(&name) else { continue };
        let asked = name.clone();
        // A name that is a draft on the disk is this draft's own: it was named before anything was written.
        let known = app.is_draft(&asked).await.then_some(asked);
        let before = app.held.get(&name).and_then(|context| context.tokens);
        match write(app, known, &context, &mark, false).await {
            Ok(written) => {
                let unchanged = app.held.get(&name).and_then(|context| context.tokens) == before;
                if unchanged {
                    app.held.drop(&name);
                    app.tell(News::WriteDone(name.clone()));
                }
                if written != name {
                    app.tell(News::DraftRenamed(name, written));
                }
            }
            Err(failure) => {
                let summary =
                    format!("the tokens of the draft `{name}` are not saved yet: {}", failure.diagnosis.summary);
                app.tell(News::WritePending(name, Diagnosis { summary, ..failure.diagnosis }));
            }
        }
    }
}
