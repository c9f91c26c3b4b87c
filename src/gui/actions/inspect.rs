//! What the window does to inspect a token.

use crate::gui::drafts::Focus;
use crate::gui::drafts::inspect::{Chosen, InspectDraft};
use crate::gui::window::Window;
use crate::oauth::TokenUse;
use crate::service::ProfileName;

impl Window {
    /// Opens the page: with the access token of this profile, or the one that was looked at there last; else for a token
    /// that is pasted.
    pub(in crate::gui) fn open_inspect(&mut self, profile: Option<ProfileName>) {
        self.close_import();
        self.close_page();
        let last = self.model.inspection.of.as_ref().filter(|(of, _)| profile.as_ref() == Some(of));
        let chosen = match (&profile, last) {
            (None, _) => Chosen::Pasted,
            (Some(_), Some((_, which))) => Chosen::Saved(*which),
            (Some(_), None) => Chosen::Saved(TokenUse::Access),
        };
        let profile = profile.or_else(|| self.model.open.saved_as.clone());
        self.draft.inspect = Some(InspectDraft::new(profile, chosen));
        self.draft.next_view.to_top = true;
        if chosen == Chosen::Pasted {
            self.draft.next_view.focus = Some(Focus::Pasted);
        } else {
            self.inspect(false);
        }
    }

    /// Inspects what is chosen. What came of the same token last is shown until then.
    pub(in crate::gui) fn inspect(&mut self, asks_issuer: bool) {
        let Some(inspect) = &mut self.draft.inspect else { return };
        inspect.is_changed = false;
        if inspect.lack().is_some() {
            self.model.inspection.close();
            return;
        }
        let (of, asked) = (inspect.of(), inspect.asked(asks_issuer));
        let pending = self.tasks.start(|app, report| async move { app.inspect(asked, &report).await });
        let inspection = &mut self.model.inspection;
        if inspection.of.is_some() && inspection.of == of {
            inspection.found.start_again(pending);
        } else {
            inspection.found.start(pending);
        }
        inspection.of = of;
    }

    /// Takes in what was found.
    pub(in crate::gui) fn take_inspection(&mut self) {
        let has_ended = self.poll(|model| &mut model.inspection.found);
        let is_pasted = self.model.inspection.of.is_none();
        self.draft.next_view.to_result |= has_ended && is_pasted;
    }
}
