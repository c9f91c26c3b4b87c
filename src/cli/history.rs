//! `tokenwright history` and `tokenwright restore`.

use serde_json::{Value as Json, json};

use crate::app::{Command, Event, Failure, HistoryLine, Left, ProfileHistory};
use crate::cli::args::{HistoryOptions, RestoreOptions};
use crate::cli::conversation::Conversation;
use crate::cli::{list, print};
use crate::service::ProfileName;

pub(crate) fn run(conversation: &mut Conversation, options: &HistoryOptions) -> Result<(), Failure> {
    let name = ProfileName::parse(&options.name)?;
    let attempt = conversation.attempt();
    conversation.send(Command::History { attempt, name });
    let history = conversation.wait(|event| match event {
        Event::History(_, history) => Some(*history),
        _ => None,
    })?;
    if options.json {
        print::json(&history_json(&history));
        return Ok(());
    }
    if history.lines.is_empty() {
        print::note(&format!("{} has no tokens yet.", history.name));
    } else {
        let titles = ["GENERATION", "TIME", "HOW", "ACCESS", "REFRESH", "OUTCOME", "TOKENS", "BY"];
        let mut rows = vec![titles.map(str::to_owned).to_vec()];
        rows.extend(history.lines.iter().map(row));
        print::table(&rows);
    }
    if let Some(begun) = &history.begun {
        print::note(&format!("A refresh of the newest tokens was started and its reply was never saved: {begun}"));
    }
    Ok(())
}

fn row(line: &HistoryLine) -> Vec<String> {
    let digits = |digits: &Option<String>| digits.clone().unwrap_or_else(|| "-".to_owned());
    vec![
        line.number.to_string(),
        list::local(line.at),
        line.how.clone(),
        digits(&line.access_token),
        digits(&line.refresh_token),
        line.outcome.clone(),
        line.left.word().to_owned(),
        line.by.clone().unwrap_or_else(|| "not known".to_owned()),
    ]
}

fn history_json(history: &ProfileHistory) -> Json {
    let line = |line: &HistoryLine| {
        json!({
            "generation": line.number,
            "at": line.at.to_string(),
            "how": line.how,
            "access_token": line.access_token,
            "refresh_token": line.refresh_token,
            "outcome": line.outcome,
            "by": line.by,
            "tokens": match line.left {
                Left::Newest => "newest",
                Left::Kept => "kept",
                Left::Spent => "spent",
                Left::Nothing => "gone",
            },
        })
    };
    json!({
        "name": history.name.as_str(),
        "generations": history.lines.iter().map(line).collect::<Vec<_>>(),
        "begun": history.begun,
    })
}

pub(crate) fn restore(conversation: &mut Conversation, options: &RestoreOptions) -> Result<(), Failure> {
    let name = ProfileName::parse(&options.name)?;
    let attempt = conversation.attempt();
    let (generation, anyway) = (options.generation, options.force);
    conversation.send(Command::Restore { attempt, name, generation, anyway });
    let restored = conversation.wait(|event| match event {
        Event::Restored(_, restored) => Some(*restored),
        _ => None,
    })?;
    if let Some(aside) = &restored.aside {
        print::note(&format!("The file that could not be opened was kept as {}", aside.display()));
    }
    print::result(&format!("{}: generation {} is in use again, as {}", restored.name, restored.from, restored.number));
    Ok(())
}
