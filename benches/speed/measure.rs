//! What is measured of a process, and how it is printed.

use std::fs;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

/// A process that ends with its value.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, or is to end now.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a process and waits for its first line.
pub fn first_line<R: BufRead>(command: &mut Command, output: impl Fn(&mut Child) -> Option<R>) -> (Running, String) {
    let mut child = Running(command.spawn().expect("a process"));
    let mut line = String::new();
    let mut reader = output(&mut child.0).expect("a piped output");
    reader.read_line(&mut line).expect("a line");
    assert!(!line.is_empty(), "{command:?} ended");
    // Read by nobody from now on; the little that is written fits in the pipe.
    std::mem::forget(reader);
    (child, line)
}

pub fn line(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    let (median, least, most) = (times[times.len() / 2], times[0], times[times.len() - 1]);
    println!("{what:58} {:>8.2} {:>8.2} {:>8.2}", milliseconds(median), milliseconds(least), milliseconds(most));
}

/// Resident and proportional memory of a process, now and at most, in MiB.
pub fn memory(what: &str, child: &Child) -> String {
    let (rollup, status) = (about(child, "smaps_rollup"), about(child, "status"));
    format!(
        "{what:58} RSS {:.1} MiB, PSS {:.1}, of it anonymous {:.1}; RSS at most {:.1}",
        field(&rollup, "Rss:"),
        field(&rollup, "Pss:"),
        field(&rollup, "Pss_Anon:"),
        field(&status, "VmHWM:"),
    )
}

/// Proportional memory of a process now, in MiB: what it shares with others counts by its share.
pub fn proportional(child: &Child) -> f64 {
    field(&about(child, "smaps_rollup"), "Pss:")
}

/// What the system tells of a process in this file.
fn about(child: &Child, file: &str) -> String {
    fs::read_to_string(format!("/proc/{}/{file}", child.id())).unwrap_or_default()
}

/// A field of such a file that is in KiB, in MiB.
fn field(text: &str, name: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse::<f64>().ok()).unwrap_or_default() / 1024.0
}

/// How often all threads of a process were put on a processor because something happened.
pub fn switches(child: &Child) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{}/task", child.id())).expect("a process");
    let of_task = |task: PathBuf| {
        let status = fs::read_to_string(task.join("status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")).unwrap_or_default();
        line.trim().parse::<u64>().unwrap_or_default()
    };
    tasks.filter_map(Result::ok).map(|task| of_task(task.path())).sum()
}

/// Seconds on a processor until now, all threads together.
pub fn processor(child: &Child) -> f64 {
    let text = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap_or_default();
    // After the name, which may hold blanks.
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: f64 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    ticks / 100.0
}

/// Memory of a process that has been idle for a while, and how often it woke up.
pub fn idle(what: &str, child: &Child) {
    // waits: threads that did something blocking stay for ten seconds, in case of more.
    std::thread::sleep(Duration::from_secs(12));
    println!("{}", memory(what, child));
    let before = switches(child);
    // waits: idleness has no event.
    std::thread::sleep(Duration::from_secs(20));
    println!("{:58} {:>8}", "its wake-ups in 20 s of idleness", switches(child) - before);
}

/// Where a program is installed; told if it is not.
pub fn installed(what: &str, program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file());
    if found.is_none() {
        println!("{what:58} not installed");
    }
    found
}

/// How many flushes `strace` has written down.
pub fn flushes(record: &Path) -> usize {
    let text = fs::read_to_string(record).expect("a record");
    text.lines().filter(|line| line.contains("sync(")).count()
}
