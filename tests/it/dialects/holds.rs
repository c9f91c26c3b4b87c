//! Moving profiles between machines: each format that is both written and read is imported on another machine and
//! refreshed there, and shared profiles are imported, plain and encrypted.

use std::fs;

use crate::support::http::browser;
use crate::support::practice::Practice;
use crate::support::tokenwright::Tokenwright;

/// The practice service as one whose refresh token stays the same, so that it may be copied.
const STEADY: &str = r#"
extends = "practice"
id = "steady"
name = "Steady service"

[policy]
rotates = false
"#;

/// Two machines and the service; `acme` is signed in on the first.
fn machines() -> (Tokenwright, Tokenwright, Practice) {
    let program = Tokenwright::with_vault();
    program.add_preset("steady.toml", STEADY);
    let practice = Practice::start(&program);
    sign_in(&program, &practice, "acme");
    (program, Tokenwright::with_vault(), practice)
}

fn sign_in(program: &Tokenwright, practice: &Practice, name: &str) {
    let set = practice.set();
    let arguments = ["sign-in", name, "--service", "steady", "--set", &set, "--browser", browser()];
    assert_eq!(program.run(&arguments).done(), "");
}

fn token(program: &Tokenwright, name: &str) -> String {
    program.run(&["token", name]).done().trim_end().to_owned()
}

/// The text of a format, with the refresh token in it.
fn export(program: &Tokenwright, name: &str, format: &str) -> String {
    let arguments = ["export", name, "--format", format, "--with-refresh-token", "--set", "rclone_type=drive"];
    program.run(&arguments).done()
}

#[test]
fn each_form_that_is_written_and_read_is_refreshed_on_another_machine() {
    let (program, other, practice) = machines();
    for format in ["google-external", "rclone", "dotenv", "shell", "json", "ezintegrations", "evolutionx"] {
        // Each takes a refresh token of its own: the practice service gives a new one at each refresh.
        let name = format!("from-{format}");
        sign_in(&program, &practice, &name);
        let text = export(&program, &name, format);
        let imported = other.run_with_input(&["import", "-", "--profile", &name, "--yes"], &text);
        assert!(
            imported.stderr.contains(&format!("Next: tokenwright token {name}\n")),
            "{format}: {}",
            imported.stderr
        );
        assert_eq!(imported.done(), "", "{format}");
        let before = token(&program, &name);
        let after = token(&other, &name);
        assert!(!after.is_empty() && after != before, "{format}");
    }
}

#[test]
fn a_token_without_its_client_is_refreshed_once_that_stands_beside_it() {
    let (program, other, practice) = machines();
    let text = export(&program, "acme", "requests-oauthlib");
    let told = other.run_with_input(&["import", "-", "--profile", "acme"], &text).failed(2);
    assert!(told.contains("Still missing:\n  token endpoint  its URL"), "{told}");
    let mut json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    json["client_id"] = "practice-client".into();
    json["client_secret"] = "practice-secret".into();
    json["token_url"] = format!("http://127.0.0.1:{}/token", practice.port()).into();
    other.run_with_input(&["import", "-", "--profile", "acme", "--yes"], &json.to_string()).done();
    assert_ne!(token(&other, "acme"), token(&program, "acme"));
}

#[test]
fn googles_own_file_is_taken_over_as_a_profile_of_google() {
    let other = Tokenwright::with_vault();
    let file = r#"{"type": "authorized_user", "client_id": "id-1", "client_secret": "google-secret",
        "refresh_token": "1//google-refresh", "token": "ya29.access", "scopes": ["a"]}"#;
    let told = other.run_with_input(&["import", "-", "--profile", "g", "--yes"], file);
    let expected = "\
standard input: Google authorized user file
Google, tokens from https://oauth2.googleapis.com/token
Values:
  grant: authorization code
  authorization URL: https://accounts.google.com/o/oauth2/v2/auth
  token URL: https://oauth2.googleapis.com/token
  identity URL: https://openidconnect.googleapis.com/v1/userinfo
  revocation URL: https://oauth2.googleapis.com/revoke
  client authentication: secret in the body
  code challenge (PKCE): S256
  client ID: id-1
  redirect URI: http://127.0.0.1  (default of the preset)
  scopes: a
  client secret: set
  refresh token: set
Understood:
  client_id      client id
  client_secret  client secret
  refresh_token  a refresh token
  scopes         scopes
  service        the preset `google`
Not taken over:
  token  access tokens are not imported: a refresh gets a new one
Secrets, saved in the vault only: client secret, refresh token
Saved as the profile `g`. Next: tokenwright token g
";
    assert_eq!(told.stderr, expected);
    let text = other.database().profile("g").expect("a profile");
    assert!(text.contains("service = \"google\"") && !text.contains("google-secret"), "{text}");
}

#[test]
fn shared_profiles_are_shown_and_kept_only_with_a_yes() {
    let (program, other, practice) = machines();
    sign_in(&program, &practice, "beta");
    let text = program.run(&["share", "acme", "beta"]).done();
    let told = other.run_with_input(&["import", "-"], &text).failed(2);
    let expected = "\
standard input: shared profiles
  acme: Steady service
    you must supply: Client secret, where there is one
    you must supply: a sign-in of their own
  beta: Steady service
    you must supply: Client secret, where there is one
    you must supply: a sign-in of their own
error: nothing was saved
hint: to save them, repeat with `--yes`
";
    assert_eq!(told, expected);
    assert_eq!(other.run(&["list", "--json"]).json(), serde_json::json!([]));
    let kept = other.run_with_input(&["import", "-", "--yes"], &text);
    assert!(kept.stderr.contains("Saved as the profile `acme`\nSaved as the profile `beta`\n"), "{}", kept.stderr);
    assert_eq!(other.run(&["list", "--json"]).json().as_array().map(Vec::len), Some(2));
    // Both are here now: nothing is replaced unless that is asked for.
    let again = other.run_with_input(&["import", "-", "--yes"], &text).failed(2);
    assert!(again.contains("acme: not replaced; `--overwrite` replaces it\n"), "{again}");
    assert!(again.contains("error: `standard input`: no profile can be saved\n"), "{again}");
    other.run_with_input(&["import", "-", "--yes", "--overwrite"], &text).done();
    let one = other.run_with_input(&["import", "-", "--yes", "--pick", "2", "--profile", "gamma"], &text);
    assert!(one.stderr.contains("Saved as the profile `gamma`\n"), "{}", one.stderr);
}

#[test]
fn profiles_with_their_secrets_come_locked_and_are_refreshed_where_they_are_opened() {
    let (program, other, _practice) = machines();
    let program = program.with_env("TOKENWRIGHT_SHARE_PASSPHRASE", "a passphrase of both");
    let text = program.run(&["share", "acme", "--with-secrets"]).done();
    let closed = other.run_with_input(&["import", "-", "--yes"], &text).failed(2);
    assert_eq!(
        closed,
        "error: `standard input` is encrypted, and there is no passphrase or identity\n\
         hint: set `TOKENWRIGHT_SHARE_PASSPHRASE`, or add `--identity FILE` with an age identity\n"
    );
    let other = other.with_env("TOKENWRIGHT_SHARE_PASSPHRASE", "another");
    let refused = other.run_with_input(&["import", "-", "--yes"], &text).failed(2);
    assert!(
        refused.starts_with("error: the text cannot be opened with this key, or was changed on the way\n"),
        "{refused}"
    );
    let other = other.with_env("TOKENWRIGHT_SHARE_PASSPHRASE", "a passphrase of both");
    let kept = other.run_with_input(&["import", "-", "--yes"], &text);
    let secrets = "Secrets, saved in the vault only: client secret, refresh token\n";
    assert!(kept.stderr.contains(secrets), "{}", kept.stderr);
    assert_ne!(token(&other, "acme"), token(&program, "acme"));
}

#[test]
fn an_identity_opens_what_was_locked_for_its_recipient() {
    let (program, other, _practice) = machines();
    let identity = age_identity();
    let text = program.run(&["share", "acme", "--with-secrets", "--recipient", &identity.0]).done();
    let file = other.home().join("key.txt");
    fs::write(&file, format!("# made up\n{}\n", identity.1)).expect("a file of our own");
    let path = file.display().to_string();
    other.run_with_input(&["import", "-", "--yes", "--identity", &path], &text).done();
    assert_ne!(token(&other, "acme"), token(&program, "acme"));
    let missing = other.run_with_input(&["import", "-", "--yes", "--identity", "nowhere"], &text).failed(2);
    assert!(missing.starts_with("error: the identity file `nowhere` does not exist\n"), "{missing}");
}

/// A recipient and its identity, made for this run.
fn age_identity() -> (String, String) {
    let identity = age::x25519::Identity::generate();
    let text = age::secrecy::ExposeSecret::expose_secret(&identity.to_string()).to_owned();
    (identity.to_public().to_string(), text)
}
