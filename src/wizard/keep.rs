//! Tokens of saved profiles: handed out while they are valid, else refreshed under the profile's lease, so that of
//! all threads and processes one refreshes and the others find the new token.

use std::time::Duration;

use crate::diagnosis::Diagnosis;
use crate::oauth::{Freshness, Stage, TokenSet};
use crate::service::{Profile, ProfileName, Start};
use crate::vault::{ProfileSecrets, Record};
use crate::wizard::shared::Shared;
use crate::wizard::{
    Attempt, Event, Exchange, Failure, FailureKind, Material, SavedToken, TypedSecrets, profiles, token_call, unlock,
};

/// How long another holder of the lease is waited for: longer than a token call may take.
const LEASE_WAIT: Duration = Duration::from_mins(1);

/// Hands out the access token of a saved profile. With `min_valid` an access token that lives longer than that is
/// handed out as it is; without, it is refreshed in any case.
pub(crate) async fn token(
    shared: &Shared,
    attempt: Attempt,
    name: ProfileName,
    min_valid: Option<Duration>,
) -> Result<(), Failure> {
    unlock::open_chosen(shared).await?;
    let profile = profiles::load(shared, &name)?;
    let record = read(shared, &name).await?;
    if let (Some(min_valid), Some(tokens)) = (min_valid, record.secrets.tokens.as_ref())
        && is_good(shared, tokens, min_valid)
    {
        let tokens = tokens.clone();
        shared.emit(Event::Token(attempt, Box::new(SavedToken { name, tokens, refreshed: false })));
        return Ok(());
    }
    let asked = Asked { profile, typed: None, min_valid };
    let (exchange, refreshed) = renew(shared, attempt, &name, asked).await?;
    let tokens = match exchange {
        Renewal::Found(tokens) => tokens,
        Renewal::Called(exchange) => *exchange.outcome?,
    };
    shared.emit(Event::Token(attempt, Box::new(SavedToken { name, tokens, refreshed })));
    Ok(())
}

/// Refreshes the tokens of a saved profile with the calls as they are now typed.
pub(crate) async fn refresh_saved(
    shared: &Shared,
    attempt: Attempt,
    name: &ProfileName,
    material: Material,
) -> Result<Exchange, Failure> {
    let typed = Some(material.secrets);
    match renew(shared, attempt, name, Asked { profile: material.profile, typed, min_valid: None }).await?.0 {
        Renewal::Called(exchange) => Ok(*exchange),
        // Without a least validity there is nothing that could be found good enough.
        Renewal::Found(_) => Err(needs_sign_in(name, "has no tokens")),
    }
}

/// What is to be renewed, and how.
struct Asked {
    /// The profile, as it is kept or as it is now typed.
    profile: Profile,
    /// What was typed that is secret.
    typed: Option<TypedSecrets>,
    /// For how long the access token must be valid to be good enough.
    min_valid: Option<Duration>,
}

/// What came of a renewal.
enum Renewal {
    /// Another process had renewed them meanwhile.
    Found(TokenSet),
    /// The call was made.
    Called(Box<Exchange>),
}

/// Lock, read again, refresh if it is still needed, write, release.
async fn renew(
    shared: &Shared,
    attempt: Attempt,
    name: &ProfileName,
    asked: Asked,
) -> Result<(Renewal, bool), Failure> {
    let Asked { profile, typed, min_valid } = asked;
    let leased = name.to_string();
    let lease = shared.with_vault(move |vault| vault.lease(&leased, LEASE_WAIT)).await?;
    let mut record = read(shared, name).await?;
    // What is in the field now is what the person means, and what is kept if it works.
    if let Some(typed) = typed {
        record.secrets.client_secret = profiles::some(Some(typed.client_secret)).or(record.secrets.client_secret);
        record.secrets.password = profiles::some(Some(typed.password)).or(record.secrets.password);
        record.secrets.signing_key = typed.signing_key.or(record.secrets.signing_key);
    }
    if let (Some(min_valid), Some(tokens)) = (min_valid, record.secrets.tokens.as_ref())
        && is_good(shared, tokens, min_valid)
    {
        return Ok((Renewal::Found(tokens.clone()), true));
    }
    let (mut material, stage) = material(shared, name, profile, &record)?;
    shared.supply_practice(&mut material)?;
    let mut exchange = token_call::exchange(shared, attempt, &material, stage).await?;
    if let Ok(tokens) = &exchange.outcome {
        let secrets = ProfileSecrets { tokens: Some((**tokens).clone()), ..record.secrets };
        // The old refresh token may be spent by now, so the new one is handed on even if it cannot be kept.
        exchange.notes.extend(put(shared, name, record.number, secrets).await.err());
    }
    drop(lease);
    shared.emit(Event::Traced(attempt, Box::new(exchange.clone())));
    Ok((Renewal::Called(Box::new(exchange)), true))
}

/// How often the new tokens are tried to be kept: a disk may be full for a moment, a synced folder busy.
const TRIES: u32 = 4;

/// Keeps the new tokens; what is said when that cannot be done.
async fn put(shared: &Shared, name: &ProfileName, last: u64, secrets: ProfileSecrets) -> Result<(), Diagnosis> {
    let mut tries = 1;
    loop {
        let (kept, secrets) = (name.to_string(), secrets.clone());
        let put = shared.with_vault(move |vault| vault.put(&kept, Some(last), &secrets)).await;
        let Err(failure) = put else { return Ok(()) };
        if tries == TRIES {
            let summary = format!("the new tokens could not be kept: {}", failure.diagnosis.summary);
            return Err(Diagnosis { summary, ..failure.diagnosis });
        }
        // waits: nothing tells when a disk has room again.
        tokio::time::sleep(Duration::from_millis(50) * tries).await;
        tries += 1;
    }
}

/// What the renewal is made from: the refresh call, or for a service without a browser the bearer call again.
fn material(
    shared: &Shared,
    name: &ProfileName,
    profile: Profile,
    record: &Record,
) -> Result<(Material, Stage), Failure> {
    let client_secret = record.secrets.client_secret.clone().unwrap_or_default();
    let tokens = record.secrets.tokens.clone();
    let renews_itself = profile.service.policy.renews_access_token;
    let refreshable = tokens.as_ref().is_some_and(|tokens| renews_itself || tokens.refresh_token.is_some());
    // A visit for the consent alone is made once.
    let without_browser = profile.service.authorization.is_none() || profile.service.start == Start::Consent;
    let kept = record.secrets.clone();
    let password = kept.password.unwrap_or_default();
    let (inputs, signing_key) = (kept.inputs, kept.signing_key);
    let secrets = TypedSecrets { client_secret, password, signing_key, inputs, ..TypedSecrets::default() };
    let material = Material { tokens, ..Material::new(profile, secrets) };
    match (refreshable && material.profile.service.refresh.is_some(), without_browser) {
        (true, _) => Ok((material, Stage::Refresh)),
        (false, true) => Ok((material, Stage::Bearer)),
        (false, false) => Err(needs_sign_in(name, what_is_left(shared, material.tokens.as_ref(), refreshable))),
    }
}

/// Why there is no way on without a person.
fn what_is_left(shared: &Shared, tokens: Option<&TokenSet>, refreshable: bool) -> &'static str {
    match tokens {
        None => "has no tokens",
        Some(_) if refreshable => "has a refresh token, but its service has no refresh token endpoint here",
        Some(tokens) if is_good(shared, tokens, Duration::ZERO) => {
            "has no refresh token, and its access token cannot be renewed without one"
        }
        Some(_) => "has an access token that is no longer valid and no refresh token",
    }
}

async fn read(shared: &Shared, name: &ProfileName) -> Result<Record, Failure> {
    let asked = name.to_string();
    let record = shared.with_vault(move |vault| vault.get(&asked)).await?;
    record.ok_or_else(|| needs_sign_in(name, "has no tokens"))
}

fn is_good(shared: &Shared, tokens: &TokenSet, min_valid: Duration) -> bool {
    tokens.freshness((shared.edges.now)(), min_valid) == Freshness::Fresh
}

fn needs_sign_in(name: &ProfileName, what: &str) -> Failure {
    let diagnosis = Diagnosis::new(format!("the profile `{name}` {what}"));
    let hint = format!("sign in again: `tokenwright sign-in {name}`, or open the profile in the window");
    Failure::new(FailureKind::NeedsSignIn, diagnosis.hint(hint))
}
