//! What the window does about private keys: has them read, made, kept, and their certificates written out.

use std::path::PathBuf;

use crate::gui::app::App;
use crate::oauth::RSA_BITS;
use crate::service::{ProfileDraft, ProfileName};
use crate::wizard::{Command, Flow, KeySource};

impl App {
    /// What was pasted goes before a file that is named.
    pub(in crate::gui) fn read_key(&mut self) {
        let key = &self.draft.key;
        let source = if key.text.is_empty() {
            KeySource::File(PathBuf::from(key.file.trim()))
        } else {
            KeySource::Text(key.text.clone())
        };
        let certificate = Some(key.certificate_file.trim()).filter(|path| !path.is_empty()).map(PathBuf::from);
        let attempt = self.session.begin(Flow::Key);
        self.worker.send(Command::ReadKey { attempt, source, certificate });
    }

    pub(in crate::gui) fn make_key(&mut self) {
        let Some(service) = self.draft.profile.as_ref().map(ProfileDraft::customised) else { return };
        let attempt = self.session.begin(Flow::Key);
        self.worker.send(Command::MakeKey { attempt, service: Box::new(service), rsa_bits: RSA_BITS });
    }

    pub(in crate::gui) fn keep_key(&mut self) {
        let name = ProfileName::parse(&self.draft.name);
        if let (Ok(name), Some(pair)) = (name, self.draft.secrets.signing_key.clone().map(Box::new)) {
            // A key of this very profile is replaced as the profile itself is.
            let replace = self.session.saved_as.as_ref() == Some(&name);
            let attempt = self.session.begin(Flow::Key);
            self.worker.send(Command::KeepKey { attempt, name, pair, replace });
        }
    }

    pub(in crate::gui) fn write_certificate(&mut self) {
        let Some(pair) = &self.draft.secrets.signing_key else { return };
        let public_key = || pair.signing_key().and_then(|key| key.public_key_pem());
        let Some(text) = pair.certificate.clone().or_else(public_key) else { return };
        let path = PathBuf::from(self.draft.key.save_to.trim());
        let attempt = self.session.begin(Flow::Key);
        self.worker.send(Command::WriteCertificate { attempt, path, text });
    }
}
