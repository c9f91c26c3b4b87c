//! Opening the vault for a command, with the questions that it takes.

use crate::app::{Command, Event, Failure, FailureKind, VaultKind, VaultState};
use crate::cli::conversation::Conversation;
use crate::cli::{print, prompt};
use crate::diagnosis::Diagnosis;
use crate::secret::Secret;

/// Opens the vault, asking where it has to.
pub(crate) fn open_vault(conversation: &mut Conversation) -> Result<VaultKind, Failure> {
    conversation.send(Command::ProbeVault);
    let mut state = conversation.wait(vault_state)?;
    loop {
        let (choice, passphrase) = match state {
            VaultState::Open(choice) => return Ok(choice),
            VaultState::NeedsPassphrase { new, problem } => {
                let diagnosis = problem.unwrap_or_else(|| Diagnosis::new("the vault is locked with a passphrase"));
                (VaultKind::Passphrase, Some(passphrase(new, diagnosis)?))
            }
            VaultState::NoKeyring(diagnosis) | VaultState::NeedsChoice(diagnosis) => (choose_vault(diagnosis)?, None),
            VaultState::Unknown => (VaultKind::Keyring, None),
        };
        let attempt = conversation.attempt();
        conversation.send(Command::OpenVault { attempt, choice, passphrase });
        state = conversation.wait(vault_state)?;
    }
}

fn vault_state(event: Event) -> Option<VaultState> {
    match event {
        Event::Vault(state) => Some(state),
        _ => None,
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
