//! What the window does to try a service's API.

use crate::gui::drafts::call::CallDraft;
use crate::gui::window::Window;
use crate::service::ProfileName;

impl Window {
    /// Opens the page, with the call that is kept with the profile, else with the identity call.
    pub(in crate::gui) fn open_call(&mut self, name: ProfileName) {
        self.close_import();
        self.close_page();
        let kept = self.draft.profile.as_ref().and_then(|profile| profile.api_check.as_ref());
        self.draft.call = Some(CallDraft::new(name, kept, self.identity_url()));
        self.draft.next_view.to_top = true;
    }

    /// Sends the call as it is typed; where the person says so, its host is the service's from now on.
    pub(in crate::gui) fn send_call(&mut self, allows_host: bool) {
        let Some(draft) = &self.draft.call else { return };
        let (name, call) = (draft.profile.clone(), draft.call());
        self.model.call.sent = Some(call.clone());
        self.model.call.reply.start(self.tasks.start(move |app, report| async move {
            if allows_host {
                app.allow_api_host(&name, &call.url).await?;
            }
            app.call(&name, call, &report).await
        }));
    }

    /// Keeps the call that was sent with the profile as its check, or none.
    pub(in crate::gui) fn keep_call(&mut self, keeps: bool) {
        let Some(name) = self.draft.call.as_ref().map(|draft| draft.profile.clone()) else { return };
        let call = self.model.call.sent.clone().filter(|_| keeps);
        let typed = self.draft.changes.baseline.as_deref_mut().map(|(profile, _)| profile);
        for profile in typed.into_iter().chain(&mut self.draft.profile) {
            profile.api_check.clone_from(&call);
        }
        self.work_on_listed(move |app, _| async move {
            app.set_api_check(&name, call).await?;
            Ok(None)
        });
    }

    /// Signs in to the open profile anew, and asks for what the API wants. That stays with the profile, in its parameters.
    pub(in crate::gui) fn step_up(&mut self) {
        let asked = self.model.call.reply.last().and_then(|reply| reply.step_up.clone());
        let is_open = self.draft.call.as_ref().map(|call| &call.profile) == self.model.open.saved_as.as_ref();
        let Some(asked) = asked.filter(|_| is_open) else { return };
        // It is no edit to be kept apart from the profile: the new tokens take the place of the old ones.
        let saved = self.draft.changes.baseline.as_deref_mut().map(|(profile, _)| profile);
        saved.into_iter().chain(&mut self.draft.profile).for_each(|profile| profile.step_up(&asked));
        self.close_page();
        self.sign_in_again();
    }

    /// Takes in the reply.
    pub(in crate::gui) fn take_call(&mut self) {
        if self.poll(|model| &mut model.call.reply) {
            self.model.lease_busy = None;
            self.draft.next_view.to_result = true;
            self.history_may_have_changed();
        }
    }
}
