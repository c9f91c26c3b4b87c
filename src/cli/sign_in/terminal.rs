//! A sign-in at a terminal: prints progress and asks the person.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

use crate::app::{Answer, Ask, Choosing, Failure, FailureKind, Fetched, Progress, Report, Waiting, blocking};
use crate::cli::args::SignInOptions;
use crate::cli::runner::tell_progress;
use crate::cli::sign_in::device_code;
use crate::cli::{print, prompt};
use crate::diagnosis::Diagnosis;
use crate::secret::Secret;

pub(crate) struct Terminal {
    verbose: bool,
    /// Whether the person chose to paste the response (`--paste`).
    wants_to_paste: bool,
    /// Set once the person may paste; standard input is not read before.
    pasting: OnceLock<()>,
    was_paste_named: AtomicBool,
    has_tokens: AtomicBool,
    shows_qr: bool,
    /// When the code of a sign-in on another device expires, once there is one.
    code_until: OnceLock<Timestamp>,
}

impl Terminal {
    pub(crate) fn new(verbose: bool, options: &SignInOptions) -> Arc<Self> {
        Arc::new(Self {
            verbose,
            wants_to_paste: options.paste,
            pasting: OnceLock::new(),
            was_paste_named: AtomicBool::new(false),
            has_tokens: AtomicBool::new(false),
            shows_qr: options.qr || std::io::stderr().is_terminal(),
            code_until: OnceLock::new(),
        })
    }

    /// Whether tokens arrived that could not be saved.
    pub(crate) fn has_tokens(&self) -> bool {
        self.has_tokens.load(Ordering::Relaxed)
    }

    pub(crate) fn code_until(&self) -> Option<Timestamp> {
        self.code_until.get().copied()
    }

    fn tell(&self, progress: &Progress) {
        let mut paste = self.pasting.get().is_some();
        match progress {
            Progress::Waiting(waiting) => {
                tell_waiting(waiting);
                paste |= self.wants_to_paste || waiting.addresses.is_empty();
            }
            Progress::DeviceWaiting(waiting) => {
                device_code::tell(waiting, self.shows_qr);
                let _ = self.code_until.set(waiting.until);
            }
            Progress::CodeLeft(left) => print::status(left),
            Progress::ResponseIgnored(diagnosis) | Progress::BrowserFailed(diagnosis) => print::warning(diagnosis),
            Progress::ResponseAstray(diagnosis) => {
                print::warning(diagnosis);
                // The response is still in the browser's address bar.
                if prompt::is_terminal() {
                    paste = true;
                } else if !paste && !self.was_paste_named.swap(true, Ordering::Relaxed) {
                    print::note("To paste a URL, start again with `--paste`.");
                }
            }
            progress => return tell_progress(progress, self.verbose),
        }
        if paste {
            print::note("Paste the code, or the URL the browser was redirected to, and press Enter:");
            let _ = self.pasting.set(());
        }
    }
}

impl Ask for Arc<Terminal> {
    fn report(&self) -> Report {
        let terminal = Self::clone(self);
        Report::new(move |progress| terminal.tell(&progress))
    }

    fn paste(&self) -> Answer<'_, Result<Secret, Failure>> {
        let terminal = Self::clone(self);
        Box::pin(async move {
            let line = blocking(move || {
                terminal.pasting.wait();
                prompt::read_line()
            });
            line.await??.map(Secret::new).ok_or_else(|| {
                let diagnosis = Diagnosis::new("standard input ended before a code was read");
                Failure::new(FailureKind::NeedsSignIn, diagnosis.hint("paste the URL or the code, or remove `--paste`"))
            })
        })
    }

    fn choose<'a>(&'a self, choosing: &'a Choosing) -> Answer<'a, Result<Option<Fetched>, Failure>> {
        Box::pin(async { choose(choosing) })
    }

    fn save_again<'a>(&'a self, failure: &'a Failure) -> Answer<'a, Result<bool, Failure>> {
        self.has_tokens.store(true, Ordering::Relaxed);
        Box::pin(async { save_again(failure) })
    }
}

fn tell_waiting(waiting: &Waiting) {
    waiting.listener_problem.iter().chain(&waiting.browser_problem).for_each(print::warning);
    print::note("Sign in at:");
    print::note(&waiting.url);
    if let Some(fingerprint) = &waiting.fingerprint {
        print::note(
            "The browser will warn about a certificate that was generated on this machine; its SHA-256 fingerprint:",
        );
        print::note(fingerprint);
    }
    if !waiting.addresses.is_empty() {
        let addresses = waiting.addresses.join(" and ");
        print::note(&format!("Waiting on {addresses} for the browser to return; Ctrl-C to stop."));
    }
}

/// Asks which of the fetched values is meant. Without a terminal, an option must have said so beforehand; the tokens
/// are saved in any case.
fn choose(choosing: &Choosing) -> Result<Option<Fetched>, Failure> {
    let options = &choosing.options;
    let labels: Vec<String> = options.iter().map(|option| option.label.clone()).collect();
    if !prompt::is_terminal() {
        let lines: Vec<String> = (1..).zip(&labels).map(|(number, label)| format!("({number}) {label}")).collect();
        let name = options.first().and_then(|option| option.retain.first()).map_or("", |(name, _)| name.as_str());
        let summary = format!("{}: the service lists {}: {}", choosing.label, lines.len(), lines.join(", "));
        print::warning(&Diagnosis::new(summary).hint(format!("choose one and sign in again: `--set {name}=…`")));
        return Ok(None);
    }
    let chosen = prompt::one_of(&format!("{}:", choosing.label), &labels)?;
    Ok(options.get(chosen).cloned())
}

/// Asks the person to make room for the tokens. The end of standard input means no.
fn save_again(failure: &Failure) -> Result<bool, Failure> {
    if !prompt::is_terminal() {
        return Ok(false);
    }
    print::warning(&failure.diagnosis);
    print::note("The tokens could not be saved. Fix the problem, then press Enter to try again:");
    Ok(prompt::read_line()?.is_some())
}
