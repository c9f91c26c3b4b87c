//! Characters that no token may have, wherever the token is from.

use serde_json::json;

use crate::services::scripted::{headers, program, reply, service, shell, sign_in};

const INJECTED: &str = "x\r\nX-Injected: yes";

#[test]
fn a_reply_whose_token_would_end_a_header_is_refused() {
    for (field, value) in [
        ("access_token", INJECTED),
        ("refresh_token", INJECTED),
        ("access_token", "a\u{0}b"),
        ("access_token", "a\u{1b}]0;x\u{7}"),
        ("access_token", "a\u{9b}b"),
        ("access_token", "tök"),
    ] {
        let service = service(vec![reply(&json!({ field: value }))]);
        let program = program(&service, "");
        let words = sign_in(&program, "scripted", &[]).failed(4);
        assert!(words.contains(&format!("the expression `{field}` returned a token with a c")), "{words}");
        assert!(!words.contains("Injected"), "{words}");
        program.run(&["token", "demo", "--header"]).failed(3);
    }
}

#[test]
#[ignore = "needs bash and curl"]
fn a_type_a_scope_and_kept_values_add_no_header_and_no_line() {
    let service = service(vec![reply(&json!({
        "token_type": "Bearer\r\nX-Injected: yes", "scope": "a\u{1b}[2J\r\nb", "realm": INJECTED,
    }))]);
    let program = program(&service, "[token_request.reading.retain]\nrealm = \"realm\"\n");
    sign_in(&program, "scripted", &[]).done();
    let url = format!("{}/api", service.url());
    let line = format!("header=\"$(tokenwright token demo --header)\" && curl -s --header \"$header\" {url}");
    shell(&program, &line).done();
    shell(&program, &format!("tokenwright token demo --header | curl -s --header @- {url}")).done();
    for form in ["curl", "curl-file", "httpie", "header", "dotenv", "json"] {
        let text = program.run(&["export", "demo", "--format", form]).done();
        assert!(!text.contains("\nX-Injected") && !text.contains("\\nX-Injected"), "{form}: {text}");
    }
    assert_eq!(headers(&service, "/api", "authorization"), ["Bearer at-1", "Bearer at-1"]);
    assert_eq!(headers(&service, "/api", "x-injected"), Vec::<String>::new());
    let shown = program.run(&["show", "demo"]).done();
    assert!(!shown.contains('\u{1b}') && !shown.contains("\nX-Injected"), "{shown:?}");
    let question = "protocol=https\nhost=git.test\n\n";
    let answer = program.run_with_input(&["git-credential", "demo", "get"], question).done();
    assert!(answer.lines().all(|line| line.contains('=')) && !answer.contains("Injected"), "{answer}");
}

#[test]
fn white_space_around_a_token_is_cut_off() {
    let service = service(vec![reply(&json!({ "access_token": "at-1\r\n", "refresh_token": " rt-1\n" }))]);
    let program = program(&service, "");
    sign_in(&program, "scripted", &[]).done();
    assert_eq!(program.run(&["token", "demo"]).done(), "at-1\n");
    program.run(&["refresh", "demo"]).done();
    assert_eq!(service.asked("/token").last().expect("a refresh").parameter("refresh_token"), "rt-1");
}

#[test]
fn a_refresh_token_that_is_pasted_comes_through_the_same_door() {
    let service = service(vec![reply(&json!({}))]);
    let broken = program(&service, "").with_env("TOKENWRIGHT_REFRESH_TOKEN", "rt\r\nX: y");
    let words = sign_in(&broken, "scripted", &[]).failed(2);
    assert!(
        words.contains("the refresh token contains a control character, which is not allowed in a token"),
        "{words}"
    );
    assert_eq!(service.asked("/token").len(), 0);
    let whole = program(&service, "").with_env("TOKENWRIGHT_REFRESH_TOKEN", " rt-0\r\n");
    sign_in(&whole, "scripted", &[]).done();
    assert_eq!(service.asked("/token")[0].parameter("refresh_token"), "rt-0");
}
