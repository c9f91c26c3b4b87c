//! What is done with a saved profile over the months.

use std::fs;
#[cfg(target_os = "linux")]
use std::process::{Command, Stdio};

use serde_json::json;

use crate::support::http::browser;
use crate::support::practice::Practice;
use crate::support::process::Process;
use crate::support::renewed;
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

/// Each time it is killed one write to the disk later.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs strace"]
fn whoever_is_killed_while_renaming_leaves_the_profile_under_one_name() {
    let service = renewed::service(3600, |_, _| renewed::tokens("second", 3600));
    let program = renewed::signed_in(&service, "");
    let sink = program.home().join("live.sh");
    program.run(&["export", "demo", "--format", "shell", "--live", "--output", sink.to_str().expect("UTF-8")]).done();
    let (mut names, mut count, mut renamed) = (["demo", "acme"], 1, 0);
    loop {
        let rename = program.command(&["rename", names[0], names[1]]);
        let mut strace = Command::new("strace");
        let calls = "pwrite64,write,ftruncate,fsync,fdatasync";
        strace.args(["-f", "-qq", "-o", "/dev/null", "-P"]).arg(program.database().folder());
        for file in ["profiles.db", "profiles.db-wal", "leases/demo", "leases/acme"] {
            strace.arg("-P").arg(program.database().folder().join(file));
        }
        strace.args(["-e", &format!("trace={calls}"), "-e", &format!("inject={calls}:signal=SIGKILL:when={count}")]);
        strace.arg(rename.get_program()).args(rename.get_args()).current_dir(program.home()).env_clear();
        strace.envs(rename.get_envs().filter_map(|(name, value)| Some((name, value?)))).stdout(Stdio::null());
        let is_killed = Process::start(&mut strace).finish().code != 0;
        let listed = program.run(&["list", "--json"]).json();
        let there: Vec<&str> =
            listed.as_array().expect("a list").iter().filter_map(|line| line["name"].as_str()).collect();
        let [name] = there[..] else { panic!("killed at write {count}: {listed}") };
        assert_eq!(program.run(&["token", name]).done(), "at-first\n", "killed at write {count}");
        let history = program.run(&["history", name, "--json"]).json();
        assert_eq!(history["generations"].as_array().map(Vec::len), Some(1), "killed at write {count}");
        let sinks = program.run(&["export", name, "--list-sinks", "--json"]).done();
        assert!(sinks.contains("live.sh"), "killed at write {count}: {sinks}");
        if name == names[1] {
            names.swap(0, 1);
            renamed += 1;
        }
        if !is_killed {
            break;
        }
        count += 1;
    }
    assert!(count > 5 && renamed > 1, "killed at {count} writes, {renamed} times renamed");
}
