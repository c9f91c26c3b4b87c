//! Two and three machines with one store, in memory.

use std::sync::Arc;

use crate::oauth::ProfileSecrets;
use crate::secret::Secret;
use crate::service::ProfileName;
use crate::store::{Engine, Store, TeamPlace, VaultLock};
use crate::vault::key::Cost;
use crate::vault::keyring::{KeySource, Keyring};
use crate::vault::team::Team;
use crate::vault::{Contents, How, Standing, TeamError, TeamStatus, Vault, VaultError, VaultKind};

/// A machine with a vault of its own, in memory.
struct Machine {
    vault: Vault,
    store: Store,
    _home: tempfile::TempDir,
}

fn shared() -> Arc<dyn Engine> {
    Store::in_memory().expect("a store")
}

impl Machine {
    fn new(team: &Arc<dyn Engine>) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let store = Store::new(home.path().join("store"));
        store.set_team_engine(TeamPlace::default(), Arc::clone(team));
        let key_source = KeySource { keyring: Keyring::of_system(), cost: Cost::DEFAULT };
        let own = Store::in_memory().expect("a store");
        let vault = Vault::open(VaultKind::Memory, own, None, key_source, Team::of(&store)).expect("a vault");
        Self { vault, store, _home: home }
    }

    fn fingerprint(&self) -> String {
        self.vault.team_status().expect("a status").fingerprint
    }

    /// What is sealed for the team's profile.
    fn read(&self) -> Result<String, VaultError> {
        let record = self.vault.snapshot(&demo())?.expect("a record");
        Ok(record.contents.secrets.client_secret.expose().to_owned())
    }

    fn write(&self, text: &str) -> Result<u64, VaultError> {
        let entry = self.vault.lease(&demo())?;
        let last = entry.get()?.map(|record| record.number);
        entry.put(last, &contents(text), How::Saved)
    }
}

fn demo() -> ProfileName {
    ProfileName::parse("demo").expect("a name")
}

fn contents(text: &str) -> Contents {
    let secrets = ProfileSecrets { client_secret: Secret::new(text), ..ProfileSecrets::default() };
    Contents { secrets, ..Contents::default() }
}

fn define(team: &Arc<dyn Engine>) {
    team.change("demo", Box::new(|plain| plain.definition = Some("a".to_owned()))).expect("defined");
}

/// Anna's team, with a profile.
fn anna(team: &Arc<dyn Engine>) -> Machine {
    let anna = Machine::new(team);
    anna.vault.found_team("acme", "anna").expect("founded");
    define(team);
    anna.write("s1").expect("written");
    anna
}

fn join(anna: &Machine, team: &Arc<dyn Engine>, name: &str) -> Machine {
    let ben = Machine::new(team);
    ben.vault.ask_to_join(name, None).expect("asked");
    anna.vault.admit(name, &ben.fingerprint()).expect("admitted");
    ben
}

fn team_error(error: VaultError) -> TeamError {
    match error {
        VaultError::Team(error) => error,
        other => panic!("{other}"),
    }
}

fn members(status: TeamStatus) -> Vec<String> {
    match status.standing {
        Standing::Member { members, .. } => members.into_iter().map(|member| member.name).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_is_let_in_reads_and_writes_what_the_others_do() {
    let team = shared();
    let anna = anna(&team);
    let ben = Machine::new(&team);
    let asked = ben.vault.ask_to_join("ben@laptop", None).expect("asked");
    assert_eq!(asked.standing, Standing::Asking { name: "ben@laptop".to_owned() });
    assert!(matches!(team_error(ben.read().expect_err("not a member")), TeamError::NotAdmitted { .. }));
    let wrong = anna.vault.admit("ben@laptop", "0000-0000-0000-0000-0000").expect_err("another fingerprint");
    assert!(matches!(team_error(wrong), TeamError::NoRequest { found, .. } if found == [ben.fingerprint()]));
    let status = anna.vault.admit("ben@laptop", &ben.fingerprint()).expect("admitted");
    assert_eq!(members(status), ["anna", "ben@laptop"]);
    assert_eq!(ben.read().expect("read"), "s1");
    assert_eq!(ben.write("s2").expect("written"), 2);
    assert_eq!(anna.read().expect("read"), "s2");
}

#[test]
fn who_is_removed_opens_nothing_that_is_written_later() {
    let team = shared();
    let anna = anna(&team);
    let (ben, carl) = (join(&anna, &team, "ben"), join(&anna, &team, "carl"));
    assert_eq!((ben.read().expect("read"), carl.read().expect("read")), ("s1".to_owned(), "s1".to_owned()));
    anna.vault.remove_member("ben").expect("removed");
    // What is not sealed anew yet opens still, to members.
    assert_eq!(carl.read().expect("read"), "s1");
    assert_eq!(anna.vault.sealed_before().expect("listed"), ["demo"]);
    let early = team_error(anna.vault.finish_removal().expect_err("one is left"));
    assert_eq!(early, TeamError::SealedBefore { profile: "demo".to_owned(), count: 1 });
    // Ben has the old key in memory, and is refused by the store, then by the list of members.
    assert!(matches!(
        team_error(ben.write("stolen").expect_err("removed")),
        TeamError::NotMember { team: Some(_), .. }
    ));
    assert_eq!(carl.write("s2").expect("written"), 2);
    assert!(matches!(team_error(ben.read().expect_err("sealed anew")), TeamError::NotMember { .. }));
    anna.vault.finish_removal().expect("finished");
    assert_eq!((anna.read().expect("read"), carl.read().expect("read")), ("s2".to_owned(), "s2".to_owned()));
    let status = carl.vault.team_status().expect("a status");
    assert!(matches!(status.standing, Standing::Member { is_removal_unfinished: false, .. }));
}

#[test]
fn an_older_list_of_members_and_another_team_are_refused() {
    let team = shared();
    let anna = anna(&team);
    let _ben = join(&anna, &team, "ben");
    let before = team.vault_lock().expect("read").expect("a lock");
    anna.vault.remove_member("ben").expect("removed");
    let after = team.vault_lock().expect("read").expect("a lock");
    // Somebody with rights on the database makes ben a member again.
    assert!(team.set_vault_lock(Some(&after), &before).expect("replaced"));
    let refused = team_error(anna.write("s2").expect_err("an older list"));
    assert!(matches!(refused, TeamError::OlderMembers { found: 2, known: 3, .. }), "{refused}");

    // Or a team of their own in its place, with anna in it.
    let theirs = shared();
    let mallory = Machine::new(&theirs);
    mallory.vault.found_team("acme", "mallory").expect("founded");
    let recipient_of_anna =
        Machine { store: anna.store.clone(), vault: anna.vault.clone(), _home: tempfile::tempdir().expect("a folder") };
    recipient_of_anna.store.set_team_engine(TeamPlace::default(), Arc::clone(&theirs));
    anna.vault.ask_to_join("anna", None).expect("asked");
    let fingerprint = mallory.vault.team_status().map(requests).expect("a status");
    mallory.vault.admit("anna", &fingerprint[0]).expect("admitted");
    let refused = team_error(anna.vault.team_status().expect_err("another team"));
    assert!(matches!(refused, TeamError::OtherTeam { .. }), "{refused}");
}

fn requests(status: TeamStatus) -> Vec<String> {
    match status.standing {
        Standing::Member { requests, .. } => requests.iter().map(crate::vault::Request::fingerprint).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_team_that_was_named_by_its_fingerprint_is_the_only_one_that_is_joined() {
    let team = shared();
    let anna = anna(&team);
    let ben = Machine::new(&team);
    ben.vault.ask_to_join("ben", Some("0123-0123-0123-0123-0123")).expect("asked");
    anna.vault.admit("ben", &ben.fingerprint()).expect("admitted");
    assert!(matches!(team_error(ben.read().expect_err("another team")), TeamError::OtherTeam { .. }));
}

#[test]
fn what_somebody_writes_into_the_database_is_not_believed() {
    let team = shared();
    let anna = anna(&team);
    let lock = team.vault_lock().expect("read").expect("a lock");
    // No request of theirs moves the cursor or names what is no key.
    let hostile = lock.text.replacen(
        "\"keys\"",
        r#""requests":[{"name":"\u001b[2Jb","recipient":"age1","host":"h","at":"2026-01-01T00:00:00Z"}],"keys""#,
        1,
    );
    assert!(team.set_vault_lock(Some(&lock), &VaultLock { text: hostile, ..lock.clone() }).expect("written"));
    assert_eq!(anna.vault.team_status().map(requests).expect("a status"), Vec::<String>::new());
    for text in ["{}", r#"{"format":1,"kind":"team"}"#, "", r#"{"format":2,"kind":"team"}"#] {
        let there = team.vault_lock().expect("read").expect("a lock");
        assert!(
            team.set_vault_lock(Some(&there), &VaultLock { text: text.to_owned(), ..lock.clone() }).expect("written")
        );
        let error = anna.vault.team_status().expect_err(text);
        assert!(matches!(error, VaultError::LockDamaged { .. } | VaultError::NewerLock { .. }), "{error}");
    }
}

#[test]
fn a_member_in_a_key_file_needs_no_vault_to_keep_the_key() {
    let team = shared();
    let anna = anna(&team);
    let folder = tempfile::tempdir().expect("a folder");
    let key_file = Some(folder.path().join("member.key"));
    let place = TeamPlace { key_file: key_file.clone(), ..TeamPlace::default() };
    let runner = Machine::new(&team);
    runner.store.set_team_engine(place.clone(), Arc::clone(&team));
    runner.vault.ask_to_join("runner", None).expect("asked");
    anna.vault.admit("runner", &runner.fingerprint()).expect("admitted");
    // Another process, with nothing but the file.
    let again = Machine::new(&team);
    again.store.set_team_engine(place.clone(), Arc::clone(&team));
    assert_eq!(again.read().expect("read"), "s1");
    std::fs::write(key_file.as_deref().expect("a path"), "no key").expect("written");
    let other = Machine::new(&team);
    other.store.set_team_engine(place, Arc::clone(&team));
    assert!(matches!(team_error(other.read().expect_err("no key")), TeamError::KeyFile { .. }));
}

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let team = shared();
    let anna = anna(&team);
    let status = anna.vault.team_status().expect("a status");
    let refused = |done: Result<TeamStatus, VaultError>| team_error(done.expect_err("refused"));
    assert!(matches!(refused(anna.vault.found_team("acme", "anna")), TeamError::TeamExists { .. }));
    assert!(matches!(refused(anna.vault.remove_member("ben")), TeamError::NoMember { .. }));
    assert!(matches!(refused(anna.vault.remove_member("anna")), TeamError::RemovesItself { .. }));
    assert!(matches!(refused(anna.vault.admit("ben", "")), TeamError::NoRequest { .. }));
    assert!(matches!(refused(Machine::new(&team).vault.ask_to_join("a b", None)), TeamError::MemberName { .. }));
    assert!(matches!(refused(Machine::new(&shared()).vault.ask_to_join("ben", None)), TeamError::NoTeam { .. }));
    let impostor = Machine::new(&team);
    impostor.vault.ask_to_join("anna", None).expect("asked");
    let taken = refused(anna.vault.admit("anna", &impostor.fingerprint()));
    assert_eq!(taken, TeamError::NameTaken { member: "anna".to_owned() });
    anna.vault.refuse("anna").expect("refused");
    let after = anna.vault.team_status().expect("a status");
    assert_eq!((members(after), requests(status)), (vec!["anna".to_owned()], Vec::new()));
}

#[test]
fn a_document_that_somebody_has_changed_shows_the_same_members_or_none() {
    use proptest::prelude::*;

    let team = shared();
    let anna = anna(&team);
    let _ben = join(&anna, &team, "ben");
    let lock = team.vault_lock().expect("read").expect("a lock");
    let known = members(anna.vault.team_status().expect("a status"));
    let run = proptest::test_runner::Config::with_cases(300);
    proptest!(run, |((at, text) in any::<(prop::sample::Index, String)>(), cut in 0..40_usize)| {
        let from = at.index(lock.text.len());
        let from = (0..=from).rev().find(|at| lock.text.is_char_boundary(*at)).unwrap_or_default();
        let to = (from + cut).min(lock.text.len());
        let changed = format!("{}{text}{}", &lock.text[..from], lock.text.get(to..).unwrap_or_default());
        let there = team.vault_lock().expect("read").expect("a lock");
        let next = VaultLock { text: changed, ..lock.clone() };
        prop_assert!(team.set_vault_lock(Some(&there), &next).expect("tried"));
        if let Ok(TeamStatus { standing: Standing::Member { members, .. }, .. }) = anna.vault.team_status() {
            let names: Vec<String> = members.into_iter().map(|member| member.name).collect();
            prop_assert_eq!(&names, &known);
        }
    });
}
