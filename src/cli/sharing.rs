//! Sharing profiles with a colleague: `share`, and `import` of what somebody shared. An import shows all profiles, with what
//! must be supplied, before it saves any.

use serde_json::{Value as Json, json};

use crate::app::{
    CallContext, Failure, FailureKind, ImportSource, Insisted, LockedText, ShareKey, ShareLock, ShareOrder,
    SharedProfile, SharedProfiles,
};
use crate::cli::args::{ImportOptions, ShareOptions};
use crate::cli::prompt::is_yes;
use crate::cli::runner::Runner;
use crate::cli::vault::open_vault;
use crate::cli::{print, prompt};
use crate::diagnosis::Diagnosis;
use crate::secret::Secret;
use crate::service::ProfileName;

/// The environment variable with the passphrase, for unattended use.
const PASSPHRASE: &str = "TOKENWRIGHT_SHARE_PASSPHRASE";

pub(crate) fn share(runner: &Runner, options: &ShareOptions) -> Result<(), Failure> {
    let profiles: Result<Vec<ProfileName>, _> = options.names.iter().map(|name| ProfileName::parse(name)).collect();
    let secrets_for = if options.with_secrets { Some(lock(options)?) } else { None };
    let insisted = Insisted { replace: options.overwrite, ..Insisted::default() };
    let order = ShareOrder { profiles: profiles?, secrets_for, path: options.output.clone(), insisted };
    let done = runner.run(runner.app.share(order))?;
    if let Some(text) = &done.text {
        print::data(text.expose().trim_end_matches('\n'));
    }
    if let Some(path) = &done.path {
        print::result(&format!("written to {}", path.display()));
    }
    for (name, words) in &done.left_out {
        print::note(&format!("{name}: whoever takes it must supply: {words}"));
    }
    for words in &done.warnings {
        print::warning(&Diagnosis::new(words.as_str()));
    }
    print::note("next: tokenwright import FILE, on the other machine");
    Ok(())
}

fn lock(options: &ShareOptions) -> Result<ShareLock, Failure> {
    if let Some(recipient) = &options.recipient {
        return Ok(ShareLock::Recipient(recipient.clone()));
    }
    if let Some(passphrase) = passphrase_of_environment() {
        return Ok(ShareLock::Passphrase(passphrase));
    }
    let usage = |what: &str, hint: String| Failure::new(FailureKind::Usage, Diagnosis::new(what).hint(hint));
    if !prompt::is_terminal() {
        let hint = format!("name a recipient (`--recipient age1…`), or set `{PASSPHRASE}`");
        return Err(usage("secrets are shared only locked, and there is nothing to lock them with", hint));
    }
    let passphrase = prompt::secret("Passphrase for the file:")?;
    if passphrase.is_empty() || prompt::secret("The same again:")? != passphrase {
        return Err(usage("the passphrases are empty or not the same", "type it again".to_owned()));
    }
    Ok(ShareLock::Passphrase(passphrase))
}

fn passphrase_of_environment() -> Option<Secret> {
    std::env::var(PASSPHRASE).ok().filter(|text| !text.is_empty()).map(Secret::new)
}

/// What opens the profiles: the identity that was named, or the passphrase. A key that did not fit is not tried again.
pub(crate) fn unlocked(locked: Box<LockedText>, options: &ImportOptions) -> Result<ImportSource, Failure> {
    let usage = |diagnosis: Diagnosis| Failure::new(FailureKind::Usage, diagnosis);
    if let Some(problem) = locked.problem {
        return Err(usage(problem));
    }
    if let Some(path) = &options.identity {
        return Ok(ImportSource::Locked(locked, ShareKey::Identity(path.clone())));
    }
    let passphrase = match passphrase_of_environment() {
        Some(passphrase) => passphrase,
        None if prompt::is_terminal() => prompt::secret("Passphrase of the file:")?,
        None => {
            let diagnosis =
                Diagnosis::new(format!("`{}` is locked, and there is nothing to open it with", locked.from));
            let hint = format!("set `{PASSPHRASE}`, or name an age identity with `--identity FILE`");
            return Err(usage(diagnosis.hint(hint)));
        }
    };
    Ok(ImportSource::Locked(locked, ShareKey::Passphrase(passphrase)))
}

/// Saves the profiles that are chosen from what was shared.
pub(crate) fn accept(runner: &Runner, shared: SharedProfiles, options: &ImportOptions) -> Result<(), Failure> {
    if let Some(id) = &options.preset {
        let diagnosis = Diagnosis::new(format!("shared profiles cannot be kept as the preset `{id}`"));
        return Err(Failure::new(FailureKind::Usage, diagnosis.hint("leave `--preset` out")));
    }
    if options.json {
        print::json(&shared_json(&shared));
    } else {
        print::note(&format!("{}: shared profiles", shared.from));
        shared.profiles.iter().for_each(tell);
    }
    let chosen = chosen(shared, options)?;
    let is_agreed = options.yes || prompt::is_terminal() && is_yes(&prompt::line(&question(&chosen))?);
    if !is_agreed {
        let diagnosis = Diagnosis::new("nothing is kept").hint("to keep them, repeat with `--yes`");
        return Err(Failure::new(FailureKind::Usage, diagnosis));
    }
    open_vault(runner)?;
    let names = runner.run(runner.app.accept_shared(chosen, options.overwrite))?;
    for name in names {
        print::note(&format!("Kept as the profile `{name}`"));
    }
    print::note("Next: tokenwright token NAME, or tokenwright sign-in NAME where a sign-in is still to come");
    Ok(())
}

/// A profile, what came with it and what did not.
fn tell(profile: &SharedProfile) {
    let service = profile
        .material
        .as_ref()
        .map_or("a service that is not known here", |material| material.profile.service.name.as_str());
    print::note(&format!("  {}: {service}", profile.name));
    if !profile.secrets.is_empty() {
        print::note(&format!(
            "    Secrets in it, for the vault and never for a plain file: {}",
            profile.secrets.join(", ")
        ));
    }
    for words in &profile.must_supply {
        print::note(&format!("    you must supply: {words}"));
    }
    if profile.is_here {
        print::note("    there is a profile of this name already");
    }
    if let Err(diagnosis) = &profile.material {
        print::warning(diagnosis);
    }
}

/// Those that are kept, under the name that was given where it is one alone. One that is here already, or whose service
/// is not, is left out and told.
fn chosen(shared: SharedProfiles, options: &ImportOptions) -> Result<Vec<(ProfileName, CallContext)>, Failure> {
    let from = shared.from.clone();
    let all = shared.profiles.len();
    let picked = |(at, _): &(usize, SharedProfile)| options.pick.is_none_or(|number| number == at + 1);
    let picked: Vec<SharedProfile> =
        shared.profiles.into_iter().enumerate().filter(picked).map(|(_, one)| one).collect();
    let usage = |words: String, hint: &str| Failure::new(FailureKind::Usage, Diagnosis::new(words).hint(hint));
    if picked.is_empty() {
        let number = options.pick.unwrap_or_default();
        return Err(usage(
            format!("there is no number {number} among the {all} profiles"),
            "say which with `--pick N`",
        ));
    }
    let rename = match (&options.profile, picked.len()) {
        (Some(name), 1) => Some(ProfileName::parse(name)?),
        (Some(_), _) => return Err(usage(format!("`{from}` holds {all} profiles"), "say which with `--pick N`")),
        (None, _) => None,
    };
    let mut chosen = Vec::new();
    for profile in picked {
        let is_taken = profile.is_here && !options.overwrite && rename.is_none();
        match profile.material {
            Ok(material) if !is_taken => {
                chosen.push((rename.clone().unwrap_or(profile.name), *material));
            }
            Ok(_) => print::note(&format!("{}: left as it is here; `--overwrite` takes the new one", profile.name)),
            Err(_) => print::note(&format!("{}: not taken over", profile.name)),
        }
    }
    if chosen.is_empty() {
        return Err(usage(format!("`{from}`: no profile is left to be kept"), "see above what stands in the way"));
    }
    Ok(chosen)
}

fn question(chosen: &[(ProfileName, CallContext)]) -> String {
    let names: Vec<String> = chosen.iter().map(|(name, _)| format!("`{name}`")).collect();
    format!("Keep {}? [y/N]", names.join(", "))
}

fn shared_json(shared: &SharedProfiles) -> Json {
    let profiles = shared.profiles.iter().map(|profile| {
        json!({
            "name": profile.name.as_str(),
            "service": profile.material.as_ref().ok().map(|material| material.profile.service.id.clone()),
            "secrets": profile.secrets,
            "must_supply": profile.must_supply,
            "is_here": profile.is_here,
            "problem": profile.material.as_ref().err().map(|diagnosis| diagnosis.summary.clone()),
        })
    });
    json!({"from": shared.from, "form": "Tokenwright shared profiles", "profiles": profiles.collect::<Vec<_>>()})
}
