//! A team: making one, joining it, its members, and giving it a profile.

mod removal;
pub(in crate::app) mod sharing;

use std::path::PathBuf;

use jiff::Timestamp;

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::schedule::scheduler;
use crate::app::vault::open;
use crate::app::{Failure, FailureKind, Ports};
use crate::config::TeamSettings;
use crate::diagnosis::Diagnosis;
use crate::service::ProfileName;
use crate::store::{Address, TeamPlace};
use crate::vault::{self, By, Record, Standing, TeamStatus, Vault, VaultError};

pub use crate::app::team::removal::{MemberRemoved, Untouched};

/// The team to make or to join.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamOrder {
    /// The database, `postgres://user@host/database`, without a password.
    pub url: String,
    /// What this member is called; `None` for the user and machine.
    pub member: Option<String>,
    /// The file with the password of the database's user.
    pub password_file: Option<PathBuf>,
    /// The file with the key of this member, made if there is none; `None` puts the key into the vault.
    pub key_file: Option<PathBuf>,
}

/// With whom a profile is shared, and what happens to it elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedWith {
    /// What the team is called.
    pub team: String,
    /// Its members.
    pub members: Vec<String>,
    /// The machine that wrote the newest tokens, the command that did, and when.
    pub last: Option<(By, Timestamp)>,
    /// Who refreshes it at this moment, and since when.
    pub refreshing: Option<(By, Timestamp)>,
}

/// With whom a profile is shared; `None` if it is this machine's own.
pub(in crate::app) async fn shared_with(
    app: &App,
    name: &ProfileName,
    record: Option<&Record>,
) -> Result<Option<SharedWith>, Failure> {
    if !app.has_team() || !sharing::is_shared(app, name).await? {
        return Ok(None);
    }
    let newest = record.and_then(|record| record.history.last());
    let last = newest.and_then(|line| Some((line.by.clone()?, line.at)));
    let asked = name.clone();
    let (status, in_flight) = app.with_vault(move |vault| Ok((vault.team_status()?, vault.in_flight(&asked)?))).await?;
    let in_flight = in_flight.filter(|refresh| record.is_some_and(|record| record.history.is_unanswered(refresh)));
    let refreshing = in_flight.map(|refresh| (refresh.by, refresh.at));
    let Standing::Member { team, members, .. } = status.standing else { return Ok(None) };
    let members = members.into_iter().map(|member| member.name).collect();
    Ok(Some(SharedWith { team, members, last, refreshing }))
}

impl App {
    /// Makes a team in a database, with this machine as its first member.
    pub async fn found_team(&self, order: TeamOrder, name: String) -> Result<TeamStatus, Failure> {
        enter(self, order, move |vault, member| vault.found_team(&name, member)).await
    }

    /// Asks to be let into the team of a database. `expected` is the team's fingerprint, if a member has told it.
    pub async fn join_team(&self, order: TeamOrder, expected: Option<String>) -> Result<TeamStatus, Failure> {
        enter(self, order, move |vault, member| vault.ask_to_join(member, expected.as_deref())).await
    }

    /// The team, and what this machine is to it.
    pub async fn team_status(&self) -> Result<TeamStatus, Failure> {
        let status = self.with_team(Vault::team_status).await;
        // Somebody who was let in meanwhile sees more.
        self.tell_profiles().await;
        status
    }

    /// Lets somebody in whose request came with the key of this fingerprint.
    pub async fn admit_member(&self, member: String, fingerprint: String) -> Result<TeamStatus, Failure> {
        self.with_team(move |vault| vault.admit(&member, &fingerprint)).await
    }

    /// Drops the requests under a name.
    pub async fn refuse_member(&self, member: String) -> Result<TeamStatus, Failure> {
        self.with_team(move |vault| vault.refuse(&member)).await
    }

    /// Forgets the team on this machine. Its profiles stay with the others.
    pub async fn leave_team(&self) -> Result<(), Failure> {
        let turn = self.team_turn.lock().await;
        open::open_chosen(self).await?;
        sharing::check_all_arrived(self).await?;
        self.with_team(Vault::leave_team).await?;
        self.change_settings(|settings| settings.team = None).await?;
        self.ports.store.set_team(None);
        drop(turn);
        scheduler::changed_profiles(self).await;
        self.tell_profiles().await;
        Ok(())
    }

    /// Whether this machine belongs to a team, or asks to.
    pub fn has_team(&self) -> bool {
        self.ports.store.team().is_some()
    }

    async fn with_team<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Vault) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, Failure> {
        open::open_chosen(self).await?;
        self.with_vault(work).await
    }
}

/// Does something with the team of a database, and remembers the team if that works.
async fn enter(
    app: &App,
    order: TeamOrder,
    work: impl FnOnce(&Vault, &str) -> Result<TeamStatus, VaultError> + Send + 'static,
) -> Result<TeamStatus, Failure> {
    check_address(&order.url)?;
    let TeamOrder { url, member, password_file, key_file } = order;
    let absolute = |path: Option<PathBuf>| path.map(|path| std::path::absolute(&path).unwrap_or(path));
    let place = TeamPlace { url, password_file: absolute(password_file), key_file: absolute(key_file) };
    let turn = app.team_turn.lock().await;
    let before = app.ports.store.team();
    if let Some(before) = before.as_ref().filter(|before| before.place().url != place.url) {
        let diagnosis = Diagnosis::new(format!("this machine belongs to the team in `{}`", before.shown().display()));
        return Err(Failure::new(FailureKind::Usage, diagnosis.hint("`tokenwright team leave` forgets that one")));
    }
    app.ports.store.set_team(Some(place.clone()));
    let member = member.unwrap_or_else(vault::proposed_member_name);
    let entered = app.with_team(move |vault| work(vault, &member)).await;
    if entered.is_err() {
        app.ports.store.set_team(before.map(|before| before.place().clone()));
        return entered;
    }
    let TeamPlace { url, password_file, key_file } = place;
    let settings = TeamSettings { store: url, password_file, key_file };
    app.change_settings(move |all| all.team = Some(settings)).await?;
    drop(turn);
    scheduler::changed_profiles(app).await;
    app.tell_profiles().await;
    entered
}

/// Uses the team that another process of this user has made, joined or left.
pub(in crate::app) async fn follow(app: &App) {
    let _turn = app.team_turn.lock().await;
    let app = app.clone();
    let _ = blocking(move || follow_settings(&app.ports)).await;
}

/// Uses the team that the environment names, or else the settings. Settings that cannot be read are reported by whoever needs
/// them; until then the team stays.
pub(in crate::app) fn follow_settings(ports: &Ports) {
    let chosen = match &ports.team {
        Some(place) => Some(place.clone()),
        None => match ports.config.load_settings() {
            Ok(settings) => settings.team.map(place),
            Err(_) => return,
        },
    };
    if chosen.as_ref() != ports.store.team().as_ref().map(|team| team.place()) {
        ports.store.set_team(chosen);
    }
}

fn place(TeamSettings { store, password_file, key_file }: TeamSettings) -> TeamPlace {
    TeamPlace { url: store, password_file, key_file }
}

/// An address is an argument and a setting, which others may read.
fn check_address(url: &str) -> Result<(), Failure> {
    let address = Address::parse(url, None)?;
    if !address.has_password() {
        return Ok(());
    }
    let diagnosis = Diagnosis::new("the address of the team's database holds a password");
    let hint = "write the password to a file that only you can read, and name it with `--password-file`";
    Err(Failure::new(FailureKind::Usage, diagnosis.hint(hint)))
}
