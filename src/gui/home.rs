//! What the window does for the page of the open profile.

use crate::gui::draft::TokenTab;
use crate::gui::intent::Step;
use crate::gui::window::Window;

impl Window {
    /// Shows the page of the open profile. What was typed and is discarded is read again.
    pub(in crate::gui) fn show_home(&mut self) {
        let Some(name) = self.model.open.saved_as.clone() else { return };
        if self.draft.changes.waived || self.draft.has_edits() {
            self.open(name, false);
            return;
        }
        self.draft.home = true;
        self.draft.next_view.to_top = true;
    }

    /// Shows the steps of the open profile, at the requests.
    pub(in crate::gui) fn edit_profile(&mut self) {
        self.draft.home = false;
        self.draft.go_to(Step::Tokens, &self.model);
    }

    /// Starts the sign-in of the open profile at once, where nothing is missing for it.
    pub(in crate::gui) fn sign_in_again(&mut self) {
        self.draft.home = false;
        let has_browser = self.draft.profile.as_ref().is_some_and(|profile| profile.client_flow);
        if has_browser {
            self.sign_in();
        } else {
            self.draft.tokens_step.tab = TokenTab::TokenRequest;
            self.draft.go_to(Step::Tokens, &self.model);
        }
    }

    /// A sign-in to a saved profile ends on its page: its tokens are saved there already.
    pub(in crate::gui) fn return_home(&mut self) {
        let is_saved = self.model.open.saved_as.is_some() && self.model.open.draft.is_none();
        let outcome = self.model.open.token_request.last();
        if is_saved && outcome.is_some_and(|exchange| exchange.outcome.is_ok() && exchange.is_saved) {
            // The last refresh is of the tokens before.
            self.model.open.refresh_request.cancel();
            self.draft.home = true;
        }
    }
}
