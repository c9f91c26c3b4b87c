//! Saves profiles: first the secrets, since the plain part can be written again.

use crate::app::handle::App;
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
use crate::store::{Plain, StoreError};
use crate::vault::{Contents, Entry, How};

impl App {
    /// Saves a profile under a name. `draft` is the draft it is saved from, which is removed.
    pub async fn save(
        &self,
        name: &ProfileName,
        context: CallContext,
        replace: bool,
        draft: Option<ProfileName>,
    ) -> Result<(), Failure> {
        let (app, name) = (self.clone(), name.clone());
        let save = async move {
            match draft {
                Some(draft) => {
                    let sources = context.sources.clone();
                    drafts::save_as(&app, &draft, &name, context, replace).await?;
                    app.keep_sources(&name, sources).await;
                }
                None => save_quietly(&app, &name, context, replace).await?,
            }
            app.tell_profiles().await;
            Ok(())
        };
        self.settle(save).await
    }

    /// Saves a changed profile under its own name. If the client, service or an input differs, it is another profile, and
    /// replaces the saved one only on request.
    pub async fn save_again(
        &self,
        name: &ProfileName,
        context: CallContext,
        draft: Option<ProfileName>,
    ) -> Result<(), Failure> {
        let (app, name, profile) = (self.clone(), name.clone(), context.profile.clone());
        let save = async move {
            match draft {
                Some(draft) => {
                    is_the_same(&app, &name, &profile, true).await?;
                    let sources = context.sources.clone();
                    drafts::save_as(&app, &draft, &name, context, true).await?;
                    app.keep_sources(&name, sources).await;
                }
                None => save_checked(&app, &name, context, Check::TheSame(Box::new(profile))).await?,
            }
            app.tell_profiles().await;
            Ok(())
        };
        self.settle(save).await
    }

    /// Saves what was entered, without secrets, before a sign-in that may fail, so that nobody has to enter it again. A
    /// profile with tokens is left alone. Returns whether it was saved.
    pub async fn save_entered(&self, name: &ProfileName, profile: &Profile) -> Result<bool, Failure> {
        let asked = name.clone();
        let is_in_use = self.with_vault(move |vault| match vault.snapshot(&asked) {
            // New tokens repair a damaged record. What they could not repair is reported now, not after the sign-in.
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

/// Fails if the saved profile has become another one since it was opened, or was forgotten, unless there is a draft of it.
async fn is_the_same(app: &App, name: &ProfileName, profile: &Profile, has_draft: bool) -> Result<(), Failure> {
    if !has_draft && app.load_profile_text(name).await?.is_none() {
        let diagnosis = Diagnosis::new(format!("the profile `{name}` was forgotten in the meantime"));
        let diagnosis = diagnosis.hint("saving it again brings its tokens back to this machine");
        return Err(Failure::new(FailureKind::Usage, diagnosis).coded(FailureCode::ProfileGone));
    }
    // Saving repairs a profile that cannot be read.
    let saved = load(app, name).await.ok();
    match saved.and_then(|saved| issued_for::other(name, &saved, profile)) {
        Some(diagnosis) => Err(there_already(diagnosis)),
        None => Ok(()),
    }
}

fn there_already(diagnosis: Diagnosis) -> Failure {
    let diagnosis = diagnosis.hint("choose another name, or replace it");
    Failure::new(FailureKind::Usage, diagnosis).coded(FailureCode::ProfileExists)
}

/// What must hold of the profile that is saved under the name already.
enum Check {
    Nothing,
    /// There must be none.
    Free,
    /// It must be of the same client, service and inputs as this one.
    TheSame(Box<Profile>),
}

/// Saves a profile without sending the new list of profiles.
pub(crate) async fn save_quietly(
    app: &App,
    name: &ProfileName,
    context: CallContext,
    replace: bool,
) -> Result<(), Failure> {
    save_checked(app, name, context, if replace { Check::Nothing } else { Check::Free }).await
}

/// Saves a profile if `check` holds, which is tested under the lease.
async fn save_checked(app: &App, name: &ProfileName, mut context: CallContext, check: Check) -> Result<(), Failure> {
    let sources = std::mem::take(&mut context.sources);
    context.secrets.tidy();
    context.secrets.check_refresh_token()?;
    open::open_chosen(app).await?;
    // Held to the end, so that secrets and plain part are saved or forgotten together.
    let entry = lease(app, name).await?;
    match check {
        Check::Nothing => {}
        Check::Free if app.load_profile_text(name).await?.is_none() => {}
        Check::Free => return Err(there_already(Diagnosis::new(format!("a profile `{name}` exists already")))),
        Check::TheSame(profile) => is_the_same(app, name, &profile, false).await?,
    }
    let (mut contents, how) = sealed(app, &context);
    let put = move |entry: &Entry| {
        // New tokens replace a damaged record or one restored from a backup. If that fails, `get` reports it.
        let _ = entry.repair();
        let last = entry.get()?;
        // The profile may have been refreshed since it was opened: then the newer tokens stay.
        if let (Some(last), Some(tokens)) = (&last, &contents.tokens)
            && last.history.is_overtaken(tokens)
        {
            contents.tokens.clone_from(&last.contents.tokens);
            contents.refused.clone_from(&last.contents.refused);
        }
        // It may have been updated since the profile was opened: then a rotated token is in the vault only.
        if let Some(last) = &last {
            contents.secrets.registration.clone_from(&last.contents.secrets.registration);
        }
        let is_same = last.as_ref().is_some_and(|last| last.contents.tokens == contents.tokens);
        let how = if is_same { How::Saved } else { how };
        entry.put(last.map(|last| last.number), &contents, how).map(|_| is_same)
    };
    let is_same = app.with_entry(&entry, put).await?;
    let (saved, definition) = (name.clone(), Some(context.profile.to_toml(&app.catalog().await?.0)));
    let save = move |plain: &mut Plain| -> Result<(), StoreError> {
        // What a former profile of this name was exported to is not this one's.
        let is_new = plain.definition.is_none() && plain.draft.is_none();
        let sinks = plain.sinks.take().filter(|_| !is_new);
        *plain = Plain { definition, draft: None, sinks };
        Ok(())
    };
    app.with_store(move |store| store.change(saved.as_str(), save)).await?;
    if !is_same {
        export::clear_hand_over(app, name).await?;
    }
    app.keep_sources(name, sources).await;
    app.take_pending(name);
    drop(entry);
    app.tell(News::WriteDone(name.clone()));
    scheduler::changed_profiles(app).await;
    Ok(())
}

/// What the vault gets of a profile, and how its tokens were obtained.
pub(crate) fn sealed(app: &App, context: &CallContext) -> (Contents, How) {
    let mut secrets = context.secrets.clone();
    let refresh_token = std::mem::take(&mut secrets.refresh_token);
    let how = match (refresh_token.is_empty(), &context.profile.service.authorization) {
        (false, _) => How::Pasted,
        (true, None) => How::AskedFor,
        (true, Some(_)) => How::SignedIn,
    };
    let tokens = context.tokens.clone().or_else(|| spent(app, &context.profile, refresh_token));
    (Contents { secrets, tokens, refused: None, device: context.device.clone() }, how)
}

/// A refresh token from elsewhere, as a token set whose access token has expired: its next use refreshes it.
fn spent(app: &App, profile: &Profile, refresh_token: Secret) -> Option<TokenSet> {
    let now = (app.ports.now)();
    (!refresh_token.is_empty()).then(|| TokenSet {
        expires_at: Some(now),
        refresh_token: Some(refresh_token),
        issued_for: issued_for::of(profile),
        ..TokenSet::bearer(Secret::default(), now)
    })
}
