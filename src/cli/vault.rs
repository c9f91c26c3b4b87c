//! `tokenwright vault`, and opening the vault for commands that write to it.

use serde_json::json;

use crate::app::{Failure, FailureKind, VaultKind, VaultState, VaultStatus};
use crate::cli::args::{KindArgument, VaultTask};
use crate::cli::runner::Runner;
use crate::cli::{print, prompt};
use crate::diagnosis::Diagnosis;
use crate::secret::Secret;

pub(crate) fn run(runner: &Runner, task: &VaultTask) -> Result<(), Failure> {
    match task {
        VaultTask::Status { json } => status(runner, *json),
        VaultTask::Rekey { to, passphrase_stdin } => rekey(runner, *to, *passphrase_stdin),
    }
}

fn status(runner: &Runner, as_json: bool) -> Result<(), Failure> {
    let status = runner.run(runner.app.vault_status())?;
    if as_json {
        print::json(&status_json(&status));
    } else {
        print::result(&format!("vault     {}", status.kind));
        if let Some(place) = &status.place {
            print::result(&format!("database  {}", place.display()));
            print::result(&format!("records   {} whole", status.whole));
        }
        if status.forgotten > 0 {
            print::result(&format!("forgotten {}, which can be brought back", status.forgotten));
        }
        if let Some(team) = &status.team {
            let away = if team.is_away { "; its server is away, this machine has copies" } else { "" };
            let forgotten = if team.forgotten > 0 { format!(", {} forgotten", team.forgotten) } else { String::new() };
            print::result(&format!("team      {}, {} whole{forgotten}{away}", team.place.display(), team.whole));
        }
        if !status.waiting.is_empty() {
            print::result(&format!("waiting   {} for the database", status.waiting.join(", ")));
        }
        status.faults.iter().for_each(print::warning);
    }
    let Some(count) = Some(status.faults.len()).filter(|count| *count > 0) else { return Ok(()) };
    let noun = if count == 1 { "fault" } else { "faults" };
    let diagnosis = Diagnosis::new(format!("the vault has {count} {noun}"));
    Err(Failure::new(FailureKind::Vault, diagnosis.hint("each one is listed above; everything else works")))
}

fn status_json(status: &VaultStatus) -> serde_json::Value {
    let faults = status.faults.iter().map(|fault| json!({ "summary": fault.summary, "hint": fault.hint }));
    json!({
        "kind": status.kind.to_string(),
        "database": status.place,
        "whole": status.whole,
        "forgotten": status.forgotten,
        "team": status.team.as_ref().map(|team| {
            json!({
                "database": team.place,
                "whole": team.whole,
                "forgotten": team.forgotten,
                "away": team.is_away,
            })
        }),
        "waiting": status.waiting,
        "faults": faults.collect::<Vec<_>>(),
    })
}

fn rekey(runner: &Runner, to: KindArgument, from_input: bool) -> Result<(), Failure> {
    let passphrase = if to == KindArgument::Passphrase { new_passphrase(from_input)? } else { None };
    let choice = match to {
        KindArgument::Keyring => VaultKind::Keyring,
        KindArgument::Passphrase => VaultKind::Passphrase,
        KindArgument::Memory => VaultKind::Memory,
    };
    let moved = runner.run(runner.app.move_vault(choice, passphrase))?;
    print::result(&format!("The vault is now a {} vault.", moved.kind));
    if let Some(prescribed) = &moved.prescribed {
        let diagnosis = Diagnosis::new(format!("`TOKENWRIGHT_VAULT` is still `{prescribed}`"));
        print::warning(&diagnosis.hint(format!("set it to `{}`, or remove it", moved.kind)));
    }
    Ok(())
}

/// The passphrase from standard input or a prompt; `None` leaves it to the environment.
fn new_passphrase(from_input: bool) -> Result<Option<Secret>, Failure> {
    if from_input {
        return prompt::secret_from_input().map(Some);
    }
    if !prompt::is_terminal() {
        return Ok(None);
    }
    let first = prompt::secret("New passphrase:")?;
    if first == prompt::secret("Repeat passphrase:")? {
        return Ok(Some(first));
    }
    let diagnosis = Diagnosis::new("passphrases do not match");
    Err(Failure::new(FailureKind::Usage, diagnosis.hint("nothing has changed; try again")))
}

/// Opens the vault and asks for what is missing.
pub(crate) fn open_vault(runner: &Runner) -> Result<VaultKind, Failure> {
    let mut state = runner.run(async { Ok(runner.app.probe_vault().await) })?;
    loop {
        let (choice, passphrase) = match state {
            VaultState::Open(choice) => return Ok(choice),
            VaultState::NeedsPassphrase { new, problem } => {
                let diagnosis = problem.unwrap_or_else(|| Diagnosis::new("the vault is locked with a passphrase"));
                (VaultKind::Passphrase, Some(passphrase(new, diagnosis)?))
            }
            VaultState::NoKeyring(diagnosis) | VaultState::NeedsChoice(diagnosis) => (choose_vault(diagnosis)?, None),
            VaultState::Locked(kind) => (kind, None),
            VaultState::Unknown => (VaultKind::Keyring, None),
        };
        state = runner.run(runner.app.open_vault(choice, passphrase))?;
    }
}

fn passphrase(new: bool, problem: Diagnosis) -> Result<Secret, Failure> {
    if !prompt::is_terminal() {
        let hint = "set `TOKENWRIGHT_PASSPHRASE` or `TOKENWRIGHT_PASSPHRASE_FILE`";
        return Err(Failure::new(FailureKind::Vault, problem.hint(hint)));
    }
    if !new {
        return prompt::secret("Vault passphrase:");
    }
    loop {
        let first = prompt::secret("New vault passphrase:")?;
        if first.is_empty() {
            print::note("The passphrase must not be empty.");
        } else if prompt::secret("Repeat passphrase:")? == first {
            return Ok(first);
        } else {
            print::note("Passphrases do not match.");
        }
    }
}

fn choose_vault(problem: Diagnosis) -> Result<VaultKind, Failure> {
    if !prompt::is_terminal() {
        return Err(Failure::new(FailureKind::Vault, problem));
    }
    print::warning(&problem);
    loop {
        let answer = prompt::line("Store tokens (1) in a vault with a passphrase, or (2) in memory only?")?;
        match answer.trim() {
            "1" => return Ok(VaultKind::Passphrase),
            "2" => return Ok(VaultKind::Memory),
            _ => print::note("Enter 1 or 2."),
        }
    }
}
