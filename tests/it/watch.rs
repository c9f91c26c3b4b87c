//! What the agent tells of profiles: hooks hear once that one broke and once that it is well again.
#![cfg(unix)]

use std::fs;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};

use serde_json::{Value, json};
use tokenwright::practice::{CLIENT_ID, CLIENT_SECRET};

use crate::support::PATIENCE;
use crate::support::http::post;
use crate::support::practice::Practice;
use crate::support::process::Process;
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

/// A server that hears of events, answering the first ones with these statuses and all others with 204.
fn listener(first: &'static [u16]) -> (Scripted, Receiver<Value>) {
    let (heard, events) = channel();
    let heard = Mutex::new(heard);
    let server = Scripted::start(move |asked, earlier| {
        let (_, body) = asked.raw.split_once("\r\n\r\n").expect("a body");
        let event = serde_json::from_str(body).expect("JSON");
        heard.lock().expect("a sender").send(event).expect("the test goes on");
        Answer::text(first.get(earlier).copied().unwrap_or(204), "text/plain", "")
    });
    (server, events)
}

fn start_agent(program: &Tokenwright) -> Process {
    let mut agent = program.start(&["agent"]);
    agent.line_with("The agent listens on ");
    agent
}

fn stop(program: &Tokenwright, agent: Process) -> String {
    program.run(&["agent", "stop"]).done();
    agent.finish().stderr
}

#[test]
fn hooks_hear_once_that_a_profile_broke_and_once_that_it_is_well_whatever_is_restarted() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "acme");
    practice.sign_in(&program, "other");
    let port = practice.port().to_owned();
    let (server, events) = listener(&[]);
    let script = "cat >> \"$HOME/heard\"; echo >> \"$HOME/heard\"; env > \"$HOME/environment\"";
    let hooks = format!("[hooks]\ncommand = ['sh', '-c', '{script}']\npost = '{}/hook'\n", server.url());
    fs::write(program.data().join("settings.toml"), hooks).expect("written");
    let agent = start_agent(&program);

    drop(practice);
    let practice = Practice::start_at(&program, &port, &["dead-refresh-token"]);
    program.run(&["refresh", "acme"]).failed(3);
    let broken = events.recv_timeout(PATIENCE).expect("it is told");
    let told = |event: &Value| [event["profile"].clone(), event["state"].clone(), event["code"].clone()];
    assert_eq!(told(&broken), [json!("acme"), json!("broken"), json!("sign-in-needed")]);
    assert_eq!(broken["service"], "Practice service");

    // Neither another start nor another failure is news.
    stop(&program, agent);
    let agent = start_agent(&program);
    program.run(&["refresh", "acme"]).failed(3);
    drop(practice);
    let practice = Practice::start_at(&program, &port, &[]);
    practice.sign_in(&program, "acme");
    let well = events.recv_timeout(PATIENCE).expect("it is told");
    assert_eq!(told(&well), [json!("acme"), json!("well"), json!("sign-in-needed")]);
    assert_eq!(well["since"], broken["since"]);
    let said = stop(&program, agent);
    assert!(!said.contains("hook"), "{said}");

    let heard = fs::read_to_string(program.home().join("heard")).expect("the command ran");
    assert_eq!(heard, format!("{broken}\n{well}\n"));
    assert!(!heard.contains("practice-rt-") && !heard.contains("practice-at-"), "{heard}");
    let environment = fs::read_to_string(program.home().join("environment")).expect("the command ran");
    assert!(!environment.contains("PASSPHRASE"), "{environment}");
    assert_eq!(events.try_iter().count(), 0);
}

#[test]
fn an_address_elsewhere_without_encryption_hears_nothing_and_the_agent_goes_on() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "acme");
    let port = practice.port().to_owned();
    drop(practice);
    let _practice = Practice::start_at(&program, &port, &["dead-refresh-token"]);
    fs::write(program.data().join("settings.toml"), "[hooks]\npost = 'http://192.0.2.1/hook'\n").expect("written");
    let agent = start_agent(&program);
    program.run(&["refresh", "acme"]).failed(3);
    // It is called three times, minutes apart; meanwhile all else works.
    program.run(&["agent", "status"]).done();
    stop(&program, agent);
    let told = fs::read_to_string(program.data().join("watch/told.json")).unwrap_or_default();
    assert!(!told.contains("practice-"), "{told}");
}

#[test]
fn a_scheduled_check_calls_the_service_and_breaks_what_it_refuses() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    for name in ["acme", "other"] {
        practice.sign_in(&program, name);
    }
    let mut edit = program.command(&["edit", "acme"]);
    Process::start(edit.env("EDITOR", "sed -i '1i check_every = \"6h\"'")).finish().done();
    for name in ["acme", "other"] {
        let token = program.run(&["token", name]).done();
        let client = [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET), ("token", token.trim())];
        post(&format!("http://127.0.0.1:{}/revoke", practice.port()), &client);
    }
    let (server, events) = listener(&[500]);
    let hooks = format!("[hooks]\npost = '{}/hook'\n", server.url());
    fs::write(program.data().join("settings.toml"), hooks).expect("written");
    let agent = start_agent(&program);
    let broken = events.recv_timeout(PATIENCE).expect("it is told");
    assert_eq!([&broken["profile"], &broken["code"]], [&json!("acme"), &json!("check-failed")], "{broken}");
    // Its hook has failed once and hears of new tokens all the same; what is not to be checked was not.
    practice.sign_in(&program, "acme");
    let well = events.recv_timeout(PATIENCE).expect("it is told");
    assert_eq!([&well["profile"], &well["state"]], [&json!("acme"), &json!("well")], "{well}");
    let said = stop(&program, agent);
    assert!(!said.contains("practice-at-"), "{said}");
}

#[test]
fn a_check_by_hand_that_succeeds_ends_what_a_scheduled_one_found() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "acme");
    let mut edit = program.command(&["edit", "acme"]);
    Process::start(edit.env("EDITOR", "sed -i '1i check_every = \"6h\"'")).finish().done();
    let token = program.run(&["token", "acme"]).done();
    let client = [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET), ("token", token.trim())];
    post(&format!("http://127.0.0.1:{}/revoke", practice.port()), &client);
    let (server, events) = listener(&[]);
    let hooks = format!("[hooks]\npost = '{}/hook'\n", server.url());
    fs::write(program.data().join("settings.toml"), hooks).expect("written");
    let agent = start_agent(&program);
    events.recv_timeout(PATIENCE).expect("it is told");
    stop(&program, agent);
    let told = || fs::read_to_string(program.data().join("watch/told.json")).expect("a file");
    let marks = || told().matches("\"trouble\"").count();
    assert_eq!(marks(), 1, "{}", told());
    assert!(program.run(&["call", "acme"]).stderr.contains("401"));
    assert_eq!(marks(), 1, "it is as it was");
    program.run(&["refresh", "acme"]).done();
    program.run(&["call", "acme"]).done();
    assert_eq!(marks(), 0, "{}", told());
}
