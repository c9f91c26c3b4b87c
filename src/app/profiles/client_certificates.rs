//! Client certificates for mutual TLS (RFC 8705): read, made, saved, and written out for a program that calls the service by itself.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::profiles::contents::{change_contents, saved_secrets};
use crate::app::profiles::keys::{KeySource, LIMIT, unusable};
use crate::app::{Failure, FailureKind};
use crate::delivery::{self, Insisted};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::durable;
use crate::oauth::{
    AssertionAlgorithm, HardwareKey, KeyError, KeyPair, certificate_binding, is_pkcs12, make_key_pair,
    parse_client_certificate, parse_pkcs12,
};
use crate::secret::Secret;
use crate::service::{ProfileName, Service};
use crate::vault::Contents;

/// How long a certificate that is made here is valid: two years, as those for assertions.
const LIFE: Duration = Duration::from_hours(24 * 730);

/// Where a client certificate comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateSource {
    /// PEM with the certificate and its intermediates, or PKCS#12.
    pub file: PathBuf,
    /// The private key, if it is not in that file.
    pub key: Option<KeySource>,
    /// Of a PKCS#12 file.
    pub passphrase: Secret,
}

/// What a new certificate means for the tokens that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateSaved {
    /// Whether the access token is bound to another certificate: it cannot be used any more.
    pub token_is_of_other: bool,
    /// Whether there are tokens.
    pub has_tokens: bool,
}

impl App {
    /// Reads a client certificate with its intermediates and its private key.
    ///
    /// # Errors
    /// [`FailureCode::PassphraseNeeded`](crate::app::FailureCode::PassphraseNeeded) if the passphrase does not open the file.
    pub async fn read_client_certificate(&self, source: CertificateSource) -> Result<KeyPair, Failure> {
        blocking(move || read(&source)).await?
    }

    /// Generates a key pair with a certificate that it signed itself.
    pub async fn make_client_certificate(&self, service: &Service) -> Result<KeyPair, Failure> {
        let (name, now) = (format!("Tokenwright for {}", service.name), (self.ports.now)());
        // Every server of TLS 1.2 and newer takes this curve (RFC 8422 section 5.1.1).
        Ok(blocking(move || make_key_pair(AssertionAlgorithm::ES256, 0, &name, now, LIFE)).await??)
    }

    /// Saves a client certificate in the vault under a profile's name, beside what is there. An existing one is only replaced on
    /// request. The tokens stay.
    pub async fn save_client_certificate(
        &self,
        name: ProfileName,
        pair: KeyPair,
        replace: bool,
    ) -> Result<CertificateSaved, Failure> {
        let app = self.clone();
        self.settle(async move { save(&app, &name, pair, replace).await }).await
    }

    /// The client certificate saved under a profile's name; the profile itself need not exist.
    pub async fn saved_client_certificate(&self, name: &ProfileName) -> Result<Option<KeyPair>, Failure> {
        Ok(saved_secrets(self, name).await?.client_certificate)
    }

    /// Writes a private key to a file of its own, for the person alone, as any secret file: not over what another program wrote,
    /// and not into a work tree that does not ignore it.
    pub async fn write_private_key(&self, path: PathBuf, key: Secret) -> Result<PathBuf, Failure> {
        if HardwareKey::is_one(&key) {
            let diagnosis = Diagnosis::new("the private key stays in its token, so there is none to write");
            let hint = "name the token to the other program: most take the same address, `pkcs11:…`";
            return Err(Failure::new(FailureKind::Usage, diagnosis.hint(hint)));
        }
        let write = move || {
            let path = delivery::place(&path)?;
            delivery::check(&path, None, true, Insisted::default())?;
            delivery::write(&path, &key)?;
            Ok(path)
        };
        blocking(write).await?
    }
}

fn read(source: &CertificateSource) -> Result<KeyPair, Failure> {
    let bytes = bytes_of(&source.file)?;
    if is_pkcs12(&bytes) {
        return Ok(parse_pkcs12(&bytes, &source.passphrase)?);
    }
    let text = String::from_utf8(bytes).map(Secret::new);
    let text = text.map_err(|_| Failure::new(FailureKind::Usage, KeyError::DamagedPkcs12.diagnose()))?;
    let key = source.key.clone().map(KeySource::text).transpose()?;
    Ok(parse_client_certificate(key.as_ref().unwrap_or(&text), text.expose())?)
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = durable::read(path, LIMIT).map_err(|error| unusable("read", path, error))?;
    bytes.ok_or_else(|| {
        let diagnosis = Diagnosis::new(format!("the file `{}` does not exist", path.display()));
        Failure::new(FailureKind::Usage, diagnosis.hint("enter the whole path of the certificate's file"))
    })
}

async fn save(app: &App, name: &ProfileName, pair: KeyPair, replace: bool) -> Result<CertificateSaved, Failure> {
    let thumbprint = pair.client_certificate()?.thumbprint;
    let put = move |contents: &mut Contents| {
        let known = &mut contents.secrets.client_certificate;
        if known.as_ref().is_some_and(|known| *known != pair) && !replace {
            return None;
        }
        *known = Some(pair);
        let bound_to = contents.tokens.as_ref().and_then(|tokens| certificate_binding(&tokens.access_token));
        Some(CertificateSaved {
            token_is_of_other: bound_to.is_some_and(|bound_to| bound_to != thumbprint),
            has_tokens: contents.tokens.is_some(),
        })
    };
    change_contents(app, name, put).await?.ok_or_else(|| {
        let diagnosis = Diagnosis::new(format!("another client certificate is saved under `{name}` already"));
        Failure::new(FailureKind::Usage, diagnosis.hint("choose another name, or add `--overwrite` to replace it"))
    })
}
