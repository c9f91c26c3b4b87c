//! The vault on the command line: the history of a profile, restoring, a vault put back from a backup, and a change of
//! key.

use std::fs;

use crate::support::http::browser;
use crate::support::practice::Practice;
use crate::support::tokenwright::Tokenwright;

fn signed_in() -> (Tokenwright, Practice) {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    (program, practice)
}

#[test]
fn a_history_tells_when_how_and_what_came_of_it() {
    let (program, _practice) = signed_in();
    program.run(&["refresh", "demo"]).done();
    let history = program.run(&["history", "demo"]).done();
    let rows: Vec<Vec<&str>> = history.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["GENERATION", "TIME", "HOW", "ACCESS", "REFRESH", "OUTCOME", "TOKENS", "BY"]);
    assert_eq!(
        (rows[1][0], &rows[1][3..4], &rows[1][6..10]),
        ("2", &["refreshed"][..], &["kept", "in", "use", "refresh"][..])
    );
    assert_eq!((rows[2][0], &rows[2][3..5]), ("1", &["signed", "in"][..]), "{history}");
    assert!(rows[2].windows(3).any(|words| words == ["worked", "kept,", "spent"]), "{history}");

    let token = program.run(&["token", "demo"]).done();
    let json = program.run(&["history", "demo", "--json"]).json();
    let newest = &json["generations"][0];
    let keys: Vec<&str> = newest.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(keys, ["generation", "at", "how", "access_token", "refresh_token", "outcome", "by", "tokens"]);
    assert!(newest["by"].as_str().expect("a process").starts_with("refresh (process "), "{json}");
    let digits = newest["access_token"].as_str().expect("digits");
    assert_eq!(digits.len(), 8);
    assert!(!json.to_string().contains(token.trim()), "{json}");
}

#[test]
fn a_spent_generation_is_restored_only_by_insistence_and_its_refusal_is_noted() {
    let (program, _practice) = signed_in();
    let first = program.run(&["token", "demo"]).done();
    let none = "error: `demo` has no older generation with tokens\n\
                hint: `tokenwright history demo` lists the generations\n";
    assert_eq!(program.run(&["restore", "demo"]).failed(2), none);
    program.run(&["refresh", "demo"]).done();
    let refused = "error: the refresh token of generation 1 of `demo` is likely dead: Practice service takes each refresh \
                   token once, and this one was used\n\
                   hint: sign in again: `tokenwright sign-in demo`; or restore it with `--force`, which some services \
                   answer by ending all tokens of the sign-in\n";
    assert_eq!(program.run(&["restore", "demo"]).failed(4), refused);
    let restored = program.run(&["restore", "demo", "--generation", "1", "--force"]).done();
    assert_eq!(restored, "demo: generation 1 is in use again, as 3\n");
    assert_eq!(program.run(&["token", "demo"]).done(), first);
    program.run(&["refresh", "demo"]).failed(3);
    let json = program.run(&["history", "demo", "--json"]).json();
    assert_eq!(json["generations"][0]["outcome"], "refused: invalid_grant");
    assert_eq!(json["generations"][0]["how"], "restored 1");
    assert!(json["begun"].is_null(), "it was answered: {json}");
}

#[test]
fn a_database_put_back_from_a_backup_is_named_and_used_by_restore() {
    let (program, practice) = signed_in();
    practice.sign_in(&program, "other");
    let (file, backup) = (program.database().file(), program.home().join("backup"));
    program.database().connection().execute("VACUUM INTO ?1", [backup.to_str()]).expect("backed up");
    let first = program.run(&["token", "demo"]).done();
    program.run(&["refresh", "demo"]).done();
    program.run(&["refresh", "demo"]).done();
    for end in ["-wal", "-shm"] {
        fs::remove_file(format!("{}{end}", file.display())).expect("of the newer one");
    }
    fs::set_permissions(&backup, fs::metadata(&file).expect("there").permissions()).expect("closed to others");
    fs::rename(&backup, &file).expect("put back");

    let words = "the secrets of profile `demo` are older than expected (generation 1, last seen 3): the store may have been \
                 restored from a backup";
    let said = program.run(&["token", "demo"]).failed(6);
    assert_eq!(said.lines().next(), Some(format!("error: {words}").as_str()));
    assert!(said.contains("`tokenwright restore demo` uses the older ones"), "{said}");
    let list = program.run(&["list", "--json"]).json();
    assert_eq!((&list[0]["state"], &list[1]["state"]), (&"unreadable".into(), &"fresh".into()), "{list}");
    let status = program.run(&["vault", "status"]);
    assert_eq!(status.code, 6, "{}", status.stderr);
    assert!(status.stderr.contains(&format!("warning: {words}")), "{}", status.stderr);
    assert!(status.stderr.contains("error: the vault has 1 fault\n"), "{}", status.stderr);

    let restored = program.run(&["restore", "demo"]).done();
    assert_eq!(restored, "demo: generation 1 is in use again, as 4\n");
    assert_eq!(program.run(&["token", "demo"]).done(), first);
    program.run(&["vault", "status"]).done();
}

#[test]
fn a_vault_is_moved_to_another_passphrase_and_memory_is_refused() {
    let (program, _practice) = signed_in();
    let token = program.run(&["token", "demo"]).done();
    let refused = "error: a vault cannot be moved to memory: all tokens would be lost when the program ends\n\
                   hint: move it to `keyring` or `passphrase`, or forget the profiles\n";
    assert_eq!(program.run(&["vault", "rekey", "--to", "memory"]).failed(6), refused);
    // No keyring is here: the vault stays as it is.
    program.run(&["vault", "rekey", "--to", "keyring"]).failed(6);
    assert_eq!(program.run(&["token", "demo"]).done(), token);

    let moved = program.run_with_input(&["vault", "rekey", "--to", "passphrase", "--passphrase-stdin"], "new one\n");
    assert_eq!(moved.done(), "The vault is now a passphrase vault.\n");
    let said = program.run(&["token", "demo"]).failed(6);
    assert!(said.starts_with("error: the passphrase does not open the vault in `"), "{said}");
    let program = program.with_env("TOKENWRIGHT_PASSPHRASE", "new one");
    assert_eq!(program.run(&["token", "demo"]).done(), token);
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_that_holds_secrets_leaves_no_core_dump() {
    let program = Tokenwright::with_vault();
    let mut process = program.start(&["practice"]);
    process.line_with("http://127.0.0.1:");
    let limits = fs::read_to_string(format!("/proc/{}/limits", process.id())).expect("limits");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).expect("a limit of core dumps");
    assert_eq!(core.split_whitespace().nth(4), Some("1"), "{core}");
}

#[test]
fn a_new_sign_in_mends_a_record_that_is_damaged() {
    let (program, practice) = signed_in();
    program.run(&["refresh", "demo"]).done();
    program.database().damage("demo", false);
    let said = program.run(&["token", "demo"]).failed(6);
    assert!(
        said.ends_with(
            "hint: `tokenwright restore demo` goes back one generation; or forget the profile and sign in again\n"
        ),
        "{said}"
    );
    practice.sign_in(&program, "demo");
    program.run(&["refresh", "demo"]).done();
    program.run(&["vault", "status"]).done();
}

#[test]
fn a_sign_in_that_could_not_be_kept_over_a_damaged_record_ends_before_the_browser_opens() {
    let (program, practice) = signed_in();
    program.run(&["refresh", "demo"]).done();
    program.database().damage("demo", true);
    let set = practice.set();
    let arguments = ["sign-in", "demo", "--service", "practice", "--set", &set, "--browser", browser()];
    let said = program.run(&arguments).failed(6);
    assert!(said.contains("are damaged") && !said.contains("Sign in at"), "{said}");
    program.run(&["forget", "demo"]).done();
    practice.sign_in(&program, "demo");
}
