//! Around a sign-in: what was entered is kept before it begins, and what is waited for is told.

use crate::app::{Command, Event, Failure, Waiting};
use crate::cli::conversation::Conversation;
use crate::cli::print;
use crate::service::{Profile, ProfileName};

/// Keeps what was entered before anything can go wrong, Ctrl-C while the browser is waited for included; whether there was
/// anything to keep.
pub(crate) fn keep_entered(
    conversation: &mut Conversation,
    name: &ProfileName,
    profile: &Profile,
) -> Result<bool, Failure> {
    let attempt = conversation.attempt();
    let (name, profile) = (name.clone(), Box::new(profile.clone()));
    conversation.send(Command::KeepEntered { attempt, name, profile });
    conversation.wait(|event| match event {
        Event::EnteredKept(_, is_kept) => Some(is_kept),
        _ => None,
    })
}

pub(crate) fn tell_waiting(waiting: &Waiting) {
    if let Some(problem) = &waiting.listener_problem {
        print::warning(problem);
    }
    if let Some(problem) = &waiting.browser_problem {
        print::warning(problem);
    }
    print::note("Sign in at:");
    print::note(&waiting.url);
    if let Some(fingerprint) = &waiting.fingerprint {
        print::note(
            "The browser will warn about a certificate that was generated on this machine; its SHA-256 fingerprint:",
        );
        print::note(fingerprint);
    }
    if !waiting.addresses.is_empty() {
        print::note(&format!(
            "Waiting on {} for the browser to return; Ctrl-C to stop.",
            waiting.addresses.join(" and ")
        ));
    }
}
