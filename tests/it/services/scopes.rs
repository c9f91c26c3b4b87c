//! Granted scopes in the spelling of the service.

use serde_json::json;

use crate::services::scripted::{bent, program, reply, service, sign_in};
use crate::support::tokenwright::Tokenwright;

fn words(preset: &str, asked: &[&str], granted: &str) -> String {
    let service = service(vec![reply(&json!({ "scope": granted }))]);
    let program = match preset {
        "scripted" => program(&service, ""),
        _ => Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", "made-up"),
    };
    let named = if preset == "scripted" { "scripted" } else { "bent" };
    if named == "bent" {
        bent(&program, &service, preset, "");
    }
    let asked: Vec<&str> = asked.iter().flat_map(|scope| ["--scope", scope]).collect();
    let finished = sign_in(&program, named, &asked);
    let words = finished.stderr.clone();
    finished.done();
    words
}

#[test]
fn what_was_granted_under_another_name_is_not_told_as_missing() {
    const FULL: &str =
        "openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile";
    for (preset, asked, granted) in [
        ("google", &["openid", "email", "profile"][..], FULL),
        ("gmail", &["email"], FULL),
        ("microsoft", &["offline_access", "https://graph.microsoft.com/User.Read"], "openid profile User.Read email"),
        ("microsoft", &["user.read", "offline_access"], "https://graph.microsoft.com/User.Read"),
        ("scripted", &["chat:write", "search:read"], "search:read,chat:write"),
        ("scripted", &["a", "offline_access"], "a"),
    ] {
        let words = words(preset, asked, granted);
        assert!(!words.contains("Not granted"), "{preset} {granted}: {words}");
    }
}

#[test]
fn what_was_not_granted_is_told() {
    let told = words("scripted", &["a", "b", "C"], "a c");
    assert!(told.contains("Not granted: b C\n"), "{told}");
    let told = words("microsoft", &["https://graph.microsoft.com/Mail.Read"], "User.Read");
    assert!(told.contains("Not granted: https://graph.microsoft.com/Mail.Read\n"), "{told}");
}
