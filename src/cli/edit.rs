//! `tokenwright edit`.

use crate::app::{Edited, Failure, FailureKind, blocking};
use crate::cli::prompt::is_yes;
use crate::cli::runner::Runner;
use crate::cli::{print, prompt};
use crate::diagnosis::Diagnosis;
use crate::service::ProfileName;

pub(crate) fn run(runner: &Runner, name: &str) -> Result<(), Failure> {
    let name = ProfileName::parse(name)?;
    let retry = async |refused: Failure| blocking(move || retry(refused)).await?;
    match runner.run(runner.app.edit(&name, editor(), retry))? {
        Edited::Unchanged => print::note(&format!("{name}: nothing was changed")),
        Edited::Saved { stale } => {
            print::result(&format!("{name}: saved"));
            stale.iter().for_each(print::warning);
        }
    }
    Ok(())
}

/// The person's editor. As usual, an empty variable counts as none.
fn editor() -> Option<String> {
    ["VISUAL", "EDITOR"].into_iter().filter_map(|name| std::env::var(name).ok()).find(|line| !line.trim().is_empty())
}

/// Asks whether to edit a text again that was refused.
fn retry(refused: Failure) -> Result<(), Failure> {
    if !prompt::is_terminal() {
        return Err(refused);
    }
    print::print_failure(&refused);
    if is_yes(&prompt::line("Go on editing? [y/N]")?) {
        return Ok(());
    }
    Err(Failure::new(FailureKind::Usage, Diagnosis::new("nothing was changed")))
}
