//! Token history: the generations of a saved profile, and restoring an older one whose refresh token is not known to be
//! spent.

use std::path::PathBuf;
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

/// What is known of a profile's generations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileHistory {
    pub name: ProfileName,
    pub lines: Vec<HistoryLine>,
    /// The refresh that was begun with the newest tokens and whose answer was never kept, in words.
    pub begun: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryLine {
    pub number: u64,
    /// When it was put.
    pub at: Timestamp,
    /// How its tokens were obtained.
    pub how: String,
    /// The first digits of the hash of its access token.
    pub access_token: Option<String>,
    /// The same of its refresh token.
    pub refresh_token: Option<String>,
    /// How it fared.
    pub outcome: String,
    /// Which process put it, where known.
    pub by: Option<String>,
    /// What is left of its tokens.
    pub left: Left,
}

/// What is left of a generation's tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// They are the newest.
    Newest,
    /// They are kept, and can be put on top again.
    Kept,
    /// They are kept; their refresh token is spent, or was refused.
    Spent,
    /// They are let go of: a newer one has worked.
    Nothing,
}

impl Left {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Newest => "in use",
            Self::Kept => "can be restored",
            Self::Spent => "kept, spent",
            Self::Nothing => "",
        }
    }
}

/// An older generation was put on top again, or a sealed file was mended.
#[derive(Clone, Debug, PartialEq)]
pub struct Restored {
    pub name: ProfileName,
    /// The generation that was taken.
    pub from: u64,
    /// The number it has now.
    pub number: u64,
    /// Where the file is that did not open and was set aside.
    pub aside: Option<PathBuf>,
    /// The tokens that are the newest now.
    pub tokens: Option<TokenSet>,
}

impl App {
    /// What is known of a profile's generations.
    pub async fn history(&self, name: &ProfileName) -> Result<ProfileHistory, Failure> {
        history(self, name.clone()).await
    }

    /// Restores an older generation; `None` for the previous one. `anyway`: even if its refresh token is probably dead.
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
            Left::Kept
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

/// Whether the refresh token of a generation is likely dead: the service refused it, or gave another one for it and takes
/// each but once.
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
        // What was seen counts as much as what the preset says.
        (policy.rotates || history.rotation() == Some(true)) && next.how == How::Refreshed && !in_grace
    })
}

/// Puts an older generation on top again. What is wrong with the profile's sealed file is mended first; if that was it and
/// no generation was named, it is all that is done.
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
    let mended = app.with_entry(&entry, Entry::repair).await?;
    let record = app.with_entry(&entry, Entry::get).await?.ok_or_else(|| none(&name))?;
    let restored = match mended {
        Some(mended) if generation.is_none() => {
            let tokens = record.contents.tokens;
            Restored { name: name.clone(), from: mended.from, number: mended.number, aside: mended.aside, tokens }
        }
        _ => put_again(app, (&name, &entry), &profile, record, generation, anyway).await?,
    };
    drop(entry);
    app.tell_profiles().await;
    Ok(restored)
}

async fn put_again(
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
    Ok(Restored { name: name.clone(), from, number, aside: None, tokens: Some(tokens) })
}

/// Notes that the service has accepted these tokens, if they are the newest ones of the profile. A note that cannot be made
/// costs nothing.
pub(crate) async fn worked(app: &App, name: &ProfileName, tokens: Option<TokenSet>) {
    let name = name.clone();
    let note = move |vault: &Vault| {
        // Whoever holds the lease puts something newer, or removes it.
        let Ok(entry) = vault.lease_within(&name, Duration::ZERO) else { return Ok(()) };
        let Some(record) = entry.get()? else { return Ok(()) };
        let is_news = record.history.last().is_some_and(|line| line.outcome == Outcome::Kept);
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

/// The profile was changed since: these tokens would be kept, and never handed out.
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
