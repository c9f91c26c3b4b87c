//! A child process whose output can be awaited, and which ends with its value.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::PATIENCE;

/// What a process left behind.
#[derive(Debug, PartialEq, Eq)]
pub struct Finished {
    /// The exit code; -1 when a signal ended it.
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Finished {
    /// Its output, after it did what was asked.
    #[track_caller]
    pub fn done(self) -> String {
        assert_eq!(self.code, 0, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self.stdout
    }

    /// What it said of its failure, which is all that it said.
    #[track_caller]
    pub fn failed(self, code: i32) -> String {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        assert_eq!(self.stdout, "", "results go to standard output, and there is none\nstderr: {}", self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self.stderr
    }

    /// Its output as JSON.
    #[track_caller]
    pub fn json(self) -> serde_json::Value {
        let stdout = self.done();
        serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}"))
    }
}

/// A running process.
#[derive(Debug)]
pub struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<(Stream, String)>,
    stdout: String,
    stderr: String,
    what: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stream {
    Out,
    Err,
}

impl Process {
    /// Starts the command, with its input and both outputs in our hands.
    pub fn start(command: &mut Command) -> Self {
        let what = format!("{command:?}");
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{what}: {error}"));
        let (sender, lines) = channel();
        forward(child.stdout.take().expect("a piped output"), Stream::Out, sender.clone());
        forward(child.stderr.take().expect("a piped output"), Stream::Err, sender);
        let stdin = child.stdin.take();
        Self { child, stdin, lines, stdout: String::new(), stderr: String::new(), what }
    }

    /// Types text to the process. It may have ended already; what it left behind says why.
    pub fn type_text(&mut self, text: &str) {
        if let Some(stdin) = &mut self.stdin {
            let _ = stdin.write_all(text.as_bytes()).and_then(|()| stdin.flush());
        }
    }

    /// Says that no more input follows.
    pub fn end_input(&mut self) {
        self.stdin = None;
    }

    /// Waits for a line, on either output, that holds the text, and returns it without its line break.
    pub fn line_with(&mut self, text: &str) -> String {
        let until = Instant::now() + PATIENCE;
        while let Some((_, line)) = self.next_line(until) {
            if line.contains(text) {
                return line.trim_end_matches('\n').to_owned();
            }
        }
        panic!("{} ended without a line with {text:?}\nstdout: {}\nstderr: {}", self.what, self.stdout, self.stderr);
    }

    /// The same, for a process that may hang: `None` if no such line came within this time.
    pub fn line_within(&mut self, text: &str, time: Duration) -> Option<String> {
        let until = Instant::now() + time;
        loop {
            let (stream, line) = self.lines.recv_timeout(until.saturating_duration_since(Instant::now())).ok()?;
            self.keep(stream, &line);
            if line.contains(text) {
                return Some(line.trim_end_matches('\n').to_owned());
            }
        }
    }

    /// Ends the input and waits for the process to end by itself.
    pub fn finish(mut self) -> Finished {
        self.end_input();
        let until = Instant::now() + PATIENCE;
        while self.next_line(until).is_some() {}
        let status = self.child.wait().expect("a child to wait for");
        let (stdout, stderr) = (std::mem::take(&mut self.stdout), std::mem::take(&mut self.stderr));
        Finished { code: status.code().unwrap_or(-1), stdout, stderr }
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// Asks it to end, so that it ends what it has started, and waits until it has.
    pub fn end(&mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.id().to_string()]).status();
        let until = Instant::now() + PATIENCE;
        while asked.is_ok() && !self.has_ended() && Instant::now() < until {
            // waits: the end of a process gives no sign that could be awaited for a while only
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// What it wrote to its error output so far, as far as it was waited for.
    pub fn stderr(&self) -> &str {
        &self.stderr
    }

    /// The number that the system gave it.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn keep(&mut self, stream: Stream, line: &str) {
        let kept = if stream == Stream::Out { &mut self.stdout } else { &mut self.stderr };
        kept.push_str(line);
    }

    /// The next line; nothing when both outputs are closed.
    fn next_line(&mut self, until: Instant) -> Option<(Stream, String)> {
        match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok((stream, line)) => {
                self.keep(stream, &line);
                Some((stream, line))
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => {
                panic!("{} took too long\nstdout: {}\nstderr: {}", self.what, self.stdout, self.stderr)
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended already, or is to end now: neither call can fail in a way that matters.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command that gets this signal when this program ends, however it ends: nothing of a killed test stays behind. It is to be
/// started and dropped by one thread.
pub fn tied(signal: &str, program: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", signal, "--", program]);
    command
}

/// This test program once more, to run one test in a process of its own. `module` is the caller's `module_path!()`.
pub fn one_test(module: &str, test: &str) -> Command {
    let (_, module) = module.split_once("::").expect("a module below the test program");
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", &format!("{module}::{test}"), "--include-ignored", "--nocapture"]);
    command
}

fn forward(from: impl Read + Send + 'static, stream: Stream, sender: Sender<(Stream, String)>) {
    thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        while from.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            let text = String::from_utf8_lossy(&line).into_owned();
            line.clear();
            if sender.send((stream, text)).is_err() {
                break;
            }
        }
    });
}
