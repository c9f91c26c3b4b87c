//! What the window does about bundles of presets.

use crate::gui::intent::BundleWish;
use crate::gui::window::Window;

impl Window {
    pub(in crate::gui) fn on_bundle(&mut self, wish: BundleWish) {
        let Some(settings) = &mut self.draft.settings else { return };
        match wish {
            BundleWish::Check => {
                settings.trusts_key = false;
                let typed = Some(settings.bundle.trim().to_owned()).filter(|address| !address.is_empty());
                let offer = self.tasks.start(|app, report| async move { app.offer_bundle(typed, None, &report).await });
                self.model.bundle.offer.start(offer);
            }
            BundleWish::Use => {
                let trusts = settings.trusts_key;
                let is_trusted = self.model.bundle.offer.last().is_some_and(|offer| trusts || !offer.is_unknown_key);
                let Some(Ok(offer)) = is_trusted.then(|| self.model.bundle.offer.take()).flatten() else { return };
                settings.bundle.clear();
                self.model.bundle.change.start(self.tasks.start(|app, _| async move { app.take_bundle(offer).await }));
            }
            BundleWish::RollBack => {
                let back = self.tasks.start(|app, _| async move { app.roll_back_bundle().await.map(drop) });
                self.model.bundle.change.start(back);
            }
        }
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
