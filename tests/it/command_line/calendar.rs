//! `tokenwright calendar`: when what profiles depend on ends, as a list and as a file.

use std::fs;

use serde_json::{Value, json};

use crate::support::practice::Practice;
use crate::support::process::Process;
use crate::support::tokenwright::Tokenwright;

/// Writes in the text of a profile when the secret of its client expires, as a person does with `edit`.
pub fn state_secret_expiry(program: &Tokenwright, name: &str, date: &str) {
    let mut command = program.command(&["edit", name]);
    command.env("EDITOR", format!("sed -i -e '/^client_secret_expires/d' -e '1i client_secret_expires = {date}'"));
    Process::start(&mut command).finish().done();
}

fn kinds(listed: &Value) -> Vec<&str> {
    listed.as_array().expect("a list").iter().map(|line| line["kind"].as_str().expect("a kind")).collect()
}

#[test]
fn what_needs_a_person_is_listed_by_date_and_the_rest_on_request() {
    let program = Tokenwright::with_vault();
    assert_eq!(program.run(&["calendar", "--json"]).json(), json!([]));
    let practice = Practice::start_with(&program, &["no-refresh-token"]);
    practice.sign_in(&program, "acme");
    practice.sign_in(&program, "other");
    state_secret_expiry(&program, "acme", "2099-03-31");

    let listed = program.run(&["calendar", "--json"]).json();
    assert_eq!(kinds(&listed), ["access-token", "access-token", "client-secret"], "{listed}");
    let secret = &listed[2];
    assert_eq!((&secret["profile"], &secret["at"]), (&json!("acme"), &json!("2099-03-31T00:00:00Z")));
    assert_eq!((&secret["known_from"], &secret["renewed_by"]), (&json!("said"), &json!("person")));
    let soon = program.run(&["calendar", "--within", "30d", "--json"]).json();
    assert_eq!(kinds(&soon), ["access-token", "access-token"]);
    assert_eq!(kinds(&program.run(&["calendar", "acme", "--json"]).json()), ["access-token", "client-secret"]);
    let all = program.run(&["calendar", "other", "--all", "--json"]).json();
    assert_eq!(kinds(&all), ["access-token", "client-secret"]);
    assert_eq!((&all[1]["at"], &all[1]["known_from"]), (&json!(null), &json!(null)));

    let table = program.run(&["calendar"]).done();
    let rows: Vec<&str> = table.lines().collect();
    assert!(rows[0].starts_with("ENDS ") && rows[3].starts_with("2099-03-31 "), "{table}");
    assert!(
        rows[3].ends_with("acme     client secret  Create a new secret in the service's console, and enter it."),
        "{table}"
    );

    let told = program.run(&["calendar", "acne"]).failed(3);
    assert!(told.contains("did you mean `acme`?"), "{told}");
    program.run(&["calendar", "--within", "soon"]).failed(2);
}

#[test]
fn a_date_that_is_none_is_refused_where_it_is_typed() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "acme");
    let mut command = program.command(&["edit", "acme"]);
    command.env("EDITOR", "sed -i '1i client_secret_expires = \"soon\"'");
    let told = Process::start(&mut command).finish();
    assert!(told.stderr.contains("line 1, key `client_secret_expires`: `soon` is not a date"), "{}", told.stderr);
}

#[test]
fn the_file_of_a_calendar_is_written_anew_and_no_other_file_is_lost() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "acme");
    state_secret_expiry(&program, "acme", "2099-03-31");
    let path = program.home().join("ends.ics");
    let file = path.to_str().expect("UTF-8");

    let told = program.run(&["calendar", "--ics", file]).done();
    assert_eq!(told, format!("{file}: 1 event\n"));
    let first = fs::read_to_string(&path).expect("written");
    assert!(first.contains("UID:acme.client-secret@tokenwright\r\n"), "{first}");
    assert!(first.contains("DTSTART:20990331T000000Z\r\n") && first.ends_with("END:VCALENDAR\r\n"), "{first}");
    let printed = program.run(&["calendar", "--ics"]).done();
    let same = |text: &str| {
        text.lines()
            .filter(|line| line.starts_with("DTSTART") || line.starts_with("UID"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(same(&printed), same(&first));
    for secret in ["practice-at-", "practice-rt-", "practice-secret"] {
        assert!(!first.contains(secret), "{first}");
    }

    assert_eq!(program.run(&["calendar", "--all", "--ics", file]).done(), format!("{file}: 2 events\n"));
    fs::write(&path, "my own calendar").expect("written");
    let told = program.run(&["calendar", "--ics", file]).failed(2);
    assert!(told.contains("`--overwrite`"), "{told}");
    assert_eq!(fs::read_to_string(&path).expect("there"), "my own calendar");
    program.run(&["calendar", "--ics", file, "--overwrite"]).done();
    assert!(fs::read_to_string(&path).expect("there").starts_with("BEGIN:VCALENDAR\r\n"));
}
