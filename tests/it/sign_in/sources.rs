//! Values that are read when a token request sends them: a token of another profile in an exchange (RFC 8693), an assertion of
//! a file, a command, a variable or a CI system.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde_json::{Value, json};

use crate::support::oidc_provider::OidcProvider;
use crate::support::peer;
use crate::support::practice::Practice;
use crate::support::process::Process;
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

/// A signed-in profile `parent` of the practice service.
fn parent() -> (Tokenwright, Practice) {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let set = practice.set();
    program
        .run(&[
            "sign-in",
            "parent",
            "--service",
            "practice",
            "--set",
            &set,
            "--scope",
            "openid",
            "--scope",
            "practice.read",
            "--browser",
            "curl -sL -o /dev/null",
        ])
        .done();
    (program, practice)
}

fn exchange<'a>(set: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let given = ["sign-in", "child", "--service", "practice", "--set", set, "--grant", "token-exchange"];
    let given = given.into_iter().chain(["--scope", "practice.read", "--source", "subject_token=profile:parent"]);
    given.chain(more.iter().copied()).collect()
}

#[test]
fn a_child_lives_on_the_token_of_its_parent() {
    let (program, practice) = parent();
    let set = practice.set();
    program.run(&exchange(&set, &["--set", "audience=practice-archive"])).done();
    let token = || program.run(&["token", "child"]).done();
    let first = token();
    assert_ne!(first, program.run(&["token", "parent"]).done());
    assert_eq!(token(), first, "as long as the parent's is the same");
    program.run(&["refresh", "parent"]).done();
    let second = token();
    assert_ne!(second, first, "the parent has got a new one");
    assert_eq!(token(), second);
    let shown = program.run(&["show", "child", "--json"]).json();
    assert_eq!((&shown["scopes_granted"], &shown["refresh_token"]), (&json!(["practice.read"]), &json!("none")));
    // Its name and its sources go together.
    program.run(&["rename", "child", "kid"]).done();
    program.run(&["refresh", "kid"]).done();
    program.run(&["forget", "kid"]).done();
    program.run(&["unforget", "kid"]).done();
    program.run(&["refresh", "kid"]).done();
    program.run(&["forget", "parent"]).done();
    let words = program.run(&["refresh", "kid"]).failed(3);
    assert!(words.contains("`parent`"), "{words}");
}

#[test]
fn what_the_exchange_refuses_is_told_and_the_old_token_stays() {
    let (program, practice) = parent();
    let set = practice.set();
    program.run(&exchange(&set, &[])).done();
    let token = program.run(&["token", "child"]).done();
    let refused = |more: &[&str], code: i32| program.run(&exchange(&set, more)).failed(code);
    let words = refused(&["--set", "audience=elsewhere", "--overwrite"], 4);
    assert!(words.contains("`invalid_target`"), "{words}");
    let id_token = "urn:ietf:params:oauth:token-type:id_token";
    let words = refused(&["--set", &format!("requested_token_type={id_token}"), "--overwrite"], 4);
    assert!(words.contains("`invalid_request`") && words.contains("only access tokens"), "{words}");
    let words = refused(&["--scope", "practice.write"], 4);
    assert!(words.contains("`invalid_scope`"), "{words}");
    for (source, expected) in [
        ("subject_token=profile:child", "cannot take its token from itself"),
        ("subject_token=profile:nobody", "`nobody`"),
        ("subject_token=file:/nowhere/token", "cannot be read"),
        ("subject_token=env:NOT_SET_HERE", "the variable is not set"),
        ("subject_token=command:absent", "have no command `absent`"),
        ("subject_token=github-actions:sts", "no job of GitHub Actions"),
    ] {
        let finished = program.run(&exchange(&set, &["--source", source]));
        assert_ne!(finished.code, 0, "{source}");
        assert!(finished.stderr.contains(expected), "{source}: {}", finished.stderr);
    }
    let words = program.run(&exchange(&set, &["--source", "client_secret=env:X"])).failed(2);
    assert!(words.contains("it sends `subject_token`, `actor_token`"), "{words}");
    assert_eq!(program.run(&["token", "child"]).done(), token, "nothing was lost");
    // It is tried with the token of its parent, too.
    let tried = program.run(&exchange(&set, &["--try"]));
    assert_eq!(tried.code, 0, "{}", tried.stderr);
}

#[test]
fn profiles_that_take_from_each_other_are_told() {
    let (program, practice) = parent();
    let set = practice.set();
    program.run(&exchange(&set, &[])).done();
    let circle =
        ["sign-in", "parent", "--service", "practice", "--set", &set, "--grant", "token-exchange", "--overwrite"];
    let circle: Vec<&str> =
        circle.into_iter().chain(["--scope", "practice.read", "--source", "subject_token=profile:child"]).collect();
    program.run(&circle).done();
    let words = program.run(&["refresh", "child"]).failed(2);
    assert!(words.contains("takes its token from a profile that takes it from"), "{words}");
}

/// A token endpoint that takes everything, and the profile `job` that sends it an assertion from this source.
fn job(grant: &str, value: &str, source: &str, more: &[&str]) -> (Tokenwright, Scripted) {
    let server = Scripted::start(|_, earlier| {
        Answer::json(
            200,
            &json!({ "access_token": format!("at-{earlier}"), "token_type": "Bearer", "expires_in": 300 }),
        )
    });
    let program = Tokenwright::with_vault();
    sign_in(&program, &server, grant, &format!("{value}={source}"), more);
    (program, server)
}

fn sign_in(program: &Tokenwright, server: &Scripted, grant: &str, source: &str, more: &[&str]) {
    let url = format!("{}/token", server.url());
    let given = ["sign-in", "job", "--token-url", &url, "--client-id", "me", "--client-auth", "none", "--grant", grant];
    let given = given.into_iter().chain(["--source", source]).chain(more.iter().copied());
    program.run(&given.collect::<Vec<&str>>()).done();
}

fn file(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).expect("a file of our own");
    path
}

#[test]
fn a_file_is_read_each_time_it_is_sent_and_saved_nowhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(folder.path(), "token", "made-up-1\n");
    let source = format!("file:{}", path.display());
    let (program, server) = job("token-exchange", "subject_token", &source, &[]);
    fs::write(&path, "made-up-2").expect("written");
    program.run(&["refresh", "job"]).done();
    let sent: Vec<String> =
        server.asked("/token").iter().map(|asked| asked.parameter("subject_token").to_owned()).collect();
    assert_eq!(sent, ["made-up-1", "made-up-2"]);
    let kept = program.run(&["share", "job"]);
    assert!(!kept.stdout.contains("made-up") && !kept.stdout.contains("file:"), "{}", kept.stdout);
    let too_long = "x".repeat(70_000);
    for (text, expected) in [("", "it is empty"), ("a\u{1b}[31mb", "no token has"), (&too_long, "longer than 64 KiB")] {
        fs::write(&path, text).expect("written");
        let finished = program.run(&["refresh", "job"]);
        assert!(finished.code != 0 && finished.stderr.contains(expected), "{}", finished.stderr);
    }
    assert_eq!(server.asked("/token").len(), 2, "nothing else was sent");
}

#[test]
fn a_value_goes_to_no_other_endpoint_than_it_was_named_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(folder.path(), "token", "made-up");
    let (program, server) = job("token-exchange", "subject_token", &format!("file:{}", path.display()), &[]);
    let thief = Scripted::start(|_, _| Answer::json(200, &json!({ "access_token": "at" })));
    let editor = format!("sed -i s#{}#{}#", server.url(), thief.url());
    let program = program.with_env("EDITOR", editor);
    program.run(&["edit", "job"]).done();
    let words = program.run(&["refresh", "job"]);
    assert_ne!(words.code, 0);
    assert!(thief.asked("/token").is_empty(), "{}", words.stderr);
    // Said once more, it is right.
    let source = format!("subject_token=file:{}", path.display());
    program.run(&["sign-in", "job", "--source", &source, "--overwrite"]).done();
    assert_eq!(thief.asked("/token").len(), 1);
}

#[test]
fn a_saml_assertion_is_sent_in_base64url() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(folder.path(), "assertion.xml", "<saml2:Assertion ID=\"a\">?~</saml2:Assertion>\n");
    let (_program, server) = job("saml2-bearer", "assertion", &format!("file:{}", path.display()), &[]);
    let asked = &server.asked("/token")[0];
    assert_eq!(asked.parameter("grant_type"), "urn:ietf:params:oauth:grant-type:saml2-bearer");
    assert_eq!(asked.parameter("assertion"), "PHNhbWwyOkFzc2VydGlvbiBJRD0iYSI-P348L3NhbWwyOkFzc2VydGlvbj4");
}

#[test]
fn a_command_of_the_settings_is_asked_each_time_and_no_shell_sees_it() {
    let program = Tokenwright::with_vault();
    let server = Scripted::start(|_, _| Answer::json(200, &json!({ "access_token": "at", "expires_in": 300 })));
    program.set("settings.toml", "[commands]\nprint = [\"printf\", \"%s;$(id)\", \"made-up\"]\nfail = [\"false\"]\n");
    sign_in(&program, &server, "token-exchange", "subject_token=command:print", &[]);
    assert_eq!(server.asked("/token")[0].parameter("subject_token"), "made-up;$(id)");
    let words = program.run(&["sign-in", "job", "--source", "subject_token=command:fail"]).failed(1);
    assert!(words.contains("the command ended with exit status: 1"), "{words}");
    program.run(&["refresh", "job"]).done();
}

#[test]
fn a_job_of_github_actions_sends_its_identity() {
    let github = Scripted::start(|asked, _| {
        assert!(asked.raw.to_ascii_lowercase().contains("authorization: bearer request-token"), "{}", asked.raw);
        match asked.parameter("audience") {
            "https://sts.test" => Answer::json(200, &json!({ "value": "made-up", "count": 7 })),
            _ => Answer::text(200, "text/plain", "no"),
        }
    });
    let program = Tokenwright::with_vault()
        .with_env("ACTIONS_ID_TOKEN_REQUEST_URL", format!("{}/token?api-version=2.0", github.url()))
        .with_env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "request-token");
    let server = Scripted::start(|_, _| Answer::json(200, &json!({ "access_token": "at", "expires_in": 300 })));
    sign_in(&program, &server, "token-exchange", "subject_token=github-actions:https://sts.test", &[]);
    assert_eq!(server.asked("/token")[0].parameter("subject_token"), "made-up");
    assert_eq!(github.asked("/token")[0].parameter("api-version"), "2.0");
    let words = program.run(&["sign-in", "job", "--source", "subject_token=github-actions:other"]).failed(1);
    assert!(words.contains("did not answer with JSON") && !words.contains("request-token"), "{words}");
}

#[test]
#[ignore = "needs python"]
fn an_exchange_at_a_server_that_we_did_not_write() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("bound");
    let redirect = format!("http://{free}/callback");
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/readers/bin/python3");
    let mut process = Process::start(Command::new(python).arg(peer("token_exchange.py")).arg(&redirect));
    let told: Value = serde_json::from_str(&process.line_with("\"listening\"")).expect("JSON");
    let issuer = told["issuer"].as_str().expect("an issuer");
    let (authorize, token) = (format!("{issuer}/authorize"), format!("{issuer}/token"));
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", "secret");
    program
        .run(&[
            "sign-in",
            "parent",
            "--authorization-url",
            &authorize,
            "--token-url",
            &token,
            "--client-id",
            "with-secret",
            "--client-auth",
            "client_secret_basic",
            "--redirect-uri",
            &redirect,
            "--scope",
            "read",
            "--browser",
            "curl -sL -o /dev/null",
        ])
        .done();
    let exchange = |more: &[&str]| {
        let given = [
            "sign-in",
            "child",
            "--token-url",
            &token,
            "--client-id",
            "archivist",
            "--client-auth",
            "client_secret_basic",
            "--grant",
            "token-exchange",
            "--source",
            "subject_token=profile:parent",
            "--scope",
            "read",
        ];
        program.run(&given.into_iter().chain(more.iter().copied()).collect::<Vec<&str>>())
    };
    let words = exchange(&["--set", "audience=https://other.test"]).failed(4);
    assert!(words.contains("`invalid_target`"), "{words}");
    exchange(&["--set", "audience=https://archive.test", "--overwrite"]).done();
    let claims = program.run(&["inspect", "child", "--json"]).json();
    assert!(claims.to_string().contains("https://archive.test"), "{claims}");
    assert_ne!(program.run(&["token", "child"]).done(), program.run(&["token", "parent"]).done());
}

/// A JWT that another program signs: here `openssl`, as a CI system does.
fn sign_with_openssl(folder: &Path, key: &Path, claims: &Value) -> String {
    let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let signed = format!("{}.{}", encode(br#"{"alg":"RS256"}"#), encode(claims.to_string().as_bytes()));
    let text = file(folder, "signed", &signed);
    let output =
        Command::new("openssl").args(["dgst", "-sha256", "-sign"]).arg(key).arg(text).output().expect("openssl");
    assert!(output.status.success(), "{output:?}");
    format!("{signed}.{}", encode(&output.stdout))
}

#[test]
#[ignore = "needs node and openssl"]
fn an_assertion_that_another_program_signed_authenticates_the_client_at_a_certified_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let (key, public) = (folder.path().join("key.pem"), folder.path().join("public.pem"));
    let openssl = |arguments: &[&str], path: &Path| {
        assert!(Command::new("openssl").args(arguments).arg(path).status().expect("openssl").success());
    };
    openssl(&["genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out"], &key);
    openssl(&["pkey", "-in", key.to_str().expect("UTF-8"), "-pubout", "-out"], &public);
    let provider = OidcProvider::start_with(&["--client-key", public.to_str().expect("UTF-8")]);
    let issuer = provider.issuer();
    let path = folder.path().join("assertion");
    let issue = |jti: &str, audience: &str| {
        let claims =
            json!({ "iss": "with-key", "sub": "with-key", "aud": audience, "jti": jti, "exp": 4_000_000_000_i64 });
        fs::write(&path, sign_with_openssl(folder.path(), &key, &claims)).expect("written");
    };
    let program = Tokenwright::with_vault();
    let source = format!("assertion=file:{}", path.display());
    let sign_in = || {
        program.run(&[
            "sign-in",
            "job",
            "--issuer",
            issuer,
            "--grant",
            "client-credentials",
            "--client-auth",
            "private_key_jwt",
            "--client-id",
            "with-key",
            "--source",
            &source,
        ])
    };
    issue("one", "https://elsewhere.test");
    let words = sign_in().failed(4);
    assert!(words.contains("`invalid_client`"), "{words}");
    issue("two", issuer);
    sign_in().done();
    let first = program.run(&["token", "job"]).done();
    let words = program.run(&["refresh", "job"]).failed(4);
    assert!(words.contains("`invalid_client`"), "the server takes each assertion once: {words}");
    issue("three", issuer);
    program.run(&["refresh", "job"]).done();
    assert_ne!(program.run(&["token", "job"]).done(), first);
    assert_eq!(
        program.run(&["show", "job", "--json"]).json()["read_from"]["assertion"],
        json!(source.split_once('=').expect("a value").1)
    );
}
