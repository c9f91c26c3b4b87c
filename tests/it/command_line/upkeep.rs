//! What is done with a saved profile over the months.

use std::fs;
#[cfg(target_os = "linux")]
use std::process::{Command, Stdio};

use serde_json::json;

use crate::support::http::browser;
use crate::support::practice::Practice;
use crate::support::process::Process;
use crate::support::renewed;
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

#[test]
fn notes_and_tags_stay_with_a_profile_and_tell_it_from_others() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "acme");
    practice.sign_in(&program, "other");
    let plain = program.run(&["list"]).done();
    assert!(!plain.contains("TAGS"), "{plain}");

    assert_eq!(program.run(&["tag", "acme", "prod", "customer:acme", "old"]).done(), "acme: customer:acme old prod\n");
    assert_eq!(program.run(&["tag", "acme", "-d", "old", "prod"]).done(), "acme: customer:acme prod\n");
    assert_eq!(program.run(&["tag", "other", "prod"]).done(), "other: prod\n");
    assert_eq!(program.run(&["tag", "acme"]).done(), "acme: customer:acme prod\n");
    let typed = "Admin: Ms Ito.\r\n\u{1b}[2JRenew the contract in May.\n";
    assert_eq!(program.run_with_input(&["notes", "acme", "-"], typed).done(), "acme: noted\n");
    assert_eq!(program.run(&["notes", "acme"]).done(), "Admin: Ms Ito.\n[2JRenew the contract in May.\n");

    // The second list is of what the first remembered.
    for _ in 0..2 {
        let listed = program.run(&["list", "--json"]).json();
        assert_eq!((&listed[0]["tags"], &listed[0]["environment"]), (&json!(["customer:acme", "prod"]), &json!(null)));
    }
    assert!(program.run(&["list"]).done().lines().next().is_some_and(|line| line.ends_with("TAGS")));
    let names = |arguments: &[&str]| -> Vec<String> {
        let listed = program.run(&[&["list", "--json"], arguments].concat()).json();
        listed
            .as_array()
            .expect("a list")
            .iter()
            .map(|line| line["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    assert_eq!(names(&["--tag", "prod"]), ["acme", "other"]);
    assert_eq!(names(&["--tag", "prod", "--tag", "customer:acme"]), ["acme"]);
    assert_eq!(names(&["--tag", "nothing"]), [""; 0]);
    let shown = program.run(&["show", "acme"]).done();
    let lines = "notes              Admin: Ms Ito.\n                   [2JRenew the contract in May.\n";
    assert!(shown.contains(lines) && shown.contains("tags               customer:acme prod\n"), "{shown}");
    assert!(!program.run(&["show", "other"]).done().contains("notes"));

    // Another sign-in, a refresh and a colleague leave them as they are.
    practice.sign_in(&program, "acme");
    program.run(&["sign-in", "acme", "--browser", browser()]).done();
    program.run(&["refresh", "acme"]).done();
    let shared = program.home().join("shared.toml");
    program.run(&["share", "acme", "--output", shared.to_str().expect("UTF-8")]).done();
    let colleague = Tokenwright::with_vault();
    colleague.run(&["import", shared.to_str().expect("UTF-8"), "--yes"]).done();
    for program in [&program, &colleague] {
        let shown = program.run(&["show", "acme", "--json"]).json();
        assert_eq!(shown["tags"], json!(["customer:acme", "prod"]));
        assert_eq!(shown["notes"], "Admin: Ms Ito.\n[2JRenew the contract in May.");
    }

    let told = program.run(&["tag", "acme", "two words"]).failed(2);
    assert!(told.contains("the tag `two words` cannot hold ' ' there"), "{told}");
    program.run(&["tag", "nobody", "x"]).failed(3);
    program.run(&["notes", "nobody", "x"]).failed(3);
    assert_eq!(program.run(&["notes", "acme", ""]).done(), "acme: no notes\n");
    assert_eq!(program.run(&["tag", "acme", "-d", "prod", "-d", "customer:acme"]).done(), "acme: no tags\n");
    let text = program.database().profile("acme").expect("saved");
    assert!(!text.contains("notes") && !text.contains("tags"), "{text}");
}

#[test]
fn a_copy_has_everything_but_the_tokens() {
    let service = renewed::service(3600, |_, _| renewed::tokens("second", 3600));
    let program = Tokenwright::with_vault();
    let more = "[[inputs]]\nname = \"company\"\nlabel = \"Company\"\n[[inputs]]\nname = \"pin\"\nlabel = \"PIN\"\nsecret = true";
    renewed::add_preset(&program, &service, more);
    let mut sign_in = program.command(&["sign-in", "acme", "--service", "scripted", "--client-id", "it"]);
    sign_in.args(["--set", "company=42", "--scope", "a", "--display-name", "Acme", "--browser", browser()]);
    sign_in.env("TOKENWRIGHT_SECRET_PIN", "hunter2");
    Process::start(&mut sign_in).finish().done();
    program.run(&["tag", "acme", "prod"]).done();
    program.run(&["notes", "acme", "Ask Ms Ito."]).done();
    program.run(&["keep-alive", "acme"]).done();

    let done = program.run(&["duplicate", "acme", "acme-2"]);
    assert!(done.stderr.contains("Next: tokenwright sign-in acme-2\n"), "{}", done.stderr);
    assert_eq!(done.done(), "acme-2: a copy of acme, without its tokens\n");
    let text = |name: &str| program.database().profile(name).expect("saved");
    let own = |line: &&str| !line.starts_with("display_name") && !line.starts_with("keep_alive");
    assert_eq!(text("acme-2").lines().collect::<Vec<_>>(), text("acme").lines().filter(own).collect::<Vec<_>>());
    assert!(text("acme-2").contains("company = \"42\"") && text("acme-2").contains("Ask Ms Ito."));
    let told = program.run(&["token", "acme-2"]).failed(3);
    assert!(told.contains("`acme-2` has no tokens"), "{told}");
    // The secret of the client went along: nobody is asked for it.
    assert_eq!(program.run(&["sign-in", "acme-2", "--browser", browser()]).code, 0);
    assert_eq!(program.run(&["token", "acme-2"]).done(), "at-first\n");

    for (name, new) in [("acme", "acme-2"), ("acme", "acme")] {
        let told = program.run(&["duplicate", name, new]).failed(2);
        assert!(told.contains(&format!("a profile `{new}` exists already")), "{told}");
    }
    program.run(&["duplicate", "nobody", "new"]).failed(3);
    assert_eq!(program.run(&["list", "--json"]).json().as_array().expect("a list").len(), 2);
}

#[test]
fn a_renamed_profile_goes_on_under_its_new_name_only() {
    let service = renewed::service(3600, |_, earlier| renewed::tokens(&format!("after-{earlier}"), 3600));
    let program = renewed::signed_in(&service, "");
    let at = |file: &str| program.home().join(file).to_str().expect("UTF-8").to_owned();
    let (sink, live, mine) = (at("sink.env"), at("live.sh"), at("mine.sh"));
    program.run(&["export", "demo", "--format", "dotenv", "--output", &sink, "--sink"]).done();
    for file in [&live, &mine] {
        program.run(&["export", "demo", "--format", "shell", "--live", "--output", file]).done();
    }
    fs::write(&mine, "changed").expect("written");
    program.run(&["refresh", "demo"]).done();
    program.run(&["keep-alive", "demo"]).done();
    program.run(&["notes", "demo", "Ask Ms Ito."]).done();
    let mut agent = program.start(&["agent"]);
    agent.line_with("The agent listens on ");
    assert_eq!(program.run(&["token", "demo"]).done(), "at-after-0\n");
    let history = program.run(&["history", "demo", "--json"]).json()["generations"].clone();

    let done = program.run(&["rename", "demo", "acme"]);
    assert!(done.stderr.contains(&format!("Written anew with the new name: {live}\n")), "{}", done.stderr);
    assert!(done.stderr.contains(&format!("`{mine}` still has the old name: ")), "{}", done.stderr);
    assert_eq!(done.done(), "demo: renamed to acme\n");
    let told = program.run(&["token", "demo"]).failed(3);
    assert!(told.contains("there is no profile `demo`"), "{told}");
    assert_eq!(program.run(&["token", "acme"]).done(), "at-after-0\n", "the agent");
    let status = program.run(&["agent", "status", "--json"]).json();
    assert_eq!(status["profiles"].as_array().expect("a list").len(), 1, "{status}");
    assert_eq!(status["profiles"][0]["name"], "acme", "{status}");
    program.run(&["agent", "stop"]).done();
    agent.finish();

    assert!(!program.database().has("demo"));
    assert_eq!(program.run(&["token", "acme"]).done(), "at-after-0\n", "without an agent");
    assert_eq!(program.run(&["history", "acme", "--json"]).json()["generations"], history);
    assert_eq!(program.run(&["notes", "acme"]).done(), "Ask Ms Ito.\n");
    assert_eq!(program.run(&["list", "--json"]).json()[0]["keep_alive"], true);
    let text = fs::read_to_string(&live).expect("written");
    assert!(text.contains("token acme") && !text.contains("demo"), "{text}");
    assert_eq!(fs::read_to_string(&mine).expect("there"), "changed");
    program.run(&["refresh", "acme"]).done();
    assert!(fs::read_to_string(&sink).expect("written").contains("at-after-1"));
    program.run(&["vault", "status"]).done();
    assert_eq!(program.run(&["rename", "acme", "demo"]).done(), "acme: renamed to demo\n");
    assert_eq!(program.run(&["token", "demo"]).done(), "at-after-1\n");
}

#[test]
fn what_cannot_be_renamed_is_named_and_stays_as_it_is() {
    let service = renewed::service(3600, |_, _| renewed::tokens("second", 3600));
    let program = renewed::signed_in(&service, "");
    renewed::sign_in(&program, "other");
    let refused = |new: &str, code: i32, fact: &str| {
        let told = program.run(&["rename", "demo", new]).failed(code);
        assert!(told.contains(fact), "{told}");
        assert_eq!(program.run(&["token", "demo"]).done(), "at-first\n");
    };
    refused("other", 2, "a profile `other` exists already\nhint: choose another name");
    refused("demo", 2, "a profile `demo` exists already");
    refused("no name", 2, "cannot hold ' ' there");
    program.run(&["rename", "nobody", "new"]).failed(3);
    // A refresh that was never answered.
    let note = "UPDATE secret SET in_flight = '{\"generation\":99,\"at\":\"2026-01-01T00:00:00Z\",\"by\":\
                {\"face\":\"token\",\"process\":1,\"host\":\"h\"}}' WHERE name = 'demo'";
    program.database().execute(note);
    refused("new", 2, "so its refresh token may be spent\nhint: run `tokenwright refresh demo` first");
    program.database().execute("UPDATE secret SET in_flight = NULL");
    program.database().execute("UPDATE profile SET draft = 'x' WHERE name = 'demo'");
    refused("new", 2, "`demo` is a draft\nhint: save it under a name first");
    program.database().execute("UPDATE profile SET draft = NULL");
    assert_eq!(program.run(&["rename", "demo", "new"]).done(), "demo: renamed to new\n");
}

#[test]
fn a_profile_whose_tokens_were_in_memory_is_renamed_without_them() {
    let service = renewed::service(3600, |_, _| renewed::tokens("second", 3600));
    let program = Tokenwright::new().with_env("TOKENWRIGHT_VAULT", "memory");
    renewed::add_preset(&program, &service, "");
    renewed::sign_in(&program, "demo");
    assert_eq!(program.run(&["rename", "demo", "acme"]).done(), "demo: renamed to acme\n");
    let listed = program.run(&["list", "--json"]).json();
    assert_eq!(
        (&listed[0]["name"], &listed[0]["state"], &listed[1]),
        (&json!("acme"), &json!("signed out"), &json!(null))
    );
    program.run(&["duplicate", "acme", "demo"]).done();
    program.run(&["rename", "acme", "demo"]).failed(2);
}

#[test]
fn a_forgotten_profile_is_nowhere_for_a_week_and_comes_back_whole() {
    let service = renewed::service(3600, |_, earlier| renewed::tokens(&format!("after-{earlier}"), 3600));
    let program = renewed::signed_in(&service, "");
    let sink = program.home().join("sink.env").to_str().expect("UTF-8").to_owned();
    program.run(&["export", "demo", "--format", "dotenv", "--output", &sink, "--sink"]).done();
    program.run(&["refresh", "demo"]).done();
    program.run(&["keep-alive", "demo"]).done();
    program.run(&["display-name", "demo", "Demo GmbH"]).done();
    let history = program.run(&["history", "demo", "--json"]).json();
    let mut agent = program.start(&["agent"]);
    agent.line_with("The agent listens on ");
    assert_eq!(program.run(&["token", "demo"]).done(), "at-after-0\n");

    let done = program.run(&["forget", "demo"]);
    let forgotten = program.run(&["list", "--forgotten", "--json"]).json();
    let at = |key: &str| forgotten[0][key].as_str().expect("a text").parse::<jiff::Timestamp>().expect("a time");
    let day = |at: jiff::Timestamp| at.to_zoned(jiff::tz::TimeZone::UTC).date();
    assert_eq!(at("erased_at").duration_since(at("forgotten_at")).as_hours(), 7 * 24);
    let until = format!("Until {} it can be brought back: tokenwright unforget demo\n", day(at("erased_at")));
    assert_eq!(done.stderr, until);
    assert_eq!(done.done(), "demo: forgotten\n");
    assert_eq!((&forgotten[0]["display_name"], &forgotten[0]["shared"]), (&json!("Demo GmbH"), &json!(false)));
    let said = format!(
        "error: the profile `demo` was forgotten on {}\nhint: `tokenwright unforget demo` brings it back until {}\n",
        day(at("forgotten_at")),
        day(at("erased_at"))
    );
    for task in
        [&["token", "demo"][..], &["refresh", "demo"], &["show", "demo"], &["tag", "demo", "x"], &["forget", "demo"]]
    {
        assert_eq!(program.run(task).failed(3), said, "{task:?}");
    }
    assert_eq!(program.run(&["sign-in", "demo"]).failed(3), said);
    let status = program.run(&["agent", "status", "--json"]).json();
    assert_eq!(status["profiles"], json!([]));
    program.run(&["agent", "stop"]).done();
    agent.finish();
    assert_eq!(program.run(&["token", "demo"]).failed(3), said, "without an agent");
    assert_eq!(program.run(&["list", "--json"]).json(), json!([]));
    assert!(program.run(&["list", "--forgotten"]).done().contains("demo     Scripted  20"));
    let status = program.run(&["vault", "status", "--json"]).json();
    assert_eq!((&status["whole"], &status["forgotten"]), (&json!(0), &json!(1)));

    // Another passphrase, and no other profile to need the vault for.
    let rekey = ["vault", "rekey", "--to", "passphrase", "--passphrase-stdin"];
    program.run_with_input(&rekey, "another").done();
    let program = program.with_env("TOKENWRIGHT_PASSPHRASE", "another");
    assert_eq!(program.run(&["unforget", "demo"]).done(), "demo: brought back\n");
    assert_eq!(program.run(&["token", "demo"]).done(), "at-after-0\n");
    assert_eq!(program.run(&["history", "demo", "--json"]).json(), history);
    assert_eq!(program.run(&["list", "--json"]).json()[0]["keep_alive"], true);
    assert_eq!(program.run(&["list", "--forgotten", "--json"]).json(), json!([]));
    program.run(&["refresh", "demo"]).done();
    assert!(fs::read_to_string(&sink).expect("written").contains("at-after-1"));
    assert!(program.run(&["unforget", "demo"]).failed(2).contains("`demo` was not forgotten"));
}

#[test]
fn what_was_forgotten_does_not_come_back_over_another_profile_or_after_a_week() {
    let service = renewed::service(3600, |_, _| renewed::tokens("second", 3600));
    let program = renewed::signed_in(&service, "");
    program.run(&["notes", "demo", "the first"]).done();
    program.run(&["forget", "demo"]).done();
    renewed::sign_in(&program, "demo");
    let told = program.run(&["unforget", "demo"]).failed(2);
    let words = "error: there is another profile `demo` by now\n\
                 hint: give that one another name first: `tokenwright rename demo NEW_NAME`\n";
    assert_eq!(told, words);
    // The one that was forgotten last comes first.
    program.run(&["notes", "demo", "the second"]).done();
    program.run(&["forget", "demo"]).done();
    for (notes, name) in [("the second\n", "second"), ("the first\n", "first")] {
        program.run(&["unforget", "demo"]).done();
        program.run(&["rename", "demo", name]).done();
        assert_eq!(program.run(&["notes", name]).done(), notes);
        assert_eq!(program.run(&["token", name]).done(), "at-first\n");
    }
    assert!(program.run(&["unforget", "demo"]).failed(2).contains("no profile `demo` was forgotten in the last week"));

    program.run(&["forget", "first"]).done();
    program.run(&["forget", "second"]).done();
    program.database().execute("UPDATE forgotten SET at = at - 7 * 24 * 3600 WHERE name = 'first'");
    let listed = program.run(&["list", "--forgotten", "--json"]).json();
    assert_eq!((&listed[0]["name"], &listed[1]), (&json!("second"), &json!(null)));
    program.run(&["unforget", "first"]).failed(2);
    assert!(program.run(&["token", "first"]).failed(3).contains("there is no profile `first`"));
    let left = |table: &str| -> i64 {
        let statement = format!("SELECT count(*) FROM {table}");
        program.database().connection().query_row(&statement, (), |row| row.get(0)).expect("a count")
    };
    renewed::sign_in(&program, "other");
    assert_eq!((left("forgotten"), left("forgotten_body")), (1, 1), "the next write erased it");

    renewed::sign_in(&program, "second");
    assert_eq!(program.run(&["forget", "second", "--now"]).done(), "second: erased\n");
    assert_eq!((left("forgotten"), left("forgotten_body")), (0, 0), "all of that name");
    program.run(&["forget", "other"]).done();
    assert_eq!(program.run(&["forget", "other", "--now"]).done(), "other: erased\n");
    assert_eq!((left("forgotten"), left("forgotten_body")), (0, 0));
    program.run(&["forget", "other", "--now"]).failed(3);
}

#[test]
fn what_was_revoked_comes_back_without_its_tokens() {
    let service = Scripted::start(|asked, earlier| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        "/revoke" => Answer::json(200, &json!({})),
        "/refresh" => renewed::tokens(&format!("after-{earlier}"), 3600),
        _ => renewed::tokens(&format!("signed-in-{earlier}"), 3600),
    });
    let program = Tokenwright::with_vault();
    let more = format!(
        "[revocation]\nurl = \"{}/revoke\"\n[[inputs]]\nname = \"pin\"\nlabel = \"PIN\"\nsecret = true",
        service.url()
    );
    renewed::add_preset(&program, &service, &more);
    let mut sign_in = program.command(&["sign-in", "demo", "--service", "scripted", "--client-id", "it"]);
    sign_in.args(["--browser", browser()]).env("TOKENWRIGHT_SECRET_PIN", "hunter2");
    Process::start(&mut sign_in).finish().done();
    program.run(&["refresh", "demo"]).done();
    let done = program.run(&["forget", "demo", "--revoke"]);
    assert!(done.stderr.contains("it can be brought back, signed out: tokenwright unforget demo\n"), "{}", done.stderr);
    assert_eq!(done.done(), "demo: revoked and forgotten\n");
    program.run(&["unforget", "demo"]).done();
    assert!(program.run(&["token", "demo"]).failed(3).contains("`demo` has no tokens"));
    assert_eq!(program.database().sealed("demo").len(), 1, "no older generation");
    let history = program.run(&["history", "demo", "--json"]).json();
    let left = history["generations"].as_array().expect("a list").iter().map(|line| line["tokens"].clone());
    assert_eq!(left.filter(|left| left == "restorable" || left == "spent").count(), 0, "{history}");
    // What tokens are asked for with is there.
    program.run(&["sign-in", "demo", "--browser", browser()]).done();
    assert_eq!(program.run(&["token", "demo"]).done(), "at-signed-in-1\n");
    assert_eq!(program.run(&["forget", "demo", "--revoke", "--now"]).done(), "demo: revoked and erased\n");
    assert_eq!(program.run(&["list", "--forgotten", "--json"]).json(), json!([]));
}

#[test]
fn only_the_account_that_a_profile_is_for_may_sign_in() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let set = practice.set();
    let sign_in = |name: &str, more: &[&str]| {
        let arguments = ["sign-in", name, "--service", "practice", "--set", &set, "--browser", browser()];
        program.run(&[&arguments, more].concat())
    };
    // The person of the practice service is called Ada.
    let done = sign_in("acme", &["--account", "ada"]);
    assert!(done.stderr.contains("&login_hint=ada\n") || done.stderr.contains("&login_hint=ada&"), "{}", done.stderr);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(program.run(&["show", "acme", "--json"]).json()["account"], "ada");
    let token = program.run(&["token", "acme"]).done();

    let finished = sign_in("acme", &["--account", "bob+x@example.com"]);
    assert!(finished.stderr.contains("&login_hint=bob%2Bx%40example.com"), "{}", finished.stderr);
    let words = finished.failed(3);
    assert!(
        words.contains(
            "error: `ada@practice.example` signed in, and the profile is for `bob+x@example.com`: the tokens were not saved\n"
        ),
        "{words}"
    );
    assert!(words.contains("hint: the new tokens were revoked; sign out of the service in the browser"), "{words}");
    assert_eq!(program.run(&["token", "acme"]).done(), token, "what was saved stays");
    sign_in("new", &["--account", "bob"]).failed(3);
    assert!(!program.database().has_secret("new"));
    // It stays with the profile, and `''` lets anybody in again.
    sign_in("new", &[]).failed(3);
    assert_eq!(sign_in("new", &["--account", ""]).code, 0);
    let text = program.database().profile("new").expect("saved");
    assert!(!text.contains("account"), "{text}");
    assert!(program.database().profile("acme").expect("saved").contains("account = \"ada\"\n"));
}

#[test]
fn the_tokens_of_another_account_are_revoked_and_one_that_cannot_be_told_is_refused_before() {
    let service = Scripted::start(|asked, earlier| match (asked.path.as_str(), earlier) {
        ("/authorize", _) => asked.grant("a-code"),
        ("/me", 2) => Answer::json(500, &json!({})),
        ("/me", _) => Answer::json(200, &json!({ "login": "bob", "id": 7 })),
        ("/revoke", 0 | 1) => Answer::json(200, &json!({})),
        ("/revoke", _) => Answer::json(503, &json!({})),
        _ => renewed::tokens("first", 3600),
    });
    let program = Tokenwright::with_vault();
    let sign_in = |account: &str| {
        let arguments = ["sign-in", "demo", "--service", "scripted", "--client-id", "it", "--browser", browser()];
        program.run(&[&arguments[..], &["--account", account]].concat())
    };
    renewed::add_preset(&program, &service, "");
    let words = sign_in("bob").failed(2);
    assert!(
        words.contains("Scripted does not tell which account signed in\nhint: ask for the scope `openid`"),
        "{words}"
    );
    assert!(service.asked("/authorize").is_empty());
    let url = service.url();
    let more = format!(
        "[identity]\nurl = \"{url}/me\"\nfields = {{ Login = \"login\", ID = \"id\" }}\n[revocation]\nurl = \"{url}/revoke\""
    );
    renewed::add_preset(&program, &service, &more);
    let finished = sign_in("ada");
    assert!(!finished.stderr.contains("login_hint"), "no OpenID Connect: {}", finished.stderr);
    assert!(finished.failed(3).contains("`bob` signed in, and the profile is for `ada`"));
    let revoked: Vec<String> =
        service.asked("/revoke").iter().map(|asked| asked.parameter("token").to_owned()).collect();
    assert_eq!(revoked, ["rt-first", "at-first"]);
    assert!(!program.database().has_secret("demo"));
    assert_eq!(sign_in("7").code, 0, "the ID is as good as the name");
    let words = sign_in("ada").failed(3);
    assert!(words.contains("it is not known whether `ada` signed in, so the tokens were not saved: "), "{words}");
    assert!(words.contains("hint: the new tokens could not be revoked ("), "{words}");
    assert_eq!(program.run(&["token", "demo"]).done(), "at-first\n");
}

/// Kills a command at its `count`-th write to the database or a lease; whether it came so far.
#[cfg(target_os = "linux")]
fn is_killed(program: &Tokenwright, arguments: &[&str], count: usize) -> bool {
    let command = program.command(arguments);
    let mut strace = Command::new("strace");
    let calls = "pwrite64,write,ftruncate,fsync,fdatasync";
    strace.args(["-f", "-qq", "-o", "/dev/null"]);
    for file in ["profiles.db", "profiles.db-wal", "leases/demo", "leases/acme"] {
        strace.arg("-P").arg(program.database().folder().join(file));
    }
    strace.args(["-e", &format!("trace={calls}"), "-e", &format!("inject={calls}:signal=SIGKILL:when={count}")]);
    strace.arg(command.get_program()).args(command.get_args()).current_dir(program.home()).env_clear();
    strace.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?)))).stdout(Stdio::null());
    Process::start(&mut strace).finish().code != 0
}

#[cfg(target_os = "linux")]
fn names(list: &serde_json::Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().filter_map(|line| line["name"].as_str()).collect()
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs strace"]
fn whoever_is_killed_while_renaming_leaves_the_profile_under_one_name() {
    let service = renewed::service(3600, |_, _| renewed::tokens("second", 3600));
    let program = renewed::signed_in(&service, "");
    let sink = program.home().join("live.sh");
    program.run(&["export", "demo", "--format", "shell", "--live", "--output", sink.to_str().expect("UTF-8")]).done();
    let (mut old_and_new, mut count, mut renamed, mut goes_on) = (["demo", "acme"], 1, 0, true);
    while goes_on {
        goes_on = is_killed(&program, &["rename", old_and_new[0], old_and_new[1]], count);
        let listed = program.run(&["list", "--json"]).json();
        let [name] = names(&listed)[..] else { panic!("killed at write {count}: {listed}") };
        assert_eq!(program.run(&["token", name]).done(), "at-first\n", "killed at write {count}");
        let history = program.run(&["history", name, "--json"]).json();
        assert_eq!(history["generations"].as_array().map(Vec::len), Some(1), "killed at write {count}");
        let sinks = program.run(&["export", name, "--list-sinks", "--json"]).done();
        assert!(sinks.contains("live.sh"), "killed at write {count}: {sinks}");
        if name == old_and_new[1] {
            old_and_new.swap(0, 1);
            renamed += 1;
        }
        count += 1;
    }
    // Whether any write follows the commit is up to the database.
    assert!(count > 6 && renamed > 0, "killed at {count} writes, {renamed} times renamed");
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs strace"]
fn whoever_is_killed_while_forgetting_leaves_the_profile_in_one_place() {
    let service = renewed::service(3600, |_, _| renewed::tokens("second", 3600));
    let program = renewed::signed_in(&service, "");
    for task in ["forget", "unforget"] {
        let (mut count, mut goes_on) = (1, true);
        while goes_on {
            goes_on = is_killed(&program, &[task, "demo"], count);
            let listed = program.run(&["list", "--json"]).json();
            let forgotten = program.run(&["list", "--forgotten", "--json"]).json();
            let there = (names(&listed).len(), names(&forgotten).len());
            let what = format!("{task} killed at write {count}: {listed} {forgotten}");
            assert!([(0, 1), (1, 0)].contains(&there), "{what}");
            program.run(&["unforget", "demo"]);
            assert_eq!(program.run(&["token", "demo"]).done(), "at-first\n", "{what}");
            if task == "unforget" {
                program.run(&["forget", "demo"]).done();
            }
            count += 1;
        }
        assert!(count > 3, "{task} was killed at {count} writes");
    }
}

#[test]
fn the_faults_of_the_practice_service_are_listed_by_the_stage_at_which_they_show() {
    let list = Tokenwright::new().run(&["practice", "--list-faults"]).done();
    let groups: Vec<Vec<&str>> = list.split("\n\n").map(|group| group.lines().collect()).collect();
    assert_eq!(groups.len(), 11, "{list}");
    assert_eq!((groups[0][0], groups[6][0]), ("Metadata", "Refresh"));
    assert!(groups[6].iter().any(|line| line.starts_with("  dead-refresh-token  ")), "{list}");
    assert_eq!(groups.iter().map(|group| group.len() - 1).sum::<usize>(), 125, "{list}");
}
