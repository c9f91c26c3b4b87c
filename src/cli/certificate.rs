//! `tokenwright certificate`: the client certificate of a profile, for mutual TLS (RFC 8705). The private key leaves only into a file
//! that was asked for.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::app::{CertificateSource, Failure, FailureCode, FailureKind};
use crate::cli::args::{CertificateGenerateOptions, CertificateSetOptions, CertificateShowOptions, CertificateTask};
use crate::cli::key::with_pin;
use crate::cli::profiles::local;
use crate::cli::runner::Runner;
use crate::cli::vault::open_vault;
use crate::cli::{print, prompt};
use crate::diagnosis::Diagnosis;
use crate::oauth::{Certificate, KeyPair};
use crate::secret::Secret;
use crate::service::ProfileName;

/// The passphrase of a PKCS#12 file.
const PASSPHRASE: &str = "TOKENWRIGHT_CLIENT_CERTIFICATE_PASSPHRASE";

pub(crate) fn run(runner: &Runner, task: CertificateTask) -> Result<(), Failure> {
    match task {
        CertificateTask::Generate(options) => generate(runner, &options),
        CertificateTask::Set(options) => set(runner, options),
        CertificateTask::Show(options) => show(runner, options),
    }
}

/// Reads a client certificate from files; the passphrase is in the environment, or a person is asked for it.
pub(crate) fn read(runner: &Runner, file: PathBuf, key_file: Option<PathBuf>) -> Result<KeyPair, Failure> {
    let passphrase = std::env::var(PASSPHRASE).map(Secret::new).unwrap_or_default();
    if let Some(key) = key_file {
        return with_pin(key, |key| {
            let source = CertificateSource { file: file.clone(), key: Some(key), passphrase: passphrase.clone() };
            runner.run(runner.app.read_client_certificate(source))
        });
    }
    let mut source = CertificateSource { file, key: None, passphrase };
    let read = |source: &CertificateSource| runner.run(runner.app.read_client_certificate(source.clone()));
    match read(&source) {
        Err(failure) if failure.code == FailureCode::PassphraseNeeded && source.passphrase.is_empty() => {
            if !prompt::is_terminal() {
                let diagnosis = failure.diagnosis.hint(format!("set `{PASSPHRASE}`"));
                return Err(Failure { diagnosis, ..Failure::new(failure.kind, Diagnosis::new("")) });
            }
            source.passphrase = prompt::secret(&format!("Passphrase of {}:", source.file.display()))?;
            read(&source)
        }
        done => done,
    }
}

/// A new pair, saved before it is shown: a certificate without its key is useless.
fn generate(runner: &Runner, options: &CertificateGenerateOptions) -> Result<(), Failure> {
    let name = ProfileName::parse(&options.name)?;
    let service = runner.catalog()?.service(&options.service)?;
    open_vault(runner)?;
    let pair = runner.run(runner.app.make_client_certificate(&service))?;
    runner.run(runner.app.save_client_certificate(name.clone(), pair.clone(), options.overwrite))?;
    print::note(&format!("Generated and saved as `{name}`."));
    tell(&pair);
    write_certificate(runner, &pair, options.certificate_file.clone())?;
    print::note("Register it with the service, then sign in.");
    Ok(())
}

fn set(runner: &Runner, options: CertificateSetOptions) -> Result<(), Failure> {
    let name = ProfileName::parse(&options.name)?;
    let pair = read(runner, options.file, options.key_file)?;
    open_vault(runner)?;
    let saved = runner.run(runner.app.save_client_certificate(name.clone(), pair.clone(), true))?;
    print::note(&format!("Saved as `{name}`."));
    tell(&pair);
    if saved.token_is_of_other {
        let summary = "the access token is bound to the previous certificate and will be refused with this one";
        print::warning(&Diagnosis::new(summary).hint(format!("get a new one: `tokenwright refresh {name}`")));
    } else if saved.has_tokens {
        print::note(&format!("If the service binds tokens to the certificate: tokenwright refresh {name}"));
    }
    let opened = runner.run(runner.app.open(&name)).ok();
    if opened.is_some_and(|opened| !opened.context.profile.service.wants_client_certificate()) {
        let words = format!(
            "The profile does not show it yet: tokenwright sign-in {name} --client-certificate FILE turns that on."
        );
        print::note(&words);
    }
    Ok(())
}

fn show(runner: &Runner, options: CertificateShowOptions) -> Result<(), Failure> {
    let name = ProfileName::parse(&options.name)?;
    let pair = runner.run(runner.app.saved_client_certificate(&name))?.ok_or_else(|| {
        let diagnosis = Diagnosis::new(format!("there is no client certificate named `{name}`"));
        let hint = format!("`tokenwright certificate set {name} FILE` gives it one");
        Failure::new(FailureKind::Usage, diagnosis.hint(hint))
    })?;
    tell(&pair);
    if let Some(path) = options.private_key_file {
        let path = runner.run(runner.app.write_private_key(path, pair.private_key.clone()))?;
        print::note(&format!("Written, readable by you alone: {}", path.display()));
    }
    write_certificate(runner, &pair, options.certificate_file)
}

/// What a person compares with the service's console.
fn tell(pair: &KeyPair) {
    let Some(certificate) = pair.certificate() else { return };
    print::note(&format!("Subject: {}", certificate.subject()));
    print::note(&format!(
        "Issuer: {}",
        if certificate.is_self_issued() { "itself".into() } else { certificate.issuer() }
    ));
    if let Some(end) = certificate.not_after() {
        let over = if end <= Timestamp::now() { " (expired)" } else { "" };
        print::note(&format!("Valid until: {}{over}", local(end)));
    }
    print::note(&format!("SHA-256 fingerprint: {}", certificate.fingerprint()));
    print::note(&format!("Thumbprint (x5t#S256): {}", certificate.sha256_thumbprint()));
    let count =
        pair.certificate.as_deref().and_then(|text| Certificate::parse_all(text).ok()).map_or(0, |all| all.len());
    if count > 1 {
        print::note(&format!("Intermediates: {}", count - 1));
    }
}

fn write_certificate(runner: &Runner, pair: &KeyPair, file: Option<PathBuf>) -> Result<(), Failure> {
    let text = pair.certificate.clone().unwrap_or_default();
    match file {
        Some(path) => {
            runner.run(runner.app.write_certificate(path.clone(), text))?;
            print::note(&format!("Written: {}", path.display()));
        }
        None => print::data(text.trim_end()),
    }
    Ok(())
}
