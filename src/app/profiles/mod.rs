//! Saved profiles: listed, opened, saved and forgotten. The plain part is in the store, the secrets are in the vault.

pub(in crate::app) mod accept_shared;
pub(in crate::app) mod drafts;
pub(in crate::app) mod history;
pub(in crate::app) mod keys;
pub(in crate::app) mod summary;

use std::collections::BTreeMap;

use crate::app::schedule::scheduler;
use crate::app::shared::Shared;
use crate::app::tokens;
use crate::app::tokens::issued_for;
use crate::app::vault::lease::{lease, lease_for};
use crate::app::vault::open;
use crate::app::{
    Attempt, CallContext, Event, Failure, FailureCode, FailureKind, OpenedProfile, ProfileState, ProfileSummary,
    TypedSecrets, export,
};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::TokenSet;
use crate::secret::Secret;
use crate::service::{DisplayName, Profile, ProfileName};
use crate::vault::{How, Lease, ProfileSecrets, Vault};

/// Reads the plain part of a profile.
pub(crate) fn load(shared: &Shared, name: &ProfileName) -> Result<Profile, Failure> {
    let text = shared.ports.store.load_profile_text(name.as_str())?;
    let text = text.ok_or_else(|| unknown(shared, name))?;
    let (catalog, _) = shared.catalog();
    Ok(Profile::from_toml(name, &text, &catalog)?)
}

/// That there is no such profile, and which one may be meant.
pub(crate) fn unknown(shared: &Shared, name: &ProfileName) -> Failure {
    let saved = shared.ports.store.list_profiles().unwrap_or_default();
    let nearest = crate::call::nearest(name.as_str(), saved.iter().map(|(name, _)| name.as_str()));
    let meant = nearest.map(|nearest| format!("did you mean `{nearest}`? ")).unwrap_or_default();
    let hint = format!("{meant}`tokenwright list` names the saved profiles");
    Failure::new(FailureKind::NeedsSignIn, Diagnosis::new(format!("there is no profile `{name}`")).hint(hint))
}

/// Tells the face which profiles there are, and how their tokens are.
pub(crate) async fn list(shared: &Shared) -> Result<(), Failure> {
    let (catalog, _) = shared.catalog();
    let mut summaries = Vec::new();
    for (name, text) in shared.ports.store.list_profiles()? {
        let Ok(name) = ProfileName::parse(&name) else { continue };
        let profile = match text {
            Ok(text) => Profile::from_toml(&name, &text, &catalog).map_err(|error| error.diagnose()),
            Err(error) => Err(error.diagnose()),
        };
        let display_name = profile.as_ref().map(|profile| profile.display_name.clone()).unwrap_or_default();
        let draft = drafts::is_draft(&shared.ports.store, &name);
        let keep_alive = !draft && profile.as_ref().is_ok_and(|profile| profile.keep_alive);
        let (service_id, service, state) = match profile {
            Ok(profile) => {
                let state = state(shared, &name, &profile).await;
                (profile.service.id, profile.service.name, state)
            }
            Err(diagnosis) => (String::new(), String::new(), ProfileState::Broken(diagnosis)),
        };
        summaries.push(ProfileSummary { name, display_name, service_id, service, keep_alive, draft, state });
    }
    summaries.extend(held(shared));
    shared.emit(Event::Profiles(summaries));
    Ok(())
}

/// The drafts that are nowhere but in memory.
fn held(shared: &Shared) -> Vec<ProfileSummary> {
    let summary = |(name, material): (ProfileName, CallContext)| {
        let profile = &material.profile;
        let (service_id, service) = (profile.service.id.clone(), profile.service.name.clone());
        let display_name = profile.display_name.clone();
        let state = state_of(&name, &material.profile, &sealed(shared, &material).0);
        ProfileSummary { name, display_name, service_id, service, keep_alive: false, draft: true, state }
    };
    shared.held.all().into_iter().map(summary).collect()
}

async fn state(shared: &Shared, name: &ProfileName, profile: &Profile) -> ProfileState {
    if !shared.has_vault() {
        return ProfileState::Closed;
    }
    let asked = name.to_string();
    match shared.with_vault(move |vault| vault.get(&asked)).await {
        Err(failure) => ProfileState::Broken(failure.diagnosis),
        // What waits to be kept is newer than what is kept.
        Ok(record) => match tokens::newest(shared, name, record) {
            Some(record) => state_of(name, profile, &record.secrets),
            None => ProfileState::SignedOut,
        },
    }
}

/// Whether its tokens are had anew without a refresh token.
fn renews_itself(profile: &Profile) -> bool {
    profile.service.asks_again() || profile.service.policy.renews_access_token
}

fn state_of(name: &ProfileName, profile: &Profile, secrets: &ProfileSecrets) -> ProfileState {
    let Some(tokens) = secrets.tokens.clone() else { return ProfileState::SignedOut };
    if let Some(stale) = issued_for::stale(name, profile, &tokens) {
        return ProfileState::Stale(stale);
    }
    match &secrets.refused {
        Some(refused) => {
            ProfileState::NeedsSignIn { why: tokens::refused_words(name, refused), expires_at: tokens.expires_at }
        }
        None => ProfileState::Tokens {
            expires_at: tokens.expires_at,
            refreshable: renews_itself(profile) || tokens.refresh_token.is_some(),
            announced_from: tokens::announced_from(&profile.service.policy, &tokens),
            refresh_token_expires_at: tokens.refresh_token_expires_at,
            scopes: tokens.scopes,
        },
    }
}

/// Reads a profile with its secrets.
pub(crate) async fn open(shared: &Shared, attempt: Attempt, name: ProfileName) -> Result<(), Failure> {
    if let Some(material) = shared.held.get(&name) {
        let state = state_of(&name, &material.profile, &sealed(shared, &material).0);
        let rotation = tokens::rotation(&material.profile.service.policy, None);
        let opened = OpenedProfile { name, material, draft: true, state, rotation };
        shared.emit(Event::Opened(attempt, Box::new(opened)));
        return Ok(());
    }
    open::open_chosen(shared).await?;
    let profile = load(shared, &name)?;
    let asked = name.to_string();
    let record = shared.with_vault(move |vault| vault.get(&asked)).await?;
    let record = tokens::newest(shared, &name, record);
    let rotation = tokens::rotation(&profile.service.policy, record.as_ref());
    let secrets = record.map(|record| record.secrets).unwrap_or_default();
    let state = state_of(&name, &profile, &secrets);
    let client_secret = secrets.client_secret.unwrap_or_default();
    let password = secrets.password.unwrap_or_default();
    let (inputs, signing_key) = (secrets.inputs, secrets.signing_key);
    let typed = TypedSecrets { client_secret, password, signing_key, inputs, ..TypedSecrets::default() };
    let material = CallContext { tokens: secrets.tokens, ..CallContext::new(profile, typed) };
    let draft = drafts::is_draft(&shared.ports.store, &name);
    shared.emit(Event::Opened(attempt, Box::new(OpenedProfile { name, material, draft, state, rotation })));
    Ok(())
}

/// Keeps a profile: first the secrets, since a plain file without them can be written again.
pub(crate) async fn save(
    shared: &Shared,
    attempt: Attempt,
    name: ProfileName,
    material: CallContext,
    replace: bool,
    draft: Option<ProfileName>,
) -> Result<(), Failure> {
    match draft {
        Some(draft) => drafts::save_as(shared, &draft, &name, material, replace).await?,
        None => save_quietly(shared, &name, material, replace).await?,
    }
    shared.emit(Event::Saved(attempt, name));
    list(shared).await
}

/// Keeps a profile that is there already as what it was opened or signed in from. One that is of another client, service
/// or input by now is another profile, and takes its place only where the person says so.
pub(crate) async fn save_again(
    shared: &Shared,
    attempt: Attempt,
    name: ProfileName,
    material: CallContext,
    draft: Option<ProfileName>,
) -> Result<(), Failure> {
    let profile = material.profile.clone();
    match draft {
        Some(draft) => {
            is_the_same(shared, &name, &profile, true)?;
            drafts::save_as(shared, &draft, &name, material, true).await?;
        }
        None => save_checked(shared, &name, material, |shared| is_the_same(shared, &name, &profile, false)).await?,
    }
    shared.emit(Event::Saved(attempt, name));
    list(shared).await
}

/// Refuses where a profile has become another one since it was opened, or was forgotten; a draft of it outlives that.
fn is_the_same(shared: &Shared, name: &ProfileName, profile: &Profile, has_draft: bool) -> Result<(), Failure> {
    if !has_draft && shared.ports.store.load_profile_text(name.as_str())?.is_none() {
        let diagnosis = Diagnosis::new(format!("the profile `{name}` was forgotten meanwhile"));
        let diagnosis = diagnosis.hint("saved again, its tokens come back to this machine");
        return Err(Failure::new(FailureKind::Usage, diagnosis).coded(FailureCode::ProfileGone));
    }
    // One that cannot be read is mended by saving it.
    let saved = load(shared, name).ok();
    match saved.and_then(|saved| issued_for::other(name, &saved, profile)) {
        Some(diagnosis) => Err(there_already(diagnosis)),
        None => Ok(()),
    }
}

/// The name is taken: the person chooses another, or says that the profile is to be replaced.
fn there_already(diagnosis: Diagnosis) -> Failure {
    let diagnosis = diagnosis.hint("choose another name, or replace it");
    Failure::new(FailureKind::Usage, diagnosis).coded(FailureCode::ProfileExists)
}

/// The same as a part of something larger, which tells its own end.
pub(crate) async fn save_quietly(
    shared: &Shared,
    name: &ProfileName,
    material: CallContext,
    replace: bool,
) -> Result<(), Failure> {
    let check = |shared: &Shared| {
        if !replace && shared.ports.store.load_profile_text(name.as_str())?.is_some() {
            return Err(there_already(Diagnosis::new(format!("there is a profile `{name}` already"))));
        }
        Ok(())
    };
    save_checked(shared, name, material, check).await
}

/// Keeps a profile if `check` has nothing against it, which is asked when nobody else can change it any more.
async fn save_checked(
    shared: &Shared,
    name: &ProfileName,
    mut material: CallContext,
    check: impl FnOnce(&Shared) -> Result<(), Failure>,
) -> Result<(), Failure> {
    material.secrets.tidy();
    material.secrets.check_refresh_token()?;
    open::open_chosen(shared).await?;
    // Held to the end: the secrets and the plain part are kept together, or forgotten together.
    let lease = lease(shared, name).await?;
    check(shared)?;
    let (mut secrets, how) = sealed(shared, &material);
    let kept = name.to_string();
    let put = move |vault: &dyn Vault| {
        // New tokens mend a file that is damaged or was put back, as far as anything can; what cannot be is said by `get`.
        let _ = vault.upkeep().map(|upkeep| upkeep.mend(&kept));
        let last = vault.get(&kept)?;
        // What was opened a while ago may have been refreshed since: its tokens are spent, and the newer ones stay.
        if let (Some(last), Some(tokens)) = (&last, &secrets.tokens)
            && last.history.is_overtaken(tokens)
        {
            secrets.tokens.clone_from(&last.secrets.tokens);
            secrets.refused.clone_from(&last.secrets.refused);
        }
        let is_same = last.as_ref().is_some_and(|last| last.secrets.tokens == secrets.tokens);
        let how = if is_same { How::Saved } else { how };
        vault.put(&kept, last.map(|last| last.number), &secrets, how.into()).map(|_| is_same)
    };
    let is_same = shared.with_vault(put).await?;
    let (catalog, _) = shared.catalog();
    shared.ports.store.save_profile_text(name.as_str(), &material.profile.to_toml(&catalog))?;
    shared.ports.store.remove_draft(name.as_str())?;
    if !is_same {
        export::clear_hand_over(shared, name)?;
    }
    shared.take_unkept(name);
    drop(lease);
    shared.emit(Event::Kept(name.clone()));
    scheduler::changed(shared).await;
    Ok(())
}

/// Keeps the plain part of a profile that has no secrets yet.
pub(crate) async fn keep_entered(
    shared: &Shared,
    attempt: Attempt,
    name: &ProfileName,
    profile: &Profile,
) -> Result<(), Failure> {
    let asked = name.to_string();
    let is_in_use = shared.with_vault(move |vault| match (vault.get(&asked), vault.upkeep()) {
        // The new tokens will mend it. What they could not mend is said now, and not after a good sign-in.
        (Err(_), Some(upkeep)) => upkeep.check_mendable(&asked).map(|()| true),
        (record, _) => record.map(|record| record.is_some()),
    });
    let is_in_use = is_in_use.await?;
    if !is_in_use {
        let (catalog, _) = shared.catalog();
        shared.ports.store.save_profile_text(name.as_str(), &profile.to_toml(&catalog))?;
    }
    shared.emit(Event::EnteredKept(attempt, !is_in_use));
    Ok(())
}

/// What is sealed of a profile, and how its tokens were obtained.
pub(crate) fn sealed(shared: &Shared, material: &CallContext) -> (ProfileSecrets, How) {
    let typed = material.secrets.clone();
    let secrets = ProfileSecrets {
        client_secret: some(Some(typed.client_secret)),
        password: some(Some(typed.password)),
        signing_key: typed.signing_key,
        inputs: typed.inputs,
        tokens: material.tokens.clone().or_else(|| spent(shared, material)),
        refused: None,
    };
    let how = match (typed.refresh_token.is_empty(), &material.profile.service.authorization) {
        (false, _) => How::Pasted,
        (true, None) => How::AskedFor,
        (true, Some(_)) => How::SignedIn,
    };
    (secrets, how)
}

/// A refresh token that was at hand and not used yet, as tokens whose access token is spent: the next use refreshes.
fn spent(shared: &Shared, material: &CallContext) -> Option<TokenSet> {
    let refresh_token = material.secrets.refresh_token.clone();
    let now = (shared.ports.now)();
    (!refresh_token.is_empty()).then(|| TokenSet {
        access_token: Secret::default(),
        token_type: "Bearer".to_owned(),
        expires_at: Some(now),
        refresh_token: Some(refresh_token),
        refresh_token_expires_at: None,
        id_token: None,
        scopes: None,
        obtained_at: now,
        retained: BTreeMap::default(),
        issued_for: issued_for::of(&material.profile),
        unread_life: Vec::new(),
    })
}

/// Forgets a profile. A refresh that is on its way is waited for: what it brings would be kept after the profile is gone.
pub(crate) async fn forget(shared: &Shared, attempt: Attempt, name: ProfileName) -> Result<(), Failure> {
    if shared.held.drop(&name) {
        shared.emit(Event::Kept(name.clone()));
        shared.emit(Event::Forgotten(attempt, name));
        return list(shared).await;
    }
    open::open_chosen(shared).await?;
    let lease = lease_to_forget(shared, attempt, &name).await?;
    forget_held(shared, attempt, name, lease).await
}

/// The lease of a profile that is about to be forgotten.
pub(crate) async fn lease_to_forget(shared: &Shared, attempt: Attempt, name: &ProfileName) -> Result<Lease, Failure> {
    lease_for(shared, attempt, name).await.map_err(|mut failure| {
        failure.diagnosis.summary = format!("nothing was forgotten: {}", failure.diagnosis.summary);
        failure
    })
}

/// Forgets a profile whose lease is held: first the secrets. Where that fails the profile is still listed, and can be
/// forgotten again.
pub(crate) async fn forget_held(
    shared: &Shared,
    attempt: Attempt,
    name: ProfileName,
    lease: Lease,
) -> Result<(), Failure> {
    let is_there = shared.ports.store.load_profile_text(name.as_str());
    let kept = name.to_string();
    // What is kept and cannot be read is forgotten all the same.
    let is_kept = !matches!(shared.with_vault(move |vault| vault.get(&kept)).await, Ok(None));
    // A key may be kept for a profile that is still to come.
    if matches!(is_there, Ok(None)) && !is_kept {
        return Err(unknown(shared, &name));
    }
    let (store, gone) = (shared.ports.store.clone(), name.to_string());
    // In one go, and with the lease to its end, even if nobody waits for it any more.
    let removed = shared.with_vault(move |vault| {
        let _lease = lease;
        vault.remove(&gone)?;
        let plain = store.remove_profile(&gone).and_then(|_| store.remove_outlets(&gone));
        Ok(plain.and_then(|_| store.remove_draft(&gone)).map(drop))
    });
    removed.await??;
    shared.take_unkept(&name);
    shared.emit(Event::Kept(name.clone()));
    scheduler::changed(shared).await;
    shared.emit(Event::Forgotten(attempt, name));
    list(shared).await
}

/// Calls a saved profile something else.
pub(crate) async fn set_display_name(
    shared: &Shared,
    attempt: Attempt,
    name: ProfileName,
    display_name: DisplayName,
) -> Result<(), Failure> {
    let profile = Profile { display_name: display_name.clone(), ..load(shared, &name)? };
    let (catalog, _) = shared.catalog();
    shared.ports.store.save_profile_text(name.as_str(), &profile.to_toml(&catalog))?;
    shared.emit(Event::DisplayNameSet(attempt, name, display_name));
    if shared.shows_list() { list(shared).await } else { Ok(()) }
}

/// A secret of the environment or of a prompt, if it is not empty.
pub(crate) fn some(secret: Option<Secret>) -> Option<Secret> {
    secret.filter(|secret| !secret.is_empty())
}
