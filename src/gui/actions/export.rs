//! What the window does about an export and about sharing: opens the page, asks for the preview whenever what is chosen
//! changes, has it written, and puts a text that was asked for as such on the clipboard.

use std::path::{Path, PathBuf};

use egui::Context;

use crate::app::{App, ExportTo, Insisted, Sensitivity, VaultState, home_folder};
use crate::gui::desktop::clipboard;
use crate::gui::drafts::export::{ExportDraft, ShareDraft, Way};
use crate::gui::drafts::{Draft, Focus};
use crate::gui::window::Window;
use crate::secret::Secret;
use crate::service::ProfileName;

/// Under which the copy of an export is known.
pub(in crate::gui) fn copied_export() -> egui::Id {
    egui::Id::unique("copied-export")
}

impl Window {
    pub(in crate::gui) fn open_export(&mut self, name: ProfileName) {
        self.close_page();
        let formats = self.tasks.start(|app, _| async move { app.export_formats().await });
        self.model.export.formats.start_again(formats);
        let listed = name.clone();
        self.tasks.run(|app| async move { app.list_sinks(&listed).await });
        self.draft.export = Some(ExportDraft::new(name, &home_folder()));
        self.draft.next_view.to_top = true;
    }

    /// Asks for the preview where what is chosen is not what was asked for last.
    pub(in crate::gui) fn look_at_export(&mut self) {
        let Some(export) = &mut self.draft.export else { return };
        let order = export.order(self.model.export.formats());
        let is_open = matches!(self.model.vault, VaultState::Open(_));
        if order == export.shown || !is_open {
            return;
        }
        export.shown.clone_from(&order);
        match order {
            Some(order) => {
                let preview = |app: App, _| async move { app.preview_export(order).await };
                self.model.export.view.start_again(self.tasks.start(preview));
            }
            None => self.model.export.view.stop(),
        }
    }

    pub(in crate::gui) fn copy_export(&mut self) {
        self.export(Insisted::default(), ExportTo::Text);
    }

    pub(in crate::gui) fn save_export(&mut self, insisted: Insisted) {
        let Some(export) = &self.draft.export else { return };
        let path = PathBuf::from(export.path.trim());
        let sink = export.way == Way::Sink;
        self.export(insisted, ExportTo::File { path, sink, insisted });
    }

    fn export(&mut self, insisted: Insisted, to: ExportTo) {
        let Some(export) = &mut self.draft.export else { return };
        let Some(order) = export.order(self.model.export.formats()) else { return };
        export.insisted = insisted;
        export.asked = Some((order.clone(), export.path.clone()));
        self.draft.next_view.to_top = true;
        let export = |app: App, report| async move { app.export(order, to, &report).await };
        self.model.export.done.start(self.tasks.start(export));
    }

    /// Lets the person choose where to write to, beginning with what is typed.
    pub(in crate::gui) fn choose_target(&mut self) {
        let Draft { export, share, calendar, .. } = &self.draft;
        let typed = match (export, share, calendar) {
            (Some(export), ..) => &export.path,
            (_, Some(share), _) => &share.path,
            (.., Some(calendar)) => &calendar.path,
            (None, None, None) => return,
        };
        let typed = PathBuf::from(typed.trim());
        let choose = |app: App, _| async move { Ok(app.choose_target(&typed).await) };
        self.model.export.target.start(self.tasks.start(choose));
    }

    /// Takes in where to write to. Where nothing was chosen the keyboard goes to the path: there may be no file chooser.
    fn take_target(&mut self) {
        if !self.poll(|model| &mut model.export.target) {
            return;
        }
        let path = self.model.export.target.last().cloned().flatten();
        let Some(path) = path.as_deref().and_then(Path::to_str) else {
            self.draft.next_view.focus = Some(Focus::Path);
            return;
        };
        if let Some(export) = &mut self.draft.export {
            (export.path, export.path_is_typed) = (path.to_owned(), true);
        } else if let Some(share) = &mut self.draft.share {
            path.clone_into(&mut share.path);
        } else if let Some(calendar) = &mut self.draft.calendar {
            path.clone_into(&mut calendar.path);
        }
    }

    /// Takes a file off the list of what was exported of a profile.
    pub(in crate::gui) fn drop_sink(&mut self, name: ProfileName, path: String) {
        self.tasks.run(|app| async move { app.drop_sink(&name, &path).await.map(|_| ()) });
    }

    /// Takes in what came of them. A text goes to the clipboard, and stays nowhere else; nor does the passphrase of a file
    /// that is locked.
    pub(in crate::gui) fn take_export(&mut self, ctx: &Context) {
        self.take_target();
        self.poll(|model| &mut model.export.formats);
        self.poll(|model| &mut model.export.view);
        let exported = self.poll(|model| &mut model.export.done);
        let shared = self.poll(|model| &mut model.export.shared);
        let export = &mut self.model.export;
        self.draft.next_view.to_top |= exported || shared;
        if let (true, Some(share)) = (shared && export.shared.last().is_some(), &mut self.draft.share) {
            share.passphrase = [Secret::default(), Secret::default()];
        }
        if exported && let Some(text) = export.done.last_mut().and_then(|done| done.text.take()) {
            clipboard::copy(ctx, copied_export(), text, Sensitivity::Secret);
        }
    }

    /// The open profile is ticked, or the only one.
    pub(in crate::gui) fn open_share(&mut self) {
        self.close_page();
        let mut names = self.model.profiles.iter().map(|profile| &profile.name);
        let only = names.next().filter(|_| self.model.profiles.len() == 1);
        let ticked = self.model.open.saved_as.as_ref().or(only);
        self.draft.share = Some(ShareDraft::new(ticked.into_iter().cloned().collect(), &home_folder()));
        self.draft.next_view.to_top = true;
    }

    pub(in crate::gui) fn share(&mut self, insisted: Insisted) {
        let Some(share) = &mut self.draft.share else { return };
        share.insisted = insisted;
        share.asked = Some(share.path.clone());
        let order = share.order(insisted);
        self.draft.next_view.to_top = true;
        self.model.export.shared.start(self.tasks.start(|app: App, _| async move { app.share(order).await }));
    }
}
