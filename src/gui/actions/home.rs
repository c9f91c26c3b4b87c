//! What the window does for the page of the open profile.

use egui::Context;

use crate::app::{Need, Sensitivity, Wanted};
use crate::gui::desktop::clipboard;
use crate::gui::desktop::copied_token::{CopiedAs, CopiedToken};
use crate::gui::drafts::TokenTab;
use crate::gui::drafts::profile_page::Naming;
use crate::gui::intent::Step;
use crate::gui::window::Window;
use crate::oauth::{Resource, TokenSet};
use crate::secret::Secret;
use crate::service::ProfileName;

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
        let waits_for_code = self.model.open.code_until.is_some_and(|until| until > self.draft.clock.now);
        if waits_for_code {
            return self.sign_in_on_device();
        }
        let has_browser = self.draft.profile.as_ref().is_some_and(|profile| profile.client_flow);
        if has_browser {
            self.sign_in(false);
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

impl Window {
    /// Copies the token of the open profile, once it is there.
    pub(in crate::gui) fn copy_token(&mut self, ctx: &Context, what: CopiedToken) {
        let Some(name) = self.model.open.saved_as.clone() else { return };
        if what == CopiedToken::Curl {
            let command = Secret::new(self.curl_command(&name));
            clipboard::copy(ctx, what.id(), command, Sensitivity::Plain);
            return;
        }
        self.fetch_to_copy(name, CopiedAs::Own(what));
    }

    /// Copies the token for another API, once it is there.
    pub(in crate::gui) fn copy_resource_token(&mut self, resource: Resource) {
        let Some(name) = self.model.open.saved_as.clone() else { return };
        self.fetch_to_copy(name, CopiedAs::ForResource(resource));
    }

    fn fetch_to_copy(&mut self, name: ProfileName, copied_as: CopiedAs) {
        let wanted = Wanted { need: Need::Usable, resource: copied_as.resource().cloned() };
        self.model.open.copied_as = Some(copied_as);
        let token =
            self.tasks.start(|app, report| async move { app.token_to_present(&name, wanted, None, &report).await });
        self.model.open.copying.start(token);
    }

    /// Puts the token on the clipboard.
    pub(in crate::gui) fn take_copied_token(&mut self, ctx: &Context) {
        if !self.poll(|model| &mut model.open.copying) {
            return;
        }
        self.model.lease_busy = None;
        let Some(copied_as) = self.model.open.copied_as.take() else { return };
        if let Some(token) = self.model.open.copying.last() {
            clipboard::copy(ctx, copied_as.id(), copied_as.text(token), Sensitivity::Secret);
            if let (Some(resource), Some(own)) = (copied_as.resource(), &mut self.model.open.tokens) {
                *own = own.with_resource(resource, &token.tokens);
            }
            // It stays nowhere else.
            self.model.open.copying.cancel();
        }
    }

    /// The command asks the service whose token it is, where it can; else it has a place for the address.
    fn curl_command(&self, name: &ProfileName) -> String {
        let url = self.identity_url().unwrap_or_else(|| "https://api.example.com/".to_owned());
        let is_bound = self.model.open.tokens.as_ref().is_some_and(TokenSet::needs_proof);
        // for programs: a command for a shell
        let proof = if is_bound { format!(" --for 'GET {url}'") } else { String::new() };
        let header = format!("header=\"$(tokenwright token {name} --header{proof})\"");
        format!("{header} && printf '%s\\n' \"$header\" | curl --header @- '{url}'")
    }

    /// The address of the service's identity endpoint, if it holds no secret and nothing that ends the quotes around it.
    pub(in crate::gui) fn identity_url(&self) -> Option<String> {
        let context = self.draft.context(&self.model)?;
        let call = context.preview(&context.profile.service.identity.as_ref()?.call, self.draft.clock.now).ok()?;
        if call.url.secret_names().next().is_some() {
            return None;
        }
        let url = call.url.to_secret().expose().to_owned();
        (!url.contains('\'')).then_some(url)
    }
}
