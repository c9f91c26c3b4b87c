//! What the window does about bundles of presets.

use crate::gui::window::Window;

impl Window {
    pub(in crate::gui) fn check_bundle(&mut self) {
        let Some(settings) = &mut self.draft.settings else { return };
        settings.trusts_key = false;
        let typed = Some(settings.bundle.trim().to_owned()).filter(|address| !address.is_empty());
        let offer = self.tasks.start(|app, report| async move { app.offer_bundle(typed, None, &report).await });
        self.model.bundle.offer.start(offer);
    }

    /// Uses what was fetched, if the person trusts its key.
    pub(in crate::gui) fn use_bundle(&mut self) {
        let Some(settings) = &mut self.draft.settings else { return };
        let trusts = settings.trusts_key;
        if self.model.bundle.offer.last().is_none_or(|offer| offer.is_unknown_key && !trusts) {
            return;
        }
        let Some(Ok(offer)) = self.model.bundle.offer.take() else { return };
        settings.bundle.clear();
        self.model.bundle.change.start(self.tasks.start(|app, _| async move { app.take_bundle(offer).await }));
    }

    pub(in crate::gui) fn roll_back_bundle(&mut self) {
        let back = self.tasks.start(|app, _| async move { app.roll_back_bundle().await.map(drop) });
        self.model.bundle.change.start(back);
    }

    /// Reads what is pinned and in use.
    pub(in crate::gui) fn look_at_bundle(&mut self) {
        self.model.bundle.state.start_again(self.tasks.start(|app, _| async move { app.bundle_state().await }));
    }

    /// Takes in what came of it.
    pub(in crate::gui) fn take_bundle(&mut self) {
        self.poll(|model| &mut model.bundle.state);
        self.poll(|model| &mut model.bundle.offer);
        if self.poll(|model| &mut model.bundle.change) {
            self.model.bundle.offer.cancel();
            self.look_at_bundle();
        }
    }
}
