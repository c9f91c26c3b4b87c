//! `tokenwright service export`: a service, or a profile's use of it, in another tool's form.

use std::path::Path;

use crate::cli::args::ServiceExportOptions;
use crate::cli::conversation::Conversation;
use crate::cli::print;
use crate::diagnosis::Diagnosis;
use crate::dialect::{Form, ImportedSecrets, Outgoing, Written, write};
use crate::durable;
use crate::service::{Profile, ProfileName, Service};
use crate::wizard::{Failure, FailureKind, Material};

pub(crate) fn run(conversation: &mut Conversation, options: &ServiceExportOptions) -> Result<(), Failure> {
    refuse_terminal(options)?;
    if let Some(path) = options.out.as_deref().filter(|path| !options.force && path.symlink_metadata().is_ok()) {
        return Err(taken(path));
    }
    let (service, profile, secrets) = what(conversation, options)?;
    let shown = secrets.as_ref().filter(|_| options.with_secrets);
    let outgoing = Outgoing { service: &service, profile: profile.as_ref(), secrets: shown };
    let written = write(options.form, &outgoing)?;
    tell_lost(options.form, &written);
    if written.has_secrets {
        print::warning(&Diagnosis::new("what is written holds secrets").hint("keep it where nobody else reads it"));
    }
    put(options, &written)
}

/// The service of this id, or the profile with its service and secrets.
fn what(
    conversation: &mut Conversation,
    options: &ServiceExportOptions,
) -> Result<(Service, Option<Profile>, Option<ImportedSecrets>), Failure> {
    let Some(name) = &options.profile else {
        let id = options.id.as_deref().unwrap_or_default();
        return Ok((conversation.catalog()?.service(id)?, None, None));
    };
    let material = conversation.open(&ProfileName::parse(name)?)?.material;
    let is_of = |id: &String| *id == material.profile.service.id;
    if !options.id.as_ref().is_none_or(is_of) {
        let service = &material.profile.service.id;
        let diagnosis = Diagnosis::new(format!("the profile `{name}` is of the service `{service}`"));
        return Err(Failure::new(FailureKind::Usage, diagnosis.hint("leave the service's id out")));
    }
    let secrets = secrets(&material);
    Ok((material.profile.service.clone(), Some(material.profile), Some(secrets)))
}

/// The secrets of a profile as a document holds them.
fn secrets(material: &Material) -> ImportedSecrets {
    let kept = material.tokens.as_ref().and_then(|tokens| tokens.refresh_token.clone());
    let key = material.secrets.signing_key.as_ref();
    ImportedSecrets {
        password: material.secrets.password.clone(),
        private_key: key.map(|pair| pair.private_key.clone()).unwrap_or_default(),
        client_secret: material.secrets.client_secret.clone(),
        refresh_token: kept.unwrap_or_default(),
        inputs: material.secrets.inputs.clone(),
    }
}

/// Nothing is lost in silence.
fn tell_lost(form: Form, written: &Written) {
    if written.lost.is_empty() {
        return;
    }
    print::note(&format!("{} cannot carry:", form.name()));
    for note in &written.lost {
        print::note(&format!("  {}: {}", note.place, note.words));
    }
}

fn refuse_terminal(options: &ServiceExportOptions) -> Result<(), Failure> {
    if options.with_secrets && options.out.is_none() && print::is_seen() {
        let diagnosis = Diagnosis::new("secrets are not written to a terminal");
        return Err(Failure::new(FailureKind::Usage, diagnosis.hint("write them to a file with `--out FILE`")));
    }
    Ok(())
}

fn taken(path: &Path) -> Failure {
    let diagnosis = Diagnosis::new(format!("there is a file `{}` already", path.display()));
    Failure::new(FailureKind::Usage, diagnosis.hint("choose another name, or replace it with `--force`"))
}

/// To the file, for this user's eyes alone, or to standard output.
fn put(options: &ServiceExportOptions, written: &Written) -> Result<(), Failure> {
    let text = written.text.expose();
    let Some(path) = &options.out else {
        print::data(text.trim_end_matches('\n'));
        return Ok(());
    };
    let ended = zeroize::Zeroizing::new(format!("{}\n", text.trim_end_matches('\n')));
    durable::write_private(path, ended.as_bytes()).map_err(|error| {
        let diagnosis = Diagnosis::new(format!("`{}` cannot be written: {error}", path.display()));
        Failure::new(FailureKind::Machine, diagnosis.hint(durable::advice(&error)))
    })?;
    print::note(&format!("Written to {}", path.display()));
    Ok(())
}
