//! What the window does for the page of the open profile.

use crate::gui::draft::{Naming, Remarks, TokenTab};
use crate::gui::intent::Step;
use crate::gui::window::Window;
use crate::service::{Notes, ProfileDraft, ProfileName, TagError, Tags};

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

    /// Saves notes and tags that were typed. A tag that is none is told at its field, and nothing is saved then.
    pub(in crate::gui) fn save_remarks(&mut self) {
        let (Some(name), Some(remarks)) = (self.model.open.saved_as.clone(), &self.draft.remarks) else { return };
        let (notes, Ok(tags)) = (remarks.notes(), remarks.tags()) else { return };
        self.draft.remarks = None;
        if let Some(saved) = &mut self.draft.changes.baseline {
            (saved.0.notes, saved.0.tags) = (notes.clone(), tags.clone());
        }
        self.work_on_listed(move |app, _| async move {
            app.set_notes_and_tags(&name, notes, tags).await?;
            Ok(None)
        });
    }

    /// Gives a profile the name that was typed, or makes a copy of that name.
    pub(in crate::gui) fn save_name(&mut self) {
        let Some(Naming { profile, copy, typed }) = self.draft.questions.naming.clone() else { return };
        let Ok(new) = ProfileName::parse(&typed) else { return };
        self.model.naming.start(self.tasks.start(move |app, _| async move {
            let problems = if copy {
                app.duplicate(&profile, &new).await?;
                Vec::new()
            } else {
                app.rename(&profile, &new).await?.problems
            };
            Ok((new, problems))
        }));
    }

    /// Opens the profile under its new name, or its copy.
    pub(in crate::gui) fn take_name(&mut self) {
        if self.draft.questions.naming.is_none() && !self.model.naming.is_pending() {
            // The dialog was closed on a failure.
            self.model.naming.cancel();
        }
        if !self.poll(|model| &mut model.naming) {
            return;
        }
        self.model.lease_busy = None;
        let Some((new, problems)) = self.model.naming.last().cloned() else { return };
        self.model.naming.cancel();
        self.draft.questions.naming = None;
        for problem in problems {
            self.model.tell(problem);
        }
        self.open(new, false);
    }
}

impl Remarks {
    pub(in crate::gui) fn of(profile: &ProfileDraft) -> Self {
        Self { tags: profile.tags.as_str().to_owned(), notes: profile.notes.as_str().to_owned() }
    }

    pub(in crate::gui) fn notes(&self) -> Notes {
        Notes::of(&self.notes)
    }

    /// The tags, which are separated by blanks or commas.
    pub(in crate::gui) fn tags(&self) -> Result<Tags, TagError> {
        let is_between = |c: char| c == ',' || c.is_whitespace();
        Tags::parse(self.tags.split(is_between).filter(|tag| !tag.is_empty()))
    }
}
