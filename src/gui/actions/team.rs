//! What the window does about the team.

use crate::app::{App, Failure, Report, TeamStatus};
use crate::gui::drafts::export::ShareDraft;
use crate::gui::drafts::team::TeamDraft;
use crate::gui::intent::TeamAction;
use crate::gui::window::Window;

impl Window {
    pub(in crate::gui) fn open_team(&mut self) {
        self.close_page();
        self.draft.team = Some(TeamDraft::default());
        self.draft.next_view.to_top = true;
        self.on_team(TeamAction::Look);
    }

    pub(in crate::gui) fn on_team(&mut self, action: TeamAction) {
        let draft = self.draft.team.clone().unwrap_or_default();
        self.model.team.begin();
        self.draft.next_view.to_top = true;
        match action {
            TeamAction::Look => self
                .start(|app| async move { if app.has_team() { app.team_status().await.map(Some) } else { Ok(None) } }),
            TeamAction::Found => {
                let (order, name) = (draft.order(), draft.name.trim().to_owned());
                self.start(|app| async move { app.found_team(order, name).await.map(Some) });
            }
            TeamAction::Join => {
                let (order, expected) = (draft.order(), draft.fingerprint.trim().to_owned());
                let expected = Some(expected).filter(|text| !text.is_empty());
                self.start(|app| async move { app.join_team(order, expected).await.map(Some) });
            }
            TeamAction::Admit { name, fingerprint } => {
                self.start(|app| async move { app.admit_member(name, fingerprint).await.map(Some) });
            }
            TeamAction::Refuse(name) => {
                self.start(|app| async move { app.refuse_member(name).await.map(Some) });
            }
            TeamAction::Remove(name) => {
                let remove = |app: App, report: Report| async move { app.remove_member(name, &report).await };
                self.model.team.removal.start(self.tasks.start(remove));
            }
            TeamAction::Leave => self.start(|app| async move { app.leave_team().await.map(|()| None) }),
        }
    }

    fn start<F>(&mut self, work: impl FnOnce(App) -> F)
    where
        F: Future<Output = Result<Option<TeamStatus>, Failure>> + Send + 'static,
    {
        self.model.team.work.start_again(self.tasks.start(|app, _| work(app)));
    }

    pub(in crate::gui) fn share_with_team(&mut self) {
        let Some(ShareDraft { profiles, .. }) = self.draft.share.clone() else { return };
        self.draft.next_view.to_top = true;
        let share = |app: App, _| async move {
            for name in &profiles {
                app.share_with_team(name).await?;
            }
            Ok(profiles.into_iter().collect())
        };
        self.model.team.shared.start(self.tasks.start(share));
    }

    /// Takes in what came of it.
    pub(in crate::gui) fn take_team(&mut self) {
        let ended = self.poll(|model| &mut model.team.work);
        let removed = self.poll(|model| &mut model.team.removal);
        let shared = self.poll(|model| &mut model.team.shared);
        self.draft.next_view.to_top |= ended || removed || shared;
        if removed {
            self.model.team.removed();
        }
    }
}
