//! What a sign-in leaves behind for whoever looks into it: `--har`, `--case` and `replay`.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::http::browser;
use crate::support::practice::Practice;
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

const SECRET: &str = "canary-secret/+1";

/// A service at this address whose token is under a name that tells nothing.
fn preset(url: &str) -> String {
    format!(
        "id = \"odd\"\nname = \"Odd\"\nchecked = \"2026-11-28\"\nsource = [\"a test\"]\nasks = \"secret\"\n\
         [redirect]\ndefault = \"http://127.0.0.1/callback\"\n[authorization]\nurl = \"{url}/authorize\"\n\
         [token_request]\nurl = \"{url}/token\"\nauthentication = \"basic\"\n\
         [token_request.headers]\nX-Api-Key = \"canary-typed\"\n\
         [token_request.body]\napi_secret = \"canary-typed-too\"\n\
         [token_request.reading]\naccess_token = \"data.key\"\n"
    )
}

/// A program with that preset, and the client secret in its environment.
fn program(url: &str) -> Tokenwright {
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", SECRET);
    program.add_preset("odd.toml", &preset(url));
    program
}

#[test]
fn an_archive_of_a_sign_in_has_its_calls_and_no_secret() {
    let service = Scripted::start(|asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("canary-code"),
        _ => Answer::json(200, &json!({ "data": { "key": "canary-token" }, "said": SECRET }))
            .header("set-cookie", "s=canary-c"),
    });
    let program = program(&service.url());
    let file = program.home().join("calls.har");
    let path = file.to_str().expect("UTF-8");
    let sign_in = ["sign-in", "p", "--service", "odd", "--client-id", "mine", "--browser", browser(), "--har", path];
    program.run(&sign_in).done();
    assert_eq!(program.run(&["token", "p"]).done(), "canary-token\n");

    let text = fs::read_to_string(&file).expect("written");
    assert!(!text.contains("canary"), "{text}");
    let archive: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(archive["log"]["version"], "1.2");
    let entries = archive["log"]["entries"].as_array().expect("a list");
    let urls: Vec<&str> = entries.iter().filter_map(|entry| entry["request"]["url"].as_str()).collect();
    assert_eq!(urls.len(), 3, "{urls:?}");
    assert!(urls[0].contains("/authorize?") && urls[1].contains("/callback?code=") && urls[2].ends_with("/token"));
    // HAR 1.2: what a reader may rely on.
    for entry in entries {
        for member in ["startedDateTime", "time", "request", "response", "cache", "timings"] {
            assert!(!entry[member].is_null(), "{member}");
        }
        for member in ["method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"] {
            assert!(!entry["request"][member].is_null(), "{member}");
        }
        for member in
            ["status", "statusText", "cookies", "headers", "content", "redirectURL", "headersSize", "bodySize"]
        {
            assert!(!entry["response"][member].is_null(), "{member}");
        }
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_case_of_a_refused_token_request_is_replayed_by_somebody_else_with_the_same_diagnosis() {
    let service = Scripted::start(|asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("canary-code"),
        _ => {
            Answer::json(401, &json!({ "error": "invalid_client", "error_description": format!("{SECRET} is wrong") }))
        }
    });
    let program = program(&service.url());
    let file = program.home().join("case.json");
    let path = file.to_str().expect("UTF-8");
    let sign_in = ["sign-in", "p", "--service", "odd", "--client-id", "mine", "--browser", browser(), "--case", path];
    let said = program.run(&sign_in).failed(4);
    assert!(said.contains("Case written") && said.contains("invalid_client"), "{said}");
    let text = fs::read_to_string(&file).expect("written");
    assert!(!text.contains("canary"), "{text}");
    drop(service);

    // A colleague has neither the preset nor the service.
    let colleague = Tokenwright::with_vault();
    let replayed = colleague.run(&["replay", path, "--calls"]).done();
    assert!(replayed.contains("The same: the token endpoint refused: `invalid_client`"), "{replayed}");
    assert!(replayed.contains("< 401 after"), "{replayed}");

    // Another reply is another diagnosis.
    let other = text.replace("invalid_client", "invalid_grant");
    let other = other.replacen("invalid_grant", "invalid_client", 1);
    fs::write(&file, other).expect("written");
    let said = colleague.run(&["replay", path]).failed(4);
    assert!(said.contains("makes something else of the case") && said.contains("invalid_grant"), "{said}");
}

#[test]
fn a_case_of_a_refusal_in_the_browser_is_replayed() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start_with(&program, &["access-denied"]);
    let (file, set) = (program.home().join("case.json"), practice.set());
    let path = file.to_str().expect("UTF-8");
    let sign_in = ["sign-in", "p", "--service", "practice", "--set", &set, "--browser", browser(), "--case", path];
    program.run(&sign_in).failed(4);
    let replayed = Tokenwright::with_vault().run(&["replay", path]).done();
    assert!(replayed.starts_with("The same: ") && replayed.contains("access_denied"), "{replayed}");
}

#[test]
fn a_sign_in_that_goes_well_leaves_no_case() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let (file, set) = (program.home().join("case.json"), practice.set());
    let path = file.to_str().expect("UTF-8");
    let sign_in = ["sign-in", "p", "--service", "practice", "--set", &set, "--browser", browser(), "--case", path];
    program.run(&sign_in).done();
    assert!(!file.exists());
}

#[test]
fn what_is_no_case_is_told_and_nothing_is_made_of_it() {
    let program = Tokenwright::with_vault();
    let file = program.home().join("case.json");
    let path = file.to_str().expect("UTF-8");
    let said = program.run(&["replay", path]).failed(1);
    assert!(said.contains("it does not exist"), "{said}");
    let later = json!({ "tokenwright_case": 2, "made": "2026-01-01T00:00:00Z", "program": "", "system": "",
        "stage": "token_request", "diagnosis": { "summary": "" }, "profile": "", "has_client_secret": false, "calls": {} });
    for (text, code, words) in [
        ("{}".to_owned(), 2, "this is not a case of Tokenwright"),
        ("\u{1b}[2J".to_owned(), 2, "this is not a case of Tokenwright"),
        (later.to_string(), 2, "it is of a later version of the program"),
        (later.to_string().replace(":2,", ":1,"), 2, "the profile `case`"),
    ] {
        fs::write(&file, text).expect("written");
        let said = program.run(&["replay", path]).failed(code);
        assert!(said.contains(words) && !said.contains('\u{1b}'), "{words}: {said}");
    }
}

/// A service that gives tokens at a sign-in, and answers the refreshes so, one after the other.
fn refreshed(answers: &'static [(u16, &'static str)]) -> Scripted {
    let count = AtomicUsize::new(0);
    Scripted::start(move |asked, _| {
        if asked.path == "/authorize" {
            return asked.grant("canary-code");
        }
        if asked.raw.contains("grant_type=authorization_code") {
            let tokens = json!({ "access_token": "canary-at", "token_type": "Bearer", "expires_in": 1,
                "refresh_token": "canary-rt" });
            return Answer::json(200, &tokens);
        }
        let (status, code) = answers[count.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1)];
        Answer::json(status, &json!({ "error": code, "error_description": format!("{SECRET} canary-rt") }))
    })
}

fn with_tokens(service: &Scripted) -> Tokenwright {
    let preset = format!(
        "id = \"odd\"\nname = \"Odd\"\nchecked = \"2026-11-28\"\nsource = [\"a test\"]\nasks = \"secret\"\n\
         [redirect]\ndefault = \"http://127.0.0.1/callback\"\n[authorization]\nurl = \"{url}/authorize\"\n\
         [token_request]\nurl = \"{url}/token\"\n[refresh_request]\nurl = \"{url}/token\"\n",
        url = service.url()
    );
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", SECRET);
    program.add_preset("odd.toml", &preset);
    program.run(&["sign-in", "p", "--service", "odd", "--client-id", "mine", "--browser", browser()]).done();
    program
}

#[test]
fn a_case_of_a_refused_refresh_is_replayed_with_the_same_diagnosis() {
    // The first try is not the one that counts.
    let service = refreshed(&[(503, "temporarily_unavailable"), (400, "invalid_grant")]);
    let program = with_tokens(&service);
    let file = program.home().join("case.json");
    let path = file.to_str().expect("UTF-8");
    let said = program.run(&["refresh", "p", "--case", path]).failed(3);
    assert!(said.contains("invalid_grant") && said.contains("Case written: tokenwright replay "), "{said}");
    drop(service);
    let text = fs::read_to_string(&file).expect("written");
    assert!(!text.contains("canary"), "{text}");
    let replayed = Tokenwright::with_vault().run(&["replay", path]).done();
    assert!(replayed.starts_with("The same: ") && replayed.contains("invalid_grant"), "{replayed}");

    // The log of calls has the same.
    let other = program.home().join("other.json");
    let of_log = other.to_str().expect("UTF-8");
    let told = program.run(&["calls", "p", "--case", of_log]).done();
    assert!(told.starts_with(&format!("{of_log}: ")) && told.contains("invalid_grant"), "{told}");
    assert_eq!(Tokenwright::with_vault().run(&["replay", of_log]).done(), replayed);
    assert!(!fs::read_to_string(&other).expect("written").contains("canary"));
}

#[test]
fn a_case_of_a_service_that_is_not_there_is_replayed_without_one() {
    let service = refreshed(&[(400, "invalid_grant")]);
    let program = with_tokens(&service);
    drop(service);
    let file = program.home().join("case.json");
    let path = file.to_str().expect("UTF-8");
    // waits: until the access token has expired, after which none can be handed out.
    std::thread::sleep(Duration::from_millis(1100));
    for command in ["refresh", "token"] {
        let said = program.run(&[command, "p", "--case", path]).failed(5);
        assert!(said.contains("nothing listens there") && said.contains("Case written"), "{said}");
        let replayed = Tokenwright::with_vault().run(&["replay", path]).done();
        assert!(replayed.starts_with("The same: cannot connect to `127.0.0.1"), "{replayed}");
        assert!(replayed.contains("nothing listens there (hint: check the host and port"), "{replayed}");
        fs::remove_file(&file).expect("written");
    }
}

#[test]
fn without_a_request_there_is_no_case() {
    let service = refreshed(&[(400, "invalid_grant")]);
    let program = with_tokens(&service);
    let file = program.home().join("case.json");
    let path = file.to_str().expect("UTF-8");
    let said = program.run(&["calls", "p", "--case", path]).failed(2);
    assert!(said.contains("no token request and no refresh request of `p` failed in the last day"), "{said}");
    let said = program.run(&["refresh", "other", "--case", path]).failed(3);
    assert!(said.contains("there is no profile `other`") && said.contains("no request was sent"), "{said}");
    assert_eq!((service.asked("/token").len(), file.exists()), (1, false));
}
