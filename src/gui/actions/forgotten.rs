//! What the window does about profiles that were forgotten and can still be brought back.

use crate::app::ClientEnd;
use crate::diagnosis::Diagnosis;
use crate::gui::window::Window;
use crate::service::ProfileName;

impl Window {
    pub(in crate::gui) fn open_forgotten(&mut self) {
        self.draft.questions.forgotten = true;
        self.look_at_forgotten();
    }

    /// Reads which ones there are.
    pub(in crate::gui) fn look_at_forgotten(&mut self) {
        let forgotten = self.tasks.start(|app, _| async move { app.forgotten().await });
        self.model.forgotten.all.start_again(forgotten);
    }

    pub(in crate::gui) fn unforget(&mut self, name: ProfileName) {
        self.model.forgotten.last = None;
        self.model.forgotten.back.start(self.tasks.start(|app, _| async move {
            app.unforget(&name).await?;
            Ok(name)
        }));
    }

    pub(in crate::gui) fn erase(&mut self, name: ProfileName) {
        self.draft.questions.erase = None;
        self.model.forgotten.last.take_if(|last| *last == name);
        let erase = self.tasks.start(|app, report| async move { app.erase(&name, &report).await });
        self.model.forgotten.erased.start(erase);
    }

    /// Takes in what came of it. What was brought back is shown.
    pub(in crate::gui) fn take_forgotten(&mut self) {
        self.poll(|model| &mut model.forgotten.all);
        let is_back = self.poll(|model| &mut model.forgotten.back);
        let is_erased = self.poll(|model| &mut model.forgotten.erased);
        if !is_back && !is_erased {
            return;
        }
        self.model.lease_busy = None;
        match self.model.forgotten.back.take() {
            Some(Ok(name)) => {
                self.draft.questions.forgotten = false;
                self.open(name, false);
            }
            Some(Err(failure)) => self.tell_failure(failure),
            None => {}
        }
        match self.model.forgotten.erased.take() {
            Some(Ok(ends)) => {
                let troubles: Vec<Diagnosis> = ends.iter().filter_map(ClientEnd::trouble).collect();
                self.draft.next_view.to_top |= !troubles.is_empty();
                for trouble in troubles {
                    self.model.tell(trouble);
                }
            }
            Some(Err(failure)) => self.tell_failure(failure),
            None => {}
        }
        self.look_at_forgotten();
    }
}
