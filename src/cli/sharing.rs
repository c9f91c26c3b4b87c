//! Sharing profiles: `share`, and `import` of a shared file. An import lists all profiles, with what must be supplied,
//! before it saves any.

use serde_json::{Value as Json, json};

use crate::app::{
    CallContext, Failure, FailureKind, ImportSource, Insisted, LockedText, ShareKey, ShareLock, ShareOrder,
    SharedProfile, SharedProfiles,
};
use crate::cli::args::{ImportOptions, ShareOptions};
use crate::cli::prompt::is_yes;
use crate::cli::runner::Runner;
use crate::cli::vault::open_vault;
use crate::cli::{print, prompt, team};
use crate::diagnosis::Diagnosis;
use crate::secret::Secret;
use crate::service::ProfileName;

/// The environment variable with the passphrase, for unattended use.
const PASSPHRASE: &str = "TOKENWRIGHT_SHARE_PASSPHRASE";

pub(crate) fn share(runner: &Runner, options: &ShareOptions) -> Result<(), Failure> {
    if options.team {
        return team::share(runner, &options.names);
    }
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
        print::note(&format!("{name}: the recipient must supply: {words}"));
    }
    for words in &done.warnings {
        print::warning(&Diagnosis::new(words.as_str()));
    }
    print::note("Next, on the other machine: tokenwright import FILE");
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
        let hint = format!("add `--recipient age1…`, or set `{PASSPHRASE}`");
        return Err(usage("shared secrets must be encrypted, and there is no passphrase or recipient", hint));
    }
    let passphrase = prompt::secret("Passphrase for the shared file:")?;
    if passphrase.is_empty() || prompt::secret("Repeat passphrase:")? != passphrase {
        return Err(usage("passphrases are empty or do not match", "type it again".to_owned()));
    }
    Ok(ShareLock::Passphrase(passphrase))
}

fn passphrase_of_environment() -> Option<Secret> {
    std::env::var(PASSPHRASE).ok().filter(|text| !text.is_empty()).map(Secret::new)
}

/// The key: the named identity, or the passphrase. A key that did not fit is not tried again.
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
        None if prompt::is_terminal() => prompt::secret("Passphrase of the shared file:")?,
        None => {
            let diagnosis =
                Diagnosis::new(format!("`{}` is encrypted, and there is no passphrase or identity", locked.from));
            let hint = format!("set `{PASSPHRASE}`, or add `--identity FILE` with an age identity");
            return Err(usage(diagnosis.hint(hint)));
        }
    };
    Ok(ImportSource::Locked(locked, ShareKey::Passphrase(passphrase)))
}

/// Saves the chosen profiles of a shared file.
pub(crate) fn accept(runner: &Runner, shared: SharedProfiles, options: &ImportOptions) -> Result<(), Failure> {
    if let Some(id) = &options.preset {
        let diagnosis = Diagnosis::new(format!("shared profiles cannot be saved as the preset `{id}`"));
        return Err(Failure::new(FailureKind::Usage, diagnosis.hint("remove `--preset`")));
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
        let diagnosis = Diagnosis::new("nothing was saved").hint("to save them, repeat with `--yes`");
        return Err(Failure::new(FailureKind::Usage, diagnosis));
    }
    open_vault(runner)?;
    let names = runner.run(runner.app.accept_shared(chosen, options.overwrite))?;
    for name in names {
        print::note(&format!("Saved as the profile `{name}`"));
    }
    print::note("Next: tokenwright token NAME, or tokenwright sign-in NAME if you still have to sign in");
    Ok(())
}

/// Prints a profile, what came with it and what did not.
fn tell(profile: &SharedProfile) {
    let service = profile.context.as_ref().map_or("unknown service", |context| context.profile.service.name.as_str());
    print::note(&format!("  {}: {service}", profile.name));
    if !profile.secrets.is_empty() {
        print::note(&format!("    Secrets, saved in the vault only: {}", profile.secrets.join(", ")));
    }
    for words in &profile.must_supply {
        print::note(&format!("    you must supply: {words}"));
    }
    if profile.is_here {
        print::note("    a profile with this name exists");
    }
    if let Err(diagnosis) = &profile.context {
        print::warning(diagnosis);
    }
}

/// The profiles to save; a single one under the name given. One that exists already, or whose service is unknown, is
/// left out with a message.
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
            "choose one with `--pick NUMBER`",
        ));
    }
    let rename = match (&options.profile, picked.len()) {
        (Some(name), 1) => Some(ProfileName::parse(name)?),
        (Some(_), _) => return Err(usage(format!("`{from}` holds {all} profiles"), "choose one with `--pick NUMBER`")),
        (None, _) => None,
    };
    let mut chosen = Vec::new();
    for profile in picked {
        let is_taken = profile.is_here && !options.overwrite && rename.is_none();
        match profile.context {
            Ok(context) if !is_taken => {
                chosen.push((rename.clone().unwrap_or(profile.name), *context));
            }
            Ok(_) => print::note(&format!("{}: not replaced; `--overwrite` replaces it", profile.name)),
            Err(_) => print::note(&format!("{}: not imported", profile.name)),
        }
    }
    if chosen.is_empty() {
        return Err(usage(format!("`{from}`: no profile can be saved"), "the reasons are above"));
    }
    Ok(chosen)
}

fn question(chosen: &[(ProfileName, CallContext)]) -> String {
    let names: Vec<String> = chosen.iter().map(|(name, _)| format!("`{name}`")).collect();
    format!("Save {}? [y/N]", names.join(", "))
}

fn shared_json(shared: &SharedProfiles) -> Json {
    let profiles = shared.profiles.iter().map(|profile| {
        json!({
            "name": profile.name.as_str(),
            "service": profile.context.as_ref().ok().map(|context| context.profile.service.id.clone()),
            "secrets": profile.secrets,
            "must_supply": profile.must_supply,
            "is_here": profile.is_here,
            "problem": profile.context.as_ref().err().map(|diagnosis| diagnosis.summary.clone()),
        })
    });
    json!({"from": shared.from, "format": "Tokenwright shared profiles", "profiles": profiles.collect::<Vec<_>>()})
}
