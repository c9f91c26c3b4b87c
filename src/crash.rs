//! Reports a panic: a few words on the terminal, and a file that says where it happened.
//!
//! Invariant: the panic's message is left out unless it is a literal of the program: it may quote a secret.

use std::panic::{Location, PanicHookInfo};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

use crate::diagnosis::Diagnosis;
use crate::durable;

/// The file's name in the folder of the program's data. The newest panic is the one that counts.
pub const FILE: &str = "crash.txt";

/// Where faults are reported; empty as long as the package names no place.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

#[derive(Debug)]
pub struct Watch {
    folder: fn() -> Option<PathBuf>,
    tell: fn(&Diagnosis),
    /// Whether the window has been drawn, where one is to be opened.
    drawn: OnceLock<Arc<AtomicBool>>,
    told: AtomicBool,
}

impl Watch {
    /// Replaces the runtime's own report, which quotes the panic. The folder is looked up when there is a panic to report.
    pub fn start(folder: fn() -> Option<PathBuf>, tell: fn(&Diagnosis)) -> Arc<Self> {
        let watch = Arc::new(Self { folder, tell, drawn: OnceLock::new(), told: AtomicBool::new(false) });
        let hook = Arc::clone(&watch);
        std::panic::set_hook(Box::new(move |panic| hook.note(panic)));
        watch
    }

    /// A window is about to open. Until this is set, a panic of the toolkit means that something is missing which windows
    /// need, and is told by whoever opens it.
    pub fn opening(&self) -> Arc<AtomicBool> {
        Arc::clone(self.drawn.get_or_init(Arc::default))
    }

    pub fn has_told(&self) -> bool {
        self.told.load(Ordering::Relaxed)
    }

    fn note(&self, panic: &PanicHookInfo<'_>) {
        let opens = self.drawn.get().is_some_and(|drawn| !drawn.load(Ordering::Relaxed));
        let is_own = panic.location().is_some_and(|location| is_ours(location.file()));
        if opens && !is_own {
            return;
        }
        let thread = std::thread::current();
        let (place, thread) = (place(panic.location()), thread.name().unwrap_or("without a name"));
        let file = self.write(&place, thread, panic.payload().downcast_ref::<&'static str>().copied());
        (self.tell)(&words(&place, thread, file.as_deref()));
        self.told.store(true, Ordering::Relaxed);
    }

    /// Writes the file; `None` where it cannot be.
    fn write(&self, place: &str, thread: &str, literal: Option<&str>) -> Option<PathBuf> {
        let folder = (self.folder)()?;
        durable::create_folder(&folder).ok()?;
        let path = folder.join(FILE);
        let text = format!(
            "tokenwright {} on {} {}\nwhen: {}\nwhere: {place}\nthread: {thread}\nwhat: {}\n",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH,
            Timestamp::now(),
            literal.unwrap_or("left out, since it may quote a secret"),
        );
        durable::write_private(&path, text.as_bytes()).ok()?;
        Some(path)
    }
}

/// The report on the terminal.
fn words(place: &str, thread: &str, file: Option<&Path>) -> Diagnosis {
    let summary = format!("a fault in the program: it panicked at `{place}` in the thread `{thread}`");
    let to = match REPOSITORY {
        "" => "to whoever you have this program from".to_owned(),
        repository => format!("at {}/issues", repository.trim_end_matches('/')),
    };
    Diagnosis::new(summary).hint(match file {
        Some(file) => format!("report it {to}, with the file `{}`; no secret is in it", file.display()),
        None => format!("report it {to}, with this line"),
    })
}

/// Whether it is a file of this program: those of libraries lie elsewhere and have whole paths.
fn is_ours(file: &str) -> bool {
    Path::new(file).is_relative()
}

/// File and line, without the folders of the machine that built the program.
fn place(location: Option<&Location<'_>>) -> String {
    let Some(location) = location else { return "a place that is not known".to_owned() };
    let file = location.file().replace('\\', "/");
    let in_registry =
        file.split_once("/registry/src/").and_then(|(_, file)| file.split_once('/')).map(|(_, file)| file);
    let in_library = || file.split_once("/library/").map(|(_, file)| file);
    let file = in_registry.or_else(in_library).unwrap_or(&file);
    format!("{file}:{}", location.line())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_told_with_its_place_and_the_file_to_report() {
        let told = words("src/gui/app.rs:12", "main", Some(Path::new("/home/ada/crash.txt")));
        assert_eq!(told.summary, "a fault in the program: it panicked at `src/gui/app.rs:12` in the thread `main`");
        let hint = told.hint.expect("where to");
        assert!(hint.starts_with("report it ") && hint.contains("`/home/ada/crash.txt`"), "{hint}");
    }

    #[test]
    fn files_of_the_program_are_told_from_those_of_libraries() {
        assert!(is_ours(file!()));
        assert!(!is_ours("/home/build/.cargo/registry/src/registry-0/winit-0.30.12/src/lib.rs"));
        let here = Location::caller();
        assert_eq!(place(Some(here)), format!("{}:{}", file!(), here.line()));
    }
}
