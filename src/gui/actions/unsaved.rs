//! Guards against loss: leaving unsaved input or an unused code asks first, and what needs the vault waits until it is open.

use egui::Context;

use crate::app::{CallContext, SaveTo, VaultState};
use crate::gui::drafts::{Focus, Loss, Question, TokenTab, VaultPrompt};
use crate::gui::intent::{CertificateWish, Intent, KeyWish, Step};
use crate::gui::model::{Model, Saved, Stand, Visit};
use crate::gui::window::Window;
use crate::service::ProfileName;

impl Window {
    /// The intent, if it may be performed now; else the person is asked first, and it is performed afterwards.
    pub(in crate::gui) fn confirm_first(&mut self, intent: Intent) -> Option<Intent> {
        if leaves(&intent)
            && let Some(loss) = self.loss()
        {
            self.draft.questions.unsaved = Some(Question { loss, then: Box::new(intent) });
            return None;
        }
        if self.needs_vault(&intent) && !matches!(self.model.vault, VaultState::Open(_)) {
            self.draft.questions.vault = Some(VaultPrompt { then: Some(Box::new(intent)) });
            self.draft.next_view.focus = Some(Focus::Passphrase);
            return None;
        }
        Some(intent)
    }

    /// What would be lost if the wizard were left now.
    pub(in crate::gui) fn loss(&self) -> Option<Loss> {
        if self.draft.changes.waived {
            return None;
        }
        if holds_code(&self.model) {
            return Some(Loss::Code);
        }
        self.draft.has_edits().then_some(Loss::Edits)
    }

    /// The vault must be open to save or read something, and before a request to a real service, so that the tokens can be
    /// saved. The practice service can be signed in to again at any time.
    fn needs_vault(&self, intent: &Intent) -> bool {
        let is_held = |name: &ProfileName| self.model.pending_writes.contains_key(name);
        match intent {
            Intent::Open(name) | Intent::Forget(name) => !is_held(name),
            Intent::Authorize { .. }
            | Intent::AuthorizeByHand
            | Intent::AuthorizeOnDevice
            | Intent::SignInAgain
            | Intent::StepUp
            | Intent::RequestTokens
            | Intent::SignToken
            | Intent::RequestRefresh
            | Intent::ResendRefresh => {
                // What is missing is said first.
                let is_complete = self.draft.errors().is_empty();
                is_complete && self.draft.profile.as_ref().is_some_and(|profile| !profile.service.practice)
            }
            Intent::SaveUnsaved => {
                matches!(self.draft.questions.unsaved, Some(Question { loss: Loss::Edits, .. }))
            }
            Intent::Save { .. }
            | Intent::SignIn(_)
            | Intent::Revoke(_)
            | Intent::CopyToken(_)
            | Intent::CopyResourceToken(_)
            | Intent::SaveName
            | Intent::Unforget(_)
            | Intent::Erase(_)
            | Intent::Ask(..)
            | Intent::ShowHistory(_)
            | Intent::Restore { .. }
            | Intent::Key(KeyWish::Save | KeyWish::Open)
            | Intent::ClientCertificate(CertificateWish::Save)
            | Intent::Client(_)
            | Intent::RetrySave
            | Intent::OpenExport(_)
            | Intent::OpenInspect(Some(_))
            | Intent::SendCall { .. }
            | Intent::OpenShare
            | Intent::OpenTeam
            | Intent::OpenCalendar
            | Intent::SaveCalendar { .. }
            | Intent::ShareWithTeam
            | Intent::Unshare(_)
            | Intent::Team(_)
            | Intent::AcceptShared => true,
            _ => false,
        }
    }

    /// Asks before closing a window that holds the only copy of tokens.
    pub(in crate::gui) fn ask_before_closing(&mut self, ctx: &Context) {
        let wanted = ctx.input(|input| input.viewport().close_requested());
        if !wanted || self.leaving || self.tray.would_hide(&self.model) {
            return;
        }
        if let Some(loss) = self.loss() {
            ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            self.draft.questions.unsaved = Some(Question { loss, then: Box::new(Intent::Close) });
        } else if !self.model.pending_writes.is_empty() {
            ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            self.draft.questions.close = true;
        }
    }

    /// Where the tokens of the next request are saved.
    pub(in crate::gui) fn save_to(&mut self) -> SaveTo {
        self.draft.changes.sent = self.draft.typed();
        match (&self.model.open.saved_as, &self.model.open.draft) {
            (Some(saved), None) if !self.draft.has_edits() => SaveTo::Renewal(saved.clone()),
            (saved, draft) => SaveTo::Draft { name: draft.clone(), of: saved.clone() },
        }
    }

    pub(in crate::gui) fn discard_unsaved(&mut self, ctx: &Context) {
        let Some(Question { then, .. }) = self.draft.questions.unsaved.take() else { return };
        self.draft.changes.waived = true;
        self.perform(ctx, *then);
    }

    pub(in crate::gui) fn save_unsaved(&mut self, ctx: &Context) {
        let Some(Question { loss, then }) = self.draft.questions.unsaved.take() else { return };
        match loss {
            Loss::Code => {
                self.draft.step = Step::Tokens;
                self.draft.tokens_step.tab = TokenTab::TokenRequest;
                self.perform(ctx, Intent::RequestTokens);
            }
            Loss::Edits => {
                self.after_saving = Some(*then);
                self.save_typed();
            }
        }
    }

    /// Saves what is typed: in the saved profile it belongs to where it is complete, else as a draft.
    pub(in crate::gui) fn save_typed(&mut self) {
        let Some(profile) = &self.draft.profile else { return };
        let mut context = CallContext::new(profile.as_typed(), self.draft.secrets.clone());
        self.draft.changes.sent = self.draft.typed();
        let (saved, draft) = (self.model.open.saved_as.clone(), self.model.open.draft.clone());
        if let (Some(name), None, Some(context)) = (&saved, &draft, self.draft.context(&self.model)) {
            let name = name.clone();
            self.model.open.save.start(self.tasks.start(|app, _| async move {
                app.save_again(&name, context, None).await?;
                Ok(Saved::Profile(name))
            }));
            return;
        }
        self.model.complete(&mut context);
        if saved.is_some() && draft.is_none() {
            // They stay with the saved profile: a refresh token has one home.
            context.tokens = None;
        }
        self.model.open.save.start(
            self.tasks.start(|app, _| async move { app.save_typed(context, draft, saved).await.map(Saved::Draft) }),
        );
    }

    /// Puts the name of a new draft into the field, ready to be replaced.
    pub(in crate::gui) fn propose_name(&mut self, before: Option<&ProfileName>) {
        let Some(draft) = &self.model.open.draft else { return };
        if before == Some(draft) {
            return;
        }
        let is_untouched = self.draft.tokens_step.name.is_empty()
            || before.is_some_and(|before| before.as_str() == self.draft.tokens_step.name);
        if is_untouched {
            self.draft.tokens_step.name = match &self.model.open.saved_as {
                Some(saved) => saved.to_string(),
                None => draft.to_string(),
            };
        }
    }
}

/// Whether this leaves what the wizard shows.
fn leaves(intent: &Intent) -> bool {
    matches!(
        intent,
        Intent::NewProfile
            | Intent::Choose(_)
            | Intent::Open(_)
            | Intent::SignIn(_)
            | Intent::ShowHome
            | Intent::LockVault
            | Intent::UseImport { .. }
            | Intent::Close
    )
}

/// Whether there is a code that nobody has used.
fn holds_code(model: &Model) -> bool {
    let Visit::Done(authorized) = &model.open.sign_in.visit else { return false };
    match model.open.token_request.stand() {
        Stand::Idle | Stand::Failed(_) => true,
        // What it brings is saved, whoever looks on.
        Stand::Pending(_) => false,
        Stand::Done(exchange) => match &exchange.outcome {
            Ok(tokens) => tokens.obtained_at < authorized.at,
            // It was sent and refused: it is spent.
            Err(_) => false,
        },
    }
}
