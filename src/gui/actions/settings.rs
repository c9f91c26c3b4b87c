//! What the window does about the settings, and the lock of the vault.

use std::path::PathBuf;
use std::time::Duration;

use egui::Context;

use crate::app::{VaultKind, VaultState, WindowSettings};
use crate::gui::drafts::settings::SettingsDraft;
use crate::gui::intent::SettingsWish;
use crate::gui::theme::preference;
use crate::gui::window::Window;

/// How often the window looks again whether it can be locked, in seconds.
const AGAIN: f64 = 30.0;

impl Window {
    pub(in crate::gui) fn open_settings(&mut self) {
        self.close_page();
        self.draft.settings = Some(SettingsDraft::default());
        self.draft.next_view.to_top = true;
        self.model.program.start_again(self.tasks.start(|app, _| async move { app.program_settings().await }));
        self.find_browsers();
        self.look_at_bundle();
    }

    pub(in crate::gui) fn on_settings(&mut self, wish: SettingsWish) {
        match wish {
            SettingsWish::SaveConnections => self.save_connections(),
            SettingsWish::CheckBundle => self.check_bundle(),
            SettingsWish::UseBundle => self.use_bundle(),
            SettingsWish::RollBackBundle => self.roll_back_bundle(),
        }
    }

    /// Looks which browsers this machine has, once.
    pub(in crate::gui) fn find_browsers(&mut self) {
        if self.model.browsers.last().is_none() {
            self.model.browsers.start(self.tasks.start(|app, _| async move { app.installed_browsers().await }));
        }
    }

    /// Saves what was changed of the connections, where it can be used.
    pub(in crate::gui) fn save_connections(&mut self) {
        let Some(settings) = &mut self.draft.settings else { return };
        let Some(changed) = settings.changed() else { return };
        settings.saved(changed.clone());
        let save = self.tasks.start(|app, _| async move { app.save_connections(changed).await });
        self.model.connections.start_again(save);
    }

    pub(in crate::gui) fn change_settings(&mut self, ctx: &Context, settings: WindowSettings) {
        ctx.set_theme(preference(settings.theme));
        ctx.set_zoom_factor(settings.scale.unwrap_or(1.0));
        self.settings = WindowSettings { size: self.settings.size, ..settings };
        self.model.window = Some(self.settings);
        self.save_settings();
    }

    pub(in crate::gui) fn show_folder(&mut self, folder: PathBuf) {
        self.model.folder.start_again(self.tasks.start(|app, _| async move { app.show_folder(folder).await }));
    }

    /// Takes in what was read, and what came of saving.
    pub(in crate::gui) fn take_settings(&mut self) {
        if self.poll(|model| &mut model.program)
            && let (Some(settings), Some(read)) = (&mut self.draft.settings, self.model.program.last())
        {
            settings.take_in(read);
        }
        self.take_bundle();
        self.poll(|model| &mut model.connections);
        if self.poll(|model| &mut model.folder)
            && let Some(Err(failure)) = self.model.folder.take()
        {
            self.tell_failure(failure);
        }
    }

    /// Leaves the open profile and closes the vault.
    pub(in crate::gui) fn lock_vault(&mut self) {
        self.leave_wizard();
        self.model.query = None;
        self.model.vault_work.start_again(self.tasks.start(|app, _| async move { app.lock_vault().await }));
    }

    /// Follows how large the person draws the window by keys, and locks the vault once nobody has used it for as long as the
    /// settings say. Wakes the window for nothing else.
    pub(in crate::gui) fn follow_use(&mut self, ctx: &Context) {
        let scale = ctx.zoom_factor();
        if (scale - self.used.scale).abs() > f32::EPSILON {
            self.used.scale = scale;
            self.settings.scale = Some(scale).filter(|scale| (scale - 1.0).abs() > f32::EPSILON);
            self.model.window = self.model.window.map(|window| WindowSettings { scale: self.settings.scale, ..window });
        }
        let (now, is_used) = ctx.input(|input| (input.time, !input.events.is_empty()));
        if is_used {
            self.used.last = now;
        }
        let is_open = matches!(self.model.vault, VaultState::Open(VaultKind::Keyring | VaultKind::Passphrase));
        let Some(minutes) = self.settings.lock_after.filter(|_| is_open) else { return };
        let left = Duration::from_mins(minutes).as_secs_f64() - (now - self.used.last);
        let wait = match left > 0.0 {
            true => left,
            false if self.is_in_use() => AGAIN,
            false => {
                // It may be refused: then the time begins anew, or the window would try in each frame.
                self.used.last = now;
                return self.lock_vault();
            }
        };
        ctx.request_repaint_after(Duration::from_secs_f64(wait));
    }

    /// Whether something is under way or not saved that locking would end.
    fn is_in_use(&self) -> bool {
        let open = &self.model.open;
        let works =
            [open.sign_in.work.is_pending(), open.token_request.is_pending(), open.refresh_request.is_pending()];
        let saves = [open.save.is_pending(), self.model.vault_work.is_pending(), self.model.team.is_busy()];
        let is_busy = works.into_iter().chain(saves).any(|pending| pending);
        is_busy || self.loss().is_some() || self.draft.remarks.is_some() || !self.model.pending_writes.is_empty()
    }
}
