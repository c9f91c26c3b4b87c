//! A profile that is taken out of the team again, on machines that share nothing but a database: it is in one place at any
//! moment, and no refresh token is sent twice.
#![cfg(target_os = "linux")]

use std::process::{Command, Stdio};

use rustix::process::Signal;

use crate::store::team::{Rotating, Team, signal, start};
use crate::support::process::Process;
use crate::support::relay::{Relay, Stop};
use crate::support::renewed::{describe, sign_in};
use crate::support::tokenwright::Tokenwright;

const UNSHARE: [&str; 3] = ["team", "unshare", "demo"];
const UNKNOWN: &str = "there is no profile `demo`";

/// A machine that takes the profile out, through a relay to the database, and another member.
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

    fn taker(&self) -> &Tokenwright {
        &self.team.homes[1]
    }

    fn other(&self) -> &Tokenwright {
        &self.team.homes[0]
    }

    /// Both have it, and each can refresh it.
    fn assert_shared(&self, what: &str) {
        for home in [self.other(), self.taker()] {
            self.assert_refreshes(home, what);
        }
    }

    fn assert_own(&self, what: &str) {
        // Where it was stopped half-way, this goes on with it.
        self.assert_refreshes(self.taker(), what);
        let said = self.other().run(&["token", "demo"]).failed(3);
        assert!(said.contains(UNKNOWN), "{what}: {said}");
    }

    fn assert_refreshes(&self, home: &Tokenwright, what: &str) {
        let (before, _) = self.team.service.counts();
        let done = home.run(&["refresh", "demo"]);
        assert!(done.code == 0, "{what}: {done:?}");
        assert_eq!(self.team.service.counts(), (before + 1, 0), "{what}");
        assert_eq!(home.run(&["token", "demo"]).done(), format!("at-canary-{}\n", before + 1), "{what}");
    }

    /// Kills the command at its `count`-th write to the disk that it waits for; whether it came so far.
    fn killed_at_write(&self, count: usize) -> bool {
        let program = self.taker().command(&UNSHARE);
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync"]);
        strace.args(["-e", &format!("inject=fsync,fdatasync:signal=SIGKILL:when={count}")]);
        strace.arg(program.get_program()).args(program.get_args()).current_dir(self.taker().home()).env_clear();
        strace.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?)))).stdout(Stdio::null());
        Process::start(&mut strace).finish().code != 0
    }
}

#[test]
#[ignore = "needs postgresql"]
fn a_profile_that_is_taken_out_is_its_taker_s_and_nobody_else_s() {
    let ground = Ground::new();
    let (taker, other) = (ground.taker(), ground.other());
    let mut agent = other.start(&["agent"]);
    agent.line_with("The agent listens on ");
    other.run(&["keep-alive", "demo"]).done();
    assert_eq!(other.run(&["token", "demo"]).done(), "at-canary-0\n");
    let done = taker.run(&UNSHARE);
    assert!(done.stderr.contains("have read: tokenwright refresh demo\n"), "{done:?}");
    assert_eq!(done.done(), "demo: taken out of the team; it is this machine's own now\n");
    // The agent that had it in memory says the same as a command.
    ground.assert_own("taken out");
    other.run(&["agent", "stop"]).done();
    agent.finish();
    assert_eq!(other.run(&["list", "--json"]).json(), serde_json::json!([]));
    let history = taker.run(&["history", "demo"]).done();
    assert!(history.contains("taken out of the team"), "{history}");
    assert_eq!(ground.team.cluster.execute("team", "SELECT count(*) FROM tokenwright.sealed").trim(), "0");
    // Once more does nothing.
    assert_eq!(taker.run(&UNSHARE).done(), "demo: not shared; it is this machine's own\n");
    let said = other.run(&UNSHARE).failed(3);
    assert!(said.contains(UNKNOWN), "{said}");
    // And what the other machine had copied is of no use when the database is away.
    ground.team.cluster.stop();
    let said = other.run(&["token", "demo"]).failed(3);
    assert!(said.contains(UNKNOWN), "{said}");
    ground.assert_refreshes(taker, "without the team");
    ground.team.cluster.start_again();
    taker.run(&["share", "demo", "--team"]).done();
    ground.assert_shared("given again");
}

#[test]
#[ignore = "needs postgresql"]
fn what_stands_in_the_way_of_taking_a_profile_out_is_said_and_changes_nothing() {
    let ground = Ground::new();
    let (taker, other) = (ground.taker(), ground.other());
    let refused = |home: &Tokenwright, code: i32, fact: &str| {
        let said = home.run(&UNSHARE).failed(code);
        assert!(said.contains(fact) && said.contains("hint: "), "{said}");
        ground.assert_refreshes(other, fact);
    };
    // One of the same name.
    let url = ground.team.cluster.url("team");
    taker.run(&["team", "leave"]).done();
    sign_in(taker, "demo");
    taker.run(&["team", "join", &url, "--as", "again"]).done();
    refused(taker, 2, "not a member of the team");
    crate::support::team::admit(other, taker, "again");
    let clash =
        "this machine has a profile `demo` of its own, beside that of the team\nhint: save your own under another";
    refused(taker, 2, clash);
    assert_eq!(taker.run(&["forget", "demo"]).done(), "demo: forgotten\n");
    ground.assert_refreshes(other, "the team's of that name stays");
    // A refresh that was never answered.
    let note = "UPDATE tokenwright.secret SET fence = fence + 1, in_flight = '{\"generation\":99,\
                \"at\":\"2026-01-01T00:00:00Z\",\"by\":{\"face\":\"token\",\"process\":1,\"host\":\"h\"}}'";
    ground.team.cluster.execute("team", note);
    let said = taker.run(&UNSHARE).failed(2);
    assert!(said.contains("so its refresh token may be spent\nhint: run `tokenwright refresh demo` first"), "{said}");
    ground.team.cluster.execute("team", "UPDATE tokenwright.secret SET in_flight = NULL");
    // Nobody who is no member.
    let stranger = Tokenwright::with_vault();
    describe(&stranger, &ground.team.service.scripted, "/token", "");
    refused(&stranger, 2, "this machine belongs to no team");
    ground.team.cluster.stop();
    let said = taker.run(&UNSHARE).failed(6);
    assert!(said.contains("cannot open `postgres://"), "{said}");
    ground.team.cluster.start_again();
    ground.assert_shared("nothing was changed");
}

#[test]
#[ignore = "needs postgresql and strace"]
fn whoever_is_killed_while_taking_a_profile_out_leaves_it_in_one_place() {
    let ground = Ground::new();
    let share = || ground.taker().run(&["share", "demo", "--team"]).done();
    let messages = [
        ("before the lease", "FROM tokenwright.lease WHERE", None, false),
        ("copied", "SELECT mark FROM tokenwright.vault FOR SHARE", None, true),
        ("before the commit", "pg_notify('tokenwright', $1), nextval", None, true),
        ("committed", "pg_notify('tokenwright', $1), nextval", Some("COMMIT"), true),
    ];
    for (what, statement, done, goes_on) in messages {
        let stopped = ground.relay.stop_at(Stop { statement, done });
        let taking = Process::start(&mut ground.taker().command(&UNSHARE));
        stopped.wait();
        signal(&taking, Signal::KILL);
        drop(taking);
        if goes_on && done.is_none() {
            // Until it goes on, the others have it.
            ground.assert_refreshes(ground.other(), what);
        }
        if goes_on {
            ground.assert_own(what);
            share();
        } else {
            ground.assert_shared(what);
        }
    }
    let mut count = 1;
    while ground.killed_at_write(count) {
        // The machine's next command goes on with what was begun.
        ground.taker().run(&["token", "demo"]).done();
        let listed = ground.taker().run(&["list", "--json"]).json();
        assert_eq!((&listed[0]["name"], &listed[1]), (&"demo".into(), &serde_json::Value::Null), "once");
        let is_own = listed[0]["shared"] == false;
        let what = format!("killed at write {count}, own: {is_own}");
        if is_own {
            ground.assert_own(&what);
            share();
        } else {
            ground.assert_shared(&what);
        }
        count += 1;
    }
    assert!(count > 3, "there are writes to be killed at: {count}");
    ground.assert_own("not killed");
}

#[test]
#[ignore = "needs postgresql"]
fn a_profile_on_its_way_is_not_refreshed_while_the_database_is_away() {
    let ground = Ground::new();
    let stopped = ground.relay.stop_at(Stop { statement: "SELECT mark FROM tokenwright.vault FOR SHARE", done: None });
    let taking = start(ground.taker(), &UNSHARE.map(str::to_owned));
    stopped.wait();
    signal(&taking, Signal::KILL);
    drop(taking);
    ground.team.cluster.stop();
    let said = ground.taker().run(&["refresh", "demo"]).failed(6);
    let fact = "`demo` is on its way from the team to this machine, and is not refreshed until then\nhint: ";
    assert!(said.contains(fact), "{said}");
    assert_eq!(ground.taker().run(&["token", "demo"]).done(), "at-canary-0\n", "what is valid goes out");
    let said = ground.taker().run(&["team", "leave"]).failed(6);
    assert!(said.contains(fact), "{said}");
    ground.team.cluster.start_again();
    // A refresh of another machine comes first, and its tokens are those that are taken out.
    ground.assert_refreshes(ground.other(), "meanwhile");
    ground.assert_own("it went on");
}

#[test]
#[ignore = "needs postgresql"]
fn new_tokens_that_wait_on_another_machine_hold_it_back_and_are_dropped_once_it_is_out() {
    let ground = Ground::new();
    let (killed, other) = (ground.taker(), ground.other());
    let stopped = ground.relay.stop_at(Stop { statement: "UPDATE tokenwright.secret SET id", done: None });
    let refresh = start(killed, &["refresh".to_owned(), "demo".to_owned()]);
    stopped.wait();
    signal(&refresh, Signal::KILL);
    drop(refresh);
    let said = other.run(&UNSHARE).failed(2);
    assert!(said.contains("has no answer, so its refresh token may be spent"), "{said}");
    sign_in(other, "demo");
    other.run(&UNSHARE).done();
    let mut agent = killed.start(&["agent"]);
    agent.line_with("were dropped, since the profile was forgotten or taken out of the team in the meantime");
    killed.run(&["agent", "stop"]).done();
    agent.finish();
    let said = killed.run(&["token", "demo"]).failed(3);
    assert!(said.contains(UNKNOWN), "{said}");
}
