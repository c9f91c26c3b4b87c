//! Readers that are Python libraries, each driven by a short script.

use crate::export::readers::machine::{Machine, python_script};

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn google_auth_refreshes_at_the_address_in_the_file() {
    let machine = Machine::new();
    machine.export("google-external", "a.json", &["--hand-over"]);
    machine.python("google_external.py", &["a.json", &machine.resource()]).done();
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn google_auth_reads_an_authorized_user() {
    let format = tokenwright::export::by_id("google-authorized-user").expect("a format");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.json");
    let text = format.write_snapshot(&crate::export::readers::values::google()).expect("written").text;
    std::fs::write(&file, text.expose()).expect("written");
    let script = python_script("google_user.py");
    let output =
        std::process::Command::new(crate::export::readers::machine::python("python")).arg(script).arg(&file).output();
    let output = output.expect("python");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim_end(),
        "at-1 rt-1 2026-11-21T03:00:00 ['a', 'b']",
        "{output:?}"
    );
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn requests_oauthlib_uses_the_token_and_refreshes_an_expired_one() {
    let machine = Machine::new();
    machine.export("requests-oauthlib", "a.json", &["--hand-over"]);
    let token_url = format!("http://127.0.0.1:{}/token", machine.practice.port());
    machine.python("oauthlib_session.py", &["a.json", &machine.resource(), &token_url]).done();
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn a_singer_tap_reads_its_settings_and_refreshes_with_them() {
    let machine = Machine::new();
    machine.export("singer", "a.json", &["--hand-over"]);
    let token_url = format!("http://127.0.0.1:{}/token", machine.practice.port());
    machine.python("singer_tap.py", &["a.json", &machine.resource(), &token_url]).done();
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn airbyte_checks_a_source_with_its_settings() {
    let machine = Machine::new();
    machine.export("airbyte", "a.json", &["--hand-over"]);
    let token_url = format!("http://127.0.0.1:{}/token", machine.practice.port());
    machine.python("airbyte_check.py", &["a.json", &machine.resource(), &token_url]).done();
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn the_secrets_manager_gives_back_what_it_was_given() {
    let machine = Machine::new();
    machine.export("aws-secret", "a.json", &[]);
    assert_eq!(machine.python("aws_secret.py", &["a.json", "access_token"]).done().trim_end(), machine.token());
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn the_clients_library_of_vault_writes_the_body_and_reads_it_back() {
    let machine = Machine::new();
    machine.export("vault-kv", "a.json", &[]);
    assert_eq!(machine.python("vault_kv.py", &["a.json", "access_token"]).done().trim_end(), machine.token());
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn a_calendar_is_read_with_every_character_of_its_names() {
    let machine = Machine::new();
    let called = "Müller; Söhne, \"東京\" \\ Straße der langen Namen, die über die Zeile hinausgehen 🔑";
    machine.program.run(&["display-name", "acme", called]).done();
    crate::command_line::calendar::state_secret_expiry(&machine.program, "acme", "2099-03-31");
    machine.program.run(&["calendar", "--ics", "ends.ics"]).done();
    let read = machine.python("calendar_events.py", &["ends.ics"]).done();
    let expected = format!(
        "acme.client-secret@tokenwright|2099-03-31T00:00:00+00:00|{called}: client secret ends|Practice service/The client \
         secret expires; nothing can be refreshed with it then./Create a new secret in the service's console, and enter \
         it.|-7,-1\n"
    );
    assert_eq!(read, expected);
}
