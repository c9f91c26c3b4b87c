//! What stands between a person and a loss: leaving what was typed or a code that was not used asks first, and what needs
//! the vault waits until it is open.

use egui::Context;

use crate::app::{AuthorizationState, CallContext, CallState, Command, Event, Flow, Keeping, Session, VaultState};
use crate::gui::app::App;
use crate::gui::draft::{Door, Focus, Question};
use crate::gui::intent::{Answer, Intent};
use crate::gui::screens;
use crate::service::ProfileName;

/// What would be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// What was typed or imported and is not saved.
    Edits,
    /// An authorization code that has not brought tokens yet.
    Code,
}

impl App {
    /// The intent, if it may be done now. Else the person is asked first, and it is done afterwards.
    pub(in crate::gui) fn gate(&mut self, intent: Intent) -> Option<Intent> {
        if leaves(&intent)
            && let Some(loss) = self.loss()
        {
            self.draft.question = Some(Question { loss, then: Box::new(intent) });
            return None;
        }
        if self.needs_vault(&intent) && !matches!(self.session.vault, VaultState::Open(_)) {
            self.draft.door = Some(Door { then: Some(Box::new(intent)) });
            self.draft.lead.focus = Some(Focus::Passphrase);
            return None;
        }
        Some(intent)
    }

    /// What would be lost if the wizard were left now.
    pub(in crate::gui) fn loss(&self) -> Option<Loss> {
        if self.draft.waived {
            return None;
        }
        if holds_code(&self.session) {
            return Some(Loss::Code);
        }
        self.draft.has_edits().then_some(Loss::Edits)
    }

    /// The vault is asked for when something is to be kept or read, and for a real service before its call: what comes
    /// back must find its place. The practice service can be signed in to again at any time.
    fn needs_vault(&self, intent: &Intent) -> bool {
        let is_held = |name: &ProfileName| self.session.unkept.contains_key(name);
        match intent {
            Intent::Open(name) | Intent::Forget(name) => !is_held(name),
            Intent::Authorize { .. } | Intent::CallBearer | Intent::CallRefresh => {
                // What is missing is said first.
                let is_complete = self.draft.errors().is_empty();
                is_complete && self.draft.profile.as_ref().is_some_and(|profile| !profile.service.practice)
            }
            Intent::Answer(Answer::Save) => matches!(self.draft.question, Some(Question { loss: Loss::Edits, .. })),
            Intent::Save { .. }
            | Intent::SignIn(_)
            | Intent::Revoke(_)
            | Intent::WhoAmI(_)
            | Intent::ShowHistory(_)
            | Intent::Restore { .. }
            | Intent::KeepKey
            | Intent::OpenKey
            | Intent::KeepUnkept
            | Intent::OpenExport(_)
            | Intent::OpenShare
            | Intent::TakeShared => true,
            _ => false,
        }
    }

    /// Does not close on tokens that are kept nowhere else, but asks first.
    pub(in crate::gui) fn ask_before_closing(&mut self, ctx: &Context) {
        let wanted = ctx.input(|input| input.viewport().close_requested());
        if !wanted || self.leaving || self.tray.would_hide(&self.session) {
            return;
        }
        if let Some(loss) = self.loss() {
            ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            self.draft.question = Some(Question { loss, then: Box::new(Intent::Close) });
        } else if !self.session.unkept.is_empty() {
            ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            self.draft.closing = true;
        }
    }

    /// Where the tokens of a call go that is made now.
    pub(in crate::gui) fn keeping(&mut self) -> Keeping {
        self.draft.sent = self.draft.typed();
        match (&self.session.saved_as, &self.session.draft) {
            (Some(saved), None) if !self.draft.has_edits() => Keeping::Again(saved.clone()),
            (saved, draft) => Keeping::Draft { name: draft.clone(), of: saved.clone() },
        }
    }

    /// Does what the person answered to the question.
    pub(in crate::gui) fn answer(&mut self, ctx: &Context, answer: Answer) {
        let Some(Question { loss, then }) = self.draft.question.take() else { return };
        match (answer, loss) {
            (Answer::Cancel | Answer::LeaveVault, _) => {}
            (Answer::Discard, _) => {
                self.draft.waived = true;
                self.perform(ctx, *then);
            }
            (Answer::Save, Loss::Code) => {
                self.draft.step = crate::gui::draft::Step::Tokens;
                self.draft.tab = crate::gui::draft::TokenTab::Bearer;
                self.perform(ctx, Intent::CallBearer);
            }
            (Answer::Save, Loss::Edits) => {
                self.after_saving = Some(*then);
                self.keep_typed();
            }
        }
    }

    /// Keeps what is typed: in the saved profile it belongs to where it is complete, else as a draft.
    pub(in crate::gui) fn keep_typed(&mut self) {
        let Some(profile) = &self.draft.profile else { return };
        self.draft.sent = self.draft.typed();
        let (saved, draft) = (self.session.saved_as.clone(), self.session.draft.clone());
        if let (Some(name), None, Some(material)) = (&saved, &draft, self.draft.material(&self.session)) {
            let (name, material) = (name.clone(), Box::new(material));
            let attempt = self.session.begin(Flow::Save);
            self.worker.send(Command::SaveAgain { attempt, name, material, draft: None });
            return;
        }
        let mut material = CallContext::new(profile.as_typed(), self.draft.secrets.clone());
        self.session.complete(&mut material);
        if saved.is_some() && draft.is_none() {
            // They stay with the saved profile: a refresh token has one home.
            material.tokens = None;
        }
        let attempt = self.session.begin(Flow::Save);
        self.worker.send(Command::KeepTyped { attempt, material: Box::new(material), draft, of: saved });
    }

    /// Looks at what an event means for what is kept; what is to be done now that it is.
    pub(in crate::gui) fn follow_keeping(&mut self, event: &Event) -> Option<Intent> {
        match event {
            Event::Saved(attempt, _) | Event::EditsKept(attempt, _)
                if self.session.running(Flow::Save) == Some(*attempt) =>
            {
                self.draft.baseline = self.draft.sent.take();
                self.after_saving.take()
            }
            Event::DraftKept(attempt, _) if self.session.attempts().any(|going| going == *attempt) => {
                self.draft.baseline = self.draft.sent.clone();
                None
            }
            Event::Failed(attempt, failure) if self.session.running(Flow::Save) == Some(*attempt) => {
                if self.after_saving.take().is_some() && self.session.tokens.is_none() {
                    self.session.problems.push(failure.diagnosis.clone());
                }
                None
            }
            Event::Vault(VaultState::Open(_)) => {
                if self.draft.door.is_none() && self.session.tokens.is_some() && self.session.saved_as.is_none() {
                    // What is left to do with tokens that waited for it.
                    self.draft.lead.focus = Some(Focus::Name);
                } else if self.draft.profile.is_none() {
                    self.draft.lead.focus = Some(Focus::Search);
                }
                self.draft.door.take()?.then.map(|then| *then)
            }
            Event::Vault(state) if self.draft.door.is_some() || screens::is_refused(state) => {
                self.draft.lead.focus = Some(Focus::Passphrase);
                None
            }
            // Nothing can be asked any more: it is kept.
            Event::EndAsked => {
                self.leaving = true;
                if self.draft.has_edits() {
                    self.keep_typed();
                }
                Some(Intent::CloseAnyway)
            }
            _ => None,
        }
    }

    /// The name that is proposed for what has just been kept as a draft stands in the field, ready to be typed over.
    pub(in crate::gui) fn propose_name(&mut self, before: Option<&ProfileName>) {
        let Some(draft) = &self.session.draft else { return };
        if before == Some(draft) {
            return;
        }
        let is_untouched =
            self.draft.name.is_empty() || before.is_some_and(|before| before.as_str() == self.draft.name);
        if is_untouched {
            self.draft.name = match &self.session.saved_as {
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
            | Intent::UseImport { .. }
            | Intent::Close
    )
}

/// Whether there is a code that nobody has used.
fn holds_code(session: &Session) -> bool {
    let AuthorizationState::Done(authorized) = &session.authorization else { return false };
    match &session.bearer {
        CallState::Idle | CallState::Failed(_) => true,
        // What it brings is kept, whoever looks on.
        CallState::Sending(_) => false,
        CallState::Done(exchange) => match &exchange.outcome {
            Ok(tokens) => tokens.obtained_at < authorized.at,
            // It was sent and refused: it is spent.
            Err(_) => false,
        },
    }
}
