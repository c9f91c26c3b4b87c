//! Tokens stay valid and are never lost: one refresh at a time over all processes, transient and final errors, the
//! policies of presets, and a full disk.

use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::Duration;

use crate::support::database::Database;
use crate::support::http::{browser, get};
use crate::support::practice::Practice;
use crate::support::process::Process;
use crate::support::renewed::{add_preset, service, sign_in, signed_in, spent, tokens};
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::{PASSPHRASE, Tokenwright};
use serde_json::json;
use tokenwright::diagnosis::Diagnose as _;
use tokenwright::secret::Secret;
use tokenwright::service::ProfileName;
use tokenwright::store::Store;
use tokenwright::vault::{self, VaultKind};

/// More than the lifetime of the first tokens, so that they must be refreshed.
const RENEWED: [&str; 4] = ["token", "demo", "--min-valid", "60s"];

#[test]
fn a_hundred_commands_at_once_on_an_expired_profile_refresh_once_and_print_the_same_token() {
    let service = Scripted::start(|asked, earlier| match (asked.path.as_str(), earlier) {
        ("/authorize", _) => asked.grant("a-code"),
        // It ended in 2001.
        ("/token", _) => tokens("first", 1_000_000_000),
        // Whoever comes with a spent refresh token is refused, as by a service that rotates.
        (_, 0) if asked.parameter("refresh_token") == "rt-first" => tokens("second", 4_000_000_000),
        _ => spent(),
    });
    let program = signed_in(
        &service,
        "[token_request.reading]\nlifetime = \"epoch-seconds\"\n[refresh_request.reading]\nlifetime = \"epoch-seconds\"",
    );
    let running: Vec<Process> = (0..100).map(|_| program.start(&["token", "demo"])).collect();
    for process in running {
        assert_eq!(process.finish().done(), "at-second\n");
    }
    assert_eq!(service.asked("/refresh").len(), 1);
}

#[test]
fn a_dozen_refreshes_at_once_leave_the_practice_services_rotation_unbroken() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    // Longer than two minutes is what no token of its lives, so each command refreshes, one after the other.
    let running: Vec<Process> = (0..12).map(|_| program.start(&["token", "demo", "--min-valid", "10m"])).collect();
    let mut printed: Vec<String> = running.into_iter().map(|process| process.finish().done()).collect();
    printed.sort_unstable();
    printed.dedup();
    assert_eq!(printed.len(), 12);
    assert_eq!(program.run(&["refresh", "demo"]).code, 0, "the service ends a grant whose token is used twice");
}

#[test]
fn a_holder_that_is_killed_lets_go_and_the_next_command_refreshes() {
    let (arrived, wait) = channel();
    let arrived = Mutex::new(arrived);
    let (release, held) = channel::<()>();
    let held = Mutex::new(held);
    let service = service(30, move |_, earlier| {
        if earlier == 0 {
            arrived.lock().expect("a sender").send(()).expect("the test waits");
            // Until the test is over: this call is never answered.
            let _ = held.lock().expect("a receiver").recv();
        }
        tokens("second", 3600)
    });
    let program = signed_in(&service, "");
    let hanging = program.start(&RENEWED);
    wait.recv().expect("the call came");
    // Killed, not ended: nothing of it gets to tidy up.
    drop(hanging);
    // The access token still works, and would end with a refresh token that is sent twice.
    let words = program.run(&RENEWED).failed(5);
    assert!(words.starts_with("error: the refresh token of `demo` may be spent: token (process "), "{words}");
    assert!(words.contains(", outcome unknown\nhint: it is sent once more in "), "{words}");
    assert_eq!(program.run(&["token", "demo"]).done(), "at-first\n");
    assert_eq!(service.asked("/refresh").len(), 1);
    let resent = program.run(&["refresh", "demo", "--resend"]).done();
    assert!(resent.starts_with("demo: refreshed, "), "{resent}");
    assert_eq!(program.run(&RENEWED).done(), "at-second\n");
    assert_eq!(service.asked("/refresh").len(), 2);
    drop(release);
}

#[test]
fn a_refresh_token_that_may_be_spent_is_sent_again_once_the_access_token_has_ended() {
    let (arrived, wait) = channel();
    let arrived = Mutex::new(arrived);
    let (release, held) = channel::<()>();
    let held = Mutex::new(held);
    let service = service(3, move |_, earlier| {
        if earlier == 0 {
            arrived.lock().expect("a sender").send(()).expect("the test waits");
            let _ = held.lock().expect("a receiver").recv();
        }
        tokens("second", 3600)
    });
    let program = signed_in(&service, "");
    let hanging = program.start(&RENEWED);
    wait.recv().expect("the call came");
    drop(hanging);
    let until = std::time::Instant::now() + crate::support::PATIENCE;
    let mut next = program.run(&RENEWED);
    while next.code == 5 && std::time::Instant::now() < until {
        // waits: for the end of a token.
        std::thread::sleep(Duration::from_millis(300));
        next = program.run(&RENEWED);
    }
    assert_eq!(next.done(), "at-second\n");
    assert_eq!(service.asked("/refresh").len(), 2);
    drop(release);
}

#[test]
fn a_holder_that_hangs_is_waited_for_with_a_limit_and_named() {
    let service = service(30, |_, _| tokens("second", 3600));
    let program = signed_in(&service, "");
    let store = Store::new(program.database().folder());
    let open = || vault::open(VaultKind::Passphrase, &store, Some(Secret::new(PASSPHRASE))).expect("opened");
    let (demo, holder, other) = (ProfileName::parse("demo").expect("a name"), open(), open());
    let lease = holder.lease_within(&demo, Duration::ZERO).expect("free");
    let error = other.lease_within(&demo, Duration::from_millis(200)).expect_err("taken");
    assert_eq!(
        error.diagnose().to_string(),
        "profile `demo` is in use elsewhere; waited 0.2 s\n\
         hint: wait until the other window or command is done, then try again"
    );
    // A command that comes meanwhile waits, and finds it free in the end.
    let waiting = program.start(&RENEWED);
    drop(lease);
    assert_eq!(waiting.finish().done(), "at-second\n");
}

#[test]
fn a_service_in_trouble_is_asked_again_and_costs_nothing() {
    let service = service(30, |asked, earlier| match earlier {
        0 => Answer::json(503, &json!({ "error": "temporarily_unavailable" })),
        1 => Answer::text(502, "text/html", "<html><title>502 Bad Gateway</title></html>"),
        _ if asked.parameter("refresh_token") == "rt-first" => tokens("second", 3600),
        _ => spent(),
    });
    let program = signed_in(&service, "");
    let finished = program.run(&RENEWED);
    let said: Vec<&str> = finished.stderr.lines().collect();
    assert_eq!(said.len(), 2, "{}", finished.stderr);
    let first = "warning: the token endpoint refused: `temporarily_unavailable`; trying again in 0.";
    let second = "warning: the token endpoint answered 502 with a web page titled \"502 Bad Gateway\"; trying";
    assert!(said[0].starts_with(first) && said[1].starts_with(second), "{}", finished.stderr);
    assert_eq!(finished.done(), "at-second\n");
}

#[test]
fn after_the_last_try_the_refresh_token_is_still_there() {
    let service = service(30, |_, earlier| match earlier {
        0..3 => Answer::json(500, &json!({ "error": "server_error" })),
        _ => tokens("second", 3600),
    });
    let program = signed_in(&service, "");
    let words = program.run(&RENEWED).failed(5);
    assert!(
        words.ends_with(
            "error: the token endpoint refused: `server_error`\n\
             hint: the service has a problem of its own: try again later\n"
        ),
        "{words}"
    );
    assert_eq!(service.asked("/refresh").len(), 3);
    assert_eq!(program.run(&["show", "demo", "--json"]).json()["refresh_token"], "kept");
    assert_eq!(program.run(&RENEWED).done(), "at-second\n");
}

#[test]
fn a_token_that_is_still_good_is_handed_out_when_it_cannot_be_renewed_just_now() {
    // Half of its life is the leeway here, in which it is to be renewed and good all the same.
    let service = service(6, |_, _| Answer::json(503, &json!({ "error": "temporarily_unavailable" })));
    let program = signed_in(&service, "[policy]\nleeway = 3600");
    let until = std::time::Instant::now() + crate::support::PATIENCE;
    loop {
        let finished = program.run(&["token", "demo"]);
        if finished.stderr.is_empty() {
            assert!(std::time::Instant::now() < until, "half of its life is never over");
            continue;
        }
        assert!(finished.stderr.contains("`temporarily_unavailable`"), "{}", finished.stderr);
        // On a slow machine it has ended by now, which is the other right answer.
        assert!(matches!((finished.code, finished.stdout.as_str()), (0, "at-first\n") | (5, "")), "{finished:?}");
        break;
    }
}

#[test]
fn a_limit_of_calls_is_kept_as_the_service_asks_and_a_long_one_is_told() {
    for (asked, tries, words) in [
        ("0", 2, None),
        ("1", 2, None),
        ("3600", 1, Some("hint: the service asks to wait 60 min: try again after that")),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 1, Some("hint: the service asks to wait ")),
    ] {
        let service = service(30, move |_, earlier| match earlier {
            0 => Answer::json(429, &json!({ "error": "slow_down" })).header("Retry-After", asked),
            _ => tokens("second", 3600),
        });
        let program = signed_in(&service, "");
        let finished = program.run(&RENEWED);
        assert_eq!(service.asked("/refresh").len(), tries, "{asked}: {}", finished.stderr);
        match words {
            None => assert_eq!(finished.done(), "at-second\n"),
            Some(words) => assert!(finished.failed(5).contains(words), "{asked}"),
        }
    }
}

#[test]
fn a_dead_refresh_token_is_asked_with_once_and_the_profile_is_marked() {
    let service = service(30, |_, _| spent());
    let program = signed_in(&service, "");
    assert_eq!(
        program.run(&RENEWED).failed(3),
        "error: the token endpoint refused: `invalid_grant` (spent)\n\
         hint: the refresh token is spent, expired or revoked: sign in again; a service that rotates accepts only the \
         newest one\n"
    );
    let words = program.run(&RENEWED).failed(3);
    let (start, end) = (
        "error: the profile `demo` needs a new sign-in since ",
        " UTC: the token endpoint refused: `invalid_grant` (spent)\n\
         hint: sign in again: `tokenwright sign-in demo`, or open the profile in the window; `tokenwright refresh demo` \
         asks the service once more\n",
    );
    assert!(words.starts_with(start) && words.ends_with(end), "{words}");
    assert_eq!(service.asked("/refresh").len(), 1, "it is known to be dead");

    let list = program.run(&["list"]);
    assert!(list.stdout.contains("needs sign-in") && list.stderr.starts_with(&start.replace("error", "warning")));
    let shown = program.run(&["show", "demo", "--json"]).json();
    assert!(shown["state"].as_str().is_some_and(|state| state.starts_with("needs sign-in (")), "{shown}");
    assert_eq!(shown["refresh_token"], "kept", "nothing is thrown away");

    program.run(&["refresh", "demo"]).failed(3);
    assert_eq!(service.asked("/refresh").len(), 2, "by hand it is asked for all the same");
    program.run(&["sign-in", "demo", "--browser", browser()]).done();
    assert_eq!(program.run(&["show", "demo", "--json"]).json()["trouble"], json!(null));
}

#[test]
fn a_refusal_that_is_not_of_the_refresh_token_does_not_mark_the_profile() {
    for error in ["invalid_client", "unauthorized_client", "unsupported_grant_type"] {
        let service = service(30, move |_, earlier| match earlier {
            0 => Answer::json(401, &json!({ "error": error })),
            _ => tokens("second", 3600),
        });
        let program = signed_in(&service, "");
        let words = program.run(&RENEWED).failed(4);
        assert!(words.starts_with(&format!("error: the token endpoint refused: `{error}`\n")), "{words}");
        assert_eq!(program.run(&RENEWED).done(), "at-second\n", "the secret may have been mended meanwhile");
    }
}

#[test]
fn a_lost_reply_is_asked_for_again_and_its_price_is_told() {
    let lost = || Answer::text(504, "text/html", "<title>Gateway Timeout</title>");
    let repeats = service(30, move |_, earlier| if earlier == 0 { lost() } else { tokens("second", 3600) });
    let program = signed_in(&repeats, "");
    assert_eq!(program.run(&RENEWED).done(), "at-second\n", "within its grace a service repeats its answer");

    let strict = service(30, move |_, earlier| if earlier == 0 { lost() } else { spent() });
    let program = signed_in(&strict, "");
    let words = program.run(&RENEWED).failed(3);
    assert!(
        words.ends_with(
            "error: the token endpoint refused: `invalid_grant` (spent); the reply to the try before was lost, \
             and with it the new refresh token\n\
             hint: sign in again: the service has spent the old refresh token and does not repeat its answer\n"
        ),
        "{words}"
    );
}

#[test]
fn a_clock_that_is_wrong_does_no_harm_and_is_told() {
    // By the service's clock the token ends in an hour; by ours that is in 2100.
    let service = Scripted::start(|asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        _ => tokens("first", 4_102_448_400).header("Date", "Fri, 01 Jan 2100 00:00:00 GMT"),
    });
    let program = Tokenwright::with_vault();
    add_preset(&program, &service, "[token_request.reading]\nlifetime = \"epoch-seconds\"");
    let arguments = ["sign-in", "demo", "--service", "scripted", "--client-id", "it", "--browser", browser()];
    let signed_in = program.run(&arguments);
    let told = format!("days behind that of `{}`\nhint: set the clock;", service.url());
    assert!(signed_in.stderr.contains(&told), "{}", signed_in.stderr);
    let at = program.run(&["show", "demo", "--json"]).json()["expires_at"].as_str().map(str::to_owned);
    let at: jiff::Timestamp = at.expect("an expiry").parse().expect("a time");
    let left = at.duration_since(jiff::Timestamp::now()).as_secs();
    assert!((3000..=3600).contains(&left), "{left} s left");
}

#[test]
fn the_policies_of_the_preset_are_kept() {
    // Too young to be renewed.
    let young = service(600, |_, _| tokens("second", 600));
    let program = signed_in(&young, "[policy]\nminimum_age = 570");
    let words = program.run(&["refresh", "demo"]).failed(5);
    assert!(
        words.starts_with("error: the access token of `demo` is too new: Scripted does not refresh it yet\n"),
        "{words}"
    );
    assert_eq!(program.run(&["token", "demo"]).done(), "at-first\n");
    assert_eq!(young.asked("/refresh").len(), 0);

    // The life is in the preset alone, and the end of the refresh token stays where it was.
    let silent = Scripted::start(|asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        "/token" => Answer::json(200, &json!({ "access_token": "at-first", "refresh_token": "rt-first" })),
        _ => Answer::json(200, &json!({ "access_token": "at-second", "refresh_token": "rt-second", "expires_in": -1 })),
    });
    let policy = "[policy]\naccess_token_life = 3600\nrefresh_token_life = 86400\nfixed_end = true\nrotates = true";
    let program = signed_in(&silent, policy);
    let before = program.run(&["show", "demo", "--json"]).json();
    assert!(before["state"].as_str().is_some_and(|state| state.starts_with("fresh (")), "{before}");
    program.run(&["refresh", "demo"]).done();
    let after = program.run(&["show", "demo", "--json"]).json();
    assert_eq!(after["refresh_token_expires_at"], before["refresh_token_expires_at"]);
    assert_ne!(after["expires_at"], json!(null));
}

#[test]
fn the_end_of_a_refresh_token_is_announced_wherever_the_profile_is_seen() {
    let soon = Scripted::start(|asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        _ => Answer::json(
            200,
            &json!({ "access_token": "at", "refresh_token": "rt", "expires_in": 3600, "refresh_token_expires_in": 100_000 }),
        ),
    });
    let program = signed_in(&soon, "[policy]\nrefresh_token_life = 8640000");
    let list = program.run(&["list"]);
    assert_eq!(list.stderr, "warning: demo: the refresh token expires in 27 h\n");
    assert_eq!(program.run(&["show", "demo"]).stderr, "warning: the refresh token expires in 27 h\n");
    let token = program.run(&["token", "demo"]);
    assert_eq!(
        token.stderr,
        "warning: the refresh token of `demo` expires in 27 h\n\
         hint: sign in again before then: `tokenwright sign-in demo`\n"
    );
    assert_eq!(token.done(), "at\n");
}

#[test]
fn a_grant_without_a_refresh_token_is_asked_for_again_once_for_all() {
    let service = Scripted::start(|_, earlier| match earlier {
        0 => Answer::json(200, &json!({ "access_token": "at-first", "expires_in": 30 })),
        1 => Answer::json(503, &json!({ "error": "temporarily_unavailable" })),
        _ => Answer::json(200, &json!({ "access_token": format!("at-{earlier}"), "expires_in": 3600 })),
    });
    let program = Tokenwright::with_vault();
    let preset = format!(
        "id = \"machine\"\nname = \"Machine\"\nchecked = \"2026-11-21\"\nsource = [\"a test\"]\nasks = \"nothing\"\n\
         grant_type = \"client_credentials\"\n[token_request]\nurl = \"{}/token\"\n",
        service.url()
    );
    program.add_preset("machine.toml", &preset);
    program.run(&["sign-in", "demo", "--service", "machine", "--client-id", "it"]).done();
    let running: Vec<Process> = (0..20).map(|_| program.start(&RENEWED)).collect();
    for process in running {
        assert_eq!(process.finish().done(), "at-2\n");
    }
    assert_eq!(service.asked("/token").len(), 3, "one for the sign-in, one that failed, one for all");
}

#[test]
fn tokens_are_stale_when_the_profile_is_edited_into_another() {
    let service = service(3600, |_, _| tokens("second", 3600));
    let program = signed_in(&service, "");
    let database = program.database();
    let before = database.profile("demo").expect("the profile");
    database.set_profile("demo", &before.replace("client_id = \"it\"", "client_id = \"they\""));
    let words = "the tokens of `demo` were issued for another client id: `it` then, `they` now\n\
                 hint: sign in again: `tokenwright sign-in demo`, or open the profile in the window and change it back\n";
    assert_eq!(program.run(&["token", "demo"]).failed(3), format!("error: {words}"));
    assert_eq!(program.run(&["refresh", "demo"]).failed(3), format!("error: {words}"));
    let list = program.run(&["list"]);
    assert_eq!(list.stderr, format!("warning: {words}"));
    assert!(list.stdout.contains("stale"), "{}", list.stdout);
    assert_eq!(service.asked("/refresh").len(), 0, "a refresh token of one client is not shown to another");
    database.set_profile("demo", &before);
    assert_eq!(program.run(&["token", "demo"]).done(), "at-first\n");
}

#[test]
fn revoking_ends_both_tokens_at_the_service_and_then_forgets() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    let header = program.run(&["token", "demo", "--header"]).done();
    let identity = format!("http://127.0.0.1:{}/userinfo", practice.port());
    let (name, value) = header.trim_end().split_once(": ").expect("a header");
    let status = || get(&identity, &[(name, value)]).status;
    assert_eq!(status(), 200);
    assert_eq!(program.run(&["forget", "demo", "--revoke"]).done(), "demo: revoked and forgotten\n");
    assert_eq!(status(), 401);
    program.run(&["show", "demo"]).failed(3);
}

#[test]
fn what_cannot_be_revoked_is_not_forgotten() {
    let service = Scripted::start(|asked, earlier| match (asked.path.as_str(), earlier) {
        ("/authorize", _) => asked.grant("a-code"),
        ("/revoke", 0) => Answer::json(503, &json!({ "error": "temporarily_unavailable" })),
        ("/revoke", 1) if asked.parameter("token") == "rt-first" => Answer::json(200, &json!({})),
        ("/revoke", _) => Answer::json(400, &json!({ "error": "unsupported_token_type" })),
        _ => tokens("first", 3600),
    });
    let program = signed_in(&service, "");
    let words = "error: Scripted has no revocation endpoint here\n\
                 hint: `tokenwright forget demo` forgets the tokens here; the service's own settings end the grant\n";
    assert_eq!(program.run(&["forget", "demo", "--revoke"]).failed(2), words);
    add_preset(&program, &service, &format!("[revocation]\nurl = \"{}/revoke\"", service.url()));
    let words = "error: the revocation endpoint answered 503: `temporarily_unavailable`\n\
                 hint: nothing was forgotten: try again, or `tokenwright forget demo` forgets without revoking\n";
    assert_eq!(program.run(&["forget", "demo", "--revoke"]).failed(4), words);
    assert_eq!(program.run(&["token", "demo"]).done(), "at-first\n");
    assert_eq!(program.run(&["forget", "demo", "--revoke"]).done(), "demo: revoked and forgotten\n");
    let hints: Vec<String> =
        service.asked("/revoke").iter().map(|asked| asked.parameter("token_type_hint").to_owned()).collect();
    assert_eq!(hints, ["refresh_token", "refresh_token", "access_token"]);
}

#[test]
fn whose_a_profile_is_is_told_after_a_refresh_where_one_is_needed() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    let told = program.run(&["whoami", "demo"]).done();
    assert!(told.starts_with("Name               Ada"), "{told}");
    assert!(
        program.run(&["whoami", "demo", "--json"]).json()["Name"].as_str().is_some_and(|name| name.contains("Ada"))
    );

    let service = service(3600, |_, _| spent());
    let program = signed_in(&service, "");
    let words =
        "error: Scripted has no identity endpoint here\nhint: try the token in a call of the service's own API\n";
    assert_eq!(program.run(&["whoami", "demo"]).failed(2), words);
}

#[test]
fn tokens_that_the_disk_does_not_take_are_printed_and_their_loss_is_told() {
    // From the moment of the call: before, none would be made.
    let place = std::sync::Arc::new(std::sync::Mutex::new(None::<Database>));
    let refusing = std::sync::Arc::clone(&place);
    let service = service(30, move |_, earlier| {
        if let Some(database) = &*refusing.lock().expect("a place") {
            database.refuse_secrets();
        }
        tokens(&format!("new-{earlier}"), 3600)
    });
    let program = signed_in(&service, "");
    *place.lock().expect("a place") = Some(program.database());
    let finished = program.run(&RENEWED);
    let loss = "check the disk, or set `TOKENWRIGHT_HOME` to another folder. The new refresh token is \
                lost when this command exits: `tokenwright refresh demo --resend` shows whether the old one still works; otherwise \
                sign in again\n";
    assert!(
        finished.stderr.starts_with("warning: the new tokens of `demo` could not be saved: "),
        "{}",
        finished.stderr
    );
    assert!(finished.stderr.ends_with(loss), "{}", finished.stderr);
    assert_eq!(finished.done(), "at-new-0\n");
    let words = program.run(&["refresh", "demo", "--resend"]).failed(6);
    assert!(words.starts_with("error: `demo` was not refreshed, since its new tokens could not be saved: "), "{words}");
    program.database().accept_secrets();
    let words = program.run(&["refresh", "demo", "--resend"]).failed(6);
    assert!(
        words.starts_with("error: the new tokens of `demo` could not be saved: ") && words.ends_with(loss),
        "{words}"
    );
    program.database().accept_secrets();
    *place.lock().expect("a place") = None;
    program.run(&["refresh", "demo", "--resend"]).done();
    assert_eq!(program.run(&RENEWED).done(), "at-new-2\n", "the old refresh token was kept all along");
}

/// A limit on file size acts like a full disk.
#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_nothing_that_was_kept_is_lost() {
    let service = service(30, |_, earlier| tokens(&format!("new-{earlier}"), 3600));
    let program = signed_in(&service, "");
    let mut limited = std::process::Command::new("sh");
    let command = program.command(&RENEWED);
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\"";
    limited.args(["-c", script]).arg(command.get_program()).args(command.get_args());
    limited.current_dir(program.home()).env_clear();
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let finished = Process::start(&mut limited).finish();
    // Nothing is spent where not even the note of it can be written.
    let words = finished.failed(6);
    assert!(
        words.starts_with("error: `demo` was not refreshed, since its new tokens could not be saved: cannot write `"),
        "{words}"
    );
    assert_eq!(program.run(&RENEWED).done(), "at-new-0\n", "the first that was asked for; what was there is whole");
}

#[test]
fn a_refresh_token_of_a_service_that_describes_no_refresh_is_renewed_at_the_token_url() {
    let service = Scripted::start(move |asked, earlier| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        _ => tokens(&format!("{earlier}"), 3600),
    });
    let url = service.url();
    let preset = format!(
        "id = \"scripted\"\nname = \"Scripted\"\nchecked = \"2026-11-30\"\nsource = [\"a test\"]\nasks = \"nothing\"\n\
         [redirect]\ndefault = \"http://127.0.0.1/callback\"\n[authorization]\nurl = \"{url}/authorize\"\n\
         [token_request]\nurl = \"{url}/token\"\n"
    );
    let program = Tokenwright::with_vault();
    program.add_preset("scripted.toml", &preset);
    sign_in(&program, "demo");
    program.run(&["refresh", "demo"]).done();
    program.run(&["refresh", "demo"]).done();
    assert_eq!(program.run(&["token", "demo"]).done(), "at-2\n");
    let asked = service.asked("/token");
    let sent: Vec<(&str, &str)> =
        asked[1..].iter().map(|asked| (asked.parameter("grant_type"), asked.parameter("refresh_token"))).collect();
    assert_eq!(sent, [("refresh_token", "rt-0"), ("refresh_token", "rt-1")]);
    assert!(asked[1].parameter("client_id") == "it" && asked[1].parameter("code").is_empty());
}
