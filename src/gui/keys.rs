//! What a person wants of a private key, as a command to the worker.

use std::path::PathBuf;

use crate::app::{Attempt, Command, Flow, KeySource, Session};
use crate::gui::draft::Draft;
use crate::gui::intent::Intent;
use crate::oauth::RSA_BITS;
use crate::service::{ProfileDraft, ProfileName};

/// The command; `None` where what it needs is not typed, or the intent is about something else.
pub(crate) fn command(intent: &Intent, session: &mut Session, draft: &Draft) -> Option<Command> {
    let name = ProfileName::parse(&draft.name);
    let mut begin = || session.begin(Flow::Key);
    match intent {
        Intent::ReadKey => Some(read(begin(), draft)),
        Intent::MakeKey => {
            let service = Box::new(draft.profile.as_ref().map(ProfileDraft::customised)?);
            Some(Command::MakeKey { attempt: begin(), service, rsa_bits: RSA_BITS })
        }
        Intent::KeepKey => {
            let (name, pair) = (name.ok()?, Box::new(draft.secrets.signing_key.clone()?));
            let attempt = begin();
            // A key of this very profile is replaced as the profile itself is.
            let replace = session.saved_as.as_ref() == Some(&name);
            Some(Command::KeepKey { attempt, name, pair, replace })
        }
        Intent::OpenKey => name.ok().map(|name| Command::OpenKey { attempt: begin(), name }),
        Intent::WriteCertificate => {
            let pair = draft.secrets.signing_key.as_ref()?;
            let public_key = || pair.signing_key().and_then(|key| key.public_key_pem());
            let text = pair.certificate.clone().or_else(public_key)?;
            let path = PathBuf::from(draft.key.save_to.trim());
            Some(Command::WriteCertificate { attempt: begin(), path, text })
        }
        _ => None,
    }
}

/// What was pasted goes before a file that is named.
fn read(attempt: Attempt, draft: &Draft) -> Command {
    let key = &draft.key;
    let source = if key.text.is_empty() {
        KeySource::File(PathBuf::from(key.file.trim()))
    } else {
        KeySource::Text(key.text.clone())
    };
    let certificate = Some(key.certificate_file.trim()).filter(|path| !path.is_empty()).map(PathBuf::from);
    Command::ReadKey { attempt, source, certificate }
}
