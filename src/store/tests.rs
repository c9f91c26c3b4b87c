//! The laws that every engine passes, and those of one that keeps its rows on a disk.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::store::engine::{
    Engine, Erased, Forgetting, Leased, Plain, Resealed, Sealed, Seen, Summary, VaultLock, Version, Watched, Written,
};
use crate::store::{Replies, Store, StoreError, TeamPlace, TeamStore};

#[cfg(unix)]
#[path = "../../tests/it/support/postgres.rs"]
#[allow(dead_code, reason = "the integration tests use all of it")]
pub(crate) mod postgres;
#[cfg(unix)]
use postgres::Cluster;

const ID: [u8; 16] = [7; 16];

/// An engine under test, and what it needs to live.
struct Subject {
    engine: Arc<dyn Engine>,
    /// A second opening of the same store, where there can be one.
    again: Option<Arc<dyn Engine>>,
    _folder: tempfile::TempDir,
}

/// Every law, as a test over SQLite and in the list that PostgreSQL is held to.
macro_rules! laws {
    ($($law:ident),* $(,)?) => {
        #[cfg_attr(not(unix), allow(dead_code))]
        const LAWS: &[fn(&Subject)] = &[$($law),*];

        mod over_sqlite {
            $(#[test]
            fn $law() {
                super::sqlite().iter().for_each(super::$law);
            })*
        }
    };
}

laws! {
    a_profile_is_found_again_under_its_very_name_and_an_empty_one_is_gone,
    a_summary_is_remembered_until_the_profile_its_secret_or_the_key_changes,
    drafts_are_found_by_their_mark_and_listed_once_they_are_defined,
    no_change_of_eight_threads_is_lost,
    a_secret_is_replaced_only_by_who_names_its_version,
    the_fence_refuses_a_late_writer_and_the_note_stays_until_it_is_answered,
    a_few_generations_are_stored_and_no_more,
    removing_takes_the_secret_and_the_profile,
    a_secret_is_taken_out_only_as_it_was_copied,
    a_profile_is_renamed_whole_and_only_as_it_was_read,
    a_forgotten_profile_is_nowhere_and_comes_back_whole,
    a_lease_excludes_everybody_else,
    a_reply_waits_until_it_is_known_what_became_of_it,
    the_lock_of_the_vault_is_replaced_only_where_it_is_known_and_guards_every_write,
    one_write_that_fails_fails_alone,
    a_store_can_be_written_and_is_whole,
}

fn sqlite() -> [Subject; 2] {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || Store::new(folder.path().join("store")).engine().expect("opened");
    let file = Subject { engine: open(), again: Some(open()), _folder: folder };
    let memory = Store::in_memory().expect("opened");
    [file, Subject { engine: memory, again: None, _folder: tempfile::tempdir().expect("a folder") }]
}

/// Each twice: with a second opening by the same machine, and by another.
#[cfg(unix)]
#[test]
#[ignore = "needs postgresql"]
fn every_law_holds_over_postgresql() {
    let cluster = Cluster::start();
    for (at, law) in LAWS.iter().enumerate() {
        for second in ["store", "another"] {
            let address = cluster.url(&cluster.database(&format!("{second}{at}")));
            let folder = tempfile::tempdir().expect("a folder");
            let open = |home| team_engine(folder.path().join(home), &address);
            let (engine, again) = (open("store"), Some(open(second)));
            law(&Subject { engine, again, _folder: folder });
        }
    }
}

/// The store of a team, as a machine with this folder opens it.
#[cfg(unix)]
pub(crate) fn team_engine(folder: PathBuf, url: &str) -> Arc<dyn Engine> {
    let place = TeamPlace { url: url.to_owned(), ..TeamPlace::default() };
    TeamStore::new(folder, place).engine().expect("opened")
}

fn lease(engine: &Arc<dyn Engine>, name: &str) -> Box<dyn Leased> {
    engine.lease(name, Duration::from_secs(10)).expect("tried").expect("free")
}

fn version(generation: u64, fence: u64) -> Version {
    Version { generation, fence }
}

fn sealed(version: Version) -> Sealed {
    Sealed { id: ID, version, body: format!("{version:?}").into_bytes() }
}

fn put(leased: &dyn Leased, expected: Option<Version>, next: Version) -> Written {
    leased.put(expected, &sealed(next), true, None).expect("written")
}

fn a_profile_is_found_again_under_its_very_name_and_an_empty_one_is_gone(Subject { engine, .. }: &Subject) {
    assert_eq!(engine.profile("demo").expect("read"), Plain::default());
    for name in ["demo", "Demo", "v1.2", "../escape", "😀"] {
        let text = Some(name.to_owned());
        engine.change(name, Box::new(|plain| plain.definition = text)).expect("changed");
    }
    engine.change("demo", Box::new(|plain| plain.sinks = Some("s".to_owned()))).expect("changed");
    assert_eq!(names(engine), ["../escape", "Demo", "demo", "v1.2", "😀"]);
    let demo = engine.profile("demo").expect("read");
    assert_eq!((demo.definition.as_deref(), demo.sinks.as_deref()), (Some("demo"), Some("s")));
    engine.change("Demo", Box::new(|plain| *plain = Plain::default())).expect("changed");
    assert_eq!(names(engine).len(), 4);
}

fn names(engine: &Arc<dyn Engine>) -> Vec<String> {
    engine.list(0).expect("listed").into_iter().map(|listed| listed.name).collect()
}

fn a_summary_is_remembered_until_the_profile_its_secret_or_the_key_changes(Subject { engine, .. }: &Subject) {
    let define = |text: &'static str| {
        engine.change("demo", Box::new(move |plain| plain.definition = Some(text.to_owned()))).expect("changed");
    };
    let listed = |key: i64| engine.list(key).expect("listed").pop().expect("a line");
    let summary = Summary {
        service: "Demo".to_owned(),
        tags: "acme prod".to_owned(),
        environment: "Sandbox".to_owned(),
        times: [Some(-1), None, Some(i64::MAX)],
        scopes: Some("a\nb".to_owned()),
        ..Summary::default()
    };
    let remember = |key: i64| {
        let news = vec![("demo".to_owned(), listed(key).revision, summary.clone())];
        engine.remember(key, news).expect("remembered");
        assert_eq!(listed(key).summary.as_ref(), Some(&summary));
    };
    define("one");
    assert_eq!(listed(7).summary, None);
    remember(7);
    assert_eq!(listed(8).summary, None, "another key");
    remember(8);
    define("two");
    assert_eq!(listed(8).summary, None, "another definition");
    let before = listed(8).revision;
    let leased = lease(engine, "demo");
    put(&*leased, None, version(1, 0));
    engine.remember(8, vec![("demo".to_owned(), before, summary.clone())]).expect("remembered");
    assert_eq!(listed(8).summary, None, "it is from before the secret");
    remember(8);
    put(&*leased, Some(version(1, 0)), version(2, 0));
    assert_eq!(listed(8).summary, None, "another secret");
    remember(8);
    leased.remove().expect("removed");
    assert_eq!(names(engine), [""; 0]);
    engine.remember(8, vec![("demo".to_owned(), before, summary.clone())]).expect("nothing to be remembered by");
    define("three");
    assert_eq!(listed(8).summary, None);
}

fn drafts_are_found_by_their_mark_and_listed_once_they_are_defined(Subject { engine, .. }: &Subject) {
    let change = |name: &str, change: fn(&mut Plain)| engine.change(name, Box::new(change)).expect("changed");
    change("a", |plain| plain.draft = Some("mark".to_owned()));
    change("b", |plain| plain.definition = Some("text".to_owned()));
    assert_eq!((engine.drafts().expect("listed"), names(engine)), (vec!["a".to_owned()], vec!["b".to_owned()]));
    change("a", |plain| plain.definition = Some("text".to_owned()));
    let is_draft: Vec<bool> = engine.list(0).expect("listed").iter().map(|listed| listed.is_draft).collect();
    assert_eq!(is_draft, [true, false]);
    change("a", |plain| plain.draft = None);
    assert_eq!(engine.drafts().expect("listed"), [""; 0]);
}

fn no_change_of_eight_threads_is_lost(Subject { engine, again, .. }: &Subject) {
    let count = |plain: &mut Plain| {
        let count: u32 = plain.draft.as_deref().unwrap_or("0").parse().expect("a number");
        plain.draft = Some((count + 1).to_string());
    };
    thread::scope(|scope| {
        for at in 0..8 {
            let engine = again.as_ref().filter(|_| at % 2 == 0).unwrap_or(engine);
            scope.spawn(move || (0..5).for_each(|_| engine.change("demo", Box::new(count)).expect("changed")));
        }
    });
    assert_eq!(engine.profile("demo").expect("read").draft.as_deref(), Some("40"));
}

#[test]
fn a_change_that_fails_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::new(folder.path().join("store"));
    let refused = store.change("demo", |plain| -> Result<(), StoreError> {
        plain.definition = Some("half".to_owned());
        Err(StoreError::Interrupted { path: "here".into() })
    });
    assert!(matches!(refused, Err(StoreError::Interrupted { .. })));
    assert_eq!(store.profile("demo").expect("read"), Plain::default());
}

fn a_secret_is_replaced_only_by_who_names_its_version(Subject { engine, .. }: &Subject) {
    let leased = lease(engine, "demo");
    let conflict = |found| Written::Conflict { found };
    assert_eq!(put(&*leased, Some(version(1, 0)), version(2, 0)), conflict(None));
    assert_eq!(put(&*leased, None, version(1, 0)), Written::Done);
    assert_eq!(put(&*leased, None, version(1, 0)), conflict(Some(version(1, 0))));
    assert_eq!(put(&*leased, Some(version(1, 0)), version(2, 0)), Written::Done);
    assert_eq!(put(&*leased, Some(version(1, 0)), version(2, 0)), conflict(Some(version(2, 0))));
    let stored = engine.stored("demo").expect("read").expect("there");
    assert_eq!((stored.version, stored.newest), (version(2, 0), Some(sealed(version(2, 0)))));
    assert_eq!(engine.earlier("demo").expect("read"), [sealed(version(1, 0))]);
    assert_eq!(engine.stored("Demo").expect("read"), None);
}

fn the_fence_refuses_a_late_writer_and_the_note_stays_until_it_is_answered(Subject { engine, .. }: &Subject) {
    let leased = lease(engine, "demo");
    put(&*leased, None, version(1, 0));
    assert_eq!(leased.begin(version(1, 0), "spent by us", 0).expect("written"), Written::Done);
    let stored = engine.stored("demo").expect("read").expect("there");
    assert_eq!((stored.version, stored.in_flight.as_deref()), (version(1, 1), Some("spent by us")));
    assert_eq!(stored.newest, Some(sealed(version(1, 0))), "the body is still the one that was sealed");
    let conflict = Written::Conflict { found: Some(version(1, 1)) };
    assert_eq!(leased.begin(version(1, 0), "again", 0).expect("tried"), conflict);
    assert_eq!(put(&*leased, Some(version(1, 0)), version(2, 0)), conflict, "a late writer");
    let kept = leased.put(Some(version(1, 1)), &sealed(version(2, 1)), false, None).expect("written");
    assert_eq!(kept, Written::Done);
    assert!(engine.stored("demo").expect("read").expect("there").in_flight.is_some(), "not answered");
    assert_eq!(put(&*leased, Some(version(2, 1)), version(3, 1)), Written::Done);
    assert_eq!(engine.stored("demo").expect("read").expect("there").in_flight, None);
    leased.begin(version(3, 1), "once more", 0).expect("written");
    leased.end(1).expect("tried");
    assert!(engine.stored("demo").expect("read").expect("there").in_flight.is_some(), "a later note");
    leased.end(2).expect("taken back");
    assert_eq!(engine.stored("demo").expect("read").expect("there").in_flight, None);
}

fn a_few_generations_are_stored_and_no_more(Subject { engine, .. }: &Subject) {
    let leased = lease(engine, "demo");
    let mut last = None;
    for number in [1, 2, 3, 9, 10] {
        assert_eq!(put(&*leased, last, version(number, 0)), Written::Done);
        last = Some(version(number, 0));
    }
    let earlier: Vec<u64> = engine.earlier("demo").expect("read").iter().map(|s| s.version.generation).collect();
    assert_eq!(earlier, [9, 3]);
}

fn removing_takes_the_secret_and_the_profile(Subject { engine, .. }: &Subject) {
    let leased = lease(engine, "demo");
    engine.change("demo", Box::new(|plain| plain.definition = Some("d".to_owned()))).expect("changed");
    put(&*leased, None, version(1, 0));
    leased.remove().expect("removed");
    assert_eq!(engine.stored("demo").expect("read"), None);
    assert_eq!(engine.secrets().expect("listed"), [""; 0]);
    assert_eq!(names(engine).len(), 0);
    leased.remove().expect("nothing to remove is no error");
}

fn a_secret_is_taken_out_only_as_it_was_copied(Subject { engine, .. }: &Subject) {
    let leased = lease(engine, "demo");
    let define = || engine.change("demo", Box::new(|plain| plain.definition = Some("d".to_owned()))).expect("changed");
    let taken = |copied| leased.take_out(copied, None).expect("tried");
    define();
    put(&*leased, None, version(1, 0));
    let copied = Seen { id: sealed(version(1, 0)).id, version: version(1, 0) };
    leased.begin(version(1, 0), "spent by another", 0).expect("noted");
    let conflict = Written::Conflict { found: Some(version(1, 1)) };
    assert_eq!((taken(Some(copied)), taken(None)), (conflict, conflict), "a refresh began since it was copied");
    let copied = Seen { version: version(1, 1), ..copied };
    assert_eq!(taken(Some(Seen { id: [0; 16], ..copied })), conflict, "another secret of that name");
    assert_eq!(leased.take_out(Some(copied), Some(&[9; 16])).expect("tried"), Written::OtherKey);
    assert!(engine.has("demo").expect("read") && engine.profile("demo").expect("read").definition.is_some());
    assert_eq!(taken(Some(copied)), Written::Done);
    assert!(!engine.has("demo").expect("read"));
    let late = Written::Conflict { found: None };
    assert_eq!(leased.begin(version(1, 1), "late", 0).expect("tried"), late, "nobody can note a refresh any more");
    assert_eq!(put(&*leased, Some(version(1, 1)), version(2, 1)), late, "or save one");
    define();
    assert_eq!(taken(None), Written::Done, "a profile without a secret");
    assert!(!engine.has("demo").expect("read"));
}

fn a_profile_is_renamed_whole_and_only_as_it_was_read(Subject { engine, again, .. }: &Subject) {
    let (old, new) = (lease(engine, "old"), lease(engine, "new"));
    let define = |name: &str, text: &str| {
        let plain = Plain { definition: Some(text.to_owned()), draft: None, sinks: Some("s".to_owned()) };
        engine.change(name, Box::new(|saved| *saved = plain)).expect("changed");
    };
    define("old", "d");
    put(&*old, None, version(1, 0));
    put(&*old, Some(version(1, 0)), version(2, 0));
    old.begin(version(2, 0), "under way", 0).expect("noted");
    let body = |id, version| Sealed { id: [id; 16], version, body: vec![id] };
    let resealed = |id, version: Version| {
        let read = Seen { id: ID, version };
        Resealed { read, bodies: vec![body(id, self::version(2, 0)), body(id, self::version(1, 0))] }
    };
    let rename = |secret: Option<&Resealed>| old.rename(&*new, secret, None).expect("tried");
    let conflict = Written::Conflict { found: Some(version(2, 1)) };
    assert_eq!((rename(Some(&resealed(1, version(2, 0)))), rename(None)), (conflict, conflict), "a refresh was noted");
    let whole = resealed(1, version(2, 1));
    assert_eq!(old.rename(&*new, Some(&whole), Some(&[9; 16])).expect("tried"), Written::OtherKey);
    define("new", "another's");
    assert_eq!(rename(Some(&whole)), Written::NameTaken);
    engine.change("new", Box::new(|plain| plain.definition = None)).expect("changed");
    put(&*new, None, version(1, 0));
    assert_eq!(rename(Some(&whole)), Written::NameTaken, "a key that was made ahead");
    assert!(engine.has("old").expect("read"));
    new.remove().expect("removed");

    assert_eq!(rename(Some(&whole)), Written::Done);
    for engine in [Some(engine), again.as_ref()].into_iter().flatten() {
        assert!(!engine.has("old").expect("read") && engine.earlier("old").expect("read").is_empty());
        assert_eq!((engine.profile("old").expect("read"), engine.stored("old").expect("read")), Default::default());
        assert_eq!((names(engine), engine.secrets().expect("listed")), (vec!["new".into()], vec!["new".to_owned()]));
        let plain = engine.profile("new").expect("read");
        assert_eq!((plain.definition.as_deref(), plain.sinks.as_deref()), (Some("d"), Some("s")));
        let stored = engine.stored("new").expect("read").expect("there");
        assert_eq!(
            (stored.id, stored.version, stored.in_flight.as_deref()),
            ([1; 16], version(2, 1), Some("under way"))
        );
        assert_eq!(stored.newest, Some(body(1, version(2, 0))));
        assert_eq!(engine.earlier("new").expect("read"), [body(1, version(1, 0))]);
    }
    let late = Written::Conflict { found: None };
    assert_eq!(old.begin(version(2, 1), "late", 0).expect("tried"), late, "nobody can note a refresh any more");
    assert_eq!(put(&*old, Some(version(2, 1)), version(3, 1)), late, "or save one");
    assert_eq!(put(&*new, Some(version(2, 1)), version(3, 1)), Written::Done);
    define("old", "without a secret");
    new.remove().expect("removed");
    assert_eq!(rename(None), Written::Done);
    assert_eq!(names(engine), ["new"]);
}

const NEWEST_ONLY: Forgetting = Forgetting { newest_only: true, has_client: false };

fn a_forgotten_profile_is_nowhere_and_comes_back_whole(Subject { engine, again, .. }: &Subject) {
    let leased = lease(engine, "demo");
    let both = || [Some(engine), again.as_ref()].into_iter().flatten();
    let define = |text: &str| {
        let plain = Plain { definition: Some(text.to_owned()), draft: None, sinks: Some("s".to_owned()) };
        engine.change("demo", Box::new(|saved| *saved = plain)).expect("changed");
    };
    leased.forget(Forgetting::default()).expect("nothing to forget is no error");
    assert_eq!(engine.forgotten().expect("listed"), []);
    define("first");
    (1..=3).for_each(|number| {
        let before = Some(version(number - 1, 0)).filter(|_| number > 1);
        assert_eq!(put(&*leased, before, version(number, 0)), Written::Done);
    });
    leased.begin(version(3, 0), "under way", 0).expect("noted");
    leased.forget(Forgetting::default()).expect("forgotten");
    for engine in both() {
        assert!(!engine.has("demo").expect("read") && engine.earlier("demo").expect("read").is_empty());
        assert_eq!((engine.profile("demo").expect("read"), engine.stored("demo").expect("read")), Default::default());
        assert_eq!((names(engine), engine.secrets().expect("listed")), Default::default());
    }
    assert_eq!(leased.begin(version(3, 1), "late", 0).expect("tried"), Written::Conflict { found: None });
    assert_eq!(put(&*leased, Some(version(3, 1)), version(4, 1)), Written::Conflict { found: None });
    let [first] = &engine.forgotten().expect("listed")[..] else { panic!("one is forgotten") };
    assert_eq!((first.name.as_str(), first.definition.as_deref(), first.has_secret), ("demo", Some("first"), true));
    assert!((jiff::Timestamp::now().as_second() - first.at).abs() < 60);
    let bodies: Vec<u64> =
        engine.forgotten_bodies(first.number).expect("read").iter().map(|b| b.version.generation).collect();
    assert_eq!(bodies, [3, 2, 1]);

    define("second");
    assert_eq!(leased.bring_back(first.number).expect("tried"), Written::NameTaken);
    assert_eq!(put(&*leased, None, version(1, 0)), Written::Done);
    leased.forget(NEWEST_ONLY).expect("forgotten");
    let texts: Vec<_> = engine.forgotten().expect("listed").into_iter().map(|forgotten| forgotten.definition).collect();
    assert_eq!(texts, [Some("second".to_owned()), Some("first".to_owned())], "the latest first");

    let anew = Sealed { id: ID, version: version(2, 0), body: b"anew".to_vec() };
    engine.reseal_forgotten(first.number, vec![anew.clone()]).expect("sealed anew");
    assert_eq!(lease(engine, "other").bring_back(first.number).expect("tried"), Written::Conflict { found: None });
    assert_eq!(leased.bring_back(first.number).expect("tried"), Written::Done);
    assert_eq!(leased.bring_back(first.number).expect("tried"), Written::Done, "it is there");
    for engine in both() {
        let plain = engine.profile("demo").expect("read");
        assert_eq!((plain.definition.as_deref(), plain.sinks.as_deref()), (Some("first"), Some("s")));
        let stored = engine.stored("demo").expect("read").expect("there");
        assert_eq!((stored.version, stored.in_flight.as_deref()), (version(3, 1), Some("under way")));
        assert_eq!(stored.newest, Some(sealed(version(3, 0))));
        assert_eq!(engine.earlier("demo").expect("read"), [anew.clone(), sealed(version(1, 0))]);
        assert!(!engine.is_removed("demo", &ID).expect("read"));
    }
    assert_eq!(put(&*leased, Some(version(3, 1)), version(4, 1)), Written::Done);

    leased.forget(NEWEST_ONLY).expect("forgotten");
    let number = engine.forgotten().expect("listed")[0].number;
    assert_eq!(engine.forgotten_bodies(number).expect("read"), [sealed(version(4, 1))], "the newest only");
    assert_eq!(engine.erase_forgotten(Erased::Old).expect("tried"), 0, "none is old");
    assert_eq!(engine.erase_forgotten(Erased::Named("other".to_owned())).expect("tried"), 0);
    assert_eq!(engine.erase_forgotten(Erased::Named("demo".to_owned())).expect("erased"), 2);
    assert_eq!(engine.forgotten().expect("listed"), []);
    assert_eq!(leased.bring_back(number).expect("tried"), Written::Conflict { found: None });

    define("third");
    leased.forget(Forgetting { has_client: true, ..NEWEST_ONLY }).expect("forgotten");
    let [third] = &engine.forgotten().expect("listed")[..] else { panic!("one is forgotten") };
    assert!(third.has_client);
    assert_eq!(engine.overdue().expect("listed"), [], "not yet");
    assert_eq!(engine.erase_forgotten(Erased::Numbered(third.number + 1)).expect("tried"), 0);
    assert_eq!(engine.erase_forgotten(Erased::Numbered(third.number)).expect("erased"), 1);
    assert_eq!(engine.forgotten().expect("listed"), []);
}

fn a_lease_excludes_everybody_else(Subject { engine, again, .. }: &Subject) {
    let held = lease(engine, "demo");
    for other in [Some(engine), again.as_ref()].into_iter().flatten() {
        assert!(other.lease("demo", Duration::from_millis(10)).expect("tried").is_none());
    }
    drop(lease(engine, "other"));
    drop(held);
    drop(lease(again.as_ref().unwrap_or(engine), "demo"));
}

fn a_reply_waits_until_it_is_known_what_became_of_it(Subject { engine, .. }: &Subject) {
    let is_here = || engine.replies().map(Replies::names) == Some(vec!["demo".to_owned()]);
    let is_elsewhere = engine.replies().is_some();
    let leased = lease(engine, "demo");
    put(&*leased, None, version(1, 0));
    assert!(!is_here(), "it is written");
    let conflict = Written::Conflict { found: Some(version(1, 0)) };
    assert_eq!(leased.put(Some(version(1, 7)), &sealed(version(2, 7)), false, None).expect("tried"), conflict);
    assert!(!is_here(), "it answers nothing");
    assert_eq!(put(&*leased, Some(version(1, 7)), version(2, 7)), conflict);
    assert_eq!(is_here(), is_elsewhere, "whoever has the lease next decides");
    if let Some(replies) = engine.replies() {
        assert_eq!(replies.read("demo").expect("read"), Some(sealed(version(2, 7))));
    }
    put(&*leased, Some(version(1, 0)), version(2, 0));
    assert!(!is_here(), "a newer one is written");
    put(&*leased, Some(version(1, 7)), version(2, 7));
    leased.remove().expect("removed");
    assert!(!is_here(), "the profile is gone");
}

/// What this process does itself is no news.
#[test]
fn another_process_is_heard_over_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || Store::new(folder.path().join("store")).engine().expect("opened");
    let define = |engine: &Arc<dyn Engine>, text: &str| {
        let text = Some(text.to_owned());
        engine.change("demo", Box::new(|plain| plain.definition = text)).expect("changed");
    };
    let (one, two) = (open(), open());
    let (tell, mut heard) = tokio::sync::mpsc::unbounded_channel();
    define(&one, "before");
    one.watch(&tell).expect("watched");
    one.watch(&tell).expect("watched already");
    for text in ["a", "b"] {
        define(&one, "ours");
        define(&two, text);
        assert!(matches!(heard.blocking_recv(), Some(Watched::Anything)));
        assert_eq!(one.profile("demo").expect("read").definition.as_deref(), Some(text));
    }
    define(&one, "ours");
    one.rest();
    two.profile("demo").expect("read");
    // The last one to say something is the other one, so what came before is known to be nothing.
    define(&two, "c");
    assert!(matches!(heard.blocking_recv(), Some(Watched::Anything)));
    assert!(heard.try_recv().is_err(), "a process heard of itself");
    drop(one);
    drop(tell);
    assert!(heard.blocking_recv().is_none(), "the watcher outlives its store");
}

/// What this machine does itself is no news.
#[cfg(unix)]
#[test]
#[ignore = "needs postgresql"]
fn another_machine_hears_of_each_change() {
    let cluster = Cluster::start();
    let address = cluster.url(&cluster.database("team"));
    let folder = tempfile::tempdir().expect("a folder");
    let open = |home| team_engine(folder.path().join(home), &address);
    let (one, two) = (open("one"), open("two"));
    let (tell, mut heard) = tokio::sync::mpsc::unbounded_channel();
    two.watch(&tell).expect("watched");
    two.watch(&tell).expect("watched already");
    let define = |engine: &Arc<dyn Engine>, name: &str| {
        engine.change(name, Box::new(|plain| plain.definition = Some("d".to_owned()))).expect("changed");
    };
    define(&two, "ours");
    define(&one, "a profile");
    let leased = lease(&one, "demo");
    put(&*leased, None, version(1, 0));
    leased.begin(version(1, 0), "no news", 0).expect("noted");
    leased.remove().expect("removed");
    for name in ["a profile", "demo", "demo"] {
        let watched = heard.blocking_recv().expect("watched");
        assert!(matches!(&watched, Watched::Changed(changed) if changed == name), "{name}: {watched:?}");
    }
    one.set_vault_lock(None, &VaultLock { text: "a".to_owned(), mark: [1; 16] }).expect("set");
    assert!(matches!(heard.blocking_recv(), Some(Watched::Anything)));
    cluster.stop();
    assert!(matches!(heard.blocking_recv(), Some(Watched::Away(_))));
    cluster.crash_and_restart();
    assert!(matches!(heard.blocking_recv(), Some(Watched::Anything)));
}

#[cfg(unix)]
#[test]
#[ignore = "needs postgresql"]
fn profiles_that_are_read_ahead_take_one_question_and_are_copied() {
    let cluster = Cluster::start();
    let address = cluster.url(&cluster.database("team"));
    let folder = tempfile::tempdir().expect("a folder");
    let engine = team_engine(folder.path().join("home"), &format!("{address}?application_name=many"));
    let all = "FROM generate_series(1, 300) n";
    for statement in [
        format!("INSERT INTO tokenwright.profile(name, revision, definition) SELECT 'p' || n, n, 'd' || n {all}"),
        format!(
            "INSERT INTO tokenwright.secret(name, id, generation, fence, revision, writer) \
             SELECT 'p' || n, decode(repeat('07', 16), 'hex'), 2, 1, n, decode(repeat('01', 16), 'hex') {all}"
        ),
        format!("INSERT INTO tokenwright.sealed(name, generation, fence, body) SELECT 'p' || n, 2, 1, 'b' {all}"),
    ] {
        cluster.execute("team", &statement);
    }
    cluster.log_statements();
    let names: Vec<String> = (1..=300).map(|number| format!("p{number}")).collect();
    let before = cluster.statements("many").len();
    engine.read_ahead(&names).expect("read");
    let read = |name: &String| {
        let definition = engine.profile(name).expect("read").definition;
        assert_eq!((definition, engine.has(name).expect("read")), (Some(format!("d{}", &name[1..])), true));
    };
    let newest = Some(Sealed { id: ID, version: version(2, 1), body: b"b".to_vec() });
    for name in &names {
        read(name);
        assert_eq!(engine.recalled(name).expect("read").newest, newest);
    }
    assert_eq!(cluster.statements("many").len() - before, 1);
    engine.read_ahead(&[]).expect("forgotten");
    assert_eq!(engine.recalled("p1"), None);
    cluster.stop();
    for name in &names {
        read(name);
        assert_eq!(engine.stored(name).expect("read").expect("there").newest, newest);
    }
}

fn the_lock_of_the_vault_is_replaced_only_where_it_is_known_and_guards_every_write(Subject { engine, .. }: &Subject) {
    let lock = |text: &str, mark: u8| VaultLock { text: text.to_owned(), mark: [mark; 16] };
    assert_eq!(engine.vault_lock().expect("read"), None);
    assert!(engine.set_vault_lock(None, &lock("a", 1)).expect("tried"));
    assert!(!engine.set_vault_lock(None, &lock("b", 2)).expect("tried"));
    assert!(engine.set_vault_lock(Some(&lock("a", 1)), &lock("c", 1)).expect("tried"));
    assert_eq!(engine.vault_lock().expect("read"), Some(lock("c", 1)));
    let leased = lease(engine, "demo");
    let put = |mark: [u8; 16]| leased.put(None, &sealed(version(1, 0)), true, Some(&mark)).expect("tried");
    assert_eq!(put([2; 16]), Written::OtherKey);
    assert_eq!(put([1; 16]), Written::Done);
}

fn one_write_that_fails_fails_alone(Subject { engine, .. }: &Subject) {
    // Two share one transaction if they wait for the same connection; whether they do is up to the threads.
    thread::scope(|scope| {
        for at in 0..16u64 {
            scope.spawn(move || {
                let name = format!("p{at}");
                let leased = lease(engine, &name);
                let next = if at % 2 == 0 { version(1, 0) } else { version(0, 0) };
                let written = leased.put(None, &sealed(next), true, None);
                // The table refuses a generation of 0.
                assert_eq!(written.is_ok(), at % 2 == 0, "{written:?}");
            });
        }
    });
    assert_eq!(engine.secrets().expect("listed").len(), 8);
}

fn a_store_can_be_written_and_is_whole(Subject { engine, .. }: &Subject) {
    engine.check_writable().expect("writable");
    engine.check().expect("whole");
}

#[test]
fn what_was_written_last_is_known_outside_the_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = Store::new(folder.path().join("store")).engine().expect("opened");
    let leased = lease(&engine, "demo");
    assert_eq!(engine.seen("demo"), None);
    put(&*leased, None, version(1, 0));
    assert_eq!(engine.seen("demo"), Some(Seen { id: ID, version: version(1, 0) }));
    leased.begin(version(1, 0), "note", 0).expect("written");
    assert_eq!(engine.seen("demo"), Some(Seen { id: ID, version: version(1, 1) }));
    leased.remove().expect("removed");
    assert_eq!(engine.seen("demo"), None);
}

#[test]
fn nothing_is_made_before_something_is_saved() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::new(folder.path().join("store"));
    assert_eq!(store.list(0).expect("listed"), []);
    assert_eq!(store.drafts().expect("listed"), [""; 0]);
    assert_eq!(store.profile("demo").expect("read"), Plain::default());
    assert!(!folder.path().join("store").exists());
}

#[test]
fn a_database_that_is_gone_empty_or_not_ours_is_named_and_not_made_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = || Store::new(folder.path().join("store"));
    let path = folder.path().join("store/profiles.db");
    put(&*lease(&store().engine().expect("made"), "demo"), None, version(1, 0));
    let beside = ["-wal", "-shm"].map(|end| format!("{}{end}", path.display()));
    let clear = || beside.iter().for_each(|path| drop(std::fs::remove_file(path)));
    std::fs::remove_file(&path).expect("removed");
    clear();
    for create in [false, true] {
        let opened = if create { store().engine().map(drop) } else { store().reader().map(drop) };
        assert!(matches!(opened, Err(StoreError::Lost { empty: false, .. })), "{opened:?}");
    }
    std::fs::write(&path, "").expect("written");
    assert!(matches!(store().engine().map(drop), Err(StoreError::Lost { empty: true, .. })));
    std::fs::write(&path, "not a database, and longer than its header would be".repeat(20)).expect("written");
    assert!(matches!(store().engine().map(drop), Err(StoreError::Database(_))));
    std::fs::remove_file(&path).expect("removed");
    rusqlite::Connection::open(&path).and_then(|c| c.execute_batch("CREATE TABLE t(x)")).expect("another program's");
    assert!(matches!(store().engine().map(drop), Err(StoreError::NotOurs { .. })));
    std::fs::remove_file(&path).expect("removed");
    let newer = "PRAGMA application_id = 1953459063; PRAGMA user_version = 99; CREATE TABLE t(x)";
    rusqlite::Connection::open(&path).and_then(|c| c.execute_batch(newer)).expect("a later version's");
    assert!(matches!(store().engine().map(drop), Err(StoreError::NewerFormat { version: 99, .. })));
}

#[cfg(unix)]
#[test]
fn the_folder_and_all_in_it_are_for_this_user_only_and_what_was_open_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &std::path::Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
    let set = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("set");
    };
    let folder = tempfile::tempdir().expect("a folder");
    let (home, database) = (folder.path().join("store"), folder.path().join("store/profiles.db"));
    std::fs::create_dir(&home).expect("made");
    set(&home, 0o755);
    let store = Store::new(home.clone());
    put(&*lease(&store.engine().expect("made"), "demo"), None, version(1, 0));
    assert_eq!(store.take_closed(), std::slice::from_ref(&home));
    for path in std::fs::read_dir(&home).expect("listed").map(|entry| entry.expect("an entry").path()) {
        assert_eq!(mode(&path), if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
    }
    set(&home, 0o755);
    set(&database, 0o644);
    let store = Store::new(home.clone());
    store.engine().expect("opened");
    assert_eq!((mode(&home), mode(&database)), (0o700, 0o600));
    assert_eq!(store.take_closed(), [home, database]);
    assert_eq!(store.take_closed(), [""; 0].map(std::path::PathBuf::from));
}

#[test]
fn a_database_that_could_only_be_read_is_written_once_there_is_room_and_keeps_nobody_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || Store::new(folder.path().join("store")).engine().expect("opened");
    put(&*lease(&open(), "demo"), None, version(1, 0));
    // Where connections share what they know of the log: nothing can be made in its place.
    let shared = folder.path().join("store/profiles.db-shm");
    std::fs::remove_file(&shared).expect("removed");
    std::fs::create_dir(&shared).expect("in its place");
    let (engine, again) = (open(), open());
    for engine in [&engine, &again] {
        assert!(engine.stored("demo").expect("read").is_some());
        assert!(matches!(engine.check_writable(), Err(StoreError::Database(_))));
    }
    std::fs::remove_dir(&shared).expect("room again");
    for engine in [&engine, &again] {
        engine.change("demo", Box::new(|plain| plain.draft = Some("d".to_owned()))).expect("written");
    }
}

#[cfg(unix)]
#[test]
fn a_link_in_place_of_the_database_is_not_followed_and_a_linked_home_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let real = folder.path().join("real");
    Store::new(real.clone()).engine().expect("made");
    let linked = folder.path().join("linked");
    std::os::unix::fs::symlink(&real, &linked).expect("linked");
    Store::new(linked).engine().expect("a home may be a link");
    let other = folder.path().join("other");
    std::fs::create_dir(&other).expect("made");
    std::os::unix::fs::symlink(real.join("profiles.db"), other.join("profiles.db")).expect("linked");
    assert!(matches!(Store::new(other).engine().map(drop), Err(StoreError::File(_))));
}

#[cfg(unix)]
#[test]
#[ignore = "needs root"]
fn a_folder_of_another_user_is_not_used() {
    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::chown(folder.path(), Some(65534), None).expect("given away");
    let refused = Store::new(folder.path().to_owned()).engine().map(drop);
    assert!(matches!(refused, Err(StoreError::ForeignFolder { owner: 65534, user: 0, .. })), "{refused:?}");
}
