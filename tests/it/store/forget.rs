//! A profile of a team that is forgotten, on machines that share nothing but a database.
#![cfg(target_os = "linux")]

use serde_json::json;

use crate::store::team::{Rotating, Team};
use crate::support::tokenwright::Tokenwright;

fn assert_refreshes(team: &Team, home: &Tokenwright, what: &str) {
    let (before, _) = team.service.counts();
    home.run(&["refresh", "demo"]).done();
    assert_eq!(team.service.counts(), (before + 1, 0), "{what}");
    assert_eq!(home.run(&["token", "demo"]).done(), format!("at-canary-{}\n", before + 1), "{what}");
}

#[test]
#[ignore = "needs postgresql"]
fn what_one_member_forgets_another_can_bring_back() {
    let team = Team::of(2, Rotating::start(false, false), "", "");
    let (anna, ben) = (&team.homes[0], &team.homes[1]);
    let mut agent = anna.start(&["agent"]);
    agent.line_with("The agent listens on ");
    anna.run(&["keep-alive", "demo"]).done();
    assert_eq!(anna.run(&["token", "demo"]).done(), "at-canary-0\n");
    let done = ben.run(&["forget", "demo"]);
    assert!(done.stderr.contains("it can be brought back: tokenwright unforget demo\n"), "{}", done.stderr);
    assert_eq!(done.done(), "demo: forgotten, for the whole team\n");
    for home in [anna, ben] {
        let said = home.run(&["token", "demo"]).failed(3);
        assert!(said.contains("was forgotten on 20") && said.contains("`tokenwright unforget demo`"), "{said}");
        assert_eq!(home.run(&["list", "--json"]).json(), json!([]));
        let forgotten = home.run(&["list", "--forgotten", "--json"]).json();
        assert_eq!((&forgotten[0]["name"], &forgotten[0]["shared"]), (&json!("demo"), &json!(true)));
        let status = home.run(&["vault", "status", "--json"]).json();
        assert_eq!((&status["forgotten"], &status["team"]["forgotten"]), (&json!(0), &json!(1)));
    }
    assert_eq!(anna.run(&["unforget", "demo"]).done(), "demo: brought back, for the whole team\n");
    for home in [ben, anna] {
        assert_refreshes(&team, home, "brought back");
    }
    let status = anna.run(&["agent", "status", "--json"]).json();
    assert_eq!(status["profiles"][0]["name"], "demo", "{status}");
    anna.run(&["agent", "stop"]).done();
    agent.finish();
    // What is away can neither be listed nor brought back, and that is said.
    ben.run(&["forget", "demo"]).done();
    team.cluster.stop();
    let listed = ben.run(&["list", "--forgotten", "--json"]);
    assert!(listed.stderr.contains("warning: "), "{listed:?}");
    assert_eq!(listed.json(), json!([]));
    ben.run(&["unforget", "demo"]).failed(6);
    team.cluster.start_again();
    team.cluster.execute("team", "UPDATE tokenwright.forgotten SET at = at - interval '7 days'");
    ben.run(&["unforget", "demo"]).failed(2);
    let left = team.cluster.execute("team", "SELECT count(*) FROM tokenwright.forgotten_body");
    assert_eq!(left.trim(), "0", "whoever opened the database erased it");
}

#[test]
#[ignore = "needs postgresql"]
fn what_is_forgotten_opens_after_a_member_was_removed() {
    let team = Team::of(2, Rotating::start(false, false), "", "");
    let (anna, ben) = (&team.homes[0], &team.homes[1]);
    anna.run(&["forget", "demo"]).done();
    let before = team.cluster.execute("team", "SELECT md5(body) FROM tokenwright.forgotten_body");
    anna.run(&["team", "remove", "member-1"]).done();
    assert_ne!(team.cluster.execute("team", "SELECT md5(body) FROM tokenwright.forgotten_body"), before);
    ben.run(&["unforget", "demo"]).failed(6);
    anna.run(&["unforget", "demo"]).done();
    assert_refreshes(&team, anna, "under the new key");
}
