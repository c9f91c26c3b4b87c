//! A team from `init` to the removal of a member, on machines that share nothing but a database.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::store::team::Rotating;
use crate::support::PATIENCE;
use crate::support::postgres::Cluster;
use crate::support::process::Process;
use crate::support::renewed::{describe, sign_in};
use crate::support::team::{admit, join, status};
use crate::support::tokenwright::Tokenwright;

/// A database, and a service whose refresh tokens may be sent once.
struct Place {
    cluster: Cluster,
    url: String,
    service: Rotating,
}

impl Place {
    fn new() -> Self {
        let cluster = Cluster::start();
        let url = cluster.url(&cluster.database("team"));
        Self { cluster, url, service: Rotating::start(false, false) }
    }

    fn machine(&self) -> Tokenwright {
        let machine = Tokenwright::with_vault();
        describe(&machine, &self.service.scripted, "/token", "");
        machine
    }

    /// A machine with a team, and the profile `demo` in it.
    fn founder(&self) -> Tokenwright {
        let anna = self.machine();
        sign_in(&anna, "demo");
        anna.run(&["team", "init", &self.url, "--as", "anna", "--name", "acme"]).done();
        anna.run(&["share", "demo", "--team"]).done();
        anna
    }

    fn member(&self, founder: &Tokenwright, name: &str) -> Tokenwright {
        let machine = self.machine();
        join(founder, &machine, &self.url, name);
        machine
    }
}

fn names(machine: &Tokenwright) -> Vec<(String, bool)> {
    let listed = machine.run(&["list", "--json"]).json();
    let line = |one: &Value| (one["name"].as_str().expect("a name").to_owned(), one["shared"] == json!(true));
    listed.as_array().expect("a list").iter().map(line).collect()
}

#[test]
#[ignore = "needs postgresql"]
fn a_profile_that_is_shared_is_refreshed_once_for_all_and_those_of_a_machine_stay_there() {
    let place = Place::new();
    let anna = place.machine();
    for name in ["demo", "mine"] {
        sign_in(&anna, name);
    }
    let said = anna.run(&["share", "demo", "--team"]).failed(2);
    assert!(said.contains("this machine belongs to no team\nhint: `tokenwright team init URL` makes one"), "{said}");
    anna.run(&["team", "init", &place.url, "--as", "anna"]).done();
    anna.run(&["share", "demo", "--team"]).done();
    anna.run(&["share", "demo", "--team"]).done();
    let ben = place.member(&anna, "ben");
    assert_eq!(names(&anna), [("demo".to_owned(), true), ("mine".to_owned(), false)]);
    assert_eq!(names(&ben), [("demo".to_owned(), true)]);
    assert_eq!(ben.run(&["token", "demo", "--min-valid", "1h"]).done(), "at-canary-1\n");
    assert_eq!(anna.run(&["token", "demo", "--min-valid", "1h"]).done(), "at-canary-1\n");
    place.service.assert_refreshed(1);
    let said = ben.run(&["token", "mine"]).failed(3);
    assert!(said.contains("there is no profile `mine`"), "{said}");

    // One name is one profile.
    sign_in(&ben, "mine");
    ben.run(&["share", "mine", "--team"]).done();
    let said = anna.run(&["share", "mine", "--team"]).failed(2);
    assert!(said.contains("the team has a profile `mine`\nhint: save yours under another name"), "{said}");
    assert_eq!(names(&anna), [("demo".to_owned(), true), ("mine".to_owned(), false)]);

    assert_eq!(ben.run(&["forget", "demo"]).done(), "demo: forgotten, for the whole team\n");
    assert_eq!(names(&anna), [("mine".to_owned(), false)]);
}

#[test]
#[ignore = "needs postgresql"]
fn somebody_is_let_in_by_the_fingerprint_of_their_own_key_only() {
    let place = Place::new();
    let anna = place.founder();
    let ben = place.machine();
    ben.run(&["team", "join", &place.url, "--as", "ben"]).done();
    assert_eq!(status(&ben)["standing"], "asking");
    assert_eq!(names(&ben), []);
    let said = ben.run(&["token", "demo"]).failed(6);
    let key = status(&ben)["key"].as_str().expect("a fingerprint").to_owned();
    assert!(said.contains("not yet a member") && said.contains(&key), "{said}");
    // Another key under the same name, which is what somebody with rights on the database would try.
    let mallory = place.machine();
    mallory.run(&["team", "join", &place.url, "--as", "ben"]).done();
    let said = anna.run(&["team", "admit", "ben"]).failed(2);
    assert!(said.contains("was not compared\nhint: add `--fingerprint`"), "{said}");
    let said = anna.run(&["team", "admit", "ben", "--fingerprint", "0000"]).failed(2);
    assert!(
        said.contains("nobody asks to join as `ben` with that fingerprint\nhint: the request came with "),
        "{said}"
    );
    anna.run(&["team", "admit", "ben", "--fingerprint", &key]).done();
    assert_eq!(ben.run(&["token", "demo"]).done(), "at-canary-0\n");
    assert_eq!(status(&mallory)["standing"], "asking");
    anna.run(&["team", "admit", "ben", "--refuse"]).done();
    assert_eq!(status(&mallory)["standing"], "stranger");
    // And a member is let into the team that was named to it, or into none.
    let carl = place.machine();
    let wrong = "0000-0000-0000-0000-0000";
    carl.run(&["team", "join", &place.url, "--as", "carl", "--fingerprint", wrong]).done();
    admit(&anna, &carl, "carl");
    let said = carl.run(&["token", "demo"]).failed(6);
    assert!(said.contains("has another team: its fingerprint is "), "{said}");
}

#[test]
#[ignore = "needs postgresql"]
fn a_member_who_is_removed_cannot_open_what_comes_next() {
    let place = Place::new();
    let anna = place.founder();
    let (ben, carl) = (place.member(&anna, "ben"), place.member(&anna, "carl"));
    for machine in [&ben, &carl] {
        assert_eq!(machine.run(&["token", "demo"]).done(), "at-canary-0\n");
    }
    let said = anna.run(&["team", "remove", "dora"]).failed(2);
    assert!(said.contains("the team has no member `dora`"), "{said}");
    anna.run(&["team", "remove", "ben"]).done();
    // At once, so that what the member knows is of no use.
    place.service.assert_refreshed(1);
    assert_eq!(carl.run(&["token", "demo"]).done(), "at-canary-1\n");
    for task in [&["token", "demo"][..], &["refresh", "demo"], &["history", "demo"]] {
        let said = ben.run(task).failed(6);
        assert!(said.contains("no longer a member") && !said.contains("canary"), "{task:?}: {said}");
    }
    assert_eq!(names(&ben), []);
    // With a copy of the database from before, put where the new one is: whoever was in step with the team notices.
    let members = status(&carl)["members"].as_array().map(Vec::len);
    assert_eq!(members, Some(2));
    place.service.assert_refreshed(1);
}

#[test]
#[ignore = "needs postgresql"]
fn an_older_list_of_members_is_noticed_by_whoever_saw_the_newer_one() {
    let place = Place::new();
    let anna = place.founder();
    let ben = place.member(&anna, "ben");
    let save = "CREATE TABLE saved AS SELECT lock, mark FROM tokenwright.vault";
    place.cluster.execute("team", save);
    anna.run(&["team", "remove", "ben"]).done();
    let back = "UPDATE tokenwright.vault SET lock = saved.lock, mark = saved.mark FROM saved";
    place.cluster.execute("team", back);
    let said = anna.run(&["refresh", "demo"]).failed(6);
    assert!(said.contains("is older than the one seen last"), "{said}");
    // What was sealed with the new key stays closed to the member who was removed.
    let said = ben.run(&["token", "demo"]).failed(6);
    assert!(!said.contains("canary"), "{said}");
    place.service.assert_refreshed(1);
}

#[test]
#[ignore = "needs postgresql"]
fn a_service_account_needs_its_key_file_and_the_address() {
    let place = Place::new();
    let anna = place.founder();
    let folder = tempfile::tempdir().expect("a folder");
    let key_file = folder.path().join("runner.key");
    let bare = || {
        let runner =
            Tokenwright::new().with_env("TOKENWRIGHT_VAULT", "memory").with_env("TOKENWRIGHT_TEAM", &place.url);
        describe(&runner, &place.service.scripted, "/token", "");
        runner.with_env("TOKENWRIGHT_TEAM_KEY_FILE", &key_file)
    };
    let first = bare();
    let path = key_file.to_str().expect("text");
    first.run(&["team", "join", &place.url, "--as", "runner", "--key-file", path]).done();
    assert_eq!(fs::metadata(&key_file).expect("written").permissions().mode() & 0o777, 0o600);
    admit(&anna, &first, "runner");
    // Another container, which has nothing from before.
    let runner = bare();
    assert_eq!(runner.run(&["token", "demo", "--min-valid", "1h"]).done(), "at-canary-1\n");
    assert_eq!(anna.run(&["token", "demo"]).done(), "at-canary-1\n");
    fs::write(&key_file, "no key").expect("written");
    let said = runner.run(&["token", "demo"]).failed(6);
    assert!(said.contains("holds no age identity\nhint: name a file that"), "{said}");
}

#[test]
#[ignore = "needs postgresql"]
fn while_the_database_is_away_tokens_are_handed_out_and_nothing_is_refreshed() {
    let place = Place::new();
    let anna = place.founder();
    sign_in(&anna, "mine");
    let ben = place.member(&anna, "ben");
    for machine in [&anna, &ben] {
        assert_eq!(machine.run(&["token", "demo", "--min-valid", "1h"]).done(), "at-canary-1\n");
    }
    place.cluster.stop();
    let said = ben.run(&["token", "demo"]);
    assert!(said.stderr.contains("cannot be reached: this is the last token that was read of it"), "{}", said.stderr);
    assert_eq!(said.done(), "at-canary-1\n");
    for task in [&["refresh", "demo"][..], &["token", "demo", "--min-valid", "3h"]] {
        let said = ben.run(task).failed(6);
        assert!(said.contains("until then nothing is refreshed"), "{said}");
    }
    assert_eq!(names(&ben), [("demo".to_owned(), true)]);
    // What is this machine's own goes on as ever, new profiles too.
    anna.run(&["token", "mine"]).done();
    sign_in(&anna, "another");
    let listed = names(&anna);
    assert_eq!(listed.iter().filter(|(_, shared)| *shared).count(), 1, "{listed:?}");
    let said = anna.run(&["share", "mine", "--team"]).failed(6);
    assert!(said.contains("cannot"), "{said}");
    place.cluster.start_again();
    assert_eq!(ben.run(&["token", "demo", "--min-valid", "3h"]).done(), "at-canary-2\n");
    assert_eq!(names(&anna).len(), 3);
    place.service.assert_refreshed(2);
}

#[test]
#[ignore = "needs postgresql"]
fn an_agent_that_runs_already_follows_its_machine_into_a_team_and_out_of_it() {
    let place = Place::new();
    let (anna, ben) = (place.machine(), place.machine());
    sign_in(&anna, "demo");
    let mut agents = [&anna, &ben].map(|machine| machine.start(&["agent"]));
    for agent in &mut agents {
        agent.line_with("The agent listens on ");
    }
    let kept = |machine: &Tokenwright| {
        let status = machine.run(&["agent", "status", "--json"]).json();
        status["profiles"].as_array().expect("a list").len()
    };
    anna.run(&["team", "init", &place.url, "--as", "anna"]).done();
    anna.run(&["share", "demo", "--team"]).done();
    anna.run(&["keep-alive", "demo"]).done();
    join(&anna, &ben, &place.url, "ben");
    for machine in [&anna, &ben] {
        assert_eq!(machine.run(&["token", "demo"]).done(), "at-canary-0\n");
        until(|| kept(machine) == 1);
    }
    // Somebody who asks for another team does not get this one's tokens.
    let other = place.cluster.url(&place.cluster.database("other"));
    let mut asked = ben.command(&["token", "demo"]);
    let said = Process::start(asked.env("TOKENWRIGHT_TEAM", &other)).finish();
    assert!(said.code != 0 && said.stdout.is_empty(), "{said:?}");
    let mut named = ben.command(&["token", "demo"]);
    assert_eq!(Process::start(named.env("TOKENWRIGHT_TEAM", &place.url)).finish().done(), "at-canary-0\n");

    ben.run(&["team", "leave"]).done();
    until(|| kept(&ben) == 0);
    ben.run(&["token", "demo"]).failed(3);
    for (machine, agent) in [&anna, &ben].into_iter().zip(agents) {
        machine.run(&["agent", "stop"]).done();
        agent.finish();
    }
}

/// Waits for what an agent does in its own time.
#[track_caller]
fn until(holds: impl Fn() -> bool) {
    let limit = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < limit, "it never happened");
        // waits: the agent tells nobody.
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
#[ignore = "needs postgresql"]
fn what_a_person_gets_wrong_is_said_and_changes_nothing() {
    let place = Place::new();
    let anna = place.founder();
    let ben = place.machine();
    let refused = |machine: &Tokenwright, task: &[&str], code: i32, fact: &str| {
        let said = machine.run(task).failed(code);
        assert!(said.contains(fact) && said.contains("hint: "), "{task:?}: {said}");
    };
    let with_password = place.url.replace("tester@", "tester:canary@");
    refused(&ben, &["team", "join", &with_password], 2, "holds a password");
    refused(&ben, &["team", "join", "http://x/y"], 6, "the address of the team's database is not valid");
    refused(&ben, &["team", "join", &place.cluster.url("nowhere")], 6, "does not exist");
    refused(&ben, &["team", "init", &place.url], 2, "has a team");
    refused(&ben, &["team", "join", &place.url, "--as", "b n"], 2, "`b n` is not a name for a member");
    refused(&ben, &["team", "status"], 2, "this machine belongs to no team");
    refused(&anna, &["team", "remove", "anna"], 2, "`anna` is this machine itself");
    let other = place.cluster.url(&place.cluster.database("other"));
    refused(&anna, &["team", "init", &other], 2, "this machine belongs to the team in ");
    let settings: PathBuf = ben.data().join("settings.toml");
    assert!(!fs::read_to_string(settings).unwrap_or_default().contains("[team]"));
    anna.run(&["team", "leave"]).done();
    refused(&anna, &["team", "status"], 2, "this machine belongs to no team");
    refused(&anna, &["token", "demo"], 3, "there is no profile `demo`");
}

#[test]
#[ignore = "needs postgresql"]
fn neither_the_database_nor_the_settings_of_a_team_show_a_secret() {
    let place = Place::new();
    let anna = place.founder();
    let ben = place.member(&anna, "ben");
    ben.run(&["refresh", "demo"]).done();
    anna.run(&["team", "remove", "ben"]).done();
    let dump = place.cluster.dump("team");
    for secret in ["canary", "AGE-SECRET-KEY"] {
        assert!(!dump.contains(secret), "{secret} in the dump");
        for home in [&anna, &ben] {
            for file in files(home.data()) {
                let bytes = fs::read(&file).expect("read");
                let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!found, "{secret} in {}", file.display());
            }
        }
    }
}

fn files(folder: PathBuf) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(path) } else { vec![path] }).collect()
}
