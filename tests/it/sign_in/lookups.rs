//! Lookups: calls before the first of a sign-in, which find the host that the others go to.

use serde_json::json;

use crate::support::http::browser;
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

/// A service whose token endpoint is told by another host, with or without a person.
fn preset(service: &Scripted, authorization: &str, allowed: &str) -> String {
    let host = service.url();
    format!(
        "id = \"found\"\nname = \"Found\"\nchecked = \"2026-11-30\"\nsource = [\"a test\"]\n\
         [[inputs]]\nname = \"team\"\nlabel = \"Team\"\nexample = \"acme\"\n\
         [[lookup]]\nlabel = \"server of the team\"\nretain = {{ server = \"ApiUrl\" }}\n\
         [lookup.call]\nurl = \"{host}/by-team\"\nquery = {{ team = \"<team>\" }}\n\
         [allow]\nserver = \"{allowed}\"\n{authorization}\
         [token_request]\nurl = \"<server>/token\"\nauthentication = \"body\"\n\
         [refresh_request]\nurl = \"<server>/refresh\"\nauthentication = \"body\"\n\
         [identity]\nurl = \"<server>/me\"\nfields = {{ Name = \"name\" }}\n"
    )
}

const ANYWHERE: &str = "http://127.0.0.1:[0-9]+/rest";
const PERSON: &str =
    "[redirect]\ndefault = \"http://127.0.0.1/callback\"\n[authorization]\nurl = \"<server>/authorize\"\n";

fn service() -> Scripted {
    Scripted::start(|asked, earlier| {
        let host = asked.raw.lines().find_map(|line| line.to_lowercase().strip_prefix("host: ").map(str::to_owned));
        match asked.path.as_str() {
            "/by-team" => Answer::json(200, &json!({ "ApiUrl": format!("http://{}/rest", host.unwrap_or_default()) })),
            "/rest/authorize" => asked.grant("a-code"),
            "/rest/me" => Answer::json(200, &json!({ "name": "Ada" })),
            _ => Answer::json(
                200,
                &json!({ "access_token": format!("at-{earlier}"), "refresh_token": "rt", "token_type": "Bearer", "expires_in": 3600 }),
            ),
        }
    })
}

fn with(service: &Scripted, authorization: &str, allowed: &str) -> Tokenwright {
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", "secret");
    program.add_preset("found.toml", &preset(service, authorization, allowed));
    program
}

const SIGN_IN: [&str; 8] = ["sign-in", "demo", "--service", "found", "--client-id", "id", "--set", "team=acme"];

#[test]
fn the_host_is_found_once_a_sign_in_and_kept_with_the_profile() {
    let service = service();
    let program = with(&service, PERSON, ANYWHERE);
    let sign_in = [&SIGN_IN[..], &["--browser", browser()]].concat();
    program.run(&sign_in).done();
    let asked = service.asked("/by-team");
    assert_eq!((asked.len(), asked[0].parameter("team")), (1, "acme"));
    assert!(!asked[0].raw.to_lowercase().contains("authorization:"), "{}", asked[0].raw);
    assert!(program.run(&["whoami", "demo"]).done().contains("Ada"));
    program.run(&["refresh", "demo"]).done();
    let sent = |path: &str| service.asked(path).len();
    assert_eq!((sent("/rest/authorize"), sent("/rest/token"), sent("/rest/refresh"), sent("/by-team")), (1, 1, 1, 1));
    program.run(&sign_in).done();
    assert_eq!(sent("/by-team"), 2, "a new sign-in looks again");
}

#[test]
fn without_a_person_it_is_found_before_the_token_request() {
    let service = service();
    let program = with(&service, "", ANYWHERE);
    program.run(&SIGN_IN).done();
    assert_eq!(program.run(&["token", "demo"]).done(), "at-0\n");
    assert_eq!((service.asked("/by-team").len(), service.asked("/rest/token").len()), (1, 1));
}

#[test]
fn a_host_that_is_not_allowed_is_not_used_and_a_refusal_names_the_lookup() {
    let found = service();
    let program = with(&found, "", "https://[a-z]+\\\\.example\\\\.test");
    let said = program.run(&SIGN_IN).failed(4);
    let words = format!(
        "error: server of the team: the service sent `{}/rest` as `server`, which the preset does not allow\n\
         hint: if it is right, correct `server` under `[allow]` in the preset\n",
        found.url()
    );
    assert!(said.ends_with(&words), "{said}");
    assert!(found.asked("/rest/token").is_empty());

    let none = Scripted::start(|_, _| Answer::json(200, &json!({ "ServerID": 0 })));
    let said = with(&none, "", ANYWHERE).run(&SIGN_IN).failed(4);
    let words = "error: server of the team: the service returned none\n\
                 hint: compare the inputs of the profile, or enter the value: `--set server=…`\n";
    assert!(said.ends_with(words), "{said}");

    let refusing = Scripted::start(|_, _| Answer::json(404, &json!({ "error": "unknown_team" })));
    let said = with(&refusing, "", ANYWHERE).run(&SIGN_IN).failed(4);
    assert!(said.contains("error: server of the team: the service refused: `unknown_team`"), "{said}");
}
