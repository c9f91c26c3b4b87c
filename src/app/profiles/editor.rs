//! The person's editor, and the private file that it edits.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitStatus;

use tempfile::TempDir;

use crate::app::blocking::blocking;
use crate::app::{Failure, FailureKind};
use crate::child;
use crate::diagnosis::Diagnosis;
use crate::durable::{self, FileError};
use crate::service::ProfileName;

/// The most bytes of an edited text: far more than a person writes.
const SIZE_LIMIT: u64 = 1024 * 1024;

/// What is started if no editor was chosen: the first that exists.
const USUAL: &[&str] = if cfg!(windows) { &["notepad"] } else { &["editor", "nano", "vi"] };

/// A text in a folder of its own (0700, the file 0600), so that what an editor writes beside it is private as well. Both are
/// removed when this is dropped.
pub(super) struct EditedFile {
    folder: TempDir,
    path: PathBuf,
    given: String,
}

impl EditedFile {
    pub(super) async fn create(name: &ProfileName, given: String) -> Result<Self, Failure> {
        let file = format!("{}.toml", durable::file_stem(name.as_str()));
        let create = move || {
            let place = std::env::temp_dir();
            let folder = tempfile::Builder::new().prefix("tokenwright-edit-").tempdir();
            let folder = folder.map_err(FileError::at("create a folder in", place))?;
            durable::create_private_folder(folder.path()).map_err(FileError::at("close", folder.path()))?;
            let path = folder.path().join(file);
            durable::write_private(&path, given.as_bytes()).map_err(FileError::at("write", &path))?;
            Ok(Self { folder, path, given })
        };
        blocking(create).await?.map_err(|error: FileError| {
            let hint = error.advice();
            machine(error.to_string(), hint)
        })
    }

    /// What the editor left.
    pub(super) async fn text(&self) -> Result<String, Failure> {
        let refused = |why: String, hint: &str| Failure::new(FailureKind::Usage, Diagnosis::new(why).hint(hint));
        let (path, shown) = (self.path.clone(), self.path.display());
        let bytes = match blocking(move || durable::read(&path, SIZE_LIMIT)).await? {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Err(refused(format!("the editor left no file `{shown}`"), "save it under that name")),
            Err(error) => {
                return Err(refused(format!("cannot read `{shown}`: {error}"), "save the text under that name"));
            }
        };
        String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let line = error.as_bytes()[..at].split(|byte| *byte == b'\n').count();
            refused(format!("line {line} is not UTF-8 text"), "save the text as UTF-8")
        })
    }

    /// A failure that says where the text is, which stays there. What was not changed is removed.
    pub(super) async fn retained(self, failure: Failure) -> Failure {
        if self.text().await.is_ok_and(|text| text == self.given) {
            return failure;
        }
        let path = self.path.clone();
        let _ = self.folder.keep();
        let place = format!("what you wrote is in `{}`", path.display());
        let hint = failure.diagnosis.hint.as_ref().map_or_else(|| place.clone(), |hint| format!("{hint}; {place}"));
        Failure { diagnosis: Diagnosis { hint: Some(hint), ..failure.diagnosis }, ..failure }
    }
}

/// Waits until the editor ends. Meanwhile Ctrl-C is the editor's.
pub(super) async fn run(editor: Option<&str>, file: &EditedFile) -> Result<(), Failure> {
    let (editor, path) = (editor.map(str::to_owned), file.path.clone());
    let edit = blocking(move || start(editor.as_deref(), path.as_os_str()));
    tokio::select! {
        biased;
        () = ignore_interrupts() => Ok(()),
        ended = edit => ended?,
    }
}

/// Waits for the person, who may press Ctrl-C instead.
pub(super) async fn or_interrupted(answer: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    tokio::select! {
        biased;
        Ok(()) = tokio::signal::ctrl_c() => Err(Failure::new(FailureKind::Usage, Diagnosis::new("nothing was changed"))),
        answered = answer => answered,
    }
}

async fn ignore_interrupts() {
    while tokio::signal::ctrl_c().await.is_ok() {}
    std::future::pending::<()>().await;
}

fn start(editor: Option<&str>, file: &OsStr) -> Result<(), Failure> {
    let hint = "set `VISUAL` or `EDITOR` to an editor that waits until you are done, such as `EDITOR=nano`";
    let Some(line) = editor else {
        for program in USUAL {
            match child::command(program).arg(file).status() {
                Ok(status) => return ended(program, status),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(machine(format!("cannot start the editor `{program}`: {error}"), hint)),
            }
        }
        let tried: Vec<String> = USUAL.iter().map(|program| format!("`{program}`")).collect();
        let summary = format!("no editor is set, and there is none of the usual ones ({})", tried.join(", "));
        return Err(machine(summary, hint));
    };
    let words = child::words(line);
    let words = words.map_err(|quote| machine(format!("the editor command has an unclosed {quote} quote"), hint))?;
    let Some((program, arguments)) = words.split_first() else {
        return Err(machine("the editor command is empty".to_owned(), hint));
    };
    match child::command(program).args(arguments).arg(file).status() {
        Ok(status) => ended(program, status),
        Err(error) => Err(machine(format!("cannot start the editor `{program}`: {error}"), hint)),
    }
}

fn ended(program: &str, status: ExitStatus) -> Result<(), Failure> {
    if status.success() {
        return Ok(());
    }
    let diagnosis = Diagnosis::new(format!("the editor `{program}` failed ({status}): nothing was changed"));
    Err(Failure::new(FailureKind::Machine, diagnosis))
}

fn machine(summary: String, hint: &str) -> Failure {
    Failure::new(FailureKind::Machine, Diagnosis::new(summary).hint(hint))
}
