//! Members of a team.

use serde_json::Value;

use crate::support::tokenwright::Tokenwright;

/// Asks to be let in, and is let in.
pub fn join(founder: &Tokenwright, machine: &Tokenwright, url: &str, name: &str) {
    machine.run(&["team", "join", url, "--as", name]).done();
    admit(founder, machine, name);
}

/// Lets in a machine that asks under this name.
pub fn admit(member: &Tokenwright, machine: &Tokenwright, name: &str) {
    let key = status(machine)["key"].as_str().expect("a fingerprint").to_owned();
    member.run(&["team", "admit", name, "--fingerprint", &key]).done();
}

pub fn status(machine: &Tokenwright) -> Value {
    machine.run(&["team", "status", "--json"]).json()
}
