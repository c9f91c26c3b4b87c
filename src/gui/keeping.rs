//! What is asked of the worker for saved profiles and the vault.

use crate::app::{Command, Flow};
use crate::gui::app::App;
use crate::gui::intent::Intent;
use crate::secret::Secret;
use crate::service::ProfileName;

impl App {
    /// Does what is wanted of a saved profile, or of the vault.
    pub(in crate::gui) fn keep(&mut self, intent: Intent) {
        match intent {
            Intent::Open(name) => {
                self.signing_in = None;
                let attempt = self.session.begin(Flow::Open);
                self.worker.send(Command::OpenProfile { attempt, name });
            }
            Intent::Forget(name) => {
                self.draft.forgetting = None;
                let attempt = self.session.begin(Flow::Saved);
                self.worker.send(Command::Forget { attempt, name });
            }
            Intent::ShowHistory(name) => self.ask_history(name),
            Intent::Restore { name, generation, anyway } => {
                let attempt = self.session.begin(Flow::History);
                let generation = Some(generation);
                self.worker.send(Command::Restore { attempt, name, generation, anyway });
            }
            Intent::MoveVault(to, passphrase) => {
                self.draft.passphrase = [Secret::default(), Secret::default()];
                let attempt = self.session.begin(Flow::Vault);
                self.worker.send(Command::MoveVault { attempt, to, passphrase });
            }
            Intent::Revoke(name) => {
                self.draft.forgetting = None;
                let attempt = self.session.begin(Flow::Saved);
                self.worker.send(Command::RevokeAndForget { attempt, name });
            }
            Intent::SignIn(name) => {
                self.signing_in = Some(name.clone());
                let attempt = self.session.begin(Flow::Open);
                self.worker.send(Command::OpenProfile { attempt, name });
            }
            Intent::WhoAmI(name) => {
                let attempt = self.session.begin(Flow::WhoAmI);
                self.worker.send(Command::WhoAmI { attempt, name });
            }
            Intent::KeepUnkept => self.worker.send(Command::KeepUnkept),
            Intent::SetKeepAlive(name, on) => {
                let attempt = self.session.begin(Flow::Saved);
                self.worker.send(Command::SetKeepAlive { attempt, name, on });
            }
            Intent::OpenVault(choice, passphrase) => {
                self.draft.passphrase = [Secret::default(), Secret::default()];
                let attempt = self.session.begin(Flow::Vault);
                self.worker.send(Command::OpenVault { attempt, choice, passphrase });
            }
            _ => {}
        }
    }

    pub(in crate::gui) fn ask_history(&mut self, name: ProfileName) {
        let attempt = self.session.begin(Flow::History);
        self.worker.send(Command::History { attempt, name });
    }
}
