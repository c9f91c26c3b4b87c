//! What one machine does is known to the agents of the others, none of which asks for it.

use std::thread;
use std::time::{Duration, Instant};

use crate::store::team::{Rotating, Team};
use crate::support::PATIENCE;
use crate::support::tokenwright::Tokenwright;
use serde_json::Value;

/// When the agent refreshes the only profile next, once it is another time than this.
fn next_refresh(home: &Tokenwright, last: &Value) -> Value {
    let until = Instant::now() + PATIENCE;
    loop {
        let status = home.run(&["agent", "status", "--json"]).json();
        let next = &status["profiles"][0]["next"];
        if next.is_string() && next != last {
            return next.clone();
        }
        assert!(Instant::now() < until, "the agent heard of nothing: {status}");
        // waits: the agent tells nobody that it has read a profile.
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
#[ignore = "needs postgresql"]
fn an_agent_hears_of_what_another_machine_did_and_asks_for_nothing_else() {
    let mut team = Team::of(1, Rotating::start(false, false), "", "");
    team.cluster.log_statements();
    team.add(&format!("{}?application_name=second", team.cluster.url("team")), "");
    let (one, two) = (&team.homes[0], &team.homes[1]);
    one.run(&["keep-alive", "demo"]).done();
    let mut agent = two.start(&["agent"]);
    agent.line_with("The agent listens on ");
    let first = next_refresh(two, &Value::Null);
    let before = team.cluster.statements("second").len();

    one.run(&["refresh", "demo"]).done();
    let second = next_refresh(two, &first);
    let asked = team.cluster.statements("second").split_off(before);
    println!("{} statements to hear of a refresh: {asked:#?}", asked.len());
    // The profile, where it is, its secret and what was seen of it, once.
    assert!(asked.len() < 12 && asked.iter().all(|said| said.contains("SELECT")), "{asked:#?}");
    assert_eq!(two.run(&["token", "demo"]).done(), "at-canary-1\n");
    team.service.assert_refreshed(1);

    // Away, which is said once, and back.
    team.cluster.stop();
    agent.line_with("cannot watch `postgres://");
    team.cluster.crash_and_restart();
    one.run(&["refresh", "demo"]).done();
    let third = next_refresh(two, &second);
    one.run(&["keep-alive", "demo", "--off"]).done();
    assert_ne!(third, second);
    two.run(&["agent", "stop"]).done();
    let said = agent.finish().stderr;
    assert_eq!(said.matches("cannot watch").count(), 1, "{said}");
    team.service.assert_refreshed(2);
}

#[test]
#[ignore = "needs postgresql"]
fn an_agent_asks_for_a_token_again_only_once_somebody_has_replaced_it() {
    let mut team = Team::of(1, Rotating::start(false, false), "", "");
    team.cluster.log_statements();
    team.add(&format!("{}?application_name=second", team.cluster.url("team")), "");
    let (one, two) = (&team.homes[0], &team.homes[1]);
    let mut agent = two.start(&["agent"]);
    agent.line_with("The agent listens on ");
    let token = || two.run(&["token", "demo"]).done();
    let count = || team.cluster.statements("second").len();
    let until = Instant::now() + PATIENCE;
    let (mut first, mut before) = (token(), 0);
    // It listens soon after its start.
    while before != count() {
        assert!(Instant::now() < until, "the agent asks each time");
        before = count();
        first = token();
    }
    (0..10).for_each(|_| assert_eq!(token(), first));
    assert_eq!(team.cluster.statements("second").split_off(before), Vec::<String>::new());

    // Another process of this machine: from the moment that it has ended.
    for round in 1..=10 {
        two.run(&["refresh", "demo"]).done();
        assert_eq!(token(), format!("at-canary-{round}\n"));
    }
    // Another machine: as soon as it is heard of.
    one.run(&["refresh", "demo"]).done();
    let until = Instant::now() + PATIENCE;
    while token() != "at-canary-11\n" {
        assert!(Instant::now() < until, "the agent heard of nothing");
    }
    two.run(&["forget", "demo"]).done();
    assert!(two.run(&["token", "demo"]).failed(3).contains("the profile `demo` was forgotten"));
    two.run(&["agent", "stop"]).done();
    agent.finish().done();
    team.service.assert_refreshed(11);
}

#[test]
#[ignore = "needs postgresql"]
fn an_agent_that_hears_nothing_any_more_says_so_with_the_token() {
    let team = Team::of(1, Rotating::start(false, false), "", "");
    let home = &team.homes[0];
    let mut agent = home.start(&["agent"]);
    agent.line_with("The agent listens on ");
    let first = home.run(&["token", "demo"]);
    assert_eq!(first.stderr, "");
    team.cluster.stop();
    agent.line_with("cannot watch `postgres://");
    let away = home.run(&["token", "demo"]);
    assert!(away.stderr.contains("cannot be reached: this is the last token that was read of it"), "{away:?}");
    assert_eq!(away.done(), first.done());
    home.run(&["agent", "stop"]).done();
    agent.finish();
}
