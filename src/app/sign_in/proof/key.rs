//! The key that the tokens of a profile are bound to (RFC 9449). It is made before the first request that needs it, and sealed
//! before a token is bound to it: a token whose key was lost is lost as well.

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::profiles::drafts;
use crate::app::progress::Report;
use crate::app::sign_in::proof::lost_key;
use crate::app::{CallContext, Failure, SaveTo};
use crate::oauth::{KeyPair, ProfileSecrets, TokenSet, make_proof_key};
use crate::secret::Secret;
use crate::service::ProfileName;
use crate::vault::{Contents, Entry, How, Record};

/// Gives a sign-in its key: that of the profile or draft, else a new one. Nothing is sealed yet.
pub(in crate::app) async fn provide(app: &App, context: &mut CallContext, save_to: &SaveTo) -> Result<(), Failure> {
    let Some(algorithm) = context.profile.service.dpop else { return Ok(()) };
    let signs = |pair: &KeyPair| pair.signing_key().is_some_and(|key| key.kind().signs(algorithm));
    if context.secrets.proof_key.as_ref().is_some_and(signs) {
        return Ok(());
    }
    let saved = match name_of(save_to) {
        Some(name) => sealed_key(app, name).await,
        None => None,
    };
    context.secrets.proof_key = match saved.filter(signs) {
        Some(saved) => Some(saved),
        None => Some(blocking(move || make_proof_key(algorithm)).await??),
    };
    Ok(())
}

/// Seals the key of a sign-in before the token request. Returns where the tokens are saved: a new draft has a name now.
pub(in crate::app) async fn keep(
    app: &App,
    report: &Report,
    context: &CallContext,
    save_to: SaveTo,
) -> Result<SaveTo, Failure> {
    let Some(key) = context.secrets.proof_key.clone().filter(|_| context.profile.service.dpop.is_some()) else {
        return Ok(save_to);
    };
    let saved = match name_of(&save_to) {
        Some(name) => sealed_key(app, name).await,
        None => None,
    };
    if saved.as_ref() == Some(&key) {
        return Ok(save_to);
    }
    match &save_to {
        SaveTo::Draft { name, of } => {
            // What was pasted is saved with the tokens that it brings.
            let secrets = ProfileSecrets { refresh_token: Secret::default(), ..context.secrets.clone() };
            let context = CallContext { secrets, tokens: None, ..context.clone() };
            drafts::waiting(app, report, context, (name.clone(), of.clone())).await
        }
        SaveTo::Profile(name) | SaveTo::Renewal(name) => {
            let name = name.clone();
            app.with_vault(move |vault| put(&vault.lease(&name)?, key).map(drop)).await?;
            Ok(save_to)
        }
    }
}

/// The record of a profile whose next tokens are to be bound, with a key in it. Fails if its tokens are bound already, and the
/// key is gone. The caller holds the lease.
pub(in crate::app) async fn of_record(
    app: &App,
    entry: &Entry,
    context: &mut CallContext,
    record: Record,
) -> Result<Record, Failure> {
    let is_usable = context.secrets.proof_key.as_ref().is_some_and(|pair| pair.signing_key().is_some());
    let is_bound = context.tokens.as_ref().is_some_and(TokenSet::needs_proof);
    // Where no person has to sign in, the next tokens are bound to another key.
    let needs_that_key = is_bound && !context.profile.service.asks_again();
    match context.profile.service.dpop {
        _ if is_usable => Ok(record),
        _ if needs_that_key => Err(lost_key()),
        None => Ok(record),
        Some(algorithm) => {
            let key = blocking(move || make_proof_key(algorithm)).await??;
            context.secrets.proof_key = Some(key.clone());
            let (mut contents, last) = (record.contents.clone(), record.number);
            contents.secrets.proof_key = Some(key);
            let put = move |entry: &Entry| {
                entry.put(Some(last), &contents, How::Saved)?;
                entry.get()
            };
            Ok(app.with_entry(entry, put).await?.unwrap_or(record))
        }
    }
}

fn put(entry: &Entry, key: KeyPair) -> Result<u64, crate::vault::VaultError> {
    let last = entry.get()?;
    let (number, mut contents) =
        last.map_or((None, Contents::default()), |Record { number, contents, .. }| (Some(number), contents));
    contents.secrets.proof_key = Some(key);
    entry.put(number, &contents, How::Saved)
}

async fn sealed_key(app: &App, name: &ProfileName) -> Option<KeyPair> {
    if let Some(context) = app.held.get(name) {
        return context.secrets.proof_key;
    }
    let name = name.clone();
    app.with_vault(move |vault| vault.snapshot(&name)).await.ok().flatten()?.contents.secrets.proof_key
}

fn name_of(save_to: &SaveTo) -> Option<&ProfileName> {
    match save_to {
        SaveTo::Draft { name, .. } => name.as_ref(),
        SaveTo::Profile(name) | SaveTo::Renewal(name) => Some(name),
    }
}
