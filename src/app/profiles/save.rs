//! Saves profiles: first the secrets, since a plain file without them can be written again.

use crate::app::handle::{App, catalog_of};
use crate::app::news::News;
use crate::app::profiles::{drafts, load};
use crate::app::schedule::scheduler;
use crate::app::tokens::issued_for;
use crate::app::vault::lease::lease;
use crate::app::vault::open;
use crate::app::{CallContext, Failure, FailureCode, FailureKind, export};
use crate::diagnosis::Diagnosis;
use crate::oauth::TokenSet;
use crate::secret::Secret;
use crate::service::{Profile, ProfileName};
use crate::vault::{Contents, Entry, How};

impl App {
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
                None => save_checked(&app, &name, material, Check::TheSame(Box::new(profile))).await?,
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
    TheSame(Box<Profile>),
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
    let (mut contents, how) = sealed(app, &material);
    let put = move |entry: &Entry| {
        // New tokens mend a file that is damaged or was put back, as far as anything can; what cannot be is said by `get`.
        let _ = entry.repair();
        let last = entry.get()?;
        // What was opened a while ago may have been refreshed since: its tokens are spent, and the newer ones stay.
        if let (Some(last), Some(tokens)) = (&last, &contents.tokens)
            && last.history.is_overtaken(tokens)
        {
            contents.tokens.clone_from(&last.contents.tokens);
            contents.refused.clone_from(&last.contents.refused);
        }
        let is_same = last.as_ref().is_some_and(|last| last.contents.tokens == contents.tokens);
        let how = if is_same { How::Saved } else { how };
        entry.put(last.map(|last| last.number), &contents, how).map(|_| is_same)
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
pub(crate) fn sealed(app: &App, material: &CallContext) -> (Contents, How) {
    let mut secrets = material.secrets.clone();
    let refresh_token = std::mem::take(&mut secrets.refresh_token);
    let how = match (refresh_token.is_empty(), &material.profile.service.authorization) {
        (false, _) => How::Pasted,
        (true, None) => How::AskedFor,
        (true, Some(_)) => How::SignedIn,
    };
    let tokens = material.tokens.clone().or_else(|| spent(app, &material.profile, refresh_token));
    (Contents { secrets, tokens, refused: None }, how)
}

/// A refresh token that was at hand and not used yet, as tokens whose access token is spent: the next use refreshes.
fn spent(app: &App, profile: &Profile, refresh_token: Secret) -> Option<TokenSet> {
    let now = (app.ports.now)();
    (!refresh_token.is_empty()).then(|| TokenSet {
        expires_at: Some(now),
        refresh_token: Some(refresh_token),
        issued_for: issued_for::of(profile),
        ..TokenSet::bearer(Secret::default(), now)
    })
}
