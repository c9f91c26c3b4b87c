//! Opens the browser on the authorization URL, without a shell. The URL never appears in an error, since it holds the `state`.

use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;

use thiserror::Error;

use crate::child;
use crate::diagnosis::{Diagnose, Diagnosis};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Browser {
    /// The system's default browser.
    #[default]
    System,
    /// A command line such as `firefox --private-window %s`, split at spaces outside `'…'` and `"…"`; no shell sees it. The URL
    /// replaces `%s`, or is added as the last argument.
    Command(String),
    /// The person opens the URL.
    None,
}

impl Browser {
    /// Whether it can be read; not whether it can be started.
    pub fn check(&self) -> Result<(), OpenError> {
        match self {
            Self::Command(line) => arguments(line, "").map(drop),
            Self::System | Self::None => Ok(()),
        }
    }
}

#[derive(Debug, Error)]
pub enum OpenError {
    /// A `file:` URL or an application's own scheme would start something else.
    #[error("the address is not an `http` or `https` URL")]
    NotWeb,
    /// No opener, or it failed. Its message is left out because it repeats the URL.
    #[error("the system could not open a browser ({0})")]
    System(io::ErrorKind),
    /// The person's own choice of browser cannot be read.
    #[error("{}", .0.summary)]
    Settings(Box<Diagnosis>),
    #[error("the browser command is empty")]
    EmptyCommand,
    #[error("the browser command has an unclosed {0} quote")]
    UnclosedQuote(char),
    #[error("the browser command `{program}` failed ({status})")]
    Failed { program: String, status: ExitStatus },
    #[error("cannot start the browser `{program}`: {source}")]
    Start {
        program: String,
        #[source]
        source: io::Error,
    },
}

impl Diagnose for OpenError {
    fn diagnose(&self) -> Diagnosis {
        let hint = match self {
            Self::Settings(told) => return (**told).clone(),
            Self::NotWeb => "correct the authorization URL of the service",
            Self::EmptyCommand | Self::UnclosedQuote(_) => "write it as `firefox --private-window %s`",
            Self::System(_) | Self::Start { .. } | Self::Failed { .. } => {
                "copy the URL and open it in a browser yourself"
            }
        };
        Diagnosis::new(self.to_string()).hint(hint)
    }
}

/// The process that was started to show a URL.
#[derive(Debug, Default)]
pub struct Launched {
    started: Option<(String, Child)>,
    by_command: bool,
}

impl Launched {
    /// Whether it may be the browser itself, not an opener of the system.
    pub fn may_be_the_browser(&self) -> bool {
        self.by_command && self.started.is_some()
    }

    /// Blocks until the process ends, perhaps with the browser; returns its error, if any.
    pub fn failure(mut self) -> Option<OpenError> {
        let (program, mut child) = self.started.take()?;
        let status = child.wait().ok()?;
        (!status.success()).then_some(OpenError::Failed { program, status })
    }
}

impl Drop for Launched {
    /// A thread waits for the child, so that no zombie stays.
    fn drop(&mut self) {
        if let Some((_, mut child)) = self.started.take() {
            let _ = thread::Builder::new().name("browser-wait".to_owned()).spawn(move || child.wait());
        }
    }
}

/// Blocks for up to some hundred milliseconds: not for an async thread. Success only means that a process started (see
/// [`Launched::failure`]), so always show the URL as well.
pub fn open(browser: &Browser, url: &str) -> Result<Launched, OpenError> {
    // A URL never begins with `-`, so it cannot be taken for an option either.
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(OpenError::NotWeb);
    }
    match browser {
        Browser::System => of_system(url),
        Browser::Command(line) => start(arguments(line, url)?),
        Browser::None => Ok(Launched::default()),
    }
}

/// Shows a folder in the file manager of the desktop.
pub fn show_folder(folder: &Path) -> Result<Launched, OpenError> {
    // An absolute path cannot be taken for an option.
    match folder.to_str().filter(|_| folder.is_absolute()) {
        Some(folder) => of_system(folder),
        None => Err(OpenError::System(io::ErrorKind::InvalidFilename)),
    }
}

/// Starts the first of the system's openers that exists.
fn of_system(url: &str) -> Result<Launched, OpenError> {
    let mut kind = io::ErrorKind::NotFound;
    for command in child::openers(url) {
        let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
        match spawn(command) {
            Ok(child) => return Ok(Launched { started: Some((program, child)), by_command: false }),
            Err(error) => kind = error.kind(),
        }
    }
    Err(OpenError::System(kind))
}

fn start(words: Vec<String>) -> Result<Launched, OpenError> {
    let mut words = words.into_iter();
    let program = words.next().ok_or(OpenError::EmptyCommand)?;
    let mut command = child::command(&program);
    command.args(words);
    match spawn(command) {
        Ok(child) => Ok(Launched { started: Some((program, child)), by_command: true }),
        Err(source) => Err(OpenError::Start { program, source }),
    }
}

fn spawn(mut command: Command) -> io::Result<Child> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    apart(&mut command);
    command.spawn()
}

/// Keeps Ctrl-C in the terminal from ending the browser.
#[cfg(unix)]
fn apart(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(not(unix))]
fn apart(_command: &mut Command) {}

/// The command's words, with the URL in place.
fn arguments(line: &str, url: &str) -> Result<Vec<String>, OpenError> {
    let mut words = child::words(line).map_err(OpenError::UnclosedQuote)?;
    if words.is_empty() {
        return Err(OpenError::EmptyCommand);
    }
    let mut placed = false;
    for word in words.iter_mut().skip(1) {
        if word.contains("%s") {
            *word = word.replace("%s", url);
            placed = true;
        }
    }
    if !placed {
        words.push(url.to_owned());
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://as.test/authorize?state=SECRET&a=%2F";

    fn check(line: &str, expected: &[&str]) {
        assert_eq!(arguments(line, URL).expect(line), expected, "{line}");
    }

    #[test]
    fn the_url_is_the_last_argument_or_stands_for_its_placeholder() {
        check("firefox", &["firefox", URL]);
        check("curl -sL", &["curl", "-sL", URL]);
        check("chromium --app=%s --x", &["chromium", &format!("--app={URL}"), "--x"]);
    }

    #[test]
    fn quotes_hold_words_together_and_backslashes_are_ordinary() {
        check(r#""C:\Program Files\b.exe" -P 'a b'c """#, &[r"C:\Program Files\b.exe", "-P", "a bc", "", URL]);
        assert!(matches!(arguments("a 'b", URL), Err(OpenError::UnclosedQuote('\''))));
        assert!(matches!(arguments("  ", URL), Err(OpenError::EmptyCommand)));
    }

    #[test]
    fn a_program_that_does_not_exist_is_named_and_the_url_is_not() {
        let error = open(&Browser::Command("no-such-browser-here".into()), URL).expect_err("no such program");
        assert!(error.to_string().starts_with("cannot start the browser `no-such-browser-here`: "), "{error}");
        assert!(!format!("{error:?}{error}{}", error.diagnose()).contains("SECRET"));
    }

    #[test]
    fn only_web_addresses_are_opened() {
        for url in ["file:///etc/passwd", "javascript:alert(1)", "-x", "calc.exe"] {
            assert!(matches!(open(&Browser::None, url), Err(OpenError::NotWeb)), "{url}");
        }
        assert!(open(&Browser::None, URL).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn a_command_that_fails_is_named_with_its_status_and_the_url_is_not() {
        let launched = open(&Browser::Command("sh -c 'exit 3'".into()), URL).expect("started");
        let error = launched.failure().expect("it failed");
        assert_eq!(error.to_string(), "the browser command `sh` failed (exit status: 3)");
        assert!(!format!("{error:?}{}", error.diagnose()).contains("SECRET"));
    }

    #[cfg(unix)]
    #[test]
    fn the_command_gets_the_url_as_one_argument() {
        let folder = tempfile::tempdir().expect("a folder");
        let (script, seen) = (folder.path().join("browser"), folder.path().join("seen"));
        std::fs::write(&script, "printf '%s\\n' \"$#\" \"$2\" > \"$1.part\" && mv \"$1.part\" \"$1\"\n")
            .expect("written");
        let line = format!("sh '{}' '{}'", script.display(), seen.display());
        let launched = open(&Browser::Command(line), URL).expect("started");
        assert!(launched.failure().is_none());
        assert_eq!(std::fs::read_to_string(seen).expect("read"), format!("2\n{URL}\n"));
    }
}
