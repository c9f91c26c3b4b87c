//! `tokenwright vault`.

use serde_json::json;

use crate::app::{Command, Event, Failure, FailureKind, VaultKind, VaultStatus};
use crate::cli::args::{KindArgument, VaultTask};
use crate::cli::conversation::Conversation;
use crate::cli::{print, prompt};
use crate::diagnosis::Diagnosis;
use crate::secret::Secret;

pub(crate) fn run(conversation: &mut Conversation, task: &VaultTask) -> Result<(), Failure> {
    match task {
        VaultTask::Status { json } => status(conversation, *json),
        VaultTask::Rekey { to, passphrase_stdin } => move_vault(conversation, *to, *passphrase_stdin),
    }
}

fn status(conversation: &mut Conversation, as_json: bool) -> Result<(), Failure> {
    let attempt = conversation.attempt();
    conversation.send(Command::VaultStatus(attempt));
    let status = conversation.wait(|event| match event {
        Event::VaultStatus(_, status) => Some(*status),
        _ => None,
    })?;
    if as_json {
        print::json(&status_json(&status));
    } else {
        print::result(&format!("vault   {}", status.kind));
        if let Some(folder) = &status.folder {
            print::result(&format!("folder  {}", folder.display()));
            print::result(&format!("whole   {} sealed files", status.whole));
        }
        for older in &status.older {
            print::result(&format!("older   {}", older.display()));
        }
        for aside in &status.aside {
            print::result(&format!("aside   {}", aside.display()));
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
        "folder": status.folder,
        "whole": status.whole,
        "faults": faults.collect::<Vec<_>>(),
        "older": status.older,
        "aside": status.aside,
    })
}

fn move_vault(conversation: &mut Conversation, to: KindArgument, from_input: bool) -> Result<(), Failure> {
    let passphrase = if to == KindArgument::Passphrase { new_passphrase(from_input)? } else { None };
    let choice = match to {
        KindArgument::Keyring => VaultKind::Keyring,
        KindArgument::Passphrase => VaultKind::Passphrase,
        KindArgument::Memory => VaultKind::Memory,
    };
    let attempt = conversation.attempt();
    conversation.send(Command::MoveVault { attempt, to: choice, passphrase });
    let moved = conversation.wait(|event| match event {
        Event::VaultMoved(_, moved) => Some(*moved),
        _ => None,
    })?;
    print::result(&format!("The vault is now a {} vault.", moved.kind));
    if let Some(prescribed) = &moved.prescribed {
        let diagnosis = Diagnosis::new(format!("`TOKENWRIGHT_VAULT` is still `{prescribed}`"));
        print::warning(&diagnosis.hint(format!("set it to `{}`, or remove it", moved.kind)));
    }
    Ok(())
}

/// From standard input or a person; `None` leaves it to the environment.
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
