//! What a person wants of a client certificate.

use std::path::PathBuf;

use crate::app::{App, CertificateSource, Failure, KeySource, Report};
use crate::gui::intent::CertificateWish;
use crate::gui::model::KeyDone;
use crate::gui::window::Window;
use crate::oauth::{KeyError, KeyPair, ReadKey};
use crate::service::{ProfileDraft, ProfileName};

impl Window {
    pub(in crate::gui) fn fulfil_client_certificate(&mut self, wish: CertificateWish) {
        match wish {
            CertificateWish::Read => self.read_client_certificate(),
            CertificateWish::Make => self.make_client_certificate(),
            CertificateWish::Save => self.save_client_certificate(),
            CertificateWish::Write => self.write_client_certificate(),
        }
    }

    /// Takes over what was read or made, once it is there.
    pub(in crate::gui) fn take_client_certificate(&mut self, is_done: bool) {
        if is_done && let Some(KeyDone::Read(read)) = self.model.open.client_certificate.last().cloned() {
            self.draft.take_client_certificate(read.pair);
            self.model.open.client_certificate.cancel();
        }
    }

    fn read_client_certificate(&mut self) {
        let typed = &self.draft.authorization_step.client_certificate;
        let source = CertificateSource {
            file: PathBuf::from(typed.file.trim()),
            key: Some(typed.key_file.trim()).filter(|path| !path.is_empty()).map(|path| KeySource::File(path.into())),
            passphrase: typed.passphrase.clone(),
        };
        self.start_certificate(|app, _| async move { read(app.read_client_certificate(source).await?) });
    }

    fn make_client_certificate(&mut self) {
        let Some(service) = self.draft.profile.as_ref().map(ProfileDraft::customised) else { return };
        self.start_certificate(|app, _| async move { read(app.make_client_certificate(&service).await?) });
    }

    fn save_client_certificate(&mut self) {
        let name = ProfileName::parse(&self.draft.tokens_step.name).ok();
        let (Some(name), Some(pair)) = (name, self.draft.secrets.client_certificate.clone()) else { return };
        // That of this very profile is replaced as the profile itself is.
        let replace = self.model.open.saved_as.as_ref() == Some(&name);
        self.start_certificate(move |app, _| async move {
            app.save_client_certificate(name.clone(), pair, replace).await?;
            Ok(KeyDone::Saved(name))
        });
    }

    fn write_client_certificate(&mut self) {
        let certificate = self.draft.secrets.client_certificate.as_ref().and_then(|pair| pair.certificate.clone());
        let Some(text) = certificate else { return };
        let path = PathBuf::from(self.draft.authorization_step.client_certificate.save_to.trim());
        self.start_certificate(|app, _| async move {
            app.write_certificate(path.clone(), text).await?;
            Ok(KeyDone::Written(path))
        });
    }

    fn start_certificate<F>(&mut self, work: impl FnOnce(App, Report) -> F)
    where
        F: Future<Output = Result<KeyDone, Failure>> + Send + 'static,
    {
        self.model.open.client_certificate.start(self.tasks.start(work));
    }
}

fn read(pair: KeyPair) -> Result<KeyDone, Failure> {
    let kind = pair.signing_key().ok_or(KeyError::Unusable)?.kind();
    Ok(KeyDone::Read(Box::new(ReadKey { pair, kind, key_id: None, client_id: None, token_uri: None })))
}
