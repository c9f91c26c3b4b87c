//! What the window asks of the core about a sign-in on another device, and what it does with what came of it.

use egui::Context;

use crate::app::{DeviceSignIn, Exchange, questions};
use crate::gui::drafts::TokenTab;
use crate::gui::intent::Step;
use crate::gui::model::{self, Requested, Visit, Work};
use crate::gui::window::Window;

impl Window {
    /// Asks for a code that a person enters on another device.
    pub(in crate::gui) fn sign_in_on_device(&mut self) {
        self.draft.insist();
        let Some(context) = self.draft.context(&self.model) else { return };
        self.draft.step = Step::Authorization;
        self.draft.next_view.to_top = true;
        let request = DeviceSignIn { context, save_to: self.save_to() };
        let (ask, answers) = questions();
        let mut sign_in = model::SignIn { answers: Some(answers), visit: Visit::Starting, ..model::SignIn::default() };
        sign_in.work.start(self.tasks.start(|app, report| async move {
            let ask = ask(report);
            app.sign_in_on_device(request, &ask).await.map(|(_, exchange)| exchange)
        }));
        self.model.open.sign_in = sign_in;
    }

    /// Cancels what goes on. The code of another device is not taken up again then.
    pub(in crate::gui) fn cancel(&mut self, work: Work) {
        let shows_code = matches!(self.model.open.sign_in.visit, Visit::Device(..));
        if let (Work::SignIn, true, Some(name)) = (work, shows_code, self.model.open.name().cloned()) {
            self.tasks.run(|app| async move { app.drop_device_code(&name).await });
        }
        self.model.cancel(work);
    }

    /// A sign-in on another device was allowed: its tokens are shown as those of a token request.
    pub(in crate::gui) fn take_tokens_of_device(&mut self, ctx: &Context, exchange: Exchange) {
        self.model.open.sign_in.visit = Visit::None;
        (self.draft.step, self.draft.tokens_step.tab) = (Step::Tokens, TokenTab::TokenRequest);
        self.draft.next_view.to_top = true;
        self.model.open.called(&exchange);
        self.model.open.token_request = Requested::ended(Ok(exchange));
        self.history_may_have_changed();
        let notice = self.notice_of_token_request();
        self.return_home();
        self.call_person(ctx, notice);
    }
}
