//! Locks the vault of a window that nobody uses: the key and everything read with it leave the memory.

use crate::app::handle::App;
use crate::app::news::News;
use crate::app::{Failure, FailureKind, VaultState};
use crate::diagnosis::Diagnosis;
use crate::vault::VaultKind;

impl App {
    /// Forgets the vault's key until the vault is opened again, and clears a copied secret. Refused while tokens are nowhere
    /// but in memory.
    pub async fn lock_vault(&self) -> Result<(), Failure> {
        let kind = self.vault()?.kind();
        if kind == VaultKind::Memory {
            let why = Diagnosis::new("the vault is in memory only: locking it would erase all tokens");
            return Err(Failure::new(
                FailureKind::Usage,
                why.hint("move it to the keyring or under a passphrase first"),
            ));
        }
        if !self.pending_names().is_empty() || !self.held.names().is_empty() {
            let why = Diagnosis::new("the vault stays open: new tokens are not written yet");
            return Err(Failure::new(FailureKind::Vault, why.hint("wait until they are saved, then lock it")));
        }
        self.close_vault();
        self.take_back_copy().await;
        self.tell(News::Vault(locked_state(kind)));
        self.tell_profiles().await;
        Ok(())
    }
}

/// What a vault of this kind needs once it is locked.
pub(in crate::app) fn locked_state(kind: VaultKind) -> VaultState {
    match kind {
        VaultKind::Passphrase => VaultState::NeedsPassphrase { new: false, problem: None },
        kind => VaultState::Locked(kind),
    }
}
