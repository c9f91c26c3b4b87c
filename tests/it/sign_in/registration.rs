//! Dynamic client registration (RFC 7591) and its management (RFC 7592): against a server that somebody else wrote, and against
//! one that does it wrong.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use serde_json::json;

use crate::support::desktop::until;
use crate::support::http::browser;
use crate::support::oidc_provider::OidcProvider;
use crate::support::practice::Practice;
use crate::support::process::Finished;
use crate::support::scripted::{Answer, Asked, Scripted};
use crate::support::tokenwright::Tokenwright;

fn sign_in(program: &Tokenwright, name: &str, issuer: &str, more: &[&str]) -> Finished {
    let arguments = ["sign-in", name, "--issuer", issuer, "--scope", "openid", "--browser", browser()];
    program.run(&[&arguments, more].concat())
}

#[test]
#[ignore = "needs node"]
fn a_client_is_registered_used_read_updated_and_deleted_at_a_certified_server() {
    let server = OidcProvider::start_with(&["--auto", "--registration"]);
    let program = Tokenwright::with_vault();
    let issuer = server.issuer().to_owned();
    let said = sign_in(&program, "demo", &issuer, &["--register", "--redirect-uri", "http://127.0.0.1/callback", "-v"]);
    assert!(said.stderr.contains(&format!("Registered at {issuer}: the client `")), "{}", said.stderr);
    assert!(!said.stderr.contains("registration_access_token\": \"e"), "{}", said.stderr);
    said.done();
    program.run(&["whoami", "demo"]).done();

    let shown = program.run(&["registration", "show", "demo", "--json"]).json();
    let metadata = &shown["metadata"];
    assert_eq!(metadata["redirect_uris"], json!(["http://127.0.0.1/callback"]), "{shown}");
    assert_eq!(
        (&metadata["application_type"], &metadata["token_endpoint_auth_method"]),
        (&json!("native"), &json!("none"))
    );
    assert_eq!(metadata["client_name"], "Tokenwright");
    assert!(metadata["registration_access_token"].is_null() && metadata["client_secret"].is_null(), "{shown}");

    // Each update ends the token before it, so the second one shows that the first was saved.
    for uri in ["http://127.0.0.1/other", "http://localhost/callback"] {
        let refused = program.run(&["sign-in", "demo", "--redirect-uri", uri, "--browser", browser()]).failed(2);
        assert!(refused.contains("is not among the redirect URIs of the registered client"), "{refused}");
        assert!(refused.contains(&format!("registration update demo --redirect-uri '{uri}'")), "{refused}");
        let updated = program.run(&["registration", "update", "demo", "--redirect-uri", uri, "--json"]).json();
        assert_eq!(updated["metadata"]["redirect_uris"], json!([uri]), "{updated}");
        program.run(&["sign-in", "demo", "--browser", browser()]).done();
    }

    // A second profile uses the same client, which is kept until the last of them goes.
    let said = sign_in(&program, "second", &issuer, &["--register", "--redirect-uri", "http://localhost/callback"]);
    assert!(said.stderr.contains("which `demo` registered at"), "{}", said.stderr);
    said.done();
    let refused = program.run(&["registration", "delete", "demo"]).failed(2);
    assert!(refused.contains("was not deleted: `second` uses it as well"), "{refused}");
    program.run(&["registration", "update", "second"]).done();
    program.run(&["registration", "show", "demo"]).done();
    let said = program.run(&["forget", "second", "--now"]);
    assert!(said.stderr.contains("stays registered: `demo` uses it as well"), "{}", said.stderr);
    said.done();
    let deleted = program.run(&["registration", "delete", "demo"]).done();
    assert!(deleted.contains("is deleted at the server"), "{deleted}");
    assert!(program.run(&["registration", "show", "demo"]).failed(2).contains("was not registered by this program"));
}

#[test]
#[ignore = "needs node"]
fn a_server_that_registers_nobody_without_a_token_gets_it_and_a_forgotten_profile_keeps_its_client() {
    let server = OidcProvider::start_with(&["--auto", "--registration", "--initial-access-token", "initial-token"]);
    let program = Tokenwright::with_vault();
    let issuer = server.issuer().to_owned();
    let refused = sign_in(&program, "demo", &issuer, &["--register"]).failed(4);
    assert!(refused.contains("pipe it to `--initial-access-token-stdin`"), "{refused}");
    let arguments = [
        "sign-in",
        "demo",
        "--issuer",
        &issuer,
        "--scope",
        "openid",
        "--browser",
        browser(),
        "--register",
        "--initial-access-token-stdin",
        "--client-auth",
        "client_secret_basic",
        "--redirect-uri",
        "http://127.0.0.1/callback",
        "-v",
    ];
    let wrong = program.run_with_input(&arguments, "wrong\n").failed(4);
    assert!(wrong.contains("the token is wrong, spent or expired"), "{wrong}");
    let said = program.run_with_input(&arguments, "initial-token\n");
    assert!(!said.stderr.contains("initial-token"), "{}", said.stderr);
    said.done();
    let listed = program.run(&["calendar", "--all", "--json"]).done();
    assert!(!listed.contains("client-secret"), "a secret that never expires is none of it: {listed}");

    let said = program.run(&["forget", "demo"]);
    assert!(
        said.stderr.contains("stays registered at") && said.stderr.contains("forget demo --now"),
        "{}",
        said.stderr
    );
    said.done();
    program.run(&["unforget", "demo"]).done();
    program.run(&["registration", "show", "demo"]).done();
    let said = program.run(&["forget", "demo", "--now"]);
    assert!(said.stderr.contains("is deleted at"), "{}", said.stderr);
    said.done();
}

/// The host that a request was sent to.
fn host(asked: &Asked) -> String {
    let line = asked.raw.lines().find(|line| line.to_lowercase().starts_with("host:")).expect("a host");
    line["host:".len()..].trim().to_owned()
}

/// An issuer whose registration endpoint answers by this function.
fn issuer(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Scripted {
    Scripted::start(move |asked, _| match asked.path.as_str() {
        "/.well-known/openid-configuration" => {
            let at = |path: &str| format!("http://{}{path}", host(asked));
            Answer::json(
                200,
                &json!({
                    "issuer": at(""), "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
                    "registration_endpoint": at("/register"), "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                }),
            )
        }
        "/authorize" => asked.grant("a-code"),
        "/token" => Answer::json(200, &json!({ "access_token": "at", "token_type": "Bearer", "expires_in": 600 })),
        _ => answer(asked),
    })
}

fn register(program: &Tokenwright, issuer: &Scripted) -> Finished {
    let arguments = ["sign-in", "demo", "--issuer", &issuer.url(), "--register", "--browser", browser()];
    program.run(&[&arguments[..], &["--redirect-uri", "http://127.0.0.1/callback"]].concat())
}

#[test]
fn each_refusal_says_what_helps_and_leaves_nothing_behind() {
    for (status, body, words) in [
        (400, json!({ "error": "invalid_redirect_uri" }).to_string(), "the server takes other redirect URIs"),
        (400, json!({ "error": "invalid_client_metadata" }).to_string(), "one of the values that were asked for"),
        (400, json!({ "error": "invalid_software_statement" }).to_string(), "which software statement they take"),
        (400, json!({ "error": "unapproved_software_statement" }).to_string(), "which software statement they take"),
        (401, String::new(), "pipe it to `--initial-access-token-stdin`"),
        (403, json!({ "error": "access_denied" }).to_string(), "pipe it to `--initial-access-token-stdin`"),
        (201, "<html><title>Sign in</title></html>".into(), "something else than a JSON object"),
        (201, json!({ "client_secret": "s" }).to_string(), "names no client (`client_id`)"),
    ] {
        let server = issuer(move |_| Answer::text(status, "application/json", &body));
        let program = Tokenwright::with_vault();
        let said = register(&program, &server).failed(4);
        assert!(said.contains(words), "{status}: {said}");
        assert!(server.asked("/authorize").is_empty(), "no browser before there is a client");
        assert_eq!(program.run(&["list", "--json"]).json(), json!([]));
    }
    let down = issuer(|_| Answer::json(503, &json!({})));
    assert!(register(&Tokenwright::with_vault(), &down).failed(5).contains("503"));
}

#[test]
fn an_issuer_without_the_endpoint_is_told_of() {
    let server = Scripted::start(|asked, _| {
        let at = |path: &str| format!("http://{}{path}", host(asked));
        Answer::json(
            200,
            &json!({ "issuer": at(""), "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token") }),
        )
    });
    let said = register(&Tokenwright::with_vault(), &server).failed(2);
    assert!(said.contains("registers no clients by itself"), "{said}");
}

#[test]
fn an_endpoint_without_tls_gets_no_token() {
    let server = Scripted::start(|asked, _| {
        let at = |path: &str| format!("http://{}{path}", host(asked));
        let endpoint = "http://as.example.test/register";
        let metadata = json!({ "issuer": at(""), "token_endpoint": at("/token"), "registration_endpoint": endpoint });
        Answer::json(200, &metadata)
    });
    let program = Tokenwright::with_vault();
    let url = server.url();
    let arguments = ["sign-in", "demo", "--issuer", &url, "--register", "--initial-access-token-stdin"];
    let said = program.run_with_input(&arguments, "initial-token\n");
    assert!(said.code != 0 && said.stderr.contains("as.example.test"), "{said:?}");
    assert!(said.stderr.contains("https"), "{}", said.stderr);
    assert_eq!(program.run(&["list", "--json"]).json(), json!([]));
}

/// What a server answers that registers anybody.
fn registered(more: &serde_json::Value) -> Answer {
    let mut body =
        json!({ "client_id": "c", "client_secret": "the-secret", "client_secret_expires_at": 1_900_000_000 });
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    Answer::json(201, &body)
}

#[test]
fn what_the_server_changed_is_told_and_its_secret_stands_in_the_calendar() {
    let server = issuer(|_| registered(&json!({ "client_name": "Other", "grant_types": ["authorization_code"] })));
    let program = Tokenwright::with_vault();
    let said = register(&program, &server);
    let changed = "The server changed grant_types: authorization_code refresh_token became authorization_code";
    assert!(
        said.stderr.contains(changed) && said.stderr.contains("client_name: Tokenwright became Other"),
        "{}",
        said.stderr
    );
    assert!(!said.stderr.contains("the-secret"), "{}", said.stderr);
    said.done();
    let asked = &server.asked("/register")[0];
    assert!(asked.raw.contains("application/json") && asked.raw.contains("\"software_id\""), "{}", asked.raw);
    let sent = &server.asked("/token")[0].raw;
    assert!(sent.to_lowercase().contains("authorization: basic "), "{sent}");
    let ends = program.run(&["calendar", "--json"]).done();
    assert!(ends.contains("client-secret") && ends.contains("2030-03-17"), "{ends}");
    // No way to manage it was given.
    let refused = program.run(&["registration", "show", "demo"]).failed(2);
    assert!(refused.contains("gave no way to read or change the client `c`"), "{refused}");
    let shared = program.run(&["share", "demo"]).done();
    assert!(!shared.contains("the-secret"), "{shared}");
}

#[test]
fn the_registration_token_goes_to_no_other_host() {
    let stranger = Scripted::start(|_, _| Answer::json(200, &json!({ "client_id": "c" })));
    let url = format!("{}/register/c", stranger.url());
    let server =
        issuer(move |_| registered(&json!({ "registration_client_uri": url, "registration_access_token": "rat" })));
    let program = Tokenwright::with_vault();
    register(&program, &server).done();
    for task in ["show", "update", "delete"] {
        let said = program.run(&["registration", task, "demo"]).failed(2);
        assert!(said.contains("which is not its own host, and the token was not sent there"), "{said}");
    }
    assert!(stranger.asked("/register/c").is_empty());
}

#[test]
fn a_token_that_is_spent_and_a_server_that_is_away_are_told_and_the_profile_goes_all_the_same() {
    let server = issuer(|asked| match asked.path.as_str() {
        "/register" => {
            let url = format!("http://{}/register/c", host(asked));
            registered(&json!({ "registration_client_uri": url, "registration_access_token": "rat-secret" }))
        }
        _ => Answer::json(401, &json!({ "error": "invalid_token" })),
    });
    let program = Tokenwright::with_vault();
    register(&program, &server).done();
    let said = program.run(&["registration", "show", "demo", "-v"]).failed(4);
    assert!(said.contains("the client is gone there, or the token that manages it is not the last one"), "{said}");
    assert!(said.contains("--register=new") && !said.contains("rat-secret"), "{said}");
    assert!(server.asked("/register/c")[0].raw.contains("Bearer rat-secret"));
    let exported = program.run(&["export", "demo", "--format", "json"]);
    assert!(!exported.stdout.contains("rat-secret"), "{}", exported.stdout);
    let said = program.run(&["forget", "demo", "--now"]);
    assert!(said.stderr.contains("was not deleted at http:"), "{}", said.stderr);
    assert!(said.done().contains("demo: erased"));
}

#[test]
fn a_lost_reply_to_a_change_explains_that_the_token_is_refused_from_then_on() {
    let (program, practice, said) = practised(&["registration-lost-reply"], None);
    said.done();
    let uri = "http://127.0.0.1/other";
    let update = ["registration", "update", "demo", "--redirect-uri", uri];
    let lost = program.run(&update).failed(5);
    assert!(!lost.contains("another token"), "nobody knows yet: {lost}");
    for command in [&update[..], &["registration", "show", "demo"], &["registration", "show", "demo"]] {
        let refused = program.run(command).failed(4);
        assert!(refused.contains("the reply to the last change was lost, and the server gave"), "{refused}");
    }
    drop(practice);
    program.run(&["forget", "demo", "--now"]).done();
}

/// The practice service with these faults, and what a sign-in says that registers there.
fn practised(faults: &[&str], input: Option<&str>) -> (Tokenwright, Practice, Finished) {
    let program = Tokenwright::with_vault();
    let practice = Practice::start_with(&program, faults);
    let issuer = format!("http://127.0.0.1:{}", practice.port());
    let arguments =
        ["sign-in", "demo", "--issuer", &issuer, "--scope", "openid offline_access", "--browser", browser()];
    let register = ["--register", "--redirect-uri", "http://127.0.0.1/callback"];
    let arguments = [&arguments[..], &register].concat();
    let said = match input {
        Some(input) => program.run_with_input(&[&arguments[..], &["--initial-access-token-stdin"]].concat(), input),
        None => program.run(&arguments),
    };
    (program, practice, said)
}

#[test]
fn a_person_rehearses_registration_at_the_practice_service() {
    let (program, _practice, said) = practised(&[], None);
    assert!(said.stderr.contains("Registered at http://127.0.0.1:"), "{}", said.stderr);
    said.done();
    program.run(&["refresh", "demo"]).done();
    for uri in ["http://127.0.0.1/other", "http://localhost/callback"] {
        program.run(&["registration", "update", "demo", "--redirect-uri", uri]).done();
        program.run(&["sign-in", "demo", "--browser", browser()]).done();
    }
    let said = program.run(&["forget", "demo", "--now"]);
    assert!(said.stderr.contains("is deleted at"), "{}", said.stderr);
    said.done();
}

#[test]
fn what_was_forgotten_is_erased_with_its_client() {
    let (program, _practice, said) = practised(&[], None);
    said.done();
    program.run(&["forget", "demo"]).done();
    let said = program.run(&["forget", "demo", "--now"]);
    assert!(said.stderr.contains("is deleted at http://127.0.0.1:"), "{}", said.stderr);
    said.done();
    assert_eq!(program.run(&["list", "--forgotten", "--json"]).json(), json!([]));
    let (program, practice, said) = practised(&[], None);
    said.done();
    drop(practice);
    program.run(&["forget", "demo"]).done();
    let said = program.run(&["forget", "demo", "--now"]);
    assert!(said.stderr.contains("was not deleted at http://127.0.0.1:"), "{}", said.stderr);
    assert!(said.done().contains("demo: erased"));
}

#[test]
fn the_agent_deletes_the_client_of_a_profile_that_can_no_longer_be_brought_back() {
    let status = Arc::new(AtomicU16::new(503));
    let (replies, (deleted, was_deleted)) = (Arc::clone(&status), mpsc::channel());
    let server = issuer(move |asked| {
        if asked.path == "/register" {
            let url = format!("http://{}/register/c", host(asked));
            return registered(&json!({ "registration_client_uri": url, "registration_access_token": "rat-secret" }));
        }
        deleted.send(()).expect("a receiver");
        Answer::text(replies.load(Ordering::SeqCst), "text/plain", "")
    });
    let program = Tokenwright::with_vault();
    let is_stored = || {
        let count = "SELECT count(*) FROM forgotten";
        program.database().connection().query_row(count, (), |row| row.get::<_, i64>(0)).expect("a count") > 0
    };
    let forgotten_days_ago = |days: u32| {
        register(&program, &server).done();
        program.run(&["forget", "demo"]).done();
        program.database().execute(&format!("UPDATE forgotten SET at = at - {days} * 24 * 3600"));
    };
    let within = Duration::from_secs(60);
    let start_agent = || {
        let mut agent = program.start(&["agent"]);
        agent.line_with("The agent listens on ");
        agent
    };

    forgotten_days_ago(8);
    assert_eq!(program.run(&["list", "--forgotten", "--json"]).json(), json!([]));
    program.run(&["unforget", "demo"]).failed(2);
    let agent = start_agent();
    was_deleted.recv_timeout(within).expect("the agent tried");
    program.run(&["agent", "stop"]).done();
    agent.finish();
    assert!(is_stored(), "a server that is away may be back tomorrow");

    status.store(204, Ordering::SeqCst);
    let agent = start_agent();
    was_deleted.recv_timeout(within).expect("the agent tried again");
    until("the profile is erased", || (!is_stored()).then_some(()));
    program.run(&["agent", "stop"]).done();
    agent.finish();
    let last = server.asked("/register/c").pop().expect("a request");
    assert!(last.raw.starts_with("DELETE ") && last.raw.contains("Bearer rat-secret"), "{}", last.raw);

    status.store(401, Ordering::SeqCst);
    forgotten_days_ago(8);
    let agent = start_agent();
    was_deleted.recv_timeout(within).expect("the agent tried");
    until("the profile is erased", || (!is_stored()).then_some(()));
    program.run(&["agent", "stop"]).done();
    let told = agent.finish().stderr;
    assert!(told.contains("the client `c` was not deleted at http://127.0.0.1:"), "{told}");
    assert!(told.contains("hint: delete it in the service's console") && !told.contains("rat-secret"), "{told}");

    forgotten_days_ago(38);
    register(&program, &server).done();
    assert!(!is_stored(), "nobody deleted it for a month");
}

#[test]
fn a_server_that_does_not_answer_when_a_client_is_deleted_holds_up_no_hook() {
    let ((asked_to_delete, deleting), (end, ended)) = (mpsc::channel(), mpsc::channel::<()>());
    let ended = Mutex::new(ended);
    let server = issuer(move |asked| {
        if asked.path == "/register" {
            let url = format!("http://{}/register/c", host(asked));
            return registered(&json!({ "registration_client_uri": url, "registration_access_token": "rat-secret" }));
        }
        asked_to_delete.send(()).expect("a receiver");
        // Until the test has ended.
        let _ = ended.lock().expect("a receiver").recv();
        Answer::text(204, "text/plain", "")
    });
    let (heard, events) = mpsc::channel();
    let hook = Scripted::start(move |_, _| {
        heard.send(()).expect("a receiver");
        Answer::text(204, "text/plain", "")
    });
    let program = Tokenwright::with_vault();
    register(&program, &server).done();
    program.run(&["forget", "demo"]).done();
    program.database().execute("UPDATE forgotten SET at = at - 8 * 24 * 3600");
    let practice = Practice::start(&program);
    practice.sign_in(&program, "acme");
    let port = practice.port().to_owned();
    program.set("settings.toml", &format!("[hooks]\npost = '{}/hook'\n", hook.url()));
    let mut agent = program.start(&["agent"]);
    agent.line_with("The agent listens on ");
    deleting.recv_timeout(Duration::from_secs(60)).expect("the agent tries");
    drop(practice);
    let _practice = Practice::start_at(&program, &port, &["dead-refresh-token"]);
    program.run(&["refresh", "acme"]).failed(3);
    // A call takes 30 s at most.
    events.recv_timeout(Duration::from_secs(20)).expect("the hook hears while the server is silent");
    drop(end);
    program.run(&["agent", "stop"]).done();
    agent.finish().done();
}

#[test]
fn a_person_rehearses_each_way_in_which_registration_fails_at_the_practice_service() {
    for (fault, words) in [
        ("registration-redirect-uri", "the server takes other redirect URIs"),
        ("registration-metadata", "one of the values that were asked for"),
        ("registration-statement", "which software statement they take"),
        ("registration-unapproved", "which software statement they take"),
        ("registration-closed", "pipe it to `--initial-access-token-stdin`"),
    ] {
        let said = practised(&[fault], None).2.failed(4);
        assert!(said.contains(words), "{fault}: {said}");
    }
    practised(&["registration-closed"], Some("practice-initial\n")).2.done();

    let (program, _practice, said) = practised(&["registration-changed", "registration-short-secret"], None);
    for changed in ["client_name: Tokenwright became", "token_endpoint_auth_method: none became client_secret_basic"] {
        assert!(said.stderr.contains(changed), "{}", said.stderr);
    }
    said.done();
    program.run(&["whoami", "demo"]).done();
    assert!(program.run(&["calendar", "--json"]).done().contains("client-secret"), "it expires in an hour");

    let (program, _practice, said) = practised(&["registration-unmanaged"], None);
    said.done();
    let refused = program.run(&["registration", "show", "demo"]).failed(2);
    assert!(refused.contains("gave no way to read or change the client"), "{refused}");
    let (program, _practice, said) = practised(&["registration-refused-token"], None);
    said.done();
    let refused = program.run(&["registration", "show", "demo"]).failed(4);
    assert!(refused.contains("the token that manages it is not the last one"), "{refused}");
}
