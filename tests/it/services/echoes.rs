//! Services that echo secrets in unexpected places: as names of members, in a redirect, in XML.

use serde_json::json;

use crate::support::http::browser;
use crate::support::renewed::{add_preset, tokens};
use crate::support::scripted::{Answer, Asked, Scripted};
use crate::support::tokenwright::Tokenwright;

const SECRET: &str = "canary-client-secret";
/// What `tokens("first", …)` brings.
const REFRESH_TOKEN: &str = "rt-first";

/// A few ways to repeat a request.
const ECHOES: [fn(&Asked) -> Answer; 8] = [
    |asked| Answer::json(200, &json!({ asked.parameter("refresh_token"): 1, asked.parameter("client_secret"): 1 })),
    |asked| Answer::json(400, &json!({ body(asked): "" })),
    |asked| Answer::json(400, &json!({ "error": asked.parameter("refresh_token"), "message": body(asked) })),
    |asked| Answer::json(200, &json!({ asked.parameter("refresh_token"): { "access_token": "x" } })),
    |asked| Answer::text(400, "text/xml", &format!("<e><{0}>{0}</{0}></e>", asked.parameter("refresh_token"))),
    |asked| {
        Answer::text(307, "text/plain", "")
            .header("Location", &format!("https://x.test/{}?{}", asked.parameter("refresh_token"), body(asked)))
    },
    |asked| {
        Answer::text(401, "text/html", &format!("<title>{}</title>", body(asked)))
            .header("WWW-Authenticate", &format!("Bearer error=\"{}\"", asked.parameter("client_secret")))
    },
    |asked| {
        Answer::text(403, "text/plain", &body(asked))
            .header(&format!("X-{}", asked.parameter("refresh_token")), asked.parameter("client_secret"))
    },
];

fn body(asked: &Asked) -> String {
    asked.raw.rsplit("\r\n\r\n").next().unwrap_or_default().to_owned()
}

#[test]
fn what_a_service_repeats_is_in_no_words_not_verbose_and_not_in_the_history() {
    let service = Scripted::start(|asked, earlier| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        "/token" => tokens("first", 30),
        _ => ECHOES[earlier / 2 % ECHOES.len()](asked),
    });
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", SECRET);
    add_preset(&program, &service, "authentication = \"body\"");
    let preset = std::fs::read_to_string(program.data().join("presets/scripted.toml")).expect("our own file");
    program.add_preset("scripted.toml", &preset.replace("asks = \"nothing\"", "asks = \"secret\""));
    let arguments = ["sign-in", "demo", "--service", "scripted", "--client-id", "it", "--browser", browser()];
    program.run(&arguments).done();
    for echo in 0..ECHOES.len() {
        for more in [&["refresh", "demo"][..], &["refresh", "demo", "--verbose"]] {
            let said = program.run(more);
            assert_ne!(said.code, 0, "{}", said.stderr);
            for secret in [SECRET, REFRESH_TOKEN] {
                assert!(!said.stderr.contains(secret), "echo {echo}: {}", said.stderr);
            }
        }
    }
    assert_eq!(service.asked("/refresh")[0].parameter("client_secret"), SECRET, "it was sent");
    let history = program.run(&["history", "demo"]);
    assert!(!history.stdout.contains(REFRESH_TOKEN) && !history.stderr.contains(REFRESH_TOKEN), "{history:?}");
}

#[test]
#[cfg(unix)]
fn what_a_service_repeats_is_not_in_the_log_of_the_agent() {
    let service = Scripted::start(|asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        "/token" => tokens("first", 1),
        _ => ECHOES[0](asked),
    });
    let program = Tokenwright::with_vault();
    add_preset(&program, &service, "");
    let arguments = ["sign-in", "demo", "--service", "scripted", "--client-id", "it", "--browser", browser()];
    program.run(&arguments).done();
    program.run(&["keep-alive", "demo"]).done();
    let mut agent = program.start(&["agent"]);
    agent.line_with("demo: not refreshed: the token endpoint answered 200 without an access token");
    program.run(&["agent", "stop"]).done();
    let log = agent.finish().stderr;
    assert!(!log.contains(REFRESH_TOKEN), "{log}");
}

#[test]
fn an_identity_that_repeats_a_token_or_a_secret_is_shown_without_it() {
    let service = Scripted::start(|asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        "/me" => Answer::json(
            200,
            &json!({ "name": "Ada", "echo": format!("as at-first {SECRET}"), "api_token": "another", "id": 7 }),
        ),
        _ => tokens("first", 3600),
    });
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", SECRET);
    let identity = format!("authentication = \"body\"\n[identity]\nurl = \"{}/me\"\n", service.url());
    add_preset(&program, &service, &identity);
    let preset = std::fs::read_to_string(program.data().join("presets/scripted.toml")).expect("our own file");
    let preset = preset.replace("asks = \"nothing\"", "asks = \"secret\"");
    program.add_preset("scripted.toml", &preset);
    let arguments = ["sign-in", "demo", "--service", "scripted", "--client-id", "it", "--browser", browser()];
    program.run(&arguments).done();
    let mask = "••••••••";
    let all = json!({ "name": "Ada", "echo": format!("as {mask} {mask}"), "api_token": mask, "id": "7" });
    assert_eq!(program.run(&["whoami", "demo", "--json"]).json(), all);
    program.add_preset("scripted.toml", &format!("{preset}fields = {{ Who = \"echo\", Key = \"api_token\" }}\n"));
    program.run(&arguments).done();
    let named = json!({ "Who": format!("as {mask} {mask}"), "Key": mask });
    assert_eq!(program.run(&["whoami", "demo", "--json"]).json(), named);
}
