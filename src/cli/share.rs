//! `tokenwright share`.

use crate::app::{Command, Event, Failure, FailureKind, Insisted, ShareLock, ShareOrder};
use crate::cli::args::ShareOptions;
use crate::cli::conversation::Conversation;
use crate::cli::{print, prompt};
use crate::diagnosis::Diagnosis;
use crate::secret::Secret;
use crate::service::ProfileName;

/// The variable that holds the passphrase for unattended use.
pub(crate) const PASSPHRASE: &str = "TOKENWRIGHT_SHARE_PASSPHRASE";

pub(crate) fn run(conversation: &mut Conversation, options: &ShareOptions) -> Result<(), Failure> {
    let profiles: Result<Vec<ProfileName>, _> = options.names.iter().map(|name| ProfileName::parse(name)).collect();
    let secrets_for = if options.with_secrets { Some(lock(options)?) } else { None };
    let insisted = Insisted { replace: options.overwrite, ..Insisted::default() };
    let order = ShareOrder { profiles: profiles?, secrets_for, path: options.output.clone(), insisted };
    let attempt = conversation.attempt();
    conversation.send(Command::Share { attempt, order });
    let done = conversation.wait(|event| match event {
        Event::Shared(_, done) => Some(*done),
        _ => None,
    })?;
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
    if let Some(passphrase) = std::env::var(PASSPHRASE).ok().filter(|text| !text.is_empty()) {
        return Ok(ShareLock::Passphrase(Secret::new(passphrase)));
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
