//! What is saved survives a power cut: a file is written and flushed before it gets its name, its folder is flushed before
//! anything else happens, and all of that is done before a refresh token is spent. `strace` shows the order of the calls.

#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::http::browser;
use crate::support::renewed::{add_preset, service, signed_in, tokens};
use crate::support::tokenwright::Tokenwright;

const CALLS: &str = "trace=write,writev,pwrite64,sendto,sendmsg,fsync,fdatasync,rename,renameat,renameat2";

/// Names that need no flush of the folder: the record gets another one at once, or is there under its old name.
const PASSING: [&str; 2] = ["demo.next", "demo.previous"];

#[derive(Debug)]
enum Step {
    /// Bytes went into this file.
    Write(PathBuf),
    /// This file or folder was flushed.
    Flush(PathBuf),
    Rename(PathBuf, PathBuf),
    /// Bytes went to the service.
    Send,
}

#[test]
#[ignore = "needs strace"]
fn a_sign_in_flushes_each_file_before_it_gets_its_name_and_the_folder_after() {
    let service = service(30, |_, _| tokens("second", 3600));
    let program = Tokenwright::with_vault();
    add_preset(&program, &service, "");
    let task = ["sign-in", "demo", "--service", "scripted", "--client-id", "it", "--browser", browser()];
    // What the browser sends is not ordered with what is saved.
    let steps = traced(&program, &task, None);
    let named = check(&steps);
    for file in ["vault/vault.json", "vault/demo.sealed", "vault/.generations", "profiles/demo.toml"] {
        assert!(named.contains(&program.data().join(file)), "{file} was not written: {steps:#?}");
    }
}

#[test]
#[ignore = "needs strace"]
fn a_refresh_flushes_its_note_and_its_room_before_it_spends_the_token_and_the_record_after() {
    let service = service(30, |_, _| tokens("second", 3600));
    let program = signed_in(&service, "");
    let port = service.url().rsplit(':').next().expect("a port").to_owned();
    let steps = traced(&program, &["refresh", "demo"], Some(&port));
    let named = check(&steps);
    let vault = program.data().join("vault");
    for file in ["demo.sealed", ".generations"] {
        assert!(named.contains(&vault.join(file)), "{file} was not written: {steps:#?}");
    }
    let before: Vec<&Step> = steps.iter().take_while(|step| !matches!(step, Step::Send)).collect();
    assert!(before.len() < steps.len(), "nothing was sent: {steps:#?}");
    let is_noted = |step: &&&Step| matches!(step, Step::Rename(_, to) if *to == vault.join("demo.in-flight"));
    assert!(before.iter().any(|step| is_noted(&step)), "no note before the token was spent: {before:#?}");
    let is_reserved = |step: &&&Step| matches!(step, Step::Flush(path) if *path == vault.join("demo.reserved"));
    assert!(before.iter().any(|step| is_reserved(&step)), "no room before the token was spent: {before:#?}");
}

/// Follows the steps, and returns the names that files have got.
fn check(steps: &[Step]) -> BTreeSet<PathBuf> {
    let (mut dirty, mut folders, mut named) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (at, step) in steps.iter().enumerate() {
        match step {
            Step::Flush(path) => {
                dirty.remove(path.as_path());
                folders.remove(path.as_path());
                continue;
            }
            _ => assert!(folders.is_empty(), "{folders:?} not flushed before step {at}: {steps:#?}"),
        }
        match step {
            Step::Write(path) => drop(dirty.insert(path.as_path())),
            Step::Rename(from, to) => {
                assert!(
                    !dirty.contains(from.as_path()),
                    "{} is not flushed before step {at}: {steps:#?}",
                    from.display()
                );
                if !PASSING.iter().any(|name| to.ends_with(name)) {
                    folders.insert(to.parent().expect("a folder"));
                }
                named.insert(to.clone());
            }
            Step::Send => assert!(dirty.is_empty(), "{dirty:?} not flushed before step {at}: {steps:#?}"),
            Step::Flush(_) => {}
        }
    }
    assert!(dirty.is_empty() && folders.is_empty(), "{dirty:?} {folders:?} never flushed: {steps:#?}");
    named
}

/// What a command does to the program's files, and what it sends to this port.
fn traced(program: &Tokenwright, task: &[&str], port: Option<&str>) -> Vec<Step> {
    let (home, record) = (program.data(), program.home().join("trace"));
    let command = program.command(task);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-yy", "-s", "0", "-e", "signal=none", "-e", CALLS, "-o"]).arg(&record);
    strace.arg(command.get_program()).args(command.get_args()).current_dir(program.home()).env_clear();
    strace.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let ended = strace.output().expect("`strace` is missing; on Debian: apt-get install strace");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let text = fs::read_to_string(&record).expect("the trace");
    whole_calls(&text).iter().filter_map(|call| step(call, &home, port)).collect()
}

/// The calls in the order in which they ended. One that another thread interrupted is in two lines.
fn whole_calls(text: &str) -> Vec<String> {
    let mut begun: Vec<(&str, &str)> = Vec::new();
    let mut calls = Vec::new();
    for line in text.lines() {
        let (thread, call) = line.split_once(' ').expect("a thread and a call");
        let call = call.trim_start();
        if let Some(begin) = call.strip_suffix("<unfinished ...>") {
            begun.push((thread, begin));
        } else if let Some((_, end)) = call.strip_prefix("<... ").and_then(|call| call.split_once("resumed>")) {
            let place = begun.iter().position(|(other, _)| *other == thread).expect("it was begun");
            calls.push(format!("{}{end}", begun.remove(place).1));
        } else {
            calls.push(call.to_owned());
        }
    }
    calls
}

fn step(call: &str, home: &Path, port: Option<&str>) -> Option<Step> {
    let (name, arguments) = call.split_once('(')?;
    if call.contains(") = -1 ") {
        return None;
    }
    if name.starts_with("rename") {
        let mut paths = arguments.split('"').skip(1).step_by(2).map(PathBuf::from);
        let (from, to) = (paths.next()?, paths.next()?);
        return to.starts_with(home).then_some(Step::Rename(from, to));
    }
    // A descriptor stands before what it is of: `5</home/demo.next>`, `9<TCP:[127.0.0.1:1->127.0.0.1:2]>`.
    let file = arguments.split_once('<')?.1;
    if file.starts_with("TCP:[") {
        let peer = file.split_once("->")?.1.split_once(']')?.0;
        return port.is_some_and(|port| peer.ends_with(&format!(":{port}"))).then_some(Step::Send);
    }
    let path = PathBuf::from(file.split_once('>')?.0);
    let is_flush = matches!(name, "fsync" | "fdatasync");
    if !path.starts_with(home) {
        return None;
    }
    Some(if is_flush { Step::Flush(path) } else { Step::Write(path) })
}
