//! Private keys: read from a file or from what was pasted, made, kept, and their certificates written out to be
//! uploaded. Reading and making are done off the worker's thread: a disk may be slow, and a large key takes seconds.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::app::shared::{Shared, blocking};
use crate::app::vault::open;
use crate::app::{Attempt, Event, Failure, FailureKind};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::durable;
use crate::oauth::{AssertionAlgorithm, KeyError, KeyPair, LONGEST_KEY_TEXT, ReadKey, make_key_pair, parse_key};
use crate::secret::Secret;
use crate::service::{ProfileName, Service};
use crate::vault::{How, ProfileSecrets, Vault};

/// Where a private key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// A file: PEM, base64, a JWK, or the JSON of a service account.
    File(PathBuf),
    /// What was pasted.
    Text(Secret),
}

/// A private key.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum KeyState {
    /// None was asked for.
    #[default]
    Idle,
    /// It was read or made, and is not yet taken over into the fields.
    Read(Box<ReadKey>),
    /// It is kept under this name.
    Kept(ProfileName),
    /// Its certificate is in this file.
    Written(PathBuf),
    /// It could not be read, made or written.
    Failed(Failure),
}

impl KeyState {
    /// A key that was kept, or that there is none.
    pub(in crate::app) fn opened(pair: Option<Box<KeyPair>>) -> Self {
        let read = pair.and_then(|pair| {
            let kind = pair.signing_key()?.kind();
            Some(ReadKey { pair: *pair, kind, key_id: None, client_id: None, token_uri: None })
        });
        match read {
            Some(read) => Self::Read(Box::new(read)),
            None => Self::Failed(Failure::new(
                FailureKind::Usage,
                Diagnosis::new("no private key is kept under this name").hint("make a key pair, or read one"),
            )),
        }
    }
}

/// Reads a key, and the certificate beside it if there is one.
pub(crate) async fn read(
    shared: &Shared,
    attempt: Attempt,
    source: KeySource,
    certificate: Option<PathBuf>,
) -> Result<(), Failure> {
    let read = blocking(move || {
        let text = match source {
            KeySource::Text(text) => text,
            KeySource::File(path) => Secret::new(text_of(&path)?),
        };
        let read = parse_key(&text)?;
        match certificate {
            None => Ok(read),
            Some(path) => Ok(read.with_certificate(&text_of(&path)?)?),
        }
    });
    let read: Result<ReadKey, Failure> = read.await?;
    shared.emit(Event::KeyRead(attempt, Box::new(read?)));
    Ok(())
}

/// Makes a key pair as the service wants it, with a certificate for as long as it takes one.
pub(crate) async fn make(shared: &Shared, attempt: Attempt, service: &Service, rsa_bits: usize) -> Result<(), Failure> {
    let assertion = service.signed_assertion().ok_or_else(|| signs_nothing(service))?;
    let algorithm = assertion.algorithm.unwrap_or(AssertionAlgorithm::RS256);
    let life = Duration::from_hours(24) * assertion.certificate_days();
    let (name, now) = (format!("Tokenwright for {}", service.name), (shared.ports.now)());
    let made = blocking(move || make_key_pair(algorithm, rsa_bits, &name, now, life)).await??;
    let kind = made.signing_key().ok_or(KeyError::Unusable)?.kind();
    let read = ReadKey { pair: made, kind, key_id: None, client_id: None, token_uri: None };
    shared.emit(Event::KeyRead(attempt, Box::new(read)));
    Ok(())
}

fn signs_nothing(service: &Service) -> Failure {
    let diagnosis = Diagnosis::new(format!("{} takes no assertion that is signed with a private key", service.name));
    Failure::new(
        FailureKind::Usage,
        diagnosis.hint("`tokenwright service show ID` names the assertion where there is one"),
    )
}

/// Keeps a key under a profile's name, sealed; what else is kept there stays. A key that is there already is replaced
/// only if that was asked for: the service knows its certificate.
pub(crate) async fn keep(
    shared: &Shared,
    attempt: Attempt,
    name: ProfileName,
    pair: KeyPair,
    replace: bool,
) -> Result<(), Failure> {
    open::open_chosen(shared).await?;
    let kept = name.clone();
    let done = move |vault: &Vault| {
        let entry = vault.lease(&kept)?;
        let last = entry.get()?;
        let number = last.as_ref().map(|record| record.number);
        let secrets = last.map(|record| record.secrets).unwrap_or_default();
        if secrets.signing_key.is_some() && !replace {
            return Ok(false);
        }
        entry.put(number, &ProfileSecrets { signing_key: Some(pair), ..secrets }, How::Saved).map(|_| true)
    };
    if !shared.with_vault(done).await? {
        let diagnosis = Diagnosis::new(format!("there is a private key under `{name}` already"));
        return Err(Failure::new(
            FailureKind::Usage,
            diagnosis
                .hint("choose another name; `tokenwright key generate … --overwrite` makes a new one in its place"),
        ));
    }
    shared.emit(Event::KeyKept(attempt, name));
    Ok(())
}

/// The key that is kept under a profile's name, whether there is a profile or not.
pub(crate) async fn open(shared: &Shared, attempt: Attempt, name: ProfileName) -> Result<(), Failure> {
    open::open_chosen(shared).await?;
    let asked = name.clone();
    let record = shared.with_vault(move |vault| vault.snapshot(&asked)).await?;
    let pair = record.and_then(|record| record.secrets.signing_key);
    shared.emit(Event::KeyOpened(attempt, pair.map(Box::new)));
    Ok(())
}

/// Writes a certificate or a public key to a file, to be uploaded. A file that says something else is not replaced.
pub(crate) async fn write(shared: &Shared, attempt: Attempt, path: PathBuf, text: String) -> Result<(), Failure> {
    let written = path.clone();
    let done = blocking(move || match durable::read(&written, LIMIT) {
        Ok(Some(bytes)) if bytes != text.as_bytes() => Err(there_already(&written)),
        Ok(Some(_)) => Ok(()),
        Ok(None) => {
            durable::write_private(&written, text.as_bytes()).map_err(|error| unusable(&written, "written", &error))
        }
        Err(error) => Err(unusable(&written, "written", &error)),
    });
    done.await??;
    shared.emit(Event::CertificateWritten(attempt, path));
    Ok(())
}

/// More than any key file has.
const LIMIT: u64 = LONGEST_KEY_TEXT as u64;

fn text_of(path: &Path) -> Result<String, Failure> {
    let bytes = durable::read(path, LIMIT).map_err(|error| unusable(path, "read", &error))?;
    let bytes = bytes.ok_or_else(|| {
        let diagnosis = Diagnosis::new(format!("there is no file `{}`", path.display()));
        Failure::new(FailureKind::Usage, diagnosis.hint("enter the whole path of the key's file"))
    })?;
    String::from_utf8(bytes).map_err(|_| Failure::new(FailureKind::Usage, KeyError::Unknown.diagnose()))
}

fn unusable(path: &Path, verb: &str, error: &std::io::Error) -> Failure {
    let diagnosis = Diagnosis::new(format!("`{}` cannot be {verb}: {error}", path.display()));
    Failure::new(FailureKind::Usage, diagnosis.hint(durable::advice(error)))
}

fn there_already(path: &Path) -> Failure {
    let diagnosis = Diagnosis::new(format!("`{}` is there already, and says something else", path.display()));
    Failure::new(FailureKind::Usage, diagnosis.hint("choose another file"))
}
