//! Tokens of saved profiles: returned while they are valid, else refreshed under the profile's lease, so that only one of all
//! threads and processes refreshes and the others find the new token. Tokens that were received are never given up, neither
//! for a failing network nor for a full disk.

pub(in crate::app) mod api;
pub(in crate::app) mod inspect;
pub(in crate::app) mod issued_for;
pub(in crate::app) mod issuer_keys;
mod journal;
mod pending;
mod policy;
pub(in crate::app) mod present;
mod refusal;
mod replay;
mod resource;
mod retry;
pub(in crate::app) mod revoke;
pub(in crate::app) mod rotation;
pub(in crate::app) mod signature;
mod source;

use crate::app::handle::App;
use crate::app::profiles;
use crate::app::profiles::drafts;
use crate::app::progress::{Progress, Report};
use crate::app::sign_in::proof::key;
use crate::app::sign_in::{id_token, lookup, sources};
use crate::app::state::PendingWrite;
use crate::app::tokens::pending::Put;
use crate::app::vault::lease::lease;
use crate::app::vault::open;
use crate::app::{CallContext, Exchange, Failure, FailureKind, Need, Recovery, SavedToken, Wanted, export};
use crate::diagnosis::Diagnosis;
use crate::oauth::{ProfileSecrets, RenewedBy, Resource, Stage, TokenSet, is_token_text};
use crate::service::{Profile, ProfileName};
use crate::vault::{Contents, Entry, How, Record};

pub(crate) use crate::app::tokens::pending::{newest, read, take_up_waiting, write_pending};
pub(crate) use crate::app::tokens::policy::{announced_from, ending};
pub use crate::app::tokens::present::Presented;
pub(crate) use crate::app::tokens::refusal::{needs_sign_in, refused_words};
pub use crate::app::tokens::rotation::Rotation;
pub(crate) use crate::app::tokens::rotation::rotation;

impl App {
    /// A valid access token of a saved profile, refreshed if `need` demands it.
    pub async fn token(&self, name: &ProfileName, need: Need, report: &Report) -> Result<SavedToken, Failure> {
        let (app, name, report) = (self.clone(), name.clone(), report.clone());
        self.settle(async move { Ok(hand_out(&app, &report, name, need.into()).await?.1) }).await
    }

    /// Tries once more to save pending writes.
    pub async fn retry_pending_writes(&self) {
        pending::try_again(self).await;
        self.tell_profiles().await;
    }
}

/// A profile with its saved secrets and tokens.
pub(crate) async fn context_of(app: &App, name: &ProfileName, profile: Profile) -> Result<CallContext, Failure> {
    let record = pending::read(app, name).await?;
    Ok(source::saved(name, profile, &record))
}

/// A token of a saved profile that is usable now.
pub(crate) async fn valid(app: &App, report: &Report, name: &ProfileName) -> Result<SavedToken, Failure> {
    Ok(hand_out(app, report, name.clone(), Need::Usable.into()).await?.1)
}

/// A saved profile, and the token that is wanted.
pub(crate) async fn hand_out(
    app: &App,
    report: &Report,
    name: ProfileName,
    wanted: Wanted,
) -> Result<(Profile, SavedToken), Failure> {
    let need = wanted.need;
    // The profile is read while a keyring is waited for.
    let (opened, loaded) = tokio::join!(open::open_chosen(app), profiles::load_text(app, &name));
    let is_moved = opened?;
    let (profile, text) = match loaded {
        Ok(loaded) if !is_moved => loaded,
        _ => profiles::load_text(app, &name).await?,
    };
    let record = read_for(app, &name).await?;
    let policy = profile.service.policy.clone();
    let resource = resource::other_than_own(&profile, wanted.resource);
    issued_for::check(&name, &profile, record.contents.tokens.as_ref())?;
    let now = (app.ports.now)();
    let saved = resource::wanted(record.contents.tokens.as_ref(), resource.as_ref());
    let follows = !need.is_new() && resource.is_none() && sources::has_newer_parent(app, &name, &profile.service).await;
    let asked = if follows { Need::New } else { need };
    if let Some(tokens) = policy::good(&policy, saved.as_ref(), asked, now) {
        let notes = refusal::lingering(&name, &record).into_iter().chain(ending(&name, &policy, tokens, now));
        let notes = notes.chain(resource::departure(&profile, resource.as_ref(), tokens));
        let notes = notes.chain(away(app, &name).await).collect();
        let tokens = tokens.clone();
        return handed_out(profile, name, tokens, false, notes);
    }
    let asked =
        Asked { profile, from: Origin::Saved(text), wanted: Wanted { need: asked, resource: resource.clone() } };
    let renewal = renew(app, report, &name, asked).await;
    let outcome = renewal.and_then(|(profile, renewal)| match renewal {
        Renewal::Found(tokens) => Ok((profile, *tokens)),
        Renewal::Called(exchange) => exchange.outcome.map(|tokens| (profile, *tokens)),
    });
    let now = (app.ports.now)();
    let (profile, tokens, refreshed, mut notes) = match outcome {
        Ok((profile, tokens)) => (profile, tokens, true, Vec::new()),
        Err(failure) => {
            // A profile that was forgotten meanwhile may have been revoked too.
            let last = policy::last_resort(saved, need, now).filter(|_| is_borne(&failure));
            let Some(tokens) = last else { return Err(failure) };
            let Ok(profile) = profiles::load(app, &name).await else { return Err(failure) };
            (profile, tokens, false, vec![failure.diagnosis])
        }
    };
    notes.extend(policy::shortfall(&tokens, need, now));
    notes.extend(ending(&name, &policy, &tokens, now));
    notes.extend(resource::departure(&profile, resource.as_ref(), &tokens));
    handed_out(profile, name, tokens, refreshed, notes)
}

/// The record of a profile.
async fn read_for(app: &App, name: &ProfileName) -> Result<Record, Failure> {
    let mut read = pending::read(app, name).await;
    if let Err(failure) = read {
        read = arrived(app, name, failure).await;
    }
    if read.is_err() {
        // It may have been forgotten since it was read.
        profiles::load(app, name).await?;
    }
    read
}

/// The record of a profile that another process is taking out of the team, once it is here; else this failure to read it.
async fn arrived(app: &App, name: &ProfileName, failure: Failure) -> Result<Record, Failure> {
    if drafts::Move::of(&profiles::plain(app, name).await?).is_none() {
        return Err(failure);
    }
    let entry = lease(app, name).await?;
    drafts::check_owner(name, &profiles::plain(app, name).await?)?;
    pending::read_leased(app, name, &entry).await
}

/// That a token may have been replaced, since the server of its store is away.
async fn away(app: &App, name: &ProfileName) -> Option<Diagnosis> {
    let asked = name.clone();
    let place = app.with_store(move |store| store.away(asked.as_str())).await.ok()??;
    let summary = format!("`{}` cannot be reached: this is the last token that was read of it", place.display());
    Some(Diagnosis::new(summary).hint("nothing is refreshed until it is back"))
}

/// Refuses an access token with characters that no token has, such as line breaks, which would end the header or the line
/// that it is written into. An earlier version may have saved one.
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
    Ok((profile, SavedToken { name, tokens, header, carried: None, proof: None, refreshed, notes }))
}

/// Whether an access token that is still valid may be handed out although its refresh failed so.
fn is_borne(failure: &Failure) -> bool {
    !matches!(failure.recovery, Recovery::ByHand)
}

/// Refreshes the tokens of a saved profile with the requests and secrets that are entered now.
pub(crate) async fn refresh_saved(
    app: &App,
    report: &Report,
    (name, need): (&ProfileName, Need),
    context: CallContext,
) -> Result<Exchange, Failure> {
    let from = Origin::Typed(Box::new(context.secrets));
    match renew(app, report, name, Asked { profile: context.profile, from, wanted: need.into() }).await?.1 {
        Renewal::Called(exchange) => Ok(*exchange),
        // Neither `Need::New` nor `Need::Resent` is met by what is saved.
        Renewal::Found(_) => Err(needs_sign_in(name, "has no tokens")),
    }
}

struct Asked {
    profile: Profile,
    from: Origin,
    wanted: Wanted,
}

/// Where a profile is from.
enum Origin {
    /// From this text in the store.
    Saved(String),
    /// From the person who edits it, with the secrets that are entered now.
    Typed(Box<ProfileSecrets>),
}

enum Renewal {
    /// Another process had refreshed them meanwhile.
    Found(Box<TokenSet>),
    Called(Box<Exchange>),
}

/// Lock, read again, refresh if it is still needed, write, release. Returns the profile as it was then.
async fn renew(app: &App, report: &Report, name: &ProfileName, asked: Asked) -> Result<(Profile, Renewal), Failure> {
    let Asked { profile, from, wanted: Wanted { need, resource } } = asked;
    let entry = lease(app, name).await?;
    // The last holder of the lease may have forgotten or replaced the profile.
    let plain = profiles::plain(app, name).await?;
    drafts::check_owner(name, &plain)?;
    let (profile, typed) = match from {
        Origin::Saved(text) if plain.definition.as_ref() == Some(&text) => (profile, None),
        Origin::Saved(_) => (profiles::load(app, name).await?, None),
        Origin::Typed(secrets) => (profile, Some(secrets)),
    };
    let mut record = pending::read_leased(app, name, &entry).await?;
    issued_for::check(name, &profile, record.contents.tokens.as_ref())?;
    // Secrets that are entered now replace the saved ones, and are saved if the refresh works.
    if let Some(typed) = typed {
        let secrets = &mut record.contents.secrets;
        for (saved, typed) in
            [(&mut secrets.client_secret, typed.client_secret), (&mut secrets.password, typed.password)]
        {
            if !typed.is_empty() {
                *saved = typed;
            }
        }
        secrets.second_client_secret = typed.second_client_secret;
        secrets.signing_key = typed.signing_key.or(secrets.signing_key.take());
        secrets.client_certificate = typed.client_certificate.or(secrets.client_certificate.take());
    }
    let now = (app.ports.now)();
    let saved = resource::wanted(record.contents.tokens.as_ref(), resource.as_ref());
    if let Some(tokens) = policy::good(&profile.service.policy, saved.as_ref(), need, now) {
        let found = Renewal::Found(Box::new(tokens.clone()));
        return Ok((profile, found));
    }
    policy::check_age(name, &profile.service, saved.as_ref(), now)?;
    refusal::check(name, &record, need)?;
    refusal::check_held(name, &plain)?;
    let (mut context, stage) = match &resource {
        Some(resource) => resource::renewal(app, name, (profile, resource), &record)?,
        None => source::renewal(app, name, profile, &record)?,
    };
    context.sources = app.written_sources(name).await?;
    let record = key::of_record(app, &entry, &mut context, record).await?;
    app.supply_practice(&mut context).await?;
    // Of a profile that signed in before its preset had lookups.
    lookup::provide(app, report, &mut context).await?;
    let mut exchange = journal::exchange(app, report, (name, &entry), &record, &context, (stage, need)).await?;
    match settle(app, (name, entry), record, (stage, resource.as_ref()), &exchange).await {
        Ok(notes) => exchange.notes.extend(notes),
        Err(failure) => exchange.outcome = Err(failure),
    }
    if report.is_heard() {
        report.tell(Progress::Traced(Box::new(exchange.clone())));
    }
    Ok((context.profile, Renewal::Called(Box::new(exchange))))
}

/// Saves the outcome of a call: the new tokens, or that the refresh token was refused for good. Then the lease ends.
async fn settle(
    app: &App,
    (name, entry): (&ProfileName, Entry),
    mut record: Record,
    (stage, resource): (Stage, Option<&Resource>),
    exchange: &Exchange,
) -> Result<Vec<Diagnosis>, Failure> {
    if exchange.by_second_secret {
        record.contents.secrets.swap_client_secrets();
    }
    Ok(match &exchange.outcome {
        Ok(tokens) => {
            let departure = id_token::departure(record.contents.tokens.as_ref(), tokens);
            let departure = departure.filter(|_| stage == Stage::RefreshRequest);
            let contents = match &departure {
                None => {
                    let tokens = resource::kept(record.contents.tokens.as_ref(), resource, tokens);
                    Contents { tokens: Some(tokens), refused: None, ..record.contents }
                }
                Some(failure) => refusal::keep_refresh_token(app, record.contents, tokens, failure),
            };
            // The old refresh token may be spent, so the new one is returned even if it cannot be saved.
            let how = how(stage, resource, contents.tokens.as_ref());
            let write = PendingWrite { record: Record { contents, ..record }, how };
            let (put, _entry) = pending::put(app, (name, entry), write).await;
            match put {
                Put::Saved => match departure {
                    None => export::rewrite(app, name).await,
                    Some(failure) => return Err(failure),
                },
                Put::Forgotten => return Err(forgotten(name)),
                Put::Replaced => return Err(replaced(name)),
            }
        }
        // What is refused for a resource need not be the refresh token.
        Err(failure)
            if stage == Stage::RefreshRequest && resource.is_none() && failure.recovery == Recovery::SignIn =>
        {
            let code = journal::code(exchange);
            refusal::remember(app, &entry, record, failure, code).await.err().into_iter().collect()
        }
        Err(_) => Vec::new(),
    })
}

/// What the history says of the profile's own tokens.
fn how(stage: Stage, resource: Option<&Resource>, kept: Option<&TokenSet>) -> How {
    let further = resource.and_then(|resource| kept?.for_resources.get(resource.as_str()));
    match stage {
        _ if further.is_some_and(|token| token.renewed_by != RenewedBy::Shared) => How::Saved,
        Stage::RefreshRequest => How::Refreshed,
        _ => How::AskedFor,
    }
}

/// Somebody without our lease, such as another machine, has forgotten the profile.
fn forgotten(name: &ProfileName) -> Failure {
    let summary = format!("the profile `{name}` was forgotten in the meantime; the new tokens were not saved");
    let diagnosis = Diagnosis::new(summary);
    Failure::new(FailureKind::NeedsSignIn, diagnosis.hint("`tokenwright list` names the saved profiles"))
}

/// Somebody without our lease has signed in again.
fn replaced(name: &ProfileName) -> Failure {
    let summary =
        format!("`{name}` was signed in again in the meantime; the new tokens of this refresh were not saved");
    let hint = format!("`tokenwright token {name}` uses the tokens of that sign-in");
    Failure::new(FailureKind::NeedsSignIn, Diagnosis::new(summary).hint(hint))
}
