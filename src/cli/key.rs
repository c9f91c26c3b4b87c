//! `tokenwright key`: a private key for a service that takes signed assertions, made and kept here, and the certificate
//! that is uploaded there. The private key itself is never printed.

use std::path::Path;

use crate::app::{Command, Event, Failure, FailureKind, KeySource};
use crate::cli::args::{KeyGenerateOptions, KeyOutput, KeyShowOptions, KeyTask};
use crate::cli::conversation::Conversation;
use crate::cli::{print, unlock};
use crate::diagnosis::Diagnosis;
use crate::oauth::{KeyPair, ReadKey};
use crate::service::{ProfileName, Service};

pub(crate) fn run(conversation: &mut Conversation, task: &KeyTask) -> Result<(), Failure> {
    match task {
        KeyTask::Generate(options) => make(conversation, options),
        KeyTask::Show(options) => show(conversation, options),
    }
}

/// A new key pair, kept before anything of it is shown: a certificate without its key is of no use.
fn make(conversation: &mut Conversation, options: &KeyGenerateOptions) -> Result<(), Failure> {
    let name = ProfileName::parse(&options.name)?;
    let service = conversation.catalog()?.service(&options.service)?;
    unlock::open_vault(conversation)?;
    let attempt = conversation.attempt();
    let rsa_bits = usize::from(options.bits);
    conversation.send(Command::MakeKey { attempt, service: Box::new(service.clone()), rsa_bits });
    let read = wait_for_key(conversation)?;
    let attempt = conversation.attempt();
    let (pair, replace) = (Box::new(read.pair.clone()), options.overwrite);
    conversation.send(Command::KeepKey { attempt, name: name.clone(), pair, replace });
    conversation.wait(|event| matches!(event, Event::KeyKept(..)).then_some(()))?;
    print::note(&format!("Generated and saved as `{name}`: {}.", read.kind));
    write_out(conversation, &read.pair, &options.output)?;
    tell_upload(&service);
    print::note(&format!("Then: tokenwright sign-in {name} --service {}", service.id));
    Ok(())
}

fn show(conversation: &mut Conversation, options: &KeyShowOptions) -> Result<(), Failure> {
    let name = ProfileName::parse(&options.name)?;
    let pair = kept(conversation, &name)?.ok_or_else(|| {
        let diagnosis = Diagnosis::new(format!("there is no private key named `{name}`"));
        Failure::new(
            FailureKind::Usage,
            diagnosis.hint(format!("`tokenwright key generate {name} --service SERVICE` generates one")),
        )
    })?;
    if let Some(key) = pair.signing_key() {
        print::note(&format!("Saved as `{name}`: {}.", key.kind()));
    }
    write_out(conversation, &pair, &options.output)
}

/// The certificate, or else the public key: to the files that were named, otherwise as the result.
fn write_out(conversation: &mut Conversation, pair: &KeyPair, output: &KeyOutput) -> Result<(), Failure> {
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
        write(conversation, path, certificate)?;
    }
    if let Some(path) = &output.public_key_file {
        write(conversation, path, public_key.clone())?;
    }
    if output.certificate_file.is_none() && output.public_key_file.is_none() {
        print::data(pair.certificate.as_deref().unwrap_or(&public_key).trim_end());
    }
    Ok(())
}

fn write(conversation: &mut Conversation, path: &Path, text: String) -> Result<(), Failure> {
    let attempt = conversation.attempt();
    conversation.send(Command::WriteCertificate { attempt, path: path.to_owned(), text });
    conversation.wait(|event| matches!(event, Event::CertificateWritten(..)).then_some(()))?;
    print::note(&format!("Written: {}", path.display()));
    Ok(())
}

fn tell_upload(service: &Service) {
    let upload = service.signed_assertion().map(|assertion| assertion.upload).unwrap_or_default();
    if !upload.is_empty() {
        print::note(&format!("Upload it to {}: {upload}", service.name));
    }
    if let Some(console) = &service.links.console {
        print::note(&format!("Console: {console}"));
    }
}

/// Reads the key's file, and the certificate's.
pub(crate) fn read(
    conversation: &mut Conversation,
    key: &Path,
    certificate: Option<&Path>,
) -> Result<ReadKey, Failure> {
    let attempt = conversation.attempt();
    let source = KeySource::File(key.to_owned());
    conversation.send(Command::ReadKey { attempt, source, certificate: certificate.map(Path::to_owned) });
    wait_for_key(conversation)
}

/// The key that is kept under this name.
pub(crate) fn kept(conversation: &mut Conversation, name: &ProfileName) -> Result<Option<KeyPair>, Failure> {
    let attempt = conversation.attempt();
    conversation.send(Command::OpenKey { attempt, name: name.clone() });
    conversation.wait(|event| match event {
        Event::KeyOpened(_, pair) => Some(pair.map(|pair| *pair)),
        _ => None,
    })
}

fn wait_for_key(conversation: &Conversation) -> Result<ReadKey, Failure> {
    conversation.wait(|event| match event {
        Event::KeyRead(_, read) => Some(*read),
        _ => None,
    })
}
