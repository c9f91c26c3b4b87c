//! `tokenwright rehearse`: every preset proven without an account.

use std::time::Instant;

use serde_json::{Value as Json, json};

use crate::app::{Command, Event, Failure, FailureKind, StageLine};
use crate::cli::args::RehearseOptions;
use crate::cli::conversation::Conversation;
use crate::cli::print;
use crate::diagnosis::Diagnosis;

pub(crate) fn run(conversation: &mut Conversation, options: &RehearseOptions) -> Result<(), Failure> {
    let start = Instant::now();
    let ids = match &options.id {
        Some(id) => vec![id.clone()],
        None => conversation.catalog()?.ids().map(str::to_owned).collect(),
    };
    let mut failed = Vec::new();
    let mut list = Vec::new();
    for id in &ids {
        let lines = rehearse(conversation, id, options.json)?;
        if lines.iter().any(StageLine::is_failure) {
            failed.push(id.as_str());
        }
        list.push(rehearsal_json(id, &lines));
    }
    if options.json {
        let whole = if options.all { Json::from(list) } else { list.pop().unwrap_or_default() };
        print::json(&whole);
    }
    if options.all {
        print::note(&format!("{} services rehearsed in {:.1} s", ids.len(), start.elapsed().as_secs_f64()));
    }
    if failed.is_empty() { Ok(()) } else { Err(failure(&failed)) }
}

/// Rehearses one; a line a stage, as it comes.
fn rehearse(conversation: &mut Conversation, id: &str, quiet: bool) -> Result<Vec<StageLine>, Failure> {
    let attempt = conversation.attempt();
    conversation.send(Command::Rehearse { attempt, id: id.to_owned() });
    let mut lines = Vec::new();
    conversation.wait(|event| match event {
        Event::StageRehearsed(_, line) => {
            if !quiet {
                print::result(&text(id, &line));
            }
            lines.push(line);
            None
        }
        Event::Rehearsed(_) => Some(()),
        _ => None,
    })?;
    Ok(lines)
}

fn text(id: &str, line: &StageLine) -> String {
    let sent = if line.sent.is_empty() { String::new() } else { format!("{} -> ", line.sent) };
    format!("{id}: {}: {}: {sent}{}", line.stage, line.outcome.word(), line.outcome.words())
}

fn rehearsal_json(id: &str, lines: &[StageLine]) -> Json {
    let stages = lines.iter().map(|line| {
        json!({"stage": line.stage, "outcome": line.outcome.word(), "sent": line.sent, "words": line.outcome.words()})
    });
    json!({
        "service": id,
        "ok": !lines.iter().any(StageLine::is_failure),
        "stages": stages.collect::<Vec<_>>(),
    })
}

fn failure(failed: &[&str]) -> Failure {
    let names = failed.join("`, `");
    let summary = match failed.len() {
        1 => format!("the rehearsal of `{names}` failed"),
        count => format!("{count} rehearsals failed: `{names}`"),
    };
    let hint = "a line marked `failed` says where the preset and its documented replies disagree";
    Failure::new(FailureKind::Refused, Diagnosis::new(summary).hint(hint))
}
