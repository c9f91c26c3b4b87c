//! What a person wants of a private key.

use std::path::PathBuf;

use crate::app::{App, Failure, FailureKind, KeySource, Report};
use crate::diagnosis::Diagnosis;
use crate::gui::intent::KeyWish;
use crate::gui::model::KeyDone;
use crate::gui::texts::key as texts;
use crate::gui::window::Window;
use crate::oauth::{KeyPair, RSA_BITS, ReadKey};
use crate::service::{ProfileDraft, ProfileName};

impl Window {
    pub(in crate::gui) fn fulfil_key(&mut self, wish: KeyWish) {
        match wish {
            KeyWish::Read => self.read_key(),
            KeyWish::Make => self.make_key(),
            KeyWish::Save => self.save_key(),
            KeyWish::Open => self.open_key(),
            KeyWish::WriteCertificate => self.write_certificate(),
        }
    }

    fn make_key(&mut self) {
        let Some(service) = self.draft.profile.as_ref().map(ProfileDraft::customised) else { return };
        self.start_key(|app, _| async move { Ok(read(app.make_key(&service, RSA_BITS).await?)) });
    }

    fn save_key(&mut self) {
        let (Some(name), Some(pair)) = (self.typed_name(), self.draft.secrets.signing_key.clone()) else { return };
        // A key of this very profile is replaced as the profile itself is.
        let replace = self.model.open.saved_as.as_ref() == Some(&name);
        self.start_key(move |app, _| async move {
            app.save_key(name.clone(), pair, replace).await?;
            Ok(KeyDone::Saved(name))
        });
    }

    fn open_key(&mut self) {
        let Some(name) = self.typed_name() else { return };
        self.start_key(|app, _| async move { app.saved_key(&name).await?.and_then(saved).ok_or_else(no_key) });
    }

    fn typed_name(&self) -> Option<ProfileName> {
        ProfileName::parse(&self.draft.tokens_step.name).ok()
    }

    fn write_certificate(&mut self) {
        let Some(pair) = &self.draft.secrets.signing_key else { return };
        let public_key = || pair.signing_key().and_then(|key| key.public_key_pem());
        let Some(text) = pair.certificate.clone().or_else(public_key) else { return };
        let path = PathBuf::from(self.draft.authorization_step.key.save_to.trim());
        self.start_key(|app, _| async move {
            app.write_certificate(path.clone(), text).await?;
            Ok(KeyDone::Written(path))
        });
    }

    /// What was pasted goes before a file that is named.
    pub(in crate::gui) fn read_key(&mut self) {
        let key = &self.draft.authorization_step.key;
        let source = if key.text.is_empty() {
            KeySource::File(PathBuf::from(key.file.trim()))
        } else {
            KeySource::Text(key.text.clone())
        };
        let certificate = Some(key.certificate_file.trim()).filter(|path| !path.is_empty()).map(PathBuf::from);
        self.start_key(|app, _| async move { Ok(read(app.read_key(source, certificate).await?)) });
    }

    fn start_key<F>(&mut self, work: impl FnOnce(App, Report) -> F)
    where
        F: Future<Output = Result<KeyDone, Failure>> + Send + 'static,
    {
        self.model.open.key.start(self.tasks.start(work));
    }
}

fn read(key: ReadKey) -> KeyDone {
    KeyDone::Read(Box::new(key))
}

fn saved(pair: KeyPair) -> Option<KeyDone> {
    let kind = pair.signing_key()?.kind();
    Some(read(ReadKey { pair, kind, key_id: None, client_id: None, token_uri: None }))
}

fn no_key() -> Failure {
    let diagnosis = Diagnosis::new(texts::NOT_SAVED);
    Failure::new(FailureKind::Usage, diagnosis.hint(texts::NOT_SAVED_HINT))
}
