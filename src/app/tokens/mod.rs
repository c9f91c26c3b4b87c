//! Tokens of saved profiles: returned while they are valid, else refreshed under the profile's lease, so that only one of all
//! threads and processes refreshes and the others find the new token. Tokens that were received are never given up, neither
//! for a failing network nor for a full disk.

pub(in crate::app) mod issued_for;
mod journal;
mod pending;
mod policy;
mod refusal;
mod retry;
pub(in crate::app) mod revoke;
pub(in crate::app) mod rotation;
mod source;

use crate::app::handle::App;
use crate::app::profiles;
use crate::app::profiles::drafts;
use crate::app::progress::{Progress, Report};
use crate::app::sign_in::identity;
use crate::app::state::PendingWrite;
use crate::app::tokens::pending::Put;
use crate::app::vault::lease::lease;
use crate::app::vault::open;
use crate::app::{CallContext, Exchange, Failure, FailureKind, Identified, Need, Recovery, SavedToken, export};
use crate::diagnosis::Diagnosis;
use crate::oauth::{ProfileSecrets, Stage, TokenSet, is_token_text};
use crate::service::{Profile, ProfileName};
use crate::vault::{Contents, Entry, How, Record};

pub(crate) use crate::app::tokens::pending::{keep_trying, newest, read};
pub(crate) use crate::app::tokens::policy::{announced_from, ending};
pub(crate) use crate::app::tokens::refusal::{needs_sign_in, refused_words};
pub use crate::app::tokens::rotation::Rotation;
pub(crate) use crate::app::tokens::rotation::rotation;

impl App {
    /// A valid access token of a saved profile, refreshed where it is not as good as is needed.
    pub async fn token(&self, name: &ProfileName, need: Need, report: &Report) -> Result<SavedToken, Failure> {
        let (app, name, report) = (self.clone(), name.clone(), report.clone());
        self.settle(async move { Ok(hand_out(&app, &report, name, need).await?.1) }).await
    }

    /// Asks the service which account a saved profile is signed in to.
    pub async fn whoami(&self, name: &ProfileName, report: &Report) -> Result<Identified, Failure> {
        let (app, asked, to) = (self.clone(), name.clone(), report.clone());
        let handed_out = async move { hand_out(&app, &to, asked, Need::Usable).await };
        let (profile, token) = self.settle(handed_out).await?;
        let mut context = context_of(self, name, profile).await?;
        context.tokens = Some(token.tokens);
        self.supply_practice(&mut context).await?;
        identity::ask(self, report, &context).await
    }

    /// Tries once more to save the tokens that could not be saved.
    pub async fn retry_pending_writes(&self) {
        pending::try_again(self).await;
        self.tell_profiles().await;
    }
}

/// The profile, with the tokens that it has now.
pub(crate) async fn context_of(app: &App, name: &ProfileName, profile: Profile) -> Result<CallContext, Failure> {
    let record = pending::read(app, name).await?;
    Ok(source::plain(profile, &record))
}

/// The tokens of a saved profile, good enough to be used elsewhere now.
pub(crate) async fn valid(app: &App, report: &Report, name: &ProfileName) -> Result<SavedToken, Failure> {
    Ok(hand_out(app, report, name.clone(), Need::Usable).await?.1)
}

/// The profile and its tokens, as good as is needed.
pub(crate) async fn hand_out(
    app: &App,
    report: &Report,
    name: ProfileName,
    need: Need,
) -> Result<(Profile, SavedToken), Failure> {
    open::open_chosen(app).await?;
    let profile = profiles::load(app, &name).await?;
    let record = pending::read(app, &name).await?;
    let policy = profile.service.policy.clone();
    issued_for::check(&name, &profile, record.contents.tokens.as_ref())?;
    let now = (app.ports.now)();
    if let Some(tokens) = policy::good(&policy, record.contents.tokens.as_ref(), need, now) {
        let notes = refusal::lingering(&name, &record).into_iter().chain(ending(&name, &policy, tokens, now)).collect();
        let tokens = tokens.clone();
        return handed_out(profile, name, tokens, false, notes);
    }
    let renewal = renew(app, report, &name, Asked { profile: profile.clone(), typed: None, need }).await;
    let outcome = renewal.and_then(|renewal| match renewal {
        Renewal::Found(tokens) => Ok(*tokens),
        Renewal::Called(exchange) => exchange.outcome.map(|tokens| *tokens),
    });
    let now = (app.ports.now)();
    let (tokens, refreshed, mut notes) = match outcome {
        Ok(tokens) => (tokens, true, Vec::new()),
        Err(failure) => {
            // What was forgotten meanwhile may be revoked as well.
            let last = policy::last_resort(record.contents.tokens, need, now).filter(|_| is_borne(&failure));
            let Some(tokens) = last else { return Err(failure) };
            if profiles::load(app, &name).await.is_err() {
                return Err(failure);
            }
            (tokens, false, vec![failure.diagnosis])
        }
    };
    notes.extend(policy::shortfall(&tokens, need, now));
    notes.extend(ending(&name, &policy, &tokens, now));
    handed_out(profile, name, tokens, refreshed, notes)
}

/// A token for whoever asked. One that was kept by an earlier version, or put there by hand, may have what no token has:
/// it would end the header or the line that it is written into.
fn handed_out(
    profile: Profile,
    name: ProfileName,
    tokens: TokenSet,
    refreshed: bool,
    notes: Vec<Diagnosis>,
) -> Result<(Profile, SavedToken), Failure> {
    if !is_token_text(tokens.access_token.expose()) {
        return Err(needs_sign_in(&name, "has an access token with a character that no token has"));
    }
    let header = profile.service.token_header(&tokens.token_type);
    Ok((profile, SavedToken { name, tokens, header, refreshed, notes }))
}

/// Whether an access token that is still good may be handed out in spite of it: it speaks of the renewal alone.
fn is_borne(failure: &Failure) -> bool {
    !matches!(failure.recovery, Recovery::ByHand)
}

/// Refreshes the tokens of a saved profile with the calls as they are now typed.
pub(crate) async fn refresh_saved(
    app: &App,
    report: &Report,
    name: &ProfileName,
    context: CallContext,
) -> Result<Exchange, Failure> {
    let typed = Some(context.secrets);
    match renew(app, report, name, Asked { profile: context.profile, typed, need: Need::New }).await? {
        Renewal::Called(exchange) => Ok(*exchange),
        // Where new tokens are asked for there is nothing that could be found good enough.
        Renewal::Found(_) => Err(needs_sign_in(name, "has no tokens")),
    }
}

/// What is to be renewed, and how.
struct Asked {
    /// The profile, as it is kept or as it is now typed.
    profile: Profile,
    /// What was typed that is secret.
    typed: Option<ProfileSecrets>,
    /// What the access token must be good for.
    need: Need,
}

/// What came of a renewal.
enum Renewal {
    /// Another process had renewed them meanwhile.
    Found(Box<TokenSet>),
    /// The call was made.
    Called(Box<Exchange>),
}

/// Lock, read again, refresh if it is still needed, write, release.
async fn renew(app: &App, report: &Report, name: &ProfileName, asked: Asked) -> Result<Renewal, Failure> {
    let Asked { profile, typed, need } = asked;
    let entry = lease(app, name).await?;
    drafts::check_owner(app, name).await?;
    // Whoever held it may have forgotten the profile, or saved another one under its name.
    let profile = if typed.is_some() { profile } else { profiles::load(app, name).await? };
    let mut record = pending::read(app, name).await?;
    issued_for::check(name, &profile, record.contents.tokens.as_ref())?;
    // What is in the field now is what the person means, and what is kept if it works.
    if let Some(typed) = typed {
        let secrets = &mut record.contents.secrets;
        for (saved, typed) in
            [(&mut secrets.client_secret, typed.client_secret), (&mut secrets.password, typed.password)]
        {
            if !typed.is_empty() {
                *saved = typed;
            }
        }
        secrets.signing_key = typed.signing_key.or(secrets.signing_key.take());
    }
    let now = (app.ports.now)();
    if let Some(tokens) = policy::good(&profile.service.policy, record.contents.tokens.as_ref(), need, now) {
        return Ok(Renewal::Found(Box::new(tokens.clone())));
    }
    policy::check_age(name, &profile.service, record.contents.tokens.as_ref(), now)?;
    refusal::check(name, &record, need)?;
    refusal::check_held(app, name).await?;
    let (mut context, stage) = source::context(app, name, profile, &record)?;
    app.supply_practice(&mut context).await?;
    let mut exchange = journal::exchange(app, report, (name, &entry), &record, &context, stage).await?;
    match settle(app, (name, &entry), record, stage, &exchange).await {
        Ok(notes) => exchange.notes.extend(notes),
        Err(failure) => exchange.outcome = Err(failure),
    }
    drop(entry);
    report.tell(Progress::Traced(Box::new(exchange.clone())));
    Ok(Renewal::Called(Box::new(exchange)))
}

/// Keeps what came of a call: the new tokens, or that there will be no more.
async fn settle(
    app: &App,
    (name, entry): (&ProfileName, &Entry),
    record: Record,
    stage: Stage,
    exchange: &Exchange,
) -> Result<Vec<Diagnosis>, Failure> {
    Ok(match &exchange.outcome {
        Ok(tokens) => {
            let contents = Contents { tokens: Some((**tokens).clone()), refused: None, ..record.contents };
            // The old refresh token may be spent by now, so the new one is handed on even if it cannot be kept.
            let how = if stage == Stage::RefreshRequest { How::Refreshed } else { How::AskedFor };
            match pending::put(app, (name, entry), PendingWrite { record: Record { contents, ..record }, how }).await {
                Put::Kept => export::rewrite(app, name).await,
                Put::Dropped => return Err(gone(name)),
            }
        }
        Err(failure) if stage == Stage::RefreshRequest && failure.recovery == Recovery::SignIn => {
            let code = journal::code(exchange);
            refusal::remember(app, entry, record, failure, code).await.err().into_iter().collect()
        }
        Err(_) => Vec::new(),
    })
}

/// The profile was forgotten by somebody who knows nothing of our lease, such as another machine.
fn gone(name: &ProfileName) -> Failure {
    let summary =
        format!("the profile `{name}` was forgotten or signed in again in the meantime; the new tokens were not saved");
    let diagnosis = Diagnosis::new(summary);
    Failure::new(FailureKind::NeedsSignIn, diagnosis.hint("`tokenwright list` names the saved profiles"))
}
