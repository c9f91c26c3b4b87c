//! The log of calls: `calls`, and the files behind it.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::http::browser;
use crate::support::practice::Practice;
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

/// The files of the log, the oldest first.
fn files(program: &Tokenwright) -> Vec<PathBuf> {
    let entries = fs::read_dir(program.data().join("calls")).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    files
}

fn text(program: &Tokenwright) -> String {
    files(program).iter().map(|file| fs::read_to_string(file).expect("read")).collect()
}

fn listed(program: &Tokenwright, arguments: &[&str]) -> Vec<Value> {
    let listed = program.run(&[&["calls", "--json"], arguments].concat()).json();
    listed.as_array().expect("a list").clone()
}

fn column(calls: &[Value], name: &str) -> Vec<String> {
    calls.iter().map(|call| call[name].as_str().unwrap_or("-").to_owned()).collect()
}

#[test]
fn each_call_is_listed_whoever_made_it_and_holds_no_secret() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    practice.sign_in(&program, "other");
    program.run(&["refresh", "demo"]).done();
    program.run(&["whoami", "demo"]).done();
    // Neither sends anything.
    let token = program.run(&["token", "demo"]).done();
    program.run(&["list"]).done();

    let calls = listed(&program, &["demo"]);
    // The metadata and the keys of the issuer have no stage.
    let stages = ["authorization", "redirect", "token_request", "-", "-", "refresh_request", "identity"];
    assert_eq!(column(&calls, "stage"), stages);
    assert_eq!(column(&calls, "by"), ["sign-in", "sign-in", "sign-in", "sign-in", "sign-in", "refresh", "whoami"]);
    assert_eq!(calls[5]["status"], 200);
    let all = listed(&program, &[]);
    assert_eq!(column(&all, "profile").iter().filter(|profile| *profile == "-").count(), 0, "{all:?}");
    assert_eq!(all.len(), 12);

    let table = program.run(&["calls", "demo"]).done();
    let rows: Vec<&str> = table.lines().collect();
    assert!(rows[0].starts_with("TIME") && rows[0].ends_with("CALL"), "{table}");
    assert!(rows[6].contains("  refresh  demo     refresh_request  200     "), "{table}");
    assert!(rows[6].ends_with("/token") && rows[6].contains("POST 127.0.0.1:"), "{table}");

    let commands = program.run(&["calls", "demo", "--curl"]).done();
    assert_eq!(commands.matches("\ncurl \\\n").count(), 5, "{commands}");
    assert!(commands.contains("refresh demo refresh_request: 200\n# Put the secrets in place of "), "{commands}");

    let log = text(&program);
    for secret in [token.trim(), "practice-at-", "practice-rt-", "practice-secret"] {
        assert!(!log.contains(secret) && !commands.contains(secret), "{secret}: {log}");
    }
    // What a service says of a person is not kept.
    assert!(log.contains("userinfo") && !log.contains("@example."), "{log}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: PathBuf| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(program.data().join("calls")), mode(files(&program).remove(0))), (0o700, 0o600));
    }

    let file = program.home().join("day.har");
    let path = file.to_str().expect("UTF-8");
    assert_eq!(program.run(&["calls", "demo", "--har", path]).done(), format!("{path}: 7 calls\n"));
    let archive: Value = serde_json::from_str(&fs::read_to_string(&file).expect("written")).expect("JSON");
    let entry = &archive["log"]["entries"][5];
    assert_eq!(
        (&entry["_by"], &entry["_profile"], &entry["response"]["status"]),
        (&json!("refresh"), &json!("demo"), &json!(200))
    );
}

#[test]
fn the_agent_writes_into_the_same_log() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    let mut agent = program.start(&["agent"]);
    agent.line_with("listens");
    program.run(&["token", "demo", "--min-valid", "2h"]).done();
    program.run(&["agent", "stop"]).done();
    agent.finish().done();
    let calls = listed(&program, &["demo"]);
    let last = calls.last().expect("a call");
    assert_eq!((&last["by"], &last["stage"]), (&json!("agent"), &json!("refresh_request")));
}

#[test]
fn many_commands_at_once_tear_no_line() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    let running: Vec<_> = (0..6).map(|_| program.start(&["whoami", "demo"])).collect();
    for process in running {
        process.finish().done();
    }
    let lines: Vec<String> = text(&program).lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
    assert!(lines.iter().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{lines:?}");
    assert_eq!(column(&listed(&program, &[]), "stage").iter().filter(|stage| *stage == "identity").count(), 6);
}

#[test]
fn the_settings_turn_it_off_and_what_was_kept_is_removed() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    assert_eq!(files(&program).len(), 1);
    for settings in ["[calls]\nkeep = false\n", "[calls]\nkep = true\n"] {
        program.set("settings.toml", settings);
        program.run(&["refresh", "demo"]).done();
        assert_eq!(files(&program), Vec::<PathBuf>::new(), "{settings}");
        let said = program.run(&["calls"]);
        assert!(said.stderr.contains("No calls are kept"), "{}", said.stderr);
    }
}

#[test]
fn a_vault_in_memory_leaves_no_call() {
    let program = Tokenwright::new().with_env("TOKENWRIGHT_VAULT", "memory");
    let practice = Practice::start(&program);
    let set = practice.set();
    program.run(&["sign-in", "demo", "--service", "practice", "--set", &set, "--browser", browser()]).done();
    assert!(!program.data().join("calls").exists());
}

#[test]
fn a_log_that_cannot_be_written_stops_nothing_and_is_not_told_by_a_command() {
    let program = Tokenwright::with_vault();
    program.set("calls", "in the way");
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    let said = program.run(&["refresh", "demo"]);
    assert_eq!(said.stderr, "");
    said.done();
    let said = program.run(&["calls"]).failed(1);
    assert!(said.starts_with("error: the log of calls: cannot list `"), "{said}");
}

#[test]
fn what_somebody_wrote_into_the_log_cannot_act_on_the_terminal() {
    let program = Tokenwright::with_vault();
    let service = Scripted::start(|asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("code"),
        _ => Answer::json(400, &json!({ "error": "invalid_grant" })),
    });
    let preset = format!(
        "id = \"odd\"\nname = \"Odd\"\nchecked = \"2026-11-28\"\nsource = [\"a test\"]\nasks = \"secret\"\n\
         [redirect]\ndefault = \"http://127.0.0.1/callback\"\n[authorization]\nurl = \"{url}/authorize\"\n\
         [token_request]\nurl = \"{url}/token\"\n",
        url = service.url()
    );
    program.add_preset("odd.toml", &preset);
    let program = program.with_env("TOKENWRIGHT_CLIENT_SECRET", "canary-secret");
    program.run(&["sign-in", "p", "--service", "odd", "--client-id", "mine", "--browser", browser()]).failed(4);
    assert!(!text(&program).contains("canary"));
    let file = files(&program).remove(0);
    let edited = text(&program).replace("\"p\"", "\"\\u001b[2J\"").replace("/token", "/\\u001b[2J\\u202e");
    fs::write(&file, format!("{edited}\n\u{1b}[2J torn {{\"startedDateTime\":")).expect("written");
    for arguments in [&["calls"][..], &["calls", "--json"], &["calls", "--curl"]] {
        let told = program.run(arguments).done();
        assert!(!told.contains('\u{1b}') && !told.contains('\u{202e}'), "{told}");
        assert!(told.contains("u{1b}") || told.contains("u001b"), "{told}");
    }
}
