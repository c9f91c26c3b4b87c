//! `tokenwright key`: makes and stores the private key for a service that takes signed assertions, and shows the
//! certificate to upload. The private key is never printed.

use std::path::{Path, PathBuf};

use crate::app::{Failure, FailureCode, FailureKind, KeySource};
use crate::cli::args::{KeyGenerateOptions, KeyOutput, KeyShowOptions, KeyTask};
use crate::cli::runner::Runner;
use crate::cli::vault::open_vault;
use crate::cli::{print, prompt};
use crate::diagnosis::Diagnosis;
use crate::oauth::{HardwareKey, KeyError, KeyPair};
use crate::secret::Secret;
use crate::service::{ProfileName, Service};

/// The PIN of a token with a key.
const PIN: &str = "TOKENWRIGHT_KEY_PIN";

pub(crate) fn run(runner: &Runner, task: &KeyTask) -> Result<(), Failure> {
    match task {
        KeyTask::Generate(options) => make(runner, options),
        KeyTask::Show(options) => show(runner, options),
    }
}

/// A new key pair, saved before any of it is shown: a certificate without its key is useless.
fn make(runner: &Runner, options: &KeyGenerateOptions) -> Result<(), Failure> {
    let name = ProfileName::parse(&options.name)?;
    let service = runner.catalog()?.service(&options.service)?;
    open_vault(runner)?;
    let made = runner.run(runner.app.make_key(&service, usize::from(options.bits)))?;
    runner.run(runner.app.save_key(name.clone(), made.pair.clone(), options.overwrite))?;
    print::note(&format!("Generated and saved as `{name}`: {}.", made.kind));
    write_out(runner, &made.pair, &options.output)?;
    tell_upload(&service);
    print::note(&format!("Then: tokenwright sign-in {name} --service {}", service.id));
    Ok(())
}

fn show(runner: &Runner, options: &KeyShowOptions) -> Result<(), Failure> {
    let name = ProfileName::parse(&options.name)?;
    let pair = runner.run(runner.app.saved_key(&name))?.ok_or_else(|| {
        let diagnosis = Diagnosis::new(format!("there is no private key named `{name}`"));
        Failure::new(
            FailureKind::Usage,
            diagnosis.hint(format!("`tokenwright key generate {name} --service SERVICE` generates one")),
        )
    })?;
    if let Some(key) = pair.signing_key() {
        let place = key.place().map(|place| format!(", {place}")).unwrap_or_default();
        print::note(&format!("Saved as `{name}`: {}{place}.", key.kind()));
    }
    write_out(runner, &pair, &options.output)
}

/// Writes the certificate, or else the public key, to the named files, otherwise to standard output.
fn write_out(runner: &Runner, pair: &KeyPair, output: &KeyOutput) -> Result<(), Failure> {
    let public_key = pair.signing_key().and_then(|key| key.public_key_pem()).unwrap_or_default();
    if let Some(certificate) = pair.certificate() {
        print::note("Certificate, SHA-256 fingerprint:");
        print::note(&certificate.fingerprint());
        print::note("SHA-1 thumbprint:");
        print::note(&certificate.sha1_fingerprint());
    }
    if let Some(path) = &output.certificate_file {
        let certificate = pair.certificate.clone().ok_or_else(|| {
            let diagnosis = Diagnosis::new("the private key has no certificate");
            Failure::new(FailureKind::Usage, diagnosis.hint("use `--public-key-file FILE` for the public key"))
        })?;
        write(runner, path, certificate)?;
    }
    if let Some(path) = &output.public_key_file {
        write(runner, path, public_key.clone())?;
    }
    if output.certificate_file.is_none() && output.public_key_file.is_none() {
        print::data(pair.certificate.as_deref().unwrap_or(&public_key).trim_end());
    }
    Ok(())
}

fn write(runner: &Runner, path: &Path, text: String) -> Result<(), Failure> {
    runner.run(runner.app.write_certificate(path.to_owned(), text))?;
    print::note(&format!("Written: {}", path.display()));
    Ok(())
}

fn tell_upload(service: &Service) {
    let upload = service.client_key().map(|assertion| assertion.upload).unwrap_or_default();
    if !upload.is_empty() {
        print::note(&format!("Upload it to {}: {upload}", service.name));
    }
    if let Some(console) = &service.links.console {
        print::note(&format!("Console: {console}"));
    }
}

/// Reads the key that an option names with its PIN, if it stays in a token: from the environment, or as the person types it.
pub(crate) fn with_pin<T>(named: PathBuf, read: impl Fn(KeySource) -> Result<T, Failure>) -> Result<T, Failure> {
    let address = named.to_str().map(Secret::new).filter(HardwareKey::is_one);
    let Some(address) = address else { return read(KeySource::File(named)) };
    if HardwareKey::has_pin(&address) {
        let diagnosis = Diagnosis::new("the PIN of the key is in an argument, which every process can read");
        let hint = format!("leave `pin-value` out: the PIN is asked for, or read from `{PIN}`");
        return Err(Failure::new(FailureKind::Usage, diagnosis.hint(hint)));
    }
    let with = |pin: Secret| HardwareKey::with_pin(&address, pin).map_err(|error| Failure::from(KeyError::from(error)));
    let known = std::env::var(PIN).map(Secret::new).unwrap_or_default();
    match read(KeySource::Text(with(known)?)) {
        Err(failure) if failure.code == FailureCode::PinNeeded && prompt::is_terminal() => {
            read(KeySource::Text(with(prompt::secret("PIN of the key's token:")?)?))
        }
        done => done,
    }
}
