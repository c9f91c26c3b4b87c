//! `tokenwright service export`: a service, or a profile's use of it, in another tool's format.

use std::path::Path;

use crate::app::{Failure, FailureKind, Rotation};
use crate::cli::args::ServiceExportOptions;
use crate::cli::print;
use crate::cli::runner::Runner;
use crate::diagnosis::Diagnosis;
use crate::dialect::{Dialect, Outgoing, Written, write};
use crate::durable;
use crate::oauth::ProfileSecrets;
use crate::secret::Secret;
use crate::service::{Profile, ProfileName, Service};

pub(crate) fn run(runner: &Runner, options: &ServiceExportOptions) -> Result<(), Failure> {
    refuse_terminal(options)?;
    if let Some(path) = options.output.as_deref().filter(|path| !options.overwrite && path.symlink_metadata().is_ok()) {
        return Err(taken(path));
    }
    let What { service, profile, mut secrets, rotation } = what(runner, options)?;
    if options.with_secrets {
        secrets.as_mut().into_iter().for_each(|secrets| keep_rotating(secrets, rotation, options));
    }
    let shown = secrets.as_ref().filter(|_| options.with_secrets);
    let outgoing = Outgoing { service: &service, profile: profile.as_ref(), secrets: shown };
    let written = write(options.format, &outgoing)?;
    tell_lost(options.format, &written);
    if written.has_secrets {
        print::warning(&Diagnosis::new("the output contains secrets").hint("store it where nobody else can read it"));
    }
    put(options, &written)
}

/// What to export: a service, or a profile with its service and secrets.
struct What {
    service: Service,
    profile: Option<Profile>,
    secrets: Option<ProfileSecrets>,
    rotation: Rotation,
}

/// A rotating refresh token has one holder and stays here. If it is unknown whether it rotates, a warning is printed.
fn keep_rotating(secrets: &mut ProfileSecrets, rotation: Rotation, options: &ServiceExportOptions) {
    if secrets.refresh_token.is_empty() {
        return;
    }
    let name = options.profile.as_deref().unwrap_or_default();
    if rotation.rotates() {
        secrets.refresh_token = Secret::default();
        print::note("left out: the refresh token, because each refresh replaces it");
        print::note(&format!("`tokenwright export {name} --format json --hand-over` hands it over for good"));
    } else if let Some(words) = rotation.warning(name) {
        print::warning(&Diagnosis::new(words));
    }
}

/// The service with this ID, or the profile with its service and secrets.
fn what(runner: &Runner, options: &ServiceExportOptions) -> Result<What, Failure> {
    let Some(name) = &options.profile else {
        let id = options.id.as_deref().unwrap_or_default();
        let service = runner.catalog()?.service(id)?;
        return Ok(What { service, profile: None, secrets: None, rotation: Rotation::Unknown });
    };
    let opened = runner.run(runner.app.open(&ProfileName::parse(name)?))?;
    let (context, rotation) = (opened.context, opened.rotation);
    let is_of = |id: &String| *id == context.profile.service.id;
    if !options.id.as_ref().is_none_or(is_of) {
        let service = &context.profile.service.id;
        let diagnosis = Diagnosis::new(format!("the profile `{name}` is of the service `{service}`"));
        return Err(Failure::new(FailureKind::Usage, diagnosis.hint("leave the service's id out")));
    }
    let refresh_token = context
        .tokens
        .filter(|tokens| !tokens.needs_proof())
        .and_then(|tokens| tokens.refresh_token)
        .unwrap_or_default();
    let secrets = Some(ProfileSecrets { refresh_token, proof_key: None, ..context.secrets });
    Ok(What { service: context.profile.service.clone(), profile: Some(context.profile), secrets, rotation })
}

fn tell_lost(format: &Dialect, written: &Written) {
    if written.lost.is_empty() {
        return;
    }
    print::note(&format!("{} cannot carry:", format.name));
    for note in &written.lost {
        print::note(&format!("  {}: {}", note.place, note.words));
    }
}

fn refuse_terminal(options: &ServiceExportOptions) -> Result<(), Failure> {
    if options.with_secrets && options.output.is_none() && print::is_seen() {
        let diagnosis = Diagnosis::new("refusing to print secrets to a terminal");
        return Err(Failure::new(FailureKind::Usage, diagnosis.hint("add `--output FILE`")));
    }
    Ok(())
}

fn taken(path: &Path) -> Failure {
    let diagnosis = Diagnosis::new(format!("`{}` already exists", path.display()));
    Failure::new(FailureKind::Usage, diagnosis.hint("choose another name, or add `--overwrite`"))
}

/// Writes to the file, readable by this user only, or to standard output.
fn put(options: &ServiceExportOptions, written: &Written) -> Result<(), Failure> {
    let text = written.text.expose();
    let Some(path) = &options.output else {
        print::data(text.trim_end_matches('\n'));
        return Ok(());
    };
    let ended = zeroize::Zeroizing::new(format!("{}\n", text.trim_end_matches('\n')));
    durable::write_private(path, ended.as_bytes()).map_err(|error| {
        let diagnosis = Diagnosis::new(format!("cannot write `{}`: {error}", path.display()));
        Failure::new(FailureKind::Machine, diagnosis.hint(durable::advice(&error)))
    })?;
    print::note(&format!("Written to {}", path.display()));
    Ok(())
}
