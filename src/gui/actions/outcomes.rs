//! What the window does with what the core tells, and with what came of the things it asked for.

use egui::Context;

use crate::app::{Failure, ImportOutcome, News, Notice, Progress, TrayPress, VaultState};
use crate::gui::desktop::{clipboard, links, notifications};
use crate::gui::drafts::{Focus, TokenTab};
use crate::gui::intent::{Intent, Step};
use crate::gui::model::{KeyDone, Model, Requested, Saved, Stand, Visit};
use crate::gui::screens;
use crate::gui::window::Window;
use crate::service::ProfileName;

impl Window {
    /// Takes in the news since the last frame.
    pub(in crate::gui) fn take_news(&mut self, ctx: &Context) {
        while let Some(news) = self.next_news() {
            match &news {
                News::Window(settings) => self.restore(ctx, *settings),
                News::Ticks(ticks) => self.draft.ticks.clone_from(ticks),
                News::TrayPressed(press) => self.tray.press(ctx, *press),
                News::NoticePressed => {
                    // Hidden in the tray or not.
                    self.tray.press(ctx, TrayPress::Show);
                    notifications::raise(ctx);
                }
                _ => {}
            }
            self.draft.next_view.to_top |= match &news {
                News::Problem(_) | News::Vault(_) => true,
                // It is tried again now and then; only the first news leads the eye.
                News::WritePending(name, _) => !self.model.pending_writes.contains_key(name),
                _ => false,
            };
            let is_first_list =
                matches!(news, News::Profiles(_)) && matches!(self.model.forgotten.all.stand(), Stand::Idle);
            if is_first_list {
                self.look_at_forgotten();
            }
            let next = self.follow_vault(&news).or_else(|| self.follow_end(&news));
            let draft = self.model.open.draft.clone();
            self.model.hear(news);
            self.propose_name(draft.as_ref());
            if let Some(next) = next {
                self.perform(ctx, next);
            }
        }
        clipboard::take(ctx);
        links::take(ctx);
        // A passphrase that is asked for by the screen has the keyboard, and so has the next try.
        let asks = screens::is_asked(&self.model, &self.draft);
        if asks && !std::mem::replace(&mut self.asked, asks) {
            self.draft.next_view.focus = Some(Focus::Passphrase);
        }
        self.asked = asks;
    }

    /// Takes in what came of what the window asked for.
    pub(in crate::gui) fn take_outcomes(&mut self, ctx: &Context) {
        let had_tokens = self.model.open.tokens.is_some();
        let draft = self.model.open.draft.clone();
        self.take_sign_in(ctx);
        self.take_requests(ctx);
        self.take_saved(ctx);
        self.take_of_profile();
        self.take_copied_token(ctx);
        self.take_name();
        self.take_forgotten();
        self.take_read_again();
        self.take_calendar();
        self.follow_saved();
        self.take_of_list(ctx);
        self.take_import();
        self.take_discovery();
        self.take_registered_client();
        self.poll(|model| &mut model.open.trial);
        self.take_export(ctx);
        self.take_team();
        self.take_inspection();
        self.take_call();
        self.take_settings();
        self.take_calls();
        self.propose_name(draft.as_ref());
        if !had_tokens && self.model.open.tokens.is_some() && self.model.open.saved_as.is_none() {
            self.draft.next_view.focus = Some(Focus::Name);
        }
    }

    pub(in crate::gui) fn hear(&mut self, told: Vec<Progress>) {
        for progress in told {
            match progress {
                Progress::RemovingMember { done, of } => self.model.team.removing = Some((done, of)),
                Progress::LeaseBusy(why) => self.model.lease_busy = Some(why),
                Progress::DraftSaved(name) => {
                    self.draft.changes.baseline = self.draft.changes.sent.clone();
                    self.model.open.saved(&Saved::Draft(name));
                }
                Progress::StageRehearsed(line) => {
                    self.draft.next_view.to_rehearsal = true;
                    if let Some(rehearsal) = &mut self.model.open.rehearsal {
                        rehearsal.lines.push(line);
                    }
                }
                Progress::Waiting(_)
                | Progress::DeviceWaiting(_)
                | Progress::BrowserFailed(_)
                | Progress::ResponseIgnored(_)
                | Progress::ResponseAstray(_) => {
                    self.draft.next_view.to_top = true;
                    self.model.open.sign_in.hear(progress);
                }
                Progress::Retrying(_) => self.model.open.sign_in.hear(progress),
                Progress::CodeCame
                | Progress::RequestSigned(_)
                | Progress::Sending(_)
                | Progress::Traced(_)
                | Progress::CodeLeft(_)
                | Progress::Fetching(_) => {}
            }
        }
    }

    /// Takes in what came of a request; whether it has ended now.
    pub(in crate::gui) fn poll<T>(&mut self, request: impl FnOnce(&mut Model) -> &mut Requested<T>) -> bool {
        let mut told = Vec::new();
        let ended = request(&mut self.model).poll(&mut told);
        self.hear(told);
        ended
    }

    /// The sign-in: its code, and its end.
    fn take_sign_in(&mut self, ctx: &Context) {
        self.poll(|model| &mut model.browsers);
        self.take_checks();
        let ended = self.poll(|model| &mut model.open.sign_in.work);
        if self.model.open.sign_in.code_came() {
            self.draft.next_view.to_top = true;
            let waits = self.go_on_with_code();
            self.call_person(ctx, waits);
        }
        if !ended {
            return;
        }
        self.model.lease_busy = None;
        // Where it goes well, its token request is waited for at its own place.
        match self.model.open.sign_in.work.take() {
            Some(Ok(exchange)) => match exchange.outcome.clone() {
                Ok(_) => self.take_tokens_of_device(ctx, exchange),
                Err(failure) => self.sign_in_failed(ctx, failure),
            },
            Some(Err(failure)) => self.sign_in_failed(ctx, failure),
            None => {}
        }
    }

    fn sign_in_failed(&mut self, ctx: &Context, failure: Failure) {
        // What went wrong is shown on its own step: that is where the window leads.
        self.draft.step = Step::Authorization;
        self.draft.next_view.to_top = true;
        self.call_person(ctx, Some(notifications::failed(&failure, self.service_name())));
        self.model.open.sign_in.visit = Visit::Failed(failure);
    }

    /// The token request, the refresh request and the question for the account.
    fn take_requests(&mut self, ctx: &Context) {
        let requested = self.poll(|model| &mut model.open.token_request);
        let refreshed = self.poll(|model| &mut model.open.refresh_request);
        let identified = self.poll(|model| &mut model.open.identity);
        let tried = self.poll(|model| &mut model.open.tried);
        if requested {
            let notice = self.notice_of_token_request();
            let failed = self.model.open.token_request.last().is_none_or(|exchange| exchange.outcome.is_err());
            if failed {
                self.draft.step = Step::Tokens;
                self.draft.tokens_step.tab = TokenTab::TokenRequest;
            }
            if let Some(exchange) = self.model.open.token_request.last().cloned() {
                self.model.open.called(&exchange);
            }
            self.return_home();
            self.call_person(ctx, notice);
        }
        if refreshed && let Some(exchange) = self.model.open.refresh_request.last().cloned() {
            self.model.open.called(&exchange);
            if exchange.outcome.is_ok() {
                self.draft.forget_refresh_token();
            }
        }
        if requested || refreshed || identified {
            self.model.lease_busy = None;
            self.draft.next_view.to_top |= requested || refreshed || self.model.open.identity.failure().is_some();
            self.history_may_have_changed();
        }
        if tried && let Some(failure) = self.model.open.tried.failure().cloned() {
            self.model.tell(failure.diagnosis);
        }
    }

    pub(in crate::gui) fn notice_of_token_request(&self) -> Option<Notice> {
        let request = &self.model.open.token_request;
        match (request.last(), request.failure()) {
            (Some(exchange), _) => Some(notifications::of_token_request(exchange, self.service_name())),
            (None, Some(failure)) => Some(notifications::failed(failure, self.service_name())),
            (None, None) => None,
        }
    }

    fn service_name(&self) -> &str {
        self.draft.profile.as_ref().map_or("", |profile| profile.service.name.as_str())
    }

    fn take_saved(&mut self, ctx: &Context) {
        if !self.poll(|model| &mut model.open.save) {
            return;
        }
        let next = self.after_saving.take();
        if let Some(saved) = self.model.open.save.last().cloned() {
            self.draft.changes.baseline = self.draft.changes.sent.take();
            self.model.open.saved(&saved);
            self.draft.home = matches!(saved, Saved::Profile(_));
            self.draft.next_view.to_top |= self.draft.home;
            self.history_may_have_changed();
            if let Some(next) = next {
                self.perform(ctx, next);
            }
            return;
        }
        // Without tokens there is no place on the screen for the failure.
        let failure = self.model.open.save.failure().filter(|_| next.is_some() && self.model.open.tokens.is_none());
        if let Some(failure) = failure.cloned() {
            self.model.problems.push(failure.diagnosis);
        }
    }

    /// The generations of the profile, its private key, its rehearsal, its preset.
    fn take_of_profile(&mut self) {
        self.poll(|model| &mut model.open.history);
        self.poll(|model| &mut model.open.preset);
        let key = self.poll(|model| &mut model.open.key);
        let certificate = self.poll(|model| &mut model.open.client_certificate);
        if let Some(mut rehearsal) = self.model.open.rehearsal.take() {
            let mut told = Vec::new();
            self.draft.next_view.to_rehearsal |= rehearsal.work.poll(&mut told);
            self.model.open.rehearsal = Some(rehearsal);
            self.hear(told);
        }
        if self.poll(|model| &mut model.open.restore) {
            self.model.lease_busy = None;
            if let Some(restored) = self.model.open.restore.last().cloned() {
                self.model.open.restored(&restored);
                self.history_may_have_changed();
            }
        }
        if key && let Some(KeyDone::Read(read)) = self.model.open.key.last().cloned() {
            self.draft.take_key(&read);
            self.model.open.key.cancel();
        }
        self.take_client_certificate(certificate);
    }

    /// A profile is forgotten; its page goes with it.
    fn forgotten(&mut self, name: &ProfileName) {
        let was_shown = self.draft.home && self.model.open.saved_as.as_ref() == Some(name);
        // A draft that nobody saved is gone.
        let can_be_undone = self.model.profiles.iter().all(|listed| listed.name != *name || !listed.draft);
        self.model.forgotten.last = can_be_undone.then(|| name.clone());
        self.model.forget(name);
        self.look_at_forgotten();
        if was_shown {
            self.leave_wizard();
        }
    }

    /// What was asked about saved profiles and the vault.
    fn take_of_list(&mut self, ctx: &Context) {
        let mut told = Vec::new();
        for mut work in std::mem::take(&mut self.model.listed) {
            if !work.poll(&mut told) {
                self.model.listed.push(work);
                continue;
            }
            self.model.lease_busy = None;
            match work.take() {
                Some(Ok(Some(name))) => self.forgotten(&name),
                Some(Err(failure)) => self.tell_failure(failure),
                Some(Ok(None)) | None => {}
            }
        }
        if let Some(asked) = &mut self.model.query
            && asked.answer.poll(&mut told)
        {
            self.model.lease_busy = None;
            if let Some(account) = asked.answer.last().and_then(|findings| findings.account.clone()) {
                self.model.known_as.insert(asked.profile.clone(), account);
            }
            self.history_may_have_changed();
        }
        if self.model.vault_work.poll(&mut told) {
            match self.model.vault_work.take() {
                Some(Err(failure)) => self.tell_failure(failure),
                _ => self.draft.questions.move_vault = false,
            }
        }
        if self.model.opening.poll(&mut told) {
            match self.model.opening.take() {
                Some(Ok(opened)) => {
                    // What goes on for the profile that is left ends; if the other one cannot be read, it goes on.
                    self.cancel_all();
                    self.model.opened(&opened);
                    self.draft.open(&opened);
                    if self.signing_in.take().is_some_and(|name| name == opened.name) {
                        self.perform(ctx, Intent::SignInAgain);
                    }
                }
                Some(Err(failure)) => self.tell_failure(failure),
                None => {}
            }
        }
        self.hear(told);
    }

    /// A failure that has no place of its own on the screen.
    pub(in crate::gui) fn tell_failure(&mut self, failure: Failure) {
        self.draft.next_view.to_top = true;
        self.model.tell(failure.diagnosis);
    }

    /// Reads the generations again, where they are shown.
    pub(in crate::gui) fn history_may_have_changed(&mut self) {
        if self.model.open.history.last().is_some()
            && let Some(name) = self.model.open.name().cloned()
        {
            self.ask_history(name);
        }
    }

    fn take_import(&mut self) {
        let read = self.poll(|model| &mut model.import);
        let accepted = self.poll(|model| &mut model.accepted);
        self.draft.next_view.to_top |= read || accepted;
        if read {
            match self.model.import.last() {
                // Once it is read, the text itself is needed no more.
                Some(ImportOutcome::Described(_) | ImportOutcome::Shared(_)) => {
                    if let Some(import) = &mut self.draft.import {
                        (import.pasted, import.passphrase) = Default::default();
                    }
                }
                Some(ImportOutcome::NotChosen) => self.draft.next_view.focus = Some(Focus::Path),
                _ => {}
            }
        }
        if accepted && let Some(Err(failure)) = self.model.accepted.take_failed() {
            self.model.import = Requested::ended(Err(failure));
        }
    }

    /// Has the desktop say something, where the person looks elsewhere.
    pub(in crate::gui) fn call_person(&mut self, ctx: &Context, notice: Option<Notice>) {
        if let Some(notice) = self.attention.call(ctx, notice) {
            self.tasks.run(move |app| async move {
                app.notify(notice).await;
                Ok(())
            });
        }
    }

    /// What the vault means for what waits for it; what is to be done now that it is open.
    fn follow_vault(&mut self, news: &News) -> Option<Intent> {
        let News::Vault(state) = news else { return None };
        if matches!(state, VaultState::Open(_)) {
            if self.draft.questions.vault.is_none()
                && self.model.open.tokens.is_some()
                && self.model.open.saved_as.is_none()
            {
                // What is left to do with tokens that waited for it.
                self.draft.next_view.focus = Some(Focus::Name);
            } else if self.draft.profile.is_none() {
                self.draft.next_view.focus = Some(Focus::Search);
            }
            return self.draft.questions.vault.take()?.then.map(|then| *then);
        }
        if self.draft.questions.vault.is_some() || screens::is_refused(state) {
            self.draft.next_view.focus = Some(Focus::Passphrase);
        }
        None
    }

    /// The process is asked to end. Nothing can be asked any more: what was typed is saved.
    fn follow_end(&mut self, news: &News) -> Option<Intent> {
        if !matches!(news, News::EndAsked) {
            return None;
        }
        self.leaving = true;
        if self.draft.has_edits() {
            self.save_typed();
        }
        Some(Intent::CloseAnyway)
    }
}
