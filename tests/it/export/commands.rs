//! Exports on the command line: the preview, where a file may be written, sinks, and exported refresh tokens.

use std::fs;
use std::process::Command;

use crate::support::http::browser;
use crate::support::practice::Practice;
use crate::support::renewed::signed_in_at_one_endpoint;
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;
use serde_json::json;

/// A profile of the practice service, which gives a new refresh token at each refresh.
fn signed_in() -> (Tokenwright, Practice) {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "acme");
    (program, practice)
}

fn token(program: &Tokenwright) -> String {
    program.run(&["token", "acme"]).done().trim_end().to_owned()
}

#[test]
fn a_preview_masks_every_secret_and_writes_nothing() {
    let (program, _practice) = signed_in();
    let finished = program.run(&["export", "acme", "--format", "json", "--dry-run"]);
    assert!(!finished.stdout.contains(&token(&program)) && finished.stdout.contains("••••••••"), "{finished:?}");
    let expected = "warning: anyone who reads it can use the access token of acme until it expires\nusual file: acme.json\n\
                    next: jq --raw-output .access_token acme.json\n";
    assert_eq!(finished.stderr, expected);
    assert!(!program.home().join("acme.json").exists());
}

#[test]
fn the_text_goes_to_standard_output_and_nothing_else_does() {
    let (program, _practice) = signed_in();
    let finished = program.run(&["export", "acme", "--format", "token"]);
    assert_eq!((finished.stdout.trim_end(), finished.stderr.as_str()), (token(&program).as_str(), ""));
}

#[test]
fn five_sinks_are_fresh_after_a_refresh_and_one_that_fails_does_it_no_harm() {
    let (program, _practice) = signed_in();
    let formats = ["dotenv", "json", "header", "terraform", "kubernetes-secret"];
    for format in formats {
        program.run(&["export", "acme", "--format", format, "--output", format, "--sink"]).done();
    }
    let before = token(&program);
    program.run(&["refresh", "acme"]).done();
    let after = token(&program);
    assert_ne!(before, after);
    for format in formats {
        let text = fs::read_to_string(program.home().join(format)).expect("a sink");
        assert!(text.contains(&after) && !text.contains(&before), "{format}: {text}");
    }
    // A folder stands where the file was: one sink fails, the refresh and the others do not.
    let broken = program.home().join("json");
    fs::remove_file(&broken).expect("removed");
    fs::create_dir(&broken).expect("a folder");
    let refreshed = program.run(&["refresh", "acme"]);
    assert_eq!(refreshed.code, 0, "{refreshed:?}");
    let words = format!("warning: the file `{}` was not written again: ", broken.display());
    assert!(refreshed.stderr.contains(&words), "{}", refreshed.stderr);
    let newest = token(&program);
    for format in formats.iter().filter(|format| **format != "json") {
        assert!(fs::read_to_string(program.home().join(format)).expect("a sink").contains(&newest), "{format}");
    }
    let listed = program.run(&["export", "acme", "--list-sinks", "--json"]).json();
    let states: Vec<(String, bool)> = listed["file"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|file| (file["format"].as_str().unwrap_or_default().to_owned(), file["problem"].is_string()))
        .collect();
    let mut expected = formats.map(|format| (format.to_owned(), format == "json")).to_vec();
    expected.sort();
    let mut states = states;
    states.sort();
    assert_eq!(states, expected);
}

#[test]
fn a_sink_that_somebody_changed_is_left_alone_and_told() {
    let (program, _practice) = signed_in();
    program.run(&["export", "acme", "--format", "dotenv", "--output", "a.env", "--sink"]).done();
    let file = program.home().join("a.env");
    fs::write(&file, "MINE=1\n").expect("written");
    let refreshed = program.run(&["refresh", "acme"]);
    assert!(refreshed.stderr.contains("was changed since this program wrote it"), "{refreshed:?}");
    assert_eq!(fs::read_to_string(&file).expect("mine"), "MINE=1\n");
    program.run(&["export", "acme", "--remove-sink", "a.env"]).done();
    assert_eq!(program.run(&["refresh", "acme"]).stderr, "");
}

#[test]
#[ignore = "needs git"]
fn a_file_of_somebody_else_and_a_work_tree_are_refused_until_one_insists() {
    let (program, _practice) = signed_in();
    let file = program.home().join("a.env");
    fs::write(&file, "MINE=1\n").expect("written");
    let export = |more: &[&str]| {
        let mut arguments = vec!["export", "acme", "--format", "dotenv", "--output", "a.env"];
        arguments.extend(more);
        program.run(&arguments)
    };
    let words = export(&[]).failed(2);
    let expected = format!(
        "error: `{}` exists, and this program did not write it\nhint: choose another file, or add `--overwrite`\n",
        file.display()
    );
    assert_eq!(words, expected);
    export(&["--overwrite"]).done();
    assert!(
        Command::new("git").arg("-C").arg(program.home()).args(["init", "--quiet"]).status().expect("git").success()
    );
    let words = export(&[]).failed(2);
    let expected = format!(
        "error: `{}` is in the git work tree `{}`, which does not ignore it\nhint: add `a.env` to `.gitignore`, choose a \
         path outside the work tree, or add `--allow-unignored` if you never commit it\n",
        file.display(),
        program.home().display()
    );
    assert_eq!(words, expected);
    export(&["--allow-unignored"]).done();
    fs::write(program.home().join(".gitignore"), "a.env\n").expect("written");
    export(&[]).done();
    // A live text holds no secret, and may stand in a work tree.
    program.run(&["export", "acme", "--format", "envrc", "--live", "--output", ".envrc"]).done();
}

#[cfg(unix)]
#[test]
fn a_file_is_for_this_user_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let (program, _practice) = signed_in();
    program.run(&["export", "acme", "--format", "dotenv", "--output", "a.env"]).done();
    let mode = fs::metadata(program.home().join("a.env")).expect("written").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_rotating_refresh_token_leaves_only_when_one_insists_and_then_it_has_left() {
    let (program, practice) = signed_in();
    let words = program.run(&["export", "acme", "--format", "google-external"]).failed(2);
    let expected = "error: the refresh token cannot just be copied (format `google-external`): this service gives a new one \
                    at each refresh\nhint: whichever of the two refreshes first ends the other's token: use a format that \
                    asks each time (`--live`), or hand the refresh token over for good (`--hand-over`), after which this \
                    program no longer refreshes it\n";
    assert_eq!(words, expected);
    let handed = program.run(&["export", "acme", "--format", "google-external", "--hand-over"]);
    assert!(handed.stderr.ends_with(
        "the refresh token was handed over: Tokenwright does not refresh this profile until you sign in again\n"
    ));
    assert!(handed.done().contains("practice-rt-"));
    let words = program.run(&["refresh", "acme"]).failed(3);
    assert!(words.starts_with("error: the profile `acme` handed its refresh token over at "), "{words}");
    assert!(words.contains("hint: sign in again: `tokenwright sign-in acme`"), "{words}");
    // The access token is still good, and still handed out.
    token(&program);
    practice.sign_in(&program, "acme");
    program.run(&["refresh", "acme"]).done();
}

#[test]
fn a_refresh_token_that_could_not_be_written_anywhere_has_not_left() {
    let (program, _practice) = signed_in();
    let refused =
        program.run(&["export", "acme", "--format", "json", "--hand-over", "--output", "no-such-folder/a.json"]);
    assert!(refused.failed(1).starts_with("error: cannot write `"), "there is no such folder");
    program.run(&["refresh", "acme"]).done();
}

#[test]
fn without_the_refresh_token_an_export_is_no_second_holder() {
    let (program, _practice) = signed_in();
    for format in ["dotenv", "json", "yaml", "kubernetes-secret", "requests-oauthlib"] {
        let text = program.run(&["export", "acme", "--format", format]).done();
        assert!(!text.contains("practice-rt-") && !text.contains("practice-secret"), "{format}: {text}");
    }
}

#[test]
fn ones_own_format_is_a_file_in_the_data_folder() {
    let (program, _practice) = signed_in();
    let folder = program.data().join("formats");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("mine.ini"), "[acme]\ntoken = <access_token>\nrealm = {realmId}\n").expect("written");
    let text = program.run(&["export", "acme", "--format", "mine.ini"]).done();
    assert!(text.starts_with(&format!("[acme]\ntoken = {}\nrealm = ", token(&program))), "{text}");
    assert!(program.run(&["export", "--list-formats"]).done().contains("mine.ini"));
    let words = program.run(&["export", "acme", "--format", "../mine.ini"]).failed(2);
    assert_eq!(
        words,
        "error: there is no format `../mine.ini`\nhint: `tokenwright export --list-formats` lists them\n"
    );
}

#[test]
fn what_makes_no_sense_is_said() {
    let (program, _practice) = signed_in();
    let check = |arguments: &[&str], expected: &str| assert_eq!(program.run(arguments).failed(2), expected);
    check(
        &["export", "acme", "--format", "dotenv", "--live"],
        "error: the format `dotenv` cannot be live\nhint: write a snapshot that is rewritten at each refresh, or \
         start the tool with `tokenwright exec`\n",
    );
    check(
        &["export", "acme", "--format", "git", "--live"],
        "error: the format `git` needs the address, and the profile has none\nhint: name the repository's server, such as \
         `https://git.example.com`, with `--url`\n",
    );
    check(&["export", "acme"], "error: `--format` is missing\nhint: `tokenwright export --list-formats` lists them\n");
}

#[test]
fn a_profile_without_secrets_is_the_same_text_each_time_and_says_what_is_missing() {
    let (program, _practice) = signed_in();
    let share = || program.run(&["share", "acme"]);
    let first = share();
    assert_eq!(first.stdout, share().stdout);
    assert!(!first.stdout.contains("practice-at-") && !first.stdout.contains("practice-rt-"), "{first:?}");
    assert!(first.stdout.contains("must_supply = [") && first.stdout.contains("a sign-in of their own"), "{first:?}");
    assert!(first.stderr.contains("acme: the recipient must supply: a sign-in of their own\n"), "{first:?}");
}

#[test]
#[ignore = "needs age"]
fn secrets_are_shared_only_locked_and_age_itself_opens_them() {
    let (program, _practice) = signed_in();
    let words = program.run(&["share", "acme", "--with-secrets"]).failed(2);
    assert!(
        words.starts_with("error: shared secrets must be encrypted, and there is no passphrase or recipient\n"),
        "{words}"
    );
    let keys = program.home().join("keys.txt");
    let made = Command::new("age-keygen").arg("-o").arg(&keys).output().expect("age-keygen");
    let recipient = String::from_utf8_lossy(&made.stderr).trim().rsplit(' ').next().expect("a recipient").to_owned();
    let arguments = ["share", "acme", "--with-secrets", "--recipient", &recipient, "--output", "a.age"];
    program.run(&arguments).done();
    let locked = fs::read_to_string(program.home().join("a.age")).expect("written");
    assert!(
        locked.starts_with("-----BEGIN AGE ENCRYPTED FILE-----") && !locked.contains("practice-secret"),
        "{locked}"
    );
    let opened = Command::new("age").arg("-d").arg("-i").arg(&keys).arg(program.home().join("a.age")).output();
    let opened = String::from_utf8(opened.expect("age").stdout).expect("text");
    assert!(opened.contains("client_secret = \"practice-secret\""), "{opened}");
    let words = program.run(&["share", "acme", "--with-secrets", "--recipient", "bob"]).failed(2);
    assert!(words.starts_with("error: `bob` is not an age recipient\n"), "{words}");
}

/// A folder that is a git work tree with this line in the `[core]` of its own configuration.
fn work_tree(folder: &std::path::Path, setting: &str, value: &str) {
    fs::create_dir_all(folder).expect("a folder");
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.arg("-C").arg(folder).args(arguments).env_remove("GIT_DIR");
        assert!(git.output().expect("git runs").status.success(), "{arguments:?}");
    };
    git(&["init", "--quiet"]);
    fs::write(folder.join("t"), "x").expect("written");
    git(&["add", "t"]);
    if !setting.is_empty() {
        git(&["config", setting, value]);
    }
}

#[test]
#[ignore = "needs git"]
fn no_command_that_a_work_tree_names_is_run_when_it_is_looked_at() {
    let (program, _practice) = signed_in();
    for (at, setting) in ["core.fsmonitor", "core.pager", "core.sshCommand", "core.editor"].into_iter().enumerate() {
        let folder = program.home().join(format!("tree{at}"));
        let ran = folder.join("ran");
        work_tree(&folder, setting, &format!("env > '{}'; false", ran.display()));
        let file = folder.join("a.env");
        let file = file.to_str().expect("a path");
        program.run(&["export", "acme", "--format", "dotenv", "--output", file]).failed(2);
        fs::write(folder.join(".gitignore"), "*.env\n").expect("written");
        program.run(&["export", "acme", "--format", "dotenv", "--output", file, "--sink"]).done();
        program.run(&["refresh", "acme"]).done();
        assert!(!ran.exists(), "{setting}: {:?}", fs::read_to_string(&ran));
    }
}

#[test]
#[ignore = "needs git"]
fn inside_a_git_hook_the_work_tree_of_the_file_is_the_one_that_counts() {
    let (program, _practice) = signed_in();
    let (hook, target) = (program.home().join("hook"), program.home().join("target"));
    work_tree(&hook, "", "");
    fs::write(hook.join(".git/info/exclude"), "*\n").expect("written");
    work_tree(&target, "", "");
    let file = target.join("a.env");
    let mut command =
        program.command(&["export", "acme", "--format", "dotenv", "--output", file.to_str().expect("a path")]);
    command
        .env("GIT_DIR", hook.join(".git"))
        .env("GIT_WORK_TREE", &hook)
        .env("GIT_INDEX_FILE", hook.join(".git/index"));
    let words = crate::support::process::Process::start(&mut command).finish().failed(2);
    assert!(words.contains("is in the git work tree"), "{words}");
    assert!(!file.exists());
}

/// What a child must not find in its environment.
const SECRETS: [&str; 7] = [
    "TOKENWRIGHT_CLIENT_SECRET",
    "TOKENWRIGHT_PASSWORD",
    "TOKENWRIGHT_REFRESH_TOKEN",
    "TOKENWRIGHT_SECRET_API_KEY",
    "TOKENWRIGHT_SHARE_PASSPHRASE",
    "TOKENWRIGHT_PASSPHRASE_FILE",
    "CREDENTIALS_DIRECTORY",
];

#[track_caller]
fn assert_clean(environment: &str) {
    for name in SECRETS.into_iter().chain(["TOKENWRIGHT_PASSPHRASE", "canary"]) {
        assert!(
            !environment.lines().any(|line| line.starts_with(&format!("{name}=")) || line.contains("canary")),
            "{environment}"
        );
    }
    assert!(
        environment.lines().any(|line| line.starts_with("TOKENWRIGHT_HOME=")),
        "what is no secret stays: {environment}"
    );
}

#[test]
fn the_browser_and_the_command_of_exec_inherit_none_of_our_secrets() {
    let mut program = Tokenwright::with_vault();
    // A refresh token at hand takes the place of the browser.
    for name in SECRETS.into_iter().filter(|name| *name != "TOKENWRIGHT_REFRESH_TOKEN") {
        // What the practice service takes.
        let value = if name == "TOKENWRIGHT_CLIENT_SECRET" { "practice-secret" } else { "canary" };
        program = program.with_env(name, value);
    }
    let practice = Practice::start(&program);
    let seen = program.home().join("browser.env");
    let part = program.home().join("part.env");
    let dump = format!(
        "env > '{}'; mv '{}' '{}'; {}",
        part.display(),
        part.display(),
        seen.display(),
        browser().replace("%s", "\"$1\"")
    );
    // The browser of a command line, and the one that the desktop is set to.
    let script = program.home().join("browser.sh");
    fs::write(&script, format!("{dump}\n")).expect("written");
    let line = format!("sh '{}' %s", script.display());
    let set = practice.set();
    program.run(&["sign-in", "acme", "--service", "practice", "--set", &set, "--browser", &line]).done();
    assert_clean(&fs::read_to_string(&seen).expect("the browser ran"));
    fs::remove_file(&seen).expect("removed");
    let bin = program.home().join("bin");
    fs::create_dir_all(&bin).expect("a folder");
    let opener = bin.join("xdg-open");
    fs::write(&opener, format!("#!/bin/sh\n{dump}\n")).expect("written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).expect("made a program");
    }
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").expect("a path"));
    let mut command = program.command(&["sign-in", "acme", "--service", "practice", "--set", &set]);
    crate::support::process::Process::start(command.env("PATH", path)).finish().done();
    assert_clean(&fs::read_to_string(&seen).expect("the desktop's browser ran"));
    let mut exec = program.command(&["exec", "acme", "--", "env"]);
    let environment =
        crate::support::process::Process::start(exec.env("TOKENWRIGHT_REFRESH_TOKEN", "canary")).finish().done();
    assert_clean(&environment);
    assert!(environment.lines().any(|line| line.starts_with("OAUTH_ACCESS_TOKEN=practice-at-")), "{environment}");
}

/// A profile of a service whose preset says nothing of what a refresh brings; here it brings the refresh token that `next`
/// makes of the number of the call. The second refresh waits as long as a test lets it.
fn of_silent_service(next: fn(usize) -> Option<String>) -> (Tokenwright, Scripted) {
    let service = Scripted::start(move |asked, earlier| {
        if asked.path == "/authorize" {
            return asked.grant("a-code");
        }
        let body = json!({
            "access_token": format!("at-{earlier}"), "refresh_token": next(earlier), "token_type": "Bearer",
            "expires_in": 3600,
        });
        Answer::json(200, &body)
    });
    (signed_in_at_one_endpoint(&service, "acme", ""), service)
}

const WITH_REFRESH_TOKEN: [&str; 5] = ["export", "acme", "--format", "json", "--with-refresh-token"];

fn shared(program: &Tokenwright, secret: &str) -> (String, String) {
    let file = program.home().join("shared");
    let program_with = ["share", "acme", "--with-secrets", "--output", "shared", "--overwrite"];
    let finished = crate::support::process::Process::start(
        program.command(&program_with).env("TOKENWRIGHT_SHARE_PASSPHRASE", "open sesame"),
    )
    .finish();
    assert_eq!(finished.code, 0, "{finished:?}");
    let read = crate::support::process::Process::start(
        program.command(&["import", "shared", "--json"]).env("TOKENWRIGHT_SHARE_PASSPHRASE", "open sesame"),
    )
    .finish();
    assert!(!read.stdout.contains(secret) && file.exists(), "{read:?}");
    // Nothing is kept of it: there is a profile of the name. What it holds is told all the same.
    (read.stdout, finished.stderr)
}

#[test]
fn a_refresh_token_that_was_seen_to_rotate_leaves_by_no_way_unasked() {
    let (program, _service) = of_silent_service(|call| Some(format!("rt-{call}")));
    // Nothing is known yet: it leaves, and a word with it.
    let first = program.run(&WITH_REFRESH_TOKEN);
    assert!(first.code == 0 && first.stdout.contains("rt-0"), "{first:?}");
    assert!(
        first.stderr.contains("warning: the refresh token of acme leaves, and no refresh was seen yet"),
        "{first:?}"
    );
    let sink = ["export", "acme", "--format", "json", "--with-refresh-token", "--output", "sink.json", "--sink"];
    program.run(&sink).done();
    let (read, said) = shared(&program, "rt-0");
    assert!(read.contains("refresh token") && said.contains("no refresh was seen yet"), "{read} {said}");
    let silent_form = ["service", "export", "--profile", "acme", "--format", "evolutionx", "--with-secrets"];
    let written = program.run(&silent_form);
    assert!(written.stderr.contains("no refresh was seen yet") || !written.stdout.contains("rt-0"), "{written:?}");

    // A refresh shows it: the file that is written again does not get the new one.
    let refreshed = program.run(&["refresh", "acme"]);
    assert_eq!(refreshed.code, 0, "{refreshed:?}");
    assert!(refreshed.stderr.contains("the refresh token cannot just be copied"), "{refreshed:?}");
    assert!(!fs::read_to_string(program.home().join("sink.json")).expect("a sink").contains("rt-1"));
    let refused = program.run(&WITH_REFRESH_TOKEN).failed(2);
    assert!(refused.contains("this service gives a new one at each refresh"), "{refused}");
    let (read, said) = shared(&program, "rt-1");
    assert!(!read.contains("refresh token") && said.contains("a sign-in of their own"), "{read} {said}");
    let written = program.run(&silent_form);
    assert!(!written.stdout.contains("rt-1"), "{written:?}");
    // Asked for, it leaves, and is no longer used here.
    let given = program.run(&["export", "acme", "--format", "json", "--hand-over"]);
    assert!(given.code == 0 && given.stdout.contains("rt-1"), "{given:?}");
    assert!(program.run(&["refresh", "acme"]).failed(3).contains("handed its refresh token over"));
}

#[test]
fn a_refresh_token_that_was_seen_to_stay_leaves_without_a_word() {
    let (program, _service) = of_silent_service(|call| (call == 0).then(|| "rt-0".to_owned()));
    program.run(&["refresh", "acme"]).done();
    let finished = program.run(&WITH_REFRESH_TOKEN);
    assert!(finished.code == 0 && finished.stdout.contains("rt-0") && finished.stderr.is_empty(), "{finished:?}");
}

#[test]
fn a_refresh_that_is_on_its_way_is_waited_for_before_the_refresh_token_is_given_away() {
    let (program, service) = of_silent_service(|call| {
        if call == 2 {
            // waits: as a slow service does, while the other command begins.
            std::thread::sleep(std::time::Duration::from_secs(3));
        }
        Some(format!("rt-{call}"))
    });
    program.run(&["refresh", "acme"]).done();
    let refresh = program.start(&["refresh", "acme"]);
    while service.asked("/token").len() < 3 {
        // waits: the scripted server tells nobody that it was asked.
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let given = program.run(&["export", "acme", "--format", "json", "--hand-over"]).done();
    refresh.finish().done();
    assert!(given.contains("rt-2"), "{given}");
    program.run(&["refresh", "acme"]).failed(3);
}
