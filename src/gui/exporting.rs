//! What the window does about an export and about sharing: opens the page, asks for the preview whenever what is chosen
//! changes, has it written, and puts a text that was asked for as such on the clipboard.

use std::path::PathBuf;

use egui::Context;

use crate::app::{Command, ExportTo, Flow, Insisted, Sensitivity, VaultState, home_folder};
use crate::gui::app::App;
use crate::gui::clipboard;
use crate::gui::export_draft::{ExportDraft, ShareDraft, Way};
use crate::secret::Secret;
use crate::service::ProfileName;

/// Under which the copy of an export is known.
pub(in crate::gui) fn copied_export() -> egui::Id {
    egui::Id::unique("copied export")
}

impl App {
    pub(in crate::gui) fn open_export(&mut self, name: ProfileName) {
        self.close_export();
        self.worker.send(Command::ListForms);
        self.worker.send(Command::ListOutlets(name.clone()));
        self.draft.export = Some(ExportDraft::new(name, &home_folder()));
        self.draft.lead.to_top = true;
    }

    /// Closes the page of an export, or that of sharing; nothing of either stays.
    pub(in crate::gui) fn close_export(&mut self) {
        if let Some(preview) = self.session.close_export() {
            self.worker.send(Command::Cancel(preview));
        }
        (self.draft.export, self.draft.share) = (None, None);
    }

    /// Asks for the preview where what is chosen is not what was asked for last.
    pub(in crate::gui) fn look_at_export(&mut self) {
        let Some(export) = &mut self.draft.export else { return };
        let order = export.order(&self.session.export.forms);
        let is_open = matches!(self.session.vault, VaultState::Open(_));
        if order == export.shown || !is_open {
            return;
        }
        export.shown.clone_from(&order);
        if let Some(older) = self.session.running(Flow::Preview) {
            self.worker.send(Command::Cancel(older));
        }
        if let Some(order) = order {
            let attempt = self.session.begin(Flow::Preview);
            self.worker.send(Command::PreviewExport { attempt, order });
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
        let Some(order) = export.order(&self.session.export.forms) else { return };
        export.insisted = insisted;
        export.asked = Some((order.clone(), export.path.clone()));
        self.draft.lead.to_top = true;
        let attempt = self.session.begin(Flow::Export);
        self.worker.send(Command::Export { attempt, order, to });
    }

    /// A text that came goes to the clipboard, and stays nowhere else; nor does the passphrase of a file that is locked.
    pub(in crate::gui) fn take_export(&mut self, ctx: &Context, is_shared: bool) {
        if let (true, Some(share)) = (is_shared, &mut self.draft.share) {
            share.passphrase = [Secret::default(), Secret::default()];
        }
        if let Some(Ok(done)) = &mut self.session.export.done
            && let Some(text) = done.text.take()
        {
            clipboard::copy(ctx, copied_export(), text, Sensitivity::Secret);
        }
    }

    /// The open profile is ticked, or the only one.
    pub(in crate::gui) fn open_share(&mut self) {
        self.close_export();
        let mut names = self.session.profiles.iter().map(|profile| &profile.name);
        let only = names.next().filter(|_| self.session.profiles.len() == 1);
        let ticked = self.session.saved_as.as_ref().or(only);
        self.draft.share = Some(ShareDraft::new(ticked.into_iter().cloned().collect(), &home_folder()));
        self.draft.lead.to_top = true;
    }

    pub(in crate::gui) fn share(&mut self, insisted: Insisted) {
        let Some(share) = &mut self.draft.share else { return };
        share.insisted = insisted;
        share.asked = Some(share.path.clone());
        let order = share.order(insisted);
        self.draft.lead.to_top = true;
        let attempt = self.session.begin(Flow::Share);
        self.worker.send(Command::Share { attempt, order });
    }
}
