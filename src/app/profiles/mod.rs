//! Saved profiles: list, open, save, forget. The plain part is in the store, the secrets are in the vault.

pub(in crate::app) mod accept_shared;
pub(in crate::app) mod drafts;
pub(in crate::app) mod history;
pub(in crate::app) mod keys;
pub(in crate::app) mod summary;

use std::collections::BTreeMap;

use crate::app::handle::{App, catalog_of};
use crate::app::news::News;
use crate::app::schedule::scheduler;
use crate::app::tokens;
use crate::app::tokens::issued_for;
use crate::app::vault::lease::{lease, lease_for};
use crate::app::vault::open;
use crate::app::{
    CallContext, Failure, FailureCode, FailureKind, OpenedProfile, ProfileState, ProfileSummary, Report, TypedSecrets,
    export,
};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::TokenSet;
use crate::secret::Secret;
use crate::service::{DisplayName, Profile, ProfileName};
use crate::store::{Store, StoreError};
use crate::vault::{Entry, How, ProfileSecrets};

impl App {
    /// The saved profiles, drafts among them, and how their tokens are.
    pub async fn profiles(&self) -> Result<Vec<ProfileSummary>, Failure> {
        let listed = self.with_store(|store| {
            let (catalog, _) = catalog_of(store);
            let profiles = store.list_profiles()?.into_iter();
            let named = profiles.filter_map(|(name, text)| Some((ProfileName::parse(&name).ok()?, text)));
            let read = |(name, text): (ProfileName, Result<String, StoreError>)| {
                let profile = match text {
                    Ok(text) => Profile::from_toml(&name, &text, &catalog).map_err(|error| error.diagnose()),
                    Err(error) => Err(error.diagnose()),
                };
                let draft = drafts::is_draft(store, &name);
                (name, profile, draft)
            };
            Ok(named.map(read).collect::<Vec<_>>())
        });
        let mut summaries = Vec::new();
        for (name, profile, draft) in listed.await? {
            let display_name = profile.as_ref().map(|profile| profile.display_name.clone()).unwrap_or_default();
            let keep_alive = !draft && profile.as_ref().is_ok_and(|profile| profile.keep_alive);
            let (service_id, service, state) = match profile {
                Ok(profile) => {
                    let state = state(self, &name, &profile).await;
                    (profile.service.id, profile.service.name, state)
                }
                Err(diagnosis) => (String::new(), String::new(), ProfileState::Broken(diagnosis)),
            };
            summaries.push(ProfileSummary { name, display_name, service_id, service, keep_alive, draft, state });
        }
        summaries.extend(held(self));
        Ok(summaries)
    }

    /// Reports the list of profiles to a face that shows it.
    pub(in crate::app) async fn tell_profiles(&self) {
        if self.shows_list() {
            self.tell(match self.profiles().await {
                Ok(profiles) => News::Profiles(profiles),
                Err(failure) => News::Problem(failure),
            });
        }
    }

    /// A saved profile with its secrets.
    pub async fn open(&self, name: &ProfileName) -> Result<OpenedProfile, Failure> {
        open(self, name.clone()).await
    }

    /// Saves a profile under a name. `draft` is the draft that it was until now, and is none any more afterwards.
    pub async fn save(
        &self,
        name: &ProfileName,
        material: CallContext,
        replace: bool,
        draft: Option<ProfileName>,
    ) -> Result<(), Failure> {
        let (app, name) = (self.clone(), name.clone());
        let save = async move {
            match draft {
                Some(draft) => drafts::save_as(&app, &draft, &name, material, replace).await?,
                None => save_quietly(&app, &name, material, replace).await?,
            }
            app.tell_profiles().await;
            Ok(())
        };
        self.settle(save).await
    }

    /// Saves a profile that is there already. One that is of another client, service or input by now is another profile, and
    /// takes its place only where the person says so.
    pub async fn save_again(
        &self,
        name: &ProfileName,
        material: CallContext,
        draft: Option<ProfileName>,
    ) -> Result<(), Failure> {
        let (app, name, profile) = (self.clone(), name.clone(), material.profile.clone());
        let save = async move {
            match draft {
                Some(draft) => {
                    is_the_same(&app, &name, &profile, true).await?;
                    drafts::save_as(&app, &draft, &name, material, true).await?;
                }
                None => save_checked(&app, &name, material, Check::TheSame(profile)).await?,
            }
            app.tell_profiles().await;
            Ok(())
        };
        self.settle(save).await
    }

    /// Saves what was entered, without secrets, before a sign-in that may fail, so that the next attempt need not repeat it. A
    /// profile that has tokens is left alone. Returns whether it was saved.
    pub async fn save_entered(&self, name: &ProfileName, profile: &Profile) -> Result<bool, Failure> {
        let asked = name.clone();
        let is_in_use = self.with_vault(move |vault| match vault.snapshot(&asked) {
            // The new tokens will repair it. What they could not repair is said now, and not after a good sign-in.
            Err(_) => vault.check_repairable(&asked).map(|()| true),
            Ok(record) => Ok(record.is_some()),
        });
        let is_in_use = is_in_use.await?;
        if !is_in_use {
            self.save_plain(name, profile.clone()).await?;
        }
        Ok(!is_in_use)
    }

    /// Writes the plain part of a profile.
    pub(in crate::app) async fn save_plain(&self, name: &ProfileName, profile: Profile) -> Result<(), Failure> {
        let name = name.clone();
        self.with_store(move |store| store.save_profile_text(name.as_str(), &profile.to_toml(&catalog_of(store).0)))
            .await
    }

    /// The file of a profile, if there is one.
    pub(in crate::app) async fn load_profile_text(&self, name: &ProfileName) -> Result<Option<String>, Failure> {
        let name = name.clone();
        self.with_store(move |store| store.load_profile_text(name.as_str())).await
    }

    /// Forgets a saved profile and its tokens. Waits for a refresh in flight, whose tokens would otherwise be saved after the
    /// profile is gone.
    pub async fn forget(&self, name: &ProfileName, report: &Report) -> Result<(), Failure> {
        if self.held.drop(name) {
            self.tell(News::WriteDone(name.clone()));
            self.tell_profiles().await;
            return Ok(());
        }
        open::open_chosen(self).await?;
        let entry = lease_to_forget(self, report, name).await?;
        forget_held(self, name, &entry).await
    }

    /// Gives a saved profile a display name; an empty one takes it away.
    pub async fn set_display_name(&self, name: &ProfileName, display_name: DisplayName) -> Result<(), Failure> {
        let profile = Profile { display_name, ..load(self, name).await? };
        self.save_plain(name, profile).await?;
        self.tell_profiles().await;
        Ok(())
    }
}

/// Reads the plain part of a profile.
pub(crate) async fn load(app: &App, name: &ProfileName) -> Result<Profile, Failure> {
    let asked = name.clone();
    let read = app.with_store(move |store| {
        let text = store.load_profile_text(asked.as_str())?;
        Ok(text.map(|text| Profile::from_toml(&asked, &text, &catalog_of(store).0)))
    });
    match read.await? {
        Some(profile) => Ok(profile?),
        None => Err(unknown(app, name).await),
    }
}

/// That there is no such profile, and which one may be meant.
pub(crate) async fn unknown(app: &App, name: &ProfileName) -> Failure {
    let saved = app.with_store(Store::list_profiles).await.unwrap_or_default();
    let nearest = crate::call::nearest(name.as_str(), saved.iter().map(|(name, _)| name.as_str()));
    let meant = nearest.map(|nearest| format!("did you mean `{nearest}`? ")).unwrap_or_default();
    let hint = format!("{meant}`tokenwright list` names the saved profiles");
    Failure::new(FailureKind::NeedsSignIn, Diagnosis::new(format!("there is no profile `{name}`")).hint(hint))
}

/// The drafts that are nowhere but in memory.
fn held(app: &App) -> Vec<ProfileSummary> {
    let summary = |(name, material): (ProfileName, CallContext)| {
        let profile = &material.profile;
        let (service_id, service) = (profile.service.id.clone(), profile.service.name.clone());
        let display_name = profile.display_name.clone();
        let state = state_of(&name, &material.profile, &sealed(app, &material).0);
        ProfileSummary { name, display_name, service_id, service, keep_alive: false, draft: true, state }
    };
    app.held.all().into_iter().map(summary).collect()
}

async fn state(app: &App, name: &ProfileName, profile: &Profile) -> ProfileState {
    if !app.has_vault() {
        return ProfileState::Closed;
    }
    let asked = name.clone();
    match app.with_vault(move |vault| vault.snapshot(&asked)).await {
        Err(failure) => ProfileState::Broken(failure.diagnosis),
        // What waits to be kept is newer than what is kept.
        Ok(record) => match tokens::newest(app, name, record) {
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

async fn open(app: &App, name: ProfileName) -> Result<OpenedProfile, Failure> {
    if let Some(material) = app.held.get(&name) {
        let state = state_of(&name, &material.profile, &sealed(app, &material).0);
        let rotation = tokens::rotation(&material.profile.service.policy, None);
        return Ok(OpenedProfile { name, material, draft: true, state, rotation });
    }
    open::open_chosen(app).await?;
    let profile = load(app, &name).await?;
    let asked = name.clone();
    let record = app.with_vault(move |vault| vault.snapshot(&asked)).await?;
    let record = tokens::newest(app, &name, record);
    let rotation = tokens::rotation(&profile.service.policy, record.as_ref());
    let secrets = record.map(|record| record.secrets).unwrap_or_default();
    let state = state_of(&name, &profile, &secrets);
    let client_secret = secrets.client_secret.unwrap_or_default();
    let password = secrets.password.unwrap_or_default();
    let (inputs, signing_key) = (secrets.inputs, secrets.signing_key);
    let typed = TypedSecrets { client_secret, password, signing_key, inputs, ..TypedSecrets::default() };
    let material = CallContext { tokens: secrets.tokens, ..CallContext::new(profile, typed) };
    let asked = name.clone();
    let draft = app.with_store(move |store| Ok(drafts::is_draft(store, &asked))).await?;
    Ok(OpenedProfile { name, material, draft, state, rotation })
}

/// Refuses where a profile has become another one since it was opened, or was forgotten; a draft of it outlives that.
async fn is_the_same(app: &App, name: &ProfileName, profile: &Profile, has_draft: bool) -> Result<(), Failure> {
    if !has_draft && app.load_profile_text(name).await?.is_none() {
        let diagnosis = Diagnosis::new(format!("the profile `{name}` was forgotten in the meantime"));
        let diagnosis = diagnosis.hint("saving it again brings its tokens back to this machine");
        return Err(Failure::new(FailureKind::Usage, diagnosis).coded(FailureCode::ProfileGone));
    }
    // One that cannot be read is mended by saving it.
    let saved = load(app, name).await.ok();
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

/// What must be true of the profile that is there when another one is saved under its name.
enum Check {
    Nothing,
    /// There is none.
    Free,
    /// It is this one, as far as account and client go.
    TheSame(Profile),
}

/// Saves a profile as a part of something larger.
pub(crate) async fn save_quietly(
    app: &App,
    name: &ProfileName,
    material: CallContext,
    replace: bool,
) -> Result<(), Failure> {
    save_checked(app, name, material, if replace { Check::Nothing } else { Check::Free }).await
}

/// Saves a profile if `check` holds, which is asked when nobody else can change it any more.
async fn save_checked(app: &App, name: &ProfileName, mut material: CallContext, check: Check) -> Result<(), Failure> {
    material.secrets.tidy();
    material.secrets.check_refresh_token()?;
    open::open_chosen(app).await?;
    // Held to the end: the secrets and the plain part are kept together, or forgotten together.
    let entry = lease(app, name).await?;
    match check {
        Check::Nothing => {}
        Check::Free if app.load_profile_text(name).await?.is_none() => {}
        Check::Free => return Err(there_already(Diagnosis::new(format!("a profile `{name}` exists already")))),
        Check::TheSame(profile) => is_the_same(app, name, &profile, false).await?,
    }
    let (mut secrets, how) = sealed(app, &material);
    let put = move |entry: &Entry| {
        // New tokens mend a file that is damaged or was put back, as far as anything can; what cannot be is said by `get`.
        let _ = entry.repair();
        let last = entry.get()?;
        // What was opened a while ago may have been refreshed since: its tokens are spent, and the newer ones stay.
        if let (Some(last), Some(tokens)) = (&last, &secrets.tokens)
            && last.history.is_overtaken(tokens)
        {
            secrets.tokens.clone_from(&last.secrets.tokens);
            secrets.refused.clone_from(&last.secrets.refused);
        }
        let is_same = last.as_ref().is_some_and(|last| last.secrets.tokens == secrets.tokens);
        let how = if is_same { How::Saved } else { how };
        entry.put(last.map(|last| last.number), &secrets, how).map(|_| is_same)
    };
    let is_same = app.with_entry(&entry, put).await?;
    let (saved, profile) = (name.clone(), material.profile);
    app.with_store(move |store| {
        store.save_profile_text(saved.as_str(), &profile.to_toml(&catalog_of(store).0))?;
        store.remove_draft(saved.as_str())
    })
    .await?;
    if !is_same {
        export::clear_hand_over(app, name).await?;
    }
    app.take_pending(name);
    drop(entry);
    app.tell(News::WriteDone(name.clone()));
    scheduler::changed_profiles(app).await;
    Ok(())
}

/// What is sealed of a profile, and how its tokens were obtained.
pub(crate) fn sealed(app: &App, material: &CallContext) -> (ProfileSecrets, How) {
    let typed = material.secrets.clone();
    let secrets = ProfileSecrets {
        client_secret: some(Some(typed.client_secret)),
        password: some(Some(typed.password)),
        signing_key: typed.signing_key,
        inputs: typed.inputs,
        tokens: material.tokens.clone().or_else(|| spent(app, material)),
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
fn spent(app: &App, material: &CallContext) -> Option<TokenSet> {
    let refresh_token = material.secrets.refresh_token.clone();
    let now = (app.ports.now)();
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

/// The lease of a profile that is about to be forgotten.
pub(crate) async fn lease_to_forget(app: &App, report: &Report, name: &ProfileName) -> Result<Entry, Failure> {
    lease_for(app, report, name).await.map_err(|mut failure| {
        failure.diagnosis.summary = format!("nothing was forgotten: {}", failure.diagnosis.summary);
        failure
    })
}

/// Forgets a profile whose lease is held: first the secrets. Where that fails the profile is still listed, and can be
/// forgotten again.
pub(crate) async fn forget_held(app: &App, name: &ProfileName, entry: &Entry) -> Result<(), Failure> {
    let is_there = app.load_profile_text(name).await;
    // What is kept and cannot be read is forgotten all the same.
    let is_kept = !matches!(app.with_entry(entry, Entry::get).await, Ok(None));
    // A key may be kept for a profile that is still to come.
    if matches!(is_there, Ok(None)) && !is_kept {
        return Err(unknown(app, name).await);
    }
    let (store, gone) = (app.ports.store.clone(), name.to_string());
    // In one go, and with the lease to its end, even if nobody waits for it any more.
    let removed = app.with_entry(entry, move |entry| {
        entry.remove()?;
        let plain = store.remove_profile(&gone).and_then(|_| store.remove_outlets(&gone));
        Ok(plain.and_then(|_| store.remove_draft(&gone)).map(drop))
    });
    removed.await??;
    app.take_pending(name);
    app.tell(News::WriteDone(name.clone()));
    scheduler::changed_profiles(app).await;
    app.tell_profiles().await;
    Ok(())
}

/// A secret of the environment or of a prompt, if it is not empty.
pub(crate) fn some(secret: Option<Secret>) -> Option<Secret> {
    secret.filter(|secret| !secret.is_empty())
}
