//! What is saved survives a power cut: whatever is written is flushed before a refresh token is spent and before the program
//! ends; a file is flushed before it gets its name, and its folder before anything else happens. `strace` shows the order of the calls.

#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::http::browser;
use crate::support::process::Process;
use crate::support::renewed::{add_preset, service, signed_in, tokens};
use crate::support::tokenwright::Tokenwright;

const CALLS: &str = "trace=write,writev,pwrite64,sendto,sendmsg,fsync,fdatasync,rename,renameat,renameat2";

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
fn a_sign_in_flushes_all_that_it_writes_before_it_ends() {
    let service = service(30, |_, _| tokens("second", 3600));
    let program = Tokenwright::with_vault();
    add_preset(&program, &service, "");
    let task = ["sign-in", "demo", "--service", "scripted", "--client-id", "it", "--browser", browser()];
    // What the browser sends is not ordered with what is saved.
    let steps = traced(&program, &task, None);
    check(&steps);
    assert!(writes(&steps, &log(&program)) > 0, "nothing was written to the log: {steps:#?}");
}

#[test]
#[ignore = "needs strace"]
fn a_refresh_flushes_its_note_before_it_spends_the_token_and_the_tokens_after() {
    let service = service(30, |_, _| tokens("second", 3600));
    let program = signed_in(&service, "");
    // The first one sets room aside on the disk, for all that follow.
    assert!(
        check(&traced(&program, &["refresh", "demo"], None)).contains(&program.database().folder().join("reserve"))
    );
    let port = service.url().rsplit(':').next().expect("a port").to_owned();
    let steps = traced(&program, &["refresh", "demo"], Some(&port));
    check(&steps);
    let sent = steps.iter().position(|step| matches!(step, Step::Send)).expect("a request");
    assert!(writes(&steps[..sent], &log(&program)) > 0, "no note before the token was spent: {steps:#?}");
    assert!(writes(&steps[sent..], &log(&program)) > 0, "the new tokens were not written: {steps:#?}");
    let flushes = steps.iter().filter(|step| matches!(step, Step::Flush(_))).count();
    assert!(flushes <= 3, "the note, the tokens, and the folder once: {steps:#?}");
}

#[test]
#[ignore = "needs strace"]
fn a_refresh_by_the_agent_flushes_twice() {
    // What it gives is never as long-lived as asked, so each question is a refresh.
    let service = service(30, |_, _| tokens("second", 30));
    let program = signed_in(&service, "");
    let record = program.home().join("trace");
    let mut agent = Process::start(&mut strace(&program, &["agent"], &record));
    agent.line_with("The agent listens on ");
    for _ in 0..5 {
        program.run(&["token", "demo", "--min-valid", "5m"]).done();
    }
    program.run(&["agent", "stop"]).done();
    agent.finish().done();
    let port = service.url().rsplit(':').next().expect("a port").to_owned();
    let steps = recorded(&program, &record, Some(&port));
    check(&steps);
    let flushes = |between: &[Step]| between.iter().filter(|step| matches!(step, Step::Flush(_))).count();
    let between: Vec<usize> = steps.split(|step| matches!(step, Step::Send)).map(flushes).collect();
    // The tokens of one refresh and the note of the next. Before the first there is more: room set aside, and the folder.
    let between = between[1..between.len() - 1].iter().filter(|flushes| **flushes > 0).copied().collect::<Vec<_>>();
    assert_eq!(between, [2; 4], "{steps:#?}");
}

/// SQLite's log, which a commit is in once it is flushed.
fn log(program: &Tokenwright) -> PathBuf {
    program.database().folder().join("profiles.db-wal")
}

fn writes(steps: &[Step], file: &Path) -> usize {
    steps.iter().filter(|step| matches!(step, Step::Write(path) if path == file)).count()
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
                folders.insert(to.parent().expect("a folder"));
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
    let record = program.home().join("trace");
    Process::start(&mut strace(program, task, &record)).finish().done();
    recorded(program, &record, port)
}

/// A command whose calls are recorded in this file.
fn strace(program: &Tokenwright, task: &[&str], record: &Path) -> Command {
    let command = program.command(task);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-yy", "-s", "0", "-e", "signal=none", "-e", CALLS, "-o"]).arg(record);
    strace.arg(command.get_program()).args(command.get_args()).current_dir(program.home()).env_clear();
    strace.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    strace
}

fn recorded(program: &Tokenwright, record: &Path, port: Option<&str>) -> Vec<Step> {
    let text = fs::read_to_string(record).expect("the trace");
    whole_calls(&text).iter().filter_map(|call| step(call, &program.data(), port)).collect()
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
    // A descriptor stands before what it is of: `5</home/profiles.db-wal>`, `9<TCP:[127.0.0.1:1->127.0.0.1:2]>`.
    let file = arguments.split_once('<')?.1;
    if file.starts_with("TCP:[") {
        let peer = file.split_once("->")?.1.split_once(']')?.0;
        return port.is_some_and(|port| peer.ends_with(&format!(":{port}"))).then_some(Step::Send);
    }
    let path = PathBuf::from(file.split_once('>')?.0);
    let is_flush = matches!(name, "fsync" | "fdatasync");
    // What connections share is made anew after a crash, and the mark in the file of a lease may stay behind.
    let may_be_lost =
        path.to_string_lossy().ends_with("-shm") || path.parent().is_some_and(|at| at.ends_with("leases"));
    // The log of calls is never flushed, and nobody waits for it.
    let is_logged = !is_flush && path.parent().is_some_and(|at| at.ends_with("calls"));
    if !path.starts_with(home) || may_be_lost || is_logged {
        return None;
    }
    Some(if is_flush { Step::Flush(path) } else { Step::Write(path) })
}
