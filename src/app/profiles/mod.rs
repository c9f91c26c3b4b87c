//! Saved profiles: list, open, save, forget. The plain part is in the store, the secrets are in the vault.

pub(in crate::app) mod accept_shared;
pub(in crate::app) mod client_certificates;
mod contents;
pub(in crate::app) mod drafts;
mod duplicate;
pub(in crate::app) mod edit;
mod editor;
pub(in crate::app) mod forget;
pub(in crate::app) mod history;
pub(in crate::app) mod keys;
pub(in crate::app) mod overdue_clients;
pub(in crate::app) mod read_ahead;
pub(in crate::app) mod registration;
pub(in crate::app) mod registration_end;
mod registration_management;
mod registration_refused;
pub(in crate::app) mod remarks;
pub(in crate::app) mod rename;
pub(in crate::app) mod save;
pub(in crate::app) mod summary;

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use crate::app::blocking::on_own_thread;
use crate::app::calendar::ends::ends_of;
use crate::app::handle::App;
use crate::app::news::News;
use crate::app::profiles::read_ahead::ReadAhead;
use crate::app::profiles::save::sealed;
use crate::app::team;
use crate::app::tokens;
use crate::app::tokens::issued_for;
use crate::app::vault::open;
use crate::app::{CallContext, Failure, FailureKind, OpenedProfile, ProfileState, ProfileSummary};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::service::{Catalog, Profile, ProfileName};
use crate::store::{Listed, Plain, Revision, StoreError, Summary};
use crate::vault::{Contents, Vault};

/// So many summaries are read anew in less time than it takes to flush them to the disk.
pub(in crate::app) const FEW: usize = 8;

/// What a saved profile was read from: the same again reads the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) struct ReadFrom {
    /// The fingerprint of all presets.
    pub(in crate::app) presets: u64,
    pub(in crate::app) shared: bool,
    pub(in crate::app) revision: Revision,
}

impl App {
    /// All profiles and drafts, with the state of their tokens.
    pub async fn profiles(&self) -> Result<Vec<ProfileSummary>, Failure> {
        let app = self.clone();
        let saved = on_own_thread(async move { app.saved_profiles().await }).await?;
        let mut summaries: Vec<_> = saved.into_iter().map(|(summary, _)| summary).collect();
        summaries.extend(held(self));
        Ok(summaries)
    }

    /// The profiles and drafts in the stores, each with what it was read from.
    async fn saved_profiles(&self) -> Result<Vec<(ProfileSummary, ReadFrom)>, Failure> {
        let (catalog, _) = self.catalog().await?;
        let (own, team) = self.listed(&catalog).await?;
        let mut summaries = self.summaries(&catalog, own, false).await?;
        if !team.is_empty() {
            summaries.extend(self.summaries(&catalog, team, true).await?);
            summaries.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
        }
        Ok(summaries)
    }

    /// What the store of this machine lists, and what else that of the team does.
    pub(in crate::app) async fn listed(&self, catalog: &Catalog) -> Result<(Vec<Listed>, Vec<Listed>), Failure> {
        let key = catalog.fingerprint().cast_signed();
        let own = self.with_store(move |store| store.list(key)).await?;
        let team = match self.list_of_team(key).await {
            Ok(mut team) => {
                let names: BTreeSet<&str> = own.iter().map(|own| own.name.as_str()).collect();
                team.retain(|shared| !names.contains(shared.name.as_str()));
                self.team_is_away.store(false, Ordering::Relaxed);
                team
            }
            Err(failure) => {
                // Told once, while those of this machine go on.
                if !self.team_is_away.swap(true, Ordering::Relaxed) {
                    self.tell(News::Problem(failure));
                }
                Vec::new()
            }
        };
        Ok((own, team))
    }

    async fn list_of_team(&self, key: i64) -> Result<Vec<Listed>, Failure> {
        if !self.has_team() {
            return Ok(Vec::new());
        }
        // Others remember what a list shows, which this machine may not be able to use.
        if self.has_vault() {
            self.with_vault(Vault::check_member).await?;
        }
        self.with_store(move |store| store.list_of_team(key)).await
    }

    /// What a list shows of these profiles, and remembers it for the next list.
    pub(in crate::app) async fn summaries(
        &self,
        catalog: &Catalog,
        listed: Vec<Listed>,
        shared: bool,
    ) -> Result<Vec<(ProfileSummary, ReadFrom)>, Failure> {
        let presets = catalog.fingerprint();
        let (mut summaries, mut news) = (Vec::with_capacity(listed.len()), Vec::new());
        let has_vault = self.has_vault();
        let recall = |name: &ProfileName, is_draft: bool, summary: Option<Summary>| {
            ProfileSummary::recall(name, is_draft, summary.filter(|_| has_vault && !self.is_pending(name))?)
        };
        let is_known = |listed: &&Listed| {
            let name = ProfileName::parse(&listed.name).ok();
            name.is_some_and(|name| recall(&name, listed.is_draft, listed.summary.clone()).is_some())
        };
        let unknown = listed.iter().filter(|listed| shared && !is_known(listed));
        let mut ahead = ReadAhead::of(unknown.map(|listed| listed.name.clone()).collect());
        for Listed { name, is_draft, revision, summary } in listed {
            let Ok(name) = ProfileName::parse(&name) else { continue };
            let read_from = ReadFrom { presets, shared, revision };
            if let Some(summary) = recall(&name, is_draft, summary) {
                summaries.push((ProfileSummary { shared, revision: Some(revision), ..summary }, read_from));
                continue;
            }
            let is_pending = self.is_pending(&name);
            ahead.step(self).await;
            let summary = summarize(self, catalog, name, is_draft).await?;
            if !is_pending && let Some(remembered) = summary.remembered() {
                news.push((summary.name.to_string(), revision, remembered));
            }
            summaries.push((ProfileSummary { shared, revision: Some(revision), ..summary }, read_from));
        }
        ahead.finish(self).await;
        if news.len() > FEW {
            let key = catalog.fingerprint().cast_signed();
            // A list is as good without.
            let _ = self.with_store(move |store| store.remember(shared, key, news)).await;
        }
        Ok(summaries)
    }

    /// Sends the list of profiles to a face that shows it.
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

    /// Writes the plain part of a profile.
    pub(in crate::app) async fn save_plain(&self, name: &ProfileName, profile: Profile) -> Result<(), Failure> {
        let name = name.clone();
        let definition = Some(profile.to_toml(&self.catalog().await?.0));
        let save = move |plain: &mut Plain| -> Result<(), StoreError> {
            plain.definition = definition;
            Ok(())
        };
        self.with_store(move |store| store.change(name.as_str(), save)).await
    }

    /// The text of a profile, if it exists.
    pub(in crate::app) async fn load_profile_text(&self, name: &ProfileName) -> Result<Option<String>, Failure> {
        Ok(plain(self, name).await?.definition)
    }
}

/// Reads and opens a profile to see what a list shows of it.
async fn summarize(app: &App, catalog: &Catalog, name: ProfileName, draft: bool) -> Result<ProfileSummary, Failure> {
    let text = app.load_profile_text(&name).await?.unwrap_or_default();
    Ok(match Profile::from_toml(&name, &text, catalog) {
        Ok(profile) => {
            let state = state(app, &name, &profile).await;
            ProfileSummary::of(name, &profile, draft, state)
        }
        Err(error) => ProfileSummary::broken(name, draft, error.diagnose()),
    })
}

/// Reads the plain part of a profile.
pub(crate) async fn load(app: &App, name: &ProfileName) -> Result<Profile, Failure> {
    Ok(load_text(app, name).await?.0)
}

/// A profile, and the text that it was read from.
pub(crate) async fn load_text(app: &App, name: &ProfileName) -> Result<(Profile, String), Failure> {
    match app.load_profile_text(name).await? {
        Some(text) => Ok((Profile::from_toml(name, &text, &app.catalog().await?.0)?, text)),
        None => Err(unknown(app, name).await),
    }
}

/// The plain part of a profile, empty if there is none.
pub(crate) async fn plain(app: &App, name: &ProfileName) -> Result<Plain, Failure> {
    let name = name.clone();
    app.with_store(move |store| store.profile(name.as_str())).await
}

/// An unknown profile: that it was forgotten, or the name that was probably meant.
pub(crate) async fn unknown(app: &App, name: &ProfileName) -> Failure {
    if let Some(failure) = forget::was_forgotten(app, name).await {
        return failure;
    }
    let mut saved = app.with_store(|store| store.list(0)).await.unwrap_or_default();
    saved.extend(app.list_of_team(0).await.unwrap_or_default());
    let nearest = crate::call::nearest(name.as_str(), saved.iter().map(|saved| saved.name.as_str()));
    let meant = nearest.map(|nearest| format!("did you mean `{nearest}`? ")).unwrap_or_default();
    let hint = format!("{meant}`tokenwright list` names the saved profiles");
    Failure::new(FailureKind::NeedsSignIn, Diagnosis::new(format!("there is no profile `{name}`")).hint(hint))
}

/// The drafts that are in memory only.
fn held(app: &App) -> Vec<ProfileSummary> {
    let summary = |(name, context): (ProfileName, CallContext)| {
        let state = state_of(&name, &context.profile, &sealed(app, &context).0);
        ProfileSummary::of(name, &context.profile, true, state)
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
        // A pending write is newer than the vault.
        Ok(record) => match tokens::newest(app, name, record) {
            Some(record) => state_of(name, profile, &record.contents),
            None => ProfileState::SignedOut,
        },
    }
}

/// Whether new tokens are obtained without a refresh token.
fn renews_itself(profile: &Profile) -> bool {
    profile.service.asks_again() || profile.service.policy.renews_access_token
}

pub(in crate::app) fn state_of(name: &ProfileName, profile: &Profile, contents: &Contents) -> ProfileState {
    let Some(tokens) = contents.tokens.clone() else { return ProfileState::SignedOut };
    if let Some(stale) = issued_for::stale(name, profile, &tokens) {
        return ProfileState::Stale(stale);
    }
    match &contents.refused {
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
    if let Some(context) = app.held.get(&name) {
        let state = state_of(&name, &context.profile, &sealed(app, &context).0);
        let rotation = tokens::rotation(&context.profile.service.policy, None);
        return Ok(OpenedProfile { name, context, draft: true, state, rotation, shared: None, ends: Vec::new() });
    }
    open::open_chosen(app).await?;
    let profile = load(app, &name).await?;
    let asked = name.clone();
    let record = app.with_vault(move |vault| vault.snapshot(&asked)).await?;
    let record = tokens::newest(app, &name, record);
    let rotation = tokens::rotation(&profile.service.policy, record.as_ref());
    let shared = team::shared_with(app, &name, record.as_ref()).await?;
    let ends = ends_of(&profile, record.as_ref());
    let contents = record.map(|record| record.contents).unwrap_or_default();
    let state = state_of(&name, &profile, &contents);
    let Contents { secrets, tokens, device, .. } = contents;
    let sources = app.sources(&name).await?;
    let context = CallContext::new(profile, secrets).named(Some(&name));
    let context = CallContext { tokens, device, sources, ..context };
    let asked = name.clone();
    let draft = app.with_store(move |store| Ok(drafts::is_draft(store, &asked))).await?;
    Ok(OpenedProfile { name, context, draft, state, rotation, shared, ends })
}
