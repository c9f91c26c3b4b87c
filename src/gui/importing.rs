//! What the window does about an import: opens it, hands it to the worker, and fills the fields with what came.

use crate::app::{Attempt, Command, Flow, ImportState};
use crate::gui::app::App;
use crate::gui::draft::ImportDraft;
use crate::secret::Secret;
use crate::service::PresetDraft;

impl App {
    pub(in crate::gui) fn open_import(&mut self) {
        self.close_import();
        self.draft.import = Some(ImportDraft::default());
        self.draft.lead.to_top = true;
    }

    pub(in crate::gui) fn close_import(&mut self) {
        if let Some(attempt) = self.session.close_import() {
            self.worker.send(Command::Cancel(attempt));
        }
        self.draft.import = None;
    }

    /// Reads a document, from wherever it came: with the page for it open, or closed still.
    pub(in crate::gui) fn import(&mut self, command: impl FnOnce(Attempt) -> Command) {
        if let Some(attempt) = self.session.close_import() {
            self.worker.send(Command::Cancel(attempt));
        }
        let import = self.draft.import.get_or_insert_default();
        import.picked = 0;
        self.draft.lead.to_top = true;
        let attempt = self.session.begin(Flow::Import);
        self.worker.send(command(attempt));
    }

    /// Once it is read, the text itself is needed no more.
    pub(in crate::gui) fn take_import(&mut self) {
        let is_read = matches!(self.session.import, ImportState::Done(_) | ImportState::Shared(_));
        if let (true, Some(import)) = (is_read, &mut self.draft.import) {
            import.pasted = Secret::default();
            import.passphrase = Secret::default();
        }
    }

    /// Keeps the shared profiles, but for those that are to stay as they are here.
    pub(in crate::gui) fn take_shared(&mut self) {
        let ImportState::Shared(shared) = &self.session.import else { return };
        let replace = self.draft.import.as_ref().is_some_and(|import| import.replace);
        let chosen = shared.chosen(replace);
        let attempt = self.session.begin(Flow::Import);
        self.worker.send(Command::TakeShared { attempt, chosen, replace });
    }

    /// Fills the fields, and opens the form of a preset where it is to become one.
    pub(in crate::gui) fn use_import(&mut self, as_preset: bool) {
        let ImportState::Done(imported) = &self.session.import else { return };
        let picked = self.draft.import.as_ref().map_or(0, |import| import.picked);
        let Some(described) = imported.import.described.get(picked).cloned() else { return };
        self.cancel_all();
        if described.service.practice {
            self.start_practice();
        }
        self.draft.adopt(&described);
        if as_preset {
            let is_there = self.session.services.iter().any(|service| service.id == described.service.id);
            let own = PresetDraft { id: described.service.id.clone(), name: described.service.name.clone() };
            self.draft.preset = Some(if is_there { PresetDraft::beside(&described.service) } else { own });
        }
    }
}
