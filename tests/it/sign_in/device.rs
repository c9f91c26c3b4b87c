//! Signing in on another device (RFC 8628) on the command line: at the practice service with its faults, at a service that sends
//! what no service should, and at a certified server that we did not write.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::browser::Plan;
use crate::support::http::{get, post};
use crate::support::oidc_provider::OidcProvider;
use crate::support::practice::Practice;
use crate::support::process::{Finished, Process};
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

/// Starts a sign-in as `demo` at the practice service.
fn start(program: &Tokenwright, practice: &Practice) -> Process {
    program.start(&["sign-in", "demo", "--service", "practice", "--set", &practice.set(), "--device"])
}

fn sign_in(faults: &[&str]) -> (Tokenwright, Practice, Finished) {
    let program = Tokenwright::with_vault();
    let practice = Practice::start_with(&program, faults);
    let finished = start(&program, &practice).finish();
    (program, practice, finished)
}

#[test]
fn a_code_is_shown_polled_for_and_brings_tokens_that_refresh() {
    let (program, _practice, finished) = sign_in(&[]);
    let told = &finished.stderr;
    assert!(told.contains("On another device, open http://127.0.0.1:"), "{told}");
    assert!(told.contains("Never enter a code that somebody sent you, and send this one to nobody."), "{told}");
    assert!(!told.contains('▀'), "a QR code is for terminals, or asked for: {told}");
    assert_eq!(finished.done(), "");
    let first = program.run(&["token", "demo"]).done();
    program.run(&["refresh", "demo"]).done();
    assert_ne!(program.run(&["token", "demo"]).done(), first);
    assert!(program.run(&["whoami", "demo"]).done().contains("Ada"));
}

#[test]
fn what_a_service_answers_while_nobody_has_decided_is_borne() {
    for (fault, told) in [
        ("device-slow-down", ""),
        ("device-interval", ""),
        ("device-retry-after", "warning: the token endpoint refused: `temporarily_unavailable`"),
        ("device-lost-reply", "hint: the code is still good: it is asked for again, less often"),
    ] {
        let (program, _practice, finished) = sign_in(&[fault]);
        assert!(finished.stderr.contains(told), "{fault}: {}", finished.stderr);
        finished.done();
        assert!(program.run(&["token", "demo"]).done().starts_with("practice-at-"), "{fault}");
    }
}

#[test]
fn a_sign_in_that_was_declined_or_came_too_late_saves_nothing_and_forgets_the_code() {
    for (fault, code, words) in [
        ("access-denied", 4, "error: the sign-in was declined on the other device\n"),
        ("device-expired", 3, "error: the code expired before it was used\n"),
    ] {
        let (program, practice, finished) = sign_in(&[fault]);
        let told = finished.failed(code);
        assert!(told.contains(words), "{told}");
        program.run(&["token", "demo"]).failed(3);
        let again = start(&program, &practice).finish().failed(code);
        assert!(!again.contains("This code is still waited for:"), "{again}");
    }
}

/// The user code that a process has printed.
fn shown_code(process: &mut Process) -> String {
    let line = process.line_with("  │   ");
    line.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned()
}

/// Types the code on the page of the practice service, and decides.
fn decide(port: &str, code: &str, decision: &str) {
    let base = format!("http://127.0.0.1:{port}/device");
    let page = post(&base, &[("user_code", code), ("name", "Eve"), ("password", "practice")]).body;
    let ticket = page.split_once("name=\"ticket\" value=\"").and_then(|(_, rest)| rest.split('"').next());
    let ticket = ticket.unwrap_or_else(|| panic!("no ticket: {page}"));
    assert_eq!(post(&format!("{base}/consent"), &[("ticket", ticket), ("decision", decision)]).status, 200);
}

/// `tokenwright practice` with its pages, and its port.
fn with_pages(program: &Tokenwright) -> (Process, String) {
    let mut process = program.start(&["practice", "--port", "0"]);
    let line = process.line_with("http://127.0.0.1:");
    let port = line.rsplit(':').next().expect("an address").to_owned();
    (process, port)
}

#[test]
fn a_restart_waits_for_the_same_code_and_needs_no_secret_again() {
    let program = Tokenwright::with_vault();
    let (_practice, port) = with_pages(&program);
    let set = format!("port={port}");
    let mut first = program.start(&["sign-in", "demo", "--service", "practice", "--set", &set, "--device"]);
    let code = shown_code(&mut first);
    first.line_with("Ctrl-C to stop");
    drop(first);
    // Killed as a power failure would; what is sealed is all that is left.
    for file in fs::read_dir(program.database().folder()).expect("a folder") {
        let path = file.expect("a file").path();
        let bytes = if path.is_file() { fs::read(path).expect("readable") } else { Vec::new() };
        assert!(!bytes.windows(code.len()).any(|part| part == code.as_bytes()), "the code is sealed");
    }
    let mut second = program.start(&["sign-in", "demo", "--device"]);
    second.line_with("This code is still waited for:");
    assert_eq!(shown_code(&mut second), code);
    decide(&port, &code, "allow");
    second.finish().done();
    assert!(program.run(&["whoami", "demo"]).done().contains("Eve"));
    let mut third = program.start(&["sign-in", "demo", "--device"]);
    let other = shown_code(&mut third);
    assert_ne!(other, code, "it was used");
    decide(&port, &other, "deny");
    assert!(third.finish().failed(4).contains("declined on the other device"));
    program.run(&["refresh", "demo"]).done();
}

#[test]
fn a_wait_that_is_interrupted_says_how_to_go_on() {
    let program = Tokenwright::with_vault();
    let (_practice, port) = with_pages(&program);
    let set = format!("port={port}");
    let mut process = program.start(&["sign-in", "demo", "--service", "practice", "--set", &set, "--device"]);
    process.line_with("Ctrl-C to stop");
    let id = process.id().to_string();
    assert!(Command::new("sh").args(["-c", "kill -INT \"$0\"", &id]).status().expect("sh runs").success());
    let told = process.finish().failed(3);
    assert!(told.contains("error: stopped before the sign-in was allowed\nhint: the code is valid until "), "{told}");
}

/// A service with a device authorization endpoint that gives this reply, polled with these replies, the last one forever.
fn scripted(reply: Value, polls: Vec<(u16, Value)>) -> Scripted {
    Scripted::start(move |asked, earlier| {
        if asked.path == "/device" {
            return Answer::json(200, &reply);
        }
        let (status, body) = &polls[earlier.min(polls.len() - 1)];
        Answer::json(*status, body)
    })
}

fn device_reply(more: &Value) -> Value {
    let mut reply = json!({
        "device_code": "d/1", "user_code": "WDJB-MJHT", "verification_uri": "https://example.com/device",
        "expires_in": 600, "interval": 1,
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        match value {
            Value::Null => drop(reply.as_object_mut().expect("an object").remove(name)),
            value => reply[name] = value.clone(),
        }
    }
    reply
}

fn tokens() -> (u16, Value) {
    (200, json!({ "access_token": "at-1", "refresh_token": "rt-1", "token_type": "Bearer", "expires_in": 3600 }))
}

fn refusal(error: &str) -> (u16, Value) {
    (400, json!({ "error": error }))
}

/// Signs in on another device at the service; `more` is added to its preset.
fn at(service: &Scripted, more: &str, arguments: &[&str]) -> (Tokenwright, Finished) {
    let program = Tokenwright::with_vault();
    let url = service.url();
    let preset = format!(
        "id = \"scripted\"\nname = \"Scripted\"\nchecked = \"2026-11-30\"\nsource = [\"a test\"]\nasks = \"nothing\"\n\
         [authorization]\nurl = \"{url}/authorize\"\n[token_request]\nurl = \"{url}/token\"\n\
         [device_authorization]\nurl = \"{url}/device\"\n{more}\n"
    );
    program.add_preset("scripted.toml", &preset);
    let start = ["sign-in", "demo", "--service", "scripted", "--client-id", "a-client", "--device"];
    let finished = program.run(&[&start, arguments].concat());
    (program, finished)
}

#[test]
fn the_requests_are_those_of_the_rfc() {
    let service = scripted(device_reply(&json!({})), vec![tokens()]);
    let (_program, finished) = at(&service, "", &["--scope", "a", "--scope", "b"]);
    finished.done();
    let parameters = |path: &str| {
        let asked = service.asked(path);
        assert_eq!(asked.len(), 1);
        let pairs = asked[0].parameters.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>()
    };
    assert_eq!(parameters("/device"), ["client_id=a-client", "scope=a b"]);
    let grant = "grant_type=urn:ietf:params:oauth:grant-type:device_code";
    assert_eq!(parameters("/token"), [grant, "device_code=d/1", "client_id=a-client"]);
}

#[test]
fn a_hostile_device_authorization_is_refused_before_anything_is_shown() {
    for (more, words) in [
        (
            json!({ "verification_uri": "javascript:alert(1)" }),
            "a verification URL that is no `http` or `https` address",
        ),
        (
            json!({ "verification_uri": "file:///etc/passwd" }),
            "a verification URL that is no `http` or `https` address",
        ),
        (json!({ "user_code": "AB\u{1b}[2JCD" }), "a user code that cannot be shown: it contains a control character"),
        (json!({ "device_code": "a\r\nb" }), "a device code with characters that are not allowed in one"),
        (json!({ "device_code": null }), "sent no device code"),
        (json!({ "expires_in": 0 }), "a code that is valid for 0 seconds"),
        (json!({ "interval": 86_400 }), "the service wants 24 h between two polls, and its code is valid for 10 min"),
    ] {
        let service = scripted(device_reply(&more), vec![tokens()]);
        let (program, finished) = at(&service, "", &[]);
        let told = finished.failed(4);
        assert!(told.contains(words), "{more}: {told}");
        assert!(!told.contains('\u{1b}') && !told.contains("On another device"), "{told:?}");
        assert!(service.asked("/token").is_empty(), "{more}");
        program.run(&["token", "demo"]).failed(3);
    }
}

#[test]
fn a_device_authorization_endpoint_that_answers_otherwise_is_quoted() {
    for (answer, code, words) in [
        (Answer::text(200, "text/html", "<title>Log in</title>"), 4, "answered 200 with a web page titled \"Log in\""),
        (Answer::text(503, "text/plain", "later"), 5, "the device authorization endpoint answered 503"),
        (
            Answer::json(401, &json!({ "error": "invalid_client" })),
            4,
            "the device authorization endpoint refused: `invalid_client`",
        ),
        (
            Answer::json(200, &json!({ "error": "slow_down" })),
            5,
            "the device authorization endpoint refused: `slow_down`",
        ),
    ] {
        let service = Scripted::start(move |_, _| answer.clone());
        let (_program, finished) = at(&service, "", &[]);
        let told = finished.failed(code);
        assert!(told.contains(words), "{told}");
    }
}

#[test]
fn a_code_ends_by_itself_when_its_time_is_over() {
    let service = scripted(device_reply(&json!({ "expires_in": 2 })), vec![refusal("authorization_pending")]);
    let (_program, finished) = at(&service, "", &[]);
    let told = finished.failed(3);
    assert!(told.contains("error: the code expired before it was used\nhint: start again for a new one"), "{told}");
}

#[test]
fn a_retry_after_that_outlives_the_code_ends_the_wait_at_once() {
    let service = Scripted::start(move |asked, _| match asked.path.as_str() {
        "/device" => Answer::json(200, &device_reply(&json!({}))),
        _ => Answer::json(429, &json!({ "error": "slow_down" })).header("Retry-After", "3600"),
    });
    let (_program, finished) = at(&service, "", &[]);
    let told = finished.failed(5);
    assert!(told.contains("error: the service asks to wait 60 min, and the code expires before"), "{told}");
    assert_eq!(service.asked("/token").len(), 1);
}

#[test]
fn a_poll_that_is_refused_for_another_reason_ends_the_sign_in() {
    for (poll, words) in [
        (refusal("invalid_client"), "error: the token endpoint refused: `invalid_client`"),
        (refusal("not_yet"), "error: the token endpoint refused: `not_yet`"),
        ((200, json!({ "token_type": "Bearer" })), "without an access token at `access_token`"),
    ] {
        let service = scripted(device_reply(&json!({})), vec![refusal("authorization_pending"), poll]);
        let (_program, finished) = at(&service, "", &[]);
        let told = finished.failed(4);
        assert!(told.contains(words), "{told}");
        assert_eq!(service.asked("/token").len(), 2);
    }
}

#[test]
fn a_service_has_words_names_and_units_of_its_own_by_its_preset() {
    let begun = json!({
        "code": "d/1", "user_code": "ABC", "verification_url": "https://example.com/d", "expires_in": 600_000,
        "interval": 1000, "message": "Open it\u{1b}[2J",
    });
    let pending = (200, json!({ "error": { "error_subcode": 1_349_174, "message": "pending" } }));
    let service = scripted(begun, vec![pending, tokens()]);
    let more = "reading = { device_code = \"code\", verification_uri = \"verification_url\", lifetime = \"milliseconds\", \
                message = \"message\" }\n[device_token_request]\nbody = { code = \"<device_code>\", user_code = \"<user_code>\", \
                grant_type = \"device\" }\nomit = [\"device_code\"]\nreading = { error = \"error.error_subcode\" }\n\
                [device_words]\npending = [\"1349174\"]\n";
    let (program, finished) = at(&service, more, &[]);
    assert!(finished.stderr.contains("The service says: Open it [2J\n"), "{}", finished.stderr);
    finished.done();
    assert_eq!(program.run(&["token", "demo"]).done(), "at-1\n");
    let asked = service.asked("/token");
    assert_eq!((asked[0].parameter("code"), asked[0].parameter("user_code")), ("d/1", "ABC"));
    for (word, code, words) in
        [("denied", 4, "declined on the other device"), ("expired", 3, "expired before it was used")]
    {
        let service = scripted(device_reply(&json!({})), vec![refusal("own_word")]);
        let (_program, finished) = at(&service, &format!("[device_words]\n{word} = [\"own_word\"]\n"), &[]);
        let told = finished.failed(code);
        assert!(told.contains(words), "{told}");
    }
}

#[test]
fn a_service_without_a_device_flow_says_so_and_one_with_nothing_else_needs_no_option() {
    let program = Tokenwright::with_vault();
    let told = program.run(&["sign-in", "demo", "--service", "notion", "--client-id", "a", "--device"]);
    assert!(
        told.stderr.contains("is missing") || told.stderr.contains("has no sign-in on another device here"),
        "{}",
        told.stderr
    );
    let service = scripted(device_reply(&json!({})), vec![tokens()]);
    let url = service.url();
    let preset = format!(
        "id = \"only\"\nname = \"Only\"\nchecked = \"2026-11-30\"\nsource = [\"a test\"]\nasks = \"nothing\"\n\
         grant_type = \"urn:ietf:params:oauth:grant-type:device_code\"\n[token_request]\nurl = \"{url}/token\"\n\
         [device_authorization]\nurl = \"{url}/device\"\n"
    );
    program.add_preset("only.toml", &preset);
    program.run(&["sign-in", "only", "--service", "only", "--client-id", "a-client"]).done();
    assert_eq!(program.run(&["token", "only"]).done(), "at-1\n");
}

/// What a camera reads from the QR code among these lines: each character is two modules, one over the other.
fn scanned(text: &str) -> String {
    /// Of a module, in pixels.
    const SIDE: usize = 4;
    let lines: Vec<&str> =
        text.lines().filter(|line| line.chars().all(|c| "█▀▄ ".contains(c)) && line.contains('█')).collect();
    let width = lines.first().expect("a QR code").chars().count();
    let mut rows: Vec<Vec<u8>> = Vec::new();
    for line in &lines {
        for blocks in [['█', '▀'], ['█', '▄']] {
            let row: Vec<u8> = line
                .chars()
                .flat_map(|c| std::iter::repeat_n(if blocks.contains(&c) { 255 } else { 0 }, SIDE))
                .collect();
            rows.extend(std::iter::repeat_n(row, SIDE));
        }
    }
    let mut image = format!("P5\n{} {}\n255\n", width * SIDE, rows.len()).into_bytes();
    image.extend(rows.into_iter().flatten());
    let mut reader = Command::new("zbarimg");
    reader
        .args(["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", "pgm:-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = reader.spawn().expect("zbarimg runs");
    child.stdin.take().expect("an input").write_all(&image).expect("read");
    let output = child.wait_with_output().expect("it ends");
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

#[test]
#[ignore = "needs zbarimg"]
fn the_qr_code_leads_to_the_page_with_the_code_in_it() {
    let complete = "https://example.com/device?user_code=WDJB-MJHT";
    for (more, address) in [
        (json!({ "verification_uri_complete": complete }), complete),
        (json!({}), "https://example.com/device"),
        (json!({ "verification_uri_complete": "javascript:alert(1)" }), "https://example.com/device"),
    ] {
        let service = scripted(device_reply(&more), vec![tokens()]);
        let (_program, finished) = at(&service, "", &["--qr"]);
        assert_eq!(scanned(&finished.stderr), address, "{}", finished.stderr);
    }
}

#[test]
#[ignore = "needs node and chromium"]
fn a_certified_server_grants_what_a_person_allows_in_a_browser() {
    let server = OidcProvider::start();
    let program = Tokenwright::with_vault();
    let issuer = server.issuer();
    let preset = format!(
        "id = \"certified\"\nname = \"Certified\"\nchecked = \"2026-11-30\"\nsource = [\"a test\"]\nasks = \"nothing\"\n\
         [scopes]\ndefault = [\"openid\", \"offline_access\"]\n[authorization]\nurl = \"{issuer}/auth\"\n\
         [token_request]\nurl = \"{issuer}/token\"\n[refresh_request]\nurl = \"{issuer}/token\"\n\
         [device_authorization]\nurl = \"{issuer}/device/auth\"\n"
    );
    program.add_preset("certified.toml", &preset);
    let start = ["sign-in", "demo", "--service", "certified", "--client-id", "public-native", "--device"];
    let mut process = program.start(&start);
    let code = shown_code(&mut process);
    Plan::new()
        .open(&format!("{issuer}/device?user_code={code}"))
        .click("Continue")
        .fill("Enter any login", "alex")
        .fill("and password", "any")
        .click("Sign-in")
        .click("Continue")
        .run();
    process.finish().done();
    let first = program.run(&["token", "demo"]).done();
    program.run(&["refresh", "demo"]).done();
    let second = program.run(&["token", "demo"]).done();
    assert_ne!(first, second);
    let bearer = format!("Bearer {}", second.trim());
    assert_eq!(get(&server.userinfo_endpoint(), &[("Authorization", &bearer)]).json()["sub"], "alex");
}
