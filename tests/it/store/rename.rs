//! A profile of a team gets another name, on machines that share nothing but a database: it is there under one name at any
//! moment, and no refresh token is sent twice.
#![cfg(target_os = "linux")]

use std::fs;

use rustix::process::Signal;

use crate::store::team::{Rotating, Team, signal};
use crate::support::process::Process;
use crate::support::relay::{Relay, Stop};
use crate::support::tokenwright::Tokenwright;

/// A machine that renames the profile, through a relay to the database, and another member.
struct Ground {
    team: Team,
    relay: Relay,
}

impl Ground {
    fn new() -> Self {
        let mut team = Team::of(1, Rotating::start(false, false), "", "");
        let relay = Relay::start(team.cluster.address());
        let url = team.cluster.url("team");
        team.add(&url.replace(&format!(":{}/", team.cluster.address().port()), &format!(":{}/", relay.port())), "");
        Self { team, relay }
    }

    fn other(&self) -> &Tokenwright {
        &self.team.homes[0]
    }

    fn renamer(&self) -> &Tokenwright {
        &self.team.homes[1]
    }

    /// Both machines have it under this name and no other, and each can refresh it.
    fn assert_called(&self, name: &str, other_name: &str, what: &str) {
        for home in [self.other(), self.renamer()] {
            let (before, _) = self.team.service.counts();
            let done = home.run(&["refresh", name]);
            assert!(done.code == 0, "{what}: {done:?}");
            assert_eq!(self.team.service.counts(), (before + 1, 0), "{what}");
            assert_eq!(home.run(&["token", name]).done(), format!("at-canary-{}\n", before + 1), "{what}");
            let said = home.run(&["token", other_name]).failed(3);
            assert!(said.contains(&format!("there is no profile `{other_name}`")), "{what}: {said}");
        }
    }
}

#[test]
#[ignore = "needs postgresql"]
fn all_members_have_a_profile_under_its_new_name() {
    let ground = Ground::new();
    let (renamer, other) = (ground.renamer(), ground.other());
    let sink = renamer.home().join("live.sh");
    renamer.run(&["export", "demo", "--format", "shell", "--live", "--output", sink.to_str().expect("UTF-8")]).done();
    let mut agent = other.start(&["agent"]);
    agent.line_with("The agent listens on ");
    other.run(&["keep-alive", "demo"]).done();
    assert_eq!(other.run(&["token", "demo"]).done(), "at-canary-0\n");
    let done = renamer.run(&["rename", "demo", "acme"]);
    assert!(done.stderr.contains("Written anew with the new name: "), "{done:?}");
    assert_eq!(done.done(), "demo: renamed to acme, for the whole team\n");
    assert!(fs::read_to_string(&sink).expect("written").contains("token acme"));
    ground.assert_called("acme", "demo", "renamed");
    let status = other.run(&["agent", "status", "--json"]).json();
    assert_eq!(status["profiles"][0]["name"], "acme", "{status}");
    other.run(&["agent", "stop"]).done();
    agent.finish();
    assert!(renamer.run(&["export", "acme", "--list-sinks"]).done().contains("live.sh"));
    // What this machine has copied is under the new name as well.
    ground.team.cluster.stop();
    for home in [renamer, other] {
        assert!(home.run(&["token", "acme"]).done().starts_with("at-canary-"));
        home.run(&["token", "demo"]).failed(3);
    }
    ground.team.cluster.start_again();
    let note = "UPDATE tokenwright.secret SET fence = fence + 1, in_flight = '{\"generation\":99,\
                \"at\":\"2026-01-01T00:00:00Z\",\"by\":{\"face\":\"token\",\"process\":1,\"host\":\"h\"}}'";
    ground.team.cluster.execute("team", note);
    let said = other.run(&["rename", "acme", "demo"]).failed(2);
    assert!(said.contains("so its refresh token may be spent\nhint: run `tokenwright refresh acme` first"), "{said}");
}

#[test]
#[ignore = "needs postgresql"]
fn whoever_is_killed_while_renaming_leaves_the_profile_under_one_name_for_all() {
    let ground = Ground::new();
    let mut names = ["demo", "acme"];
    let moving = "UPDATE tokenwright.profile SET name";
    for (what, done, is_renamed) in [
        ("before it is moved", None, false),
        ("before the commit", Some("UPDATE 1"), false),
        ("committed", Some("COMMIT"), true),
    ] {
        let stopped = ground.relay.stop_at(Stop { statement: moving, done });
        let renaming = Process::start(&mut ground.renamer().command(&["rename", names[0], names[1]]));
        stopped.wait();
        signal(&renaming, Signal::KILL);
        drop(renaming);
        if is_renamed {
            names.swap(0, 1);
        }
        ground.assert_called(names[0], names[1], what);
    }
}
