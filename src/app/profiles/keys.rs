//! Private keys: read, generated and saved, and their certificates written out for upload. Generating a large key takes
//! seconds, so it runs off the threads of the use cases.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::profiles::contents::{change_contents, saved_secrets};
use crate::app::{Failure, FailureKind};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::durable::{self, FileError};
use crate::oauth::{
    AssertionAlgorithm, HardwareKey, KeyError, KeyPair, LONGEST_KEY_TEXT, ReadKey, make_key_pair, parse_key,
};
use crate::secret::Secret;
use crate::service::{ProfileName, Service};
use crate::vault::Contents;

/// Where a private key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// A file: PEM, base64, a JWK, or the JSON of a service account. Or the address of a key in a token (RFC 7512), in place of a
    /// path.
    File(PathBuf),
    Text(Secret),
}

impl KeySource {
    pub(in crate::app::profiles) fn text(self) -> Result<Secret, Failure> {
        match self {
            Self::Text(text) => Ok(text),
            Self::File(path) => {
                let address = path.to_str().map(Secret::new).filter(HardwareKey::is_one);
                address.map_or_else(|| text_of(&path).map(Secret::new), Ok)
            }
        }
    }
}

impl App {
    /// Reads a key, and the certificate beside it if there is one.
    pub async fn read_key(&self, source: KeySource, certificate: Option<PathBuf>) -> Result<ReadKey, Failure> {
        let read = move || {
            let read = parse_key(&source.text()?)?;
            match certificate {
                None => Ok(read),
                Some(path) => Ok(read.with_certificate(&text_of(&path)?)?),
            }
        };
        blocking(read).await?
    }

    /// Generates a key pair that suits the service, with a certificate of the longest life it accepts. `rsa_bits` is the
    /// size of an RSA key.
    pub async fn make_key(&self, service: &Service, rsa_bits: usize) -> Result<ReadKey, Failure> {
        let assertion = service.client_key().ok_or_else(|| signs_nothing(service))?;
        let algorithm = assertion.algorithm.unwrap_or(AssertionAlgorithm::RS256);
        let life = Duration::from_hours(24) * assertion.certificate_days();
        let (name, now) = (format!("Tokenwright for {}", service.name), (self.ports.now)());
        let pair = blocking(move || make_key_pair(algorithm, rsa_bits, &name, now, life)).await??;
        let kind = pair.signing_key().ok_or(KeyError::Unusable)?.kind();
        Ok(ReadKey { pair, kind, key_id: None, client_id: None, token_uri: None })
    }

    /// Saves a key in the vault under a profile's name, beside what is there. An existing key is only replaced on request,
    /// since the service knows its certificate.
    pub async fn save_key(&self, name: ProfileName, pair: KeyPair, replace: bool) -> Result<(), Failure> {
        let app = self.clone();
        self.settle(async move { save_key(&app, &name, pair, replace).await }).await
    }

    /// The key saved under a profile's name; the profile itself need not exist.
    pub async fn saved_key(&self, name: &ProfileName) -> Result<Option<KeyPair>, Failure> {
        Ok(saved_secrets(self, name).await?.signing_key)
    }

    /// Writes a certificate or a public key to a file for upload. A file with other content is not replaced.
    pub async fn write_certificate(&self, path: PathBuf, text: String) -> Result<(), Failure> {
        let write = move || match durable::read(&path, LIMIT) {
            Ok(Some(bytes)) if bytes != text.as_bytes() => Err(there_already(&path)),
            Ok(Some(_)) => Ok(()),
            Ok(None) => durable::write_private(&path, text.as_bytes()).map_err(|error| unusable("write", &path, error)),
            Err(error) => Err(unusable("write", &path, error)),
        };
        blocking(write).await?
    }
}

fn signs_nothing(service: &Service) -> Failure {
    let diagnosis = Diagnosis::new(format!("{} does not use a private key", service.name));
    Failure::new(
        FailureKind::Usage,
        diagnosis.hint("`tokenwright service show ID` names the assertion where there is one"),
    )
}

async fn save_key(app: &App, name: &ProfileName, pair: KeyPair, replace: bool) -> Result<(), Failure> {
    let put = move |contents: &mut Contents| {
        let is_kept = contents.secrets.signing_key.is_some() && !replace;
        (!is_kept).then(|| contents.secrets.signing_key = Some(pair))
    };
    change_contents(app, name, put).await?.ok_or_else(|| {
        let diagnosis = Diagnosis::new(format!("a private key is saved under `{name}` already"));
        let hint = "choose another name; `tokenwright key generate … --overwrite` makes a new one in its place";
        Failure::new(FailureKind::Usage, diagnosis.hint(hint))
    })
}

/// More bytes than any key file has.
pub(in crate::app::profiles) const LIMIT: u64 = LONGEST_KEY_TEXT as u64;

pub(in crate::app::profiles) fn text_of(path: &Path) -> Result<String, Failure> {
    let bytes = durable::read(path, LIMIT).map_err(|error| unusable("read", path, error))?;
    let bytes = bytes.ok_or_else(|| {
        let diagnosis = Diagnosis::new(format!("the file `{}` does not exist", path.display()));
        Failure::new(FailureKind::Usage, diagnosis.hint("enter the whole path of the key's file"))
    })?;
    String::from_utf8(bytes).map_err(|_| Failure::new(FailureKind::Usage, KeyError::Unknown.diagnose()))
}

pub(in crate::app::profiles) fn unusable(action: &'static str, path: &Path, error: std::io::Error) -> Failure {
    let error = FileError::at(action, path)(error);
    Failure::new(FailureKind::Usage, Diagnosis::new(error.to_string()).hint(error.advice()))
}

fn there_already(path: &Path) -> Failure {
    let diagnosis = Diagnosis::new(format!("`{}` exists already with other content", path.display()));
    Failure::new(FailureKind::Usage, diagnosis.hint("choose another file"))
}
