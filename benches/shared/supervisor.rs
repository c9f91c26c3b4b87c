//! Runs the figures in a process of its own, and leaves nothing behind however that ends: by a signal, a panic or well.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process};
use tokio::signal::unix::{SignalKind, signal};

use crate::links;
use crate::machines::until;

/// Tells the process that measures where all of its folders are.
const ROOT: &str = "TOKENWRIGHT_BENCH_ROOT";

/// Whether this process is the one that measures.
pub fn is_supervised() -> bool {
    std::env::var_os(ROOT).is_some()
}

/// Starts this program once more and waits for it, or for a signal that ends both.
pub fn supervise() -> ExitCode {
    let root = tempfile::Builder::new().prefix("twb").tempdir().expect("a temporary folder");
    // PostgreSQL runs as a user of its own if this is root.
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).expect("ours");
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(std::env::args_os().skip(1)).env("TMPDIR", root.path()).env(ROOT, root.path()).process_group(0);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (code, group) = runtime.block_on(async {
        let mut signals = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()]
            .map(|kind| signal(kind).expect("a signal"));
        let [interrupt, terminate, hangup] = &mut signals;
        let mut child = tokio::process::Command::from(command).spawn().expect("this program starts");
        let group = child.id();
        let code = tokio::select! {
            status = child.wait() => status.ok().and_then(|status| status.code()).unwrap_or(1),
            _ = interrupt.recv() => 130,
            _ = terminate.recv() => 143,
            _ = hangup.recv() => 129,
        };
        (code, group)
    });
    let group = group.and_then(|group| i32::try_from(group).ok()).and_then(Pid::from_raw);
    if let Some(group) = group {
        let _ = kill_process_group(group, Signal::KILL);
        links::remove_all_of(group.as_raw_nonzero().get());
    }
    for data in servers(root.path()) {
        stop(&data);
    }
    if let Err(error) = root.close() {
        println!("a folder is left: {error}");
    }
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

/// The folders with the data of the servers that were left running.
fn servers(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut found = Vec::new();
    for path in entries.filter(|path| path.is_dir()) {
        if path.join("postmaster.pid").exists() {
            found.push(path);
        } else {
            found.extend(servers(&path));
        }
    }
    found
}

/// Ends a server at once; what it has is thrown away.
fn stop(data: &Path) {
    let text = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    let Some(server) = text.lines().next().and_then(|pid| pid.trim().parse().ok()).and_then(Pid::from_raw) else {
        return;
    };
    // Another process may have the number by now.
    let said = fs::read(format!("/proc/{}/cmdline", server.as_raw_nonzero())).unwrap_or_default();
    if String::from_utf8_lossy(&said).contains(&*data.to_string_lossy()) {
        let _ = kill_process(server, Signal::QUIT);
        until(Duration::from_secs(10), || test_kill_process(server).is_err());
    }
}
