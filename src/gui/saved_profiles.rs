//! What is asked of the core for saved profiles and the vault.

use crate::app::{App, Failure, VaultState};
use crate::gui::intent::Intent;
use crate::gui::model::{AskedQuery, Requested};
use crate::gui::window::Window;
use crate::secret::Secret;
use crate::service::ProfileName;

impl Window {
    /// Does what is wanted of a saved profile, or of the vault.
    pub(in crate::gui) fn work_on_saved(&mut self, intent: Intent) {
        match intent {
            Intent::Open(name) => {
                self.signing_in = None;
                self.open(name);
            }
            Intent::SignIn(name) => {
                self.signing_in = Some(name.clone());
                self.open(name);
            }
            Intent::Forget(name) => {
                self.draft.questions.forget = None;
                self.work_on_listed(|app, report| async move {
                    app.forget(&name, &report).await?;
                    Ok(Some(name))
                });
            }
            Intent::Revoke(name) => {
                self.draft.questions.forget = None;
                self.work_on_listed(|app, report| async move {
                    app.revoke_and_forget(&name, &report).await?;
                    Ok(Some(name))
                });
            }
            Intent::SetKeepAlive(name, on) => self.work_on_listed(move |app, _| async move {
                app.set_keep_alive(&name, on).await?;
                Ok(None)
            }),
            Intent::ShowHistory(name) => self.ask_history(name),
            Intent::Restore { name, generation, anyway } => {
                self.model.open.restore.start(self.tasks.start(move |app, report| async move {
                    app.restore(&name, Some(generation), anyway, &report).await
                }));
            }
            Intent::Ask(query, profile) => {
                let ask = query.ask;
                let asked = profile.clone();
                let mut answer = Requested::default();
                answer.start(self.tasks.start(move |app, report| ask(app, asked, report)));
                self.model.query = Some(AskedQuery { query, profile, answer });
            }
            Intent::RetrySave => self.tasks.run(|app| async move {
                app.retry_pending_writes().await;
                Ok(())
            }),
            Intent::MoveVault(to, passphrase) => {
                self.work_on_vault(move |app| async move { app.move_vault(to, passphrase).await.map(|_| ()) });
            }
            Intent::OpenVault(choice, passphrase) => self.work_on_vault(move |app| async move {
                // What is still missing is a state, and news.
                app.open_vault(choice, passphrase).await.map(|_: VaultState| ())
            }),
            _ => {}
        }
    }

    fn open(&mut self, name: ProfileName) {
        self.model.opening.start(self.tasks.start(|app, _| async move { app.open(&name).await }));
    }

    fn work_on_listed<F>(&mut self, work: impl FnOnce(App, crate::app::Report) -> F)
    where
        F: Future<Output = Result<Option<ProfileName>, Failure>> + Send + 'static,
    {
        let mut listed = Requested::default();
        listed.start(self.tasks.start(work));
        self.model.listed.push(listed);
    }

    fn work_on_vault<F>(&mut self, work: impl FnOnce(App) -> F)
    where
        F: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        self.draft.questions.vault_passphrase = [Secret::default(), Secret::default()];
        self.model.vault_work.start(self.tasks.start(|app, _| work(app)));
    }

    pub(in crate::gui) fn ask_history(&mut self, name: ProfileName) {
        let history = self.tasks.start(|app, _| async move { app.history(&name).await });
        self.model.open.history.start_again(history);
    }
}
