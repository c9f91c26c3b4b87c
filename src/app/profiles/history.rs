//! Token history: the generations of a saved profile, and restoring an older one whose refresh token is not known to be
//! spent.

use std::time::Duration;

use jiff::Timestamp;

use crate::app::handle::App;
use crate::app::profiles;
use crate::app::tokens::issued_for;
use crate::app::vault::lease::lease_for;
use crate::app::vault::open;
use crate::app::{Failure, FailureKind, Report};
use crate::diagnosis::Diagnosis;
use crate::oauth::TokenSet;
use crate::service::{Profile, ProfileName, TokenPolicy};
use crate::vault::{Contents, Entry, Generation, History, How, Outcome, Record, Vault};

/// The generations of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileHistory {
    pub name: ProfileName,
    pub lines: Vec<HistoryLine>,
    /// The refresh that was sent with the newest tokens and whose response was never saved, as text.
    pub begun: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryLine {
    pub number: u64,
    /// When it was written.
    pub at: Timestamp,
    /// How its tokens were obtained.
    pub how: String,
    /// The first digits of the hash of its access token.
    pub access_token: Option<String>,
    /// The same of its refresh token.
    pub refresh_token: Option<String>,
    /// What became of it.
    pub outcome: String,
    /// The process that wrote it, if known.
    pub by: Option<String>,
    /// Whether its tokens are still in the vault.
    pub left: Left,
}

/// Whether a generation's tokens are still in the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// They are in use.
    Newest,
    /// They can be restored.
    Restorable,
    /// They are there, but their refresh token was used or refused.
    Spent,
    /// They were removed after a newer generation had worked.
    Nothing,
}

impl Left {
    pub fn label(self) -> &'static str {
        match self {
            Self::Newest => "in use",
            Self::Restorable => "can be restored",
            Self::Spent => "kept, spent",
            Self::Nothing => "",
        }
    }
}

/// An older generation was restored, or a damaged record was repaired.
#[derive(Clone, Debug, PartialEq)]
pub struct Restored {
    pub name: ProfileName,
    /// The generation that was restored.
    pub from: u64,
    /// The number it has now.
    pub number: u64,
    /// The tokens that are in use now.
    pub tokens: Option<TokenSet>,
}

impl App {
    /// Lists a profile's generations.
    pub async fn history(&self, name: &ProfileName) -> Result<ProfileHistory, Failure> {
        history(self, name.clone()).await
    }

    /// Restores an older generation; `None` for the previous one. `anyway`: even if its refresh token was probably used.
    pub async fn restore(
        &self,
        name: &ProfileName,
        generation: Option<u64>,
        anyway: bool,
        report: &Report,
    ) -> Result<Restored, Failure> {
        let (app, name, report) = (self.clone(), name.clone(), report.clone());
        self.settle(async move { restore(&app, &report, name, generation, anyway).await }).await
    }
}

async fn history(app: &App, name: ProfileName) -> Result<ProfileHistory, Failure> {
    open::open_chosen(app).await?;
    let profile = profiles::load(app, &name).await?;
    let asked = name.clone();
    let read = move |vault: &Vault| Ok((vault.snapshot(&asked)?, vault.in_flight(&asked)?));
    let (record, begun) = app.with_vault(read).await?;
    let begun = begun.filter(|begun| record.as_ref().is_some_and(|record| record.history.is_unanswered(begun)));
    let lines = record.map(|record| lines(&record, &profile, (app.ports.now)())).unwrap_or_default();
    let begun = begun.map(|begun| format!("{} at {}", begun.by, begun.at.strftime("%Y-%m-%d %H:%M:%S UTC")));
    Ok(ProfileHistory { name, lines, begun })
}

fn lines(record: &Record, profile: &Profile, now: Timestamp) -> Vec<HistoryLine> {
    let history = &record.history;
    let newest = record.contents.tokens.as_ref();
    let line = |line: &Generation| {
        let left = if newest.is_some_and(|tokens| line.is_of(tokens)) {
            Left::Newest
        } else if history.tokens_of(line.number).is_none() {
            Left::Nothing
        } else if is_spent(history, line, &profile.service.policy, now) {
            Left::Spent
        } else {
            Left::Restorable
        };
        HistoryLine {
            number: line.number,
            at: line.at,
            how: line.how.to_string(),
            access_token: line.access_token.clone(),
            refresh_token: line.refresh_token.clone(),
            outcome: line.outcome.to_string(),
            by: line.by.as_ref().map(ToString::to_string),
            left,
        }
    };
    history.lines.iter().rev().map(line).collect()
}

/// Whether the refresh token of a generation is likely dead: the service refused it, or replaced it and accepts each only
/// once.
fn is_spent(history: &History, line: &Generation, policy: &TokenPolicy, now: Timestamp) -> bool {
    let of_same = |other: &&Generation| other.refresh_token == line.refresh_token;
    if history.lines.iter().filter(of_same).any(|line| matches!(line.outcome, Outcome::Refused(_))) {
        return true;
    }
    let mut after = history.lines.iter().skip_while(|other| other.number != line.number);
    let next = after.find(|other| !of_same(other));
    let grace = policy.grace.map(Duration::from_secs).unwrap_or_default();
    next.is_some_and(|next| {
        let in_grace = next.at.checked_add(grace).is_ok_and(|end| now < end);
        // An observed rotation counts as much as the preset's word.
        (policy.rotates || history.rotation() == Some(true)) && next.how == How::Refreshed && !in_grace
    })
}

/// Restores an older generation. A damaged record is repaired first; if it was damaged and no generation was named, that is
/// all.
async fn restore(
    app: &App,
    report: &Report,
    name: ProfileName,
    generation: Option<u64>,
    anyway: bool,
) -> Result<Restored, Failure> {
    open::open_chosen(app).await?;
    let entry = lease_for(app, report, &name).await?;
    let profile = profiles::load(app, &name).await?;
    let repaired = app.with_entry(&entry, Entry::repair).await?;
    let record = app.with_entry(&entry, Entry::get).await?.ok_or_else(|| none(&name))?;
    let restored = match repaired {
        Some(repaired) if generation.is_none() => {
            let tokens = record.contents.tokens;
            Restored { name: name.clone(), from: repaired.from, number: repaired.number, tokens }
        }
        _ => restore_tokens(app, (&name, &entry), &profile, record, generation, anyway).await?,
    };
    drop(entry);
    app.tell_profiles().await;
    Ok(restored)
}

async fn restore_tokens(
    app: &App,
    (name, entry): (&ProfileName, &Entry),
    profile: &Profile,
    record: Record,
    generation: Option<u64>,
    anyway: bool,
) -> Result<Restored, Failure> {
    let history = &record.history;
    let found = match generation {
        Some(number) => history.tokens_of(number),
        None => history.earlier.last(),
    };
    let earlier = found.ok_or_else(|| not_kept(name, generation))?;
    let from = generation.unwrap_or(earlier.number);
    let line = history.lines.iter().find(|line| line.number == from);
    let now = (app.ports.now)();
    if !anyway && line.is_some_and(|line| is_spent(history, line, &profile.service.policy, now)) {
        return Err(spent(name, from, &profile.service.name));
    }
    let tokens = earlier.tokens.clone();
    if let Some(stale) = issued_for::stale(name, profile, &tokens) {
        return Err(of_another(name, from, &stale));
    }
    let contents = Contents { tokens: Some(tokens.clone()), refused: None, ..record.contents };
    let put = move |entry: &Entry| entry.put(Some(record.number), &contents, How::Restored(from));
    let number = app.with_entry(entry, put).await?;
    Ok(Restored { name: name.clone(), from, number, tokens: Some(tokens) })
}

/// Notes that the service has accepted these tokens, if they are the profile's newest. Failures are ignored: the note is
/// only information.
pub(crate) async fn worked(app: &App, name: &ProfileName, tokens: Option<TokenSet>) {
    let name = name.clone();
    let note = move |vault: &Vault| {
        // The holder of the lease is about to write newer tokens or to remove them.
        let Ok(entry) = vault.lease_within(&name, Duration::ZERO) else { return Ok(()) };
        let Some(record) = entry.get()? else { return Ok(()) };
        let is_news = record.history.last().is_some_and(|line| line.outcome == Outcome::Unused);
        if is_news && tokens.is_some() && record.contents.tokens == tokens {
            entry.put(Some(record.number), &record.contents, Outcome::Worked)?;
        }
        Ok(())
    };
    if app.has_vault() {
        let _ = app.with_vault(note).await;
    }
}

fn none(name: &ProfileName) -> Failure {
    let diagnosis = Diagnosis::new(format!("no tokens are saved for `{name}`"));
    Failure::new(FailureKind::NeedsSignIn, diagnosis.hint(format!("sign in again: `tokenwright sign-in {name}`")))
}

fn not_kept(name: &ProfileName, generation: Option<u64>) -> Failure {
    let diagnosis = Diagnosis::new(match generation {
        Some(number) => format!("the tokens of generation {number} of `{name}` are not in the vault, or are in use"),
        None => format!("`{name}` has no older generation with tokens"),
    });
    Failure::new(FailureKind::Usage, diagnosis.hint(format!("`tokenwright history {name}` lists the generations")))
}

/// The profile was changed since then, so these tokens would be stale at once.
fn of_another(name: &ProfileName, number: u64, stale: &Diagnosis) -> Failure {
    let diagnosis =
        Diagnosis::new(format!("generation {number} does not belong to the profile as it is now: {}", stale.summary));
    let hint = format!("change the profile back in the window first; or sign in again: `tokenwright sign-in {name}`");
    Failure::new(FailureKind::Refused, diagnosis.hint(hint))
}

fn spent(name: &ProfileName, number: u64, service: &str) -> Failure {
    let summary = format!(
        "the refresh token of generation {number} of `{name}` is likely dead: {service} takes each refresh token once, \
         and this one was used"
    );
    let hint = format!(
        "sign in again: `tokenwright sign-in {name}`; or restore it with `--force`, which some services answer by \
         ending all tokens of the sign-in"
    );
    Failure::new(FailureKind::Refused, Diagnosis::new(summary).hint(hint))
}
