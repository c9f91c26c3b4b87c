//! What the window does about an import: opens it, has it read, and fills the fields with what came.

use crate::app::{App, Failure, FailureKind, ImportOutcome, ImportSource};
use crate::diagnosis::Diagnosis;
use crate::dialect::Issuer;
use crate::gui::drafts::import::ImportDraft;
use crate::gui::texts::import as texts;
use crate::gui::window::Window;
use crate::service::{NewPreset, ProfileDraft};

impl Window {
    pub(in crate::gui) fn open_import(&mut self) {
        self.close_import();
        self.draft.import = Some(ImportDraft::default());
        self.draft.next_view.to_top = true;
    }

    pub(in crate::gui) fn close_import(&mut self) {
        self.model.import.cancel();
        self.model.accepted.cancel();
        self.draft.import = None;
    }

    /// Reads a document, from wherever it came: with the page for it open, or closed still. Without a source the person
    /// chooses a file.
    pub(in crate::gui) fn import(&mut self, source: Option<ImportSource>) {
        self.model.accepted.cancel();
        // A file may be dropped while it is open.
        self.draft.palette = None;
        let import = self.draft.import.get_or_insert_default();
        import.picked = 0;
        self.draft.next_view.to_top = true;
        self.model.import.start(self.tasks.start(|app: App, report| async move {
            match source {
                Some(source) => app.import(source, &report).await,
                None => app.import_chosen(&report).await,
            }
        }));
    }

    /// Saves the shared profiles, but for those that are to stay as they are here.
    pub(in crate::gui) fn accept_shared(&mut self) {
        let Some(ImportOutcome::Shared(shared)) = self.model.import.last() else { return };
        let replace = self.draft.import.as_ref().is_some_and(|import| import.replace);
        let chosen = shared.chosen(replace);
        let accept = move |app: App, _| async move { app.accept_shared(chosen, replace).await };
        self.model.accepted.start(self.tasks.start(accept));
    }

    /// Fills the fields, and opens the form of a preset where it is to become one.
    pub(in crate::gui) fn use_import(&mut self, as_preset: bool) {
        let Some(ImportOutcome::Described(imported)) = self.model.import.last() else { return };
        let picked = self.draft.import.as_ref().map_or(0, |import| import.picked);
        let Some(described) = imported.import.described.get(picked).cloned() else { return };
        self.cancel_all();
        if described.service.practice {
            self.start_practice();
        }
        self.draft.adopt(&described);
        if as_preset {
            let is_there = self.model.services.iter().any(|service| service.id == described.service.id);
            let own = NewPreset { id: described.service.id.clone(), name: described.service.name.clone() };
            self.draft.service_step.preset = Some(if is_there { NewPreset::beside(&described.service) } else { own });
        }
    }

    /// Fetches the metadata of the typed issuer.
    pub(in crate::gui) fn discover(&mut self) {
        let Some(issuer) = Issuer::parse(self.draft.authorization_step.issuer.trim()) else { return };
        let issuer = ImportSource::Issuer(issuer);
        self.model.open.discovery.start(self.tasks.start(|app: App, report| async move {
            match app.import(issuer, &report).await? {
                ImportOutcome::Described(imported) => Ok(*imported),
                _ => Err(no_metadata()),
            }
        }));
    }

    /// Fills in what the metadata says. What the person has typed of the client stays.
    pub(in crate::gui) fn take_discovery(&mut self) {
        if !self.poll(|model| &mut model.open.discovery) {
            return;
        }
        let described = self.model.open.discovery.last().and_then(|found| found.import.own());
        let (Some(described), Some(typed)) = (described, &mut self.draft.profile) else { return };
        self.draft.authorization_step.offered = described.offered.clone();
        let found = ProfileDraft::new(described.service.clone());
        let typed_scopes =
            if typed.typed_scopes.is_empty() { found.typed_scopes.clone() } else { typed.typed_scopes.clone() };
        *typed = ProfileDraft {
            display_name: typed.display_name.clone(),
            client_id: typed.client_id.clone(),
            redirect_uri: typed.redirect_uri.clone(),
            extra: typed.extra.clone(),
            user_name: typed.user_name.clone(),
            notes: typed.notes.clone(),
            tags: typed.tags.clone(),
            api_check: typed.api_check.clone(),
            typed_scopes,
            ..found
        };
        self.fetch_detail_types();
    }
}

fn no_metadata() -> Failure {
    let diagnosis = Diagnosis::new(texts::NO_METADATA);
    Failure::new(FailureKind::Usage, diagnosis.hint(texts::NO_METADATA_HINT))
}
