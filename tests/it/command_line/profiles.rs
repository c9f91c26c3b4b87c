//! Profiles on the command line: what is saved, what is printed, and the exit codes.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::support::database::Database;
use crate::support::http::{browser, post};
use crate::support::practice::Practice;
use crate::support::process::{Finished, Process};
use crate::support::renewed;
use crate::support::scripted::{Answer, Asked, Scripted};
use crate::support::tokenwright::Tokenwright;
use serde_json::{Value, json};

#[test]
fn a_sign_in_is_kept_for_the_commands_that_follow() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");

    let token = program.run(&["token", "demo"]).done();
    assert!(token.starts_with("practice-at-") && token.ends_with('\n') && token.lines().count() == 1, "{token:?}");
    assert_eq!(program.run(&["token", "demo"]).done(), token, "a token that is still good is handed out again");
    assert_eq!(program.run(&["token", "demo", "--header"]).done(), format!("Authorization: Bearer {token}"));

    let list = program.run(&["list"]).done();
    let rows: Vec<Vec<&str>> = list.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["PROFILE", "SERVICE", "STATE", "EXPIRES"]);
    assert_eq!(rows[1][..4], ["demo", "Practice", "service", "fresh"], "{list}");

    let shown = program.run(&["show", "demo"]).done();
    for line in ["service            practice", "refresh token      kept", "client id          practice-client"] {
        assert!(shown.lines().any(|shown| shown == line), "{line}\n{shown}");
    }
    // A list of names and values has a line for each.
    assert!(shown.lines().any(|shown| shown == format!("inputs             {}", practice.set().replace('=', ": "))));
    assert!(!shown.contains(token.trim()), "{shown}");
}

#[test]
fn a_refresh_spends_the_old_tokens_and_keeps_the_new_ones() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    let first = program.run(&["token", "demo"]).done();

    let told = program.run(&["refresh", "demo"]).done();
    assert!(told.starts_with("demo: refreshed, valid until 20"), "{told}");
    let second = program.run(&["token", "demo"]).done();
    assert_ne!(second, first);

    // The practice service's tokens live two minutes.
    let third = program.run(&["token", "demo", "--min-valid", "10m"]).done();
    assert_ne!(third, second, "a token that lives shorter than asked for is refreshed");
    assert_eq!(program.run(&["token", "demo", "--min-valid", "30"]).done(), third);
}

#[test]
fn new_tokens_that_cannot_be_kept_are_handed_on_and_told() {
    // From the moment of the call: before, none would be made.
    let place = Arc::new(Mutex::new(None::<Database>));
    let refusing = Arc::clone(&place);
    let service = renewed::service(600, move |_, _| {
        refusing.lock().expect("a place").as_ref().expect("signed in").refuse_secrets();
        renewed::tokens("second", 3600)
    });
    let program = renewed::signed_in(&service, "");
    *place.lock().expect("a place") = Some(program.database());
    let finished = program.run(&["token", "demo", "--min-valid", "20m"]);
    assert_eq!((finished.code, finished.stdout.trim()), (0, "at-second"), "{}", finished.stderr);
    assert!(finished.stderr.contains("warning: the new tokens of `demo` could not be saved: "), "{}", finished.stderr);
}

#[test]
fn json_is_for_programs() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");

    let token = program.run(&["token", "demo", "--json"]).json();
    assert_eq!(keys(&token), ["access_token", "token_type", "expires_at", "scope", "values"]);
    assert_eq!(token["access_token"].as_str(), Some(program.run(&["token", "demo"]).done().trim_end()));
    assert_eq!(token["token_type"], "Bearer");
    assert_eq!(token["scope"], "openid profile offline_access");
    assert!(!token["values"]["realmId"].as_str().unwrap_or_default().is_empty(), "{token}");
    let expires_at: jiff::Timestamp = token["expires_at"].as_str().expect("a text").parse().expect("a time");

    let list = program.run(&["list", "--json"]).json();
    let expected = [
        "name",
        "display_name",
        "service",
        "service_name",
        "environment",
        "tags",
        "state",
        "expires_at",
        "refreshable",
        "trouble",
        "keep_alive",
        "shared",
        "draft",
    ];
    assert_eq!(keys(&list[0]), expected);
    assert_eq!((&list[0]["name"], &list[0]["state"]), (&json!("demo"), &json!("fresh")));
    assert_eq!(list[0]["refreshable"], true);
    assert_eq!(list[0]["expires_at"], expires_at.to_string());

    let shown = program.run(&["show", "demo", "--json"]).json();
    assert_eq!((&shown["name"], &shown["service"]), (&json!("demo"), &json!("practice")));
    assert_eq!(shown["inputs"], json!({ "port": practice.port() }));
    assert_eq!(shown["scopes_granted"], json!(["openid", "profile", "offline_access"]));
    assert_eq!(shown["expires_at"], expires_at.to_string());
}

#[test]
fn an_erased_profile_leaves_no_secret_behind() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    program.run(&["refresh", "demo"]).done();
    assert!(program.database().has_secret("demo"));
    assert_eq!(program.run(&["forget", "demo", "--now"]).done(), "demo: erased\n");
    assert!(!program.database().has("demo"));
    for list in [&["list", "--json"][..], &["list", "--forgotten", "--json"]] {
        assert_eq!(program.run(list).json(), json!([]));
    }
    let list = program.run(&["list"]);
    assert_eq!(list.stderr, "No profiles yet. Start with: tokenwright sign-in demo --service practice\n");
    assert_eq!(list.done(), "");
    assert_eq!(
        program.run(&["token", "demo"]).failed(3),
        "error: there is no profile `demo`\nhint: `tokenwright list` names the saved profiles\n"
    );
}

#[test]
fn what_makes_no_sense_ends_with_2_and_says_what_would() {
    let program = Tokenwright::with_vault();
    check_failures(
        &program,
        2,
        &[
            (&["frob"], "unrecognized subcommand 'frob'"),
            (&["token"], "required arguments were not provided"),
            (&["token", "demo", "--header", "--json"], "'--header' cannot be used with '--json'"),
            (&["token", "demo", "--min-valid", "soon"], "write a duration such as `90s`, `5m` or `1h`"),
            (&["token", "a/b"], "hint: use letters, digits, `-`, `_` and `.`"),
            (&["sign-in", "demo"], "hint: add `--service SERVICE`"),
            (&["sign-in", "demo", "--service", "practise"], "hint: did you mean `practice`?"),
            (&["sign-in", "demo", "--service", "practice", "--set", "prt=1"], "hint: did you mean `--set port=…`?"),
            (&["sign-in", "demo", "--service", "practice", "--set", "port"], "`=` is missing; write `key=value`"),
            (&["sign-in", "demo", "--service", "practice", "--set", "port=x"], "hint: enter one like `8123`"),
            (&["sign-in", "demo", "--service", "quickbooks"], "Client ID is missing"),
            (&["sign-in", "demo", "--service", "netsuite", "--client-id", "x"], "`--set account_id=…`"),
            (&["sign-in", "demo", "--service", "google", "--client-id", "x"], "or pipe it to `--client-secret-stdin`"),
            (&["practice", "--fault", "http-50"], "hint: choose from `no-refresh-token`"),
        ],
    );
    assert_eq!(program.run(&["list", "--json"]).json(), json!([]), "nothing of this was kept");
}

#[test]
fn an_unknown_profile_ends_with_3_and_names_the_nearest() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "acme-quickbooks");
    for task in ["token", "refresh", "show", "forget"] {
        assert_eq!(
            program.run(&[task, "acme-quickboks"]).failed(3),
            "error: there is no profile `acme-quickboks`\n\
             hint: did you mean `acme-quickbooks`? `tokenwright list` names the saved profiles\n"
        );
    }
}

#[test]
fn a_spent_refresh_token_ends_with_3_and_the_reason() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    program.run(&["refresh", "demo"]).done();
    program.run(&["restore", "demo", "--generation", "1", "--force"]).done();
    let words = program.run(&["refresh", "demo"]).failed(3);
    assert_eq!(
        words,
        "error: the token endpoint refused: `invalid_grant` (the refresh token was already used; every token of \
         this sign-in is revoked, sign in again)\n\
         hint: the refresh token is spent, expired or revoked: sign in again; a service that rotates accepts only the \
         newest one\n"
    );
}

#[test]
fn a_service_that_is_down_ends_with_5_and_costs_nothing() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    let token = program.run(&["token", "demo"]).done();
    let address = format!("127.0.0.1:{}", practice.port());
    drop(practice);
    let words = program.run(&["refresh", "demo"]).failed(5);
    assert!(words.contains(&format!("\nerror: cannot connect to `{address}`: nothing listens there\n")), "{words}");
    assert_eq!(program.run(&["token", "demo"]).done(), token, "what is still good is still handed out");
    assert_eq!(program.run(&["show", "demo", "--json"]).json()["refresh_token"], "kept");
}

#[test]
fn a_vault_that_does_not_open_ends_with_6() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    let run = |variables: &[(&str, &str)], arguments: &[&str]| -> Finished {
        let mut command = program.command(arguments);
        command.env_remove("TOKENWRIGHT_PASSPHRASE").envs(variables.iter().copied());
        Process::start(&mut command).finish()
    };
    for task in ["token", "refresh", "show", "forget"] {
        let words = run(&[], &[task, "demo"]).failed(6);
        assert!(words.contains("hint: set `TOKENWRIGHT_PASSPHRASE` or `TOKENWRIGHT_PASSPHRASE_FILE`"), "{words}");
        let words = run(&[("TOKENWRIGHT_PASSPHRASE", "wrong")], &[task, "demo"]).failed(6);
        assert!(words.starts_with("error: the passphrase does not open the vault in `"), "{words}");
        let words = run(&[("TOKENWRIGHT_VAULT", "drawer")], &[task, "demo"]).failed(6);
        assert!(words.starts_with("error: unknown vault `drawer`\nhint: set `TOKENWRIGHT_VAULT` to "), "{words}");
        let words = run(&[("TOKENWRIGHT_PASSPHRASE_FILE", "nowhere")], &[task, "demo"]).failed(6);
        assert!(words.starts_with("error: `TOKENWRIGHT_PASSPHRASE_FILE`: cannot read `nowhere`: "), "{words}");
    }
    let list = run(&[("TOKENWRIGHT_PASSPHRASE", "wrong")], &["list"]);
    assert!(list.stderr.starts_with("warning: the passphrase does not open the vault"), "{}", list.stderr);
    assert!(list.done().contains("vault closed"), "a closed vault is a state that a list can show");
}

#[test]
fn a_passphrase_may_stand_in_a_file() {
    let program = Tokenwright::new().with_env("TOKENWRIGHT_VAULT", "passphrase");
    let file = program.home().join("passphrase");
    fs::write(&file, "a passphrase \n").expect("a file");
    let program = program.with_env("TOKENWRIGHT_PASSPHRASE_FILE", &file);
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    let token = program.run(&["token", "demo"]).done();
    let mut same = program.command(&["token", "demo"]);
    same.env("TOKENWRIGHT_PASSPHRASE_FILE", "").env("TOKENWRIGHT_PASSPHRASE", "a passphrase ");
    assert_eq!(Process::start(&mut same).finish().done(), token, "only the line break is left out");
}

#[test]
fn without_a_keyring_it_is_said_before_the_browser_opens() {
    let program = Tokenwright::new();
    let opened = program.home().join("opened");
    let browser = format!("touch '{}'", opened.display());
    let sign_in = ["sign-in", "demo", "--service", "practice", "--browser", &browser];
    let words = program.run(&sign_in).failed(6);
    assert_eq!(
        words,
        "error: no system keyring was found\n\
         hint: set `TOKENWRIGHT_VAULT=passphrase` to lock the secrets with a passphrase (`TOKENWRIGHT_PASSPHRASE` or \
         `TOKENWRIGHT_PASSPHRASE_FILE` for unattended use), or `TOKENWRIGHT_VAULT=memory` to keep them only while the \
         program runs\n"
    );
    assert!(!opened.exists(), "a token must not be thrown away after a good sign-in");
    assert!(!words.contains("Sign in at:"));
}

#[test]
fn a_vault_in_memory_prints_the_token_since_it_is_gone_afterwards() {
    let program = Tokenwright::new().with_env("TOKENWRIGHT_VAULT", "memory");
    let practice = Practice::start(&program);
    let set = practice.set();
    let signed_in = program.run(&["sign-in", "demo", "--service", "practice", "--set", &set, "--browser", browser()]);
    assert!(signed_in.stderr.contains("Not saved: the vault is in memory only"), "{}", signed_in.stderr);
    let token = signed_in.done();
    assert!(token.starts_with("practice-at-") && token.lines().count() == 1, "{token}");
    assert!(!program.database().has_vault() && !program.database().has_secret("demo"));
    assert!(program.run(&["token", "demo"]).failed(3).starts_with("error: the profile `demo` has no tokens\n"));
}

#[test]
fn without_a_display_the_terminals_way_is_named() {
    let words = "error: there is no display to open the window on\n\
                 hint: do the same in the terminal: `tokenwright sign-in demo --service practice`, or `tokenwright --help`\n";
    let program = Tokenwright::with_vault();
    assert_eq!(program.run(&[]).failed(1), words);
    for (name, nowhere) in [("DISPLAY", ":4242"), ("WAYLAND_DISPLAY", "wayland-nowhere")] {
        let mut command = program.command(&[]);
        command.env(name, nowhere);
        let said = Process::start(&mut command).finish().failed(1);
        assert!(said.contains("tokenwright sign-in demo --service practice"), "{name}: {said}");
        assert!(!said.contains(".cargo"), "{name}: {said}");
    }
}

#[test]
fn a_token_that_is_good_but_cannot_be_renewed_is_not_called_invalid() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start_with(&program, &["no-refresh-token"]);
    practice.sign_in(&program, "demo");
    program.run(&["token", "demo"]).done();
    let words = "error: the profile `demo` has no refresh token, and its access token cannot be renewed without one\n\
                 hint: sign in again: `tokenwright sign-in demo`, or open the profile in the window\n";
    assert_eq!(program.run(&["token", "demo", "--min-valid", "10m"]).failed(3), words);
    assert_eq!(program.run(&["refresh", "demo"]).failed(3), words);
}

#[test]
fn a_reader_who_has_had_enough_is_no_error_of_ours() {
    let program = Tokenwright::with_vault();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = program.command(&["service", "list"]);
    let status =
        command.stdout(writer.try_clone().expect("a pipe")).stderr(writer.try_clone().expect("a pipe")).status();
    assert_eq!(status.expect("the program runs").code(), Some(0));
    let status =
        program.command(&["token", "demo"]).stdout(writer.try_clone().expect("a pipe")).stderr(writer).status();
    assert_eq!(status.expect("the program runs").code(), Some(3));
}

#[test]
fn the_help_names_every_command_and_exit_code() {
    let help = Tokenwright::new().run(&["--help"]).done();
    for command in ["service", "sign-in", "token", "refresh", "list", "show", "forget", "practice"] {
        assert!(help.lines().any(|line| line.trim_start().starts_with(&format!("{command} "))), "{command}\n{help}");
    }
    for code in ["0  success", "1  local error", "2  wrong usage", "3  sign-in required", "4  the service refused"] {
        assert!(help.contains(&format!("\n  {code}")), "{code}\n{help}");
    }
    assert!(help.contains("\n  5  network error") && help.contains("\n  6  the vault cannot"), "{help}");
}

#[track_caller]
fn check_failures(program: &Tokenwright, code: i32, cases: &[(&[&str], &str)]) {
    for (arguments, expected) in cases {
        let words = program.run(arguments).failed(code);
        assert!(words.contains(expected), "{arguments:?}\n{words}");
    }
}

/// Control characters for terminals, and invisible ones.
const HOSTILE: &str =
    "a\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{7f}\u{202e}\u{2066}\u{200f}\u{61c}\u{2028}\u{feff}\u{200b}\u{e0041}\rz";

/// Nothing but printable characters and line breaks.
#[track_caller]
pub fn assert_harmless(finished: &Finished, what: &str) {
    let acts = |c: char| {
        let invisible = "\u{202e}\u{2066}\u{200f}\u{61c}\u{2028}\u{feff}\u{200b}\u{e0041}";
        (c.is_control() && c != '\n') || invisible.contains(c)
    };
    for text in [&finished.stdout, &finished.stderr] {
        assert!(!text.contains(acts), "{what}: {text:?}");
    }
}

#[test]
fn no_text_from_outside_reaches_the_terminal_as_it_is() {
    let service = Scripted::start(|asked: &Asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        "/token" => Answer::json(
            200,
            &json!({"access_token": "at", "refresh_token": "rt", "expires_in": 600, "scope": HOSTILE, "realm": HOSTILE}),
        ),
        _ => Answer::json(400, &json!({"error": HOSTILE, "error_description": HOSTILE})),
    });
    let program = Tokenwright::with_vault();
    let url = service.url();
    let hostile = serde_json::to_string(HOSTILE).expect("a text");
    // JSON's escapes are TOML's, but for what TOML writes as it is.
    let hostile = hostile.replace('\u{7f}', "\\u007f");
    let preset = format!(
        "id = \"evil\"\nname = {hostile}\nsummary = {hostile}\ncategory = \"Custom\"\nchecked = \"2026-11-21\"\nsource = [\"a \
         test\"]\nasks = \"nothing\"\n[redirect]\ndefault = \"http://127.0.0.1/callback\"\n[authorization]\nurl = \
         \"{url}/authorize\"\n[token_request]\nurl = \"{url}/token\"\nreading.retain = {{ realm = \"realm\" }}\n[refresh_request]\nurl = \"{url}/refresh\"\n"
    );
    program.add_preset("evil.toml", &preset);
    let collection = json!({
        "info": {"schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json", "name": HOSTILE},
        "item": [],
        "auth": {"type": "oauth2", "oauth2": [
            {"key": "accessTokenUrl", "value": "https://x.test/t"}, {"key": "scope", "value": HOSTILE},
            {"key": "clientId", "value": HOSTILE}, {"key": HOSTILE, "value": "v"},
        ]},
    });
    fs::write(program.home().join("evil.json"), collection.to_string()).expect("written");
    let sign_in = ["sign-in", "evil", "--service", "evil", "--client-id", HOSTILE, "--browser", browser(), "--verbose"];
    let check = |arguments: &[&str], code: i32| {
        let finished = program.run(arguments);
        assert_eq!(finished.code, code, "{arguments:?}: {finished:?}");
        assert_harmless(&finished, &format!("{arguments:?}"));
        finished
    };
    check(&sign_in, 0);
    let shown = check(&["show", "evil"], 0).stdout;
    assert!(shown.contains(r"a\u{1b}]0;owned\u{7}"), "what was hidden is seen: {shown}");
    let shown = check(&["show", "evil", "--json"], 0).json();
    assert!(shown["scopes_granted"][0].as_str().is_some_and(|scope| !scope.contains(char::is_control)), "{shown}");
    check(&["list"], 0);
    check(&["list", "--json"], 0);
    check(&["history", "evil"], 0);
    let token = check(&["token", "evil", "--json"], 0).json();
    assert!(token["values"]["realm"].as_str().is_some_and(|realm| !realm.contains(char::is_control)), "{token}");
    let refresh = program.run(&["refresh", "evil", "--verbose"]);
    assert_harmless(&refresh, "refresh");
    assert_ne!(refresh.code, 0);
    let preset = program.data().join("presets/evil.toml");
    check(&["service", "list"], 0);
    check(&["service", "list", "--json"], 0);
    check(&["service", "show", "evil"], 0);
    check(&["service", "check", preset.to_str().expect("a path")], 0);
    check(&["import", "evil.json"], 2);
    check(&["import", "evil.json", "--json"], 2);
    check(&["import", HOSTILE], 2);
    check(&["token", HOSTILE], 2);
    check(&[HOSTILE], 2);
    check(&["token", "evil", HOSTILE], 2);
    check(&["service", "export", "evil", "--format", HOSTILE], 2);
    check(&["exec", "evil", "--", HOSTILE], 127);
}

#[cfg(unix)]
#[test]
#[ignore = "needs root"]
fn what_another_user_put_into_the_home_is_not_used_and_not_passed_over_in_silence() {
    use std::os::unix::fs::chown;
    let program = Tokenwright::with_vault();
    let preset = "id = \"google\"\nname = \"Evil\"\nchecked = \"2026-11-21\"\nsource = [\"a test\"]\nasks = \"nothing\"\n\
                  [redirect]\ndefault = \"http://127.0.0.1/callback\"\n[authorization]\nurl = \"https://evil.test/a\"\n\
                  [token_request]\nurl = \"https://evil.test/t\"\n";
    program.add_preset("google.toml", preset);
    assert!(program.run(&["service", "show", "google"]).done().contains("evil.test"), "one's own is used");
    let (folder, file) = (program.data().join("presets"), program.data().join("presets/google.toml"));
    chown(&file, Some(65534), None).expect("given away");
    let told = |what: &Path| {
        let shown = program.run(&["service", "show", "google"]);
        assert!(!shown.stdout.contains("evil.test") && shown.code == 0, "{shown:?}");
        let expected = format!("`{}` belongs to user 65534", what.display());
        assert!(shown.stderr.contains(&expected), "{shown:?}");
    };
    told(&file);
    chown(&file, Some(0), None).expect("taken back");
    chown(&folder, Some(65534), None).expect("given away");
    told(&folder);
}

fn keys(json: &Value) -> Vec<&str> {
    json.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn the_scripted_server_tells_what_it_was_asked() {
    let service = Scripted::start(|_: &Asked, earlier| Answer::text(200, "text/plain", &earlier.to_string()));
    assert_eq!(post(&format!("{}/x?b=3", service.url()), &[("a", "1 2")]).body, "0");
    assert_eq!(service.asked("/x")[0].parameter("a"), "1 2");
}

#[test]
fn a_profile_is_called_what_its_person_calls_it_and_known_by_its_plain_name() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let set = practice.set();
    let sign_in = ["sign-in", "acme", "--service", "practice", "--set", &set, "--browser", browser()];
    program.run(&[&sign_in[..], &["--display-name", "株式会社 \u{202e}東京"]].concat()).done();
    let called = |name: &str| {
        let listed = program.run(&["list", "--json"]).json()[0]["display_name"].clone();
        let shown = program.run(&["show", "acme", "--json"]).json();
        assert_eq!((&listed, &shown["display_name"], &shown["name"]), (&name.into(), &name.into(), &"acme".into()));
    };
    called("株式会社 東京");
    assert!(program.run(&["list"]).done().contains("株式会社 東京"));
    assert!(!program.run(&["token", "acme"]).done().is_empty());
    assert_eq!(program.run(&["display-name", "acme", "Müller GmbH – Test"]).done(), "acme: Müller GmbH – Test\n");
    called("Müller GmbH – Test");
    // Another sign-in, a refresh and a colleague leave it as it is.
    program.run(&["sign-in", "acme", "--browser", browser()]).done();
    program.run(&["refresh", "acme"]).done();
    called("Müller GmbH – Test");
    let shared = program.home().join("shared.toml");
    program.run(&["share", "acme", "--output", shared.to_str().expect("UTF-8")]).done();
    let colleague = Tokenwright::with_vault();
    colleague.run(&["import", shared.to_str().expect("UTF-8"), "--yes"]).done();
    let listed = colleague.run(&["list", "--json"]).json();
    assert_eq!(listed[0]["display_name"], "Müller GmbH – Test", "{listed}");
    let told = program.run(&["display-name", "acme", "\u{202e}\u{200b}"]).failed(2);
    assert!(told.contains("the display name has no visible characters"), "{told}");
    assert_eq!(program.run(&["display-name", "acme", ""]).done(), "acme: no display name\n");
    assert_eq!(program.run(&["list", "--json"]).json()[0]["display_name"], serde_json::Value::Null);
    program.run(&["display-name", "nobody", "x"]).failed(3);
}
