//! `tokenwright practice`: runs until it is stopped.

use crate::app::{Command, Event, Failure, PracticeSettings, faults};
use crate::cli::args::PracticeOptions;
use crate::cli::conversation::Conversation;
use crate::cli::print;

pub(crate) fn run(conversation: &mut Conversation, options: PracticeOptions) -> Result<(), Failure> {
    if options.list_faults {
        for (name, explanation) in faults() {
            print::result(&format!("{name:22} {explanation}"));
        }
        return Ok(());
    }
    let settings = PracticeSettings { port: options.port, faults: options.faults, auto_consent: options.auto_consent };
    conversation.send(Command::StartPractice(settings));
    let port = conversation.wait(|event| match event {
        Event::PracticeReady(port) => Some(port),
        _ => None,
    })?;
    print::result(&format!("http://127.0.0.1:{port}"));
    print::note("The practice service listens on this machine only; Ctrl-C stops it.");
    print::note(&format!("Next: tokenwright sign-in demo --service practice --set port={port}"));
    // Nothing more is asked of the worker: this waits until the process is ended.
    conversation.wait(|_| None)
}
