//! Removing a member: another key, and at once new tokens under it, since the removed member knows the old ones.

use crate::app::handle::App;
use crate::app::progress::{Progress, Report};
use crate::app::tokens;
use crate::app::vault::open;
use crate::app::{Failure, Need};
use crate::diagnosis::Diagnosis;
use crate::service::ProfileName;
use crate::vault::{How, Standing, TeamError, TeamStatus, Vault, VaultError};

/// What the removal of a member came to.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberRemoved {
    pub team: TeamStatus,
    /// The profiles that have new tokens.
    pub refreshed: Vec<ProfileName>,
    /// Those that were only sealed anew.
    pub untouched: Vec<Untouched>,
}

/// A profile whose tokens the removed member still knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Untouched {
    pub name: ProfileName,
    /// Why it was not refreshed.
    pub why: Diagnosis,
}

impl App {
    /// Removes a member from the team, and refreshes all of the team's profiles. If it was stopped half-way, the same call
    /// goes on.
    pub async fn remove_member(&self, member: String, report: &Report) -> Result<MemberRemoved, Failure> {
        let (app, report) = (self.clone(), report.clone());
        self.settle(async move { remove(&app, member, &report).await }).await
    }
}

async fn remove(app: &App, member: String, report: &Report) -> Result<MemberRemoved, Failure> {
    open::open_chosen(app).await?;
    let begun = app.with_vault(move |vault| match vault.remove_member(&member) {
        // Removed before, but not finished.
        Err(error @ VaultError::Team(TeamError::NoMember { .. })) => match vault.team_status()?.standing {
            Standing::Member { is_removal_unfinished: true, .. } => Ok(()),
            _ => Err(error),
        },
        removed => removed.map(drop),
    });
    begun.await?;
    let names = app.with_vault(Vault::sealed_before).await?;
    let (mut refreshed, mut untouched) = (Vec::new(), Vec::new());
    for (done, name) in names.iter().enumerate() {
        report.tell(Progress::RemovingMember { done, of: names.len() });
        let Ok(name) = ProfileName::parse(name) else { continue };
        match tokens::hand_out(app, report, name.clone(), Need::New.into()).await {
            Ok(_) => refreshed.push(name),
            Err(failure) => {
                seal_anew(app, name.clone()).await?;
                untouched.push(Untouched { name, why: failure.diagnosis });
            }
        }
    }
    let team = app.with_vault(Vault::finish_removal).await?;
    app.tell_profiles().await;
    Ok(MemberRemoved { team, refreshed, untouched })
}

/// Writes the same once more, which seals it with the newest key.
async fn seal_anew(app: &App, name: ProfileName) -> Result<(), Failure> {
    app.with_vault(move |vault| {
        let entry = vault.lease_with_team(&name)?;
        let Some(record) = entry.get()? else { return Ok(()) };
        entry.put(Some(record.number), &record.contents, How::Saved).map(drop)
    })
    .await
}
