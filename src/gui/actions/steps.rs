//! What the steps of the wizard ask of the core.

use crate::app::{App, Browser, CallContext, Fetched, Need, Notice, Report, SignIn, questions};
use crate::gui::desktop::notifications;
use crate::gui::drafts::{ComparedDetails, Focus, TokenTab};
use crate::gui::intent::Step;
use crate::gui::model::{self, Saved, Visit};
use crate::gui::screens;
use crate::gui::window::Window;
use crate::secret::Secret;
use crate::service::{ClientAuthentication, ProfileDraft, ProfileName};

impl Window {
    /// Opens the browser; with `can_paste` even if its answer cannot be listened for.
    pub(in crate::gui) fn sign_in(&mut self, can_paste: bool) {
        self.draft.insist();
        let Some(mut context) = self.draft.context(&self.model) else { return };
        // The core would use a refresh token in place of the browser.
        context.secrets.refresh_token = Secret::default();
        self.draft.step = Step::Authorization;
        self.draft.next_view.to_top = true;
        self.draft.authorization_step.pasted = Secret::default();
        let request = SignIn { context, browser: Browser::System, save_to: self.save_to(), can_paste };
        self.find_browsers();
        let (ask, answers) = questions();
        let mut sign_in = model::SignIn { answers: Some(answers), visit: Visit::Starting, ..model::SignIn::default() };
        sign_in.work.start(self.tasks.start(|app, report| async move {
            let ask = ask(report);
            app.sign_in(request, &ask).await.map(|(_, exchange)| exchange)
        }));
        self.model.open.sign_in = sign_in;
    }

    /// Sends what can be sent without a person.
    pub(in crate::gui) fn try_service(&mut self) {
        let Some(context) = self.context() else { return };
        self.draft.authorization_step.tried = self.draft.typed();
        let work = |app: App, report| async move { app.try_service(context, &report).await };
        self.model.open.trial.start(self.tasks.start(work));
    }

    /// Tries the ports of the redirect URIs that are typed.
    pub(in crate::gui) fn check_redirects(&mut self) {
        let Some(profile) = self.draft.profile.as_ref().map(ProfileDraft::as_typed) else { return };
        let check = |app: App, _| async move { Ok(app.check_redirects(&profile).await) };
        self.model.open.redirects.start_again(self.tasks.start(check));
    }

    /// Fetches the types of authorization details that the metadata of the service leads to, if it has any.
    pub(in crate::gui) fn fetch_detail_types(&mut self) {
        let step = &mut self.draft.authorization_step;
        step.details = ComparedDetails::default();
        let address = step.offered.detail_types_url.clone();
        if address.is_empty() {
            return self.model.open.detail_types.cancel();
        }
        let fetch = |app: App, report: Report| async move { app.detail_types(&address, &report).await };
        self.model.open.detail_types.start(self.tasks.start(fetch));
    }

    /// Takes in what came of the checks of step 2.
    pub(in crate::gui) fn take_checks(&mut self) {
        self.poll(|model| &mut model.open.redirects);
        self.poll(|model| &mut model.open.detail_types);
    }

    /// Uses another redirect URI.
    pub(in crate::gui) fn use_redirect(&mut self, uri: String) {
        let Some(profile) = &mut self.draft.profile else { return };
        profile.redirect_uri = uri;
        // What failed was the other one.
        self.model.open.sign_in = model::SignIn::default();
        self.model.open.redirects.stop();
    }

    /// The code has come: the token request is sent at once, unless the person wants to look first or something is missing;
    /// then that is what the desktop says.
    pub(in crate::gui) fn go_on_with_code(&mut self) -> Option<Notice> {
        let service = self.draft.profile.as_ref().map_or("", |profile| profile.service.name.as_str());
        let waits = Some(notifications::code_waits(service));
        if self.settings.stop_before_token_call {
            return waits;
        }
        self.draft.tokens_step.tab = TokenTab::TokenRequest;
        self.draft.go_to(Step::Tokens, &self.model);
        if self.draft.step != Step::Tokens {
            return waits;
        }
        if screens::missing_of_call(&self.model, &self.draft).is_some() {
            self.draft.next_view.focus = Some(Focus::Missing);
            return waits;
        }
        self.request_tokens();
        None
    }

    /// Shows where a refresh token that is at hand is entered.
    pub(in crate::gui) fn enter_refresh_token(&mut self) {
        self.draft.tokens_step.tab = TokenTab::RefreshRequest;
        self.draft.go_to(Step::Tokens, &self.model);
    }

    pub(in crate::gui) fn paste(&mut self) {
        if let Some(answers) = &self.model.open.sign_in.answers {
            answers.paste(std::mem::take(&mut self.draft.authorization_step.pasted));
        }
    }

    /// What a call is made from; what is missing is shown.
    fn context(&mut self) -> Option<CallContext> {
        let context = self.draft.context(&self.model);
        if context.is_none() {
            self.draft.insist();
        }
        context
    }

    /// Sends the token request: that of the sign-in which waits for it, else one of its own.
    pub(in crate::gui) fn request_tokens(&mut self) {
        let Some(mut context) = self.context() else { return };
        let save_to = self.save_to();
        let open = &mut self.model.open;
        let waits = open.sign_in.work.is_pending() && matches!(open.sign_in.visit, Visit::Done(_));
        if let (true, Some(answers)) = (waits, open.sign_in.answers.take()) {
            context.secrets.refresh_token = Secret::default();
            answers.proceed((context, save_to));
            open.token_request = open.sign_in.work.hand_over();
            return;
        }
        let request = |app: crate::app::App, report| async move { app.request_tokens(context, save_to, &report).await };
        open.token_request.start(self.tasks.start(request));
    }

    pub(in crate::gui) fn request_refresh(&mut self, need: Need) {
        let Some(context) = self.context() else { return };
        let (save_to, saved_as) = (self.save_to(), self.model.open.name().cloned().map(|name| (name, need)));
        self.model.open.refresh_request.start(
            self.tasks
                .start(|app, report| async move { app.request_refresh(context, saved_as, save_to, &report).await }),
        );
    }

    /// Sends the request that was refused once more, with the client's ID and secret in the other place. If it works, that is
    /// what is saved.
    pub(in crate::gui) fn try_other_authentication(&mut self) {
        let Some(profile) = &mut self.draft.profile else { return };
        let Some(other) = profile.client_authentication().and_then(ClientAuthentication::other) else { return };
        profile.choose_client_authentication(other);
        match self.draft.tokens_step.tab {
            TokenTab::TokenRequest => self.request_tokens(),
            TokenTab::RefreshRequest => self.request_refresh(Need::New),
        }
    }

    pub(in crate::gui) fn check_token(&mut self) {
        let Some(context) = self.context() else { return };
        let saved_as = self.model.open.name().cloned();
        let check = |app: crate::app::App, report| async move { app.check_token(context, saved_as, &report).await };
        self.model.open.identity.start(self.tasks.start(check));
    }

    /// The newest text wins: what is still evaluated for an older one is stopped.
    pub(in crate::gui) fn try_reading(&mut self) {
        let Some((reading, reply)) = screens::tried(&self.model, &self.draft) else { return };
        self.draft.tokens_step.tried = Some((self.draft.tokens_step.tab, reading.clone()));
        let work = |app: crate::app::App, _| async move { Ok(app.try_reading(&reading, &reply).await) };
        self.model.open.tried.start_again(self.tasks.start(work));
    }

    /// The value belongs to the tokens, wherever they are saved.
    pub(in crate::gui) fn choose_fetched(&mut self, chosen: Fetched) {
        if let Some(name) = self.model.open.name().cloned() {
            let saved = chosen.clone();
            self.tasks.run(|app| async move { app.save_chosen(&name, saved).await });
        }
        self.model.open.choose(chosen);
    }

    pub(in crate::gui) fn save(&mut self, replace: bool) {
        screens::settle_names(&mut self.draft, &self.model);
        let name = ProfileName::parse(&self.draft.tokens_step.name);
        let (Ok(name), Some(context)) = (name, self.draft.context(&self.model)) else { return };
        // A profile saved again under its own name is the same profile, unless it is another client's by now.
        let is_own = self.model.open.saved_as.as_ref() == Some(&name);
        let draft = self.model.open.draft.clone();
        let replace = replace || draft.as_ref() == Some(&name);
        self.draft.changes.sent = self.draft.typed();
        self.model.open.save.start(self.tasks.start(|app, _| async move {
            if replace {
                // What was forgotten under this name holds the same tokens: there is one home for them.
                let _ = app.unforget(&name).await;
            }
            if is_own && !replace {
                app.save_again(&name, context, draft).await?;
            } else {
                app.save(&name, context, replace, draft).await?;
            }
            Ok(Saved::Profile(name))
        }));
    }

    pub(in crate::gui) fn save_preset(&mut self, replace: bool) {
        if let Some(service) = self.draft.own_preset() {
            let save = |app: crate::app::App, _| async move { app.save_preset(service, replace).await };
            self.model.open.preset.start(self.tasks.start(save));
        }
    }
}
