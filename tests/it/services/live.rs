//! Live texts for shells: without a token, the script stops.

use std::process::Command;

use serde_json::json;

use crate::services::service::{Waiting, call_preset, preset, program_at};
use crate::support::http::browser;
use crate::support::process::Process;
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

/// A profile whose token can be got once, and a server that counts requests.
fn spent() -> (Scripted, Tokenwright) {
    let server = Scripted::start(|asked, earlier| match asked.path.as_str() {
        "/authorize" => asked.grant("c0de"),
        "/token" if earlier == 0 => Answer::json(
            200,
            &json!({ "access_token": "AT-1", "token_type": "Bearer", "expires_in": 1, "refresh_token": "RT-1" }),
        ),
        "/token" => Answer::json(400, &json!({ "error": "invalid_grant" })),
        _ => Answer::json(200, &json!({})),
    });
    let program = program_at(&server);
    Waiting::start(&program, &["--no-browser"]).succeed();
    // The refresh is refused: from now on there is no token.
    assert_ne!(program.run(&["token", "p"]).code, 0);
    (server, program)
}

/// Runs a script with the program on its path.
fn script(program: &Tokenwright, shell: &[&str], text: &str) -> crate::support::process::Finished {
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_tokenwright")).parent().expect("a folder");
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new(shell[0]);
    command.args(&shell[1..]).arg(text).current_dir(program.home()).env("PATH", path);
    for (name, value) in program.command(&[]).get_envs() {
        if let (Some(value), true) = (value, name != "PATH") {
            command.env(name, value);
        }
    }
    Process::start(&mut command).finish()
}

fn export(program: &Tokenwright, format: &str, extra: &[&str]) -> String {
    program.run(&[&["export", "p", "--format", format, "--live"], extra].concat()).done()
}

#[test]
#[ignore = "needs bash"]
fn a_shell_without_a_token_has_no_variable_and_a_script_stops() {
    let (_server, program) = spent();
    std::fs::write(program.home().join("p.sh"), export(&program, "shell", &[])).expect("written");
    for shell in ["sh", "bash"] {
        let stopped = script(
            &program,
            &[shell, "-ec"],
            "OAUTH_ACCESS_TOKEN=old; export OAUTH_ACCESS_TOKEN; . ./p.sh; echo went on",
        );
        assert_ne!(stopped.code, 0, "{shell}: {stopped:?}");
        assert_eq!(stopped.stdout, "", "{shell}: {stopped:?}");
        let told = script(
            &program,
            &[shell, "-c"],
            "OAUTH_ACCESS_TOKEN=old; export OAUTH_ACCESS_TOKEN; . ./p.sh; echo $?; env",
        );
        assert!(!told.stdout.starts_with("0\n") && !told.stdout.contains("OAUTH_ACCESS_TOKEN"), "{shell}: {told:?}");
    }
}

#[test]
#[ignore = "needs fish"]
fn fish_without_a_token_has_no_variable_and_says_that_it_failed() {
    let (_server, program) = spent();
    std::fs::write(program.home().join("p.fish"), export(&program, "fish", &[])).expect("written");
    let told = script(&program, &["fish", "--no-config", "-c"], "source p.fish; echo $status; env");
    assert!(!told.stdout.starts_with("0\n") && !told.stdout.contains("OAUTH_ACCESS_TOKEN"), "{told:?}");
}

#[test]
#[ignore = "needs bash"]
fn no_request_is_sent_without_a_token() {
    let (server, program) = spent();
    let text = export(&program, "curl", &["--url", &format!("{}/resource", server.url())]);
    let stopped = script(&program, &["sh", "-c"], &text);
    assert_ne!(stopped.code, 0, "{stopped:?}");
    assert!(server.asked("/resource").is_empty(), "{text}");
    // HTTPie, as far as the shell goes: whatever is called `http` is not run.
    let text = export(&program, "httpie", &[]);
    let stopped = script(&program, &["bash", "-c"], &format!("http() {{ echo sent; }}\n{text}"));
    assert!(stopped.code != 0 && stopped.stdout.is_empty(), "{stopped:?}");
}

#[test]
fn a_client_id_that_basic_would_cut_is_not_sent() {
    let server = Scripted::start(|_, _| Answer::json(200, &json!({ "access_token": "AT-1" })));
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", "made-up");
    program.add_preset("own.toml", &call_preset(&format!("{}/token", server.url()), "basic-raw"));
    let said = program.run(&["sign-in", "p", "--service", "own", "--client-id", "id:with:colon"]).failed(2);
    assert!(said.contains("has a colon") && said.contains("`basic`"), "{said}");
    assert!(server.asked("/token").is_empty());
    program.add_preset("own.toml", &call_preset(&format!("{}/token", server.url()), "basic"));
    program.run(&["sign-in", "p", "--service", "own", "--client-id", "id:with:colon"]).done();
    // base64 of `id%3Awith%3Acolon:made-up`.
    let raw = &server.asked("/token")[0].raw;
    assert!(raw.contains("Basic aWQlM0F3aXRoJTNBY29sb246bWFkZS11cA=="), "{raw}");
}

#[test]
#[ignore = "needs openssl"]
fn an_assertion_of_which_only_the_signature_is_said_has_the_usual_claims() {
    let server = Scripted::start(|asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("c0de"),
        _ => Answer::json(200, &json!({ "access_token": "AT-1" })),
    });
    let program = Tokenwright::with_vault();
    program.add_preset("own.toml", &preset(&server.url(), "private-key-jwt", "[assertion]\nalgorithm = \"RS256\"\n"));
    program.run(&["service", "check", &program.data().join("presets/own.toml").display().to_string()]).done();
    let key = program.home().join("key.pem");
    let made =
        Command::new("openssl").args(["genpkey", "-algorithm", "RSA", "-out"]).arg(&key).output().expect("openssl");
    assert!(made.status.success());
    let key = key.display().to_string();
    let arguments =
        ["sign-in", "p", "--service", "own", "--client-id", "made-up", "--key-file", &key, "--browser", browser()];
    program.run(&arguments).done();
    let asked = server.asked("/token");
    let assertion = asked[0].parameter("client_assertion");
    let claims = assertion.split('.').nth(1).expect("a JWT");
    let claims = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, claims).expect("base64url");
    let claims: serde_json::Value = serde_json::from_slice(&claims).expect("JSON");
    assert_eq!((claims["iss"].as_str(), claims["sub"].as_str()), (Some("made-up"), Some("made-up")), "{claims}");
    assert_eq!(claims["aud"], format!("{}/token", server.url()));
    assert!(claims["jti"].as_str().is_some_and(|id| !id.is_empty()), "{claims}");
}

#[test]
fn an_address_is_never_taken_for_a_file() {
    let program = Tokenwright::with_vault();
    let request = "http://127.0.0.1:1/authorize?response_type=code&client_id=made-up&redirect_uri=http://127.0.0.1/cb";
    let read = program.run(&["import", request, "--yes", "--profile", "p"]);
    assert!(read.stderr.contains("authorization URL: http://127.0.0.1:1/authorize"), "{}", read.stderr);
    for address in
        ["http://as.test/realm?code=SECRET", "ftp://as.test/x", "file:///etc/hosts", "http://me:SECRET@as.test/"]
    {
        let said = program.run(&["import", address]).failed(2);
        assert!(said.contains("is not a URL that can be imported") && !said.contains("SECRET"), "{said}");
        assert!(!said.contains("No such file"), "{said}");
    }
}
