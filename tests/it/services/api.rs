//! Calls of a service's API with a profile's token: where the token goes, what is shown, and what is kept as the check.

use serde_json::json;

use crate::support::renewed::{signed_in, tokens};
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

/// A service whose API answers by this function, and a profile `demo` of it whose token has ended.
fn service(api: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Scripted {
    Scripted::start(move |asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        "/token" => ended(),
        "/refresh" => tokens("second", 3600),
        "/me" => Answer::json(200, &json!({ "name": "Ada" })),
        path => api(path),
    })
}

/// Tokens whose access token has ended already.
fn ended() -> Answer {
    let before = jiff::Timestamp::now().as_second() - 60;
    Answer::json(200, &json!({ "access_token": "at-first", "refresh_token": "rt-first", "expires_at": before }))
}

fn with_identity(service: &Scripted) -> Tokenwright {
    signed_in(service, &format!("[identity]\nurl = \"{}/me\"\n", service.url()))
}

#[test]
fn a_path_is_called_with_a_fresh_token_and_the_reply_is_laid_out_without_it() {
    let service = service(|_| {
        let reply = Answer::json(200, &json!({ "you": "sent at-second", "name": "a\u{1b}[2J", "access_token": "x" }));
        reply.header("X-RateLimit-Remaining", "7").header("X-Other", "no")
    });
    let program = with_identity(&service);
    let said = program.run(&["call", "demo", "/v1/items?limit=1"]);
    let asked = &service.asked("/v1/items")[0];
    assert!(asked.raw.to_lowercase().contains("authorization: bearer at-second"), "refreshed first: {}", asked.raw);
    assert!(asked.raw.starts_with("GET /v1/items?limit=1 "), "{}", asked.raw);
    let call = format!("GET {}/v1/items?limit=1 answered 200 after ", service.url());
    assert!(said.stderr.contains(&call) && said.stderr.contains("x-ratelimit-remaining: 7"), "{}", said.stderr);
    assert!(!said.stderr.contains("x-other"), "{}", said.stderr);
    let shown = said.done();
    assert!(shown.contains("\n  \"you\": \"sent ••••••••\"") && !shown.contains('\u{1b}'), "{shown}");
    let json = program.run(&["call", "demo", "/v1/items", "--json"]).json();
    assert_eq!((&json["status"], &json["body"]["access_token"]), (&json!(200), &json!("••••••••")));
}

#[test]
fn method_headers_and_body_are_sent_as_typed_and_values_filled_in() {
    let service = service(|_| Answer::json(201, &json!({})));
    let program = with_identity(&service);
    let arguments = ["call", "demo", "PUT", "/v1/items", "--body", "{\"by\":\"<client_id>\"}", "--header", "X-Org: 7"];
    program.run(&arguments).done();
    program
        .run_with_input(&["call", "demo", "/v1/forms", "--body", "-", "--header", "Content-Type: text/csv"], "a,b")
        .done();
    let asked = &service.asked("/v1/items")[0].raw;
    let lower = asked.to_lowercase();
    assert!(asked.starts_with("PUT /v1/items ") && asked.ends_with("{\"by\":\"it\"}"), "{asked}");
    assert!(lower.contains("content-type: application/json") && lower.contains("x-org: 7"), "{asked}");
    let form = &service.asked("/v1/forms")[0].raw;
    assert!(form.starts_with("POST ") && form.ends_with("a,b") && form.contains("text/csv"), "{form}");
}

#[test]
fn a_token_goes_to_no_stranger_unless_the_person_says_that_it_is_none() {
    let stranger = Scripted::start(|_, _| Answer::json(200, &json!({ "ok": true })));
    let service = service(|_| Answer::json(200, &json!({})));
    let program = with_identity(&service);
    let url = format!("{}/v1/me", stranger.url());
    let said = program.run(&["call", "demo", &url]).failed(2);
    let expected = format!("`{}` is not a host of Scripted, and the token was not sent there", stranger.url());
    assert!(said.contains(&expected) && said.contains(&service.url()), "{said}");
    assert!(said.contains("allow it, with `--allow-host`"), "{said}");
    for trick in
        [format!("{}@{}/", service.url(), &stranger.url()[7..]), "http://as.test/".into(), "ftp://x.test/".into()]
    {
        program.run(&["call", "demo", &trick]).failed(2);
    }
    assert!(stranger.asked("/v1/me").is_empty());
    let said = program.run(&["call", "demo", &url, "--allow-host"]);
    assert!(said.stderr.contains("its token may go to"), "{}", said.stderr);
    said.done();
    program.run(&["call", "demo", &url]).done();
    assert_eq!(stranger.asked("/v1/me").len(), 2);
}

#[test]
fn a_redirect_is_told_and_takes_the_token_nowhere() {
    let stranger = Scripted::start(|_, _| Answer::json(200, &json!({})));
    let there = format!("{}/elsewhere", stranger.url());
    let service = service(move |_| Answer::text(302, "text/plain", "").header("Location", &there));
    let said = with_identity(&service).run(&["call", "demo", "/v1/moved"]);
    assert_eq!(said.code, 4);
    let told = format!("answered with a redirect (302) to `{}/elsewhere`, which is not followed", stranger.url());
    assert!(said.stderr.contains(&told), "{}", said.stderr);
    assert!(stranger.asked("/elsewhere").is_empty());
}

#[test]
fn nothing_but_the_access_token_is_sent_of_all_secrets() {
    let service = service(|_| Answer::json(200, &json!({})));
    let program = with_identity(&service);
    for (arguments, words) in [
        (&["call", "demo", "/v1?a=<refresh_token>"][..], "`<refresh_token>` is a secret"),
        (&["call", "demo", "/v1", "--body", "<refresh_token>"], "`<refresh_token>` is a secret"),
        (&["call", "demo", "/v1", "--header", "authorization: x"], "carries the token, and is added by itself"),
        (&["call", "demo", "/v1?a=<nothing>"], "`<nothing>` is not a known value"),
        (&["call", "demo", "FETCH", "/v1"], "`FETCH` is not a method"),
        (&["call", "demo", " "], "the URL is missing"),
    ] {
        let said = program.run(arguments).failed(2);
        assert!(said.contains(words), "{said}");
    }
    assert!(service.asked("/v1").is_empty());
}

#[test]
fn what_the_api_refuses_is_shown_with_what_to_do() {
    for (status, code, words) in [
        (401, 4, "inspect it, refresh it, or sign in again"),
        (403, 4, "compare its scopes"),
        (404, 4, "compare the URL"),
        (429, 5, "wait"),
        (503, 5, "try again later"),
    ] {
        let service = service(move |_| Answer::json(status, &json!({ "message": "no" })));
        let said = with_identity(&service).run(&["call", "demo", "/v1"]);
        assert_eq!(said.code, code, "{}", said.stderr);
        assert!(said.stdout.contains("\"message\": \"no\""), "{}", said.stdout);
        assert!(said.stderr.contains(&format!("error: the API answered {status}")), "{}", said.stderr);
        assert!(said.stderr.contains(words), "{}", said.stderr);
    }
}

#[test]
fn a_call_that_succeeds_can_be_kept_as_the_check_and_goes_along_with_the_profile() {
    let service = service(|path| Answer::json(if path == "/v1/gone" { 404 } else { 200 }, &json!({})));
    let program = with_identity(&service);
    let works = |call: &str| format!("demo: works; {call} answered 200\n");
    assert_eq!(program.run(&["call", "demo"]).done(), works(&format!("GET {}/me", service.url())));
    assert_eq!(program.run(&["call", "demo", "/v1/gone", "--save"]).code, 4);
    assert_eq!(program.run(&["call", "demo", "--json"]).json()["kept"], false, "a call that failed is not kept");
    program.run(&["call", "demo", "POST", "/v1/ping", "--body", "{}", "--save"]).done();
    let kept = format!("POST {}/v1/ping", service.url());
    assert_eq!(program.run(&["call", "demo"]).done(), works(&kept));
    assert_eq!(program.run(&["call", "demo", "--json"]).json()["call"], kept);

    // It is in the text of the profile, in a copy, and in what a colleague gets.
    program.run(&["duplicate", "demo", "copy"]).done();
    let text = |program: &Tokenwright, name: &str| {
        let shown = program.home().join("shown");
        let editor = format!("cp \"$1\" '{}' #", shown.display());
        let script = program.home().join("editor.sh");
        std::fs::write(&script, editor).expect("a file of our own");
        let mut command = program.command(&["edit", name]);
        let process =
            crate::support::process::Process::start(command.env("VISUAL", format!("sh '{}'", script.display())));
        process.finish();
        std::fs::read_to_string(shown).expect("what the editor was shown")
    };
    for name in ["demo", "copy"] {
        let text = text(&program, name);
        assert!(text.contains("[check]\nmethod = \"POST\"\nurl = \"/v1/ping\"\nbody = \"{}\"\n"), "{text}");
    }
    let file = program.home().join("shared.toml").display().to_string();
    program.run(&["share", "demo", "--output", &file]).done();
    assert!(std::fs::read_to_string(&file).expect("the file").contains("/v1/ping"));

    program.run(&["call", "demo", "--forget"]).done();
    assert_eq!(program.run(&["call", "demo"]).done(), works(&format!("GET {}/me", service.url())));
}

#[test]
fn a_profile_that_needs_a_sign_in_or_has_nothing_to_call_says_so() {
    let service = service(|_| Answer::json(200, &json!({})));
    let program = signed_in(&service, "");
    let said = program.run(&["call", "demo"]).failed(2);
    assert!(said.contains("there is nothing to check `demo` by: Scripted has no identity call"), "{said}");
    let said = program.run(&["call", "demo", "/v1"]).failed(2);
    assert!(said.contains("`/v1` is a path, and the service has no identity call"), "{said}");
    let gone = Scripted::start(|asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        "/token" => ended(),
        _ => Answer::json(400, &json!({ "error": "invalid_grant" })),
    });
    let said = with_identity(&gone).run(&["call", "demo"]).failed(3);
    assert!(said.contains("invalid_grant"), "{said}");
}
