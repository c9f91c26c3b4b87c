//! Remembers that a refresh token is dead, so that it is not sent again unless a person asks for it. The tokens stay where
//! they are.

use crate::app::handle::App;
use crate::app::{Failure, FailureKind, Need, Recovery, export};
use crate::diagnosis::Diagnosis;
use crate::oauth::{Refused, TokenSet};
use crate::service::ProfileName;
use crate::store::Plain;
use crate::vault::{Contents, Entry, Outcome, Record};

/// A failure that only a person at a browser can mend.
pub(crate) fn needs_sign_in(name: &ProfileName, what: &str) -> Failure {
    let diagnosis = Diagnosis::new(format!("the profile `{name}` {what}"));
    Failure::new(FailureKind::NeedsSignIn, diagnosis.hint(format!("sign in again: {}", ways(name))))
}

fn ways(name: &ProfileName) -> String {
    format!("`tokenwright sign-in {name}`, or open the profile in the window")
}

/// The refresh token was given away: what it is worth, somebody else knows.
pub(crate) fn check_held(name: &ProfileName, plain: &Plain) -> Result<(), Failure> {
    let Some(to) = export::handed_over(name, plain) else { return Ok(()) };
    let place = if to.path.is_empty() { String::new() } else { format!(", into `{}`", to.path) };
    Err(needs_sign_in(name, &format!("handed its refresh token over at {} (format `{}`{place})", to.at, to.format)))
}

/// Does not ask again what was refused for good, unless it is asked for by hand.
pub(crate) fn check(name: &ProfileName, record: &Record, need: Need) -> Result<(), Failure> {
    match &record.contents.refused {
        Some(refused) if !need.is_new() => Err(Failure {
            recovery: Recovery::SignIn,
            ..Failure::new(FailureKind::NeedsSignIn, refused_words(name, refused))
        }),
        _ => Ok(()),
    }
}

/// The words for a profile that is marked.
pub(crate) fn refused_words(name: &ProfileName, refused: &Refused) -> Diagnosis {
    let at = refused.at.strftime("%Y-%m-%d %H:%M UTC");
    let summary = format!("the profile `{name}` needs a new sign-in since {at}: {}", refused.reason);
    let hint = format!("sign in again: {}; `tokenwright refresh {name}` asks the service once more", ways(name));
    Diagnosis::new(summary).hint(hint)
}

/// What to know of an access token that outlives the refusal of its refresh token: the service may have ended both.
pub(crate) fn lingering(name: &ProfileName, record: &Record) -> Option<Diagnosis> {
    let refused = record.contents.refused.as_ref()?;
    let hint = format!("the access token may be revoked as well; sign in again: {}", ways(name));
    Some(Diagnosis::new(refused_words(name, refused).summary).hint(hint))
}

/// What is saved of a refresh whose ID token is about somebody else. The old refresh token is spent, so the new one is kept and
/// a person can ask for another refresh; the new access token may be somebody else's and is never handed out; the old one is
/// what it was. The profile is marked, so that nothing is refreshed by itself until a person has looked at it.
pub(in crate::app::tokens) fn keep_refresh_token(
    app: &App,
    contents: Contents,
    came: &TokenSet,
    failure: &Failure,
) -> Contents {
    let Diagnosis { summary: reason, hint, .. } = failure.diagnosis.clone();
    let kept = contents.tokens.map(|before| TokenSet {
        refresh_token: came.refresh_token.clone(),
        refresh_token_expires_at: came.refresh_token_expires_at,
        ..before
    });
    Contents { tokens: kept, refused: Some(Refused { at: (app.ports.now)(), reason, hint }), ..contents }
}

/// Remembers a refusal; what is said when that cannot be done.
pub(crate) async fn remember(
    app: &App,
    entry: &Entry,
    mut record: Record,
    failure: &Failure,
    code: String,
) -> Result<(), Diagnosis> {
    let Diagnosis { summary: reason, hint, .. } = failure.diagnosis.clone();
    record.contents.refused = Some(Refused { at: (app.ports.now)(), reason, hint });
    let put = move |entry: &Entry| entry.put(Some(record.number), &record.contents, Outcome::Refused(code));
    let put = app.with_entry(entry, put).await;
    put.map(|_| ()).map_err(|failure| {
        let summary = format!("the refusal of the refresh token could not be saved: {}", failure.diagnosis.summary);
        Diagnosis { summary, ..failure.diagnosis }
    })
}
