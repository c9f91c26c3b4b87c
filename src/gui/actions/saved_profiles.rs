//! What is asked of the core for saved profiles and the vault.

use crate::app::{App, Failure, OpenedProfile, Report, VaultKind, VaultState};
use crate::gui::actions::queries::Query;
use crate::gui::drafts::Draft;
use crate::gui::model::{AskedQuery, Requested};
use crate::gui::window::Window;
use crate::secret::Secret;
use crate::service::{CheckEvery, ProfileDraft, ProfileName};

impl Window {
    /// Opens a profile; then shows the step that signs in again, where that is what was asked for.
    pub(in crate::gui) fn open(&mut self, name: ProfileName, sign_in: bool) {
        self.signing_in = sign_in.then(|| name.clone());
        self.model.opening.start(self.tasks.start(|app, _| async move { app.open(&name).await }));
    }

    /// Reads the open profile again if it was saved since: by another process, or by this window.
    pub(in crate::gui) fn follow_saved(&mut self) {
        if self.model.open.read_again.is_pending() {
            return;
        }
        let Some((name, revision)) = self.model.changed_since().map(|(name, revision)| (name.clone(), revision)) else {
            return;
        };
        self.model.open.revision = revision;
        self.model.open.read_again.start(self.tasks.start(|app, _| async move { app.open(&name).await }));
    }

    /// Takes in what was read again, unless something else is open by now. What the person has typed stays.
    pub(in crate::gui) fn take_read_again(&mut self) {
        if !self.poll(|model| &mut model.open.read_again) || self.model.changed_since().is_some() {
            return;
        }
        let Some(Ok(opened)) = self.model.open.read_again.take() else { return };
        self.draft.follow(&opened);
        self.model.open.tokens = opened.context.tokens;
        self.model.open.shared = opened.shared;
        self.model.open.ends = opened.ends;
        self.history_may_have_changed();
    }

    /// Removes a profile from this machine, with or without revoking its tokens first.
    pub(in crate::gui) fn forget(&mut self, name: ProfileName, revoke: bool) {
        self.work_on_listed(move |app, report| async move {
            if revoke {
                app.revoke_and_forget(&name, &report).await?;
            } else {
                app.forget(&name, &report).await?;
            }
            Ok(Some(name))
        });
    }

    /// Makes a profile of the team this machine's own.
    pub(in crate::gui) fn unshare(&mut self, name: ProfileName) {
        self.work_on_listed(move |app, _| async move {
            app.take_from_team(&name).await?;
            Ok(None)
        });
    }

    pub(in crate::gui) fn set_keep_alive(&mut self, name: ProfileName, on: bool) {
        self.work_on_listed(move |app, _| async move {
            app.set_keep_alive(&name, on).await?;
            Ok(None)
        });
    }

    pub(in crate::gui) fn set_check_every(&mut self, name: ProfileName, every: Option<CheckEvery>) {
        self.work_on_listed(move |app, _| async move {
            app.set_check_every(&name, every).await?;
            Ok(None)
        });
    }

    pub(in crate::gui) fn work_on_listed<F>(&mut self, work: impl FnOnce(App, Report) -> F)
    where
        F: Future<Output = Result<Option<ProfileName>, Failure>> + Send + 'static,
    {
        let mut listed = Requested::default();
        listed.start(self.tasks.start(work));
        self.model.listed.push(listed);
    }

    pub(in crate::gui) fn ask_history(&mut self, name: ProfileName) {
        let history = self.tasks.start(|app, _| async move { app.history(&name).await });
        self.model.open.history.start_again(history);
    }

    pub(in crate::gui) fn restore_generation(&mut self, name: ProfileName, generation: u64, anyway: bool) {
        self.model.open.restore.start(
            self.tasks
                .start(move |app, report| async move { app.restore(&name, Some(generation), anyway, &report).await }),
        );
    }

    pub(in crate::gui) fn ask(&mut self, query: &'static Query, profile: ProfileName) {
        let (ask, asked) = (query.ask, profile.clone());
        let mut answer = Requested::default();
        answer.start(self.tasks.start(move |app, report| ask(app, asked, report)));
        self.model.query = Some(AskedQuery { query, profile, answer });
        self.draft.next_view.to_result = true;
    }

    pub(in crate::gui) fn retry_save(&self) {
        self.tasks.run(|app| async move {
            app.retry_pending_writes().await;
            Ok(())
        });
    }

    pub(in crate::gui) fn move_vault(&mut self, to: VaultKind, passphrase: Option<Secret>) {
        self.work_on_vault(move |app| async move { app.move_vault(to, passphrase).await.map(|_| ()) });
    }

    pub(in crate::gui) fn open_vault(&mut self, kind: VaultKind, passphrase: Option<Secret>) {
        // What is still missing is a state, and news.
        self.work_on_vault(move |app| async move { app.open_vault(kind, passphrase).await.map(|_: VaultState| ()) });
    }

    fn work_on_vault<F>(&mut self, work: impl FnOnce(App) -> F)
    where
        F: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        self.draft.questions.vault_passphrase = [Secret::default(), Secret::default()];
        self.model.vault_work.start(self.tasks.start(|app, _| work(app)));
    }
}

impl Draft {
    /// Takes over what was saved of the open profile, unless the person has changed it here.
    pub(in crate::gui) fn follow(&mut self, opened: &OpenedProfile) {
        if !self.has_edits() {
            let sources = opened.context.sources.iter();
            let sources = sources.map(|(value, bound)| (value.clone(), bound.source.to_string())).collect();
            self.profile = Some(ProfileDraft { sources, ..ProfileDraft::from(&opened.context.profile) });
            self.secrets = opened.context.secrets.clone();
            self.changes.baseline = self.typed();
        }
    }
}
