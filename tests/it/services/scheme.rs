//! The scheme of an access token is `Bearer`, whatever the reply calls its type.

use serde_json::json;

use crate::services::scripted::{bent, headers, program, reply, service, shell, sign_in};
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

#[test]
#[ignore = "needs bash and curl"]
fn a_token_goes_as_bearer_whatever_the_reply_calls_it() {
    for token_type in ["bearer", "BearerToken", "bot", "user", "N_A", "User Access Token", "JWT", ""] {
        let service = service(vec![reply(&json!({ "token_type": token_type }))]);
        let program = program(&service, "");
        sign_in(&program, "scripted", &[]).done();
        let header = program.run(&["token", "demo", "--header"]).done();
        assert_eq!(header, "Authorization: Bearer at-1\n", "{token_type}");
        assert_eq!(program.run(&["token", "demo", "--json"]).json()["token_type"], "Bearer");
        for form in
            ["header", "curl", "curl-file", "httpie", "requests-oauthlib", "json", "dotenv", "postman-collection"]
        {
            let text = program.run(&["export", "demo", "--format", form]).done();
            let strange = !token_type.is_empty() && !token_type.eq_ignore_ascii_case("bearer");
            assert!(!strange || !text.contains(token_type), "{form}: {text}");
        }
        let url = format!("{}/api", service.url());
        let run = program.run(&["export", "demo", "--format", "curl", "--url", &url]).done();
        shell(&program, &run).done();
        assert_eq!(headers(&service, "/api", "authorization"), ["Bearer at-1"], "{token_type}");
        program.run(&["exec", "demo", "--", "sh", "-c", "test \"$OAUTH_TOKEN_TYPE\" = Bearer"]).done();
    }
}

#[test]
#[ignore = "needs bash and curl"]
fn the_line_of_the_readme_works_for_the_bundled_slack() {
    let service = Scripted::start(|asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        "/token" => Answer::json(
            200,
            &json!({
                "ok": true, "access_token": "xoxb-made-up", "token_type": "bot", "scope": "chat:write,users:read",
                "bot_user_id": "U1", "app_id": "A1", "team": { "id": "T1", "name": "Team" },
                "authed_user": { "id": "U2" },
            }),
        ),
        _ if asked.raw.to_lowercase().contains("\r\nauthorization: bearer xoxb-made-up\r\n") => {
            Answer::json(200, &json!({ "ok": true }))
        }
        _ => Answer::json(401, &json!({ "ok": false, "error": "invalid_auth" })),
    });
    let program =
        Tokenwright::with_vault().with_env("TOKENWRIGHT_AGENT", "off").with_env("TOKENWRIGHT_CLIENT_SECRET", "made-up");
    bent(&program, &service, "slack", "");
    sign_in(&program, "bent", &[]).done();
    let line = line_of_readme(&format!("{}/api", service.url()));
    assert_eq!(shell(&program, &line).done(), "{\"ok\":true}");
}

#[test]
#[ignore = "needs bash and curl"]
fn the_line_of_the_readme_sends_nothing_where_there_is_no_token() {
    let service = service(vec![]);
    let program = program(&service, "");
    let words = shell(&program, &line_of_readme(&format!("{}/api", service.url()))).failed(3);
    assert!(words.contains("there is no profile `demo`"), "{words}");
    assert_eq!(service.asked("/api").len(), 0);
}

/// The call as the README has it, with this URL and the profile of the tests.
fn line_of_readme(url: &str) -> String {
    let readme = include_str!("../../../README.md");
    let line = readme.lines().find(|line| line.contains("curl --header")).expect("a call");
    assert!(line.contains("https://example.com/") && line.contains(" books "), "{line}");
    line.replace("https://example.com/", url).replace(" books ", " demo ").replace("curl ", "curl -s ")
}

#[test]
#[ignore = "needs bash and curl"]
fn a_service_with_a_header_of_its_own_gets_that_one() {
    for (header, name, value) in [
        ("Authorization: Zoho-oauthtoken <token>", "authorization", "Zoho-oauthtoken at-1"),
        ("X-Shopify-Access-Token: <token>", "x-shopify-access-token", "at-1"),
        ("Authorization: <token>", "authorization", "at-1"),
    ] {
        let service = service(vec![reply(&json!({ "token_type": "anything" }))]);
        let program = program(&service, &format!("[policy]\nheader = \"{header}\"\n"));
        sign_in(&program, "scripted", &[]).done();
        let url = format!("{}/api", service.url());
        shell(&program, &line_of_readme(&url)).done();
        let run = program.run(&["export", "demo", "--format", "curl", "--url", &url]).done();
        shell(&program, &run).done();
        assert_eq!(headers(&service, "/api", name), [value, value]);
        assert_eq!(program.run(&["show", "demo", "--json"]).json()["header"], header);
    }
}

#[test]
fn a_token_that_is_bound_to_a_key_is_never_a_bearer_token() {
    let service = service(vec![reply(&json!({ "token_type": "dpop" }))]);
    let program = program(&service, "");
    sign_in(&program, "scripted", &[]).done();
    for arguments in [&["token", "demo"][..], &["token", "demo", "--header"], &["token", "demo", "--json"]] {
        let words = program.run(arguments).failed(2);
        assert!(words.contains("is bound to a key (`DPoP`), and is no use without a proof"), "{words}");
    }
    let words = program.run(&["token", "demo", "--header", "--for", "GET https://a.test/"]).failed(3);
    assert!(words.contains("the key is not in the vault"), "{words}");
    let words = program.run(&["whoami", "demo"]).failed(3);
    assert!(words.contains("is bound to a key (`DPoP`)"), "{words}");
    assert_eq!(service.asked("/me").len(), 0, "it was not sent");
    let words =
        program.run_with_input(&["git-credential", "demo", "get"], "protocol=https\nhost=git.test\n\n").failed(2);
    assert!(words.contains("it is bound to a key (`DPoP`)"), "{words}");
}
