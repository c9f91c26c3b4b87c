//! The access token of a profile whose refresh token is dead.

use serde_json::json;

use crate::services::scripted::{program, reply, sign_in};
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

/// Signed in, and the refresh token refused since.
fn refused() -> (Scripted, Tokenwright) {
    let service = Scripted::start(|asked, earlier| match (asked.path.as_str(), earlier) {
        ("/authorize", _) => asked.grant("a-code"),
        ("/token", 0) => Answer::json(200, &reply(&json!({}))),
        _ => Answer::json(400, &json!({ "error": "invalid_grant" })),
    });
    let program = program(&service, "");
    sign_in(&program, "scripted", &[]).done();
    program.run(&["refresh", "demo"]).failed(3);
    (service, program)
}

#[test]
fn it_is_handed_out_with_a_warning_while_it_lives() {
    let (_service, program) = refused();
    let told = |arguments: &[&str]| {
        let finished = program.run_with_input(arguments, "protocol=https\nhost=git.test\n\n");
        let words = finished.stderr.clone();
        assert!(words.contains("warning: the profile `demo` needs a new sign-in since "), "{arguments:?}: {words}");
        assert!(words.contains("may be revoked as well"), "{arguments:?}: {words}");
        finished.done()
    };
    assert_eq!(told(&["token", "demo"]), "at-1\n");
    told(&["token", "demo", "--header"]);
    told(&["export", "demo", "--format", "header"]);
    told(&["exec", "demo", "--", "true"]);
    told(&["git-credential", "demo", "get"]);
}

#[test]
fn one_that_must_be_valid_for_longer_than_it_lives_is_refused() {
    let (service, program) = refused();
    let calls = service.asked("/token").len();
    let words = program.run(&["token", "demo", "--min-valid", "2h"]).failed(3);
    assert!(words.contains("error: the profile `demo` needs a new sign-in since "), "{words}");
    assert_eq!(service.asked("/token").len(), calls, "a dead refresh token is not asked with again");
}
